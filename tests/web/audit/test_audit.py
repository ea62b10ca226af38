from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import stackmark_web
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.audit.export import harmless
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.sentences import SENTENCES, Told
from stackmark_web.awarding.actions._common import _VERBS
from stackmark_web.passport.models import AddressReport
from stackmark_web.tenancy import actions


def at(day):
    return clock.at(datetime(2026, 3, day, 12, tzinfo=UTC))


@pytest.fixture
def history(northfield, alice, bob, charlie, organisation):
    with at(1):
        record(
            "award.revoked",
            actor=alice,
            target=northfield,
            organisation=northfield,
            label="Sailing",
        )
    with at(2):
        record(
            "award.offered", actor=bob, target=northfield, organisation=northfield, label="Rowing"
        )
    with at(3):
        record(
            "thing.new-kind",
            actor=None,
            target=northfield,
            organisation=northfield,
            label="=cmd()",
            before={"state": "a"},
            after={"state": "b", "flag": True, "list": ["x", "y"]},
            via="job",
        )
        from stackmark_web.tenancy.models import Organisation

        other = Organisation.objects.get(slug="elsewhere")
        record("award.revoked", actor=charlie, target=other, organisation=other, label="Secret")


@pytest.fixture
def page(client, history, alice):
    client.force_login(alice)
    return lambda query="": client.get(f"/manage/northfield/audit{query}").text


def test_events_are_sentences_newest_first(page):
    text = page()
    assert "Alice revoked a credential: Sailing" in text
    assert "Bob awarded Rowing" in text
    assert text.index("thing new kind") < text.index("Rowing") < text.index("Sailing")
    assert "Secret" not in text, "another organisation's"
    assert "by a run" in text


def test_before_and_after_stand_side_by_side(history):
    told = Told(AuditEvent.objects.get(verb="thing.new-kind"))
    assert told.sentence == "The system: thing new kind, =cmd()"
    assert told.changes == [("state", "a", "b"), ("flag", "", "yes"), ("list", "", "x, y")]


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("?verb=award.revoked", "Sailing", "Rowing"),
        ("?since=2026-03-02&until=2026-03-02", "Rowing", "Sailing"),
        ("?until=2026-03-01", "Sailing", "Rowing"),
        ("?since=nonsense", "Sailing", "nothing of the kind"),
        ("?actor=not-a-person", "Sailing", "nothing of the kind"),
    ],
)
def test_filters(page, query, seen, unseen):
    shown = page(query).split("</form>", 2)[-1]
    assert seen in shown
    assert unseen not in shown


def test_by_person(page, bob):
    shown = page(f"?actor={bob.pk}").split("</form>", 2)[-1]
    assert "Rowing" in shown
    assert "Sailing" not in shown


def test_nothing_found_is_said(page):
    assert "Nothing fits" in page("?since=2030-01-01")


def test_what_happened_in_units_is_seen_above_and_not_the_other_way(
    client, northfield, alice, person, history
):
    unit = actions.create_unit(northfield, actor=alice, name="Arts", unit_kind="faculty")
    dean = person("dean")
    actions.give_role(unit, actor=alice, user=dean, role="owner")
    record("award.revoked", actor=dean, target=unit, organisation=unit, label="Painting")
    client.force_login(alice)
    assert "Painting" in client.get("/manage/northfield/audit").text
    client.force_login(dean)
    text = client.get(f"/manage/{unit.slug}/audit").text
    assert "Painting" in text
    assert "Sailing" not in text


def test_the_file_holds_the_same_and_no_formulas(client, history, alice):
    client.force_login(alice)
    answer = client.get("/manage/northfield/audit.csv?since=2026-03-02")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["name"] for row in rows] == ["'=cmd()", "Rowing"]
    assert rows[1]["who"] == "Bob"
    assert rows[0]["after"] == "flag: True; list: ['x', 'y']; state: b"
    assert 'filename="northfield-audit.csv"' in answer["Content-Disposition"]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\ufeff=1", "＝1", "|calc", "%0A"]
)
def test_a_cell_is_never_a_formula(cell):
    assert harmless(cell).startswith("'")


@pytest.mark.parametrize("cell", ["plain", "2026-03-01", "a=b", ""])
def test_plain_cells_stay(cell):
    assert harmless(cell) == cell


def test_the_file_is_for_owners_too(client, northfield, alice, bob, charlie):
    for user, status in ((bob, 403), (charlie, 404)):
        client.force_login(user)
        assert client.get("/manage/northfield/audit.csv").status_code == status


def test_hostile_labels_are_text(client, northfield, alice):
    record(
        "organisation.edited",
        actor=alice,
        target=northfield,
        organisation=northfield,
        label="<img src=x onerror=alert(1)>",
        before={"name": "<script>1</script>"},
        after={"name": "\u202eevil"},
    )
    client.force_login(alice)
    text = client.get("/manage/northfield/audit").text
    assert "<img src=x" not in text
    assert "<script>1" not in text
    assert "&lt;img src=x" in text


def test_a_person_who_is_gone_is_still_told_of(northfield, person):
    zoe = person("zoe")
    event = record("organisation.edited", actor=zoe, target=northfield, organisation=northfield)
    zoe.delete()
    event.refresh_from_db()
    assert Told(event).who == "Somebody whose account is gone"
    assert Told(record("run.started", actor=None, target=northfield)).who == "The system"


def test_a_role_says_whose_it_is(northfield, alice, bob):
    """The event holds an id; the page says the name."""
    given = actions.give_role(northfield, actor=alice, user=bob, role="issuer")
    actions.end_role(given, actor=alice)
    ended, begun = (Told(event) for event in AuditEvent.objects.order_by("-id")[:2])
    assert begun.sentence == "Alice gave Bob a role: Issuer"
    assert ended.sentence == "Alice ended a role of Bob: Issuer"
    assert ("user", "", "Bob") in begun.changes
    bob.delete()
    again = Told(AuditEvent.objects.order_by("-id")[1])
    assert again.sentence == "Alice gave somebody whose account is gone a role: Issuer"


def test_every_event_that_an_owner_can_meet_is_a_sentence():
    """What learners do with their own passport has no organisation, and is not read here."""
    own = ("folder.", "holding.", "share.", "print-code.", "profile.")
    source = Path(stackmark_web.__file__).parent
    text = "\n".join(file.read_text("utf-8") for file in source.rglob("*.py"))
    found = set(
        re.findall(r'(?:record|_note|_note_lineage|_record)\(\s*"([a-z-]+\.[a-z_-]+)"', text)
    )
    assert len(found) > 50
    found |= set(re.findall(r'verb="([a-z-]+\.[a-z-]+)"', text))
    found |= {f"award.{verb}" for verb in _VERBS.values()}
    found |= {f"address-report.{state}" for state in AddressReport.State.values if state != "open"}
    assert {verb for verb in found if not verb.startswith(own)} - set(SENTENCES) == set()
