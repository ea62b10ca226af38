from __future__ import annotations

import json

import pytest

from shared import need_shared
from stackmark.adapters.urls import CheckedUrl, check_url, shorten
from stackmark.errors import CouldNotTell


def refusal(url, **options):
    with pytest.raises(CouldNotTell) as caught:
        check_url(url, **options)
    assert caught.value.reason == "fetch.refused-url"
    return caught.value.detail


def verdict(url):
    try:
        check_url(url)
    except CouldNotTell as error:
        return error.reason
    return "allow"


def load(*path):
    return json.loads(need_shared().joinpath("vectors", "security", *path).read_bytes())


def test_every_url_of_the_vectors():
    cases = load("own", "outgoing-requests.json")["urls"]
    assert len(cases) > 80
    for case in cases:
        wanted = {"allow": "allow", "refuse": "fetch.refused-url"}[case["expect"]]
        assert verdict(case["url"]) == wanted, case


def test_what_is_accepted_is_read_alike_by_the_web_platform_tests():
    hosts = {}
    for case in load("external", "wpt-url", "toascii.json"):
        if isinstance(case, dict):
            try:
                hosts[case["input"]] = check_url(f"https://{case['input']}.example/").host_ascii
            except CouldNotTell:
                continue
            assert hosts[case["input"]] == f"{case['output']}.example", case
    assert len(hosts) > 20


def test_what_the_web_platform_tests_refuse_is_refused():
    seen = 0
    for case in load("external", "wpt-url", "urltestdata.json"):
        if not isinstance(case, dict):
            continue
        try:
            checked = check_url(case["input"])
        except CouldNotTell:
            seen += case.get("failure", False)
            continue
        assert not case.get("failure"), case
        assert checked.host_ascii == case["hostname"]
        assert checked.port == int(case["port"] or 443)
    assert seen > 100


@pytest.mark.parametrize(
    ("url", "host", "port", "target"),
    [
        ("https://example.org", "example.org", 443, "/"),
        ("HTTPS://Example.ORG/A", "example.org", 443, "/A"),
        ("https://example.org:8443/a?b=c#d", "example.org", 8443, "/a?b=c"),
        ("https://example.org?x=1", "example.org", 443, "/?x=1"),
        ("https://example.org#x", "example.org", 443, "/"),
        ("https://example.org/?u=https://a@b:1/", "example.org", 443, "/?u=https://a@b:1/"),
        ("https://bücher.example/ü?ß", "xn--bcher-kva.example", 443, "/%C3%BC?%C3%9F"),
        ("https://BU\u0308CHER.example/", "xn--bcher-kva.example", 443, "/"),
        ("https://xn--fa-hia.example/", "xn--fa-hia.example", 443, "/"),
        ("https://1password.com/", "1password.com", 443, "/"),
        ("https://1.2.3.4.example/", "1.2.3.4.example", 443, "/"),
        ("https://a-b--c.example/", "a-b--c.example", 443, "/"),
    ],
)
def test_parts_of_an_accepted_url(url, host, port, target):
    checked = check_url(url)
    assert checked == CheckedUrl(host, port, target, url)
    assert not checked.excepted


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://[2606:2800::1]/", "address"),
        ("https://1.2.3.4/", "address"),
        ("https://example.123/", "address"),
        ("https://example.0x/", "address"),
        ("https://0x7f.1/", "address"),
        ("https://１２７.0.0.1/", "more than one spelling"),
        ("https://example。org/", "more than one spelling"),
        ("https://example․org/", "more than one spelling"),
        ("https://faß.example/", "more than one spelling"),
        ("https://a\u00adb.example/", "more than one spelling"),
        ("https://ａ.example/", "more than one spelling"),
        ("https://a\u200db.example/", "more than one spelling"),
        ("https://xn--a.example/", "international"),
        ("https://xn--.example/", "not a label"),
        ("https://xn--abc-.example/", "not a label"),
        ("https://xn--zn7.example/", "international"),
        ("https://exa_mple.org/", "not a label"),
        ("https://example.org./", "not a label"),
        ("https://.example.org/", "not a label"),
        ("https://example-.org/", "not a label"),
        ("https://" + "a" * 64 + ".example/", "not a label"),
        ("https://" + "a." * 127 + "example/", "253"),
        ("https://app.home.arpa/", "arpa"),
        ("https://a.LOCAL/", "local"),
        ("https://example.org:/", "host or port"),
        ("https://example.org:0443/", "host or port"),
        ("https://example.org:+443/", "host or port"),
        ("https://example.org:４４３/", "host or port"),
        ("https://example.org:444/", "port 444"),
        ("https://example.org/%zz", "path"),
        ("https://example.org/%", "path"),
        ("https://example.org/%00", "path"),
        ("https://example.org/?a=%0A", "path"),
        ("https://example.org/%7f", "path"),
        ("https://example.org/<x>", "path"),
        ("https://example.org/\x85", "control"),
        ("https://example.org/\ud800", "control"),
        ("https://example.org/a b", "space"),
        (" https://example.org/", "space"),
        ("https://example.org/\n", "control"),
        ("https://example.org/a\\b", "back slash"),
        ("http://example.org/", "only https"),
        ("ws://example.org/", "only https"),
        ("https://@example.org/", "user"),
        ("example.org", "absolute"),
        ("https://example.org/" + "a" * 2048, "2,048"),
    ],
)
def test_refusals_say_why(url, words):
    assert words in refusal(url)


def test_xn_label_hiding_a_full_stop_or_digits_is_refused():
    for text in ("a\u3002b", "\u2460x", "\uff11ü", "ü\u2024b", "Ü", "u\u0308"):
        label = "xn--" + text.encode("punycode").decode("ascii").lower()
        assert "international" in refusal(f"https://{label}.example/")


def test_refusals_are_safe_to_print():
    detail = refusal("https://example.org/\x1b[31m\r\n" + "x" * 500)
    assert detail.isprintable()
    assert len(detail) < 250
    assert shorten("a" * 120) == "a" * 120
    assert shorten("a" * 121) == "a" * 119 + "…"


class TestAllowList:
    allow = frozenset({"127.0.0.1:8765", "[::1]:8765", "localhost:80", "issuer.example:9443"})

    def check(self, url):
        return check_url(url, allow_hosts=self.allow)

    def test_exactly_the_named_host_and_port(self):
        plain = self.check("http://127.0.0.1:8765/a")
        assert (plain.scheme, plain.port, plain.excepted) == ("http", 8765, True)
        assert plain.authority == "127.0.0.1:8765"
        assert self.check("https://127.0.0.1:8765/a").scheme == "https"
        assert self.check("http://[::1]:8765/").authority == "[::1]:8765"
        assert self.check("http://LOCALHOST/").authority == "localhost"
        assert self.check("https://issuer.example:9443/").authority == "issuer.example:9443"

    @pytest.mark.parametrize(
        "url",
        [
            "http://127.0.0.1:8766/",
            "http://127.0.0.1/",
            "http://127.1:8765/",
            "http://2130706433:8765/",
            "http://127.0.0.2:8765/",
            "http://u@127.0.0.1:8765/",
            "http://127.0.0.1:8765@example.org/",
            "http://localhost:8765/",
            "https://localhost/",
            "http://issuer.example/",
            "ftp://127.0.0.1:8765/",
            "http://127.0.0.1:8765/%0d%0a",
        ],
    )
    def test_nothing_else(self, url):
        refusal(url, allow_hosts=self.allow)


def test_authority_leaves_out_the_usual_port():
    assert check_url("https://example.org:443/").authority == "example.org"
    assert check_url("https://example.org:8443/").authority == "example.org:8443"
