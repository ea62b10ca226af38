"""The command line: one module a command; the only code that prints and exits.

Results go to stdout, messages and progress to stderr. Exit codes: 0 all is well, 1 the answer is
no (refused, bad rows, nothing found), 2 usage, 3 could not be told, 70 a fault of Stackmark
itself, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import sys


def main() -> None:
    """The ``stackmark`` program."""
    from stackmark.cli.app import app

    sys.exit(app())
