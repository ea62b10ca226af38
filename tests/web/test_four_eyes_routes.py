"""No route lets one person publish, issue, revoke or touch keys where two are asked for (A112).

The routes are those of ``test_routes``: on every page of each the owner, alone, sends every form,
filled with what it offers. Without rules of four eyes that does each of these things; with them it
does none. So a new route that leads around the second person fails here by itself.
"""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from django.db import transaction
from lxml import html

import small_world
from stackmark_web import clock
from stackmark_web.approvals.models import Policy
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.jobs.models import Chunk
from stackmark_web.tenancy.models import Handover, Membership, Organisation, SigningKey

_spec = spec_from_file_location("the_routes", Path(__file__).with_name("test_routes.py"))
assert _spec is not None
_routes = module_from_spec(_spec)
sys.modules["the_routes"] = _routes
_spec.loader.exec_module(_routes)
NAMES, RULES, Stage = _routes.NAMES, _routes.RULES, _routes.Stage

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.xdist_group("routes")]
# Words of an address that stand for more than the one the rules of the routes name.
OTHERS = {
    "catalogue:act": [{"verb": verb} for verb in ("publish", "approve", "submit", "draft")],
}
NOT_THESE = ("/account/", "/demo", "/theme", "/language")
# What forms ask for and no page offers.
WORDS = {
    "reason": "issued-in-error",
    "successor": "elsewhere",
    "why": "merged",
    "did_host_wanted": "ids.northfield.example",
    "recipient_email": "zed@people.example",
    "email": "zed@people.example",
    "recipient_name": "Zed",
    "confirm": "northfield",
}


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        small_world.no_network(patch)
        with transaction.atomic():
            yield Stage()
            transaction.set_rollback(True)
    small_world.forget_files()


def protected():
    """Everything that two have to want, by what it is called."""
    return {
        "keys": sorted(SigningKey.everywhere.values_list("method_id", "state")),
        "identities": sorted(
            Organisation.objects.exclude(did_host="").values_list("pk", "did_host")
        ),
        # An offer that is over, declined or withdrawn, gives nothing away: one may end it.
        "handovers": sorted(
            (str(pk), state if state not in OVER else "offered")
            for pk, state in Handover.everywhere.values_list("pk", "state")
        ),
        "published": sorted(
            AchievementVersion.everywhere.exclude(published_at=None).values_list("pk", flat=True)
        ),
        "signed": sorted(Award.everywhere.exclude(sha256="").values_list("pk", flat=True)),
        "taken back": sorted(
            Award.everywhere.filter(state__in=("revoked", "suspended")).values_list("pk", "state")
        ),
        "rules": sorted(
            map(str, Policy.everywhere.values("publishing", "keys", "revoking", "bulk_over"))
        ),
        "boxes": sorted(Organisation.objects.filter(four_eyes=True).values_list("pk", flat=True)),
    }


OVER = ("declined", "withdrawn")


def seconds():
    """Somebody else in each institution, who could be the second."""
    for organisation in Organisation.objects.filter(parent=None):
        second = small_world.User.objects.create_user(f"two-{organisation.slug}@people.example")
        Membership.everywhere.create(user=second, organisation=organisation, role="owner")


def strict():
    """Two for everything, everywhere."""
    for organisation in Organisation.objects.filter(parent=None):
        Policy.everywhere.filter(organisation=organisation).delete()
        Policy.everywhere.create(
            organisation=organisation,
            publishing=True,
            keys=True,
            revoking=True,
            bulk_over=0,
            watched=[str(pk) for pk in Achievement.everywhere.values_list("pk", flat=True)],
            changed_at=clock.now().replace(year=2020),
        )
    Organisation.objects.update(four_eyes=True)


def forms_of(page):
    """What a browser would send of every form of a page: address, and each way of filling it."""
    if page.streaming or not page.content or "html" not in page.get("Content-Type", ""):
        return
    for form in html.fromstring(page.content).forms:
        if form.method.upper() != "POST":
            continue
        values = dict(filled(form))
        buttons = form.xpath('.//button[@name] | .//input[@type="submit"][@name]')
        for button in buttons or [None]:
            pressed = {} if button is None else {button.get("name"): button.get("value") or "1"}
            yield form.get("action") or page.wsgi_request.path, values | pressed


def filled(form):
    for one in form.inputs:
        kind = one.get("type", one.tag)
        if not one.name or kind in ("submit", "button", "file"):
            continue
        if kind == "checkbox":
            yield one.name, one.get("value") or "on"
        elif one.name in WORDS and kind != "hidden":
            yield one.name, WORDS[one.name]
        elif kind == "select":
            chosen = [value for value in [one.value, *one.value_options] if value]
            yield one.name, chosen[0] if chosen else ""
        elif kind == "radio":
            yield one.name, one.get("value") or ""
        else:
            yield one.name, one.get("value") or one.text or "x"


def attempts(stage, name):
    """Every POST the owner can send from here: the empty one, and what the page's forms say."""
    rule = RULES[name]
    if rule.kind == "account" or name.startswith(("api:vc_", "demo:", "mfa_", "account")):
        return
    for more in [{}, *OTHERS.get(name, [])]:
        path = stage.path(name, rule, **more)
        if "POST" in rule.methods:
            yield path, {}
            yield path, WORDS
        if "GET" in rule.methods:
            for action, values in forms_of(stage.browser("owner").get(path)):
                yield (action if action.startswith("/") else path), values


def done_by(stage, path, values):
    """What of the protected changed when the owner sent this, work in the background included."""
    with transaction.atomic():
        before = protected()
        stage.browser("owner", raise_request_exception=False).post(path, values)
        if Chunk.objects.filter(state="waiting").exists():
            small_world.work_until_done()
        after = protected()
        transaction.set_rollback(True)
    return {word for word in before if before[word] != after[word]}


def walk(stage):
    """Everything every form does: what changed, by the name of the route."""
    found, sent = {}, set()
    for name in NAMES:
        for path, values in list(attempts(stage, name)):
            key = (path, tuple(sorted(values.items())))
            if path.startswith(NOT_THESE) or key in sent:
                continue
            sent.add(key)
            for word in done_by(stage, path, values):
                found.setdefault(word, set()).add(name)
    return found


def test_without_rules_the_forms_do_each_of_these_things(stage):
    """So that the test below means something."""
    with transaction.atomic():
        seconds()
        found = walk(stage)
        transaction.set_rollback(True)
    assert set(found) >= {"keys", "published", "signed", "taken back", "rules", "handovers"}


def test_with_rules_one_person_alone_does_none(stage):
    with transaction.atomic():
        seconds()
        strict()
        found = walk(stage)
        transaction.set_rollback(True)
    assert found == {}
