"""A document read for what it says: judged by a rule set, or written in another format.

Nothing here verifies anything, and nothing is kept.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark.errors import ReadError, StackmarkError, UsageError
from stackmark.exchange.formats import NAMES, Options, read_record, write_record
from stackmark.exchange.shapes import Exported, Imported
from stackmark.ports import Fetcher
from stackmark.quality.check import check
from stackmark.quality.judgement import Judgement, Result
from stackmark.quality.profile import Profile
from stackmark.reading.received import receive
from stackmark_web import clock
from stackmark_web.verifying.actions import bytes_behind
from stackmark_web.verifying.checking import carry
from stackmark_web.verifying.fetching import CheckFetcher, server_fetcher
from stackmark_web.verifying.intake import Item

SHOWN_LOSSES: Final = 200
SHOWN_VALUE: Final = 300  # characters of one lost value on the page; files have it whole


@dataclass(frozen=True)
class Reading:
    """A document in canonical terms. ``document`` are the bytes it was read from."""

    source: str
    document: bytes
    signed: bool
    imported: Imported

    @property
    def format_title(self) -> str:
        """The format's name for people."""
        return NAMES[self.imported.format].title

    @property
    def is_design(self) -> bool:
        """Whether it is what can be earned, and nobody's credential."""
        return self.imported.record.is_design

    @property
    def carried(self) -> str:
        """The document for a hidden field of the next page; empty when it is too large."""
        return carry(self.document)

    @property
    def losses(self) -> list[dict[str, str]]:
        """What was not understood, for the page."""
        return shown_losses(self.imported.loss)


def carried(text: str) -> bytes:
    """The bytes of ``checking.carry``. Raises ``ReadError`` ``read.carried``."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ReadError(
            "read.carried", _("The page lost the document; give it once more.")
        ) from None


def read(item: Item) -> Reading:
    """What an item says. Raises ``StackmarkError`` with what is wrong with it."""
    if item.error is not None:
        raise item.error
    fetcher = server_fetcher()
    data = bytes_behind(fetcher, item.url) if item.url else item.data or b""
    received = receive(data)
    imported = read_record(received.tree, resources=_Named(fetcher))
    signed = received.jws is not None or received.seal is not None or "proof" in received.tree
    return Reading(item.source, received.document.data, signed, imported)


class _Named(Mapping[str, bytes]):
    """The files a document refers to by digest, fetched when a reader asks for one."""

    def __init__(self, fetcher: CheckFetcher) -> None:
        self._fetcher: Fetcher = fetcher

    def __getitem__(self, url: str) -> bytes:
        try:
            return self._fetcher.fetch(url)
        except StackmarkError:
            raise KeyError(url) from None

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


# -- rule sets ----------------------------------------------------------------------------------

_VERDICTS: Final = {
    "conforms": ("verified", gettext_lazy("Conforms")),
    "does-not-conform": ("refused", gettext_lazy("Does not conform")),
    "could-not-tell": ("could-not-tell", gettext_lazy("Could not tell")),
}
_TOLD: Final = {
    "conforms": gettext_lazy("It says all that this rule set asks for."),
    "does-not-conform": gettext_lazy("It does not say all that this rule set asks for."),
    "could-not-tell": gettext_lazy("It says too little to judge it by this rule set."),
}
_GROUPS: Final = {
    "failed": gettext_lazy("To be mended"),
    "open": gettext_lazy("Could not be told"),
    "advice": gettext_lazy("Would help"),
}


@dataclass(frozen=True)
class Judged:
    """A document and what a rule set makes of it, as the page shows it."""

    reading: Reading
    judgement: Judgement

    @property
    def tone(self) -> str:
        """The verdict's look; a checklist has none of a yes or a no."""
        return "could-not-tell" if self._checklist else _VERDICTS[self.judgement.verdict][0]

    @property
    def word(self) -> str:
        """The verdict in a word or two."""
        return _("Readiness checklist") if self._checklist else self._said(_VERDICTS, 1)

    @property
    def told(self) -> str:
        """The verdict in a sentence."""
        if not self._checklist:
            return str(_TOLD[self.judgement.verdict])
        counts = self.judgement.counts
        return _("%(passed)s in hand, %(failed)s not, %(open)s to ask. This is no conformity.") % {
            "passed": counts["passed"],
            "failed": counts["failed"],
            "open": counts["could-not-tell"],
        }

    @property
    def _checklist(self) -> bool:
        return self.judgement.profile.is_checklist

    def _said(self, table: Mapping[str, Any], number: int) -> str:
        return str(table[self.judgement.verdict][number])

    @property
    def findings(self) -> list[tuple[str, str, list[Result]]]:
        """What to look at: word, title, rows; first what is wrong."""
        found: dict[str, list[Result]] = {name: [] for name in _GROUPS}
        for row in self.judgement.findings:
            silent = "open" if row.severity == "mandatory" else "advice"
            found["failed" if row.outcome == "failed" else silent].append(row)
        return [(name, str(_GROUPS[name]), rows) for name, rows in found.items() if rows]

    @property
    def passed(self) -> list[Result]:
        """The rows that passed."""
        return [row for row in self.judgement.rows if row.outcome == "passed"]

    @property
    def not_applicable(self) -> list[Result]:
        """The rows that ask nothing here."""
        return [row for row in self.judgement.rows if row.outcome == "not-applicable"]

    def to_json(self) -> dict[str, Any]:
        """What ``stackmark check --json`` prints."""
        return self.judgement.to_json(self.reading.source)


def judge(reading: Reading, profile: Profile) -> Judged:
    """Every row of a rule set for a document."""
    return Judged(reading, check(reading.imported, profile, now=clock.now()))


@dataclass(frozen=True)
class Compared:
    """One row of a rule set for two documents."""

    first: Result
    second: Result

    @property
    def differs(self) -> bool:
        """Whether they have different outcomes."""
        return self.first.outcome != self.second.outcome


def compare(first: Judged, second: Judged) -> list[Compared]:
    """The rows of both side by side, those that differ first."""
    others = {row.id: row for row in second.judgement.rows}
    rows = [Compared(row, others[row.id]) for row in first.judgement.rows if row.id in others]
    return sorted(rows, key=lambda row: not row.differs)


# -- other formats ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Converted:
    """A document in another format, unsigned, with what was lost on the way in and out."""

    reading: Reading
    made: Exported

    @property
    def format_title(self) -> str:
        """The new format's name for people."""
        return NAMES[self.made.format].title

    @property
    def losses(self) -> list[dict[str, str]]:
        """What the new format has no place for, for the page."""
        return shown_losses(self.made.loss)

    def loss_json(self) -> dict[str, Any]:
        """The whole loss report: what was not read, and what could not be written."""
        return {
            "source": self.reading.source,
            "from": self.reading.imported.format,
            "to": self.made.format,
            "signed": False,
            "notRead": [one.to_json() for one in self.reading.imported.loss],
            "loss": [one.to_json() for one in self.made.loss],
            "gaps": [one.to_json() for one in self.made.gaps],
        }


def convert(reading: Reading, to: str) -> Converted:
    """A document in the format ``to``. Raises ``UsageError`` ``convert.…`` with the reason."""
    if to not in NAMES:
        raise UsageError("convert.format", _("Choose a format of the list."))
    # Facts bound by digest would need an address where somebody publishes them: nobody does here.
    return Converted(reading, write_record(reading.imported.record, to, Options(facts="none")))


def shown_losses(losses: tuple[Any, ...]) -> list[dict[str, str]]:
    """The first losses, their values cut to what a page can show."""
    return [
        {"path": one.path, "value": _cut(one.value), "reason": one.reason}
        for one in losses[:SHOWN_LOSSES]
    ]


def _cut(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN_VALUE else text[: SHOWN_VALUE - 1] + "…"
