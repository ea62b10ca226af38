"""Building blocks of the writer: objects without empty members, texts, notes, organisations."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from stackmark.errors import UsageError
from stackmark.exchange.elm import concepts
from stackmark.exchange.elm.concepts import NOT_STATED, Json
from stackmark.exchange.shapes import Gap
from stackmark.model.achievement_rules import Texts
from stackmark.model.record import Identifier, Organisation

_EMPTY: Final[tuple[Any, ...]] = (None, "", [], {})
_MAILBOX: Final = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9.-]+")
EIDAS: Final = "eidas"
CODE_SCHEME: Final = f"{concepts.OWN}code"


def refuse(place: str, sentence: str) -> NoReturn:
    """What ELM demands and the record does not say."""
    raise UsageError("convert.missing", f"{place}: {sentence}")


def thing(kind: str, **members: Any) -> Json:
    """An object of a class, without the members that are empty; ``id`` comes first."""
    kept = {name: value for name, value in members.items() if value not in _EMPTY}
    first = {"id": kept.pop("id")} if "id" in kept else {}
    return first | {"type": kind} | kept


def texts(value: Texts, language: str) -> Json:
    """A language map, the record's own language first."""
    own = {language: value[language]} if language in value else {}
    return own | {tag: text for tag, text in value.items() if tag != language}


def said(text: str, language: str) -> Json:
    """A text that has no language of its own."""
    return {language: text} if text else {}


def note(value: Json, subject: Json | None = None) -> Json | None:
    """A Note with its texts; nothing for no text."""
    return thing("Note", noteLiteral=value, subject=subject) if value else None


def text_note(name: str, value: Texts, language: str) -> Json | None:
    """A text for which ELM has no property: a Note whose subject says what it is."""
    label = name.replace("-", " ").capitalize()
    return note(texts(value, language), concepts.own_concept(name, label=label))


def value_note(name: str, value: str, sentence: str) -> Json | None:
    """A value for which ELM has no property: in words, and as the notation of its subject."""
    label = name.replace("-", " ").capitalize()
    subject = concepts.own_concept(name, value, label)
    return note({"en": sentence}, subject) if value else None


def kept(*values: Json | None) -> list[Json]:
    """Those that are there."""
    return [one for one in values if one]


def web(url: str, title: Json | None = None) -> Json | None:
    """A web page; nothing without an address."""
    return thing("WebResource", title=title, contentURL=url) if url else None


def identifier(one: Identifier) -> Json | None:
    """An Identifier; a hashed one has no place in ELM, where it would be read as plain."""
    if one.hashed:
        return None
    return thing("Identifier", notation=one.value, schemeName=one.scheme)


def location(country: str) -> Json:
    """A Location with nothing but its country, which an Address must have."""
    return thing("Location", address=[thing("Address", countryCode=concepts.country(country))])


def organisation(one: Organisation, language: str) -> Json:
    """An Organisation; a name or country that is not known says so."""
    return thing(
        "Organisation",
        id=one.id,
        dcType=kept(concepts.ORGANISATIONS.concept(one.kind) if one.kind else None),
        **_names(one, language),
        location=[location(one.country)],
        eIDASIdentifier=_eidas(one),
        identifier=kept(*map(identifier, one.identifiers)),
        homepage=kept(web(one.url)),
        contactPoint=kept(_contact(one.email)),
    )


def _names(one: Organisation, language: str) -> Json:
    """ELM has a legal name (demanded) and other labels; a name alone is written as the former.

    A legal name alone is written twice, so that it is not read back as a name.
    """
    if not one.legal_name or one.legal_name == one.name:
        return {"legalName": said(one.name, language) or {"en": NOT_STATED}}
    label = one.name or one.legal_name
    return {"legalName": said(one.legal_name, language), "altLabel": said(label, language)}


def organisation_gaps(one: Organisation, place: str) -> list[Gap]:
    """What of an Organisation is demanded and is not stated."""
    found = []
    for name, stated in (("name", one.name or one.legal_name), ("country", one.country)):
        if not stated:
            words = f"ELM demands the {name} of the organisation; it stands there as not stated."
            found.append(Gap(f"{place}/{name}", put_in=True, reason=words))
    return found


def identifier_gaps(issuer: Organisation) -> list[Gap]:
    """The legal identifier that the application profile demands of an issuer."""
    words = "The EDC profile demands an eIDAS identifier of the issuer; it is left out, so add it."
    return [] if _eidas(issuer) else [Gap("/issuer/identifiers", put_in=False, reason=words)]


def _eidas(one: Organisation) -> Json | None:
    """The legal identifier that the application profile demands of an issuer."""
    found = [i for i in one.identifiers if i.scheme.lower() == EIDAS and not i.hashed]
    if not found:
        return None
    where = concepts.country(one.country)
    return thing("LegalIdentifier", notation=found[0].value, spatial=where)


def _contact(email: str) -> Json | None:
    if not _MAILBOX.fullmatch(email):
        return None
    mailbox = thing("Mailbox", id=f"mailto:{email}")
    return thing("ContactPoint", emailAddress=[mailbox])


def unknown_organisation(name: str, identity: str, language: str) -> Json:
    """An Organisation of which the record knows a name at most: the rest is said to be unknown."""
    legal = said(name, language) or {"en": NOT_STATED}
    return thing("Organisation", id=identity, legalName=legal, location=[location("")])


def number(root: Json) -> Json:
    """Give every object below the root an identifier of the document, as EDC's issuer does.

    Equal objects get the same one, so that an organisation named twice stays one thing.
    """
    found: dict[str, str] = {}
    counts: dict[str, int] = {}
    numbered = {name: _number(value, found, counts) for name, value in root.items()}
    return {name: value for name, value in numbered.items() if value not in _EMPTY}


def _number(value: Any, found: dict[str, str], counts: dict[str, int]) -> Any:
    if isinstance(value, list):
        return [_number(one, found, counts) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _number(one, found, counts) for name, one in value.items()}
    if "type" not in inner or "id" in inner:
        return inner
    kind = str(inner["type"])
    key = json.dumps(inner, sort_keys=True)
    if key not in found:
        counts[kind] = counts.get(kind, 0) + 1
        found[key] = f"urn:epass:{kind[:1].lower()}{kind[1:]}:{counts[kind]}"
    return {"id": found[key], **inner}
