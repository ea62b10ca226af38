"""What looks odd about a good row, and what a file says about itself."""

from __future__ import annotations

import pytest

from bulk_file import bad, good, read
from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.columns import read_layout, suggest_columns
from stackmark.issuing.dates import read_when, readings
from stackmark.issuing.doubts import Doubter, likely_domain, one_sign_apart
from stackmark.issuing.recipients import BadRow, open_file
from stackmark.issuing.survey import survey

NOW = "2026-06-01T00:00:00Z"


def doubts(text, domains=None):
    file = open_file([text.encode()])
    doubter = Doubter(file.layout, now=NOW, domains=domains or {})
    return [[(one.column, one.reason) for one in doubter.doubts(row)] for row in file]


# -- misspelt domains --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "domain",
    ["gmial.com", "gmal.com", "gmaill.com", "gnail.com", "gmail.con", "hotmial.com", "yaho.com",
     "outlok.com", "iclould.com", "gmail.co"],
)  # fmt: skip
def test_misspelt_mail_domains(domain):
    assert doubts(f"email\na@{domain}\n") == [[("email", "domain")]]


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "email.com", "ymail.com", "cloud.com", "mail.com", "uni.example", "gmx.de"],
)
def test_real_mail_domains(domain):
    assert doubts(f"email\na@{domain}\n") == [[]]


def test_what_is_meant_is_said():
    assert likely_domain("gmial.com") == "gmail.com"
    assert likely_domain("northfield.con") == "northfield.com"
    assert likely_domain("northfield.example") == ""


def test_a_domain_that_misspells_the_files_usual_one():
    counts = {"northfield.example": 500, "northfeild.example": 8, "southfield.example": 300}
    rows = "email\na@northfeild.example\nb@southfield.example\nc@northfield.example\n"
    assert doubts(rows, counts) == [[("email", "domain")], [], []]
    few = counts | {"northfeild.example": 40}
    assert doubts("email\na@northfeild.example\n", few) == [[]], "so many are no misspelling"


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("abc", "abc", False),
        ("abc", "abcd", True),
        ("abcd", "abd", True),
        ("abc", "axc", True),
        ("abcd", "acbd", True),
        ("abcd", "badc", False),
        ("abc", "abcde", False),
        ("", "a", True),
        ("ab", "ba", True),
    ],
)
def test_one_sign_apart(one, other, apart):
    assert one_sign_apart(one, other) is apart
    assert one_sign_apart(other, one) is apart


# -- names, dates, evidence --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reasons"),
    [
        ("ANN LEE", ["letter-case"]),
        ("ann lee", ["letter-case"]),
        ("Ann Lee", []),
        ("Bo", []),
        ("JR", []),
        ("李小龙", []),
        ("عمر خيام", []),
        ("Аnn Lee", ["scripts"]),
        ("Ann Иванова", []),
        ("Nикос", ["scripts"]),
        ("Ann\u200bLee", ["invisible"]),
        ("Ann\u202eLee", ["invisible"]),
        ("می\u200cخواهم", []),
        ("Αnn ΛΕΕ", ["scripts"]),
    ],
)
def test_names(name, reasons):
    assert doubts(f"email,name\na@b.example,{name}\n") == [[("name", one) for one in reasons]]


def test_a_name_in_two_columns_is_shown_at_the_first():
    rows = doubts("email,First Name,Last Name\na@b.example,ANN,LEE\n")
    assert rows == [[("First Name", "letter-case")]]


def test_dates():
    header = "email,issued_on,expires_on\n"
    assert doubts(header + "a@b.example,2025-01-01,2026-05-31\n") == [[("expires_on", "expired")]]
    assert doubts(header + "a@b.example,2027-01-01,\n") == [[("issued_on", "later")]]
    assert doubts(header + "a@b.example,2026-06-01,2026-06-02\n") == [[]]


def test_evidence_without_a_name():
    header = "email,evidence_url,evidence_name\n"
    assert doubts(header + "a@b.example,https://x.example,\n") == [
        [("evidence_url", "evidence-name")]
    ]
    assert doubts(header + "a@b.example,https://x.example,Essay\n") == [[]]


# -- the file as a whole -----------------------------------------------------------------------


def surveyed(text):
    return survey(open_file([text.encode()]))


def test_unclear_dates_are_counted_with_the_first_and_its_readings():
    found = surveyed("email,issued_on\na@b.c,2026-01-02\nb@b.c,03/04/2026\nc@b.c,04/05/2026\n")
    assert (found.rows, found.unclear, found.example) == (3, 2, "03/04/2026")
    assert found.example_days == {"dmy": "2026-04-03", "mdy": "2026-03-04"}
    assert found.hint == ""


def test_clear_dates_are_a_hint_if_they_agree():
    head = "email,expires_on\na@b.c,03/04/2026\n"
    assert surveyed(head + "b@b.c,25/04/2026\n").hint == "dmy"
    assert surveyed(head + "b@b.c,04/25/2026\n").hint == "mdy"
    assert surveyed(head + "b@b.c,25/04/2026\nc@b.c,04/25/2026\n").hint == ""
    assert surveyed("email,expires_on\na@b.c,05/05/2026\n").unclear == 0, "one day either way"


def test_templates_and_domains_are_counted():
    found = surveyed("email,group_id\na@X.org,t1\nb@x.org,t2\nc@y.org,t1\nbroken\n")
    assert found.templates == {"t1": 2, "t2": 1}
    assert found.domains == {"x.org": 2, "y.org": 1}


def test_a_column_of_countless_templates_is_not_kept_whole():
    rows = "".join(f"p{n}@b.org,t{n}\n" for n in range(200))
    assert len(surveyed("email,template_id\n" + rows).templates) == 50


# -- dates in a given order --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("03/04/2026", "dmy", "2026-04-03"),
        ("03/04/2026", "mdy", "2026-03-04"),
        ("3.4.2026 10:30", "dmy", "2026-04-03T10:30"),
        ("2026-04-03", "mdy", "2026-04-03"),
        ("4 March 2026", "dmy", "2026-03-04"),
    ],
)
def test_a_date_is_read_in_the_order_given(text, order, day):
    assert read_when(text, order).startswith(day)


@pytest.mark.parametrize(("text", "order"), [("25/04/2026", "mdy"), ("04/25/2026", "dmy")])
def test_a_date_that_contradicts_the_order_is_refused(text, order):
    with pytest.raises(CheckFailed, match="first is no day of the calendar"):
        read_when(text, order)
    assert read_when(text).startswith("2026-04-25")


def test_readings():
    assert readings("03/04/2026") == {"dmy": "2026-04-03", "mdy": "2026-03-04"}
    assert readings("25/04/2026") == {"dmy": "2026-04-25"}
    assert readings("2026-04-25") == {}
    assert readings("99/99/2026") == {}


def test_a_file_is_read_in_the_order_given():
    row = good("email,issued_on\na@b.org,03/04/2026\n", date_order="mdy")
    assert row.issued_on == "2026-03-04T00:00:00Z"
    assert bad("email,issued_on\na@b.org,03/04/2026\n").reason == "date"


# -- columns matched by hand -------------------------------------------------------------------


def test_columns_by_place():
    text = "who,mail,mail,x\nAnn,a@b.org,c@d.org,1\n"
    row = good(text, places={0: "recipient_name", 1: "recipient_email", 2: "", 3: "custom"})
    assert (row.recipient_name, row.recipient_email, row.custom) == ("Ann", "a@b.org", {"x": "1"})


def test_a_column_without_a_header_can_be_matched():
    assert good(",x\na@b.org,1\n", places={0: "recipient_email"}).recipient_email == "a@b.org"
    layout = read_layout(["email", ""], places={1: "custom"})
    assert layout.custom == (("unnamed", 1),)
    assert layout.warnings == ()


def test_places_go_before_names():
    layout = read_layout(
        ["email", "name"], columns={"name": "narrative"}, places={1: "external_id"}
    )
    assert (layout.at.external_id, layout.at.narrative) == (1, 2)


def test_two_columns_chosen_for_the_same_thing_are_named():
    with pytest.raises(UsageError, match=r'"a" \(column 1\) and "b" \(column 2\)'):
        read_layout(["a", "b"], places={0: "recipient_email", 1: "recipient_email"})


def test_suggestions_are_canonical_headers():
    assert suggest_columns(
        ["E-Mail", "First Name *", "Text Evidence Name", "Evidence_2_URL", "Shoe size", "",
         "Stackmark.problem"]
    ) == ["recipient_email", "first_name", "text_evidence_name", "evidence_2_url",
          "custom.Shoe size", "", ""]  # fmt: skip
    suggested = suggest_columns(["email", "Text Evidence Name", "Evidence Title"])
    again = read_layout(["a", "b", "c"], places=dict(enumerate(suggested)))
    assert len(again.evidence) == 2


# -- error reports that come back, failed formulas ---------------------------------------------


def test_an_error_report_of_ours_is_read_without_its_own_columns_and_guards():
    text = "stackmark.line,stackmark.problem,email,name\n2,'=x,a@b.org,'=Ann\n"
    row = good(text)
    assert (row.recipient_name, row.custom) == ("=Ann", {})
    assert open_file([text.encode()]).warnings == ()
    assert good("email,name\na@b.org,'=Ann\n").recipient_name == "'=Ann"


@pytest.mark.parametrize("text", ["#N/A", "#REF!", " #NAME? ", "#DIV/0!", "#VALUE!"])
def test_a_failed_formula_is_an_error_where_it_is_used(text):
    row = bad(f"email,name,x\na@b.org,{text},1\n")
    assert (row.column, row.reason) == ("name", "formula")
    assert isinstance(read(f"email,x\na@b.org,{text}\n", columns={"x": ""})[0], BadRow) is False


def test_a_name_may_hold_a_number_sign():
    assert good("email,name\na@b.org,Ann #1\n").recipient_name == "Ann #1"


def test_rows_come_with_their_cells_and_who_they_are():
    text = "email,first name,last name\na@b.org, Ann ,Lee\nnobody,Bo\n"
    file = open_file([text.encode()])
    rows = list(file.with_cells())
    assert [file.layout.who(cells) for cells, _ in rows] == [
        ("a@b.org", "Ann Lee"),
        ("nobody", "Bo"),
    ]
    assert isinstance(rows[1][1], BadRow)
