"""From a file to credentials, step by step, through the pages."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import timedelta

import orjson
import pytest
from django.urls import reverse

from sheet_help import Way, address, csv_of, text_of
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import duties, sheet_actions, sheets, tasks_sheets
from stackmark_web.awarding.models import Award, Sheet, SheetRow, Step
from stackmark_web.awarding.sheet_choices import Choices
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import worker
from stackmark_web.jobs.models import Run
from stackmark_web.tenancy.models import Membership

pytestmark = pytest.mark.django_db
ANN = "ann@mail.example,Ann Lee"
BO = "bo@mail.example,Bo Ng"


@pytest.fixture
def way(client, alice, version):
    version.achievement.current = version
    version.achievement.save()
    client.force_login(alice)
    return Way(client, version)


@pytest.fixture
def work(django_capture_on_commit_callbacks):
    """Does every chunk there is."""

    def go():
        with django_capture_on_commit_callbacks(execute=True):
            while worker.work_once("test"):
                pass

    return go


def issued(way, work, data, *, answers=None, confirm=None, **choices):
    """The whole way at once."""
    way.checked(data)
    if answers:
        way.answer(**answers)
    assert way.choose(**choices).status_code == 302
    answer = way.confirm(**(confirm or {}))
    assert answer.status_code == 302, text_of(answer)
    work()
    return way


def test_from_a_file_to_credentials(way, work, documents):
    import stackmark

    answer = way.upload(csv_of(ANN, BO))
    assert answer.url == address("sheet_columns", way.sheet)
    page = way.client.get(answer.url)
    assert "ann@mail.example" in text_of(page)
    assert page.context["form"].rows()[0][0].meaning == "recipient_email"
    assert way.columns().url == address("sheet", way.sheet)
    page = text_of(way.client.get(address("sheet", way.sheet)))
    assert "2 rows, and all are fine" in page
    assert "Nothing was issued yet." in page
    assert way.choose().url == address("sheet_confirm", way.sheet)
    page = text_of(way.client.get(address("sheet_confirm", way.sheet)))
    assert "2 credentials Soil sampling , one for each of 2 people" in page
    assert "Issue 2 credentials" in page
    assert Award.everywhere.count() == 0, "nothing happens before it is confirmed"
    run_page = way.confirm().url
    assert str(Run.everywhere.get().pk) in run_page
    assert "Waiting for a worker" in text_of(way.client.get(run_page))
    work()
    assert "All rows are done" in text_of(way.client.get(run_page))
    awards = list(Award.everywhere.order_by("row"))
    assert [(one.row, one.state, one.recipient_name) for one in awards] == [
        (2, "offered", "Ann Lee"),
        (3, "offered", "Bo Ng"),
    ]
    for award in awards:
        report = stackmark.verify(bytes(award.signed), documents=documents(award))
        assert report.verdict == "verified", report.why
    assert OutboxMail.everywhere.filter(kind="offer").count() == 2
    assert Step.objects.filter(award=awards[0]).values_list("to_state", "via").first() == (
        "draft",
        "job",
    )
    page = text_of(way.client.get(address("sheet_report", way.sheet)))
    assert "Ann Lee ann@mail.example Issued Waiting to be claimed" in page


def test_the_files_contents_go_when_the_run_is_over(way, work):
    issued(way, work, csv_of(ANN, "nobody,Nobody"), scope="good")
    way.sheet.refresh_from_db()
    assert bytes(way.sheet.data) == b""
    assert set(map(str, SheetRow.objects.values_list("values", flat=True))) == {"{}"}
    page = text_of(way.client.get(address("sheet_report", way.sheet)))
    assert "is not one e-mail address" in page, "the report stays"


def test_no_personal_data_in_the_audit(way, work):
    issued(way, work, csv_of(ANN))
    told = orjson.dumps(
        [[one.verb, one.before, one.after, one.target_label] for one in AuditEvent.objects.all()]
    ).decode()
    assert "sheet.uploaded" in told
    assert "sheet.confirmed" in told
    assert "ann@" not in told
    assert "Ann" not in told


# -- columns -----------------------------------------------------------------------------------


def test_columns_nobody_knows_are_matched_by_hand(way, work):
    way.upload(csv_of(ANN, header="mail,who"))
    refused = way.columns()
    assert refused.status_code == 422
    assert "Say which column holds the e-mail address." in text_of(refused)
    assert way.columns(c0="recipient_email", c1="recipient_name").status_code == 302
    assert [row.outcome for row in way.rows()] == ["valid"]
    assert way.rows()[0].name == "Ann Lee"


def test_a_column_that_stands_twice_can_be_left_out(way):
    way.upload(csv_of("a@mail.example,b@mail.example,Ann", header="email,email,name"))
    refused = way.columns()
    assert 'has the same column twice: "email" (column 1) and "email" (column 2)' in text_of(
        refused
    )
    assert way.columns(c1="").status_code == 302
    assert way.rows()[0].email == "a@mail.example"


def test_other_columns_are_kept_beside_the_award(way, work):
    issued(way, work, csv_of(f"{ANN},A+,Otago,7", header="email,name,Mark,region,external_id"))
    award = Award.everywhere.get()
    assert award.custom == {"Mark": "A+", "region": "Otago"}
    assert award.external_id == "7"
    assert b"Otago" not in bytes(award.signed)


def test_a_made_up_meaning_is_refused(way):
    way.upload(csv_of(ANN))
    refused = way.columns(c1="is_admin")
    assert refused.status_code == 422
    assert "is not one of the available choices" in text_of(refused)


def test_evidence_and_narrative_get_into_the_credential(way, work):
    header = "email,narrative,evidence_url,evidence_name,evidence_2_url,evidence_2_name"
    row = 'ann@mail.example,"Two\nlines",https://a.example/1,One,https://a.example/2,Two'
    issued(way, work, csv_of(row, header=header))
    tree = orjson.loads(bytes(Award.everywhere.get().signed))
    assert tree["credentialSubject"]["narrative"] == "Two\nlines"
    assert [one["id"] for one in tree["evidence"]] == ["https://a.example/1", "https://a.example/2"]


# -- questions ---------------------------------------------------------------------------------

DATES = csv_of(
    "ann@mail.example,03/04/2026", "bo@mail.example,04/05/2026", header="email,issued_on"
)


@pytest.mark.parametrize(
    ("order", "days"),
    [("dmy", ["2026-04-03", "2026-05-04"]), ("mdy", ["2026-03-04", "2026-04-05"])],
)
def test_the_order_of_day_and_month_is_asked_once_for_the_file(way, work, order, days):
    way.upload(DATES)
    assert way.columns().url == address("sheet_questions", way.sheet)
    page = text_of(way.client.get(address("sheet_questions", way.sheet)))
    assert "How are dates such as 03/04/2026 meant?" in page
    assert "2 dates in this file can be read in two ways." in page
    assert "day first: 3 April 2026" in page
    assert way.rows() == [], "nothing is checked before the answer"
    assert way.answer(date_order=order).url == address("sheet", way.sheet)
    way.choose()
    way.confirm()
    work()
    starts = Award.everywhere.order_by("row").values_list("valid_from", flat=True)
    assert [one.date().isoformat() for one in starts] == days


def test_the_files_own_clear_dates_are_a_hint_and_a_contradiction_is_an_error(way):
    rows = ["a@mail.example,03/04/2026", "b@mail.example,25/04/2026"]
    way.upload(csv_of(*rows, header="email,issued_on"))
    way.columns()
    page = way.client.get(address("sheet_questions", way.sheet))
    assert "Its other dates put the day first." in text_of(page)
    assert page.context["form"]["date_order"].initial == "dmy"
    way.answer(date_order="mdy")
    assert way.outcomes()[1][1:] == ("error", ["date"])
    assert "with the month first is no day" in way.rows()[1].findings[0]["detail"]


def test_no_answer_is_no_answer(way):
    way.upload(DATES)
    way.columns()
    assert way.answer(date_order="ymd").status_code == 422
    assert way.rows() == []
    assert way.client.get(address("sheet", way.sheet)).url == address("sheet_questions", way.sheet)


def test_a_file_with_several_achievements_asks_which_rows_are_meant(way, work):
    header = "email,name,achievement"
    data = csv_of(f"{ANN},soil-1", f"{BO},water-2", "c@mail.example,Cy,soil-1", header=header)
    way.upload(data)
    assert way.columns().url == address("sheet_questions", way.sheet)
    way.answer(template="soil-1")
    assert way.outcomes() == [(2, "valid", []), (3, "error", ["template"]), (4, "valid", [])]
    detail = way.rows()[1].findings[0]["detail"]
    assert detail == "It names another achievement than the one you chose."
    way.answer(template="*")
    assert [outcome for _, outcome, _ in way.outcomes()] == ["valid"] * 3


# -- errors and warnings -----------------------------------------------------------------------

BAD = csv_of(ANN, "nobody,Bo", "cy@mail.example,", "di@mail.example,Di", "ann@mail.example,Ann")


def test_every_bad_row_is_named_by_line_column_and_reason(way):
    way.checked(BAD)
    assert way.outcomes() == [
        (2, "valid", []),
        (3, "error", ["email"]),
        (4, "error", ["name"]),
        (5, "valid", []),
        (6, "error", ["duplicate"]),
    ]
    assert [row.findings[0]["column"] for row in way.rows() if row.findings] == [
        "email",
        "name",
        "email",
    ]
    page = text_of(way.client.get(address("sheet", way.sheet) + "?show=error"))
    assert "3 rows cannot be issued as they stand" in page
    assert "This person stands on line 2 already" in page
    assert "di@mail.example" not in page, "filtered"


def test_nothing_is_issued_while_there_are_errors_unless_chosen(way, work):
    way.checked(BAD)
    assert Choices.of(way.sheet).scope == "all"
    way.choose()
    assert "Nothing can be issued yet" in text_of(
        way.client.get(address("sheet_confirm", way.sheet))
    )
    refused = way._post("sheet_confirm", {"agreed": sheets.agreement(way.sheet)})
    assert refused.status_code == 422
    assert "Some rows have errors" in text_of(refused)
    assert Run.everywhere.count() == 0
    assert Sheet.everywhere.get().state == "ready"


def test_good_rows_only_issues_exactly_those(way, work):
    issued(way, work, BAD, scope="good")
    assert way.results() == [
        (2, "issued"),
        (3, "refused"),
        (4, "refused"),
        (5, "issued"),
        (6, "refused"),
    ]
    people = set(Award.everywhere.values_list("recipient_email", flat=True))
    assert people == {"ann@mail.example", "di@mail.example"}
    run = Run.everywhere.get()
    assert (run.done, run.failed, run.total) == (2, 3, 5)


@pytest.mark.parametrize(
    ("cells", "reason", "column"),
    [
        ("ann@gmial.com,Ann Lee,,,,", "domain", "email"),
        ("ann@mail.example,ANN LEE,,,,", "letter-case", "name"),
        ("ann@mail.example,Аnn Lee,,,,", "scripts", "name"),
        ("ann@mail.example,Ann\u202e Lee,,,,", "invisible", "name"),
        ("ann@mail.example,Ann,2020-01-01,2021-01-01,,", "expired", "expires_on"),
        ("ann@mail.example,Ann,2099-01-01,,,", "later", "issued_on"),
        ("ann@mail.example,Ann,,,https://a.example/1,", "evidence-name", "evidence_url"),
    ],
)
def test_what_looks_odd_is_a_warning_and_can_be_issued(way, cells, reason, column):
    header = "email,name,issued_on,expires_on,evidence_url,evidence_name"
    way.checked(csv_of(cells, header=header))
    assert way.outcomes() == [(2, "warning", [reason])]
    assert way.rows()[0].findings[0]["column"] == column
    way.choose()
    assert sheets.plan(Sheet.everywhere.get()).issue == 1


def test_too_long_for_an_award_is_an_error_before_anything_is_issued(way):
    way.checked(csv_of(f"ann@mail.example,{'A' * 301}"))
    assert way.outcomes() == [(2, "error", ["field"])]
    assert way.rows()[0].findings[0]["column"] == "name"


def test_an_address_that_stands_for_something_else_is_found_before_signing(way):
    taken = way.version.signable["id"]
    way.checked(csv_of(f"ann@mail.example,{taken},Work", header="email,evidence_url,evidence_name"))
    assert way.outcomes() == [(2, "error", ["evidence"])]
    assert "stands for something else already" in way.rows()[0].findings[0]["detail"]


def test_an_address_awarded_under_another_name_is_shown_without_that_name(way, draft):
    draft(recipient_email="ann@mail.example", recipient_name="Former Name")
    Award.everywhere.update(state="revoked")
    way.checked(csv_of(ANN))
    assert way.outcomes() == [(2, "warning", ["known"])]
    assert "Former" not in text_of(way.client.get(address("sheet", way.sheet)))


# -- people who hold it already ----------------------------------------------------------------


def test_who_holds_it_already_is_left_out_by_default(way, work, offered):
    offered(recipient_email="ann@mail.example", recipient_name="Ann Lee")
    issued(way, work, csv_of(ANN, BO))
    assert way.results() == [(2, "skipped"), (3, "issued")]
    assert Award.everywhere.count() == 2
    page = text_of(way.client.get(address("sheet_report", way.sheet)))
    assert "Holds this achievement already and was left out." in page


def test_it_can_be_issued_again(way, work, offered):
    offered(recipient_email="ann@mail.example", recipient_name="Ann Lee")
    issued(way, work, csv_of(ANN), known="again")
    assert way.results() == [(2, "issued")]
    assert Award.everywhere.filter(recipient_email="ann@mail.example", state="offered").count() == 2


def test_it_can_be_corrected_and_a_former_name_goes(way, work, claimed):
    old = claimed(recipient_email="ann@mail.example", recipient_name="Ann Miller")
    same = claimed(recipient_email="bo@mail.example", recipient_name="Bo Ng")
    issued(way, work, csv_of(ANN, BO), known="correct")
    assert way.results() == [(2, "issued"), (3, "skipped")]
    old.refresh_from_db()
    assert old.state == "superseded"
    new = old.superseded_by
    assert (new.state, new.recipient_name, new.row) == ("claimed", "Ann Lee", 2)
    assert b"Miller" not in bytes(new.signed)
    same.refresh_from_db()
    assert same.state == "claimed", "nothing differs, nothing happens"
    assert "Holds exactly this already." in text_of(
        way.client.get(address("sheet_report", way.sheet))
    )


def test_who_was_revoked_or_ran_out_gets_it_anew(way, work, offered):
    offered(recipient_email="ann@mail.example")
    Award.everywhere.update(state="revoked")
    offered(
        recipient_email="bo@mail.example",
        valid_from=clock.now() - timedelta(days=30),
        valid_until=clock.now() + timedelta(days=1),
    )
    rows = Award.everywhere.filter(recipient_email="bo@mail.example")
    rows.update(valid_until=clock.now() - timedelta(days=1))
    issued(way, work, csv_of(ANN, BO))
    assert way.results() == [(2, "issued"), (3, "issued")]


def test_who_got_it_between_checking_and_the_run_is_left_out(way, work, offered):
    way.checked(csv_of(ANN))
    way.choose()
    way.confirm()
    offered(recipient_email="ann@mail.example")
    work()
    assert way.results() == [(2, "skipped")]
    assert Award.everywhere.count() == 1


# -- choices -----------------------------------------------------------------------------------


def test_scheduled_awards_are_signed_when_their_time_comes(way, work):
    at = (clock.now() + timedelta(days=3)).replace(second=0, microsecond=0)
    issued(way, work, csv_of(ANN), send_at=at.strftime("%Y-%m-%dT%H:%M"))
    award = Award.everywhere.get()
    assert (award.state, award.signed, award.send_at) == ("scheduled", None, at)
    assert way.results() == [(2, "issued")]
    assert OutboxMail.everywhere.count() == 0
    with clock.at(at + timedelta(minutes=1)):
        duties.send_scheduled()
    award.refresh_from_db()
    assert award.state == "offered"


def test_deadline_language_and_name(way, work):
    last = (clock.now() + timedelta(days=10)).date()
    issued(
        way, work, csv_of(f"{ANN},ga", BO + ",", header="email,name,locale"),
        claim_by=last.isoformat(), locale="de", name_in_credential="", suspendable="on",
    )  # fmt: skip
    ann, bo = Award.everywhere.order_by("row")
    assert ann.claim_by.date() == last
    assert (ann.locale, bo.locale) == ("ga", "de")
    assert b"Ann Lee" not in bytes(ann.signed)
    assert ann.suspendable


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ({"send_at": "2020-01-01T10:00"}, "Choose a time ahead"),
        ({"claim_by": "2020-01-01"}, "Choose a day after it is sent."),
        ({"locale": "english"}, "Write it like en or pt-BR."),
        ({"known": "everybody"}, "is not one of the available choices"),
        ({"issued_on": "soon"}, "Enter a valid date."),
    ],
)
def test_choices_that_cannot_be(way, choice, words):
    way.checked(csv_of(ANN))
    refused = way.choose(**choice)
    assert refused.status_code == 422
    assert words in text_of(refused)


def test_an_issue_date_for_rows_that_have_none_may_make_a_row_bad(way):
    way.checked(csv_of("ann@mail.example,2030-01-01", header="email,expires_on"))
    assert way.outcomes()[0][1] == "valid"
    way.choose(issued_on="2031-01-01")
    assert way.outcomes() == [(2, "error", ["expiry"])]


def test_a_row_without_expiry_ends_as_the_achievement_says(way, work):
    content = {"title": {"en": "Soil"}, "validity": {"kind": "months", "months": 25}}
    kept = {f.attname: getattr(way.version, f.attname) for f in way.version._meta.concrete_fields}
    changed = {"id": uuid.uuid4(), "number": 2, "content": content}
    way.version = type(way.version).everywhere.create(**kept | changed)
    way.version.achievement.current = way.version
    way.version.achievement.save()
    data = csv_of(
        "ann@mail.example,2026-01-31,", "bo@mail.example,2026-01-31,2026-12-01",
        header="email,issued_on,expires_on",
    )  # fmt: skip
    issued(way, work, data)
    ends = Award.everywhere.order_by("row").values_list("valid_until", flat=True)
    assert [one.date().isoformat() for one in ends] == ["2028-02-29", "2026-12-01"]


# -- confirming --------------------------------------------------------------------------------


def test_it_is_said_where_the_letters_go(way, work):
    """The mail domains of those who get something: not of errors, not of who is left out."""
    issued(way, work, csv_of(ANN))
    people = [f"p{n}@d{n % 7}.example,P {n}" for n in range(15)]
    way.checked(csv_of(ANN, "Cy@Mail.Example,Cy", "no address,Di", *people))
    way.choose(scope="good")
    page = text_of(way.client.get(address("sheet_confirm", way.sheet)))
    assert "d0.example 3, d1.example 2, d2.example 2, d3.example 2, d4.example 2" in page
    assert "and 3 more domains" in page
    way.choose(scope="good", known="again")
    page = text_of(way.client.get(address("sheet_confirm", way.sheet)))
    assert "d0.example 3, mail.example 2, d1.example 2" in page


def test_confirmed_twice_is_one_run(way, work):
    way.checked(csv_of(ANN))
    way.choose()
    page = way.client.get(address("sheet_confirm", way.sheet))
    agreed = {"agreed": page.context["agreed"]}
    first = way._post("sheet_confirm", agreed)
    second = way._post("sheet_confirm", agreed)
    assert first.url == second.url
    assert Run.everywhere.count() == 1
    work()
    assert Award.everywhere.count() == 1


def test_what_was_not_shown_is_not_confirmed(way, alice):
    way.checked(csv_of(ANN))
    way.choose()
    agreed = way.client.get(address("sheet_confirm", way.sheet)).context["agreed"]
    way.choose(known="again")
    refused = way._post("sheet_confirm", {"agreed": agreed})
    assert refused.status_code == 422
    assert "Something changed since this page was opened" in text_of(refused)
    assert Run.everywhere.count() == 0


def test_the_same_file_again_warns_and_issues_nothing_by_default(way, work):
    issued(way, work, csv_of(ANN, BO))
    way.upload(csv_of(ANN, BO).replace(",", ";"), name="other-name.csv")
    assert "This file was issued before" not in text_of(
        way.client.get(address("sheet_columns", way.sheet))
    ), "other bytes are another file"
    way.checked(csv_of(ANN, BO), name="other-name.csv")
    page = text_of(way.client.get(address("sheet_columns", way.sheet)))
    assert "This file was issued before" in page
    way.choose()
    page = text_of(way.client.get(address("sheet_confirm", way.sheet)))
    assert "No row is left to be issued" in page
    way.choose(known="again")
    refused = way.confirm()
    assert refused.status_code == 422
    assert "This very file was issued before" in text_of(refused)
    assert Award.everywhere.count() == 2
    assert way.confirm(same_again="on").status_code == 302
    work()
    assert Award.everywhere.count() == 4


def test_without_a_key_nothing_starts(way, university):
    way.checked(csv_of(ANN))
    way.choose()
    university.keys.update(state="retired")
    refused = way.confirm()
    assert refused.status_code == 422
    assert "key" in text_of(refused)
    assert Run.everywhere.count() == 0


def test_a_file_can_be_thrown_away(way):
    way.checked(csv_of(ANN))
    answer = way.client.post(address("sheet_drop", way.sheet))
    assert answer.url == reverse("awarding:sheets", args=["northfield"])
    kept = Sheet.everywhere.get()
    assert (bytes(kept.data), kept.state, kept.rows.count()) == (b"", "dropped", 0)
    assert way.client.get(address("sheet", way.sheet)).status_code == 404


def test_a_confirmed_file_can_no_longer_be_changed(way, work):
    issued(way, work, csv_of(ANN))
    report = address("sheet_report", way.sheet)
    for name in ("sheet", "sheet_columns", "sheet_questions", "sheet_choices", "sheet_confirm"):
        assert way.client.get(address(name, way.sheet)).url == report, name
    assert way.client.post(address("sheet_drop", way.sheet)).url == report
    assert Sheet.everywhere.get().state == "confirmed"


def test_two_windows_do_not_mix_their_rows(way, alice, monkeypatch):
    """One checks while the other matches the columns anew: the slower one stores nothing."""
    way.upload(csv_of(ANN, BO))
    slow = sheets.sheet_of(way.sheet.organisation, way.sheet.pk)
    look_up = sheet_actions.sheet_checking.Judge.look_up

    def meanwhile(judge, rows):
        monkeypatch.setattr(sheet_actions.sheet_checking.Judge, "look_up", look_up)
        quick = sheets.sheet_of(way.sheet.organisation, way.sheet.pk)
        sheet_actions.match_columns(quick, actor=alice, mapping={"0": "recipient_email", "1": ""})
        look_up(judge, rows)

    monkeypatch.setattr(sheet_actions.sheet_checking.Judge, "look_up", meanwhile)
    with pytest.raises(sheet_actions.UsageError, match="another window"):
        sheet_actions.match_columns(slow, actor=alice, mapping=slow.mapping)
    kept = Sheet.everywhere.get()
    assert (kept.state, kept.mapping["1"]) == ("ready", "")
    assert [row.name for row in way.rows()] == ["", ""]


# -- the run -----------------------------------------------------------------------------------


def test_rights_that_end_during_a_run_stop_it(way, work, alice):
    way.checked(csv_of(ANN))
    way.choose()
    way.confirm()
    Membership.everywhere.filter(user=alice).update(ended_at=clock.now())
    work()
    assert way.results() == [(2, "refused")]
    assert Award.everywhere.count() == 0
    assert way.rows()[0].findings[-1]["reason"] == "rights"


def test_a_row_that_cannot_be_signed_is_refused_and_the_others_are_issued(way, work, monkeypatch):
    from stackmark.errors import CheckFailed
    from stackmark_web.awarding import issuing

    real = issuing.Press.sign

    def sign(press, award, *, whole=True):
        if award.recipient_name == "Bo Ng":
            raise CheckFailed("schema.odd", "The name is odd.")
        return real(press, award, whole=whole)

    monkeypatch.setattr(issuing.Press, "sign", sign)
    issued(way, work, csv_of(ANN, BO, "cy@mail.example,Cy"))
    assert way.results() == [(2, "issued"), (3, "refused"), (4, "issued")]
    assert way.rows()[1].findings[-1]["detail"] == "The name is odd."
    assert Award.everywhere.filter(signed=None).count() == 0, "nothing half-made stays"


def test_a_chunk_done_twice_makes_nothing_twice(way, work):
    issued(way, work, csv_of(ANN, BO))
    run = Run.everywhere.get()
    before = list(Award.everywhere.order_by("row").values_list("pk", "sha256"))
    outcome = tasks_sheets.award_rows(run, 0, 2, lambda: None)
    assert (outcome.done, outcome.failed) == (2, 0)
    assert list(Award.everywhere.order_by("row").values_list("pk", "sha256")) == before
    assert OutboxMail.everywhere.count() == 2


def test_what_nobody_confirmed_is_thrown_away_in_time(way):
    way.checked(csv_of(ANN))
    with clock.at(clock.now() + timedelta(days=29)):
        tasks_sheets.tidy_sheets()
    assert Sheet.everywhere.get().state == "ready"
    with clock.at(clock.now() + timedelta(days=31)):
        tasks_sheets.tidy_sheets()
    kept = Sheet.everywhere.get()
    assert (kept.state, bytes(kept.data), SheetRow.objects.count()) == ("dropped", b"", 0)


def test_what_a_stopped_run_left_behind_goes_in_time(way, monkeypatch):
    from stackmark_web.jobs.actions import cancel

    way.checked(csv_of(ANN))
    way.choose()
    way.confirm()
    run = Run.everywhere.get()
    tasks_sheets.Intents(run, way.sheet, lambda: None).keep(
        SheetRow.objects.filter(sheet=way.sheet, result="", award=None)
    )
    assert Award.everywhere.get().status_index is not None
    assert cancel(run, actor=None)
    page = text_of(way.client.get(address("sheet_report", way.sheet)))
    assert "1 row is still to come The run ended before them." in page
    with clock.at(clock.now() + timedelta(days=6)):
        tasks_sheets.tidy_sheets()
    assert Award.everywhere.count() == 1, "the run could still be taken up"
    with clock.at(clock.now() + timedelta(days=8)):
        tasks_sheets.tidy_sheets()
    assert Award.everywhere.count() == 0
    assert bytes(Sheet.everywhere.get().data) == b""


# -- files that leave --------------------------------------------------------------------------


def read_csv(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def test_the_report_as_a_file_is_safe_in_a_spreadsheet(way, work):
    issued(way, work, csv_of('ann@mail.example,"=HYPERLINK(""x"")"', "+1,Bo"), scope="good")
    answer = way.client.get(address("sheet_report_csv", way.sheet))
    lines = read_csv(answer)
    assert lines[0] == ["line", "email", "name", "result", "why", "state", "credential"]
    assert lines[1][:4] == ["2", "ann@mail.example", '\'=HYPERLINK("x")', "Issued"]
    assert lines[1][6].endswith(str(Award.everywhere.get().pk))
    assert lines[2][1] == "'+1"
    assert "is not one e-mail address" in lines[2][4]


def test_bad_rows_come_out_as_they_are_and_go_in_again_mended(way, work):
    data = csv_of(
        ANN, "nobody,=Bo", "cy@mail.example,'Cy", "cy@mail.example,Cy", header="email,name"
    )
    way.checked(data)
    lines = read_csv(way.client.get(address("sheet_bad", way.sheet)))
    ours = ["stackmark.line", "stackmark.column", "stackmark.problem", "stackmark.fix"]
    assert lines[0] == [*ours, "email", "name"]
    assert [line[0] for line in lines[1:]] == ["3", "5"]
    assert lines[1][1] == "email"
    assert "is not one e-mail address" in lines[1][2]
    assert lines[1][4:] == ["nobody", "'=Bo"]
    lines[1][4] = "bo@mail.example"
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(lines[:2])
    way.checked(buffer.getvalue())
    assert [way.sheet.mapping[str(place)] for place in range(4)] == [""] * 4
    assert way.outcomes() == [(2, "valid", [])]
    assert way.rows()[0].name == "=Bo", "our own apostrophe is taken off again"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_holds_the_right_headers(way, form):
    answer = way.client.get(reverse("awarding:sheet_template", args=["northfield", form]))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="recipients.{form}"'
    refused = way.upload(answer.content, name=f"recipients.{form}")
    assert refused.status_code == 422
    assert "no rows below it" in text_of(refused)
    if form == "csv":
        filled = (
            answer.content + b"ann@mail.example" + b"," * (answer.content.count(b",")) + b"\r\n"
        )
        way.upload(filled)
        page = way.client.get(address("sheet_columns", way.sheet))
        meanings = [column.meaning for column, _ in page.context["form"].rows()]
        assert "custom" not in meanings
        assert "" not in meanings


def test_on_hold_costs_the_same_words_as_for_one_person(way):
    way.checked(csv_of(ANN))
    page = text_of(way.client.get(address("sheet_choices", way.sheet)))
    assert "checkers elsewhere will call them suspended even when they are revoked." in page


def test_a_row_with_errors_is_refused_on_every_page(way, work):
    way.checked(csv_of(ANN, "not-an-address,Bo Ng"))
    way.choose(scope="good")
    page = text_of(way.client.get(address("sheet_confirm", way.sheet)))
    assert "Refused, with errors 1" in page
    assert "Left out, with errors" not in page
    run_page = way.confirm().url
    work()
    assert "Refused 1 row" in text_of(way.client.get(run_page))
    assert "Refused 1" in text_of(way.client.get(address("sheet_report", way.sheet)))
