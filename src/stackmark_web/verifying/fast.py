"""A warm verifier for machines that ask in swarms: the library's whole check, with less around it.

What costs most of a single check is not the check: documents of issuers are made from the database,
keys parsed, status lists proven and unpacked, again for each request. Here they are kept for a
moment (``MOMENT``), so a key that was changed is noticed within that time. A published status list
is read anew whenever its file changes, before each answer. A verdict is kept for the second that it
names, no longer: the same bytes asked for again within it get the same report, if their lists and
their state in our books are still what they were.

Only good news is told from here. Whatever is not plainly verified, needs the network, holds other
credentials or is off in our books gives None: the long way (``actions.check``) answers.
"""

from __future__ import annotations

import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any, Final

import orjson

from stackmark.errors import CouldNotTell, StackmarkError
from stackmark.limits import MAX_FETCHES
from stackmark.status.entry import StatusEntry
from stackmark.status.lists import StatusList
from stackmark.verification.report import Report
from stackmark.verification.statuses import Prover, StatusBook
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.awarding import queries as awarding
from stackmark_web.verifying import queries
from stackmark_web.verifying.checking import heard
from stackmark_web.verifying.fetching import OWN_FILES, RECENT, own_path

MOMENT: Final = 5.0  # seconds that keys, registers and documents are kept
MAX_DOCUMENTS: Final = 500
MAX_ANSWERS: Final = 500
_LIST: Final = re.compile(r"/status/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([a-z]+)")
_CREDENTIAL: Final = re.compile(r"/credentials/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_GOOD: Final = ("passed", "not-applicable")
_NEW: Final = object()
_SOUND: Final = frozenset({"", "offered", "claimed", "declined", "lapsed"})


class _Asked(threading.local):
    """What one check asked for, in the thread that does it."""

    count = 0
    doubt = False


_ASKED: Final = _Asked()


def _unknown(url: str) -> CouldNotTell:
    _ASKED.doubt = True
    return CouldNotTell("fetch.not-given", f"{url[:160]} is not at hand.")


class _Documents:
    """A ``ports.Fetcher``: our own documents, and what was fetched from outside just now."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    def fetch(self, url: str) -> bytes:
        """The bytes; anything that is not at hand leaves a doubt."""
        _ASKED.count += 1
        if _ASKED.count > MAX_FETCHES:
            raise _unknown(url)
        own = own_path(url)
        if own is None:
            found = RECENT.get(url)
            if found is None:
                raise _unknown(url)
            return found
        return self._kept.get(url) or self._inside(url, listed=own[0].startswith("/status/"))

    def _inside(self, url: str, *, listed: bool) -> bytes:
        try:
            found = OWN_FILES.fetch(url)
        except StackmarkError:
            raise _unknown(url) from None
        if not listed:  # a list is asked for only after its file has changed
            self._kept[url] = found
            if len(self._kept) > MAX_DOCUMENTS:
                self._kept.popitem(last=False)
        return found


class _AtHand:
    """For digests of related files: ours, or none, as on the long way."""

    def __init__(self, documents: _Documents) -> None:
        self._documents = documents

    def fetch(self, url: str) -> bytes:
        """The bytes. Raises ``CouldNotTell``; a doubt only where it should be ours."""
        if own_path(url) is None:
            raise CouldNotTell("fetch.not-given", f"{url[:160]} is not kept on this server.")
        return self._documents.fetch(url)


class _FreshBook(StatusBook):
    """Status lists proven once for each edition of their file."""

    def __init__(self, fetcher: _Documents, prove: Prover) -> None:
        super().__init__(fetcher, prove)
        self._editions: dict[str, tuple[int, ...] | None] = {}
        self.rounds = 0  # how often a list was found changed

    def is_current(self) -> bool:
        """Whether every list is still the one that was read."""
        return all(_edition(url) == one for url, one in list(self._editions.items()))

    def _list(self, entry: StatusEntry, issuer: str) -> StatusList:
        url = entry.list_url
        edition = _edition(url)
        before = self._editions.get(url, _NEW)
        if before != edition:
            self.forget(url)
            self.rounds += before is not _NEW
            self._editions[url] = edition  # before it is read: what comes in between is seen again
        return super()._list(entry, issuer)


def _edition(url: str) -> tuple[int, ...] | None:
    own = own_path(url)
    named = _LIST.fullmatch(own[0]) if own else None
    return None if named is None else awarding.status_list_edition(named[1], named[2])


class _Kept:
    """Verifier, documents and register of one moment, and what was answered in one second."""

    def __init__(self) -> None:
        self.until = time.monotonic() + MOMENT
        documents = _Documents()
        register = queries.register_for(None).register
        self.verifier = Verifier(
            now=clock.now(), fetcher=documents, at_hand=_AtHand(documents), register=register
        )
        self.book = _FreshBook(documents, self.verifier._prove_list)  # noqa: SLF001
        self.verifier.statuses = self.book
        self.second = _Second("", 0)


class _Second:
    """Reports of one second, as they are written, by the SHA-256 of what was asked."""

    def __init__(self, checked_at: str, rounds: int) -> None:
        self.checked_at, self.rounds = checked_at, rounds
        self.answers: dict[bytes, tuple[Report, bytes]] = {}


class Desk:
    """The warm verifier of a process, for any number of threads."""

    def __init__(self) -> None:
        self._kept: _Kept | None = None

    def answer(self, data: bytes) -> tuple[Report, bytes] | None:
        """The report on one credential in JSON, if it is plainly verified, and as it is written."""
        kept = self._kept
        if kept is None or kept.until < time.monotonic():
            kept = self._kept = _Kept()
        verifier = kept.verifier.at(clock.now())
        second = kept.second
        if second.checked_at != verifier.checked_at or not kept.book.is_current():
            second = kept.second = _Second(verifier.checked_at, kept.book.rounds)
        name = sha256(data).digest()
        found = second.answers.get(name)
        if found is None:
            found = _verified(verifier, data)
            if found is None:
                return None
            if kept.book.rounds != second.rounds:  # it met a newer list than those kept before it
                second = kept.second = _Second(verifier.checked_at, kept.book.rounds)
            if len(second.answers) < MAX_ANSWERS:
                second.answers[name] = found
        return found if _state(found[0]) in _SOUND else None

    def forget(self) -> None:
        """Begin anew with the next document."""
        self._kept = None


def _verified(verifier: Verifier, data: bytes) -> tuple[Report, bytes] | None:
    """The whole check; None for all but good news that everything was at hand for."""
    _ASKED.count, _ASKED.doubt = 0, False
    report = verifier.verify(data)
    if _ASKED.doubt or not _is_plain(report):
        return None
    return report, written(report)


def _is_plain(report: Report) -> bool:
    """Verified without a question but whether the issuer is known."""
    return (
        report.verdict == "verified"
        and not report.parts
        and all(check.outcome in _GOOD or check.code == "trust" for check in report.checks)
    )


def _state(report: Report) -> str:
    """The state of a credential of ours in our books; empty for all others."""
    own = own_path(report.credential.id or "")
    named = _CREDENTIAL.fullmatch(own[0]) if own else None
    return "" if named is None else awarding.state_of_credential(named[1])


DESK: Final = Desk()
_ALONE: Final = threading.Lock()


@contextmanager
def alone() -> Iterator[None]:
    """One thread at a time: two that calculate keep each other from the interpreter.

    That costs both of them two fifths of their time. After a second nobody waits any more.
    """
    mine = _ALONE.acquire(timeout=1)
    try:
        yield
    finally:
        if mine:
            _ALONE.release()


def answer(data: bytes) -> bytes | None:
    """The report as JSON, byte for byte what the long way gives; None: go the long way."""
    found = DESK.answer(data)
    if found is None:
        return None
    report, body = found
    heard(report.verdict)
    return body


def written(report: Report) -> bytes:
    """A report as the API gives it."""
    found: dict[str, Any] = report.to_json()
    return orjson.dumps(found)
