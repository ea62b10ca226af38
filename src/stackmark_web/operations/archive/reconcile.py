"""Make a restored database fit what happened after its backup (faults F22 and F23).

It runs on the staged database, before that takes the place of anything. What happened since is
learned from outside: the published lists, the marks, the journals.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.dateparse import parse_datetime

from stackmark_web import clock
from stackmark_web.accounts.erasure_journal import Entry, erased_among
from stackmark_web.accounts.models import User
from stackmark_web.accrediting.models import Statement
from stackmark_web.audit.actions import record
from stackmark_web.awarding import restoring
from stackmark_web.awarding.lists import REVOCATION, SUSPENSION
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.awarding.states import WITHDRAWN
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.operations.archive import published
from stackmark_web.operations.archive.report import Report
from stackmark_web.operations.marks import Marks
from stackmark_web.recognising.models import Decision
from stackmark_web.tenancy.models import Organisation, SigningKey

_CLOSED_SEED: Final = "0" * 64  # of a list whose secret order was lost: nothing is given from it
_REASON: Final = "Read from the published status list after a restore."
_State: Final = OutboxMail.State


@transaction.atomic
def put_keys_back(marks: Marks, report: Report) -> None:
    """Keys made since are known again, and none is used that was retired or revoked since."""
    now = clock.now()
    here = {row.method_id: row for row in SigningKey.everywhere.all()}
    order = {"revoked": 0, "retired": 1, "waiting": 2, "active": 3}  # one active at a time
    for method, mark in sorted(marks.keys.items(), key=lambda one: order[one[1]["state"]]):
        row = here.get(method)
        if row is None:
            row = _known_key(method, mark)
            if row is None:
                report.warnings.append(f"The key {method} belongs to an organisation made later.")
                continue
        elif row.state == mark["state"]:
            continue
        row.state = mark["state"]
        if row.state in ("retired", "revoked"):
            row.retired_at = row.retired_at or now
        if row.state == "revoked":
            row.revoked_at = row.revoked_at or now
        if row.state == "active":  # the one of the backup is retired if nobody said so
            SigningKey.everywhere.filter(
                organisation_id=row.organisation_id, state="active"
            ).exclude(pk=row.pk).update(state="retired", retired_at=now)
        row.save()
        report.keys_back.append(method)


def _known_key(method: str, mark: dict[str, Any]) -> SigningKey | None:
    if not Organisation.objects.filter(pk=mark["organisation"]).exists():
        return None
    return SigningKey(
        organisation_id=mark["organisation"],
        method_id=method,
        algorithm=mark["algorithm"],
        public_multibase=mark["public"],
        signer=mark["signer"],
        location=mark["location"],
        created_at=parse_datetime(mark["created_at"]) or clock.now(),
    )


@transaction.atomic
def put_lists_back(marks: Marks, newest: Path, report: Report) -> None:
    """Lists opened since: closed, but known, so that they are signed anew when a key changes."""
    here = {str(pk) for pk in StatusList.everywhere.values_list("pk", flat=True)}
    for pk, mark in marks.lists.items():
        if pk in here:
            continue
        if not Organisation.objects.filter(pk=mark["organisation"]).exists():
            report.warnings.append(f"The list {pk} belongs to an organisation made later.")
            continue
        StatusList.everywhere.create(
            pk=UUID(pk),
            organisation_id=mark["organisation"],
            did=mark["did"],
            entries=mark["entries"],
            seed=_CLOSED_SEED,
            next=mark["entries"],
            version=mark["version"],
            created_at=clock.now(),
        )
        report.lists_back.append(pk)
    named = {path.name[:36] for path in newest.glob("*.json")}
    for pk in sorted(named - here - set(report.lists_back)):
        report.warnings.append(
            f"The published list {pk} is not known here: it is served on, but its entries "
            "cannot be changed."
        )


@transaction.atomic
def apply_lists(newest: Path, report: Report) -> None:
    """What is published as withdrawn or on hold is so in the database."""
    for row in StatusList.everywhere.select_related("organisation"):
        revoked = published.at(newest, row.pk, REVOCATION)
        if revoked is not None:
            _apply_revoked(row, list(revoked.set_bits()), report)
        held = published.at(newest, row.pk, SUSPENSION)
        if held is not None:
            _apply_held(row, list(held.set_bits()), held.version, report)


def _apply_revoked(row: StatusList, indexes: list[int], report: Report) -> None:
    report.revoked += [str(award.pk) for award in restoring.withdraw(row, indexes)]
    report.withdrawn += [*_withdraw_statements(row, indexes), *_withdraw_decisions(row, indexes)]
    for some in _some(indexes):
        place = {"status_list": row, "status_index__in": some}
        known = {
            *Award.everywhere.filter(**place).values_list("status_index", flat=True),
            *Statement.everywhere.filter(**place).values_list("status_index", flat=True),
            *Decision.everywhere.filter(**place).values_list("status_index", flat=True),
        }
        report.unknown_indexes += [f"{row.pk} {index}" for index in some if index not in known]


def _apply_held(row: StatusList, indexes: list[int], version: int, report: Report) -> None:
    report.suspended += [str(award.pk) for award in restoring.suspend(row, indexes)]
    if version > row.version:  # published after the backup: it knows of what was reinstated
        bits = set(indexes)
        held = Award.everywhere.filter(status_list=row, state=Award.State.SUSPENDED)
        for pk, index in held.values_list("pk", "status_index"):
            if index not in bits:
                report.on_hold_here_only.append(str(pk))


def _withdraw_statements(row: StatusList, indexes: list[int]) -> list[str]:
    done = []
    for some in _some(indexes):
        rows = Statement.everywhere.filter(
            status_list=row, status_index__in=some, withdrawn_at__isnull=True
        )
        for one in rows.select_related("organisation"):
            _withdraw(one, "statement.withdrawn")
            done.append(str(one.pk))
    return done


def _withdraw_decisions(row: StatusList, indexes: list[int]) -> list[str]:
    done = []
    for some in _some(indexes):
        rows = Decision.everywhere.filter(
            status_list=row,
            status_index__in=some,
            withdrawn_at__isnull=True,
            replaced_by__isnull=True,
        )
        for one in rows.select_related("organisation"):
            _withdraw(one, "recognition.withdrawn")
            done.append(str(one.pk))
    return done


def _withdraw(one: Any, verb: str) -> None:
    type(one).everywhere.filter(pk=one.pk).update(
        withdrawn_at=clock.now(), withdrawn_reason=_REASON
    )
    record(verb, actor=None, target=one, organisation=one.organisation, via=restoring.VIA)


@transaction.atomic
def close_lists(marks: Marks, newest: Path, report: Report) -> None:
    """No index is given again, no list published below what was seen."""
    seen = published.versions(newest)
    highest = {pk: mark["version"] for pk, mark in marks.lists.items()}
    for pk, (version, _) in seen.items():
        highest[pk] = max(version, highest.get(pk, 0))
    latest = max([clock.now(), *(at for _, at in seen.values())])
    report.lists_closed = restoring.close_lists(highest, not_before=latest)
    restoring.forget_reserved()


@transaction.atomic
def find_lost(
    lines: Iterable[dict[str, Any]], newest: Path, since: datetime, report: Report
) -> None:
    """Credentials of the journal that this database does not have, or has unsigned."""
    bits: dict[str, bytes] = {}
    for some in _some([line for line in lines if _is_after(line, since)]):
        here = restoring.known(line["id"] for line in some)
        for line in some:
            if here.get(line["id"]) != line["sha256"]:
                report.lost.append({**line, "revoked": _is_set(newest, bits, line)})
    held = restoring.hold_back([one["id"] for one in report.lost], until=clock.now())
    report.held_back += [str(award.pk) for award in held]


def _is_after(line: dict[str, Any], since: datetime) -> bool:
    at = parse_datetime(str(line.get("at", "")))  # in whole seconds
    whole = since.replace(microsecond=0)
    return "id" in line and "sha256" in line and at is not None and at >= whole


def _is_set(newest: Path, known: dict[str, bytes], line: dict[str, Any]) -> bool:
    pk, index = str(line["list"]), int(line["index"])
    if pk not in known:
        found = published.at(newest, pk, REVOCATION)
        known[pk] = b"" if found is None else found.bits
    bits = known[pk]
    return index // 8 < len(bits) and bool(bits[index // 8] & (0x80 >> index % 8))


@transaction.atomic
def quiet(report: Report) -> None:
    """Nothing goes on by itself that may have gone on since: letters, runs, sessions."""
    answer = "Waited when the backup was made; perhaps sent since."
    rows = OutboxMail.everywhere.filter(state__in=(_State.QUEUED, _State.SENDING))
    report.letters_in_doubt = rows.update(state=_State.DOUBT, answer=answer)
    runs = Run.everywhere.filter(state__in=(Run.State.WAITING, Run.State.RUNNING))
    report.runs_stopped = [f"{run.title or run.kind} ({run.pk})" for run in runs]
    Chunk.objects.filter(run__in=runs, state__in=("waiting", "leased")).update(
        state="failed", lease_until=None
    )
    runs.update(
        state=Run.State.FAILED,
        error="Stopped by a restore: some of it may have been done since the backup.",
        finished_at=clock.now(),
    )
    Session.objects.all().delete()  # who was signed out since must not be signed in again


def erase_again(entries: Iterable[Entry], report: Report) -> None:
    """Whoever was erased since the backup is erased again."""
    gone = erased_among(User.objects.values_list("pk", flat=True).iterator(), entries)
    if not gone:
        return
    replay = _replay()
    if replay is None:
        report.not_erased += map(str, gone)
        return
    replay(gone)
    left = set(User.objects.filter(pk__in=gone, is_active=True).values_list("pk", flat=True))
    report.erased += [str(pk) for pk in gone if pk not in left]
    report.not_erased += [str(pk) for pk in gone if pk in left]


def _replay() -> Any:
    """Erasure is in the hands of ``accounts``."""
    try:
        module = importlib.import_module("stackmark_web.accounts.erasure")
    except ModuleNotFoundError:
        return None
    return getattr(module, "replay", None)


def withdrawn_count() -> int:
    """Awards that are revoked or replaced, for the manifest."""
    return Award.everywhere.filter(state__in=WITHDRAWN).count()


def _some(values: list[Any], size: int = 200) -> Iterable[list[Any]]:
    return (values[at : at + size] for at in range(0, len(values), size))
