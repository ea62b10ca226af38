"""Writes schema.org data: the credential, the course that leads to it, and who holds it.

Texts are plain, in one language, as search engines read them. An interval of hours and a level
that does not exist have no place.
"""

from __future__ import annotations

from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.exchange.elm.durations import write_hours
from stackmark.exchange.languages import UNKNOWN
from stackmark.exchange.ob3.write import in_one, moment
from stackmark.exchange.schemaorg import terms
from stackmark.exchange.schemaorg.terms import Json, thing
from stackmark.exchange.shapes import Exported
from stackmark.model.achievement import Achievement, Credit, Level, Outcome, Programme, Skill
from stackmark.model.record import Award, Identifier, Organisation, Record

_CREDENTIAL: Final = "_:credential"


def build(record: Record, options: Any) -> Exported:
    """The graph of a record in one language.

    Raises ``UsageError`` ``convert.language`` when there is no title in the language asked for,
    ``convert.missing`` for a record without a title.
    """
    language = _tongue(record.achievement, options.language)
    said = in_one(record.achievement, language)
    credential = _credential(record, said, language)
    graph = [credential, *_course(record, said, language, credential)]
    if record.award is not None:
        graph += _person(record.award, credential["@id"])
    document = {"@context": terms.CONTEXT, "@graph": graph}
    return Exported(document, "schemaorg", "application/ld+json")


def _tongue(one: Achievement, asked: str) -> str:
    if not one.title:
        raise UsageError("convert.missing", "/achievement/title: schema.org needs a name.")
    if asked and asked not in one.title:
        known = ", ".join(one.title)
        raise UsageError("convert.language", f"There is no title in {asked}; there is {known}.")
    return asked or (one.language if one.language in one.title else next(iter(one.title)))


def _credential(record: Record, one: Achievement, language: str) -> Json:
    award, validity = record.award, one.validity
    months = validity.months if validity else None
    until = validity.until.isoformat() if validity and validity.until and not award else ""
    return thing(
        terms.CREDENTIAL,
        id=record.id or _CREDENTIAL,
        name=one.title.get(language),
        description=one.description.get(language),
        inLanguage="" if language == UNKNOWN else language,
        image=record.image,
        version=record.version,
        identifier=[_identifier(each) for each in record.identifiers if not each.hashed],
        creator=_organisation(record.awarded_by),
        credentialCategory=terms.CATEGORIES.get(one.kind, record.type_stated),
        educationalLevel=_levels(one.level),
        competencyRequired=_skills(one.outcomes, language),
        recognizedBy=[
            thing("Organization", id=each.id, name=each.name, url=each.url)
            for each in one.quality
            if each.name or each.id
        ],
        validFor=f"P{months}M" if months else "",
        expires=moment(award.valid_until) if award else until,
        dateCreated=moment(award.issued) if award else "",
        about=_field(one),
        isPartOf=_programme(one.programme, language),
        keywords=list(one.tags),
    )


def _course(record: Record, one: Achievement, language: str, credential: Json) -> list[Json]:
    """The course, when something is said that only a course has."""
    members: Json = {
        "provider": _organisation(record.issuer if record.awarding_body else None),
        "courseCode": one.code,
        "inLanguage": list(one.instruction),
        "timeRequired": _time(one),
        "numberOfCredits": _credits(one.credit),
        "coursePrerequisites": one.prerequisites.get(language),
        "teaches": [text for each in one.outcomes if (text := _statement(each, language))],
        "hasCourseInstance": _instance(one),
    }
    if not any(members.values()):
        return []
    awarded = {"@id": credential["@id"]}
    name = one.title.get(language)
    return [thing("Course", name=name, educationalCredentialAwarded=awarded, **members)]


def _statement(one: Outcome, language: str) -> str:
    return one.statement.get(language, "")


def _skills(outcomes: tuple[Outcome, ...], language: str) -> list[Json]:
    """Each skill, with the outcome it belongs to as its description."""
    return [_skill(each, _statement(one, language)) for one in outcomes for each in one.skills]


def _skill(one: Skill, statement: str) -> Json:
    return thing(
        "DefinedTerm",
        name=one.name,
        url=one.uri,
        inDefinedTermSet=one.framework,
        termCode=one.code,
        description=statement,
    )


def _identifier(one: Identifier) -> Json:
    return thing("PropertyValue", propertyID=one.scheme, value=one.value)


def _organisation(one: Organisation | None) -> Json | None:
    if one is None:
        return None
    return thing(
        "Organization",
        id=one.id,
        name=one.name,
        legalName=one.legal_name,
        url=one.url,
        email=one.email,
        address=thing("PostalAddress", addressCountry=one.country) if one.country else None,
        identifier=[_identifier(each) for each in one.identifiers if not each.hashed],
    )


def _levels(one: Level | None) -> list[Json]:
    if one is None:
        return []
    found = []
    if one.eqf:
        code, name = str(one.eqf), f"EQF {one.eqf}"
        found.append(thing("DefinedTerm", name=name, termCode=code, inDefinedTermSet=terms.EQF))
    if one.framework:
        code, frame = one.code, one.framework
        found.append(thing("DefinedTerm", name=code, termCode=code, inDefinedTermSet=frame))
    return found


def _time(one: Achievement) -> str:
    """One duration: an interval would have to be made smaller."""
    found = one.workload
    if found is None or found.low is None or found.low != found.high:
        return ""
    return write_hours(found.low)


def _credits(found: Credit | None) -> Json | None:
    if found is None or found.value is None:
        return None
    whole = found.value == found.value.to_integral_value()
    value = int(found.value) if whole else float(found.value)
    unit = found.unit_name or terms.UNITS.get(found.unit, "")
    return thing("QuantitativeValue", value=value, unitText=unit)


def _field(one: Achievement) -> Json | None:
    found = one.field
    if found is None:
        return None
    frame = terms.ISCED if found.code else ""
    name, code = found.name, found.code
    return thing("DefinedTerm", name=name, termCode=code, inDefinedTermSet=frame)


def _programme(one: Programme | None, language: str) -> Json | None:
    name = one.name.get(language) if one else ""
    return thing("Course", name=name, url=one.url) if one and (name or one.url) else None


def _instance(one: Achievement) -> Json | None:
    if not one.participation:
        return None
    return thing("CourseInstance", courseMode=list(one.participation))


def _person(award: Award, credential: str) -> list[Json]:
    learner = award.learner
    if learner is None:
        return []
    return [
        thing(
            "Person",
            id=learner.id,
            name=learner.name,
            givenName=learner.given_name,
            familyName=learner.family_name,
            hasCredential={"@id": credential},
        )
    ]
