"""Hostile text stays text; foreign scripts, languages and moments read well."""

from __future__ import annotations

import json
import re
import time
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from django.template import engines
from django.utils import translation

from shared import need_shared
from stackmark_web.ui import text

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "![x](http://127.0.0.1:9/track.png)",
    "<http://a.example/'onmouseover='alert(1)>",
    "</title><script>alert(1)</script>",
    "[x]: javascript:alert(1)\n[x]",
]
HARMLESS = {
    *("p", "em", "strong", "ul", "ol", "li", "a", "code", "pre", "blockquote", "br", "hr"),
    *("h3", "h4", "h5", "h6"),
}


class Elements(HTMLParser):
    """The elements and attributes a browser would see."""

    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def render(source, **context):
    return engines["django"].from_string(source).render(context)


def check_markdown(source):
    begun = time.process_time()
    html = render("{% markdown text %}", text=source)
    assert time.process_time() - begun < 1
    for tag, attributes in Elements(html).found:
        assert tag in HARMLESS, html
        assert set(attributes) <= {"href", "rel", "start", "dir"}, html
        if "href" in attributes:
            scheme = re.match(r"\s*([a-z+.-]+):", attributes["href"], re.IGNORECASE)
            assert scheme is None or scheme[1].lower() in ("http", "https", "mailto"), html
            assert attributes["rel"] == "nofollow ugc noopener noreferrer"


@pytest.mark.parametrize("source", HOSTILE)
def test_hostile_markdown_leaves_nothing_active(source):
    check_markdown(source)


def test_the_shared_hostile_texts_leave_nothing_active():
    file = need_shared() / "vectors" / "security" / "own" / "hostile-text.json"
    items = json.loads(file.read_bytes())["items"]
    assert len(items) > 100
    for item in items:
        check_markdown(item["text"])
        assert Elements(render("{{ text|isolate }}", text=item["text"])).found == [("bdi", {})]
        assert Elements(render("{% localised text %}", text={"en": item["text"]})).found == []
        assert Elements(render("{% time text %}", text=item["text"])).found == []


def test_markdown_says_what_it_should():
    html = render("{% markdown text %}", text="# Aim\n\n**Do** [it](https://a.example)\n\n- one")
    assert '<h3 dir="auto">Aim</h3>' in html
    assert "<strong>Do</strong>" in html
    assert 'href="https://a.example"' in html
    assert "<li>one</li>" in html


def test_pictures_in_markdown_are_dropped_with_their_address():
    html = render("{% markdown t %}", t="![a <b>chart](http://127.0.0.1:9/track.png)")
    assert html == '<p dir="auto">a &lt;b&gt;chart</p>\n'


def test_every_block_of_a_persons_text_runs_its_own_way():
    """An English paragraph on an Arabic page has its full stop at its end."""
    html = render("{% markdown t %}", t="One.\n\n- two\n\n  three\n\n> four\n\n    code")
    runs = [(name, attrs.get("dir")) for name, attrs in Elements(html).found]
    # Only the outermost: whoever holds blocks with a way of their own would look at none of them.
    assert [one for one in runs if one[1]] == [
        *(("p", "auto"), ("ul", "auto"), ("blockquote", "auto"))
    ]


def test_direction_controls_cannot_leave_their_place():
    assert render("{{ name|isolate }}", name="evil\u202egnp.exe") == "<bdi>evilgnp.exe</bdi>"
    assert "\u202e" not in render("{% markdown name %}", name="a\u202eb")


def test_isolate_leaves_names_as_they_are_written():
    assert render("{{ name|isolate }}", name="נועה לוי") == "<bdi>נועה לוי</bdi>"


@pytest.mark.parametrize(
    ("reader", "texts", "best"),
    [
        ("en", {"de": "Daten", "en": "Data"}, "Data"),
        ("de", {"de": "Daten", "en": "Data"}, "Daten"),
        ("de-at", {"de": "Daten", "en": "Data"}, "Daten"),
        ("de", {"de-CH": "Daten", "en": "Data"}, "Daten"),
        ("fr", {"de": "Daten", "en": "Data"}, "Data"),
        ("fr", {"de": "Daten"}, "Daten"),
        ("fr", {"fr": "", "de": "Daten"}, "Daten"),
        ("en", "Plain", "Plain"),
        ("en", {}, ""),
        ("en", None, ""),
    ],
)
def test_the_reader_gets_the_best_language(reader, texts, best):
    with translation.override(reader):
        assert render("{% localised texts %}", texts=texts) == best
        assert render("{{ texts|localised }}", texts=texts) == best


def test_text_in_another_language_says_so():
    with translation.override("en"):
        html = render("{% localised_html t %}", t={"ar": "<b>بيانات"})
        assert html == '<span lang="ar" dir="auto">&lt;b&gt;بيانات</span>'
        assert render("{% localised_html t %}", t={"en": "Data"}) == "Data"


@pytest.mark.parametrize(
    ("value", "machine", "words"),
    [
        (date(2026, 5, 3), "2026-05-03", "3 May 2026"),
        ("2026-05-03", "2026-05-03", "3 May 2026"),
        (datetime(2026, 5, 3, 14, 5, tzinfo=UTC), "2026-05-03T14:05:00+00:00", "14:05 UTC"),
        ("2026-05-03T14:05:00Z", "2026-05-03T14:05:00+00:00", "3 May 2026, 14:05 UTC"),
    ],
)
def test_moments_are_read_by_people_and_machines(value, machine, words):
    html = render("{% time value %}", value=value)
    assert f'datetime="{machine}"' in html
    assert words in html


@pytest.mark.parametrize("value", [None, "", "soon", "2026-02-31", "2026-02-31T10:00:00Z"])
def test_what_is_no_moment_is_shown_as_it_came(value):
    assert render("{% time value %}", value=value) == (value or "")


def test_a_moment_can_be_shown_as_a_day():
    assert ">3 May 2026<" in render("{% time v 'date' %}", v="2026-05-03T14:05:00Z")
    assert text.moment_html("2026-05-03", "date") == text.moment_html(date(2026, 5, 3))


@pytest.mark.parametrize("value", [date(2026, 5, 3), "2026-05-03", "2026-05-03T23:59:00Z"])
def test_a_day_can_be_plain_words(value):
    assert text.day_text(value) == "3 May 2026"
    assert text.day_text(None) == ""


@pytest.mark.parametrize("address", ["/account/logout", "//evil.example/x", "?state=x", "verify"])
def test_a_link_in_a_persons_text_names_its_site(address):
    html = render("{% markdown t %}", t=f"[here]({address}) [there](mailto:a@b.example)")
    assert 'href="mailto:a@b.example"' in html
    assert address not in html
    assert "here" in html


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("did:web:uni.example:o:north", ["did:", "web:", "uni.example:", "o:", "north"]),
        ("https://uni.example/a/b", ["https://uni.example/", "a/", "b"]),
        ("urn:uuid:1\u202e2", ["urn:", "uuid:", "12"]),
    ],
)
def test_an_address_breaks_between_its_parts(address, parts):
    """Never inside ``https://``, and nothing in it turns what stands around."""
    assert text.address_html(address) == f"<bdi>{'<wbr>'.join(parts)}</bdi>"


def test_an_address_is_text():
    assert text.address_html("did:<b>") == "<bdi>did:<wbr>&lt;b&gt;</bdi>"
