"""JSON-LD to N-Quads in one pass, in safe mode only (tier c, the reference).

What JSON-LD would drop or make up is an error that names it: undefined terms and types, relative
ids, nodes without statements. With ``strict`` the rules for credentials are
added (security rule 3 and trap 23): no null, no keyword that hides a member from a JSON reader,
no IRI as member name, and no id that is described in two places.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from stackmark.canonical.active_context import INITIAL, KEYWORDS, MISSING, ActiveContext
from stackmark.canonical.jcs import jcs
from stackmark.canonical.nquads import IRI, RDF, Quad
from stackmark.canonical.strictness import (
    Described,
    check_nested_context,
    is_class,
    is_credential,
    only_endorses,
    refuse_mixed_equals,
)
from stackmark.canonical.terms import (
    JSON_LITERAL,
    LossError,
    Terms,
    language_tag,
    lose,
    term_suffix,
    unwrap,
)
from stackmark.errors import CheckFailed
from stackmark.limits import MAX_DEPTH

_TYPE: Final = f"<{RDF}type>"
_FIRST: Final = f"<{RDF}first>"
_REST: Final = f"<{RDF}rest>"
_NIL: Final = f"<{RDF}nil>"
_TYPES_MEMO: Final = 256

LITERAL, ID, VOCAB, JSON = range(4)


class Rule(NamedTuple):
    """What to do with one member in one active context."""

    predicate: str
    kind: int
    suffix: str  # datatype or language, as it follows the closing quote
    simple: bool  # no container and no context of its own
    container: frozenset[str]
    context: Any
    keyword: str | None


def to_quads(tree: Any, *, strict: bool = False, inline: bool = False) -> list[Quad]:
    """All statements of a JSON-LD document, blank nodes named in order of appearance.

    ``inline`` lets embedded credentials bring contexts that are written into them.
    Raises ``CheckFailed`` with a ``lossless.`` or ``context.`` reason; the sentence ends with
    the JSON pointer of the place.
    """
    return Emitter(strict=strict, inline=inline).run(tree)


class Emitter(Terms):
    """Walks one document; ``quads`` grows."""

    def __init__(self, *, strict: bool, inline: bool = False) -> None:
        super().__init__(strict=strict)
        self.inline = inline
        self.quads: list[Quad] = []
        self.blank = 0
        self.depth = 0
        self.described = Described()
        self.scope = self.scopes = 0

    def run(self, tree: Any) -> list[Quad]:
        """The work of ``to_quads``."""
        try:
            for node in tree if tree.__class__ is list else [tree]:
                self.document(node)
        except LossError as loss:
            where = "/" + "/".join(reversed(loss.path)) if loss.path else "the top"
            raise CheckFailed(loss.reason, f"{loss.detail} (at {where})") from None
        return self.quads

    def document(self, node: Any) -> None:
        if node.__class__ is not dict:
            raise lose("malformed", "A document is not an object.")
        before = len(self.quads)
        if self.strict:
            self.described.root = node.get("id")
        self.node(node, INITIAL, "")
        if len(self.quads) == before:
            raise lose("empty", "Nothing in the document becomes a statement.")

    def new_blank(self, owner: Any, part: str | int = "node") -> str:  # noqa: ARG002 - overrides
        """A fresh label; selective disclosure overrides this to know what it stands for.

        ``owner`` is the object it names, or the array (``part``: the position of the list cell);
        ``part`` is ``"graph"`` for the graph around an object.
        """
        self.blank += 1
        return f"_:b{self.blank - 1}"

    # -- nodes ---------------------------------------------------------------------------

    def node(self, node: dict[str, Any], context: ActiveContext, graph: str) -> str:
        """Section 5.1 for a node object whose previous context is already taken back."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise lose("too-deep", f"The document is nested over {MAX_DEPTH} levels deep.")
        if "@context" in node:
            if self.strict and self.depth > 1:
                check_nested_context(node, inline=self.inline)
            context = _extended(context, node["@context"])
        types = node.get("type", MISSING)
        if types is MISSING or context.terms.get("type") is None:
            types = node.get("@type", MISSING)
        iris: list[str] = []
        before = context
        if types is not MISSING:
            context, iris = self.typed(context, types)
        outer = self.scope
        if self.strict and self.depth > 1 and "proof" in node and is_credential(types):
            self.scopes += 1
            self.scope = self.scopes
        if "relatedResource" in node:
            self.described.find_seals(node)
        subject = self.subject(node, context, graph)
        quads = self.quads
        for iri in iris:
            quads.append((subject, _TYPE, iri, graph))
        self.members(node, context, before, subject, graph)
        self.depth -= 1
        self.scope = outer
        return subject

    def members(
        self,
        node: dict[str, Any],
        context: ActiveContext,
        before: ActiveContext,
        subject: str,
        graph: str,
    ) -> None:
        rules = context.rules
        quads = self.quads
        name = ""
        try:
            for name, value in node.items():
                rule = rules.get(name) or self.rule(context, name)
                predicate, kind, suffix, simple, _, _, keyword = rule
                if simple and value.__class__ is str and kind <= ID:
                    term = (
                        self.literal(value, suffix) if kind == LITERAL else self.iri(value, context)
                    )
                    quads.append((subject, predicate, term, graph))
                elif keyword is not None:
                    self.keyword(keyword, name, before)
                else:
                    self.property(subject, rule, value, context, graph)
        except LossError as loss:
            loss.path.append(name)
            raise

    def keyword(self, keyword: str, name: str, before: ActiveContext) -> None:
        if keyword not in ("@id", "@type", "@context"):
            raise lose("keyword", f"The keyword {name!r} is not supported here.")
        alias = keyword[1:]
        if self.strict and name == keyword and keyword != "@context" and alias in before.terms:
            raise lose("keyword", f"Write {alias!r} instead of {name!r}.")

    def typed(self, context: ActiveContext, types: Any) -> tuple[ActiveContext, list[str]]:
        names = types if types.__class__ is list else [types]
        if self.strict and not names:
            raise lose("empty", "An empty type leaves no trace in what is signed.")
        if any(name.__class__ is not str for name in names):
            raise lose("undefined-type", "A type is not text.")
        key = tuple(names)
        found = context.types.get(key)
        if found is None:
            found = (context.for_types(names), [self.type_iri(context, n) for n in names])
            if len(context.types) < _TYPES_MEMO:
                context.types[key] = found
        return found

    def type_iri(self, context: ActiveContext, name: Any) -> str:
        if name.__class__ is not str:
            raise lose("undefined-type", "A type is not text.")
        iri = context.expand(name, vocab=True)
        if iri is None or not IRI.match(iri):
            raise lose("undefined-type", f"The type {name[:100]!r} is not defined by the contexts.")
        if self.strict and iri == name and any(term.iri == iri for term in context.terms.values()):
            raise lose("undefined-type", f"The type {name[:100]!r} hides behind its IRI.")
        return f"<{iri}>"

    def subject(self, node: dict[str, Any], context: ActiveContext, graph: str) -> str:
        name = "id" if "id" in node and "id" in context.terms else "@id"
        if name not in node:
            return self.new_blank(node)
        value = node[name]
        subject = self.iri(value, context, what="id")
        if self.strict and len(node) > 1:
            self.describe(subject, node, graph)
        return subject

    def describe(self, subject: str, node: dict[str, Any], graph: str) -> None:
        """Trap 23: no id is described twice, but in ways nothing can change places."""
        if not only_endorses(node):
            self.described.note((self.scope, graph, subject), node)

    # -- members -------------------------------------------------------------------------

    def rule(self, context: ActiveContext, name: str) -> Rule:
        rule = self.make_rule(context, name)
        if len(context.rules) < 2_000:
            context.rules[name] = rule
        return rule

    def make_rule(self, context: ActiveContext, name: str) -> Rule:
        term = context.terms.get(name)
        iri = context.expand(name, vocab=True)
        if iri is None or (iri not in KEYWORDS and not IRI.match(iri)):
            raise lose(
                "undefined-term", f"The member {name[:100]!r} is not defined by the contexts."
            )
        if iri in KEYWORDS:
            return Rule(
                "", LITERAL, "", simple=False, container=frozenset(), context=MISSING, keyword=iri
            )
        if term is None:
            if self.strict and context.vocab is None:
                raise lose(
                    "undefined-term", f"The member {name[:100]!r} is no term of the contexts."
                )
            suffix = f"@{context.language}" if context.language else ""
            return Rule(
                f"<{iri}>",
                LITERAL,
                suffix,
                simple=True,
                container=frozenset(),
                context=MISSING,
                keyword=None,
            )
        if self.strict and name[0].isupper() and is_class(context, name, iri):
            raise lose("undefined-term", f"{name[:100]!r} is a type, not a member.")
        self.refuse_directed(term.type)
        kind = {"@id": ID, "@vocab": VOCAB, "@json": JSON}.get(term.type or "", LITERAL)
        simple = not term.container and term.context is MISSING
        suffix = term_suffix(term.type, term.language, context.language)
        return Rule(f"<{iri}>", kind, suffix, simple, term.container, term.context, None)

    def property(
        self, subject: str, rule: Rule, value: Any, context: ActiveContext, graph: str
    ) -> None:
        if rule.kind == JSON:
            text = self.literal(jcs(value).decode(), JSON_LITERAL)
            self.quads.append((subject, rule.predicate, text, graph))
            return
        if "@list" in rule.container:
            items = unwrap(value, "@list")
            term = self.list(items, rule, context, graph)
            self.quads.append((subject, rule.predicate, term, graph))
            return
        if "@language" in rule.container and value.__class__ is dict:
            self.language_map(subject, rule, value, graph)
            return
        if value.__class__ is list:
            if self.strict and not value:
                raise lose("empty", "An empty list leaves no trace in what is signed.")
            self.items(subject, rule, value, context, graph)
        else:
            self.item(subject, rule, value, context, graph)

    def items(
        self, subject: str, rule: Rule, values: list[Any], context: ActiveContext, graph: str
    ) -> None:
        if self.strict and len(values) > 1:
            refuse_mixed_equals(values)
        position = 0
        try:
            for value in values:
                if value.__class__ is list:
                    if self.strict:
                        raise lose("nested-list", "A list inside a list loses its shape.")
                    self.items(subject, rule, value, context, graph)
                else:
                    self.item(subject, rule, value, context, graph)
                position += 1
        except LossError as loss:
            loss.path.append(str(position))
            raise

    def item(
        self, subject: str, rule: Rule, value: Any, context: ActiveContext, graph: str
    ) -> None:
        if value is None:
            if self.strict:
                raise lose("null", "A null is dropped by JSON-LD and would not be signed.")
            return
        if value.__class__ is dict:
            if "@set" in value and not self.strict:
                self.property(subject, rule, unwrap(value, "@set"), context, graph)
                return
            if value.get("@value", MISSING) is None and not self.strict:
                return
        if "@graph" in rule.container:
            self.graph_item(subject, rule, value, context, graph)
            return
        term = self.object(value, rule, context, graph)
        self.quads.append((subject, rule.predicate, term, graph))

    def graph_item(
        self, subject: str, rule: Rule, value: Any, context: ActiveContext, graph: str
    ) -> None:
        if value.__class__ is not dict or "@value" in value:
            raise lose("graph", "A member that holds a graph has a value that is no object.")
        name = self.new_blank(value, "graph")
        before = len(self.quads)
        self.object(value, rule, context, name)
        if len(self.quads) == before:
            raise lose("empty", "An embedded object holds no statement, so nothing is signed.")
        self.quads.append((subject, rule.predicate, name, graph))

    def language_map(self, subject: str, rule: Rule, value: dict[str, Any], graph: str) -> None:
        for tag, texts in value.items():
            suffix = "" if tag == "@none" else f"@{language_tag(tag)}"
            for text in texts if texts.__class__ is list else [texts]:
                if text.__class__ is not str:
                    raise lose("language", f"The text for language {tag!r} is not text.")
                self.quads.append((subject, rule.predicate, self.literal(text, suffix), graph))

    def list(self, items: list[Any], rule: Rule, context: ActiveContext, graph: str) -> str:
        """Section 8.1.2: an RDF list; nulls are dropped (or refused)."""
        if self.strict and any(item is None for item in items):
            raise lose("null", "A null is dropped by JSON-LD and would not be signed.")
        kept = [item for item in items if item is not None]
        cells = [self.new_blank(items, position) for position in range(len(kept))]
        for position, item in enumerate(kept):
            rest = cells[position + 1] if position + 1 < len(cells) else _NIL
            if item.__class__ is list:
                term = self.list(item, rule, context, graph)
            else:
                term = self.object(item, rule, context, graph)
            self.quads.append((cells[position], _FIRST, term, graph))
            self.quads.append((cells[position], _REST, rest, graph))
        return cells[0] if cells else _NIL

    # -- values --------------------------------------------------------------------------

    def object(self, value: Any, rule: Rule, context: ActiveContext, graph: str) -> str:
        """One value that is neither null nor a plain array, as a term."""
        kind = value.__class__
        if kind is dict:
            if "@value" in value:
                return self.value_object(value, context)
            if "@list" in value and not self.strict:
                return self.list(unwrap(value, "@list"), rule, context, graph)
            return self.child(value, rule, context, graph)
        if kind is str and rule.kind in (ID, VOCAB):
            scoped = _scoped(context, rule)
            if rule.kind == ID:
                return self.iri(value, scoped)
            iri = scoped.expand(value, vocab=True)
            if iri is None or not IRI.match(iri):
                raise lose("undefined-term", f"The value {value[:100]!r} is not a defined term.")
            return f"<{iri}>"
        return self.scalar(value, rule.suffix)

    def child(self, node: dict[str, Any], rule: Rule, context: ActiveContext, graph: str) -> str:
        only_id = len(node) == 1 and ("id" in node or "@id" in node)
        if context.previous is not None and not only_id:
            context = context.previous
        return self.node(node, _scoped(context, rule), graph)


def _extended(context: ActiveContext, local: Any) -> ActiveContext:
    try:
        return context.extend(local)
    except CheckFailed as error:
        raise LossError(error.reason, error.detail) from None


def _scoped(context: ActiveContext, rule: Rule) -> ActiveContext:
    if rule.context is MISSING:
        return context
    return context.extend(rule.context, override=True, pinned=True)
