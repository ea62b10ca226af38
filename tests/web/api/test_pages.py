"""Pages of tokens and webhooks, and the description of the API."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from stackmark_web.api import description
from stackmark_web.api.models import Token
from stackmark_web.audit.models import AuditEvent
from stackmark_web.integrations import webhook_actions
from stackmark_web.integrations.models import Webhook

TOKEN = re.compile(r"smk_[0-9A-Za-z]{16}_[0-9A-Za-z]{38}")


@pytest.fixture
def browser(world):
    made = Client()
    made.force_login(world.owner, "django.contrib.auth.backends.ModelBackend")
    made.post("/account/reauthenticate/", {"password": "a-long-password"})
    return made


def test_a_token_is_made_shown_once_replaced_and_revoked(world, browser):
    path = reverse("api:tokens", args=["northfield"])
    data = {"name": "Student system", "scopes": ["awards:read", "verify"], "days": "90"}
    made = browser.post(path, data)
    (text,) = set(TOKEN.findall(made.content.decode()))
    assert made["Cache-Control"].startswith("max-age=0")
    assert "no-store" in made["Cache-Control"]
    listed = browser.get(path).content.decode()
    assert "Student system" in listed
    assert not TOKEN.search(listed)
    row = Token.everywhere.get(name="Student system")
    assert (row.scopes, row.maker) == (["awards:read", "verify"], world.owner)
    assert (row.expires_at - row.created_at).days == 90
    replaced = browser.post(
        reverse("api:token_replace", args=["northfield", row.pk]), {"overlap": "24", "days": "180"}
    )
    (other,) = set(TOKEN.findall(replaced.content.decode()))
    assert other != text
    row.refresh_from_db()
    new = Token.everywhere.get(replaces=row)
    assert (new.scopes, new.name) == (row.scopes, row.name)
    for one in (text, other):
        assert _open(one) == 200
    browser.post(reverse("api:token_revoke", args=["northfield", row.pk]))
    assert (_open(text), _open(other)) == (401, 200)
    verbs = list(AuditEvent.objects.filter(target_type="token").values_list("verb", flat=True))
    assert verbs[:3] == ["api-token.revoked", "api-token.replaced", "api-token.made"]


def _open(text):
    headers = {"authorization": f"Bearer {text}"}
    return Client().get("/api/v1/organisation", headers=headers).status_code


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "", "scopes": ["verify"], "days": "90"}, "This field is required"),
        ({"name": "A", "days": "90"}, "This field is required"),
        ({"name": "A", "scopes": ["everything"], "days": "90"}, "everything"),
        ({"name": "A", "scopes": ["verify"], "days": "4000"}, "4000"),
    ],
)
def test_what_no_token_is_made_of(world, browser, data, said):
    answer = browser.post(reverse("api:tokens", args=["northfield"]), data)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Token.everywhere.filter(organisation=world.here).count() == 1


def test_a_webhook_is_added_tried_paused_and_removed(world, browser):
    path = reverse("integrations:webhooks", args=["northfield"])
    bad = browser.post(path, {"url": "https://10.0.0.1/", "events": ["award.offered"]})
    assert bad.status_code == 422
    assert "its host is an address" in bad.content.decode()
    made = browser.post(path, {"url": "https://a.example/in", "events": ["award.offered"]})
    (secret,) = set(re.findall(r"whsec_[0-9A-Za-z+/=]{44}", made.content.decode()))
    hook = Webhook.everywhere.get()
    one = reverse("integrations:webhook", args=["northfield", hook.pk])
    assert secret not in browser.get(one).content.decode()
    browser.post(f"{one}/ping")
    assert "ping" in browser.get(one).content.decode()
    browser.post(f"{one}/switch")
    hook.refresh_from_db()
    assert hook.state == "paused"
    renewed = browser.post(f"{one}/secret").content.decode()
    assert secret not in renewed
    assert "whsec_" in renewed
    browser.post(f"{one}/remove")
    assert not Webhook.everywhere.exists()


def test_the_page_describes_every_operation(world, browser):
    page = Client().get("/api/v1/docs")
    text = page.content.decode()
    plain = re.sub("</?(?:bdi|wbr)>", "", text)
    for path, method, one in description.operations(description.document()):
        assert f"<strong>{method.upper()}</strong> {path}" in plain
        assert f'id="{one["operationId"]}"' in text
    assert "<script" not in text.split("<main")[1].split("</main>")[0]
    for address in re.findall(r'(?:src|href)="([^"]*)"', text):
        assert address.startswith(("/", "#")), address
        assert not address.startswith("//")


def test_the_description_is_for_programs_of_everybody():
    answer = Client().get("/api/v1/openapi.json")
    found = answer.json()
    assert found["openapi"].startswith("3.1")
    assert answer["Access-Control-Allow-Origin"] == "*"
    for _path, _method, one in description.operations(found):
        assert one["x-scope"] or one["operationId"] == "organisation"
        assert {"401", "404", "429", "500", "503"} <= one["responses"].keys()


def test_somebody_elses_secret_is_not_there(world):
    stranger = Client()
    stranger.force_login(world.stranger, "django.contrib.auth.backends.ModelBackend")
    stranger.post("/account/reauthenticate/", {"password": "a-long-password"})
    hook, _secret = world.hook()
    message = webhook_actions.ping(hook, actor=world.owner)
    for path in (
        reverse("api:token_replace", args=["elsewhere", world.token.pk]),
        reverse("integrations:webhook", args=["elsewhere", hook.pk]),
    ):
        assert stranger.get(path).status_code == 404
    again = reverse("integrations:webhook_again", args=["elsewhere", hook.pk, message.pk])
    assert stranger.post(again).status_code == 404


def test_where_messages_go_is_changed_after_the_password_only(world, browser):
    """As for adding one: a browser left open sends nobody's messages elsewhere."""
    hook, _ = world.hook("award.offered")
    one = reverse("integrations:webhook", args=["northfield", hook.pk])
    data = {"url": "https://evil.example/in", "events": ["award.offered"]}
    left = Client()
    left.force_login(world.owner, "django.contrib.auth.backends.ModelBackend")
    assert "/account/reauthenticate/" in left.post(one, data)["Location"]
    assert Webhook.everywhere.get().url == hook.url
    browser.post(one, data)
    assert Webhook.everywhere.get().url == "https://evil.example/in"
