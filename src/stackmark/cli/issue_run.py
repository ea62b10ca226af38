"""The steps of a bulk run: check all, write down what will be done, then do it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import orjson

from stackmark.adapters.clock import SystemClock, parse_time
from stackmark.adapters.executors import ProcessExecutor, SerialExecutor, usable_processors
from stackmark.adapters.files import read_limited, write_atomic
from stackmark.adapters.issue_output import FolderOutput, LinesOutput
from stackmark.adapters.randomness import SystemRandom
from stackmark.adapters.spool import Spool
from stackmark.adapters.status_files import StatusFile, add_documents, recall, reserve
from stackmark.batch.job import FORMS, Job, RunRecord, StatusBlock
from stackmark.batch.packing import CHUNK, pack
from stackmark.batch.worker import Chunk, sign_chunk, start
from stackmark.cli.console import note, plain
from stackmark.cli.keys import document_entry, issuer_documents, load_key
from stackmark.cli.loading import read_object
from stackmark.cli.progress import Bar
from stackmark.cli.status_lists import write_new_list
from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.award import SEED_BYTES, Award, Secrets
from stackmark.issuing.builder import Design, build_credential, new_design
from stackmark.issuing.bulk import Issuance, fixed_ids, row_fault
from stackmark.issuing.lint import lint
from stackmark.issuing.recipients import open_file
from stackmark.issuing.rows import BadRow, Row
from stackmark.issuing.securing import TOKENS, choose_suite
from stackmark.limits import MAX_IMAGE_BYTES
from stackmark.verification.dates import stamp

if TYPE_CHECKING:
    from stackmark.keys.keyfile import KeyFile

_READ: Final = 1024 * 1024  # bytes of the file read at a time
_WORTH_A_POOL: Final = 3_000  # rows; below that, starting workers costs more than it saves


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
class Outcome:
    """What a run did; ``before`` counts those of an earlier, interrupted part."""

    out: Path
    manifest: Path
    issued: int = 0
    before: int = 0
    bad: int = 0
    documents: Path | None = None
    lists: tuple[tuple[Path, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "issued": self.issued,
            "before": self.before,
            "badRows": self.bad,
            "out": str(self.out),
            "manifest": str(self.manifest),
            "documents": None if self.documents is None else str(self.documents),
            "statusLists": [{"file": str(path), "url": url} for path, url in self.lists],
        }


@dataclass(frozen=True, slots=True)
class _Prepared:
    """Everything read from files but the rows; ``inputs`` are their digests."""

    request: Request
    key: KeyFile
    design: Design
    suite: str
    image: bytes | None
    valid_until: str | None
    inputs: dict[str, str] = field(default_factory=dict)


def issue_rows(request: Request) -> Outcome:
    """Run ``stackmark issue``; bad rows are named on stderr, nothing is printed on stdout."""
    record = _earlier(request)
    ready = _prepare(request)
    created = stamp(SystemClock().now()) if record is None else record.created
    valid_from = created if request.valid_from is None else stamp(parse_time(request.valid_from))
    outcome = Outcome(request.out, _manifest_path(request))
    with Spool() as spool:
        digest, good, bad = _check_rows(ready, spool, valid_from)
        if good == 0 or (bad and not request.good_rows):
            return replace(outcome, bad=bad)
        inputs = {**ready.inputs, "recipients file": digest}
        record, status = _intend(ready, record, inputs, created, good)
        outcome = _publish(ready, status, replace(outcome, bad=bad))
        job = _job(ready, record, valid_from, status, outcome)
        before = 0 if record.complete else _sign_all(ready, job, spool)
    _save(request, record.finished())
    return replace(outcome, issued=good, before=good if record.complete else before)


# -- before anything is written ----------------------------------------------------------------


def _earlier(request: Request) -> RunRecord | None:
    """The record of an earlier run into the same place, or nothing; never somebody's files."""
    if request.form not in FORMS:
        raise UsageError(
            "usage.form", f'"{request.form[:40]}" is no format; use {", ".join(FORMS)}.'
        )
    path = _record_path(request)
    if path.exists():
        record = RunRecord.from_json(_json(path))
        if request.resume:
            return record
        way = "is complete" if record.complete else "was interrupted; go on with --resume"
        raise UsageError(
            "usage.exists", f"{request.out} holds a run that {way}. A new run needs a new --out."
        )
    if request.out.exists() and (request.form == "jsonl" or _holds_something(request.out)):
        raise UsageError("usage.exists", f"{request.out} is there already; name a new --out.")
    return None


def _holds_something(path: Path) -> bool:
    return not path.is_dir() or next(path.iterdir(), None) is not None


def _json(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None


def _prepare(request: Request) -> _Prepared:
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
    _try_design(design)
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
    return _Prepared(request, key, design, suite, image, until, inputs)


def _suite(request: Request, algorithm: str) -> str:
    if request.form == "jwt":
        suite = choose_suite(request.suite or "jwt", algorithm)
        if suite not in TOKENS:
            raise UsageError("usage.suite", f"{suite} makes no tokens; with jwt use jwt or vc+jwt.")
        return suite
    suite = choose_suite(request.suite, algorithm)
    if suite in TOKENS and request.form == "json":
        raise UsageError("usage.suite", f"A key of type {algorithm} signs tokens: --format jwt.")
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


def _try_design(design: Design) -> None:
    """The lint on a made-up recipient: what is wrong here is not the rows' fault."""
    sample = Award(
        id="urn:uuid:00000000-0000-4000-8000-000000000000",
        valid_from="2026-01-01T00:00:00Z",
        recipient_email="sample@example.org",
        salt="0" * 32,
    )
    try:
        lint(build_credential(design, sample))
    except CheckFailed as error:
        raise UsageError(
            "usage.achievement",
            f"The achievement or the issuer profile cannot be signed: {error.detail}",
        ) from error


def _check_rows(ready: _Prepared, spool: Spool, valid_from: str) -> tuple[str, int, int]:
    """Digest of the file, and how many rows are good and bad; the good ones go to the spool."""
    digest = hashlib.sha256()
    counts = [0, 0]
    with Bar("Checking rows") as bar:
        rows = open_file(
            _chunks(ready.request.recipients, digest), known_templates=_template_names(ready.design)
        )
        for warning in rows.warnings:
            bar.say(plain(warning))
        for packed in pack(_good(ready, rows, valid_from, bar, counts)):
            spool.add(packed)
    return digest.hexdigest(), counts[0], counts[1]


def _good(
    ready: _Prepared, rows: Any, valid_from: str, bar: Bar, counts: list[int]
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
    try:
        with path.open("rb") as file:
            while chunk := file.read(_READ):
                digest.update(chunk)
                yield chunk
    except OSError as error:
        raise UsageError("usage.file", f"{path} could not be read: {error.strerror}.") from error


def _template_names(design: Design) -> set[str]:
    names = (design.achievement.get(name) for name in ("id", "humanCode", "name"))
    return {name for name in names if isinstance(name, str)}


# -- the intent --------------------------------------------------------------------------------


def _intend(
    ready: _Prepared, record: RunRecord | None, inputs: dict[str, str], created: str, total: int
) -> tuple[RunRecord, list[tuple[StatusBlock, StatusFile]]]:
    """Set indexes aside and store what will be done, before anything is signed."""
    request, folder = ready.request, ready.request.out.parent
    if record is not None:
        record.check_same(inputs)
        return record, recall(folder, record.status)
    folder.mkdir(parents=True, exist_ok=True)
    random = SystemRandom()
    status = []
    if request.status_list is not None:
        status = reserve(folder, request.status_list, total, random=random)
    blocks = tuple((block.url, block.before.next, block.count) for block, _ in status)
    record = RunRecord(created, total, inputs, random.bytes(SEED_BYTES).hex(), blocks)
    _save(request, record)
    return record, status


def _save(request: Request, record: RunRecord) -> None:
    text = orjson.dumps(record.to_json(), option=orjson.OPT_INDENT_2)
    write_atomic(_record_path(request), text, mode=0o600)


def _publish(
    ready: _Prepared, status: list[tuple[StatusBlock, StatusFile]], outcome: Outcome
) -> Outcome:
    """Write the status lists that are not there yet, and documents.json."""
    folder = ready.request.out.parent
    documents = document_entry(folder, ready.request.key, ready.key)
    lists = []
    for block, made in status:
        if not made.path.exists():
            write_new_list(made, ready.key)
        documents[block.url] = made.path.name
        lists.append((made.path, block.url))
    path = add_documents(folder, documents) if documents else None
    return replace(outcome, documents=path, lists=tuple(lists))


def _job(
    ready: _Prepared,
    record: RunRecord,
    valid_from: str,
    status: list[tuple[StatusBlock, StatusFile]],
    outcome: Outcome,
) -> Job:
    key = ready.key
    own = issuer_documents(ready.request.key, key)
    documents = {url: orjson.dumps(document) for url, document in own.items()}
    documents |= {url: path.read_bytes() for path, url in outcome.lists}
    return Job(
        issuance=Issuance(ready.design, key.private, key.method_id, ready.suite, record.created),
        secrets=Secrets(bytes.fromhex(record.seed or "")),
        form=ready.request.form,
        total=record.total,
        valid_from=valid_from,
        valid_until=ready.valid_until,
        image=ready.image,
        status=tuple(block for block, _ in status),
        documents=documents,
    )


# -- the work ----------------------------------------------------------------------------------


def _sign_all(ready: _Prepared, job: Job, spool: Spool) -> int:
    """Sign what is left; how much was there before comes back."""
    request = ready.request
    output = (LinesOutput if request.form == "jsonl" else FolderOutput)(request.out)
    with output, _executor(request, job) as executor:
        before = output.recover()
        with Bar("Signing", job.total, done=before) as bar:
            for signed in executor.map(sign_chunk, _left(spool, before)):
                output.append(signed)
                bar.step(len(signed.bodies))
    return before


def _left(spool: Spool, done: int) -> Iterator[Chunk]:
    for number, packed in enumerate(spool):
        first = number * CHUNK
        if done < first + CHUNK:
            yield Chunk(first, packed, max(0, done - first))


def _executor(request: Request, job: Job) -> SerialExecutor | ProcessExecutor:
    jobs = request.jobs
    if jobs is None:
        jobs = usable_processors() if job.total >= _WORTH_A_POOL else 1
    if jobs == 1:
        return SerialExecutor(initializer=start, initargs=(job,))
    return ProcessExecutor(jobs, initializer=start, initargs=(job,), chunk=1)


def _record_path(request: Request) -> Path:
    return request.out.parent / f".{request.out.name}.run.json"


def _manifest_path(request: Request) -> Path:
    if request.form == "jsonl":
        return request.out.with_name(f"{request.out.name}.manifest.jsonl")
    return request.out / "manifest.jsonl"


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
