"""Two clicks, two tabs, two workers: processes that do the same at once on one file (F04 to F06)."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from django.test import Client

from dying import browser, together, verdict
from sheet_help import Way
from stackmark.errors import StackmarkError
from stackmark_web.audit.queries import check_chains
from stackmark_web.awarding.models import Award, ClaimLink, Sheet
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import presence, worker
from stackmark_web.jobs.models import Run
from stackmark_web.operations.archive import making, members

HOME = "/manage/northfield"
CLICKS = 4


@pytest.fixture
def desk(system):
    client = Client()
    with system.on():
        client.force_login(system.owner)
    return client


def posting(desk, place, form):
    """What each of several clicks is answered."""
    session = desk.cookies["sessionid"].value

    def click(_number):
        answer = browser(session).post(place, form)
        return f"{answer.status_code} {answer.headers.get('Location', '')}"

    return click


def test_the_same_form_sent_at_once_is_one_award_and_one_answer(system, desk):
    place = f"{HOME}/awards/new?version={system.version.pk}"
    with system.on():
        page = desk.get(place).content.decode()
    form = {
        "nonce": re.search(r'name="nonce" value="([^"]+)"', page)[1],
        "recipient_email": "ada@mail.example",
        "recipient_name": "Ada",
        "evidence-TOTAL_FORMS": "0",
        "evidence-INITIAL_FORMS": "0",
    }
    answers = together(system, posting(desk, place, form), CLICKS)
    with system.on():
        award = Award.everywhere.get()
        assert set(answers) == {f"302 {HOME}/awards/{award.pk}/confirm"}
        clicks = posting(desk, f"{HOME}/awards/{award.pk}/confirm", {})
    answers = together(system, clicks, CLICKS)
    assert len(set(answers)) == 1
    assert answers[0].startswith("302")
    with system.on():
        award = Award.everywhere.get()
        assert award.state == "offered"
        assert award.steps.filter(to_state="offered").count() == 1
        assert ClaimLink.objects.count() == OutboxMail.everywhere.count() == 1
        assert verdict(award) == ("verified", "status.ok")
        assert check_chains() == []


def test_two_tabs_revoke_and_put_on_hold(system, desk):
    """The histories have one order, and who came second is told."""
    with system.on():
        (award,) = system.issue(1, suspendable=True)
    one = f"{HOME}/awards/{award.pk}"
    revoke = posting(desk, f"{one}/revoke", {"reason": "misconduct"})
    hold = posting(desk, f"{one}/suspend", {"reason": "A question about the samples"})
    together(system, lambda number: (revoke, hold)[number % 2](number), CLICKS)
    with system.on():
        states = list(award.steps.values_list("from_state", "to_state"))
        assert Counter(to for _from, to in states)["revoked"] == 1
        assert [to for _from, to in states[:-1]] == [before for before, _to in states[1:]]
        assert Award.everywhere.get().state == states[-1][1] == "revoked"
        assert OutboxMail.everywhere.filter(kind="revoked").count() == 1
        assert check_chains() == []


def test_of_backups_to_one_name_one_is_made_and_the_others_are_refused(system, tmp_path):
    with system.on():
        system.issue(2)
    target = tmp_path / "backup"

    def back_up(number):
        passphrase = b"passphrase %d" % number  # whose it is can be told afterwards
        try:
            making.make(target, passphrase=passphrase, with_keys=False)
        except StackmarkError as error:
            return error.reason
        return f"made {number}"

    said = together(system, back_up, CLICKS)
    (made,) = [one for one in said if one.startswith("made")]
    assert {*said} - {made} <= {"usage.busy", "usage.exists"}, said
    number = int(made.removeprefix("made "))
    members.unpack(target, b"passphrase %d" % number, tmp_path / "out")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["backup", "data", "out"]


def test_a_file_confirmed_at_once_is_one_run_and_two_workers_share_it(system, desk):
    rows = "".join(f"p{number}@mail.example,Person {number}\n" for number in range(260))
    with system.on():
        way = Way(desk, system.version).checked(f"email,name\n{rows}")
        way.choose()
        place = f"{HOME}/awards/sheets/{way.sheet.pk}/confirm"
        agreed = desk.get(place).context["agreed"]
    together(system, posting(desk, place, {"agreed": agreed}), CLICKS)
    with system.on():
        run = Run.everywhere.get()
        assert Sheet.everywhere.get().run_id == run.pk
        assert run.chunks.count() == 2

    def work(_number):
        done = 0
        with presence.present() as name:
            while worker.work_once(name):
                done += 1
        return done

    assert sum(map(int, together(system, work, 2))) == 2
    with system.on():
        run = Run.everywhere.get()
        assert (run.state, run.done, run.failed) == ("done", 260, 0)
        places = Award.everywhere.values_list("status_list_id", "status_index")
        assert len(set(places)) == 260
        assert ClaimLink.objects.count() == OutboxMail.everywhere.count() == 260
