"""Where one has to have shown lately who one is, people without a password too (A118, ASVS 7.5.1).

The list comes from the views themselves: a new view that asks needs its line here, and one that
stops asking fails.
"""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import get_resolver, reverse

import stackmark_web
from stackmark_web import clock
from stackmark_web.accounts.models import User
from stackmark_web.integrations import webhook_actions
from stackmark_web.tenancy.models import Invitation, Membership

CODE = re.compile(r"\b([B-Z2-9]{4})-([B-Z2-9]{4})\b")
NONE = uuid.UUID(int=0)
# Every view that asks, and whether looking at the page asks too.
ASKS = {
    "approvals:approve": ("northfield", NONE),
    "api:tokens": ("northfield",),
    "api:token_replace": ("northfield", NONE),
    "awarding:key_anew": ("northfield", 1),
    "integrations:webhooks": ("northfield",),
    "integrations:webhook": ("northfield", NONE),
    "integrations:webhook_secret": ("northfield", NONE),
    "passport:asked_answer": ("x" * 43,),
    "passport:asked_prepare": ("x" * 43,),
    "passport:asked_present": ("x" * 43,),
    "passport:dids": (),
    "passport:download_all": (),
    "passport:reissue": (NONE,),
    "tenancy:end": ("northfield", 1),
    "tenancy:give": ("northfield",),
    "tenancy:handover": ("northfield",),
    "tenancy:handover_answer": ("northfield", NONE),
    "tenancy:handover_signed": ("northfield", NONE),
    "tenancy:handover_withdraw": ("northfield", NONE),
    "tenancy:host": ("northfield",),
    "tenancy:key_change": ("northfield",),
    "tenancy:key_revoke": ("northfield", 1),
    "tenancy:people": ("northfield",),
}
# Pages of allauth that change how one gets in.
ALLAUTHS = {
    "account_email": {"action_add": "", "email": "evil@elsewhere.example"},
    "mfa_activate_totp": {},
    "mfa_add_webauthn": {},
    "mfa_generate_recovery_codes": {},
}


@pytest.fixture(autouse=True)
def _uncounted(db):
    cache.clear()


def walk(patterns, space=""):
    for one in patterns:
        if hasattr(one, "url_patterns"):
            yield from walk(
                one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space
            )
        elif one.name:
            yield f"{space}{one.name}", one.callback


def test_the_list_is_whole():
    found = {name for name, view in walk(get_resolver().url_patterns) if _asks(view)}
    assert found == set(ASKS)


def _asks(view):
    """Marked, or a wrapper of something marked."""
    while view is not None:
        if getattr(view, "asks_to_be_sure", False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False


def test_nobody_uses_the_decorator_that_lets_people_without_a_password_through():
    root = Path(stackmark_web.__file__).parent
    users = [path.name for path in root.rglob("*.py") if "account.decorators" in path.read_text()]
    assert users == []


@pytest.mark.parametrize("name", ASKS)
def test_who_has_no_password_is_asked_for_a_code(
    client, northfield, alice, unsure, monkeypatch, name
):
    if name.startswith("integrations:webhook"):  # looked up before it is asked
        hook, _secret = webhook_actions.add_webhook(
            northfield, actor=alice, url="https://a.example/in", events=["approval.waiting"]
        )
        monkeypatch.setitem(ASKS, name, ("northfield", hook.pk)[: len(ASKS[name])])
    client.force_login(alice)
    unsure(client)
    path = reverse(name, args=ASKS[name])
    ask = client.get if name == "passport:download_all" else client.post
    answer = ask(path)
    assert answer.status_code == 302, answer.status_code
    assert answer["Location"].startswith("/account/sure?next="), answer["Location"]


@pytest.mark.parametrize("name", ALLAUTHS)
def test_so_do_the_pages_that_change_how_one_gets_in(client, alice, unsure, name):
    client.force_login(alice)
    unsure(client)
    answer = client.post(reverse(name), ALLAUTHS[name])
    assert answer["Location"].startswith("/account/sure?next=")
    assert alice.emailaddress_set.count() == 1


def test_a_session_alone_sets_no_password_to_confirm_with(client, alice, unsure):
    """With one, whoever took a session could confirm everything else."""
    client.force_login(alice)
    unsure(client)
    given = {"password1": "a-thief's-own-words", "password2": "a-thief's-own-words"}
    client.post("/account/password/set/", given)
    assert not User.objects.get(pk=alice.pk).has_usable_password()


def test_what_was_posted_is_done_after_the_code(client, northfield, alice, bob, unsure):
    client.force_login(alice)
    unsure(client)
    asked = client.post("/manage/northfield/people/give", {"user": bob.pk, "role": "designer"})
    assert not Membership.everywhere.filter(user=bob, role="designer").exists()
    client.post(asked["Location"], {"next": "/manage/northfield/people/give"})
    code = "".join(CODE.search(mail.outbox[-1].body).groups())
    done = client.post(asked["Location"], {"code": code, "next": "/manage/northfield/people/give"})
    assert done["Location"] == "/manage/northfield/people"
    assert Membership.everywhere.filter(user=bob, role="designer").exists()


def test_an_owner_is_invited_only_by_who_is_sure(client, northfield, alice, unsure):
    client.force_login(alice)
    unsure(client)
    page = "/manage/northfield/people"
    assert client.get(page).status_code == 200, "reading is free"
    asked = client.post(page, {"email": "otto@people.example", "roles": ["owner"]})
    assert asked["Location"].startswith("/account/sure?next=")
    assert not Invitation.everywhere.exists()
    client.post(asked["Location"], {"next": page})
    code = "".join(CODE.search(mail.outbox[-1].body).groups())
    client.post(asked["Location"], {"code": code, "next": page})
    assert Invitation.everywhere.get().roles == ["owner"]


def test_it_holds_for_a_quarter_of_an_hour(client, alice):
    client.force_login(alice)
    assert client.post("/manage/northfield/people/give").status_code == 302
    with clock.at(clock.now() + timedelta(minutes=16)):
        answer = client.post("/manage/northfield/people/give")
    assert answer["Location"].startswith("/account/sure?next=")


def test_a_mailed_sign_in_code_of_yesterday_is_not_fresh(client, person, unsure):
    """What the session does not tell is not taken for fresh."""
    kim = person("kim")
    client.force_login(kim)
    unsure(client)
    assert client.get("/passport/all.zip")["Location"].startswith("/account/sure?next=")


def test_nobody_is_led_to_sign_in():
    assert Client().post("/manage/northfield/people/give")["Location"].startswith("/account/login/")
