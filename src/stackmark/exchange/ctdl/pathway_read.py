"""A CTDL pathway as rules: conditions become rules, what they aim at becomes what is selected."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import ReadError
from stackmark.exchange.ctdl import pathway_words as words
from stackmark.exchange.ctdl.graph import types_of
from stackmark.exchange.shapes import Loss
from stackmark.stacking.parse import MAX_DEPTH, MAX_NODES, read_rules
from stackmark.stacking.rules import Rules

Json = dict[str, Any]
_NOT: Final = "It says what must not be; such rules do not exist here."
_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?\Z")
_SKILLS: Final = "CompetencyComponent"
# Members that are read, or that say again what is read.
_READ: Final = frozenset(
    {
        *("@id", "@type", "ceterms:name", "ceterms:description", "ceterms:requiredNumber"),
        *("ceterms:logicalOperator", "ceterms:hasCondition", "ceterms:hasConstraint"),
        *("ceterms:targetComponent", "ceterms:proxyFor", "ceterms:componentCategory"),
        *("ceterms:precedes", "ceterms:precededBy", "ceterms:hasPart", "ceterms:ownedBy"),
        *("ceterms:hasDestinationComponent", "ceterms:isPartOf", "ceterms:ctid"),
        *("ceterms:isDestinationComponentOf", "ceterms:hasChild", "ceterms:isChildOf"),
    }
)


def recognises(tree: Mapping[str, Any]) -> bool:
    """Whether there is a pathway in it."""
    return _pathway(_nodes(tree)) is not None


def read(tree: Mapping[str, Any]) -> tuple[Rules, tuple[Loss, ...]]:
    """The rules, and what of the document they cannot say.

    Raises ``ReadError`` ``read.pathway`` without a pathway that ends in something, and
    ``UsageError`` ``rules.…`` when what it asks for makes no rules.
    """
    return _Reader(tree).rules()


def _nodes(tree: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    graph = tree.get("@graph")
    if not isinstance(graph, list):
        return [("", tree)]
    return [(f"/@graph/{n}", one) for n, one in enumerate(graph) if isinstance(one, Mapping)]


def _pathway(nodes: list[tuple[str, Mapping[str, Any]]]) -> Mapping[str, Any] | None:
    return next((one for _, one in nodes if "Pathway" in types_of(one)), None)


class _Reader:
    def __init__(self, tree: Mapping[str, Any]) -> None:
        nodes = _nodes(tree)
        found = _pathway(nodes)
        if found is None:
            raise ReadError("read.pathway", "There is no CTDL pathway in it.")
        self.pathway = found
        self.by_id = {str(one.get("@id")): one for _, one in nodes}
        self.loss: list[Loss] = []
        self.unit = ""
        self.names: set[str] = set()
        self.count = 0
        for place, one in nodes:
            self._name_unread(place, one)

    def rules(self) -> tuple[Rules, tuple[Loss, ...]]:
        ends = self._refer(self.pathway, "ceterms:hasDestinationComponent")
        if not ends:
            raise ReadError("read.pathway", "The pathway has no destination.")
        rows = [row for end in ends for row in self._refer(end, "ceterms:hasCondition")]
        if not rows:
            raise ReadError("read.pathway", "The destination of the pathway has no condition.")
        trees = [self._condition(one, 0) for one in rows]
        made = {
            "version": "1",
            "id": _address(self.pathway) or _text(ends[0].get("ceterms:proxyFor")),
            "title": _said(self.pathway.get("ceterms:name")),
            "issuer": next(iter(_texts(self.pathway.get("ceterms:ownedBy"))), ""),
            "rule": trees[0] if len(trees) == 1 else {"all": trees},
            "limits": self._order(),
        }
        return read_rules({**made, "unit": self.unit or "ects"}), tuple(self.loss)

    # -- conditions --------------------------------------------------------------------------

    def _condition(self, one: Mapping[str, Any], depth: int) -> Json:
        self.count += 1
        if depth > MAX_DEPTH or self.count > MAX_NODES:
            raise ReadError("read.pathway", "Its conditions lie in a circle, or are too many.")
        if str(one.get("ceterms:logicalOperator", "")).endswith("Not"):
            self.loss.append(Loss(_place(one), None, _NOT))
        inner = self._refer(one, "ceterms:hasCondition")
        targets = self._refer(one, "ceterms:targetComponent")
        limits = self._refer(one, "ceterms:hasConstraint")
        if not inner and self._is_leaf(targets, limits, one):
            return self._named(one, self._leaf(one, targets, limits))
        rows = [self._target(target, depth) for target in targets]
        rows += [self._condition(child, depth + 1) for child in inner]
        if limits:
            rows.append(self._leaf(one, [], limits))
        return self._named(one, _group(one, rows))

    def _is_leaf(
        self, targets: list[Mapping[str, Any]], limits: list[Any], one: Mapping[str, Any]
    ) -> bool:
        plain = all(not target.get("ceterms:hasCondition") for target in targets)
        skills = [_SKILLS in types_of(target) for target in targets]
        alike = all(skills) or not any(skills)
        return plain and alike and (bool(limits) or not targets or _number(one, len(targets)) == 1)

    def _leaf(
        self, one: Mapping[str, Any], targets: list[Mapping[str, Any]], limits: list[Any]
    ) -> Json:
        select, bounds = self._constraints(limits)
        aims = [aim for aim in (_aim(target) for target in targets) if aim]
        if aims:
            is_skill = _SKILLS in types_of(targets[0])
            select["skill" if is_skill else "achievement"] = aims
        if any(_is_capstone(target) for target in targets):
            return {"capstone": {"select": select}}
        if bounds:
            return {"credits": {"select": select, "min": bounds.get("min", 0), **bounds}}
        return {"count": {"select": select, "min": _number(one, 1)}}

    def _target(self, target: Mapping[str, Any], depth: int) -> Json:
        """A component to be earned, with the conditions it has itself."""
        rows = [self._condition(one, depth + 1) for one in _rows(target, self)]
        if _aim(target) or not rows:
            rows.insert(0, self._leaf({}, [target], []))
        return rows[0] if len(rows) == 1 else {"all": rows}

    def _constraints(self, limits: list[Mapping[str, Any]]) -> tuple[Json, Json]:
        """What is selected, and the bounds of a sum of credit."""
        select: Json = {}
        bounds: Json = {}
        by_source = {source: name for name, source in words.LISTS.items()}
        by_word = {word: name for name, word in words.BOUNDS.items()}
        for one in limits:
            left = next(iter(_texts(one.get("ceterms:leftSource"))), "")
            right = _texts(one.get("ceterms:rightSource"))
            how = _text(one.get("ceterms:comparator"))
            if left in by_source and right and how in (words.ANY_OF, words.EQUAL):
                select[by_source[left]] = right
            elif left == words.LEVEL and how in by_word and _is_number(right):
                select[by_word[how]] = _value(right)
            elif left == words.CREDIT and _is_number(right) and how != words.EQUAL:
                bounds["min" if how == words.AT_LEAST else "max"] = _value(right)
            elif left == words.UNIT and right and self.unit in ("", words.unit_of(right[0])):
                self.unit = words.unit_of(right[0])
            else:
                told = "A constraint of this form cannot be told in a rule."
                self.loss.append(Loss(_place(one), dict(one), told))
        return select, bounds

    def _named(self, one: Mapping[str, Any], rule: Json) -> Json:
        name = _text(one.get("@id")).removeprefix("_:")
        made: Json = {"title": _said(one.get("ceterms:name"))}
        if name and name not in self.names:
            self.names.add(name)
            made["id"] = name
        return {key: value for key, value in made.items() if value} | rule

    def _order(self) -> list[Json]:
        pairs: list[tuple[str, str]] = []
        for one in self.by_id.values():
            me = _aim(one)
            pairs += [(me, _aim(later)) for later in self._refer(one, "ceterms:precedes")]
            pairs += [(_aim(first), me) for first in self._refer(one, "ceterms:precededBy")]
        known = [list(one) for one in dict.fromkeys(pairs) if all(one) and one[0] != one[1]]
        return [{"before": known}] if known else []

    # -- nodes -------------------------------------------------------------------------------

    def _refer(self, one: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
        """The nodes a member names, or holds."""
        value = one.get(name)
        found = []
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, Mapping):
                reference = row.keys() == {"@id"}
                found.append(self.by_id.get(str(row.get("@id")), row) if reference else row)
            elif isinstance(row, str):
                found.append(self.by_id.get(row, {"ceterms:proxyFor": row}))
        return found

    def _name_unread(self, place: str, one: Mapping[str, Any]) -> None:
        for name in sorted(set(one) - _READ):
            if name not in {"@context", "@graph"}:
                told = "Rules have no place for it."
                self.loss.append(Loss(f"{place}/{name}", one[name], told))


def _rows(target: Mapping[str, Any], reader: _Reader) -> list[Mapping[str, Any]]:
    return reader._refer(target, "ceterms:hasCondition")  # noqa: SLF001 - its own helper


def _group(one: Mapping[str, Any], rows: list[Json]) -> Json:
    """How many of the rows are asked for."""
    is_or = str(one.get("ceterms:logicalOperator", "")).endswith("Or")
    least = _number(one, 1 if is_or else len(rows))
    if not is_or and least >= len(rows):
        return {"all": rows}
    return {"any": rows} if least == 1 else {"at_least": {"k": least, "of": rows}}


def _number(one: Mapping[str, Any], otherwise: int) -> int:
    value = one.get("ceterms:requiredNumber")
    good = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if good else otherwise  # type: ignore[return-value] # as ``good`` says


def _aim(target: Mapping[str, Any]) -> str:
    """What a component stands for; its own address where it says nothing else."""
    return next(iter(_texts(target.get("ceterms:proxyFor"))), "") or _address(target)


def _address(one: Mapping[str, Any]) -> str:
    name = _text(one.get("@id"))
    return "" if name.startswith("_:") else name


def _place(one: Mapping[str, Any]) -> str:
    return f"/{_text(one.get('@id')) or 'condition'}"


def _is_capstone(target: Mapping[str, Any]) -> bool:
    return _said(target.get("ceterms:componentCategory")).casefold() == words.CAPSTONE.casefold()


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        value = value.get(words.LANGUAGE) or next(iter(value.values()), "")
    return value if isinstance(value, str) else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> list[str]:
    rows = value if isinstance(value, list) else [value]
    found = [one.get("@id") if isinstance(one, Mapping) else one for one in rows]
    return [str(one) for one in found if isinstance(one, str | int | float) and one != ""]


def _is_number(right: list[str]) -> bool:
    return len(right) == 1 and bool(_NUMBER.match(right[0]))


def _value(right: list[str]) -> int | float:
    return float(right[0]) if "." in right[0] else int(right[0])
