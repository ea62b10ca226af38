"""What is answered before Django is what Django answers, and never anything that is off."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory
from django.urls import resolve

from simulators.issuer import Issuer
from stackmark_web import clock
from stackmark_web.api import limits
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import publishing, queries
from stackmark_web.operations import living, metrics
from stackmark_web.registry.front import Front, _ask
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying import checking, fast, throttle

pytestmark = pytest.mark.django_db
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Counted:
    """Django, and how often it was asked."""

    def __init__(self):
        self.asked = 0
        self._django = WSGIHandler()

    def __call__(self, environ, start_response):
        self.asked += 1
        # The test's database connection must live on.
        from django.core.signals import request_finished, request_started
        from django.db import close_old_connections

        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        try:
            return self._django(environ, start_response)
        finally:
            for signal in (request_started, request_finished):
                signal.connect(close_old_connections)


@pytest.fixture
def django():
    return Counted()


@pytest.fixture
def front(django, monkeypatch):
    monkeypatch.setattr("django.http.response.HttpResponseBase.close", lambda _self: None)
    fast.DESK.forget()
    return Front(django)


def environ(method, where, body=b"", **headers):
    made = RequestFactory(HTTP_HOST="testserver").generic(
        method, where, body, headers.pop("content_type", "application/octet-stream"), **headers
    )
    found = dict(made.environ)
    found["wsgi.input"] = io.BytesIO(body)
    found.pop("HTTP_COOKIE", None)
    return found


def both(front, django, *args, **more):
    """Django's answer and the front's, which must be the same; the front's is returned."""
    anew()
    wanted = _ask(django, environ(*args, **more))
    anew()
    found = _ask(front, environ(*args, **more))
    assert found.status == wanted.status
    assert headers_of(found) == headers_of(wanted)
    assert body_of(found) == body_of(wanted)
    anew()
    return found


def anew():
    """As if nobody had asked yet."""
    cache.clear()
    limits.forget()


def body_of(answer):
    """A page that says what went wrong names the request."""
    return answer.body.replace(dict(answer.headers)["X-Request-ID"].encode(), b"its number")


def headers_of(answer):
    """All but the number of the request, which is there and each time another one."""
    found = dict(answer.headers)
    assert len(found) == len(answer.headers), "a header twice"
    assert len(found.pop("X-Request-ID")) == 32
    return found


def same(one, other):
    numbers = [dict(each.headers)["X-Request-ID"] for each in (one, other)]
    assert numbers[0] != numbers[1]
    return (one.status, headers_of(one), one.body) == (other.status, headers_of(other), other.body)


def status_path(holding):
    return f"/status/{holding.award.status_list_id}/revocation"


@pytest.mark.parametrize("accept", ["application/vc", "application/json", "*/*", "text/html", ""])
def test_a_status_list_is_the_same_and_comes_from_its_file(front, django, held, accept):
    where = status_path(held(published=True))
    first = both(front, django, "GET", where, HTTP_ACCEPT=accept)
    asked = django.asked
    tag = dict(first.headers)["ETag"]
    again = _ask(front, environ("GET", where, HTTP_ACCEPT=accept))
    assert same(again, first)
    assert django.asked == asked
    known = both(front, django, "GET", where, HTTP_ACCEPT=accept, HTTP_IF_NONE_MATCH=tag)
    assert known.status.startswith("304")


def test_a_status_list_asks_no_database(front, held, django_assert_num_queries):
    where = status_path(held(published=True))
    _ask(front, environ("GET", where))
    with django_assert_num_queries(0):
        assert _ask(front, environ("GET", where)).status.startswith("200")


def test_a_new_edition_of_a_list_is_seen_at_once(front, held, django_capture_on_commit_callbacks):
    holding = held(published=True)
    before = _ask(front, environ("GET", status_path(holding)))
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(holding.award, actor=None, reason="issued-in-error")
    after = _ask(front, environ("GET", status_path(holding)))
    assert after.body != before.body
    assert after.body == queries.status_list_document(holding.award.status_list_id, "revocation")


@pytest.mark.parametrize(
    "where",
    [
        "/status/00000000-0000-4000-8000-000000000000/revocation",
        "/status/../../etc/passwd/revocation",
        "/credentials/00000000-0000-4000-8000-000000000000",
        "/credentials/00000000-0000-4000-8000-000000000000.json",
    ],
)
def test_what_is_not_there_is_not_there_alike(front, django, held, where):
    held(published=True)
    assert both(front, django, "GET", where).status.startswith("404")


@pytest.mark.parametrize("language", ["en", "de", ""])
@pytest.mark.parametrize("form", ["", ".json", "?format=json"])
def test_a_public_credential_is_the_same(front, django, held, form, language):
    where = f"/credentials/{held(published=True).award_id}{form}"
    more = {"HTTP_ACCEPT": BROWSER, "HTTP_ACCEPT_LANGUAGE": language}
    first = both(front, django, "GET", where, **more)
    asked = django.asked
    assert same(_ask(front, environ("GET", where, **more)), first)
    assert django.asked == asked
    tag = dict(first.headers)["ETag"]
    assert both(front, django, "GET", where, HTTP_IF_NONE_MATCH=tag, **more).status[:3] == "304"


def test_what_was_revoked_or_taken_back_is_never_shown_from_before(
    front, django, held, django_capture_on_commit_callbacks
):
    holding = held(published=True)
    where = f"/credentials/{holding.award_id}"
    assert b"in force" in _ask(front, environ("GET", where, HTTP_ACCEPT=BROWSER)).body
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(holding.award, actor=None, reason="issued-in-error")
    page = both(front, django, "GET", where, HTTP_ACCEPT=BROWSER)
    assert b"revoked" in page.body
    holding.published = False
    holding.save()
    assert both(front, django, "GET", where, HTTP_ACCEPT=BROWSER).status[:3] == "404"


def test_what_has_run_out_says_so(front, django, held):
    holding = held(published=True, valid_until=clock.now() + timedelta(days=2))
    where = f"/credentials/{holding.award_id}"
    _ask(front, environ("GET", where, HTTP_ACCEPT=BROWSER))
    with clock.at(clock.now() + timedelta(days=3)):
        page = both(front, django, "GET", where, HTTP_ACCEPT=BROWSER)
    assert b"xpired" in page.body


def test_an_old_page_is_made_anew(front, django, held, monkeypatch):
    where = f"/credentials/{held(published=True).award_id}"
    _ask(front, environ("GET", where, HTTP_ACCEPT=BROWSER))
    asked = django.asked
    monkeypatch.setattr("stackmark_web.registry.front_cache.time.monotonic", lambda: 1e12)
    _ask(front, environ("GET", where, HTTP_ACCEPT=BROWSER))
    assert django.asked == asked + 1


@pytest.mark.parametrize(
    "header", ["HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE", "HTTP_HX_REQUEST"]
)
def test_anything_unusual_goes_to_django(front, django, held, header):
    where = f"/credentials/{held(published=True).award_id}"
    for _ in range(2):
        asked = django.asked
        made = environ("GET", where, HTTP_ACCEPT=BROWSER)
        made[header] = "x=y"
        _ask(front, made)
        assert django.asked == asked + 1


def post(data, **more):
    return ("POST", "/api/v1/verify", data), {"content_type": "application/vc"} | more


def test_a_report_is_the_same_byte_for_byte(front, django, held):
    args, more = post(bytes(held().award.signed))
    found = both(front, django, *args, **more)
    assert b'"verdict":"verified"' in found.body
    asked = django.asked
    assert same(_ask(front, environ(*args, **more)), found)
    assert django.asked == asked, "it was not answered here"


def test_one_limit_counts_on_both_ways(front, django, held, settings):
    settings.VERIFY_PER_MINUTE = 4
    anew()
    args, more = post(bytes(held().award.signed))
    bad = (args[0], args[1], b"{}")  # goes on to Django, and counts once
    answers = [
        _ask(front, environ(*args, **more)),
        _ask(django, environ(*args, **more)),
        _ask(front, environ(*bad, **more)),
        _ask(front, environ(*args, **more)),
        _ask(front, environ(*args, **more)),
        _ask(django, environ(*args, **more)),
    ]
    assert [one.status[:3] for one in answers] == ["200"] * 4 + ["429"] * 2
    left = [dict(one.headers)["RateLimit-Remaining"] for one in answers]
    assert left == ["3", "2", "1", "0", "0", "0"]
    over = answers[4]
    assert dict(over.headers)["Content-Type"] == "application/problem+json"
    assert b"rate-limited" in over.body
    assert "Retry-After" in dict(over.headers)


def test_the_limit_of_the_page_is_not_that_of_the_api(front, held, settings, monkeypatch):
    monkeypatch.setattr(throttle, "ANONYMOUS", 1)
    settings.VERIFY_PER_MINUTE = 0
    anew()
    args, more = post(bytes(held().award.signed))
    answers = [_ask(front, environ(*args, **more)) for _ in range(5)]
    assert {one.status[:3] for one in answers} == {"200"}
    assert not any(name.startswith("RateLimit") for name, _value in answers[0].headers)


@pytest.mark.parametrize("token", ["Bearer smk_nonsense", "Basic eDp5", "", "Bearer"])
def test_a_wrong_token_is_refused_as_by_django(front, django, held, token):
    args, more = post(bytes(held().award.signed))
    assert _ask(front, environ(*args, **more)).status[:3] == "200"
    found = both(front, django, *args, **more, HTTP_AUTHORIZATION=token)
    assert found.status[:3] == "401"
    assert b"unauthorized" in found.body


def test_what_is_answered_here_counts_and_is_logged(front, django, held, caplog):
    heard = []
    hear = heard.append
    checking.on_verdict(hear)
    try:
        args, more = post(bytes(held(published=True).award.signed))
        _ask(front, environ(*args, **more))
        asked, before = django.asked, metrics.text().decode()
        caplog.clear()
        with caplog.at_level("INFO", logger="stackmark.requests"):
            found = _ask(front, environ(*args, **more))
    finally:
        checking._HEARD.remove(hear)
    assert django.asked == asked
    assert heard == ["verified", "verified"]
    (line,) = [one for one in caplog.records if one.name == "stackmark.requests"]
    assert (line.stackmark_route, line.stackmark_status) == ("api:v1:verify", 200)
    assert line.stackmark_method == "POST"
    assert len(dict(found.headers)["X-Request-ID"]) == 32
    after = metrics.text().decode()
    name = 'stackmark_requests_total{method="POST",route="api:v1:verify",status="200"}'
    assert figure(after, name) == figure(before, name) + 1
    told = 'stackmark_verifications_total{verdict="verified"}'
    assert figure(after, told) == figure(before, told) + 1
    nobody = 'stackmark_requests_total{method="GET",route="none",status="200"}'
    assert figure(after, nobody) == figure(before, nobody)


def figure(text, name):
    found = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith(name)]
    return float(found[0]) if found else 0.0


def test_a_kept_page_counts_under_its_own_name(front, held, caplog):
    where = f"/credentials/{held(published=True).award_id}"
    with caplog.at_level("INFO", logger="stackmark.requests"):
        for address in (where, where, f"{where}.json", f"{where}.json"):
            _ask(front, environ("GET", address, HTTP_ACCEPT=BROWSER))
    routes = [one.stackmark_route for one in caplog.records if one.name == "stackmark.requests"]
    wanted = [resolve(one).view_name for one in (where, f"{where}.json")]
    assert routes == [wanted[0], wanted[0], wanted[1], wanted[1]]


def test_while_another_release_runs_nothing_is_answered_here(front, django, held, monkeypatch):
    args, more = post(bytes(held().award.signed))
    _ask(front, environ(*args, **more))
    monkeypatch.setattr(living, "is_other_release", lambda: True)
    assert both(front, django, *args, **more).status[:3] == "503"


@pytest.mark.parametrize("lost_after", [True, False])
def test_a_lost_key_is_judged_by_our_log_on_every_way(front, django, held, lost_after):
    award = held().award
    data, now = bytes(award.signed), clock.now()
    later, day = timedelta(seconds=2), timedelta(days=1)
    SigningKey.everywhere.update(created_at=now - day, active_from=now - day)
    with clock.at(now + later):
        key = SigningKey.everywhere.get(organisation=award.organisation)
        tenancy.declare_lost(key, actor=None, since=now + later if lost_after else None)
        publishing.publish_all_of(award.organisation)
        fast.DESK.forget()
        args, more = post(data)
        found = both(front, django, *args, **more)
        verdict = verifying.check(data).verdict
    assert f'"verdict":"{verdict}"'.encode() in found.body
    assert verdict == ("verified" if lost_after else "refused")


def test_a_foreign_issuer_is_answered_here_once_its_documents_are_at_hand(front, django, web):
    issuer = Issuer(web)
    args, more = post(issuer.sign(issuer.badge()))
    both(front, django, *args, **more)
    fast.DESK.forget()
    asked = django.asked
    found = _ask(front, environ(*args, **more))
    assert b'"verdict":"verified"' in found.body
    assert django.asked == asked


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"Ada Lovelace", b"Ada Lovelaze"),
        lambda data: data[:-1],
        lambda data: data + b" trailing",
        lambda data: b"[" * 5_000,
        lambda data: b"{}",
        lambda data: data.replace(b'"validFrom":"2026', b'"validFrom":"2036'),
    ],
)
def test_what_does_not_hold_is_refused_as_by_django(front, django, held, change):
    args, more = post(change(bytes(held().award.signed)))
    assert b'"verdict":"verified"' not in both(front, django, *args, **more).body


def test_a_revocation_counts_from_its_commit_on(front, django, held, monkeypatch):
    """Even before the list is out: our books know."""
    holding = held()
    monkeypatch.setattr("stackmark_web.awarding.publishing.try_publish", lambda _pk: False)
    args, more = post(bytes(holding.award.signed))
    assert b'"verdict":"verified"' in _ask(front, environ(*args, **more)).body
    awarding.revoke(holding.award, actor=None, reason="issued-in-error")
    assert b'"verdict":"refused"' in both(front, django, *args, **more).body


def test_a_new_list_is_read_before_the_next_answer(held, django_capture_on_commit_callbacks):
    """The list alone, without the books."""
    fast.DESK.forget()
    holding = held()
    data = bytes(holding.award.signed)
    assert fast.answer(data) is not None
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(holding.award, actor=None, reason="issued-in-error")
    type(holding.award).everywhere.filter(pk=holding.award_id).update(state="claimed")
    assert fast.answer(data) is None


def test_the_same_bytes_are_checked_once_in_a_second_and_anew_in_the_next(held, monkeypatch):
    fast.DESK.forget()
    data, now = bytes(held().award.signed), clock.now().replace(microsecond=100_000)
    checked = []
    whole = fast.Verifier.verify
    monkeypatch.setattr(
        fast.Verifier, "verify", lambda self, data: checked.append(self.now) or whole(self, data)
    )
    with clock.at(now):
        first = fast.answer(data)
    with clock.at(now + timedelta(milliseconds=800)):
        assert fast.answer(data) == first
        assert fast.answer(data.replace(b"Ada Lovelace", b"Ada Lovelaze")) is None
    assert len(checked) == 2
    with clock.at(now + timedelta(seconds=1)):
        assert fast.answer(data) != first  # it says when
    assert len(checked) == 3


def test_within_its_second_a_verdict_gives_way_to_a_new_list_and_to_our_books(
    held, django_capture_on_commit_callbacks
):
    fast.DESK.forget()
    holding, other = held(), held()
    rows = type(holding.award).everywhere
    with clock.at(clock.now()):
        assert fast.answer(bytes(holding.award.signed)) is not None
        assert fast.answer(bytes(other.award.signed)) is not None
        with django_capture_on_commit_callbacks(execute=True):
            awarding.revoke(holding.award, actor=None, reason="issued-in-error")
        rows.filter(pk=holding.award_id).update(state="claimed")
        assert fast.answer(bytes(holding.award.signed)) is None  # its list
        rows.filter(pk=other.award_id).update(state="revoked")
        assert fast.answer(bytes(other.award.signed)) is None  # our books


def test_a_newer_list_met_on_the_way_ends_what_was_kept_before_it(
    held, monkeypatch, django_capture_on_commit_callbacks
):
    """It came between the look at the lists and the check of another credential."""
    fast.DESK.forget()
    holding, other = held(), held()
    with clock.at(clock.now()):
        assert fast.answer(bytes(holding.award.signed)) is not None
        with django_capture_on_commit_callbacks(execute=True):
            awarding.revoke(holding.award, actor=None, reason="issued-in-error")
        type(holding.award).everywhere.filter(pk=holding.award_id).update(state="claimed")
        with monkeypatch.context() as patch:
            patch.setattr(fast._FreshBook, "is_current", lambda _book: True)
            assert fast.answer(bytes(other.award.signed)) is not None
            assert fast.answer(bytes(holding.award.signed)) is None


def test_of_two_lists_only_the_changed_one_is_proven_anew(held, monkeypatch):
    proven, editions = [], {}
    prove = fast.Verifier._prove_list
    monkeypatch.setattr(
        fast.Verifier, "_prove_list", lambda self, data: proven.append(data) or prove(self, data)
    )
    monkeypatch.setattr(fast, "_edition", lambda url: editions.setdefault(url, (1,)))
    fast.DESK.forget()
    data = [bytes(held(suspendable=suspendable).award.signed) for suspendable in (False, True)]

    def ask(at):
        with clock.at(at):
            assert all(fast.answer(one) is not None for one in data)

    now = clock.now()
    for second in range(3):
        ask(now + timedelta(seconds=second))
    assert len(proven) == len(editions) == 2
    editions[next(iter(editions))] = (2,)
    ask(now + timedelta(seconds=2))
    assert len(proven) == 3


def test_a_key_that_was_revoked_is_noticed_after_a_moment(held, monkeypatch):
    fast.DESK.forget()
    data = bytes(held().award.signed)
    assert fast.answer(data) is not None
    SigningKey.everywhere.update(state="revoked", revoked_at=clock.now())
    now = fast.time.monotonic()
    monkeypatch.setattr(fast.time, "monotonic", lambda: now + fast.MOMENT + 0.1)
    assert fast.answer(data) is None


def test_the_cache_is_bounded():
    from stackmark_web.registry.front_cache import Answer, Cache

    cache = Cache(most=10, most_bytes=100_000)
    for number in range(50):
        cache.keep(number, "stamp", Answer("200 OK", (), b"x" * 1000), None)
    assert sum(cache.get(number, "stamp") is not None for number in range(50)) == 10
    cache.keep("big", "stamp", Answer("200 OK", (), b"x" * 90_000), None)
    assert cache.get("big", "stamp") is not None
    assert sum(cache.get(number, "stamp") is not None for number in range(50)) == 1
    assert cache.get("big", "another stamp") is None


def test_an_answer_to_a_long_header_is_not_kept(front, django, held):
    """Headers are part of the key: thousands of long ones would fill the memory."""
    where = status_path(held(published=True))
    for number in (1, 2):
        found = _ask(front, environ("GET", where, HTTP_ACCEPT="application/vc," + "x" * 50_000))
        assert (found.status[:3], django.asked) == ("200", number)
    _ask(
        front,
        environ(
            "POST",
            "/api/v1/verify",
            b"{}",
            content_type="application/json",
            HTTP_ACCEPT="x" * 50_000,
        ),
    )
    assert not front._cache._kept
    assert not front._frames


def test_a_fault_of_the_fast_way_is_logged_without_the_document(front, monkeypatch, caplog):
    def broken(data):
        raise KeyError(data.decode())

    monkeypatch.setattr(fast, "answer", broken)
    body = b'{"name": "Ada Lovelace"}'
    asked = environ("POST", "/api/v1/verify", body, content_type="application/json")
    assert _ask(front, asked).status.startswith("200")
    assert "the fast path failed" in caplog.text
    assert "KeyError" in caplog.text
    assert "Ada" not in caplog.text
