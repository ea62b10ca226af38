"""Draw the default badge as a PNG from its SVG, which is the one to edit.

Needs resvg_py and Pillow. Run from the project's root: python tools/make_default_badge.py
"""

from __future__ import annotations

import io
from pathlib import Path

import resvg_py
from PIL import Image

DATA = Path("src/stackmark/rendering/data")
SIDE = 512  # pixels
COLOURS = 128  # flat art: a palette halves the file and no eye sees it
MAX_BYTES = 15_000


def main() -> None:
    """Write default-badge.png; fails when it would grow too large."""
    svg = (DATA / "default-badge.svg").read_text("utf-8")
    drawn = bytes(resvg_py.svg_to_bytes(svg_string=svg, width=SIDE, height=SIDE))
    image = Image.open(io.BytesIO(drawn)).convert("RGBA")
    flat = image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    flat.save(out, "PNG", optimize=True)
    if len(out.getvalue()) > MAX_BYTES:
        raise SystemExit(f"The PNG has {len(out.getvalue()):,} bytes; at most {MAX_BYTES:,}.")
    (DATA / "default-badge.png").write_bytes(out.getvalue())
    print(f"{DATA / 'default-badge.png'}: {len(drawn):,} bytes drawn, {len(out.getvalue()):,} kept")


if __name__ == "__main__":
    main()
