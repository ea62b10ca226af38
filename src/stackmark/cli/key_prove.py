"""``stackmark key prove``: show that a key is one's own, by answering a challenge."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from stackmark.cli.bake import OutOption
from stackmark.cli.console import deliver
from stackmark.cli.keys import PassphraseOption, load_key


def prove(
    keyfile: Annotated[Path, typer.Argument(metavar="KEYFILE", help="The key to answer with.")],
    challenge: Annotated[str, typer.Option(help="What the other side gave you to sign.")],
    domain: Annotated[str, typer.Option(help="Who asks, as they gave it.")],
    out: OutOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Answer a challenge with a key.

    Prints a compact token that says nothing but: the holder of this DID has read this challenge.
    Give it to whoever asked; it is of no use to anybody else.
    """
    import orjson

    from stackmark.adapters.clock import SystemClock
    from stackmark.proofs.jose import sign_compact

    opened = load_key(keyfile, passphrase_file)
    claims: dict[str, Any] = {
        "iss": opened.did,
        "aud": domain,
        "nonce": challenge,
        "iat": int(SystemClock().now().timestamp()),
    }
    token = sign_compact(
        orjson.dumps(claims), signer=opened.private, typ="JWT", kid=opened.method_id
    )
    deliver(token.encode(), out)
