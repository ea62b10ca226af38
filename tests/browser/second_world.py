"""A site of one of everything (tests/small_world.py), for the pages that no link leads to.

Run as a program it makes that world in ``STACKMARK_DATA`` and prints an address for every route;
with the word ``hostile`` behind it, every field in that world says something hostile.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
PASSWORD = "a-long-password"  # of everybody in it


def make(*, hostile=False):
    """For every route its address and who opens it, each one's cookies, and how many texts speak."""
    sys.path.insert(0, str(TESTS))
    import django
    import pytest

    django.setup()
    import small_world
    from hostile_words import Voice, short
    from tables import make_tables
    from web import test_routes

    make_tables()
    say = Voice(short(most=150)) if hostile else small_world.nice
    with pytest.MonkeyPatch.context() as patch:
        small_world.no_network(patch)
        stage = object.__new__(test_routes.Stage)
        stage.world = small_world.SmallWorld(say)
    stage.world.claim_token = stage.world.link("offered")
    rules = test_routes.RULES.items()
    pages = {name: [one.who, stage.path(name, one)] for name, one in rules if "GET" in one.methods}
    people = {who for who, _ in pages.values()}
    cookies = {who: cookies_of(getattr(stage.world, who)) for who in people}
    pages["accounts:guardian_answer"] = ["owner", guardian_page(stage.world.learner)]
    pages["accounts:newcomer"] = ["newcomer", "/account/newcomer"]
    cookies["newcomer"] = cookies_of_a_newcomer()
    return {"pages": pages, "cookies": cookies, "said": len(getattr(say, "said", ()))}


def cookies_of(user):
    """Signed in, and the password said once more a moment ago: some pages ask for that."""
    from django.test import Client

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
    said = browser.post("/account/reauthenticate/", {"password": PASSWORD})
    assert said.status_code == 302, said.content.decode()
    return {name: morsel.value for name, morsel in browser.cookies.items()}


def guardian_page(child):
    """Where a letter to the child's guardian leads."""
    from stackmark_web.accounts import guardians

    made = guardians.ask(child, "parent@people.example", actor=child)
    made.token_hash = guardians.hash_of("a-token-of-a-guardian-in-a-test")
    made.save()
    return "/account/guardian/a-token-of-a-guardian-in-a-test"


def cookies_of_a_newcomer():
    """Somebody whom an institution named, and who has no account here."""
    from django.test import Client, RequestFactory

    from stackmark_web.accounts import institutions
    from stackmark_web.accounts.claims import Claims

    browser, request = Client(SERVER_NAME="127.0.0.1"), RequestFactory().get("/")
    request.session = browser.session
    named = Claims("northfield", "https://idp.example", "s-1", "new@people.example", True, "Nina")
    institutions.remember_newcomer(request, named)
    request.session.save()
    return {name: morsel.value for name, morsel in browser.cookies.items()}


if __name__ == "__main__":
    print(json.dumps(make(hostile="hostile" in sys.argv)))
