"""Headers of the bulk file: ours, those of other platforms, and mistakes."""

from __future__ import annotations

import pickle

import pytest

from bulk_file import good, refused
from stackmark.issuing.recipients import (
    Evidence,
    Row,
    open_file,
)


def test_all_columns():
    row = good(
        "recipient_email,recipient_name,recipient_id,template_id,issued_on,expires_on,external_id,"
        "narrative,evidence_url,evidence_name,evidence_text,country,region,locale,group_tag,custom.mark\n"
        "ann@example.org,Ann Ba,did:key:z6Mk,soil-1,2026-01-02,2027-01-02,e-7,"
        '"Two\nlines",https://ex.org/1,Essay,Long,NZ,Otago,en_GB,spring,A+\n'
    )
    assert row == Row(
        line=2,
        recipient_email="ann@example.org",
        recipient_name="Ann Ba",
        recipient_id="did:key:z6Mk",
        template_id="soil-1",
        issued_on="2026-01-02T00:00:00Z",
        expires_on="2027-01-02T00:00:00Z",
        external_id="e-7",
        narrative="Two\nlines",
        evidence=(Evidence("https://ex.org/1", "Essay", "Long"),),
        country="NZ",
        region="Otago",
        locale="en-GB",
        group_tag="spring",
        custom={"mark": "A+"},
    )
    assert pickle.loads(pickle.dumps(row)) == row


CREDLY = (
    "Badge Template ID *,Recipient Email *,First Name *,Middle Name,Last Name *,Issued at *,"
    "Expiration Date,Issuer Earner ID,Country,State or Province,Locale,Group Tag,Evidence Name,"
    "Evidence URL,ID Evidence Title,ID Evidence Description\n"
    "t-1,a@b.org,Ann,C.,Ba,12/25/2026,12/26/2027,e-1,NZ,Otago,en,g,Essay,https://e.org,Pass,Seen\n"
)
PARCHMENT = (
    "Badge Class ID,Identifier,First Name,Last Name,Issue Date,Expiration Date,Narrative,"
    "Evidence Narrative,Evidence URL\n"
    "t-1,a@b.org,Ann,Ba,2026-12-25,2027-12-26,Good,Did it,https://e.org\n"
)
ACCREDIBLE = (
    "Recipient Name,Recipient Email,Issue Date,Expiry Date,Credential.Id,Grade\n"
    "Ann Ba,a@b.org,2026-12-25,2027-12-26,e-1,A\n"
)
CERTIFIER = (
    "recipient.name,recipient.email,issueDate,expiryDate,groupId\n"
    "Ann Ba,a@b.org,2026-12-25,2027-12-26,t-1\n"
)
CREDLY_EXPORT = (
    "Badge Template ID,Issued to Email,Issued to First Name,Issued to Middle Name,"
    "Issued to Last Name,Issue Date,Expires At\n"
    "t-1,a@b.org,Ann,C.,Ba,2026-12-25,2027-12-26\n"
)


@pytest.mark.parametrize("text", [CREDLY, CREDLY_EXPORT, PARCHMENT, ACCREDIBLE, CERTIFIER])
def test_files_of_other_platforms(text):
    row = good(text)
    assert row.recipient_email == "a@b.org"
    assert row.recipient_name in {"Ann Ba", "Ann C. Ba"}
    assert row.issued_on == "2026-12-25T00:00:00Z"
    assert row.expires_on.startswith("2027-12-26")


def test_details_of_other_platforms():
    row = good(CREDLY)
    assert (row.template_id, row.external_id, row.region, row.group_tag) == (
        "t-1",
        "e-1",
        "Otago",
        "g",
    )
    assert row.recipient_name == "Ann C. Ba"
    assert row.evidence == (
        Evidence("https://e.org", "Essay", None),
        Evidence(None, "Pass", "Seen"),
    )
    assert good(PARCHMENT).evidence == (Evidence("https://e.org", None, "Did it"),)
    assert good(PARCHMENT).narrative == "Good"
    row = good(ACCREDIBLE)
    assert (row.external_id, row.custom) == ("e-1", {"Grade": "A"})
    assert good(CERTIFIER).template_id == "t-1"


def test_several_pieces_of_evidence():
    row = good(
        "email,evidence_url,evidence_2_url,evidence_2_name\na@b.org,https://a.org,https://b.org,B"
    )
    assert row.evidence == (
        Evidence("https://a.org", None, None),
        Evidence("https://b.org", "B", None),
    )


def test_unknown_columns_are_kept_with_a_warning():
    file = open_file([b"email,Cohort,custom.Mark,\na@b.org,2026,7,\n"])
    assert file.headers == ("email", "Cohort", "custom.Mark", "")
    assert file.warnings == (
        'The column "Cohort" is not one we know; it is kept as custom.Cohort.',
        "Column 4 has no header and is left out.",
    )
    assert [row.custom for row in file] == [{"Cohort": "2026", "Mark": "7"}]


def test_the_user_can_map_and_skip_columns():
    text = "mail,who,note\na@b.org,Ann,secret"
    row = good(text, columns={"mail": "recipient_email", "who": "recipient_name", "note": ""})
    assert (row.recipient_email, row.recipient_name, row.custom) == ("a@b.org", "Ann", {})


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ("name,issued_on", "recipient_email"),
        ("mail,who", "found: mail, who"),
        ("email,E-Mail,name", '"E-Mail" (column 2)'),
        ("email,issued_on,Issue Date", '"Issue Date" (column 3)'),
        ("email,grade,Grade", '"Grade" (column 3)'),
        ("email,evidence,evidence_url", '"evidence_url" (column 3)'),
        ("Identifier,Recipient Email", '"Recipient Email" (column 2)'),
        ("email," + ",".join(f"c{i}" for i in range(500)), "501 columns"),
        (",".join(f"c{i}" for i in range(20_000)), "20,000 columns"),
    ],
)
def test_headers_that_are_refused(header, word):
    error = refused(header + "\na@b.org,x,y\n")
    assert error.reason == "usage.csv-header"
    assert word in error.detail


def test_a_header_with_a_broken_quote():
    assert refused('email,"na"me\na@b.org,Ann').reason == "usage.csv-header"
    assert refused('email,"name\na@b.org,Ann').reason == "usage.csv-quote"
    assert refused('\n\nemail,"na"me\na@b.org,Ann').reason == "usage.csv-header"


@pytest.mark.parametrize("text", ["", "\n\r\n\n", "\ufeff", "email\n", "email,name\n,\n\n"])
def test_files_without_rows(text):
    assert refused(text).reason == "usage.csv-empty"
