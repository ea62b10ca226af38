"""SD-JWT (RFC 9901): a compact JWS whose claims are disclosed one by one.

::

    <issuer-signed JWT>~<disclosure>~…~            as issued, or presented without key binding
    <issuer-signed JWT>~<disclosure>~…~<KB-JWT>    presented with key binding

Here: taking one apart, checking its header, and recreating the claims from what is disclosed
(RFC 9901 section 7.1). ``sd_jwt_make`` makes one, ``sd_jwt_binding`` presents and checks the
holder's part. Every digest counts once; a disclosure nobody refers to refuses the whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackmark.errors import CheckFailed, ReadError
from stackmark.keys.multibase import MultibaseError, b64url_decode, b64url_encode
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_DEPTH, MAX_DISCLOSURES, MAX_DOCUMENT_BYTES, MAX_KEY_ID
from stackmark.model.strict_json import measure, parse_json
from stackmark.proofs.jose import Jws, check_signature, parse_compact

TYP: Final = "dc+sd-jwt"
TYPES: Final = (TYP, "vc+sd-jwt")  # the second is how drafts before November 2024 called it
ALGORITHMS: Final = ("EdDSA", "ES256", "ES384")
# RFC 9901 section 4.1.1: names of the IANA registry "Named Information Hash Algorithm".
HASHES: Final[Mapping[str, str]] = {"sha-256": "sha256", "sha-384": "sha384", "sha-512": "sha512"}
RESERVED: Final = frozenset({"_sd", "..."})
# SD-JWT VC: claims that must never be hidden from who checks.
OPEN_CLAIMS: Final = frozenset({"iss", "nbf", "exp", "cnf", "vct", "vct#integrity", "status"})
_HEADER: Final = frozenset({"alg", "typ", "kid", "x5c", "x5t#S256", "vctm"})
_OWN_KEYS: Final = ("jwk", "jku", "x5u", "x5t")


@dataclass(frozen=True, slots=True)
class SdJwt:
    """An SD-JWT taken apart; nothing is verified yet.

    ``disclosures`` are in base64url, as they came. ``binding`` is the KB-JWT or ``b""``, ``shown``
    the characters before it, which it signs the hash of.
    """

    jws: Jws
    disclosures: tuple[str, ...]
    binding: bytes
    shown: bytes

    @property
    def payload(self) -> dict[str, Any]:
        """The signed claims with their digests; raises as ``parse_json``, or ``read.sd-jwt``."""
        tree = parse_json(self.jws.payload)
        if not isinstance(tree, dict):
            raise ReadError("read.sd-jwt", "The signed claims are no JSON object.")
        return tree


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One disclosure in its place: ``path`` is a JSON pointer into the recreated claims."""

    path: str
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class Recreated:
    """The claims as they are shown. ``withheld`` counts digests without disclosure, or decoys."""

    claims: dict[str, Any]
    disclosed: tuple[Disclosed, ...]
    withheld: int


def is_sd_jwt(text: bytes) -> bool:
    """Whether bytes look like an SD-JWT: a token with a tilde behind it."""
    return text.startswith(b"eyJ") and b"~" in text


def parse(text: bytes) -> SdJwt:
    """Take an SD-JWT in its compact form apart.

    Raises ``ReadError``: ``read.too-large``, ``read.sd-jwt``, ``read.jws`` and what ``parse_json``
    raises for the header.
    """
    if len(text) > MAX_DOCUMENT_BYTES * 4 // 3:
        raise ReadError("read.too-large", f"The SD-JWT has {len(text):,} characters.")
    token, *parts = text.split(b"~")
    if not parts:
        raise ReadError("read.sd-jwt", "An SD-JWT has a ~ behind the signed token; this has none.")
    if len(parts) - 1 > MAX_DISCLOSURES:
        raise ReadError(
            "read.too-many",
            f"There are {len(parts) - 1:,} disclosures; at most {MAX_DISCLOSURES:,}.",
        )
    disclosures, binding = parts[:-1], parts[-1]
    if any(not one.isascii() or not one for one in disclosures):
        raise ReadError("read.sd-jwt", "A disclosure is empty or holds odd characters.")
    shown = text[: len(text) - len(binding)]
    texts = tuple(one.decode("ascii") for one in disclosures)
    return SdJwt(parse_compact(token), texts, binding, shown)


def check_header(header: Mapping[str, Any]) -> None:
    """Whether the issuer's header can be relied on.

    Raises ``CheckFailed``: ``proof.typ``, ``proof.algorithm``, ``proof.header``,
    ``issuer-key.header-key``, ``issuer-key.key-id``.
    """
    typ = header.get("typ")
    if typ not in TYPES:
        raise CheckFailed("proof.typ", f"A token of type {str(typ)[:40]!r} is no SD-JWT VC.")
    check_algorithm(header)
    own = next((name for name in _OWN_KEYS if name in header), None)
    if own is not None:
        raise CheckFailed(
            "issuer-key.header-key",
            f"The header brings its own key ({own}); anybody can do that.",
        )
    odd = sorted(header.keys() - _HEADER)
    if odd:
        raise CheckFailed("proof.header", f"The header member {odd[0][:40]!r} is not allowed.")
    kid = header.get("kid")
    if kid is not None and (not isinstance(kid, str) or not 0 < len(kid) <= MAX_KEY_ID):
        raise CheckFailed("issuer-key.key-id", "The header's kid is no usable key identifier.")


def check_algorithm(header: Mapping[str, Any]) -> None:
    """Raises ``CheckFailed`` ``proof.algorithm``; ``none`` and shared keys are never accepted."""
    if header.get("alg") not in ALGORITHMS:
        raise CheckFailed(
            "proof.algorithm",
            f"The algorithm {str(header.get('alg'))[:40]!r} is not accepted; "
            f"{', '.join(ALGORITHMS)} are.",
        )


def check_issuer_signature(sd: SdJwt, key: PublicKey) -> None:
    """Whether ``key`` signed it; raises as ``jose.check_signature``."""
    check_signature(sd.jws, key)


def hash_name(payload: Mapping[str, Any]) -> str:
    """The hash of the digests; raises ``CheckFailed`` ``proof.sd-alg``."""
    named = payload.get("_sd_alg", "sha-256")
    if not isinstance(named, str) or named not in HASHES:
        raise CheckFailed(
            "proof.sd-alg",
            f"The digests are of {str(named)[:40]!r}; {', '.join(HASHES)} are accepted.",
        )
    return HASHES[named]


def digest_of(text: str, hash_: str) -> str:
    """The digest of a disclosure: over its base64url characters (RFC 9901 section 4.2.3)."""
    return b64url_encode(hashlib.new(hash_, text.encode("ascii")).digest())


def recreate(sd: SdJwt) -> Recreated:
    """The claims with everything that is disclosed (RFC 9901 section 7.1 step 3).

    Raises ``ReadError`` as ``parse_json``; ``CheckFailed``: ``proof.sd-alg``, ``proof.disclosure``,
    ``proof.disclosure-twice``, ``proof.disclosure-unknown``, ``proof.disclosure-name``,
    ``proof.disclosure-open``, ``proof.digest``, ``proof.digest-twice``.
    """
    payload = sd.payload
    rebuilding = _Rebuilding(sd, hash_name(payload))
    payload.pop("_sd_alg", None)
    claims = rebuilding.object(payload, "", 0)
    rebuilding.finish()
    measure(claims)
    hidden = len(rebuilding.seen) - len(rebuilding.found)
    return Recreated(claims, tuple(rebuilding.found), hidden)


class _Rebuilding:
    """One pass over the signed claims; every digest is met at most once."""

    def __init__(self, sd: SdJwt, hash_: str) -> None:
        self.seen: set[str] = set()
        self.found: list[Disclosed] = []
        self._at_hand: dict[str, tuple[str, list[Any]]] = {}
        for text in sd.disclosures:
            digest = digest_of(text, hash_)
            if digest in self._at_hand:
                raise CheckFailed("proof.disclosure-twice", "A disclosure stands there twice.")
            self._at_hand[digest] = (text, _read(text))

    def object(self, tree: Mapping[str, Any], path: str, depth: int) -> dict[str, Any]:
        """An object without ``_sd``, with the members its digests disclose."""
        _check_depth(depth)
        made = {
            name: self._value(value, f"{path}/{_escape(name)}", depth)
            for name, value in tree.items()
            if name != "_sd"
        }
        if "..." in tree:
            raise CheckFailed("proof.digest", f"{path or '/'} has a claim of the name '...'.")
        for digest in _digests(tree.get("_sd", []), path):
            opened = self._open(digest, 3, path)
            if opened is None:
                continue
            text, (_, name, value) = opened
            if name in made:
                raise CheckFailed(
                    "proof.disclosure-name",
                    f"A disclosure would replace {f'{path}/{name}'[:120]}, which is there.",
                )
            _check_open(name, path)
            place = f"{path}/{_escape(name)}"
            self.found.append(Disclosed(place, text, digest))
            made[name] = self._value(value, place, depth)
        return made

    def _value(self, value: Any, path: str, depth: int) -> Any:
        if isinstance(value, dict):
            return self.object(value, path, depth + 1)
        return self._list(value, path, depth + 1) if isinstance(value, list) else value

    def _list(self, entries: list[Any], path: str, depth: int) -> list[Any]:
        """A list with those of its hidden entries that are disclosed."""
        _check_depth(depth)
        made: list[Any] = []
        for entry in entries:
            if not isinstance(entry, dict) or entry.keys() != {"..."}:
                made.append(self._value(entry, f"{path}/{len(made)}", depth))
                continue
            (digest,) = _digests([entry["..."]], path)
            opened = self._open(digest, 2, path)
            if opened is not None:
                place = f"{path}/{len(made)}"
                self.found.append(Disclosed(place, opened[0], digest))
                made.append(self._value(opened[1][1], place, depth))
        return made

    def _open(self, digest: str, length: int, path: str) -> tuple[str, list[Any]] | None:
        if digest in self.seen:
            raise CheckFailed("proof.digest-twice", "One digest stands in two places.")
        self.seen.add(digest)
        opened = self._at_hand.pop(digest, None)
        if opened is not None and len(opened[1]) != length:
            kind = "a list" if length == 2 else "an object"
            raise CheckFailed(
                "proof.disclosure", f"A disclosure for {kind} at {path or '/'} is not of its form."
            )
        return opened

    def finish(self) -> None:
        """Nothing was brought along that the issuer did not sign."""
        if self._at_hand:
            raise CheckFailed(
                "proof.disclosure-unknown",
                f"{len(self._at_hand)} disclosure(s) do not belong to what the issuer signed.",
            )


def _read(text: str) -> list[Any]:
    """Salt, name (of an object's member only) and value."""
    try:
        parts = parse_json(b64url_decode(text))
    except MultibaseError as error:
        raise CheckFailed("proof.disclosure", f"A disclosure is not base64url: {error}") from None
    if not isinstance(parts, list) or len(parts) not in (2, 3) or not isinstance(parts[0], str):
        raise CheckFailed("proof.disclosure", "A disclosure is no list of salt, name and value.")
    if len(parts) == 3 and (not isinstance(parts[1], str) or parts[1] in RESERVED):
        raise CheckFailed(
            "proof.disclosure", f"A disclosure has the name {str(parts[1])[:40]!r}, which is none."
        )
    return parts


def _digests(value: Any, path: str) -> list[str]:
    if not isinstance(value, list) or any(not isinstance(one, str) for one in value):
        raise CheckFailed("proof.digest", f"The digests at {path or '/'} are no list of texts.")
    return value


def _check_open(name: str, path: str) -> None:
    if not path and name in OPEN_CLAIMS:
        raise CheckFailed(
            "proof.disclosure-open", f"The claim {name} must not be selectively disclosable."
        )


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise ReadError("read.too-deep", f"The claims nest more than {MAX_DEPTH} levels deep.")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
