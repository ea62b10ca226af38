"""The verify page: files, link, text; one answer at once; nothing kept."""

from __future__ import annotations

import io

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from stackmark_web.verifying import throttle
from stackmark_web.verifying.models import Batch, VerificationRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted():
    cache.clear()


def file(data, name="badge.json"):
    return SimpleUploadedFile(name, data)


def words(response):
    return " ".join(response.content.decode().split())


def test_the_page_works_without_script(client):
    page = words(client.get("/verify"))
    assert 'name="files"' in page
    assert 'name="link"' in page
    assert 'name="text"' in page
    assert 'enctype="multipart/form-data"' in page
    assert "data-scan" in page
    assert 'hidden> <p class="scan__label">' in page  # the camera is offered by script only


def test_a_link_may_stand_in_the_address(client):
    assert 'value="https://uni.example/c/1"' in words(
        client.get("/verify?link=https://uni.example/c/1")
    )


def test_looking_checks_nothing(client, web):
    client.get("/verify?link=https://uni.example/c/1")
    assert web.asked == []


@pytest.mark.parametrize("way", ["file", "text", "link"])
def test_one_credential_is_answered_at_once(client, badge, web, way):
    data = badge()
    web.put("https://uni.example/c/1", data)
    given = {
        "file": {"files": file(data)},
        "text": {"text": data.decode()},
        "link": {"link": "https://uni.example/c/1"},
    }[way]
    response = client.post("/verify", given)
    page = words(response)
    assert response.status_code == 200
    assert "Unaltered and in force" in page
    assert '<time datetime="2026-06-01T12:00:00+00:00">' in page
    assert "Soil Science I" in page
    assert "<strong><bdi>uni.example</bdi></strong>" in page
    assert "did:web:uni.example" in page
    assert "No register here names this issuer. That says nothing bad of it." in page
    assert response.headers["Cache-Control"] == "no-store"
    assert not Batch.objects.exists()
    assert not VerificationRecord.objects.exists()


def test_nothing_given(client):
    response = client.post("/verify", {})
    assert response.status_code == 422
    assert "Choose a file, or give a link or the text of a credential." in words(response)


def test_an_empty_list_has_nothing_to_check(client):
    response = client.post("/verify", {"files": file(b"url\n", "list.csv")})
    assert response.status_code == 422
    assert "There is nothing in it that could be checked." in words(response)


def test_too_many_are_told_how_many(client):
    lines = "\n".join(f"https://uni.example/{n}" for n in range(501))
    response = client.post("/verify", {"text": lines})
    assert response.status_code == 422
    assert "more than 500 credentials" in words(response)


def test_too_large_files_are_told_so(client, monkeypatch):
    monkeypatch.setattr("stackmark_web.verifying.forms.MAX_UPLOAD", 2 * 1024 * 1024)
    response = client.post("/verify", {"files": file(b"x" * (2 * 1024 * 1024 + 1))})
    assert response.status_code == 422
    assert "more than 2 megabytes" in words(response)


def test_the_recipient_is_compared(client, issuer):
    identity = {
        "type": "IdentityObject",
        "identityType": "name",
        "identityHash": "Ada Lovelace",
        "hashed": False,
    }
    data = issuer.sign(
        issuer.badge(credentialSubject=issuer.subject(id=None, identifier=[identity]))
    )
    page = words(client.post("/verify", {"text": data.decode(), "recipient": "Ada Lovelace"}))
    assert "Issued to the person you named" in page
    page = words(client.post("/verify", {"text": data.decode(), "recipient": "Eve"}))
    assert "Issued to somebody else" in page


def test_what_a_tampered_document_says_has_no_face(client, badge):
    data = badge().replace(b"Soil Science I", b"Soil Science X")
    page = words(client.post("/verify", {"files": file(data)}))
    assert "Changed after it was signed" in page
    assert "Nothing below is confirmed" in page
    assert "What it claims" in page
    assert 'class="card' not in page
    assert "Nothing shows that they had anything to do with it." in page


def test_one_network_may_not_ask_for_everything(client, badge, monkeypatch):
    monkeypatch.setattr(throttle, "ANONYMOUS", 2)
    data = badge()
    for _ in range(2):
        assert client.post("/verify", {"files": file(data)}).status_code == 200
    response = client.post("/verify", {"files": file(data)})
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= throttle.WINDOW
    assert "Try again in 10 minutes." in words(response)
    assert client.post("/verify", {"files": file(data)}, REMOTE_ADDR="192.0.2.9").status_code == 200


def test_no_address_stays_in_the_counts(client, badge):
    client.post("/verify", {"files": file(badge())}, REMOTE_ADDR="203.0.113.77")
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM stackmark_cache")
        rows = cursor.fetchall()
    assert len(rows) == 1
    assert "203.0.113.77" not in str(rows)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.77"),
        ("x", "unknown"),
    ],
)
def test_networks(address, network):
    assert throttle.network_of(address) == network


def test_a_post_from_elsewhere_is_refused(badge):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post("/verify", {"text": badge().decode()})
    assert response.status_code == 403


def test_a_certificate_gives_its_credential(client, badge):
    import zlib

    packed = zlib.compress(badge())
    pdf = b"%PDF-1.7\n1 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode >>\nstream\n"
    pdf += packed + b"\nendstream\nendobj\n%%EOF"
    page = words(client.post("/verify", {"files": file(pdf, "certificate.pdf")}))
    assert "Unaltered and in force" in page
    assert "certificate.pdf" in page


def test_a_paper_without_a_credential_says_what_it_is(client):
    page = words(client.post("/verify", {"files": file(b"%PDF-1.7\n%%EOF", "paper.pdf")}))
    assert "A PDF without a credential" in page
    assert "Anybody can make such a paper." in page


def test_a_baked_picture(client, badge):
    from PIL import Image

    from stackmark.rendering.bake import bake

    out = io.BytesIO()
    Image.new("RGB", (32, 32), "navy").save(out, "PNG")
    page = words(client.post("/verify", {"files": file(bake(out.getvalue(), badge()), "b.png")}))
    assert "Unaltered and in force" in page


def test_a_picture_without_a_credential(client):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (32, 32), "navy").save(out, "PNG")
    page = words(client.post("/verify", {"files": file(out.getvalue(), "b.png")}))
    assert "A picture without a credential" in page
