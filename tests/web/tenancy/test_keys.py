from __future__ import annotations

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark.errors import CheckFailed, CouldNotTell, StackmarkError, UsageError
from stackmark.keys.controller import find_method
from stackmark_web.audit.models import AuditEvent
from stackmark_web.tenancy import actions, queries
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signing import signer_for


class Served:
    """A fetcher over a few documents; whatever else is asked could not be told."""

    def __init__(self, **documents):
        self.documents = {}

    def put(self, url, tree):
        self.documents[url] = orjson.dumps(tree)

    def fetch(self, url):
        if url not in self.documents:
            raise CouldNotTell("fetch.connection", f"No connection to {url}.")
        return self.documents[url]


@pytest.fixture
def keyed(northfield, alice):
    actions.make_key(northfield, actor=alice)
    return northfield


def states(organisation):
    return [(key.method_id.rpartition("#")[2], key.state) for key in queries.keys_of(organisation)]


def test_rotation_keeps_the_history(keyed, alice):
    old = signer_for(keyed)
    actions.rotate_key(keyed, actor=alice)
    new = signer_for(keyed)
    assert states(keyed) == [("key-1", "retired"), ("key-2", "active")]
    assert new.method_id != old.method_id
    document = queries.did_document(keyed)
    before, after = (find_method(document, one.method_id) for one in (old, new))
    assert before.expires
    assert not before.revoked
    assert not after.expires
    assert before.public_key.verify(old.private.sign(b"x"), b"x"), "what it signed still verifies"


def test_revocation_marks_the_key_and_a_new_one_signs(keyed, alice):
    lost = signer_for(keyed)
    actions.revoke_key(queries.active_key(keyed), actor=alice, note="laptop stolen")
    assert states(keyed) == [("key-1", "revoked"), ("key-2", "active")]
    assert find_method(queries.did_document(keyed), lost.method_id).revoked
    assert signer_for(keyed).method_id != lost.method_id
    event = AuditEvent.objects.get(verb="key.revoked")
    assert event.after["note"] == "laptop stolen"
    first = queries.keys_of(keyed).first()
    with pytest.raises(UsageError, match="revoked already"):
        actions.revoke_key(first, actor=alice)


def test_the_note_of_a_revocation_is_not_public(keyed, alice):
    actions.revoke_key(queries.active_key(keyed), actor=alice, note="laptop stolen")
    assert b"laptop" not in orjson.dumps(queries.did_document(keyed))


def test_without_a_key_a_sentence_says_so(northfield):
    with pytest.raises(StackmarkError, match="no signing key in use") as caught:
        signer_for(northfield)
    assert caught.value.reason == "signer.none"


def test_there_is_one_active_key(keyed, alice):
    with pytest.raises(UsageError, match="rotate it instead"):
        actions.make_key(keyed, actor=alice)


@pytest.mark.parametrize("action", [actions.make_key, actions.rotate_key])
def test_only_owners_touch_keys(northfield, alice, bob, charlie, action):
    with pytest.raises(PermissionDenied):
        action(northfield, actor=bob)
    with pytest.raises(Http404):
        action(northfield, actor=charlie)
    assert not SigningKey.everywhere.exists()


def test_the_owner_of_a_unit_cannot_touch_the_institutions_keys(keyed, alice, person):
    unit = actions.create_unit(keyed, actor=alice, name="Arts", unit_kind="faculty")
    dean = person("dean")
    actions.give_role(unit, actor=alice, user=dean, role="owner")
    for action in (actions.rotate_key, actions.make_key):
        with pytest.raises(Http404):
            action(unit, actor=dean)
    with pytest.raises(Http404):
        actions.revoke_key(queries.active_key(keyed), actor=dean)
    assert states(keyed) == [("key-1", "active")]


def test_private_keys_are_sealed_on_disk(keyed, settings):
    key = queries.active_key(keyed)
    path = settings.DATA / "keys" / key.location
    sealed = orjson.loads(path.read_bytes())
    assert sealed["protection"] == "passphrase"
    assert path.stat().st_mode & 0o077 == 0
    assert key.public_multibase not in str(list(AuditEvent.objects.values("before", "after")))


def test_a_lost_key_file_is_said_plainly(keyed, settings):
    from stackmark_web.tenancy.signers import files

    key = queries.active_key(keyed)
    (settings.DATA / "keys" / key.location).unlink()
    files._opened.clear()
    with pytest.raises(StackmarkError, match="missing or cannot be read") as caught:
        signer_for(keyed)
    assert str(settings.DATA) not in caught.value.detail


def test_another_key_in_the_file_signs_nothing(keyed, alice, settings):
    from stackmark_web.tenancy.signers import files

    actions.rotate_key(keyed, actor=alice)
    old, new = queries.keys_of(keyed)
    folder = settings.DATA / "keys"
    (folder / new.location).write_bytes((folder / old.location).read_bytes())
    files._opened.clear()
    with pytest.raises(StackmarkError, match="another key than the published one"):
        signer_for(keyed)


def test_those_who_want_to_know_hear_of_a_change_after_it_is_stored(
    keyed, alice, django_capture_on_commit_callbacks
):
    from stackmark_web.tenancy.changes import keys

    heard = []
    actions.on_key_change(heard.append)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            actions.rotate_key(keyed, actor=alice)
            assert heard == []
    finally:
        keys._changed.remove(heard.append)
    assert heard
    assert {one.pk for one in heard} == {keyed.pk}


def moving(organisation, actor):
    """An organisation about to move its DID, and the document it has to publish."""
    actions.want_did_host(organisation, actor=actor, host="ids.northfield.example")
    waiting = queries.waiting_key(organisation)
    return waiting, queries.did_document(organisation, did=waiting.did)


def test_a_move_counts_only_when_the_document_was_seen(keyed, alice):
    served = Served()
    waiting, document = moving(keyed, alice)
    assert waiting.did == "did:web:ids.northfield.example"
    assert queries.did_of(keyed) == "did:web:badges.example.org:o:northfield"
    with pytest.raises(CouldNotTell):
        actions.check_published(keyed, actor=alice, fetcher=served)
    assert signer_for(keyed).method_id.endswith(":northfield#key-1"), "nothing has changed"
    served.put("https://ids.northfield.example/.well-known/did.json", document)
    actions.check_published(keyed, actor=alice, fetcher=served)
    keyed.refresh_from_db()
    assert queries.did_of(keyed) == "did:web:ids.northfield.example"
    assert signer_for(keyed).method_id == waiting.method_id
    hosted = queries.hosted_did_document(keyed)
    assert hosted["id"] == "did:web:badges.example.org:o:northfield"
    assert hosted["verificationMethod"][0]["expires"], "the old identity keeps its document"


@pytest.mark.parametrize("fault", ["key", "id", "empty", "revoked"])
def test_a_wrong_document_is_a_no(keyed, alice, fault):
    waiting, document = moving(keyed, alice)
    if fault == "key":
        document["verificationMethod"][0]["publicKeyMultibase"] = queries.active_key(
            keyed
        ).public_multibase
    elif fault == "id":
        document["id"] = "did:web:other.example"
    elif fault == "revoked":
        document["verificationMethod"][0]["revoked"] = "2020-01-01T00:00:00Z"
    else:
        document["verificationMethod"] = document["assertionMethod"] = []
    served = Served()
    served.put("https://ids.northfield.example/.well-known/did.json", document)
    with pytest.raises(CheckFailed):
        actions.check_published(keyed, actor=alice, fetcher=served)
    assert queries.waiting_key(keyed) == waiting
    keyed.refresh_from_db()
    assert keyed.did_host == ""


def test_on_an_own_host_a_new_key_waits_to_be_published(keyed, alice):
    served = Served()
    _, document = moving(keyed, alice)
    url = "https://ids.northfield.example/.well-known/did.json"
    served.put(url, document)
    actions.check_published(keyed, actor=alice, fetcher=served)
    keyed.refresh_from_db()
    used = signer_for(keyed).method_id
    waiting = actions.rotate_key(keyed, actor=alice)
    assert waiting.state == "waiting"
    assert signer_for(keyed).method_id == used
    with pytest.raises(UsageError, match="waiting to be published already"):
        actions.rotate_key(keyed, actor=alice)
    with pytest.raises(CheckFailed):
        actions.check_published(keyed, actor=alice, fetcher=served)
    served.put(url, queries.did_document(keyed))
    actions.check_published(keyed, actor=alice, fetcher=served)
    assert signer_for(keyed).method_id == waiting.method_id
    with pytest.raises(UsageError, match="No key is waiting"):
        actions.check_published(keyed, actor=alice, fetcher=served)


def test_a_move_can_be_thought_better_of(keyed, alice):
    moving(keyed, alice)
    actions.want_did_host(keyed, actor=alice, host="")
    keyed.refresh_from_db()
    assert keyed.did_host_wanted == ""
    assert queries.waiting_key(keyed) is None
    assert signer_for(keyed).method_id.endswith(":northfield#key-1")


def test_no_two_organisations_share_a_host(keyed, alice, charlie, organisation):
    other = queries.organisation_by_slug("elsewhere")
    other.did_host = "ids.northfield.example"
    other.save()
    with pytest.raises(UsageError, match="Another organisation uses this host"):
        actions.want_did_host(keyed, actor=alice, host="ids.northfield.example")
    assert queries.organisation_by_host("ids.northfield.example") == other
    assert queries.organisation_by_host("") is None


@pytest.mark.parametrize(
    "host", ["localhost", "10.0.0.1", "http://", "a b", "x.internal", "-.example"]
)
def test_a_host_of_the_inside_is_refused(keyed, alice, host):
    with pytest.raises(UsageError, match="not a host name on the open internet"):
        actions.want_did_host(keyed, actor=alice, host=host)


def test_after_the_first_credential_the_identity_stays(keyed, alice, monkeypatch):
    from stackmark_web.tenancy.changes import keys

    monkeypatch.setattr(keys, "has_issued", lambda organisation: True)
    with pytest.raises(UsageError, match="has to stay"):
        actions.want_did_host(keyed, actor=alice, host="ids.northfield.example")


def test_the_page_shows_history_and_changes_it(client, keyed, alice, monkeypatch):
    from stackmark_web.tenancy import proving, trust_views

    client.force_login(alice)
    page = client.post("/manage/northfield/keys/change", follow=True)
    assert "The new key signs from now on." in page.text
    assert "northfield#key-1" in page.text
    key = queries.active_key(keyed)
    page = client.post(f"/manage/northfield/keys/{key.pk}/revoke", {"note": "x"})
    assert "This field is required" in page.text, "being sure is asked for"
    page = client.post(f"/manage/northfield/keys/{key.pk}/revoke", {"sure": "on"}, follow=True)
    assert "The key is revoked." in page.text
    page = client.post(
        "/manage/northfield/keys/host", {"did_host_wanted": "ids.northfield.example"}, follow=True
    )
    assert "https://ids.northfield.example/.well-known/did.json" in page.text
    served = Served()
    monkeypatch.setattr(trust_views, "tools", lambda: proving.Tools(fetcher=served))
    page = client.post("/manage/northfield/keys/published", follow=True)
    assert "Could not tell: " in page.text
    served.put("https://ids.northfield.example/.well-known/did.json", {"id": "did:web:x.example"})
    page = client.post("/manage/northfield/keys/published", follow=True)
    assert "Not yet: " in page.text


def test_keys_need_a_fresh_proof_of_who_one_is(client, keyed, alice):
    alice.set_password("correct horse battery")
    alice.save()
    client.force_login(alice)
    answer = client.post("/manage/northfield/keys/change")
    assert answer["Location"].startswith("/account/reauthenticate/?")
    assert states(keyed) == [("key-1", "active")]
    done = client.post(answer["Location"], {"password": "correct horse battery"}, follow=True)
    assert done.status_code == 200
    assert states(keyed) == [("key-1", "retired"), ("key-2", "active")]
