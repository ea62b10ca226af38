"""Writes Open Badges 3.0: an unsigned credential, or for a design an Achievement alone.

Native members first, the facts in words in the criteria; what has no home goes by the option
``facts`` into a document bound by digest, into extension members, or is lost.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.exchange.languages import UNKNOWN, only
from stackmark.exchange.ob3 import extension, facts, words
from stackmark.exchange.ob3.achieved import IMPLIED, KIND_WORDS
from stackmark.exchange.ob3.achievement import native_members
from stackmark.exchange.ob3.people import write_evidence, write_seals, write_subject
from stackmark.exchange.ob3.profiles import write_identifiers, write_profile
from stackmark.exchange.ob3.read import native
from stackmark.exchange.ob3.results import write_results
from stackmark.exchange.shapes import Exported
from stackmark.model.achievement import Achievement
from stackmark.model.assessment_plan import Component, Criterion, Plan, RubricLevel
from stackmark.model.record import Award, Organisation, Record
from stackmark.reading.received import VC2_CONTEXT

OB_CONTEXT: Final = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
ACHIEVEMENT_TYPES: Final = frozenset(
    {
        *("Achievement", "ApprenticeshipCertificate", "Assessment", "Assignment"),
        *("AssociateDegree", "Award", "Badge", "BachelorDegree", "Certificate"),
        *("CertificateOfCompletion", "Certification", "CommunityService", "Competency", "Course"),
        *("CoCurricular", "Degree", "Diploma", "DoctoralDegree", "Fieldwork"),
        *("GeneralEducationDevelopment", "JourneymanCertificate", "LearningProgram", "License"),
        *("Membership", "ProfessionalDoctorate", "QualityAssuranceCredential"),
        *("MasterCertificate", "MasterDegree", "MicroCredential", "ResearchDoctorate"),
        "SecondarySchoolDiploma",
    }
)


def build(record: Record, options: Any) -> Exported:
    """The document and, by its address, the facts document; nothing is signed.

    Raises ``UsageError`` ``convert.missing`` for what Open Badges 3.0 demands and the record does
    not say, ``convert.language`` when it is not said in the language asked for.
    """
    achievement = write_achievement(record, options.language)
    document = achievement
    if record.award is not None:
        document = write_credential(record, record.award, achievement)
    resources: dict[str, bytes] = {}
    laid = facts.overlay(record.to_json(), native(document).to_json())
    if laid and options.facts == "extension":
        document = _extended(document, achievement, laid)
    elif laid and options.facts == "document" and record.award is not None:
        data = facts.document(laid)
        url = options.facts_address or facts.address(achievement["id"], data)
        bound = [*document.get("relatedResource", []), facts.binding(url, data)]
        document["relatedResource"] = bound
        resources[url] = data
    media_type = "application/json" if record.award is None else "application/vc"
    return Exported(document, "ob3", media_type, resources)


def _extended(
    document: dict[str, Any], achievement: dict[str, Any], laid: dict[str, Any]
) -> dict[str, Any]:
    whole = extension.add(achievement, laid)
    if "credentialSubject" not in document:
        return {"@context": [VC2_CONTEXT, OB_CONTEXT, extension.CONTEXT], **whole}
    return {
        **document,
        "@context": [*document["@context"], extension.CONTEXT],
        "credentialSubject": {**document["credentialSubject"], "achievement": whole},
    }


def demand(value: Any, place: str, sentence: str) -> Any:
    """A value that the format cannot do without."""
    if not value:
        raise UsageError("convert.missing", f"{place}: {sentence}")
    return value


def tongue(achievement: Achievement, wanted: str) -> str:
    """The language to write in: one that has both title and description."""
    both = [one for one in achievement.title if one in achievement.description]
    if wanted and wanted not in both:
        raise UsageError(
            "convert.language", f"Title and description are not both there in {wanted!r}."
        )
    lacking = "description" if achievement.title else "title"
    demand(both, f"achievement/{lacking}", "title and description must be there in one language.")
    if wanted:
        return wanted
    return achievement.language if achievement.language in both else both[0]


def write_achievement(record: Record, language: str) -> dict[str, Any]:
    """The Achievement; its creator is the awarding body, in a design the issuer."""
    spoken = tongue(record.achievement, language)
    said = in_one(record.achievement, spoken)
    address = demand(record.id, "id", "the achievement needs an address of its own.")
    built: dict[str, Any] = {"id": address, "type": ["Achievement"]}
    built |= native_members(said, spoken, address)
    built |= {
        "achievementType": _type(record),
        "inLanguage": "" if spoken == UNKNOWN else spoken,
        "version": record.version,
        "image": {"id": record.image, "type": "Image"} if record.image else None,
        "creator": _creator(record),
        "otherIdentifier": write_identifiers(record.identifiers),
    }
    kept = {name: value for name, value in built.items() if value not in (None, "", [])}
    return kept | {"criteria": criteria_of(said, spoken)}


def in_one(achievement: Achievement, language: str) -> Achievement:
    """The descriptor with texts of one language only, so that no other is written as it."""
    assessment, validity, programme = (
        achievement.assessment,
        achievement.validity,
        achievement.programme,
    )
    criteria = achievement.criteria
    return replace(
        achievement,
        title=only(achievement.title, language),
        description=only(achievement.description, language),
        criteria=criteria and replace(criteria, narrative=only(criteria.narrative, language)),
        programme=programme and replace(programme, name=only(programme.name, language)),
        outcomes=tuple(
            replace(o, statement=only(o.statement, language)) for o in achievement.outcomes
        ),
        assessment=assessment
        and replace(
            assessment,
            description=only(assessment.description, language),
            pass_rule=only(assessment.pass_rule, language),
        ),
        validity=validity and replace(validity, renewal=only(validity.renewal, language)),
        ai_policy=only(achievement.ai_policy, language),
        prerequisites=only(achievement.prerequisites, language),
        stackability=only(achievement.stackability, language),
        further=only(achievement.further, language),
        plan=achievement.plan and _plan_in(achievement.plan, language),
    )


def _plan_in(plan: Plan, language: str) -> Plan:
    """The plan with texts of one language only."""

    def level(one: RubricLevel) -> RubricLevel:
        return replace(
            one,
            name=only(one.name, language),
            description=only(one.description, language),
            anchor=only(one.anchor, language),
        )

    def criterion(one: Criterion) -> Criterion:
        return replace(
            one,
            name=only(one.name, language),
            description=only(one.description, language),
            levels=tuple(map(level, one.levels)),
        )

    def component(one: Component) -> Component:
        return replace(
            one,
            name=only(one.name, language),
            description=only(one.description, language),
            criteria=tuple(map(criterion, one.criteria)),
        )

    return replace(plan, components=tuple(map(component, plan.components)))


def criteria_of(said: Achievement, language: str) -> dict[str, Any]:
    """Criteria with the facts in words behind their own text; empty when there are none."""
    url = said.criteria.url if said.criteria else ""
    found = {"id": url, "narrative": words.narrative(said, language)}
    return {name: value for name, value in found.items() if value}


def _type(record: Record) -> str:
    word = record.type_stated
    fits = word in ACHIEVEMENT_TYPES or word.startswith("ext:")
    if fits and word not in KIND_WORDS:
        return word
    return IMPLIED.get(record.achievement.kind, "Achievement")


def _creator(record: Record) -> dict[str, Any] | None:
    found = record.awarding_body if record.award else record.issuer
    return write_profile(found) if found and found.id else None


def write_credential(record: Record, award: Award, achievement: dict[str, Any]) -> dict[str, Any]:
    """The unsigned OpenBadgeCredential around an Achievement; results are added to both."""
    issuer = _issuer(record.issuer)
    issued = demand(award.issued, "award/issued", "a credential has a date of issue.")
    stated = achievement.get("resultDescription", [])
    plan = record.achievement.plan
    results, scales = write_results(award.results, achievement["id"], plan, stated)
    if scales:
        achievement["resultDescription"] = stated + scales
    subject = write_subject(award) | {
        "activityStartDate": moment(award.started),
        "activityEndDate": moment(award.ended),
        "result": results,
        "achievement": achievement,
    }
    built = {
        "@context": [VC2_CONTEXT, OB_CONTEXT],
        "id": demand(award.id, "award/id", "a credential has an id of its own."),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": achievement["name"],
        "issuer": issuer,
        "validFrom": moment(award.valid_from or issued),
        "validUntil": moment(award.valid_until),
        "awardedDate": moment(issued),
        "credentialSubject": {name: value for name, value in subject.items() if value},
        "evidence": [write_evidence(one) for one in award.evidence],
        "relatedResource": write_seals(award.evidence),
    }
    return {name: value for name, value in built.items() if value}


def _issuer(issuer: Organisation | None) -> dict[str, Any]:
    if issuer is None or not issuer.id:
        demand("", "issuer/id", "a credential has an issuer with a web address or DID.")
    return write_profile(issuer)  # type: ignore[arg-type] # demanded above


def moment(value: datetime | None) -> str:
    """An instant as a date-time with its zone."""
    return "" if value is None else value.isoformat().replace("+00:00", "Z")
