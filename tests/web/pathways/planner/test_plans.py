"""Plans that are kept: followed, watched, planned again, deleted; each its learner's alone."""

from __future__ import annotations

import datetime as dt
import re
from html import unescape

import pytest

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.offerings import close_offering, save_offering
from stackmark_web.pathways.actions import planning
from stackmark_web.pathways.actions import roles as roles_
from stackmark_web.pathways.models import Plan
from stackmark_web.pathways.planner_targets import of_role
from stackmark_web.pathways.planner_wanted import read

pytestmark = pytest.mark.django_db


def words(answer):
    plain = re.sub(r"<(script|style).*?</\\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", plain)).split())


@pytest.fixture
def kept(client, ada, role, ways):
    """A plan of Ada's: kept(follow="cheapest")."""
    client.force_login(ada)
    row = role("show", "tell")

    def make(**more):
        answer = client.post("/plan/save", {"target": f"role:{row.pk}", **more})
        assert answer.status_code == 302
        return Plan.objects.get(pk=answer["Location"].rsplit("/", 1)[1])

    return make


@pytest.fixture
def page(client):
    return lambda plan: words(client.get(f"/plans/{plan.pk}"))


def test_kept_with_its_limits_and_all_three(kept, page, client):
    plan = kept(budget="1000", hours="20")
    assert (plan.limits["budget"], plan.limits["hours"]) == (1000, 20)
    assert [one["labels"][0] for one in plan.answer["plans"]] == ["cheapest", "fastest", "fewest"]
    text = page(plan)
    assert "Choose the plan you want to follow" in text
    assert "Follow this plan" in text
    assert "Analyst" in words(client.get("/plans"))
    assert AuditEvent.objects.get(verb="plan.saved").target_id == str(plan.pk)


def test_followed_with_the_next_start(kept, page):
    plan = kept(follow="cheapest")
    assert plan.followed_at is not None
    text = page(plan)
    assert "Steps: 0 of 2 done" in text
    assert "Next Tell" in text
    assert "It starts on 15 June 2026." in text


def test_choosing_another_and_none(kept, client):
    plan = kept(follow="cheapest")
    client.post(f"/plans/{plan.pk}/follow", {"follow": "fewest"})
    plan.refresh_from_db()
    assert plan.chosen == "fewest"
    client.post(f"/plans/{plan.pk}/follow", {"follow": ""})
    plan.refresh_from_db()
    assert (plan.chosen, plan.followed_at) == ("", None)


def test_a_label_that_is_none_changes_nothing(kept, client):
    plan = kept(follow="cheapest")
    answer = client.post(f"/plans/{plan.pk}/follow", {"follow": "dearest\x00"}, follow=True)
    assert "There is no such plan among these." in words(answer)
    plan.refresh_from_db()
    assert plan.chosen == "cheapest"


def test_a_step_is_done_when_its_credential_arrives(kept, page, give, ways):
    plan = kept(follow="cheapest")
    give(ways["tell"].achievement.current)
    text = page(plan)
    assert "Steps: 1 of 2 done" in text
    assert "The credential is in your passport." in text
    assert "Next Slow show" in text


def test_an_offering_that_closes_is_warned_of_with_the_way_on(kept, page, offer, ways):
    plan = kept(follow="cheapest")
    close_offering(ways["tell"], actor=None)
    text = page(plan)
    assert "Something changed since you planned" in text
    assert "This offering was closed." in text
    assert "Nothing else is on offer for it now." in text
    offer(ways["tell"].achievement.current, start=7, weeks=2)
    assert "The next one starts on 20 July 2026" in page(plan)


def test_a_price_and_a_start_that_change_are_told(kept, page, ways):
    plan, row = kept(follow="cheapest"), ways["tell"]
    later = clock.today() + dt.timedelta(weeks=3)
    values = {"price": "95", "starts_on": later}
    save_offering(row.achievement, actor=None, values=values, offering=row)
    text = page(plan)
    assert "The price changed from 80 EUR to 95 EUR." in text
    assert "It now starts on 22 June 2026." in text
    assert "2 things changed since you planned" in text


def test_what_is_retired_or_too_late_to_apply_for_is_told(kept, page, ways):
    plan = kept(follow="cheapest")
    catalogue.retire(ways["tell"].achievement, actor=None)
    assert "It is no longer awarded." in page(plan)
    row = ways["slow"]
    save_offering(
        row.achievement, actor=None, values={"apply_by": dt.date(2026, 7, 1)}, offering=row
    )
    with clock.at(clock.now() + dt.timedelta(days=45)):
        assert "The last day to apply was 1 July 2026." in page(plan)


def test_running_over_and_everything_done(kept, page, give, ways):
    plan = kept(follow="cheapest")
    with clock.at(clock.now() + dt.timedelta(weeks=3)):
        assert "It runs until 13 July 2026." in page(plan)
    with clock.at(clock.now() + dt.timedelta(weeks=8)):
        assert "no credential has arrived" in page(plan)
    give(ways["tell"].achievement.current)
    give(ways["slow"].achievement.current)
    assert "Everything in this plan is done" in page(plan)


def test_planning_again_takes_the_world_as_it_is(kept, client, ways, give):
    plan = kept(follow="cheapest")
    give(ways["tell"].achievement.current)
    answer = client.post(f"/plans/{plan.pk}/again", follow=True)
    assert "Planned again" in words(answer)
    plan.refresh_from_db()
    (first, *_) = plan.answer["plans"]
    assert [one["title"] for one in first["steps"]] == ["Slow show"]
    assert plan.chosen == "cheapest"


def test_the_old_plan_stays_where_none_is_possible_any_more(kept, client, ways):
    plan = kept(follow="cheapest", budget="130")
    close_offering(ways["slow"], actor=None)
    answer = client.post(f"/plans/{plan.pk}/again", follow=True)
    assert "The old one was kept." in words(answer)
    plan.refresh_from_db()
    assert len(plan.answer["plans"][0]["steps"]) == 2


def test_a_plan_outlives_what_it_leads_to(kept, page, client, dana):
    plan = kept(follow="cheapest")
    roles_.withdraw(plan.role, actor=dana)
    assert "What it leads to is not published any more" in page(plan)
    answer = client.post(f"/plans/{plan.pk}/again", follow=True)
    assert "not published any more" in words(answer)
    roles_.delete(plan.role, actor=dana)
    plan.refresh_from_db()
    assert "What it leads to is not published any more" in page(plan)


def test_deleted(kept, client):
    plan = kept()
    assert "The plan is gone." in words(client.post(f"/plans/{plan.pk}/delete", follow=True))
    assert not Plan.objects.exists()
    assert "No plan yet" in words(client.get("/plans"))


def test_somebody_elses_plan_is_not_there(kept, client, person):
    plan = kept(follow="cheapest")
    client.force_login(person("eve"))
    assert client.get(f"/plans/{plan.pk}").status_code == 404
    for act in ("follow", "again", "delete"):
        answer = client.post(f"/plans/{plan.pk}/{act}", {"follow": "fewest"})
        assert answer.status_code == 404
    plan.refresh_from_db()
    assert plan.chosen == "cheapest"
    assert plan.title not in words(client.get("/plans"))


def test_nothing_to_keep_and_limits_that_cannot_be(client, ada, role, ways):
    client.force_login(ada)
    target = f"role:{role('show', 'tell').pk}"
    answer = client.post("/plan/save", {"target": target, "budget": "1"}, follow=True)
    assert "There is no plan to keep" in words(answer)
    answer = client.post("/plan/save", {"target": target, "budget": "-1"}, follow=True)
    assert "These limits could not be read" in words(answer)
    assert not Plan.objects.exists()


def test_so_many_and_no_more(kept, ada, monkeypatch):
    plan = kept()
    monkeypatch.setattr(planning, "MOST", 1)
    wanted = read(of_role(plan.role), plan.limits, clock.today())
    with pytest.raises(UsageError, match="You keep 1 plans already"):
        planning.save(ada, wanted, plan.answer)
