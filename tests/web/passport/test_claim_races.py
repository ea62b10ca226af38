"""A hundred people press at once; the credential goes into one passport."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

TESTS = Path(__file__).resolve().parents[2]

SCRIPT = textwrap.dedent(
    """
    import threading
    from concurrent.futures import ThreadPoolExecutor

    import django

    django.setup()
    from tables import make_tables

    make_tables()
    from django.db import connection
    from django.test import Client

    from stackmark_web import clock
    from stackmark_web.accounts.models import User
    from stackmark_web.awarding import claims
    from stackmark_web.awarding.models import Award, Step
    from stackmark_web.catalogue.models import Achievement, AchievementVersion
    from stackmark_web.passport.models import Holding
    from stackmark_web.tenancy.models import Organisation

    import stackmark
    from stackmark.keys import PrivateKey

    house = Organisation.objects.create(slug="north", name="North", kind="university")
    lineage = Achievement.everywhere.create(organisation=house, created_at=clock.now())
    version = AchievementVersion.everywhere.create(
        organisation=house, achievement=lineage, number=1, state="published", title="Soil",
        edited_at=clock.now(), published_at=clock.now(),
    )
    signed = stackmark.issue(
        {
            "id": "https://north.example/a", "type": ["Achievement"], "name": "Soil",
            "description": "Soil.", "criteria": {"narrative": "Ten samples."},
        },
        recipient="ada@people.example",
        key=PrivateKey.generate("ed25519"),
    )
    award = Award.everywhere.create(
        organisation=house, version=version, state="offered", recipient_email="ada@people.example",
        valid_from=clock.now(), salt="00", signed=signed, created_at=clock.now(),
    )
    token = claims.new_link(award).rsplit("/", 1)[1]
    people = [User.objects.create_user(f"p{n}@people.example") for n in range(10)]
    browsers = []
    for n in range(100):
        browser = Client(raise_request_exception=True)
        browser.force_login(people[n % 10])
        browsers.append(browser)
    gate = threading.Barrier(20)

    def press(browser):
        try:
            return browser.post(f"/claim/{token}/keep", HTTP_HOST="127.0.0.1").url
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(press, browsers))
    held = Holding.objects.get()
    award.refresh_from_db()
    taken = [url for url in answers if url == f"/passport/{held.pk}"]
    assert award.holder == held.user, "another holder than passport"
    assert Step.objects.filter(award=award, to_state="claimed").count() == 1, "claimed twice"
    assert 1 <= len(taken) <= 10, len(taken)  # the one who was first, and only they
    assert sum(url.startswith("/claim/") for url in answers) == 100 - len(taken)
    print("one claim")
    """
)


def test_a_hundred_parallel_claims_make_one(tmp_path):
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
        "STACKMARK_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "stackmark_web.settings.test",
        "PYTHONPATH": os.pathsep.join([str(TESTS.parent / "src"), str(TESTS)]),
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout.strip().endswith("one claim"), done.stderr[-2000:]
