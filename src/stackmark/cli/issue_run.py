"""The steps of a bulk run: check all, write down what will be done, then do it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import orjson

from stackmark.adapters.clock import SystemClock, parse_time
from stackmark.adapters.executors import ProcessExecutor, SerialExecutor, usable_processors
from stackmark.adapters.files import write_atomic
from stackmark.adapters.issue_output import FolderOutput, LinesOutput
from stackmark.adapters.randomness import SystemRandom
from stackmark.adapters.spool import Spool
from stackmark.adapters.status_files import StatusFile, add_documents, recall, reserve
from stackmark.batch.job import FORMS, Job, RunRecord, StatusBlock
from stackmark.batch.packing import CHUNK
from stackmark.batch.worker import Chunk, sign_chunk, start
from stackmark.cli.issue_prepare import Prepared, Request, check_rows, prepare
from stackmark.cli.keys import document_entry, issuer_documents
from stackmark.cli.progress import Bar
from stackmark.cli.status_lists import write_new_list
from stackmark.errors import UsageError
from stackmark.issuing.award import SEED_BYTES, Secrets
from stackmark.issuing.molds import Issuance
from stackmark.verification.dates import stamp

__all__ = ["Outcome", "Request", "issue_rows"]

_WORTH_A_POOL: Final = 3_000  # rows; below that, starting workers costs more than it saves


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


def issue_rows(request: Request) -> Outcome:
    """Run ``stackmark issue``; bad rows are named on stderr, nothing is printed on stdout."""
    record = _earlier(request)
    ready = prepare(request)
    created = stamp(SystemClock().now()) if record is None else record.created
    valid_from = created if request.valid_from is None else stamp(parse_time(request.valid_from))
    outcome = Outcome(request.out, _manifest_path(request))
    with Spool() as spool:
        digest, good, bad = check_rows(ready, spool, valid_from)
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
    if request.jobs is not None and request.jobs < 1:
        raise UsageError("usage.jobs", "The number of jobs is 1 or more.")
    path = _record_path(request)
    if path.exists() and (request.out.exists() or request.resume):
        record = RunRecord.from_json(_json(path))
        if request.resume:
            return record if request.out.exists() or not record.complete else None
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


# -- the intent --------------------------------------------------------------------------------


def _intend(
    ready: Prepared, record: RunRecord | None, inputs: dict[str, str], created: str, total: int
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
    ready: Prepared, status: list[tuple[StatusBlock, StatusFile]], outcome: Outcome
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
    ready: Prepared,
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


def _sign_all(ready: Prepared, job: Job, spool: Spool) -> int:
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
