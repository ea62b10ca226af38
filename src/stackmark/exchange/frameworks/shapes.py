"""What a framework file gives: what the framework is, and its skills one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from stackmark.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillFramework:
    """What it is and under which terms. Empty is unknown; ``attribution`` is to be shown.

    ``language`` lists the language tags of its texts, apart by spaces; ``source`` the file.
    """

    title: str
    kind: str
    version: str = ""
    licence: str = ""
    attribution: str = ""
    source: str = ""
    language: str = ""

    def to_json(self) -> dict[str, Any]:
        """The framework as JSON; what is unknown is ``null``."""
        names = ("title", "kind", "version", "licence", "attribution", "source", "language")
        return {name: getattr(self, name) or None for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameworkSkill:
    """One skill, occupation or task. ``broader`` are the uris or codes of what is above it.

    A framework in several languages gives a skill once for each; they have the same ``uri``.
    """

    uri: str = ""
    code: str = ""
    name: Mapping[str, str] = field(default_factory=dict)
    description: Mapping[str, str] = field(default_factory=dict)
    broader: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What it is known by: its uri, else its code."""
        return self.uri or self.code

    def to_json(self) -> dict[str, Any]:
        """The skill as JSON, without what is unknown."""
        found = {
            "uri": self.uri,
            "code": self.code,
            "name": dict(self.name),
            "description": dict(self.description),
            "broader": list(self.broader),
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Opened:
    """A framework, and its skills, read anew each time they are asked for."""

    framework: SkillFramework
    skills: Callable[[], Iterator[FrameworkSkill]]


@dataclass(frozen=True, slots=True)
class NamedFile:
    """A file by its name and a way to open it; it is closed by who opens it."""

    name: str
    open: Callable[[], BinaryIO]


def fault(slug: str, where: str, sentence: str) -> UsageError:
    """What is wrong in a file, and where: ``framework.…``."""
    return UsageError(f"framework.{slug}", f"{where}: {sentence}")
