"""``stackmark-web``: the command line of the web product (Django's, with our commands)."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import NoReturn


def main() -> None:
    """Run one command; ``stackmark-web serve`` is the server and its worker."""
    _with_tls(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stackmark_web.settings.base")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db.utils import DatabaseError, InterfaceError

    name, *rest = sys.argv[1:] or [""]
    words = [name.replace("-", "_"), *rest] if not name.startswith("-") else [name, *rest]
    try:
        execute_from_command_line([sys.argv[0], *filter(None, words[:1]), *words[1:]])
    except BrokenPipeError:  # whoever read us has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except ImproperlyConfigured as error:
        _end(str(error))
    except (DatabaseError, InterfaceError) as error:
        _end(_about_database(error))
    except OSError as error:
        if error.errno is None:
            raise
        where = f"{error.filename}: " if error.filename else ""
        _end(f"{where}{error.strerror}. See the disk, and who owns what is in the data folder.")


def _end(sentence: str) -> NoReturn:
    """What an operator can mend is one sentence; ``--traceback`` shows where it came up."""
    if "--traceback" in sys.argv:
        raise  # noqa: PLE0704 - only called while an error is handled
    sys.stderr.write(f"{sentence}\n")
    sys.exit(1)


def _about_database(error: Exception) -> str:
    from django.db import connection

    from stackmark_web.operations.connecting import PUT_BACK, damage, named

    if damaged := damage(error):
        return f"{damaged} {PUT_BACK}"
    told = " ".join(str(error).split())[:300]
    way = "Is it running, and is DATABASE_URL right?"
    if connection.connection is not None:
        way = "“stackmark-web doctor” looks at everything."
    return f"The database {named(connection.settings_dict)} said: {told}. {way}"


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
