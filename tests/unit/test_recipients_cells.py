"""What may stand in a cell of the bulk file."""

from __future__ import annotations

import csv
import io
import json

import pytest

from bulk_file import bad, good, read
from shared import need_shared
from stackmark.issuing.recipients import (
    BadRow,
    Evidence,
    Row,
)


@pytest.mark.parametrize(("cells", "column"), [("a@b.org", "name"), ("a@b.org,Ann,x,y", "")])
def test_too_few_and_too_many_cells(cells, column):
    row = bad(f"email,name,grade\n{cells}\n")
    assert (row.column, row.reason) == (column, "cells")
    assert "header has 3" in row.detail


@pytest.mark.parametrize(
    "sign", ["\0", "\x07", "\x1b", "\x7f", "\x85", "\ufffe", "\ufdd0", "\U0001ffff"]
)
def test_control_characters(sign):
    row = bad(f"email,name\na@b.org,An{sign}n")
    assert (row.column, row.reason) == ("name", "control")
    assert f"U+{ord(sign):04X}" in row.detail


@pytest.mark.parametrize("sign", ["\n", "\r\n", "\u2028", "\u2029"])
def test_line_breaks_where_none_belong(sign):
    assert bad(f'email,name\na@b.org,"An{sign}n"').reason == "line-break"
    assert bad(f'email\n"a@b.org{sign}Bcc: v@b.org"').reason == "line-break"
    assert bad(f'email\n"a@b.org{sign}"').reason == "line-break"
    assert good(f'email,narrative,x\na@b.org,"An{sign}n","An{sign}n"').narrative == f"An{sign}n"


@pytest.mark.parametrize(
    "email",
    [
        "a@example.org",
        "A.B+tag@EXAMPLE.ORG",
        "o'neil@example.org",
        "a@xn--bcher-kva.example",
        "jörg@bücher.example",
        "用户@例え.jp",
        "उपयोगकर्ता@उदाहरण.भारत",
        "a" * 64 + "@example.org",
        "a@" + "b" * 63 + ".org",
    ],
)
def test_addresses_that_are_fine(email):
    assert good(f"email\n{email}\n").recipient_email == email


@pytest.mark.parametrize(
    "email",
    [
        "not-an-email",
        "@example.org",
        "a@",
        "a@localhost",
        "a@[127.0.0.1]",
        "a@127.0.0.1",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a b@example.org",
        "a@exa mple.org",
        "a@b@example.org",
        "a@example.org;b@example.org",
        "<a@example.org>",
        "a@-x.org",
        "a@x-.org",
        "a@x..org",
        "a@x.org.",
        "mailto:a@example.org",
        "a＠b@example.org",
        "a\u200b@example.org",
        "a\u202e@example.org",
        "a@\u00a0example.org",
        "a" * 65 + "@example.org",
        "a@" + "b" * 64 + ".org",
        "a@" + "b.c" * 90 + ".org",
        "ü" * 60 + "@" + "ü" * 60 + ".org" + ".ü" * 20,
        "-oQ/tmp -X/tmp/x@example.org",
    ],
)
def test_addresses_that_are_refused(email):
    row = bad(f'email\n"{email}"\n')
    assert (row.column, row.reason) == ("email", "email")


def test_hostile_addresses_never_hide_a_second_one():
    path = need_shared() / "vectors" / "security" / "own" / "hostile-text.json"
    items = [
        i["text"] for i in json.loads(path.read_text())["items"] if i["class"] == "e-mail-address"
    ]
    assert len(items) > 10
    for text in items:
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["email"], [text]])
        (row,) = read(buffer.getvalue())
        if isinstance(row, Row):
            assert row.recipient_email == text
            assert text.count("@") == 1
            assert not set(text) & set('\r\n ,;<>"\0\u2028')


def test_hostile_names_are_kept_exactly():
    path = need_shared() / "vectors" / "security" / "own" / "hostile-text.json"
    items = [
        i["text"] for i in json.loads(path.read_text())["items"] if i["class"] == "person-name"
    ]
    assert len(items) > 10
    for text in items:
        buffer = io.StringIO()
        csv.writer(buffer).writerows([["email", "name"], ["a@b.org", text]])
        (row,) = read(buffer.getvalue())
        assert row.reason == "too-long" if isinstance(row, BadRow) else row.recipient_name == text


@pytest.mark.parametrize(
    "person",
    [
        "did:key:z6Mkabc",
        "did:web:uni.example%3A8443:people:7",
        "https://ann.example/me",
        "urn:uuid:6f3a",
    ],
)
def test_recipient_ids(person):
    row = good(f"did\n{person}\n")
    assert (row.recipient_id, row.recipient_email) == (person, None)
    assert good(f"Identifier\n{person}\n").recipient_id == person


@pytest.mark.parametrize(
    "person",
    [
        "ann",
        "did:key",
        "did:key:",
        "did:KEY:z",
        "did:key:z#k",
        "did:key:a b",
        "javascript:alert(1)",
        "/me",
        "+64 21 000",
    ],
)
def test_recipient_ids_that_are_refused(person):
    row = bad(f"recipient_id\n{person}\n")
    assert (row.column, row.reason) == ("recipient_id", "recipient")


def test_an_identifier_is_an_address_or_an_id():
    assert good("Identifier\na@b.org\n").recipient_email == "a@b.org"
    assert bad("Identifier\n+64 21 000\n").reason == "email"
    assert good("Identifier,did\ndid:key:z1,did:key:z1\n").recipient_id == "did:key:z1"
    assert bad("Identifier,did\ndid:key:z1,did:key:z2\n").reason == "recipient"
    row = good("Identifier,did\na@b.org,did:key:z2\n")
    assert (row.recipient_email, row.recipient_id) == ("a@b.org", "did:key:z2")


def test_a_row_without_recipient():
    row = bad("name,email,did\nAnn,,\n")
    assert (row.column, row.reason) == ("email", "recipient")


def test_names():
    assert good("email,name\na@b.org,  Ann\u00a0 \n").recipient_name == "Ann"
    assert good("email\na@b.org\n").recipient_name is None
    assert good("email,first_name,last_name\na@b.org,,Ba\n").recipient_name == "Ba"
    assert good("email,name,first_name\na@b.org,,Ann\n").recipient_name == "Ann"
    row = bad("email,first_name,last_name\na@b.org,, \n")
    assert (row.column, row.reason) == ("first_name", "name")


@pytest.mark.parametrize(
    "url",
    [
        "https://e.org",
        "http://e.org:8080/a?b=c#d",
        "HTTPS://E.ORG/",
        "https://bücher.example/ä",
        "https://[::1]/x",
    ],
)
def test_evidence_addresses(url):
    assert good(f"email,evidence\na@b.org,{url}\n").evidence == (Evidence(url, None, None),)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "data:text/html,x", "//e.org", "/x", "e.org", "ftp://e.org", "https://", "https:///x",
        "https://user:pw@e.org/", "https://e.org/a b", "https://e.org/<x>", "file:///etc/passwd", "https:e.org",
        "https://e.org\\@f.org", "https://e.org/\u202egnp", "https://e.org:99999999/",
    ],
)  # fmt: skip
def test_evidence_that_is_no_address(url):
    row = bad(f'email,evidence\na@b.org,"{url}"\n')
    assert (row.column, row.reason) == ("evidence", "evidence")


@pytest.mark.parametrize(
    ("text", "tag"), [("en", "en"), ("pt_BR", "pt-BR"), ("zh-Hant-TW", "zh-Hant-TW")]
)
def test_locales(text, tag):
    assert good(f"email,locale\na@b.org,{text}\n").locale == tag


@pytest.mark.parametrize("text", ["e", "english", "en-", "en GB", "én", "en\u0661"])
def test_locales_that_are_refused(text):
    assert bad(f"email,locale\na@b.org,{text}\n").reason == "locale"


def test_templates():
    text = "email,template_id\na@b.org,{}\n"
    assert good(text.format("x")).template_id == "x"
    assert good(text.format(""), known_templates={"y"}).template_id is None
    row = bad(text.format("x\u202e"), known_templates={"y"})
    assert (row.column, row.reason) == ("template_id", "template")
    assert '"x\\u202e"' in row.detail
