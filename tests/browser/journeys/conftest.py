"""What every journey needs: the post, pictures on the way, and files to bring along."""

from __future__ import annotations

import email
import email.policy
import itertools
import os
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

PASSWORD = "correct horse battery"
BETWEEN = "-" * 79  # what stands between two letters in one file


class Letter:
    """One letter as its reader sees it."""

    def __init__(self, raw):
        message = email.message_from_bytes(raw.strip().encode(), policy=email.policy.default)
        body = message.get_body(("plain",))
        self.to = message["To"]
        self.subject = message["Subject"]
        self.text = body.get_content() if body else ""

    def link(self, start):
        """The path of its link that begins so."""
        return re.search(rf"^https?://[^/\s]+({re.escape(start)}\S*)$", self.text, re.MULTILINE)[1]

    @property
    def code(self):
        """The code that stands alone on a line."""
        return re.findall(r"^ {4}(\S+)$", self.text, re.MULTILINE)[-1]


@pytest.fixture
def post(site):
    """The letters to an address once there are so many: post("ada@…", 2) -> [Letter, Letter]."""

    def letters_to(address):
        parts = (part for file in site.letters(address) for part in file.split(BETWEEN))
        return [found for part in parts if part.strip() and (found := Letter(part)).to == address]

    def wait_for(address, count=1):
        last = time.monotonic() + 20
        while len(found := letters_to(address)) < count and time.monotonic() < last:
            time.sleep(0.1)
        assert len(found) == count, [one.subject for one in found]
        return found

    return wait_for


@pytest.fixture
def look(request):
    """Keeps a picture of the page where STACKMARK_SHOTS says: look(page, "claim")."""
    folder, steps = os.environ.get("STACKMARK_SHOTS"), itertools.count(1)

    def picture(page, word):
        if folder:
            width = page.viewport_size["width"]
            name = f"{request.node.name}-{next(steps):02}-{word}-{width}.png"
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / name, full_page=True)

    return picture


@pytest.fixture
def download(tmp_path):
    """What a press of a link or button brings: download(page, control) -> Path with its name."""

    def take(page, control):
        with page.expect_download() as coming:
            control.click()
        kept = tmp_path / coming.value.suggested_filename
        coming.value.save_as(kept)
        return kept

    return take


@pytest.fixture
def sign_up(post):
    """Fills the page "Make an account" and gives the code from the newest of so many letters."""

    def make(page, address, letters=1):
        page.get_by_label("E-mail address").fill(address)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("18 or older").check()
        page.get_by_role("button", name="Make an account").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Enter the code")
        page.get_by_label("Code").fill(post(address, letters)[-1].code)
        page.get_by_role("button", name="Go on").click()
        return page

    return make
