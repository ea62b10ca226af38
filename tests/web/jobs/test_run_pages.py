"""Runs as people see them."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.jobs import actions
from stackmark_web.jobs.models import Chunk, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice, northfield):
    return actions.start(
        "test",
        organisation=northfield,
        actor=alice,
        title="Soil: spring.csv",
        total=1_200,
        chunk_size=400,
        params={"report": "/manage/northfield/awards/sheets"},
    )


@pytest.fixture
def at_work(client, alice):
    client.force_login(alice)
    return client


def url(name, run, slug="northfield"):
    return reverse(f"jobs:{name}", args=[slug, run.pk])


def shown(answer):
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_the_list_and_its_empty_page(at_work, run):
    page = shown(at_work.get(reverse("jobs:list", args=["northfield"])))
    assert "Soil: spring.csv" in page
    assert "1,200" in page
    Run.everywhere.all().delete()
    assert "Nothing has run yet" in shown(at_work.get(reverse("jobs:list", args=["northfield"])))


def test_a_run_under_way_asks_for_its_own_progress(at_work, run):
    Run.everywhere.update(state="running", done=500, failed=20)
    page = shown(at_work.get(url("run", run)))
    assert f'hx-get="{url("progress", run)}"' in page
    assert "data-poll" in page
    part = shown(at_work.get(url("progress", run)))
    assert part.lstrip().startswith('<div id="progress"')
    assert "520 of 1,200" in part
    assert "20 rows" in part
    assert "You can leave this page" in part


def test_a_finished_run_stops_asking_and_leads_to_its_report(at_work, run):
    Run.everywhere.update(state="done", done=1_200, finished_at=clock.now())
    page = shown(at_work.get(url("progress", run)))
    assert "data-poll" not in page
    assert "All rows are done" in page
    assert 'href="/manage/northfield/awards/sheets"' in page
    assert "Stop the run" not in page


def test_a_report_elsewhere_is_no_link(at_work, run):
    Run.everywhere.update(params={"report": "https://attacker.example/"})
    assert "attacker" not in shown(at_work.get(url("run", run)))


def test_a_run_without_a_worker_says_so(at_work, run):
    assert "No worker has taken it up" not in shown(at_work.get(url("run", run)))
    with clock.at(clock.now() + timedelta(minutes=1)):
        assert "No worker has taken it up" in shown(at_work.get(url("run", run)))


def test_a_run_can_be_stopped_and_says_so(at_work, run):
    answer = at_work.post(url("cancel", run), follow=True)
    page = shown(answer)
    assert "Stopped. What was done stays as it is." in page
    assert "It was stopped" in page
    assert Run.everywhere.get().state == "cancelled"


def test_a_run_that_failed_tells_why_and_can_go_on(at_work, run):
    Chunk.objects.filter(number=1).update(state="failed")
    Chunk.objects.exclude(number=1).update(state="done")
    Run.everywhere.update(state="failed", error="KeyError: x", finished_at=clock.now())
    page = shown(at_work.get(url("run", run)))
    assert "KeyError: x" in page
    assert "Go on where it stopped" in page
    at_work.post(url("retry", run))
    assert Run.everywhere.get().state == "running"
    assert Chunk.objects.get(number=1).state == "waiting"


@pytest.mark.parametrize("name", ["run", "progress", "cancel", "retry"])
def test_strangers_and_colleagues(name, run, bob, charlie):
    for user, status, slug in (
        (charlie, 404, "northfield"),
        (charlie, 404, "elsewhere"),
        (bob, 403, "northfield"),
    ):
        client = Client()
        client.force_login(user)
        method = client.post if name in ("cancel", "retry") else client.get
        assert method(url(name, run, slug)).status_code == status
    assert Client().get(url(name, run)).url.startswith("/account/login/")
    assert Run.everywhere.get().state == "waiting"


@pytest.mark.parametrize("name", ["cancel", "retry"])
def test_a_visit_changes_nothing(at_work, run, name):
    assert at_work.get(url(name, run)).status_code == 405
    assert Run.everywhere.get().state == "waiting"
