"""Credentials as one zip that verifies with the command line and no network.

``credentials/`` holds the exact bytes, ``documents.json`` names what a check would fetch (DID
documents, status lists, achievements, facts, contexts) and ``documents/`` holds it, as it was when
the zip was made. ``index.json`` says when that was. Nothing in it needs this server. What else a
whole passport holds is added by ``exporting``.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson
from django.utils.translation import gettext as _

from stackmark.canonical import contexts
from stackmark.errors import StackmarkError
from stackmark.keys.did import did_web_url
from stackmark.ports import Fetcher
from stackmark.reading.archives import INDEX_NAME, MAP_NAME, NOTE_NAME
from stackmark.verification.dates import stamp
from stackmark.verification.structure import as_list
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.downloads import Download, Source, file_stem, kept_form
from stackmark_web.passport.models import Holding
from stackmark_web.verifying.fetching import OWN_FILES, own_path, server_fetcher

COMMAND: Final = "stackmark verify {name} --as-exported"
FORMAT: Final = "stackmark-passport-1"
_ENDINGS: Final = {"json": "json", "jwt": "jwt", "png": "png", "svg": "svg"}


@dataclass(slots=True)
class Recorder:
    """A fetcher that remembers every answer it got; ``spare`` answers where ``inner`` cannot."""

    inner: Fetcher
    answers: dict[str, bytes] = field(default_factory=dict)
    spare: Mapping[str, bytes] = field(default_factory=dict)

    def fetch(self, url: str) -> bytes:
        """What ``inner`` answers."""
        plain = url.partition("#")[0]
        try:
            body = self.inner.fetch(url)
        except StackmarkError:
            if plain not in self.spare:
                raise
            body = self.spare[plain]
        self.answers[plain] = body
        return body

    def also(self, url: str) -> None:
        """Take a document along if it can be had."""
        try:
            self.fetch(url)
        except StackmarkError:
            return


@dataclass(frozen=True, slots=True)
class _Given:
    """What was handed in, then what is published here."""

    documents: Mapping[str, bytes]

    def fetch(self, url: str) -> bytes:
        """The bytes, or ``CouldNotTell`` as ``OWN_FILES``."""
        return self.documents[url] if url in self.documents else OWN_FILES.fetch(url)


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of ``credentials/``: a credential, or a presentation of several."""

    stem: str
    ending: str
    data: bytes
    title: str
    contents: tuple[Contents, ...]
    more: Mapping[str, Any] = field(default_factory=dict)  # for its line in index.json

    @classmethod
    def of(cls, holding: Holding, **more: Any) -> Piece:
        """A holding, exactly as it came or was signed."""
        source = Source.of(holding)
        kind, data = kept_form(source.contents)
        stem = file_stem(source)
        return cls(stem, _ENDINGS[kind], data, holding.title, (source.contents,), more)


@dataclass(slots=True)
class Bundle:
    """A zip on its way: what it holds so far, and what a check of it asked for."""

    stem: str
    also: Mapping[str, bytes] = field(default_factory=dict)
    spare: Mapping[str, bytes] = field(default_factory=dict)
    challenge: str | None = None
    domain: str | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    now: datetime = field(default_factory=clock.now)
    recorder: Recorder = field(init=False)
    verifier: Verifier = field(init=False)

    def __post_init__(self) -> None:
        self.recorder = Recorder(server_fetcher(), dict(self.also), self.spare)
        self.verifier = Verifier(
            now=self.now,
            fetcher=self.recorder,
            at_hand=Recorder(_Given(self.also), self.recorder.answers),
            challenge=self.challenge,
            domain=self.domain,
        )

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"{self.stem}-{self.now:%Y-%m-%d}.zip"

    def add(self, piece: Piece) -> str:
        """A credential, with all that a check of it asks for; where it lies."""
        name = self._free(piece)
        self.files[name] = piece.data
        report = self.verifier.verify(piece.data)
        for one in piece.contents:
            _surroundings(one, self.recorder)
        self.rows.append(
            {
                "file": name,
                "title": piece.title,
                "sha256": hashlib.sha256(piece.data).hexdigest(),
                "verdict": report.verdict,
                **piece.more,
            }
        )
        return name

    def _free(self, piece: Piece) -> str:
        name = f"credentials/{piece.stem}.{piece.ending}"
        if name in self.files:
            digest = hashlib.sha256(piece.data).hexdigest()
            name = f"credentials/{piece.stem}-{digest[:8]}.{piece.ending}"
        number = 2
        while name in self.files:
            name = f"credentials/{piece.stem}-{number}.{piece.ending}"
            number += 1
        return name

    def check(self, data: bytes) -> None:
        """Ask for whatever a check of ``data`` needs, without taking it in."""
        self.verifier.verify(data)

    def index(self, **more: Any) -> dict[str, Any]:
        """What ``index.json`` says."""
        return {
            "format": FORMAT,
            "made": stamp(self.now),
            "command": self.command,
            "credentials": self.rows,
            **more,
        }

    @property
    def command(self) -> str:
        """The one command that checks all of it without a network."""
        found = COMMAND.format(name=self.name)
        for option, value in (("challenge", self.challenge), ("domain", self.domain)):
            found += f" --{option}={value}" if value is not None else ""
        return found

    def packed(self, note: str, index: Mapping[str, Any] | None = None) -> Download:
        """The zip."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            _put(archive, NOTE_NAME, note.encode(), self.now)
            _put(archive, INDEX_NAME, _json(index or self.index()), self.now)
            for name, data in self.files.items():
                _put(archive, name, data, self.now)
            _put_documents(archive, self.recorder.answers, self.now)
        return Download(out.getvalue(), "application/zip", self.name)


def bundle(
    holdings: Iterable[Holding],
    also: Mapping[str, bytes] | None = None,
    beside: Iterable[bytes] = (),
    *,
    note: Callable[[Bundle], str] | None = None,
    stem: str = "credentials",
) -> Download:
    """The zip of these holdings; ``also`` are documents, by address, that they are bound to.

    ``beside`` are credentials that are not in it, but can be checked with it.
    """
    made = Bundle(stem, dict(also or {}))
    for holding in holdings:
        made.add(Piece.of(holding))
    for data in beside:
        made.check(data)
    return made.packed((note or readme)(made))


def _surroundings(contents: Contents, recorder: Recorder) -> None:
    """What outlives this server besides what a check asked for: achievements, facts, contexts."""
    for one in contents.achievements:
        address = one.get("id")
        if isinstance(address, str) and own_path(address) is not None:
            recorder.also(address)
    for one in as_list(contents.tree.get("relatedResource")):
        address = one.get("id") if isinstance(one, Mapping) else None
        if isinstance(address, str) and own_path(address) is not None:
            recorder.also(address)
    for address in as_list(contents.tree.get("@context")):
        body = contexts.raw_bytes(address) if isinstance(address, str) else None
        if body is not None:
            recorder.answers.setdefault(address, body)
    if contents.issuer_id.startswith("did:web:"):
        try:
            recorder.also(did_web_url(contents.issuer_id))
        except StackmarkError:
            return


def _put_documents(archive: zipfile.ZipFile, answers: dict[str, bytes], now: datetime) -> None:
    where: dict[str, str] = {}
    for url, body in sorted(answers.items()):
        where[url] = f"documents/{hashlib.sha256(url.encode()).hexdigest()[:24]}.json"
        _put(archive, where[url], body, now)
    _put(archive, MAP_NAME, _json(where), now)


def _json(tree: object) -> bytes:
    return orjson.dumps(tree, option=orjson.OPT_INDENT_2)


def _put(archive: zipfile.ZipFile, name: str, data: bytes, now: datetime) -> None:
    entry = zipfile.ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


def readme(made: Bundle) -> str:
    """The note for people in a zip."""
    count = len(made.rows)
    lines = [
        _("Your credentials, as they were signed."),
        "",
        _("Made on %(time)s. There are %(count)d credentials in the folder credentials.")
        % {"time": stamp(made.now), "count": count},
        "",
        *how_to_check(made),
        _("What is inside, and what the check said when this file was made:"),
        "",
        *listed(made),
    ]
    return "\n".join(lines) + "\n"


def how_to_check(made: Bundle) -> list[str]:
    """The command, and how far its answer goes."""
    return [
        _("To check all of them on any computer, without the internet and without us:"),
        "",
        "    pip install stackmark",
        f"    {made.command}",
        "",
        _("The answer is as of the time this file was made: the folder documents holds what the"),
        _("issuers published then, such as keys and lists of revoked credentials, and the check"),
        _("believes these copies. If somebody else gave you this file, leave out --as-exported:"),
        _("then the issuers themselves are asked."),
        "",
    ]


def listed(made: Bundle) -> list[str]:
    """A line for each credential."""
    said = {
        "verified": _("verified"),
        "refused": _("refused"),
        "could-not-tell": _("could not tell"),
    }
    return [
        f"    {row['file']}: {line(row['title'])} ({said[row['verdict']]})" for row in made.rows
    ]


def line(text: str) -> str:
    """A title on one line without control characters: a terminal may show this file."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]
