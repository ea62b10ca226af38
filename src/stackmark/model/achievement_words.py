"""The controlled words of the canonical descriptor in plain English: code to words.

What is signed and what the facts label says both take them from here. The product translates its
own (``catalogue.vocabulary``).
"""

from __future__ import annotations

from typing import Final

KINDS: Final = {
    "digital-badge": "Digital badge",
    "certificate": "Certificate",
    "nano-degree-part": "Part of a nano-degree",
    "micro-certification": "Micro-certification",
}
UNITS: Final = {
    "ects": "ECTS credits",
    "uk": "UK credits (CATS)",
    "us-semester": "US semester credits",
    "us-quarter": "US quarter credits",
    "nz": "New Zealand credits",
    "my": "Malaysian credits",
    "ceu": "continuing education units (CEU)",
    "hours": "hours",
}
PARTICIPATION: Final = {
    "online": "online",
    "onsite": "on site",
    "blended": "blended (partly online)",
    "work-based": "work-based",
    "rpl": "recognition of prior learning",
}
METHODS: Final = {
    "written-exam": "written examination",
    "oral-exam": "oral examination",
    "online-exam": "online examination",
    "quiz": "quiz",
    "assignment": "assignment",
    "project": "project",
    "portfolio": "portfolio",
    "practical": "practical task",
    "workplace-observation": "observation at work",
    "presentation": "presentation",
    "simulation": "simulation",
    "peer-assessment": "assessment by peers",
    "continuous": "continuous assessment",
    "prior-learning": "assessment of prior learning",
    "none": "not assessed",
}
SUPERVISION: Final = {
    "unsupervised-no-id": "unsupervised, identity not checked",
    "supervised-no-id": "supervised, identity not checked",
    "supervised-online-id": "supervised online, identity checked",
    "supervised-onsite-id": "supervised on site, identity checked",
}
QUALITY: Final = {
    "institution-accreditation": "accreditation of the institution",
    "programme-accreditation": "accreditation of the programme",
    "external-review": "external review",
    "internal-review": "internal review",
    "professional-body": "approval by a professional body",
    "industry-endorsement": "endorsement by industry",
    "other": "other quality assurance",
}
ROLES: Final = {
    "awarding": "jointly awarding body",
    "partner": "partner",
    "developer": "developer",
    "assessor": "assessing body",
    "employer": "employer partner",
}
SCALES: Final = {
    "pass-fail": "pass or fail",
    "percent": "percent",
    "points": "points",
    "other": "own scale",
}
COMPONENT_KINDS: Final = {
    "rubric": "marked by a rubric",
    "items": "marked by items",
    "score": "one score",
}
SUBMISSIONS: Final = {
    "file": "a file",
    "text": "a text",
    "link": "a link",
    "repository": "a repository",
}
IDENTITY_PROOFING: Final = {
    "none": "identity not proofed",
    "self-asserted": "identity as the learner states it",
    "document": "identity proofed by a document",
    "eid": "identity proofed by an electronic identity",
}
IDENTITY_BINDING: Final = {
    "none": "nobody compared who sat it",
    "photo-match": "photo compared at the assessment",
    "live": "a person compared the learner with the document at the assessment",
}
PROCTORING: Final = {
    "none": "not supervised",
    "remote-recorded": "supervised remotely by recording",
    "remote-live": "supervised remotely by a person",
    "onsite": "supervised on site",
}
AUTHORSHIP: Final = {
    "none": "authorship not checked",
    "statement": "statement of authorship",
    "similarity": "compared with other texts",
    "oral-defence": "defended orally",
    "process-log": "process of the work looked at",
}
AI_POLICY: Final = {
    "prohibited": "AI tools prohibited",
    "limited": "AI tools permitted within limits",
    "permitted-and-assessed": "AI tools permitted, their use assessed",
}
INDEPENDENCE: Final = {
    "same-people": "assessed by those who teach it",
    "same-organisation": "assessed by others of the same organisation",
    "independent": "assessed independently of who teaches it",
}


def singular(unit: str) -> str:
    """The name of a unit of which there is one."""
    return unit.replace("credits", "credit").replace("units", "unit").replace("hours", "hour")
