from __future__ import annotations

import copy

import pytest

from badge_design import ACHIEVEMENT, PROFILE, RICH, award
from stackmark.errors import CheckFailed
from stackmark.issuing.builder import build_credential, new_design
from stackmark.issuing.lint import lint

BADGE = build_credential(new_design(ACHIEVEMENT, PROFILE, did="did:web:uni.example"), award(**RICH))


def changed(path, value):
    tree = copy.deepcopy(BADGE)
    holder = tree
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    return tree


def reason(path, value):
    with pytest.raises(CheckFailed) as caught:
        lint(changed(path, value))
    return caught.value.reason, caught.value.detail


NAME = ("credentialSubject", "name")


def test_what_is_right_passes():
    assert len(lint(copy.deepcopy(BADGE))) > 40


@pytest.mark.parametrize(
    "text",
    ["a\x00b", "a\x07", "line\r\n", "\x7f", "\x85", "\ufffe", "\ufdd0", "\U0001ffff", "\ud800"],
)
def test_characters_that_cannot_be_signed_and_shown_are_refused_with_their_place(text):
    found, detail = reason(NAME, text)
    assert found == "lossless.text"
    assert "/credentialSubject/name" in detail
    assert f"U+{next(ord(c) for c in text if c not in 'abline'):04X}" in detail


@pytest.mark.parametrize("text", ["tab\there", "line\nbreak", "\u2028", "مرحبا", "😀", "\ue000"])
def test_ordinary_characters_pass(text):
    lint(changed(NAME, text))


def test_a_base_direction_is_signed_only_where_the_data_model_is_asked_for_by_the_letter():
    tree = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": "did:example:i",
        "name": {"@value": "مرحبا", "@language": "ar", "@direction": "rtl"},
        "credentialSubject": {"id": "did:example:s"},
    }
    with pytest.raises(CheckFailed, match="At /name/@direction: not all programs") as caught:
        lint(tree)
    assert caught.value.reason == "lossless.direction"
    assert any("i18n#ar_rtl" in quad[2] for quad in lint(tree, inline=True))


@pytest.mark.parametrize("number", [1e-7, 5e-324, 2**53 + 2, 1e21, float("inf"), float("nan")])
def test_numbers_that_programs_read_differently_are_refused(number):
    found, detail = reason(("credentialSubject", "achievement", "creditsAvailable"), number)
    assert found in ("lossless.number", "schema.invalid")
    assert "creditsAvailable" in detail


@pytest.mark.parametrize("number", [0, 3, 2.5, -1, 2**40, 0.000001])
def test_ordinary_numbers_pass(number):
    lint(changed(("credentialSubject", "achievement", "creditsAvailable"), number))


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        (("proof",), {"type": "x"}, "format.proof"),
        (("issuer",), "nobody", "format.issuer"),
        (("type",), ["OpenBadgeCredential"], "format.type"),
        (("@context",), ["https://www.w3.org/ns/credentials/v2"], "context.missing"),
        (("nmae",), "x", "lossless.undefined-term"),
        (("credentialSubject", "achievement", "criteria"), "x", "schema.invalid"),
        (("validFrom",), "2026-05-04", "schema.invalid"),
        (("validUntil",), "2020-01-01T00:00:00Z", "validity.order"),
        (("evidence", 1, "id"), "https://portfolio.example/1", "lossless.described-twice"),
    ],
)
def test_the_reason_is_named(path, value, wanted):
    assert reason(path, value)[0] == wanted


def test_dates_of_the_activity_are_in_order_too():
    tree = changed(("credentialSubject", "activityStartDate"), "2026-02-02T00:00:00Z")
    lint(tree)
    tree["credentialSubject"]["activityEndDate"] = "2026-02-01T00:00:00Z"
    with pytest.raises(CheckFailed) as caught:
        lint(tree)
    assert caught.value.reason == "validity.order"
