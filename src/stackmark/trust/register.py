"""A local trust register: who is accepted as issuer of what, and until when.

The file is JSON::

    {"issuers": [{"id": "did:web:uni.example", "name": "Uni Example",
                  "achievements": ["https://uni.example/a/*"],
                  "from": "2024-01-01T00:00:00Z", "until": "2030-01-01T00:00:00Z"},
                 {"id": "did:web:agency.example", "as": ["agency"]}]}

``achievements`` (optional) limits what the issuer is accepted for: achievement ids, a trailing
``*`` standing for any ending. Times are optional. ``as`` says what it is accepted as: ``issuer``
(so when left out), ``agency`` (its accreditations and rights to issue count), or both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from stackmark.errors import UsageError
from stackmark.model.strict_json import parse_json

Standing = Literal["known", "unknown", "out-of-scope"]
_MEMBERS = frozenset({"id", "name", "achievements", "from", "until", "note", "as"})
_ROLES = ("issuer", "agency")


@dataclass(frozen=True, slots=True)
class Entry:
    """One accepted issuer; times in UTC."""

    id: str
    name: str | None = None
    achievements: tuple[str, ...] | None = None
    start: datetime | None = None
    end: datetime | None = None
    roles: tuple[str, ...] = ("issuer",)

    def covers(self, achievement: str) -> bool:
        """Whether an achievement id is within what the issuer is accepted for."""
        return self.achievements is None or any(
            achievement == one or (one.endswith("*") and achievement.startswith(one[:-1]))
            for one in self.achievements
        )


@dataclass(frozen=True, slots=True)
class Register:
    """The accepted issuers, by exact id."""

    entries: Mapping[str, tuple[Entry, ...]]

    @classmethod
    def parse(cls, data: bytes) -> Register:
        """Read a register file; raises ``UsageError`` ``usage.trust`` naming the entry."""
        tree = parse_json(data)
        issuers = tree.get("issuers") if isinstance(tree, dict) else None
        if not isinstance(issuers, list):
            raise UsageError("usage.trust", 'The trust file has no list "issuers".')
        entries: dict[str, tuple[Entry, ...]] = {}
        for number, one in enumerate(issuers, 1):
            entry = _entry(one, number)
            entries[entry.id] = (*entries.get(entry.id, ()), entry)
        return cls(entries)

    def standing(
        self, issuer: str, achievements: Iterable[str], issued: datetime | None
    ) -> tuple[Standing, str]:
        """How the issuer stands for these achievements at the time of issue, with a sentence."""
        found = [one for one in self.entries.get(issuer, ()) if "issuer" in one.roles]
        if not found:
            return "unknown", f"The register does not name {issuer[:120]}."
        wanted = list(achievements)
        for entry in found:
            if _in_time(entry, issued) and all(map(entry.covers, wanted)):
                return "known", f"The register accepts {entry.name or entry.id} for this."
        return "out-of-scope", (
            f"The register names {found[0].name or issuer[:120]}, but not for this achievement "
            "or not at the time of issue."
        )

    def accepts_agency(self, id: str, when: datetime | None) -> bool:  # noqa: A002 - as in a document
        """Whether what this agency stated at an instant counts."""
        found = self.entries.get(id, ())
        return any("agency" in one.roles and _in_time(one, when) for one in found)


def _in_time(entry: Entry, issued: datetime | None) -> bool:
    if issued is None:
        return entry.start is None and entry.end is None
    after = entry.start is None or entry.start <= issued
    return after and (entry.end is None or issued <= entry.end)


def _entry(one: Any, number: int) -> Entry:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str):
        raise UsageError("usage.trust", f"Issuer {number} of the trust file has no id.")
    odd = one.keys() - _MEMBERS
    if odd:
        raise UsageError(
            "usage.trust", f"Issuer {number} of the trust file has an unknown member {min(odd)!r}."
        )
    allowed = one.get("achievements")
    if allowed is not None and (
        not isinstance(allowed, list) or not all(isinstance(each, str) for each in allowed)
    ):
        raise UsageError(
            "usage.trust", f"The achievements of issuer {number} are no list of texts."
        )
    return Entry(
        one["id"],
        one.get("name") if isinstance(one.get("name"), str) else None,
        None if allowed is None else tuple(allowed),
        _time(one, "from", number),
        _time(one, "until", number),
        _roles(one.get("as"), number),
    )


def _roles(given: Any, number: int) -> tuple[str, ...]:
    if given is None:
        return ("issuer",)
    if not isinstance(given, list) or not given or not all(one in _ROLES for one in given):
        raise UsageError(
            "usage.trust", f'"as" of issuer {number} lists one or both of {", ".join(_ROLES)}.'
        )
    return tuple(given)


def _time(one: Mapping[str, Any], name: str, number: int) -> datetime | None:
    if one.get(name) is None:
        return None
    try:
        found = datetime.fromisoformat(str(one[name]))
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise UsageError(
            "usage.trust", f'"{name}" of issuer {number} is no date and time with a zone.'
        )
    return found
