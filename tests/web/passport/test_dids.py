"""A holder's own DIDs, and credentials reissued to them."""

from __future__ import annotations

import json
import re
from importlib import import_module

import orjson
import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.test import Client

from stackmark.errors import StackmarkError
from stackmark.keys.did import default_identity
from stackmark.keys.did_document import new_document
from stackmark.keys.private import PrivateKey
from stackmark.proofs.jose import sign_compact
from stackmark_web import clock
from stackmark_web.accounts.erasing import erasers
from stackmark_web.approvals import actions as approvals
from stackmark_web.approvals.models import Change
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.passport import claiming, dids, proving, reissuing
from stackmark_web.passport.fresh import SignIn
from stackmark_web.passport.models import (
    BroughtDocument,
    HolderDid,
    Holding,
    ProofAnswer,
    ReissueRequest,
)
from stackmark_web.passport.presenting import domain
from stackmark_web.tenancy.errors import NeedsSecondPerson

pytestmark = pytest.mark.django_db
WEB = "did:web:ada.example"


def answered(key, challenge, *, did=None, kid=None, **changes):
    own, method = default_identity(key.public_key)
    claims = {
        "iss": did or own,
        "aud": domain(),
        "nonce": challenge,
        "iat": int(clock.now().timestamp()),
    } | changes
    return sign_compact(orjson.dumps(claims), signer=key, typ="JWT", kid=kid or method)


def challenge(browser):
    page = browser.get("/passport/dids").content.decode()
    return re.search(r"--challenge=([\w-]+)", page)[1]


@pytest.fixture
def key():
    return PrivateKey.generate("ed25519")


@pytest.fixture
def mine(key, ada):
    """Ada's own DID."""
    did, method = default_identity(key.public_key)
    return dids._keep(ada, did, method)


def add(browser, did, proof):
    return browser.post("/passport/dids", {"did": did, "proof": proof})


# -- adding ------------------------------------------------------------------------------------


def test_a_key_is_added_by_answering_the_challenge(key, signed_in, ada):
    did, method = default_identity(key.public_key)
    browser = signed_in(ada)
    assert add(browser, did, answered(key, challenge(browser))).status_code == 302
    found = HolderDid.objects.get()
    assert (found.user, found.did, found.key_id) == (ada, did, method)
    assert did in browser.get("/passport/dids").content.decode()


def test_a_challenge_serves_once_and_only_its_own_browser(key, signed_in, ada, person):
    did, _ = default_identity(key.public_key)
    browser = signed_in(ada)
    proof = answered(key, challenge(browser))
    eve = Client()
    eve.force_login(person("eve"))
    challenge(eve)
    refused = add(eve, did, proof)  # a proof that Eve saw over Ada's shoulder
    assert refused.status_code == 400
    assert "nonce is another one" in refused.content.decode()
    assert add(browser, did, proof).status_code == 302
    again = add(browser, did, proof)
    assert again.status_code == 400
    assert "The challenge is too old" in again.content.decode()


@pytest.mark.parametrize(
    ("did", "proof", "words"),
    [
        ("did:example:ada", None, "Only did:key and did:web"),
        ("ada@people.example", None, "not a DID URL"),
        ("did:web:localhost", None, "public host name"),
        ("did:web:127.0.0.1", None, "public host name"),
        ("{own}#key", None, "without a key"),
        ("{own}", "hello", "neither a JSON presentation nor a compact token"),
        ("{own}", "{elsewhere}", "aud is another one"),
        ("{other}", None, "iss is another one"),
    ],
)
def test_what_proves_nothing_adds_nothing(did, proof, words, key, signed_in, ada):
    own, _ = default_identity(key.public_key)
    other, _ = default_identity(PrivateKey.generate("ed25519").public_key)
    browser = signed_in(ada)
    nonce = challenge(browser)
    elsewhere = answered(key, nonce, aud="https://evil.example")
    proof = (proof or answered(key, nonce)).format(elsewhere=elsewhere)
    told = add(browser, did.format(own=own, other=other), proof)
    assert (told.status_code, HolderDid.objects.count()) == (400, 0)
    assert words in told.content.decode()


def test_a_web_did_is_resolved_by_the_one_fetcher(key, signed_in, ada, web):
    url = "https://ada.example/.well-known/did.json"
    browser = signed_in(ada)
    proof = answered(key, challenge(browser), did=WEB, kid=f"{WEB}#key-1")
    told = add(browser, WEB, proof)
    assert told.status_code == 400  # nobody answers there yet
    assert web.asked[-1] == url
    web.put(url, new_document(WEB, f"{WEB}#key-1", key.public_key, holder=True))
    assert add(browser, WEB, proof).status_code == 302


def test_only_ones_own_are_seen_and_removed(mine, signed_in, ada, stranger):
    assert mine.did not in stranger.get("/passport/dids").content.decode()
    assert stranger.post(f"/passport/dids/{mine.pk}/remove").status_code == 404
    signed_in(ada).post(f"/passport/dids/{mine.pk}/remove")
    assert not HolderDid.objects.exists()


# -- reissuing ---------------------------------------------------------------------------------


def request(browser, holding, did):
    return browser.post(f"/passport/{holding.pk}/reissue", {"did": str(did.pk)})


def tree(award):
    award.refresh_from_db()
    return json.loads(bytes(award.signed))


def test_staff_agree_and_only_the_id_changes(
    mine, held, signed_in, ada, alice, django_capture_on_commit_callbacks
):
    one = held(narrative="She took *twelve*.", custom={"group": "A"})
    request(signed_in(ada), one, mine)
    found = ReissueRequest.everywhere.get()
    assert (found.state, found.did) == ("open", mine.did)
    staff = Client()
    staff.force_login(alice)
    assert mine.did in staff.get("/manage/northfield/awards/reissues").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        staff.post(f"/manage/northfield/awards/reissues/{found.pk}/agree")
    fresh = Award.everywhere.get(supersedes=one.award)
    old, new = tree(one.award), tree(fresh)
    assert new["credentialSubject"].pop("id") == mine.did
    assert one.award.state == "superseded"
    for gone in (old, new):
        for name in ("id", "proof", "credentialStatus"):
            gone.pop(name)
    # The DID stands where the hash of the address stood; all else is as it was.
    identities = old["credentialSubject"]["identifier"]
    assert [one["identityType"] for one in identities] == ["emailAddress", "name"]
    old["credentialSubject"]["identifier"] = identities[1:]
    assert new == old
    held_now = Holding.objects.get(award=fresh)
    assert held_now.user == ada
    assert fresh.holder == ada


def test_two_clicks_reissue_once(mine, held, ada, alice, django_capture_on_commit_callbacks):
    one = held()
    first = reissuing.ask(one, mine, actor=ada)
    assert reissuing.ask(one, mine, actor=ada).pk == first.pk
    with django_capture_on_commit_callbacks(execute=True):
        reissuing.agree(first, actor=alice)
        with pytest.raises(ValidationError, match="dealt with"):
            reissuing.agree(first, actor=alice)
    one.refresh_from_db()
    with pytest.raises(ValidationError, match="in force"):
        reissuing.ask(one, mine, actor=ada)
    assert Award.everywhere.filter(supersedes=one.award).count() == 1


def test_where_the_institution_allows_it_it_happens_at_once(
    mine, held, signed_in, ada, alice, university, django_capture_on_commit_callbacks
):
    one = held()
    staff = Client()
    staff.force_login(alice)
    staff.post("/manage/northfield/awards/reissues/policy", {"automatic": "on"})
    assert reissuing.is_automatic(university)
    with django_capture_on_commit_callbacks(execute=True):
        answer = request(signed_in(ada), one, mine)
    assert answer["Location"] == "/passport/dids"
    fresh = Award.everywhere.get(supersedes=one.award)
    assert fresh.recipient_id == mine.did
    assert ReissueRequest.everywhere.get().state == "done"
    verbs = set(AuditEvent.objects.values_list("verb", flat=True))
    assert {"reissue.asked", "reissue.done"} <= verbs
    one.award.refresh_from_db()
    assert one.award.state == "superseded"


def test_staff_refuse_with_a_reason_and_the_holder_reads_it(mine, held, signed_in, ada, alice):
    one = held()
    browser = signed_in(ada)
    request(browser, one, mine)
    found = ReissueRequest.everywhere.get()
    staff = Client()
    staff.force_login(alice)
    staff.post(
        f"/manage/northfield/awards/reissues/{found.pk}/refuse", {"answer": "Come by first."}
    )
    assert "Come by first." in browser.get("/passport/dids").content.decode()
    one.award.refresh_from_db()
    assert one.award.state == "claimed"
    request(browser, one, mine)  # asked again
    assert ReissueRequest.everywhere.filter(state="open").count() == 1


def test_nobody_asks_for_what_is_not_theirs(mine, held, person, stranger, bob):
    eve = person("eve")
    hers = held(user=eve, recipient_email="eve@people.example")
    assert request(stranger, hers, mine).status_code == 404
    theirs = Client()
    theirs.force_login(eve)
    assert request(theirs, hers, mine)["Location"].endswith("/reissue")  # not one of her DIDs
    assert not ReissueRequest.everywhere.exists()


def test_a_foreign_credential_says_whom_to_ask(mine, signed_in, ada, issuer):
    from stackmark_web.passport import actions

    one = actions.import_credential(ada, issuer.sign(), "b.json")
    page = signed_in(ada).get(f"/passport/{one.pk}/reissue").content.decode()
    assert "It was issued elsewhere; ask its issuer." in page
    request(signed_in(ada), one, mine)
    assert not ReissueRequest.everywhere.exists()


# -- where a second person has to agree --------------------------------------------------------


@pytest.fixture
def strict(university, alice, person, join):
    """Northfield asks for two people to replace what was awarded; Zoe is the other one."""
    zoe = join(person("zoe"), university, "owner")
    approvals.set_policy(university, actor=alice, revoking=True)
    return zoe


def test_a_second_person_approves_and_the_request_is_done(
    strict, mine, held, ada, alice, client, django_capture_on_commit_callbacks
):
    one = held()
    found = reissuing.ask(one, mine, actor=ada)
    client.force_login(alice)
    answer = client.post(f"/manage/northfield/awards/reissues/{found.pk}/agree")
    change = Change.everywhere.get()
    assert answer["Location"] == f"/manage/northfield/changes/{change.pk}"
    assert ReissueRequest.everywhere.get().state == "open"
    page = client.get(answer["Location"]).content.decode()
    assert mine.did in page
    with django_capture_on_commit_callbacks(execute=True):
        assert approvals.approve(change, actor=strict).state == "done"
    assert ReissueRequest.everywhere.get().state == "done"
    fresh = Award.everywhere.get(supersedes=one.award)
    assert Holding.objects.filter(award=fresh, user=ada).exists()


def test_where_it_happens_at_once_a_second_person_still_decides(
    strict, mine, held, signed_in, ada, alice, university, django_capture_on_commit_callbacks
):
    reissuing.set_automatic(university, actor=alice, automatic=True)
    one = held()
    answer = request(signed_in(ada), one, mine)
    assert answer["Location"] == "/passport/dids", "no page of staff"
    assert ReissueRequest.everywhere.get().state == "open"
    with django_capture_on_commit_callbacks(execute=True):
        assert approvals.approve(Change.everywhere.get(), actor=strict).state == "done"
    assert ReissueRequest.everywhere.get().state == "done"
    assert Award.everywhere.get(supersedes=one.award).recipient_id == mine.did


def test_what_the_holder_took_back_is_not_done_when_it_is_approved(
    strict, mine, held, ada, alice, django_capture_on_commit_callbacks
):
    one = held()
    found = reissuing.ask(one, mine, actor=ada)
    with pytest.raises(NeedsSecondPerson):
        reissuing.agree(found, actor=alice)
    reissuing.take_back(found, actor=ada)
    with django_capture_on_commit_callbacks(execute=True):
        assert approvals.approve(Change.everywhere.get(), actor=strict).state == "failed"
    assert not Award.everywhere.filter(supersedes=one.award).exists()


def test_open_requests_stand_first(mine, held, ada, alice):
    done, waits = held(), held()
    reissuing.refuse(reissuing.ask(done, mine, actor=ada), actor=alice)
    reissuing.ask(waits, mine, actor=ada)
    order = reissuing.requests_at(waits.award.organisation)
    assert [one.state for one in order] == ["open", "refused"]
    assert "NULLS FIRST" in str(order.query), "PostgreSQL puts them last"


# -- what overtakes a request ------------------------------------------------------------------


def _corrected(award, alice, **changes):
    awarding.correct(award, actor=alice, changes=changes or {"recipient_name": "Ada King"})


def _lost_race(award, alice, monkeypatch, found):
    """Corrected after the request was taken up, so that reissuing fails."""
    plain = reissuing.awarding.correct

    def slow(*args, **how):
        plain(award, actor=alice, changes={"recipient_name": "Ada King"})
        return plain(*args, **how)

    monkeypatch.setattr(reissuing.awarding, "correct", slow)
    with pytest.raises(StackmarkError):
        reissuing.agree(found, actor=alice)


@pytest.mark.parametrize(
    ("how", "state", "words"),
    [
        ("corrected", "replaced", "Over: the credential was replaced in another way"),
        ("to the DID", "done", "Reissued"),
        ("revoked", "revoked", "Over: the credential was revoked"),
        ("while it was done", "replaced", "Over: the credential was replaced in another way"),
    ],
)
def test_a_request_ends_with_the_credential_it_was_about(
    how, state, words, mine, held, signed_in, ada, alice, client, monkeypatch
):
    one, other = held(), held()
    browser = signed_in(ada)
    request(browser, one, mine)
    request(browser, other, mine)
    found = ReissueRequest.everywhere.get(award=one.award)
    if how == "revoked":
        awarding.revoke(one.award, actor=alice, reason="misconduct")
    elif how == "while it was done":
        _lost_race(one.award, alice, monkeypatch, found)
    else:
        _corrected(one.award, alice, **({"recipient_id": mine.did} if "DID" in how else {}))
    found.refresh_from_db()
    assert (found.state, found.decided_by) == (state, None)
    assert found.decided_at is not None
    assert words in browser.get("/passport/dids").text
    assert ReissueRequest.everywhere.get(award=other.award).state == "open"
    assert AuditEvent.objects.filter(verb="reissue.ended").count() == 1
    staff = Client()
    staff.force_login(alice)
    answer = staff.post(f"/manage/northfield/awards/reissues/{found.pk}/agree", follow=True)
    assert "dealt with this already" in answer.text
    assert words in answer.text


def test_the_new_credential_says_that_one_may_ask_again(
    mine, held, signed_in, ada, alice, django_capture_on_commit_callbacks
):
    one = held()
    browser = signed_in(ada)
    request(browser, one, mine)
    with django_capture_on_commit_callbacks(execute=True):
        _corrected(one.award, alice)
    claiming.adopt()
    now_held = Holding.objects.get(user=ada, award__supersedes=one.award)
    page = browser.get(f"/passport/{now_held.pk}/reissue").text
    assert "Your last request was about the former credential" in page
    request(browser, now_held, mine)
    assert ReissueRequest.everywhere.get(award=now_held.award).state == "open"


def test_what_is_asked_in_the_moment_of_a_correction_is_not_left_open(mine, held, ada, alice):
    one = held()
    stale = Holding.objects.select_related("award").get(pk=one.pk)
    assert reissuing.why_not(stale) == ""
    _corrected(one.award, alice)
    with pytest.raises(ValidationError, match="in force"):
        reissuing._request(stale.award, mine.did, ada)
    assert not ReissueRequest.everywhere.exists()


def test_the_migration_ends_what_was_left_open(mine, held, ada, alice):
    left = {}
    for state in ("superseded", "revoked", "claimed"):
        found = reissuing.ask(held(), mine, actor=ada)
        Award.everywhere.filter(pk=found.award_id).update(state=state)
        left[found.pk] = state
    name = "stackmark_web.passport.migrations.0005_overtaken_reissues"
    import_module(name).end(apps, None)
    found = {left[one.pk]: one.state for one in ReissueRequest.everywhere.all()}
    assert found == {"superseded": "replaced", "revoked": "revoked", "claimed": "open"}


# -- erasure -----------------------------------------------------------------------------------


def test_erasure_takes_all_of_it(mine, held, ada, person):
    one = held()
    reissuing.ask(one, mine, actor=ada)
    found, _ = proving.ask(actor=None, asker="A", reason="B", wanted="any")
    sign_in = SignIn(clock.now(), "password")
    proving.give(found, actor=ada, holdings=[one], sign_in=sign_in)
    proving.ask(actor=ada, asker="Ada Lovelace", reason="B", wanted="any")
    BroughtDocument.objects.create(
        user=ada, url="https://x.example", url_hash="0" * 64, data=b"{}", kept_at=clock.now()
    )
    removed = erasers()["passport-proofs"](ada)
    assert removed == {
        "proof answers": 1,
        "proof requests": 1,
        "dids": 1,
        "reissue requests": 1,
        "brought documents": 1,
    }
    for model in (ProofAnswer, HolderDid, BroughtDocument):
        assert not model.objects.exists()
    assert not ReissueRequest.everywhere.exists()
    assert erasers()["passport-proofs"](ada)["dids"] == 0  # twice does no harm
