"""The facts document: bound to every credential of a version, the same bytes for ever."""

from __future__ import annotations

import base64
import hashlib

import orjson
import pytest
from django.conf import settings

import stackmark
from achievement_designs import full
from stackmark.exchange.formats import read_record
from stackmark.exchange.ob3.achievement import open_badge_achievement
from stackmark.model.achievement import Achievement as Descriptor
from stackmark_web import clock
from stackmark_web.catalogue import facts_documents
from stackmark_web.catalogue.models import Achievement, AchievementVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(university):
    """A published version that says all there is to say."""
    achievement = Achievement.everywhere.create(organisation=university, created_at=clock.now())
    content = Descriptor.from_json(full())
    address = f"{settings.IDENTITY_URL}/achievements/{achievement.pk}/1"
    made = AchievementVersion.everywhere.create(
        organisation=university,
        achievement=achievement,
        number=1,
        state="published",
        title=content.name,
        language=content.language,
        content=content.to_json(),
        signable=open_badge_achievement(content, id=address, version="1"),
        edited_at=clock.now(),
        published_at=clock.now(),
    )
    achievement.current = made
    achievement.save()
    return made


@pytest.fixture
def signed(offered):
    """A credential of that version, parsed."""
    return orjson.loads(bytes(offered().signed))


def bound(tree):
    (one,) = tree["relatedResource"]
    return one["id"], one["digestSRI"]


def test_every_credential_names_the_document_by_its_digest(signed, version, client):
    url, digest = bound(signed)
    assert url.startswith(f"https://badges.example.org/achievements/{version.achievement_id}/1/")
    answer = client.get(url.removeprefix("https://badges.example.org"))
    assert answer.status_code == 200
    there = base64.b64encode(hashlib.sha384(answer.content).digest()).decode()
    assert digest == f"sha384-{there}"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "immutable" in answer.headers["Cache-Control"]
    again = client.get(
        url.removeprefix("https://badges.example.org"),
        headers={"if-none-match": answer.headers["ETag"]},
    )
    assert again.status_code == 304


def test_it_is_served_from_its_file(signed, client, django_assert_num_queries):
    path = bound(signed)[0].removeprefix("https://badges.example.org")
    with django_assert_num_queries(0):
        assert client.get(path).status_code == 200


def test_a_lost_file_is_made_again_and_another_address_is_nothing(signed, version, client):
    path = bound(signed)[0].removeprefix("https://badges.example.org")
    before = client.get(path).content
    for file in (settings.DATA / "facts").glob(f"{version.achievement_id}-*"):
        file.unlink()
    assert client.get(path).content == before
    assert client.get(path.replace("facts-", "facts-0")[:-6] + ".json").status_code == 404
    other = f"/achievements/{version.achievement_id}/1/facts-00000000.json"
    assert client.get(other).status_code == 404


def test_with_it_the_credential_says_all_that_was_designed(signed, version, client):
    url, _ = bound(signed)
    data = client.get(url.removeprefix("https://badges.example.org")).content
    alone = read_record(signed).record.achievement
    found = read_record(signed, resources={url: data}).record.achievement
    wanted = Descriptor.from_json(version.content)
    for name in ("level", "workload", "credit", "assessment", "supervision", "quality", "outcomes"):
        assert getattr(found, name) == getattr(wanted, name), name
    assert alone.quality != wanted.quality


def test_nothing_of_a_person_is_in_it(offered, client):
    award = offered(narrative="Ada did well", evidence=[{"name": "Report", "text": "By Ada"}])
    url, _ = bound(orjson.loads(bytes(award.signed)))
    data = client.get(url.removeprefix("https://badges.example.org")).content
    for word in (b"Lovelace", b"did well", b"mail.example", b"Report"):
        assert word not in data
    assert str(award.pk).encode() not in data


def test_all_credentials_of_a_version_are_bound_to_the_same(offered):
    one, two = (offered(recipient_email=f"p{n}@mail.example") for n in range(2))
    first, second = (orjson.loads(bytes(award.signed)) for award in (one, two))
    assert first["id"] != second["id"]
    assert bound(first) == bound(second)
    assert facts_documents.of_version(one.version) is facts_documents.of_version(two.version)


def test_a_verifier_compares_it_where_it_is_at_hand(offered, documents, client):
    award = offered()
    url, _ = bound(orjson.loads(bytes(award.signed)))
    data = client.get(url.removeprefix("https://badges.example.org")).content
    given = documents(award)
    report = stackmark.verify(bytes(award.signed), documents={**given, url: orjson.loads(data)})
    assert report.verdict == "verified", report.why
    assert report.check("related").outcome == "passed"
    without = stackmark.verify(bytes(award.signed), documents=given)
    assert without.verdict == "verified"
    assert without.check("related").reason == "related.not-at-hand"
