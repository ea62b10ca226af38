"""RDF terms from JSON values: literals, numbers, IRIs, and the errors on the way.

JSON-LD 1.1 Processing Algorithms and API sections 5.3 (value expansion) and 8.2 (object to RDF).
"""

from __future__ import annotations

from typing import Any, Final

from stackmark.canonical.active_context import MISSING, ActiveContext
from stackmark.canonical.jcs import jcs
from stackmark.canonical.nquads import IRI, LANGUAGE, RDF, XSD, escape
from stackmark.canonical.numbers import double_form, integer_form, is_double
from stackmark.errors import CheckFailed

JSON_LITERAL: Final = f"^^<{RDF}JSON>"
_I18N: Final = "https://www.w3.org/ns/i18n#"  # JSON-LD 1.1 section 10.2: language_direction
_BOOLEAN: Final = f"^^<{XSD}boolean>"
_INTEGER: Final = f"^^<{XSD}integer>"
_DOUBLE: Final = f"^^<{XSD}double>"
_VALUE_OBJECT: Final = frozenset({"@value", "@language", "@direction", "@type", "@index"})


class LossError(CheckFailed):
    """A loss on its way up, collecting the path to it."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.path: list[str] = []


def lose(slug: str, detail: str) -> LossError:
    """A loss with its reason."""
    return LossError(f"lossless.{slug}", detail)


class Terms:
    """Turns values into serialised terms; with ``strict`` the rules for credentials are added."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict

    def value_object(self, value: dict[str, Any], context: ActiveContext) -> str:
        if value.keys() - _VALUE_OBJECT:
            raise lose("value-object", "A value object holds a member that does not belong there.")
        content, language, type_ = value["@value"], value.get("@language"), value.get("@type")
        if "@index" in value and (self.strict or value["@index"].__class__ is not str):
            raise lose("keyword", "An @index is lost on the way to RDF.")
        if language is not None or value.get("@direction") is not None:
            if content.__class__ is not str or type_ is not None:
                raise lose("value-object", "Only plain text can have a language or direction.")
            return self.literal(content, spoken(language, value.get("@direction")))
        if type_ is None:
            return self.scalar(content, "")
        iri = context.expand(type_, vocab=True) if type_.__class__ is str else None
        if iri == "@json":
            return self.literal(jcs(content).decode(), JSON_LITERAL)
        if iri is None or not IRI.match(iri):
            raise lose("undefined-type", "The type of a value is not defined by the contexts.")
        self.refuse_directed(iri)
        return self.scalar(content, datatype(iri))

    def refuse_directed(self, type_: str | None) -> None:
        """A type that stands for a base direction would be signed as the direction itself."""
        if self.strict and type_ is not None and type_.startswith(_I18N):
            raise lose("direction", "A base direction is written as a type; use @direction.")

    def scalar(self, value: Any, suffix: str) -> str:
        kind = value.__class__
        if kind is str:
            return self.literal(value, suffix)
        if suffix.startswith("@"):  # languages are for text only
            suffix = ""
        if kind is bool:
            return f'"{"true" if value else "false"}"{suffix or _BOOLEAN}'
        if kind is int or kind is float:
            if suffix == _DOUBLE or is_double(value):
                return f'"{double_form(value)}"{suffix or _DOUBLE}'
            return f'"{integer_form(value)}"{suffix or _INTEGER}'
        raise lose("value-object", "A value is neither text, number nor truth value.")

    def literal(self, text: str, suffix: str) -> str:
        if '"' in text or "\\" in text or not text.isprintable():
            text = escape(text)
        return f'"{text}"{suffix}'

    def iri(self, value: Any, context: ActiveContext, *, what: str = "reference") -> str:
        if value.__class__ is not str:
            raise lose("relative-id", f"An {what} is not text.")
        iri = context.expand(value, vocab=False) if ":" in value else None
        if iri is None or iri.startswith("_:") or not IRI.match(iri):
            raise lose(
                "relative-id",
                f"The {what} {value[:120]!r} is no absolute URL, so it would be lost or made up.",
            )
        return f"<{iri}>"


def datatype(iri: str) -> str:
    """A datatype as it follows the closing quote; plain text has none."""
    return "" if iri == f"{XSD}string" else f"^^<{iri}>"


def spoken(language: Any, direction: Any) -> str:
    """Language and base direction of a text, as they follow the closing quote.

    With a direction both are a datatype (``rdfDirection`` i18n-datatype). Data Integrity names no
    way to keep it; this is the one most software takes, and whoever signs in another way, or
    loses it, makes another signature.
    """
    tag = "" if language is None else language_tag(language)
    if direction is None:
        return f"@{tag}"
    if direction not in ("ltr", "rtl"):
        raise lose("direction", f"{str(direction)[:40]!r} is no base direction: say ltr or rtl.")
    return f"^^<{_I18N}{tag}_{direction}>"


def language_tag(value: Any) -> str:
    """A language tag in lower case."""
    if value.__class__ is not str or not LANGUAGE.match(value):
        raise lose("language", f"{str(value)[:40]!r} is no language tag.")
    return str(value).lower()


def term_suffix(type_: str | None, language: Any, default: str | None) -> str:
    """What follows the closing quote of a plain text under a term."""
    if type_ is not None and not type_.startswith("@"):
        return datatype(type_)
    if type_ is not None:
        return ""
    tag = default if language is MISSING else language
    return f"@{tag}" if tag else ""


def unwrap(value: Any, keyword: str) -> list[Any]:
    """The items of a list, written plainly or under a keyword."""
    if value.__class__ is dict and keyword in value:
        if value.keys() - {keyword, "@index"}:
            raise lose("value-object", f"An object with {keyword} holds other members too.")
        value = value[keyword]
    return value if value.__class__ is list else [value]
