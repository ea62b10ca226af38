"""A standard by Angoff: three judges, two rounds, a locked cut, and the public page that tells it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

JUDGES = ("rhea", "olga", "ivo")
TITLE = "Cut of the report"
FIRST = {"rhea": (60, 70, 80), "olga": (50, 70, 60), "ivo": (70, 40, 90)}
SECOND = {"rhea": (60, 65, 75), "olga": (60, 65, 70), "ivo": (60, 50, 80)}
CUT = "65"  # the mean of the three judges' means: 66.67, 65, 63.33


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def prepare(page, site, look):
    page.goto(f"{site.url}/manage/northfield-data/assessing/design")
    row = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Data Literacy"))
    row.get_by_role("link", name=re.compile("^Set a standard")).click()
    page.get_by_label("Name", exact=False).first.fill(TITLE)
    page.get_by_role("textbox", name="Who is just good enough").fill("Reads a table with help.")
    page.get_by_role("radio", name="Typed or pasted below").check()
    page.get_by_role("textbox", name="Items").fill("Q1: A table\nQ2: A sample\nQ3: A finding")
    press(page, "Prepare the workshop")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    for word in JUDGES:
        page.get_by_label("Or the e-mail address of an account").fill(f"{word}@people.example")
        press(page, "Add a judge")
    expect(page.locator(".judges li")).to_have_count(len(JUDGES))
    look(page, "prepared")
    return page.url


def rate(page, room, values, look=None):
    page.goto(room)
    fields = page.locator("input[type=number]")
    fields.first.focus()
    for value in values:  # by keyboard alone
        page.keyboard.press("Control+a")
        page.keyboard.type(str(value))
        page.keyboard.press("Tab")
    if look:
        look(page, "rating")
    press(page, "Hand in")
    expect(page.get_by_text("Handed in. Thank you.")).to_be_visible()


def test_three_judges_set_a_cut(site, visit, enter, look):
    dana = enter(visit(), "dana")
    leader = prepare(dana, site, look)
    judging = f"{site.url}/judging/{leader.rsplit('/', 1)[1]}"
    judges = {word: enter(visit(width=390), word) for word in JUDGES}
    press(dana, "Open round 1")
    for number, word in enumerate(JUDGES, 1):
        rate(judges[word], judging, FIRST[word], look if number == 1 else None)
        said = dana.locator("#spread")  # renews itself
        expect(said).to_contain_text(re.compile(rf"{number} of 3 ha(s|ve)"), timeout=15_000)
    press(dana, "Close round 1")
    look(dana, "between-rounds")

    rhea = judges["rhea"]
    rhea.goto(judging)
    expect(
        rhea.get_by_role("heading", name="Round 1: yours against the range of all")
    ).to_be_visible()
    assert rhea.evaluate("document.documentElement.scrollWidth <= innerWidth")
    look(rhea, "feedback")
    press(dana, "Open round 2")
    expect(rhea.get_by_text("Round 2 is open.")).to_be_visible(timeout=15_000)
    for word in JUDGES:
        rate(judges[word], judging, SECOND[word])
    dana.goto(leader)
    press(dana, "Close round 2")
    dana.get_by_role("link", name="Look at the cut").click()
    expect(dana.locator(".cut-big")).to_contain_text(CUT)
    expect(dana.get_by_text("at least 8 are advised")).to_be_visible()
    look(dana, "cut")
    press(dana, "Confirm and lock the cut")
    expect(dana.get_by_role("heading", name="The cut is in force")).to_be_visible()
    look(dana, "locked")

    anybody = visit("/catalogue?q=data+literacy")
    anybody.get_by_role("link", name="Data Literacy Basics").first.click()
    expect(anybody.get_by_text(re.compile(rf"reaches {CUT} %"))).to_be_visible()
    expect(
        anybody.get_by_text(re.compile("by Modified Angoff: 3 judges, 2 rounds"))
    ).to_be_visible()
    assert "Castellano" not in anybody.locator("main").inner_text()
    look(anybody, "public")

    judges["ivo"].goto(judging)
    expect(judges["ivo"].get_by_text("The cut is confirmed. Thank you.")).to_be_visible()
    expect(judges["ivo"].locator("input[type=number]")).to_have_count(0)
