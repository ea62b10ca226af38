"""The decision: what it is made from, what is signed, where it lands, who may not make it."""

from __future__ import annotations

from decimal import Decimal

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark.errors import StackmarkError
from stackmark.model.holding import Holding as Held
from stackmark.recognition.holding import recognised
from stackmark.recognition.statement import in_words, is_about, read_decision
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions as revoking
from stackmark_web.awarding import queries as awarding
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport.models import Holding
from stackmark_web.passport.standing import standing_of
from stackmark_web.recognising import drafts, queries
from stackmark_web.recognising.actions import deciding, evaluating
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Decision, Request, Source
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.verifying import actions as verifying
from web.recognising.conftest import given_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(ask):
    return ask().sources.get()


def keep(source, rita, verdict="full", **more):
    given = given_for(source, verdict, **more)
    kept = evaluating.keep(source, actor=rita, revision=source.revision, given=given)
    kept.request = source.request
    return kept


# -- what it begins with -------------------------------------------------------------------


def test_the_rows_are_filled_from_both_sides_and_no_verdict_is_chosen(source):
    draft = drafts.draft_of(source)
    found = {one.name: one.finding for one in draft.comparison.rows}
    assert found == {
        "level": "not-substantial",  # EQF 5 and 6
        "workload": "substantial",  # 2 of 5 ECTS
        "quality": "could-not-tell",
        "profile": "could-not-tell",
        "outcomes": "could-not-tell",  # one has no match
    }
    (match,) = draft.comparison.matches
    assert (match.wanted, match.basis) == ("Take soil samples", "skill-ids")
    assert draft.values == {"default": "policy"}
    assert draft.fresh


def test_nobody_decides_for_the_evaluator(source, rita):
    with pytest.raises(Problem) as caught:
        drafts.decision_of(keep(source, rita, verdict=""))
    assert caught.value.field == "verdict"


@pytest.mark.parametrize(
    ("verdict", "change", "field", "says"),
    [
        ("refused", {"reasons": []}, "reasons", "needs its reasons"),
        ("partial", {"outcomes": []}, "outcomes", "Choose the outcomes"),
        ("partial", {"credit": {}}, "credit_value", "how many credits"),
        ("partial", {"credit": {"value": "9", "unit": "ects"}}, "credit_value", "more credit than"),
        ("conditional", {"conditions": []}, "conditions", "which conditions"),
        ("full", {"default": ""}, "default", "which rule"),
    ],
)
def test_what_is_missing_is_said_at_its_field(source, rita, verdict, change, field, says):
    with pytest.raises(Problem) as caught:
        drafts.decision_of(keep(source, rita, verdict, **change))
    assert (caught.value.field, says in caught.value.detail) == (field, True)


def test_the_burden_is_the_recognisers(source, rita):
    given = given_for(source, "refused")
    given["rows"] = {name: ("could-not-tell", "") for name in given["rows"]}
    kept = evaluating.keep(source, actor=rita, revision=0, given=given)
    kept.request = source.request
    with pytest.raises(Problem, match="burden of proof is yours"):
        drafts.decision_of(kept)


def test_a_match_a_person_changed_needs_evidence_and_how_sure(source, rita):
    mine = {
        "number": 1,
        "wanted": "Map a field",
        "held": "Take soil samples",
        "relation": "related",
        "evidence": "The syllabus, week 3.",
        "confidence": None,
    }
    with pytest.raises(Problem) as caught:
        keep(source, rita, matches=[mine])
    assert caught.value.field == "confidence-1"

    kept = keep(source, rita, matches=[mine | {"confidence": Decimal("0.8")}])
    (match,) = drafts.draft_of(kept).comparison.matches
    assert (match.basis, match.confidence) == ("evaluator", Decimal("0.8"))


def test_no_update_is_lost(source, rita, rolf):
    keep(source, rita)
    with pytest.raises(Problem, match="Somebody changed this draft"):
        evaluating.keep(source, actor=rolf, revision=0, given=given_for(source, "refused"))
    source.refresh_from_db()
    assert source.working["verdict"] == "full"
    with pytest.raises(Problem, match="Somebody changed this draft"):
        deciding.decide(source, actor=rolf, revision=0)


def test_what_was_revoked_since_is_refused_and_not_recognised(
    source, rita, decide, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        revoking.revoke(source.holding.award, actor=None, reason="issued-in-error")
    with pytest.raises(Problem, match="does not verify now"):
        decide(source)
    assert not Decision.everywhere.exists()
    source.refresh_from_db()
    assert decide(source, "refused").verdict == "refused"


def test_the_way_to_be_recognised_later_is_told(source, decide):
    made = decide(source, "refused", measures=["Take the field course in spring."])
    decided = queries.decision_in(made)
    assert decided.measures == ("Take the field course in spring.",)
    assert "For recognition later: Take the field course in spring." in in_words(decided)


def test_after_full_recognition_nothing_is_left_to_do(source, decide):
    made = decide(source, measures=["Nothing."])
    assert queries.decision_in(made).measures == ()


# -- what comes of it ----------------------------------------------------------------------


@pytest.mark.parametrize("verdict", ["full", "partial", "conditional", "refused"])
def test_it_is_signed_verifies_and_lies_in_the_passport(source, decide, lena, college, verdict):
    made = decide(source, verdict)
    tree = orjson.loads(bytes(made.signed))
    assert read_decision(tree) == queries.decision_in(made)
    assert is_about(queries.decision_in(made), bytes(source.data))
    assert verifying.check(bytes(made.signed)).verdict == "verified"
    holding = Holding.objects.get(pk=made.holding_id)
    assert (holding.user, holding.provenance) == (lena, "verified")
    assert standing_of(holding).status == "active"
    assert holding.title == "Decision on recognition: Soil science"
    source.request.refresh_from_db()
    assert source.request.state == "decided"
    assert OutboxMail.everywhere.filter(kind="recognition_decided", to=lena.email).count() == 1
    event = AuditEvent.objects.get(verb="recognition.decided")
    assert event.after == {"verdict": verdict, "replaces": False}
    assert queries.in_force(lena, college) == [made]


def test_what_counts_by_it(source, decide, target):

    made = decide(source, "partial")
    held = Held(id=source.credential_id, issuer=source.issuer_id, title="Soil sampling")
    assert recognised(held, queries.decision_in(made)).credits.high == 2


def test_a_decision_of_a_unit_counts_for_the_house_and_of_another_house_does_not(
    source, decide, lena, college, organisation, university
):
    unit = organisation("college-unit", parent=college)
    decide(source)
    assert len(queries.in_force(lena, unit)) == 1
    assert queries.in_force(lena, university) == []


def test_without_a_key_nothing_happens(source, rita, college):
    SigningKey.everywhere.filter(organisation=college).delete()
    kept = keep(source, rita)
    with pytest.raises(StackmarkError):
        deciding.decide(kept, actor=rita, revision=kept.revision)
    source.request.refresh_from_db()
    assert (Decision.everywhere.count(), source.request.state) == (0, "sent")


def test_who_may_not_decide(source, rita, bob, charlie, lena, join, college):
    for other in (bob, charlie):
        with pytest.raises(Http404):
            keep(source, other)
    join(bob, college, "assessor")
    with pytest.raises(PermissionDenied):
        keep(source, bob)
    join(lena, college, "owner")
    with pytest.raises(PermissionDenied, match="your own request"):
        keep(source, lena)


def test_decided_is_decided(source, decide, rolf):
    decide(source)
    source.refresh_from_db()
    with pytest.raises(Problem, match="decided already"):
        keep(source, rolf)


def test_each_source_is_decided_by_itself(ask, holding, foreign, decide):
    made = ask(holdings=[holding, foreign()])
    first, second = made.sources.all()
    decide(first)
    made.refresh_from_db()
    assert made.is_open
    decide(second, "refused")
    made.refresh_from_db()
    assert made.state == "decided"


def test_precedents_and_their_disagreement_are_found(ask, decide, award, person, target):
    first = ask(user=(mona := person("mona")), holdings=[award(mona)]).sources.get()
    decide(first, "partial")
    second = ask(user=(otto := person("otto")), holdings=[award(otto)]).sources.get()
    known = queries.precedents_for(second)
    assert [(one.likeness, one.same_target) for one, _row in known.found] == [
        ("same-achievement", True)
    ]
    assert known.odd == ()
    decide(second, "refused")
    third = ask(user=(nora := person("nora")), holdings=[award(nora)]).sources.get()
    known = queries.precedents_for(third)
    assert len(known.found) == 2
    (odd,) = known.odd
    assert odd.differs == ("verdict",)
    verdicts = {known.row(one).verdict for one in (odd.first, odd.second)}
    assert verdicts == {"partial", "refused"}


def test_the_place_on_the_list_is_withdrawable_and_nobody_elses(source, decide):
    made = decide(source)
    assert awarding.status_list_document(made.status_list_id, "revocation") is not None
    assert made.decided_at == clock.now()


def test_a_portfolio_is_decided_by_the_same_rows(college, target, lena, rita, decide):

    asked = Request.everywhere.create(
        organisation=college,
        user=lena,
        kind="portfolio",
        target=target,
        state="sent",
        made_at=clock.now(),
        sent_at=clock.now(),
        due_on=clock.today(),
    )
    piece = {"name": "Field book", "url": "urn:uuid:1", "sha256": "0" * 64}
    sent = {"id": "urn:uuid:7d1c0000-0000-4000-8000-000000000009", "evidence": [piece]}
    source = Source.objects.create(request=asked, title="Ten years in the field", portfolio=sent)
    mine = {
        "number": 1,
        "wanted": "Map a field",
        "held": "Field book",
        "relation": "exact",
        "evidence": "Maps of four fields.",
        "confidence": Decimal("0.9"),
    }
    credit = {"value": "3", "unit": "ects"}
    made = decide(source, "partial", matches=[mine], outcomes=["Map a field"], credit=credit)
    decided = queries.decision_in(made)
    assert (decided.source.kind, decided.source.issuer) == ("portfolio", "")
    assert decided.comparison.matches[0].basis == "evidence"
    assert decided.comparison.row("quality").held.startswith("Assessed by Riverside College")
    assert verifying.check(bytes(made.signed)).verdict == "verified"
    assert read_decision(orjson.loads(bytes(made.signed))) == decided
