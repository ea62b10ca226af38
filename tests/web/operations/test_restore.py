"""Back up, go on, restore: what was promised holds (faults F22 to F24)."""

from __future__ import annotations

import pytest

from stackmark.errors import StackmarkError
from stackmark_web.awarding import publishing
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.operations import instance
from stackmark_web.operations.archive import making, restoring


def back_up(system, name="b.stackmark", **more):
    target = system.folder.parent / name
    return making.make(target, **{"passphrase": None, "with_keys": False} | more).path


def test_a_restored_system_uses_no_index_twice_and_forgets_no_revocation(system):
    with system.on():
        first = system.issue(3)
        system.settle()
        file = back_up(system)
        later = system.issue(3)
        system.revoke(first[0])
        system.revoke(later[0])
        system.settle()
        used = system.indexes()
        versions = {
            (str(row.pk), purpose): publishing.published_version(row.pk, purpose)
            for row in StatusList.everywhere.all()
            for purpose in ("revocation", "suspension")
        }
        report, _ = restoring.restore(file, passphrase=None, replace=True)
    with system.on():
        assert report.revoked == [str(first[0].pk)]
        assert Award.everywhere.get(pk=first[0].pk).state == "revoked"
        assert {one["id"] for one in report.lost} == {str(award.pk) for award in later}
        assert [one["revoked"] for one in report.lost if one["id"] == str(later[0].pk)] == [True]
        fresh = system.issue(4)
        system.settle()
        assert not {(a.status_list_id, a.status_index) for a in fresh} & used
        for (pk, purpose), before in versions.items():
            assert publishing.published_version(pk, purpose) > before
            assert publishing.document(pk, purpose)
        first_list = first[0].status_list_id
        bits = publishing._published_bits(StatusList.everywhere.get(pk=first_list))
        for award in (first[0], later[0]):
            assert bits[award.status_index // 8] & (0x80 >> award.status_index % 8)


def test_a_full_place_is_left_alone_unless_asked(system):
    with system.on():
        file = back_up(system)
        before = (system.folder / "stackmark.sqlite3").read_bytes()
        with pytest.raises(StackmarkError, match="--replace") as caught:
            restoring.restore(file, passphrase=None)
        assert caught.value.reason == "restore.full"
        assert (system.folder / "stackmark.sqlite3").read_bytes() == before


def test_letters_that_waited_are_in_doubt_and_not_sent(system):
    with system.on():
        system.issue(2)
        file = back_up(system)
        restoring.restore(file, passphrase=None, replace=True)
        from stackmark_web.integrations import mailer

        states = set(OutboxMail.everywhere.values_list("state", flat=True))
        assert states == {"doubt"}
        assert mailer.send_due() == 0


def test_it_restores_on_an_empty_machine_and_signs_there(system, empty):
    with system.on():
        award = system.issue(1)[0]
        system.settle()
        file = back_up(system, passphrase=b"correct horse", with_keys=True)
    with empty.on():
        report, _ = restoring.restore(file, passphrase=b"correct horse")
        assert report.keys_missing == []
        assert instance.why_not() == ""
        assert bytes(Award.everywhere.get(pk=award.pk).signed) == bytes(award.signed)
