"""Passes for phones: fields as Apple and Google name them, signed when there are keys."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import subprocess
import zipfile
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from django.core.exceptions import ImproperlyConfigured
from PIL import Image

from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.passport import passes, passes_google
from stackmark_web.settings import env

pytestmark = pytest.mark.django_db


def certificate(name, key, issuer=None, issuer_key=None):
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    start = clock.now() - timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    return made.sign(issuer_key or key, hashes.SHA256())


def pem(thing):
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


@pytest.fixture
def apple(tmp_path, settings):
    """Keys as Apple's programme gives them, made here."""
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = certificate("Test WWDR", root_key)
    key = rsa.generate_private_key(65537, 2048)
    own = certificate("Pass Type ID: pass.example.test", key, root, root_key)
    paths = {}
    for name, thing in (("CERT", own), ("KEY", key), ("WWDR", root)):
        paths[name] = tmp_path / f"{name.lower()}.pem"
        paths[name].write_bytes(pem(thing))
    settings.APPLE_PASS = {name: str(path) for name, path in paths.items()} | {
        "TEAM": "A1B2C3D4E5",
        "TYPE": "pass.example.test",
    }
    return paths


@pytest.fixture
def google(tmp_path, settings):
    key = rsa.generate_private_key(65537, 2048)
    path = tmp_path / "account.json"
    account = {
        "client_email": "passes@project.iam.example",
        "private_key_id": "k1",
        "private_key": pem(key).decode(),
    }
    path.write_text(json.dumps(account))
    settings.GOOGLE_PASS = {"KEY": str(path), "ISSUER": "3388000000012345678"}
    return key


def opened(answer):
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_fields_of_an_apple_pass(held, apple, signed_in, ada):
    ends = clock.now() + timedelta(days=365)
    one = held(valid_until=ends)
    answer = signed_in(ada).get(f"/passport/{one.pk}/pass/apple")
    assert answer["Content-Type"] == "application/vnd.apple.pkpass"
    assert answer["Content-Disposition"] == 'attachment; filename="soil-sampling.pkpass"'
    told = json.loads(opened(answer)["pass.json"])
    assert told["formatVersion"] == 1
    assert told["passTypeIdentifier"] == "pass.example.test"
    assert told["teamIdentifier"] == "A1B2C3D4E5"
    assert told["serialNumber"] == str(one.pk)
    assert told["organizationName"] == "Northfield University"
    assert told["voided"] is False
    assert datetime.fromisoformat(told["expirationDate"]) == ends.replace(microsecond=0)
    (code,) = told["barcodes"]
    assert code["format"] == "PKBarcodeFormatQR"
    assert "/s/" in code["message"]
    groups = told["generic"]
    assert [(row["key"], row["value"]) for row in groups["primaryFields"]] == [
        ("credential", "Soil sampling")
    ]
    assert [row["key"] for row in groups["secondaryFields"]] == ["holder", "issued"]
    assert groups["secondaryFields"][0]["value"] == "Ada Lovelace"
    assert [row["key"] for row in groups["auxiliaryFields"]] == ["expires", "level"]
    assert len(groups["secondaryFields"] + groups["auxiliaryFields"]) <= 4
    assert {row["key"] for row in groups["backFields"]} == {"criteria", "skills", "verify"}


def test_the_signature_is_apples_kind_and_openssl_agrees(held, apple, signed_in, ada, tmp_path):
    files = opened(signed_in(ada).get(f"/passport/{held().pk}/pass/apple"))
    manifest = json.loads(files["manifest.json"])
    assert manifest.keys() == files.keys() - {"manifest.json", "signature"}
    for name, digest in manifest.items():
        assert hashlib.sha1(files[name]).hexdigest() == digest
    for name, size in (("icon.png", 29), ("icon@2x.png", 58), ("logo.png", 50)):
        with Image.open(io.BytesIO(files[name])) as image:
            assert max(image.size) == size
    (tmp_path / "manifest.json").write_bytes(files["manifest.json"])
    (tmp_path / "signature").write_bytes(files["signature"])
    command = ["openssl", "cms", "-verify", "-inform", "DER", "-in", "signature", "-content"]
    command += ["manifest.json", "-CAfile", str(apple["WWDR"]), "-purpose", "any", "-binary"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == files["manifest.json"]
    (tmp_path / "manifest.json").write_bytes(files["manifest.json"] + b" ")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert b"content verify error" in done.stderr
    assert done.returncode != 0


def test_google_gets_a_signed_link(held, google, signed_in, ada):
    one = held(valid_until=clock.now() + timedelta(days=365))
    answer = signed_in(ada).get(f"/passport/{one.pk}/pass/google")
    assert answer.status_code == 302
    assert answer["Location"].startswith(passes_google.SAVE)
    head, body, signature = answer["Location"].removeprefix(passes_google.SAVE).split(".")
    google.public_key().verify(
        unb64(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    assert json.loads(unb64(head)) == {"alg": "RS256", "typ": "JWT", "kid": "k1"}
    claims = json.loads(unb64(body))
    assert (claims["iss"], claims["aud"]) == ("passes@project.iam.example", "google")
    assert claims["typ"] == "savetowallet"
    (made,) = claims["payload"]["genericObjects"]
    assert made["id"] == f"3388000000012345678.{one.pk}"
    assert made["classId"] == claims["payload"]["genericClasses"][0]["id"]
    assert made["cardTitle"]["defaultValue"]["value"] == "Northfield University"
    assert made["header"]["defaultValue"]["value"] == "Soil sampling"
    assert made["subheader"]["defaultValue"]["value"] == "Ada Lovelace"
    assert made["state"] == "ACTIVE"
    assert made["validTimeInterval"].keys() == {"start", "end"}
    assert made["hexBackgroundColor"].startswith("#")


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize("kind", ["apple", "google"])
def test_without_keys_there_is_a_preview_that_says_so(kind, held, signed_in, ada):
    one = held()
    answer = signed_in(ada).get(f"/passport/{one.pk}/pass/{kind}")
    assert answer["Content-Type"] == "application/json"
    assert "preview" in answer["Content-Disposition"]
    assert "No phone takes it" in answer.json()["preview"]
    page = signed_in(ada).get(f"/passport/{one.pk}").content.decode()
    assert f"Preview for {kind.title()} Wallet" in page


def test_what_was_taken_back_is_void_and_what_is_over_is_expired(
    held, ada, django_capture_on_commit_callbacks
):
    one, other = held(), held(valid_until=clock.now() + timedelta(days=1))
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(one.award, actor=None, reason="issued-in-error")
    gone = passes.facts_of(one)
    assert passes.apple_fields(gone)["voided"] is True
    assert passes_google.google_object(gone)["state"] == "INACTIVE"
    with clock.at(clock.now() + timedelta(days=2)):
        over = passes.facts_of(other)
        assert passes.apple_fields(over)["voided"] is False
        assert passes.apple_fields(over)["generic"]["headerFields"][0]["value"] == "Expired"
        assert passes_google.google_object(over)["state"] == "EXPIRED"


@pytest.mark.parametrize("broken", ["KEY", "CERT", "WWDR"])
def test_broken_keys_are_told_and_no_path_with_them(broken, held, apple, signed_in, ada):
    one = held()
    apple[broken].write_bytes(b"nothing of the kind")
    browser = signed_in(ada)
    answer = browser.get(f"/passport/{one.pk}/pass/apple", follow=True)
    page = answer.content.decode()
    assert "tell whoever runs this server" in page
    assert str(apple[broken]) not in page
    apple[broken].unlink()
    answer = browser.get(f"/passport/{one.pk}/pass/apple", follow=True)
    assert "tell whoever runs this server" in answer.content.decode()


def test_a_key_that_is_another_certificates_signs_nothing(held, apple, signed_in, ada):
    apple["KEY"].write_bytes(pem(rsa.generate_private_key(65537, 2048)))
    answer = signed_in(ada).get(f"/passport/{held().pk}/pass/apple", follow=True)
    assert "does not fit its certificate" in answer.content.decode()


def test_settings_come_together_or_not_at_all():
    key, issuer = "STACKMARK_GOOGLE_PASS_KEY", "STACKMARK_GOOGLE_PASS_ISSUER"
    assert env.together({key: "", issuer: ""}) == {}
    with pytest.raises(ImproperlyConfigured, match=f"^{issuer}: set all"):
        env.together({key: "k.json", issuer: ""})
    assert env.together({key: "k.json", issuer: "1"}) == {"KEY": "k.json", "ISSUER": "1"}
