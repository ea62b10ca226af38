"""A process that dies at a statement of its database (fault F03)."""

from __future__ import annotations

from contextlib import contextmanager

from django.db import connection, transaction


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(number):
    """Within the block the database is never reached for statement ``number`` (from 1)."""
    seen = {"count": 0}

    def count(execute, sql, params, many, context):
        seen["count"] += 1
        if seen["count"] == number:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield seen


def at_every_statement(start, do, after, step=1):
    """Kill ``do(start())`` at statement 1, 2, 3 …; each time ``after(subject, alive)`` looks on.

    Everything is taken back each time. Returns how many statements there were; ``step`` above 1
    leaves some out, from another one on in each part of the whole.
    """
    number = 0
    while True:
        number += 1
        with transaction.atomic():
            subject = start()
            alive = True
            try:
                with killed_at(number):
                    do(subject)
            except Killed:
                alive = False
            after(subject, alive)
            transaction.set_rollback(True)
        if alive:
            return number
        number += step - 1
