"""Whatever comes, in whatever container: one report, one reason, never an exception."""

from __future__ import annotations

import orjson
import pytest

from judging import bounded, reasons
from simulators.issuer import Issuer
from small_images import SVG, itxt, png, svg
from stackmark.limits import MAX_DEPTH, MAX_DOCUMENT_BYTES, MAX_IMAGE_BYTES, MAX_MEMBERS
from stackmark.rendering.bake import bake

ISSUER = Issuer()
SIGNED = ISSUER.sign()
TOKEN = ISSUER.token()


def judge(data):
    with bounded():
        return ISSUER.verify(data)


# Containers


@pytest.mark.parametrize(
    "image", [png(), SVG, b"<!DOCTYPE svg>" + svg()], ids=["png", "svg", "doctype"]
)
@pytest.mark.parametrize(
    ("credential", "kind"), [(SIGNED, "ob3+di"), (TOKEN, "ob3+jwt")], ids=["di", "jwt"]
)
def test_a_baked_badge(image, credential, kind):
    report = judge(bake(image, credential))
    container = "png" if image == png() else "svg"
    assert (report.verdict, report.format) == ("verified", f"{container}/{kind}")
    what = "JSON" if credential == SIGNED else "a token"
    assert report.check("read").detail.startswith(f"Read as {what} out of {container.upper()}, ")


def test_a_baked_badge_that_does_not_hold():
    changed = orjson.loads(SIGNED) | {"name": "Soil Science X"}
    report = judge(bake(png(), orjson.dumps(changed)))
    assert (report.verdict, reasons(report)) == ("refused", ["proof.signature"])
    assert report.format == "png/ob3+di"


def test_white_space_around_a_document_is_the_files():
    for data in (b"\n " + SIGNED + b"\n", b" " + TOKEN + b"\r\n"):
        assert judge(data).verdict == "verified"


def test_other_spellings_of_one_document_are_one_document():
    tree = orjson.loads(SIGNED)
    assert (
        judge(orjson.dumps(tree, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)).verdict
        == "verified"
    )
    escaped = SIGNED.replace(b"Soil", rb"\u0053oil")
    assert escaped != SIGNED
    assert judge(escaped).verdict == "verified"


FAULTS = {
    "nothing": (b"", "read.empty"),
    "white space": (b" \n", "read.empty"),
    "byte order mark": (b"\xef\xbb\xbf" + SIGNED, "read.encoding"),
    "UTF-16": (SIGNED.decode().encode("utf-16"), "read.encoding"),
    "PDF": (b"%PDF-1.7\n", "read.pdf-empty"),
    "JPEG": (b"\xff\xd8\xff\xe0", "read.unknown"),
    "words": (b"see attached", "read.unknown"),
    "HTML": (b"<!doctype html><html></html>", "read.not-svg"),
    "list": (b"[" + SIGNED + b"]", "read.not-object"),
    "number": (b"{5}", "read.not-json"),
    "cut": (SIGNED[:-1], "read.not-json"),
    "more behind": (SIGNED + b"{}", "read.not-json"),
    "NaN": (SIGNED.replace(b'"2031', b'NaN,"a":"2031', 1), "read.not-json"),
    "bad UTF-8": (SIGNED.replace(b"Soil", b"So\xffl", 1), "read.encoding"),
    "half a character": (SIGNED.replace(b"Soil", rb"\ud800", 1), "read.encoding"),
    "member twice": (
        SIGNED.replace(b'{"@context"', b'{"name":"B","@context"', 1),
        "read.duplicate-member",
    ),
    "member twice, escaped": (
        SIGNED.replace(b'{"@context"', rb'{"na\u006de":"B","@context"', 1),
        "read.duplicate-member",
    ),
    "inexact number": (b'{"a":9007199254740993}', "read.number"),
    "infinite number": (b'{"a":1e400}', "read.number"),
    "long number": (b'{"a":' + b"1" * 5_000 + b"}", "read.number"),
    "deep": (b'{"a":' + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1) + b"}", "read.too-deep"),
    "very deep": (b'{"a":' + b"[" * 100_000, "read.too-deep"),
    "many": (b'{"a":[' + b"0," * MAX_MEMBERS + b"0]}", "read.too-many"),
    "large": (b'{"a":"' + b"a" * MAX_DOCUMENT_BYTES + b'"}', "read.too-large"),
    "JWS in JSON form": (b'{"payload":"e30","signatures":[]}', "read.jws-json"),
    "two parts": (b"eyJhbGciOiJFZERTQSJ9.e30", "read.jws"),
    "five parts": (b"eyJhbGciOiJFZERTQSJ9.a.b.c.d", "read.jws"),
    "padding": (TOKEN + b"=", "read.jws"),
    "space inside": (TOKEN.replace(b".", b". ", 1), "read.jws"),
    "stray bits": (TOKEN[:-1] + b"B", "read.jws"),
    "large token": (b"a" * (MAX_DOCUMENT_BYTES * 4 // 3) + b".a.a", "read.too-large"),
    "PNG without badge": (png(), "read.no-credential"),
    "SVG without badge": (SVG, "read.no-credential"),
    "two badges in one PNG": (png(itxt(SIGNED), itxt(TOKEN)), "read.png-two"),
    "PNG with a link": (png(itxt(b"https://uni.example/c/1")), "read.url-in-image"),
    "PNG with words": (png(itxt(b"a badge")), "read.unknown"),
    "PNG with broken JSON": (png(itxt(SIGNED[:-1])), "read.not-json"),
    "large image": (png() + bytes(MAX_IMAGE_BYTES), "read.too-large"),
    "SVG with declarations": (b"<!DOCTYPE svg []>" + svg(), "read.svg-dtd"),
}


@pytest.mark.parametrize(("data", "reason"), FAULTS.values(), ids=FAULTS)
def test_unreadable(data, reason):
    report = judge(data)
    assert (report.verdict, report.format) == ("refused", "unreadable")
    assert reasons(report) == [reason]
    assert report.check("proof").reason == "proof.not-reached"
    assert report.headline == f"Refused: {report.check('read').detail}"
    assert len(report.headline) < 300


def test_the_place_of_a_second_member_is_named():
    report = judge(b'{\n "a": {"b": 1,\n "b": 2}}')
    assert report.why == 'The member "b" stands twice in /a (line 3).'


def test_a_failure_of_our_own_is_could_not_tell_and_names_no_data(monkeypatch):
    def fail(*_, **__):
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("stackmark.verification.verifier.receive", fail)
    report = judge(SIGNED)
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["read.internal"])
    assert "ZeroDivisionError" in report.why
    assert "secret" not in report.why


def test_every_report_has_every_code_in_one_order():
    codes = [[check.code for check in judge(data).checks] for data in (SIGNED, b"", TOKEN, b"{}")]
    assert len({tuple(one) for one in codes}) == 1
    assert all(check.clause for check in judge(b"").checks)
