"""Changes to the tree of rules, on its JSON: pure functions that give the changed rules.

Rules that were saved always carry an id each, so a rule is named by it. A group is never empty:
with its last rule it goes too. The top is a group and stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final

from django.utils.text import slugify
from django.utils.translation import gettext as _

from stackmark_web.pathways.errors import Problem

Json = dict[str, Any]
GROUPS: Final = ("all", "any", "at_least")
LEAVES: Final = ("count", "credits", "capstone")
LIMITS: Final = (
    *("cap", "residency", "level_mix", "level_floor", "gpa", "max_age_years"),
    *("share", "exclude", "equivalent", "before"),
)


def word_of(part: Mapping[str, Any]) -> str:
    """Which rule or limit it is."""
    return next((one for one in (*GROUPS, *LEAVES, *LIMITS) if one in part), "")


def below(node: Mapping[str, Any]) -> list[Json]:
    """The rules of a group; none of a leaf."""
    word = word_of(node)
    if word not in GROUPS:
        return []
    inner = node[word]
    found: list[Json] = inner["of"] if word == "at_least" else inner
    return found


def walk(node: Json) -> Iterator[Json]:
    """A rule and all below it, parents first."""
    yield node
    for one in below(node):
        yield from walk(one)


def find(rules: Mapping[str, Any], name: str) -> Json:
    """The rule of that id. Raises ``Problem`` when there is none."""
    for one in walk(rules["rule"]):
        if one.get("id") == name:
            return one
    raise _gone()


def limit(rules: Mapping[str, Any], name: str) -> Json:
    """The limit of that id. Raises ``Problem`` when there is none."""
    for one in rules.get("limits", []):
        if one.get("id") == name:
            found: Json = one
            return found
    raise _gone()


def groups(rules: Mapping[str, Any]) -> list[Json]:
    """Every group, the top first."""
    return [one for one in walk(rules["rule"]) if word_of(one) in GROUPS]


def fresh_id(rules: Mapping[str, Any], word: str, title: str = "") -> str:
    """An id nobody has: of the title where there is one, else of the word."""
    taken = {one.get("id") for one in walk(rules["rule"])}
    taken |= {one.get("id") for one in rules.get("limits", [])}
    stem = slugify(title)[:60] or word.replace("_", "-")
    name, number = stem, 2
    while name in taken:
        name, number = f"{stem}-{number}", number + 1
    return name


def grouped(word: str, rows: list[Json], k: int = 1) -> Json:
    """The body of a group."""
    return {"at_least": {"k": k, "of": rows}} if word == "at_least" else {word: rows}


# -- changes ------------------------------------------------------------------------------------


def added(rules: Mapping[str, Any], into: str, node: Json) -> Json:
    """With a further rule at the end of a group; with an id where it has none."""
    made = deepcopy(dict(rules))
    group = find(made, into)
    if word_of(group) not in GROUPS:
        raise Problem("", _("A rule can only be put into a group."))
    name = node.get("id") or fresh_id(made, word_of(node), node.get("title", ""))
    below(group).append({"id": name, **node})
    return made


def replaced(rules: Mapping[str, Any], name: str, node: Json) -> Json:
    """With another rule in the place of that id, which keeps it."""
    made = deepcopy(dict(rules))
    found = find(made, name)
    found.clear()
    found.update({**node, "id": name})
    return made


def removed(rules: Mapping[str, Any], name: str) -> Json:
    """Without a rule and all below it, and without groups that stand empty then."""
    made = deepcopy(dict(rules))
    gone = {one.get("id") for one in walk(find(made, name))}
    for one in made.get("limits", []):
        if "share" in one and gone & {one["share"]["a"], one["share"]["b"]}:
            raise Problem("", _("A limit speaks of this rule; remove or change that first."))
    _take(made, name)
    return made


def moved(rules: Mapping[str, Any], name: str, by: int) -> Json:
    """Up (-1) or down (1) among its neighbours; at the end it stays."""
    made = deepcopy(dict(rules))
    row, place = _seat(made, name)
    other = place + by
    if 0 <= other < len(row):
        row[place], row[other] = row[other], row[place]
    return made


def nested(rules: Mapping[str, Any], name: str, word: str = "any") -> Json:
    """With a new group round a rule."""
    made = deepcopy(dict(rules))
    row, place = _seat(made, name)
    row[place] = {"id": fresh_id(made, "group"), **grouped(word, [row[place]])}
    return made


def lifted(rules: Mapping[str, Any], name: str) -> Json:
    """One group further out, right behind the one it stood in."""
    made = deepcopy(dict(rules))
    group = _parent(made, name)
    if group is None or group is made["rule"]:
        raise Problem("", _("It stands at the top already."))
    outer = _parent(made, group["id"])
    assert outer is not None  # only the top has none
    node = find(made, name)
    below(outer).insert(below(outer).index(group) + 1, node)
    below(group).remove(node)
    if not below(group):
        below(outer).remove(group)
    return made


def put_into(rules: Mapping[str, Any], name: str, into: str) -> Json:
    """At the end of another group."""
    made = deepcopy(dict(rules))
    node, group = find(made, name), find(made, into)
    if word_of(group) not in GROUPS:
        raise Problem("", _("A rule can only be put into a group."))
    if any(one is group for one in walk(node)):
        raise Problem("", _("A group cannot be put into itself."))
    if _parent(made, name) is group:
        return made
    kept = deepcopy(node) | {"id": ""}  # so that taking finds the old one, wherever it stands
    below(group).append(kept)
    _take(made, name)
    kept["id"] = name
    return made


def with_limit(rules: Mapping[str, Any], body: Json, name: str = "") -> Json:
    """With a further limit, or with another in the place of that id."""
    made = deepcopy(dict(rules))
    rows = made.setdefault("limits", [])
    if not name:
        word = "max-age" if "max_age_years" in body else word_of(body)
        rows.append({"id": fresh_id(made, word, body.get("title", "")), **body})
        return made
    found = limit(made, name)
    rows[rows.index(found)] = {**body, "id": name}
    return made


def without_limit(rules: Mapping[str, Any], name: str) -> Json:
    """Without that limit."""
    made = deepcopy(dict(rules))
    gone = limit(made, name)
    made["limits"].remove(gone)
    return made


def with_substitute(rules: Mapping[str, Any], body: Json, place: int | None = None) -> Json:
    """With a further substitute, or with another at that place."""
    made = deepcopy(dict(rules))
    rows = made.setdefault("substitutes", [])
    if place is None:
        rows.append(body)
    else:
        substitute(made, place)
        rows[place] = body
    return made


def without_substitute(rules: Mapping[str, Any], place: int) -> Json:
    """Without the substitute at that place."""
    made = deepcopy(dict(rules))
    gone = substitute(made, place)
    made["substitutes"].remove(gone)
    return made


def substitute(rules: Mapping[str, Any], place: int) -> Json:
    """The substitute at that place, from 0. Raises ``Problem`` when there is none."""
    rows = rules.get("substitutes", [])
    if not 0 <= place < len(rows):
        raise _gone()
    found: Json = rows[place]
    return found


def settled(layout: Mapping[str, Any], before: Json, after: Json) -> Json:
    """The places in the drawing of rules that still stand where they stood in the tree."""
    was, now = (dict(_ancestry(one["rule"], ())) for one in (before, after))
    return {name: place for name, place in layout.items() if now.get(name, 0) == was.get(name)}


def _ancestry(node: Json, above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield node["id"], above
    for one in below(node):
        yield from _ancestry(one, (*above, node["id"]))


# -- the tree -----------------------------------------------------------------------------------


def _parent(rules: Mapping[str, Any], name: str) -> Json | None:
    for one in walk(rules["rule"]):
        if any(child.get("id") == name for child in below(one)):
            return one
    return None


def _seat(rules: Json, name: str) -> tuple[list[Json], int]:
    """The row a rule stands in, and its place there."""
    node, group = find(rules, name), _parent(rules, name)
    if group is None:
        raise Problem("", _("The top rule stays where it is; change what stands in it."))
    row = below(group)
    return row, next(n for n, one in enumerate(row) if one is node)


def _take(rules: Json, name: str) -> None:
    """Take the first rule of that id out, and every group that stands empty then."""
    row, place = _seat(rules, name)
    group = _parent(rules, name)
    if len(row) == 1 and group is rules["rule"]:
        raise Problem("", _("An award asks for something: change this rule, or add another first."))
    del row[place]
    if not row and group is not None:
        _take(rules, group["id"])


def _gone() -> Problem:
    return Problem("", _("This rule is not there any more; somebody may have removed it."))
