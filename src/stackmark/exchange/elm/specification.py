"""Writes what can be learned: a LearningAchievementSpecification, or a Qualification.

Only a Qualification may carry a level and accreditations (EDC-generic-no-cv, QualificationShape),
so one is written where the record has either.
"""

from __future__ import annotations

from typing import Final

from stackmark.exchange.elm import codes, concepts
from stackmark.exchange.elm.concepts import NOT_STATED, Json
from stackmark.exchange.elm.durations import write_hours
from stackmark.exchange.elm.making import (
    CODE_SCHEME,
    identifier,
    kept,
    note,
    refuse,
    said,
    text_note,
    texts,
    thing,
    unknown_organisation,
    value_note,
    web,
)
from stackmark.model.achievement import Achievement, Assessment, Outcome, Quality, Skill
from stackmark.model.record import Record

CRITERIA: Final = {"en": "Criteria"}
GRADING: Final = {"en": "Grading"}
ASSESSMENT: Final = {"en": "Assessment"}


def specification(record: Record) -> Json:
    """The specification of a record's achievement.

    Raises ``UsageError`` ``convert.missing`` without a title.
    """
    one = record.achievement
    if not one.title:
        refuse("/achievement/title", "ELM needs a title.")
    language = one.language
    return thing(
        _class(one),
        id=record.id,
        identifier=kept(_code(one), *map(identifier, record.identifiers)),
        dcType=_types(record),
        title=texts(one.title, language),
        description=texts(one.description, language),
        category={language: list(one.tags)} if one.tags else None,
        **_facts(one),
        learningOutcome=[_outcome(each, language) for each in one.outcomes],
        provenBy=_assessments(one),
        accreditation=[_accreditation(each, language) for each in one.quality],
        isPartOf=kept(_programme(one)),
        supplementaryDocument=kept(_criteria(one)),
        additionalNote=_notes(record),
    )


def _class(one: Achievement) -> str:
    levelled = one.level is not None and (one.level.eqf or one.level.code)
    return "Qualification" if levelled or one.quality else "LearningAchievementSpecification"


def _types(record: Record) -> list[Json]:
    """The kind as a concept of ours, and the word another document had for it."""
    kind, stated = record.achievement.kind, record.type_stated
    language = record.achievement.language
    own = concepts.own_concept("type", label=stated, language=language) if stated else None
    return kept(concepts.KINDS.concept(kind) if kind else None, own)


def _code(one: Achievement) -> Json | None:
    if not one.code:
        return None
    return thing("Identifier", notation=one.code, schemeName="Course code", schemeId=CODE_SCHEME)


def _facts(one: Achievement) -> Json:
    level = one.level
    return {
        "thematicArea": kept(_field(one)),
        "eqfLevel": _eqf(level.eqf) if level and level.eqf else None,
        "nqfLevel": kept(_national(level.framework, level.code, one.language) if level else None),
        "creditPoint": kept(_credit(one)),
        "volumeOfLearning": _volume(one),
        "mode": [concepts.MODES.concept(word) for word in one.participation],
        "language": [concepts.language(tag) for tag in one.instruction],
        "entryRequirement": note(texts(one.prerequisites, one.language)),
    }


def _volume(one: Achievement) -> str | None:
    """The lower end, which is sure; an interval is said in a note."""
    found = one.workload
    return write_hours(found.low) if found and found.low is not None else None


def _field(one: Achievement) -> Json | None:
    found = one.field
    if found is None or not found.code:
        return None
    base = f"{concepts.SNB}isced-f/"
    made = concepts.public_concept(base, found.code)
    return made | ({"prefLabel": said(found.name, one.language)} if found.name else {})


def _eqf(level: int) -> Json:
    return concepts.public_concept(f"{concepts.SNB}eqf/", str(level), f"Level {level}")


def _national(framework: str, code: str, language: str) -> Json | None:
    if not framework:
        return None
    scheme = thing("ConceptScheme", prefLabel=said(framework, language))
    label = said(f"{framework} {code}", language)
    return thing("Concept", prefLabel=label, notation=code, inScheme=scheme)


def _credit(one: Achievement) -> Json | None:
    found = one.credit
    if found is None or found.value is None:
        return None
    framework = concepts.CREDITS.concept(found.unit)
    if found.unit_name:
        framework |= {"prefLabel": said(found.unit_name, one.language)}
    return thing("CreditPoint", framework=framework, point=f"{found.value:f}")


def _outcome(one: Outcome, language: str) -> Json:
    esco = [_is_esco(each) for each in one.skills]
    made = [_skill(each, language) for each in one.skills]
    in_order = esco == sorted(esco, reverse=True)
    related = [each for each, public in zip(made, esco, strict=True) if not (public and in_order)]
    return thing(
        "LearningOutcome",
        title=texts(one.statement, language) or {"en": NOT_STATED},
        relatedESCOSkill=[each for each, public in zip(made, esco, strict=True) if public],
        relatedSkill=related,
    )


def _is_esco(one: Skill) -> bool:
    return one.uri.startswith(f"{concepts.ESCO}skill/") and bool(one.framework)


def _skill(one: Skill, language: str) -> Json:
    scheme = {"id": concepts.ESCO_SKILLS} if _is_esco(one) else {}
    scheme |= thing("ConceptScheme", prefLabel=said(one.framework, language))
    return thing(
        "Concept",
        id=one.uri,
        prefLabel=said(one.name, language),
        notation=one.code,
        inScheme=scheme if one.framework else None,
    )


def _assessments(one: Achievement) -> list[Json]:
    """One LearningAssessmentSpecification a method, since it may have one type only."""
    found = one.assessment
    if found is None:
        return []
    common = _assessment_facts(found, one.language)
    first, *more = found.methods or ("",)
    return [_assessment(first, common), *(_assessment(word, {}) for word in more)]


def _assessment(word: str, more: Json) -> Json:
    title = {"en": concepts.METHODS.labels[word]} if word else ASSESSMENT
    kind = concepts.METHODS.concept(word) if word else None
    return thing("LearningAssessmentSpecification", title=title, dcType=kind, **more)


def _assessment_facts(one: Assessment, language: str) -> Json:
    rule = texts(one.pass_rule, language)
    grading = thing("GradingScheme", title=GRADING, description=rule) if rule else None
    top, needed = _plain(one.maximum), _plain(one.required)
    tries = "" if one.attempts is None else str(one.attempts)
    return {
        "description": texts(one.description, language),
        "gradingScheme": grading,
        "additionalNote": kept(
            value_note("scale", one.scale, f"Graded by: {one.scale}."),
            value_note("maximum", top, f"Highest mark: {top}."),
            value_note("required", needed, f"Needed to pass: {needed}."),
            value_note("attempts", tries, f"Attempts allowed: {tries if one.attempts else 'any'}."),
        ),
    }


def _plain(value: object) -> str:
    return "" if value is None else f"{value:f}"


def _accreditation(one: Quality, language: str) -> Json:
    kind = concepts.ACCREDITATIONS.concept(one.type)
    return thing(
        "Accreditation",
        dcType=kind,
        title=kind["prefLabel"],
        accreditingAgent=unknown_organisation(one.name, one.id, language),
        report=web(one.url),
        dateIssued=f"{one.date.isoformat()}T00:00:00Z" if one.date else None,
        reviewDate=f"{one.review_due.isoformat()}T00:00:00Z" if one.review_due else None,
    )


def _programme(one: Achievement) -> Json | None:
    found = one.programme
    if found is None:
        return None
    place = f"{found.position or ''}/{found.parts or ''}" if found.position or found.parts else ""
    return thing(
        _class(one),
        title=texts(found.name, one.language) or {"en": NOT_STATED},
        homepage=kept(web(found.url)),
        additionalNote=kept(
            value_note("position", place, f"Position and number of parts: {place}.")
        ),
    )


def _criteria(one: Achievement) -> Json | None:
    return web(one.criteria.url, CRITERIA) if one.criteria else None


def _notes(record: Record) -> list[Json]:
    one, language = record.achievement, record.achievement.language
    criteria = one.criteria.narrative if one.criteria else {}
    renewal = one.validity.renewal if one.validity else {}
    return kept(
        note(texts(one.further, language)),
        text_note("criteria", criteria, language),
        text_note("ai-policy", one.ai_policy, language),
        text_note("counts-towards", one.stackability, language),
        text_note("renewal", renewal, language),
        *_value_notes(record),
        *_parties(one),
    )


def _parties(one: Achievement) -> list[Json | None]:
    """All parties in their order, where there are others than joint awarding bodies."""
    if all(party.role == "awarding" for party in one.parties):
        return []
    return [
        note(
            said(party.name, one.language),
            concepts.own_concept("party", f"{party.role} {party.id}".strip(), "Party"),
        )
        for party in one.parties
    ]


def _value_notes(record: Record) -> list[Json | None]:
    one = record.achievement
    validity = _validity(one)
    hours = _interval(one)
    levelled = "not-levelled" if one.level and one.level.not_levelled else ""
    supervised = concepts.SUPERVISION.labels.get(one.supervision, "")
    return [
        value_note("language", _language(record), f"Written in: {one.language}."),
        value_note("version", record.version, f"Version: {record.version}."),
        value_note("author", one.author, f"Author: {one.author}."),
        value_note("validity", validity, f"Validity: {validity}."),
        value_note("workload", hours, f"Workload in hours, from and to: {hours}."),
        value_note("level", levelled, "This has no level of a qualifications framework."),
        value_note("supervision", _supervision(record), f"{supervised}."),
    ]


def _language(record: Record) -> str:
    """The language, where it would be read otherwise."""
    one = record.achievement
    told = codes.language_uri(one.language) if record.award else ""
    tags = tuple(texts(one.title, one.language))
    return one.language if codes.choose_language(told, tags) != one.language else ""


def _supervision(record: Record) -> str:
    """Supervision stands in the LearningAssessment, which there is with a result only."""
    has_result = record.award is not None and record.award.results
    return "" if has_result else record.achievement.supervision


def _validity(one: Achievement) -> str:
    found = one.validity
    if found is None:
        return ""
    until = found.until.isoformat() if found.until else ""
    return " ".join(filter(None, (found.kind, str(found.months or ""), until)))


def _interval(one: Achievement) -> str:
    found = one.workload
    if found is None or found.low == found.high:
        return ""
    return f"{found.low:f}/{found.high:f}"
