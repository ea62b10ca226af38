"""Who may ask, review, decide and withdraw; what each refusal says; the second person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.accrediting import actions
from stackmark_web.accrediting.actions import Problem
from stackmark_web.accrediting.models import Request, Statement
from stackmark_web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
SOON = timedelta(days=300)


def propose(request, actor, **more):
    terms = {"grant": True, "reasons": "Seen.", "end": clock.today() + SOON} | more
    return actions.propose(request, actor=actor, **terms)


# -- asking ------------------------------------------------------------------------------------


def test_an_owner_asks_and_both_trails_tell(ask, university, agency):
    made = ask()
    assert (made.state, made.agency) == (Request.State.PENDING, agency)
    told = AuditEvent.objects.filter(verb="accreditation.requested")
    assert {one.organisation_id for one in told} == {university.pk, agency.pk}


def test_a_colleague_a_stranger_and_a_designer(ask, version, bob, charlie, person, join):
    with pytest.raises(PermissionDenied):
        ask(actor=bob)
    with pytest.raises(Http404):
        ask(actor=charlie)
    dana = join(person("dana"), version.organisation, "designer")
    with pytest.raises(PermissionDenied):  # the institution itself is for its owners
        ask(actor=dana)
    assert ask("endorsement", actor=dana, version=version).version == version
    assert Request.everywhere.count() == 1


@pytest.mark.parametrize(
    ("wanted", "more", "field", "says"),
    [
        ("praise", {}, "wanted", "Choose what you ask for"),
        ("accreditation", {"agency": "own"}, "agency", "other than your own"),
        ("accreditation", {"agency": "college"}, "agency", "Only a quality agency"),
        ("right-to-issue", {"version": True}, "wanted", "given to an organisation"),
        ("endorsement", {"evidence": ["javascript:alert(1)"]}, "evidence", "no web address"),
        ("endorsement", {"note": "x" * 4001}, "note", "too long"),
    ],
)
def test_what_cannot_be_asked(ask, wanted, more, field, says, university, organisation, version):
    places = {"own": university, "college": organisation("college")}
    if "agency" in more:
        more = more | {"agency": places[more["agency"]]}
    if "version" in more:
        more = more | {"version": version}
    with pytest.raises(Problem) as caught:
        ask(wanted, **more)
    assert caught.value.field == field
    assert says in caught.value.detail
    assert not Request.everywhere.exists()


def test_anybody_may_be_asked_for_an_endorsement(ask, organisation):
    assert ask("endorsement", agency=organisation("college")).wanted == "endorsement"


def test_a_draft_and_what_belongs_to_others_cannot_be_endorsed(ask, version, organisation):
    version.organisation = organisation("college")
    with pytest.raises(Problem, match="published achievement of yours"):
        ask("endorsement", version=version)


def test_the_same_is_asked_once(ask, alice):
    first = ask()
    with pytest.raises(Problem, match="already"):
        ask()
    actions.take_back(first, actor=alice)
    assert ask().pk != first.pk


# -- reviewing ---------------------------------------------------------------------------------


def test_the_rows_are_filled_by_the_check(ask, version, rhea):
    request = actions.open_review(
        ask("endorsement", version=version), actor=rhea, profile="eu-2022"
    )
    outcomes = {row.requirement: row.outcome for row in request.rows.all()}
    assert "passed" in outcomes.values()
    assert len(outcomes) >= 11
    assert not request.rows.exclude(judgement="").exists()


def test_of_an_organisation_they_tell_how_many_meet_it(ask, version, rhea):
    request = actions.open_review(ask(), actor=rhea, profile="eu-2022")
    assert request.rows.filter(outcome="passed").exists()


def test_without_achievements_nothing_is_told(ask, rhea):
    request = actions.open_review(ask(), actor=rhea, profile="eu-2022")
    assert set(request.rows.values_list("outcome", flat=True)) == {"could-not-tell"}


def test_only_the_agencys_reviewers_review(ask, alice, charlie, person, join, agency):
    request = ask()
    clerk = join(person("clerk"), agency, "issuer")
    for who, error in ((alice, Http404), (charlie, Http404), (clerk, PermissionDenied)):
        with pytest.raises(error):
            actions.open_review(request, actor=who, profile="eu-2022")
        with pytest.raises(error):
            propose(request, who)
        with pytest.raises(error):
            actions.confirm(request, actor=who)
    assert not request.rows.exists()


def test_a_row_that_is_refused_needs_a_note(ask, rhea):
    request = actions.open_review(ask(), actor=rhea, profile="eu-2022")
    with pytest.raises(Problem) as caught:
        actions.judge(request, actor=rhea, judgements={0: ("refuse", " ")})
    assert caught.value.field == "note-0"
    assert request.rows.get(number=0).judgement == ""


def test_question_and_answer(ask, alice, rhea):
    request = actions.ask(ask(), actor=rhea, question="Who assesses?")
    assert request.state == Request.State.ASKED
    answered = actions.answer(request, actor=alice, text="Two of us.")
    assert (answered.state, answered.answer) == (Request.State.PENDING, "Two of us.")
    with pytest.raises(Problem, match="no open question"):
        actions.answer(request, actor=alice, text="Once more.")


# -- deciding ----------------------------------------------------------------------------------


def test_an_accreditation_needs_every_mandatory_row(ask, rhea):
    request = ask()
    with pytest.raises(Problem, match="Choose a rule set"):
        propose(request, rhea)
    actions.open_review(request, actor=rhea, profile="eu-2022")
    with pytest.raises(Problem, match="mandatory point"):
        propose(request, rhea)


def test_what_does_not_apply_needs_no_judgement(ask, version, rhea):
    request = actions.open_review(
        ask("accreditation", version=version), actor=rhea, profile="eu-2022"
    )
    quiet = request.rows.filter(outcome="not-applicable", severity="mandatory")
    assert quiet.exists()
    rest = {row.number: ("accept", "") for row in request.rows.exclude(pk__in=quiet)}
    actions.judge(request, actor=rhea, judgements=rest)
    assert propose(request, rhea).proposal["grant"]
    first = quiet.order_by("number")[0].number
    actions.judge(request, actor=rhea, judgements={first: ("refuse", "It does apply.")})
    with pytest.raises(Problem, match="mandatory point"):
        propose(request, rhea)


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"end": None}, "end"),
        ({"end": timedelta(days=3_700)}, "end"),
        ({"end": timedelta(days=-1)}, "end"),
        ({"review_due": timedelta(days=900)}, "review_due"),
        ({"reasons": " "}, "reasons"),
        ({"scope": {"lowest": 7, "highest": 4}}, ""),
        ({"scope": {"countries": ["IRL"]}}, ""),
    ],
)
def test_terms_that_make_no_sense(ask, judged, rhea, terms, field):
    request = judged(ask())
    days = {n: clock.today() + v for n, v in terms.items() if isinstance(v, timedelta)}
    with pytest.raises(Problem) as caught:
        propose(request, rhea, **terms | days)
    assert caught.value.field == field
    request.refresh_from_db()
    assert request.proposal == {}


def test_an_endorsement_may_have_no_end(ask, judged, rhea):
    request = propose(judged(ask("endorsement")), rhea, end=None)
    actions.confirm(request, actor=rhea)
    assert Statement.everywhere.get().ends_at is None


def test_nothing_is_signed_before_it_is_confirmed(ask, judged, rhea):
    request = propose(judged(ask()), rhea)
    assert request.state == Request.State.PENDING
    assert not Statement.everywhere.exists()
    actions.confirm(request, actor=rhea)
    made = Statement.everywhere.get()
    assert bytes(made.signed).count(b".") == 2
    with pytest.raises(Problem, match="decided already"):
        actions.confirm(request, actor=rhea)
    assert Statement.everywhere.count() == 1


def test_four_eyes(ask, judged, rhea, petra, agency):
    agency.four_eyes = True
    agency.save()
    request = propose(judged(ask()), rhea)
    with pytest.raises(PermissionDenied, match="second person"):
        actions.confirm(request, actor=rhea)
    assert not Statement.everywhere.exists()
    done = actions.confirm(request, actor=petra)
    assert (done.state, done.decided_by) == (Request.State.GRANTED, petra)
    assert Statement.everywhere.get().made_by == petra


def test_the_second_person_sends_it_back(ask, judged, rhea, petra):
    request = propose(judged(ask()), rhea)
    actions.send_back(request, actor=petra)
    with pytest.raises(Problem, match="no proposal"):
        actions.confirm(request, actor=petra)


def test_a_judgement_that_changes_takes_the_proposal_away(ask, judged, rhea, petra):
    request = propose(judged(ask()), rhea)
    actions.judge(request, actor=petra, judgements={0: ("refuse", "The report is missing.")})
    request.refresh_from_db()
    assert request.proposal == {}
    with pytest.raises(Problem, match="no proposal"):
        actions.confirm(request, actor=petra)
    assert not Statement.everywhere.exists()


@pytest.mark.parametrize("place", ["institution", "unit"])
def test_who_works_for_the_requester_does_not_decide(
    ask, judged, rhea, petra, university, organisation, join, place
):
    unit = organisation("science", parent=university)
    join(rhea, unit if place == "unit" else university, "assessor")
    request = judged(ask())
    with pytest.raises(PermissionDenied, match="work for who asks"):
        propose(request, rhea)
    propose(request, petra)
    with pytest.raises(PermissionDenied, match="work for who asks"):
        actions.confirm(request, actor=rhea)
    assert not Statement.everywhere.exists()
    assert actions.confirm(request, actor=petra).state == Request.State.GRANTED


def test_a_refusal_signs_nothing_and_tells_why(ask, rhea):
    request = propose(ask(), rhea, grant=False, reasons="The rules are not public.", end=None)
    done = actions.confirm(request, actor=rhea)
    assert (done.state, done.reasons) == (Request.State.REFUSED, "The rules are not public.")
    assert not Statement.everywhere.exists()


def test_without_a_key_nothing_has_happened(ask, judged, rhea, agency):
    request = propose(judged(ask()), rhea)
    agency.keys.update(state="retired")
    with pytest.raises(StackmarkError, match="no signing key"):
        actions.confirm(request, actor=rhea)
    request.refresh_from_db()
    assert request.state == Request.State.PENDING
    assert not Statement.everywhere.exists()


# -- withdrawing -------------------------------------------------------------------------------


def test_who_withdraws(grant, alice, charlie, rhea):
    row = grant()
    for who in (alice, charlie):
        with pytest.raises(Http404):
            actions.withdraw(row, actor=who, reason="No.")
    with pytest.raises(Problem) as caught:
        actions.withdraw(row, actor=rhea, reason="  ")
    assert caught.value.field == "reason"
    row.refresh_from_db()
    assert row.withdrawn_at is None
    actions.withdraw(row, actor=rhea, reason="The board changed.")
    assert row.withdrawn_reason == "The board changed."
    with pytest.raises(Problem, match="already"):
        actions.withdraw(row, actor=rhea, reason="Again.")
