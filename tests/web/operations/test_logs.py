"""What is logged tells nothing about people (security reference 5.8), in one line each."""

from __future__ import annotations

import io
import json
import logging

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import override_settings
from django.utils.log import log_response

from stackmark_web.operations import logs

CANARIES = {
    "address": "canary.ada@mail.example",
    "token": "Zk3vQ9xTn4LwB7hYp2RmC8sJ",
    "query": "canaryvalue77",
    "name": "Canary Lovelace",
}


@pytest.fixture(params=[logs.Text, logs.Json])
def written(request):
    """Everything that is logged while the test runs, in one of both forms."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(request.param())
    root, requests = logging.getLogger(), logging.getLogger("stackmark.requests")
    before = root.level, requests.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    requests.setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(before[0])
    requests.setLevel(before[1])


@pytest.mark.parametrize(
    "path",
    [
        "/nothing/canary.ada@mail.example",
        "/claim/Zk3vQ9xTn4LwB7hYp2RmC8sJ",
        "/s/Zk3vQ9xTn4LwB7hYp2RmC8sJ?email=canary.ada%40mail.example&q=canaryvalue77",
        "/verify?q=canaryvalue77",
        "/account/login/?next=/canaryvalue77",
        "/%0d%0alevel=error%20canaryvalue77?x=canaryvalue77",
    ],
)
def test_requests_leave_no_canary(db, written, path):
    client = Client(raise_request_exception=False)
    answer = client.get(path, headers={"user-agent": CANARIES["name"], "referer": path})
    text = written.getvalue()
    assert text.count("\n") == len(text.splitlines())
    for canary in CANARIES.values():
        assert canary not in text
        assert canary.lower() not in text.lower()
    assert answer.headers["X-Request-ID"] in text


def test_a_request_that_fails_leaves_no_path(written):
    """A short code in a path has not the looks of a token; Django puts the path into 5xx lines."""
    request = RequestFactory().get("/account/guardian/k7")
    log_response(
        "%s: %s",
        "Service Unavailable",
        request.path,
        response=HttpResponse(status=503),
        request=request,
    )
    assert "Service Unavailable" in written.getvalue()
    assert "k7" not in written.getvalue()


def test_a_form_that_is_refused_leaves_no_canary(db, written):
    Client().post("/account/login/", {"login": CANARIES["address"], "password": CANARIES["token"]})
    Client(enforce_csrf_checks=True).post("/account/login/", {"login": CANARIES["address"]})
    assert "account_login" in written.getvalue()
    assert not [one for one in CANARIES.values() if one in written.getvalue()]


def test_a_fault_is_told_with_its_place_and_without_its_values(written):
    try:
        int(CANARIES["name"])
    except ValueError:
        logging.getLogger("stackmark_web.x").exception("could not read %s", CANARIES["address"])
    text = written.getvalue()
    assert "ValueError" in text
    assert "test_logs.py" in text
    assert len(text.splitlines()) == 1
    assert CANARIES["name"] not in text
    assert CANARIES["address"] not in text


def test_control_characters_cannot_make_a_second_line(written):
    logging.getLogger("stackmark_web.x").warning("a\nerror forged\r\x1b[31m\u2028\u202e\x85end")
    text = written.getvalue()
    assert len(text.splitlines()) == 1
    assert "\\x1b" in text
    assert not any(ord(char) < 32 for char in text.rstrip("\n"))


def test_what_helps_stays():
    kept = "list 3f3b822a-ae04-40d0-88af-23805a99dbc8 of stackmark_web.awarding.publishing late"
    assert logs.clean(kept) == kept
    assert logs.clean("GET /x?a=1&b=2 done") == "GET /x?[query] done"
    assert logs.clean("really?") == "really?"


def test_a_line_of_json_has_its_fields(db):
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.Json())
    logger = logging.getLogger("stackmark.requests")
    logger.addHandler(handler)
    before, logger.level = logger.level, logging.INFO
    try:
        Client().get("/accessibility")
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)
    line = json.loads(out.getvalue())
    assert line["route"] == "ui:accessibility"
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["ms"] >= 0
    assert len(line["request"]) == 32


def test_a_number_from_outside_is_taken_from_a_trusted_proxy_only(db):
    given = {"x-request-id": "edge-12345678"}
    assert Client().get("/accessibility", headers=given).headers["X-Request-ID"] != "edge-12345678"
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        answer = Client().get("/accessibility", headers=given)
        assert answer.headers["X-Request-ID"] == "edge-12345678"
        bad = Client().get("/accessibility", headers={"x-request-id": "a b\tc" * 9})
        assert len(bad.headers["X-Request-ID"]) == 32


def test_error_pages_name_the_request(db, monkeypatch):
    missing = Client().get("/there-is-nothing")
    assert missing.headers["X-Request-ID"] in missing.content.decode()

    def broken(_request):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("stackmark_web.operations.views.why_not_ready", broken, raising=True)
    monkeypatch.setattr("stackmark_web.operations.views.why_not_ready", lambda: broken(None))
    answer = Client(raise_request_exception=False).get("/ready")
    assert answer.status_code == 500
    assert answer.headers["X-Request-ID"] in answer.content.decode()


@pytest.mark.parametrize(
    ("created", "written"),
    [
        (1_780_000_000.0, "2026-05-28T20:26:40.000Z"),
        (1_780_000_000.123, "2026-05-28T20:26:40.123Z"),
        (1_780_000_000.9999999, "2026-05-28T20:26:41.000Z"),
        (1_780_000_059.0005, "2026-05-28T20:27:39.000Z"),
    ],
)
def test_the_time_of_a_line_is_the_records(created, written):
    record = logging.LogRecord("x", logging.INFO, "", 0, "request", None, None)
    record.created = created
    assert logs.Text().format(record).startswith(f"{written} info x request")


def test_a_short_word_is_no_token_and_a_long_one_is():
    assert logs.clean("request") == "request"
    assert logs.clean("Zk3vQ9xTn4LwB7hYp2RmC8sJ") == "[token]"
    assert logs.clean("aBcDeFgHiJkLmNoPqRsTuVwX") == "[token]"
