"""The machine's source of unpredictable bytes, for ``ports.Random``."""

from __future__ import annotations

import secrets


class SystemRandom:
    """The operating system's generator."""

    def bytes(self, count: int) -> bytes:
        """``count`` unpredictable bytes."""
        return secrets.token_bytes(count)
