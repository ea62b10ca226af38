"""What looks odd about a good row: it can be issued, but a person should look at it first."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from stackmark.issuing.dates import earlier

if TYPE_CHECKING:
    from collections.abc import Iterator

    from stackmark.issuing.columns import Layout
    from stackmark.issuing.rows import Row

_MAIL: Final = (
    *("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com"),
    *("hotmail.co.uk", "yahoo.co.uk", "protonmail.com"),
)
# One sign away from a domain above, and real all the same.
_REAL: Final = frozenset({"mail.com", "email.com", "ymail.com", "cloud.com"})
_ENDINGS: Final = {"con": "com", "cmo": "com", "ocm": "com", "comm": "com", "coom": "com"}
_USUAL: Final = 10  # addresses that make a domain usual in a file
_RARE: Final = 2
_MANY_TIMES: Final = 50  # a usual one stands there so much more often than its misspelling
_JOINERS: Final = "\u200c\u200d"  # written inside Persian and Indic names
_ALIKE: Final = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a row should be looked at. ``column`` is the header as it stands in the file.

    ``reason`` is one of domain, letter-case, scripts, invisible, expired, later, evidence-name.
    """

    column: str
    reason: str
    detail: str


class Doubter:
    """Looks at the rows of one file; ``domains`` counts the mail domains in it."""

    def __init__(self, layout: Layout, *, now: str, domains: Mapping[str, int]) -> None:
        self._layout = layout
        self._now = now
        self._domains = domains
        self._usual = [name for name, count in domains.items() if count >= _USUAL]

    def doubts(self, row: Row) -> list[Doubt]:
        """Everything odd about a row; usually nothing."""
        return [*self._address(row), *self._name(row), *self._dates(row), *self._evidence(row)]

    def _address(self, row: Row) -> Iterator[Doubt]:
        at = self._layout.at
        email = row.recipient_email or ""
        if not email:
            return
        column = self._header(at.recipient_email, at.identifier)
        domain = email.rpartition("@")[2].lower()
        meant = self._meant(domain)
        if meant:
            detail = f"Mail to {domain} may go nowhere; is {meant} meant?"
            yield Doubt(column, "domain", detail)
        yield from _odd_signs(column, email, "The address")

    def _name(self, row: Row) -> Iterator[Doubt]:
        at = self._layout.at
        name = row.recipient_name or ""
        if not name:
            return
        column = self._header(at.recipient_name, at.first_name, at.last_name)
        if _one_case(name):
            kind = "capital" if name.isupper() else "small"
            detail = f"The name is written in {kind} letters only, and will stand so."
            yield Doubt(column, "letter-case", detail)
        yield from _odd_signs(column, name, "The name")

    def _dates(self, row: Row) -> Iterator[Doubt]:
        at = self._layout.at
        if row.expires_on and earlier(row.expires_on, self._now):
            detail = f"It expired already ({row.expires_on[:10]})."
            yield Doubt(self._header(at.expires_on), "expired", detail)
        if (
            row.issued_on
            and at.issued_on < self._layout.width
            and earlier(self._now, row.issued_on)
        ):
            detail = f"It is not valid before {row.issued_on[:10]}."
            yield Doubt(self._header(at.issued_on), "later", detail)

    def _evidence(self, row: Row) -> Iterator[Doubt]:
        for one in row.evidence:
            if one.url and not one.name:
                place = min((url for url, _, _ in self._layout.evidence), default=0)
                detail = "The evidence has an address and no name; readers see a bare link."
                yield Doubt(self._header(place), "evidence-name", detail)
                return

    def _header(self, *places: int) -> str:
        """The header of the first of these columns that the file has."""
        headers = self._layout.headers
        return next((headers[place] for place in places if place < len(headers)), "")

    def _meant(self, domain: str) -> str:
        few = self._domains.get(domain, 0)
        for usual in self._usual:
            rare = few <= _RARE or few * _MANY_TIMES <= self._domains[usual]
            if rare and one_sign_apart(domain, usual):
                return usual
        return likely_domain(domain)


@lru_cache(maxsize=4096)
def likely_domain(domain: str) -> str:
    """The well-known mail domain of which this one is a likely misspelling, or nothing."""
    if domain in _MAIL or domain in _REAL:
        return ""
    for known in _MAIL:
        if one_sign_apart(domain, known):
            return known
    name, _, ending = domain.rpartition(".")
    return f"{name}.{_ENDINGS[ending]}" if ending in _ENDINGS else ""


def one_sign_apart(one: str, other: str) -> bool:
    """Whether one sign more, less, changed, or two neighbours exchanged make them equal."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    short, long = sorted((one, other), key=len)
    start = next((i for i, sign in enumerate(short) if sign != long[i]), len(short))
    if len(short) < len(long):
        return short[start:] == long[start + 1 :]
    return short[start + 1 :] == long[start + 1 :] or (
        short[start : start + 2] == long[start : start + 2][::-1]
        and short[start + 2 :] == long[start + 2 :]
    )


def _one_case(name: str) -> bool:
    """Whether a name of some length is all capitals or all small letters."""
    letters = sum(map(str.isalpha, name))
    return letters > 3 and (name.isupper() or name.islower())


def _odd_signs(column: str, text: str, what: str) -> Iterator[Doubt]:
    if text.isascii():
        return
    # Invisible signs are not printable; few names hold any that is not.
    if not text.isprintable() and any(
        unicodedata.category(sign) == "Cf" and sign not in _JOINERS for sign in text
    ):
        detail = f"{what} holds invisible signs; type it anew."
        yield Doubt(column, "invisible", detail)
    mixed = next(filter(None, map(_mixed, text.replace("@", " ").replace(".", " ").split())), "")
    if mixed:
        detail = f"{what} mixes letters of two scripts in one word ({mixed}); some look alike."
        yield Doubt(column, "scripts", detail)


@lru_cache(maxsize=4096)  # names repeat
def _mixed(word: str) -> str:
    """The scripts of a word that mixes some that look alike."""
    if word.isascii():
        return ""
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in word if sign.isalpha()}
    alike = sorted(scripts & _ALIKE)
    return " and ".join(name.capitalize() for name in alike) if len(alike) > 1 else ""
