"""What a bulk run shares, and the record of it that is stored before anything is signed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.issuing.award import Secrets
from stackmark.issuing.molds import Issuance
from stackmark.status.allocate import Allocation, allocate

FORMS: Final = ("json", "jwt", "jsonl", "png", "svg")


@dataclass(frozen=True, slots=True)
class StatusBlock:
    """Indexes set aside for a run: ``count`` of them, from where ``before`` stands."""

    url: str
    before: Allocation
    count: int


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a worker needs; crosses a process pool.

    ``form`` is one of ``FORMS``, ``total`` the number of rows, ``image`` what is baked into
    (for png and svg), ``documents`` the issuer's own (URL → body) for the self-check.
    """

    issuance: Issuance
    secrets: Secrets
    form: str
    total: int
    valid_from: str
    valid_until: str | None = None
    image: bytes | None = None
    status: tuple[StatusBlock, ...] = ()
    documents: Mapping[str, bytes] = field(default_factory=dict)


def status_of(blocks: Sequence[StatusBlock], first: int, count: int) -> list[tuple[str, int]]:
    """List and index of the rows ``first`` to ``first + count``, over all blocks in order."""
    found: list[tuple[str, int]] = []
    for block in blocks:
        take = min(block.count - first, count - len(found))
        if take > 0:
            start = replace(block.before, next=block.before.next + first)
            found += ((block.url, index) for index in allocate(start, take)[1])
        first = max(0, first - block.count)
    return found


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The intent of a run, as it is stored before anything is signed.

    ``inputs`` holds a digest of each thing the run was started with, by a name a person knows;
    ``status`` holds url, first position and count of each block. ``seed`` is a secret and is
    dropped when the run is complete.
    """

    created: str
    total: int
    inputs: Mapping[str, str]
    seed: str | None = field(repr=False)
    status: tuple[tuple[str, int, int], ...] = ()
    complete: bool = False

    def to_json(self) -> dict[str, Any]:
        """The record as it is stored."""
        return {
            "stackmarkRun": 1,
            "created": self.created,
            "total": self.total,
            "inputs": dict(self.inputs),
            "status": [list(block) for block in self.status],
            "complete": self.complete,
            "seed": self.seed,
        }

    @classmethod
    def from_json(cls, tree: Any) -> RunRecord:
        """Read a record; raises ``UsageError`` ``usage.run``."""
        try:
            if tree["stackmarkRun"] != 1:
                raise ValueError
            return cls(
                str(tree["created"]),
                int(tree["total"]),
                dict(tree["inputs"]),
                tree["seed"],
                tuple((str(url), int(first), int(count)) for url, first, count in tree["status"]),
                bool(tree["complete"]),
            )
        except (KeyError, TypeError, ValueError):
            raise UsageError(
                "usage.run", "The record of the interrupted run cannot be read."
            ) from None

    def check_same(self, inputs: Mapping[str, str]) -> None:
        """Raises ``UsageError`` ``usage.resume`` naming what is no longer as it was."""
        changed = sorted(
            name
            for name in self.inputs.keys() | inputs.keys()
            if self.inputs.get(name) != inputs.get(name)
        )
        if changed:
            raise UsageError(
                "usage.resume",
                f"The interrupted run had another {' and another '.join(changed)}; go on with the "
                "same, or start anew with another OUT.",
            )

    def finished(self) -> RunRecord:
        """The record of the complete run, without its secret."""
        return replace(self, complete=True, seed=None)
