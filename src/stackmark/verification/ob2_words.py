"""The words of Open Badges 2.0 and 2.1: contexts, types, addresses, dates.

Open Badges 2.0 is read by the names of its members, as every implementation does; contexts are
compared, never fetched, and may not give a name another meaning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from stackmark.errors import CheckFailed
from stackmark.reading.received import contexts_of, types_of
from stackmark.verification.dates import from_epoch, parse_stamp

_V1: Final = re.compile(
    r"https://(?:w3id\.org/openbadges/v1|openbadgespec\.org/v1/context\.json)\Z"
)
_V2: Final = re.compile(
    r"https://(?:w3id\.org/openbadges/v2|openbadgespec\.org/v2/context\.json"
    r"|purl\.imsglobal\.org/spec/ob/v2p1/(?:context/)?ob_v2p1\.jsonld)\Z"
)
_PREFIX: Final = re.compile(r"(?:obi:|https://w3id\.org/openbadges#|https://w3id\.org/security#)")
_ALIASES: Final = {"Issuer": "Profile", "hosted": "HostedBadge", "signed": "SignedBadge"}

# ISO 8601 as Open Badges uses it: seconds may be missing, the zone may not (section 5, DateTime).
_TIME: Final = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d(?::?\d\d)?)\Z", re.ASCII
)

KINDS: Final = frozenset(
    {
        "Assertion",
        "BadgeClass",
        "Profile",
        "Endorsement",
        "CryptographicKey",
        "RevocationList",
        "AlignmentObject",
    }
)
# Names that a further context may not define anew.
_TERMS: Final = re.compile(
    r"(?:id|type|uid|url|email|telephone|name|description|image|narrative|evidence|criteria|issuer"
    r"|recipient|identity|hashed|salt|badge|verification|verify|creator|startsWith|allowedOrigins"
    r"|verificationProperty|issuedOn|expires|revoked|revocationReason|revocationList"
    r"|revokedAssertions|publicKey|publicKeyPem|owner|alignment|tags|endorsement|extensions|obi)\Z"
)


def is_v1(tree: Mapping[str, Any]) -> bool:
    """Whether it is Open Badges 1.1 by its contexts: version 1 and no later one."""
    entries = [entry for entry in contexts_of(tree) if isinstance(entry, str)]
    return any(map(_V1.match, entries)) and not any(map(_V2.match, entries))


def is_ob1(tree: Mapping[str, Any]) -> bool:
    """Whether it is Open Badges 1.0 or older: no context, and the members of that time."""
    if "@context" in tree:
        return False
    return "uid" in tree or "verify" in tree or not types_of(tree)


def kinds_of(tree: Mapping[str, Any]) -> list[str]:
    """Its types in short form, ``Issuer`` as ``Profile``, ``hosted`` as ``HostedBadge``."""
    short = [_PREFIX.sub("", entry, count=1) for entry in types_of(tree)]
    return [_ALIASES.get(entry, entry) for entry in short]


def check_contexts(tree: Mapping[str, Any], what: str) -> int:
    """How many contexts there are besides that of Open Badges.

    Further contexts may define further terms; nothing is read through them. Raises
    ``CheckFailed``: ``context.missing``, ``context.unknown``, ``context.inline``.
    """
    entries = contexts_of(tree)
    if not entries:
        raise CheckFailed("context.missing", f"The {what} has no @context.")
    own = [one for one in entries if isinstance(one, str) and (_V1.match(one) or _V2.match(one))]
    for entry in entries:
        if not isinstance(entry, str):
            _check_inline(entry, what, alone=not own)
    if not own:
        raise CheckFailed(
            "context.unknown",
            f"The {what} names no Open Badges context, but {str(entries[0])[:160]}.",
        )
    return len(entries) - len(own)


def _check_inline(entry: Any, what: str, *, alone: bool) -> None:
    """A context inside the document may add terms, but not touch those of Open Badges."""
    names = set(entry) if isinstance(entry, dict) else {"@"}
    odd = sorted(name for name in names if _TERMS.match(name) or name.startswith("@"))
    if alone or (odd and odd != ["@language"]):
        raise CheckFailed(
            "context.inline",
            f"A context is written into the {what}; it could change the meaning of Open Badges' "
            "own words.",
        )


def check_types(tree: Mapping[str, Any], wanted: str) -> None:
    """Raises ``CheckFailed`` ``format.type`` unless it is a ``wanted`` by its type.

    Further types are URLs or terms of a further context (section 2.1, ``type``).
    """
    kinds = kinds_of(tree)
    if wanted not in kinds:
        found = ", ".join(kinds)[:120] or "nothing"
        raise CheckFailed("format.type", f"It should be a {wanted}, but calls itself {found}.")
    if len(contexts_of(tree)) < 2:
        for entry in types_of(tree):
            if ":" not in entry and not KINDS & set(kinds_of({"type": entry})):
                raise CheckFailed("format.type", f"The type {entry[:80]!r} is defined nowhere.")


def read_time(value: Any, what: str, *, old: bool = False) -> datetime:
    """The instant in UTC (ISO 8601 with a zone; in Open Badges 1.1 also a number of seconds).

    Raises ``CheckFailed`` ``validity.malformed``, for an impossible number ``format.claim``.
    """
    if old and value.__class__ is int:
        return from_epoch(value, what)
    found = _TIME.match(value) if isinstance(value, str) else None
    if found is None:
        return parse_stamp(value, what)
    zone = found[4]
    if zone != "Z":
        zone = f"{zone[:3]}:{zone[3:].lstrip(':') or '00'}"
    return parse_stamp(f"{found[1]}{found[2] or ':00'}{(found[3] or '')[:13]}{zone}", what)
