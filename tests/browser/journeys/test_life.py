"""A credential's whole life, through the pages as people would: from design to revocation."""

from __future__ import annotations

import json
import subprocess
import sys
from urllib.parse import urlsplit

from playwright.sync_api import expect

import stackmark

TITLE = "River water sampling"
OTHER = "Research Integrity"  # of the demo world
REASON = "Academic misconduct found"
NOTE = "Two analysts signed for samples that nobody took."
PIN = "mill-2718"


def heading(page):
    return page.get_by_role("heading", level=1)


def answer(page):
    """The verdict at the top of a check."""
    return page.get_by_role("region", name="Answer", exact=True)


def told(page):
    """What the page says has just happened."""
    return page.get_by_role("status").first


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()


# -- those who issue -------------------------------------------------------------------------


def four_eyes(page, site, *, wanted):
    """The owner says whether a second person must publish."""
    page.goto(f"{site.url}/manage/northfield/settings")
    box = page.get_by_role("checkbox", name="A second person publishes")
    box.set_checked(wanted)
    press(page, "Save")
    expect(told(page)).to_contain_text("Saved")
    expect(box).to_be_checked(checked=wanted)


def design(page, site, look):
    """The designer writes what is needed, is told what is missing, and hands it in."""
    page.goto(f"{site.url}/manage/northfield/achievements")
    follow(page, "New achievement")
    page.get_by_label("Title").fill(TITLE)
    page.get_by_role("radio", name="Certificate").check()
    press(page, "Start the draft")
    expect(page.get_by_role("textbox", name="Title")).to_have_value(TITLE)
    look(page, "basics")
    page.get_by_role("textbox", name="Description").fill(
        "Holders take water samples from a river that a laboratory can use."
    )
    press(page, "Save and continue")
    page.get_by_label("What a holder can do").first.fill("Take a sample that was not contaminated")
    press(page, "Save and continue")
    page.get_by_role("textbox", name="Criteria", exact=True).fill("Take **ten** samples.")
    page.get_by_role("checkbox", name="Practical task").check()
    page.get_by_role("radio", name="Supervised on site, identity checked").check()
    press(page, "Save and check")
    expect(page.get_by_role("heading", name="1 thing is missing")).to_be_visible()
    look(page, "missing")
    page.locator(".missing").get_by_role("link").click()
    page.get_by_label("Hours of learning, at least").fill("20")
    page.get_by_label("Hours of learning, at most").fill("25")
    page.get_by_label("Level of the European framework").select_option("Level 4")
    press(page, "Save and continue")
    press(page, "Save and continue")
    page.get_by_role("radio", name="It expires some months after issue").check()
    page.get_by_role("spinbutton", name="Months").fill("24")
    press(page, "Save and continue")
    expect(heading(page)).to_have_text("Badge")
    look(page, "art")
    page.get_by_role("complementary").get_by_role("link", name="Check and publish").click()
    expect(page.get_by_text("Nothing is missing")).to_be_visible()
    expect(page.get_by_role("button", name="Publish this version")).to_have_count(0)
    press(page, "Hand in for review")
    expect(page.get_by_role("heading", name="Waiting for review")).to_be_visible()
    look(page, "handed-in")


def review(page, site, look):
    """A reviewer finds what waits, and publishes it."""
    page.goto(f"{site.url}/manage/northfield/achievements")
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("main").get_by_role("link", name="Check and publish").first.click()
    page.get_by_label("Reasons").fill("Criteria, level and supervision fit the outcome.")
    look(page, "review")
    press(page, "Approve and publish")
    expect(page.get_by_text("Version 1 is published", exact=True)).to_be_visible()
    look(page, "published")


def give(page, site, look, *, title, address, name):
    """The issuer awards it to one address, after seeing exactly what will be issued."""
    page.goto(f"{site.url}/manage/northfield/awards/new")
    page.get_by_role("link", name=title, exact=True).click()
    expect(heading(page)).to_have_text(f"Award {title}")
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("textbox", name="Name").first.fill(name)
    page.get_by_label("What this person did").fill("Ten samples on the *Lagan*.")
    look(page, "award")
    press(page, "See what will be issued")
    expect(heading(page)).to_have_text("This is what will be issued")
    look(page, "confirm")
    press(page, "Issue and send")
    expect(told(page)).to_contain_text("Issued. The letter with the claim link")
    look(page, "awarded")


def take_back(page, look):
    """From the page of the award: revoked for a coded reason, with a note for the files."""
    follow(page, "Revoke")
    expect(heading(page)).to_have_text("Revoke this credential")
    page.get_by_role("radio", name=REASON).check()
    page.get_by_role("textbox", name="Note").fill(NOTE)
    look(page, "revoke")
    press(page, "Revoke for good")
    expect(page.get_by_text("A revocation is final.")).to_be_visible()
    expect(page.get_by_text(NOTE)).to_be_visible()
    look(page, "revoked")


# -- those who earn and those who check ------------------------------------------------------


def taken_without_account(page, site, letter, download, look):
    """The claim link of a letter, looked at twice and then used: the signed file."""
    path, issuer = letter.link("/claim/"), letter.subject.partition(" has awarded")[0]
    assert page.request.head(site.url + path).ok
    for _visit in range(2):
        page.goto(site.url + path)
        expect(heading(page)).to_have_text(f"{issuer} has awarded you this")
    expect(page.get_by_text("Downloading accepts the credential.")).to_be_visible()
    look(page, "claim")
    return download(page, page.get_by_role("button", name="Signed file (JSON)"))


def verified(page, site, file, look, word="verify"):
    """What the page to verify says of a file."""
    page.goto(f"{site.url}/verify")
    page.get_by_label("Drop files here, or choose them").set_input_files(file)
    press(page, "Verify")
    expect(answer(page)).to_be_visible()
    look(page, word)
    return answer(page)


def by_command(page, site, file):
    """What the command line says of a file, with the issuer's documents of now: code and text."""
    tree = json.loads(file.read_text("utf-8"))
    did_path = tree["issuer"]["id"].split(":", 3)[3].replace(":", "/") + "/did.json"
    list_path = urlsplit(tree["credentialStatus"]["statusListCredential"]).path
    documents = {
        tree["issuer"]["id"]: page.request.get(f"{site.url}/{did_path}").json(),
        tree["credentialStatus"]["statusListCredential"]: page.request.get(
            site.url + list_path
        ).json(),
    }
    known = file.with_suffix(".map")
    known.write_text(json.dumps(documents), "utf-8")
    command = [sys.executable, "-m", "stackmark", "verify", "--all", "--documents", known, file]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_a_credential_lives_from_design_to_revocation(
    site, visit, enter, post, look, download, sign_up
):
    learner = "nell@rivers.example"
    olga = enter(visit(), "olga")
    four_eyes(olga, site, wanted=True)
    try:
        design(enter(visit(), "dana"), site, look)
        review(enter(visit(), "rhea"), site, look)
    finally:
        four_eyes(olga, site, wanted=False)
    ivo = enter(visit(), "ivo")
    give(ivo, site, look, title=TITLE, address=learner, name="Nell Byrne")
    offer = post(learner)[0]
    assert offer.subject == f"Northfield University has awarded you {TITLE}"

    nell = visit(width=390)
    file = taken_without_account(nell, site, offer, download, look)
    received = stackmark.read(file.read_bytes())
    assert received.tree["credentialSubject"]["achievement"]["name"] == TITLE
    assert learner not in file.read_text("utf-8")
    code, report = by_command(nell, site, file)
    assert code == 0, report

    nell.reload()
    expect(heading(nell)).to_have_text("You have this")
    follow(nell, "Make one")
    sign_up(nell, learner, letters=2)
    expect(heading(nell)).to_have_text("You have this")
    press(nell, "Keep it in my passport")
    expect(told(nell)).to_contain_text("Nobody else sees it yet.")
    look(nell, "kept")
    follow(nell, "Share by a link")
    nell.get_by_role("textbox", name="Title").fill("For the water board")
    nell.get_by_text("Locks", exact=True).click()
    nell.get_by_role("textbox", name="PIN").fill(PIN)
    look(nell, "share")
    press(nell, "Make the link")
    link = nell.get_by_role("textbox", name="The link").input_value()
    look(nell, "shared")

    stranger = visit(link.removeprefix(site.url), width=390)
    expect(heading(stranger)).to_have_text("Enter the PIN")
    assert TITLE not in stranger.content()
    stranger.get_by_label("PIN").fill("wrong")
    press(stranger, "Open")
    expect(stranger.get_by_role("alert")).to_contain_text("That is not the PIN.")
    look(stranger, "wrong-pin")
    stranger.get_by_label("PIN").fill(PIN)
    press(stranger, "Open")
    expect(heading(stranger)).to_have_text(TITLE)
    expect(answer(stranger)).to_contain_text("Verified")
    look(stranger, "opened")
    taken = download(stranger, stranger.get_by_role("link", name="Signed file (JSON)"))
    assert taken.read_bytes() == file.read_bytes()

    said = verified(stranger, site, taken, look)
    expect(said).to_contain_text("Verified")
    expect(said).to_contain_text("Unaltered, in force, from a trusted issuer")

    take_back(ivo, look)
    said = verified(stranger, site, taken, look, "verify-revoked")
    expect(said).to_contain_text("Refused")
    expect(said).to_contain_text("Revoked by its issuer")
    expect(said).to_contain_text("Revoked on")
    assert said.get_by_text("Revoked on").locator("time").count() == 1
    assert NOTE not in stranger.content()
    assert REASON not in stranger.content()
    code, report = by_command(nell, site, file)
    assert code == 1
    assert "revoked" in report
    stranger.goto(link)
    expect(answer(stranger)).to_contain_text("Revoked by its issuer")
    last = post(learner, 3)[-1]
    assert last.subject == f"Northfield University has revoked {TITLE}"
    assert REASON in last.text
    assert NOTE not in last.text
    nell.goto(site.url + "/passport")
    expect(nell.get_by_role("article").filter(has_text=TITLE)).to_contain_text("Revoked")
    look(nell, "passport-after")


def test_a_phone_without_javascript_claims_and_verifies(site, visit, enter, post, look, download):
    address = "olwen@rivers.example"
    give(enter(visit(), "ivo"), site, look, title=OTHER, address=address, name="Olwen Rhys")
    phone = visit(width=390, script=False)
    file = taken_without_account(phone, site, post(address)[0], download, look)
    phone.reload()
    expect(heading(phone)).to_have_text("You have this")
    expect(verified(phone, site, file, look)).to_contain_text("Unaltered, in force")
    expect(heading(phone)).to_have_text("Unaltered, in force, from a trusted issuer")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    file.write_text(file.read_text("utf-8").replace("Olwen Rhys", "Somebody Else"), "utf-8")
    refused = verified(phone, site, file, look, "verify-altered")
    expect(refused).to_contain_text("Changed after it was signed")
