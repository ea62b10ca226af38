"""`stackmark seal`: sealing, checking, and what is refused."""

from __future__ import annotations

import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from command_line import run
from unit.exchange.elm_documents import ISSUER, credential, design
from unit.seals import END, START, Authority, new_key, pem

ROOT = Authority()
RAW, _ = new_key()
OWN = {**ISSUER, "legal_name": "Northfield University", "name": "Northfield"}


@pytest.fixture
def folder(tmp_path):
    def write(name, data):
        (tmp_path / name).write_bytes(data)

    write("chain.pem", pem(ROOT.leaf(RAW.public_key())))
    write("root.pem", pem(ROOT.certificate))
    write("key.pem", RAW.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    write("doc.json", json.dumps(credential(issuer=OWN)).encode())
    return tmp_path


def seal(folder, *more, file="doc.json", key="key.pem", env=None):
    return run(
        *("seal", file, "--certificate", "chain.pem", "--key", key, *more), cwd=folder, env=env
    )


def sealed(folder):
    done = seal(folder, "--out", "sealed.json")
    assert done.code == 0, done.err
    return done


def test_sealed_and_checked(folder):
    assert "Sealed with the certificate of Northfield University" in sealed(folder).err
    done = run("seal", "--check", "sealed.json", "--anchors", "root.pem", cwd=folder)
    assert done.code == 0
    assert "Test CA (IE) vouches for it" in done.text
    assert "revoked is not looked up" in done.text


def test_what_is_sealed_is_the_file_byte_for_byte(folder):
    from stackmark.proofs import jades

    sealed(folder)
    found = jades.parse((folder / "sealed.json").read_bytes())
    assert found.payload == (folder / "doc.json").read_bytes()


def test_without_anchors_whose_it_is_stays_open(folder):
    sealed(folder)
    done = run("seal", "--check", "--json", "sealed.json", cwd=folder)
    rows = {row["code"]: row for row in json.loads(done.out)["rows"]}
    assert done.code == 3
    assert rows["proof"]["outcome"] == "passed"
    assert rows["issuer-key"]["reason"] == "issuer-key.anchor"
    assert "Northfield University" in rows["issuer-key"]["detail"]
    assert json.loads(done.out)["breaches"] == []


def test_a_changed_seal_is_told(folder):
    sealed(folder)
    path = folder / "sealed.json"
    tree = json.loads(path.read_bytes())
    tree["payload"] = tree["payload"][:-8] + "AAAAAAAA"
    path.write_bytes(json.dumps(tree).encode())
    done = run("seal", "--check", "sealed.json", cwd=folder)
    assert done.code == 1
    assert "changed after sealing" in done.text


def test_verify_takes_it_with_anchors(folder):
    sealed(folder)
    done = run("verify", "--json", "sealed.json", "--anchors", "root.pem", cwd=folder)
    report = json.loads(done.out)
    assert (done.code, report["format"], report["verdict"]) == (3, "elm+jades", "could-not-tell")
    checks = {one["code"]: one["outcome"] for one in report["checks"]}
    assert (checks["proof"], checks["issuer-key"]) == ("passed", "passed")


def test_an_encrypted_key(folder):
    data = RAW.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    (folder / "locked.pem").write_bytes(data)
    assert seal(folder, key="locked.pem").code == 2
    assert seal(folder, key="locked.pem", env={"STACKMARK_PASSPHRASE": "secret"}).code == 0


def test_a_seal_by_another_body_is_noted(folder):
    (folder / "doc.json").write_bytes(json.dumps(credential()).encode())
    assert "Whether one acts for the other is not told" in seal(folder).err


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (credential(issuer={**ISSUER, "identifiers": []}), "/issuer: The issuer needs eIDASIdent"),
        (design(), "no ELM document of a credential"),
        ({"type": "Other"}, "no ELM document of a credential"),
    ],
)
def test_what_is_not_sealed(folder, document, words):
    (folder / "doc.json").write_bytes(json.dumps(document).encode())
    done = seal(folder)
    assert done.code == 1
    assert words in done.err
    assert done.out == b""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("doc.json",), "needs --certificate and --key"),
        (("doc.json", "--certificate", "key.pem", "--key", "key.pem"), "no certificates in PEM"),
        (("doc.json", "--certificate", "root.pem", "--key", "key.pem"), "not for signatures"),
        (("doc.json", "--certificate", "chain.pem", "--key", "root.pem"), "cannot be used"),
        (("--check", "doc.json", "--anchors", "key.pem"), "no certificates in PEM"),
        (("missing.json", "--certificate", "chain.pem", "--key", "key.pem"), "missing.json"),
    ],
)
def test_wrong_use_is_told(folder, arguments, words):
    done = run("seal", *arguments, cwd=folder)
    assert done.code == 2
    assert words in done.err
    assert done.err.count("\n") == 1


def marked_as_authority(issuer, folder):
    """A certificate that `openssl req -x509` would make, or one of a real authority below."""
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Northfield University")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(RAW.public_key())
        .serial_number(7)
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(issuer.key if issuer else RAW, hashes.SHA256())
    )
    (folder / "chain.pem").write_bytes(pem(made))


def test_a_certificate_that_vouches_for_itself(folder):
    marked_as_authority(None, folder)
    sealed(folder)
    done = run("seal", "--check", "sealed.json", cwd=folder)
    assert (done.code, "nobody you know vouches for it" in done.text) == (3, True)
    known = run("seal", "--check", "sealed.json", "--anchors", "chain.pem", cwd=folder)
    assert known.code == 0, known.text


def test_the_certificate_of_an_authority_below_another_makes_no_seals(folder):
    marked_as_authority(ROOT, folder)
    done = seal(folder, "--out", "sealed.json")
    assert (done.code, "that of a certification authority" in done.err) == (2, True)
