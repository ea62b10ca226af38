"""Standard-setting workshops: from preparation to a cut in force."""

from __future__ import annotations

import json
from statistics import stdev

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.assessing import cuts, workshops
from stackmark_web.assessing.actions import standards
from stackmark_web.assessing.models import Attempt, CutScore, Rating, Workshop
from stackmark_web.assessing.refusing import Problem
from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue.plan_vocabulary import percent

ITEMS = [{"id": f"Q{n}", "text": f"Question {n}"} for n in range(1, 6)]
FIRST = {"ann": (0.5, 0.6, 0.7, 0.4, 0.8), "ben": (0.6, 0.6, 0.6, 0.6, 0.6), "cem": (0.9,) * 5}


@pytest.fixture
def room(world):
    """A workshop with three judges: room.judges["ann"], room.rate("ann", values)."""

    class Room:
        def __init__(self):
            self.world = world
            self.row = standards.create_workshop(
                world.achievement,
                actor=world.designer,
                method="angoff",
                title="Spring",
                items=ITEMS,
                candidate_text="Knows the steps.",
            )
            people = {word: world.person(word) for word in FIRST}
            self.people = people
            self.judges = {
                word: standards.invite_judge(self.row, actor=world.designer, email=one.email)
                for word, one in people.items()
            }

        def fresh(self):
            return Workshop.everywhere.get(pk=self.row.pk)

        def open(self):
            standards.open_round(self.fresh(), actor=world.designer)

        def close(self):
            standards.close_round(self.fresh(), actor=world.designer)

        def rate(self, word, values, done=True, number=None):
            named = {one["id"]: value for one, value in zip(ITEMS, values, strict=False)}
            number = number or self.fresh().round
            standards.rate(
                self.judges[word], actor=self.people[word], number=number, values=named, done=done
            )

        def round(self, said=FIRST):
            self.open()
            for word, values in said.items():
                self.rate(word, values)
            self.close()

        def url(self, name, *args):
            return reverse(f"assessing:{name}", args=["northfield", self.row.pk, *args])

    return Room()


def an_attempt(world, number, total, state="decided", **more):
    return Attempt.everywhere.create(
        organisation=world.here,
        achievement=world.achievement,
        version=world.version,
        candidate=f"c{number}",
        number=1,
        purpose="first",
        state=state,
        opened_at=clock.now(),
        total=total,
        **more,
    )


def test_a_cut_is_the_mean_of_the_judges_sums_with_its_error(room):
    room.round()
    found = workshops.result(room.fresh())
    sums = [100 * sum(values) / 5 for values in FIRST.values()]
    assert found.cut == pytest.approx(sum(sums) / 3)
    assert found.error == pytest.approx(stdev(sums) / 3**0.5)
    assert sorted(found.last.sums.values()) == pytest.approx(sorted(sums))
    assert set(found.last.sums) == {one.code for one in room.judges.values()}


def test_doubts_name_few_judges_one_round_and_an_unknown_sem(room):
    room.round()
    told = " ".join(workshops.result(room.fresh()).flags)
    assert "3 judges took part in the last round; at least 8 are advised" in told
    assert "there was one round" in told
    assert "the SEM is not published yet" in told
    room.round()
    assert "there was one round" not in " ".join(workshops.result(room.fresh()).flags)


def test_confirming_puts_the_cut_in_force_with_all_that_must_be_kept(room, world):
    room.round()
    room.round()
    made = standards.confirm_cut(room.fresh(), actor=world.designer, note="Talked of Q4.")
    assert room.fresh().state == "locked"
    assert made.method == "angoff"
    assert made.rounds == 2
    assert made.judges == sorted(one.code for one in room.judges.values())
    assert made.standard_error == pytest.approx(workshops.result(room.fresh()).error)
    assert made.impact == {}
    now = cuts.in_force(world.achievement, clock.now())
    assert (now.score, now.total, now.is_justified) == (made, made.cut, True)
    with pytest.raises(Problem, match="between rounds"):
        standards.confirm_cut(room.fresh(), actor=world.designer)
    assert CutScore.everywhere.count() == 1


def test_no_cut_is_confirmed_while_a_round_is_open_or_judges_are_too_few(room, world):
    room.open()
    for word in ("ann", "ben"):
        room.rate(word, FIRST[word])
    with pytest.raises(Problem, match="Close the round first"):
        standards.confirm_cut(room.fresh(), actor=world.designer)
    room.close()
    with pytest.raises(Problem, match="insufficient data: 2 judges, at least 3"):
        standards.confirm_cut(room.fresh(), actor=world.designer)


def test_items_nobody_rated_leave_no_cut(room, world):
    room.open()
    for word, values in FIRST.items():
        room.rate(word, values[:4], done=False)
    room.close()
    found = workshops.result(room.fresh())
    assert found.cut is None
    assert "1 of 5 items" in found.note
    with pytest.raises(Problem, match="rated by nobody"):
        standards.confirm_cut(room.fresh(), actor=world.designer)


def test_missing_ratings_are_flagged(room):
    room.open()
    room.rate("ann", FIRST["ann"])
    room.rate("ben", FIRST["ben"])
    room.rate("cem", FIRST["cem"][:3], done=False)
    room.close()
    assert any("2 ratings missing" in one for one in workshops.result(room.fresh()).flags)


def test_handing_in_with_gaps_is_refused_and_what_was_said_is_kept_apart(room):
    room.open()
    with pytest.raises(Problem, match="2 items are without a rating") as refusal:
        room.rate("ann", FIRST["ann"][:3])
    assert refusal.value.reason == "standard.gaps"
    room.rate("ann", FIRST["ann"][:3], done=False)
    assert Rating.objects.count() == 3


def test_late_ratings_are_refused(room):
    room.open()
    room.close()
    with pytest.raises(Problem, match="Round 1 is closed") as refusal:
        room.rate("ann", FIRST["ann"], number=1)
    assert refusal.value.reason == "standard.closed"
    room.open()
    with pytest.raises(Problem, match="Round 1 is closed"):
        room.rate("ann", FIRST["ann"], number=1)
    assert Rating.objects.count() == 0


def test_rating_twice_changes_the_one_rating(room):
    room.open()
    room.rate("ann", FIRST["ann"])
    room.rate("ann", (0.1,) * 5)
    assert set(Rating.objects.values_list("value", flat=True)) == {0.1}
    assert Rating.objects.count() == 5


def test_nobody_rates_for_somebody_else_and_not_off_the_scale(room):
    room.open()
    with pytest.raises(Problem, match="somebody else"):
        standards.rate(room.judges["ann"], actor=room.people["ben"], number=1, values={})
    with pytest.raises(Problem, match="not on the scale"):
        room.rate("ann", (1.2,))
    with pytest.raises(Problem, match="not on the scale"):
        standards.rate(room.judges["ann"], actor=None, number=1, values={"Q9": 0.5})


def test_a_judge_who_withdraws_is_left_out_and_may_come_back(room, world):
    room.round()
    room.round({**FIRST, "cem": (0.5,) * 5})
    standards.withdraw_judge(room.judges["cem"], actor=room.people["cem"])
    found = workshops.result(room.fresh())
    assert set(found.last.sums) == {room.judges[word].code for word in ("ann", "ben")}
    room.open()
    with pytest.raises(Problem, match="You have withdrawn"):
        room.rate("cem", FIRST["cem"])
    back = standards.invite_judge(
        room.fresh(), actor=world.designer, email=room.people["cem"].email
    )
    assert back.pk == room.judges["cem"].pk
    assert len(workshops.result(room.fresh()).last.sums) == 3


def test_only_who_designs_leads(room, world):
    with pytest.raises(PermissionDenied):
        standards.open_round(room.row, actor=world.assessor)
    with pytest.raises(Http404):
        standards.open_round(room.row, actor=room.people["ann"])
    with pytest.raises(Http404):
        standards.withdraw_judge(room.judges["ann"], actor=room.people["ben"])


def test_who_may_be_asked(room, world):
    with pytest.raises(Problem, match="Nobody has a verified account"):
        standards.invite_judge(room.row, actor=world.designer, email="no@people.example")
    with pytest.raises(Problem, match="judge already"):
        standards.invite_judge(room.row, actor=world.designer, email=room.people["ann"].email)
    with pytest.raises(Problem, match="no colleague"):
        standards.invite_judge(room.row, actor=world.designer, person=world.learner)
    made = standards.invite_judge(room.row, actor=world.designer, person=world.assessor)
    assert made.code.startswith("J-")


def test_a_first_round_needs_words_and_a_judge(world):
    bare = standards.create_workshop(
        world.achievement, actor=None, method="angoff", title="Bare", items=ITEMS
    )
    with pytest.raises(Problem, match="Invite a judge first"):
        standards.open_round(bare, actor=None)
    standards.invite_judge(bare, actor=None, email=world.learner.email)
    with pytest.raises(Problem, match="Describe first who is just good enough"):
        standards.open_round(bare, actor=None)


def test_items_stay_once_a_round_was_open(room, world):
    room.open()
    with pytest.raises(Problem, match="stay as they are"):
        standards.change_workshop(
            room.fresh(), actor=None, title="X", candidate_text="", items=ITEMS, rounds=2
        )


@pytest.mark.parametrize(
    ("items", "told"),
    [([], "From 1 to"), ([*ITEMS, ITEMS[0]], "same name")],
)
def test_items_that_cannot_be_used(world, items, told):
    with pytest.raises(Problem, match=told):
        standards.create_workshop(
            world.achievement, actor=None, method="angoff", title="X", items=items
        )


def test_impact_is_told_from_thirty_attempts_on(room, world):
    for number in range(29):
        an_attempt(world, number, float(number * 3))
    room.round()
    assert workshops.result(room.fresh()).impact.insufficient
    assert workshops.result(room.fresh()).impact.value is None
    an_attempt(world, 29, 90.0)
    an_attempt(world, 30, 90.0, state="submitted")
    found = workshops.result(room.fresh())
    assert found.impact.n == 30
    passed = sum(one >= found.cut for one in [*(n * 3.0 for n in range(29)), 90.0])
    assert found.impact.value == pytest.approx(passed / 30)
    assert found.impact.interval is not None


# -- borderline regression ---------------------------------------------------------------------


@pytest.fixture
def regression(world):
    items = [{"id": str(n), "text": f"Script {n}", "score": 20.0 + 2 * n} for n in range(30)]
    row = standards.create_workshop(
        world.achievement,
        actor=None,
        method="borderline-regression",
        title="Whole scripts",
        items=items,
        candidate_text="Borderline.",
        rounds=1,
    )
    judges = [
        standards.invite_judge(row, actor=None, email=one.email)
        for one in (world.assessor, world.second, world.owner)
    ]
    standards.open_round(row, actor=None)
    for judge in judges:
        values = {str(n): 1.0 + n // 6 for n in range(30)}
        standards.rate(judge, actor=None, number=1, values=values, done=True)
    standards.close_round(row, actor=None)
    row.refresh_from_db()
    return row


def test_borderline_regression_predicts_the_score_at_borderline(regression, world):
    from numpy import polyfit, polyval

    found = workshops.result(regression)
    ratings, scores = [1.0 + n // 6 for n in range(30)], [20.0 + 2 * n for n in range(30)]
    assert found.cut == pytest.approx(float(polyval(polyfit(ratings, scores, 1), 2)))
    assert (found.n, found.of) == (30, "candidates")
    assert any("3 judges took part" in one for one in found.flags)
    assert standards.confirm_cut(regression, actor=None).method == "borderline-regression"


def test_fewer_than_thirty_scripts_give_no_cut(regression):
    Rating.objects.filter(item="29").delete()
    found = workshops.result(regression)
    assert found.cut is None
    assert "insufficient data: 29 candidates" in found.note


def test_ratings_that_are_all_alike_are_refused_in_words(regression):
    Rating.objects.update(value=3)
    assert "two different ratings" in workshops.result(regression).note


# -- pages --------------------------------------------------------------------------------------


def test_the_leader_prepares_a_workshop_from_a_pasted_list(client, world):
    client.force_login(world.designer)
    url = reverse("assessing:workshop_new", args=["northfield", world.achievement.pk])
    given = {
        "title": "Test cut",
        "method": "angoff",
        "component": "test",
        "candidate_text": "Knows the steps.",
        "rounds": 2,
        "source": "typed",
        "items": "Q1: Which sample is clean?\nWhich one is not?\n",
    }
    answer = client.post(url, given)
    assert answer.status_code == 302
    row = Workshop.everywhere.get()
    assert row.items == [
        {"id": "Q1", "text": "Which sample is clean?"},
        {"id": "2", "text": "Which one is not?"},
    ]
    assert row.component == "test"
    refused = client.post(url, given | {"items": ""})
    assert refused.status_code == 422
    assert "Write one item a line." in refused.content.decode()
    plan = client.post(url, given | {"source": "plan:test", "items": ""})
    assert plan.status_code == 302
    assert len(Workshop.everywhere.first().items) == 10


def test_items_of_imported_results_and_attempts_are_on_offer(client, world):
    for number in range(3):
        an_attempt(world, number, 50.0 + number, responses={"q10": 1, "q2": 0})
    client.force_login(world.designer)
    url = reverse("assessing:workshop_new", args=["northfield", world.achievement.pk])
    shown = client.get(url).content.decode()
    assert "The 2 items of imported results" in shown
    given = {"title": "T", "method": "angoff", "rounds": 2, "source": "responses"}
    assert client.post(url, given).status_code == 302
    assert [one["id"] for one in Workshop.everywhere.first().items] == ["q2", "q10"]
    given |= {"method": "borderline-regression", "source": "attempts"}
    assert client.post(url, given).status_code == 302
    assert [one["score"] for one in Workshop.everywhere.first().items] == [50.0, 51.0, 52.0]
    crossed = client.post(url, given | {"source": "responses"})
    assert "needs attempts" in crossed.content.decode()


def test_a_judge_rates_on_their_own_page(client, room):
    room.open()
    client.force_login(room.people["ann"])
    url = reverse("assessing:judge", args=[room.row.pk])
    shown = client.get(url).content.decode()
    assert room.judges["ann"].code in shown
    assert room.judges["ben"].code not in shown
    values = {f"item-{n}": str(60 + n) for n in range(5)}
    answer = client.post(url, {"round": 1, "go": "done", **values, "item-4": "640"})
    assert answer.status_code == 422
    assert "1 ratings are not on the scale" in answer.content.decode()
    assert Rating.objects.count() == 4
    assert client.post(url, {"round": 1, "go": "done", **values}).status_code == 302
    assert sorted(Rating.objects.values_list("value", flat=True)) == pytest.approx(
        [0.60, 0.61, 0.62, 0.63, 0.64]
    )
    late = client.post(url, {"round": 0, "go": "done", **values})
    assert late.status_code == 422


def test_between_rounds_a_judge_sees_the_range_and_no_name(client, room):
    room.round()
    client.force_login(room.people["ann"])
    shown = client.get(reverse("assessing:judge", args=[room.row.pk])).content.decode()
    assert "yours against the range of all" in shown
    assert 'class="plot"' in shown
    assert "Ben" not in shown
    assert "fieldset" not in shown
    room.open()
    again = client.get(reverse("assessing:judge", args=[room.row.pk])).content.decode()
    assert "all: 50 to 90, mean 66.7" in again
    assert 'value="50"' in again


def test_an_open_round_shows_nothing_of_others_to_a_judge(client, room):
    room.open()
    room.rate("ben", FIRST["ben"])
    client.force_login(room.people["ann"])
    shown = client.get(reverse("assessing:judge", args=[room.row.pk])).content.decode()
    assert "all: " not in shown
    assert 'class="plot"' not in shown


def test_a_leader_who_judges_sees_no_spread_before_handing_in(client, room, world):
    judge = standards.invite_judge(room.row, actor=None, person=world.designer)
    room.open()
    for word, values in FIRST.items():
        room.rate(word, values)
    client.force_login(world.designer)
    veiled = client.get(room.url("workshop")).content.decode()
    assert "You judge here too" in veiled
    assert 'class="plot"' not in veiled
    named = {one["id"]: 0.5 for one in ITEMS}
    standards.rate(judge, actor=world.designer, number=1, values=named, done=True)
    shown = client.get(room.url("workshop")).content.decode()
    assert 'class="plot"' in shown
    assert room.judges["ann"].code not in shown  # who hands in when would tell whose code it is
    room.close()
    assert room.judges["ann"].code in client.get(room.url("workshop")).content.decode()


def test_the_leaders_page_renews_its_spread_and_never_ties_codes_to_names(client, room, world):
    room.open()
    client.force_login(world.designer)
    live = client.get(room.url("workshop_live")).content.decode()
    assert 'data-poll="3"' in live
    assert "0 of 3 have handed in." in live
    room.rate("ann", FIRST["ann"])
    assert "1 of 3 has handed in." in client.get(room.url("workshop_live")).content.decode()
    room.close()
    assert "data-poll" not in client.get(room.url("workshop_live")).content.decode()


def test_before_the_lock_there_is_no_way_to_group_figures(client, room, world):
    room.round()
    client.force_login(world.designer)
    before = client.get(room.url("workshop_confirm")).content.decode()
    assert "One cut for all" in before
    assert "fairness" not in before
    assert "Insufficient data: nobody has been decided yet" in before
    answer = client.post(room.url("workshop_confirm"), {"note": ""})
    assert answer.status_code == 302
    after = client.get(room.url("workshop")).content.decode()
    assert "Now that it is locked, differences between groups may be looked at." in after


def test_the_public_page_tells_the_cut_and_how_it_was_set(client, room, world):
    public = f"/achievements/{world.achievement.pk}"
    assert "Cut score not justified" in client.get(public).content.decode()
    room.round()
    room.round()
    made = standards.confirm_cut(room.fresh(), actor=world.designer)
    shown = client.get(public).content.decode()
    assert "Cut score not justified" not in shown
    assert f"reaches {percent(made.cut, 2)} %" in shown
    assert "by Modified Angoff: 3 judges, 2 rounds" in shown
    assert not any(one.name in shown for one in room.people.values())


def test_the_trail_ties_no_code_to_a_person(room):
    room.round()
    told = json.dumps(list(AuditEvent.objects.values("verb", "before", "after", "target_label")))
    assert "standard.rated" in told
    assert not any(one.code in told for one in room.judges.values())
    assert not any(one.email in told for one in room.people.values())
