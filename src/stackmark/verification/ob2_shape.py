"""Steps "format" and "schema" of Open Badges 2: the members each class must and may have.

Open Badges 2.0 section 2 (vocabulary), section 5 (data types); 2.1 has the same classes. Members
that are not in the tables are left alone, as the standard wants it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from stackmark.canonical.nquads import IRI
from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.reading.received import contexts_of
from stackmark.verification.ob2_words import check_types, is_v1, kinds_of
from stackmark.verification.structure import as_list

_REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "Assertion": ("id", "type", "recipient", "badge", "issuedOn"),
    "BadgeClass": ("id", "type", "name", "description", "image", "criteria", "issuer"),
    "Profile": ("id", "type", "name", "url", "email"),
}
_IDENTITY_HASH: Final = re.compile(r"sha256\$[0-9a-fA-F]{64}\Z|md5\$[0-9a-fA-F]{32}\Z")
_EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+\Z")
_EXTENSION: Final = re.compile(r"extensions?:")
METHODS: Final = ("HostedBadge", "SignedBadge")


def absent(tree: Mapping[str, Any], name: str) -> bool:
    """Whether a member is missing or says nothing."""
    return tree.get(name) in (None, "", [], {})


def check_members(tree: Mapping[str, Any], kind: str) -> None:
    """Type and required members of an ``Assertion``, ``BadgeClass`` or issuer ``Profile``.

    Raises ``CheckFailed``: ``format.type``, ``format.missing``, ``format.id``.
    """
    check_types(tree, kind)
    old = is_v1(tree)
    for name in _REQUIRED[kind]:
        if absent(tree, name) and not (old and name == "email"):
            raise CheckFailed("format.missing", f"The {kind} has no {name}.")
    if not _is_address(tree["id"]):
        raise CheckFailed("format.id", f"The id of the {kind} is not one URL.")


def check_award(tree: Mapping[str, Any]) -> None:
    """What an Assertion needs (Open Badges 2.0 section 2.1).

    Raises ``CheckFailed`` as ``check_members`` does, and ``format.recipient``.
    """
    check_members(tree, "Assertion")
    recipient = tree["recipient"]
    if not isinstance(recipient, dict):
        raise CheckFailed("format.recipient", "The recipient is no object.")
    for name in ("type", "identity"):
        if not isinstance(recipient.get(name), str) or not recipient[name]:
            raise CheckFailed("format.recipient", f"The recipient has no {name}.")
    if not isinstance(recipient.get("hashed"), bool):
        raise CheckFailed("format.recipient", 'The recipient\'s "hashed" is not true or false.')


def method_of(tree: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """How it says it can be verified, ``HostedBadge`` or ``SignedBadge``, and that object.

    Raises ``CheckFailed`` ``format.verification``, ``CouldNotTell`` ``proof.unknown-type``.
    """
    if not absent(tree, "verification") and not absent(tree, "verify"):
        raise CheckFailed("format.verification", "It has both verification and verify.")
    found = tree.get("verification") or tree.get("verify")
    if not isinstance(found, dict):
        raise CheckFailed("format.verification", "It does not say how it can be verified.")
    kinds = kinds_of(found)
    named = [method for method in METHODS if method in kinds]
    if len(named) == 1:
        return named[0], found
    if named or not kinds:
        raise CheckFailed("format.verification", "Its verification is not of one type.")
    raise CouldNotTell(
        "proof.unknown-type", f"How to verify a badge of type {kinds[0][:80]!r} is not known here."
    )


def check_values(tree: Mapping[str, Any], kind: str) -> None:
    """The values of known members, and the shape of extensions.

    Raises ``CheckFailed``: ``schema.value``, ``schema.identity``, ``schema.extension``.
    """
    for name, (fits, wanted) in _VALUES[kind].items():
        value = tree.get(name)
        if value is not None and not fits(value):
            raise CheckFailed("schema.value", f"The {name} of the {kind} is not {wanted}.")
    if kind == "Assertion":
        _check_identity(tree["recipient"])
    for name, value in tree.items():
        if _EXTENSION.match(name):
            for one in as_list(value):
                _check_extension(name, one)


def _check_identity(recipient: Mapping[str, Any]) -> None:
    if recipient["hashed"] and not _IDENTITY_HASH.match(recipient["identity"]):
        raise CheckFailed(
            "schema.identity", "The hashed identity is not sha256$ or md5$ with its digits."
        )
    if not isinstance(recipient.get("salt", ""), str | None):
        raise CheckFailed("schema.identity", "The salt of the recipient is no text.")


def _check_extension(name: str, value: Any) -> None:
    """Section 4: an object with a context of its own, of type Extension and one more."""
    kinds = kinds_of(value) if isinstance(value, dict) else []
    if "Extension" not in kinds or len(kinds) < 2:
        raise CheckFailed(
            "schema.extension",
            f"The value of {name[:80]} is no object of the type Extension and one more.",
        )
    if not contexts_of(value):
        raise CheckFailed(
            "schema.extension", f"The value of {name[:80]} has no @context that defines it."
        )


def _is_text(value: Any) -> bool:
    if isinstance(value, dict):
        return isinstance(value.get("@value"), str)
    return isinstance(value, str)


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and IRI.match(value) is not None


def _is_web(value: Any) -> bool:
    return _is_address(value) and value.lower().startswith(("http://", "https://"))


def _is_link(value: Any) -> bool:
    """A URL, or an object standing in its place."""
    return _is_address(value) or (isinstance(value, dict) and bool(value))


def _is_image(value: Any) -> bool:
    return _is_address(value.get("id") if isinstance(value, dict) else value)


def _is_alignment(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    old = _is_text(value.get("name")) and _is_web(value.get("url"))  # Open Badges 1.1
    return old or (_is_text(value.get("targetName")) and _is_web(value.get("targetUrl")))


def _is_email(value: Any) -> bool:
    return isinstance(value, str) and _EMAIL.match(value) is not None


def _is_bool(value: Any) -> bool:
    return value.__class__ is bool


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _many(fits: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: all(map(fits, as_list(value)))


_Rule = tuple[Callable[[Any], bool], str]
_TEXT: Final[_Rule] = (_is_text, "text")
_LINK: Final[_Rule] = (_is_link, "a URL or an object")
_LINKS: Final[_Rule] = (_many(_is_link), "URLs or objects")
_IMAGE: Final[_Rule] = (_is_image, "the URL of an image")
_OBJECT: Final[_Rule] = (_is_object, "an object")
_VALUES: Final[Mapping[str, Mapping[str, _Rule]]] = {
    "Assertion": {
        "badge": _LINK,
        "image": _IMAGE,
        "evidence": _LINKS,
        "narrative": _TEXT,
        "revoked": (_is_bool, "true or false"),
        "revocationReason": _TEXT,
        "endorsement": _LINKS,
    },
    "BadgeClass": {
        "name": _TEXT,
        "description": _TEXT,
        "image": _IMAGE,
        "criteria": _LINK,
        "issuer": _LINK,
        "alignment": (_many(_is_alignment), "objects with targetName and targetUrl"),
        "tags": (_many(_is_text), "texts"),
        "endorsement": _LINKS,
    },
    "Profile": {
        "name": _TEXT,
        "url": (_is_web, "a web address"),
        "email": (_is_email, "an e-mail address"),
        "telephone": _TEXT,
        "description": _TEXT,
        "image": _IMAGE,
        "publicKey": _LINKS,
        "verification": _OBJECT,
        "revocationList": _LINK,
        "endorsement": _LINKS,
    },
}
