"""The probes of the product itself."""

from __future__ import annotations

import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.core import checks as framework
from django.db import connection, transaction
from django.db.models import Min

from stackmark_web import clock
from stackmark_web.accounts.models import User
from stackmark_web.audit.queries import check_chains
from stackmark_web.awarding import publishing
from stackmark_web.awarding.lists import PURPOSES
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.operations import facts, living, places, schema
from stackmark_web.operations.archive.making import LAST
from stackmark_web.operations.models import Process
from stackmark_web.operations.probes import Finding, error, ok, probe, warning
from stackmark_web.tenancy.models import Organisation, SigningKey
from stackmark_web.tenancy.signers import signer_of

_PUBLISH: Final = timedelta(seconds=60)
_WORKER: Final = timedelta(seconds=60)
_QUEUE: Final = timedelta(minutes=10)
_LETTER: Final = timedelta(minutes=15)
_SKEW: Final = timedelta(minutes=5)
_BACKUP: Final = timedelta(days=2)
_OLD_KEY: Final = timedelta(days=365)  # security reference 7.5: rotation at most yearly
_LOW: Final = 0.10  # of the disk that is free
_LEAST: Final = 512 * 1024 * 1024  # bytes


@probe("settings")
def settings_checks() -> Finding:
    """Everything ``stackmark-web check`` says."""
    found = [one for one in framework.run_checks(databases=["default"]) if not one.is_silenced()]
    figures = {"messages": [f"{one.id}: {one.msg}" for one in found]}
    text = "; ".join(f"{one.id} {one.msg}" for one in found)
    hint = " ".join(one.hint or "" for one in found)
    if any(one.is_serious() for one in found):
        return Finding("error", text, hint, figures)
    return Finding("warning", text, hint, figures) if found else ok("All settings are in order.")


@probe("database")
def database() -> Finding:
    """Reachable, and takes writes."""
    begun = time.perf_counter()
    with transaction.atomic():
        facts.put("probe", clock.stamp_now())
        transaction.set_rollback(True)
    took = round((time.perf_counter() - begun) * 1000, 1)
    return ok(f"{connection.vendor} answers and can be written ({took} ms).", ms=took)


@probe("clock")
def clocks() -> Finding:
    """Our clock and that of the database's machine."""
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return ok("The database is on this machine and has its clock.", seconds=0)
        cursor.execute("SELECT clock_timestamp()")
        skew = abs(clock.now() - cursor.fetchone()[0])
    seconds = round(skew.total_seconds(), 1)
    if skew > _SKEW:
        return error(
            f"Our clock and the database's differ by {seconds} s.",
            "Let both machines ask a time server (NTP).",
            seconds=seconds,
        )
    return ok(f"Our clock and the database's differ by {seconds} s.", seconds=seconds)


@probe("tables")
def tables() -> Finding:
    """Code and database are of one release, and so are all processes."""
    if why := living.why_other():
        return error(why, "Run the same release everywhere, then: stackmark-web migrate")
    fresh = Process.objects.filter(beat_at__gt=clock.now() - _WORKER)
    others = sorted(set(fresh.exclude(schema=schema.digest()).values_list("name", flat=True)))
    if others:
        return error(
            f"Processes of another release are running: {', '.join(others)}.", "Stop them."
        )
    return ok(f"Release {schema.product_version()}; the tables fit.")


@probe("keys")
def keys() -> Finding:
    """Every key in use opens, and its public half is the published one."""
    rows = list(SigningKey.everywhere.filter(state="active").select_related("organisation"))
    bad = []
    for row in rows:
        try:
            signer = signer_of(row)
            made = signer.sign(b"stackmark doctor", digest=None)
        except Exception as problem:  # noqa: BLE001 - a device may say anything
            told = getattr(problem, "detail", type(problem).__name__)
            bad.append(f"{row.method_id}: {told}")
            continue
        if not _fits(row, made):
            bad.append(f"{row.method_id}: the private key is not that of the published one")
    if bad:
        return error(
            f"{len(bad)} of {len(rows)} keys cannot sign. {bad[0]}",
            "Put the key store back from a backup, or let the owner replace the key.",
            keys=len(rows),
            failing=bad,
        )
    return ok(f"{len(rows)} keys open and fit what is published.", keys=len(rows))


def _fits(row: SigningKey, signature: bytes) -> bool:
    from stackmark.keys.public import PublicKey

    public = PublicKey.from_multikey(row.public_multibase)
    return bool(public.verify(signature, b"stackmark doctor", digest=None))


@probe("key age")
def key_age() -> Finding:
    """Keys end by rotation; those in use for over a year are named."""
    rows = SigningKey.everywhere.filter(state="active", created_at__lt=clock.now() - _OLD_KEY)
    old = list(rows.values_list("method_id", flat=True))
    if old:
        return warning(
            f"{len(old)} keys have been in use for over a year: {old[0]}",
            "Let the owner rotate it (how-to/rotate-or-revoke-a-key).",
            keys=old,
        )
    return ok("No key has been in use for over a year.")


@probe("status lists")
def status_lists() -> Finding:
    """The lists on disk are those of the database, and nothing waits."""
    rows = list(StatusList.everywhere.all())
    behind, ahead = [], []
    for row in rows:
        versions = [publishing.published_version(row.pk, purpose) for purpose in PURPOSES]
        if min(versions) < row.version and row.version:
            behind.append(str(row.pk))
        if max(versions) > row.version:
            ahead.append(str(row.pk))
    late = StatusList.everywhere.filter(dirty_since__lt=clock.now() - _PUBLISH).count()
    figures = {"lists": len(rows), "behind": behind, "ahead": ahead, "late": late}
    if ahead:
        return Finding(
            "error",
            f"{len(ahead)} published lists are newer than the database: {ahead[0]}",
            "The database is an old one. Use stackmark-web restore.",
            figures,
        )
    if behind or late:
        text = f"{len(behind)} lists are not on disk as they should be, {late} changes wait."
        return Finding("error", text, "Is the worker running? See its log.", figures)
    return Finding("ok", f"{len(rows)} lists on disk agree with the database.", "", figures)


@probe("worker")
def worker() -> Finding:
    """Somebody works."""
    since = living.last_worker()
    if since is None:
        return error("No worker has ever run here.", "Start stackmark-web serve.")
    seconds = round(since.total_seconds())
    if since > _WORKER:
        return error(
            f"The last sign of a worker is {seconds} s old.",
            "Start stackmark-web serve, or stackmark-web work.",
            seconds=seconds,
        )
    return ok(f"A worker gave a sign {seconds} s ago.", seconds=seconds)


@probe("queue")
def queue() -> Finding:
    """Runs do not wait for long."""
    waiting = Chunk.objects.filter(
        state="waiting", run__state__in=(Run.State.WAITING, Run.State.RUNNING)
    )
    count = waiting.count()
    oldest = waiting.aggregate(at=Min("run__created_at"))["at"]
    failed = Run.everywhere.filter(state=Run.State.FAILED).count()
    figures = {"waiting": count, "failed_runs": failed}
    if oldest and clock.now() - oldest > _QUEUE and not _is_worked_on():
        text = f"{count} pieces of runs wait, the oldest since {oldest:%Y-%m-%d %H:%M}."
        return Finding("warning", text, "Start another worker.", figures)
    return Finding("ok", f"{count} pieces of runs wait; {failed} runs have failed.", "", figures)


def _is_worked_on() -> bool:
    return Chunk.objects.filter(state="leased", lease_until__gt=clock.now()).exists()


@probe("letters")
def letters() -> Finding:
    """Letters leave."""
    states = OutboxMail.State
    due = OutboxMail.everywhere.filter(state=states.QUEUED, queued_at__lt=clock.now() - _LETTER)
    late, doubt = due.count(), OutboxMail.everywhere.filter(state=states.DOUBT).count()
    figures = {"late": late, "in_doubt": doubt}
    if late:
        return Finding(
            "warning",
            f"{late} letters have waited for over a quarter of an hour.",
            "Does the mail server answer? See EMAIL_URL and the worker's log.",
            figures,
        )
    return Finding("ok", f"No letter waits for long; {doubt} are in doubt.", "", figures)


@probe("disk")
def disk() -> Finding:
    """There is room."""
    use = shutil.disk_usage(places.data())
    share = use.free / use.total if use.total else 0.0
    figures = {"free_bytes": use.free, "free_share": round(share, 3)}
    text = f"{use.free / 2**30:.1f} GiB are free ({share:.0%})."
    if use.free < _LEAST:
        return Finding("error", text, "Make room: soon nothing can be stored.", figures)
    return Finding("warning" if share < _LOW else "ok", text, "", figures)


@probe("backup")
def backup() -> Finding:
    """Somebody made one not long ago."""
    last = facts.get(LAST)
    if not isinstance(last, dict):
        return warning("No backup was ever made here.", "stackmark-web backup FILE")
    from django.utils.dateparse import parse_datetime

    at = parse_datetime(str(last.get("at", "")))
    if at is None or clock.now() - at > _BACKUP:
        return warning(f"The last backup is of {last.get('at')}.", "stackmark-web backup FILE")
    return ok(f"The last backup is of {last.get('at')}.")


@probe("audit")
def audit() -> Finding:
    """The log of what happened is whole, where the log can tell."""
    broken = check_chains()
    if broken:
        return error(
            f"{len(broken)} things in the audit log do not hold: {broken[0]}",
            "Somebody changed the log outside of Stackmark. Compare it with an export: "
            "stackmark-web audit_check",
            broken=broken,
        )
    return ok("The chains of events are whole.")


@probe("counts")
def counts() -> Finding:
    """How much there is."""
    figures = {
        "people": User.objects.count(),
        "organisations": Organisation.objects.count(),
        "credentials": Award.everywhere.exclude(sha256="").count(),
        "status_lists": StatusList.everywhere.count(),
        "data_bytes": _size(places.data()),
    }
    text = ", ".join(f"{value:,} {name.replace('_', ' ')}" for name, value in figures.items())
    return Finding("ok", text, "", figures)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
