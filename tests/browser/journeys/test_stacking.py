"""Stacking across issuers: from a designer's rules to an award that proves itself on a machine elsewhere.

A nano-degree of two issuers is built and opted in to automatic conferral; a learner brings a badge
nobody here has heard of, has it recognised, and the pathway completes by itself. What leaves the
product is checked by the command line, with no network and nothing but the downloaded files.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.journey

TITLE = "Port Data Nano-degree"
AWARD = "Applied Data Nano-degree"  # what the demo's Northfield gives for it
BASICS, PORT = "Data Literacy Basics", "Green Logistics Planner"
PROJECT = "Applied Data Capstone"
FOREIGN, SCHOOL = "Reading Harbour Statistics", "Kelder Night School"
NAME, ADDRESS = "Mira Stolk", "mira@cargo.example"
DESK = "/manage/northfield/recognition"
FILES = ("applied-data-nano-degree.json", "witness.json", "rules.json", "credentials.zip")


def heading(page):
    return page.get_by_role("heading", level=1)


def told(page):
    return page.get_by_role("status").first


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()


def seen(page, look, word):
    """Nothing has to be scrolled sideways, at a desk and on a phone; pictures of both are kept."""
    before = page.viewport_size
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (word, width)
        look(page, word)
    page.set_viewport_size(before)


def until(page, found, seconds=45):
    """Looks again, as a learner would, until something is there that the worker brings about."""
    last = time.monotonic() + seconds
    while not found.count() and time.monotonic() < last:
        page.wait_for_timeout(500)
        page.reload()
    expect(found.first).to_be_visible()


def stackmark(*words, cwd):
    """The command line in a folder of its own: exit code and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "stackmark", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


# -- the designer ----------------------------------------------------------------------------


def choose(page, words, title):
    page.get_by_label("Find on this server").fill(words)
    press(page, "Find")
    page.get_by_role("checkbox", name=re.compile(title)).check()


def build(page, site, look):
    """A course of ours, a course of Harbour Skills, a project; awarded without a board."""
    page.goto(f"{site.url}/manage/northfield/pathways")
    follow(page, "New pathway")
    page.get_by_label("Name").fill(TITLE)
    page.get_by_role("radio", name=re.compile("Course series")).check()
    page.get_by_label("What is awarded").select_option(label=AWARD)
    page.get_by_role("radio", name=re.compile("Automatically")).check()
    press(page, "Start building")
    page.get_by_role("link", name=re.compile("^Edit ?: Courses")).click()
    page.get_by_label("Name").fill("Data")
    page.get_by_label("At least", exact=False).first.fill("1")
    choose(page, "literacy", BASICS)
    press(page, "Save")
    page.get_by_role("link", name="Add a rule").last.click()
    page.get_by_label("Name").fill("From the port")
    choose(page, "logistics", PORT)
    press(page, "Save")
    page.get_by_role("link", name=re.compile("^Edit ?: Project")).click()
    choose(page, "capstone", PROJECT)
    press(page, "Save")
    expect(page.get_by_text(f"At least 1 credential for {PORT}.").last).to_be_visible()
    seen(page, look, "built")


def publish(page, look):
    """The page of publication, then the public page that learners follow it from."""
    page.goto(f"{page.url.partition('/draft')[0]}/draft/publish")
    expect(page.get_by_text("Automatically, as soon as the rules are met")).to_be_visible()
    seen(page, look, "publish")
    press(page, "Publish this version")
    expect(page.get_by_text("Version 1 is published")).to_be_visible()
    follow(page, "The public page")
    expect(heading(page)).to_have_text(TITLE)
    return page.url


# -- those who award, and the learner ---------------------------------------------------------


def give(page, site, house, title):
    """An award of one achievement to the learner's address."""
    page.goto(f"{site.url}/manage/{house}/awards/new")
    follow(page, title)
    page.get_by_label("E-mail address").fill(ADDRESS)
    page.get_by_role("textbox", name="Name").first.fill(NAME)
    press(page, "See what will be issued")
    press(page, "Issue and send")
    expect(told(page)).to_contain_text("Issued.")


def keep(page, site, title):
    """From what waits in the passport to the page of the kept credential."""
    page.goto(f"{site.url}/passport")
    press(page, f"Keep it: {title}")
    page.goto(f"{site.url}/passport")
    follow(page, title)
    expect(heading(page)).to_have_text(title)
    return page.url


def foreign_badge(folder):
    """A badge of a school whose identity is its key, made with the command line alone."""
    code, said = stackmark("key", "new", "--no-passphrase", cwd=folder)
    assert code == 0, said
    did = re.search(r"did:key:\w+", said)[0]
    badge = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "id": "urn:uuid:6c2f0a0e-2b0e-4c0b-9d7c-1f4f3a9b7a11",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": FOREIGN,
        "issuer": {"id": did, "type": ["Profile"], "name": SCHOOL},
        "validFrom": "2026-03-02T00:00:00Z",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [
                {
                    "type": "IdentityObject",
                    "hashed": False,
                    "identityType": "emailAddress",
                    "identityHash": ADDRESS,
                }
            ],
            "achievement": {
                "id": "urn:uuid:0d9a1c3e-55a0-4f0e-8a59-6f6f6e2f4b02",
                "type": ["Achievement"],
                "name": FOREIGN,
                "description": "Reads, doubts and explains the figures a harbour publishes.",
                "criteria": {"narrative": "A report on a harbour's figures, marked by two."},
            },
        },
    }
    (folder / "unsigned.json").write_text(json.dumps(badge), "utf-8")
    words = ("sign", "unsigned.json", "--key", "issuer.key", "--out", "signed.json")
    code, said = stackmark(*words, cwd=folder)
    assert code == 0, said
    return folder / "signed.json"


def bring(page, site, file):
    page.goto(f"{site.url}/passport")
    follow(page, "Add credentials")
    page.get_by_label("Files").set_input_files(file)
    press(page, "Add to my passport")
    expect(heading(page)).to_have_text(FOREIGN)


def does_not_count_yet(page, look):
    """The map says what is done and what is missing; the badge from elsewhere leads to asking."""
    expect(page.get_by_text("Not complete yet").first).to_be_visible()
    for title in (PORT, PROJECT):
        expect(page.get_by_label("What serves it").get_by_role("link", name=title)).to_be_visible()
    card = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=FOREIGN))
    expect(card).to_contain_text("Not decided yet")
    expect(card).to_contain_text("Northfield University has not decided yet whether it counts.")
    seen(page, look, "progress")
    card.get_by_role("link", name=f"Ask for recognition of {FOREIGN}").click()
    expect(heading(page)).to_have_text("Ask Northfield University")


def ask(page, look):
    """The credential the learner came from is ticked; sending it is still her own act."""
    expect(page.get_by_role("checkbox", name=re.compile(FOREIGN))).to_be_checked()
    page.get_by_label("What it is to count for").select_option(label=BASICS)
    page.get_by_label("What they should know").fill("Two evenings a week over one winter.")
    seen(page, look, "ask")
    press(page, "Send to be recognised")
    expect(page.get_by_text("They decide by")).to_be_visible()
    return page.url


# -- who decides ------------------------------------------------------------------------------


def decide(page, site, look):
    """Five rows, a verdict that nobody chose beforehand, and the signature."""
    page.goto(site.url + DESK)
    waiting = page.get_by_role("region", name="Waiting for a decision")
    waiting.get_by_role("row").filter(has_text=ADDRESS).get_by_role("link").click()
    press(page, "I take it")
    page.get_by_role("link", name=f"Compare {FOREIGN}").click()
    expect(page.locator(".five").first.get_by_role("listitem")).to_have_count(5)
    expect(page.get_by_role("radio", name="Recognised in full")).not_to_be_checked()
    row = page.get_by_role("group", name="Workload", exact=True)
    row.get_by_label("Finding").select_option(label="A difference, not substantial")
    row.get_by_label("Why").fill("Forty hours of evening classes instead of twenty-five.")
    page.get_by_role("radio", name="Recognised in full").check()
    page.get_by_label("Reasons").fill("The report shows all three outcomes.")
    seen(page, look, "compare")
    press(page, "Keep and see what will be signed")
    expect(heading(page)).to_have_text("Sign this decision?")
    seen(page, look, "sign")
    press(page, "Decide and sign")
    expect(told(page)).to_contain_text("Decided and signed")


def signed_decision(page, request, look, download):
    """The learner reads it, and its signed file is in the passport."""
    page.goto(request)
    follow(page, f"Read the decision about {FOREIGN}")
    expect(page.get_by_role("heading", name="Recognised in full")).to_be_visible()
    seen(page, look, "decision")
    follow(page, "The signed decision in your passport")
    expect(page.get_by_text("Imported and verified").first).to_be_visible()
    return download(page, page.get_by_role("link", name="Signed file (JSON)"))


# -- and somebody else's machine --------------------------------------------------------------


def completed(page, progress, look):
    """Nobody presses anything: the worker sees the decision and awards."""
    page.goto(progress)
    until(page, page.get_by_text("Northfield University has awarded it to you."))
    expect(page.get_by_text("Awarded", exact=True).first).to_be_visible()
    served = page.get_by_label("What serves it").get_by_role("link", name=FOREIGN)
    expect(served).to_be_visible()
    seen(page, look, "complete")


def checked_elsewhere(folder, award):
    """Only these files, and no network: the award, its witness, its rules, what it stands on."""
    known = ("--documents", "credentials.zip")
    code, said = stackmark("verify", *known, award, cwd=folder)
    assert code == 0, said
    assert "Unaltered and in force" in said
    assert "not at hand" not in said
    judged = ("--rules", "rules.json", "--holdings", "credentials.zip", *known)
    code, said = stackmark("audit", "--check", "witness.json", *judged, cwd=folder)
    assert code == 0, said
    assert "the award is earned" in said
    assert "recipients" not in said  # all of it is about one person
    code, said = stackmark("audit", "--check", award, *judged, cwd=folder)
    assert code == 0, said
    assert "Carried by an award. Unaltered and in force" in said
    code, said = stackmark("audit", *judged, "--recipient", ADDRESS, cwd=folder)
    assert code == 0, said
    assert f"{BASICS} for courses" in said


def refused_when_changed(folder, award):
    """Two rules exchanged in the witness: named by the check, and not what the award sealed."""
    witness = json.loads((folder / "witness.json").read_text("utf-8"))
    first, second = witness["uses"][:2]
    first["leaf"], second["leaf"] = second["leaf"], first["leaf"]
    (folder / "witness.json").write_text(json.dumps(witness), "utf-8")
    known = ("--documents", "credentials.zip")
    words = ("--rules", "rules.json", "--holdings", "credentials.zip", *known)
    code, said = stackmark("audit", "--check", "witness.json", *words, cwd=folder)
    assert code == 1, said
    assert "The witness does not hold" in said
    for use in (first, second):
        assert f"{use['holding']} may not serve {use['leaf']}" in " ".join(said.split())
    code, said = stackmark("verify", *known, award, cwd=folder)
    assert code == 1, said
    assert "witness.json is not what was signed (its digest differs)" in " ".join(said.split())


def test_a_foreign_badge_completes_a_nano_degree_and_proves_it(
    site, visit, enter, look, download, sign_up, tmp_path
):
    school, elsewhere = tmp_path / "school", tmp_path / "elsewhere"
    school.mkdir()
    elsewhere.mkdir()
    dana = enter(visit(), "dana")
    build(dana, site, look)
    public = publish(dana, look)

    mira = sign_up(visit("/account/signup/?next=/passport"), ADDRESS)
    give(enter(visit(), "ivo"), site, "northfield", PROJECT)
    give(enter(visit(), "tomas"), site, "harbour-skills", PORT)
    for title in (PROJECT, PORT):
        keep(mira, site, title)
    bring(mira, site, foreign_badge(school))
    mira.goto(public)
    press(mira, "Follow it")
    progress = mira.url
    does_not_count_yet(mira, look)
    request = ask(mira, look)

    decide(enter(visit(), "rhea"), site, look)
    decision = signed_decision(mira, request, look, download)
    assert json.loads(decision.read_bytes())["issuer"]["name"] == "Northfield University"
    completed(mira, progress, look)

    keep(mira, site, AWARD)
    seen(mira, look, "award")
    follow(mira, "What proves it")
    expect(mira.get_by_role("row").filter(has_text=FOREIGN)).to_contain_text(f"counts as {BASICS}")
    seen(mira, look, "proof")
    for name in FILES:
        kept = download(mira, mira.get_by_role("link", name=re.compile(re.escape(name))))
        (elsewhere / name).write_bytes(kept.read_bytes())
    checked_elsewhere(elsewhere, FILES[0])
    refused_when_changed(elsewhere, FILES[0])
