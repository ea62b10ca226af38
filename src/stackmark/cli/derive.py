"""``stackmark derive``: show parts of a credential signed for selective disclosure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stackmark.cli.bake import OutOption
from stackmark.cli.console import deliver
from stackmark.cli.keys import PassphraseOption
from stackmark.cli.loading import read_input
from stackmark.errors import UsageError


def derive(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Your copy: ecdsa-sd-2023, bbs-2023 or an SD-JWT."),
    ],
    pointer: Annotated[
        list[str] | None,
        typer.Option(
            "--pointer",
            "-p",
            metavar="POINTER",
            help="JSON pointer to a part to show, such as /credentialSubject/name; repeatable.",
        ),
    ] = None,
    holder_key: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Of an SD-JWT: your own key file, to sign that it is you."
        ),
    ] = None,
    challenge: Annotated[
        str | None, typer.Option(help="Of an SD-JWT: the verifier's challenge (nonce).")
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="Of an SD-JWT: who asked, the audience.")
    ] = None,
    out: OutOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Show chosen parts of a credential and hide the rest.

    What the issuer made mandatory is shown as well. The copy verifies like the whole; what is
    left out cannot be worked out from it. Keep your own copy to yourself.
    """
    from stackmark.proofs.sd_jwt import is_sd_jwt

    data = read_input(file)
    if is_sd_jwt(data.strip()):
        from stackmark.cli.sd_jwt import derive_sd_jwt

        shown = pointer or []
        deliver(derive_sd_jwt(data, shown, holder_key, passphrase_file, challenge, domain), out)
        return
    if holder_key or challenge or domain:
        raise UsageError(
            "usage.option", "--holder-key, --challenge and --domain go with SD-JWTs only."
        )
    deliver(_statements(data, pointer or []), out)


def _statements(data: bytes, pointers: list[str]) -> bytes:
    """The chosen statements of a credential signed for selective disclosure."""
    import orjson

    from stackmark.adapters.randomness import SystemRandom
    from stackmark.model.document import Document
    from stackmark.proofs.selective import SEED_BYTES, base_proof
    from stackmark.proofs.selective import derive as derived
    from stackmark.verification.structure import as_list

    tree = Document.parse(data).tree
    proof = base_proof(as_list(tree.get("proof")))
    seed = SystemRandom().bytes(SEED_BYTES)
    shown = derived(tree, proof=proof, selective_pointers=pointers, seed=seed)
    return orjson.dumps(shown, option=orjson.OPT_INDENT_2)
