"""The one check every outgoing URL passes before anything is looked up or sent.

Stricter than RFC 3986 and the WHATWG URL standard on purpose: whatever two readers could
understand differently is refused, so that what was checked is what is contacted.
"""

from __future__ import annotations

import encodings.idna
import re
import unicodedata
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from stackmark.errors import CouldNotTell

MAX_URL: Final = 2048  # characters
_MAX_HOST: Final = 253  # characters, RFC 1035 section 2.3.4 without the root
_PORTS: Final = frozenset({443, 8443})
_DEFAULT_PORT: Final = {"https": 443, "http": 80}

_SHAPE: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^#]*)(?:#.*)?")
_AUTHORITY: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:@]+)(?::([1-9][0-9]{0,4}))?")
_BAD_CHARACTER: Final = re.compile(r"[\x00-\x20\x7f-\x9f\\\ud800-\udfff]")
_BAD_IN_TARGET: Final = re.compile(r'["<>\[\]^`{|}]|%(?![0-9A-Fa-f]{2})|%(?:[01][0-9A-Fa-f]|7[Ff])')
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")  # what address parsers take for a number
_JOINERS: Final = "\u200c\u200d"  # RFC 5892 allows them in some scripts

# RFC 6761, 6762, 7686, 8375 and the names networks use inside. The address check would stop
# them too; refusing here keeps the look-up itself from leaving.
_INSIDE: Final = frozenset(
    {"local", "localhost", "localdomain", "internal", "arpa", "intranet", "lan", "home", "corp"}
    | {"private", "onion"}
)


@dataclass(frozen=True, slots=True)
class CheckedUrl:
    """A URL that may be fetched.

    ``host_ascii`` is lower-case ASCII without brackets; ``target`` the path and query as sent
    (never empty, starts with ``/``); ``original`` the text that was checked. ``scheme`` is
    ``https`` or, for an excepted host only, ``http``. ``excepted`` says that an allow list
    named this host and port: the address is then not checked.
    """

    host_ascii: str
    port: int
    target: str
    original: str
    scheme: str = "https"
    excepted: bool = False

    @property
    def authority(self) -> str:
        """The value of the ``Host`` header: host, and the port where it is not the usual one."""
        host = f"[{self.host_ascii}]" if ":" in self.host_ascii else self.host_ascii
        usual = self.port == _DEFAULT_PORT[self.scheme]
        return host if usual else f"{host}:{self.port}"


def check_url(url: str, *, allow_hosts: frozenset[str] = frozenset()) -> CheckedUrl:
    """The parts of ``url`` if it may be fetched.

    https only, ports 443 and 8443, a host name of at least two labels; no user, no address in
    any spelling, no internal name. ``allow_hosts`` holds ``HOST:PORT`` entries that may also be
    reached over http and whatever they are: unsafe, for trying things out only.

    Raises ``CouldNotTell`` with reason ``fetch.refused-url``.
    """
    if not url or len(url) > MAX_URL:
        raise _refused(url, f"a URL has between 1 and {MAX_URL:,} characters")
    if _BAD_CHARACTER.search(url):
        raise _refused(url, "it holds a space, a control character or a back slash")
    shape = _SHAPE.fullmatch(url)
    if shape is None:
        raise _refused(url, "it is not an absolute URL of the form https://host/path")
    scheme = shape[1].lower()
    if scheme not in _DEFAULT_PORT:
        raise _refused(url, "only https is used")
    host, port = _split_authority(url, shape[2], scheme)
    target = _check_target(url, shape[3])
    if f"{host.lower()}:{port}" in allow_hosts:
        name = host.lower().strip("[]")
        return CheckedUrl(name, port, target, url, scheme=scheme, excepted=True)
    if scheme != "https":
        raise _refused(url, "only https is used")
    if port not in _PORTS:
        raise _refused(url, f"port {port} is not one of 443 and 8443")
    return CheckedUrl(_check_host(url, host), port, target, url)


def shorten(text: str) -> str:
    """``text`` made safe to print in one sentence: printable, at most 120 characters."""
    clean = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text[:121])
    return clean if len(text) <= 120 else clean[:119] + "…"


def _refused(url: str, why: str) -> CouldNotTell:
    return CouldNotTell("fetch.refused-url", f'"{shorten(url)}" was not fetched: {why}.')


def _split_authority(url: str, authority: str, scheme: str) -> tuple[str, int]:
    if "@" in authority:
        raise _refused(url, "it names a user before the host")
    if "%" in authority:
        raise _refused(url, "its host is percent-encoded")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise _refused(url, "its host or port cannot be read")
    return parts[1], int(parts[2]) if parts[2] else _DEFAULT_PORT[scheme]


def _check_target(url: str, target: str) -> str:
    """Path and query as they are sent; characters beyond ASCII become UTF-8 escapes."""
    if _BAD_IN_TARGET.search(target):
        raise _refused(url, "its path or query holds a forbidden character or a bad % escape")
    sent = quote(target, safe="%/?:@!$&'()*+,;=~-._")
    return sent if sent.startswith("/") else "/" + sent


def _check_host(url: str, host: str) -> str:
    """The host as lower-case ASCII; RFC 1123 section 2.1, RFC 5890 section 2.3."""
    if host.startswith("["):
        raise _refused(url, "its host is an address; name a host instead")
    labels = [_check_label(url, label) for label in host.split(".")]
    name = ".".join(labels)
    if len(name) > _MAX_HOST:
        raise _refused(url, f"its host has over {_MAX_HOST} characters")
    if _NUMBER.fullmatch(labels[-1]):
        raise _refused(url, "its host is an address; name a host instead")
    if len(labels) == 1:
        raise _refused(url, "its host is a single word, which only an inside network knows")
    if labels[-1] in _INSIDE:
        raise _refused(url, f'names ending in ".{labels[-1]}" are not on the internet')
    return name


def _check_label(url: str, label: str) -> str:
    name = label.lower() if label.isascii() else _to_ascii(url, label)
    if not _LABEL.fullmatch(name):
        raise _refused(url, f'"{shorten(label)}" is not a label of a host name')
    if name.startswith("xn--") and not _reads_back(name):
        raise _refused(url, f'"{shorten(label)}" is not a valid international label')
    return name


def _to_ascii(url: str, label: str) -> str:
    """The ``xn--`` form (RFC 3490), only where the old and the new IDNA rules agree.

    What the mapping would change beyond case (ß, full-width letters, circled digits, invisible
    characters, other full stops) is a second spelling of another name, so it is refused.
    """
    plain = unicodedata.normalize("NFC", label).lower()
    try:
        same = encodings.idna.nameprep(plain) == plain and not encodings.idna.dots.search(plain)
        name = encodings.idna.ToASCII(plain).decode("ascii") if same else ""
    except UnicodeError:
        name = ""
    if not name.startswith("xn--"):
        raise _refused(url, f'"{shorten(label)}" has more than one spelling; write its xn-- form')
    return name


def _reads_back(name: str) -> bool:
    """Whether an ``xn--`` label decodes to clean text whose only encoding it is."""
    try:
        text = name[4:].encode("ascii").decode("punycode")
        again = "xn--" + text.encode("punycode").decode("ascii")
    except (UnicodeError, OverflowError):
        return False
    return (
        again == name
        and not text.isascii()
        and text == unicodedata.normalize("NFKC", text).lower()
        and not any(_is_odd(character) for character in text)
    )


def _is_odd(character: str) -> bool:
    """Controls, blanks, unassigned code points, and the full stops of other scripts."""
    if character in _JOINERS:
        return False
    return unicodedata.category(character)[0] in "CZ" or bool(encodings.idna.dots.match(character))
