"""Health, readiness and metrics, and that another release is left alone (fault F36)."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from stackmark_web.operations import living, metrics, schema, views


def test_health_asks_no_database(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        answer = Client().get("/health")
    assert answer.json() == {"status": "ok"}
    assert answer.headers["Cache-Control"].startswith("max-age=0")


def test_whoever_watches_may_ask_by_address(db):
    assert Client().get("/health", headers={"host": "10.1.2.3"}).status_code == 200
    assert Client().get("/ready", headers={"host": "10.1.2.3"}).status_code == 200
    assert Client().get("/accessibility", headers={"host": "10.1.2.3"}).status_code == 400


def test_ready_says_why_not(db, monkeypatch, settings, tmp_path):
    settings.DATA = tmp_path
    assert Client().get("/ready").status_code == 200
    living.say_stopping(now=True)
    answer = Client().get("/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["stopping"])
    living.say_stopping(now=False)
    monkeypatch.setattr(schema, "state", lambda: schema.State(("awarding.0009_x",), ()))
    assert Client().get("/ready").json()["reasons"] == ["migrations"]

    class Away:
        def cursor(self):
            raise OperationalError("gone")

    monkeypatch.setattr(views, "connection", Away())
    answer = Client().get("/ready")
    assert (answer.status_code, answer.json()["reasons"]) == (503, ["database"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": ""}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer the-right-token"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer another"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "}, 404),
    ],
)
def test_who_may_see_the_metrics(db, more, code):
    with override_settings(METRICS_TOKEN="the-right-token"):
        assert Client().get("/metrics", **more).status_code == code
    if "AUTHORIZATION" in " ".join(more):
        assert Client().get("/metrics", **more).status_code == 404


def test_metrics_have_no_ids_and_count_by_route(db):
    Client().get("/accessibility")
    Client().get("/there/is/nothing/canary@mail.example")
    Client().generic("CANARY", "/accessibility")
    metrics.verification("verified")
    text = Client().get("/metrics").content.decode()
    assert re.search(
        r'stackmark_requests_total\{method="GET",route="ui:accessibility",status="200"\} [1-9]',
        text,
    )
    assert 'route="none"' in text
    assert "canary" not in text.lower()
    assert re.search(r'stackmark_verifications_total\{verdict="verified"\} [1-9]', text)
    for name in (
        "queue_chunks",
        "oldest_due_letter_seconds",
        "unpublished_change_seconds",
        "awards_issued_total",
    ):
        assert f"stackmark_{name}" in text
    labels = set(re.findall(r'(\w+)="', text))
    assert labels <= {"route", "method", "status", "verdict", "le", "state"}


@pytest.mark.parametrize(
    "state", [schema.State(("a.0002_later",), ()), schema.State((), ("a.0009_newer",))]
)
def test_old_code_on_other_tables_answers_503_and_touches_nothing(db, monkeypatch, settings, state):
    settings.WATCH_RELEASE = 0.001
    living.ask_anew()
    monkeypatch.setattr(schema, "state", lambda: state)
    try:
        answer = Client().post("/account/login/", {})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "30"
        assert Client().get("/health").status_code == 200
        assert living.why_to_end()
    finally:
        living.ask_anew()
