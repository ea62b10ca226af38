"""How assessing an achievement is run."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from stackmark_web.assessing.actions import designing
from stackmark_web.assessing.models import Setup
from stackmark_web.assessing.refusing import Problem
from stackmark_web.audit.models import AuditEvent
from web.assessing.world import World

GIVEN = {
    "takes_applications": "on",
    "is_blind": "on",
    "second_share": 15,
    "second_least": 20,
    "seconds_near_cut": "on",
    "appeal_days": 28,
    "marking_days": 10,
    "resit_wait_days": 7,
    "keep_months": 24,
    "guidance": "Bring *boots*.",
}


def url(world, name="setup"):
    return reverse(f"assessing:{name}", args=["northfield", world.achievement.pk])


def test_it_is_changed_without_a_new_version_and_noted(client, world):
    client.force_login(world.designer)
    version = world.achievement.current_id
    assert client.post(url(world), GIVEN).status_code == 302
    row = Setup.everywhere.get()
    assert (row.second_share, row.appeal_days, row.accepts_by_itself) == (15, 28, False)
    world.achievement.refresh_from_db()
    assert world.achievement.current_id == version
    event = AuditEvent.objects.get(verb="assessment.set-up")
    assert (event.before["appeal_days"], event.after["appeal_days"]) == (21, 28)
    assert "boots" not in str(event.after)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("second_share", 9, "greater than or equal to 10"),
        ("appeal_days", 0, "greater than or equal to 1"),
        ("keep_months", "", "required"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(client, world, field, value, told):
    client.force_login(world.designer)
    answer = client.post(url(world), GIVEN | {field: value})
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert Setup.everywhere.get().appeal_days == 21


def test_less_than_a_tenth_is_refused_wherever_it_comes_from(world):
    with pytest.raises(Problem, match="From 10 to 100 percent"):
        designing.save_setup(world.achievement, actor=None, values={"second_share": 5})


def test_without_a_plan_nobody_can_apply(db):
    bare = World(plan={"ai": "limited"})
    Setup.everywhere.all().delete()
    with pytest.raises(Problem, match="assessment plan first"):
        designing.save_setup(bare.achievement, actor=None, values={"takes_applications": True})


def test_only_who_designs_may(world):
    with pytest.raises(PermissionDenied):
        designing.save_setup(world.achievement, actor=world.assessor, values={})


def test_looking_at_it_stores_nothing(client, world):
    Setup.everywhere.all().delete()
    client.force_login(world.designer)
    assert client.get(url(world)).status_code == 200
    assert Setup.everywhere.count() == 0


def test_the_list_says_that_a_stated_cut_is_not_justified(client, world):
    client.force_login(world.designer)
    shown = client.get(reverse("assessing:design_list", args=["northfield"])).content.decode()
    assert "2 parts" in shown
    assert "cut 60 %" in shown
    assert "cut score not justified" in shown
    assert "Open for applications" in shown
