from __future__ import annotations

import hashlib

import orjson
import pytest

from badge_design import RICH, award, issuance
from command_line import run
from stackmark.canonical.emitter import to_quads
from stackmark.canonical.rdfc import canonicalize_quads
from stackmark.issuing.bulk import Mint
from stackmark.proofs.selective import derive

SIMPLE = {name: value for name, value in RICH.items() if not name.startswith("status")}


def made(suite, kind="ed25519"):
    return Mint(issuance(suite, kind)).sign(award(0, **SIMPLE))


def explained(data, folder, *more):
    (folder / "x").write_bytes(data)
    return run("explain", "x", "--offline", *more, cwd=folder)


@pytest.mark.parametrize(
    ("suite", "kind", "digest"),
    [
        ("eddsa-rdfc-2022", "ed25519", "sha256"),
        ("ecdsa-rdfc-2019", "p256", "sha256"),
        ("ecdsa-rdfc-2019", "p384", "sha384"),
    ],
)
def test_the_lines_and_hashes_are_those_that_were_signed(suite, kind, digest, tmp_path):
    signed = made(suite, kind)
    done = explained(signed, tmp_path)
    assert done.code == 0
    tree = orjson.loads(signed)
    del tree["proof"]
    lines = canonicalize_quads(to_quads(tree), algorithm=digest).lines
    for line in lines:
        assert line.strip() in done.text
    assert hashlib.new(digest, "".join(lines).encode()).hexdigest() in done.text
    assert done.text.endswith("The signature fits.\n")


@pytest.mark.parametrize("suite", ["eddsa-jcs-2022", "jwt", "vc+jwt"])
def test_other_forms(suite, tmp_path):
    signed = made(suite)
    done = explained(signed, tmp_path)
    assert (done.code, done.text.splitlines()[-1].strip()) == (0, "The signature fits.")
    if suite == "eddsa-jcs-2022":
        tree = orjson.loads(signed)
        del tree["proof"]
        text = orjson.dumps(tree, option=orjson.OPT_SORT_KEYS)
        assert hashlib.sha256(text).hexdigest() in done.text


@pytest.mark.parametrize("suite", ["eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_change_is_told_at_the_end(suite, tmp_path):
    done = explained(made(suite).replace(b"Soil", b"Gold"), tmp_path)
    assert (done.code, done.text.splitlines()[-1].strip()) == (
        1,
        "The signature does not fit: something was changed.",
    )


def test_a_changed_token(tmp_path):
    head, payload, signature = made("jwt").split(b".")
    other = Mint(issuance("jwt")).sign(award(1)).split(b".")[2]
    done = explained(b".".join((head, payload, other)), tmp_path)
    assert (done.code, "does not fit" in done.text) == (1, True)
    assert signature


@pytest.mark.parametrize(("suite", "kind"), [("ecdsa-sd-2023", "p256"), ("bbs-2023", "bls12381")])
def test_selective_disclosure_whole_and_derived(tmp_path, suite, kind):
    whole = made(suite, kind)
    done = explained(whole, tmp_path)
    assert done.code == 0
    assert "the holder's own copy" in done.text
    tree = orjson.loads(whole)
    pointers = ["/credentialSubject/identifier"]
    shown = derive(tree, proof=tree["proof"], selective_pointers=pointers, seed=bytes(32))
    done = explained(orjson.dumps(shown), tmp_path)
    assert (done.code, "a derived copy" in done.text) == (0, True)
    shown["name"] = "Gold"
    assert explained(orjson.dumps(shown), tmp_path).code == 1


def test_a_key_that_cannot_be_had_comes_after_the_hashes(tmp_path):
    text = made("eddsa-rdfc-2022").replace(b"did:key:", b"did:web:uni.example:")
    done = explained(text, tmp_path)
    assert done.code in (1, 3)
    assert "SHA256" in done.text
    assert "Result" not in done.text


def test_every_proof_of_a_set_is_shown(tmp_path):
    tree = orjson.loads(made("eddsa-rdfc-2022"))
    tree["proof"] = [tree["proof"], tree["proof"] | {"proofValue": "z" + "1" * 64}]
    done = explained(orjson.dumps(tree), tmp_path)
    assert "Proof 1 of 2" in done.text
    assert "Proof 2 of 2" in done.text
    assert done.code == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"proofValue": "u123"}, "proof.encoding"),
        ({"cryptosuite": "rot13"}, "proof.unsupported"),
        ({"verificationMethod": 7}, "issuer-key.method-url"),
    ],
)
def test_what_stops_the_work_is_told(change, reason, tmp_path):
    tree = orjson.loads(made("eddsa-rdfc-2022"))
    tree["proof"] |= change
    done = explained(orjson.dumps(tree), tmp_path)
    assert (done.code, f"[{reason}]" in done.text) == (1, True)


def test_a_token_of_an_unknown_algorithm(tmp_path):
    import base64

    head = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=")
    done = explained(head + b"." + made("jwt").split(b".")[1] + b".", tmp_path)
    assert (done.code, "[proof.algorithm]" in done.text) == (1, True)


def test_an_image_says_where_it_was_found(tmp_path):
    from stackmark.rendering.art import default_image
    from stackmark.rendering.bake import bake

    done = explained(bake(default_image("png"), made("jwt")), tmp_path)
    assert done.code == 0
    assert "found in      chunk 2" in done.text
