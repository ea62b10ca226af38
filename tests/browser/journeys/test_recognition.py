"""From a learner's request to a signed decision, an appeal, and the decision in its place."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

SENT = "Data Literacy Basics"
TARGET = "Digital Bookkeeping"
DESK = "/manage/harbour-skills/recognition"
WHY = "Tax returns are no part of it."


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def asks(page, site, look):
    """The learner chooses whom, for what, and which credential."""
    page.goto(f"{site.url}/passport")
    page.get_by_role("navigation", name="Passport").get_by_role("link", name="Recognition").click()
    page.get_by_role("link", name="New request").click()
    page.get_by_role("link", name="Ask Harbour Skills").click()
    page.get_by_label("What it is to count for").select_option(label=TARGET)
    page.get_by_role("checkbox", name=SENT).check()
    fits(page)
    look(page, "ask")
    press(page, "Send to be recognised")
    expect(page.get_by_text("They decide by")).to_be_visible()
    return page.url


def decides(page, site, look):
    """The evaluator takes it, goes through the rows, and signs."""
    page.goto(site.url + DESK)
    page.get_by_role("region", name="Waiting for a decision").get_by_role("link").first.click()
    press(page, "I take it")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("radio", name="Recognised in full")).not_to_be_checked()
    press(page, "Keep and see what will be signed")
    expect(page.get_by_role("alert")).to_contain_text("Choose a verdict")
    page.get_by_role("radio", name="Recognised in part").check()
    row = page.get_by_role("group", name="Learning outcomes", exact=True)
    row.get_by_label("Finding").select_option(label="A substantial difference")
    row.get_by_label("Why").fill(WHY)
    page.get_by_label("Reasons").fill(WHY)
    page.get_by_role("checkbox", name="Record and reconcile").check()
    page.get_by_label("Credit that is recognised").fill("0.5")
    look(page, "draft")
    press(page, "Keep and see what will be signed")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign this decision?")
    look(page, "confirm")
    press(page, "Decide and sign")
    expect(page.get_by_role("status").first).to_contain_text("Decided and signed")


def by_command(page, site, file):
    """``stackmark verify`` on another machine: the file, the keys and the list, nothing else."""
    tree = json.loads(file.read_text("utf-8"))
    did, listed = tree["issuer"]["id"], tree["credentialStatus"]["statusListCredential"]
    keys = did.split(":", 3)[3].replace(":", "/") + "/did.json"
    documents = {
        did: page.request.get(f"{site.url}/{keys}").json(),
        listed: page.request.get(site.url + urlsplit(listed).path).json(),
    }
    known = file.with_suffix(".map")
    known.write_text(json.dumps(documents), "utf-8")
    command = [sys.executable, "-m", "stackmark", "verify", "--documents", known, file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_a_request_its_decision_and_an_appeal(site, visit, enter, look, download):
    lena, tomas = enter(visit(width=390), "lena"), enter(visit(), "tomas")
    request = asks(lena, site, look)
    decides(tomas, site, look)
    lena.goto(request)
    lena.get_by_role("link", name="Read the decision").click()
    expect(lena.get_by_role("heading", name="Recognised in part")).to_be_visible()
    expect(lena.get_by_text(WHY).first).to_be_visible()
    fits(lena)
    look(lena, "decision")
    decision = lena.url
    lena.get_by_role("link", name="The signed decision in your passport").click()
    expect(lena.get_by_text("Imported and verified").first).to_be_visible()
    file = download(lena, lena.get_by_role("link", name="Signed file (JSON)"))
    code, told = by_command(lena, site, file)
    assert code == 0, told

    lena.goto(decision)
    lena.get_by_role("link", name="Appeal", exact=True).click()
    lena.get_by_label("Why the decision is wrong").fill("My project was a return for a club.")
    press(lena, "Send the appeal")
    expect(lena.get_by_text("answer by")).to_be_visible()
    tomas.goto(site.url + DESK)
    tomas.get_by_role("region", name="Appeals").get_by_role("link").first.click()
    expect(tomas.get_by_text("You made this decision; somebody else answers.")).to_be_visible()
    look(tomas, "appeal")
