"""What a designer does: start a pathway, write its draft, start the next version, throw it away.

Each: the right is checked, one transaction, one audit event. ``actor`` is a person, or None for
the system (the demo world).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.stacking.parse import MAX_NODES
from stackmark_web import clock
from stackmark_web.pathways import tree
from stackmark_web.pathways.drafts import keep, note, unchanged, written
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.models import Pathway, PathwayVersion
from stackmark_web.pathways.skeletons import skeleton
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import did_of, require

State = PathwayVersion.State
MAX_SUMMARY: Final = 4_000
_DEGREES: Final = frozenset(
    {
        *("Degree", "AssociateDegree", "BachelorDegree", "MasterDegree", "DoctoralDegree"),
        *("ProfessionalDoctorate", "ResearchDoctorate"),
    }
)


def allow(actor: Any, permission: Permission, organisation: Any) -> None:
    """Refuse who lacks the right; None is the system."""
    if actor is not None:
        require(actor, permission, organisation)


@transaction.atomic
def create(
    organisation: Any,
    *,
    actor: Any,
    kind: str,
    title: str,
    summary: str = "",
    achievement: Any = None,
    conferral: str = Pathway.Conferral.BOARD,
    rules: Mapping[str, Any] | None = None,
    via: str = "web",
) -> PathwayVersion:
    """A new pathway with its first draft, whose rules begin as is usual for its kind.

    ``achievement`` is what is awarded. Raises ``Problem`` at the field, ``UsageError`` ``rules.…``.
    """
    allow(actor, Permission.DESIGN, organisation)
    if kind not in Pathway.Kind.values:
        raise Problem("kind", _("Choose what it is."))
    check_award(organisation, kind, achievement, conferral)
    now = clock.now()
    pathway = Pathway.everywhere.create(
        organisation=organisation,
        kind=kind,
        achievement=achievement,
        conferral=conferral,
        created_by=actor,
        created_at=now,
    )
    version = _start(pathway, actor=actor, title=_titled(title), summary=_told(summary))
    if kind == Pathway.Kind.MICRO:
        version.renewal_months, version.continuing_credits = 36, Decimal(3)
    version.rules = written(version, rules or skeleton(kind, did_of(organisation)))
    version.save(force_insert=True)
    note("pathway.created", version, actor=actor, via=via, kind=kind)
    return version


def check_award(organisation: Any, kind: str, achievement: Any, conferral: str) -> None:
    """What is awarded is the organisation's own and published; software never confers a degree."""
    if conferral not in Pathway.Conferral.values:
        raise Problem("conferral", _("Choose who awards."))
    if achievement is not None:
        same = achievement.organisation.path.split("/", 1)[0] == organisation.path.split("/", 1)[0]
        if not same or achievement.current_id is None:
            raise Problem("achievement", _("Choose a published achievement of yours."))
    if conferral != Pathway.Conferral.AUTOMATIC:
        return
    if kind == Pathway.Kind.MODULE or is_degree(achievement):
        raise Problem(
            "conferral",
            _("Degrees and their modules are conferred by a board, never by software."),
        )


def is_degree(achievement: Any) -> bool:
    """Whether what is awarded is a degree, which no software confers."""
    current = getattr(achievement, "current", None)
    return current is not None and current.signable.get("achievementType") in _DEGREES


@transaction.atomic
def save_rules(
    version: PathwayVersion,
    *,
    actor: Any,
    rules: Mapping[str, Any],
    revision: int,
    what: str = "rules",
    via: str = "web",
) -> PathwayVersion:
    """Keep the rules of a draft as written; saving the same again changes nothing.

    ``revision`` is that of the draft the writer saw: ``StaleError`` when it is no longer so.
    Raises ``UsageError`` ``rules.…`` whose sentence begins with the place of the fault.
    """
    allow(actor, Permission.DESIGN, version.organisation)
    current = unchanged(version, revision)
    made = written(current, rules)
    if made == current.rules:
        return current
    current.layout = tree.settled(current.layout, current.rules, made)
    current.rules = made
    keep(current, actor=actor, revision=revision)
    note("pathway.saved", current, actor=actor, via=via, fields=[what])
    return current


def _start(pathway: Pathway, *, actor: Any, title: str, summary: str = "") -> PathwayVersion:
    return PathwayVersion(
        organisation=pathway.organisation,
        pathway=pathway,
        title=title,
        summary=summary,
        edited_by=actor,
        edited_at=clock.now(),
    )


def _titled(title: str) -> str:
    found = title.replace("\x00", "").strip()
    if not found:
        raise Problem("title", _("Give it a name; learners will see it."))
    if len(found) > 200:
        raise Problem("title", _("This is too long: at most %d characters.") % 200)
    return found


def _told(summary: str) -> str:
    found = summary.replace("\x00", "").strip()
    if len(found) > MAX_SUMMARY:
        raise Problem("summary", _("This is too long: at most %d characters.") % MAX_SUMMARY)
    return found


@transaction.atomic
def start_version(pathway: Pathway, *, actor: Any, via: str = "web") -> PathwayVersion:
    """The next version as a draft that begins as the current one is."""
    allow(actor, Permission.DESIGN, pathway.organisation)
    current = pathway.current
    if current is None:
        raise Problem("", _("There is a draft already."))
    draft = _start(pathway, actor=actor, title=current.title, summary=current.summary)
    for name in ("language", "layout", "renewal_months", "continuing_credits"):
        setattr(draft, name, getattr(current, name))
    draft.rules = written(draft, current.rules)
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:
        raise Problem("", _("There is a draft already.")) from None
    note("pathway.drafted", draft, actor=actor, via=via)
    return draft


@transaction.atomic
def save_details(
    version: PathwayVersion,
    *,
    actor: Any,
    revision: int,
    title: str,
    summary: str = "",
    language: str = "en",
    unit: str = "ects",
    achievement: Any = None,
    conferral: str = Pathway.Conferral.BOARD,
    renewal_months: int | None = None,
    continuing_credits: Decimal | None = None,
    via: str = "web",
) -> PathwayVersion:
    """Keep what stands around the rules. What is awarded, and by whom, holds for all versions.

    Raises ``Problem`` at the field, ``StaleError`` as ``save_rules``.
    """
    allow(actor, Permission.DESIGN, version.organisation)
    current = unchanged(version, revision)
    pathway = current.pathway
    check_award(pathway.organisation, pathway.kind, achievement, conferral)
    current.title, current.summary, current.language = _titled(title), _told(summary), language
    micro = pathway.kind == Pathway.Kind.MICRO
    current.renewal_months = renewal_months if micro else None
    current.continuing_credits = continuing_credits if micro else None
    current.rules = written(current, {**current.rules, "unit": unit})
    keep(current, actor=actor, revision=revision)
    if (pathway.achievement_id, pathway.conferral) != (_pk(achievement), conferral):
        pathway.achievement, pathway.conferral = achievement, conferral
        pathway.save(update_fields=["achievement", "conferral"])
    note("pathway.saved", current, actor=actor, via=via, fields=["details"])
    return current


def _pk(found: Any) -> Any:
    return getattr(found, "pk", None)


@transaction.atomic
def arrange(version: PathwayVersion, *, actor: Any, layout: Any, via: str = "web") -> None:
    """Keep where the parts stand in the drawing; no new revision, for nothing else depends on it.

    Raises ``Problem`` for what is no ``{rule id: [x, y]}``.
    """
    allow(actor, Permission.DESIGN, version.organisation)
    rows = PathwayVersion.everywhere.filter(pk=version.pk, state=State.DRAFT)
    if rows.update(layout=_places(layout)):
        note("pathway.arranged", version, actor=actor, via=via)


def _places(layout: Any) -> dict[str, list[int]]:
    if not isinstance(layout, dict) or len(layout) > MAX_NODES:
        raise Problem("", _("These are no positions of a drawing."))
    found = {}
    for name, place in layout.items():
        good = isinstance(place, list) and len(place) == 2
        if not good or not all(type(one) in (int, float) and 0 <= one <= 20_000 for one in place):
            raise Problem("", _("These are no positions of a drawing."))
        found[str(name)[:2_000]] = [round(one) for one in place]
    return found


@transaction.atomic
def discard(version: PathwayVersion, *, actor: Any, via: str = "web") -> None:
    """Throw a draft away; a pathway of which nothing was published goes with it."""
    allow(actor, Permission.DESIGN, version.organisation)
    current = unchanged(version, version.revision)
    note("pathway.discarded", current, actor=actor, via=via)
    pathway = current.pathway
    current.delete()
    if pathway.current_id is None:
        pathway.delete()
