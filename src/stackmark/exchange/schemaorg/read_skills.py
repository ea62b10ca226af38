"""Reads outcomes and skills of schema.org: what a course teaches, what a credential requires."""

from __future__ import annotations

from typing import Any

from stackmark.exchange.building import Builder
from stackmark.exchange.languages import said
from stackmark.exchange.source import Source

_PATH = "/achievement/outcomes"


def read_outcomes(main: Source, course: Source, builder: Builder, language: str) -> None:
    """Statements first; a skill whose description is a statement belongs to that outcome."""
    builder.would(_PATH, course.place("teaches"))
    for source in (course, main):
        for name in ("teaches", "assesses"):
            _read_statements(source, name, builder, language)
    name = "competencyRequired"
    for statement, place, number in _texts(main, name):
        _put_statement(builder, statement, place, language)
        _take(main, name, number)
    for one in main.each(name):
        _read_skill(one, builder, language)


def _texts(source: Source, name: str) -> list[tuple[str, str, int | None]]:
    value = source.peek(name)
    if isinstance(value, str) and value.strip():
        return [(value.strip(), source.place(name), None)]
    return [
        (one.strip(), f"{source.place(name)}/{number}", number)
        for number, one in enumerate(value if isinstance(value, list) else ())
        if isinstance(one, str) and one.strip()
    ]


def _take(source: Source, name: str, number: int | None) -> None:
    if number is None:
        source.take(name)
    else:
        source.take_item(name, number)


def _read_statements(source: Source, name: str, builder: Builder, language: str) -> None:
    for statement, place, number in _texts(source, name):
        _put_statement(builder, statement, place, language)
        _take(source, name, number)
    for one in source.each(name):
        for tongue, text, place in said(one, "name", language)[:1]:
            _put_statement(builder, text, place, tongue)
            one.drop("@type")


def _put_statement(builder: Builder, statement: str, place: str, language: str) -> None:
    number = len(builder.value(_PATH) or [])
    builder.put(f"{_PATH}/{number}/statement/{language}", statement, place)


def _read_skill(one: Source, builder: Builder, language: str) -> None:
    name, place = one.text("name"), one.place("name")
    if not name:
        return
    one.drop("@type")
    at = f"{_outcome(one, builder, language)}/skills"
    number = len(builder.value(at) or [])
    builder.put(f"{at}/{number}/name", name, place)
    for member, field in (("url", "uri"), ("termCode", "code"), ("inDefinedTermSet", "framework")):
        value = one.peek(member)
        if isinstance(value, str) and value.strip():
            builder.put(f"{at}/{number}/{field}", one.text(member), one.place(member))


def _outcome(one: Source, builder: Builder, language: str) -> str:
    """The outcome that a skill's description states, or a new one without a statement."""
    outcomes: list[Any] = builder.value(_PATH) or []
    text = one.peek("description")
    for number, outcome in enumerate(outcomes):
        statement = outcome.get("statement", {}) if isinstance(outcome, dict) else {}
        if text and statement.get(language) == text:
            one.take("description")
            return f"{_PATH}/{number}"
    return f"{_PATH}/{len(outcomes)}"
