"""Where the workplace's shared reference data is, if it is here at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve().parent.parent
_CANDIDATES = [Path(os.environ.get("STACKMARK_SHARED", "")), _HERE.parent / "shared"]
SHARED: Path | None = next(
    (p for p in _CANDIDATES if (p / "vectors" / "MANIFEST.json").is_file()), None
)


def need_shared() -> Path:
    if SHARED is None:
        pytest.skip("the shared reference vectors are not beside this checkout (STACKMARK_SHARED)")
    return SHARED
