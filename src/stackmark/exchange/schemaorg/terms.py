"""Words and objects of schema.org (https://schema.org, version 29) and ours for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

CONTEXT: Final = "https://schema.org"
PREFIXES: Final = ("https://schema.org/", "http://schema.org/", "schema:")
CREDENTIAL: Final = "EducationalOccupationalCredential"
COURSES: Final = ("Course", "EducationalOccupationalProgram")
EQF: Final = "European Qualifications Framework"
ISCED: Final = "ISCED-F 2013"
CATEGORIES: Final = {
    "digital-badge": "Digital badge",
    "certificate": "Certificate",
    "nano-degree-part": "Part of a nano-degree",
    "micro-certification": "Micro-certification",
}
UNITS: Final = {
    "ects": "ECTS credits",
    "uk": "UK credits (CATS)",
    "us-semester": "US semester credits",
    "us-quarter": "US quarter credits",
    "nz": "New Zealand credits",
    "my": "Malaysian credits",
    "ceu": "continuing education units (CEU)",
    "hours": "hours",
}


def thing(kind: str, **members: Any) -> Json:
    """An object of a class, without its empty members; ``id`` is ``@id``."""
    identity = members.pop("id", "")
    first = {"@type": kind} | ({"@id": identity} if identity else {})
    return first | {
        name: value for name, value in members.items() if value not in (None, "", [], {})
    }


def types_of(tree: Mapping[str, Any]) -> list[str]:
    """The classes of an object, without a prefix."""
    found = tree.get("@type")
    entries = found if isinstance(found, list) else [found]
    return [_plain(one) for one in entries if isinstance(one, str)]


def _plain(word: str) -> str:
    for prefix in PREFIXES:
        if word.startswith(prefix):
            return word.removeprefix(prefix)
    return word
