"""Steps "proof" and "issuer-key" of Open Badges 2: hosted and signed badges.

Hosted (section 6.3.1): the document at the Assertion's own id is the badge. Signed (section
6.3.2): a compact JWS by a key that the issuer's Profile lists and that names the issuer as owner.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from stackmark.canonical.jcs import jcs
from stackmark.errors import CheckFailed, CouldNotTell, ReadError
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_KEY_ID, MAX_PROOFS
from stackmark.model.document import Document
from stackmark.ports import Fetcher
from stackmark.proofs.jose import Jws, check_header, check_signature
from stackmark.verification.binding import FoundKey
from stackmark.verification.ob2_parties import Parties, link_of
from stackmark.verification.ob2_scope import authority, check_scope
from stackmark.verification.ob2_words import kinds_of
from stackmark.verification.structure import as_list
from stackmark.verification.subject import text

_PLAIN_TYPES: Final = ("JOSE", "JWS")  # RFC 7515 section 4.1.9; says no more than no typ at all


def check_hosted(tree: Mapping[str, Any], method: Mapping[str, Any], fetcher: Fetcher) -> str:
    """A sentence when the host gives the same badge at its id.

    Raises ``CheckFailed`` ``proof.hosted-url``, ``proof.hosted-differs``, ``status.revoked``,
    ``CouldNotTell`` ``proof.hosted-unreachable``.
    """
    url = tree["id"]
    if authority(url) is None:
        raise CheckFailed(
            "proof.hosted-url", f"A hosted badge has a web address as its id, not {url[:120]}."
        )
    if method.get("url", url) != url:  # Open Badges 1.1 names the address here
        raise CheckFailed("proof.hosted-url", "Its id and its verification name two addresses.")
    found = _hosted(url, fetcher)
    if found.get("revoked") is True:
        raise revoked(found)
    if jcs(found) != jcs(tree):
        odd = sorted(name for name in found.keys() | tree.keys() if not _same(found, tree, name))
        raise CheckFailed(
            "proof.hosted-differs",
            f"This is not the badge that its host gives at {url[:120]}: {odd[0][:80]} differs.",
        )
    return f"Its host gives the same badge at {url[:160]}."


def _hosted(url: str, fetcher: Fetcher) -> Mapping[str, Any]:
    try:
        return Document.parse(fetcher.fetch(url)).tree
    except CouldNotTell as error:
        if error.reason == "fetch.gone":
            raise CheckFailed(
                "status.revoked", f"Its host has withdrawn it: {error.detail}"
            ) from None
        raise CouldNotTell(
            "proof.hosted-unreachable",
            f"The badge cannot be compared with what its host gives: {error.detail}",
        ) from None
    except ReadError as error:
        raise CheckFailed(
            "proof.hosted-differs",
            f"What its host gives at {url[:120]} is no badge: {error.detail}",
        ) from None


def _same(one: Mapping[str, Any], other: Mapping[str, Any], name: str) -> bool:
    return name in one and name in other and jcs(one[name]) == jcs(other[name])


def revoked(tree: Mapping[str, Any]) -> CheckFailed:
    """The error for a document that says ``revoked``."""
    reason = text(tree.get("revocationReason"))
    more = f": {reason[:200]}" if reason else ""
    return CheckFailed("status.revoked", f"It was revoked by its issuer{more}.")


def check_host(tree: Mapping[str, Any], parties: Parties) -> str:
    """A sentence when the hosted badge stands where its issuer's badges stand.

    A Profile that was only found inside the badge cannot widen that: then the badge must be on
    the very host of the Profile's id. Raises as ``check_scope`` does, and ``CouldNotTell``
    ``issuer-key.profile-unreachable``.
    """
    sentence = check_scope(tree["id"], parties.issuer)
    if not parties.issuer_at_home and authority(tree["id"]) != authority(parties.issuer["id"]):
        raise no_profile(parties)
    return sentence


def no_profile(parties: Parties) -> CouldNotTell:
    """The error for a Profile that stands only inside the badge."""
    return CouldNotTell(
        "issuer-key.profile-unreachable",
        f"The issuer's Profile {parties.issuer['id'][:120]} cannot be had at its own address, and "
        "the copy inside the badge proves nothing.",
    )


def check_envelope(jws: Jws) -> None:
    """The header of a signed badge; raises ``CheckFailed`` as ``jose.check_header`` does."""
    header = dict(jws.header)
    if header.get("typ") in _PLAIN_TYPES:
        del header["typ"]
    if check_header(header) != "ob3":
        raise CheckFailed("proof.typ", f"A token of type {header['typ']!r} is no Open Badges 2.")


def check_signed(
    jws: Jws, method: Mapping[str, Any], parties: Parties, fetcher: Fetcher
) -> FoundKey:
    """The issuer's key that made the signature.

    Raises ``CheckFailed`` with ``proof.`` and ``issuer-key.`` reasons, ``CouldNotTell``
    ``issuer-key.unreachable``, ``issuer-key.profile-unreachable``.
    """
    if not parties.issuer_at_home:
        raise no_profile(parties)
    problems: list[CheckFailed | CouldNotTell] = []
    for entry in _listed(method, parties.issuer):
        try:
            key = _key(entry, parties.issuer["id"], fetcher)
            check_signature(jws, key.public)
        except (CheckFailed, CouldNotTell) as error:
            problems.append(error)
        else:
            return key
    raise next((one for one in problems if isinstance(one, CouldNotTell)), problems[0])


def _listed(method: Mapping[str, Any], issuer: Mapping[str, Any]) -> Iterator[Any]:
    """The entries of the Profile's ``publicKey`` that may have signed: the creator, or all."""
    entries = as_list(issuer.get("publicKey"))
    if not entries:
        raise CheckFailed("issuer-key.no-key", "The issuer's Profile lists no key.")
    if len(entries) > MAX_PROOFS:
        raise CheckFailed("issuer-key.too-many", f"The issuer's Profile lists {len(entries)} keys.")
    creator = method.get("creator")
    if creator is None:
        return iter(entries)
    wanted = creator.get("id") if isinstance(creator, dict) else creator
    if not isinstance(wanted, str) or len(wanted) > MAX_KEY_ID:
        raise CheckFailed("issuer-key.key-id", "The creator of the signature is no URL.")
    found = [one for one in entries if _id(one) == wanted]
    if not found:
        raise CheckFailed(
            "issuer-key.not-listed", f"The issuer's Profile does not list the key {wanted[:120]}."
        )
    return iter(found)


def _id(entry: Any) -> Any:
    return entry.get("id") if isinstance(entry, dict) else entry


def _key(entry: Any, issuer: str, fetcher: Fetcher) -> FoundKey:
    link = link_of(entry)
    tree = entry if link is None else _fetch_key(link, fetcher)
    if not isinstance(tree, dict) or not {"CryptographicKey", "Key"} & set(kinds_of(tree)):
        raise CheckFailed("issuer-key.malformed", "A key of the issuer is no CryptographicKey.")
    name = str(tree.get("id"))
    if link is not None and name != link:
        raise CheckFailed("issuer-key.malformed", f"The key at {link[:120]} gives another id.")
    if _id(tree.get("owner")) != issuer:
        raise CheckFailed(
            "issuer-key.not-issuer",
            f"The key {name[:120]} does not name the issuer {issuer[:120]} as its owner.",
        )
    pem = tree.get("publicKeyPem")
    if not isinstance(pem, str):
        raise CheckFailed("issuer-key.malformed", f"The key {name[:120]} has no publicKeyPem.")
    public = PublicKey.from_pem(pem.encode("utf-8", "replace"))
    return FoundKey(public, issuer, name, tree.get("expires"), tree.get("revoked"))


def _fetch_key(url: str, fetcher: Fetcher) -> Mapping[str, Any]:
    try:
        return Document.parse(fetcher.fetch(url)).tree
    except CouldNotTell as error:
        raise CouldNotTell(
            "issuer-key.unreachable", f"The key {url[:120]} cannot be had: {error.detail}"
        ) from None
    except ReadError as error:
        raise CheckFailed(
            "issuer-key.malformed", f"The key at {url[:120]} cannot be read: {error.detail}"
        ) from None
