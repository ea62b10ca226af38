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

# The assessment plan; five facts of integrity that are never blended.
COMPONENT_KINDS: Final = ("rubric", "items", "score")
SUBMISSIONS: Final = ("file", "text", "link", "repository")
IDENTITY_PROOFING: Final = ("none", "self-asserted", "document", "eid")
IDENTITY_BINDING: Final = ("none", "photo-match", "live")
PROCTORING: Final = ("none", "remote-recorded", "remote-live", "onsite")
AUTHORSHIP: Final = ("none", "statement", "similarity", "oral-defence", "process-log")
AI_POLICY: Final = ("prohibited", "limited", "permitted-and-assessed")
INDEPENDENCE: Final = ("same-people", "same-organisation", "independent")
