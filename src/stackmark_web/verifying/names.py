"""Names that may deceive: scripts mixed in one word, characters nobody sees, turned directions."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote, urlsplit

_WORD: Final = re.compile(r"\w+")
_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
# Scripts that are written together as a matter of course.
_TOGETHER: Final = (
    frozenset({"CJK", "HIRAGANA", "KATAKANA"}),
    frozenset({"CJK", "HANGUL"}),
    frozenset({"CJK", "BOPOMOFO"}),
)


def scripts(word: str) -> set[str]:
    """The scripts of the letters in a word, by the names Unicode gives the letters."""
    found = set()
    for letter in word:
        if letter.isalpha():
            name = unicodedata.name(letter, "UNKNOWN").split(" ")[0].split("-")[0]
            found.add("KATAKANA" if name == "HALFWIDTH" else name)
    return found - {"MODIFIER", "FEMININE", "MASCULINE", "MICRO"}


def is_mixed(name: str) -> bool:
    """Whether one word of the name takes letters from scripts that do not go together."""
    for word in _WORD.findall(name):
        found = scripts(word)
        if len(found) > 1 and not any(found <= known for known in _TOGETHER):
            return True
    return False


def has_hidden(name: str) -> bool:
    """Whether the name holds characters that are not seen or turn its direction."""
    return any(not _belongs(found) for found in _HIDDEN.finditer(name))


def visible(name: str) -> str:
    """The name with hidden characters written out as their code points."""
    return _HIDDEN.sub(
        lambda found: found[0] if _belongs(found) else f"[U+{ord(found[0]):04X}]", name
    )


def _belongs(found: re.Match[str]) -> bool:
    """Joiners have their place in Persian, in Indic scripts and between emoji."""
    if found[0] not in "\u200c\u200d\ufe0f" or found.start() == 0:
        return False
    before = found.string[found.start() - 1]
    if found[0] == "\ufe0f" or unicodedata.category(before) in ("So", "Sk", "Mn"):
        return not before.isalnum()
    return before.isalpha() and not scripts(before) & {"LATIN", "GREEK", "CYRILLIC"}


def marks(name: str) -> list[str]:
    """What a reader should be told about a name: any of ``mixed-scripts``, ``hidden``."""
    found = []
    if is_mixed(name):
        found.append("mixed-scripts")
    if has_hidden(name):
        found.append("hidden")
    return found


def domain_of(identity: str) -> str:
    """The host a did:web or a URL stands on, as ASCII; empty for identities without one."""
    if identity.startswith("did:web:"):
        host = unquote(identity.removeprefix("did:web:").split(":")[0].split("#")[0])
        return _ascii(host)
    if identity.startswith(("https://", "http://")):
        try:
            return _ascii(urlsplit(identity).netloc.rpartition("@")[2])
        except ValueError:
            return ""
    return ""


def _ascii(host: str) -> str:
    try:
        return host.encode("ascii").decode().lower()
    except UnicodeEncodeError:
        return _punycode(host)


def _punycode(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return ""
