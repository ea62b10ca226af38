"""The plain picture of a badge that has none of its own, so that reading can tell it from one."""

from __future__ import annotations

import base64
from typing import Final

_DRAWN: Final = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 256 256">'
    b'<circle cx="128" cy="128" r="112" fill="#fff" stroke="#334" stroke-width="16"/></svg>'
)
PICTURE: Final = "data:image/svg+xml;base64," + base64.b64encode(_DRAWN).decode()
