from __future__ import annotations

import json

import pytest

from stackmark.adapters.documents import (
    CachingFetcher,
    CountingFetcher,
    DocumentsFetcher,
    OfflineFetcher,
    load_map,
)
from stackmark.errors import CouldNotTell, UsageError

A = "https://issuer.example/a"
B = "https://issuer.example/b"


class Recorder:
    def __init__(self, bodies=None):
        self.asked = []
        self.bodies = bodies or {}

    def fetch(self, url):
        self.asked.append(url)
        if url not in self.bodies:
            raise CouldNotTell("fetch.status", f"{url} is away.")
        return self.bodies[url]


def write_map(folder, tree):
    path = folder / "MAP.json"
    path.write_bytes(tree if isinstance(tree, bytes) else json.dumps(tree).encode())
    return path


def refusal(folder, tree):
    with pytest.raises(UsageError) as caught:
        load_map(write_map(folder, tree))
    return caught.value.reason, caught.value.detail


def reason(fetcher, url):
    with pytest.raises(CouldNotTell) as caught:
        fetcher.fetch(url)
    return caught.value.reason


def test_only_what_was_given():
    fetcher = DocumentsFetcher({A: b"{}"})
    assert fetcher.fetch(A) == b"{}"
    assert fetcher.fetch(A + "#key") == b"{}"
    assert reason(fetcher, B) == "fetch.not-given"
    assert reason(fetcher, A + "/") == "fetch.not-given"


def test_an_exact_key_with_a_fragment_comes_first():
    fetcher = DocumentsFetcher({A: b"1", A + "#x": b"2"})
    assert fetcher.fetch(A + "#x") == b"2"
    assert fetcher.fetch(A + "#y") == b"1"


class TestMap:
    def test_files_and_inline_objects(self, tmp_path):
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.json").write_bytes(b' {"as": "written"} ')
        fetcher = load_map(write_map(tmp_path, {A: "sub/a.json", B: {"b": [1, "ü"]}}))
        assert fetcher.fetch(A) == b' {"as": "written"} '
        assert fetcher.fetch(B) == '{"b":[1,"ü"]}'.encode()
        assert reason(fetcher, A + "x") == "fetch.not-given"

    def test_files_are_read_when_asked_for(self, tmp_path):
        file = tmp_path / "a.json"
        file.write_bytes(b"first")
        fetcher = load_map(write_map(tmp_path, {A: "a.json"}))
        file.write_bytes(b"second")
        assert fetcher.fetch(A) == b"second"
        file.unlink()
        with pytest.raises(UsageError) as caught:
            fetcher.fetch(A)
        assert caught.value.reason == "usage.file"
        assert "a.json" in caught.value.detail

    def test_did_web_keys_stand_for_their_url(self, tmp_path):
        tree = {"did:web:issuer.example": {"id": 1}, "did:web:issuer.example%3A8443:u": {"id": 2}}
        fetcher = load_map(write_map(tmp_path, tree))
        assert fetcher.fetch("https://issuer.example/.well-known/did.json") == b'{"id":1}'
        assert fetcher.fetch("https://issuer.example:8443/u/did.json") == b'{"id":2}'

    def test_bad_did_web_key(self, tmp_path):
        slug, detail = refusal(tmp_path, {"did:web:127.0.0.1": {}})
        assert slug == "usage.map"
        assert "did:web:127.0.0.1" in detail

    def test_a_did_and_its_url_are_the_same_key(self, tmp_path):
        tree = {"did:web:issuer.example": {}, "https://issuer.example/.well-known/did.json": {}}
        slug, detail = refusal(tmp_path, tree)
        assert slug == "usage.map"
        assert "twice" in detail

    @pytest.mark.parametrize(
        "value",
        [
            "../out.json",
            "sub/../../out.json",
            "/etc/hostname",
            "link.json",
            "linked/out.json",
            "a\\b",
        ],
    )
    def test_paths_leading_outside(self, tmp_path, value):
        home = tmp_path / "home"
        (home / "sub").mkdir(parents=True)
        (tmp_path / "out.json").write_bytes(b"{}")
        (home / "link.json").symlink_to(tmp_path / "out.json")
        (home / "linked").symlink_to(tmp_path)
        slug, detail = refusal(home, {A: value})
        assert slug == "usage.map-path"
        assert value in detail

    def test_links_and_dots_inside_are_fine(self, tmp_path):
        (tmp_path / "a.json").write_bytes(b"{}")
        (tmp_path / "link.json").symlink_to("a.json")
        fetcher = load_map(write_map(tmp_path, {A: "link.json", B: "x/../a.json"}))
        assert fetcher.fetch(A) == fetcher.fetch(B) == b"{}"

    def test_missing_files_and_folders_are_named(self, tmp_path):
        (tmp_path / "folder").mkdir()
        (tmp_path / "circle").symlink_to("circle")
        for value in ("gone.json", "folder", "circle", "x" * 300):
            slug, detail = refusal(tmp_path, {A: value})
            assert slug == "usage.map-file"
            assert value in detail

    @pytest.mark.parametrize(
        ("tree", "words"),
        [
            (b"[]", "not a JSON object"),
            (b"{", "not JSON"),
            (b'{"https://a.example/": {}, "https://a.example/": {}}', "twice"),
            ({"relative/key": {}}, "absolute"),
            ({"https://a b": {}}, "absolute"),
            ({A: 1}, "neither"),
            ({A: None}, "neither"),
            ({A: [1]}, "neither"),
            ({A: ""}, "neither"),
            ({A: "a\0b"}, "neither"),
        ],
    )
    def test_other_maps_are_refused(self, tmp_path, tree, words):
        slug, detail = refusal(tmp_path, tree)
        assert slug == "usage.map"
        assert words in detail

    def test_missing_map(self, tmp_path):
        with pytest.raises(UsageError) as caught:
            load_map(tmp_path / "none.json")
        assert caught.value.reason == "usage.file"
        assert "none.json" in caught.value.detail


def test_offline():
    assert reason(OfflineFetcher(), A) == "fetch.offline"


def test_counting_stops_at_the_limit_and_counts_failures():
    inner = Recorder({A: b"a"})
    fetcher = CountingFetcher(inner, limit=3)
    assert fetcher.fetch(A) == b"a"
    assert reason(fetcher, B) == "fetch.status"
    assert fetcher.fetch(A) == b"a"
    assert reason(fetcher, A) == "fetch.too-many"
    assert inner.asked == [A, B, A]
    assert fetcher.count == 3


class TestCaching:
    def test_successes_and_failures_are_asked_once(self):
        inner = Recorder({A: b"a", B + "empty": b""})
        fetcher = CachingFetcher(inner)
        for _ in range(3):
            assert fetcher.fetch(A) == b"a"
            assert fetcher.fetch(B + "empty") == b""
            assert reason(fetcher, B) == "fetch.status"
        assert inner.asked == [A, B + "empty", B]

    def test_other_errors_are_not_kept(self):
        class Broken:
            count = 0

            def fetch(self, url):
                self.count += 1
                raise UsageError("usage.file", "gone")

        inner = Broken()
        fetcher = CachingFetcher(inner)
        for _ in range(2):
            with pytest.raises(UsageError):
                fetcher.fetch(A)
        assert inner.count == 2

    def test_the_longest_unused_goes_first(self):
        urls = [f"https://issuer.example/{n}" for n in range(4)]
        inner = Recorder(dict.fromkeys(urls, b"x" * 1000))
        fetcher = CachingFetcher(inner, limit=3 * 1700)
        for url in urls[:3]:
            fetcher.fetch(url)
        fetcher.fetch(urls[0])
        fetcher.fetch(urls[3])
        inner.asked.clear()
        for n in (0, 2, 3, 1):
            fetcher.fetch(urls[n])
        assert inner.asked == [urls[1]]

    def test_a_body_larger_than_the_cache_is_delivered_and_not_kept(self):
        inner = Recorder({A: b"x" * 5000})
        fetcher = CachingFetcher(inner, limit=4000)
        assert fetcher.fetch(A) == fetcher.fetch(A) == b"x" * 5000
        assert inner.asked == [A, A]

    def test_failures_are_bounded_too(self):
        fetcher = CachingFetcher(Recorder(), limit=10_000)
        for n in range(100):
            reason(fetcher, f"https://issuer.example/{n}")
        assert len(fetcher._kept) < 20
