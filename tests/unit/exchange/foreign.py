"""Real documents of others, and documents broken in one place: what every reader must survive."""

from __future__ import annotations

import copy
import json
from functools import lru_cache

from hypothesis import strategies as st

from shared import need_shared
from stackmark.errors import StackmarkError
from stackmark.reading.received import receive

_FOLDERS = ("ob3-spec-examples", "1edtech-validator", "dcc-fixtures", "learncard", "own", "elm")
_UNSAID = "/achievement/language"  # "und" when the document does not say
_ENDINGS = {".json", ".jwt", ".png", ".svg", ".jsonld"}
JUNK = (
    None,
    "",
    "x",
    "https://x.example/1",
    7,
    -1.5,
    True,
    [],
    {},
    ["a"],
    [{}],
    {"en": "a"},
    [[1]],
)


@lru_cache(maxsize=1)
def documents():
    """(name, tree) of every file of others that is JSON, a token or a baked image."""
    vectors = need_shared() / "vectors"
    found = []
    for folder in _FOLDERS:
        for path in sorted((vectors / folder).rglob("*")):
            if path.suffix in _ENDINGS and path.is_file():
                found += _opened(str(path.relative_to(vectors)), path.read_bytes())
    return found


def _opened(name, data):
    try:
        tree = receive(data).tree
    except StackmarkError:
        return []
    wrapped = tree.get("credential")
    return [(name, wrapped if isinstance(wrapped, dict) and "spec" in tree else tree)]


def resolve(tree, pointer):
    """What stands at a JSON pointer; raises LookupError when there is nothing."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        tree = tree[int(name)] if isinstance(tree, list) else tree[name]
    return tree


def wrong_places(found, tree):
    """The places of values of a record that are nowhere in the document."""
    record = found.record.to_json()
    return [
        (path, place)
        for path, place in found.places.items()
        if _there(record, path) and not _there(tree, place) and path != _UNSAID
    ]


def _there(tree, pointer):
    try:
        resolve(tree, pointer)
    except (LookupError, ValueError, TypeError):
        return False
    return True


def spots(tree, path=()):
    """Every member and entry of a document, as a path."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for name, value in inner:
        yield (*path, name)
        if isinstance(value, dict | list):
            yield from spots(value, (*path, name))


@st.composite
def broken(draw, tree):
    """A copy with up to three spots replaced by something else, or taken out."""
    found = copy.deepcopy(tree)
    for _ in range(draw(st.integers(1, 3))):
        places = list(spots(found))
        if not places:
            break
        *around, last = draw(st.sampled_from(places))
        holder = found
        for step in around:
            holder = holder[step]
        if draw(st.booleans()):
            holder[last] = copy.deepcopy(draw(st.sampled_from(JUNK)))
        elif isinstance(holder, dict):
            del holder[last]
    return json.loads(json.dumps(found))
