"""Levels of qualification frameworks, and which lies where in another, by table.

A table is what two frameworks' own bodies published: a referencing report, the compatibility of the
Bologna cycles with the EQF, or a comparison that claims less. Two tables are never chained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import orjson

from stackmark.errors import CheckFailed, UsageError


@dataclass(frozen=True, slots=True)
class Framework:
    """A framework: its levels from the lowest, by code."""

    id: str
    name: str
    title: str
    also: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What was published about two frameworks.

    ``kind`` is referencing, compatibility or comparison. ``rows`` maps a code to the lowest and
    highest code in the other framework; a code without a row is left out by the source.
    """

    id: str
    source_framework: str
    target: str
    kind: str
    official: bool
    source: str
    rows: Mapping[str, tuple[str, str]]
    without: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelAnswer:
    """Where a level lies in another framework: from ``low`` to ``high``, says ``policy``."""

    framework: str
    code: str
    target: str
    low: str
    high: str
    policy: str
    kind: str
    official: bool
    source: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """As JSON, in the manner of a credit conversion."""
        return {
            "from": {"framework": self.framework, "code": self.code},
            "to": self.target,
            "low": self.low,
            "high": self.high,
            "policy": self.policy,
            "kind": self.kind,
            "official": self.official,
            "source": self.source,
            "sentence": self.sentence,
        }


def framework(name: str) -> Framework:
    """A framework by its id or name, in any case ("RQF", "nfq", "MQF (Malta)").

    Raises ``UsageError`` ``credit.framework``, also for MQF, which Malta and Malaysia both have.
    """
    key = name.strip().casefold()
    for one in frameworks().values():
        if key in (one.id, one.name.casefold(), one.title.casefold(), *one.also):
            return one
    if key in _data()["ambiguous"]:
        meant = " or ".join(_data()["ambiguous"][key])
        raise UsageError("credit.framework", f"{name} is the name of two frameworks; say {meant}.")
    known = ", ".join(frameworks())
    raise UsageError("credit.framework", f"{name[:40]!r} is no framework known here; use {known}.")


def framework_name(name: str) -> str:
    """The usual name of a framework, or what was given when it is not known here."""
    try:
        return framework(name).name
    except UsageError:
        return name


def read_code(known: Framework, code: str) -> str:
    """A level's code as the framework writes it; "Level 6" and "e3" are read too.

    Raises ``UsageError`` ``credit.level`` with the codes that are allowed.
    """
    given = code.strip().casefold().removeprefix("level").removeprefix("niveau").strip()
    for one in known.levels:
        if given == one.casefold():
            return one
    allowed = ", ".join(known.levels)
    raise UsageError("credit.level", f"{known.name} has no level {code[:20]!r}; it has {allowed}.")


def to_level(from_framework: str, code: str, target: str) -> LevelAnswer:
    """Where level ``code`` of a framework lies in ``target``.

    Raises ``UsageError`` ``credit.framework`` or ``credit.level`` for unknown names, and
    ``CheckFailed`` ``credit.no-referencing`` where nothing was published between the two, or the
    source leaves the level out.
    """
    source, wanted = framework(from_framework), framework(target)
    known = read_code(source, code)
    if source == wanted:
        return _same(source, known)
    for table in tables():
        if (table.source_framework, table.target) == (source.id, wanted.id):
            return _forward(table, source, known, wanted)
        if (table.source_framework, table.target) == (wanted.id, source.id):
            return _backward(table, source, known, wanted)
    raise _refusal(source, wanted)


def _same(source: Framework, code: str) -> LevelAnswer:
    return LevelAnswer(
        framework=source.id,
        code=code,
        target=source.id,
        low=code,
        high=code,
        policy="same-framework",
        kind="identity",
        official=True,
        source="the same framework",
        sentence=f"{source.name} {code} is what it is.",
    )


def _forward(table: Table, source: Framework, code: str, wanted: Framework) -> LevelAnswer:
    if code not in table.rows:
        raise CheckFailed(
            "credit.no-referencing",
            f"{source.name} {code} has no place in the {wanted.name}. {table.without}",
        )
    return _answer(table, source, code, wanted, table.rows[code])


def _backward(table: Table, source: Framework, code: str, wanted: Framework) -> LevelAnswer:
    order = source.levels.index
    at = order(code)
    found = [
        one
        for one in wanted.levels
        if one in table.rows and order(table.rows[one][0]) <= at <= order(table.rows[one][1])
    ]
    if not found:
        raise CheckFailed(
            "credit.no-referencing",
            f"No level of {wanted.name} lies at {source.name} {code}. {table.without}".strip(),
        )
    return _answer(table, source, code, wanted, (found[0], found[-1]))


def _answer(
    table: Table, source: Framework, code: str, wanted: Framework, ends: tuple[str, str]
) -> LevelAnswer:
    low, high = ends
    where = low if low == high else f"{low} to {high}"
    claim = ", a comparison and no referencing" if table.kind == "comparison" else ""
    return LevelAnswer(
        framework=source.id,
        code=code,
        target=wanted.id,
        low=low,
        high=high,
        policy=table.id,
        kind=table.kind,
        official=table.official,
        source=table.source,
        sentence=f"{source.name} {code} lies at {wanted.name} {where} ({table.source}{claim}).",
    )


def _refusal(source: Framework, wanted: Framework) -> CheckFailed:
    for one in (source, wanted):
        if one.id in _data()["refused"]:
            return CheckFailed("credit.no-referencing", f"{_data()['refused'][one.id]}.")
    return CheckFailed(
        "credit.no-referencing",
        f"Nothing published relates {source.name} to {wanted.name} directly, and two referencings "
        "are never chained; compare both at the EQF.",
    )


@cache
def frameworks() -> Mapping[str, Framework]:
    """All frameworks by id."""
    return {
        row["id"]: Framework(
            row["id"], row["name"], row["title"], tuple(row["also"]), tuple(row["levels"])
        )
        for row in _data()["frameworks"]
    }


@cache
def tables() -> tuple[Table, ...]:
    """All tables."""
    return tuple(
        Table(
            id=row["id"],
            source_framework=row["from"],
            target=row["to"],
            kind=row["kind"],
            official=row["status"] == "official",
            source=row["source"],
            rows={code: _ends(value) for code, value in row["rows"].items()},
            without=row.get("without", ""),
        )
        for row in _data()["tables"]
    )


def refused() -> Mapping[str, str]:
    """Frameworks without a table, and why."""
    found: Mapping[str, str] = _data()["refused"]
    return found


def _ends(value: str | list[str]) -> tuple[str, str]:
    return (value, value) if isinstance(value, str) else (value[0], value[1])


@cache
def _data() -> Any:
    return orjson.loads(
        resources.files("stackmark.credit").joinpath("data", "levels.json").read_bytes()
    )
