"""Two accounts of one person become one: proof of both, everything moves, nothing twice."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.test import Client

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts import merge, merging
from stackmark_web.accounts.models import Identity, Merge, User
from stackmark_web.accounts.queries import same_person, verified_addresses
from stackmark_web.audit.models import AuditEvent
from stackmark_web.passport import actions as passport
from stackmark_web.passport import proving, queries, sharing
from stackmark_web.passport.models import Folder, HolderDid, Holding, Profile, ProofAnswer, Share
from stackmark_web.tenancy.models import Membership

PASSWORD = "correct horse battery"


@pytest.fixture
def kept(person):
    return person("ada", password=PASSWORD)


@pytest.fixture
def gone(person):
    return person("ada-at-work", password=PASSWORD)


def sign_in(client, user):
    return client.post(
        "/account/login/?next=/account/merge",
        {"login": user.email, "password": PASSWORD, "next": "/account/merge"},
    )


def begun(client, kept):
    sign_in(client, kept)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client.post("/account/merge")


def held(user, digest="0", **more):
    more = {"title": "Soil", "added_at": clock.now(), "sha256": digest * 64, "data": b"{}"} | more
    return Holding.objects.create(user=user, **more)


def test_the_whole_way(client, kept, gone):
    soil = held(gone)
    assert begun(client, kept)["Location"] == "/account/login/?next=/account/merge"
    assert "_auth_user_id" not in client.session
    assert sign_in(client, gone)["Location"] == "/account/merge"
    page = client.get("/account/merge").content.decode()
    assert kept.email in page
    assert gone.email in page
    assert "Credentials: 1" in page
    assert User.objects.count() == 2, "looking changes nothing"
    assert client.post("/account/merge", {"act": "merge"})["Location"] == "/account/login/"
    assert list(User.objects.all()) == [kept]
    soil.refresh_from_db()
    assert soil.user == kept
    assert verified_addresses(kept) == ["ada@people.example", "ada-at-work@people.example"]
    assert "_auth_user_id" not in client.session
    assert not Session.objects.filter(session_data__contains=str(gone.pk)).exists()


def test_one_has_to_show_it_in_the_account_that_stays(client, kept, gone):
    sign_in(client, kept)
    answer = client.post("/account/merge")
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert merge.COOKIE not in client.cookies


def test_a_link_sent_to_somebody_else_merges_nothing(client, kept, person):
    begun(client, kept)
    eve = Client()
    victim = person("victim", password=PASSWORD)
    sign_in(eve, victim)
    assert "Merge these two accounts?" not in eve.get("/account/merge").content.decode()
    eve.post("/account/merge", {"act": "merge"})
    eve.cookies[merge.COOKIE] = f"{kept.pk}:forged"
    eve.post("/account/merge", {"act": "merge"})
    assert User.objects.count() == 2


def test_the_offer_ends(client, kept, gone):
    begun(client, kept)
    sign_in(client, gone)
    word = client.cookies[merge.COOKIE].value
    assert word
    client.cookies[merge.COOKIE] = ("2" if word[0] == "1" else "1") + word[1:]
    client.post("/account/merge", {"act": "merge"})
    assert User.objects.count() == 2


def test_the_second_step_of_the_other_account_is_asked_for(client, kept, gone):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(gone, generate_totp_secret())
    begun(client, kept)
    assert sign_in(client, gone)["Location"].startswith("/account/2fa/authenticate/")
    client.post("/account/merge", {"act": "merge"})
    assert User.objects.count() == 2


def test_only_the_person_themselves(kept, gone, person):
    for actor in (None, kept, person("eve")):
        with pytest.raises(PermissionDenied):
            merge.merge(kept, gone, actor=actor)
    with pytest.raises(UsageError, match="not two accounts"):
        merge.merge(gone, gone, actor=gone)
    User.objects.filter(pk=kept.pk).update(is_active=False)
    with pytest.raises(UsageError, match="not two accounts"):
        merge.merge(kept, gone, actor=gone)


def test_who_runs_the_server_begins_there(kept, gone):
    User.objects.filter(pk=gone.pk).update(is_operator=True)
    with pytest.raises(UsageError, match="runs this server"):
        merge.merge(kept, gone, actor=gone)
    assert User.objects.count() == 2


def test_what_is_there_twice_is_there_once(kept, gone):
    mine, theirs, other = held(kept), held(gone), held(gone, "1")
    share = sharing.make_share(gone, [theirs, other])
    word = queries.share_url(share).rsplit("/", 1)[1]
    passport.make_folder(kept, name="Job")
    folder = passport.make_folder(gone, name="Job")
    passport.choose_folders(theirs, actor=gone, folders=[folder])
    for user in (kept, gone):
        form = {"handle": str(user)[:3] + str(user.pk)[:4], "headline": "", "about": ""}
        passport.save_profile(user, **form, published=False, indexed=False, holdings=[])
    handle = Profile.objects.get(user=kept).handle

    merge.merge(kept, gone, actor=gone)

    assert set(Holding.objects.all()) == {mine, other}
    assert set(queries.share_by_token(word).holdings.all()) == {mine, other}
    assert Share.objects.get(pk=share.pk).user == kept
    assert [list(one.holdings.all()) for one in Folder.objects.all()] == [[mine]]
    assert Profile.objects.get().handle == handle


def test_proofs_and_dids_move_once(kept, gone):
    """An answer still shows what is there twice; a DID in both accounts is there once."""
    mine, theirs = held(kept), held(gone)
    asked, _token = proving.ask(actor=None, asker="Grete", reason="A job", wanted="any")
    now = clock.now()
    answer = ProofAnswer.objects.create(request=asked, user=gone, state="given", answered_at=now)
    answer.holdings.add(theirs)
    for user, did in ((kept, "did:key:a"), (gone, "did:key:a"), (gone, "did:key:b")):
        HolderDid.objects.create(user=user, did=did, proved_at=now)

    merge.merge(kept, gone, actor=gone)

    answer.refresh_from_db()
    assert (answer.user, list(answer.holdings.all())) == (kept, [mine])
    assert sorted(HolderDid.objects.values_list("did", "user")) == [
        ("did:key:a", kept.pk),
        ("did:key:b", kept.pk),
    ]


def test_roles_move_and_the_organisation_is_told(kept, gone, northfield, organisation, join):
    elsewhere = organisation("elsewhere")
    join(kept, northfield, "owner")
    join(gone, northfield, "owner", "designer")
    join(gone, elsewhere, "owner")
    merge.merge(kept, gone, actor=gone)
    rows = Membership.everywhere.filter(user=kept, ended_at=None)
    assert sorted(rows.values_list("organisation__slug", "role")) == [
        ("elsewhere", "owner"),
        ("northfield", "designer"),
        ("northfield", "owner"),
    ]
    told = AuditEvent.objects.filter(verb="role.moved")
    assert {event.organisation_id for event in told} == {northfield.pk, elsewhere.pk}
    assert AuditEvent.objects.filter(verb="account.merged").count() == 1


def test_identities_and_addresses_move(kept, gone):
    Identity.objects.create(
        user=gone, provider="n", issuer="https://n.example", subject="1", added_at=clock.now()
    )
    EmailAddress.objects.create(user=kept, email="both@people.example", verified=False)
    EmailAddress.objects.create(user=gone, email="both@people.example", verified=True)
    merge.merge(kept, gone, actor=gone)
    assert kept.identities.get().subject == "1"
    row = EmailAddress.objects.get(email="both@people.example")
    assert (row.user, row.verified, row.primary) == (kept, True, False)
    assert EmailAddress.objects.get(user=kept, primary=True).email == kept.email


def test_both_are_the_same_person_to_a_second_pair_of_eyes(kept, gone, person):
    former, third = gone.pk, person("third")
    assert not same_person(kept, gone)
    merge.merge(kept, gone, actor=gone)
    assert same_person(kept, former)
    assert same_person(str(former), kept.pk)
    assert not same_person(kept, person("eve"))
    assert not same_person(None, None)
    merge.merge(third, kept, actor=kept)
    assert same_person(third, former), "through two merges"
    assert Merge.objects.count() == 2


def test_every_field_that_points_at_a_person_is_moved(kept, gone):
    """A model that is added later is moved too, or is named among what ends."""
    for model, field in merging._fields():
        assert field.remote_field.on_delete.__name__ in ("CASCADE", "SET_NULL"), model


def test_who_is_young_in_one_account_is_young(kept, gone):
    from datetime import date

    User.objects.filter(pk=gone.pk).update(born=date(2012, 1, 1))
    merge.merge(kept, gone, actor=gone)
    kept.refresh_from_db()
    assert kept.born == date(2012, 1, 1)


def test_a_stolen_session_ends_no_account(client, kept, gone):
    """Whoever only has a session of the other account cannot take all that is in it."""
    begun(client, kept)
    client.force_login(gone)  # a session, and no fresh sign-in
    answer = client.post("/account/merge", {"act": "merge"})
    assert User.objects.count() == 2
    assert answer["Location"].startswith("/account/reauthenticate/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    client.post("/account/merge", {"act": "merge"})
    assert list(User.objects.all()) == [kept]


def test_erasing_who_merged_notes_the_former_account_too(kept, gone, settings, tmp_path):
    """A backup from before the merge holds both: after a restore both must go again."""
    from stackmark_web.accounts import erasure, erasure_journal

    settings.DATA = tmp_path
    ids = [kept.pk, gone.pk]
    merge.merge(kept, gone, actor=gone)
    erasure.erase(kept, actor=kept)
    assert erasure_journal.erased_among(ids) == ids
