"""What a bulk run needs, read and checked before anything is written."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from stackmark.adapters.clock import parse_time
from stackmark.adapters.files import read_limited
from stackmark.adapters.spool import Spool
from stackmark.batch.packing import pack
from stackmark.cli.console import note, plain
from stackmark.cli.keys import load_key
from stackmark.cli.loading import read_object
from stackmark.cli.progress import Bar
from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.award import Award
from stackmark.issuing.builder import Design, build_credential, new_design
from stackmark.issuing.bulk import fixed_ids, row_fault
from stackmark.issuing.lint import lint
from stackmark.issuing.recipients import open_file
from stackmark.issuing.rows import BadRow, Row
from stackmark.issuing.securing import TOKENS, choose_suite
from stackmark.limits import MAX_IMAGE_BYTES
from stackmark.verification.dates import stamp

if TYPE_CHECKING:
    from stackmark.keys.keyfile import KeyFile

_READ: Final = 1024 * 1024  # bytes of the file read at a time


@dataclass(frozen=True, slots=True)
class Request:
    """The options of ``stackmark issue``."""

    achievement: Path
    recipients: Path
    key: Path
    out: Path
    issuer: Path | None = None
    suite: str | None = None
    form: str = "json"
    image: Path | None = None
    status_list: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    jobs: int | None = None
    resume: bool = False
    good_rows: bool = False
    passphrase_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything read from files but the rows; ``inputs`` are their digests."""

    request: Request
    key: KeyFile
    design: Design
    suite: str
    image: bytes | None
    valid_until: str | None
    inputs: dict[str, str] = field(default_factory=dict)


def prepare(request: Request) -> Prepared:
    """Read and check all that is not a row."""
    achievement = read_object(request.achievement, "The achievement")
    profile = None if request.issuer is None else read_object(request.issuer, "The profile")
    key = load_key(request.key, request.passphrase_file)
    design = new_design(achievement, profile, did=key.did)
    if profile is None:
        note("Without --issuer the credentials name their issuer by its DID only.")
    suite = _suite(request, key.private.algorithm)
    image = _image(request)
    until = None if request.valid_until is None else stamp(parse_time(request.valid_until))
    _try_design(design, request.status_list)
    inputs = {
        "achievement": _digest(orjson.dumps(design.achievement)),
        "issuer profile": _digest(orjson.dumps(design.issuer)),
        "key": key.method_id,
        "--format": request.form,
        "--suite": suite,
        "--image": _digest(image or b""),
        "--status-list": request.status_list or "",
        "--valid-from": request.valid_from or "",
        "--valid-until": until or "",
        "--good-rows": str(request.good_rows),
    }
    return Prepared(request, key, design, suite, image, until, inputs)


def _suite(request: Request, algorithm: str) -> str:
    if request.form == "jwt":
        suite = choose_suite(request.suite or "jwt", algorithm)
        if suite not in TOKENS:
            raise UsageError("usage.suite", f"{suite} makes no tokens; with jwt use jwt or vc+jwt.")
        return suite
    suite = choose_suite(request.suite, algorithm)
    if suite in TOKENS and request.form == "json":
        raise UsageError("usage.suite", f"{suite} makes tokens: use --format jwt.")
    return suite


def _image(request: Request) -> bytes | None:
    if request.form not in ("png", "svg"):
        if request.image is not None:
            raise UsageError("usage.image", "--image goes with --format png or svg.")
        return None
    from stackmark.reading.baked import recognise
    from stackmark.rendering.art import default_image

    if request.image is None:
        return default_image(request.form)
    image = read_limited(request.image, MAX_IMAGE_BYTES)
    if recognise(image) != request.form:
        raise UsageError("usage.image", f"{request.image} is no {request.form.upper()}.")
    return image


def _try_design(design: Design, status_list: str | None) -> None:
    """The lint on a made-up recipient: what is wrong here is not the rows' fault."""
    sample = Award(
        id="urn:uuid:00000000-0000-4000-8000-000000000000",
        valid_from="2026-01-01T00:00:00Z",
        recipient_email="sample@example.org",
        salt="0" * 32,
        status_list=status_list,
        status_index=0,
    )
    try:
        lint(build_credential(design, sample))
    except CheckFailed as error:
        raise UsageError(
            "usage.achievement",
            f"The achievement or the issuer profile cannot be signed: {error.detail}",
        ) from error


def check_rows(ready: Prepared, spool: Spool, valid_from: str) -> tuple[str, int, int]:
    """Digest of the file, and how many rows are good and bad; the good ones go to the spool."""
    digest = hashlib.sha256()
    counts = [0, 0]
    with Bar("Checking rows") as bar:
        rows = open_file(
            _chunks(ready.request.recipients, digest), known_templates=_template_names(ready.design)
        )
        for warning in rows.warnings:
            bar.say(plain(warning))
        if any(" as custom." in warning for warning in rows.warnings):
            bar.say("Such columns do not enter the credentials.")
        for packed in pack(_good(ready, rows, valid_from, bar, counts)):
            spool.add(packed)
    return digest.hexdigest(), counts[0], counts[1]


def _good(
    ready: Prepared, rows: Any, valid_from: str, bar: Bar, counts: list[int]
) -> Iterator[Row]:
    fixed = fixed_ids(ready.design)
    for row in rows:
        fault = row
        if not isinstance(row, BadRow):
            fault = row_fault(row, fixed, valid_from=valid_from, valid_until=ready.valid_until)
        if fault is None:
            counts[0] += 1
            yield row
        else:
            counts[1] += 1
            where = f", column {plain(fault.column)}" if fault.column else ""
            bar.say(f"line {fault.line}{where}: {plain(fault.detail)} [{fault.reason}]")
        bar.step()


def _chunks(path: Path, digest: Any) -> Iterator[bytes]:
    """The file, or stdin for ``-``, in pieces that enter ``digest``."""
    try:
        with sys.stdin.buffer if str(path) == "-" else path.open("rb") as file:
            while chunk := file.read(_READ):
                digest.update(chunk)
                yield chunk
    except OSError as error:
        raise UsageError("usage.file", f"{path} could not be read: {error.strerror}.") from error


def _template_names(design: Design) -> set[str]:
    names = (design.achievement.get(name) for name in ("id", "humanCode", "name"))
    return {name for name in names if isinstance(name, str)}


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
