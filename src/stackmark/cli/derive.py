"""``stackmark derive``: show parts of a credential signed for selective disclosure."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stackmark.cli.bake import OutOption
from stackmark.cli.console import deliver
from stackmark.cli.loading import read_input
from stackmark.errors import UsageError


def derive(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Your copy, signed with ecdsa-sd-2023.")
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
    out: OutOption = None,
) -> None:
    """Show chosen parts of a credential and hide the rest.

    What the issuer made mandatory is shown as well. The copy verifies like the whole; what is
    left out cannot be worked out from it. Keep your own copy to yourself.
    """
    import orjson

    from stackmark.issuing.securing import SD
    from stackmark.model.document import Document
    from stackmark.proofs.ecdsa_sd import derive as derived
    from stackmark.verification.structure import as_list

    tree = Document.parse(read_input(file)).tree
    proofs = [
        one
        for one in as_list(tree.get("proof"))
        if isinstance(one, dict) and one.get("cryptosuite") == SD
    ]
    if len(proofs) != 1:
        raise UsageError(
            "usage.proof", f"{file} has {len(proofs)} proofs by {SD}; one is needed to derive from."
        )
    shown = derived(tree, proof=proofs[0], selective_pointers=pointer or [])
    deliver(orjson.dumps(shown, option=orjson.OPT_INDENT_2), out)
