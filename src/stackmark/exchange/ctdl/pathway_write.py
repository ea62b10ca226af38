"""Rules as a CTDL pathway: the award as its destination, every rule as a component condition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from stackmark.exchange.ctdl import pathway_words as words
from stackmark.exchange.ctdl.pathway_words import constraint, constraints_of, named
from stackmark.exchange.ctdl.terms import CONTEXT, Json, node, said
from stackmark.exchange.shapes import Loss
from stackmark.stacking import rules as r
from stackmark.stacking.render import sentence
from stackmark.stacking.write import limit_json, node_json, rules_json

_BLANK: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")
_HERE: Final = "_:"


def pathway(rules: r.Rules) -> tuple[Json, tuple[Loss, ...]]:
    """The graph, and what it cannot say: pointers into the rules' JSON, each with a reason."""
    work = _Writer(rules)
    return work.document(), tuple(work.loss)


class _Writer:
    def __init__(self, rules: r.Rules) -> None:
        self.rules = rules
        self.loss: list[Loss] = []
        self.components: dict[tuple[str, str], Json] = {}

    def document(self) -> Json:
        rules = self.rules
        condition = self._node(rules.rule, "/rule")
        self._limits()
        end = node(
            "CredentialComponent",
            id="_:award",
            name=said(rules.title, words.LANGUAGE),
            proxyFor=rules.id,
            hasCondition=[condition],
        )
        top = node(
            "Pathway",
            id=rules.id or "_:pathway",
            name=said(rules.title, words.LANGUAGE),
            ownedBy=[rules.issuer] if rules.issuer else [],
            hasDestinationComponent=["_:award"],
            hasPart=["_:award", *(one["@id"] for one in self.components.values())],
        )
        if not _has_credits(rules.rule) and rules.unit != "ects":
            self._lose("/unit", rules.unit, "Nothing in the pathway is counted in it.")
        return {"@context": CONTEXT, "@graph": [top, end, *self.components.values()]}

    def _lose(self, path: str, value: Any, reason: str) -> None:
        self.loss.append(Loss(path, value, reason))

    # -- the tree ----------------------------------------------------------------------------

    def _node(self, one: r.Node, place: str) -> Json:
        members = named(one.title, sentence(self.rules, one)) | {"id": self._id(one, place)}
        if isinstance(one, r.Leaf):
            return self._leaf(one, place, members)
        assert isinstance(one, r.All | r.AtLeast)
        word = "all" if isinstance(one, r.All) else one.word
        below = f"{place}/{word}/of" if word == "at_least" else f"{place}/{word}"
        inner = [self._node(child, f"{below}/{n}") for n, child in enumerate(one.of)]
        return node(
            "ComponentCondition",
            **members,
            requiredNumber=len(one.of) if isinstance(one, r.All) else one.k,
            logicalOperator=words.AND if isinstance(one, r.All) else words.OR,
            hasCondition=inner,
        )

    def _id(self, one: r.Node, place: str) -> str:
        if _BLANK.match(one.id):
            return f"{_HERE}{one.id}"
        self._lose(f"{place}/id", one.id, "It is no name of a node within a document.")
        return f"{_HERE}node{place.replace('/', '-')}"

    def _leaf(self, leaf: r.Leaf, place: str, members: dict[str, Any]) -> Json:
        ((kind, body),) = (
            (name, value)
            for name, value in node_json(leaf).items()
            if name in ("count", "credits", "capstone")
        )
        select = body["select"]
        for name, reason in words.NO_HOME.items():
            if name in select:
                self._lose(f"{place}/{kind}/select/{name}", select[name], reason)
        made = self._of_kind(leaf, f"{place}/{kind}", select)
        return node("ComponentCondition", **members, **made)

    def _of_kind(self, leaf: r.Leaf, place: str, select: Json) -> dict[str, Any]:
        if isinstance(leaf, r.Capstone):
            targets = self._targets(select.get("achievement", [""]), words.CAPSTONE)
            inner = list(constraints_of(select, without=("achievement",)))
            return {"requiredNumber": 1, "targetComponent": targets, "hasConstraint": inner}
        if isinstance(leaf, r.CreditSum):
            return {"hasConstraint": [*self._sum(leaf), *constraints_of(select)]}
        assert isinstance(leaf, r.Count)
        if leaf.most is not None:
            self._lose(f"{place}/max", leaf.most, "A condition has no highest number.")
        if leaf.least != 1 or "achievement" not in select:
            inner = list(constraints_of(select))
            return {"requiredNumber": leaf.least, "hasConstraint": inner}
        targets = self._targets(select["achievement"], "")
        inner = list(constraints_of(select, without=("achievement",)))
        return {"requiredNumber": 1, "targetComponent": targets, "hasConstraint": inner}

    def _sum(self, leaf: r.CreditSum) -> Iterator[Json]:
        body = node_json(leaf)["credits"]
        yield constraint(words.CREDIT, words.AT_LEAST, [str(body["min"])], words.SUM)
        if "max" in body:
            yield constraint(words.CREDIT, words.AT_MOST, [str(body["max"])], words.SUM)
        yield constraint(words.UNIT, words.EQUAL, [words.unit_word(self.rules.unit)])

    def _targets(self, achievements: list[str], category: str) -> list[str]:
        return [self._component(one, category)["@id"] for one in achievements]

    def _component(self, achievement: str, category: str) -> Json:
        """One for each achievement, and one of its own where it is a capstone."""
        key = (achievement, category)
        if key not in self.components:
            self.components[key] = node(
                "CredentialComponent" if achievement else "BasicComponent",
                id=f"{_HERE}component-{len(self.components) + 1}",
                proxyFor=achievement,
                componentCategory=said(category, words.LANGUAGE),
            )
        return self.components[key]

    # -- the limits --------------------------------------------------------------------------

    def _limits(self) -> None:
        for number, limit in enumerate(self.rules.limits):
            place = f"/limits/{number}"
            if isinstance(limit, r.Before) and not limit.title:
                self._before(limit, place)
            else:
                self._lose(place, limit_json(limit), words.LIMITS)
        for number, one in enumerate(rules_json(self.rules).get("substitutes", [])):
            self._lose(f"/substitutes/{number}", one, words.SUBSTITUTES)

    def _before(self, limit: r.Before, place: str) -> None:
        for first, then in limit.pairs:
            earlier, later = self._component(first, ""), self._component(then, "")
            following = earlier.setdefault("ceterms:precedes", [])
            following += [later["@id"]] if later["@id"] not in following else []
        self._lose(f"{place}/id", limit.id, "The order of components has no name.")


def _has_credits(one: r.Node) -> bool:
    if isinstance(one, r.All | r.AtLeast):
        return any(_has_credits(child) for child in one.of)
    return isinstance(one, r.CreditSum)
