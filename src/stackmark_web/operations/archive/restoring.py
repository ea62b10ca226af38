"""Restore a backup: check everything, prepare everything beside, then exchange (F22 to F24)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import orjson
from django.conf import settings
from django.db import DatabaseError, OperationalError, ProgrammingError, connection
from django.utils.dateparse import parse_datetime

from stackmark.adapters.files import write_atomic, write_private
from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts import erasure_journal
from stackmark_web.accounts.models import User
from stackmark_web.api.vc_api import issuers as vc_api
from stackmark_web.api.vc_api import statuses
from stackmark_web.audit import heads
from stackmark_web.operations import (
    connecting,
    facts,
    instance,
    journals,
    leftovers,
    marks,
    moving,
    places,
    sqlite_file,
)
from stackmark_web.operations.archive import (
    making,
    members,
    published,
    reconcile,
    staging,
)
from stackmark_web.operations.archive.report import Report
from stackmark_web.tenancy.models import Organisation

FACT = "restored"


def restore(
    path: Path, *, passphrase: bytes | None, replace: bool = False, where: str = ""
) -> tuple[Report, Path]:
    """Put a backup in place. What was found, and the folder that keeps what stood here before.

    ``where``: a folder or https address with the published lists. Raises ``UsageError`` before
    anything is changed: ``backup.…``, ``restore.…``, ``usage.…``.
    """
    making.check_readable(path)
    with instance.alone(), leftovers.scratch("restore") as scratch:
        full = is_full()
        if full and not replace:
            raise UsageError(
                "restore.full",
                "There are people and organisations here already, or a database that cannot be "
                "read. With --replace they give way; what stands here now is kept beside.",
            )
        unpacked, stage = scratch / "unpacked", scratch / "stage.sqlite3"
        unpacked.mkdir()
        manifest = members.unpack(path, passphrase, unpacked)
        staging.check(manifest, str(settings.IDENTITY_URL))
        staging.stage(unpacked, manifest, stage)
        report = Report(made_at=str(manifest.about["made_at"]), instance=_next_number(manifest))
        newest = scratch / "newest"
        with connecting.as_default(connecting.sqlite_at(stage)):
            ends = heads.ends()  # before anything is written down there
            _reconcile(unpacked, newest, where, report)
            instance.disown(report.instance - 1)  # cut off from here on, nothing signs
        kept = _beside()
        _exchange(stage, kept, full=full)
        _put_files(unpacked, newest, kept, report)
        report.heads_aside = len(heads.accept_restored(ends))
        put_new(unpacked / places.HEADS, places.data() / places.HEADS)
        _finish(manifest, report)
    return report, kept


def is_full() -> bool:
    """Whether somebody works here already; a database without our tables is empty.

    Of one that is damaged nobody knows, so it counts as full.
    """
    try:
        return User.objects.exists() or Organisation.objects.exists()
    except (OperationalError, ProgrammingError):
        return False
    except DatabaseError:
        return True


def _beside() -> Path:
    kept = places.data() / f"before-restore-{clock.now():%Y%m%dT%H%M%S}"
    number = 1
    while kept.exists():
        number += 1
        kept = kept.with_name(f"{kept.name.partition('+')[0]}+{number}")
    kept.mkdir(mode=0o700)
    return kept


def _next_number(manifest: members.Manifest) -> int:
    here = instance.in_keys()
    return max(int(manifest.about.get("instance") or 0), here.number if here else 0) + 1


# -- the staged database ---------------------------------------------------------------------


def _reconcile(unpacked: Path, newest: Path, where: str, report: Report) -> None:
    """Everything the database must be told, in the order in which it can be understood."""
    known = marks.read()
    known.merge(marks.read_folder(unpacked / places.MARKS))
    reconcile.put_keys_back(known, report)
    folders = (unpacked / places.LISTS, places.lists())
    report.warnings += published.collect(newest, *folders, where=where)
    reconcile.put_lists_back(known, newest, report)
    reconcile.apply_lists(newest, report)
    reconcile.close_lists(known, newest, report)
    since = parse_datetime(report.made_at) or clock.now()
    reconcile.find_lost(journals.issued(), newest, since, report)
    reconcile.quiet(report)
    entries = [*erasure_journal.entries(), *_archived_erasures(unpacked)]
    reconcile.erase_again(entries, report)


def _archived_erasures(unpacked: Path) -> list[erasure_journal.Entry]:
    return erasure_journal.entries(folder=unpacked)


# -- the exchange ----------------------------------------------------------------------------


def _exchange(stage: Path, kept: Path, *, full: bool) -> None:
    """The staged database takes the place of the one in use; that one is kept."""
    if connection.vendor == "sqlite":
        _exchange_file(stage, kept)
        return
    if full:
        making.make(kept / "database.stackmark", passphrase=None, with_keys=False)
    with connecting.beside(connecting.sqlite_at(stage)):
        moving.fill_from(connecting.OTHER)


def _exchange_file(stage: Path, kept: Path) -> None:
    target = Path(str(connection.settings_dict["NAME"]))
    if target.exists():
        _fold_in()
    connection.close()
    for ending in ("", "-wal"):
        path = target.with_name(target.name + ending)
        if path.exists():
            shutil.copyfile(path, kept / path.name)
            (kept / path.name).chmod(0o600)
    making.settle(stage)
    draft = _beside_target(stage, target)
    for ending in ("-wal", "-shm"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    draft.replace(target)


def _beside_target(stage: Path, target: Path) -> Path:
    """The staged database in the folder it goes to, which may be on another file system."""
    draft = target.with_name(f".{target.name}{leftovers.STAGED}")
    shutil.move(stage, draft)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    return draft


def _fold_in() -> None:
    """What is in the write-ahead file goes into the database; a damaged one is left as it is."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except OperationalError:
        raise
    except DatabaseError:
        return


def _put_files(unpacked: Path, newest: Path, kept: Path, report: Report) -> None:
    published.put_out(newest)
    _put_media(unpacked / "media", kept)
    _put_journals(unpacked / places.JOURNAL)
    erasure_journal.write(_archived_erasures(unpacked))
    _put_keys(unpacked, kept, report)
    marks.add(marks.read_folder(unpacked / places.MARKS))
    report.warnings += vc_api.restore(unpacked / places.VC_API, kept)
    report.warnings += statuses.restore(unpacked / places.VC_API / "status")


def put_new(folder: Path, target: Path) -> None:
    """Files of a folder of the backup that are not here; what is here stays."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        here = target / path.relative_to(folder)
        if path.is_file() and not here.exists():
            here.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(here, path.read_bytes())


def _put_media(folder: Path, kept: Path) -> None:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if not path.is_file():
            continue
        inside = path.relative_to(folder)
        target = places.media() / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and target.read_bytes() != path.read_bytes():
            old = kept / "media" / inside
            old.parent.mkdir(parents=True, exist_ok=True)
            target.replace(old)
        if not target.exists():
            shutil.copyfile(path, target)


def _put_journals(folder: Path) -> None:
    """Lines and letters of the backup that are not here; what is here stays."""
    places.journal().mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in sorted(folder.glob("issued-*.jsonl")):
        target = places.journal() / path.name
        there = target.read_bytes().splitlines() if target.exists() else []
        known = set(there)
        missing = [line for line in path.read_bytes().splitlines() if line not in known]
        if missing:
            write_atomic(target, b"\n".join([*missing, *there]) + b"\n", mode=0o600)
    archived = folder / journals.LETTERS, folder / journals.SENT_BEFORE
    journals.freeze_letters(mark for path in archived for mark in journals.letters_in(path))


def _put_keys(unpacked: Path, kept: Path, report: Report) -> None:
    """Key files that are not here, and what opens them if no key was here at all."""
    folder = places.keys()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    first = not any(folder.glob("*.key"))
    for path in sorted((unpacked / places.KEYS).glob("*.key")):
        target = folder / path.name
        if not target.exists():
            write_private(target, path.read_bytes())
        elif target.read_bytes() != path.read_bytes():
            report.warnings.append(f"The key file {path.name} here is another one; it was left.")
    for name in places.SECRETS:
        path, target = unpacked / "secrets" / name, places.data() / name
        if not path.exists() or (target.exists() and target.read_bytes() == path.read_bytes()):
            continue
        if target.exists() and not first:
            report.warnings.append(f"{target} differs from the one in the backup; it was left.")
            continue
        if target.exists():
            target.replace(kept / name)
        write_private(target, path.read_bytes())


def _finish(manifest: members.Manifest, report: Report) -> None:
    """The number that makes every other copy of this system refuse to sign, and the report."""
    origin = str(manifest.about.get("data", ""))
    here = instance.take_over(
        at_least=report.instance,
        origin="" if origin == str(places.data()) else origin,
        host=str(manifest.about.get("host", "")),
    )
    report.instance = here.number
    sqlite_file.note_closed()
    journals.begin_anew()
    report.keys_missing += _missing_keys()
    facts.put(FACT, report.told())
    text = orjson.dumps(report.told(), option=orjson.OPT_INDENT_2)
    name = f"restore-report-{clock.now():%Y%m%dT%H%M%S}.json"
    write_atomic(places.data() / name, text, mode=0o600)
    record_restored(report)


def _missing_keys() -> list[str]:
    from stackmark_web.tenancy.models import SigningKey

    if settings.SIGNER != "file":
        return []
    rows = SigningKey.everywhere.filter(state="active", signer="file")
    return [row.method_id for row in rows if not (places.keys() / row.location).exists()]


def record_restored(report: Report) -> None:
    """An event in every institution's audit, for its owners to see."""
    from stackmark_web.audit.actions import record

    for root in Organisation.objects.filter(parent__isnull=True):
        record(
            "system.restored",
            actor=None,
            target=root,
            organisation=root,
            after={
                "backup": report.made_at,
                "instance": report.instance,
                "heads_aside": report.heads_aside,
            },
            via="restore",
            label=root.name,
        )
