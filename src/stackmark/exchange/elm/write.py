"""Writes ELM 3 documents of the EDC application profile, unsealed.

A record with an award becomes a document of the type EuropeanDigitalCredential, as the standard
names it; until a body seals it, it is an ELM document only. A design has nobody who holds it:
what ELM has for it is the specification alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from stackmark.exchange.elm import concepts
from stackmark.exchange.elm.concepts import Json
from stackmark.exchange.elm.display import page
from stackmark.exchange.elm.making import (
    identifier,
    identifier_gaps,
    kept,
    note,
    number,
    organisation,
    organisation_gaps,
    refuse,
    said,
    text_note,
    texts,
    thing,
    value_note,
)
from stackmark.exchange.elm.specification import specification
from stackmark.exchange.shapes import Exported, Gap
from stackmark.model.achievement import Party
from stackmark.model.record import Award, Evidence, Learner, Organisation, Record, Result

CONTEXTS: Final = (
    "https://www.w3.org/2018/credentials/v1",
    "http://data.europa.eu/snb/model/context/edc-ap",
)
SCHEMA: Final = "http://data.europa.eu/snb/model/ap/edc-generic-no-cv"


def build(record: Record, options: Any) -> Exported:
    """The ELM document of a record: all languages are written, so the options change nothing.

    Raises ``UsageError`` ``convert.missing`` for what ELM demands and the record does not say.
    """
    del options
    tree = _credential(record, record.award) if record.award else _design(record)
    document = number({"@context": list(CONTEXTS), **tree})
    return Exported(document, "elm", "application/ld+json", gaps=_gaps(record))


def _gaps(record: Record) -> tuple[Gap, ...]:
    found: list[Gap] = []
    for one, place in ((record.issuer, "/issuer"), (record.awarding_body, "/awarding_body")):
        found += organisation_gaps(one, place) if one else []
    if record.award and record.issuer:
        found += identifier_gaps(record.issuer)
    return tuple(found)


def _design(record: Record) -> Json:
    """The specification: its publisher is the issuer; who awards stands in an opportunity."""
    bodies, language = _bodies(record), record.achievement.language
    offer = thing("AwardingOpportunity", awardingBody=bodies) if bodies else None
    issuer = organisation(record.issuer, language) if record.issuer else None
    return specification(record) | {"awardingOpportunity": kept(offer), "publisher": issuer}


def _bodies(record: Record) -> list[Json]:
    """The awarding body first, then those that award jointly."""
    language = record.achievement.language
    first: list[Json] = []
    if record.awarded_by:
        first = [organisation(record.awarded_by, language)]
    return first + _agents(record, "awarding")


def _agents(record: Record, role: str) -> list[Json]:
    language = record.achievement.language
    return [_agent(one, language) for one in record.achievement.parties if one.role == role]


def _agent(one: Party, language: str) -> Json:
    """An Agent: an Organisation would need a country, which the record does not know."""
    return thing("Agent", id=one.id, prefLabel=said(one.name, language))


def _credential(record: Record, award: Award) -> Json:
    language = record.achievement.language
    if award.issued is None:
        refuse("/award/issued", "ELM needs the date of issue.")
    start, end = award.valid_from or award.issued, award.valid_until
    return {
        "id": award.id,
        "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
        "credentialProfiles": [_profile()],
        "displayParameter": _display(record),
        "issuer": organisation(_issuer(record), language),
        "issuanceDate": _instant(award.issued),
        "issued": _instant(award.issued),
        "validFrom": _instant(start),
        "validUntil": _instant(end),
        "expirationDate": _instant(end),
        "credentialSubject": _person(award.learner, _claim(record, award), language),
        "evidence": [_evidence(one, language) for one in award.evidence],
        "credentialSchema": [{"id": SCHEMA, "type": "ShaclValidator2017"}],
    }


def _issuer(record: Record) -> Organisation:
    if record.issuer is None:
        refuse("/issuer", "ELM needs the issuer.")
    return record.issuer


def _profile() -> Json:
    return concepts.public_concept(
        f"{concepts.SNB}credential/", concepts.GENERIC_PROFILE, "Generic"
    )


def _instant(value: datetime | None) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None


def _display(record: Record) -> Json:
    """How it is shown: EDC demands a picture of at least one page in one language."""
    one = record.achievement
    return thing(
        "DisplayParameter",
        title=texts(one.title, one.language),
        primaryLanguage=concepts.language(one.language),
        language=_distinct([concepts.language(tag) for tag in one.languages]),
        individualDisplay=[page(record)],
    )


def _distinct(values: list[Json]) -> list[Json]:
    return [one for place, one in enumerate(values) if one not in values[:place]]


def _person(learner: Learner | None, claim: Json, language: str) -> Json:
    one = learner or Learner()
    return thing(
        "Person",
        id=one.id,
        identifier=kept(*map(identifier, one.identifiers)),
        fullName=said(one.name, language),
        givenName=said(one.given_name, language),
        familyName=said(one.family_name, language),
        hasClaim=[claim],
    )


def _claim(record: Record, award: Award) -> Json:
    one = record.achievement
    awarded = thing("AwardingProcess", awardingBody=_bodies(record))
    return thing(
        "LearningAchievement",
        title=texts(one.title, one.language),
        awardedBy=awarded,
        provenBy=[_assessment(each, record, awarded) for each in award.results],
        influencedBy=kept(_activity(award, record, awarded)),
        specifiedBy=specification(record),
        additionalNote=kept(_narrative(award, one.language)),
    )


def _narrative(award: Award, language: str) -> Json | None:
    return text_note("narrative", said(award.narrative, language), language)


def _activity(award: Award, record: Record, awarded: Json) -> Json | None:
    start, end = _instant(award.started), _instant(award.ended)
    if not (start or end):
        return None
    one = record.achievement
    period = thing("PeriodOfTime", startDate=start, endDate=end)
    title = texts(one.title, one.language)
    return thing("LearningActivity", title=title, temporal=[period], awardedBy=awarded)


def _assessment(result: Result, record: Record, awarded: Json) -> Json:
    """One assessment that was taken; it must carry a grade, and says so where there is none."""
    one, language = record.achievement, record.achievement.language
    supervision = concepts.supervision(one.supervision) if one.supervision else None
    first = record.award is not None and result is record.award.results[0]
    return thing(
        "LearningAssessment",
        title=said(result.name, language) or texts(one.title, language),
        grade=_grade(result, language),
        gradeStatus=concepts.STATUS.concept(result.status) if result.status else None,
        idVerification=supervision,
        assessedBy=_agents(record, "assessor") if first else None,
        awardedBy=awarded,
        additionalNote=_result_notes(result, one.title.values()),
    )


def _grade(result: Result, language: str) -> Json | None:
    if result.value:
        return note(said(result.value, language))
    words = result.level or concepts.STATUS.labels[result.status]
    return note(said(words, language), concepts.own_concept("no-grade", label="No grade"))


def _result_notes(one: Result, titles: Iterable[str]) -> list[Json]:
    """What ELM has no property for; a name equal to the achievement's cannot be told apart."""
    name = one.name if one.name in titles else ""
    return kept(
        value_note("name", name, f"Called: {name}."),
        value_note("part", "total" if one.total else "", "Of the whole assessment."),
        value_note("component", one.component, f"Part of the assessment: {one.component}."),
        value_note("criterion", one.criterion, f"Criterion: {one.criterion}."),
        value_note("level-id", one.level_id, f"Level of the rubric: {one.level_id}."),
        value_note("scale", one.scale, f"Scale: {one.scale}."),
        value_note("minimum", one.minimum, f"Lowest value: {one.minimum}."),
        value_note("maximum", one.maximum, f"Highest value: {one.maximum}."),
        value_note("required", one.required, f"Needed to pass: {one.required}."),
        value_note("level", one.level, f"Level reached: {one.level}."),
    )


def _evidence(one: Evidence, language: str) -> Json:
    """Work of the learner; EDC's own evidence types are about how a credential was issued."""
    label = one.genre or "Work of the learner"
    kind = concepts.own_concept("evidence", one.genre and "genre", label, language)
    return thing(
        "Evidence",
        id=one.url,
        dcType=kind,
        title=said(one.name, language),
        evidenceStatement=one.narrative,
    )
