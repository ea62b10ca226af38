"""Where an issuer says that its hosted badges stand (Open Badges 2.0 section 2.5 and 6.3.1).

Addresses that two programs could read differently are never within a scope.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import unquote

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.verification.structure import as_list

_WEB: Final = re.compile(
    r"(https?)://([a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?)(?::([1-9][0-9]{0,4}))?"
    r"((?:[/?#][^\x00-\x20\\\x7f]*)?)\Z",
    re.IGNORECASE,
)
_HOST: Final = re.compile(
    r"[a-z0-9](?:[a-z0-9.\-]*[a-z0-9])?(?::[1-9][0-9]{0,4})?\Z", re.IGNORECASE
)
_USUAL: Final = {"http": "80", "https": "443"}
_SAME: Final = "the issuer's own host"


def authority(url: object) -> str | None:
    """Host, and port where it is not the usual one; None when it is no plain web address.

    http and https of one host count as one place, as the standard's ``allowedOrigins`` does.
    """
    found = _WEB.match(url) if isinstance(url, str) else None
    if found is None or _climbs(found[4]):
        return None
    host, port = found[2].lower(), found[3]
    return host if port in (None, _USUAL[found[1].lower()]) else f"{host}:{port}"


def _climbs(target: str) -> bool:
    """Whether the path has dot segments, which would leave a folder it seems to be in."""
    path = re.split(r"[?#]", unquote(target), maxsplit=1)[0]
    return any(part in (".", "..") for part in re.split(r"[/\\]", path))


def check_scope(url: str, issuer: Mapping[str, Any]) -> str:
    """A sentence when a badge at ``url`` is one of this issuer's by its address.

    ``issuer`` is the issuer's Profile. Without instructions in it, the address must be on the
    host of the Profile's own id. Raises ``CheckFailed`` ``issuer-key.out-of-scope`` or
    ``issuer-key.scope``, ``CouldNotTell`` ``issuer-key.scope-unknown``.
    """
    place = authority(url)
    rules = _rules(issuer)
    if place is None:
        raise _outside(url, "is no plain web address")
    if not rules:
        if place != authority(issuer.get("id")):
            raise _outside(url, f"is not on {_SAME}")
        return f"The badge stands on {_SAME}, {place}."
    if "startsWith" in rules and not any(_begins(url, one) for one in rules["startsWith"]):
        raise _outside(url, "does not start as the issuer's Profile says")
    if "allowedOrigins" in rules and not any(_at(place, one) for one in rules["allowedOrigins"]):
        raise _outside(url, "is not on a host that the issuer's Profile names")
    return f"The badge stands where the issuer's Profile says, on {place}."


def has_rules(issuer: Mapping[str, Any]) -> bool:
    """Whether the Profile itself says where its badges stand."""
    return bool(_rules(issuer))


def _rules(issuer: Mapping[str, Any]) -> dict[str, list[str]]:
    found = issuer.get("verification")
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise _unclear("its verification is no object")
    if found.get("verificationProperty", "id") not in ("id", "@id"):
        raise CouldNotTell(
            "issuer-key.scope-unknown",
            "The issuer's badges are to be told by another member than their id.",
        )
    rules = {
        name: as_list(found[name])
        for name in ("startsWith", "allowedOrigins")
        if found.get(name) is not None
    }
    for name, values in rules.items():
        shape = _WEB if name == "startsWith" else _HOST
        for value in values:
            if not isinstance(value, str) or not shape.match(value):
                raise _unclear(f"its {name} holds {str(value)[:80]!r}")
    return rules


def _begins(url: str, start: str) -> bool:
    """Same start and same host: example.org must not let example.org.evil.example in."""
    return url.startswith(start) and authority(url) == authority(start)


def _at(place: str, allowed: str) -> bool:
    """``allowedOrigins`` names hosts; one without a port stands for all its ports."""
    allowed = allowed.lower()
    return place == allowed or (":" not in allowed and place.partition(":")[0] == allowed)


def _outside(url: str, why: str) -> CheckFailed:
    return CheckFailed("issuer-key.out-of-scope", f"The address {url[:160]} {why}.")


def _unclear(what: str) -> CheckFailed:
    return CheckFailed(
        "issuer-key.scope", f"The issuer's Profile is unclear about where its badges stand: {what}."
    )
