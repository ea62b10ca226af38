"""Comparing records' JSON: by pointer, whatever the position in a list, or in one language."""

from __future__ import annotations

import re

from unit.exchange import foreign
from unit.exchange.records import LANGUAGES


def keys(tree, path=""):
    """The pointers of all leaves."""
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from keys(value, f"{path}/{name}")
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from keys(value, f"{path}/{number}")
    else:
        yield path


def said(tree):
    """What is said, whatever its position in a list."""
    return {(re.sub(r"/\d+", "/*", path), foreign.resolve(tree, path)) for path in keys(tree)}


def in_one(value, language):
    """A record's JSON with every text in this language only, taken from the first there is."""
    if isinstance(value, list):
        return [in_one(one, language) for one in value]
    if not isinstance(value, dict):
        return value
    if value and set(value) <= set(LANGUAGES):
        return {language: value.get(language) or next(iter(value.values()))}
    return {name: in_one(one, language) for name, one in value.items()}
