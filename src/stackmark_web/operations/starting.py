"""What must hold before a server or worker begins, and what is noted then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core import checks as framework
from django.core.management.base import SystemCheckError
from django.db import connection

from stackmark_web.operations import facts, instance, living, marks, sqlite_file
from stackmark_web.tenancy.models import SigningKey

IDENTITY = "identity"


def check() -> list[framework.CheckMessage]:
    """Every system check, those about the database included. Raises ``SystemCheckError``."""
    found = framework.run_checks(databases=["default"])
    serious = [one for one in found if one.is_serious() and not one.is_silenced()]
    if serious:
        text = "\n".join(str(one) for one in serious)
        raise SystemCheckError(f"Stackmark does not start:\n\n{text}")
    return [one for one in found if not one.is_silenced()]


def begin() -> None:
    """Database and key store belong together from now on, and to the address of today."""
    instance.found()
    if instance.lives():  # a move may have ended with its last word unsaid
        facts.remove(instance.MOVING)
    if facts.get(IDENTITY) is None:
        facts.put(IDENTITY, str(settings.IDENTITY_URL))
    if SigningKey.everywhere.exists():
        marks.note_all()
    sqlite_file.note_open()


@contextmanager
def working() -> Iterator[None]:
    """While a worker works: nothing is restored under it, and it is seen to live."""
    with instance.running():
        check()
        begin()
        try:
            yield
        finally:
            living.leave()
            connection.close()


def sign() -> None:
    """A worker lives."""
    living.beat("worker")
