"""Rules from JSON, strictly: every fault is named with its place.

The form is published as a JSON Schema (``data/requirement-rules-1.json``); this reader says in
words what the schema can only refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stackmark.stacking import rules as r
from stackmark.stacking.parse_limits import LIMITS
from stackmark.stacking.parse_select import select_of
from stackmark.stacking.parse_values import (
    as_list,
    as_object,
    maybe_number,
    number_of,
    one_of,
    only,
    refuse,
    text_of,
    whole_of,
)

MAX_NODES: Final = 2_000
MAX_DEPTH: Final = 12
MAX_LIMITS: Final = 200
_KINDS: Final = ("all", "any", "at_least", "count", "credits", "capstone")


def read_rules(value: Any) -> r.Rules:
    """The rules of an award.

    Raises ``UsageError`` ``rules.…``: type, missing, unknown, choice, number, repeated, version,
    depth, many, reference; its sentence begins with the place.
    """
    top = as_object(value, "rules")
    only(top, ("version", "id", "title", "issuer", "unit", "rule", "limits", "substitutes"), "")
    _check_version(top.get("version", r.VERSION))
    if "rule" not in top:
        refuse("missing", "rule", "is missing; say what the award asks for.")
    read = _Reader(text_of(top, "unit", ""))
    rule = read.node(top["rule"], "rule", 0)
    found = r.Rules(
        id=text_of(top, "id", ""),
        title=text_of(top, "title", ""),
        issuer=text_of(top, "issuer", ""),
        unit=read.unit or "ects",
        rule=rule,
        limits=tuple(
            read.limit(one, f"limits/{number}")
            for number, one in enumerate(as_list(top, "limits", MAX_LIMITS))
        ),
        substitutes=tuple(
            _substitute(one, f"substitutes/{number}")
            for number, one in enumerate(as_list(top, "substitutes", MAX_LIMITS))
        ),
    )
    _check_references(found)
    return found


def _check_version(value: Any) -> None:
    if isinstance(value, bool) or value not in (r.VERSION, int(r.VERSION)):
        refuse("version", "version", f"{str(value)[:40]!r} is not known; this reads version 1.")


class _Reader:
    """Reads one file; remembers which ids were given, and the one unit of its credits."""

    def __init__(self, unit: str) -> None:
        self.unit = unit
        self._seen: dict[str, str] = {}
        self._count = 0

    def node(self, value: Any, place: str, depth: int) -> r.Node:
        found = as_object(value, place)
        self._count += 1
        if self._count > MAX_NODES:
            refuse("many", place, f"is one of more than {MAX_NODES} rules.")
        if depth > MAX_DEPTH:
            refuse("depth", place, f"lies deeper than {MAX_DEPTH} rules.")
        kind = one_of(found, _KINDS, place, ("id", "title"))
        name = self._id(found, place)
        title = text_of(found, "title", place)
        inner = found[kind]
        if kind in ("all", "any", "at_least"):
            return self._branch(kind, inner, f"{place}/{kind}", depth, name, title)
        if kind == "credits":
            self._check_unit(inner, f"{place}/{kind}")
        return _leaf(kind, inner, f"{place}/{kind}", name, title)

    def _check_unit(self, inner: Any, place: str) -> None:
        """A leaf may repeat the file's unit; amounts in another would have no one meaning."""
        unit = text_of(as_object(inner, place), "unit", place)
        self.unit = self.unit or unit
        if unit and unit != self.unit:
            refuse(
                "unit",
                f"{place}/unit",
                f"is {unit}, and the file counts in {self.unit}; write all amounts in one unit.",
            )

    def _branch(
        self, kind: str, inner: Any, place: str, depth: int, name: str, title: str
    ) -> r.Node:
        rows, least = inner, 1
        if kind == "at_least":
            body = as_object(inner, place)
            only(body, ("k", "of"), place)
            rows, place = body.get("of"), f"{place}/of"
            least = whole_of(body, "k", place)
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
            refuse("type", place, "must be a list of rules that is not empty.")
        children = tuple(
            self.node(one, f"{place}/{number}", depth + 1) for number, one in enumerate(rows)
        )
        if kind == "all":
            return r.All(id=name, title=title, of=children)
        return r.AtLeast(id=name, title=title, k=least, of=children, word=kind)

    def limit(self, value: Any, place: str) -> r.Limit:
        found = as_object(value, place)
        more = ("id", "title", "select") if "max_age_years" in found else ("id", "title")
        kind = one_of(found, tuple(LIMITS), place, more)
        named = {"id": self._id(found, place), "title": text_of(found, "title", place)}
        body = found if kind == "max_age_years" else found[kind]
        return LIMITS[kind](body, f"{place}/{kind}", named)

    def _id(self, found: Mapping[str, Any], place: str) -> str:
        name = text_of(found, "id", place) or place.replace("/", "-")
        if name in self._seen:
            refuse("repeated", f"{place}/id", f"{name!r} stands at {self._seen[name]} already.")
        self._seen[name] = place
        return name


def _leaf(kind: str, inner: Any, place: str, name: str, title: str) -> r.Node:
    body = as_object(inner, place)
    allowed = {
        "count": ("select", "min", "max"),
        "credits": ("select", "min", "max", "unit"),
        "capstone": ("select",),
    }
    only(body, allowed[kind], place)
    select = select_of(body.get("select", {}), f"{place}/select")
    if kind == "capstone":
        return r.Capstone(id=name, title=title, select=select)
    if kind == "count":
        least = whole_of(body, "min", place)
        most = whole_of(body, "max", place) if "max" in body else None
        return r.Count(id=name, title=title, select=select, least=least, most=most)
    return r.CreditSum(
        id=name,
        title=title,
        select=select,
        least=number_of(body, "min", place),
        most=maybe_number(body, "max", place),
    )


def _substitute(value: Any, place: str) -> r.Substitute:
    found = as_object(value, place)
    names = ("use", "instead_of", "approved_by", "reason")
    only(found, names, place)
    for name in names:
        if not text_of(found, name, place):
            refuse("missing", f"{place}/{name}", "is needed: who approved what, and why.")
    return r.Substitute(**{name: text_of(found, name, place) for name in names})


def _check_references(found: r.Rules) -> None:
    """Rules named by a limit exist."""
    known = {node.id for node in found.nodes()}
    for number, limit in enumerate(found.limits):
        if not isinstance(limit, r.Share):
            continue
        for name in (limit.a, limit.b):
            if name not in known:
                refuse("reference", f"limits/{number}/share", f"there is no rule {name!r}.")
