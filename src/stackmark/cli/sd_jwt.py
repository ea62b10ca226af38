"""SD-JWTs in ``sign`` and ``derive``: their options and files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.keys import issuer_documents, load_key
from stackmark.cli.loading import read_input
from stackmark.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from stackmark.keys.certificates import Certificate
    from stackmark.keys.keyfile import KeyFile
    from stackmark.keys.public import PublicKey

DiscloseOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="POINTER",
        help="With sd-jwt: JSON pointer to what the holder may withhold, such as /family_name or "
        "/learning_outcomes/*; repeatable. By default what the type is known for.",
    ),
]
HolderOption = Annotated[
    str | None,
    typer.Option(
        metavar="KEY",
        help="With sd-jwt: the holder's public key: a did:key, or a file with a JWK or PEM.",
    ),
]
CertificateOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="With sd-jwt: the key's certificate, then those above (PEM)."
    ),
]


def sign_sd_jwt(
    claims: Mapping[str, Any],
    key: KeyFile,
    path: Path,
    disclose: list[str] | None,
    holder: str | None,
    certificate: Path | None,
) -> bytes:
    """The holder's copy of an SD-JWT VC, with a line break at its end."""
    import orjson

    from stackmark.adapters.clock import SystemClock
    from stackmark.adapters.randomness import SystemRandom
    from stackmark.issuing.sd_jwt import sign_claims

    own = issuer_documents(path, key)
    made = sign_claims(
        claims,
        did=key.did,
        method=key.method_id,
        signer=key.private,
        random=SystemRandom(),
        now=SystemClock().now(),
        disclose=disclose,
        holder=_public(holder) if holder is not None else None,
        chain=_chain(certificate),
        documents={url: orjson.dumps(document) for url, document in own.items()},
    )
    return made + b"\n"


def _chain(path: Path | None) -> tuple[Certificate, ...]:
    from stackmark.keys import certificates

    if path is None:
        return ()
    return certificates.read_pem(read_input(path, certificates.MAX_PEM_BYTES), str(path))


def _public(given: str) -> PublicKey:
    """A holder's public key; a private one is refused."""
    from stackmark.keys.public import PublicKey
    from stackmark.model.strict_json import parse_json

    try:
        if given.startswith("did:key:"):
            return PublicKey.from_multikey(given.removeprefix("did:key:"))
        data = read_input(Path(given), 64 * 1024)
        if data.lstrip().startswith(b"-----BEGIN"):
            return PublicKey.from_pem(data)
        tree = parse_json(data)
        if isinstance(tree, dict) and "kty" in tree:
            return PublicKey.from_jwk(tree)
    except CheckFailed as error:
        raise UsageError("usage.key", f"The holder's key {given[:80]}: {error.detail}") from None
    raise UsageError("usage.key", f"{given[:80]} holds no public key: give a JWK, PEM or did:key.")


def derive_sd_jwt(
    data: bytes,
    pointers: list[str],
    holder_key: Path | None,
    passphrase_file: Path | None,
    challenge: str | None,
    domain: str | None,
) -> bytes:
    """What of an SD-JWT is shown, signed by the holder where a key is given."""
    from stackmark.proofs import sd_jwt, sd_jwt_binding

    sd = sd_jwt.parse(data.strip())
    shown = sd_jwt_binding.choose(sd, pointers)
    if holder_key is None:
        if challenge is not None or domain is not None:
            raise UsageError(
                "usage.option", "--challenge and --domain are signed: give --holder-key."
            )
        return shown.encode() + b"\n"
    if challenge is None or domain is None:
        raise UsageError(
            "usage.option", "The holder signs for somebody: give --challenge and --domain."
        )
    key = load_key(holder_key, passphrase_file).private
    if sd_jwt_binding.holder_key(sd.payload) != key.public_key:
        raise UsageError("usage.key", "The credential is not bound to this holder's key.")
    from stackmark.adapters.clock import SystemClock

    bound = sd_jwt_binding.bind(
        shown,
        signer=key,
        nonce=challenge,
        aud=domain,
        at=SystemClock().now(),
        hash_=sd_jwt.hash_name(sd.payload),
    )
    return bound.encode() + b"\n"
