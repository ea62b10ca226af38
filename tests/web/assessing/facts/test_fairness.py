"""Off by default, consent that can be taken back, and totals from which nobody can be told."""

from __future__ import annotations

import itertools

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.assessing import declaring, fairness_report, panels
from stackmark_web.assessing.actions import fairness, publishing_facts
from stackmark_web.assessing.models import GroupDeclaration, Workshop
from stackmark_web.assessing.pseudonyms import candidate_of, candidate_of_address
from stackmark_web.assessing.refusing import Problem
from web.assessing.facts.cohort import as_csv, bring_in, rows

pytestmark = pytest.mark.django_db
PURPOSE = "To see whether our examination treats groups alike."


def turned_on(world, **changes):
    values = {"is_on": True, "categories": ["gender", "age"], "purpose": PURPOSE} | changes
    return fairness.set_policy(world.here, actor=world.owner, **values)


def declared(world, value, who):
    GroupDeclaration.objects.create(
        organisation=world.here,
        candidate=who,
        category="gender",
        value=value,
        consent="yes",
        given_at=clock.now(),
    )


def test_it_is_off_until_an_owner_turns_it_on(world, client):
    assert not declaring.policy_of(world.here).is_on
    client.force_login(world.owner)
    page = client.get(reverse("assessing:fairness", args=["northfield"])).content.decode()
    assert "Nobody is asked for anything" in page
    with pytest.raises(PermissionDenied):
        fairness.set_policy(world.here, actor=world.assessor, is_on=True)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"categories": []}, "categories"), ({"purpose": " "}, "purpose"), ({"least": 5}, "least")],
)
def test_a_policy_says_what_why_and_how_small(world, changes, field):
    with pytest.raises(Problem) as caught:
        turned_on(world, **changes)
    assert caught.value.field == field


def test_categories_are_those_of_the_country():
    assert "entry" in declaring.categories_of("IE")
    assert "veteran" not in declaring.categories_of("IE")
    assert set(declaring.categories_of("XX")) == {"gender", "age", "language", "disability", "mode"}


def test_nothing_is_kept_without_consent_and_all_is_gone_when_taken_back(world, client):
    turned_on(world)
    bring_in(world, b"email,date,score,max_score\nlena@people.example,2026-03-02,7,10\n")
    client.force_login(world.learner)
    address = reverse("assessing:declare", args=["northfield"])
    assert PURPOSE in client.get(address).content.decode()
    answer = client.post(address, {"gender": "woman"})
    assert answer.status_code == 422
    assert not GroupDeclaration.objects.exists()
    client.post(address, {"gender": "woman", "age": "", "consent": "on"})
    one = GroupDeclaration.objects.get()
    assert (one.category, one.value) == ("gender", "woman")
    assert one.candidate == candidate_of(world.here, world.learner)
    assert PURPOSE in one.consent
    client.post(reverse("assessing:declare_withdraw", args=["northfield"]))
    assert not GroupDeclaration.objects.exists()


def test_a_value_nobody_asked_for_is_refused(world):
    policy = turned_on(world)
    with pytest.raises(Problem):
        fairness.declare(policy, actor=world.learner, values={"religion": "any"}, consents=True)
    with pytest.raises(Problem):
        fairness.declare(policy, actor=world.learner, values={"gender": "x"}, consents=True)
    assert not GroupDeclaration.objects.exists()


def test_turning_it_off_deletes_what_was_declared(world):
    policy = turned_on(world)
    fairness.declare(policy, actor=world.learner, values={"gender": "woman"}, consents=True)
    fairness.set_policy(world.here, actor=world.owner, is_on=False)
    assert not GroupDeclaration.objects.exists()


def test_who_was_never_assessed_is_not_asked(world, client):
    turned_on(world)
    client.force_login(world.learner)
    assert client.get(reverse("assessing:declare", args=["northfield"])).status_code == 404


def cohort(world, women=60, men=60, other=3):
    bring_in(world, as_csv(rows(candidates=140)))
    names = [f"c{number:04}" for number in range(140)]
    values = ["woman"] * women + ["man"] * men + ["other"] * other
    for name, value in zip(names, values, strict=False):
        declared(world, value, candidate_of_address(world.here, name))


def test_groups_are_compared_and_small_ones_hidden(world, client):
    turned_on(world)
    cohort(world)
    found = fairness_report.report(world.achievement)
    gender = found.categories[0]
    assert {one.group: one.n for one in gender.rates.groups} == {"woman": 60, "man": 60}
    assert gender.hidden == 1
    client.force_login(world.owner)
    address = reverse("assessing:fairness", args=["northfield"])
    page = client.get(address, {"achievement": str(world.achievement.pk)}).content.decode()
    assert "Woman" in page
    assert "Another gender" not in page
    assert "1 group is not shown" in page


def test_nothing_is_shown_while_the_cut_is_being_set(world):
    turned_on(world)
    cohort(world)
    Workshop.everywhere.create(
        organisation=world.here,
        achievement=world.achievement,
        version=world.version,
        method="angoff",
        title="Panel",
        state="open",
        made_at=clock.now(),
    )
    assert fairness_report.report(world.achievement).why_not == "cut"


def test_declarations_never_reach_facts_or_files(world, client):
    turned_on(world)
    cohort(world)
    panel = publishing_facts.publish(world.achievement, actor=world.assessor)
    assert b"woman" not in bytes(panel.signed)
    assert panels.facts_in(panel)["dif"]["grouping"] == "form"
    client.force_login(world.owner)
    for name in ("attempts_csv", "marks_csv"):
        address = reverse(f"assessing:{name}", args=["northfield", world.achievement.pk])
        body = b"".join(client.get(address).streaming_content)
        assert b"woman" not in body


def test_no_small_remainder_can_be_worked_out():
    """Whatever the groups: nobody is left over, or enough people are; shown cells are not tiny."""
    sizes = (0, 1, 4, 9, 10, 14, 30)
    for people in itertools.product(sizes, repeat=3):
        counts = {f"g{at}": (n // 2, n) for at, n in enumerate(people) if n}
        for silent in (0, 1, 9, 12):
            everybody = sum(people) + silent
            shown = fairness_report.suppressed(counts, everybody=everybody, least=10)
            rest = everybody - sum(n for _passed, n in shown.values())
            assert not shown or rest == 0 or rest >= 10
            assert len(shown) != 1
            for passed, n in shown.values():
                assert n >= 10
                assert min(passed, n - passed) >= 3


def test_a_group_of_which_all_passed_is_not_shown():
    counts = {"a": (20, 20), "b": (10, 20), "c": (9, 20)}
    shown = fairness_report.suppressed(counts, everybody=60, least=10)
    assert set(shown) == {"b", "c"}
