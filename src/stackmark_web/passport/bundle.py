"""Everything of a passport as one zip that verifies with the command line and no network.

``credentials/`` holds the exact bytes, ``documents.json`` names what a check would fetch (DID
documents, status lists, achievements) and ``documents/`` holds it, as it was when the zip was
made. Nothing in it needs this server.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import orjson
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.keys.did import did_web_url
from stackmark.ports import Fetcher
from stackmark.verification.dates import stamp
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.downloads import Download, Source, file_stem, kept_form
from stackmark_web.passport.models import Holding
from stackmark_web.verifying.fetching import OWN_FILES, own_path, server_fetcher

COMMAND: Final = "stackmark verify --documents documents.json credentials"
COMMAND_ZIPPED: Final = "stackmark verify --documents {name} {name}"
_ENDINGS: Final = {"json": "json", "jwt": "jwt", "png": "png", "svg": "svg"}


@dataclass(slots=True)
class Recorder:
    """A fetcher that remembers every answer it got."""

    inner: Fetcher
    answers: dict[str, bytes] = field(default_factory=dict)

    def fetch(self, url: str) -> bytes:
        """What ``inner`` answers."""
        body = self.inner.fetch(url)
        self.answers[url.partition("#")[0]] = body
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


def bundle(
    holdings: Iterable[Holding],
    also: Mapping[str, bytes] | None = None,
    beside: Iterable[bytes] = (),
) -> Download:
    """The zip of these holdings; ``also`` are documents, by address, that they are bound to.

    ``beside`` are credentials that are not in it, but can be checked with it.
    """
    now = clock.now()
    recorder = Recorder(server_fetcher(), dict(also or {}))
    at_hand = Recorder(_Given(also or {}), recorder.answers)
    verifier = Verifier(now=now, fetcher=recorder, at_hand=at_hand)
    out = io.BytesIO()
    rows: list[dict[str, str]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        taken: set[str] = set()
        for holding in holdings:
            source = Source.of(holding)
            kind, data = kept_form(source.contents)
            name = _name(source, kind, taken)
            _put(archive, f"credentials/{name}", data, now)
            report = verifier.verify(source.contents.data)
            _achievements(source.contents, recorder)
            rows.append({"file": name, "title": holding.title, "verdict": report.verdict})
        for data in beside:
            verifier.verify(data)
        _put_documents(archive, recorder.answers, now)
        _put(archive, "README.txt", _readme(rows, now).encode(), now)
    return Download(out.getvalue(), "application/zip", _file_name(now))


def _file_name(now: datetime) -> str:
    return f"passport-{now:%Y-%m-%d}.zip"


def _name(source: Source, kind: str, taken: set[str]) -> str:
    ending = _ENDINGS[kind]
    stem = file_stem(source)
    name = f"{stem}.{ending}"
    if name in taken:
        name = f"{stem}-{source.contents.sha256[:8]}.{ending}"
    taken.add(name)
    return name


def _achievements(contents: Contents, recorder: Recorder) -> None:
    """The public pages of our own achievements, so that they outlive this server too."""
    for one in contents.achievements:
        address = one.get("id")
        if isinstance(address, str) and own_path(address) is not None:
            recorder.also(address)
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
    text = orjson.dumps(where, option=orjson.OPT_INDENT_2)
    _put(archive, "documents.json", text, now)


def _put(archive: zipfile.ZipFile, name: str, data: bytes, now: datetime) -> None:
    entry = zipfile.ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


def _readme(rows: list[dict[str, str]], now: datetime) -> str:
    lines = [
        _("Your credentials, as they were signed."),
        "",
        _("Made on %(time)s. There are %(count)d credentials in the folder credentials.")
        % {"time": stamp(now), "count": len(rows)},
        "",
        _("To check all of them on any computer, without the internet and without us:"),
        "",
        "    pip install stackmark",
        f"    {COMMAND}",
        "",
        _("Or without unpacking:"),
        "",
        f"    {COMMAND_ZIPPED.format(name=_file_name(now))}",
        "",
        _("The answer is as of the time this file was made: the folder documents holds what the"),
        _("issuers published then, such as keys and lists of revoked credentials, and the check"),
        _("believes these copies. If somebody else gave you this file, leave out --documents and"),
        _("what follows it: then the issuers themselves are asked."),
        "",
        _("What is inside, and what the check said when this file was made:"),
        "",
    ]
    said = {
        "verified": _("verified"),
        "refused": _("refused"),
        "could-not-tell": _("could not tell"),
    }
    lines += [f"    {row['file']}: {_line(row['title'])} ({said[row['verdict']]})" for row in rows]
    return "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """A title on one line without control characters: a terminal may show this file."""
    return "".join(letter if letter.isprintable() else " " for letter in text)[:200]
