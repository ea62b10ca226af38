"""Several credentials at once: presentations and CLRs."""

from __future__ import annotations

import orjson
import pytest

from judging import outcomes, reasons
from simulators.issuer import NOW, V2, Issuer, Web
from stackmark.limits import MAX_PARTS
from stackmark.verification.verifier import Verifier

ISSUER = Issuer()
OTHER = Issuer(ISSUER.web, "did:web:other.example", number=1)
ALICE = Issuer(ISSUER.web, None, number=2)
BOB = Issuer(ISSUER.web, None, number=3)
MINE = ISSUER.sign(ISSUER.badge(credentialSubject=ISSUER.subject(id=ALICE.did)))
ASKED = {"challenge": "c-7f3a", "domain": "verify.example"}


def judge(data, **how):
    return ISSUER.verify(data, **how)


# The holder's proof


@pytest.mark.parametrize("token", [False, True])
def test_a_presentation(token):
    bound = {} if token else ASKED
    report = judge(ALICE.present(MINE, token=token, **bound), **bound)
    assert (report.verdict, reasons(report)) == ("verified", [])
    assert report.format == ("vp+jwt" if token else "vp+di")
    assert report.credential.issuer_id == ALICE.did
    assert [part.verdict for part in report.parts] == ["verified"]
    assert report.check("validity").detail == "Asked of each credential inside."


def test_a_presentation_that_does_not_name_its_holder():
    assert judge(ALICE.present(MINE, holder=False)).verdict == "verified"
    report = judge(ALICE.present(MINE, holder=False, token=True))
    assert reasons(report) == ["format.holder"]


@pytest.mark.parametrize(
    ("made", "asked", "verdict", "reason"),
    [
        ({"challenge": "other"}, {"challenge": "c-7f3a"}, "refused", "proof.challenge"),
        ({}, {"challenge": "c-7f3a"}, "refused", "proof.challenge"),
        ({"challenge": "c-7f3a"}, {}, "could-not-tell", "proof.challenge"),
        ({"domain": "other.example"}, {"domain": "verify.example"}, "refused", "proof.domain"),
        ({}, {"domain": "verify.example"}, "refused", "proof.domain"),
        ({"domain": "verify.example"}, {}, "could-not-tell", "proof.domain"),
        ({"purpose": "assertionMethod"}, {}, "refused", "proof.purpose"),
    ],
)
def test_what_the_verifier_gave(made, asked, verdict, reason):
    purpose = {"purpose": "authentication"} | made
    body = orjson.loads(ALICE.present(MINE))
    unsecured = {name: value for name, value in body.items() if name != "proof"}
    report = judge(ALICE.sign(unsecured, **purpose), **asked)
    assert (report.verdict, reasons(report)) == (verdict, [reason])


@pytest.mark.parametrize(
    ("claims", "asked", "reason"),
    [
        ({"nonce": "c-7f3a", "aud": "verify.example"}, ASKED, None),
        ({"nonce": "other"}, ASKED, "proof.challenge"),
        ({"aud": "other.example"}, ASKED, "proof.challenge"),
        ({"nonce": "c-7f3a"}, {}, "proof.challenge"),
    ],
)
def test_what_the_verifier_gave_in_a_token(claims, asked, reason):
    report = judge(ALICE.present(MINE, token=True, claims=claims), **asked)
    assert reasons(report) == ([reason] if reason else [])


def test_a_token_that_answers_no_challenge():
    assert reasons(judge(ALICE.present(MINE, token=True), **ASKED)) == ["proof.challenge"]


def test_a_challenge_serves_once():
    verifier = Verifier(now=NOW, fetcher=ISSUER.web, **ASKED)
    data = ALICE.present(MINE, **ASKED)
    assert verifier.verify(data).verdict == "verified"
    assert reasons(verifier.verify(data)) == ["proof.challenge-used"]


def test_a_failed_presentation_uses_no_challenge_up():
    verifier = Verifier(now=NOW, fetcher=ISSUER.web, **ASKED)
    assert verifier.verify(BOB.present(MINE, **ASKED)).verdict == "refused"
    assert verifier.verify(ALICE.present(MINE, **ASKED)).verdict == "verified"


def test_the_key_is_the_holders():
    made = orjson.loads(ALICE.present(MINE))
    unsecured = {name: value for name, value in made.items() if name != "proof"}
    report = judge(BOB.sign(unsecured, purpose="authentication"))
    assert outcomes(report)["issuer-key"] == ("failed", "issuer-key.not-issuer")


def test_a_key_for_assertions_only_authenticates_nobody():
    mine = ISSUER.sign(ISSUER.badge(credentialSubject=ISSUER.subject(id=OTHER.did)))
    report = judge(OTHER.present(mine))
    assert outcomes(report)["issuer-key"] == ("failed", "issuer-key.relationship")


# What is inside


def test_whoever_presents_must_be_whom_it_is_about():
    report = judge(BOB.present(MINE))
    assert (report.verdict, outcomes(report)) == (
        "refused",
        {"recipient": ("failed", "recipient.holder")},
    )


def test_one_bad_credential_spoils_the_whole():
    forged = orjson.loads(MINE)
    forged["name"] = "Soil Science X"
    report = judge(ALICE.present(MINE, forged))
    assert report.verdict == "refused"
    assert [part.verdict for part in report.parts] == ["verified", "refused"]
    assert reasons(report) == ["proof.signature"]
    assert report.headline == f"Refused: {report.parts[1].why}"


def test_one_open_question_leaves_the_whole_open():
    gone = Issuer(Web(), "did:web:gone.example", number=4)
    open_one = gone.sign(gone.badge(credentialSubject=gone.subject(id=ALICE.did)))
    report = judge(ALICE.present(MINE, open_one))
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["issuer-key.unresolvable"])
    assert report.headline.startswith("Could not tell: No key could be had")


def envelope():
    token = ISSUER.token(ISSUER.badge(credentialSubject=ISSUER.subject(id=ALICE.did))).decode()
    return {
        "@context": V2,
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }


@pytest.mark.parametrize(
    "how",
    [
        {"token": True},
        {"suite": "eddsa-jcs-2022"},
        pytest.param(
            {"suite": "eddsa-rdfc-2022"},
        ),
    ],
)
def test_an_enveloped_credential_inside(how):
    report = judge(ALICE.present(envelope(), **how))
    assert (report.verdict, [part.format for part in report.parts]) == ("verified", ["ob3+jwt"])


SHAPES = {
    "empty": (lambda: ALICE.present(), "format.empty"),
    "number inside": (lambda: ALICE.present(5, suite="eddsa-jcs-2022"), "read.part"),
    "presentation inside": (lambda: ALICE.present(ALICE.present(MINE)), "format.nested"),
    "holder is no address": (lambda: ALICE.sign(made_holder("alice"), **LOGIN), "format.holder"),
    "unknown context": (
        lambda: ALICE.sign(made_holder(ALICE.did), **LOGIN).replace(
            b"/ns/credentials", b"/ns/other", 1
        ),
        "context.order",
    ),
    "unsigned": (lambda: orjson.dumps(made_holder(ALICE.did)), "proof.missing"),
}
LOGIN = {"purpose": "authentication", "suite": "eddsa-jcs-2022"}


def made_holder(holder):
    return {
        "@context": [V2],
        "type": ["VerifiablePresentation"],
        "holder": holder,
        "verifiableCredential": [orjson.loads(MINE)],
    }


@pytest.mark.parametrize(("make", "reason"), SHAPES.values(), ids=SHAPES)
def test_shape(make, reason):
    report = judge(make())
    assert report.verdict == "refused"
    assert reason in reasons(report)


def test_too_many_credentials():
    many = [orjson.loads(MINE)] * (MAX_PARTS + 1)
    body = {**made_holder(ALICE.did), "verifiableCredential": many}
    report = judge(ALICE.sign(body, **LOGIN))
    assert report.verdict == "refused"
    assert {"read.too-many"} & set(reasons(report))


# CLR


def clr(*inner, issuer=ISSUER, **members):
    return issuer.sign(issuer.clr(*inner, **members))


def test_a_clr_and_each_badge_inside():
    one = ISSUER.sign(ISSUER.badge(id="urn:uuid:1"))
    two = OTHER.sign(OTHER.badge(id="urn:uuid:2"))
    report = judge(clr(one, two))
    assert (report.verdict, report.format) == ("verified", "clr2+di")
    assert [part.credential.id for part in report.parts] == ["urn:uuid:1", "urn:uuid:2"]


def test_an_outer_signature_heals_nothing():
    forged = orjson.loads(ISSUER.sign(ISSUER.badge(id="urn:uuid:1")))
    forged["name"] = "Soil Science X"
    report = judge(clr(forged))
    assert report.check("proof").outcome == "passed"
    assert (report.verdict, reasons(report)) == ("refused", ["proof.signature"])
    unsigned = judge(clr(ISSUER.badge(id="urn:uuid:1")))
    assert outcomes(unsigned.parts[0]) == {"proof": ("failed", "proof.missing")}
    assert unsigned.verdict == "refused"


def test_a_revoked_badge_inside_refuses_the_clr():
    issuer = Issuer()
    badge = issuer.badge(id="urn:uuid:1", credentialStatus=issuer.status())
    signed = clr(issuer.sign(badge), issuer=issuer)
    assert issuer.verify(signed).verdict == "verified"
    issuer.set_status()
    report = issuer.verify(signed)
    assert (report.verdict, reasons(report)) == ("refused", ["status.revoked"])


def test_a_badge_about_somebody_else_inside():
    other = ISSUER.badge(id="urn:uuid:1", credentialSubject=ISSUER.subject(id="did:example:bob"))
    report = judge(clr(ISSUER.sign(other)))
    assert (report.verdict, reasons(report)) == ("refused", ["format.other-person"])
    assert report.check("format").detail == "'Soil Science I' inside is about somebody else."


def test_a_badge_about_a_hashed_person_inside():
    """Nobody can tell from a hash whether two are one; it is not held against the CLR."""
    entry = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": "sha256$" + "0" * 64,
        "identityType": "emailAddress",
    }
    hashed = ISSUER.badge(
        id="urn:uuid:1", credentialSubject=ISSUER.subject(id=None, identifier=[entry])
    )
    assert judge(clr(ISSUER.sign(hashed))).verdict == "verified"


def test_the_shape_a_clr_must_have():
    badge = orjson.loads(ISSUER.sign(ISSUER.badge(id="urn:uuid:1")))
    made = ISSUER.clr(badge)
    odd = {"type": "Association", "associationType": "knows", "sourceId": "a", "targetId": "b"}
    subject = {**made["credentialSubject"], "association": [odd]}
    signed = ISSUER.sign({**made, "credentialSubject": subject}, suite="eddsa-jcs-2022")
    assert "schema.invalid" in reasons(judge(signed))
    empty = {
        name: value
        for name, value in made["credentialSubject"].items()
        if name != "verifiableCredential"
    }
    signed = ISSUER.sign({**made, "credentialSubject": empty}, suite="eddsa-jcs-2022")
    assert "schema.invalid" in reasons(judge(signed))


def test_a_clr_in_a_presentation():
    mine = ISSUER.sign(
        ISSUER.badge(id="urn:uuid:1", credentialSubject=ISSUER.subject(id=ALICE.did))
    )
    made = ISSUER.clr(mine)
    made["credentialSubject"]["id"] = ALICE.did
    report = judge(ALICE.present(ISSUER.sign(made)))
    assert (report.verdict, reasons(report)) == ("verified", [])
    assert report.parts[0].parts[0].credential.id == "urn:uuid:1"


def test_a_presentation_in_a_clr():
    made = ISSUER.clr(orjson.loads(ALICE.present(MINE)))
    signed = ISSUER.sign(made, suite="eddsa-jcs-2022")
    assert "format.nested" in reasons(judge(signed))


def test_credentials_inside_are_followed_only_so_deep():
    """CLR in CLR in CLR: each level is judged until the limit, then refused."""
    inner = ISSUER.sign(ISSUER.badge(id="urn:uuid:0"))
    for level in range(1, 5):
        inner = clr(orjson.loads(inner), id=f"urn:uuid:{level}")
    report = judge(inner)
    assert report.verdict == "refused"
    assert "read.too-many" in reasons(report)


def test_parts_stand_in_the_json_of_the_report():
    report = judge(ALICE.present(MINE)).to_json()
    assert [part["credential"]["name"] for part in report["parts"]] == ["Soil Science I"]
    assert report["parts"][0]["verdict"] == "verified"
    assert "source" not in report["parts"][0]
