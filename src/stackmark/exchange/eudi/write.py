"""Writes the claims of an EUDI learning credential: unsigned, a non-qualified attestation.

What the reference issuer's metadata call mandatory is demanded, and nothing is invented.
"""

from __future__ import annotations

from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.exchange.eudi import terms
from stackmark.exchange.languages import UNKNOWN
from stackmark.exchange.ob3.write import demand
from stackmark.exchange.shapes import Exported
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
MEDIA_TYPE: Final = "application/json"


def build(record: Record, options: Any) -> Exported:
    """The claims, not signed.

    Raises ``UsageError``: ``convert.design`` without an award, ``convert.missing`` for a mandatory
    claim, ``convert.language`` for a language the title is not in.
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
    return Exported(kept, "eudi", MEDIA_TYPE)


def _language(achievement: Achievement, wanted: str) -> str:
    titles = list(achievement.title)
    demand(titles, "achievement/title", "the attestation needs a title.")
    if wanted and wanted not in titles:
        raise UsageError("convert.language", f"There is no title in {wanted!r}.")
    return wanted or (achievement.language if achievement.language in titles else titles[0])


def _issuer(issuer: Organisation) -> dict[str, Any]:
    name = demand(issuer.name, "issuer/name", "the attestation names its issuing authority.")
    country = demand(issuer.country, "issuer/country", "the attestation names its country.")
    return {"iss": issuer.id, "issuing_authority": name, "issuing_country": country}


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
        "family_name": demand(
            learner.family_name,
            "award/learner/family_name",
            "the attestation needs the family name by itself.",
        ),
        "given_name": learner.given_name,
        "learner_identification": demand(
            number, "award/learner", "the attestation needs a number or id of the learner."
        ),
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
        "language_of_classes": demand(
            list(achievement.instruction),
            "achievement/instruction",
            "the attestation needs the languages it is taught in.",
        ),
        "expected_study_time": demand(
            terms.study_time(workload) if workload.high else "",
            "achievement/workload",
            "the attestation needs the hours of study.",
        ),
        "level_of_learning_experience": demand(
            level, "achievement/level/eqf", "the attestation needs an EQF level from 1 to 8."
        ),
        "types_of_quality_assurance": demand(
            quality, "achievement/quality", "the attestation needs a type of quality assurance."
        ),
        "assessment_grade": results[0].value if results else "",
        # Only a stated larger programme shows that there are options; a text may deny them.
        "integration_stackability_options": True if achievement.programme else None,
    }
