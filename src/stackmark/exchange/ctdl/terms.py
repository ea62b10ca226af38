"""Names and concepts of CTDL, and the objects that carry them.

Classes, properties and concept schemes are those of https://credreg.net/ctdl/terms and of the
Registry Assistant's published samples, read in November 2026. Concepts are written the way
the Registry publishes them, as a CredentialAlignmentObject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from stackmark.model.achievement_rules import Texts

Json = dict[str, Any]

CONTEXT: Final = "https://credreg.net/ctdl/schema/context/json"
IS_CONTEXT: Final = re.compile(r"https?://(?:www\.)?(?:credreg\.net|purl\.org)/ctdl")
ALIGNMENT: Final = "ceterms:CredentialAlignmentObject"
EQF: Final = "European Qualifications Framework"
ISCED: Final = "ISCED-F 2013"

# Classes that mean one of our kinds; what is read and what is written.
KINDS: Final = {
    "DigitalBadge": "digital-badge",
    "Badge": "digital-badge",
    "OpenBadge": "digital-badge",
    "Certificate": "certificate",
    "Certification": "micro-certification",
}
CLASSES: Final = {
    "digital-badge": "DigitalBadge",
    "certificate": "Certificate",
    "micro-certification": "Certification",
    "nano-degree-part": "MicroCredential",
}
ANY_CREDENTIAL: Final = "Credential"  # the class above all of them, when nobody said which
# Classes a record is written in when only a foreign word tells of it.
STATED: Final = frozenset(
    {
        *("AssociateDegree", "BachelorDegree", "Degree", "Diploma", "DoctoralDegree", "License"),
        *("MasterDegree", "MicroCredential", "ProfessionalDoctorate", "ResearchDoctorate"),
        *("SecondarySchoolDiploma", "ApprenticeshipCertificate", "JourneymanCertificate"),
        *("MasterCertificate", "QualityAssuranceCredential", "GeneralEducationDevelopment"),
        *("Course", "LearningProgram", "LearningOpportunityProfile"),
    }
)
OTHER_CLASSES: Final = frozenset(
    {
        *("CredentialOrganization", "QACredentialOrganization", "Organization", "Person"),
        *("AssessmentProfile", "ConditionManifest", "CostManifest", "Pathway", "PathwayComponent"),
        *("TransferValueProfile", "Occupation", "Job", "WorkRole", "Task", "SupportService"),
        *("Collection", "VerificationServiceProfile", "IdentifierValue", "Place"),
    }
)
# Concept scheme Delivery Type; older documents have the prefix "deliver:".
DELIVERY: Final = {
    "online": ("OnlineOnly", "Online Only"),
    "onsite": ("InPerson", "In-Person Only"),
    "blended": ("BlendedDelivery", "Blended Delivery"),
}
# Concept scheme Credit Unit, only where it means the same unit.
CREDIT_UNITS: Final = {
    "us-semester": ("SemesterHour", "Semester Hour"),
    "us-quarter": ("QuarterHour", "Quarter Hour"),
    "ceu": ("ContinuingEducationUnit", "Continuing Education Unit"),
    "hours": ("ClockHour", "Clock Hour"),
}
# Units without a concept are said in words.
CREDIT_WORDS: Final = {
    "ects": "ECTS credits",
    "uk": "UK credits (CATS)",
    "nz": "New Zealand credits",
    "my": "Malaysian credits",
}
# Concept scheme Assessment Method; each of our words is one of the three.
_EXAM: Final = ("written-exam", "oral-exam", "online-exam", "quiz")
_ARTIFACT: Final = ("assignment", "project", "portfolio")
_PERFORMANCE: Final = ("practical", "workplace-observation", "presentation", "simulation")
METHODS: Final = {
    **dict.fromkeys(_EXAM, "Exam"),
    **dict.fromkeys(_ARTIFACT, "Artifact"),
    **dict.fromkeys(_PERFORMANCE, "Performance"),
}
METHOD_WORDS: Final = {
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
# Concept scheme Organization Type, only where it means the same.
ORGANISATIONS: Final = {
    "training-provider": ("TrainingProvider", "Education and Training Provider"),
    "industry-association": ("BusinessAssociation", "Business or Industry Association"),
    "quality-agency": ("QualityAssurance", "Quality Assurance Body"),
}


def node(kind: str, **members: Any) -> Json:
    """An object of a class (``ceterms:`` unless it has a prefix), without empty members.

    Member names are CTDL's; ``id`` is ``@id``, ``ceasn_`` and ``schema_`` are prefixes.
    """
    made: Json = {"@type": kind if ":" in kind else f"ceterms:{kind}"}
    identity = members.pop("id", "")
    kept = {_name(name): value for name, value in members.items() if not _is_empty(value)}
    return ({"@id": identity} if identity else {}) | made | kept


def _name(name: str) -> str:
    prefix, underscore, rest = name.partition("_")
    return f"{prefix}:{rest}" if underscore else f"ceterms:{name}"


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})


def concept(scheme: str, prefix: str, found: tuple[str, str]) -> Json:
    """A concept of one of CTDL's own schemes."""
    code, label = found
    return node(
        "CredentialAlignmentObject",
        framework=f"https://credreg.net/ctdl/terms/{scheme}",
        frameworkName={"en-US": scheme},
        targetNode=f"{prefix}:{code}",
        targetNodeName={"en-US": label},
    )


def code_of(target: Any, *prefixes: str) -> str:
    """The code of a concept as documents write it: ``creditUnit:X``, or an address that ends so."""
    if not isinstance(target, str):
        return ""
    for prefix in prefixes:
        found = re.fullmatch(rf"(?:https?://\S+/)?{prefix}[:/#]([A-Za-z]+)", target)
        if found:
            return found[1]
    return ""


def word_of(table: Mapping[str, tuple[str, str]], code: str) -> str:
    """Our word for a concept's code; ``""`` for any other."""
    return next((word for word, (known, _) in table.items() if known == code), "")


def texts(value: Texts, language: str) -> Json:
    """A language map, the record's own language first."""
    own = {language: value[language]} if language in value else {}
    return own | {tag: text for tag, text in value.items() if tag != language}


def said(text: str, language: str) -> Json:
    """A text that has no language of its own."""
    return {language: text} if text else {}


def kept(values: Iterable[Any]) -> list[Any]:
    """Those that are there."""
    return [one for one in values if one]
