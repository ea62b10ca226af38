"""What happens when a command cannot do its work: one clear line and an exit code."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import Any, Final, TypeVar

from stackmark.cli.console import note, plain
from stackmark.errors import CouldNotTell, StackmarkError, UsageError

F = TypeVar("F", bound=Callable[..., Any])

NO: Final = 1  # the answer is no
USAGE: Final = 2
OPEN: Final = 3  # could not be told
INTERNAL: Final = 70  # EX_SOFTWARE
STOPPED: Final = 130  # 128 + SIGINT


def guarded(command: F) -> F:
    """``command``, its errors told in one line each; a number it returns is the exit code."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        sys.exit(_run(lambda: command(*args, **kwargs)))

    return run  # type: ignore[return-value] # the same signature, as wraps says


def _run(work: Callable[[], int | None]) -> int:
    try:
        code = work() or 0
        sys.stdout.flush()
    except StackmarkError as error:
        note(f"stackmark: {plain(error.detail)} [{error.reason}]")
        return exit_code(error)
    except KeyboardInterrupt:
        note("stackmark: stopped.")
        return STOPPED
    except BrokenPipeError:
        # The reader has gone (| head); nothing more can be told on stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    except Exception as error:
        if os.environ.get("STACKMARK_DEBUG"):
            raise
        note(
            f"stackmark: internal error: {type(error).__name__}: {plain(str(error))[:300]} "
            "Please report it; STACKMARK_DEBUG=1 shows where it happened."
        )
        return INTERNAL
    else:
        return code


def exit_code(error: StackmarkError) -> int:
    """The exit code for an error that ended a command."""
    if isinstance(error, UsageError):
        return USAGE
    if isinstance(error, CouldNotTell):
        return OPEN
    return NO
