"""Writes the claims of an EUDI learning credential: unsigned, a non-qualified attestation.

Nothing is invented: claims that the reference issuer's metadata call mandatory and the record
does not say are left out, and named; the wallet's key may tell whose it is. Without a title, an
issuer and a date there is nothing to attest.
"""

from __future__ import annotations

from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.exchange.eudi import terms
from stackmark.exchange.languages import UNKNOWN
from stackmark.exchange.ob3.write import demand
from stackmark.exchange.shapes import Exported, Gap
from stackmark.model.achievement import Achievement, Level, Workload
from stackmark.model.record import Award, Learner, Organisation, Record
from stackmark.reading.received import EUDI_VCT

# What a holder may withhold, as the reference issuer has it; ours of the learner besides.
SELECTIVE: Final = (
    *("/sub", "/family_name", "/given_name", "/learner_identification", "/assessment_grade"),
    *("/learning_outcomes/*", "/expected_study_time", "/level_of_learning_experience"),
    *("/types_of_quality_assurance/*", "/prerequisites_to_enroll/*"),
    "/integration_stackability_options",
)
# Mandatory claims that may be left out, and where the record would say them.
_LEAVABLE: Final = {
    "family_name": "/award/learner/family_name",
    "learner_identification": "/award/learner/identifiers",
    "issuing_authority": "/issuer/name",
    "issuing_country": "/issuer/country",
    "language_of_classes": "/achievement/instruction",
    "expected_study_time": "/achievement/workload",
    "level_of_learning_experience": "/achievement/level/eqf",
    "types_of_quality_assurance": "/achievement/quality",
}
MEDIA_TYPE: Final = "application/json"


def build(record: Record, options: Any) -> Exported:
    """The claims, not signed.

    Raises ``UsageError``: ``convert.design`` without an award, ``convert.missing`` without a
    title, issuer or date, ``convert.language`` for a language the title is not in.
    """
    if record.award is None:
        raise UsageError(
            "convert.design",
            "award: an EUDI learning credential is about one person; a design has none yet.",
        )
    language = _language(record.achievement, options.language)
    claims = {
        "vct": EUDI_VCT,
        "jti": record.award.id,
        **_issuer(record.issuer or Organisation()),
        **_times(record.award),
        **_learner(record.award.learner or Learner()),
        **_texts(record.achievement, language),
        **_facts(record, record.achievement),
        terms.LANGUAGE: "" if language == UNKNOWN else language,
    }
    kept = {name: value for name, value in claims.items() if value not in ("", None, [])}
    return Exported(kept, "eudi", MEDIA_TYPE, gaps=_gaps(kept))


def _gaps(claims: dict[str, Any]) -> tuple[Gap, ...]:
    sentence = "The reference issuer calls {} mandatory and it is not stated; it is left out."
    return tuple(
        Gap(path, put_in=False, reason=sentence.format(name))
        for name, path in _LEAVABLE.items()
        if name not in claims
    )


def _language(achievement: Achievement, wanted: str) -> str:
    titles = list(achievement.title)
    demand(titles, "achievement/title", "the attestation needs a title.")
    if wanted and wanted not in titles:
        raise UsageError("convert.language", f"There is no title in {wanted!r}.")
    return wanted or (achievement.language if achievement.language in titles else titles[0])


def _issuer(issuer: Organisation) -> dict[str, Any]:
    demand(issuer.id or issuer.name, "issuer", "the attestation names who issues it.")
    return {
        "iss": issuer.id,
        "issuing_authority": issuer.name,
        "issuing_country": issuer.country,
    }


def _times(award: Award) -> dict[str, Any]:
    """The day of issue in UTC, and the end exactly (``exp``) and as a day."""
    issued = demand(award.issued, "award/issued", "the attestation has a date of issue.")
    until = terms.moment_of(terms.seconds(award.valid_until) if award.valid_until else None)
    day = terms.moment_of(terms.seconds(issued))
    demand(day, "award/issued", "the date of issue lies before 1970, which cannot be written.")
    return {
        "date_of_issuance": day.date().isoformat() if day else "",
        "nbf": terms.seconds(award.valid_from),
        "exp": terms.seconds(award.valid_until) if until else None,
        "date_of_expiry": until.date().isoformat() if until else "",
    }


def _learner(learner: Learner) -> dict[str, Any]:
    plain = [one for one in learner.identifiers if not one.hashed]
    named = [one.value for one in plain if one.scheme == terms.LEARNER_SCHEME]
    number = next(iter([*named, *(one.value for one in plain)]), learner.id)
    return {
        "sub": learner.id,
        "family_name": learner.family_name,
        "given_name": learner.given_name,
        "learner_identification": number,
    }


def _texts(achievement: Achievement, language: str) -> dict[str, Any]:
    outcomes = [one.statement.get(language, "") for one in achievement.outcomes]
    wanted = achievement.prerequisites.get(language, "")
    return {
        "achievement_title": achievement.title[language],
        "achievement_description": achievement.description.get(language, ""),
        "learning_outcomes": [one for one in outcomes if one],
        "prerequisites_to_enroll": wanted.split("\n") if wanted else [],
    }


def _facts(record: Record, achievement: Achievement) -> dict[str, Any]:
    level = (achievement.level or Level()).eqf
    workload = achievement.workload or Workload()
    quality = [
        one.name if one.type == "other" and one.name else terms.QUALITY_WORDS[one.type]
        for one in achievement.quality
    ]
    results = record.award.results if record.award else ()
    return {
        "language_of_classes": list(achievement.instruction),
        "expected_study_time": terms.study_time(workload) if workload.high else "",
        "level_of_learning_experience": level,
        "types_of_quality_assurance": quality,
        "assessment_grade": results[0].value if results else "",
        # Only a stated larger programme shows that there are options; a text may deny them.
        "integration_stackability_options": True if achievement.programme else None,
    }
