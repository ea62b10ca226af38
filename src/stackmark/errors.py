"""The exception tree.

::

    StackmarkError            reason ("code.slug") + detail (one plain sentence)
    ├── UsageError            the caller asked for something that cannot be (options, files, keys)
    ├── CheckFailed           a check has an answer, and the answer is no
    │   └── ReadError         the bytes are not what they should be (code "read")
    └── CouldNotTell          a check could not be made (no network, unknown type, missing document)

Verification never raises for a bad credential: it turns ``CheckFailed`` and ``CouldNotTell``
into checks of a report. Exceptions reach callers only from functions that make something.
"""

from __future__ import annotations

from typing import Self


class StackmarkError(Exception):
    """Base of all errors raised on purpose.

    ``reason`` is ``code.slug``: the code of the check it belongs to and a stable word.
    ``detail`` is one sentence for a person: what, where, and the way on.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail

    @property
    def code(self) -> str:
        """The check code, the part of ``reason`` before the dot."""
        return self.reason.partition(".")[0]

    def again(self) -> Self:
        """The same error, fresh: for answers that are remembered."""
        return type(self)(self.reason, self.detail)

    def __reduce__(self) -> tuple[type[StackmarkError], tuple[str, str]]:
        """Cross a process pool unharmed."""
        return (type(self), (self.reason, self.detail))


class UsageError(StackmarkError):
    """The caller asked for something impossible or unsafe."""


class CheckFailed(StackmarkError):  # noqa: N818 - reads as the outcome it becomes
    """A check was made and the answer is no."""


class ReadError(CheckFailed):
    """The bytes cannot be read as what they claim to be."""


class CouldNotTell(StackmarkError):  # noqa: N818 - reads as the outcome it becomes
    """A check could not be made; never to be taken as passed."""
