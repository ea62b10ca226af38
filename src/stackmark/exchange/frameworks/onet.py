"""O*NET's database as tab-separated text: elements, occupations or tasks of one of its files.

Files as in the database's text package: Content Model Reference, Skills and the other files of
rated elements, Occupation Data, Task Statements. Terms: CC BY 4.0 with the attribution below
(O*NET Database Content License).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from stackmark.exchange.frameworks.rows import tab_rows
from stackmark.exchange.frameworks.shapes import (
    FrameworkSkill,
    NamedFile,
    Opened,
    SkillFramework,
    fault,
)

LICENCE: Final = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
_ATTRIBUTION: Final = (
    "This page includes information from the O*NET {version}Database by the U.S. Department of "
    "Labor, Employment and Training Administration (USDOL/ETA). Used under the CC BY 4.0 license. "
    "O*NET® is a trademark of USDOL/ETA."
)
_OCCUPATION: Final = "https://www.onetonline.org/link/summary/"
_VERSION: Final = re.compile(r"db_(\d+)_(\d+)")
_LANGUAGE: Final = "en"


@dataclass(frozen=True, slots=True)
class _Layout:
    """Which columns of a file hold what; ``above`` is the column of what a row belongs to."""

    title: str
    code: str
    name: str
    description: str = ""
    above: str = ""


_LAYOUTS: Final = (
    _Layout("O*NET tasks", "Task ID", "Task", above="O*NET-SOC Code"),
    _Layout("O*NET content model", "Element ID", "Element Name", "Description"),
    _Layout("O*NET elements", "Element ID", "Element Name"),
    _Layout("O*NET occupations", "O*NET-SOC Code", "Title", "Description"),
)
# Files of a package whose elements are skills, by the end of their name.
_SKILLS: Final = ("Skills.txt", "Content Model Reference.txt")


def layout_of(header: str) -> _Layout | None:
    """How a file with this first line is read; ``None`` for a file that is not O*NET's."""
    columns = [one.strip() for one in header.split("\t")]
    for one in _LAYOUTS:
        if all(name in columns for name in (one.code, one.name, one.description) if name):
            return one
    return None


def skill_files(files: list[NamedFile]) -> list[NamedFile]:
    """The file of a package that holds skills."""
    for name in _SKILLS:
        found = [one for one in files if one.name.rpartition("/")[2] == name]
        if found:
            return found
    return []


def open_onet(one: NamedFile, layout: _Layout, source: str) -> Opened:
    """O*NET of one file."""
    found = _VERSION.search(source)
    version = f"{found[1]}.{found[2]}" if found else ""
    framework = SkillFramework(
        title=layout.title,
        kind="onet",
        version=version,
        licence=LICENCE,
        attribution=_ATTRIBUTION.format(version=f"{version} " if version else ""),
        source=source,
        language=_LANGUAGE,
    )
    return Opened(framework, lambda: _skills(one, layout))


def _skills(one: NamedFile, layout: _Layout) -> Iterator[FrameworkSkill]:
    """Each code once: a rated element stands in a file once for every occupation."""
    seen: set[str] = set()
    needed = tuple(filter(None, (layout.code, layout.name, layout.description)))
    with one.open() as stream:
        for line, row in tab_rows(stream, one.name, needed):
            code = row[layout.code]
            if not code or not row[layout.name]:
                column = layout.name if code else layout.code
                where = f"{one.name}, line {line}, column {column}"
                raise fault("missing", where, "is empty.")
            if code not in seen:
                seen.add(code)
                yield _skill(row, layout)
    if not seen:
        raise fault("empty", one.name, "has a header and no row.")


def _skill(row: dict[str, str], layout: _Layout) -> FrameworkSkill:
    code, text = row[layout.code], row.get(layout.description, "")
    above = row.get(layout.above, "") or (code.rpartition(".")[0] if _is_element(layout) else "")
    return FrameworkSkill(
        uri=f"{_OCCUPATION}{code}" if layout.code == "O*NET-SOC Code" else "",
        code=code,
        name={_LANGUAGE: row[layout.name]},
        description={_LANGUAGE: text} if text else {},
        broader=(above,) if above else (),
    )


def _is_element(layout: _Layout) -> bool:
    return layout.code == "Element ID"
