"""``stackmark-web``: the command line of the web product (Django's, with our commands)."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run one command; ``stackmark-web serve`` is the server and its worker."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stackmark_web.settings.base")
    from django.core.management import execute_from_command_line

    name, *rest = sys.argv[1:] or [""]
    words = [name.replace("-", "_"), *rest] if not name.startswith("-") else [name, *rest]
    try:
        execute_from_command_line([sys.argv[0], *filter(None, words[:1]), *words[1:]])
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


if __name__ == "__main__":
    main()
