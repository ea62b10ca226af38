"""Status lists: indexes given once, versions that only grow, changes out at once."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from django.conf import settings
from django.db import OperationalError

import stackmark
from stackmark.errors import StackmarkError
from stackmark.status.lists import newer
from stackmark_web import clock
from stackmark_web.awarding import actions, lists, publishing, queries
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.tenancy.actions import create_unit, revoke_key, rotate_key
from stackmark_web.tenancy.queries import active_key

pytestmark = pytest.mark.django_db


def tree(award, purpose="revocation"):
    return orjson.loads(queries.status_list_document(award.status_list_id, purpose))


def version_of(award):
    return publishing.published_version(award.status_list_id, "revocation")


def test_indexes_are_scattered_and_never_the_same(university):
    found = [place for _ in range(30) for place in lists.take(university, 40)]
    assert len(set(found)) == 1_200
    assert len({status_list for status_list, _ in found}) == 1
    indexes = [index for _, index in found]
    assert indexes != sorted(indexes)
    assert max(indexes) > 100_000


def test_who_loses_the_race_for_an_index_asks_again(university, monkeypatch):
    lists.take(university, 5)
    stale = StatusList.everywhere.get()
    mine = lists.take(university, 5)  # somebody else moves on after `stale` was read
    reads = iter([stale])
    real = lists._open_list
    monkeypatch.setattr(lists, "_open_list", lambda *a: next(reads, None) or real(*a))
    theirs = lists.take(university, 5)
    assert not set(mine) & set(theirs)
    assert StatusList.everywhere.get().next == 15


def test_a_full_list_is_followed_by_another_that_was_opened_ahead(university):
    lists.take(university, 1)
    StatusList.everywhere.update(next=131_072 - lists.AHEAD)
    lists.take(university, 1)
    assert StatusList.everywhere.count() == 2
    StatusList.everywhere.filter(next__gt=0).update(next=131_070)
    places = lists.take(university, 5)
    assert len({status_list.pk for status_list, _ in places}) == 2
    assert len(set(places)) == 5


def test_units_share_the_lists_of_their_institution(university, alice):
    unit = create_unit(university, actor=alice, name="Science", unit_kind="faculty")
    (one, _), (other, _) = lists.take(university, 1) + lists.take(unit, 1)
    assert one == other
    assert one.organisation == university


def test_the_list_is_out_before_the_credential_is(offered):
    award = offered()
    row = StatusList.everywhere.get()
    assert row.published_at is not None
    assert row.dirty_since is None
    published = tree(award)
    assert published["credentialSubject"]["ttl"] == 300_000
    assert published["id"] == lists.list_url(row.pk, "revocation")
    assert tree(award, "suspension")["credentialSubject"]["statusPurpose"] == "suspension"


def test_a_revocation_is_visible_to_any_verifier(
    offered, alice, documents, django_capture_on_commit_callbacks
):
    award, other = offered(), offered(recipient_email="eve@mail.example")
    before = version_of(award)
    with django_capture_on_commit_callbacks(execute=True):
        actions.revoke(award, actor=alice, reason="issued-in-error")
    report = stackmark.verify(bytes(award.signed), documents=documents(award))
    assert (report.verdict, report.check("status").reason) == ("refused", "status.revoked")
    assert stackmark.verify(bytes(other.signed), documents=documents(other)).verdict == "verified"
    assert version_of(award) == before + 1
    assert StatusList.everywhere.get().dirty_since is None


def test_a_suspension_comes_and_goes(offered, alice, documents, django_capture_on_commit_callbacks):
    award = offered(suspendable=True)

    def reason():
        found = stackmark.verify(bytes(award.signed), documents=documents(award))
        return found.check("status").reason

    with django_capture_on_commit_callbacks(execute=True):
        actions.suspend(award, actor=alice, reason="A question about the samples")
    assert reason() == "status.suspended"
    with django_capture_on_commit_callbacks(execute=True):
        actions.reinstate(award, actor=alice)
    assert reason() == "status.ok"
    with django_capture_on_commit_callbacks(execute=True):
        actions.revoke(award, actor=alice, reason="issued-in-error")
    assert reason() == "status.suspended"  # its one list says: on hold or withdrawn


def test_versions_and_dates_only_grow_even_within_one_moment(offered):
    award = offered()
    seen = [tree(award)]
    with clock.at(clock.now()):
        for _ in range(3):
            assert publishing.publish(award.status_list_id)
            seen.append(tree(award))
    numbers = [int(one["description"].split()[1]) for one in seen]
    assert numbers == sorted(set(numbers))
    assert all(newer(b, a) for a, b in pairwise(seen))


def test_a_clock_that_goes_back_does_not_take_the_list_along(offered):
    award = offered()
    before = tree(award)
    with clock.at(clock.now() - timedelta(days=400)):
        assert publishing.publish(award.status_list_id)
    assert newer(tree(award), before)


def test_a_slow_publisher_writes_nothing_old(offered, alice):
    award = offered()
    slow = publishing._claim(award.status_list_id)
    actions.revoke(award, actor=alice, reason="issued-in-error")
    assert publishing.publish(award.status_list_id)
    after = queries.status_list_document(award.status_list_id, "revocation")

    def late(_):
        return slow

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publishing, "_claim", late)
        assert publishing.publish(award.status_list_id) is False
    assert queries.status_list_document(award.status_list_id, "revocation") == after


def test_a_change_during_publication_stays_to_be_published(offered, alice, monkeypatch):
    award = offered()
    real = publishing._signed

    def meanwhile(edition, purpose, pen):
        made = real(edition, purpose, pen)
        if Award.everywhere.get(pk=award.pk).state == "offered":
            actions.revoke(award, actor=alice, reason="issued-in-error")
        return made

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_signed", meanwhile)
        assert publishing.publish(award.status_list_id)
    assert StatusList.everywhere.get().dirty_since is not None
    assert publishing.publish_dirty() == 1
    assert StatusList.everywhere.get().dirty_since is None


def test_a_disk_that_fails_is_tried_again(
    offered, alice, monkeypatch, caplog, documents, django_capture_on_commit_callbacks
):
    award = offered()

    def full(path, data):
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "write_atomic", full)
        with django_capture_on_commit_callbacks(execute=True):
            actions.revoke(award, actor=alice, reason="issued-in-error")
        assert Award.everywhere.get(pk=award.pk).state == "revoked"
        assert StatusList.everywhere.get().dirty_since is not None
        with clock.at(clock.now() + timedelta(seconds=90)):
            assert publishing.publish_dirty() == 0
    assert "has waited since" in caplog.text
    assert publishing.publish_dirty() == 1
    report = stackmark.verify(bytes(award.signed), documents=documents(award))
    assert report.check("status").reason == "status.revoked"


def test_a_database_from_a_backup_revives_nothing(
    offered, alice, documents, django_capture_on_commit_callbacks
):
    award = offered()
    backup = StatusList.everywhere.get()
    with django_capture_on_commit_callbacks(execute=True):
        actions.revoke(award, actor=alice, reason="issued-in-error")
    before = version_of(award)
    Award.everywhere.filter(pk=award.pk).update(state="offered")
    backup.save()
    assert publishing.publish(award.status_list_id)
    assert version_of(award) > before
    report = stackmark.verify(bytes(award.signed), documents=documents(award))
    assert report.check("status").reason == "status.revoked"
    fresh = StatusList.everywhere.get(pk=backup.pk)
    assert fresh.next == fresh.entries  # closed: it cannot know which indexes were given since
    assert lists.take(award.organisation, 1)[0][0].pk != backup.pk


def test_a_rotated_or_revoked_key_signs_the_lists_anew(
    offered, alice, university, documents, django_capture_on_commit_callbacks
):
    award = offered()
    with django_capture_on_commit_callbacks(execute=True):
        rotate_key(university, actor=alice)
    assert tree(award)["proof"]["verificationMethod"].endswith("#key-2")
    with django_capture_on_commit_callbacks(execute=True):
        revoke_key(active_key(university), actor=alice)
    assert tree(award)["proof"]["verificationMethod"].endswith("#key-3")
    assert stackmark.verify(bytes(award.signed), documents=documents(award)).verdict == "verified"


def test_a_lost_or_damaged_file_is_made_anew(offered):
    award = offered()
    path = publishing.list_path(award.status_list_id, "revocation")
    path.unlink()
    publishing.look_over()
    assert publishing.publish_dirty() == 1
    path.write_bytes(b"{broken")
    publishing.look_over()
    assert publishing.publish_dirty() == 1
    assert tree(award)["type"][1] == "BitstringStatusListCredential"
    publishing.look_over()
    assert publishing.publish_dirty() == 0


def test_what_is_no_list_has_no_document(offered):
    award = offered()
    assert queries.status_list_document("../secret-key", "revocation") is None
    assert queries.status_list_document(award.status_list_id, "../x") is None
    assert queries.status_list_document(award.pk, "revocation") is None


def test_a_list_that_does_not_verify_is_not_written(offered, monkeypatch):
    award = offered()
    before = queries.status_list_document(award.status_list_id, "revocation")
    real = publishing.secure

    def flipped(unsigned, **more):
        return real(unsigned, **more).replace(b'"Version', b'"version')

    monkeypatch.setattr(publishing, "secure", flipped)
    with pytest.raises(StackmarkError, match="The list just signed"):
        publishing.publish(award.status_list_id)
    assert queries.status_list_document(award.status_list_id, "revocation") == before


TESTS = Path(__file__).resolve().parents[2]
_ALLOCATE = """
import django
django.setup()
from stackmark_web.awarding import lists
from stackmark_web.tenancy.models import Organisation
root = Organisation.objects.get()
for _ in range(120):
    for status_list, index in lists.take(root, 3):
        print(status_list.pk, index)
"""
_PREPARE = """
import django
django.setup()
from tables import make_tables
make_tables()
from stackmark_web.tenancy.models import Organisation
Organisation.objects.create(slug="a", name="A", kind="university")
"""


def test_many_processes_never_get_the_same_index(tmp_path):
    given = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    given |= {
        "STACKMARK_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "stackmark_web.settings.base",
        "PYTHONPATH": os.pathsep.join([str(settings.PACKAGE.parent), str(TESTS)]),
    }
    subprocess.run([sys.executable, "-c", _PREPARE], env=given, check=True, timeout=120)
    workers = [
        subprocess.Popen([sys.executable, "-c", _ALLOCATE], env=given, stdout=subprocess.PIPE)
        for _ in range(4)
    ]
    lines = [line for one in workers for line in one.communicate(timeout=180)[0].splitlines()]
    assert all(one.returncode == 0 for one in workers)
    assert len(lines) == len(set(lines)) == 4 * 120 * 3


@pytest.mark.django_db(transaction=True)
def test_a_database_that_goes_away_after_a_revocation_does_not_turn_its_answer(
    offered, alice, monkeypatch
):
    award = offered()

    def lost(_list_id):
        raise OperationalError("terminating connection due to administrator command")

    monkeypatch.setattr(publishing, "publish", lost)
    actions.revoke(award, actor=alice, reason="issued-in-error")
    award.refresh_from_db()
    assert award.state == "revoked"
    assert StatusList.everywhere.get().dirty_since is not None  # the duty publishes it
