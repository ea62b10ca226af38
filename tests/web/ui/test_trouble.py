"""A busy database and a full disk: 503 with a time to come back, and nothing half done (F07, F09)."""

from __future__ import annotations

import errno
import sqlite3
from contextlib import contextmanager

import pytest
from django.db import InterfaceError, OperationalError, connection, connections
from django.test import RequestFactory
from django.urls import reverse

from simulators.issuer import Issuer, Web
from stackmark_web.integrations.models import MailTemplate
from stackmark_web.ui import trouble
from stackmark_web.verifying import fetching

WRITES = ("INSERT", "UPDATE", "DELETE", "SAVEPOINT")


@contextmanager
def no_writing(error):
    """Within the block every statement that writes ends with an error, as SQLite's own do."""

    def refuse(execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(WRITES):
            raise OperationalError(error)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def a_file(folder):
    """The test's database as a file of its own, so that another connection can lock it."""
    memory = connections["default"]
    if memory.vendor != "sqlite":
        pytest.skip("locks of whole databases are SQLite's")
    memory.ensure_connection()
    with sqlite3.connect(folder / "copy.sqlite3") as copy:
        memory.connection.backup(copy)
    on_file = memory.copy()
    on_file.settings_dict = {
        **memory.settings_dict,
        "NAME": str(folder / "copy.sqlite3"),
        "OPTIONS": {"timeout": 0.1, "transaction_mode": "IMMEDIATE"},
    }
    connections["default"] = on_file
    try:
        yield folder / "copy.sqlite3"
    finally:
        on_file.close()
        connections["default"] = memory


@pytest.fixture
def saving(client, alice, northfield):
    """Posts a form that changes something, and counts what is there of it."""
    client.force_login(alice)
    client.raise_request_exception = False
    url = reverse("integrations:edit", args=["northfield", "offer", "en"])

    def save():
        return client.post(url, {"subject": "To {{recipient_name}}", "body": "Well done."})

    return save


@pytest.mark.django_db(transaction=True)
def test_a_locked_database_is_told_and_nothing_is_lost(saving, tmp_path):
    with a_file(tmp_path) as file:
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        answer = saving()
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == str(trouble.SOON)
        assert "Nothing was changed" in answer.content.decode()
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert MailTemplate.everywhere.count() == 0
        other.execute("ROLLBACK")
        other.close()
        assert saving().status_code == 302
        assert MailTemplate.everywhere.count() == 1


@pytest.mark.django_db
def test_a_full_disk_is_told_and_nothing_is_half_done(saving):
    with no_writing("database or disk is full"):
        answer = saving()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(trouble.LATER)
    assert "There is no room to store anything" in answer.content.decode()
    assert MailTemplate.everywhere.count() == 0
    assert saving().status_code == 302


@pytest.mark.django_db
@pytest.mark.parametrize("error", ["database or disk is full", "database is locked"])
def test_checking_goes_on_without_writing(client, monkeypatch, error):
    """The public page answers, and answers rightly, though nothing can be stored."""
    web = Web()
    monkeypatch.setattr(fetching, "_OUTSIDE", web)
    issuer = Issuer(web)
    text = issuer.sign(issuer.badge()).decode()
    with no_writing(error):
        assert client.get("/verify").status_code == 200
        answer = client.post("/verify", {"text": text, "recipient": ""})
    assert answer.status_code == 200
    assert "verdict--verified" in answer.content.decode()


@pytest.mark.django_db
def test_what_a_middleware_meets_is_told_too(client, monkeypatch, alice):
    """Sessions are stored outside of any view."""
    client.force_login(alice)
    client.raise_request_exception = False

    def full(*_arguments, **_named):
        raise OperationalError("database is locked")

    monkeypatch.setattr("django.contrib.sessions.backends.base.SessionBase.get", full)
    answer = client.get("/manage/northfield")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == str(trouble.SOON)


def test_machines_get_a_problem_document():
    request = RequestFactory().get("/api/v1/awards")
    answer = trouble.answer(request, OperationalError("database is locked"))
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert b'"status": 503' in answer.content


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "full"),
        (OSError(errno.EROFS, "Read-only file system"), "full"),
        (OSError(errno.ENOENT, "No such file"), ""),
        (OperationalError("database table is locked"), "busy"),
        (OperationalError("disk I/O error"), "full"),
        (OperationalError("attempt to write a readonly database"), "full"),
        (OperationalError("no such column: x"), ""),
        (InterfaceError("connection already closed"), "busy"),
        (InterfaceError("bad parameter or other API misuse"), ""),
        (OSError(errno.EFBIG, "File too large"), "full"),
        (ValueError("locked"), ""),
        (None, ""),
    ],
)
def test_what_is_trouble_and_what_is_a_fault_of_ours(error, kind):
    assert trouble.kind_of(error) == kind
