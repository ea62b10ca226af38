"""Audits kept fresh: who is to be audited again, and doing it a few or very many at a time.

An audit is stored with the digest of what it was made from. The same inputs on a day on which
time changes nothing are not audited twice, so that a chunk done again does nothing again.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from stackmark.stacking.result import Audit
from stackmark_web import clock
from stackmark_web.jobs import actions as jobs
from stackmark_web.jobs.models import Run
from stackmark_web.pathways import ageing
from stackmark_web.pathways.actions import completing
from stackmark_web.pathways.auditing import Ground, ground, look_again
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.models import Following, Pathway
from stackmark_web.pathways.trusting import Body
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

_LOG: Final = logging.getLogger(__name__)
KIND: Final = "pathway-audit"
CHUNK: Final = 200  # followings of one chunk of a run
_STEP: Final = 20  # followings stored together
_TIED: Final = ("user", "version", "pathway__organisation", "pathway__achievement__current")


def mark(followings: QuerySet[Following]) -> int:
    """These are to be audited again; how many.

    The mark is of this moment also where there was one: an audit under way began before.
    """
    return int(followings.filter(left_at=None).update(dirty_since=clock.now()))


def mark_people(users: Iterable[Any]) -> int:
    """Something changed in these people's passports."""
    return mark(Following.objects.filter(user_id__in=list(users)))


def mark_bodies(organisation: Any) -> int:
    """A body changed whom it trusts: everybody on its pathways, and on those of its units."""
    path = organisation.path
    return mark(Following.objects.filter(pathway__organisation__path__startswith=path))


def audit_now(following: Following) -> Following:
    """Audit one at once, as after the learner did something."""
    rows = Following.objects.select_related(*_TIED)
    found = rows.get(pk=following.pk)
    audit_each([found])
    following.refresh_from_db()
    return following


def audit_waiting(*, limit: int = CHUNK) -> int:
    """Audit some of those that are marked or whose day has come; how many were looked at."""
    due = Q(dirty_since__isnull=False) | Q(look_again__lte=clock.today())
    rows = Following.objects.filter(due, left_at=None).select_related(*_TIED)
    found = list(rows.order_by("dirty_since", "pk")[:limit])
    for first in range(0, len(found), _STEP):
        _audit_some(found[first : first + _STEP])
    return len(found)


def _audit_some(followings: Sequence[Following]) -> None:
    """Together; where that fails one by one, so that one does not hold up the others."""
    try:
        audit_each(followings)
    except Exception:  # noqa: BLE001 - the others must not suffer
        for one in followings:
            _audit_alone(one)


def _audit_alone(following: Following) -> None:
    try:
        audit_each([following])
    except Exception:  # noqa: BLE001 - told, and tried again after all others
        _LOG.exception("following %s could not be audited", following.pk)
        mark(Following.objects.filter(pk=following.pk))


def audit_each(followings: Sequence[Following], guard: Callable[[], None] | None = None) -> int:
    """Audit these and store the answers together; how many answers were new.

    ``guard`` is called inside the transaction: a worker that lost its lease stores nothing.
    """
    bodies: dict[Any, Body] = {}
    made = [_look(one, bodies) for one in followings]
    with transaction.atomic():
        if guard is not None:
            guard()
        for one in made:
            _store(one)
    return sum(1 for one in made if one.audit is not None)


@dataclass(frozen=True, slots=True)
class _Looked:
    """A following as it was read, and its new audit; ``None`` when nothing changed."""

    following: Following
    ground: Ground
    audit: Audit | None
    seen: dt.datetime | None  # ``dirty_since`` as it was read


def _look(following: Following, bodies: dict[Any, Body]) -> _Looked:
    organisation = following.pathway.organisation
    body = bodies.setdefault(organisation.pk, Body(organisation))
    found = ground(following.user, following.version, body=body)
    again = following.look_again
    same = found.inputs == following.inputs and again is not None and again > found.at
    audit = None if same else found.audited()
    return _Looked(following, found, audit, following.dirty_since)


def _store(one: _Looked) -> None:
    """Keep the answer, unless the learner left or moved meanwhile.

    Who was marked anew since they were read stays marked.
    """
    rows = Following.objects.filter(
        pk=one.following.pk, left_at=None, version_id=one.following.version_id
    )
    if one.audit is not None and not rows.update(**_answer(one.ground, one.audit)):
        return
    rows.filter(dirty_since=one.seen).update(dirty_since=None)
    if one.audit is not None:
        ageing.tell(one.following, one.audit.to_json())
        completing.settle(one.following, one.ground, one.audit)


def _answer(found: Ground, audit: Audit) -> dict[str, Any]:
    return {
        "verdict": audit.verdict,
        "audit": audit.to_json(),
        "inputs": found.inputs,
        "audited_at": clock.now(),
        "look_again": look_again(audit),
    }


# -- everybody on a pathway --------------------------------------------------------------------


@transaction.atomic
def audit_everybody(pathway: Pathway, *, actor: Any) -> Run:
    """A run that audits everybody on a pathway, with progress; stopped, it goes on where it was."""
    if actor is not None:
        require(actor, Permission.AWARD, pathway.organisation)
    rows = _everybody(pathway)
    if not rows.exists():
        raise Problem("", _("Nobody follows this pathway yet."))
    keys = [str(pk) for pk in rows.values_list("pk", flat=True)]
    return jobs.start(
        KIND,
        organisation=pathway.organisation,
        actor=actor,
        title=_("Audit of everybody on %(title)s") % {"title": pathway.current},
        total=len(keys),
        chunk_size=CHUNK,
        # Where each chunk begins: who joins or leaves meanwhile shifts no other.
        params={"pathway": str(pathway.pk), "begins": keys[::CHUNK]},
    )


def _everybody(pathway: Any) -> QuerySet[Following]:
    return Following.objects.filter(pathway=pathway, left_at=None).order_by("pk")


def audit_chunk(run: Run, first: int, heartbeat: Callable[[], None]) -> dict[str, int]:
    """One chunk of such a run, in small steps that are each stored whole."""
    begins, place = run.params["begins"], first // CHUNK
    rows = _everybody(run.params["pathway"]).filter(pk__gte=begins[place])
    if place + 1 < len(begins):
        rows = rows.filter(pk__lt=begins[place + 1])
    found = list(rows.select_related(*_TIED))
    fresh = 0
    for start in range(0, len(found), _STEP):
        fresh += audit_each(found[start : start + _STEP], heartbeat)
    return {"looked": len(found), "audited": fresh}
