"""Results of another platform on their way to attempts, decisions, and back out again.

Nothing is stored of people before somebody said yes; a file that was imported already adds
nothing. Deciding and awarding are acts of their own, of a person.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.model.assessment_plan import Plan
from stackmark_web import clock
from stackmark_web.assessing import cuts, plans
from stackmark_web.assessing.actions._facts import Problem, note, permit
from stackmark_web.assessing.imports import planning, reading
from stackmark_web.assessing.imports.planning import Choices, Outlook, Planned
from stackmark_web.assessing.models import (
    Application,
    Attempt,
    AttemptImport,
    Decision,
    FactsPanel,
    Marking,
    RetestInvitation,
)
from stackmark_web.tenancy.permissions import Permission

_BATCH: Final = 500
_NOON: Final = dt.time(12, tzinfo=dt.UTC)


@transaction.atomic
def upload(
    version: Any, *, actor: Any, filename: str, data: bytes, kind: str = ""
) -> AttemptImport:
    """Keep a file of results for a published version; its kind is recognised unless said.

    Raises ``UsageError`` naming what is wrong with the file.
    """
    organisation = version.organisation
    permit(actor, organisation, Permission.ASSESS)
    kind = kind or reading.recognise(data)
    if not kind:
        raise Problem(
            "file",
            _(
                "This is not a file we know: the first line names neither the columns of Moodle, "
                "Canvas or Open edX nor candidate and score."
            ),
        )
    read = reading.read(data, kind)
    made = AttemptImport.everywhere.create(
        organisation=organisation,
        achievement=version.achievement,
        version=version,
        kind=kind,
        filename=filename.replace("\x00", "")[-200:] or "results.csv",
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
        choices=_first_choices(version, read).to_json(),
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    _look(made)
    note("results.uploaded", made, actor=actor, organisation=organisation, label=made.filename)
    return made


def _first_choices(version: Any, read: Any) -> Choices:
    """The component made of items, if the plan has exactly one of them."""
    plan = plans.plan_of(version)
    parts = [one for one in plan.components if one.kind != "rubric"] if plan else []
    component = parts[0].id if plan and len(plan.components) > 1 and len(parts) == 1 else ""
    most = next((float(one.maximum) for one in parts if one.maximum), None)
    known = all(one.maximum for one in read.results)
    return Choices(component=component, maximum=None if known else most)


def look(found: AttemptImport) -> Outlook:
    """What would become of a file now."""
    read = reading.read(bytes(found.data), found.kind)
    return planning.outlook(
        found.achievement, plans.plan_of(found.version), read, Choices.from_json(found.choices)
    )


def _look(found: AttemptImport) -> Outlook:
    """The same, remembered for the page."""
    seen = look(found)
    found.counts = seen.counts | {"items": len(seen.items)}
    found.findings = [one.to_json() for one in seen.findings[: reading.MAX_FINDINGS]]
    found.save(update_fields=["counts", "findings"])
    return seen


@transaction.atomic
def choose(found: AttemptImport, *, actor: Any, choices: Choices) -> Outlook:
    """Say what the file is; nothing is imported yet."""
    permit(actor, found.organisation, Permission.ASSESS)
    found = locked(found, AttemptImport.State.READ)
    plan = plans.plan_of(found.version)
    if choices.component and (plan is None or plan.component(choices.component) is None):
        raise Problem("component", _("The plan has no such part."))
    if choices.purpose not in planning.PURPOSES:
        raise Problem("purpose", _("Choose what the attempts were for."))
    if choices.maximum is not None and choices.maximum <= 0:
        raise Problem("maximum", _("The most that can be reached is more than 0."))
    found.choices = choices.to_json()
    found.component = choices.component
    found.save(update_fields=["choices", "component"])
    return _look(found)


def locked(found: AttemptImport, *states: str) -> AttemptImport:
    """The import as it is now, in one of these states, held until the change is stored."""
    rows = AttemptImport.everywhere.select_for_update(of=("self",))
    now: AttemptImport = rows.select_related(
        "organisation", "achievement__organisation", "version"
    ).get(pk=found.pk)
    if now.state not in states:
        raise Problem("", _("This file was imported or dropped already."))
    return now


@transaction.atomic
def confirm(found: AttemptImport, *, actor: Any, via: str = "web") -> AttemptImport:
    """Store the attempts, all or none; what is there already is left as it is."""
    permit(actor, found.organisation, Permission.ASSESS)
    found = locked(found, AttemptImport.State.READ)
    seen = _look(found)
    if not seen.new:
        raise Problem("", _("There is nothing new in this file; every attempt is here already."))
    choices = Choices.from_json(found.choices)
    applications = _applications(found, seen.new) if choices.keeps_people else {}
    bars, plan = Bars(found.version), plans.plan_of(found.version)
    rows = [_attempt(found, one, plan, bars, applications.get(one.candidate)) for one in seen.new]
    Attempt.everywhere.bulk_create(rows, batch_size=_BATCH)
    _join_invitations(found, rows)
    found.state, found.done_at = AttemptImport.State.DONE, clock.now()
    found.data = b""
    found.save(update_fields=["state", "done_at", "data"])
    note(
        "results.imported",
        found,
        actor=actor,
        organisation=found.organisation,
        label=found.version.title,
        after={"attempts": len(rows), "people": seen.counts["people"]},
        via=via,
    )
    return found


class Bars:
    """The cut in force on a day, asked once for each day."""

    def __init__(self, version: Any) -> None:
        self._version = version
        self._known: dict[dt.date, cuts.Cut] = {}

    def at(self, day: dt.date) -> cuts.Cut:
        """In percent."""
        if day not in self._known:
            self._known[day] = cuts.in_force(
                self._version.achievement,
                dt.datetime.combine(day, _NOON),
                version=self._version,
            )
        return self._known[day]


def _attempt(
    found: AttemptImport,
    one: Planned,
    plan: Plan | None,
    bars: Bars,
    application: Application | None,
) -> Attempt:
    scores = {found.component: one.percent} if found.component else {}
    if not scores and plan and len(plan.components) == 1:
        scores = {plan.components[0].id: one.percent}
    moment = dt.datetime.combine(one.day, _NOON)
    return Attempt(
        organisation=found.organisation,
        achievement=found.achievement,
        version=found.version,
        application=application,
        learner=one.learner,
        candidate=one.candidate,
        number=one.number,
        purpose=one.purpose,
        state=Attempt.State.SUBMITTED,
        form=one.form,
        opened_at=moment,
        submitted_at=moment,
        sat_on=one.day,
        hours=one.result.hours,
        scores=scores,
        responses=one.responses,
        choices=one.choices,
        total=planning.total_of(plan, scores) if found.component else one.percent,
        cut=bars.at(one.day).total,
        source=found,
    )


def _applications(found: AttemptImport, new: Iterable[Planned]) -> dict[str, Application]:
    """One finished application a person with an address, so that who passed can be awarded."""
    people = {one.candidate: one for one in new if one.result.email}
    rows = {
        who: Application(
            organisation=found.organisation,
            achievement=found.achievement,
            version=found.version,
            learner=one.learner,
            candidate=who,
            name=(getattr(one.learner, "name", "") or one.result.name)[:300],
            email=one.result.email[:254],
            state=Application.State.FINISHED,
            applied_at=clock.now(),
        )
        for who, one in people.items()
    }
    Application.everywhere.bulk_create(rows.values(), batch_size=_BATCH)
    return rows


def _join_invitations(found: AttemptImport, rows: Iterable[Attempt]) -> None:
    """Re-tests imported for who was invited are theirs."""
    mine = {one.candidate: one for one in rows if one.purpose == Attempt.Purpose.RETEST}
    waiting = RetestInvitation.objects.filter(
        retest__achievement=found.achievement,
        attempt__isnull=True,
        answer=RetestInvitation.Answer.YES,
        candidate__in=list(mine)[:10_000],
    )
    for one in waiting.order_by("sent_at"):
        attempt = mine.pop(one.candidate, None)
        if attempt is not None:
            one.attempt = attempt
            one.save(update_fields=["attempt"])


@transaction.atomic
def drop(found: AttemptImport, *, actor: Any) -> None:
    """Throw a file away that was not imported."""
    permit(actor, found.organisation, Permission.ASSESS)
    found = locked(found, AttemptImport.State.READ)
    found.state, found.data, found.findings = AttemptImport.State.DROPPED, b"", []
    found.save(update_fields=["state", "data", "findings"])
    note(
        "results.dropped", found, actor=actor, organisation=found.organisation, label=found.filename
    )


def rests_on(found: AttemptImport) -> str:
    """What keeps an import from being undone; empty when nothing does."""
    mine = Attempt.everywhere.filter(source=found)
    if Decision.everywhere.filter(attempt__in=mine).exists():
        return _("Decisions were made on these attempts.")
    if Marking.everywhere.filter(attempt__in=mine).exists():
        return _("Somebody marks these attempts.")
    if RetestInvitation.objects.filter(attempt__in=mine).exists():
        return _("Answers to an invitation to a re-test are among them.")
    if mine.filter(artefacts__isnull=False).exists():
        return _("Something was handed in for these attempts.")
    panels = FactsPanel.everywhere.filter(
        achievement=found.achievement, signed__isnull=False, made_at__gte=found.done_at
    )
    if panels.exists():
        return _("Facts were published since, which rest on these attempts.")
    return ""


@transaction.atomic
def undo(found: AttemptImport, *, actor: Any) -> int:
    """Take an import back: its attempts go, if nothing rests on them."""
    permit(actor, found.organisation, Permission.ASSESS)
    found = locked(found, AttemptImport.State.DONE)
    if reason := rests_on(found):
        raise Problem("", reason)
    mine = Attempt.everywhere.filter(source=found)
    people = list(mine.exclude(application=None).values_list("application", flat=True))
    count = mine.count()
    mine.delete()
    empty = Application.everywhere.filter(pk__in=people, attempts__isnull=True)
    empty.filter(state=Application.State.FINISHED).delete()
    found.state = AttemptImport.State.DROPPED
    found.save(update_fields=["state"])
    note(
        "results.undone",
        found,
        actor=actor,
        organisation=found.organisation,
        label=found.version.title,
        after={"attempts": count},
    )
    return count
