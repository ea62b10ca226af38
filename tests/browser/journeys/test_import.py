"""Badges from elsewhere in a passport: told apart, seen by nobody else, taken along as one zip."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile

import pytest
from playwright.sync_api import expect

from browser.journeys.conftest import PASSWORD
from simulators.issuer import Issuer
from stackmark.rendering.art import default_image
from stackmark.rendering.bake import bake

pytestmark = pytest.mark.journey

LENA = "lena@people.example"
HERS = {"type": "IdentityObject", "hashed": False, "identityType": "emailAddress"}


@pytest.fixture(scope="module")
def elsewhere():
    """A school elsewhere whose identity is its key, so that nobody has to be asked."""
    return Issuer(did=None, number=7)


def badge(issuer, name, number, holder=None):
    """An unsigned badge of another house, about an e-mail address if there is one."""
    own = issuer.achievement(name=name)
    if holder:
        own = {**own, "identifier": [{**HERS, "identityHash": holder}]}
        del own["id"]
    where = f"https://school.example/c/{number}"
    return issuer.badge(name=name, id=where, validUntil=None, credentialSubject=own)


def heading(page):
    return page.get_by_role("heading", level=1)


def bring(page, site, files):
    """Files into the passport, by their names."""
    page.goto(site.url + "/passport")
    page.get_by_role("link", name="Add credentials").first.click()
    page.get_by_label("Files").set_input_files(
        [
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            for name, data in files.items()
        ]
    )
    page.get_by_role("button", name="Add to my passport").click()


def opened(page, site, title):
    """The page of one credential of the passport."""
    page.goto(site.url + "/passport")
    page.get_by_role("link", name=title, exact=True).click()
    expect(heading(page)).to_have_text(title)
    return page.get_by_role("region", name="What a check says")


def checked_at_home(kept, folder):
    """What the command line says of an unpacked passport, with no network: exit code and text."""
    with zipfile.ZipFile(kept) as archive:
        archive.extractall(folder)
    command = [sys.executable, "-m", "stackmark", "verify", "--documents", "documents.json"]
    done = subprocess.run(
        [*command, "credentials"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout


def everything(page, download, password):
    """The whole passport; the password is asked for before it."""
    page.get_by_role("link", name="Download all").click()
    page.get_by_role("link", name=re.compile(r"Download \d+ credential")).click()
    page.get_by_label("Password").fill(password)
    return download(page, page.get_by_role("button", name="Yes, it is me"))


def test_badges_of_another_house_join_the_passport_and_leave_with_it(
    site, visit, enter, elsewhere, look, download, tmp_path
):
    page = enter(visit(width=390), "lena")
    walling = elsewhere.sign(badge(elsewhere, "Dry stone walling", 1, LENA))
    hedge = bake(default_image("png"), elsewhere.sign(badge(elsewhere, "Hedge laying", 2)))
    thatch = elsewhere.ob_token(badge(elsewhere, "Thatching", 3, "somebody@else.example"))
    bring(page, site, {"walling.json": walling, "hedge.png": hedge, "thatch.jwt": thatch})
    expect(heading(page)).to_have_text("3 credentials added")
    look(page, "result")

    for title, file, whose in (
        ("Dry stone walling", "walling.json", "It was issued to one of your addresses."),
        ("Hedge laying", "hedge.png", "It does not say whom it is about"),
        ("Thatching", "thatch.jwt", "It was issued to another address than yours."),
    ):
        said = opened(page, site, title)
        expect(said).to_contain_text(f"Imported and verified. From {file}. {whose}")
        expect(said).to_contain_text("Who the issuer is, only you can say")
        look(page, file)
    address = page.url

    stranger = enter(visit(), "amir")
    assert stranger.goto(address).status == 404
    expect(heading(stranger)).to_have_text("This page is not here")
    nobody = visit(address.removeprefix(site.url))
    expect(heading(nobody)).to_have_text("Sign in")

    page.goto(site.url + "/passport")
    kept = everything(page, download, "stackmark-demo-world")
    with zipfile.ZipFile(kept) as archive:
        assert archive.read("credentials/dry-stone-walling.json") == walling
        assert archive.read("credentials/hedge-laying.png") == hedge
        assert archive.read("credentials/thatching.jwt") == thatch
        count = sum(name.startswith("credentials/") for name in archive.namelist())
    code, report = checked_at_home(kept, tmp_path / "passport")
    assert code == 0, report
    assert f"{count} checked: {count} unaltered and in force" in report


def test_what_is_broken_or_altered_is_told_and_labelled(
    site, visit, elsewhere, look, download, sign_up, tmp_path
):
    page = visit("/account/signup/?next=/passport")
    sign_up(page, "mira@cranes.example")
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    whole = elsewhere.sign(badge(elsewhere, "Rope making", 4))
    far = Issuer(did="did:web:nobody.invalid", number=7)
    bring(
        page,
        site,
        {
            "altered.json": whole.replace(b"Rope making", b"Roof making"),
            "far.json": far.sign(badge(far, "Sail making", 5)),
            "broken.json": whole[:-40],
            "holiday.png": default_image("png"),
            "page.html": b"<!doctype html><title>My badge</title>",
            "empty.json": b" ",
        },
    )
    expect(heading(page)).to_have_text("2 credentials added")
    refused = page.get_by_role("region", name="Not added").get_by_role("listitem")
    look(page, "result")
    for name, why in (
        ("broken.json", "The text is not valid JSON"),
        ("holiday.png", "This PNG carries no credential"),
        ("page.html", "This is a web page and not a credential."),
        ("empty.json", "There is nothing in it."),
    ):
        expect(refused.filter(has_text=name)).to_contain_text(why)
    cards = page.get_by_role("article")
    expect(cards.filter(has_text="Sail making")).to_contain_text(
        "Imported; not everything could be checked"
    )
    expect(cards.filter(has_text="Roof making")).to_contain_text("Imported; does not verify")

    said = opened(page, site, "Roof making")
    expect(said).to_contain_text("Changed after it was signed")
    look(page, "altered")
    page.goto(site.url + "/passport")
    kept = everything(page, download, PASSWORD)
    code, report = checked_at_home(kept, tmp_path / "passport")
    assert code == 1, report
    assert "roof-making.json  Refused: The signature does not fit" in report
    assert "1 refused; 1 could not be told" in report

    opened(page, site, "Roof making")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("main").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("article")).to_have_count(1)
