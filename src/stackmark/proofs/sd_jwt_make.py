"""Making SD-JWTs: hiding claims behind salted digests, and signing (RFC 9901 sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from stackmark.errors import UsageError
from stackmark.keys.multibase import b64url_encode
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_DISCLOSURES
from stackmark.ports import Random, Signer
from stackmark.proofs.sd_jwt import HASHES, OPEN_CLAIMS, RESERVED, TYP, digest_of

NAMES: Final = {"Ed25519": "EdDSA", "P-256": "ES256", "P-384": "ES384"}
SALT_BYTES: Final = 16  # RFC 9901 section 9.3: at least 128 bits


def make(
    claims: Mapping[str, Any],
    *,
    signer: Signer,
    random: Random,
    disclose: Sequence[str] = (),
    kid: str | None = None,
    x5c: Sequence[str] = (),
    holder: PublicKey | None = None,
    decoys: int = 0,
) -> str:
    """The SD-JWT with all its disclosures: the holder's copy.

    ``disclose`` are JSON pointers to what the holder may withhold; ``/name/*`` means every entry of
    a list. ``x5c`` are certificates in base64 (RFC 7515 section 4.1.6), ``holder`` the key that
    presentations must be signed with (``cnf``), ``decoys`` digests of nothing. Raises
    ``UsageError``: ``usage.pointer``, ``usage.claims``, ``usage.suite``.
    """
    if signer.algorithm not in NAMES:
        raise UsageError(
            "usage.suite", f"SD-JWTs are signed with {', '.join(NAMES)}, not {signer.algorithm}."
        )
    _check_names(claims)
    hiding = _Hiding(random, set(disclose))
    payload: dict[str, Any] = hiding.value(dict(claims), "")
    hiding.finish()
    if decoys:
        payload["_sd"] = sorted([*payload.get("_sd", ()), *(hiding.decoy() for _ in range(decoys))])
    if holder is not None:
        payload["cnf"] = {"jwk": holder.to_jwk()}
    if hiding.disclosures or decoys:
        payload["_sd_alg"] = "sha-256"
    header: dict[str, Any] = {"typ": TYP}
    header |= {"kid": kid} if kid is not None else {}
    header |= {"x5c": list(x5c)} if x5c else {}
    token = sign(header, orjson.dumps(payload), signer)
    return "~".join((token, *hiding.disclosures, ""))


def sign(header: Mapping[str, Any], payload: bytes, signer: Signer) -> str:
    """A compact JWS; ``alg`` comes from the key."""
    first = b64url_encode(orjson.dumps({"alg": NAMES[signer.algorithm], **header}))
    signing_input = f"{first}.{b64url_encode(payload)}"
    return f"{signing_input}.{b64url_encode(signer.sign(signing_input.encode()))}"


def _check_names(value: Any) -> None:
    """Claims must not look like digests (RFC 9901 section 4.1)."""
    if isinstance(value, Mapping):
        odd = sorted(value.keys() & (RESERVED | {"_sd_alg"}))
        if odd:
            raise UsageError("usage.claims", f"A claim may not be called {odd[0]!r}.")
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, Mapping | list):
        for one in inner:
            _check_names(one)


class _Hiding:
    """Walks the claims from the inside out, so that a hidden part may have hidden parts."""

    def __init__(self, random: Random, wanted: set[str]) -> None:
        self.disclosures: list[str] = []
        self._random = random
        self._wanted = wanted
        self._used: set[str] = set()

    def value(self, value: Any, path: str) -> Any:
        """A value with its wanted parts replaced by digests."""
        if isinstance(value, dict):
            return self._object(value, path)
        if isinstance(value, list):
            return [self._entry(one, f"{path}/{n}", path) for n, one in enumerate(value)]
        return value

    def _object(self, tree: dict[str, Any], path: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        digests: list[str] = []
        for name, inner in tree.items():
            place = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            shown = self.value(inner, place)
            if not self._is_wanted(place):
                made[name] = shown
                continue
            if not path and name in OPEN_CLAIMS:
                raise UsageError(
                    "usage.pointer", f"The claim {name} must stay open (SD-JWT VC); leave it out."
                )
            digests.append(self._hide([self._salt(), name, shown]))
        if digests:
            made["_sd"] = sorted(digests)  # their order must not tell which is which
        return made

    def _entry(self, value: Any, place: str, path: str) -> Any:
        shown = self.value(value, place)
        if self._is_wanted(place) | self._is_wanted(f"{path}/*"):
            return {"...": self._hide([self._salt(), shown])}
        return shown

    def _is_wanted(self, place: str) -> bool:
        if place in self._wanted:
            self._used.add(place)
        return place in self._wanted

    def _hide(self, parts: list[Any]) -> str:
        if len(self.disclosures) >= MAX_DISCLOSURES:
            raise UsageError(
                "usage.pointer", f"At most {MAX_DISCLOSURES:,} parts can be disclosed one by one."
            )
        text = b64url_encode(orjson.dumps(parts))
        self.disclosures.append(text)
        return digest_of(text, HASHES["sha-256"])

    def _salt(self) -> str:
        return b64url_encode(self._random.bytes(SALT_BYTES))

    def decoy(self) -> str:
        """A digest of something nobody keeps (RFC 9901 section 4.2.5)."""
        return digest_of(self._salt(), HASHES["sha-256"])

    def finish(self) -> None:
        """Every pointer found something."""
        lost = sorted(self._wanted - self._used)
        if lost:
            raise UsageError("usage.pointer", f"There is nothing at {lost[0][:120]} to disclose.")
