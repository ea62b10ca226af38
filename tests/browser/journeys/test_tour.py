"""The start page takes a stranger through the whole life of one credential in five clicks."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

TITLE = "Green Logistics Planner"


def heading(page):
    return page.get_by_role("heading", level=1)


def strip(page):
    """The band that says which step of the tour this page is."""
    return page.get_by_role("navigation", name="Tour")


def step(page, number, word):
    """The page is this step, of the one credential, and fits the screen."""
    expect(strip(page)).to_contain_text(f"{number} of 5")
    expect(strip(page)).to_contain_text(word)
    expect(page.get_by_role("main")).to_contain_text(TITLE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def faults(page):
    """What axe finds in the band, in light and in dark. (It needs a page with script.)"""
    found = []
    page.evaluate(Axe().axe_script)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # colours fade otherwise
        found += page.evaluate("() => axe.run('.tour-band').then(done => done.violations)")
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


def forward(page, word):
    strip(page).get_by_role("button", name=f"Next: {word}").click()


def walk(page, look):
    """The five clicks."""
    page.get_by_role("main").get_by_role("link", name="Design", exact=True).click()
    step(page, 1, "Design")
    expect(heading(page)).to_have_text(TITLE)
    look(page, "tour-design")
    forward(page, "Award")
    step(page, 2, "Award")
    expect(page.get_by_text("Issued and offered")).to_be_visible()
    look(page, "tour-award")
    forward(page, "Claim")
    step(page, 3, "Claim")
    look(page, "tour-claim")
    said = heading(page).inner_text()
    forward(page, "Share")
    step(page, 4, "Share")
    expect(page.get_by_role("region", name="Answer", exact=True)).to_contain_text("Verified")
    expect(page.get_by_role("link", name="Sign in").first).to_be_attached()  # as a stranger
    look(page, "tour-share")
    forward(page, "Verify")
    step(page, 5, "Verify")
    expect(heading(page)).to_have_text("Unaltered, in force, from a trusted issuer")
    look(page, "tour-verify")
    strip(page).get_by_role("link", name="Back to the start").click()
    expect(heading(page)).to_have_text("Micro-credentials that prove themselves")
    return said


def test_a_stranger_follows_one_credential_in_five_clicks(site, visit, look, enter):
    said = walk(visit(width=390), look)
    assert said == "Harbour Skills has awarded you this", "it waits to be claimed"
    lena = enter(visit(), "lena")
    expect(lena.get_by_role("article").filter(has_text=TITLE)).to_be_visible()
    again = walk(visit(width=1280, script=False), look)
    assert again == "This has been claimed"


@pytest.mark.parametrize("number", [4, 5])
def test_every_step_can_be_taken_from_the_start_page(site, visit, number):
    page = visit(width=390)
    word = {4: "Share", 5: "Verify"}[number]
    page.get_by_role("main").get_by_role("button", name=word, exact=True).click()
    step(page, number, word)
    assert faults(page) == []
