from __future__ import annotations

import json

import pytest

from judging import outcomes, reasons
from simulators.issuer import V1, Issuer
from stackmark.errors import UsageError
from stackmark.trust.register import Register
from stackmark.verification.policy import POLICIES, STANDARD, STRICT, policy_named

ISSUER = Issuer()
OTHER = Issuer(ISSUER.web, "did:web:other.example", number=1)


def register(**members):
    entry = {"id": ISSUER.did, "name": "Uni Example", **members}
    return Register.parse(json.dumps({"issuers": [entry]}).encode())


def judge(known, *, signed=None, policy=STANDARD):
    data = ISSUER.sign() if signed is None else signed
    return ISSUER.verify(data, register=known, policy=policy)


HEADLINES = {
    "known": "Verified: unaltered, in force, from an issuer you accept",
    "unknown": "Unaltered and in force; issuer not known to us",
    "out-of-scope": "Unaltered and in force; the issuer is not accepted for this",
}
KNOWN = {"outcome": "passed", "reason": "trust.ok"}
OUT = {"outcome": "failed", "reason": "trust.out-of-scope"}
CASES = {
    "named": ({}, "known", "trust.ok"),
    "for this achievement": ({"achievements": ["https://uni.example/a/7"]}, "known", "trust.ok"),
    "for all of a kind": ({"achievements": ["https://uni.example/a/*"]}, "known", "trust.ok"),
    "for another": (
        {"achievements": ["https://uni.example/a/8"]},
        "out-of-scope",
        "trust.out-of-scope",
    ),
    "for none": ({"achievements": []}, "out-of-scope", "trust.out-of-scope"),
    "from then on": ({"from": "2026-01-01T00:00:00Z"}, "known", "trust.ok"),
    "not yet": ({"from": "2026-01-01T00:00:01Z"}, "out-of-scope", "trust.out-of-scope"),
    "until then": ({"until": "2026-01-01T00:00:00Z"}, "known", "trust.ok"),
    "no more": ({"until": "2025-12-31T23:59:59Z"}, "out-of-scope", "trust.out-of-scope"),
    "somebody else": ({"id": "did:web:other.example"}, "unknown", "trust.unknown-issuer"),
    "other spelling": ({"id": "did:web:UNI.example"}, "unknown", "trust.unknown-issuer"),
}


@pytest.mark.parametrize(("members", "standing", "reason"), CASES.values(), ids=CASES)
def test_standing(members, standing, reason):
    report = judge(register(**members))
    assert report.check("trust").reason == reason
    assert report.credential.issuer_trust == standing
    assert report.headline == HEADLINES[standing]
    assert report.verdict == "verified"
    assert bool(report.warnings) is (standing != "known")
    strict = judge(register(**members), policy=STRICT)
    wanted = {"known": "verified", "unknown": "could-not-tell", "out-of-scope": "refused"}
    assert strict.verdict == wanted[standing]
    assert strict.warnings == ()


def test_without_a_register_nobody_is_known():
    report = judge(None)
    assert report.check("trust").reason == "trust.none"
    assert report.headline == HEADLINES["unknown"]
    assert judge(None, policy=STRICT).verdict == "could-not-tell"


def test_two_entries_of_one_issuer_are_two_times():
    entries = [
        {"id": ISSUER.did, "until": "2025-01-01T00:00:00Z"},
        {"id": ISSUER.did, "from": "2025-06-01T00:00:00Z"},
    ]
    known = Register.parse(json.dumps({"issuers": entries}).encode())
    assert judge(known).credential.issuer_trust == "known"


def test_a_famous_name_without_its_key_borrows_no_trust():
    report = judge(register(), signed=OTHER.sign(ISSUER.badge()))
    assert outcomes(report) == {
        "issuer-key": ("failed", "issuer-key.not-issuer"),
        "trust": ("could-not-tell", "trust.unproven"),
    }
    assert report.credential.issuer_trust == "unknown"
    assert report.headline.startswith("Refused")


def test_a_refused_badge_of_a_known_issuer_stays_refused():
    report = judge(register(), signed=ISSUER.sign(ISSUER.badge(validUntil="2026-05-01T00:00:00Z")))
    assert (report.verdict, reasons(report)) == ("refused", ["validity.expired"])
    assert report.headline == "Refused: It expired at 2026-05-01T00:00:00Z."


def test_an_issue_date_of_vc_1_1_counts():
    badge = ISSUER.plain(
        context=[V1, "https://w3id.org/security/data-integrity/v2"],
        validFrom=None,
        issuanceDate="2026-01-01T00:00:00Z",
        credentialSubject={"id": "did:example:alice"},
    )
    report = judge(register(until="2025-12-31T00:00:00Z"), signed=ISSUER.sign(badge))
    assert report.credential.issuer_trust == "out-of-scope"


def test_trust_is_not_asked_of_endorsers():
    endorsement = OTHER.endorsement("https://uni.example/c/1")
    report = judge(register(), signed=ISSUER.sign(ISSUER.badge(endorsement=[endorsement])))
    assert (report.verdict, reasons(report)) == ("verified", [])


def test_each_credential_of_a_clr_is_judged_by_the_register():
    inner = OTHER.sign(OTHER.badge(id="https://other.example/c/1"))
    report = judge(register(), signed=ISSUER.sign(ISSUER.clr(inner)), policy=STRICT)
    assert report.credential.issuer_trust == "known"
    assert [part.credential.issuer_trust for part in report.parts] == ["unknown"]
    assert report.verdict == "could-not-tell"
    assert "does not name did:web:other.example" in report.parts[0].check("trust").detail


# Registers that cannot be used


@pytest.mark.parametrize(
    "tree",
    [
        [],
        {},
        {"issuers": {}},
        {"issuers": ["did:web:uni.example"]},
        {"issuers": [{"name": "Uni"}]},
        {"issuers": [{"id": "did:web:uni.example", "scope": "all"}]},
        {"issuers": [{"id": "did:web:uni.example", "achievements": "all"}]},
        {"issuers": [{"id": "did:web:uni.example", "achievements": [5]}]},
        {"issuers": [{"id": "did:web:uni.example", "from": "2026-01-01"}]},
        {"issuers": [{"id": "did:web:uni.example", "until": "soon"}]},
    ],
)
def test_a_register_of_the_wrong_shape(tree):
    with pytest.raises(UsageError) as caught:
        Register.parse(json.dumps(tree).encode())
    assert caught.value.reason == "usage.trust"


# Policies


def test_policies_by_name():
    assert policy_named("standard") is STANDARD
    assert set(POLICIES) == {"standard", "strict"}
    with pytest.raises(UsageError) as caught:
        policy_named("lenient")
    assert caught.value.reason == "usage.policy"
    assert "standard, strict" in caught.value.detail


def test_no_policy_makes_proof_key_or_reading_optional():
    for policy in POLICIES.values():
        assert not policy.advisory & {"read", "proof", "issuer-key"}
        for data in (b"{}", b"", json.dumps(ISSUER.plain()).encode()):
            assert judge(None, signed=data, policy=policy).verdict != "verified"


def test_a_policy_that_would_let_everything_pass_still_needs_a_proof():
    report = judge(None, signed=json.dumps(ISSUER.plain()).encode())
    everything = frozenset(check.code for check in report.checks)
    lax = type(STANDARD)("lax", "Nothing counts.", everything)
    assert lax.verdict(report.checks) == "could-not-tell"
    assert lax.verdict(judge(None).checks) == "verified"
