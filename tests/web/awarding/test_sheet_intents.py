"""What a row becomes is drawn before the rows are locked, and is of what the row says then."""

from __future__ import annotations

import uuid

import pytest

from stackmark_web import clock
from stackmark_web.awarding import sheet_actions, sheets, tasks_sheets
from stackmark_web.awarding.models import Award, SheetRow
from stackmark_web.jobs import storing

pytestmark = pytest.mark.django_db
TABLE = b"email,name\nann@mail.example,Ann Lee\nbob@mail.example,Bob Ray\ncy@mail.example,Cy Oh\n"


@pytest.fixture
def run(alice, version):
    """A confirmed run of three rows."""
    version.achievement.current = version
    version.achievement.save()
    sheet = sheet_actions.upload_sheet(
        version, actor=alice, organisation=version.organisation, filename="a.csv", data=TABLE
    )
    sheet_actions.match_columns(sheet, actor=alice, mapping=sheet.mapping)
    sheet = sheets.sheet_of(version.organisation, sheet.pk)
    return sheet_actions.confirm(sheet, actor=alice, agreed=sheets.agreement(sheet))


def people(run):
    return list(
        Award.everywhere.filter(run=run).order_by("row").values_list("recipient_email", flat=True)
    )


def test_rows_become_awards_in_their_order_each_with_its_own_id_and_salt(run):
    done = tasks_sheets.award_rows(run, 0, 3, lambda: None)
    assert (done.done, done.failed) == (3, 0)
    assert people(run) == ["ann@mail.example", "bob@mail.example", "cy@mail.example"]
    awards = list(Award.everywhere.filter(run=run).order_by("row"))
    assert len({award.salt for award in awards}) == len({award.pk for award in awards}) == 3
    assert [award.created_at for award in awards] == sorted(award.created_at for award in awards)
    assert all(award.state == Award.State.OFFERED for award in awards)


def test_a_row_that_was_changed_after_it_was_drawn_is_made_of_what_it_says_now(run):
    def meanwhile():  # the heartbeat is the first thing in the transaction
        SheetRow.objects.filter(number=1).update(values={"recipient_email": "eve@mail.example"})

    tasks_sheets.award_rows(run, 0, 3, meanwhile)
    assert people(run) == ["ann@mail.example", "eve@mail.example", "cy@mail.example"]
    assert Award.everywhere.get(recipient_email="eve@mail.example").recipient_name == ""


def test_a_person_who_was_erased_after_the_row_was_drawn_gets_nothing_and_is_named_nowhere(run):
    """Neither in the award that was drawn nor in the findings that were read before."""
    rows = SheetRow.objects.filter(number__in=(0, 1))
    said = [{"column": "email", "reason": "known", "detail": "bob@mail.example was here before."}]
    rows.update(findings=said)
    rows.filter(number=0).update(outcome=SheetRow.Outcome.ERROR)

    def meanwhile():
        rows.filter(result="").update(email="", name="", findings=[], values={})

    done = tasks_sheets.award_rows(run, 0, 3, meanwhile)
    assert (done.done, done.failed) == (1, 2)
    assert people(run) == ["cy@mail.example"]
    broken, gone = rows.order_by("number")
    assert (broken.result, broken.findings) == ("refused", [])
    assert (gone.result, [one["reason"] for one in gone.findings]) == ("refused", ["field"])
    assert "bob" not in str(gone.findings)


def test_a_row_that_is_no_longer_fit_is_refused_with_its_reason(run):
    SheetRow.objects.filter(number=1).update(values={"recipient_email": "nobody"})
    done = tasks_sheets.award_rows(run, 0, 3, lambda: None)
    assert (done.done, done.failed) == (2, 1)
    row = SheetRow.objects.get(number=1)
    assert (row.result, row.findings[-1]["reason"]) == ("refused", "field")
    assert "nobody" in row.findings[-1]["detail"]


def test_rows_of_a_worker_that_died_before_it_signed_find_their_awards_again(run):
    rows = SheetRow.objects.filter(sheet=run.sheet)
    tasks_sheets.Intents(run, run.sheet, lambda: None).keep(rows.order_by("number"))
    meant = set(Award.everywhere.values_list("pk", "row", "status_index", "salt"))
    assert len(meant) == 3
    assert not rows.exclude(award=None).exists()

    done = tasks_sheets.award_rows(run, 0, 3, lambda: None)

    assert (done.done, done.failed) == (3, 0)
    assert set(Award.everywhere.values_list("pk", "row", "status_index", "salt")) == meant
    for row in rows.select_related("award"):
        assert (row.award.row, row.award.recipient_email) == (row.line, row.email)


def test_what_a_row_said_goes_as_soon_as_it_is_known_what_became_of_it(run):
    tasks_sheets.award_rows(run, 0, 2, lambda: None)
    left = dict(SheetRow.objects.values_list("number", "values"))
    assert left[0] == left[1] == {}
    assert left[2]["recipient_email"] == "cy@mail.example"


def test_ids_of_a_run_grow_and_tell_only_when_they_were_made():
    made = [storing.ordered_uuid() for _ in range(2_000)]
    assert len(set(made)) == len(made)
    assert [one.hex[:15] for one in made] == sorted(one.hex[:15] for one in made)
    assert {(one.version, one.variant) for one in made} == {(7, uuid.RFC_4122)}
    age = clock.now().timestamp() - (made[-1].int >> 80) / 1_000
    assert -1 < age < 60
    assert len({one.int & (1 << 62) - 1 for one in made}) == len(made)
