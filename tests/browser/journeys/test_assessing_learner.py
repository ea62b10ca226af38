"""A learner applies and hands in on a phone and on a desk, with scripts and without."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browser.conftest import environment_of
from browser.journeys.assessing_steps_learner import apply_and_submit, fits

pytestmark = pytest.mark.journey
TESTS = Path(__file__).resolve().parents[2]
# What a designer and an owner do on their own pages, which have a journey of their own.
ASSESSABLE = """
import sys
sys.path.insert(0, sys.argv[1])
import django
django.setup()
from web.assessing.world import design
from stackmark_web.assessing.models import Setup
from stackmark_web.catalogue import actions
from stackmark_web.tenancy.models import Organisation

place = Organisation.objects.get(slug="northfield")
content = design(title={"en": sys.argv[2]})
for outcome, words in zip(content["outcomes"], sys.argv[3:], strict=True):
    outcome["statement"] = {"en": words}  # like no other's, or the gate refuses a duplicate
draft = actions.create_draft(place, actor=None, content=content)
version = actions.publish(draft, actor=None)
Setup.everywhere.update_or_create(
    achievement=version.achievement,
    defaults={"organisation": place, "takes_applications": True},
)
print(version.achievement.pk)
"""


@pytest.fixture
def assessable(site):
    """Publishes an achievement that is assessed: assessable(title, two outcomes) -> its path."""

    def make(title, *outcomes):
        done = subprocess.run(
            [sys.executable, "-c", ASSESSABLE, str(TESTS), title, *outcomes],
            env=environment_of(site.data, site.url, demo=True),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return f"/achievements/{done.stdout.split()[-1]}"

    return make


def test_apply_and_hand_in(visit, enter, site, assessable, look, download):
    path = assessable("Baskets of willow", "Weave willow baskets", "Sort rods by thickness")
    page = enter(visit("/"), "lena")
    essay = b"My essay about missing values.\n"
    address, digests = apply_and_submit(page, site, path, {"essay.txt": essay}, look)
    assert hashlib.sha256(essay).hexdigest() in digests
    assert page.url == address
    look(page, "handed-in")
    kept = download(page, page.get_by_role("link", name="Receipt"))
    receipt = kept.read_text("utf-8")
    for digest in digests:
        assert digest in receipt
    assert download(page, page.get_by_role("link", name="essay.txt")).read_bytes() == essay
    page.goto(f"{site.url}/assessments")
    expect(page.get_by_text("Somebody marks it.").first).to_be_visible()
    look(page, "mine")
    exported = download(page, page.get_by_role("link", name="Download everything"))
    assert exported.name.startswith("assessments-")


def test_the_same_on_a_phone_without_scripts(visit, enter, site, assessable, look):
    path = assessable("Organs of churches", "Tune organ pipes", "Repair leather bellows")
    page = enter(visit("/", width=390, script=False), "tomas")
    apply_and_submit(page, site, path, {"notes.txt": b"Notes.\n"}, look)
    fits(page)
    look(page, "handed-in")
    expect(page.get_by_text("SHA-256").first).to_be_visible()
