"""Where awarding, correcting and revoking need a second person.

Single awards and sheets are guarded where somebody confirms them; ``check_many`` stands before
every signature, so that no other door leads around: a run must be one that was allowed to start,
an award of an achievement that always needs two must have been approved as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stackmark.errors import StackmarkError, UsageError
from stackmark_web import clock
from stackmark_web.approvals import guard, queries
from stackmark_web.approvals.registry import Kind, Rules, register
from stackmark_web.awarding import sheets, states
from stackmark_web.awarding.models import Award, Sheet, Step
from stackmark_web.awarding.queries import called
from stackmark_web.jobs.models import Run
from stackmark_web.tenancy.errors import NeedsSecondPerson
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission

DAY: Final = timedelta(hours=24)
_RELEASED: Final = ("award.release", "award.offer")
# What of an award stands in its credential, and so is what a second person approves.
_FIELDS: Final = (
    *("version_id", "organisation_id", "recipient_email", "recipient_name", "recipient_id"),
    *("external_id", "name_in_credential", "suspendable", "narrative", "evidence", "results"),
    *("related", "assessor", "custom", "valid_from", "valid_until", "supersedes_id"),
)


def recent(actor: Any, organisation: Organisation, *, but: Any = None) -> int:
    """Credentials one person issued in an institution within a day.

    Approved runs are left out, and the run ``but``.
    """
    root = Organisation.objects.get(pk=organisation.root_id)
    rows = Award.everywhere.filter(
        issued_by=actor,
        organisation__path__startswith=root.path,
        offered_at__gte=clock.now() - DAY,
        supersedes__isnull=True,
    )
    runs = set(rows.exclude(run=None).order_by().values_list("run", flat=True).distinct())
    approved = [run for run in runs if run == but or _run_approved(run)]
    return rows.exclude(run__in=approved).count() if approved else rows.count()


def _run_approved(run: Any) -> bool:
    sheet = Sheet.everywhere.filter(run=run).first()
    return sheet is not None and queries.done_for(sheet)


def too_many(rules: Rules, actor: Any, organisation: Organisation, more: int) -> bool:
    """Whether so many more by this person are over the limit of a day."""
    if rules.bulk_over is None:
        return False
    if more > rules.bulk_over:
        return True
    return actor is not None and recent(actor, organisation) + more > rules.bulk_over


def check_many(awards: Sequence[Award], actor: Any) -> list[StackmarkError | None]:
    """Why each of these about to be signed has to wait for a second person; mostly None.

    For one that has to, a waiting change is stored in the name of who made it.
    """
    answers: list[StackmarkError | None] = [None] * len(awards)
    if guard.running() is not None:
        return answers
    rules: dict[Any, Rules] = {}
    allowed: dict[tuple[Any, Any], StackmarkError | None] = {}
    edited: set[Any] | None = None
    for place, award in enumerate(awards):
        where = award.organisation_id
        if where not in rules:
            rules[where] = queries.rules_of(award.organisation)
        if award.signed is not None or not _may_need(rules[where], award):
            continue
        if edited is None:
            edited = _edited(awards)
        if award.run_id is not None and award.pk not in edited:
            key = (where, award.run_id)
            if key not in allowed:
                beside = [run for (_place, run), why in allowed.items() if why is None]
                allowed[key] = _run_refusal(award, rules[where], beside)
            if allowed[key] is not None and not _released(award):
                answers[place] = allowed[key]
        elif not _released(award):
            answers[place] = _single_refusal(award, rules[where], actor, len(awards))
    return answers


def _edited(awards: Sequence[Award]) -> set[Any]:
    """Those of runs that somebody changed by hand: what the run was allowed for is not that."""
    of_runs = [one.pk for one in awards if one.run_id is not None and one.signed is None]
    steps = Step.objects.filter(
        award__in=of_runs, from_state__in=states.UNSIGNED, to_state=F("from_state")
    )
    return set(steps.values_list("award", flat=True)) if of_runs else set()


def _may_need(rules: Rules, award: Award) -> bool:
    return rules.bulk_over is not None or _watched(rules, award)


def _watched(rules: Rules, award: Any) -> bool:
    return bool(rules.watched) and str(award.version.achievement_id) in rules.watched


def _run_refusal(award: Award, rules: Rules, beside: Sequence[Any]) -> StackmarkError | None:
    """Why nothing of a run is signed: it was not approved though it should have been.

    ``beside``: the runs that are signed together with it.
    """
    run = award.run
    sheet = Sheet.everywhere.filter(run=run).first()
    if sheet is not None and queries.done_for(sheet):
        return None
    over = rules.bulk_over is not None and run.total > rules.bulk_over
    asks = over or _watched(rules, award)
    if asks and not queries.changed_since(award.organisation, run.created_at):
        return _refusal()  # else it began before the rule
    return _refusal() if _one_of_many(award, rules, beside) else None


def _one_of_many(award: Award, rules: Rules, beside: Sequence[Any]) -> bool:
    """Whether a run is over the limit of a day together with what else its person issued.

    Asked once more when it is signed: sheets that wait for their time, or for each other, were
    all within the limit when they were confirmed.
    """
    run, asker = award.run, award.run.actor or award.issued_by
    if rules.bulk_over is None or asker is None:
        return False
    others = recent(asker, award.organisation, but=run.pk)
    rows = Award.everywhere.filter(issued_by=asker, supersedes__isnull=True)
    now = [one for one in beside if not _run_approved(one)]
    others += rows.filter(run__in=now, signed__isnull=True).count()
    own = rows.filter(run=run).count()
    return others > 0 and others + own > rules.bulk_over


def _released(award: Award) -> bool:
    return queries.was_approved(award, _RELEASED, _content(award, {}))


def _single_refusal(award: Award, rules: Rules, actor: Any, together: int) -> StackmarkError | None:
    asker = actor or award.issued_by
    crowd = asker is not None and award.supersedes_id is None
    changed = award.run_id is not None and _run_approved(award.run_id)  # after its approval
    if not (
        changed
        or _watched(rules, award)
        or (crowd and too_many(rules, asker, award.organisation, together))
    ):
        return None
    try:
        guard.stop("award.offer", award, asker, {"via": "web"})
    except (NeedsSecondPerson, PermissionDenied, Http404):
        return _refusal()
    return None


def _refusal() -> StackmarkError:
    return UsageError(
        "approval.needed", _("A second person has to approve this first; see Waiting changes.")
    )


def check_revoking(awards: Sequence[Award]) -> None:
    """For many at once: raises ``UsageError`` where two are needed and nobody has approved."""
    if guard.running() is None and _any_watched_or_revoking(awards):
        raise _refusal()


def _any_watched_or_revoking(awards: Iterable[Award]) -> bool:
    places = {(one.organisation_id, one.version.achievement_id): one for one in awards}
    return any(
        _revoking(queries.rules_of(one.organisation), one, None, {}) for one in places.values()
    )


# -- kinds -------------------------------------------------------------------------------------


def _content(award: Award, _how: dict[str, Any]) -> Any:
    return {name: getattr(award, name) for name in _FIELDS}


def _with_state(award: Award, how: dict[str, Any]) -> Any:
    found = Award.everywhere.get(pk=award.pk)
    return {**_content(found, how), "state": found.state, "sha256": found.sha256}


def _release_asked(rules: Rules, award: Award, actor: Any, _how: dict[str, Any]) -> bool:
    if award.signed is not None or _released(award):
        return False
    return _watched(rules, award) or too_many(rules, actor, award.organisation, 1)


def _revoking(rules: Rules, award: Award, _actor: Any, _how: dict[str, Any]) -> bool:
    return rules.revoking or _watched(rules, award)


def _award_rows(award: Award, how: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    yield _("Achievement"), award.version.title, award.version.title
    yield _("For"), called(award), called(award)
    yield _("State"), award.get_state_display(), award.get_state_display()
    changes = how.get("changes") if isinstance(how.get("changes"), dict) else {}
    for name, value in changes.items():
        yield name.replace("_", " "), str(getattr(award, name, "") or ""), str(value or "")
    for name, value in how.items():
        if name not in ("changes", "via") and value:
            yield name.replace("_", " "), "", str(value)


def _award_path(award: Award) -> str:
    return reverse("awarding:detail", args=[award.organisation.slug, award.pk])


def _possible(action: str) -> Callable[[Award, dict[str, Any]], None]:
    """What cannot be done is said to who asks, and does not wait for somebody who finds out."""

    def check(award: Award, how: dict[str, Any]) -> None:
        if action == "revoke":
            states.check_reason(how.get("reason"))
        if action not in ("release", "offer"):
            states.check(action, Award.everywhere.get(pk=award.pk))

    return check


def _award_kind(action: str, title: str, permission: Permission, asked: Any, content: Any) -> Kind:
    return Kind(
        title=title,
        permission=permission,
        organisation=lambda award: award.organisation,
        name=lambda award: award.version.title,
        asked=asked,
        content=content,
        possible=_possible(action),
        rows=_award_rows,
        makers=lambda award: {award.issued_by_id} if award and award.signed is None else set(),
        path=_award_path,
    )


def _sheet_asked(rules: Rules, sheet: Sheet, actor: Any, _how: dict[str, Any]) -> bool:
    if sheet.state != Sheet.State.READY:
        return False
    numbers = sheets.plan(sheet)
    if rules.revoking and numbers.correct:
        return True
    return _watched(rules, sheet) or too_many(rules, actor, sheet.organisation, numbers.issue)


def _sheet_content(sheet: Sheet, _how: dict[str, Any]) -> Any:
    found = Sheet.everywhere.get(pk=sheet.pk)
    return {
        "sha256": found.sha256,
        "round": found.round,
        "agreement": sheets.agreement(found),
        "state": found.state,
    }


def _sheet_rows(sheet: Sheet, _how: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    numbers = sheets.plan(sheet)
    yield _("Achievement"), sheet.version.title, sheet.version.title
    yield _("File"), sheet.filename, sheet.filename
    yield _("Rows"), str(numbers.rows), str(numbers.rows)
    yield _("Credentials to be issued"), "", str(numbers.issue)
    yield _("Credentials to be corrected"), "", str(numbers.correct)


def _of_run(run: Run) -> Any:
    rows = Award.everywhere.filter(run=run, state__in=states.TABLE["revoke"])
    return rows.select_related("organisation", "version").defer("signed")


def _run_asked(rules: Rules, run: Run, _actor: Any, _how: dict[str, Any]) -> bool:
    return rules.revoking or _any_watched_or_revoking(_of_run(run))


def _run_rows(run: Run, how: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    yield _("Run"), run.title, run.title
    yield _("Credentials to be revoked"), "", str(_of_run(run).count())
    yield _("Reason"), "", str(Award.RevocationReason(how["reason"]).label)


def _run_content(run: Run, _how: dict[str, Any]) -> Any:
    """How many would be revoked; what was revoked one by one since has to be asked for anew."""
    return _of_run(run).count()


def _register_run() -> None:
    register(
        "run.revoke",
        Kind(
            title=gettext_noop("Revoke all of: %(what)s"),
            permission=Permission.REVOKE,
            organisation=lambda run: run.organisation,
            name=lambda run: run.title,
            asked=_run_asked,
            possible=lambda _run, how: states.check_reason(how.get("reason")),
            content=_run_content,
            rows=_run_rows,
            path=lambda run: reverse("jobs:run", args=[run.organisation.slug, run.pk]),
        ),
    )


def register_all() -> None:
    """Called once, when Django is ready."""
    issue, revoke = Permission.AWARD, Permission.REVOKE
    kinds = {
        "award.release": (gettext_noop("Award %(what)s"), issue, _release_asked, _content),
        "award.offer": (gettext_noop("Award %(what)s"), issue, _release_asked, _content),
        "award.correct": (gettext_noop("Correct: %(what)s"), issue, _revoking, _with_state),
        "award.reissue": (gettext_noop("Send elsewhere: %(what)s"), issue, _revoking, _with_state),
        "award.revoke": (gettext_noop("Revoke: %(what)s"), revoke, _revoking, _with_state),
        "award.suspend": (gettext_noop("Suspend: %(what)s"), revoke, _revoking, _with_state),
        "award.reinstate": (gettext_noop("Reinstate: %(what)s"), revoke, _revoking, _with_state),
    }
    _register_run()
    for name, said in kinds.items():
        register(name, _award_kind(name.partition(".")[2], *said))
    register(
        "sheet.confirm",
        Kind(
            title=gettext_noop("Award from a file: %(what)s"),
            permission=issue,
            organisation=lambda sheet: sheet.organisation,
            name=lambda sheet: sheet.version.title,
            asked=_sheet_asked,
            content=_sheet_content,
            rows=_sheet_rows,
            makers=lambda sheet: {sheet.uploaded_by_id} if sheet else set(),
            path=lambda sheet: reverse("awarding:sheet", args=[sheet.organisation.slug, sheet.pk]),
            result=lambda run: {"run": str(run.pk)},
        ),
    )
