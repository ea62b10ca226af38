"""What a row becomes is drawn before the rows are locked, and is of what the row says then."""

from __future__ import annotations

import pytest

from stackmark_web.awarding import sheet_actions, sheets, tasks_sheets
from stackmark_web.awarding.models import Award, SheetRow

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


def test_a_row_that_is_no_longer_fit_is_refused_with_its_reason(run):
    SheetRow.objects.filter(number=1).update(values={"recipient_email": "nobody"})
    done = tasks_sheets.award_rows(run, 0, 3, lambda: None)
    assert (done.done, done.failed) == (2, 1)
    row = SheetRow.objects.get(number=1)
    assert (row.result, row.findings[-1]["reason"]) == ("refused", "field")
    assert "nobody" in row.findings[-1]["detail"]
