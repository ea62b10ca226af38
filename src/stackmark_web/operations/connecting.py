"""A second database beside the one in use: for restoring into, and for moving to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections

from stackmark.errors import UsageError
from stackmark_web.settings import env

OTHER: Final = "other"
PUT_BACK: Final = (
    "Stop the server and put the last backup back: stackmark-web restore FILE --replace. What "
    "stands here now is kept."
)


def described(url: str, data: Path) -> dict[str, Any]:
    """Django's description of the database at ``url``, as ``DATABASE_URL`` has it."""
    return dict(env.database_at("--to", url, data))


def sqlite_at(path: Path) -> dict[str, Any]:
    """Django's description of an SQLite file."""
    return described(f"sqlite:{path}", path.parent)


def named(description: dict[str, Any]) -> str:
    """A database for people: where it is, never its password."""
    name, host = str(description["NAME"]), str(description.get("HOST") or "")
    if not host:
        return name
    port = f":{description['PORT']}" if description.get("PORT") else ""
    return f"{name} at {host}{port}"


def damage(error: BaseException) -> str:
    """What an error says of an SQLite file that is damaged; empty for any other trouble."""
    cause = error.__cause__ or error
    code = getattr(cause, "sqlite_errorcode", None) or 0
    if code & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return ""
    where = named(connections[DEFAULT_DB_ALIAS].settings_dict)
    return f"The database file {where} is damaged: {' '.join(str(cause).split())[:200]}."


@contextmanager
def beside(description: dict[str, Any]) -> Iterator[Any]:
    """The other database as ``OTHER``. Raises ``UsageError`` when it cannot be reached."""
    connections.databases[OTHER] = connections.configure_settings({"default": description})[
        "default"
    ]
    connection = connections[OTHER]
    try:
        _reach(connection)
        yield connection
    finally:
        connection.close()
        del connections.databases[OTHER]
        del connections[OTHER]


@contextmanager
def as_default(description: dict[str, Any]) -> Iterator[Any]:
    """Everything within the block works on the other database."""
    full = connections.configure_settings({"default": description})["default"]
    kept, before = connections[DEFAULT_DB_ALIAS], connections.databases[DEFAULT_DB_ALIAS]
    connections.databases[DEFAULT_DB_ALIAS] = full
    connection = connections.create_connection(DEFAULT_DB_ALIAS)
    connections[DEFAULT_DB_ALIAS] = connection
    try:
        _reach(connection)
        yield connection
    finally:
        connection.close()
        connections[DEFAULT_DB_ALIAS] = kept
        connections.databases[DEFAULT_DB_ALIAS] = before


def _reach(connection: Any) -> None:
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        told = " ".join(str(error).split())[:200]
        raise UsageError(
            "database.unreachable", f"The database cannot be reached: {told}"
        ) from None
