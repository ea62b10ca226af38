"""From an application to a credential: two markers disagree, a third decides, evidence is sealed.

And the other way: not passed, an appeal, marked again by somebody new, a credential after all.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import environment_of
from browser.journeys.assessing_steps_learner import appeal, apply_and_submit, fits, heading

pytestmark = pytest.mark.journey
TESTS = Path(__file__).resolve().parents[2]
ASSESSABLE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from web.assessing.world import design
from stackmark_web.assessing.models import Setup
from stackmark_web.catalogue import actions
from stackmark_web.tenancy.models import Organisation

place = Organisation.objects.get(slug="northfield")
draft = actions.create_draft(place, actor=None, content=design(title={"en": sys.argv[2]}))
version = actions.publish(draft, actor=None)
Setup.everywhere.update_or_create(
    achievement=version.achievement,
    defaults={"organisation": place, "takes_applications": True, **json.loads(sys.argv[3])},
)
print(version.achievement.pk)
"""
DESK = "/manage/northfield/assessing"
ESSAY = b"name;count\nlena marsh, her data;12\n"


@pytest.fixture
def assessable(site):
    """Publishes an achievement that is assessed: assessable(title, setup…) -> its id."""

    def make(title, **setup):
        done = subprocess.run(
            [sys.executable, "-c", ASSESSABLE, str(TESTS), title, json.dumps(setup)],
            env=environment_of(site.data, site.url, demo=True),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]

    return make


def take(page, site, achievement):
    """The one script of this achievement that waits for this person."""
    page.goto(f"{site.url}{DESK}?achievement={achievement}")
    page.get_by_role("button", name="Take").click()
    expect(heading(page)).to_contain_text("Script")
    page.wait_for_load_state()  # the keys are the script's


def mark(page, keys, points, look=None):
    """By the keyboard: a number for each criterion, then the points."""
    for key in keys:
        page.keyboard.press(key)
    page.get_by_label("Points, of 10").fill(points)
    page.get_by_label("To the learner, on the whole").fill("Thank you for your work.")
    if look:
        look(page, "mark")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Handed in.")


def verified(page, site, file):
    """What the page to verify says of a file, its evidence included."""
    page.goto(f"{site.url}/verify")
    page.get_by_label("Drop files here, or choose them").set_input_files(file)
    page.get_by_role("button", name="Verify", exact=True).click()
    expect(page.get_by_role("region", name="Answer", exact=True)).to_be_visible()
    return page.get_by_role("main").inner_text()


def credential(page, site, path, tmp_path):
    """The signed file from the learner's page of the attempt, by the issuer's own download."""
    answer = page.request.get(site.url + path)
    assert answer.ok, answer.status
    file = tmp_path / "credential.json"
    file.write_bytes(answer.body())
    return file, json.loads(answer.body())


def award_path(page, site, title):
    """Where the issuer keeps the credential of this title."""
    page.goto(f"{site.url}/manage/northfield/awards?q={title}")
    link = page.get_by_role("main").locator("a[href*='/awards/']").filter(has_text="Lena").first
    return f"{link.get_attribute('href')}/credential.json"


def test_two_markers_disagree_a_third_decides_and_evidence_is_sealed(
    visit, enter, site, assessable, look, tmp_path
):
    title = "Data cleaning, marked twice"
    achievement = assessable(title)
    lena = enter(visit("/"), "lena")
    _address, digests = apply_and_submit(
        lena, site, f"/achievements/{achievement}", {"lena-marsh.csv": ESSAY}
    )
    assert hashlib.sha256(ESSAY).hexdigest() in digests

    marta = enter(visit("/"), "marta")
    take(marta, site, achievement)
    assert "Lena" not in marta.content()
    assert "lena-marsh" not in marta.content()
    fits(marta)
    mark(marta, "44", "9", look)
    ivan = enter(visit("/"), "ivan")
    take(ivan, site, achievement)
    expect(ivan.get_by_text("Two markings differ")).to_have_count(0)
    mark(ivan, "22", "9")

    olga = enter(visit("/"), "olga")
    take(olga, site, achievement)
    expect(olga.get_by_text("Two markings differ")).to_be_visible()
    expect(olga.get_by_text("two levels or more apart")).to_have_count(2)
    assert "Marta" not in olga.content()
    mark(olga, "43", "9", look)

    olga.goto(f"{site.url}{DESK}/decisions")
    row = olga.locator(".script-row", has_text=title).filter(has=olga.locator("[type=checkbox]"))
    row.get_by_role("checkbox").check()
    look(olga, "decisions")
    olga.get_by_role("button", name="Confirm what is ticked").click()
    expect(olga.get_by_role("status").first).to_contain_text("1 pass is confirmed.")

    file, tree = credential(olga, site, award_path(olga, site, title), tmp_path)
    results = {
        one["resultDescription"].partition("#")[2] for one in tree["credentialSubject"]["result"]
    }
    assert {"result", "result-project", "result-project-cleaning", "result-test"} <= results
    sealed = [one["id"] for one in tree["relatedResource"] if "/evidence/" in one["id"]]
    assert len(sealed) == len(tree["evidence"]) == 2

    said = verified(visit("/"), site, file)
    assert said.count("Sealed: yes, compared and unchanged") == 2
    kept = site.data / "artefacts" / digests[0][:2] / digests[0]
    kept = next(
        one
        for one in (kept, *kept.parent.parent.rglob("*"))
        if one.is_file() and one.read_bytes() == ESSAY
    )
    kept.chmod(0o600)
    kept.write_bytes(ESSAY + b"one row more;1\n")
    changed = visit("/")
    said = verified(changed, site, file)
    look(changed, "changed")
    assert "Sealed: yes, and changed since" in said
    kept.write_bytes(ESSAY)


def test_an_appeal_is_marked_again_by_somebody_new(visit, enter, site, assessable, look):
    title = "Data cleaning, after an appeal"
    alone = {"second_share": 0, "second_least": 0, "seconds_near_cut": False}
    achievement = assessable(title, **alone)
    lena = enter(visit("/", width=390), "lena")
    address, _digests = apply_and_submit(
        lena, site, f"/achievements/{achievement}", {"essay.txt": b"Another essay.\n"}
    )
    marta = enter(visit("/"), "marta")
    take(marta, site, achievement)
    mark(marta, "22", "3")
    marta.goto(f"{site.url}{DESK}/decisions")
    marta.locator(".script-row", has_text=title).get_by_role("link", name="Look at it").click()
    marta.get_by_label("Feedback to the learner").fill("Show which rows you left out.")
    marta.get_by_role("button", name="Confirm", exact=True).click()
    expect(marta.get_by_text("look at the whole before").first).to_be_visible()
    marta.get_by_label("I have looked at the work").check()
    marta.get_by_role("button", name="Confirm", exact=True).click()
    expect(marta.get_by_role("status").first).to_contain_text("Confirmed.")

    lena.goto(address)
    expect(lena.get_by_text("Show which rows you left out.").first).to_be_visible()
    appeal(lena, "The second table lists every row.")
    fits(lena)

    marta.goto(f"{site.url}{DESK}/appeals")
    marta.locator(".script-row", has_text=title).get_by_role("link").click()
    expect(marta.get_by_text("You had a part in this attempt")).to_be_visible()
    ivan = enter(visit("/"), "ivan")
    ivan.goto(f"{site.url}{DESK}/appeals")
    ivan.locator(".script-row", has_text=title).get_by_role("link").click()
    where = ivan.url
    ivan.get_by_role("button", name="Have it marked again").click()
    olga = enter(visit("/"), "olga")
    take(olga, site, achievement)
    mark(olga, "44", "9")
    ivan.goto(where)
    ivan.get_by_label("The new marking takes its place").check()
    ivan.get_by_label("Reasons").fill("The table was overlooked.")
    look(ivan, "appeal")
    ivan.get_by_role("button", name="Decide", exact=True).click()
    expect(ivan.get_by_role("status").first).to_contain_text("Decided.")
    expect(ivan.get_by_text("Passed").first).to_be_visible()
    lena.goto(address)
    expect(lena.get_by_text("The table was overlooked.").first).to_be_visible()
    look(lena, "after-appeal")
