"""SD-JWTs at the command line: keys and certificates in files, and the holder's part."""

from __future__ import annotations

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from command_line import run
from sample_keys import key
from stackmark.keys.did import default_identity
from stackmark.reading.received import EUDI_VCT
from unit.seals import Authority, new_key, pem

ROOT = Authority()
RAW, _ = new_key()
HOLDER = key("ed25519", 4)
CLAIMS = {
    "vct": EUDI_VCT,
    "issuing_authority": "Northfield University",
    "family_name": "Neal",
    "achievement_title": "Soil sampling",
    "learning_outcomes": ["Takes samples", "Keeps records"],
}


@pytest.fixture
def folder(tmp_path):
    def write(name, data):
        (tmp_path / name).write_bytes(data)

    write("chain.pem", pem(ROOT.leaf(RAW.public_key())))
    write("other.pem", pem(ROOT.certificate))
    write("root.pem", pem(ROOT.certificate))
    write("key.pem", RAW.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write("me.jwk", json.dumps(HOLDER.to_jwk()).encode())
    write("me.pub", json.dumps(HOLDER.public_key.to_jwk()).encode())
    write("me.pem", HOLDER.public_key.to_pem())
    write("claims.json", json.dumps(CLAIMS).encode())
    return tmp_path


def sign(folder, *more):
    return run("sign", "claims.json", "--key", "key.pem", *more, cwd=folder)


def checks(folder, *words):
    done = run("verify", *words, "--json", cwd=folder)
    told = json.loads(done.text)
    return told["verdict"], {one["code"]: one["reason"] for one in told["checks"]}


def test_a_certificate_speaks_for_the_key(folder):
    done = sign(folder, "--certificate", "chain.pem", "--out", "a.sdjwt")
    assert done.code == 0, done.err
    assert checks(folder, "a.sdjwt")[0] == "could-not-tell"
    verdict, reasons = checks(folder, "a.sdjwt", "--anchors", "root.pem")
    assert (verdict, reasons["issuer-key"]) == ("verified", "issuer-key.ok")


def test_a_certificate_of_another_key_is_refused(folder):
    done = sign(folder, "--certificate", "other.pem")
    assert (done.code, "[usage.certificate]" in done.err) == (2, True)
    assert done.text == ""


@pytest.mark.parametrize("given", ["me.pub", "me.pem", default_identity(HOLDER.public_key)[0]])
def test_the_holder_is_named_in_three_ways_and_signs(folder, given):
    assert sign(folder, "--holder-key", given, "--out", "a.sdjwt").code == 0
    done = run(
        *("derive", "a.sdjwt", "-p", "/family_name", "--holder-key", "me.jwk"),
        *("--challenge", "7", "--domain", "me", "--out", "b.sdjwt"),
        cwd=folder,
    )
    assert done.code == 0, done.err
    asked = ("--challenge", "7", "--domain", "me")
    assert checks(folder, "b.sdjwt", *asked)[0] == "verified"
    assert checks(folder, "b.sdjwt", "--challenge", "8", "--domain", "me") == (
        "refused",
        {**checks(folder, "b.sdjwt", "--challenge", "8")[1], "proof": "proof.challenge"},
    )


def test_a_private_key_is_not_taken_for_the_holders_public_one(folder):
    done = sign(folder, "--holder-key", "me.jwk")
    assert (done.code, "[usage.key]" in done.err, done.text) == (2, True, "")
    assert "the key is lost" in done.err


def test_what_is_withheld_is_not_in_the_copy(folder):
    sign(folder, "--disclose", "/family_name", "--disclose", "/learning_outcomes/*", "--out", "a")
    done = run("derive", "a", "-p", "/learning_outcomes/1", cwd=folder)
    (folder / "b").write_text(done.text)
    told = run("verify", "b", cwd=folder).text
    assert "learning_outcomes/0. 2 part(s) are withheld" in told
    assert "Neal" not in told


def test_many_in_one_file_of_lines(folder):
    whole = sign(folder).text + sign(folder).text
    (folder / "many.txt").write_text(whole)
    done = run("verify", "many.txt", cwd=folder)
    assert "2 checked: 2 unaltered and in force" in done.text


@pytest.mark.parametrize("word", [["--holder-key", "me.jwk"], ["--challenge", "7"]])
def test_options_of_sd_jwts_with_other_documents(folder, word):
    done = run("derive", "claims.json", *word, cwd=folder)
    assert (done.code, "[usage.option]" in done.err) == (2, True)


@pytest.mark.parametrize("given", ["claims.json", "did:key:zNone", "absent.jwk"])
def test_odd_holders_keys(folder, given):
    done = sign(folder, "--holder-key", given)
    assert done.code == 2
    assert "Traceback" not in done.err
