"""A design from first findings to publication: designer, live rows, reviewer, signed decision."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

TITLE = "Sensor networks for rivers"
REASONS = "Outcomes, assessment and workload fit each other."


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def findings(page):
    """The heading of the rows beside the fields."""
    return page.locator("#findings-title")


def start(page, site):
    page.goto(f"{site.url}/manage/northfield-data/achievements/new")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_role("radio", name="Certificate").check()
    press(page, "Start the draft")
    page.get_by_role("textbox", name="Description").fill(
        "Holders plan, place and read a network of sensors along a river."
    )
    press(page, "Save and continue")


def outcomes(page, look):
    page.get_by_label("What a holder can do").first.fill("Understand sensors")
    expect(page.locator("#findings")).to_contain_text("Understand", timeout=10_000)
    look(page, "live-outcome")
    page.get_by_label("What a holder can do").first.fill("Place sensors along a river")
    page.get_by_text("How it is assessed", exact=True).first.click()
    page.get_by_role("checkbox", name="Practical task").first.check()
    press(page, "Save and continue")


def assessment(page):
    page.get_by_role("textbox", name="Criteria", exact=True).fill("Place **five** sensors.")
    page.get_by_role("checkbox", name="Practical task").check()
    page.get_by_role("radio", name="Supervised on site, identity checked").check()
    press(page, "Save and continue")
    page.get_by_role("navigation", name="Steps").get_by_role("link", name="Size").click()


def size(page, look):
    """The rows change while fields are filled, and nothing is saved yet."""
    expect(findings(page)).to_have_text(re.compile(r"^[1-9]\d* findings? in this step$"))
    look(page, "size-open")
    page.get_by_label("Level of the European framework").select_option("Level 5")
    page.get_by_label("Hours of learning, at least").fill("50")
    page.get_by_role("checkbox", name="On site").check()
    failed = page.locator("#findings .finding--bad")
    expect(failed).to_have_count(0, timeout=10_000)
    look(page, "size-filled")
    press(page, "Save and continue")


def quality(page):
    page.get_by_label("Kind of quality assurance").first.select_option("Internal review")
    page.get_by_label("Done by").first.fill("Northfield University")
    page.get_by_label("Done on").first.fill("2026-01-15")
    press(page, "Save and check")


def approve(page, site, look):
    page.goto(f"{site.url}/manage/northfield-data/achievements")
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("main").get_by_role("link", name="Check and publish").first.click()
    page.get_by_label("Reasons").fill(REASONS)
    look(page, "decision")
    press(page, "Approve and publish")
    expect(page.get_by_text("Version 1 is published", exact=True)).to_be_visible()
    look(page, "published")


def test_from_findings_to_a_signed_approval(site, visit, enter, look, download):
    dana = enter(visit(), "dana")
    start(dana, site)
    outcomes(dana, look)
    assessment(dana)
    size(dana, look)
    dana.get_by_role("navigation", name="Steps").get_by_role("link", name="Publish").click()
    expect(dana.get_by_text("in the way")).to_be_visible()
    look(dana, "blocked")
    dana.locator("[aria-labelledby=blocks-title]").get_by_role("link").first.click()
    quality(dana)
    expect(dana.get_by_text("Nothing is missing")).to_be_visible()
    dana.get_by_role("link", name="All findings, the class and the coverage").click()
    look(dana, "findings")
    expect(dana.get_by_text("An assessed micro-credential")).to_be_visible()
    dana.get_by_role("navigation", name="Steps").get_by_role("link", name="Publish").click()
    press(dana, "Hand in for review")

    rhea = enter(visit(), "rhea")
    approve(rhea, site, look)
    shown = rhea.get_by_role("link", name=re.compile("^Signed decision")).first
    file = download(rhea, shown)
    assert "EndorsementCredential" in file.read_text("utf-8")
    assert REASONS in file.read_text("utf-8")
    said = verify(rhea, site, file)
    assert said.returncode == 0, said.stdout + said.stderr

    phone = enter(visit(width=390), "rhea")
    phone.goto(rhea.url)
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    look(phone, "detail-phone")
    phone.goto(f"{site.url}/manage/northfield-data/quality")
    look(phone, "refused-phone")


def test_findings_without_javascript(site, visit, enter):
    """After saving, the rows are there all the same; on a phone nothing is wider than the page."""
    dana = enter(visit(), "dana")
    dana.goto(f"{site.url}/manage/northfield-data/achievements")
    dana.get_by_role("link", name="Visualising Uncertainty").first.click()
    dana.get_by_role("link", name="Continue writing").click()
    address = dana.url.replace("/edit/basics", "/edit/size")
    plain = enter(visit(width=390, script=False), "dana")
    plain.goto(address)
    expect(findings(plain)).to_have_text(re.compile(r"^[1-9]\d* findings? in this step$"))
    before = findings(plain).inner_text()
    plain.get_by_label("Level of the European framework").select_option("Level 6")
    press(plain, "Save")
    assert findings(plain).inner_text() != before
    for path in (address, address.replace("/edit/size", "/findings")):
        plain.goto(path)
        assert plain.evaluate("document.documentElement.scrollWidth <= innerWidth")


def verify(page, site, file):
    """The decision by the command line, as anybody would, with the issuer's document of now."""
    issuer = json.loads(file.read_text("utf-8"))["issuer"]["id"]
    path = issuer.split(":", 3)[3].replace(":", "/") + "/did.json"
    known = file.with_suffix(".map")
    document = page.request.get(f"{site.url}/{path}").json()
    known.write_text(json.dumps({issuer: document}), "utf-8")
    command = [sys.executable, "-m", "stackmark", "verify", "--documents", known, file]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
