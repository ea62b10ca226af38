"""Which decisions are counted in public figures, and as what.

A decision and those that replaced it after an appeal are one. Figures of two institutions are
those of the moment of their last tenth decision: who compares the table of today with that of
yesterday never sees what became of a single learner.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db.models import QuerySet

from stackmark.recognition.statistics import LEAST_CELL
from stackmark_web.recognising.models import Decision, Policy

_COLUMNS: Final = (
    *("pk", "replaces_id", "organisation__path", "source_issuer", "source_issuer_name"),
    *("source_achievement", "target__achievement_id", "verdict", "decided_at", "withdrawn_at"),
)


@dataclass(slots=True)
class Counted:
    """One decided credential; ``verdict`` is what stood when it was counted."""

    recogniser: uuid.UUID  # the institution, also where one of its units decided
    issuer: str
    issuer_name: str
    achievement: str  # of the credential
    target: uuid.UUID
    verdict: str = ""
    history: list[tuple[datetime, str]] = field(default_factory=list)
    withdrawn_at: datetime | None = None

    def at(self, moment: datetime) -> bool:
        """Set the verdict that stood then; whether any did."""
        stood = [verdict for when, verdict in self.history if when <= moment]
        self.verdict = stood[-1] if stood else ""
        withdrawn = self.withdrawn_at is not None and self.withdrawn_at <= moment
        return bool(self.verdict) and not withdrawn


def decided(recogniser: uuid.UUID | None = None, issuers: Iterable[str] = ()) -> QuerySet[Any]:
    """Decisions about credentials: of one institution, about some issuers, if they are named."""
    rows = Decision.everywhere.filter(kind="credential").exclude(source_issuer="")
    if recogniser is not None:
        rows = rows.filter(organisation__path__startswith=recogniser.hex)
    return rows.filter(source_issuer__in=list(issuers)) if issuers else rows


def counted(rows: QuerySet[Any]) -> list[Counted]:
    """What is counted of ``decided``; only bodies that publish their figures are."""
    pairs: dict[tuple[uuid.UUID, str], list[Counted]] = defaultdict(list)
    for one in _chains(_published(rows)):
        pairs[one.recogniser, one.issuer].append(one)
    return [one for pair in pairs.values() for one in _in_tens(pair)]


def publishes(organisation: Any) -> bool:
    """Whether an institution shows its figures; it does unless it said no."""
    return not Policy.objects.filter(organisation=organisation, publishes=False).exists()


def _published(rows: QuerySet[Any]) -> Iterable[dict[str, Any]]:
    """What a unit, or its whole institution, keeps to itself is left out."""
    silent = set(
        Policy.objects.filter(publishes=False).values_list("organisation__path", flat=True)
    )
    for row in rows.order_by("decided_at", "pk").values(*_COLUMNS):
        if not any(row["organisation__path"].startswith(path) for path in silent):
            yield row


def _chains(rows: Iterable[dict[str, Any]]) -> list[Counted]:
    found: dict[Any, Counted] = {}
    first: list[Counted] = []
    for row in rows:
        one = found.get(row["replaces_id"])
        if one is None:
            one = _begun(row)
            first.append(one)
        found[row["pk"]] = one
        one.history.append((row["decided_at"], row["verdict"]))
        one.withdrawn_at = row["withdrawn_at"]
    return first


def _begun(row: dict[str, Any]) -> Counted:
    return Counted(
        recogniser=uuid.UUID(row["organisation__path"].split("/", 1)[0]),
        issuer=row["source_issuer"],
        issuer_name=row["source_issuer_name"],
        achievement=row["source_achievement"],
        target=row["target__achievement_id"],
    )


def _in_tens(pair: list[Counted]) -> list[Counted]:
    """Those up to the last tenth; fewer than ten as they are, for they are never shown."""
    whole = len(pair) - len(pair) % LEAST_CELL
    shown = pair[:whole] or pair
    last = shown[-1].history[0][0]
    return [one for one in shown if one.at(last)]
