"""What the person decided about a sheet, and what each row becomes under it."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Final

from stackmark.issuing.rows import Row
from stackmark.verification.dates import parse_stamp
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.catalogue.queries import descriptor_of

ALL, GOOD = "all", "good"
LEAVE, AGAIN, CORRECT = "leave", "again", "correct"
SCOPES: Final = (ALL, GOOD)
KNOWN: Final = (LEAVE, AGAIN, CORRECT)
_PLAIN: Final = (
    *("recipient_email", "recipient_name", "recipient_id", "external_id"),
    *("locale", "narrative", "issued_on", "expires_on"),
)
_BESIDE: Final = ("country", "region", "group_tag")


@dataclass(frozen=True, slots=True)
class Choices:
    """How a sheet is awarded. The defaults issue nothing that anybody could regret."""

    scope: str = ALL
    known: str = LEAVE
    issued_on: date | None = None
    send_at: datetime | None = None
    claim_by: datetime | None = None
    locale: str = ""
    name_in_credential: bool = True
    suspendable: bool = False

    @classmethod
    def of(cls, sheet: Any) -> Choices:
        """The choices as they are kept with a sheet."""
        kept = sheet.choices.get("award", {})
        return cls(
            scope=kept.get("scope", ALL),
            known=kept.get("known", LEAVE),
            issued_on=date.fromisoformat(kept["issued_on"]) if kept.get("issued_on") else None,
            send_at=_moment(kept.get("send_at")),
            claim_by=_moment(kept.get("claim_by")),
            locale=kept.get("locale", ""),
            name_in_credential=kept.get("name_in_credential", True),
            suspendable=kept.get("suspendable", False),
        )

    def to_json(self) -> dict[str, Any]:
        """As they are kept."""
        return {
            "scope": self.scope,
            "known": self.known,
            "issued_on": self.issued_on.isoformat() if self.issued_on else "",
            "send_at": self.send_at.isoformat() if self.send_at else "",
            "claim_by": self.claim_by.isoformat() if self.claim_by else "",
            "locale": self.locale,
            "name_in_credential": self.name_in_credential,
            "suspendable": self.suspendable,
        }

    @property
    def dates(self) -> tuple[object, ...]:
        """What may make a row good or bad."""
        return (self.issued_on, self.send_at, self.claim_by)

    def starts(self, now: datetime) -> datetime:
        """From when a credential without a date of its own is valid."""
        if self.issued_on is not None:
            return datetime.combine(self.issued_on, time(), UTC)
        return self.send_at or now


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def values_of(row: Row) -> dict[str, Any]:
    """A good row as plain JSON, empty cells left out."""
    found: dict[str, Any] = {name: one for name in _PLAIN if (one := getattr(row, name))}
    if row.evidence:
        found["evidence"] = [
            {"url": one.url or "", "name": one.name or "", "text": one.text or ""}
            for one in row.evidence
        ]
    beside = {name: one for name in _BESIDE if (one := getattr(row, name))}
    if beside or row.custom:
        found["custom"] = {**beside, **row.custom}
    return found


def without_usual(values: dict[str, Any], start: str) -> dict[str, Any]:
    """The same without a start that all other rows have too."""
    if values.get("issued_on") == start:
        del values["issued_on"]
    return values


class Terms:
    """What all rows of a sheet share: the choices, and what the achievement says of its end."""

    def __init__(self, version: AchievementVersion, choices: Choices, *, now: datetime) -> None:
        self.choices = choices
        self.starts = choices.starts(now)
        self._validity = descriptor_of(version).validity

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What an award is made of, as ``actions.create.clean`` takes it."""
        issued, expires = values.get("issued_on"), values.get("expires_on")
        starts = parse_stamp(issued, "issued_on") if issued else self.starts
        ends = parse_stamp(expires, "expires_on") if expires else self.usual_end(starts)
        chosen = self.choices
        return {
            "recipient_email": values.get("recipient_email", ""),
            "recipient_name": values.get("recipient_name", ""),
            "recipient_id": values.get("recipient_id", ""),
            "external_id": values.get("external_id", ""),
            "locale": values.get("locale") or chosen.locale,
            "name_in_credential": chosen.name_in_credential,
            "suspendable": chosen.suspendable,
            "narrative": values.get("narrative", ""),
            "evidence": values.get("evidence", []),
            "custom": values.get("custom", {}),
            "valid_from": starts,
            "valid_until": ends,
            "send_at": chosen.send_at,
            "claim_by": chosen.claim_by,
        }

    def usual_end(self, starts: datetime) -> datetime | None:
        """When a credential ends that says nothing itself: as the achievement says, or never."""
        validity = self._validity
        if validity is None:
            return None
        if validity.until is not None:
            return datetime.combine(validity.until, time(23, 59, 59), UTC)
        return None if validity.months is None else _months_later(starts, validity.months)


@lru_cache(maxsize=1_024)  # the many rows of a file begin on few days
def _months_later(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return start.replace(year=year, month=month + 1, day=min(start.day, last))
