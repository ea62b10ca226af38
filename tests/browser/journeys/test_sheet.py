"""Many people at once: a file with mistakes, seen and judged row by row before anything happens."""

from __future__ import annotations

import csv
import io
from datetime import date

import openpyxl
from playwright.sync_api import expect

HOUSE = "/manage/harbour-skills/awards"
COURSE = "Digital Bookkeeping"
PEOPLE = """\
E-mail,Participant,Work,Grade
una@ships.example,Una Falk,,A
vito@ships.example,VITO FALK,,B
wes@@ships.example,Wes Dahl,,B
una@ships.example,Una Falk,,A
xena@ships.example,Xena Moe,ftp://ships.example/1,C
ylva@ships.example,Ylva Holt,https://ships.example/ledger,A
"""
FOUND = (  # line by line, after the first
    "The name is written in capital letters only",
    '"wes@@ships.example" is not one e-mail address like ann@example.org.',
    "This person stands on line 2 already; keep one row.",
    '"ftp://ships.example/1" is not a web address beginning with https:// or http://.',
    "The evidence has an address and no name",
)


def heading(page):
    return page.get_by_role("heading", level=1)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def cells(page, column):
    """What the table of rows says under a header, line by line."""
    return page.locator(f"tbody td[data-label='{column}']").all_inner_texts()


def rows_of(file):
    """The rows of a downloaded CSV."""
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def workbook(*people):
    """An XLSX file of these people; who awards means a day, which is a date there."""
    book = openpyxl.Workbook()
    for row in (["E-mail address", "Full name", "Issue date"], *people):
        book.active.append([*row, date(2026, 3, 4)][:3])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(page, site, name, data):
    """As far as the columns."""
    page.goto(site.url + HOUSE)
    page.get_by_role("main").get_by_role("link", name="Award many from a file").click()
    page.get_by_label("Achievement").select_option(label=f"{COURSE} (Harbour Skills)")
    page.get_by_role("button", name="File").set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    press(page, "Upload")
    expect(heading(page)).to_have_text("What is in the columns?")


def awards(page, site, words):
    """Whose awards the list of the house finds by words."""
    page.goto(f"{site.url}{HOUSE}?q={words}")
    return page.locator("tbody").get_by_role("rowheader").get_by_role("link").all_inner_texts()


def finished(page):
    """The run, watched until it is over, and the report of its rows."""
    expect(page.get_by_text("All rows are done")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="See every row").click()
    expect(heading(page)).to_have_text("What became of each row")


def column(page, header):
    """Where one says what a column is."""
    return page.get_by_role("combobox", name=header, exact=True)


def test_a_file_with_mistakes_becomes_credentials_for_its_good_rows(
    site, visit, enter, post, look, download
):
    page = enter(visit(), "tomas")
    upload(page, site, "people.csv", PEOPLE.encode())
    expect(column(page, "E-mail")).to_have_value("recipient_email")
    expect(column(page, "Participant")).to_have_value("custom")
    column(page, "Participant").select_option(label="Whole name")
    column(page, "Work").select_option(label="Evidence: web address")
    look(page, "columns")
    press(page, "Check the rows")

    expect(heading(page)).to_have_text("Every row, checked")
    expect(page.get_by_text("3 rows cannot be issued as they stand")).to_be_visible()
    look(page, "rows")
    bad, odd = "Cannot be issued", "Look again"
    assert cells(page, "Outcome") == ["Fine", odd, bad, bad, bad, odd]
    found = cells(page, "What was found")
    assert found[0] == "–"
    for place, words in enumerate(FOUND, 1):
        assert words in found[place]
    mend = rows_of(download(page, page.get_by_role("link", name="Rows to mend")))
    assert [row["E-mail"] for row in mend] == [
        "wes@@ships.example",
        "una@ships.example",
        "xena@ships.example",
    ]

    page.get_by_role("link", name="Go on").click()
    press(page, "Go on")
    expect(page.get_by_text("Nothing can be issued yet")).to_be_visible()
    expect(page.get_by_role("button", name="Issue")).to_have_count(0)
    page.get_by_role("link", name="Back to the choices").click()
    page.get_by_role("radio", name="Leave them out and issue the good rows").check()
    look(page, "choices")
    press(page, "Go on")
    expect(heading(page)).to_have_text("Is this right?")
    look(page, "confirm")
    assert awards(enter(visit(), "tomas"), site, "ships.example") == []
    press(page, "Issue 3 credentials")
    finished(page)
    look(page, "report")
    assert cells(page, "Result") == ["Issued", "Issued", *["Refused"] * 3, "Issued"]
    assert "is not one e-mail address" in cells(page, "Why, or where")[2]
    report = rows_of(download(page, page.get_by_role("link", name="Report as CSV")))
    assert [row["state"] for row in report if row["credential"]] == ["Waiting to be claimed"] * 3

    assert sorted(awards(page, site, "ships.example")) == ["Una Falk", "VITO FALK", "Ylva Holt"]
    look(page, "awards")
    for word in ("una", "vito", "ylva"):
        (letter,) = post(f"{word}@ships.example")
        assert letter.subject == f"Harbour Skills has awarded you {COURSE}"
    assert post("xena@ships.example", 0) == []


def test_a_workbook_is_read_and_nobody_gets_it_twice(site, visit, enter, post, look):
    page = enter(visit(width=390), "tomas")
    upload(page, site, "first.xlsx", workbook(["abel@cranes.example", "Abel Roy"]))
    press(page, "Check the rows")
    page.get_by_role("link", name="Go on").click()
    press(page, "Go on")
    press(page, "Issue 1 credential")
    finished(page)

    again = workbook(["abel@cranes.example", "Abel Roy"], ["zoe@cranes.example", "Zoë Ćosić"])
    upload(page, site, "second.xlsx", again)
    look(page, "columns")
    press(page, "Check the rows")
    expect(page.get_by_text("Look at 1 row again")).to_be_visible()
    assert "Holds it already" in cells(page, "What was found")[0]
    look(page, "rows")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_text("1 person in this file holds it already.")).to_be_visible()
    expect(page.get_by_role("radio", name="Leave them out")).to_be_checked()
    press(page, "Go on")
    look(page, "confirm")
    press(page, "Issue 1 credential")
    finished(page)
    look(page, "report")
    assert cells(page, "Result") == ["Left out", "Issued"]
    assert sorted(awards(page, site, "cranes.example")) == ["Abel Roy", "Zoë Ćosić"]
    assert "Zoë Ćosić" in post("zoe@cranes.example")[0].text
    assert len(post("abel@cranes.example")) == 1
