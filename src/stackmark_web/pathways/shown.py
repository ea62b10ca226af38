"""Rules as a page shows them: a tree of rows with sentences and what the lints say beside each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stackmark.stacking import rules as r
from stackmark.stacking.lint import Finding, lint
from stackmark.stacking.render import sentence, sentences
from stackmark_web.pathways.naming import names_in
from stackmark_web.pathways.rules_of import rules_of

FINDINGS: Final[dict[str, tuple[str, Any]]] = {
    "impossible": ("bad", _("Cannot be met")),
    "idle": ("warn", _("Changes nothing")),
    "odd": ("neutral", _("Look again")),
}


@dataclass(slots=True)
class Row:
    """A rule of the tree, a limit, or a substitute."""

    id: str
    kind: str  # rule, limit, substitute
    title: str
    sentence: str
    depth: int = 0
    number: int = 0  # of a substitute: its place in the file
    is_group: bool = False
    word: str = ""  # says that it is a capstone
    first: bool = False
    last: bool = False
    outermost: bool = False  # stands right in the top group
    takes_anything: bool = False  # names nothing a credential has to be
    findings: list[Told] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def walk(self) -> Iterator[Row]:
        """It and all below."""
        yield self
        for one in self.rows:
            yield from one.walk()


@dataclass(frozen=True, slots=True)
class Told:
    """A finding as a page says it."""

    tone: str
    label: str | Promise
    sentence: str
    way_on: str


class Shown:
    """One version's rules, read once, for a page."""

    def __init__(self, version: Any, *, linted: bool = True) -> None:
        self.version = version
        self.rules = rules_of(version)
        self._linted = linted

    @cached_property
    def names(self) -> dict[str, str]:
        """What people call the addresses in the rules."""
        return names_in(self.rules)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the lints found."""
        return lint(self.rules) if self._linted else ()

    @cached_property
    def top(self) -> Row:
        """The tree."""
        return self._node(self.rules.rule, 0)

    @cached_property
    def limits(self) -> list[Row]:
        """The limits, in the order of the file."""
        return [
            self._row(one, "limit", sentence(self.rules, _bare(one), self.names))
            for one in self.rules.limits
        ]

    @cached_property
    def substitutes(self) -> list[Row]:
        """The substitutes, in the order of the file."""
        told = sentences(self.rules, self.names)[-len(self.rules.substitutes) :]
        return [
            Row(name, "substitute", "", words, number=number, findings=self._told(name))
            for number, (name, words, _depth) in enumerate(told if self.rules.substitutes else ())
        ]

    @cached_property
    def rows(self) -> list[Row]:
        """The tree as a flat list, parents first."""
        return list(self.top.walk())

    @cached_property
    def stray(self) -> list[Told]:
        """Findings about something that has no row of its own."""
        seen = {one.id for one in (*self.rows, *self.limits, *self.substitutes)}
        return [_say(one) for one in self.findings if one.part not in seen]

    @property
    def impossible(self) -> bool:
        """Whether nobody could ever earn it."""
        return any(one.kind == "impossible" for one in self.findings)

    @property
    def groups(self) -> list[Row]:
        """The groups, the top first."""
        return [one for one in self.rows if one.is_group]

    def _node(self, node: r.Node, depth: int) -> Row:
        row = self._row(node, "rule", sentence(self.rules, _bare(node), self.names))
        row.depth, row.is_group = depth, isinstance(node, r.All | r.AtLeast)
        row.word = "capstone" if isinstance(node, r.Capstone) else ""
        row.takes_anything = isinstance(node, r.Leaf) and node.select == r.Select()
        if isinstance(node, r.All | r.AtLeast):
            row.rows = [self._node(one, depth + 1) for one in node.of]
            row.rows[0].first = row.rows[-1].last = True
            for one in row.rows:
                one.outermost = depth == 0
        return row

    def _row(self, part: r.Node | r.Limit, kind: str, words: str) -> Row:
        return Row(part.id, kind, part.title, words, findings=self._told(part.id))

    def _told(self, part: str) -> list[Told]:
        return [_say(one) for one in self.findings if one.part == part]


def plain_sentences(shown: Shown) -> list[str]:
    """Every sentence of a version, for comparing two."""
    rows: Iterable[Row] = (*shown.rows, *shown.limits, *shown.substitutes)
    return [
        f"{'  ' * one.depth}{f'{one.title}: ' if one.title else ''}{one.sentence}" for one in rows
    ]


def _bare(part: Any) -> Any:
    """Without its title, which stands beside the sentence."""
    return replace(part, title="")


def _say(one: Finding) -> Told:
    tone, label = FINDINGS[one.kind]
    return Told(tone, label, one.sentence, one.way_on)
