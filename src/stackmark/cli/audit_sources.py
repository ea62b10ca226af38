"""Holdings for ``stackmark audit``: a file that states them, or credentials that are verified."""

from __future__ import annotations

import copy
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackmark.cli.audit_decisions import Decisions
from stackmark.errors import StackmarkError, UsageError

if TYPE_CHECKING:
    import datetime as dt

    from stackmark.cli.sources import Found
    from stackmark.model.holding import Holding
    from stackmark.recognition.decision import Decision
    from stackmark.verification.report import Report
    from stackmark.verification.verifier import Verifier


@dataclass(slots=True)
class Gathered:
    """What was found: holdings, where each came from, and what is none and why."""

    holdings: list[Holding] = field(default_factory=list)
    sources: dict[str, str] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    people: list[Mapping[str, Any]] = field(default_factory=list)  # a document of each
    missing: set[str] = field(default_factory=set)  # files that would say more
    strangers: set[str] = field(default_factory=set)  # sources that are no credential at all

    @property
    def verified(self) -> int:
        """How many came from documents that were checked."""
        return sum(1 for one in self.holdings if one.provenance == "verified")


def gather(
    place: str,
    verifier: Verifier,
    documents: Path | None,
    given: Any,
    at: dt.date,
    *,
    body: str = "",
    wanted: Collection[str] = (),
) -> Gathered:
    """The holdings of a file or folder at a day; ``given`` answers with documents that are at hand.

    ``body`` is who awards: what it recognised counts as it decided, if its decisions are there.
    ``wanted`` are the achievements its rules name.

    Raises ``UsageError`` ``usage.file`` when nothing is there, and ``holdings.…`` when a file that
    states holdings is wrong.
    """
    from stackmark.adapters.documents import DocumentsFetcher
    from stackmark.cli import sources

    found = list(sources.find([place], verifier.fetcher, besides=documents))
    near = _near(place, found, given)
    verifier.at_hand = _Both(given, DocumentsFetcher(near))
    work = _Gatherer(verifier, near, at, Decisions(body, wanted))
    for one in found:
        if not (isinstance(one.data, bytes) and _only_beside(one.data, near)):
            work.take(one)
    return work.settled()


def _only_beside(data: bytes, near: Mapping[str, bytes]) -> bool:
    """Whether a file is there for another's sake alone: a credential is one by itself, too.

    A decision on recognition is bound to the credential it is about.
    """
    return data in near.values() and "credentialSubject" not in (tree_of(data) or {})


class _Both:
    """Asks for what was given first, then for what stands beside."""

    def __init__(self, first: Any, then: Any) -> None:
        self._first, self._then = first, then

    def fetch(self, url: str) -> bytes:
        if self._first is not None:
            try:
                found: bytes = self._first.fetch(url)
            except StackmarkError:
                pass
            else:
                return found
        answer: bytes = self._then.fetch(url)
        return answer


class _Near:
    """Files that credentials are bound to by digest, wherever they are at hand."""

    def __init__(self, place: str, found: list[Found], given: Any) -> None:
        self._maps = [one for one in (given, _own_map(place)) if one is not None]
        self._named: dict[str, list[bytes]] = {}
        for one in found:
            if isinstance(one.data, bytes):
                self._named.setdefault(Path(one.source).name, []).append(one.data)

    def of(self, source: str, data: bytes) -> dict[str, bytes]:
        """Beside the document, under that name among the others, or in a map of documents."""
        from stackmark.cli.beside import beside, fits, related

        tree = tree_of(data)
        if tree is None:
            return {}
        near = beside(Path(source), tree) if Path(source).is_file() else {}
        for url, entry in related(tree):
            for body in self._candidates(url) if url not in near else ():
                if fits(url, entry, body):
                    near[url] = body
                    break
        return near

    def _candidates(self, url: str) -> Iterator[bytes]:
        from stackmark.cli.beside import file_name

        yield from self._named.get(file_name(url), ())
        for one in self._maps:
            with suppress(StackmarkError):
                yield one.fetch(url)


def _own_map(place: str) -> Any:
    """The map of documents that a passport brings along, packed or unpacked."""
    from stackmark.adapters.documents import load_map
    from stackmark.reading.archives import MAP_NAME

    path = Path(place)
    where = path / MAP_NAME if path.is_dir() else path
    if not where.is_file() or (where == path and not zipfile.is_zipfile(path)):
        return None
    with suppress(StackmarkError):
        return load_map(where)
    return None


def _near(place: str, found: list[Found], given: Any) -> dict[str, bytes]:
    from stackmark.exchange.holdings import inner_documents

    look, near = _Near(place, found, given), {}
    for one in found:
        waiting = [one.data] if isinstance(one.data, bytes) else []
        while waiting:
            data = waiting.pop()
            near.update(look.of(one.source, data))
            waiting += inner_documents(tree_of(data) or {})
    return near


def tree_of(data: bytes) -> Mapping[str, Any] | None:
    """The document in bytes of any known kind; ``None`` when it cannot be read."""
    from stackmark.reading.received import receive
    from stackmark.verification.words import open_received

    try:
        received = receive(data)
        if received.kind in ("ob2", "sealed"):
            return received.tree
        return open_received(received)[0]
    except StackmarkError:
        return None


class _Gatherer:
    def __init__(
        self, verifier: Verifier, near: Mapping[str, bytes], at: dt.date, decisions: Decisions
    ) -> None:
        self._at = at
        self._decisions = decisions
        self._verifier = verifier
        # A decision is about a credential and names nobody; it is bound to that one's bytes.
        self._anybody = copy.copy(verifier)
        self._anybody.recipient = None
        self._near = near
        self._stated: list[tuple[str, Holding]] = []
        self._verified: list[tuple[str, Holding]] = []
        self._found = Gathered()

    def take(self, one: Found) -> None:
        """Stated holdings of one file, or a credential, or why it is neither."""
        from stackmark.model.holding import STATED, read_holdings

        if not isinstance(one.data, bytes):
            self._found.left_out.append((one.source, one.data.detail))
            return
        stated = _stated(one.data)
        if stated is not None:
            # Whatever such a file says of itself: nobody verified it here.
            rows = (replace(row, provenance=STATED) for row in read_holdings(stated))
            self._stated += [(one.source, row) for row in rows]
        else:
            self._credential(one.source, one.data)

    def _credential(self, source: str, data: bytes, *, depth: int = 0) -> None:
        from stackmark.exchange.holdings import inner_documents, standing

        tree = tree_of(data)
        inner = inner_documents(tree) if tree is not None and depth < 3 else []
        decision = self._decisions.of(tree) if tree is not None else None
        report = (self._verifier if decision is None else self._anybody).verify(data)
        for number, part in enumerate(inner, 1):
            self._credential(f"{source}, credential {number}", part, depth=depth + 1)
        result = standing(report)
        if result.refused or tree is None:
            if not inner:
                self._found.left_out.append((source, result.refused or report.why))
                self._found.strangers |= {source} if tree is None or _is_strange(report) else set()
            return
        if self._verifier.register is not None and report.credential.issuer_trust != "known":
            self._found.left_out.append((source, report.check("trust").detail))
            return
        if decision is not None:
            self._decide(source, decision, result.status)
            return
        self._meet(tree, report.credential.recipient)
        self._decisions.read(source, data)
        self._records(source, tree, result.status)

    def _decide(self, source: str, decision: Decision, status: str) -> None:
        """Keep a decision of the awarding body that is in force; tell of any other."""
        if status == "valid":
            self._decisions.keep(source, decision)
        elif status == "unknown":
            why = "Whether this decision on recognition is in force could not be told."
            self._found.left_out.append((source, why))
        else:
            why = f"This decision on recognition is {status}, so nothing counts by it."
            self._found.left_out.append((source, why))

    def _meet(self, tree: Mapping[str, Any], recipient: str | None) -> None:
        """Count a person whom no document before was about, so far as that is shown."""
        from stackmark.verification.recipient import told_apart

        people = self._found.people
        about = tree if "credentialSubject" in tree else {"credentialSubject": {"id": recipient}}
        if recipient and all(told_apart(about, one) for one in people):
            people.append(about)

    def _records(self, source: str, tree: Mapping[str, Any], status: str) -> None:
        from stackmark.exchange.holdings import holding_of, records_of

        try:
            for number, one in enumerate(records_of(tree, self._near), 1):
                name = source if number == 1 else f"{source}#{number}"
                self._verified.append((source, holding_of(one, status, name, self._at)))
                self._found.missing.update(one.missing)
        except StackmarkError as error:
            self._found.left_out.append((source, error.detail))

    def settled(self) -> Gathered:
        """Each credential once; what somebody states beside it gives way to it."""
        from stackmark.exchange.holdings import distinct

        found = self._found
        known = {holding.id for _, holding in self._verified}
        stated = [row for row in self._stated if row[1].id not in known]
        rows = distinct([*self._decisions.applied(self._verified, found.left_out), *stated])
        found.holdings = [holding for _, holding in rows]
        found.sources = {holding.id: source for source, holding in rows}
        return found


def _stated(data: bytes) -> Any:
    """The JSON of a file that states holdings; ``None`` when it is something else."""
    from stackmark.errors import ReadError
    from stackmark.model.strict_json import parse_json

    if data.lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        tree = parse_json(data)
    except ReadError:
        return None
    if isinstance(tree, list):
        return tree if not tree or _is_row(tree[0]) else None
    return tree if isinstance(tree, dict) and "holdings" in tree and "proof" not in tree else None


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and "@context" not in value


def _is_strange(report: Report) -> bool:
    """Whether it is none of the documents that are verified, rather than a bad one of them."""
    return any(one.outcome == "failed" and one.code in ("read", "format") for one in report.checks)


def refuse_nothing(found: Gathered, place: str) -> None:
    """Raises ``UsageError`` ``usage.holdings`` when the file named is nothing of this kind."""
    if not found.holdings and found.strangers == {place}:
        why = dict(found.left_out)[place]
        raise UsageError(
            "usage.holdings", f"{place} is neither credential nor list of holdings: {why}"
        )
