"""One document made secure: an embedded proof, or a compact JWS in either profile."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from stackmark.errors import UsageError
from stackmark.keys.multibase import b58encode
from stackmark.ports import Signer
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.jose import ALGORITHMS, sign_compact
from stackmark.proofs.suites import PROOF_TYPE, SUITES, Canonicals, digest_name
from stackmark.verification.dates import parse_stamp

JWT: Final = "jwt"  # Open Badges 3.0 section 8.2
VC_JWT: Final = "vc+jwt"  # W3C VC-JOSE-COSE 1.0
TOKENS: Final = frozenset({JWT, VC_JWT})
SD: Final = "ecdsa-sd-2023"
BBS: Final = "bbs-2023"
SELECTIVE: Final = frozenset({SD, BBS})  # whole copies for the holder, to derive from
_TYP: Final = {JWT: "JWT", VC_JWT: "vc+jwt"}
_DEFAULT: Final = {
    "Ed25519": "eddsa-rdfc-2022",
    "P-256": "ecdsa-rdfc-2019",
    "P-384": "ecdsa-rdfc-2019",
    "RSA": JWT,
    "BLS12-381": BBS,
}


def suite_names() -> tuple[str, ...]:
    """Every word ``choose_suite`` takes."""
    return (*(name for name, suite in SUITES.items() if suite.makes), JWT, VC_JWT)


def choose_suite(name: str | None, algorithm: str) -> str:
    """The suite or token profile to use with a key; raises ``UsageError`` ``usage.suite``."""
    if name is None:
        return _DEFAULT[algorithm]
    if name not in suite_names():
        raise UsageError(
            "usage.suite", f'There is no suite "{name[:40]}"; there are {", ".join(suite_names())}.'
        )
    if not _goes_with(name, algorithm):
        fitting = [one for one in suite_names() if _goes_with(one, algorithm)]
        raise UsageError(
            "usage.suite",
            f"{name} does not go with a key of type {algorithm}; use {', '.join(fitting)}.",
        )
    return name


def _goes_with(name: str, algorithm: str) -> bool:
    if name in TOKENS:
        return algorithm in ALGORITHMS.values()
    return algorithm in SUITES[name].algorithms


def secure(
    unsecured: dict[str, Any],
    *,
    suite: str,
    signer: Signer,
    method: str,
    created: str,
    strict: bool = True,
) -> bytes:
    """The signed document: JSON with a proof, or a token when ``suite`` is ``jwt`` or ``vc+jwt``.

    ``method`` is the verification method's URL, ``created`` RFC 3339 in UTC. Nothing is checked
    here: ``lint`` comes first, and ``strict`` is for what it has not seen. Raises ``UsageError``
    ``usage.suite`` and what the suites raise.
    """
    if suite in TOKENS:
        payload = orjson.dumps(token_payload(unsecured, suite=suite, created=created))
        return sign_compact(payload, signer=signer, typ=_TYP[suite], kid=method).encode()
    document = Canonicals(unsecured, strict=strict)
    proof = make_proof(document, suite=suite, signer=signer, method=method, created=created)
    return orjson.dumps({**unsecured, "proof": proof})


def secure_selective(
    unsecured: dict[str, Any],
    *,
    suite: str,
    signer: Signer,
    method: str,
    created: str,
    mandatory: Sequence[str],
    blinding: bytes,
    more: Mapping[str, Any] | None = None,
) -> bytes:
    """The holder's copy under a suite of ``SELECTIVE``, to derive from.

    ``mandatory``: JSON pointers; ``blinding``: 32 secret bytes; ``more``: further members of the
    proof. Raises as the suite's ``make_base_proof`` does.
    """
    from stackmark.keys.private import PrivateKey
    from stackmark.proofs import bbs_2023, ecdsa_sd

    how: dict[str, Any] = {
        "options": {**_options(suite, method, created), **(more or {})},
        "signer": signer,
        "mandatory_pointers": mandatory,
        "hmac_key": blinding,
    }
    if suite == BBS:
        proof = bbs_2023.make_base_proof(unsecured, **how)
    else:
        own = PrivateKey.generate("p256")
        proof = ecdsa_sd.make_base_proof(unsecured, proof_private=own, **how)
    return orjson.dumps({**unsecured, "proof": proof})


def badge_pointers(unsecured: Mapping[str, Any]) -> list[str]:
    """What every derived badge shows unless the issuer says otherwise.

    The achievement, the issuer, the dates and the status: all but who it is about and how it
    was earned, which the holder may keep back.
    """
    names = ("name", "issuer", "validFrom", "validUntil", "credentialStatus")
    subject = unsecured["credentialSubject"]
    # A badge must name somebody: where there is no id, the identifier has to stay.
    inside = ("type", "achievement") if "id" in subject else ("type", "achievement", "identifier")
    return [f"/{name}" for name in names if name in unsecured] + [
        f"/credentialSubject/{name}" for name in inside if name in subject
    ]


def _options(suite: str, method: str, created: str) -> dict[str, Any]:
    return {
        "type": PROOF_TYPE,
        "cryptosuite": suite,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }


class Securer:
    """The proofs of many documents with the same contexts; ``secure`` gives the same for one.

    The proof options are worked out once. ``digest`` names the hash of the suite with this key.
    """

    def __init__(
        self, context: list[str], *, suite: str, signer: Signer, method: str, created: str
    ) -> None:
        chosen = SUITES[suite]
        options = _options(suite, method, created)
        if chosen.canonical == "jcs":
            options = {"@context": context, **options}
        self.digest = digest_name(signer.algorithm)
        document = Canonicals({**options, "@context": context}, strict=False)
        self._options = document.hash(chosen.canonical, self.digest)
        self._signer = signer
        self._head = b',"proof":' + orjson.dumps(options)[:-1] + b',"proofValue":"z'

    def hash(self, form: bytes) -> bytes:
        """The digest of a document's canonical form."""
        return hashlib.new(self.digest, form).digest()

    def tail(self, digest: bytes) -> bytes:
        """The proof member, comma first, for a document whose canonical form has this digest."""
        signature = self._signer.sign(self._options + digest)
        return self._head + b58encode(signature).encode() + b'"}'


def token_payload(unsecured: Mapping[str, Any], *, suite: str, created: str) -> dict[str, Any]:
    """The credential with the claims its profile asks for (OB 3.0 section 8.2.4; VC-JOSE: none)."""
    if suite == VC_JWT:
        return dict(unsecured)
    issuer = unsecured["issuer"]
    claims: dict[str, Any] = {"iss": issuer["id"] if isinstance(issuer, Mapping) else issuer}
    if "id" in unsecured:
        claims["jti"] = unsecured["id"]
    if "validFrom" in unsecured:
        claims["nbf"] = _seconds(unsecured["validFrom"])
    subject = unsecured.get("credentialSubject")
    if isinstance(subject, Mapping) and "id" in subject:
        claims["sub"] = subject["id"]
    if "validUntil" in unsecured:
        claims["exp"] = _seconds(unsecured["validUntil"])
    claims["iat"] = _seconds(created)
    return {**unsecured, **claims}


def _seconds(time: str) -> int:
    return int(parse_stamp(time, "The time").timestamp())
