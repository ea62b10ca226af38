"""``stackmark-web``: the command line of the web product (Django's, with our commands)."""

from __future__ import annotations

import os
import sys
from itertools import pairwise


def main() -> None:
    """Run one command; ``stackmark-web serve`` is the server and its worker."""
    _with_tls(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stackmark_web.settings.base")
    from django.core.management import execute_from_command_line

    name, *rest = sys.argv[1:] or [""]
    words = [name.replace("-", "_"), *rest] if not name.startswith("-") else [name, *rest]
    try:
        execute_from_command_line([sys.argv[0], *filter(None, words[:1]), *words[1:]])
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _with_tls(arguments: list[str]) -> None:
    """``--dev-tls``: the settings must know before they are read, and so must child processes.

    Without the name of a command it means ``serve``.
    """
    if "--dev-tls" not in arguments[1:]:
        return
    if arguments[1].startswith("-"):
        arguments.insert(1, "serve")
    os.environ.setdefault("STACKMARK_DEV_TLS", "1")
    port = next((two for one, two in pairwise(arguments) if one == "--port"), "")
    if port.isdecimal() and "STACKMARK_PUBLIC_URL_FILE" not in os.environ:
        os.environ.setdefault("STACKMARK_PUBLIC_URL", f"https://127.0.0.1:{port}")


if __name__ == "__main__":
    main()
