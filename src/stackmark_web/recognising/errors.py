"""What cannot be done, and at which field."""

from __future__ import annotations

from stackmark.errors import UsageError


class Problem(UsageError):  # noqa: N818 - reads as what is said to the person
    """Something is wrong: the field of a form (empty: the whole) and a plain sentence."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__("usage.recognition", detail)
        self.field = field
