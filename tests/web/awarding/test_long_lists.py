"""Mail, audit and the file of awards stay as quick as they are, however long they grow."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import exporting, queries
from stackmark_web.awarding.models import Award
from stackmark_web.integrations import outbox
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.integrations.outbox import Outbox
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy import newest, public, trail
from stackmark_web.tenancy.newest import at_most, newest_of

pytestmark = pytest.mark.django_db
FILE = "/manage/northfield/awards/export.csv"


def letters(organisation, count, **more):
    now = clock.now()
    fields = {"kind": "offer", "state": "sent", "not_before": now, "subject": "x"} | more
    start = OutboxMail.everywhere.count()
    return OutboxMail.everywhere.bulk_create(
        OutboxMail(
            organisation=organisation,
            key=f"k{start + n}",
            to=fields.get("to", f"p{start + n}@people.example"),
            queued_at=now - timedelta(minutes=start + n),
            **{name: value for name, value in fields.items() if name != "to"},
        )
        for n in range(count)
    )


@pytest.fixture
def unit(northfield, alice):
    return tenancy.create_unit(northfield, actor=alice, name="Arts", unit_kind="faculty")


def questions(function):
    with CaptureQueriesContext(connection) as asked:
        function()
    return len(asked)


def of_awards(version, alice, count):
    from stackmark_web.awarding import actions as awarding

    for number in range(count):
        awarding.create_award(
            version,
            actor=alice,
            recipient_email=f"p{number}@people.example",
            recipient_name=f"=Person {number}",
        )


# -- in order, whoever they belong to ---------------------------------------------------------


def test_letters_of_units_stand_among_those_of_the_institution_by_time(northfield, unit):
    made = [letters(one, 1)[0] for one in (northfield, unit, northfield, unit)]
    shown = [one.pk for number in (1, 2) for one in Outbox(northfield).page(number, 2)]
    assert shown == [one.pk for one in made]
    assert [one.pk for one in Outbox(unit).page(1, 9)] == [made[1].pk, made[3].pk]


def test_more_units_than_a_database_merges_are_sorted(northfield, unit, monkeypatch):
    made = [letters(one, 1)[0] for one in (northfield, unit, northfield)]
    monkeypatch.setattr(newest, "_MERGED", 1)
    assert [one.pk for one in Outbox(northfield).page(1, 9)] == [one.pk for one in made]


def test_events_of_one_moment_come_last_first(northfield, alice):
    now = clock.now()
    with clock.at(now):
        made = [
            record("thing.done", actor=alice, target=northfield, organisation=northfield).pk
            for _ in range(3)
        ]
    shown = trail.trail(northfield, trail.audit.Filters()).page(1, 3)
    assert [one.pk for one in shown] == made[::-1]


# -- bounded ----------------------------------------------------------------------------------


def test_counts_end_at_the_bound_and_the_page_says_so(client, alice, northfield, monkeypatch):
    letters(northfield, 5)
    letters(northfield, 1, state="queued")
    monkeypatch.setattr(newest, "MOST", 3)
    monkeypatch.setattr("stackmark_web.integrations.views.MOST", 3)
    assert Outbox(northfield).counts() == dict.fromkeys(OutboxMail.State.values, 0) | {
        "sent": 3,
        "queued": 1,
    }
    client.force_login(alice)
    text = client.get("/manage/northfield/mail").text
    assert "All (4+)" in text
    assert "Sent (3+)" in text
    assert "Waiting (1)" in text
    assert "newest 10,000 letters" in text
    for _ in range(4):
        record("thing.done", actor=alice, target=northfield, organisation=northfield)
    assert "newest 10,000 events" in client.get("/manage/northfield/audit").text
    monkeypatch.setattr(newest, "MOST", 300)
    assert "newest 10,000 letters" not in client.get("/manage/northfield/mail").text


def test_a_count_looks_up_no_rows(northfield):
    """It asks for a column of the index: SQLite says so by COVERING."""
    if connection.vendor != "sqlite":
        pytest.skip("plans of SQLite")
    for model, more in ((OutboxMail, {"state": "sent"}), (Award, {"state": "claimed"})):
        rows = model.everywhere.filter(organisation_id=northfield.pk, **more)
        with CaptureQueriesContext(connection) as asked:
            at_most(rows)
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + asked.captured_queries[0]["sql"])
            steps = [row[3] for row in cursor.fetchall()]
        assert any("COVERING INDEX" in step for step in steps), steps


def test_holders_are_counted_in_the_index_alone(version):
    """A COUNT of ids would look up each row for its id."""
    if connection.vendor != "sqlite":
        pytest.skip("plans of SQLite")
    with CaptureQueriesContext(connection) as asked:
        queries.figures([version.pk])
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked.captured_queries[0]["sql"])
        steps = [row[3] for row in cursor.fetchall()]
    assert any("COVERING INDEX award_holders" in step for step in steps), steps


def test_the_state_of_the_register_reads_its_own_events_only(northfield):
    if connection.vendor != "sqlite":
        pytest.skip("plans of SQLite")
    with CaptureQueriesContext(connection) as asked:
        public.state()
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + asked.captured_queries[0]["sql"])
        steps = [row[3] for row in cursor.fetchall()]
    assert any("(verb=?)" in step for step in steps), steps


# -- searches of letters ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found", "partial"),
    [
        ("p3@people.example", ["p3"], False),
        ("P3@PEO", ["p3"], False),
        ("people", ["p0", "p1"], True),
        ("p3", [], True),
        ("nobody@people.example", [], True),
    ],
)
def test_an_address_is_found_however_old_and_words_among_the_newest(
    northfield, organisation, monkeypatch, words, found, partial
):
    letters(northfield, 4)
    letters(organisation("elsewhere-too"), 1, to="p3@people.example")
    monkeypatch.setattr(outbox, "SEARCHED", 2)
    asked = Outbox(northfield, search=words)
    assert [one.to.partition("@")[0] for one in asked.page(1, 9)] == found
    assert asked.partial is partial


def test_a_search_within_a_state(northfield):
    letters(northfield, 1, state="bounced")
    letters(northfield, 1)
    assert [one.state for one in Outbox(northfield, "bounced", "people").page(1, 9)] == ["bounced"]
    assert not Outbox(northfield, "bounced", "p1@people.example").page(1, 9).object_list


# -- who and what on the audit page -----------------------------------------------------------


def test_who_has_a_role_can_be_chosen_and_claimers_of_long_ago_cannot(
    client, northfield, alice, person, monkeypatch
):
    learner, stranger = person("lena"), person("nobody")
    for one in (learner, alice, stranger):
        organisation = None if one is stranger else northfield
        record("award.revoked", actor=one, target=northfield, organisation=organisation)
    assert {name for _, name in trail.actors(northfield)} == {"Alice", "Lena"}
    monkeypatch.setattr(trail, "_LATELY", 1)
    assert [name for _, name in trail.actors(northfield)] == ["Alice"]
    assert {n for _, n in trail.actors(northfield, str(learner.pk))} == {"Alice", "Lena"}
    assert [n for _, n in trail.actors(northfield, str(stranger.pk))] == ["Alice"]
    client.force_login(alice)
    text = client.get(f"/manage/northfield/audit?actor={learner.pk}").text
    assert "Lena revoked" in text
    assert "Alice revoked" not in text


def test_the_kinds_are_found_from_one_to_the_next(northfield, unit, alice):
    for verb in ("b.b", "a.a", "b.b", "c.c"):
        record(verb, actor=alice, target=northfield, organisation=northfield)
    record("d.d", actor=alice, target=unit, organisation=unit)
    assert {"a.a", "b.b", "c.c", "d.d"} <= set(trail.verbs(northfield))
    assert "a.a" not in trail.verbs(unit)
    assert trail.verbs(northfield) == sorted(set(trail.verbs(northfield)))
    before = questions(lambda: trail.verbs(northfield))
    record("e.e", actor=alice, target=northfield, organisation=northfield)
    assert questions(lambda: trail.verbs(northfield)) == before


def test_the_people_of_a_page_are_asked_for_together(client, northfield, alice, person):
    client.force_login(alice)

    def shown():
        return questions(lambda: client.get("/manage/northfield/audit"))

    record("award.claimed", actor=person("p0"), target=northfield, organisation=northfield)
    shown()
    one = shown()
    for number in range(1, 9):
        who = person(f"p{number}")
        record("award.claimed", actor=who, target=northfield, organisation=northfield)
        record(
            "role.given", actor=alice, target=who, organisation=northfield, after={"user": who.pk}
        )
    assert shown() == one


# -- files ------------------------------------------------------------------------------------


def test_the_first_line_is_out_before_any_award_is_read():
    def awards():
        raise AssertionError("asked for an award")
        yield

    made = exporting.lines(awards())
    assert next(made).startswith("credential_id,")
    with pytest.raises(AssertionError, match="asked for an award"):
        next(made)


def test_the_file_is_read_some_at_a_time_and_holds_all(client, version, alice, monkeypatch):
    of_awards(version, alice, 7)
    monkeypatch.setattr(newest.in_order, "__defaults__", (3,))
    client.force_login(alice)
    rows = list(csv.DictReader(io.StringIO(b"".join(client.get(FILE).streaming_content).decode())))
    listed = queries.awards(version.organisation).values_list("pk", flat=True)
    assert [row["credential_id"].rpartition("/")[2] for row in rows] == list(map(str, listed))
    assert rows[0]["recipient_name"] == "'=Person 6"
    assert rows[0]["achievement"] == version.title
    assert rows[0]["version"] == str(version.number)


def test_questions_for_the_file_grow_by_the_batch_and_not_by_the_row(version, alice):
    def asked():
        rows = queries.exported(version.organisation, queries.Filters(), exporting.COLUMNS)
        return questions(lambda: list(exporting.lines(rows)))

    of_awards(version, alice, 1)
    one = asked()
    Award.everywhere.bulk_create(
        Award(
            organisation=version.organisation,
            version=version,
            valid_from=clock.now(),
            created_at=clock.now(),
            salt="x",
        )
        for _ in range(20)
    )
    assert asked() == one


def test_the_log_says_how_many_rows_were_taken(client, version, alice):
    of_awards(version, alice, 3)
    client.force_login(alice)
    client.get(FILE)
    client.get(f"{FILE}?q=person")
    told = AuditEvent.objects.filter(verb="awards.exported").order_by("pk")
    assert [one.after for one in told] == [{"rows": 3}, {"rows_at_most": 3}]


def test_a_list_of_several_units_is_one_question(northfield, unit):
    rows = newest_of(
        lambda units: OutboxMail.everywhere.filter(newest.among(units)),
        newest.units_within(northfield),
        ("-queued_at", "pk"),
    )
    assert questions(lambda: list(rows[:10])) == 1
