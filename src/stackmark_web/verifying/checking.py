"""One document judged: the report, what was received, the facts, and how it was worked out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from stackmark.errors import StackmarkError
from stackmark.reading.received import Received, receive
from stackmark.trust.register import Register
from stackmark.verification.artefacts import File
from stackmark.verification.report import Report
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.verifying import artefacts
from stackmark_web.verifying.explaining import Rows, workings
from stackmark_web.verifying.facts import Facts, facts_of
from stackmark_web.verifying.fetching import OWN_FILES, CheckFetcher, server_fetcher
from stackmark_web.verifying.issue_log import by_our_log
from stackmark_web.verifying.plain import storable
from stackmark_web.verifying.standing import by_our_books

MAX_CARRIED: Final = 1024 * 1024  # bytes of a document that a page takes on to the next one


@dataclass(frozen=True)
class Checked:
    """The answer about one document. ``received`` is None when it could not be read.

    ``register`` names whose register was asked; ``trusted`` is that register's statement about
    the issuer (name, since), if it has one. Of an organisation's own register ``chosen`` is its
    slug, and ``elsewhere`` what this server's register says where that one says nothing.
    """

    report: Report
    received: Received | None
    facts: Facts
    sha256: str
    source: str = ""
    register: str = ""
    trusted: dict[str, Any] | None = None
    chosen: str = ""
    elsewhere: dict[str, Any] | None = None
    workings: dict[str, Rows] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        """``verified``, ``refused`` or ``could-not-tell``."""
        return self.report.verdict

    def to_json(self) -> dict[str, Any]:
        """All that a page needs, as plain JSON that any database takes; no document is in it."""
        found = {
            "report": self.report.to_json(),
            "facts": self.facts,
            "workings": self.workings,
            "sha256": self.sha256,
            "source": self.source,
            "register": self.register,
            "trusted": self.trusted,
            "chosen": self.chosen,
            "elsewhere": self.elsewhere,
        }
        return dict(storable(found))

    @property
    def carried(self) -> str:
        """The document for a hidden field of the page, to go on with; empty when there is none."""
        return carry(self.received.document.data) if self.received is not None else ""

    @cached_property
    def shown(self) -> Any:
        """What ``verifying/report.html`` draws."""
        from stackmark_web.verifying.showing import Shown

        return Shown(self.to_json())


_HEARD: Final[list[Callable[[str], None]]] = []


def on_verdict(function: Callable[[str], None]) -> None:
    """Call this with the verdict about each document that is judged."""
    if function not in _HEARD:
        _HEARD.append(function)


def heard(verdict: str) -> None:
    """Tell all who listen of a verdict."""
    for hear in _HEARD:
        hear(verdict)


class Checker:
    """Judges documents one after another, sharing what was fetched."""

    def __init__(
        self,
        *,
        register: Register | None = None,
        recipient: str | None = None,
        fetcher: CheckFetcher | None = None,
    ) -> None:
        self.fetcher = fetcher or server_fetcher()
        self.verifier = Verifier(
            now=clock.now(),
            fetcher=self.fetcher,
            at_hand=OWN_FILES,
            register=register,
            recipient=recipient or None,
        )

    def check(
        self,
        data: bytes,
        *,
        source: str = "",
        explain: bool = True,
        evidence: Sequence[File] = (),
    ) -> Checked:
        """The answer about ``data``; a bad document never raises.

        ``evidence`` are files brought along; those of our own awards are compared where they are
        kept.
        """
        self.fetcher.next_source()
        found = received(data)
        at_hand = artefacts.at_hand_for(found, evidence)
        judged = by_our_log(at_hand.judge(self.verifier).verify(data), found)
        report = by_our_books(judged)
        heard(report.verdict)
        return Checked(
            report=report,
            received=found,
            facts=facts_of(found, report, at_hand),
            sha256=hashlib.sha256(data).hexdigest(),
            source=source,
            workings=workings(found, report, self.verifier) if explain else {},
        )

    def unreadable(self, error: StackmarkError, *, source: str = "") -> Checked:
        """The answer about something whose bytes could not be had."""
        from stackmark.verification.case import Case
        from stackmark.verification.report import Subject

        case = Case()
        case.fault("read", error)
        report = self.verifier.report(case, Subject(), "unreadable")
        return Checked(report, None, facts_of(None, report), "", source)


def carry(document: bytes) -> str:
    """Bytes as text for a hidden field; empty beyond ``MAX_CARRIED``."""
    return base64.b64encode(document).decode() if len(document) <= MAX_CARRIED else ""


def carry_received(data: bytes) -> str:
    """The same of the JSON inside an image or token; empty for what cannot be read."""
    found = received(data)
    return carry(found.document.data) if found is not None else ""


def received(data: bytes) -> Received | None:
    """A document taken apart; None for what cannot be read."""
    try:
        return receive(data)
    except StackmarkError:
        return None
