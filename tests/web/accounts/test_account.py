from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied

from stackmark.errors import UsageError
from stackmark_web.accounts import actions, queries
from stackmark_web.accounts.models import User
from stackmark_web.audit import people
from stackmark_web.audit.models import AuditEvent

PASSWORD = "correct horse battery"
OPEN = [
    "/account/login/",
    "/account/signup/",
    "/account/login/code/",
    "/account/password/reset/",
    "/account/password/reset/done/",
]
OWN = [
    "/account/profile",
    "/account/email/",
    "/account/password/change/",
    "/account/2fa/",
    "/account/2fa/webauthn/",
    "/account/2fa/webauthn/add/",
    "/account/2fa/totp/activate/",
    "/account/sessions/",
    "/account/reauthenticate/",
    "/account/logout/",
]


class Inline(HTMLParser):
    """Whatever a strict content security policy would not run or apply."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        names = dict(attributes)
        if tag == "script" and "src" not in names:
            self.found.append("script")
        if tag == "style" or "style" in names:
            self.found.append(f"style on {tag}")
        self.found += [f"{name} on {tag}" for name in names if name.startswith("on")]


@pytest.fixture
def ada(person):
    return person("ada", password=PASSWORD)


@pytest.fixture
def signed_in(client, ada):
    """Ada, having just typed her password."""
    client.post("/account/login/", {"login": ada.email, "password": PASSWORD})
    client.get("/account/email/")
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def inline(text):
    parser = Inline()
    parser.feed(text)
    return parser.found


@pytest.mark.parametrize("path", OPEN)
def test_pages_for_everybody_hold_nothing_inline(client, db, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert inline(answer.text) == []
    assert "Stackmark" in answer.text


@pytest.mark.parametrize("path", OWN)
def test_pages_of_ones_own_hold_nothing_inline(signed_in, path):
    answer = signed_in.get(path)
    assert answer.status_code == 200, answer.headers.get("Location")
    assert inline(answer.text) == []
    assert answer.headers["Cache-Control"].startswith(("no-store", "max-age=0"))


@pytest.mark.parametrize("path", OWN[:-1])
def test_nobody_sees_them(client, db, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert "/account/login/" in answer["Location"]


def test_the_profile_is_saved(signed_in, ada):
    answer = signed_in.post(
        "/account/profile", {"name": "  Ada \n Lovelace ", "is_operator": "on"}, follow=True
    )
    assert "Saved." in answer.text
    ada.refresh_from_db()
    assert (ada.name, ada.is_operator) == ("Ada Lovelace", False)


def test_only_oneself_edits_a_profile(ada, person):
    with pytest.raises(PermissionDenied, match="another person"):
        actions.edit_profile(ada, actor=person("eve"), name="Eve")
    with pytest.raises(UsageError, match="not on offer"):
        actions.edit_profile(ada, actor=ada, name="Ada", locale="xx")
    with pytest.raises(UsageError, match="200"):
        actions.edit_profile(ada, actor=ada, name="A" * 201)
    ada.refresh_from_db()
    assert ada.name == "Ada"


def test_an_address_is_added_verified_and_made_primary(signed_in, ada):
    signed_in.post("/account/email/", {"action_add": "", "email": "ada@work.example"})
    assert mail.outbox[-1].to == ["ada@work.example"]
    code = re.search(r"^ {4}(\S+)$", mail.outbox[-1].body, re.MULTILINE)[1]
    signed_in.post("/account/confirm-email/", {"code": code})
    assert queries.owns_address(ada, "ADA@work.example")
    signed_in.post("/account/email/", {"action_primary": "", "email": "ada@work.example"})
    ada.refresh_from_db()
    assert ada.email == "ada@work.example"
    assert queries.verified_addresses(ada) == ["ada@work.example", "ada@people.example"]
    assert AuditEvent.objects.filter(
        verb="account.primary-changed", actor_code__in=people.codes_of(ada)
    ).exists()


def test_the_primary_address_may_go_and_another_takes_its_place(signed_in, ada):
    EmailAddress.objects.create(user=ada, email="ada@work.example", verified=True)
    answer = signed_in.post(
        "/account/email/", {"action_remove": "", "email": "ada@people.example"}, follow=True
    )
    assert "What you hold stays." in answer.text
    ada.refresh_from_db()
    assert ada.email == "ada@work.example"
    left = EmailAddress.objects.get(user=ada)
    assert (left.email, left.primary, left.verified) == ("ada@work.example", True, True)


def test_the_last_verified_address_stays(signed_in, ada):
    EmailAddress.objects.create(user=ada, email="new@people.example", verified=False)
    answer = signed_in.post(
        "/account/email/", {"action_remove": "", "email": "ada@people.example"}, follow=True
    )
    assert "This is your only verified address." in answer.text
    assert queries.verified_addresses(ada) == ["ada@people.example"]


def test_anothers_address_cannot_be_taken(signed_in, ada, person):
    person("eve")
    signed_in.post("/account/email/", {"action_remove": "", "email": "eve@people.example"})
    signed_in.post("/account/email/", {"action_primary": "", "email": "eve@people.example"})
    signed_in.post("/account/email/", {"action_add": "", "email": "eve@people.example"})
    assert queries.person_by_address("eve@people.example").name == "Eve"
    assert not queries.owns_address(ada, "eve@people.example")
    ada.refresh_from_db()
    assert ada.email == "ada@people.example"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/account/email/", {"action_add": "", "email": "x@people.example"}),
        ("/account/2fa/totp/activate/", {"code": "1"}),
        ("/account/2fa/webauthn/add/", {"credential": "{}"}),
        ("/account/password/set/", {"password1": "x"}),
    ],
)
def test_sensitive_changes_ask_again_who_one_is(client, ada, path, data):
    client.force_login(ada)
    answer = client.post(path, data)
    assert answer.status_code == 302
    wanted = "/account/password/change/" if "password" in path else "/account/reauthenticate/"
    assert answer["Location"].startswith(wanted)
    assert EmailAddress.objects.filter(user=ada).count() == 1


def test_the_passkey_page_gives_the_script_what_it_needs(signed_in):
    import json
    from html import unescape

    text = signed_in.get("/account/2fa/webauthn/add/").text
    options = json.loads(unescape(re.search(r'data-options="([^"]+)"', text)[1]))
    assert options["publicKey"]["rp"] == {"id": "testserver", "name": "Stackmark"}
    assert options["publicKey"]["challenge"]
    assert 'data-passkey="create"' in text
    assert "accounts/passkey.js" in text


def test_a_passkey_answer_that_is_none_is_refused(signed_in, ada):
    for credential in ("{}", "[]", "null", "nonsense", '{"id": "x", "rawId": "x", "response": {}}'):
        answer = signed_in.post(
            "/account/2fa/webauthn/add/", {"name": "x", "credential": credential}
        )
        assert answer.status_code == 200, credential
    assert queries.ways_in(ada).passkeys == 0


def test_a_passkey_sign_in_that_is_none_is_refused(client, ada):
    client.get("/account/2fa/webauthn/login/", headers={"accept": "application/json"})
    for credential in ("", "{}", "[]", "null", "nonsense", '{"id": "x", "rawId": "x"}'):
        answer = client.post("/account/2fa/webauthn/login/", {"credential": credential})
        assert (answer.status_code, answer["Location"]) == (302, "/account/login/"), credential
    assert "_auth_user_id" not in client.session


def test_the_account_page_tells_what_happened(signed_in):
    text = signed_in.get("/account/profile").text
    assert "Ada signed in" in text
    assert "Always works" in text


def test_a_person_is_found_by_verified_addresses_only(ada, person):
    EmailAddress.objects.create(user=ada, email="not-yet@people.example", verified=False)
    assert queries.person_by_address("not-yet@people.example") is None
    assert queries.person_by_address(" ADA@people.example ") == ada
    ada.is_active = False
    ada.save()
    assert queries.person_by_address("ada@people.example") is None


def test_new_people_are_written_to_in_the_language_of_the_page(client, db):
    client.post(
        "/account/signup/", {"email": "new@people.example", "password1": PASSWORD, "age": "grown"}
    )
    assert User.objects.get().locale == "en"
