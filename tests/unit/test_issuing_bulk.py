from __future__ import annotations

import dataclasses

import orjson
import pytest

from badge_design import ACHIEVEMENT, CREATED, LIST, NOW, PROFILE, RICH, award, issuance
from stackmark.errors import CheckFailed, StackmarkError, UsageError
from stackmark.issuing import bulk, molds
from stackmark.issuing.builder import build_credential, new_design
from stackmark.issuing.bulk import Mint, fixed_ids, row_fault
from stackmark.issuing.rows import Evidence, Row
from stackmark.issuing.securing import choose_suite, secure, suite_names
from stackmark.issuing.selfcheck import self_check
from stackmark.proofs.selective import derive
from stackmark.verification.verifier import Verifier

SUITES = [
    ("eddsa-rdfc-2022", "ed25519"),
    ("eddsa-jcs-2022", "ed25519"),
    ("ecdsa-rdfc-2019", "p256"),
    ("ecdsa-jcs-2019", "p256"),
    ("ecdsa-rdfc-2019", "p384"),
    ("ecdsa-jcs-2019", "p384"),
    ("jwt", "ed25519"),
    ("jwt", "p384"),
    ("jwt", "rsa"),
    ("vc+jwt", "p256"),
]
ON_HOLD = {
    "id": "https://uni.example/credentials/0",
    "recipient_name": "Ada Lovelace",
    "name_identity": "plain",
    "status_list": LIST,
    "status_index": 11,
    "status_purpose": "suspension",
}
SHAPES = [
    {},
    RICH | {"status_list": None},
    {"recipient_id": "did:example:ana"},
    ON_HOLD | {"status_list": None},
    {"recipient_name": "Ada", "name_identity": "hashed"},
    {"recipient_name": "Ada", "name_identity": "hashed", "recipient_id": "did:example:ana"},
]
every_suite = pytest.mark.parametrize(("suite", "kind"), SUITES)


def general(one, given):
    unsecured = build_credential(one.design, given)
    return secure(
        unsecured, suite=one.suite, signer=one.signer, method=one.method, created=one.created
    )


def unsigned(signed):
    if signed.startswith(b"{"):
        return orjson.loads(signed) | {"proof": orjson.loads(signed)["proof"] | {"proofValue": ""}}
    return signed.rpartition(b".")[0]


@every_suite
def test_every_badge_verifies_and_is_what_the_general_way_gives(suite, kind):
    one = issuance(suite, kind)
    mint = Mint(one)
    for number in range(5):
        for more in SHAPES:
            given = award(number, **more)
            signed = mint.sign(given)
            assert unsigned(signed) == unsigned(general(one, given))
            report = Verifier(now=NOW).verify(signed)
            assert report.verdict == "verified", report.why


@pytest.mark.parametrize(("suite", "kind"), SUITES[:4])
@pytest.mark.parametrize("more", [RICH, ON_HOLD])
def test_the_fast_way_is_really_taken(suite, kind, more, monkeypatch):
    mint = Mint(issuance(suite, kind))
    mint.sign(award(0, **more))
    monkeypatch.setattr(bulk, "lint", lambda tree: pytest.fail("linted again"))
    mint.sign(award(1, **(more | {"id": "https://uni.example/credentials/1"})))


def test_an_address_of_the_design_is_no_credentials_id():
    for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022", "vc+jwt"):
        mint = Mint(issuance(suite))
        mint.sign(award(0))
        mint.sign(award(1))
        with pytest.raises(CheckFailed) as caught:
            mint.sign(award(2, id=ACHIEVEMENT["id"]))
        assert caught.value.code == "lossless"


@pytest.mark.parametrize(("suite", "kind"), [("ecdsa-sd-2023", "p256"), ("bbs-2023", "bls12381")])
def test_selective_badges_differ_in_all_that_is_secret(suite, kind):
    mint = Mint(issuance(suite, kind))
    signed = [orjson.loads(mint.sign(award(number, **RICH))) for number in range(2)]
    assert signed[0]["proof"]["proofValue"] != signed[1]["proof"]["proofValue"]
    pointers = ["/credentialSubject/identifier"]
    shown = derive(signed[0], proof=signed[0]["proof"], selective_pointers=pointers, seed=bytes(32))
    assert "name" not in shown["credentialSubject"]
    assert "evidence" not in shown
    assert {"issuer", "validFrom", "validUntil", "credentialStatus"} <= shown.keys()
    report = Verifier(now=NOW).verify(orjson.dumps(shown))
    assert report.check("proof").outcome == "passed"
    assert report.check("schema").outcome == "passed"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"recipient_name": "a\x00b"}, "lossless.text"),
        ({"valid_from": "2032-01-01T00:00:00Z"}, "validity.order"),
        ({"valid_from": "2026-13-01T00:00:00Z"}, "schema.invalid"),
        ({"evidence": (Evidence("not a url", "Report", None),) * 2}, "lossless.relative-id"),
        (
            {"evidence": tuple(Evidence("https://x.example/1", name, None) for name in "ab")},
            "lossless.described-twice",
        ),
    ],
)
@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "jwt"])
def test_no_mold_lets_through_what_the_lint_refuses(suite, more, reason):
    mint = Mint(issuance(suite))
    good = RICH | {
        "evidence": (
            Evidence("https://x.example/1", "a", None),
            Evidence("https://x.example/2", "b", None),
        )
    }
    mint.sign(award(0, **good))
    mint.sign(award(1, **good))
    with pytest.raises(CheckFailed) as caught:
        mint.sign(award(2, **(good | more)))
    assert caught.value.reason.partition(".")[0] == reason.partition(".")[0]


def test_an_id_of_the_design_cannot_be_a_recipients():
    for suite in ("eddsa-rdfc-2022", "eddsa-jcs-2022", "vc+jwt"):
        mint = Mint(issuance(suite))
        mint.sign(award(0, recipient_id="did:example:ana"))
        mint.sign(award(1, recipient_id="did:example:bo"))
        with pytest.raises(CheckFailed) as caught:
            mint.sign(award(2, recipient_id=ACHIEVEMENT["id"]))
        assert caught.value.code == "lossless"


def test_only_so_many_molds_are_kept(monkeypatch):
    monkeypatch.setattr(bulk, "_MOLDS", 1)
    mint = Mint(issuance())
    for number in range(3):
        for more in ({}, RICH):
            mint.sign(award(number, **more))
    assert len(mint._molds) == 1


def test_a_template_is_kept_for_the_next_part_of_a_run_and_for_no_other_design(monkeypatch):
    made = []

    class Counted(molds.Template):
        def __init__(self, sample, paths):
            made.append(sample)
            super().__init__(sample, paths)

    monkeypatch.setattr(molds, "Template", Counted)
    monkeypatch.setattr(molds, "_TEMPLATES", {})
    for _part in range(3):
        mint = Mint(issuance())
        for number in range(3):
            assert mint.sign(award(number)) == general(issuance(), award(number))
    assert len(made) == 1
    other = issuance(achievement=ACHIEVEMENT | {"name": "Rock sampling"})
    assert Mint(other).sign(award(1)) == general(other, award(1))
    assert len(made) == 2


def test_a_mold_that_would_differ_is_not_used(monkeypatch):
    monkeypatch.setattr(molds.Template, "json", lambda *_: b"{}")
    mint = Mint(issuance())
    signed = [mint.sign(award(number)) for number in range(2)]
    assert all(Verifier(now=NOW).verify(one).verdict == "verified" for one in signed)


def row(**more):
    members = dict.fromkeys((field.name for field in dataclasses.fields(Row)), None)
    return Row(**(members | {"line": 7, "evidence": (), "custom": {}} | more))


DESIGN = new_design(ACHIEVEMENT, PROFILE, did="did:web:uni.example")


@pytest.mark.parametrize(
    ("more", "column", "reason"),
    [
        ({"expires_on": "2026-01-01T00:00:00Z"}, "expires_on", "expiry"),
        ({"recipient_id": "did:web:uni.example"}, "recipient_id", "recipient"),
        ({"evidence": (Evidence(ACHIEVEMENT["id"], None, None),)}, "evidence_url", "evidence"),
        (
            {"evidence": (Evidence("https://x.example/", None, None),) * 2},
            "evidence_url",
            "evidence",
        ),
    ],
)
def test_rows_that_do_not_go_with_the_design(more, column, reason):
    bad = row_fault(row(**more), fixed_ids(DESIGN), valid_from=CREATED, valid_until=None)
    assert (bad.line, bad.column, bad.reason) == (7, column, reason)


def test_a_default_end_before_a_rows_beginning_is_its_fault():
    until = "2026-07-01T00:00:00Z"
    late = row(issued_on="2026-08-01T00:00:00Z")
    assert row_fault(late, frozenset(), valid_from=CREATED, valid_until=until).reason == "expiry"
    assert row_fault(row(), frozenset(), valid_from=CREATED, valid_until=until) is None


def test_a_suite_goes_with_its_key():
    assert choose_suite(None, "Ed25519") == "eddsa-rdfc-2022"
    assert choose_suite(None, "RSA") == "jwt"
    assert "jwt" in suite_names()
    for name, algorithm in (
        ("eddsa-rdfc-2022", "P-256"),
        ("ecdsa-sd-2023", "P-384"),
        ("ecdsa-sd-2023", "BLS12-381"),
        ("jwt", "BLS12-381"),
        ("vc+jwt", "BLS12-381"),
        ("bbs-2023", "P-256"),
        ("rot13", "RSA"),
    ):
        with pytest.raises(UsageError) as caught:
            choose_suite(name, algorithm)
        assert caught.value.reason == "usage.suite"


def test_the_self_check_notices_a_wrong_signature_and_a_strange_key():
    one = issuance()
    times = {"created": CREATED, "valid_from": CREATED, "valid_until": None, "documents": {}}
    signed = Mint(one).sign(award())
    self_check(signed, **times)
    with pytest.raises(StackmarkError, match=r"proof\.signature"):
        self_check(signed.replace(b"Soil sampling", b"Gold sampling"), **times)
    other = dataclasses.replace(one, signer=issuance(kind="p256").signer)
    with pytest.raises(UsageError):
        Mint(other).sign(award())


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "jwt", "vc+jwt"])
@pytest.mark.parametrize(
    "period", [("2019-01-01T00:00:00Z", "2020-01-01T00:00:00Z"), ("2040-01-01T00:00:00Z", None)]
)
def test_past_and_future_credentials_can_be_checked(suite, period):
    signed = Mint(issuance(suite)).sign(award(valid_from=period[0], valid_until=period[1]))
    self_check(signed, created=CREATED, valid_from=period[0], valid_until=period[1], documents={})
    broken = signed[:-3] + bytes([signed[-3] ^ 1]) + signed[-2:]
    with pytest.raises(StackmarkError):
        self_check(
            broken, created=CREATED, valid_from=period[0], valid_until=period[1], documents={}
        )
