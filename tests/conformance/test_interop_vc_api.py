"""The VC API against @digitalbazaar/vc: what it issues and derives, and what it is asked to judge."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from conformance.node_peers import ask, node_key, refusals, theirs, to_issue, to_verify
from sample_keys import key
from stackmark.keys.did import default_identity
from stackmark_web import clock

pytestmark = [pytest.mark.interop, pytest.mark.django_db]
VC2 = "https://www.w3.org/ns/credentials/v2"
PEERS = {  # issuers of ours whose suite the peer knows, and the keys of the peer's own
    "eddsa-rdfc-2022": ("ed25519", "eddsa-rdfc-2022"),
    "eddsa-jcs-2022": ("ed25519", "eddsa-jcs-2022"),
    "ecdsa-rdfc-2019": ("p256", "ecdsa-rdfc-2019"),
    "ecdsa-rdfc-2019-p384": ("p384", "ecdsa-rdfc-2019"),
}
LICENCE = {
    "@context": [
        VC2,
        {
            "@protected": True,
            "LicenceCredential": "urn:example:LicenceCredential",
            "licence": {"@id": "urn:example:licence", "@context": {"number": "urn:example:number"}},
        },
    ],
    "type": ["VerifiableCredential", "LicenceCredential"],
    "credentialSubject": {"id": "urn:uuid:1a0e4ef5-091f-4060-842e-18e519ab9440"},
}


@pytest.fixture
def post(settings):
    settings.VC_API = True
    client = Client()

    def send(path, **body):
        answer = client.post(f"/vc-api/{path}", json.dumps(body), content_type="application/json")
        return answer.status_code, json.loads(answer.content)

    return send


def licence():
    tree = json.loads(json.dumps(LICENCE))
    tree["credentialSubject"]["licence"] = {"number": "T21387"}
    return tree


def named():
    """One whose meanings all stand in contexts by name."""
    examples = "https://www.w3.org/ns/credentials/examples/v2"
    subject = {"id": "did:example:s", "alumniOf": "The School of Examples"}
    return {**licence(), "@context": [VC2, examples], "credentialSubject": subject}


def test_the_peer_takes_what_is_issued(post):
    made = []
    for word in PEERS:
        # The peer compares contexts written into a JCS proof by identity, so none can be there.
        tree = named() if word == "eddsa-jcs-2022" else licence()
        status, answer = post(f"{word}/credentials/issue", credential=tree)
        assert status == 201
        made.append(to_verify(answer["verifiableCredential"], now=clock.stamp_now()))
    assert refusals(made, ask("data_integrity", made), list(PEERS)) == {}


@pytest.mark.parametrize("suite", ["ecdsa-sd-2023", "bbs-2023"])
def test_the_peer_takes_what_is_derived(post, suite):
    status, answer = post(
        f"{suite}/credentials/issue",
        credential=licence(),
        options={"mandatoryPointers": ["/issuer"]},
    )
    assert status == 201
    base, pointers = answer["verifiableCredential"], ["/credentialSubject/licence/number"]
    status, answer = post(
        "credentials/derive", verifiableCredential=base, options={"selectivePointers": pointers}
    )
    assert status == 201
    jobs = [
        to_verify(answer["verifiableCredential"], now=clock.stamp_now()),
        {"op": "derive", "credential": base, "selectivePointers": pointers},
    ]
    judged, theirs_shown = ask("data_integrity", jobs)
    assert judged["ok"], judged
    status, answer = post("credentials/verify", verifiableCredential=theirs_shown["credential"])
    assert (status, answer["errors"]) == (200, [])


def test_what_the_peer_issues_is_verified_and_what_is_changed_is_not(post):
    jobs = []
    for kind, suite in PEERS.values():
        private = key(kind, 1)
        tree = {**licence(), "issuer": default_identity(private.public_key)[0]}
        jobs.append(to_issue(tree, suite, private))
    for made in theirs(jobs):
        status, answer = post("credentials/verify", verifiableCredential=made)
        assert (status, answer["errors"]) == (200, []), made["proof"]
        made["credentialSubject"]["licence"]["number"] = "T1"
        status, answer = post("credentials/verify", verifiableCredential=made)
        assert (status, answer["errors"][0]["reason"]) == (400, "proof.signature")


def test_presentations_the_peer_signs(post):
    """As the data model's suite makes them: by a did:key, with challenge and domain."""
    status, answer = post("credentials/issue", credential=licence())
    assert status == 201
    bound = {"challenge": "c-1", "domain": "https://ask.example"}
    presentation = {
        "@context": [VC2],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [answer["verifiableCredential"]],
    }
    job = {
        "op": "present",
        "presentation": presentation,
        "suite": "eddsa-rdfc-2022",
        "key": node_key(key("ed25519", 2)),
        "date": clock.stamp_now(),
        "now": clock.stamp_now(),
        **bound,
    }
    (made,) = ask("data_integrity", [job])
    assert made["ok"], made
    signed = made["presentation"]
    status, answer = post("presentations/verify", verifiablePresentation=signed, options=bound)
    assert (status, answer["errors"]) == (200, [])
    wrong = {**bound, "challenge": "c-2"}
    status, answer = post("presentations/verify", verifiablePresentation=signed, options=wrong)
    assert (status, answer["errors"][0]["type"].rpartition("#")[2]) == (
        400,
        "INVALID_CHALLENGE_ERROR",
    )
