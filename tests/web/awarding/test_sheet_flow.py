"""From a file to credentials, step by step, through the pages."""

from __future__ import annotations

import csv
import io

import pytest

from sheet_help import Way, address, csv_of, text_of
from stackmark_web.awarding.models import Award, Sheet
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import worker
from stackmark_web.jobs.models import Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def way(client, alice, version):
    version.achievement.current = version
    version.achievement.save()
    client.force_login(alice)
    return Way(client, version)


def work():
    while worker.work_once("test"):
        pass


def test_from_a_file_to_credentials(way, django_capture_on_commit_callbacks):
    answer = way.upload(csv_of("ann@mail.example,Ann Lee", "bo@mail.example,Bo Ng"))
    assert answer.url == address("sheet_columns", way.sheet)
    page = way.client.get(answer.url)
    assert "ann@mail.example" in text_of(page)
    assert page.context["form"].rows()[0][0].meaning == "recipient_email"
    assert way.columns().url == address("sheet", way.sheet)
    page = text_of(way.client.get(address("sheet", way.sheet)))
    assert "2 rows, and all are fine" in page
    assert "Nothing was issued yet." in page
    assert way.choose().url == address("sheet_confirm", way.sheet)
    assert "Issue 2 credentials" in text_of(way.client.get(address("sheet_confirm", way.sheet)))
    assert Award.everywhere.count() == 0, "nothing happens before it is confirmed"
    run_page = way.confirm().url
    run = Run.everywhere.get()
    assert str(run.pk) in run_page
    assert "Waiting for a worker" in text_of(way.client.get(run_page))
    with django_capture_on_commit_callbacks(execute=True):
        work()
    assert "All rows are done" in text_of(way.client.get(run_page))
    awards = list(Award.everywhere.order_by("row"))
    assert [(one.row, one.state, one.recipient_name) for one in awards] == [
        (2, "offered", "Ann Lee"),
        (3, "offered", "Bo Ng"),
    ]
    assert all(one.signed for one in awards)
    assert OutboxMail.everywhere.filter(kind="offer").count() == 2
    report = text_of(way.client.get(address("sheet_report", way.sheet)))
    assert "Ann Lee ann@mail.example Issued Waiting to be claimed" in report
