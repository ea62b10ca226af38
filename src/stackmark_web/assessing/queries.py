"""What capabilities above may ask: the public face of assessing."""

from __future__ import annotations

from stackmark_web.assessing.queries_design import standing

__all__ = ["standing"]
