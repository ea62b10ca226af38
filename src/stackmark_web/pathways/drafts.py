"""What every change to a draft goes through: it is as it was, it can be read, it is noted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from stackmark.stacking.parse import read_rules
from stackmark.stacking.rules import All, AtLeast
from stackmark.stacking.write import rules_json
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.pathways.addresses import version_url
from stackmark_web.pathways.errors import Problem, StaleError
from stackmark_web.pathways.models import PathwayVersion
from stackmark_web.tenancy.queries import did_of

State = PathwayVersion.State


def unchanged(version: PathwayVersion, revision: int) -> PathwayVersion:
    """The draft, if it is still the one the writer saw; else ``StaleError``."""
    rows = PathwayVersion.everywhere.select_related("organisation", "pathway", "edited_by")
    current: PathwayVersion | None = rows.filter(pk=version.pk).first()
    if current is None or current.is_published:
        raise Problem("", _("This draft was published or thrown away in the meantime."))
    if current.revision != revision:
        raise StaleError(current)
    return current


def keep(current: PathwayVersion, *, actor: Any, revision: int) -> None:
    """Store a draft if nobody was faster; ``actor`` where its content was edited."""
    rows = PathwayVersion.everywhere.filter(pk=current.pk, revision=revision, state=State.DRAFT)
    if not rows.update(revision=F("revision") + 1):
        raise StaleError(unchanged(current, current.revision))
    current.revision = revision + 1
    if actor is not None:
        current.edited_by, current.edited_at = actor, clock.now()
    current.save()


def next_number(pathway: Any) -> int:
    """What the next published version is numbered."""
    rows = PathwayVersion.everywhere.filter(pathway=pathway, state=State.PUBLISHED)
    return int(rows.aggregate(top=Max("number"))["top"] or 0) + 1


def written(version: PathwayVersion, rules: Mapping[str, Any]) -> dict[str, Any]:
    """Rules as they are kept: read strictly, with the id, title and issuer of this version.

    Raises ``UsageError`` ``rules.…`` whose sentence begins with the place of the fault. The top
    is always a group, so that there is a place for a further rule.
    """
    whole = {
        **rules,
        "id": version_url(version, version.number or next_number(version.pathway)),
        "title": version.title,
        "issuer": did_of(version.organisation),
    }
    found = read_rules(whole)
    made = rules_json(found)
    if not isinstance(found.rule, All | AtLeast):
        made["rule"] = {"id": _free("award", found), "all": [made["rule"]]}
    return made


def _free(name: str, found: Any) -> str:
    taken = {one.id for one in found.nodes()} | {one.id for one in found.limits}
    number = 2
    wanted = name
    while wanted in taken:
        wanted, number = f"{name}-{number}", number + 1
    return wanted


def note(verb: str, version: PathwayVersion, *, actor: Any, via: str = "web", **after: Any) -> None:
    """One event about a version."""
    record(
        verb,
        actor=actor,
        target=version,
        organisation=version.organisation,
        after={"revision": version.revision, **after},
        via=via,
        label=version.title,
    )
