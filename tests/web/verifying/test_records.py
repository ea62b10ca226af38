"""Permanent links: what was found then, without the document."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from simulators.issuer import NOW
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.verifying import batches
from stackmark_web.verifying.models import VerificationRecord

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted():
    cache.clear()


def words(response):
    return " ".join(response.content.decode().split())


def sealed(client, data):
    page = client.post("/verify", {"text": data.decode()}).content.decode()
    return re.search(r'name="found" value="([^"]+)"', page)[1]


@pytest.fixture
def kept(client, badge):
    """Keeps a record of a good badge: kept(days) → its address."""

    def make(days="365"):
        data = badge(revocable=True)
        response = client.post("/verify/records", {"found": sealed(client, data), "days": days})
        assert response.status_code == 302
        return response.url, data

    return make


def test_a_record_says_what_was_found_and_when(client, kept):
    url, _data = kept()
    with clock.at(NOW + timedelta(days=90)):
        response = client.get(url)
    page = words(response)
    assert "Unaltered and in force" in page
    assert 'Found on <time datetime="2026-06-01T12:00:00+00:00">' in page
    assert "what was found then" in page
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert response.headers["Cache-Control"] == "no-store"


def test_it_does_not_keep_the_document(client, kept):
    _url, data = kept()
    record = VerificationRecord.objects.get()
    proof = re.search(rb'"proofValue":"(z[^"]+)"', data)[1].decode()
    assert record.report["verdict"] == "verified"
    assert record.facts["title"] if "title" in record.facts else record.facts["facts"]["title"]
    assert "@context" not in str(record.report)
    assert data.decode() not in str(record.facts)
    assert proof in str(record.facts)  # shown, so kept


def test_it_outlives_the_credential(client, kept, issuer):
    url, _data = kept()
    issuer.set_status()
    assert "Unaltered and in force" in words(client.get(url))


def test_the_file_can_be_checked_again(client, kept, issuer):
    url, data = kept()
    issuer.set_status()
    upload = SimpleUploadedFile("b.json", data)
    page = words(client.post(f"{url}/check", {"files": upload}))
    assert "This is the very document the record is about." in page
    assert "Revoked by its issuer" in page
    assert "Unaltered and in force" in page  # the record stays as it was


def test_another_file_is_said_to_be_another(client, kept, issuer):
    url, _data = kept()
    page = words(
        client.post(f"{url}/check", {"text": issuer.sign(issuer.badge(name="X")).decode()})
    )
    assert "This is not the same file" in page


def test_checking_again_needs_one_document(client, kept):
    url, _data = kept()
    response = client.post(f"{url}/check", {})
    assert response.status_code == 422
    assert "Choose a file" in words(response)
    response = client.post(f"{url}/check", {"text": "https://a.example/1\nhttps://a.example/2"})
    assert "Give one document" in words(response)


def test_what_we_did_not_find_is_not_kept(client, badge):
    found = sealed(client, badge())
    forged = found[:-4] + ("AAAA" if not found.endswith("AAAA") else "BBBB")
    response = client.post("/verify/records", {"found": forged, "days": "365"})
    assert response.status_code == 422
    assert "too old to be kept" in words(response)
    assert not VerificationRecord.objects.exists()


@pytest.mark.parametrize("days", ["1", "99999", "x"])
def test_only_offered_times_are_taken(client, badge, days):
    response = client.post("/verify/records", {"found": sealed(client, badge()), "days": days})
    assert response.status_code == 422
    assert not VerificationRecord.objects.exists()


def test_a_record_ends_when_it_was_said(client, kept):
    url, _data = kept("30")
    with clock.at(NOW + timedelta(days=31)):
        assert client.get(url).status_code == 404
        batches.sweep()
    assert not VerificationRecord.objects.exists()


def test_without_an_end(client, kept):
    url, _data = kept("0")
    with clock.at(NOW + timedelta(days=36_500)):
        batches.sweep()
        assert client.get(url).status_code == 200


def test_the_address_is_nowhere_but_with_its_maker(client, kept):
    url, _data = kept()
    token = url.rsplit("/", 1)[1]
    assert len(token) == 43
    assert token not in str(VerificationRecord.objects.values().get())
    assert token not in str(list(AuditEvent.objects.values()))
    assert AuditEvent.objects.get(verb="verification.kept").actor is None


def test_only_who_made_it_deletes_it(client, person, kept):
    from django.test import Client

    user = person("ada")
    client.force_login(user)
    url, _data = kept()
    other = Client()
    assert other.post(f"{url}/delete").status_code == 404
    other.force_login(person("mallory"))
    assert other.post(f"{url}/delete").status_code == 404
    assert "Delete this record?" not in words(other.get(url))
    assert client.get(f"{url}/delete").status_code == 405
    assert client.post(f"{url}/delete").status_code == 302
    assert client.get(url).status_code == 404


def test_a_link_that_was_checked_is_not_kept(client, badge, web):
    web.put("https://uni.example/s/secret-token", badge())
    page = client.post("/verify", {"link": "https://uni.example/s/secret-token"}).content.decode()
    found = re.search(r'name="found" value="([^"]+)"', page)[1]
    client.post("/verify/records", {"found": found, "days": "365"})
    record = VerificationRecord.objects.get()
    assert "secret-token" not in str(record.facts) + str(record.report)


def test_records_cannot_be_made_without_end(client, badge, monkeypatch):
    from stackmark_web.verifying import throttle

    monkeypatch.setattr(throttle, "ANONYMOUS", 1 + 2 * throttle.KEEP_COST)
    found = sealed(client, badge())
    statuses = [
        client.post("/verify/records", {"found": found, "days": "30"}).status_code for _ in range(3)
    ]
    assert statuses == [302, 302, 429]
    assert VerificationRecord.objects.count() == 2
