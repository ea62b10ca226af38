"""From a request to a signed statement on a learner's credential, and to its withdrawal."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

TITLE = "Laboratory Safety Certificate"
COMMENT = "Assessed in a real laboratory, by two people."
WHY = "The laboratory closed."
BOARD = "European Quality Board"


def heading(page):
    return page.get_by_role("heading", level=1)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def asks(page, site, look):
    """The designer asks the agency about one achievement."""
    page.goto(f"{site.url}/manage/northfield/accreditation")
    page.get_by_role("link", name="New request").click()
    page.get_by_role("radio", name="Accreditation").check()
    page.get_by_label("Whom you ask").select_option(label=BOARD)
    page.get_by_label("About").select_option(label=TITLE)
    page.get_by_label("What they should know").fill("New rules since March.")
    page.get_by_label("Evidence").fill("https://northfield.example/rules")
    look(page, "ask")
    press(page, "Send")
    expect(page.get_by_text("Being looked at")).to_be_visible()
    look(page, "asked")
    return page.url


def reviews(page, site, look):
    """The agency goes through the rows, asks, decides, and confirms."""
    page.goto(f"{site.url}/manage/european-quality-board/accreditation")
    page.get_by_role("link", name=TITLE).first.click()
    press(page, "Show what it asks for")
    rows = page.locator("select[name^=row-]")
    expect(rows.first).to_be_visible()
    for number in range(rows.count()):
        rows.nth(number).select_option("accept")
    page.get_by_label("Reasons").fill("Rules and assessment fit.")
    look(page, "rows")
    press(page, "Keep and decide")
    page.get_by_role("radio", name="Grant").check()
    expect(page.get_by_label("Reasons")).to_have_value("Rules and assessment fit.")
    page.get_by_label("Public statement").fill(COMMENT)
    look(page, "decide")
    press(page, "Go on")
    expect(heading(page)).to_have_text("Grant and sign?")
    look(page, "confirm")
    press(page, "Confirm and sign")
    expect(page.get_by_role("status").first).to_contain_text("Decided")


def awarded(page, site, address):
    """An award of it, by the people who award; the letter goes out."""
    page.goto(f"{site.url}/manage/northfield/awards/new")
    page.get_by_role("link", name=TITLE, exact=True).click()
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("textbox", name="Name").first.fill("Bea Quill")
    press(page, "See what will be issued")
    press(page, "Issue and send")
    expect(page.get_by_role("status").first).to_contain_text("Issued")


def verified(page, site, file, look, word):
    """The page that checks, with the file."""
    page.goto(f"{site.url}/verify")
    page.get_by_label("Drop files here, or choose them").set_input_files(file)
    press(page, "Verify")
    expect(page.get_by_role("region", name="Answer", exact=True)).to_be_visible()
    look(page, word)
    return page


def payload(token):
    part = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def by_command(page, site, file):
    """``stackmark verify`` with the documents of now, and a register that accepts the agency."""
    tree = json.loads(file.read_text("utf-8"))
    achievement = tree["credentialSubject"]["achievement"]
    tokens = tree["issuer"].get("endorsementJwt", []) + achievement.get("endorsementJwt", [])
    documents, agencies = {}, set()
    for one in (tree, *map(payload, tokens)):
        did, listed = one["issuer"]["id"], one["credentialStatus"]["statusListCredential"]
        keys = did.split(":", 3)[3].replace(":", "/") + "/did.json"
        documents[did] = page.request.get(f"{site.url}/{keys}").json()
        documents[listed] = page.request.get(site.url + urlsplit(listed).path).json()
        agencies |= {did} - {tree["issuer"]["id"]}
    known, register = file.with_suffix(".map"), file.with_suffix(".trust")
    known.write_text(json.dumps(documents), "utf-8")
    entries = [{"id": one, "name": BOARD, "as": ["agency"]} for one in agencies]
    register.write_text(json.dumps({"issuers": entries}), "utf-8")
    command = [sys.executable, "-m", "stackmark", "verify", "--all", "--documents", known]
    command += ["--trust", register, file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, " ".join(done.stdout.split())


def test_a_statement_from_request_to_withdrawal(site, visit, enter, post, look, download):
    address = "bea@rivers.example"
    dana, petra = enter(visit(), "dana"), enter(visit(), "petra")
    asked = asks(dana, site, look)
    reviews(petra, site, look)
    dana.goto(asked)
    expect(dana.get_by_text("Granted and signed")).to_be_visible()
    look(dana, "granted")

    awarded(enter(visit(), "ivo"), site, address)
    bea = visit(post(address)[0].link("/claim/"), width=390)
    file = download(bea, bea.get_by_role("button", name="Signed file (JSON)"))

    page = verified(visit(width=390), site, file, look, "carried")
    fits(page)
    block = page.locator(".looked__one").filter(has_text="about this achievement")
    expect(block).to_contain_text("Accreditation")
    expect(block).to_contain_text("Signature and status checked now")
    expect(block).to_contain_text(COMMENT)
    expect(block).not_to_contain_text("stated later")
    expect(page.locator(".standings")).to_contain_text("states that it is accredited")
    code, told = by_command(page, site, file)
    assert code == 0, told
    assert f"quality {BOARD} states that it is accredited" in told

    petra.goto(f"{site.url}/manage/european-quality-board/accreditation")
    stated = petra.get_by_role("region", name="What you stated")
    stated.get_by_role("link", name=TITLE).click()
    petra.get_by_label("Why it is withdrawn").fill(WHY)
    press(petra, "Withdraw for good")
    expect(petra.get_by_text(WHY).first).to_be_visible()
    look(petra, "withdrawn")

    page = verified(visit(dark=True), site, file, look, "withdrawn-seen")
    expect(page.get_by_role("region", name="Answer", exact=True)).to_contain_text("Verified")
    block = page.locator(".looked__one--over").filter(has_text="about this achievement")
    expect(block).to_contain_text("Withdrawn")
    expect(block).to_contain_text(WHY)
    code, told = by_command(page, site, file)
    assert code == 0, told
    assert f"The endorsement by {BOARD} does not hold" in told
