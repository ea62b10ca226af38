"""What an attacker tries against the API: lost rights, odd addresses, numbers out of range."""

from __future__ import annotations

import pytest
from django.conf import settings

from api_world import Caller, person
from stackmark_web.tenancy.models import Membership


def member(world, word, role):
    user = person(word)
    Membership.everywhere.create(user=user, organisation=world.here, role=role)
    return user


HOOK = {"url": "https://hooks.example.org/in", "events": ["award.offered"]}


@pytest.mark.parametrize(
    "tail", ["//[x", "/credentials/x?" + "&".join(f"a{n}=1" for n in range(30)), "/x?a=//[", "#//["]
)
def test_odd_address(world, tail):
    url = settings.PUBLIC_URL + tail
    for doc in (
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": url,
            "type": ["VerifiableCredential"],
            "issuer": "did:key:z6Mk",
            "credentialSubject": {"type": []},
        },
        {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "id": "urn:x:y",
            "type": ["VerifiableCredential"],
            "issuer": url,
            "credentialSubject": {"type": []},
            "credentialStatus": {
                "type": "BitstringStatusListEntry",
                "statusPurpose": "revocation",
                "statusListIndex": "1",
                "statusListCredential": url,
            },
            "relatedResource": [
                {"id": url, "digestSRI": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}
            ],
            "proof": {
                "type": "DataIntegrityProof",
                "cryptosuite": "eddsa-rdfc-2022",
                "proofPurpose": "assertionMethod",
                "verificationMethod": url + "#k",
                "proofValue": "z3",
            },
        },
        {
            "@context": "https://w3id.org/openbadges/v2",
            "type": "Assertion",
            "id": url,
            "badge": url,
            "verification": {"type": "hosted"},
            "recipient": {"type": "email", "identity": "a@b.c", "hashed": False},
            "issuedOn": "2020-01-01T00:00:00Z",
        },
    ):
        found = Caller().post("/verify", doc)
        assert found.status_code == 200, found.content


def test_who_may_not_see_awards_sends_no_recipients_anywhere(world):
    _, text = world.make_token("webhooks", "awards:read", actor=member(world, "dora", "designer"))
    call = Caller(text)
    asked = call.post("/webhooks", HOOK | {"include_recipient": True})
    assert (asked.status_code, asked.json()["type"][-9:]) == (403, "forbidden")
    told, _ = world.hook("award.offered", include_recipient=True)
    plain, _ = world.hook("award.offered")
    for hook, change in (
        (told, {"url": "https://evil.example/in"}),
        (told, {"events": ["award.claimed"]}),
        (plain, {"include_recipient": True}),
    ):
        assert call("PATCH", f"/webhooks/{hook.pk}", change).status_code == 403
    for change in ({"description": "x"}, {"enabled": False}, {"include_recipient": False}):
        assert call("PATCH", f"/webhooks/{told.pk}", change).status_code == 200


def test_a_token_without_the_scope_of_awards_gets_no_recipients_by_a_webhook(world):
    _, text = world.make_token("webhooks")
    call = Caller(text)
    asked = call.post("/webhooks", HOOK | {"include_recipient": True})
    assert (asked.status_code, asked.json()["type"][-18:]) == (403, "insufficient-scope")
    told, _ = world.hook("award.offered", include_recipient=True)
    moved = call("PATCH", f"/webhooks/{told.pk}", {"url": "https://evil.example/in"})
    assert 'scope="awards:read"' in moved.headers["WWW-Authenticate"]
    assert call.post("/webhooks", HOOK).status_code == 201


@pytest.mark.parametrize(
    "when",
    [
        "0001-01-01T00:00:00%2B14:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_moment(world, when):
    for name in ("created_from", "changed_from", "created_before"):
        assert world.call.get(f"/awards?{name}={when}").status_code in (200, 422)


@pytest.mark.parametrize(
    "when",
    [
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ],
)
def test_moment_body(world, when):
    for name in ("valid_from", "valid_until", "send_at", "claim_by"):
        body = {
            "version": str(world.version.pk),
            "recipient_email": "a@b.example",
            "draft": True,
            name: when,
            "again": True,
        }
        f = world.call.post("/awards", body)
        assert f.status_code < 500, (name, f.content)
        f = world.call.post("/awards", body | {"draft": False})
        assert f.status_code < 500, (name, f.content)
    for d in ("0001-01-01", "9999-12-31"):
        f = world.call.post(
            "/runs",
            {
                "version": str(world.version.pk),
                "recipients": [{"recipient_email": "q@b.example", "issued_on": d, "expires_on": d}],
            },
        )
        assert f.status_code < 500, f.content


@pytest.mark.parametrize(
    "text",
    [
        '{"content": {"title": %s}}' % ("[" * 900 + "]" * 900),
        '{"content": {"language": "en", "title": 1e999}}',
        '{"content": {"language": "en", "workload": {"hours": 1e999}}}',
        '{"content": {"language": "en", "workload": 99999999999999999999999999999999999}}',
        '{"content": {"language": ["en"], "title": {"en": {"en": 1}}}}',
        '{"content": {"language": "en", "x": null}}',
    ],
)
def test_content(world, text):
    f = world.call.post("/achievements", text)
    assert f.status_code < 500, f.content
    assert f.status_code in (201, 400, 422), f.content


def test_a_kept_answer_is_not_given_to_who_lost_the_right(world):
    user = member(world, "ivan", "issuer")
    _, text = world.make_token("webhooks", actor=user)
    call = Caller(text)
    assert call.post("/webhooks", HOOK, idempotency_key="k1").status_code == 201
    assert call.post("/webhooks", HOOK, idempotency_key="k1").status_code == 201
    Membership.everywhere.filter(user=user).update(role="analyst")
    again = call.post("/webhooks", HOOK, idempotency_key="k1")
    assert (again.status_code, again.json()["type"][-9:]) == (403, "forbidden")


def test_a_search_is_no_change_and_is_not_kept(world):
    asked = {"recipient_email": "ada@mail.example"}
    assert world.call.post("/awards/search", asked, idempotency_key="k1").json()["data"] == []
    world.offered()
    assert len(world.call.post("/awards/search", asked, idempotency_key="k1").json()["data"]) == 1
