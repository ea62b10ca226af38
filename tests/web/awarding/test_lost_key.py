"""A key that others know: what is refused where, what it signed, and signing that anew."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module

import orjson
import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from stackmark.errors import UsageError
from stackmark.issuing.securing import secure
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions, by_key, erasing, key_run, publishing
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs.models import Chunk
from stackmark_web.jobs.worker import work_once
from stackmark_web.tenancy import actions as tenancy_actions
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signing import signer_for
from stackmark_web.verifying import actions as verifying

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def began(university):
    """The key has signed for ten days."""
    since = clock.now() - 10 * DAY
    SigningKey.everywhere.update(created_at=since, active_from=since)
    return since


@pytest.fixture
def key(university, began):
    return tenancy.active_key(university)


def issued(offered, when, **more):
    """An award that was signed and stored at ``when``."""
    with clock.at(when):
        return offered(**more)


def lose(key, alice, since=None):
    """Declared lost, and the lists signed anew as happens after the commit."""
    row = tenancy_actions.declare_lost(key, actor=alice, since=since)
    publishing.publish_all_of(key.organisation)
    return row


def work():
    while work_once("test"):
        pass


def judge(award):
    return verifying.check(bytes(award.signed)).report


def test_since_when_decides_what_our_books_can_show(university, key, offered, alice, began):
    before = issued(offered, began + DAY)
    after = issued(offered, began + 5 * DAY, recipient_email="b@mail.example")
    assert judge(before).verdict == judge(after).verdict == "verified"
    lose(key, alice, began + 3 * DAY)
    report = judge(before)
    assert report.verdict == "verified"
    assert "books kept here" in report.check("key-time").detail
    assert "newly signed" in report.warnings[-1]
    report = judge(after)
    assert (report.verdict, report.check("key-time").reason) == ("refused", "key-time.revoked")


def test_the_world_refuses_all_of_it_at_once(university, key, offered, alice, began):
    """Our own books are not seen from outside: the document says revoked, and that counts."""
    from stackmark.verification.verifier import Verifier
    from stackmark_web.verifying.fetching import server_fetcher

    before = issued(offered, began + DAY)
    tenancy_actions.declare_lost(key, actor=alice, since=began + 3 * DAY)
    report = Verifier(now=clock.now() + DAY, fetcher=server_fetcher()).verify(bytes(before.signed))
    assert report.check("key-time").reason == "key-time.revoked"


def test_a_thief_with_an_old_date_gets_nothing_from_our_books(
    university, key, offered, alice, began
):
    """The same address and an early date, but not the bytes that were stored."""
    before = issued(offered, began + DAY)
    tree = orjson.loads(bytes(before.signed))
    del tree["proof"]
    tree["credentialSubject"]["achievement"]["name"] = "Brain surgery"
    pen = signer_for(university)
    forged = secure(
        tree,
        suite="eddsa-rdfc-2022",
        signer=pen.private,
        method=pen.method_id,
        created=(began + DAY).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    tenancy_actions.declare_lost(key, actor=alice, since=began + 3 * DAY)
    report = verifying.check(forged).report
    assert (report.verdict, report.check("key-time").reason) == ("refused", "key-time.revoked")


def test_without_a_time_nothing_of_it_counts(university, key, offered, alice, began):
    before = issued(offered, began + DAY)
    row = tenancy_actions.declare_lost(key, actor=alice)
    assert row.lost_from == began
    assert judge(before).verdict == "refused"


def test_what_was_withdrawn_does_not_come_back_by_the_books(university, key, offered, alice, began):
    before = issued(offered, began + DAY)
    actions.revoke(before, actor=alice, reason="issued-in-error")
    lose(key, alice, began + 3 * DAY)
    report = judge(before)
    assert (report.verdict, report.check("status").reason) == ("refused", "status.revoked")


def test_the_time_goes_back_and_never_forward(university, key, alice, began):
    for since in (clock.now() + DAY,):
        with pytest.raises(UsageError, match="has not come yet"), transaction.atomic():
            tenancy_actions.declare_lost(key, actor=alice, since=since)
    tenancy_actions.declare_lost(key, actor=alice, since=began + 5 * DAY)
    with pytest.raises(UsageError, match="cannot be taken back"):
        tenancy_actions.declare_lost(key, actor=alice, since=began + 6 * DAY)
    row = tenancy_actions.declare_lost(key, actor=alice, since=began + 2 * DAY)
    assert row.lost_from == began + 2 * DAY
    row = tenancy_actions.declare_lost(key, actor=alice, since=began - 90 * DAY)
    assert row.lost_from == began, "not before it signed"
    said = AuditEvent.objects.filter(verb="key.lost").values_list("after__since", flat=True)
    assert len(said) == 3


def test_only_owners_declare_and_sign_anew(university, key, offered, alice, bob, charlie):
    for person, error in ((bob, PermissionDenied), (charlie, Http404)):
        with pytest.raises(error):
            tenancy_actions.declare_lost(key, actor=person)
        with pytest.raises(error):
            key_run.sign_anew(key, actor=person)
    assert tenancy.active_key(university).pk == key.pk


def test_what_each_key_signed_is_known_to_the_award(university, key, offered, alice, began):
    """Also of what was stored just after the key was replaced, and of two keys in one minute."""
    first = [
        issued(offered, began + n * DAY, recipient_email=f"a{n}@mail.example") for n in (1, 2, 3)
    ]
    late = issued(offered, began + 4 * DAY, recipient_email="late@mail.example")
    with clock.at(began + 4 * DAY + timedelta(minutes=1)):
        tenancy_actions.rotate_key(university, actor=alice)
    Award.everywhere.filter(pk=late.pk).update(signed_at=began + 4 * DAY + timedelta(minutes=2))
    second = issued(
        offered, began + 4 * DAY + timedelta(minutes=3), recipient_email="n@mail.example"
    )
    key.refresh_from_db()
    assert set(by_key.signed_by(key)) == {*first, late}
    assert set(by_key.signed_by(tenancy.active_key(university))) == {second}
    assert by_key.figures_of(key)["credentials"] == 4


def test_what_was_signed_before_keys_were_noted_is_noted_by_the_migration(
    university, key, offered, alice, began
):
    """By time and, near a change of keys, by the credential; a reduced award names no key."""
    first = [issued(offered, began + n * DAY, recipient_email=f"a{n}@mail.example") for n in (0, 2)]
    change = began + 4 * DAY
    late = issued(offered, change, recipient_email="late@mail.example")
    with clock.at(change + timedelta(minutes=1)):
        tenancy_actions.rotate_key(university, actor=alice)
    Award.everywhere.filter(pk=late.pk).update(signed_at=change + timedelta(minutes=2))
    second = [
        issued(offered, change + timedelta(minutes=n), recipient_email=f"n{n}@mail.example")
        for n in (3, 30)
    ]
    erasing.reduce_one(first[0])
    erasing.reduce_one(second[0])
    damaged = issued(offered, change + timedelta(minutes=4), recipient_email="d@mail.example")
    Award.everywhere.filter(pk=damaged.pk).update(signed=b"{")
    unsigned = offered(recipient_email="u@mail.example")
    Award.everywhere.filter(pk=unsigned.pk).update(signed=None, sha256="", signed_at=None)
    noted = dict(Award.everywhere.values_list("pk", "signed_with"))
    Award.everywhere.update(signed_with=None)
    import_module("stackmark_web.awarding.migrations.0008_signed_with_noted").note(apps, None)
    assert dict(Award.everywhere.values_list("pk", "signed_with")) == noted | {unsigned.pk: None}
    assert set(by_key.signed_by(key)) == {*first, late}
    assert set(by_key.signed_by(tenancy.active_key(university))) == {*second, damaged}


def test_a_run_goes_through_the_same_rows_when_one_is_reduced_meanwhile(
    university, key, offered, alice, began
):
    old = [
        issued(offered, began + n * DAY, recipient_email=f"a{n}@mail.example") for n in range(1, 5)
    ]
    assert list(by_key.signed_by(key)) == old
    erasing.reduce_one(old[0])
    assert list(by_key.signed_by(key)) == old
    assert by_key.shown(key, since_lost=False, number=4)[1:3] == old[1:3]


def test_all_are_signed_anew_and_everybody_gets_a_letter(
    university, key, offered, alice, began, django_capture_on_commit_callbacks
):
    old = [
        issued(offered, began + n * DAY, recipient_email=f"a{n}@mail.example") for n in range(1, 6)
    ]
    actions.revoke(old[0], actor=alice, reason="issued-in-error")
    with pytest.raises(UsageError, match="still counts"):
        key_run.sign_anew(key, actor=alice)
    tenancy_actions.declare_lost(key, actor=alice, since=began + 3 * DAY)
    key.refresh_from_db()
    assert by_key.counts(key) == {"all": 5, "since": 3, "before": 2, "open": 4, "done": 0}
    with django_capture_on_commit_callbacks(execute=True):
        run = key_run.sign_anew(key, actor=alice)
        assert key_run.sign_anew(key, actor=alice).pk == run.pk, "asked twice, one run"
        work()
    run.refresh_from_db()
    assert (run.state, run.done, run.failed) == ("done", 5, 0)
    assert by_key.counts(key) | {"since": 3} == {
        "all": 5,
        "since": 3,
        "before": 2,
        "open": 0,
        "done": 4,
    }
    new = tenancy.active_key(university).method_id
    for award in old[1:]:
        award.refresh_from_db()
        assert award.state == "superseded"
        fresh = award.superseded_by
        assert by_key.method_of(fresh) == new
        assert (fresh.recipient_email, fresh.version_id) == (
            award.recipient_email,
            award.version_id,
        )
        assert fresh.valid_from == award.valid_from
        assert judge(fresh).verdict == "verified"
        assert OutboxMail.everywhere.filter(award_id=fresh.pk).count() == 1
    old[0].refresh_from_db()
    assert old[0].state == "revoked", "what was taken back is not given again"
    with pytest.raises(UsageError, match="Nothing is left"):
        key_run.sign_anew(key, actor=alice)


def test_only_what_was_signed_since_is_replaced_when_that_is_wanted(
    university, key, offered, alice, began
):
    old = [issued(offered, began + n * DAY, recipient_email=f"a{n}@mail.example") for n in (1, 4)]
    tenancy_actions.declare_lost(key, actor=alice, since=began + 3 * DAY)
    key.refresh_from_db()
    key_run.sign_anew(key, actor=alice, only_since=True)
    work()
    states = [Award.everywhere.get(pk=award.pk).state for award in old]
    assert states == ["offered", "superseded"]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("where", ["draft_in_place_of", "offer_many"])
def test_a_worker_that_dies_makes_nothing_twice(
    university, key, offered, alice, began, monkeypatch, where
):
    for n in range(1, 5):
        issued(offered, began + n * DAY, recipient_email=f"a{n}@mail.example")
    tenancy_actions.declare_lost(key, actor=alice)
    key.refresh_from_db()
    run = key_run.sign_anew(key, actor=alice)
    real, calls = getattr(key_run, where), []

    def dies_later(*args, **more):
        calls.append(1)
        if len(calls) == (3 if where == "draft_in_place_of" else 1):
            if where == "offer_many":
                real(*args, **more)
            raise Killed
        return real(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(key_run, where, dies_later)
        with pytest.raises(Killed):
            work()
    Chunk.objects.filter(run=run).update(lease_until=clock.now() - DAY)
    work()
    run.refresh_from_db()
    assert (run.state, run.done) == ("done", 4)
    fresh = Award.everywhere.filter(supersedes__isnull=False)
    assert fresh.count() == 4
    assert all(award.signed is not None for award in fresh)
    assert OutboxMail.everywhere.filter(award_id__in=[one.pk for one in fresh]).count() == 4


def test_the_pages(university, key, offered, alice, began, client):
    issued(offered, began + DAY)
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": clock.now().timestamp(), "email": alice.email}
    ]
    session.save()
    page = client.get("/manage/northfield/keys/replace").content.decode()
    assert "Everything the old key signed stays valid" in page
    page = client.get(f"/manage/northfield/keys/{key.pk}/awards").content.decode()
    assert "What it signed is valid" in page
    assert "Still to be replaced" not in page, "nothing is, while the key counts"
    page = client.get(f"/manage/northfield/keys/{key.pk}/revoke").content.decode()
    assert "It has signed 1 credential." in page
    since = (began + 3 * DAY).strftime("%Y-%m-%dT%H:%M")
    answer = client.post(
        f"/manage/northfield/keys/{key.pk}/revoke", {"since": since, "note": "", "sure": "on"}
    )
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Sign all of them anew" in page
    assert "still verify here, and nowhere else" in page
    answer = client.post(f"/manage/northfield/keys/{key.pk}/anew", {"which": "all"})
    assert "/runs/" in answer["Location"]
    register = client.get("/register/issuers/northfield", headers={"accept": "text/html"})
    if register.status_code == 200:
        assert "known to others since" in register.content.decode()
    assert client.get("/manage/northfield/keys").status_code == 200
