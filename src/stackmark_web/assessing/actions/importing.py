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

from stackmark.errors import StackmarkError
from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.assessment_plan import Plan
from stackmark_web import clock
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


def plan_of(found: AttemptImport) -> Plan | None:
    """The plan of the version a file is imported for."""
    return Descriptor.from_json(found.version.content).plan


@transaction.atomic
def upload(
    version: Any, *, actor: Any, filename: str, data: bytes, kind: str = "", via: str = "web"
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
    del via
    return made


def _first_choices(version: Any, read: Any) -> Choices:
    """The component made of items, if the plan has exactly one of them."""
    plan = Descriptor.from_json(version.content).plan
    parts = [one for one in plan.components if one.kind != "rubric"] if plan else []
    component = parts[0].id if plan and len(plan.components) > 1 and len(parts) == 1 else ""
    most = next((float(one.maximum) for one in parts if one.maximum), None)
    known = all(one.maximum for one in read.results)
    return Choices(component=component, maximum=None if known else most)


def look(found: AttemptImport) -> Outlook:
    """What would become of a file now."""
    read = reading.read(bytes(found.data), found.kind)
    return planning.outlook(
        found.achievement, plan_of(found), read, Choices.from_json(found.choices)
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
    found = _locked(found, AttemptImport.State.READ)
    plan = plan_of(found)
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


def _locked(found: AttemptImport, *states: str) -> AttemptImport:
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
    found = _locked(found, AttemptImport.State.READ)
    seen = _look(found)
    if not seen.new:
        raise Problem("", _("There is nothing new in this file; every attempt is here already."))
    choices = Choices.from_json(found.choices)
    applications = _applications(found, seen.new) if choices.keeps_people else {}
    cuts = _Cuts(found.achievement)
    plan = plan_of(found)
    rows = [_attempt(found, one, plan, cuts, applications.get(one.candidate)) for one in seen.new]
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


class _Cuts:
    """The cut in force on a day, asked once for each day."""

    def __init__(self, achievement: Any) -> None:
        self._achievement = achievement
        self._known: dict[dt.date, float | None] = {}

    def at(self, day: dt.date) -> float | None:
        """In percent; None where there is none."""
        if day not in self._known:
            from stackmark_web.assessing import cuts

            moment = dt.datetime.combine(day, _NOON)
            self._known[day] = cuts.in_force(self._achievement, moment).total
        return self._known[day]


def _attempt(
    found: AttemptImport,
    one: Planned,
    plan: Plan | None,
    cuts: _Cuts,
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
        cut=cuts.at(one.day),
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
    found = _locked(found, AttemptImport.State.READ)
    found.state, found.data, found.findings = AttemptImport.State.DROPPED, b"", []
    found.save(update_fields=["state", "data", "findings"])
    note("results.dropped", found, actor=actor, organisation=found.organisation, label=found.filename)


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
    found = _locked(found, AttemptImport.State.DONE)
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


def decidable(found: AttemptImport) -> Any:
    """The attempts of an import that can be decided: counted, with a total and a cut."""
    return Attempt.everywhere.filter(
        source=found,
        purpose__in=(Attempt.Purpose.FIRST, Attempt.Purpose.RESIT),
        state=Attempt.State.SUBMITTED,
        total__isnull=False,
        cut__isnull=False,
    )


@transaction.atomic
def decide(found: AttemptImport, *, actor: Any) -> tuple[int, int]:
    """Confirm pass or not by the cut in force on the day, for all of them; nothing is awarded.

    Gives how many passed and how many did not. A person does this: it may be adverse.
    """
    permit(actor, found.organisation, Permission.ASSESS)
    if actor is None:
        raise Problem("", _("A person decides."))
    found = _locked(found, AttemptImport.State.DONE)
    rows = list(decidable(found).select_for_update(of=("self",)))
    if not rows:
        raise Problem("", _("There is nothing to decide: no attempt with a total and a cut."))
    now = clock.now()
    for one in rows:
        one.passed, one.state = one.total >= one.cut, Attempt.State.DECIDED
    Attempt.everywhere.bulk_update(rows, ["passed", "state"], batch_size=_BATCH)
    made = [_decision(one, actor, now) for one in rows]
    Decision.everywhere.bulk_create(made, batch_size=_BATCH)
    passed = sum(bool(one.passed) for one in rows)
    counts = {"passed": passed, "failed": len(rows) - passed}
    note(
        "results.decided",
        found,
        actor=actor,
        organisation=found.organisation,
        label=found.version.title,
        after=counts,
    )
    return passed, len(rows) - passed


def _decision(one: Attempt, actor: Any, now: dt.datetime) -> Decision:
    days = getattr(getattr(one.achievement, "assessing", None), "appeal_days", 21)
    passed = Decision.Outcome.PASSED if one.passed else Decision.Outcome.FAILED
    return Decision(
        organisation=one.organisation,
        attempt=one,
        outcome=passed,
        basis=Decision.Basis.ONE,
        scores=one.scores,
        total=one.total,
        cut=one.cut,
        proposed_at=now,
        confirmed_by=actor,
        confirmed_at=now,
        appeal_by=now + dt.timedelta(days=days),
    )


def awardable(found: AttemptImport) -> Any:
    """Decisions of an import that somebody passed and that were not awarded yet."""
    return Decision.everywhere.filter(
        attempt__source=found,
        is_current=True,
        outcome=Decision.Outcome.PASSED,
        confirmed_at__isnull=False,
        award__isnull=True,
        attempt__application__isnull=False,
    ).exclude(attempt__application__email="")


def award_passed(found: AttemptImport, *, actor: Any) -> tuple[int, list[str]]:
    """Award those who passed, one by one; gives how many, and why others were not."""
    permit(actor, found.organisation, Permission.ASSESS)
    from stackmark_web.assessing import awarding_from

    made, refused = 0, []
    for decision in awardable(found).select_related("attempt__application", "organisation"):
        try:
            awarding_from.award_for(decision, actor=actor)
        except StackmarkError as error:
            refused.append(error.detail)
        else:
            made += 1
    note(
        "results.awarded",
        found,
        actor=actor,
        organisation=found.organisation,
        label=found.version.title,
        after={"awarded": made, "refused": len(refused)},
    )
    return made, list(dict.fromkeys(refused))[:5]
