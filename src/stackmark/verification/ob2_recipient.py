"""Step "recipient" of Open Badges 2: the IdentityObject (section 2.4), hashed or plain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import CheckFailed
from stackmark.verification.recipient import check_recipient, split_wanted

# What people and Open Badges 3 call it → what Open Badges 2 does.
_KINDS: Final = {
    "emailAddress": "email",
    "mbox": "email",
    "schema:email": "email",
    "http://schema.org/email": "email",
    "https://schema.org/email": "email",
    "phone": "telephone",
    "schema:telephone": "telephone",
    "schema:url": "url",
}


def check_ob2_recipient(person: Mapping[str, Any], wanted: str) -> str:
    """Whether ``wanted`` (``VALUE`` or ``TYPE=VALUE``) is this recipient.

    E-mail addresses are tried as given and in lower case: issuers hash either. Raises as
    ``check_recipient`` does.
    """
    kind, value = split_wanted(wanted)
    own = _short(str(person.get("type")))
    wanted_kind = own if kind is None else _short(kind)
    view = {
        "identityHash": person.get("identity"),
        "hashed": person.get("hashed"),
        "salt": person.get("salt"),
    }
    if wanted_kind != own or own != "email":
        return _compare(view, value, same=wanted_kind == own)
    try:
        return _compare(view, value, same=True)
    except CheckFailed:
        if not view["hashed"]:
            view["identityHash"] = str(view["identityHash"]).lower()
        return _compare(view, value.lower(), same=True)


def _short(kind: str) -> str:
    return _KINDS.get(kind, kind)


def _compare(view: Mapping[str, Any], value: str, *, same: bool) -> str:
    """By the rules of Open Badges 3, under one plain type name, as the words for types differ."""
    subject = {"identifier": {**view, "identityType": "own"}}
    return check_recipient({"credentialSubject": subject}, f"{'own' if same else 'other'}={value}")
