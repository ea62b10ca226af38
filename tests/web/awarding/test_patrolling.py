"""Whoever changes a credential or a list by SQL is found by the next round (security A114)."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest

from stackmark_web import clock
from stackmark_web.audit import queries as audit
from stackmark_web.audit.models import Patrol
from stackmark_web.awarding import actions, issuing, lists, patrolling, publishing
from stackmark_web.awarding.models import Award, StatusList

pytestmark = pytest.mark.django_db


@pytest.fixture
def award(draft):
    made = actions.offer(draft(), actor=None)
    publishing.publish(made.status_list_id)
    StatusList.everywhere.update(dirty_since=None)
    return made


def found(award):
    return patrolling.look_at(Award.everywhere.filter(pk=award.pk).select_related("status_list"))


def change(award, **values):
    Award.everywhere.filter(pk=award.pk).update(**values)
    return found(award)


def forged(award, **members):
    """Bytes with something changed and their hash with them."""
    data = orjson.dumps(orjson.loads(bytes(award.signed)) | members)
    return {"signed": data, "sha256": issuing.digest(data)}


def test_what_was_issued_here_holds(award):
    assert found(award) == []
    actions.revoke(award, actor=None, reason="issued-in-error")
    publishing.publish(award.status_list_id)
    StatusList.everywhere.update(dirty_since=None)
    assert found(award) == []


def test_each_change_by_sql_is_named(award, draft):
    other = actions.offer(draft(recipient_email="other@people.example"), actor=None)
    bytes_changed = bytes(award.signed).replace(b"Soil", b"Soul", 1)
    cases = {
        "not those whose hash": {"signed": bytes_changed},
        "its signature does not fit": forged(award, name="Better than it was"),
        "another credential's": {"signed": bytes(other.signed), "sha256": other.sha256},
        "not the one that was signed": {"status_index": award.status_index + 1},
        "the row says revoked, the published list says valid": {"state": "revoked"},
        "the row says claimed, the audit log says offered": {"state": "claimed"},
        "its bytes are no credential": {"signed": b"[]", "sha256": issuing.digest(b"[]")},
    }
    kept = {name: getattr(award, name) for name in ("signed", "sha256", "status_index", "state")}
    for wanted, values in cases.items():
        assert any(wanted in one for one in change(award, **values)), (wanted, found(award))
        assert change(award, **kept) == []


def test_a_revocation_undone_in_the_database_is_found(award):
    actions.revoke(award, actor=None, reason="issued-in-error")
    publishing.publish(award.status_list_id)
    StatusList.everywhere.update(dirty_since=None)
    (one, two) = change(award, state="offered")
    assert one.endswith("the row says offered, the published list says off.")
    assert two.endswith("the row says offered, the audit log says revoked.")


def test_a_list_that_somebody_wrote_is_found(award):
    path = publishing.list_path(award.status_list_id, lists.REVOCATION)
    tree = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps(tree | {"validUntil": "2099-01-01T00:00:00Z"}))
    (one,) = found(award)
    assert one.startswith(f"Status list {award.status_list_id}: the published file for revocation")
    assert "signature does not fit" in one


def test_a_round_is_made_in_slices_once_a_day_and_is_told(award, draft, monkeypatch):
    actions.offer(draft(recipient_email="other@people.example"), actor=None)
    monkeypatch.setattr(patrolling, "SLICE", 1)
    Award.everywhere.filter(pk=award.pk).update(sha256="0" * 64)
    found = [one for _ in range(3) for one in patrolling.look_through()]
    assert len(found) == 1
    assert Patrol.objects.get().cursor == ""
    assert patrolling.look_through() == [], "the round is over until tomorrow"
    (said,) = audit.check_chains()
    assert said == f"Credential {award.pk}: its bytes are not those whose hash was kept."
    Award.everywhere.filter(pk=award.pk).update(sha256=award.sha256)
    with clock.at(clock.now() + timedelta(hours=21)):
        for _ in range(3):
            patrolling.look_through()
    assert audit.check_chains() == []
