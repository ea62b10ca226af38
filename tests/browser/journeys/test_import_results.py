"""Results of another platform: looked at, imported, told as figures, signed; by axe on both widths."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import facts_rows

pytestmark = pytest.mark.journey

HOUSE = "/manage/guild-of-assurance/assessing"


def healthy(page):
    """No violation, and nothing to be moved sideways, wide and narrow."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [one["id"] for one in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1280, "height": 900})


def test_from_a_file_to_signed_facts(visit, site, enter):
    page = visit("/demo")
    enter(page, "greta")
    page.goto(f"{site.url}{HOUSE}/imports/new")
    page.get_by_label("Achievement").select_option(label="Certified Privacy Officer")
    page.locator("#id_file").set_input_files(
        {"name": "exam.csv", "mimeType": "text/csv", "buffer": facts_rows.results(80)}
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("recognised")
    healthy(page)
    page.get_by_role("button", name="Import 80 attempts").click()
    expect(page.get_by_role("main")).to_contain_text("80 attempts were imported")
    healthy(page)
    page.get_by_role("link", name="See the figures").click()
    row = page.get_by_role("row", name="Pass rate, first attempts")
    expect(row).to_contain_text("no cut score given")  # nobody set one: no rate is made up
    expect(page.get_by_role("row", name="Mean score")).to_contain_text("80 candidates")
    page.locator("main details summary").first.click()
    healthy(page)
    page.get_by_role("link", name="Items").click()
    expect(page.get_by_role("img", name="Map of the items")).to_be_visible()
    healthy(page)
    page.get_by_role("link", name="Facts", exact=True).click()
    page.get_by_role("button", name="Sign and publish").click()
    page.get_by_role("link", name="Panel 1").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Assessment facts")
    healthy(page)
