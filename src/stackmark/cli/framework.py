"""``stackmark framework``: what a file of skills is, under which terms, and which skills it has."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackmark.cli.console import note, out, out_json, plain, styled
from stackmark.cli.guard import NO

if TYPE_CHECKING:
    from stackmark.exchange.frameworks.shapes import FrameworkSkill, NamedFile, SkillFramework

_SHOWN = 50  # skills of a search


def framework(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="ESCO CSV, O*NET text, CASE JSON, or a zip.")
    ],
    find: Annotated[
        str, typer.Option("--find", metavar="TEXT", help="Show skills whose name has this in it.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> int:
    """Show what a skill framework is, and find skills in it.

    Every row is read and checked. Exit 1 when --find finds nothing.
    """
    from stackmark.exchange.frameworks.read import open_framework

    opened = open_framework(_file(file))
    keys: set[str] = set()
    found: list[FrameworkSkill] = []
    matches = 0
    for one in opened.skills():
        keys.add(one.key)
        if find and _fits(one, find):
            matches += 1
            found += [one] if len(found) < _SHOWN else []
    if json:
        rows = [one.to_json() for one in found]
        about = opened.framework.to_json()
        out_json({"framework": about, "skills": len(keys), "matches": matches, "found": rows})
    else:
        _tell(opened.framework, len(keys))
        _tell_found(found, matches)
    return NO if find and not matches else 0


def _file(path: Path) -> NamedFile:
    from stackmark.adapters.files import opener
    from stackmark.exchange.frameworks.shapes import NamedFile

    return NamedFile(path.name, opener(path))


def _fits(one: FrameworkSkill, find: str) -> bool:
    wanted = find.casefold()
    return any(wanted in text.casefold() for text in one.name.values()) or wanted == (
        one.code.casefold()
    )


def _tell(about: SkillFramework, count: int) -> None:
    out(styled(plain(about.title), "bold"))
    rows = {
        "Skills": f"{count:,}",
        "Languages": "" if about.language == "und" else about.language,
        "Version": about.version,
        "Licence": about.licence,
        "Attribution": about.attribution,
    }
    for label, value in rows.items():
        out(f"{label + ':':<13}{plain(value) or 'not stated'}")
    if not about.licence:
        note("The file names no licence; ask its publisher before you show its skills to others.")


def _tell_found(found: list[FrameworkSkill], matches: int) -> None:
    for one in found:
        out(f"  {plain(_said(one.name))}  {plain(one.uri or one.code)}")
    if matches > len(found):
        note(f"and {matches - len(found):,} more; look for a longer text.")


def _said(name: Mapping[str, str]) -> str:
    return ", ".join(f"{text} ({tag})" for tag, text in name.items())
