"""Results, sealed artefacts and the assessor of an award: checked, and in the form they are kept.

A result names what it is of by the plan (``total``, or ``component`` with ``criterion`` and
``level``), or by addresses as the version signs them (``description``, ``level``). It is kept by
addresses: what is signed refers to the descriptions in the signed achievement and to nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark.canonical.nquads import IRI
from stackmark.exchange.ob3.rubrics import Addresses
from stackmark.model.assessment_plan import Plan
from stackmark_web.awarding.checks import Problem, words
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.catalogue.queries import descriptor_of

MAX_RESULTS: Final = 200
MAX_RELATED: Final = 60
STATUSES: Final = (
    *("Completed", "Enrolled", "Failed", "InProgress", "OnHold", "Provisional", "Withdrew"),
)
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE: Final = re.compile(r"[a-z0-9!#$&^_.+-]{1,100}/[a-z0-9!#$&^_.+-]{1,100}")


def descriptions(version: AchievementVersion) -> dict[str, dict[str, Any]]:
    """The result descriptions that the version signs, by their addresses."""
    found = version.signable.get("resultDescription") or []
    return {str(one["id"]): one for one in found}


def results(version: AchievementVersion, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Results as they are kept; raises ``Problem`` for one that the version does not describe."""
    if not rows:
        return []
    known = descriptions(version)
    at = Addresses(descriptor_of(version).plan or Plan(), str(version.signable["id"]))
    found = [_result(row, at, known) for row in rows]
    if len({one["description"] for one in found}) < len(found):
        raise Problem("results", _("Two results are of the same part of the assessment."))
    if len(found) > MAX_RESULTS:
        raise Problem("results", _("At most %d results fit.") % MAX_RESULTS)
    return found


def _result(
    row: Mapping[str, Any], at: Addresses, known: Mapping[str, Mapping[str, Any]]
) -> dict[str, str]:
    description = _description(row, at)
    if description not in known:
        raise Problem(
            "results", _("The achievement describes no such result: %s") % description[:200]
        )
    level = _level(row, at, known[description])
    value = words("results", str(row.get("value", "") if row.get("value") is not None else ""), 100)
    status = str(row.get("status") or "")
    if status and status not in STATUSES:
        raise Problem("results", _("This is no status of a result: %s") % status[:60])
    if not (value or level or status):
        raise Problem("results", _("A result needs a value, a level or a status."))
    kept = {"description": description, "value": value, "level": level, "status": status}
    return {name: text for name, text in kept.items() if text}


def _description(row: Mapping[str, Any], at: Addresses) -> str:
    if row.get("description"):
        return str(row["description"])
    component, criterion = str(row.get("component") or ""), str(row.get("criterion") or "")
    if not component:
        return at.total
    return at.criterion(component, criterion) if criterion else at.component(component)


def _level(row: Mapping[str, Any], at: Addresses, scale: Mapping[str, Any]) -> str:
    """The address of the level: by its id in the plan, or as it is signed."""
    given = str(row.get("level") or "")
    if not given:
        return ""
    levels = {str(one["id"]) for one in scale.get("rubricCriterionLevel", [])}
    named = at.level(str(row.get("component") or ""), str(row.get("criterion") or ""), given)
    for address in (given, named):
        if address in levels:
            return address
    raise Problem("results", _("The achievement describes no such level: %s") % given[:200])


def related(
    rows: Sequence[Mapping[str, Any]], evidence: Sequence[Mapping[str, Any]]
) -> list[dict[str, str]]:
    """Sealed artefacts as they are kept: each with a digest, and an evidence entry beside it."""
    shown = {one.get("url") for one in evidence}
    found: list[dict[str, str]] = []
    for row in rows:
        one = _artefact(row)
        if one["url"] not in shown:
            raise Problem(
                "related", _("What is sealed must be evidence too: %s") % one["url"][:120]
            )
        if one["url"] in {other["url"] for other in found}:
            raise Problem("related", _("This address is there twice: %s") % one["url"][:120])
        found.append(one)
    if len(found) > MAX_RELATED:
        raise Problem("related", _("At most %d sealed files fit.") % MAX_RELATED)
    return found


def _artefact(row: Mapping[str, Any]) -> dict[str, str]:
    one = {name: str(row.get(name) or "").strip() for name in ("url", "sha256", "media_type")}
    if not IRI.match(one["url"]):
        raise Problem("related", _("This is not a web address: %s") % one["url"][:120])
    if not _SHA256.fullmatch(one["sha256"]):
        raise Problem("related", _("The digest of %s is no SHA-256.") % one["url"][:120])
    if one["media_type"] and not _MEDIA_TYPE.fullmatch(one["media_type"]):
        raise Problem("related", _("This is no media type: %s") % one["media_type"][:120])
    return one | {"name": words("related", str(row.get("name") or ""), 300)}


def assessor(given: Mapping[str, Any]) -> dict[str, str]:
    """Who assessed, where that is published; an empty name publishes nobody."""
    name = " ".join(words("assessor", str(given.get("name") or ""), 300).split())
    identity = str(given.get("id") or "").strip()
    if not name:
        return {}
    if identity and not IRI.match(identity):
        raise Problem("assessor", _("The assessor's id is a DID or a web address."))
    return {"name": name} | ({"id": identity} if identity else {})


def shown(award: Any) -> list[dict[str, str]]:
    """Results for a page: name, value, level in words, and whether it is of a criterion."""
    known = descriptions(award.version)
    return [_shown(one, known.get(one["description"], {})) for one in award.results]


def _shown(one: Mapping[str, str], scale: Mapping[str, Any]) -> dict[str, str]:
    levels = {str(each["id"]): each for each in scale.get("rubricCriterionLevel", [])}
    level = levels.get(one.get("level", ""), {})
    return {
        "name": str(scale.get("name") or one["description"]),
        "value": one.get("value", ""),
        "level": str(level.get("name") or ""),
        "points": str(level.get("points") or ""),
        "status": one.get("status", ""),
        "scale": str(scale.get("resultType") or ""),
        "required": str(scale.get("requiredValue") or ""),
        "is_criterion": "yes" if scale.get("rubricCriterionLevel") else "",
    }


def pieces(award: Any) -> Iterator[dict[str, str]]:
    """The evidence of an award for a page, each with its digest where it is sealed."""
    seals = {one["url"]: one for one in award.related}
    for one in award.evidence:
        seal = seals.get(one.get("url", ""), {})
        yield {**one, "sha256": seal.get("sha256", ""), "media_type": seal.get("media_type", "")}
