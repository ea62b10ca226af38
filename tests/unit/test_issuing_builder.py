from __future__ import annotations

import hashlib
import uuid

import pytest

from badge_design import ACHIEVEMENT, LIST, PROFILE, RICH, SECRETS, award
from stackmark.errors import UsageError
from stackmark.issuing.award import Award, uuid_urn
from stackmark.issuing.builder import build_credential, new_design
from stackmark.issuing.lint import lint
from stackmark.status.entry import read_entry
from stackmark.verification.recipient import check_recipient

DID = "did:web:uni.example"


def built(profile=PROFILE, **more):
    return build_credential(new_design(ACHIEVEMENT, profile, did=DID), award(**more))


def refused(achievement, profile=PROFILE):
    with pytest.raises(UsageError) as caught:
        new_design(achievement, profile, did=DID)
    return caught.value


def test_a_plain_badge_has_all_that_open_badges_asks_for():
    badge = built()
    lint(badge)
    assert badge["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert badge["issuer"] == {"id": DID, **PROFILE}
    assert badge["name"] == "Soil sampling"
    assert badge["credentialSubject"]["achievement"] == ACHIEVEMENT
    assert "name" not in badge["credentialSubject"]
    assert {"evidence", "credentialStatus", "validUntil"}.isdisjoint(badge)


def test_a_rich_badge_passes_the_lint():
    badge = built(**RICH)
    lint(badge)
    assert badge["credentialSubject"]["name"] == RICH["recipient_name"]
    assert [one.get("id") for one in badge["evidence"]] == ["https://portfolio.example/1", None]
    assert badge["credentialStatus"]["statusListCredential"] == LIST
    assert badge["credentialStatus"]["statusListIndex"] == "4711"


def test_the_address_stands_in_it_as_a_salted_hash_only():
    badge = built()
    (identity,) = badge["credentialSubject"]["identifier"]
    text = f"person0@example.org{identity['salt']}"
    assert identity["identityHash"] == f"sha256${hashlib.sha256(text.encode()).hexdigest()}"
    assert len(bytes.fromhex(identity["salt"])) >= 16
    assert "person0@example.org" not in str(badge)
    assert check_recipient(badge, "person0@example.org")


def test_a_did_makes_the_hash_needless():
    assert "identifier" not in built(recipient_id="did:example:ana")["credentialSubject"]
    both = built(recipient_id="https://people.example/ana")["credentialSubject"]
    assert both["id"] == "https://people.example/ana"
    assert len(both["identifier"]) == 1


def test_a_name_is_an_identity_that_can_be_compared_when_asked_for():
    badge = built(recipient_name="Ada Lovelace", name_identity="plain")
    lint(badge)
    email, name = badge["credentialSubject"]["identifier"]
    assert email["identityType"] == "emailAddress"
    assert name == {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "Ada Lovelace",
        "identityType": "name",
    }
    assert badge["credentialSubject"]["name"] == "Ada Lovelace"
    assert check_recipient(badge, "Ada Lovelace")
    assert check_recipient(badge, "person0@example.org")


def test_a_hashed_name_stands_nowhere_in_plain_text():
    badge = built(recipient_name="Ada Lovelace", name_identity="hashed", recipient_id="did:x:ada")
    lint(badge)
    (name,) = badge["credentialSubject"]["identifier"]
    assert (name["identityType"], name["hashed"]) == ("name", True)
    assert "Ada" not in str(badge)
    assert check_recipient(badge, "name=Ada Lovelace")


def test_a_name_alone_is_nobody():
    nobody = Award("urn:uuid:x", "2026-01-01T00:00:00Z", recipient_name="A", name_identity="plain")
    with pytest.raises(UsageError) as caught:
        build_credential(new_design(ACHIEVEMENT, None, did=DID), nobody)
    assert caught.value.reason == "usage.recipient"


def test_a_badge_that_may_be_put_on_hold_names_a_suspension_list_and_what_it_means():
    badge = built(status_list=LIST, status_index=7, status_purpose="suspension")
    lint(badge)
    entry = read_entry(badge["credentialStatus"])
    assert (entry.purpose, entry.index, entry.list_url, entry.size) == ("suspension", 7, LIST, 1)
    assert entry.messages == ("In force", "On hold or withdrawn")


def test_the_id_may_be_an_address():
    badge = built(id="https://uni.example/credentials/1")
    lint(badge)
    assert badge["id"] == "https://uni.example/credentials/1"


def test_nobody_gets_no_badge():
    with pytest.raises(UsageError) as caught:
        build_credential(
            new_design(ACHIEVEMENT, None, did=DID), Award("urn:uuid:x", "2026-01-01T00:00:00Z")
        )
    assert caught.value.reason == "usage.recipient"


def test_an_issuer_without_profile_is_its_did():
    assert built(profile=None)["issuer"] == {"id": DID, "type": ["Profile"]}


@pytest.mark.parametrize("name", ["id", "name", "description", "criteria"])
def test_an_achievement_lacks_something(name):
    less = {member: value for member, value in ACHIEVEMENT.items() if member != name}
    assert f'no "{name}"' in refused(less).detail


def test_a_whole_credential_is_no_achievement():
    assert "whole credential" in refused({"credentialSubject": {}}).detail


def test_an_achievement_must_say_so():
    assert "no Achievement" in refused(ACHIEVEMENT | {"type": ["Course"]}).detail


def test_contexts_of_its_own_are_taken_when_they_are_known():
    known = "https://w3id.org/security/multikey/v1"
    design = new_design(ACHIEVEMENT | {"@context": [known]}, PROFILE, did=DID)
    assert design.contexts[-1] == known
    assert "@context" not in design.achievement
    assert "not one of those shipped" in refused(ACHIEVEMENT | {"@context": "urn:x"}).detail


def test_a_profile_of_somebody_else_does_not_go_with_the_key():
    stranger = refused(ACHIEVEMENT, PROFILE | {"id": "did:web:other.example"})
    assert stranger.reason == "usage.profile"
    design = new_design(ACHIEVEMENT, PROFILE | {"id": "https://uni.example/issuer"}, did=DID)
    assert design.issuer["id"] == DID


def test_secrets_are_the_same_again_and_never_twice():
    drawn = [SECRETS.of(number) for number in range(2_000)]
    assert drawn == [SECRETS.of(number) for number in range(2_000)]
    for place in range(3):
        assert len({one[place] for one in drawn}) == 2_000


def test_ids_are_random_uuids():
    for number in range(64):
        urn = uuid_urn(bytes([number * 4]) * 16)
        parsed = uuid.UUID(urn)
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)
        assert urn == f"urn:uuid:{parsed}"
