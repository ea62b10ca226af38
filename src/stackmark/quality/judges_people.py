"""Tests on learner, organisations, dates, grades and quality assurance."""

from __future__ import annotations

import datetime as dt
from typing import Final

from stackmark.model.achievement import Quality
from stackmark.model.record import Organisation, Result
from stackmark.quality.answers import Answer, met, silent, wrong
from stackmark.quality.case import Case
from stackmark.quality.countries import COUNTRIES
from stackmark.quality.profile import Row

_COUNTRY: Final = "/issuer/country"
_ISSUED: Final = "/award/issued"
_LEARNER_ID: Final = "/award/learner/id"
_IDENTIFIERS: Final = "/award/learner/identifiers"
_QUALITY: Final = "/achievement/quality"


def country(case: Case, row: Row) -> Answer:
    """A country there is."""
    del row
    issuer = case.record.issuer
    if issuer is None or not issuer.country:
        return silent("The country of the issuer is not stated.", _COUNTRY)
    if issuer.country not in COUNTRIES:
        return wrong(f"{issuer.country} is no country of ISO 3166-1.", _COUNTRY)
    return met(issuer.country, _COUNTRY)


def date(case: Case, row: Row) -> Answer:
    """An instant of issue that can be."""
    del row
    award = case.record.award
    issued = (award.issued or award.valid_from) if award else None
    if award is None or issued is None:
        return silent("The date of issuing is not stated.", _ISSUED)
    if issued > case.now:
        return wrong(f"It is issued in the future: {issued.isoformat()}.", _ISSUED)
    if award.ended and issued < award.ended:
        return wrong(
            f"It is issued on {issued.isoformat()}, before the learning ended on "
            f"{award.ended.isoformat()}.",
            _ISSUED,
        )
    return met(issued.isoformat().replace("+00:00", "Z"), _ISSUED)


def learner(case: Case, row: Row) -> Answer:
    """Somebody in particular; nobody can be guessed from a hash."""
    del row
    found = case.record.award.learner if case.record.award else None
    # An id of a kind that a record does not keep, such as mailto:, is an id all the same.
    if case.unread(_LEARNER_ID) and not (found and (found.id or found.identifiers)):
        return met("by id", _LEARNER_ID)
    if found is None or not (found.id or found.identifiers):
        named = found and (found.name or found.given_name or found.family_name)
        said = "only a name is stated, which others may have too" if named else "nothing is stated"
        return silent(f"Who the learner is cannot be told: {said}.", "/award/learner")
    for number, one in enumerate(found.identifiers):
        if one.hashed and not one.salt:
            told = "A hashed identifier has no salt, so it can be guessed from a list of addresses."
            return wrong(told, f"{_IDENTIFIERS}/{number}")
    return met("by id" if found.id else f"by {found.identifiers[0].scheme}", "/award/learner")


def organisation(case: Case, row: Row) -> Answer:
    """A body with a name and a lasting identifier."""
    del row
    body = case.record.awarded_by
    path = "/awarding_body" if case.record.awarding_body else "/issuer"
    if body is None:
        return silent("Who awards it is not stated.", path)
    missing = _lacks(body)
    if missing:
        return silent(f"The awarding body has no {missing}.", path)
    identity = body.id or f"{body.identifiers[0].scheme} {body.identifiers[0].value}"
    return met(f"{body.name or body.legal_name} ({identity})", path)


def _lacks(body: Organisation) -> str:
    name = "" if body.name or body.legal_name else "name"
    identity = "" if body.id or body.identifiers else "persistent identifier"
    return " and no ".join(filter(None, (name, identity)))


def identifier(case: Case, row: Row) -> Answer:
    """An identifier of one scheme."""
    wanted = row.parameters["scheme"].lower()
    for pointer, value in case.values(f"{row.where[0]}/scheme"):
        if str(value).lower() == wanted:
            return met(row.parameters["scheme"], pointer.rpartition("/")[0])
    return silent(f"There is no identifier of the scheme {row.parameters['scheme']}.")


def independent(case: Case, row: Row) -> Answer:
    """Somebody else assesses."""
    del row
    body = case.record.awarded_by
    assessors = [one for one in case.record.achievement.parties if one.role == "assessor"]
    if not assessors:
        return silent("No assessing body is named besides the one that awards.")
    same = [one for one in assessors if body and one.name in (body.name, body.legal_name)]
    if len(same) == len(assessors):
        return wrong("The body that awards it is named as assessor, too.")
    return met(f"Assessed by {assessors[0].name}.")


def grade(case: Case, row: Row) -> Answer:
    """A mark and what it is measured on."""
    del row
    if case.record.award is None:
        return _scale(case)
    results = case.record.award.results
    told = [one for one in results if one.value or one.level]
    if not told:
        return silent("No grade is stated.", "/award/results")
    bare = next((n for n, one in enumerate(results) if one.value and not _has_scale(one)), None)
    if bare is not None:
        one = results[bare]
        return wrong(f"The grade {one.value} stands on no named scale.", f"/award/results/{bare}")
    return met(", ".join(one.value or one.level for one in told), "/award/results")


def _has_scale(one: Result) -> bool:
    return bool(one.scale or (one.minimum and one.maximum))


def _scale(case: Case) -> Answer:
    found = case.record.achievement.assessment
    if found is None or not found.scale:
        told = "It is not stated on which scale results are given."
        return silent(told, "/achievement/assessment/scale")
    return met(f"scale: {found.scale}", "/achievement/assessment/scale")


def quality_assured(case: Case, row: Row) -> Answer:
    """What, who, when, of one statement at least."""
    del row
    stated = case.record.achievement.quality
    if not stated:
        return silent("No quality assurance is stated.", _QUALITY)
    gaps = [_gap(one) for one in stated]
    if "" in gaps:
        one = stated[gaps.index("")]
        return met(f"{one.type}, {one.name}, {one.date}", _QUALITY)
    best = min(range(len(gaps)), key=lambda number: len(gaps[number]))
    told = f"The quality assurance ({stated[best].type}) does not say {gaps[best]}."
    return silent(told, f"{_QUALITY}/{best}")


def _gap(one: Quality) -> str:
    who = "" if one.name or one.id else "by whom"
    when = "" if one.date else "when"
    return " and ".join(filter(None, (who, when)))


def review(case: Case, row: Row) -> Answer:
    """A review ahead, and not too far."""
    dues = [one for one in case.record.achievement.quality if one.review_due]
    today = case.now.date()
    if not dues:
        return silent("It is not stated when it is reviewed again.", _QUALITY)
    latest = max(dues, key=_due)
    path = f"{_QUALITY}/{case.record.achievement.quality.index(latest)}/review_due"
    if _due(latest) < today:
        return wrong(f"The review due on {latest.review_due} is overdue.", path)
    months = int(row.parameters["months"])
    if _due(latest) > _later(latest.date or today, months):
        return wrong(
            f"The next review, on {latest.review_due}, is more than {months} months away.", path
        )
    return met(f"Reviewed again by {latest.review_due}.", path)


def _due(one: Quality) -> dt.date:
    assert one.review_due is not None
    return one.review_due


def _later(start: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month; the end of time at most."""
    year, month = divmod(start.month - 1 + months, 12)
    if start.year + year >= dt.MAXYEAR:
        return dt.date.max
    first = dt.date(start.year + year, month + 1, 1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    last = (following - dt.timedelta(days=1)).day
    return first.replace(day=min(start.day, last))
