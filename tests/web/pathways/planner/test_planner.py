"""The planner's page: three plans, what opens the impossible, and hostile limits."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest

from stackmark_web import clock
from stackmark_web.pathways import planner, planner_bonus, planner_views
from stackmark_web.verifying.models import TrustEntry

pytestmark = pytest.mark.django_db


def words(answer):
    """The text of a page, without markup."""
    plain = re.sub(r"<(script|style).*?</\\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


def paths(answer):
    return {tuple(one.labels): one for one in answer.context["answer"].paths}


def titles(path):
    return [step.title for step in path.steps]


def test_three_plans_side_by_side(plan, role, ways):
    found = paths(plan(role=role("show", "tell")))
    assert titles(found["cheapest",]) == ["Tell", "Slow show"]
    assert titles(found["fastest",]) == ["Quick show", "Tell"]
    assert titles(found["fewest",]) == ["Studio"]
    assert (found["cheapest",].cost, found["fastest",].cost) == ("130 EUR", "380 EUR")


def test_each_step_has_its_reason_and_its_chance_or_says_that_nobody_knows(plan, role, ways):
    text = words(plan(role=role("show", "tell")))
    assert "Gives: show , tell" in text
    assert text.count("Pass chance not known") >= 3


def test_one_plan_that_is_best_at_everything_is_said_once(plan, role, teach, offer):
    offer(teach("Charts", "show"))
    answer = plan(role=role("show"))
    assert list(paths(answer)) == [("cheapest", "fastest", "fewest")]
    assert "One plan is the cheapest, the fastest and" in words(answer)


def test_what_is_held_needs_no_step_also_when_it_names_the_skill_without_address(
    plan, role, teach, offer, give, ways
):
    give(teach("Old charts", "Show", uris=False))
    answer = plan(role=role("show", "tell"))
    assert {name for one in paths(answer).values() for name in titles(one)} == {"Tell"}
    assert "You have already: show" in words(answer)


def test_everything_held_is_said(plan, role, teach, give):
    give(teach("Charts", "show"))
    assert "You are there already" in words(plan(role=role("show")))


def test_an_impossible_budget_names_the_smallest_change_and_the_change_works(plan, role, ways):
    row = role("show", "tell")
    answer = plan(role=row, budget="100")
    text = words(answer)
    assert "There is no plan within these limits" in text
    assert "There is a plan with 30 EUR more money (130 EUR in all)." in text
    first = answer.context["answer"].changes[0]
    assert (first.button, "budget=130" in first.url) == ("Set money to 130 EUR", True)
    assert f'href="{first.url}"' in unescape(answer.content.decode())
    opened = plan(role=row, budget="130")
    assert list(paths(opened)) == [("cheapest", "fastest", "fewest")]
    assert "There is no plan" in words(plan(role=row, budget="129.99"))


def test_a_last_day_that_is_too_early_can_be_moved(plan, role, ways, client):
    day = clock.today() + dt.timedelta(weeks=3)
    answer = plan(role=role("show", "tell"), by=day.isoformat())
    change = next(one for one in answer.context["answer"].changes if "by=" in one.url)
    assert "Set the last day to" in change.button
    assert client.get(change.url).context["answer"].feasible


def test_too_few_hours_a_week(plan, role, ways, client):
    answer = plan(role=role("show", "tell"), hours="4")
    change = next(one for one in answer.context["answer"].changes if "hours a week" in one.button)
    assert client.get(change.url).context["answer"].feasible


def test_a_skill_that_nobody_teaches_is_named_and_can_be_left_out(plan, role, ways, client):
    answer = plan(role=role("show", "dance"))
    text = words(answer)
    assert "Nothing that could be taken gives: dance" in text
    (change,) = answer.context["answer"].changes
    assert change.button == "Leave out “<bdi>dance</bdi>”"
    opened = client.get(change.url)
    assert opened.context["answer"].feasible
    assert "Left out of the goal: dance" in words(opened)


def test_without_any_offer(plan, role):
    answer = plan(role=role("show"))
    assert answer.status_code == 200
    assert "Nothing that could be taken gives: show" in words(answer)


def test_a_search_that_stops_says_neither_yes_nor_no(plan, role, ways, monkeypatch):
    def stopped(*args, **kwargs):
        return planner.Plan(feasible=None, at=clock.today())

    monkeypatch.setattr(planner, "plan", stopped)
    text = words(plan(role=role("show")))
    assert "No answer yet" in text
    assert "limit of steps" in text


def test_offers_left_out_say_why(plan, role, teach, offer, ways):
    offer(teach("Dear unknown", "show"), price=None, currency="")
    offer(teach("Elsewhere", "show"), price="10", currency="USD")
    text = words(plan(role=role("show", "tell")))
    assert "Dear unknown – its price is not stated" in text
    assert "Elsewhere – its price is in another currency" in text


def test_form_and_language_narrow_down(plan, role, ways):
    answer = plan(role=role("show", "tell"), delivery="onsite")
    assert "it is not taught in a form you chose" in words(answer)
    assert not answer.context["answer"].feasible


def test_interests_that_no_offer_names_are_told(plan, role, ways):
    text = words(plan(role=role("show", "tell"), interests="tell, flying"))
    assert "No offer names this interest: flying" in text


# -- awards -------------------------------------------------------------------------------------


def test_a_pathway_is_planned_by_its_rules(plan, pathway, asks, teach, offer, ways):
    award = teach("Master of Charts")
    steps = [ways[one].achievement.current for one in ("quick", "tell")]
    row = pathway(award, asks(*steps, least=2))
    answer = plan(pathway=row)
    assert list(paths(answer)) == [("cheapest", "fastest", "fewest")]
    assert "Counts for the rule: Step: at least 2 credentials for Quick show or Tell." in words(
        answer
    )


def test_what_counts_already_is_named(plan, pathway, asks, teach, give, ways):
    quick, tell = (ways[one].achievement.current for one in ("quick", "tell"))
    give(quick)
    answer = plan(pathway=pathway(teach("Master"), asks(quick, tell, least=2)))
    (found,) = paths(answer).values()
    assert titles(found) == ["Tell"]
    assert "You have already: Quick show" in words(answer)


def test_issuers_the_body_has_not_accepted_are_no_way_until_it_does(
    plan, pathway, asks, teach, offer, college, university
):
    foreign = teach("Foreign", "show", organisation=college)
    offer(foreign)
    row = pathway(teach("Master"), asks(foreign))
    text = words(plan(pathway=row))
    assert "There is no plan within these limits" in text
    assert "1 offer of an issuer that Northfield University has not accepted" in text
    from stackmark_web.tenancy.queries import did_of

    TrustEntry.objects.create(
        organisation=university, issuer=did_of(college), name="College", added_at=clock.now()
    )
    assert plan(pathway=row).context["answer"].feasible


def test_a_further_award_on_the_way_is_a_bonus(plan, role, pathway, asks, teach, ways):
    steps = [ways[one].achievement.current for one in ("slow", "tell")]
    pathway(teach("Small"), asks(*steps, least=2), title="Small award")
    found = paths(plan(role=role("show", "tell")))
    assert [one["title"] for one in found["cheapest",].bonuses] == ["Small award"]
    assert found["fewest",].bonuses == []


def test_an_award_that_is_earned_without_the_plan_is_no_bonus(
    plan, role, pathway, asks, teach, give, ways
):
    held = teach("Held", "old")
    give(held)
    pathway(teach("Small"), asks(held, ways["tell"].achievement.current), title="Small award")
    found = paths(plan(role=role("tell")))
    assert [one.bonuses for one in found.values()] == [[]]


def test_bonuses_are_audited_for_so_many_awards_only(plan, role, pathway, asks, teach, ways):
    pathway(teach("Small"), asks(ways["tell"].achievement.current), title="Small award")
    assert planner_bonus.MOST == 40
    (found,) = paths(plan(role=role("tell"))).values()
    assert [one["title"] for one in found.bonuses] == ["Small award"]


# -- hostile limits -----------------------------------------------------------------------------


HOSTILE = [
    ("budget", "-1", "greater than or equal to 0"),
    ("budget", "1e400", "digits"),
    ("budget", "NaN", "number"),
    ("hours", "0", "greater than or equal to 1"),
    ("hours", "9" * 400, "digits"),
    ("by", "2026-06-01", "This day is over"),
    ("by", "9999-12-31", "further than 6 years"),
    ("by", "31.2.2027", "valid date"),
    ("currency", "XXX", "not one of the available choices"),
    ("delivery", "teleport", "not one of the available choices"),
    ("language", "tlh", "not one of the available choices"),
    ("interests", "x" * 1_000_000, "at most 300 characters"),
    ("without", "https://skills.example/show", "Nothing would be left"),
    ("without", "https://elsewhere.example/x", "not one of the available choices"),
]


def test_limits_that_cannot_be_are_told_at_their_field(plan, role, ways):
    row = role("show")
    for name, value, said in HOSTILE:
        answer = plan(role=row, **{name: value})
        assert answer.status_code == 422, name
        assert "answer" not in answer.context
        assert said in words(answer), (name, value[:20])


def test_targets_that_are_none(plan, role, client):
    role("show")
    plan()
    zeros = "role:" + "0" * 10**5
    for target in ("role:x", "pathway:\x00", zeros, ":", "role", "x" * 10**6):
        answer = client.get("/plan", {"target": target})
        assert answer.status_code == 422
        assert "not one of the available choices" in words(answer)


def test_a_role_that_is_not_public_is_no_target(plan, role):
    hidden = role("show", published=False)
    answer = plan(role=hidden)
    assert "answer" not in answer.context


def test_htmx_gets_the_faults_in_the_part_it_shows(plan, role, client):
    target = f"role:{role('show').pk}"
    plan()
    answer = client.get("/plan", {"target": target, "budget": "-1"}, headers={"HX-Request": "1"})
    assert answer.status_code == 200
    assert 'id="plan-answer"' in answer.content.decode()
    assert "Some limits cannot be read" in words(answer)


def test_nowhere_to_plan_to(plan):
    assert "There is nowhere to plan to yet" in words(plan())


def test_no_solver_says_what_to_install(plan, role, ways, monkeypatch):
    monkeypatch.setattr("stackmark.planning.plan.there_is_a_solver", lambda: False)
    text = words(plan(role=role("show")))
    assert "The plan could not be worked out" in text
    assert "pip install stackmark[science]" in text


def test_no_words_of_money_to_be_earned(plan, role, ways):
    text = words(plan(role=role("show", "tell"))).lower()
    assert "what a job pays is nowhere promised" in text
    assert not re.search(r"(salary|wage|earn more|raise)", text)


def test_the_answer_is_the_same_twice(role, ways, ada):
    from stackmark_web.pathways import planner_targets
    from stackmark_web.pathways.planner_wanted import Wanted, a_year_from

    target = planner_targets.of_role(role("show", "tell"))
    wanted = Wanted(target=target, currency="EUR", by=a_year_from(clock.today()))
    once, again = (planner_views.answered(ada, wanted) for _ in range(2))
    assert once == again


def test_many_plans_in_a_short_time_are_put_off(plan, role, ways, monkeypatch):
    monkeypatch.setattr("stackmark_web.pathways.planner_views.PLAN_COST", 5_000)
    wanted = role("show")
    first, second = plan(role=wanted), plan(role=wanted)
    assert "many plans in a short time" not in words(first)
    assert "You asked for many plans in a short time. Ask again in" in words(second)
