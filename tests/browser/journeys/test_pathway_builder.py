"""A nano-degree across two issuers: built by forms and by hand, tried, published, checked at home."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from widths import fits

pytestmark = pytest.mark.journey

TITLE = "Ports and Data"
OURS, THEIRS = "Data Literacy Basics", "Green Logistics Planner"


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def edit(page, name):
    page.get_by_role("link", name=re.compile(f"^Edit ?: {name}")).click()


def begin(page, site, title):
    page.goto(f"{site.url}/manage/northfield/pathways")
    page.get_by_role("link", name="New pathway").click()
    page.get_by_label("Name").fill(title)
    page.get_by_role("radio", name=re.compile("Course series")).check()
    page.get_by_label("What is awarded").select_option(label="Applied Data Nano-degree")
    press(page, "Start building")
    return page.url.partition("/draft")[0]


def choose(page, words, title):
    """Find something on this server and tick it."""
    page.get_by_label("Find on this server").fill(words)
    press(page, "Find")
    page.get_by_role("checkbox", name=re.compile(title)).check()


def courses(page):
    """The first rule names a course of ours; a second one a course of another issuer."""
    edit(page, "Courses")
    page.get_by_label("At least", exact=False).first.fill("1")
    choose(page, "literacy", OURS)
    press(page, "Save")
    page.get_by_role("link", name="Add a rule").last.click()
    page.get_by_label("Name").fill("From the port")
    choose(page, "logistics", THEIRS)
    press(page, "Save")
    edit(page, "Project")
    choose(page, "capstone", "Applied Data Capstone")
    press(page, "Save")
    expect(page.get_by_text(f"At least 1 credential for {THEIRS}.").last).to_be_visible()


def box(page, name):
    return page.locator(f'[data-id="{name}"]')


def by_hand(page):
    """The drawing: a box goes where it is dragged and stays there; dropped on a group, into it."""
    page.locator("#at-courses").get_by_text("Move", exact=True).click()
    press(page, "Into a new group")
    expect(box(page, "courses")).to_have_attribute("data-parent", "group")
    box(page, "project").focus()
    before = int(box(page, "project").get_attribute("data-y"))
    with page.expect_response(re.compile("/draft/arrange$")) as answer:
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    assert answer.value.status == 204
    page.reload()
    expect(box(page, "project")).to_have_attribute("data-y", str(before + 20))
    port, group = (box(page, one).bounding_box() for one in ("from-the-port", "group"))
    page.mouse.move(port["x"] + port["width"] / 2, port["y"] + port["height"] / 2)
    page.mouse.down()
    page.mouse.move(group["x"] + group["width"] / 2, group["y"] + group["height"] / 2, steps=8)
    page.mouse.up()
    expect(box(page, "from-the-port")).to_have_attribute("data-parent", "group")
    page.locator("#at-group > .rule__row").get_by_role("link", name="Edit").click()
    page.get_by_role("radio", name="All of them").check()
    press(page, "Save")


def tried(page):
    page.get_by_role("link", name="Try it").first.click()
    page.get_by_role("link", name="New sample learner").click()
    page.get_by_label("Name").fill("Only ours")
    page.get_by_role("checkbox", name=re.compile(OURS)).check()
    page.get_by_label("What the rules should say").select_option("no")
    press(page, "Save")
    page.get_by_text("Why", exact=True).click()
    expect(page.get_by_text(re.compile(f"needs 1 credential for {THEIRS}")).first).to_be_visible()


def published(page, base, site, folder):
    page.goto(f"{base}/draft/publish")
    press(page, "Publish this version")
    expect(page.get_by_text("Version 1 is published")).to_be_visible()
    page.get_by_role("link", name="The public page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    rules = page.request.get(f"{page.url}/1.json").body()
    (folder / "rules.json").write_bytes(rules)
    (folder / "none.json").write_text("[]")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "stackmark", "audit"),
            *("--rules", "rules.json", "--holdings", "none.json", "--json"),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["award"].endswith(page.url.rpartition("/")[2] + "/1")


def test_a_nano_degree_across_two_issuers(visit, enter, site, look, tmp_path):
    page = enter(visit(), "dana")
    base = begin(page, site, TITLE)
    courses(page)
    by_hand(page)
    look(page, "built")
    fits(page)
    tried(page)
    published(page, base, site, tmp_path)
    look(page, "public")


@pytest.mark.parametrize("width", [390])
def test_the_list_does_everything_without_scripts_on_a_phone(visit, enter, site, look, width):
    page = enter(visit(script=False, width=width), "dana")
    begin(page, site, "Without scripts")
    edit(page, "Courses")
    choose(page, "literacy", OURS)
    press(page, "Save")
    for name in ("Down", "Into a new group", "Out of its group", "Up"):
        page.locator("#at-courses > .rule__row").get_by_text("Move", exact=True).click()
        press(page, name)
        fits(page)
    look(page, "list")
    page.locator("#at-courses > .rule__row").get_by_text("Move", exact=True).click()
    press(page, "Remove")
    expect(page.locator("#at-courses")).to_have_count(0)
