"""A learner's part of the journeys through an assessment: apply, hand in, read what came of it."""

from __future__ import annotations

from playwright.sync_api import expect

NAME = "Lena Holder"


def heading(page):
    return page.get_by_role("heading", level=1)


def fits(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def apply_for(page, site, path, look=None):
    """From the public page of an achievement to an open attempt; gives its address."""
    page.goto(site.url + path)
    page.get_by_role("link", name="Apply to be assessed").first.click()
    expect(heading(page)).to_have_text("Apply to be assessed")
    page.get_by_label("Your message").fill("I have cleaned survey data for four years.")
    page.get_by_label("What would help you").select_option(label="Another format")
    page.get_by_label("What you need").fill("Large print, please.")
    if look:
        look(page, "apply")
    page.get_by_role("button", name="Send the application").click()
    expect(page.get_by_role("status").first).to_contain_text("You are accepted")
    page.get_by_role("link", name="Attempt 1", exact=True).click()
    return page.url


def add_files(page, files):
    """Files into the first part that takes some: {name: bytes}."""
    page.get_by_label("Add files").first.set_input_files(
        [
            {"name": name, "mimeType": "application/octet-stream", "buffer": data}
            for name, data in files.items()
        ]
    )
    page.get_by_role("button", name="Upload").first.click()
    expect(page.get_by_role("status").first).to_contain_text("Kept")


def write_text(page, text):
    page.get_by_text("Write a text", exact=True).first.click()
    page.get_by_label("Your text").first.fill(text)
    page.get_by_role("button", name="Keep the text").first.click()
    expect(page.get_by_role("status").first).to_contain_text("The text is kept.")


def hand_in(page, *, name=NAME, help_had="A friend read it.", look=None):
    """From the page of a prepared attempt to the receipt; gives the digests in their order."""
    page.get_by_role("link", name="Look over and hand in").click()
    expect(heading(page)).to_have_text("Hand in your work")
    digests = page.locator(".piece__digest .mono").all_inner_texts()
    page.get_by_label("Help, sources and AI tools").fill(help_had)
    page.get_by_label("I have read the statement").check()
    page.get_by_label("Your name").fill(name)
    if look:
        look(page, "hand-in")
    page.get_by_role("button", name="Sign and hand in").click()
    expect(page.get_by_role("status").first).to_contain_text("Handed in.")
    return digests


def apply_and_submit(page, site, path, files, look=None):
    """The whole of it by somebody who is signed in; gives the attempt's address and the digests."""
    address = apply_for(page, site, path, look)
    add_files(page, files)
    write_text(page, "I removed what stood there twice and wrote down each rule.")
    return address, hand_in(page, look=look)


def appeal(page, text):
    """Against the decision whose page is open."""
    page.get_by_text("Write an appeal", exact=True).click()
    page.get_by_label("Why the decision is wrong").fill(text)
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.get_by_role("status").first).to_contain_text("Your appeal has reached them.")
