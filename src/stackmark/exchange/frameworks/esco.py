"""ESCO's classification as CSV: ``skills_en.csv``, in one language or several.

Columns as in the download package of ESCO 1.0 to 1.2 (conceptUri, preferredLabel, description).
Terms: Commission Decision 2011/833/EU on the reuse of Commission documents; ESCO's reuse notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from stackmark.exchange.frameworks.rows import comma_rows
from stackmark.exchange.frameworks.shapes import (
    FrameworkSkill,
    NamedFile,
    Opened,
    SkillFramework,
    fault,
)

NEEDED: Final = ("conceptUri", "preferredLabel")
_BROADER: Final = ("conceptUri", "broaderUri")
_NAME: Final = re.compile(r"(?:^|/)(?:skills|occupations|skillGroups)_([a-z]{2,3})\.csv$")
_RELATIONS: Final = re.compile(r"(?:^|/)broaderRelationsSkillPillar(?:_[a-z]{2,3})?\.csv$")
_VERSION: Final = re.compile(r"v(\d+(?:\.\d+)+)")
_ADDRESS: Final = re.compile(r"https?://\S+")
MAX_RELATIONS: Final = 200_000
LICENCE: Final = "Reuse under Commission Decision 2011/833/EU, with attribution"
ATTRIBUTION: Final = "This service uses the ESCO classification of the European Commission."


def knows(header: str) -> bool:
    """Whether the first line of a file is ESCO's, whatever parts its columns."""
    return "conceptUri" in header


def skill_files(files: list[NamedFile]) -> list[NamedFile]:
    """The files of a package that hold skills."""
    return [one for one in files if re.search(r"(?:^|/)skills_[a-z]{2,3}\.csv$", one.name)]


def open_esco(chosen: list[NamedFile], files: list[NamedFile], source: str) -> Opened:
    """ESCO of these files; ``files`` are all of the package, for the hierarchy."""
    languages = dict.fromkeys(_language(one.name) for one in chosen)
    version = _VERSION.search(source)
    framework = SkillFramework(
        title="ESCO, European Skills, Competences, Qualifications and Occupations",
        kind="esco",
        version=version[1] if version else "",
        licence=LICENCE,
        attribution=ATTRIBUTION,
        source=source,
        language=" ".join(languages),
    )
    return Opened(framework, lambda: _skills(chosen, files))


def _language(name: str) -> str:
    found = _NAME.search(name)
    return found[1] if found else "und"


def _skills(chosen: list[NamedFile], files: list[NamedFile]) -> Iterator[FrameworkSkill]:
    broader = _relations(files)
    for one in chosen:
        language, count = _language(one.name), 0
        with one.open() as stream:
            for line, row in comma_rows(stream, one.name, NEEDED):
                count += 1
                yield _skill(row, language, broader, f"{one.name}, line {line}")
        if not count:
            raise fault("empty", one.name, "has a header and no row.")


def _skill(
    row: dict[str, str], language: str, broader: dict[str, tuple[str, ...]], where: str
) -> FrameworkSkill:
    uri, name = row["conceptUri"], row["preferredLabel"]
    if not _ADDRESS.fullmatch(uri):
        raise fault("address", f"{where}, column conceptUri", f"{uri[:60]!r} is no address.")
    if not name:
        raise fault("missing", f"{where}, column preferredLabel", "a skill has a name.")
    text = row.get("description", "")
    return FrameworkSkill(
        uri=uri,
        code=row.get("code", ""),
        name={language: name},
        description={language: text} if text else {},
        broader=broader.get(uri, ()),
    )


def _relations(files: list[NamedFile]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    count = 0
    for one in [each for each in files if _RELATIONS.search(each.name)][:1]:
        with one.open() as stream:
            for line, row in comma_rows(stream, one.name, _BROADER):
                count += 1
                if count > MAX_RELATIONS:
                    where = f"{one.name}, line {line}"
                    raise fault("rows", where, f"there are over {MAX_RELATIONS:,} relations.")
                known = found.get(row["conceptUri"], ())
                found[row["conceptUri"]] = (*known, row["broaderUri"])
    return found
