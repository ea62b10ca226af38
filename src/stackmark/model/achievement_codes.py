"""The controlled words of the canonical descriptor.

Each is a code; pages and signed texts say it in words. Where a public list exists its meaning is
kept: the EU Council Recommendation 2022/C 243/02 for participation, supervision and identity.
"""

from __future__ import annotations

from typing import Final

KINDS: Final = ("digital-badge", "certificate", "nano-degree-part", "micro-certification")
PARTICIPATION: Final = ("online", "onsite", "blended", "work-based", "rpl")
CREDIT_UNITS: Final = (
    *("ects", "uk", "us-semester", "us-quarter", "nz", "my", "ceu", "hours"),
    "other",
)
ASSESSMENT_METHODS: Final = (
    *("written-exam", "oral-exam", "online-exam", "quiz", "assignment", "project", "portfolio"),
    *("practical", "workplace-observation", "presentation", "simulation", "peer-assessment"),
    *("continuous", "prior-learning", "none"),
)
SCALES: Final = ("pass-fail", "percent", "points", "other")
SUPERVISION: Final = (
    *("unsupervised-no-id", "supervised-no-id", "supervised-online-id"),
    "supervised-onsite-id",
)
QUALITY: Final = (
    *("institution-accreditation", "programme-accreditation", "external-review"),
    *("internal-review", "professional-body", "industry-endorsement", "other"),
)
VALIDITY: Final = ("unlimited", "months", "fixed")
PARTY_ROLES: Final = ("awarding", "partner", "developer", "assessor", "employer")
