"""Our own addresses from inside; all others through the one fetcher, discreetly."""

from __future__ import annotations

import pytest

from stackmark.errors import CouldNotTell
from stackmark_web.verifying import fetching


@pytest.fixture
def provider(monkeypatch):
    monkeypatch.setattr(fetching, "_PROVIDERS", {})
    asked = []

    def answer(path, query):
        asked.append((path, dict(query)))
        return b"{}" if path == "/things/1" else None

    fetching.provide("/things/", answer)
    return asked


@pytest.mark.parametrize(
    "url",
    [
        "https://badges.example.org/things/1",
        "http://127.0.0.1:8000/things/1",
        "https://badges.example.org/things/1#key",
    ],
)
def test_own_addresses_never_leave(web, provider, url):
    assert fetching.server_fetcher().fetch(url) == b"{}"
    assert web.asked == []
    assert provider == [("/things/1", {})]


def test_the_query_comes_along(web, provider):
    fetching.server_fetcher().fetch("https://badges.example.org/things/1?t=abc")
    assert provider == [("/things/1", {"t": "abc"})]


@pytest.mark.parametrize(
    "url",
    [
        "https://badges.example.org/things/2",
        "https://badges.example.org/",
        "http://127.0.0.1:8000/x",
    ],
)
def test_what_is_not_there_is_not_asked_for_outside(web, provider, url):
    with pytest.raises(CouldNotTell) as told:
        fetching.server_fetcher().fetch(url)
    assert told.value.reason == "fetch.status"
    assert web.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "https://badges.example.org.evil.example/things/1",
        "https://badges.example.orgx/things/1",
        "https://badges.example.org@evil.example/things/1",
    ],
)
def test_lookalikes_of_our_address_are_others(web, provider, url):
    with pytest.raises(CouldNotTell):
        fetching.server_fetcher().fetch(url)
    assert provider == []
    assert web.asked == [url]


def test_nothing_is_told_of_the_network_we_stand_in(web):
    class Talkative:
        def fetch(self, url):
            raise CouldNotTell("fetch.address", "x stands for 10.1.2.3, which is inside.")

    with pytest.raises(CouldNotTell) as told:
        fetching.CheckFetcher(Talkative()).fetch("https://x.example/")
    assert told.value.reason == "fetch.dns"
    assert "10.1.2.3" not in told.value.detail


def test_patience_ends(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(fetching.time, "monotonic", lambda: now[0])

    class Slow:
        def fetch(self, url):
            now[0] += 20.0
            return b"{}"

    fetcher = fetching.ServerFetcher(Slow())
    fetcher.fetch("https://a.example/")
    fetcher.fetch("https://b.example/")
    with pytest.raises(CouldNotTell) as told:
        fetcher.fetch("https://c.example/")
    assert told.value.reason == "fetch.timeout"
    fetcher.fresh()
    assert fetcher.fetch("https://c.example/") == b"{}"


def test_requests_of_one_document_are_counted(web):
    fetcher = fetching.CheckFetcher(web)
    for number in range(40):
        web.put(f"https://a.example/{number}", b"{}")
        fetcher.fetch(f"https://a.example/{number}")
    with pytest.raises(CouldNotTell) as told:
        fetcher.fetch("https://a.example/other")
    assert told.value.reason == "fetch.too-many"
    fetcher.next_source()
    assert fetcher.fetch("https://a.example/0") == b"{}"
