"""JSON-LD 1.1 context processing over a closed set of documents.

Active contexts are immutable once built and memoised by what was applied to them, so that the
pinned contexts are processed once in a process. Only the features that the pinned contexts use
are known; any other is an error that names it (``context.unsupported``). References in comments
are to sections of the W3C Recommendation "JSON-LD 1.1 Processing Algorithms and API".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

from stackmark.canonical import contexts
from stackmark.canonical.nquads import IRI, LANGUAGE
from stackmark.errors import CheckFailed

if TYPE_CHECKING:
    from collections.abc import Callable

KEYWORDS: Final = frozenset(
    [
        "@base",
        "@container",
        "@context",
        "@default",
        "@direction",
        "@embed",
        "@explicit",
        "@graph",
        "@id",
        "@import",
        "@included",
        "@index",
        "@json",
        "@language",
        "@list",
        "@nest",
        "@none",
        "@omitDefault",
        "@prefix",
        "@preserve",
        "@propagate",
        "@protected",
        "@requireAll",
        "@reverse",
        "@set",
        "@type",
        "@value",
        "@version",
        "@vocab",
    ]
)
_KEYWORD_FORM: Final = re.compile(r"@[A-Za-z]+\Z")
_CONTAINERS: Final = frozenset({"@set", "@list", "@graph", "@language"})
_DEFINITION: Final = frozenset(
    {"@id", "@type", "@container", "@context", "@protected", "@prefix", "@language"}
)
_CONTEXT_ENTRIES: Final = frozenset({"@version", "@vocab", "@language", "@protected", "@propagate"})
_ALIASES: Final = frozenset({("id", "@id"), ("type", "@type")})  # all the pinned contexts use
_MEMO: Final = 128  # remembered extensions of one context; attackers choose the keys
MISSING: Final[Any] = object()


@dataclass(frozen=True, slots=True)
class Term:
    """A term definition (section 4.2): what a member name means."""

    iri: str | None
    type: str | None = None
    container: frozenset[str] = frozenset()
    context: Any = MISSING
    prefix: bool = False
    language: Any = MISSING
    protected: bool = False

    def same_meaning(self, other: Term) -> bool:
        """Equal but for the protected flag (4.2.2 step 27)."""
        mine = (self.iri, self.type, self.container, self.prefix, self.language)
        return mine == (other.iri, other.type, other.container, other.prefix, other.language) and (
            self.context is other.context or self.context == other.context
        )


@dataclass(slots=True, eq=False)
class ActiveContext:
    """What member names mean at one place; never changed after it is built.

    ``rules`` and ``types`` are the emitter's memory of what it worked out for this context.
    """

    terms: dict[str, Term] = field(default_factory=dict)
    vocab: str | None = None
    language: str | None = None
    previous: ActiveContext | None = None
    memo: dict[Any, ActiveContext] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    types: dict[Any, Any] = field(default_factory=dict)

    def copy(self) -> ActiveContext:
        return ActiveContext(dict(self.terms), self.vocab, self.language, self.previous)

    def extend(
        self, local: Any, *, propagate: bool = True, override: bool = False, pinned: bool = False
    ) -> ActiveContext:
        """Section 4.1.2: the active context after ``local`` (URL, object, null or list of them).

        ``pinned`` says that ``local`` comes out of a pinned context and lives for ever. Raises
        ``CheckFailed`` with a ``context.`` reason.
        """
        key = _memo_key(local, pinned=pinned)
        if key is not None:
            key = (key, propagate, override)
            known = self.memo.get(key)
            if known is not None:
                return known
        result = self._extended(local, propagate=propagate, override=override)
        if key is not None and len(self.memo) < _MEMO:
            self.memo[key] = result
        return result

    def _extended(self, local: Any, *, propagate: bool, override: bool) -> ActiveContext:
        if local.__class__ is dict and local.get("@propagate", True) is False:
            propagate = False
        result = self.copy()
        if not propagate and result.previous is None:
            result.previous = self
        return self._all(result, local, propagate=propagate, override=override)

    def _all(
        self, result: ActiveContext, local: Any, *, propagate: bool, override: bool
    ) -> ActiveContext:
        for one in local if local.__class__ is list else [local]:
            result = self._apply(result, one, propagate=propagate, override=override)
        return result

    def _apply(
        self, result: ActiveContext, local: Any, *, propagate: bool, override: bool
    ) -> ActiveContext:
        if local is None:
            if not override and any(term.protected for term in result.terms.values()):
                _fail("protected", "A context set to null would drop protected terms.")
            return ActiveContext(previous=None if propagate else result.previous)
        if local.__class__ is str:
            return self._all(result, _load(local), propagate=propagate, override=override)
        if local.__class__ is not dict:
            _fail("malformed", "A context is neither a URL, an object nor null.")
        if local.keys() == {"@context"}:  # not of JSON-LD 1.1: jsonld.js and W3C's suites have it
            inner = local["@context"]
            return self._all(result, inner, propagate=propagate, override=override)
        return _Builder(result, local, override=override).build()

    def for_types(self, names: list[str]) -> ActiveContext:
        """Section 5.1 step 11: in the order of the names, looked up before any is applied."""
        result = self
        for name in sorted(set(names)):
            term = self.terms.get(name)
            if term is not None and term.context is not MISSING:
                result = result.extend(term.context, propagate=False, pinned=True)
        return result

    def expand(
        self,
        value: str,
        *,
        vocab: bool,
        define: Callable[[str], None] | None = None,
    ) -> str | None:
        """Section 5.2 without a base: the IRI, a keyword, the value itself, or None."""
        if value in KEYWORDS:
            return value
        if _KEYWORD_FORM.match(value):
            return None
        if define is not None:
            define(value)
        term = self.terms.get(value)
        if term is not None and (vocab or (term.iri is not None and term.iri in KEYWORDS)):
            return term.iri
        if ":" in value[1:]:
            return self._expand_compact(value, define)
        if vocab and self.vocab is not None:
            return self.vocab + value
        return value

    def _expand_compact(self, value: str, define: Callable[[str], None] | None) -> str:
        prefix, _, suffix = value.partition(":")
        if prefix == "_" or suffix.startswith("//"):
            return value
        if define is not None:
            define(prefix)
        term = self.terms.get(prefix)
        if term is not None and term.prefix and term.iri is not None:
            return term.iri + suffix
        return value


class _Builder:
    """One context object laid over an active context (sections 4.1.2 and 4.2.2)."""

    def __init__(self, result: ActiveContext, local: dict[str, Any], *, override: bool) -> None:
        self.result = result
        self.local = local
        self.override = override
        self.defined: dict[str, bool] = {}

    def build(self) -> ActiveContext:
        for name in self.local:
            if name.startswith("@") and name in KEYWORDS and name not in _CONTEXT_ENTRIES:
                if name == "@type":
                    continue
                _fail("unsupported", f"The context uses {name}, which is not supported.")
        if self.local.get("@version", 1.1) != 1.1:
            _fail("malformed", "The context's @version is not 1.1.")
        self._set_vocab()
        self._set_language()
        for name in self.local:
            if name not in KEYWORDS:
                self.define(name)
        return self.result

    def _set_vocab(self) -> None:
        vocab = self.local.get("@vocab", MISSING)
        if vocab is MISSING:
            return
        if vocab is None:
            self.result.vocab = None
            return
        if vocab.__class__ is not str:
            _fail("malformed", "The context's @vocab is not text.")
        iri = self.result.expand(vocab, vocab=True)
        if iri is None or not IRI.match(iri):
            _fail("unsupported", f"The context's @vocab {vocab!r} is not an absolute IRI.")
        self.result.vocab = iri

    def _set_language(self) -> None:
        language = self.local.get("@language", MISSING)
        if language is not MISSING:
            self.result.language = _language(language)

    def define(self, name: str) -> None:
        """Section 4.2.2 for one name, once; a name that needs itself is an error."""
        if name in self.defined:
            if not self.defined[name]:
                _fail("malformed", f"The term {name!r} is defined by itself.")
            return
        if name not in self.local or name in KEYWORDS:
            return
        if name == "":
            _fail("malformed", "The context defines an empty term.")
        if _KEYWORD_FORM.match(name):
            return
        self.defined[name] = False
        term = self._term(name, self.local[name])
        if term is not None:
            self._store(name, term)
        self.defined[name] = True

    def _store(self, name: str, term: Term) -> None:
        old = self.result.terms.get(name)
        if old is not None and old.protected and not self.override:
            if not old.same_meaning(term):
                _fail("protected", f"The protected term {name!r} would get another meaning.")
            return
        self.result.terms[name] = term

    def _term(self, name: str, value: Any) -> Term | None:
        simple = value.__class__ is str
        definition = {"@id": value} if simple or value is None else value
        if definition.__class__ is not dict:
            _fail("malformed", f"The definition of {name!r} is neither text nor an object.")
        odd = definition.keys() - _DEFINITION
        if odd:
            _fail("unsupported", f"The definition of {name!r} uses {min(odd)}.")
        protected = self._flag(definition, "@protected", name, self.local.get("@protected", False))
        if definition.get("@id", MISSING) is None:
            return Term(None, protected=protected)
        iri = self._iri(name, definition)
        if iri is None:
            return None
        ends_openly = simple and iri[-1:] in ":/?#[]@" and ":" not in name and "/" not in name
        prefix = self._flag(definition, "@prefix", name, ends_openly)
        if prefix and iri in KEYWORDS:
            _fail("malformed", f"The keyword alias {name!r} cannot be a prefix.")
        return Term(
            iri,
            self._type(name, definition),
            self._container(name, definition),
            definition.get("@context", MISSING),
            prefix,
            _language(definition["@language"]) if "@language" in definition else MISSING,
            protected,
        )

    def _flag(self, definition: dict[str, Any], key: str, name: str, default: Any) -> bool:
        value = definition.get(key, default)
        if value.__class__ is not bool:
            _fail("malformed", f"{key} of {name!r} is neither true nor false.")
        return bool(value)

    def _iri(self, name: str, definition: dict[str, Any]) -> str | None:
        wanted = definition.get("@id", name)
        if wanted.__class__ is not str:
            _fail("malformed", f"The @id of {name!r} is not text.")
        if wanted != name:
            if _KEYWORD_FORM.match(wanted) and wanted not in KEYWORDS:
                return None
            iri = self.result.expand(wanted, vocab=True, define=self.define)
        elif ":" in name[1:]:
            prefix, _, suffix = name.partition(":")
            self.define(prefix)
            known = self.result.terms.get(prefix)
            iri = known.iri + suffix if known is not None and known.iri is not None else name
        else:
            iri = None if self.result.vocab is None else self.result.vocab + name
        if ":" in name[1:-1] and wanted != name and self.result.expand(name, vocab=True) != iri:
            _fail("malformed", f"The term {name!r} looks like an IRI and would mean another one.")
        if iri in KEYWORDS and (name, iri) not in _ALIASES:
            _fail("unsupported", f"The context makes {name!r} another name for {iri}.")
        if iri == "@context" or iri is None or (iri not in KEYWORDS and not IRI.match(iri)):
            _fail("malformed", f"The term {name!r} has no absolute IRI.")
        return iri

    def _type(self, name: str, definition: dict[str, Any]) -> str | None:
        wanted = definition.get("@type")
        if wanted is None and "@type" not in definition:
            return None
        if not isinstance(wanted, str):
            _fail("malformed", f"The @type of {name!r} is not text.")
        iri = self.result.expand(wanted, vocab=True, define=self.define)
        if iri in ("@id", "@vocab", "@json", "@none"):
            return iri
        if iri is None or not IRI.match(iri):
            _fail("malformed", f"The @type of {name!r} is no absolute IRI.")
        return iri

    def _container(self, name: str, definition: dict[str, Any]) -> frozenset[str]:
        wanted = definition.get("@container")
        if wanted is None:
            return frozenset()
        found = [wanted] if wanted.__class__ is str else wanted
        if found.__class__ is not list or any(item.__class__ is not str for item in found):
            _fail("malformed", f"The @container of {name!r} is malformed.")
        container = frozenset(found)
        if container - _CONTAINERS or ("@list" in container and len(container) > 1):
            _fail("unsupported", f"The @container of {name!r} is not supported.")
        return container


def _language(value: Any) -> str | None:
    if value is None:
        return None
    if value.__class__ is not str or not LANGUAGE.match(value):
        _fail("malformed", "A context's @language is no language tag.")
    return str(value).lower()


def _load(url: str) -> list[Any]:
    """The parts of a published context: objects, and addresses of others.

    Other names for keywords (``uid`` of ODRL for ``@id``) are left out, as they would hide from
    a JSON reader what is signed: a document that uses one uses a term that is not defined.
    """
    document = contexts.load(url)
    if document is None:
        raise CheckFailed(
            "context.unknown",
            f"The context {url[:200]} is not one of the contexts shipped with Stackmark; "
            "none is fetched.",
        )
    found = document["@context"]
    parts = found if found.__class__ is list else [found]
    return [_without_aliases(one) if one.__class__ is dict else one for one in parts]


def _without_aliases(part: dict[str, Any]) -> dict[str, Any]:
    odd = {
        name
        for name, meant in part.items()
        if meant.__class__ is str and meant in KEYWORDS and (name, meant) not in _ALIASES
    }
    return {name: meant for name, meant in part.items() if name not in odd} if odd else part


def _memo_key(local: Any, *, pinned: bool) -> Any:
    """A key that outlives the document, or None when there is none."""
    if local is None or local.__class__ is str:
        return local or "null"
    if local.__class__ is list:
        if all(one.__class__ is str for one in local):
            return tuple(local)
        return id(local) if pinned else None
    return id(local) if pinned else None


def _fail(slug: str, detail: str) -> NoReturn:
    raise CheckFailed(f"context.{slug}", detail)


INITIAL: Final = ActiveContext()
