"""What cannot be done, and at which field."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.issuing.lint import UNFIT

MAX_TEXT: Final = 10_000  # characters of anything a person writes here


class Problem(UsageError):  # noqa: N818 - reads as what is said to the person
    """Something in a form is wrong: the field (empty: the whole) and a plain sentence."""

    def __init__(self, field: str, detail: str, *, reason: str = "assessing.field") -> None:
        super().__init__(reason, detail)
        self.field = field


def words(field: str, text: str, *, needed: str = "", limit: int = MAX_TEXT) -> str:
    """A text as it is kept: plain line ends, trimmed, not too long; ``needed`` says why it is.

    Raises ``Problem``.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if needed and not text:
        raise Problem(field, needed)
    if len(text) > limit:
        raise Problem(field, _("This is too long; at most %d characters fit.") % limit)
    found = UNFIT.search(text)
    if found:
        raise Problem(
            field,
            _("It holds a character that cannot be shown (U+%04X); remove it.") % ord(found[0]),
        )
    return text
