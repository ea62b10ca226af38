"""A learner plans her way to a role: three plans, an impossible budget, the change that opens one."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from widths import fits

pytestmark = pytest.mark.journey

ROLE = "Health data analyst · Meridian Health"


def plans(page):
    return page.locator("article.plan")


def set_limit(page, label, value):
    """A limit as a person sets it: written, then left; the plans move without a button."""
    field = page.get_by_label(label, exact=False).first
    with page.expect_response(re.compile(r"/plan\?")):
        field.fill(value)
        field.blur()


def ask(page, site):
    page.goto(f"{site.url}/plan")
    page.get_by_label("Where you want to get").select_option(label=ROLE)
    page.get_by_role("button", name="Show the plans").click()
    expect(plans(page).first).to_be_visible()
    return page


def test_an_impossible_budget_and_the_way_out(visit, enter, site, look):
    page = ask(enter(visit(), "lena"), site)
    set_limit(page, "Hours a week", "10")
    for name in ("Cheapest", "Fastest", "Fewest credentials"):
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    expect(page.get_by_text("Pass chance not known").first).to_be_visible()
    expect(page.get_by_text(re.compile("passed at the first attempt, of 48")).first).to_be_visible()
    expect(page.get_by_role("link", name="Certificate in Health Data").first).to_be_visible()
    look(page, "three plans")
    set_limit(page, "Money", "300")
    expect(page.get_by_text("There is no plan within these limits")).to_be_visible()
    expect(page.get_by_text("There is a plan with 210 EUR more money")).to_be_visible()
    look(page, "impossible")
    set_limit(page, "Money", "509")  # nothing smaller would do
    expect(page.get_by_text("There is no plan within these limits")).to_be_visible()
    expect(page.get_by_text("There is a plan with 1 EUR more money")).to_be_visible()
    page.get_by_role("link", name="Set money to 510 EUR").click()
    expect(page.get_by_label("Money", exact=False).first).to_have_value("510")
    expect(plans(page)).to_have_count(1)
    page.get_by_role("button", name=re.compile("Follow this plan")).click()
    expect(page.get_by_role("heading", name="Steps: 0 of 4 done")).to_be_visible()
    look(page, "followed")
    fits(page)


@pytest.mark.parametrize("width", [390, 320])
def test_on_a_phone_without_scripts(visit, enter, site, width):
    page = ask(enter(visit(script=False, width=width), "lena"), site)
    fits(page)
    page.get_by_label("Money", exact=False).first.fill("1")
    page.get_by_role("button", name="Show the plans").click()
    expect(page.get_by_text("There is no plan within these limits")).to_be_visible()
    fits(page)
