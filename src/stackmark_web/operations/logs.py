"""Log lines: one event, one line, nothing about people (security reference 5.8).

``clean`` runs over every finished line, whoever wrote it: control characters are escaped, and
e-mail addresses, long tokens, secret paths and query strings are cut out.
"""

from __future__ import annotations

import logging
import re
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import orjson

request_id: Final[ContextVar[str]] = ContextVar("stackmark_request", default="")

_ADDRESS: Final = re.compile(r"[^\s@<>()\[\],;:\"'=/?&]{1,64}(?:@|%40)[\w.-]+", re.IGNORECASE)
_QUERY: Final = re.compile(r"\?(?=[^\s]*=)[^\s\"'<>]*")
# What follows these parts of a path is a secret of one person.
_SECRET_PATH: Final = re.compile(
    r"(/(?:s|claim|reset/key|confirm-email|invitation|invitations|proof|answer)/)[^/\s?\"'<>]+"
)
_UUID: Final = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_~-]*[A-Za-z0-9~-][A-Za-z0-9_~-]*")
_QUOTED: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_LONGEST: Final = 20_000  # characters of a line
_SHORT: Final = 24  # characters from which on a word may be a token
_TOLD: Final = tuple((name, f"stackmark_{name}") for name in ("route", "method", "status", "ms"))


def clean(text: str) -> str:
    """The text without what could name or admit somebody, and on one line."""
    if len(text) < _SHORT and text.isascii() and text.isalpha():
        return text  # a word such as "request": nothing below finds anything in it
    text = _ADDRESS.sub("[address]", text)
    text = _QUERY.sub("?[query]", text)
    text = _SECRET_PATH.sub(r"\1[token]", text)
    text = _TOKEN.sub(_cut_token, text)
    return _CONTROL.sub(_escape, text)[:_LONGEST]


def _cut_token(found: re.Match[str]) -> str:
    """Long, with letters and digits, and no UUID: what admits somebody looks like this."""
    word = found[0]
    if len(word) < _SHORT or _UUID.fullmatch(word):
        return word
    has_digit = any(char.isdigit() for char in word)
    mixed = word != word.lower() and word != word.upper() and "_" not in word
    return "[token]" if has_digit or mixed else word


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    known = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return known.get(char) or (f"\\x{ord(char):02x}" if ord(char) < 256 else f"\\u{ord(char):04x}")


def told(error: BaseException) -> str:
    """Where an error came from, and its words without the values they quote."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    places = " < ".join(
        f"{_short(one.filename)}:{one.lineno} {one.name}" for one in reversed(frames)
    )
    first = str(error).splitlines()[0] if str(error) else ""
    words = _QUOTED.sub("'…'", first)[:300]
    return f"{type(error).__name__}: {words} | {places}"


def _short(filename: str) -> str:
    return "/".join(filename.replace("\\", "/").rsplit("/", 3)[-3:])


class _Lines(logging.Formatter):
    """What both forms share."""

    def parts(self, record: logging.LogRecord) -> dict[str, Any]:
        """The fields of a line, in order."""
        fields: dict[str, Any] = {
            "time": _time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": clean(_message(record)),
        }
        if number := request_id.get() or getattr(record, "request_id", ""):
            fields["request"] = number
        for name, given in _TOLD:
            if (value := getattr(record, given, None)) is not None:
                fields[name] = value
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if error is not None:
            fields["error"] = clean(told(error))
        return fields


def _time(created: float) -> str:
    """An instant in UTC to the millisecond, RFC 3339."""
    whole, micro = divmod(round(created * 1_000_000), 1_000_000)
    return f"{_second(whole)}.{micro // 1000:03}Z"


@lru_cache(maxsize=4)
def _second(whole: int) -> str:
    """Of the many lines of a second, the first works it out."""
    return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}"


def _message(record: logging.LogRecord) -> str:
    """A message whose arguments do not fit it must not stop anything."""
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


class Text(_Lines):
    """``STACKMARK_LOG=text``: a line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message, then name=value."""
        parts = self.parts(record)
        head = [parts.pop(name) for name in ("time", "level", "logger", "message")]
        tail = [f"{name}={value}" for name, value in parts.items()]
        return " ".join(map(str, [*head, *tail]))


class Json(_Lines):
    """``STACKMARK_LOG=json``: a line for machines."""

    def format(self, record: logging.LogRecord) -> str:
        """One object."""
        return orjson.dumps(self.parts(record), default=str).decode()


def in_one_line(record: logging.LogRecord) -> bool:
    """Anybody can send an unknown host, as often as they like: no stack for that."""
    record.exc_info = None
    return True


def not_twice(record: logging.LogRecord) -> bool:
    """Django tells of each 4xx with the raw path; our own line of the request tells enough.

    What is an error keeps its stack and loses the path, which may hold a secret or a name.
    """
    if record.msg == "%s: %s" and isinstance(record.args, tuple):
        record.msg, record.args = "%s", record.args[:1]
    return record.levelno >= logging.ERROR


def config(form: str) -> dict[str, Any]:
    """Django's ``LOGGING`` for ``STACKMARK_LOG``."""
    # No line tells which thread, process or place in the code wrote it, so none is worked out
    # (Python's logging HOWTO, "Optimization").
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    here = "stackmark_web.operations.logs"
    callback = "django.utils.log.CallbackFilter"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": f"{here}.{'Json' if form == 'json' else 'Text'}"}},
        "filters": {
            "short": {"()": callback, "callback": in_one_line},
            "errors": {"()": callback, "callback": not_twice},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            "django.request": {"filters": ["errors"]},
            "django.security.DisallowedHost": {"filters": ["short"]},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
            "stackmark.requests": {"level": "INFO"},
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
    }
