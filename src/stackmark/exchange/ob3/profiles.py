"""Organisations: Open Badges 3.0 Profile (section B.1.20) and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.exchange.building import Builder
from stackmark.exchange.source import Source
from stackmark.model.achievement_rules import read
from stackmark.model.record import Identifier, Organisation

# IdentifierTypeEnum of Open Badges 3.0; others are written with the prefix "ext:".
IDENTIFIER_TYPES: Final = frozenset(
    {
        *("name", "sourcedId", "systemId", "productId", "userName", "accountId", "emailAddress"),
        *("nationalIdentityNumber", "isbn", "issn", "lisSourcedId", "oneRosterSourcedId"),
        *("sisSourcedId", "ltiContextId", "ltiDeploymentId", "ltiToolId", "ltiPlatformId"),
        *("ltiUserId", "identifier"),
    }
)
_TEXTS: Final = {"name": "name", "url": "url", "email": "email"}


def read_profile(source: Source, path: str, builder: Builder) -> None:
    """Put an issuer, creator or other Profile at a path of the record."""
    source.drop("type", "@context")
    for name, field in {"id": "id", **_TEXTS}.items():
        builder.put(f"{path}/{field}", source.text(name), source.place(name))
    _read_country(source.at("address"), path, builder)
    read_identifiers(source, "otherIdentifier", f"{path}/identifiers", builder)


def _read_country(address: Source, path: str, builder: Builder) -> None:
    address.drop("type")
    code, name = address.peek("addressCountryCode"), address.peek("addressCountry")
    if not _is_code(code) and _is_code(name):
        builder.put(
            f"{path}/country", address.text("addressCountry"), address.place("addressCountry")
        )
        return
    place = address.place("addressCountryCode")
    builder.put(f"{path}/country", address.text("addressCountryCode").upper(), place)


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and len(value.strip()) == 2


def read_identifiers(source: Source, name: str, path: str, builder: Builder) -> None:
    """Put IdentifierEntry objects at a list of the record."""
    for one in source.each(name):
        one.drop("type")
        scheme = one.text("identifierType").removeprefix("ext:") or "identifier"
        found = {"scheme": scheme, "value": one.text("identifier")}
        if found["value"]:
            put_object(
                builder, path, found, one, {"scheme": "identifierType", "value": "identifier"}
            )


def put_object(
    builder: Builder,
    path: str,
    value: Mapping[str, Any],
    source: Source,
    names: Mapping[str, str],
) -> str:
    """Put an object at the end of a list with the place of each member; gives its path."""
    at = builder.add(path, {name: one for name, one in value.items() if one}, source.pointer)
    for name, member in names.items():
        if value.get(name) and member in source:
            builder.would(f"{at}/{name}", source.place(member))
    return at


def write_profile(organisation: Organisation) -> dict[str, Any]:
    """A Profile; ``id`` must be there."""
    built: dict[str, Any] = {"id": organisation.id, "type": ["Profile"]}
    built |= {name: getattr(organisation, field) for name, field in _TEXTS.items()}
    if organisation.country:
        built["address"] = {"type": ["Address"], "addressCountryCode": organisation.country}
    built["otherIdentifier"] = write_identifiers(organisation.identifiers)
    return {name: value for name, value in built.items() if value}


def write_identifiers(identifiers: tuple[Identifier, ...]) -> list[dict[str, Any]]:
    """IdentifierEntry objects; a hashed number is no number and is left out."""
    return [
        {
            "type": "IdentifierEntry",
            "identifier": one.value,
            "identifierType": scheme_name(one.scheme),
        }
        for one in identifiers
        if not one.hashed
    ]


def scheme_name(scheme: str) -> str:
    """A scheme as an identifierType."""
    return scheme if scheme in IDENTIFIER_TYPES else f"ext:{scheme}"


def organisation_of(value: Mapping[str, Any]) -> Organisation:
    """An organisation from its JSON."""
    return read(Organisation, value)
