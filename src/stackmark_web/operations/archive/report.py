"""What a restore found and did, as figures and as sentences for whoever ran it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

_SHOWN = 20


@dataclass(slots=True)
class Report:
    """``lost``: credentials that were issued after the backup, as far as they are known.

    Each of them is ``{"id", "sha256", "list", "index", "revoked"}``; ``unknown_indexes`` are
    revoked places of lists about which nothing else is known.
    """

    made_at: str = ""
    revoked: list[str] = field(default_factory=list)
    suspended: list[str] = field(default_factory=list)
    on_hold_here_only: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    lists_closed: int = 0
    lists_back: list[str] = field(default_factory=list)
    keys_back: list[str] = field(default_factory=list)
    keys_missing: list[str] = field(default_factory=list)
    lost: list[dict[str, Any]] = field(default_factory=list)
    unknown_indexes: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    letters_in_doubt: int = 0
    letters_left: int = 0
    erased: list[str] = field(default_factory=list)
    not_erased: list[str] = field(default_factory=list)
    runs_stopped: list[str] = field(default_factory=list)
    instance: int = 0
    heads_aside: int = 0
    warnings: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)

    def lines(self) -> Iterator[str]:
        """Sentences, the reassuring ones first."""
        yield f"Restored the backup of {self.made_at}. This is now instance {self.instance}."
        yield (
            f"{self.lists_closed} status lists take no new entries; new awards open new lists, so "
            "no index is used twice."
        )
        yield from _counted(self.revoked, "revocations were read again from the published lists")
        yield from _counted(self.suspended, "suspensions were read again from the published lists")
        yield from _counted(self.withdrawn, "statements and decisions were withdrawn again")
        yield from _counted(
            self.erased, "people who were erased since the backup were erased again"
        )
        yield from _counted(self.keys_back, "signing keys made or changed since were put back")
        yield from _counted(self.lists_back, "status lists opened since were put back, closed")
        if self.heads_aside:
            yield (
                f"{self.heads_aside} kept heads of the audit log know events that the backup does "
                "not have; they were put aside in the folder audit-heads."
            )
        if self.letters_in_doubt:
            yield (
                f"{self.letters_in_doubt} letters waited at the time of the backup. They stand as "
                "“Perhaps sent” on the page Mail and are not sent by themselves."
            )
        yield from self._to_do()

    def _to_do(self) -> Iterator[str]:
        """What a person must look at."""
        yield from _listed(
            self.lost,
            "credentials were issued after the backup and are not in the database",
            lambda one: (
                f"{one['id']}  (list {one['list']}, index {one['index']}"
                f"{', revoked' if one['revoked'] else ''})"
            ),
        )
        yield from _listed(
            self.unknown_indexes, "revoked places on the lists belong to nothing known here", str
        )
        yield from _listed(
            self.on_hold_here_only,
            "awards are on hold here but no longer on the published list; reinstate them if that "
            "is right",
            str,
        )
        yield from _listed(
            self.held_back,
            "awards were due since the backup and may have been issued; they are drafts now",
            str,
        )
        yield from _listed(
            self.runs_stopped,
            "runs were under way; each is stopped until somebody presses “Try again”",
            str,
        )
        yield from _listed(self.keys_missing, "private keys are not in the key store", str)
        yield from _listed(
            self.not_erased, "people were erased since but could not be erased again", str
        )
        yield from (f"Warning: {one}" for one in self.warnings)


def _counted(found: list[Any], what: str) -> Iterator[str]:
    if found:
        yield f"{len(found)} {what}."


def _listed(found: list[Any], what: str, show: Any) -> Iterator[str]:
    if not found:
        return
    yield f"LOOK: {len(found)} {what}:"
    yield from (f"  {show(one)}" for one in found[:_SHOWN])
    if len(found) > _SHOWN:
        yield f"  and {len(found) - _SHOWN} more, in the report"
