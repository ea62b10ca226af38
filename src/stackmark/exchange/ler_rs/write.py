"""Writes LER-RS: the person, the certification with who issued it and when, and the skills.

A resume is somebody's: a design has nobody and is refused. It is not signed; nothing is put
under ``verifications``, which is for credentials that a verifier can check.
"""

from __future__ import annotations

from typing import Any

from stackmark.errors import UsageError
from stackmark.exchange.ler_rs.terms import KINDS, TYPE, Json, kept
from stackmark.exchange.ob3.write import moment
from stackmark.exchange.shapes import Exported
from stackmark.model.achievement import Achievement, Skill
from stackmark.model.record import Award, Evidence, Learner, Organisation, Record


def build(record: Record, options: Any) -> Exported:
    """The document of a record with an award, in one language.

    Raises ``UsageError`` ``convert.missing`` for a record without award or title,
    ``convert.language`` when there is no title in the language asked for.
    """
    award, one = record.award, record.achievement
    if award is None:
        raise UsageError("convert.missing", "/award: a resume is somebody's; this is a design.")
    language = _tongue(one, options.language)
    document = {
        "type": TYPE,
        "language": language.partition("-")[0] if language != "und" else "",
        "person": _person(award.learner),
        "certifications": [_certification(record, award, language)],
        "skills": [_skill(each) for each in one.skills],
    }
    return Exported(kept(document), "ler-rs", "application/json")


def _tongue(one: Achievement, asked: str) -> str:
    if not one.title:
        raise UsageError("convert.missing", "/achievement/title: LER-RS needs a name.")
    if asked and asked not in one.title:
        known = ", ".join(one.title)
        raise UsageError("convert.language", f"There is no title in {asked}; there is {known}.")
    return asked or (one.language if one.language in one.title else next(iter(one.title)))


def _person(learner: Learner | None) -> Json:
    one = learner or Learner()
    name = {"formattedName": one.name, "given": one.given_name, "family": one.family_name}
    return kept({"id": _identifier(one.id), "name": kept(name)})


def _identifier(value: str, scheme: str = "") -> Json:
    return kept({"value": value, "schemeId": scheme}) if value else {}


def _certification(record: Record, award: Award, language: str) -> Json:
    one = record.achievement
    start = award.valid_from or (award.issued if award.valid_until else None)
    period = {"validFrom": moment(start), "validTo": moment(award.valid_until)}
    text = one.description.get(language)
    kind = KINDS.get(one.kind, record.type_stated)
    return kept(
        {
            "id": _identifier(award.id),
            "name": one.title[language],
            "type": {"name": kind} if kind else {},
            "descriptions": [text] if text else [],
            "issued": moment(award.issued),
            "effectiveTimePeriod": kept(period),
            "issuingAuthority": _organisation(record.awarded_by),
            "attachmentReferences": [_attachment(each) for each in award.evidence if each.url],
        }
    )


def _organisation(one: Organisation | None) -> Json:
    if one is None:
        return {}
    communication = {
        "web": [{"url": one.url}] if one.url else [],
        "email": [{"address": one.email}] if one.email else [],
        "address": [{"countryCode": one.country}] if one.country else [],
    }
    return kept(
        {
            "id": _identifier(one.id),
            "name": one.name,
            "communication": kept(communication),
        }
    )


def _attachment(one: Evidence) -> Json:
    return kept({"uri": one.url, "descriptions": [one.name] if one.name else []})


def _skill(one: Skill) -> Json:
    return {"name": one.name}
