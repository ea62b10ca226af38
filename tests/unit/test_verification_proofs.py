from __future__ import annotations

import orjson
import pytest

from judging import outcomes, reasons
from simulators.issuer import OB, V2, Issuer
from stackmark.canonical.nquads import older_form
from stackmark.keys import b58encode
from stackmark.proofs.suites import Canonicals, bytes_to_sign, proof_options, suite_of

ISSUER = Issuer()
OTHER = Issuer(ISSUER.web, "did:web:other.example", number=1)
NOBODY = Issuer(ISSUER.web, None, number=2)


def with_proofs(*proofs, unsecured=None):
    """The badge with these proofs, as bytes; one alone stands without a list."""
    badge = ISSUER.badge() if unsecured is None else unsecured
    found = list(proofs) if len(proofs) > 1 else proofs[0]
    return ISSUER.verify(orjson.dumps({**badge, "proof": found}))


# Suites and keys


@pytest.mark.parametrize(
    ("kind", "suite"),
    [
        ("ed25519", "eddsa-rdfc-2022"),
        ("ed25519", "eddsa-jcs-2022"),
        ("p256", "ecdsa-rdfc-2019"),
        ("p256", "ecdsa-jcs-2019"),
        ("p384", "ecdsa-rdfc-2019"),
        ("p384", "ecdsa-jcs-2019"),
    ],
)
@pytest.mark.parametrize("did", ["did:web:uni.example", None])
def test_every_suite_with_every_key_it_takes(kind, suite, did):
    issuer = Issuer(did=did, kind=kind)
    signed = issuer.sign(suite=suite)
    assert issuer.verify(signed).verdict == "verified"
    changed = orjson.loads(signed)
    changed["name"] = "Soil Science II"
    assert outcomes(issuer.verify(orjson.dumps(changed))) == {
        "proof": ("failed", "proof.signature")
    }


CHANGES = {
    "created": ("created", "2026-01-02T03:04:06Z", "proof.signature"),
    "suite": ("cryptosuite", "eddsa-jcs-2022", "proof.signature"),
    "suite unknown": ("cryptosuite", "eddsa-2022", "proof.unsupported"),
    "suite for other keys": ("cryptosuite", "ecdsa-rdfc-2019", "proof.key-type"),
    "type unknown": ("type", "SomeProof", "proof.unsupported"),
    "purpose": ("proofPurpose", "authentication", "proof.purpose"),
    "no method": ("verificationMethod", None, "issuer-key.method-url"),
    "value number": ("proofValue", 5, "proof.encoding"),
    "value without letter": ("proofValue", "abc", "proof.encoding"),
    "value base64url": ("proofValue", "u" + "A" * 86, "proof.encoding"),
    "value short": ("proofValue", "z" + b58encode(bytes(63)), "proof.encoding"),
    "value zeros": ("proofValue", "z" + b58encode(bytes(64)), "proof.signature"),
    "created no time": ("created", "yesterday", "proof.time"),
    "created in the future": ("created", "2026-06-01T12:06:00Z", "proof.time"),
    "expires passed": ("expires", "2026-06-01T11:00:00Z", "proof.expired"),
}


@pytest.mark.parametrize(("member", "value", "reason"), CHANGES.values(), ids=CHANGES)
def test_a_proof_with_one_member_changed(member, value, reason):
    proof = ISSUER.proof(ISSUER.plain())
    report = with_proofs({**proof, member: value}, unsecured=ISSUER.plain())
    assert reasons(report) == [reason]
    assert report.verdict == "refused"


def test_a_proof_that_expires_later_and_clocks_that_differ():
    late = ISSUER.sign(created="2026-06-01T12:04:00Z", expires="2026-06-01T12:00:01Z")
    assert ISSUER.verify(late).verdict == "verified"


@pytest.mark.parametrize("proof", [None, [], {}, "proof", [None], [[]]])
def test_no_proof_is_no_proof(proof):
    report = ISSUER.verify(orjson.dumps({**ISSUER.plain(), "proof": proof}))
    assert reasons(report) == ["proof.missing"]
    assert reasons(ISSUER.verify(orjson.dumps(ISSUER.plain()))) == ["proof.missing"]


def test_a_proof_under_another_context_than_the_document():
    badge = ISSUER.badge()
    proof = ISSUER.proof(badge, suite="eddsa-jcs-2022")
    assert reasons(with_proofs({**proof, "@context": [V2]})) == ["proof.context"]
    assert with_proofs(proof).verdict == "verified"


def test_a_credential_bound_to_a_domain():
    signed = ISSUER.sign(domain="verify.example")
    assert reasons(ISSUER.verify(signed)) == ["proof.domain"]
    assert ISSUER.verify(signed).verdict == "could-not-tell"
    assert ISSUER.verify(signed, domain="verify.example").verdict == "verified"
    report = ISSUER.verify(signed, domain="other.example")
    assert (report.verdict, reasons(report)) == ("refused", ["proof.domain"])
    assert ISSUER.verify(ISSUER.sign(), domain="verify.example").verdict == "verified"


# Proof sets


def test_a_set_of_the_issuers_own_proofs():
    badge = ISSUER.badge()
    report = with_proofs(ISSUER.proof(badge), ISSUER.proof(badge, suite="eddsa-jcs-2022"))
    assert (report.verdict, reasons(report)) == ("verified", [])
    assert report.check("proof").detail == "2 signatures fit the document."


def test_every_proof_of_a_set_must_hold():
    badge = ISSUER.badge()
    good, other = ISSUER.proof(badge), OTHER.proof(badge)
    assert with_proofs(good, other).verdict == "verified"
    assert "1 further signature" in with_proofs(good, other).check("issuer-key").detail
    bad = {**other, "proofValue": good["proofValue"]}
    assert reasons(with_proofs(good, bad)) == ["proof.signature"]
    assert reasons(with_proofs(bad, good)) == ["proof.signature"]
    assert reasons(with_proofs({**good, "created": "2026-01-02T03:04:06Z"}, other)) == [
        "proof.signature"
    ]


def test_one_proof_of_a_set_must_be_the_issuers():
    badge = ISSUER.badge()
    report = with_proofs(OTHER.proof(badge), NOBODY.proof(badge))
    assert reasons(report) == ["issuer-key.not-issuer"]
    assert report.check("proof").outcome == "passed"


def test_too_many_proofs_cost_nothing():
    proof = ISSUER.proof(ISSUER.badge())
    assert reasons(with_proofs(*[proof] * 17)) == ["proof.too-many"]
    assert with_proofs(*[proof] * 16).verdict == "verified"


def test_ids_of_proofs():
    badge = ISSUER.badge()
    one, two = ISSUER.proof(badge, id="urn:uuid:1"), ISSUER.proof(badge, id="urn:uuid:2")
    assert with_proofs(one, two).verdict == "verified"
    assert reasons(with_proofs(one, one)) == ["proof.ids"]
    # That the published schema wants texts as well is beside the point here.
    assert "proof.ids" in reasons(with_proofs({**one, "id": 5}, two))


# Proof chains


def chain(*, as_list=False):
    """A first proof by somebody else and the issuer's, which covers it."""
    badge = ISSUER.plain()
    first = OTHER.proof(badge, id="urn:uuid:1")
    name = ["urn:uuid:1"] if as_list else "urn:uuid:1"
    return first, ISSUER.proof(badge, before=[first], id="urn:uuid:2", previousProof=name)


def judge_chain(*proofs):
    return with_proofs(*proofs, unsecured=ISSUER.plain())


@pytest.mark.parametrize("as_list", [False, True])
def test_a_chain_with_its_first_proof_named_as_text_or_in_a_list(as_list):
    first, second = chain(as_list=as_list)
    for order in ((first, second), (second, first)):
        report = judge_chain(*order)
        assert (report.verdict, reasons(report)) == ("verified", [])


def test_a_chain_without_its_first_proof():
    assert reasons(judge_chain(chain()[1])) == ["proof.chain"]


def test_a_proof_without_a_name_may_stand_in_a_chain_as_well():
    first, _ = chain()
    nameless = ISSUER.proof(ISSUER.plain(), before=[first], previousProof="urn:uuid:1")
    assert judge_chain(first, nameless).verdict == "verified"
    assert reasons(judge_chain(nameless)) == ["proof.chain"]
    assert reasons(judge_chain({**nameless, "previousProof": "urn:uuid:9"}, first)) == [
        "proof.chain"
    ]


def test_a_chain_whose_first_proof_was_replaced():
    """Another good proof under the same id: its own signature holds, the second's does not."""
    _, second = chain()
    other = NOBODY.proof(ISSUER.plain(), id="urn:uuid:1")
    assert reasons(judge_chain(other, second)) == ["proof.signature"]


def test_a_chain_whose_first_proof_was_changed():
    first, second = chain()
    report = judge_chain({**first, "created": "2026-01-02T03:04:06Z"}, second)
    assert reasons(report) == ["proof.signature"]


def test_a_chain_cut_from_its_first_proof_by_hand():
    first, second = chain()
    cut = {name: value for name, value in second.items() if name != "previousProof"}
    assert reasons(judge_chain(first, cut)) == ["proof.signature"]


def test_a_chain_of_three():
    badge = ISSUER.plain()
    first = OTHER.proof(badge, id="urn:uuid:1")
    second = NOBODY.proof(badge, before=[first], id="urn:uuid:2", previousProof="urn:uuid:1")
    third = ISSUER.proof(
        badge,
        before=[first, second],
        id="urn:uuid:3",
        previousProof=["urn:uuid:1", "urn:uuid:2"],
    )
    report = judge_chain(third, first, second)
    assert (report.verdict, reasons(report)) == ("verified", [])


@pytest.mark.parametrize(
    ("links", "wanted"),
    [
        ({"urn:uuid:1": "urn:uuid:1"}, "proof.chain"),
        ({"urn:uuid:1": "urn:uuid:2", "urn:uuid:2": "urn:uuid:1"}, "proof.chain"),
        (
            {"urn:uuid:1": "urn:uuid:3", "urn:uuid:2": "urn:uuid:1", "urn:uuid:3": "urn:uuid:2"},
            "proof.chain",
        ),
        ({"urn:uuid:1": 5}, "proof.chain"),
        ({"urn:uuid:1": ["urn:uuid:9"]}, "proof.chain"),
    ],
)
def test_loops_and_broken_links(links, wanted):
    proof = ISSUER.proof(ISSUER.plain())
    proofs = [{**proof, "id": name, "previousProof": before} for name, before in links.items()]
    assert reasons(judge_chain(*proofs)) == [wanted]


# Older escapes of control characters


def signed_in_older_form(issuer, unsecured):
    """As software from before RDFC-1.0 signed: control characters written plainly."""
    document = Canonicals(unsecured)
    document.quads = [(s, p, older_form(o) or o, g) for s, p, o, g in document.quads]
    document._planned = None
    proof = {name: value for name, value in issuer.proof(unsecured).items() if name != "proofValue"}
    suite = suite_of(proof)
    options = proof_options(proof, unsecured["@context"], suite)
    signed = bytes_to_sign(document, options, suite, issuer.key.algorithm)
    return {**proof, "proofValue": "z" + b58encode(issuer.key.sign(signed))}


@pytest.mark.parametrize("text", ["a\bb", "a\fb", "a\x00b", "bell \x07"])
def test_control_characters_signed_before_their_escapes_were_settled(text):
    badge = ISSUER.plain(name=text)
    old = signed_in_older_form(ISSUER, badge)
    assert old["proofValue"] != ISSUER.proof(badge)["proofValue"]
    for proof in (old, ISSUER.proof(badge)):
        report = with_proofs(proof, unsecured=badge)
        assert (report.verdict, reasons(report)) == ("verified", [])
    changed = {**badge, "name": text + "!"}
    assert reasons(with_proofs(old, unsecured=changed)) == ["proof.signature"]


def test_plain_text_has_one_form_only():
    badge = ISSUER.plain(name='tab \t, "quotes", back\\slash')
    assert Canonicals(badge).in_older_form() is None
    assert signed_in_older_form(ISSUER, badge) == ISSUER.proof(badge)


# The older Ed25519Signature2020


def test_the_older_suite_is_read():
    context = [V2, OB, "https://w3id.org/security/suites/ed25519-2020/v1"]
    badge = ISSUER.badge(context=context)
    proof = {
        "type": "Ed25519Signature2020",
        "created": "2026-01-02T03:04:05Z",
        "verificationMethod": ISSUER.method,
        "proofPurpose": "assertionMethod",
    }
    suite = suite_of(proof)
    options = proof_options(proof, context, suite)
    value = ISSUER.key.sign(bytes_to_sign(Canonicals(badge), options, suite, "Ed25519"))
    proof["proofValue"] = "z" + b58encode(value)
    assert with_proofs(proof, unsecured=badge).verdict == "verified"
    changed = {**badge, "name": "B"}
    assert reasons(with_proofs(proof, unsecured=changed)) == ["proof.signature"]
    both = {**proof, "cryptosuite": "eddsa-rdfc-2022"}
    assert reasons(with_proofs(both, unsecured=badge)) == ["proof.unsupported"]
