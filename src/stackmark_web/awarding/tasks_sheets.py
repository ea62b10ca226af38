"""The run of a sheet: rows become awards, awards become credentials, a chunk at a time.

First the intent: in one transaction each row gets its award (id, salt, status index) or its
reason why not. Then the signatures, in small batches, each stored with its letter in one
transaction. Whatever dies in between, the row finds its award again: nothing is made twice
(fault F01).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.awarding import issuing, states
from stackmark_web.awarding.actions._common import Traces
from stackmark_web.awarding.actions.correcting import draft_in_place_of, drop
from stackmark_web.awarding.actions.creating import clean, key_of
from stackmark_web.awarding.actions.offering import offer_many
from stackmark_web.awarding.models import Award, Sheet, SheetRow
from stackmark_web.awarding.queries import known_keys
from stackmark_web.awarding.sheet_actions import KIND
from stackmark_web.awarding.sheet_checking import holders
from stackmark_web.awarding.sheet_choices import AGAIN, CORRECT, Choices, Terms
from stackmark_web.jobs.duties import duty
from stackmark_web.jobs.handlers import Heartbeat, Outcome, handler
from stackmark_web.jobs.models import Run
from stackmark_web.jobs.storing import Maker, inserts_of, ordered_uuid, set_each
from stackmark_web.jobs.turns import writing
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may

BATCH: Final = 1_000  # awards signed and stored in one transaction: a chunk of a long file, and …
SHARE: Final = 100  # … at most this part of a run, …
LEAST: Final = 250  # … but not fewer than these: each transaction takes as long as 30 rows
UNCONFIRMED: Final = timedelta(days=30)  # an upload nobody confirmed is thrown away
UNFINISHED: Final = timedelta(days=7)  # after that a stopped run is not taken up again
Result = SheetRow.Result
# What a run writes on a row, once, when it is known what became of it.
_KEPT: Final = ("result", "findings", "award", "values")


@handler(KIND)
def award_rows(run: Run, first: int, last: int, heartbeat: Heartbeat) -> Outcome:
    """Rows ``first`` up to, not including, ``last`` of the run's sheet."""
    sheet = _sheet(run)
    rows = SheetRow.objects.filter(sheet=sheet, number__gte=first, number__lt=last)
    _find_again(run, rows)
    fresh = Intents(run, sheet, heartbeat).keep(rows.filter(result="", award__isnull=True))
    allowed = _allowed(run, sheet)
    if allowed:  # what was stored a moment ago need not be read again
        _sign(run, fresh, heartbeat, allowed=True, fresh=True)
    left = rows.filter(result="", award__isnull=False).order_by("number")
    _sign(run, list(left.select_related(*_TIED)), heartbeat, allowed=allowed)
    _empty_when_done(sheet, heartbeat)
    refused = rows.filter(result=Result.REFUSED).count()
    done = rows.exclude(result="").count() - refused
    return Outcome(done=done, failed=refused)


def _find_again(run: Run, rows: QuerySet[SheetRow]) -> None:
    """Rows that became awards before somebody died: an award knows its run and its line."""
    known = Award.everywhere.filter(run=run, row=OuterRef("line"))
    lost = rows.filter(Exists(known), result="", award__isnull=True)
    if lost.exists():
        lost.update(award=Subquery(known.values("pk")[:1]))


def _sheet(run: Run) -> Sheet:
    rows = Sheet.everywhere.select_related("version__achievement", "version__organisation")
    sheet: Sheet = (
        rows.select_related("version__image", "organisation")
        .defer("data")
        .get(pk=run.params["sheet"])
    )
    return sheet


def _allowed(run: Run, sheet: Sheet) -> bool:
    """Rights end at once: asked anew with every chunk, of the person who started the run."""
    return run.actor is None or may(run.actor, Permission.AWARD, sheet.organisation)


def _no_right() -> StackmarkError:
    return StackmarkError(
        "award.rights", _("The person who started this run may no longer award here.")
    )


class Intents:
    """Decides what each row becomes and stores it before anything is signed."""

    def __init__(self, run: Run, sheet: Sheet, heartbeat: Heartbeat) -> None:
        self._run = run
        self._sheet = sheet
        self._heartbeat = heartbeat
        self._choices = Choices.of(sheet)
        self._terms = Terms(sheet.version, self._choices, now=clock.now())
        self._awards = Maker(
            Award(
                organisation=sheet.organisation,
                version=sheet.version,
                run=run,
                issued_by=run.actor,
            )
        )

    def keep(self, waiting: QuerySet[SheetRow]) -> list[SheetRow]:
        """All of these rows: each gets an award, or a result without one.

        Those with a new award that is to be signed now, as they were stored. What can be worked out
        before anybody else must wait for us to write is worked out before.
        """
        rows = list(waiting.order_by("number"))
        if not rows:
            return []
        said = {row.number: (row.values, row.findings) for row in rows}
        drawn = [row for row in rows if self._draw(row)]
        ready = _Drafts([row.award for row in drawn], self._run)
        with writing():
            self._heartbeat()
            rows, changed = self._read_again(rows, said, waiting)
            if changed:
                drawn = [row for row in rows if row.award is not None]
                ready = _Drafts([row.award for row in drawn], self._run)
            if _allowed(self._run, self._sheet):
                drawn = self._keep(drawn, ready)
            else:
                drawn = []
                for row in rows:
                    row.award = None
                    _settle(row, Result.REFUSED, "rights", _no_right().detail)
            fresh = [row for row in drawn if not row.result]
            signed_soon = {row.number for row in fresh}
            set_each([row for row in rows if row.number not in signed_soon], _KEPT)
        return fresh

    def _read_again(
        self, rows: list[SheetRow], said: Mapping[int, Any], waiting: QuerySet[SheetRow]
    ) -> tuple[list[SheetRow], bool]:
        """Those that still wait, drawn anew if they say something else: somebody was erased."""
        seen = waiting.order_by().values_list("number", "values", "findings")
        now = {number: (values, findings) for number, values, findings in seen}
        if now == said:
            return rows, False
        rows = [row for row in rows if row.number in now]
        for row in rows:
            if now[row.number] != said[row.number]:
                row.result, row.award = "", None
                row.values, row.findings = now[row.number]
                self._draw(row)
        return rows, True

    def _draw(self, row: SheetRow) -> bool:
        """Whether the row is to be awarded; then with its award, which is not stored yet."""
        if row.outcome == SheetRow.Outcome.ERROR:
            row.result = Result.REFUSED
            return False
        try:
            row.award = self._award(row.line, row.values)
        except StackmarkError as error:  # a choice no longer fits: a time gone by
            _settle(row, Result.REFUSED, "field", error.detail)
            return False
        return True

    def _keep(self, drawn: list[SheetRow], ready: _Drafts) -> list[SheetRow]:
        """Store the new awards but for those people who have one; the rows that got one."""
        plain = self._not_held(drawn)
        awards = [row.award for row in plain]
        if _told_apart(awards) or len(plain) != len(drawn):
            ready = _Drafts(awards, self._run)
        ready.store()
        for row in plain:
            if row.award.state == Award.State.SCHEDULED:
                row.result, row.values = Result.ISSUED, {}
        return plain

    def _not_held(self, rows: list[SheetRow]) -> list[SheetRow]:
        """Those of people who do not have the achievement yet, or are to have it again."""
        held = holders(self._sheet, rows, now=clock.now())
        if self._choices.known == AGAIN:
            return rows
        for row in rows:
            if row.number not in held:
                continue
            row.award = None
            if self._choices.known == CORRECT:
                self._correct(row, held[row.number])
            else:
                detail = _("Holds this achievement already and was left out.")
                _settle(row, Result.SKIPPED, "left-out", detail)
        return [row for row in rows if row.number not in held]

    def _award(self, line: int, values: dict[str, Any]) -> Award:
        """The award of a row with these values; raises as ``clean``."""
        award = self._awards.make(
            id=ordered_uuid(),
            salt=issuing.new_salt(),
            row=line,
            # A time of its own: indexes hold awards of one time in the other direction.
            created_at=clock.now(),
            **clean(self._terms.fields(values)),
        )
        later = award.send_at is not None and award.send_at > clock.now()
        award.state = Award.State.SCHEDULED if later else Award.State.DRAFT
        award.dedup_key = key_of(award)
        return award

    def _correct(self, row: SheetRow, old: Award) -> None:
        """A draft that takes the place of what the person holds, if anything differs."""
        try:
            states.check("correct", old)
            changes = self._changes(row, old)
            if not changes:
                detail = _("Holds exactly this already.")
                _settle(row, Result.SKIPPED, "same", detail)
                return
            new = draft_in_place_of(old, changes, actor=self._run.actor, via="job")
        except StackmarkError as error:
            _settle(row, Result.SKIPPED, "not-corrected", error.detail)
            return
        Award.everywhere.filter(pk=new.pk).update(run=self._run, row=row.line)
        row.award = new
        issuing.reserve([new])

    def _changes(self, row: SheetRow, old: Award) -> dict[str, Any]:
        """What the row says that the credential at hand does not."""
        values = row.values
        said = {"valid_from": "issued_on", "valid_until": "expires_on"}
        wanted = {
            name: value
            for name, value in clean(self._terms.fields(values)).items()
            if said.get(name, name) in values and name != "recipient_email"
        }
        return {name: value for name, value in wanted.items() if getattr(old, name) != value}


class _Drafts:
    """New awards of a run, worked out and not stored yet but for their status indexes."""

    def __init__(self, awards: Sequence[Award], run: Run) -> None:
        self._awards = awards
        self._inserts = inserts_of(awards, late=("status_list", "status_index"))
        moved = [(award, "") for award in awards]
        self._traces = Traces(moved, "create", actor=run.actor, via="job", batch=run)

    def store(self) -> None:
        """In the caller's transaction; what is scheduled gets its index when its time comes."""
        issuing.assign([one for one in self._awards if one.state == Award.State.DRAFT])
        self._inserts.run()
        self._traces.store()


def _told_apart(awards: Sequence[Award]) -> bool:
    """Give those a key of their own whose key a live award has; whether there was one."""
    taken = known_keys([award.dedup_key for award in awards])
    for award in awards:
        if award.dedup_key in taken:  # again, or after an earlier one ran out
            key = f"{award.dedup_key} {award.pk}"
            award.dedup_key = hashlib.sha256(key.encode()).hexdigest()
    return bool(taken)


def _settle(row: SheetRow, result: str, reason: str, detail: str) -> None:
    """End a row without a credential."""
    row.result, row.values = result, {}
    row.findings = [*row.findings, {"column": "", "reason": reason, "detail": detail}]


def _sign(
    run: Run,
    rows: Sequence[SheetRow],
    heartbeat: Heartbeat,
    *,
    allowed: bool,
    fresh: bool = False,
) -> None:
    """Sign and offer what was intended, a batch at a time."""
    size = min(BATCH, max(LEAST, run.total // SHARE))  # what a death costs
    for start in range(0, len(rows), size):
        batch = rows[start : start + size]
        awards = [row.award for row in batch if row.award is not None]
        answers: list[StackmarkError | None]
        if allowed:
            answers = offer_many(
                awards, actor=run.actor, via="job", guard=heartbeat, fresh=fresh, batch=run
            )
        else:
            answers = [None if award.signed is not None else _no_right() for award in awards]
        with writing():
            heartbeat()
            for row, refusal in zip(batch, answers, strict=True):
                _conclude(row, refusal)
            set_each(batch, _KEPT)


_TIED: Final = (
    *("award__version__achievement", "award__version__image", "award__organisation"),
    *("award__issued_by", "award__supersedes", "award__status_list"),
)


def _conclude(row: SheetRow, refusal: StackmarkError | None) -> None:
    if refusal is None:
        row.result, row.values = Result.ISSUED, {}
        return
    reason = "rights" if refusal.reason == "award.rights" else "signing"
    _settle(row, Result.REFUSED, reason, refusal.detail)
    if row.award is not None:
        award, row.award = row.award, None
        drop(award)  # it was never signed; its index is not given again


def _empty_when_done(sheet: Sheet, heartbeat: Heartbeat) -> None:
    """With the last row the file's contents go; the report keeps address, name and result."""
    if sheet.rows.filter(result="").exists():
        return
    with transaction.atomic():
        heartbeat()
        Sheet.everywhere.filter(pk=sheet.pk).update(data=b"")
        sheet.rows.exclude(values={}).update(values={})


@duty("tidy sheets", seconds=3_600)
def tidy_sheets() -> int:
    """Throw away uploads that nobody confirmed, and the contents of runs that were stopped."""
    now = clock.now()
    left = Sheet.everywhere.filter(
        state__in=(Sheet.State.MAPPING, Sheet.State.READY), uploaded_at__lt=now - UNCONFIRMED
    )
    gone = SheetRow.objects.filter(sheet__in=left).delete()[0]
    gone += left.update(state=Sheet.State.DROPPED, data=b"", mapping={}, choices={}, counts={})
    stopped = Sheet.everywhere.filter(
        state=Sheet.State.CONFIRMED, run__finished_at__lt=now - UNFINISHED
    ).exclude(data=b"")
    runs = list(stopped.values_list("run", flat=True))
    # Intents of a run that was stopped before they were signed; nobody was told of them.
    Award.everywhere.filter(run__in=runs, state=Award.State.DRAFT, signed__isnull=True).delete()
    SheetRow.objects.filter(sheet__in=stopped).exclude(values={}).update(values={})
    return gone + stopped.update(data=b"")
