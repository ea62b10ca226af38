"""After a decision: appeal, another decision in its place, review by itself, withdrawal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport.models import Holding
from stackmark_web.passport.standing import standing_of
from stackmark_web.recognising import drafts, queries, tasks
from stackmark_web.recognising.actions import appealing, reviewing
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Appeal, Decision
from stackmark_web.verifying import actions as verifying

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(ask):
    return ask().sources.get()


@pytest.fixture
def made(source, decide):
    return decide(source, "refused")


def fresh(row):
    return type(row).everywhere.get(pk=row.pk)


# -- appeals -------------------------------------------------------------------------------


def test_an_appeal_reaches_the_desk_with_a_day(made, lena, charlie):
    with pytest.raises(Http404):
        appealing.appeal(made, actor=charlie, text="Wrong.")
    sent = appealing.appeal(made, actor=lena, text="There was field work.")
    assert sent.due_on == clock.today() + timedelta(days=60)
    assert OutboxMail.everywhere.filter(kind="recognition_appealed").count() == 1
    with pytest.raises(Problem, match="appealed already"):
        appealing.appeal(made, actor=lena, text="Again.")


def test_too_late_is_too_late(made, lena):
    with (
        clock.at(clock.now() + timedelta(days=31)),
        pytest.raises(Problem, match="time to appeal is over"),
    ):
        appealing.appeal(made, actor=lena, text="Wrong.")
    with clock.at(clock.now() + timedelta(days=30)):  # the last day is a day
        assert appealing.appeal(made, actor=lena, text="Wrong.").state == "open"


def test_who_decided_does_not_answer(made, lena, rita, rolf, decide, source):
    sent = appealing.appeal(made, actor=lena, text="Wrong.")
    with pytest.raises(PermissionDenied, match="somebody else answers"):
        appealing.dismiss(sent, actor=rita, reasons="No.")
    source.refresh_from_db()
    with pytest.raises(PermissionDenied, match="somebody else answers"):
        decide(source, actor=rita)
    with pytest.raises(Problem) as caught:
        appealing.dismiss(sent, actor=rolf, reasons=" ")
    assert caught.value.field == "reasons"
    appealing.dismiss(sent, actor=rolf, reasons="The syllabus has none.")
    assert fresh(sent).state == "dismissed"
    assert fresh(made).in_force
    with pytest.raises(Problem, match="answered already"):
        appealing.dismiss(sent, actor=rolf, reasons="Twice.")
    with pytest.raises(Problem, match="was answered"):
        appealing.appeal(made, actor=lena, text="Once more.")


def test_upheld_the_new_decision_replaces_the_old_and_its_bit_is_set(
    made, lena, rolf, decide, source, college
):
    sent = appealing.appeal(made, actor=lena, text="There was field work.")
    source.refresh_from_db()
    draft = drafts.draft_of(source, queries.current(source))
    assert draft.comparison.row("outcomes").finding == "substantial"  # as the first had it
    assert "verdict" not in draft.values
    new = decide(source, "full", actor=rolf)
    assert (fresh(sent).state, fresh(sent).decided_by) == ("upheld", rolf)
    assert new.replaces_id == made.pk
    assert queries.in_force(lena, college) == [new]
    old = verifying.check(bytes(made.signed))
    assert (old.verdict, old.report.check("status").reason) == ("refused", "status.revoked")
    assert verifying.check(bytes(new.signed)).verdict == "verified"
    assert standing_of(Holding.objects.get(pk=made.holding_id)).status == "revoked"
    assert OutboxMail.everywhere.filter(kind="recognition_appeal_decided").count() == 1
    with pytest.raises(Problem, match="no longer in force"):
        appealing.appeal(fresh(made), actor=lena, text="Hm.")


def test_without_an_appeal_nobody_decides_twice(made, rolf, decide, source):
    source.refresh_from_db()
    with pytest.raises(Problem, match="decided already"):
        decide(source, actor=rolf)


# -- review --------------------------------------------------------------------------------


@pytest.fixture
def granted(source, decide):
    return decide(source, "full")


def revoke(award, capture):
    with capture(execute=True):
        awarding.revoke(award, actor=None, reason="issued-in-error", note="Mixed up.")


def test_a_source_of_ours_that_is_revoked_puts_it_into_review_at_once(
    granted, holding, lena, college, django_capture_on_commit_callbacks
):
    tasks.look_at_own()
    assert fresh(granted).review_since is None
    with clock.at(clock.now() + timedelta(minutes=1)):
        revoke(holding.award, django_capture_on_commit_callbacks)
        tasks.look_at_own()
        assert tasks.look_at_own() in (0, 1)  # twice does no harm
    row = fresh(granted)
    assert row.review_reasons[0][0] == "status.revoked"
    assert queries.in_force(lena, college) == []
    kinds = OutboxMail.everywhere.filter(kind__startswith="recognition_review")
    assert set(kinds.values_list("kind", flat=True)) == {
        "recognition_review",
        "recognition_review_desk",
    }
    assert kinds.count() == 2


def test_what_was_confirmed_stays_until_there_is_news(
    granted, holding, lena, rita, bob, college, django_capture_on_commit_callbacks
):
    revoke(holding.award, django_capture_on_commit_callbacks)
    tasks.look_at_own()
    with pytest.raises(Http404):
        reviewing.confirm(granted, actor=bob)
    reviewing.confirm(granted, actor=rita)
    with pytest.raises(Problem, match="not in review"):
        reviewing.confirm(granted, actor=rita)
    Decision.everywhere.update(looked_at=None)
    tasks.look_at_own()
    assert queries.in_force(lena, college) == [fresh(granted)]


def test_after_a_suspension_it_counts_again(
    granted, issuer, foreign, ask, decide, lena, college, django_capture_on_commit_callbacks
):
    issuer.open_list(purpose="suspension")
    badge = foreign(credentialStatus=issuer.status(purpose="suspension"))
    made = decide(ask(holdings=[badge]).sources.get())
    issuer.set_status()
    with clock.at(clock.now() + timedelta(days=1)):
        issuer.publish_list()
        tasks.look_at_foreign()
        assert fresh(made).review_reasons[0][0] == "status.suspended"
        issuer.set_status(value=0)
        issuer.publish_list()
    with clock.at(clock.now() + timedelta(days=2)):
        tasks.look_at_foreign()
    row = fresh(made)
    assert (row.review_since, row.review_reasons) == (None, [])
    assert row in queries.in_force(lena, college)


def test_a_foreign_source_that_runs_out(issuer, foreign, ask, decide):
    badge = foreign(validUntil="2026-07-01T00:00:00Z")
    made = decide(ask(holdings=[badge]).sources.get())
    tasks.look_at_foreign()
    assert fresh(made).looked_at == clock.now()
    with clock.at(clock.now() + timedelta(hours=2)):
        assert tasks.look_at_foreign() == 0  # about once a day
    with clock.at(clock.now() + timedelta(days=40)):
        tasks.look_at_foreign()
    assert fresh(made).review_reasons[0][0] == "validity.expired"


def test_an_issuer_that_does_not_answer_changes_nothing(issuer, foreign, ask, decide, web):
    made = decide(ask(holdings=[foreign()]).sources.get())
    web.documents.clear()
    with clock.at(clock.now() + timedelta(days=2)):
        tasks.look_at_foreign()
    assert fresh(made).review_since is None


def test_withdrawn_for_good(granted, lena, rita, charlie, college):
    with pytest.raises(Http404):
        reviewing.withdraw(granted, actor=charlie, reason="x")
    with pytest.raises(Problem) as caught:
        reviewing.withdraw(granted, actor=rita, reason="")
    assert caught.value.field == "reason"
    reviewing.withdraw(granted, actor=rita, reason="It was about somebody else.")
    assert queries.in_force(lena, college) == []
    assert list(queries.withdrawn(granted.status_list_id)) == [granted.status_index]
    mail = OutboxMail.everywhere.get(kind="recognition_withdrawn")
    assert "about somebody else" in mail.text
    with pytest.raises(Problem, match="no longer in force"):
        reviewing.withdraw(granted, actor=rita, reason="Again.")
    assert Appeal.everywhere.count() == 0
