"""What libraries in C print by themselves: kept out of the output of a program.

HiGHS (as it comes with scipy 1.17) prints a line now and then whatever it is told; in the middle
of JSON that would break what reads it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def printed_by_c_to_stderr() -> Iterator[None]:
    """Send what is written to descriptor 1 to standard error; print nothing of your own inside."""
    sys.stdout.flush()
    try:
        saved = os.dup(1)
    except OSError:  # there is no standard output at all
        yield
        return
    try:
        os.dup2(2, 1)
        yield
    finally:
        _flush()
        os.dup2(saved, 1)
        os.close(saved)


def _flush() -> None:
    """C keeps lines back when its output is no terminal: they must go before it is put back."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).fflush(None)
