from __future__ import annotations

import orjson
import pytest

from badge_design import CREATED, NOW, award, issuance, keyfile
from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.bulk import Mint
from stackmark.issuing.presenting import sign_presentation
from stackmark.verification.verifier import Verifier

HOLDER = keyfile("ed25519", 9)
BADGE = orjson.loads(Mint(issuance()).sign(award()))


def presentation(**more):
    tree = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER.did,
        "verifiableCredential": [BADGE],
    }
    return {name: value for name, value in (tree | more).items() if value is not None}


def signed(tree, suite="eddsa-rdfc-2022", challenge="c1", domain="shop.example", key=HOLDER):
    return sign_presentation(
        tree, key=key, suite=suite, created=CREATED, challenge=challenge, domain=domain
    )


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "vc+jwt"])
def test_it_answers_the_one_who_asked_and_nobody_else(suite):
    made = signed(presentation(), suite)

    def judged(**asked):
        return Verifier(now=NOW, **asked).verify(made)

    report = judged(challenge="c1", domain="shop.example")
    # The badge is about somebody by address, so whose it is cannot be told; the proof can.
    assert report.check("proof").outcome == "passed", report.why
    assert report.check("issuer-key").outcome == "passed"
    assert judged(challenge="c2", domain="shop.example").verdict == "refused"
    assert judged(challenge="c1", domain="other.example").verdict == "refused"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"proof": {}}, "format.proof"),
        ({"verifiableCredential": None}, "format.empty"),
        ({"holder": "did:example:other"}, "format.holder"),
        ({"holder": None}, "format.holder"),
        ({"@context": ["urn:x"]}, "context.order"),
        ({"nmae": "x"}, "lossless.undefined-term"),
    ],
)
@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022", "vc+jwt"])
def test_what_cannot_be_presented(suite, more, reason):
    with pytest.raises(CheckFailed) as caught:
        signed(presentation(**more), suite)
    assert caught.value.reason == reason


@pytest.mark.parametrize("suite", ["jwt", "ecdsa-sd-2023", "bbs-2023", "ecdsa-rdfc-2019"])
def test_suites_that_do_not_present(suite):
    with pytest.raises(UsageError) as caught:
        signed(presentation(), suite)
    assert caught.value.reason == "usage.suite"
