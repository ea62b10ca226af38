"""``Profile``: a named rule set as data, one row a requirement.

Ours lie in ``data/profiles/``; an agency writes its own file in the same form and names it on the
command line. The form is told in docs/how-to/add-a-profile.md.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, NoReturn

from stackmark.errors import UsageError
from stackmark.quality import vocabulary
from stackmark.quality.paths import is_path
from stackmark.quality.titles import banned

MAX_PROFILE_BYTES: Final = 256 * 1024
MAX_ROWS: Final = 200
MAX_NUMBER: Final = 100_000  # of a parameter
NAMES: Final = (
    *("eu-2022", "open-mc", "cmf", "au-nmf", "nz-2022", "tmc-knowledge", "tmc-application"),
    *("ctdl-min", "e2659", "iso-17024"),
)
DEFAULT: Final = "eu-2022"
_WORDS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One requirement. ``where`` are pointers into a record's JSON; the first one is its home."""

    id: str
    element: str
    what: str
    where: tuple[str, ...]
    severity: str
    test: str
    fix: str
    clause: str
    applies: str = "both"
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A rule set. ``not_judged`` says what its source asks besides and no document can show."""

    id: str
    title: str
    source: str
    version: str
    reading: str
    kind: str
    rows: tuple[Row, ...]
    note: str = ""
    not_judged: tuple[str, ...] = ()

    @property
    def is_checklist(self) -> bool:
        """Whether it shows readiness only and is never called conformity."""
        return self.kind == "readiness-checklist"


@cache
def named(name: str) -> Profile:
    """One of our own profiles. Raises ``UsageError`` ``profile.unknown``."""
    if name not in NAMES:
        raise UsageError(
            "profile.unknown",
            f"{name!r} is no profile; use {', '.join(NAMES)}, or the path of a file (.toml).",
        )
    data = files("stackmark.quality").joinpath("data", "profiles", f"{name}.toml").read_bytes()
    return parse(data, f"{name}.toml")


def parse(data: bytes, name: str) -> Profile:
    """A profile from the bytes of a TOML file; ``name`` begins the sentences about it.

    Raises ``UsageError`` ``profile.toml``, ``profile.size``, ``profile.field``, ``profile.test``
    or ``profile.row`` with file, row and field.
    """
    return _Reader(name).profile(_tree(data, name))


def _tree(data: bytes, name: str) -> dict[str, Any]:
    if len(data) > MAX_PROFILE_BYTES:
        raise UsageError("profile.size", f"{name} has over {MAX_PROFILE_BYTES:,} bytes.")
    try:
        return tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError("profile.toml", f"{name} is not text in UTF-8.") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError("profile.toml", f"{name} is no TOML: {error}") from None


class _Reader:
    """Reads one file; every refusal names the file, the row and the field."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._row = ""

    def profile(self, tree: Mapping[str, Any]) -> Profile:
        self._known(tree, {*_HEAD, "clause", "note", "not_judged", "row"})
        head = {name: self._text(tree, name) for name in _HEAD}
        self._word(head["id"], "id")
        self._choice(head["reading"], "reading", vocabulary.READINGS)
        self._choice(head["kind"], "kind", vocabulary.KINDS)
        return Profile(
            **head,
            note=self._text(tree, "note", needed=False),
            not_judged=self._texts(tree, "not_judged"),
            rows=self._rows(tree, head["id"]),
        )

    def _rows(self, tree: Mapping[str, Any], profile: str) -> tuple[Row, ...]:
        given = tree.get("row")
        if not isinstance(given, list) or not given:
            self._refuse("row", "row", "there must be at least one [[row]].")
        if len(given) > MAX_ROWS:
            self._refuse("row", "row", f"there are over {MAX_ROWS} rows.")
        clause = self._text(tree, "clause", needed=False)
        found: dict[str, Row] = {}
        for number, one in enumerate(given, 1):
            self._row = f", row {number}"
            row = self._one(one, profile, clause)
            if row.id in found:
                self._refuse("row", "id", f"{row.id!r} is the id of an earlier row.")
            found[row.id] = row
        return tuple(found.values())

    def _one(self, tree: Any, profile: str, clause: str) -> Row:
        if not isinstance(tree, Mapping):
            self._refuse("field", "row", "must be a table: [[row]].")
        if isinstance(tree.get("id"), str):
            self._row += f" ({tree['id'][:60]})"
        self._known(tree, {*_ROW, "where", "clause", "applies", "parameters"})
        texts = {name: self._text(tree, name) for name in _ROW}
        if not texts["id"].startswith(f"{profile}."):
            self._refuse("field", "id", f'must begin with the profile\'s own: "{profile}.".')
        self._word(texts["id"], "id")
        self._choice(texts["severity"], "severity", vocabulary.SEVERITIES)
        applies = self._text(tree, "applies", needed=False) or "both"
        self._choice(applies, "applies", vocabulary.APPLIES)
        own = self._text(tree, "clause", needed=False) or clause
        if not own:
            self._refuse("field", "clause", "is missing, and the file has none for all rows.")
        return Row(
            **texts,
            where=self._where(tree),
            applies=applies,
            clause=own,
            parameters=self._parameters(tree, texts["test"]),
        )

    def _where(self, tree: Mapping[str, Any]) -> tuple[str, ...]:
        found = self._texts(tree, "where")
        if not found:
            self._refuse("field", "where", 'is missing; write it like ["/achievement/title"].')
        for one in found:
            if not is_path(one):
                self._refuse("field", "where", f"{one[:80]!r} is no place in a record.")
        return found

    def _parameters(self, tree: Mapping[str, Any], test: str) -> dict[str, Any]:
        if test not in vocabulary.TESTS:
            self._refuse("test", "test", f"{test[:60]!r} is none of {', '.join(vocabulary.TESTS)}.")
        known = vocabulary.TESTS[test].parameters
        given = tree.get("parameters", {})
        if not isinstance(given, Mapping):
            self._refuse("field", "parameters", "must be a table.")
        for name in given:
            if name not in known:
                told = ", ".join(known) or "no parameters"
                self._refuse("test", f"parameters.{name}", f"the test {test!r} has {told}.")
        for name, parameter in known.items():
            if parameter.needed and name not in given:
                self._refuse("test", f"parameters.{name}", f"the test {test!r} needs it.")
            if name in given:
                self._parameter(name, given[name], parameter)
        return {name: _settled(value) for name, value in given.items()}

    def _parameter(self, name: str, value: Any, parameter: vocabulary.Parameter) -> None:
        place = f"parameters.{name}"
        if not _IS[parameter.kind](value):
            self._refuse("test", place, f"must be {_FORMS[parameter.kind]}.")
        words = tuple(banned()) if name == "jurisdiction" else parameter.words
        for word in [value] if isinstance(value, str) else value if words else ():
            if words:
                self._choice(word, place, words)

    def _known(self, tree: Mapping[str, Any], names: set[str]) -> None:
        odd = sorted(tree.keys() - names)
        if odd:
            told = ", ".join(sorted(names))
            self._refuse("field", odd[0], f"is not known here; known are {told}.")

    def _text(self, tree: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
        found = tree.get(name, "")
        if not isinstance(found, str):
            self._refuse("field", name, "must be text.")
        if needed and not found.strip():
            self._refuse("field", name, "is missing.")
        return " ".join(found.split())

    def _texts(self, tree: Mapping[str, Any], name: str) -> tuple[str, ...]:
        found = tree.get(name, [])
        if not _is_texts(found):
            self._refuse("field", name, "must be a list of texts.")
        return tuple(found)

    def _word(self, value: str, name: str) -> None:
        if not set(value) <= _WORDS or len(value) > 60:
            self._refuse("field", name, "may have small letters, digits, points and hyphens.")

    def _choice(self, value: str, name: str, allowed: tuple[str, ...]) -> None:
        if value not in allowed:
            self._refuse("field", name, f"{value[:60]!r} is none of {', '.join(allowed)}.")

    def _refuse(self, slug: str, name: str, sentence: str) -> NoReturn:
        place = f'{self._name}{self._row}, field "{name}"'
        raise UsageError(f"profile.{slug}", f"{place}: {sentence}")


_HEAD: Final = ("id", "title", "source", "version", "reading", "kind")
_ROW: Final = ("id", "element", "what", "severity", "test", "fix")


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) and one for one in value)


def _is_number(value: Any) -> bool:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and 0 <= value <= MAX_NUMBER


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


_IS: Final[dict[str, Callable[[Any], bool]]] = {
    "number": _is_number,
    "text": _is_text,
    "texts": _is_texts,
    "flag": _is_flag,
}
_FORMS: Final = {
    "number": f"a number from 0 to {MAX_NUMBER:,}",
    "text": "text",
    "texts": "a list of texts",
    "flag": "true or false",
}


def _settled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
