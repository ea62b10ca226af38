"""Many awards of a run: revoked together, listed quickly, their letters lean, their audit in parts."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import orjson
import pytest
from django.core import mail
from django.core.management import CommandError, call_command

from stackmark.status.lists import open_list
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import listing, publishing, queries
from stackmark_web.awarding.models import Appeal, Award
from stackmark_web.awarding.queries import Filters
from stackmark_web.integrations import lean, mailer
from stackmark_web.integrations.actions import save_template
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import duties
from stackmark_web.jobs.actions import start
from stackmark_web.tenancy import newest

pytestmark = pytest.mark.django_db
COUNT = 4


@pytest.fixture
def run(version, django_capture_on_commit_callbacks):
    """A run that has issued a few credentials."""
    made = start("award-sheet", organisation=version.organisation, actor=None, title="x", total=4)
    awards = [
        awarding.create_award(
            version,
            actor=None,
            recipient_email=f"p{row}@people.example",
            recipient_name=f"Person {row}",
            external_id=f"N{row}",
            run=made,
            row=row,
        )
        for row in range(COUNT)
    ]
    with django_capture_on_commit_callbacks(execute=True):
        assert awarding.offer_many(awards, actor=None, batch=made) == [None] * COUNT
    return made


def of(run):
    return list(Award.everywhere.filter(run=run).order_by("row"))


def digest(awards):
    return hashlib.sha256("".join(f"{a.pk} {a.sha256}\n" for a in awards).encode()).hexdigest()


def test_one_event_tells_of_all_of_them(run):
    event = AuditEvent.objects.get(verb="award.offered-from-file")
    assert event.target_id == str(run.pk)
    assert event.after == {"awards": COUNT, "rows": [0, COUNT - 1], "digest": digest(of(run))}
    assert not AuditEvent.objects.filter(verb="award.offered").exists()
    assert all(one.steps.filter(to_state="offered").count() == 1 for one in of(run))


def test_a_run_is_revoked_whole_and_once(run, django_capture_on_commit_callbacks, capsys):
    call_command("revoke_run", str(run.pk), "--reason", "key-compromise")
    assert "4 credentials would be revoked" in capsys.readouterr().out
    assert {one.state for one in of(run)} == {"offered"}
    with django_capture_on_commit_callbacks(execute=True):
        call_command("revoke_run", str(run.pk), "--reason", "key-compromise", "--yes")
    awards = of(run)
    assert {(one.state, one.revoked_reason) for one in awards} == {("revoked", "key-compromise")}
    assert Appeal.everywhere.filter(award__in=awards).count() == COUNT
    assert AuditEvent.objects.get(verb="award.revoked-from-file").after["digest"] == digest(awards)
    tree = orjson.loads(publishing.document(awards[0].status_list_id, "revocation"))
    bits = open_list(tree, list_type="BitstringStatusListCredential", url=tree["id"]).bits
    assert all(bits[a.status_index // 8] >> (7 - a.status_index % 8) & 1 for a in awards)
    assert set(OutboxMail.everywhere.filter(kind="offer").values_list("state", flat=True)) == {
        "cancelled"
    }
    call_command("revoke_run", str(run.pk), "--reason", "key-compromise", "--yes")
    assert Appeal.everywhere.count() == COUNT
    for unknown in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        with pytest.raises(CommandError, match="There is no run"):
            call_command("revoke_run", unknown, "--reason", "key-compromise")


def test_lean_letters_get_their_words_when_they_are_sent(run, version, alice):
    waiting = list(OutboxMail.everywhere.filter(kind="offer"))
    assert all(lean.is_lean(one) and not one.text for one in waiting)
    save_template(
        version.organisation,
        actor=alice,
        kind="offer",
        language="en",
        subject="For you: {{title}}",
        body="Dear {{recipient_name}}, <b>here</b> it is.",
    )
    assert mailer.send_due() == COUNT
    one = next(letter for letter in mail.outbox if letter.to == ["p2@people.example"])
    assert one.subject.startswith("For you: ")
    assert "Dear Person 2" in one.body
    assert "/claim/" in one.body
    assert "<b>here</b>" not in one.alternatives[0][0]
    assert OutboxMail.everywhere.filter(kind="offer", state="sent").count() == COUNT


def test_the_list_is_the_same_page_by_page(run, version):
    order = list(queries.awards(version.organisation).values_list("pk", flat=True))
    rows = queries.listing(version.organisation, Filters())
    shown = [one.pk for number in (1, 2) for one in rows.page(number, 2)]
    assert shown == order
    assert rows.counts() == {"offered": COUNT, "expired": 0}


def test_counts_and_pages_end_at_a_bound(run, version, monkeypatch):
    monkeypatch.setattr(newest, "MOST", 3)
    rows = queries.listing(version.organisation, Filters())
    assert rows.counts()["offered"] == 3
    assert rows.page(9, 2).paginator.num_pages == 2
    assert len(rows.page(2, 2).object_list) == 1


@pytest.mark.parametrize(
    ("words", "found", "partial"),
    [
        ("p1@people.example", [1], False),
        ("P1@peo", [1], False),
        ("N3", [3], False),
        ("person 2", [2], True),
        ("person 1", [], True),
        ("Person", [3, 2], True),
        ("nobody@people.example", [], True),
    ],
)
def test_a_search_finds_old_ones_by_address_and_says_when_it_did_not_look_at_all(
    run, version, monkeypatch, words, found, partial
):
    for award in of(run):
        Award.everywhere.filter(pk=award.pk).update(
            created_at=award.created_at.replace(year=2020 + award.row)
        )
    monkeypatch.setattr(listing, "SEARCHED", 2)
    rows = queries.listing(version.organisation, Filters(words=words))
    assert [one.row for one in rows.page(1, 10)] == found
    assert rows.partial is partial


def test_a_duty_that_takes_long_rests_while_runs_wait(monkeypatch):
    monkeypatch.setattr(duties, "_DUTIES", {})
    now = [1000.0]
    monkeypatch.setattr(duties.time, "monotonic", lambda: now[0])
    done = []

    def work(name):
        done.append(name)
        now[0] += 5

    duties.duty("slow", seconds=1)(lambda: work("slow"))
    duties.duty("urgent", seconds=1, urgent=True)(lambda: work("urgent"))
    duties.run_due(busy=True)  # the slow one ended at 1005
    now[0] = 1005.0 + 94  # nineteen times the five seconds that it took, but one
    duties.run_due(busy=True)
    assert done == ["slow", "urgent", "urgent"]
    now[0] += 2
    duties.run_due()
    assert done[3:] == ["slow", "urgent"]


@pytest.mark.parametrize("days", [-3_650, 3_650])
def test_duties_come_whatever_the_clock_of_the_machine_does(monkeypatch, days):
    """The clock jumps by ten years (fault F18): waits are counted by the one that never jumps."""
    monkeypatch.setattr(duties, "_DUTIES", {})
    now, done = [1000.0], []
    monkeypatch.setattr(duties.time, "monotonic", lambda: now[0])
    duties.duty("minutely", seconds=60)(lambda: done.append(now[0]))
    duties.run_due()
    with clock.at(clock.now() + timedelta(days=days)):
        now[0] += 30
        duties.run_due()
        now[0] += 30
        duties.run_due()
    assert done == [1000.0, 1060.0]
