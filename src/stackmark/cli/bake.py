"""``stackmark bake`` and ``stackmark extract``: credentials in and out of badge images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stackmark.cli.console import deliver, note
from stackmark.cli.loading import read_input
from stackmark.limits import MAX_IMAGE_BYTES

OutOption = Annotated[
    Path | None, typer.Option("--out", "-o", metavar="FILE", help="Instead of stdout.")
]


def bake(
    image: Annotated[Path, typer.Argument(metavar="IMAGE", help="A PNG or SVG.")],
    credential: Annotated[
        Path, typer.Argument(metavar="CREDENTIAL", help="Signed JSON or a token; - for stdin.")
    ],
    out: OutOption = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take out a credential that is in IMAGE already.")
    ] = False,
) -> None:
    """Put a signed credential into a badge image."""
    from stackmark.rendering.bake import bake as baked

    picture = read_input(image, MAX_IMAGE_BYTES)
    deliver(baked(picture, read_input(credential), replace=replace), out, binary=True)


def extract(
    image: Annotated[
        Path, typer.Argument(metavar="IMAGE", help="A baked PNG or SVG; - for stdin.")
    ],
    out: OutOption = None,
) -> None:
    """Take the credential out of a badge image.

    Byte for byte; nothing is verified.
    """
    from stackmark.errors import ReadError
    from stackmark.reading.baked import recognise

    data = read_input(image, MAX_IMAGE_BYTES)
    container = recognise(data)
    if container is None:
        raise ReadError("read.not-image", f"{image} is neither PNG nor SVG.")
    if container == "png":
        from stackmark.reading.png import read_png as read_image
    else:
        from stackmark.reading.svg import read_svg as read_image
    found = read_image(data)
    note(f"Found in {found.place}.")
    deliver(found.text, out)
