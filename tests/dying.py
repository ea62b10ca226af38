"""A process that really dies: in the middle of a request, a command or a duty (faults F02, F03).

``killing.py`` takes the database away from code under test; here a child process is ended by
``os._exit`` before step ``n``, so transactions, functions after a commit and files are as a real
death leaves them. A step is a statement of the database, a commit, or a change of the file system.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from django.test import Client

import stackmark
from operations_world import System
from stackmark.keys.did import did_web_url
from stackmark_web.awarding import lists, queries
from stackmark_web.awarding.models import StatusList
from stackmark_web.operations import instance
from stackmark_web.tenancy import queries as tenancy

DEAD = 86
FILES = ("replace", "rename", "link", "unlink", "rmdir", "mkdir", "fsync")


def _count(step):
    """Call ``step`` before everything that changes what others see, and after each commit."""

    def before(place, name, *, after=False):
        real = getattr(place, name)

        def stepped(*words, **named):
            step()
            done = real(*words, **named)
            if after:
                step()
            return done

        setattr(place, name, stepped)

    for name in ("execute", "executemany"):
        before(CursorWrapper, name)
    before(BaseDatabaseWrapper, "_commit", after=True)
    for name in FILES:
        before(os, name)


def child(system, do, *, die_at=0):
    """``do()`` in a process of its own, on ``system``: how many steps it took; 0 if it died."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _live(system, do, die_at, writing)
    os.close(writing)
    with os.fdopen(reading) as told:
        steps = told.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert code in (0, DEAD), f"the child ended with {code}"
    return int(steps or 0)


def _live(system, do, die_at, writing):
    """The child's whole life."""
    seen = [0]

    def step():
        seen[0] += 1
        if seen[0] == die_at:
            os._exit(DEAD)

    try:
        with system.on():
            _count(step)
            do()
        os.write(writing, str(seen[0]).encode())
        os._exit(0)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        os._exit(1)


def deaths(base, folder, do, *, only=0):
    """A copy of ``base`` for each step at which ``do`` died; with ``only``, for so many of them."""
    total = child(copy(base, folder / "whole"), do)
    assert total > 3, "nothing was done"
    step = max(1, total // only) if only else 1
    for number in range(1, total + 1, step):
        place = folder / str(number)
        system = copy(base, place)
        steps = child(system, do, die_at=number)
        if steps and number > 0.95 * total:
            break  # a step or two of the whole, as when something is still kept from before
        assert not steps, f"step {number} of {total} was not reached"
        yield number, system
        shutil.rmtree(place)


def together(system, do, count):
    """``do(number)`` in so many processes at once: what each said, a word or a number."""
    start, go = os.pipe()
    running = [_one_of_many(system, do, number, start, go) for number in range(count)]
    os.close(start)
    os.close(go)  # now all begin
    said = []
    for pid, reading in running:
        with os.fdopen(reading) as told:
            said.append(told.read())
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    return said


def _one_of_many(system, do, number, start, go):
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        os.close(go)
        with system.on():
            os.read(start, 1)  # until nobody holds the other end
            os.write(writing, str(do(number)).encode())
        os._exit(0)
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
        os._exit(1)


def copy(base, folder):
    """The same system elsewhere; it may sign."""
    shutil.copytree(base.folder, folder)
    made = System(folder)
    made.owner, made.here, made.version = base.owner, base.here, base.version
    with made.on():
        instance.take_over()
    return made


def browser(session):
    """A person who is signed in already."""
    client = Client()
    client.cookies["sessionid"] = session
    return client


def verdict(award):
    """As anybody would see it who asks for what is published."""
    home = award.organisation
    documents = {did_web_url(tenancy.did_of(home)): tenancy.did_document(home)}
    for row in StatusList.everywhere.all():
        for purpose in lists.PURPOSES:
            documents[lists.list_url(row.pk, purpose)] = queries.status_list_document(
                row.pk, purpose
            )
    report = stackmark.verify(bytes(award.signed), documents=documents)
    return report.verdict, report.check("status").reason
