"""What a bulk file says about itself as a whole, before any row is judged.

Some questions have one answer for the whole file: whether the day or the month comes first,
which of several achievements is meant, which mail domain is the usual one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from stackmark.issuing.dates import readings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stackmark.issuing.columns import Layout
    from stackmark.issuing.recipients import RecipientFile

_TEMPLATES: Final = 50  # different ones kept; a file with more has another column there
_DOMAINS: Final = 5_000


@dataclass(slots=True)
class Survey:
    """Counts over the rows of a file.

    ``unclear`` dates could mean two days; ``example`` is the first of them, ``example_days`` its
    readings by order. ``orders`` counts the dates that allow one order only: the file's own hint.
    ``domains`` and ``templates`` count mail domains and template ids.
    """

    rows: int = 0
    unclear: int = 0
    example: str = ""
    example_days: dict[str, str] = field(default_factory=dict)
    orders: Counter[str] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)
    templates: Counter[str] = field(default_factory=Counter)

    @property
    def hint(self) -> str:
        """The order of day and month that the clear dates speak for, if they agree."""
        return next(iter(self.orders)) if len(self.orders) == 1 else ""


def survey(file: RecipientFile) -> Survey:
    """Read the whole file once; raises ``UsageError`` as ``read_cells`` does."""
    layout = file.layout
    dates = [place for place in (layout.at.issued_on, layout.at.expires_on) if place < layout.width]
    found = Survey()
    for _, cells in file.unchecked():
        found.rows += 1
        if len(cells) == layout.width:
            _count_texts(found, layout, cells)
            for place in dates:
                _count_date(found, cells[place].strip())
    return found


def _count_texts(found: Survey, layout: Layout, cells: Sequence[str]) -> None:
    at = layout.at
    if at.template_id < layout.width:
        template = cells[at.template_id].strip()
        if template and (template in found.templates or len(found.templates) < _TEMPLATES):
            found.templates[template] += 1
    for place in (at.recipient_email, at.identifier):
        if place < layout.width:
            domain = cells[place].strip().rpartition("@")[2].lower()
            if domain in found.domains or len(found.domains) < _DOMAINS:
                found.domains[domain] += 1


def _count_date(found: Survey, text: str) -> None:
    days = readings(text)
    if len(days) == 1:
        found.orders[next(iter(days))] += 1
    elif len(set(days.values())) > 1:
        found.unclear += 1
        if not found.example:
            found.example, found.example_days = text[:40], days
