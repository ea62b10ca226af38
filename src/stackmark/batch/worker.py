"""A chunk of rows in, signed documents and their manifest lines out; runs in any process."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from stackmark.batch.job import Job, status_of
from stackmark.batch.packing import to_award, unpack
from stackmark.errors import CheckFailed, StackmarkError
from stackmark.issuing.award import Award, identity_hash
from stackmark.issuing.bulk import Mint
from stackmark.issuing.securing import TOKENS
from stackmark.issuing.selfcheck import self_check
from stackmark.reading.received import receive

SAMPLE: Final = 1_000  # of so many, one is verified whole, besides the first and the last
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9]+")
_worker: Worker | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """Packed rows; ``first`` is the number of the first one, ``skip`` rows are done already."""

    first: int
    packed: bytes
    skip: int = 0


@dataclass(frozen=True, slots=True)
class SignedChunk:
    """What came of a chunk, in the order of its rows.

    ``names`` are file names (empty for jsonl), ``digests`` the SHA-256 of each body in
    hexadecimal, ``manifest`` one JSON object a body, each with its line feed.
    """

    names: tuple[str, ...]
    bodies: tuple[bytes, ...]
    digests: tuple[str, ...]
    manifest: tuple[bytes, ...]


def start(job: Job) -> None:
    """Make this process ready to sign for ``job``."""
    global _worker  # noqa: PLW0603 - one job a worker process, set before its first chunk
    _worker = Worker(job)


def sign_chunk(chunk: Chunk) -> SignedChunk:
    """Sign the rows of a chunk; ``start`` comes first."""
    if _worker is None:
        raise StackmarkError("run.not-started", "The worker was not told what to sign.")
    return _worker.sign(chunk)


class Worker:
    """Signs chunks of one job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._mint = Mint(job.issuance)
        self._bake = _baker(job)
        self._extension = _extension(job)

    def sign(self, chunk: Chunk) -> SignedChunk:
        """See ``sign_chunk``."""
        rows = unpack(chunk.packed)[chunk.skip :]
        first = chunk.first + chunk.skip
        places: list[Any] = [None] * len(rows)
        if self._job.status:
            places = list(status_of(self._job.status, first, len(rows)))
        made = [
            self._one(number, members, status)
            for number, (members, status) in enumerate(zip(rows, places, strict=True), first)
        ]
        names, bodies, digests, manifest = zip(*made, strict=True)
        return SignedChunk(names, bodies, digests, manifest)

    def _one(
        self, number: int, members: list[Any], status: tuple[str, int] | None
    ) -> tuple[str, bytes, str, bytes]:
        job = self._job
        award = to_award(
            members,
            job.secrets.of(number),
            valid_from=job.valid_from,
            valid_until=job.valid_until,
            status=status,
        )
        try:
            signed = self._mint.sign(award)
        except CheckFailed as error:
            raise CheckFailed(error.reason, f"Line {members[0]}: {error.detail}") from error
        body = self._bake(signed)
        if number % SAMPLE == 0 or number == job.total - 1:
            self._check(award, signed, body)
        name = _file_name(number, members[1], award.id, self._extension)
        digest = sha256(body).hexdigest()
        line: dict[str, Any] = {"line": members[0], "id": award.id}
        line |= {"file": name} if name else {"number": number + 1}
        return name, body, digest, _manifest_line(line, members, award, digest)

    def _check(self, award: Award, signed: bytes, body: bytes) -> None:
        self_check(
            signed,
            created=self._job.issuance.created,
            valid_from=award.valid_from,
            valid_until=award.valid_until,
            documents=self._job.documents,
        )
        if body is not signed:
            baked = receive(body).baked
            if baked is None or baked.text != signed:
                raise StackmarkError(
                    "run.self-check", "The baked image does not give the credential back."
                )


def _baker(job: Job) -> Callable[[bytes], bytes]:
    if job.image is None:
        return lambda signed: signed
    from stackmark.rendering.bake import Baker

    return Baker(job.image).bake


def _extension(job: Job) -> str:
    """The ending of a credential's own file; nothing when all go into one."""
    if job.form == "jsonl":
        return ""
    if job.image is None and job.issuance.suite in TOKENS:
        return ".jwt"
    return f".{job.form}"


def _file_name(number: int, external_id: str | None, urn: str, extension: str) -> str:
    """No personal data: the issuer's word for the row or its number, and the UUID."""
    if not extension:
        return ""
    label = _UNSAFE.sub("-", external_id or "").strip("-")[:40]
    if not label or "@" in (external_id or ""):
        label = f"{number + 1:06}"
    return f"{label}-{urn.rpartition(':')[2]}{extension}"


def _manifest_line(line: dict[str, Any], members: list[Any], award: Award, digest: str) -> bytes:
    line["sha256"] = digest
    if members[1]:
        line["externalId"] = members[1]
    if award.hashes_email:
        line["recipient"] = identity_hash(award.recipient_email or "", award.salt)
    else:
        line["recipient"] = award.recipient_id
    if award.status_list is not None:
        line["statusList"] = award.status_list
        line["statusIndex"] = award.status_index
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)
