"""The BadgeClass and the issuer Profile behind an Assertion, inside it or at their addresses.

A Profile written into a badge proves nothing about its owner: anybody can write one. So the
Profile is always asked for at its own id, and what stands there counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stackmark.canonical.nquads import IRI
from stackmark.errors import CheckFailed, CouldNotTell, ReadError
from stackmark.model.document import Document
from stackmark.ports import Fetcher
from stackmark.verification.ob2_scope import authority, check_scope, has_rules
from stackmark.verification.ob2_shape import check_members, check_values
from stackmark.verification.ob2_words import check_contexts

_REFERENCE = frozenset({"id", "type", "@context"})


@dataclass(frozen=True, slots=True)
class Parties:
    """The documents behind an Assertion.

    ``badge_at_home`` says that the BadgeClass was found at its own id, ``issuer_at_home`` the
    same of the Profile; what is not at home was only found inside another document.
    """

    badge: Mapping[str, Any]
    issuer: Mapping[str, Any]
    badge_at_home: bool
    issuer_at_home: bool


def link_of(value: Any) -> str | None:
    """The address when a member only points to a document."""
    if isinstance(value, dict) and not value.keys() - _REFERENCE:
        value = value.get("id")
    return value if isinstance(value, str) else None


def find_parties(tree: Mapping[str, Any], fetcher: Fetcher) -> Parties:
    """The BadgeClass and the issuer's Profile, read and checked for their members.

    Raises ``CheckFailed`` with ``format.``, ``context.`` and ``issuer-key.`` reasons,
    ``CouldNotTell`` ``format.badge-unreachable``, ``issuer-key.profile-unreachable``.
    """
    badge, badge_at_home = _find_badge(tree["badge"], fetcher)
    issuer, issuer_at_home = _find_issuer(badge["issuer"], fetcher)
    return Parties(badge, issuer, badge_at_home, issuer_at_home)


def _find_badge(value: Any, fetcher: Fetcher) -> tuple[Mapping[str, Any], bool]:
    link = link_of(value)
    if link is not None:
        return fetch_document(link, "BadgeClass", fetcher), True
    if not isinstance(value, dict):
        raise CheckFailed("format.badge", "The badge is neither a URL nor an object.")
    _check_inside(value, "BadgeClass")
    return value, False


def _find_issuer(value: Any, fetcher: Fetcher) -> tuple[Mapping[str, Any], bool]:
    link = link_of(value)
    if link is not None:
        return fetch_document(link, "Profile", fetcher), True
    if not isinstance(value, dict):
        raise CheckFailed("format.issuer", "The issuer is neither a URL nor an object.")
    _check_inside(value, "Profile")
    if authority(value["id"]) is None:
        return value, False
    try:
        return fetch_document(value["id"], "Profile", fetcher), True
    except CouldNotTell:
        return value, False


def _check_inside(value: Mapping[str, Any], kind: str) -> None:
    if "@context" in value:
        check_contexts(value, kind)
    check_members(value, kind)


def fetch_document(url: str, kind: str, fetcher: Fetcher) -> Mapping[str, Any]:
    """The BadgeClass or Profile at an address, which must be its id.

    A document that gives another id is asked for once more, there. Raises as ``find_parties``.
    """
    tree = _read(url, kind, fetcher)
    if tree.get("id") != url and authority(tree.get("id")) is not None:
        url = tree["id"]
        tree = _read(url, kind, fetcher)
    if tree.get("id") != url:
        raise _other_id(kind, url, str(tree.get("id")))
    check_contexts(tree, kind)
    check_members(tree, kind)
    return tree


def _read(url: str, kind: str, fetcher: Fetcher) -> Mapping[str, Any]:
    try:
        if not IRI.match(url) or authority(url) is None:
            raise CouldNotTell("fetch.refused-url", "it has no plain web address.")
        return Document.parse(fetcher.fetch(url)).tree
    except CouldNotTell as error:
        raise _unreachable(kind, url, error.detail) from None
    except ReadError as error:
        raise _unreadable(kind, url, error.detail) from None


# Each reason stands in full, so that the reference page finds it.


def _other_id(kind: str, url: str, found: str) -> CheckFailed:
    detail = f"The {kind} at {url[:120]} gives another id, {found[:120]}."
    if kind == "BadgeClass":
        return CheckFailed("format.badge-id", detail)
    return CheckFailed("issuer-key.profile-id", detail)


def _unreachable(kind: str, url: str, why: str) -> CouldNotTell:
    detail = f"The {kind} {url[:160]} cannot be had: {why}"
    if kind == "BadgeClass":
        return CouldNotTell("format.badge-unreachable", detail)
    return CouldNotTell("issuer-key.profile-unreachable", detail)


def _unreadable(kind: str, url: str, why: str) -> CheckFailed:
    detail = f"The {kind} at {url[:160]} cannot be read: {why}"
    if kind == "BadgeClass":
        return CheckFailed("format.badge-unreadable", detail)
    return CheckFailed("issuer-key.profile-unreadable", detail)


def check_party_values(parties: Parties) -> None:
    """The values in both documents; raises ``CheckFailed`` with a ``schema.`` reason."""
    check_values(parties.badge, "BadgeClass")
    check_values(parties.issuer, "Profile")


def check_home(parties: Parties, *, hosted: bool) -> None:
    """That the BadgeClass is the issuer's to award.

    A BadgeClass with a web address must stand with the issuer: always when it was only found
    inside the badge, and for hosted badges when the Profile gives no instructions (Open Badges
    2.0 section 6.3.1). Raises ``CheckFailed`` ``issuer-key.badge-elsewhere``, and as
    ``check_scope`` does.
    """
    url, issuer = parties.badge["id"], parties.issuer
    if not url.lower().startswith(("http://", "https://")):
        return
    if parties.badge_at_home and not (hosted and not has_rules(issuer)):
        return
    if authority(url) is None or authority(url) != authority(issuer["id"]):
        _check_declared_home(url, issuer)


def _check_declared_home(url: str, issuer: Mapping[str, Any]) -> None:
    elsewhere = CheckFailed(
        "issuer-key.badge-elsewhere",
        f"The BadgeClass {url[:120]} does not stand with the issuer {issuer['id'][:120]}.",
    )
    if not has_rules(issuer):
        raise elsewhere
    try:
        check_scope(url, issuer)
    except CheckFailed:
        raise elsewhere from None
