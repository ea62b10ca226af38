"""Descriptor JSON by paths such as ``criteria/narrative``, as the editor's forms see it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


def get(content: Mapping[str, Any], path: str) -> Any:
    """What is at a path; ``None`` when nobody said."""
    found: Any = content
    for name in path.split("/"):
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found


def put(content: dict[str, Any], path: str, value: Any) -> None:
    """Set what is at a path; what is empty goes, and so do parts that hold nothing."""
    name, _slash, rest = path.partition("/")
    if rest:
        inner = dict(content.get(name) or {})
        put(inner, rest, value)
        value = inner
    if says_nothing(value):
        content.pop(name, None)
    else:
        content[name] = plain(value)


def put_text(content: dict[str, Any], path: str, language: str, text: str) -> None:
    """Set a text in one language and leave the others."""
    texts = dict(get(content, path) or {})
    texts[language] = text
    put(content, path, {tag: one for tag, one in texts.items() if one})


def says_nothing(value: Any) -> bool:
    """Whether a value is no answer; the number 0 is one."""
    return value is None or value is False or value in ("", (), [], {})


def plain(value: Any) -> Any:
    """A form's value as the descriptor's JSON has it."""
    return value.isoformat() if isinstance(value, date) else value


def field_name(path: str) -> str:
    """The form field of a path; also its anchor on the page, after ``id_``."""
    return path.replace("/", "_")
