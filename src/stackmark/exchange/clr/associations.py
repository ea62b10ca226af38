"""Rules and CLR 2.0: associations say what is part of an award and what comes before what.

CLR 2.0 section B.1.4 knows eight kinds of association between two achievements, and no numbers:
a choice, an amount of credit, a level, a limit have no home in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from stackmark.errors import ReadError
from stackmark.exchange.clr.write import CONTEXT
from stackmark.exchange.shapes import Loss
from stackmark.reading.received import VC2_CONTEXT
from stackmark.stacking import rules as r
from stackmark.stacking.parse import MAX_DEPTH, MAX_NODES, read_rules
from stackmark.stacking.render import sentences
from stackmark.stacking.witness import Witness
from stackmark.stacking.write import limit_json, node_json, rules_json

Json = dict[str, Any]
KINDS: Final = (
    *("exactMatchOf", "isChildOf", "isParentOf", "isPartOf", "isPeerOf", "isRelatedTo"),
    *("precedes", "replacedBy"),
)
_PART: Final = {"isPartOf": False, "isChildOf": False, "isParentOf": True}
_CHOICE: Final = "Associations have no choice: each is said to be part of the award."
_AMOUNT: Final = "Associations name achievements; they have no other selection and no amounts."
_LIMIT: Final = "Associations have no limits."
_CAPSTONE: Final = "Associations have no capstone: it is said to be part of the award."


def association(kind: str, source: str, target: str) -> Json:
    """One association as CLR 2.0 writes it."""
    return {
        "type": ["Association"],
        "associationType": kind,
        "sourceId": source,
        "targetId": target,
    }


def associations(rules: r.Rules) -> tuple[list[Json], tuple[Loss, ...]]:
    """What a record says of the structure of an award, and what it cannot say.

    Each achievement a rule names is ``isPartOf`` the award; ``before`` is ``precedes``,
    ``equivalent`` is ``exactMatchOf``, an approved substitute ``isPeerOf``.
    """
    loss: list[Loss] = []
    rows = [association("isPartOf", one, rules.id) for one in _parts(rules.rule, "/rule", loss)]
    for number, limit in enumerate(rules.limits):
        made = list(_of_limit(limit))
        rows += made
        if not made:
            loss.append(Loss(f"/limits/{number}", limit_json(limit), _LIMIT))
    for one in rules.substitutes:
        rows.append(association("isPeerOf", one.use, one.instead_of))
    for number, text in enumerate(rules_json(rules).get("substitutes", [])):
        told = "Who approved it and why has no home; that they are peers is said."
        loss.append(Loss(f"/substitutes/{number}", text, told))
    return _once(rows), tuple(loss)


def of_witness(witness: Witness, achievements: Mapping[str, str]) -> list[Json]:
    """What was really used: each achievement that serves the award is part of it.

    ``achievements`` maps ids of holdings to achievements; the bundle of an award carries these.
    """
    used = (achievements.get(use.holding, "") for use in witness.uses)
    return _once([association("isPartOf", one, witness.award) for one in used if one])


def record(rules: r.Rules) -> tuple[Json, tuple[Loss, ...]]:
    """The associations in a learner record that is about nobody yet and not signed.

    What associations cannot say stands in words in the award's criteria.
    """
    rows, loss = associations(rules)
    name = rules.title or rules.id
    award = {
        "id": rules.id,
        "type": ["Achievement"],
        "name": name,
        "description": name,
        "criteria": {"narrative": "\n".join(said for _, said, _ in sentences(rules))},
    }
    document = {
        "@context": [VC2_CONTEXT, CONTEXT],
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": name,
        "credentialSubject": {
            "type": ["ClrSubject"],
            "achievement": [award],
            "association": rows,
        },
    }
    return document, loss


def recognises(tree: Mapping[str, Any]) -> bool:
    """Whether there are associations in it."""
    return bool(_rows(tree))


def read(tree: Mapping[str, Any]) -> tuple[r.Rules, tuple[Loss, ...]]:
    """Rules that ask for every part of the one whole there is; all else is named as lost.

    Raises ``ReadError`` ``read.associations`` where there is no whole, or more than one.
    """
    rows, loss = _rows(tree), []
    parts: dict[str, list[str]] = {}
    before, same = [], []
    for number, one in enumerate(rows):
        kind, source, target = (_text(one, n) for n in _NAMES)
        if kind in _PART:
            part, whole = (target, source) if _PART[kind] else (source, target)
            parts.setdefault(whole, []).append(part)
        elif kind == "precedes":
            before.append([source, target])
        elif kind == "exactMatchOf":
            same.append([source, target])
        else:
            told = f"Rules have no meaning for {kind or 'an association without a kind'}."
            place = f"/credentialSubject/association/{number}"
            loss.append(Loss(place, dict(one), told))
    whole = _whole(parts)
    limits = [{"before": before}] if before else []
    limits += [{"equivalent": same}] if same else []
    rule = _Asking(parts).of(whole)
    title = _title(tree, whole)
    found = read_rules({"id": whole, "title": title, "rule": rule, "limits": limits})
    return found, tuple(loss)


_NAMES: Final = ("associationType", "sourceId", "targetId")


class _Asking:
    """Asks for the parts of a whole, and for their parts where they have some."""

    def __init__(self, parts: Mapping[str, list[str]]) -> None:
        self._parts = parts
        self._count = 0

    def of(self, whole: str, depth: int = 0) -> Json:
        return {"all": [self._one(part, depth) for part in dict.fromkeys(self._parts[whole])]}

    def _one(self, part: str, depth: int) -> Json:
        self._count += 1
        if self._count > MAX_NODES or depth > MAX_DEPTH // 2:
            raise ReadError("read.associations", "The parts lie in a circle, or are too many.")
        leaf = {"count": {"select": {"achievement": [part]}, "min": 1}}
        return {"any": [leaf, self.of(part, depth + 1)]} if part in self._parts else leaf


def _whole(parts: Mapping[str, list[str]]) -> str:
    inner = {one for rows in parts.values() for one in rows}
    wholes = [one for one in parts if one not in inner]
    if len(wholes) != 1:
        told = "no achievement" if not wholes else f"{len(wholes)} achievements"
        raise ReadError(
            "read.associations",
            f"The associations make {told} a whole of others; rules are about one.",
        )
    return wholes[0]


def _title(tree: Mapping[str, Any], whole: str) -> str:
    subject = tree.get("credentialSubject")
    rows = subject.get("achievement") if isinstance(subject, Mapping) else None
    for one in rows if isinstance(rows, list) else [rows]:
        if isinstance(one, Mapping) and one.get("id") == whole:
            return _text(one, "name")
    return ""


def _rows(tree: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    inner = tree.get("vc")
    root = inner if isinstance(inner, Mapping) else tree
    subject = root.get("credentialSubject")
    rows = subject.get("association") if isinstance(subject, Mapping) else None
    found = rows if isinstance(rows, list) else [rows]
    return [one for one in found if isinstance(one, Mapping)]


def _text(one: Mapping[str, Any], name: str) -> str:
    value = one.get(name)
    return value if isinstance(value, str) else ""


def _parts(node: r.Node, place: str, loss: list[Loss]) -> Iterator[str]:
    """The achievements the leaves name."""
    if isinstance(node, r.All | r.AtLeast):
        word = "all" if isinstance(node, r.All) else node.word
        below = f"{place}/{word}/of" if word == "at_least" else f"{place}/{word}"
        if isinstance(node, r.AtLeast) and node.k < len(node.of):
            loss.append(Loss(f"{place}/{word}", node.k, _CHOICE))
        for number, one in enumerate(node.of):
            yield from _parts(one, f"{below}/{number}", loss)
        return
    assert isinstance(node, r.Leaf)
    yield from node.select.achievement
    body = node_json(node)
    kind = next(one for one in ("count", "credits", "capstone") if one in body)
    if kind == "capstone":
        loss.append(Loss(f"{place}/{kind}", body[kind], _CAPSTONE))
    elif not _is_plain(node):
        loss.append(Loss(f"{place}/{kind}", body[kind], _AMOUNT))


def _is_plain(leaf: r.Leaf) -> bool:
    """Exactly the one achievement it names."""
    named = len(leaf.select.achievement) == 1
    alone = leaf.select == r.Select(achievement=leaf.select.achievement)
    return isinstance(leaf, r.Count) and named and alone and (leaf.least, leaf.most) == (1, None)


def _of_limit(limit: r.Limit) -> Iterator[Json]:
    if isinstance(limit, r.Before):
        yield from (association("precedes", first, then) for first, then in limit.pairs)
    elif isinstance(limit, r.Equivalent):
        for first, *others in limit.classes:
            yield from (association("exactMatchOf", other, first) for other in others)


def _once(rows: Iterable[Json]) -> list[Json]:
    found: dict[tuple[str, ...], Json] = {}
    for one in rows:
        found.setdefault(tuple(str(one[name]) for name in _NAMES), one)
    return list(found.values())
