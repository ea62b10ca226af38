"""Signing in with an institution by OpenID Connect: the good way and every bad one."""

from __future__ import annotations

import html
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client

from simulators import oidc_provider
from simulators.oidc_provider import ISSUER, Provider
from stackmark_web import clock
from stackmark_web.accounts import oidc, providers
from stackmark_web.accounts.models import Identity, User
from stackmark_web.audit import people
from stackmark_web.audit.models import AuditEvent

GOES = re.compile(r'content="0;url=([^"]+)"')
BACK = "/account/from/northfield"
ADA = {"email": "ada@northfield.example", "email_verified": True, "name": "Ada Lovelace"}


@pytest.fixture
def provider(db, settings, tmp_path, monkeypatch):
    path = tmp_path / "oidc.toml"
    path.write_text(
        f'[[provider]]\nname = "northfield"\ntitle = "Northfield"\nissuer = "{ISSUER}"\n'
        'client_id = "stackmark"\nclient_secret = "a secret: with + signs"\n'
        'mail_domains = ["northfield.example"]\n'
    )
    settings.OIDC_FILE = str(path)
    made = Provider()
    monkeypatch.setattr(oidc, "_OUTSIDE", made)
    cache.clear()
    yield made
    cache.clear()
    providers._read.cache_clear()


def begin(client, **form):
    """Press the button: where the browser is led."""
    answer = client.post("/account/with/northfield", form)
    return html.unescape(GOES.search(answer.content.decode())[1])


def come_back(client, provider, url=None, **claims):
    url = url or begin(client)
    return client.get(BACK, provider.consent(url, clock.now(), **claims))


def who(client):
    return client.session.get("_auth_user_id")


def reason(caplog):
    """The one word the log has for the last refusal."""
    told = [one.getMessage() for one in caplog.records if "institution_views" in one.name]
    return told[-1].rpartition(": ")[2]


@pytest.fixture
def connected(provider, person):
    ada = person("ada")
    Identity.objects.create(
        user=ada, provider="northfield", issuer=ISSUER, subject="0042", added_at=clock.now()
    )
    return ada


def test_the_sign_in_page_names_it(client, provider):
    assert "Sign in with Northfield" in client.get("/account/login/").content.decode()


def test_who_is_connected_is_let_in(client, provider, connected):
    answer = come_back(client, provider)
    assert answer.status_code == 302
    assert who(client) == str(connected.pk)
    assert Identity.objects.get().used_at is not None


def test_a_newcomer_makes_an_account(client, provider):
    answer = come_back(client, provider, **ADA)
    assert answer["Location"] == "/account/newcomer"
    page = client.get("/account/newcomer").content.decode()
    assert "ada@northfield.example" in page
    client.post("/account/newcomer", {"name": "Ada", "age": "grown"})
    ada = User.objects.get(email="ada@northfield.example")
    assert who(client) == str(ada.pk)
    assert EmailAddress.objects.get(user=ada).verified
    assert (ada.identities.get().issuer, ada.identities.get().subject) == (ISSUER, "0042")
    assert not ada.has_usable_password()
    verbs = AuditEvent.objects.filter(target_id=people.code_of(ada)).values_list("verb", flat=True)
    assert {"account.made", "account.identity-added", "account.signed-in"} <= set(verbs)


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ada@elsewhere.example", "email_verified": True},
        {"email": "ada@northfield.example", "email_verified": False},
        {"email": "ada@northfield.example"},
        {"email": "ada@northfield.example", "email_verified": "true"},
        {"email": "ada@northfield.example.evil.example", "email_verified": True},
    ],
)
def test_an_address_it_does_not_vouch_for_makes_no_account(client, provider, claims):
    come_back(client, provider, **claims)
    page = client.get("/account/newcomer").content.decode()
    assert 'name="age"' not in page
    answer = client.post("/account/newcomer", {"name": "Ada", "age": "grown"})
    assert answer.status_code == 302
    assert not User.objects.exists()


def test_an_address_alone_connects_nobody(client, provider, person):
    ada = person("ada", email="ada@northfield.example")
    come_back(client, provider, **ADA)
    answer = client.post("/account/newcomer", {"name": "Ada", "age": "grown"})
    assert "Sign in to it once" in answer.content.decode()
    assert who(client) is None
    assert not ada.identities.exists()


def test_whoever_signs_in_and_shows_it_again_connects(client, provider, person):
    ada = person("ada", password="correct horse battery")
    come_back(client, provider, **ADA)
    form = {"login": ada.email, "password": "correct horse battery"}
    client.post("/account/login/", form)
    assert who(client) == str(ada.pk)
    assert (
        "Connect Northfield to this account?"
        in client.get("/account/institutions").content.decode()
    )
    answer = client.post("/account/institutions", {"act": "connect"})
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert not ada.identities.exists(), "not before it was shown once more"
    client.post("/account/reauthenticate/", {"password": "correct horse battery"})
    client.post("/account/institutions", {"act": "connect"})
    assert ada.identities.get().subject == "0042"


def test_an_identity_of_somebody_else_is_not_taken(client, provider, connected, person):
    bob = person("bob", password="correct horse battery")
    client.post("/account/login/", {"login": bob.email, "password": "correct horse battery"})
    client.post("/account/reauthenticate/", {"password": "correct horse battery"})
    answer = come_back(client, provider, begin(client, purpose="add"))
    assert "Another account here" in client.get(answer["Location"]).content.decode()
    assert Identity.objects.get().user == connected


def test_a_second_step_is_asked_for_as_ever(client, provider, connected):
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(connected, generate_totp_secret())
    answer = come_back(client, provider)
    assert answer["Location"] == "/account/2fa/authenticate/"
    assert who(client) is None


def test_a_closed_account_stays_closed(client, provider, connected):
    User.objects.update(is_active=False)
    come_back(client, provider)
    assert who(client) is None


def test_it_can_be_taken_away(client, provider, connected):
    connected.set_password("correct horse battery")
    connected.save()
    come_back(client, provider)
    client.post("/account/reauthenticate/", {"password": "correct horse battery"})
    row = Identity.objects.get()
    other = Client()
    other.force_login(User.objects.create_user("eve@people.example", None))
    other.post("/account/institutions", {"act": "remove", "identity": row.pk})
    assert Identity.objects.exists()
    client.post("/account/institutions", {"act": "remove", "identity": row.pk})
    assert not Identity.objects.exists()


WRONG = {
    "issuer": {"iss": "https://login.elsewhere.example"},
    "audience": {"aud": "another client"},
    "two audiences": {"aud": ["stackmark", "another client"]},
    "party": {"azp": "another client"},
    "nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1},
    "no end": {"exp": None},
    "old": {"iat": 1},
    "future": {"iat": 4_000_000_000},
    "subject": {"sub": None},
    "empty subject": {"sub": ""},
}


@pytest.mark.parametrize("word", WRONG)
def test_a_token_with_wrong_claims_is_refused(client, provider, connected, caplog, word):
    provider.changes = WRONG[word]
    answer = come_back(client, provider)
    assert answer.status_code == 400
    assert who(client) is None
    expected = {
        "two audiences": "audience",
        "party": "audience",
        "no nonce": "nonce",
        "no end": "expired",
        "old": "time",
        "future": "time",
        "empty subject": "subject",
    }
    assert reason(caplog) == expected.get(word, word)


def test_a_token_signed_by_another_key_is_refused(client, provider, connected, caplog):
    provider.signer = oidc_provider.key()
    assert come_back(client, provider).status_code == 400
    assert reason(caplog) == "proof.signature"


def test_a_token_without_signature_is_refused(client, provider, connected, caplog, monkeypatch):
    import jwt

    real = jwt.encode
    monkeypatch.setattr(jwt, "encode", lambda said, *_a, **_k: real(said, None, "none"))
    assert come_back(client, provider).status_code == 400
    assert reason(caplog) in ("algorithm", "read.jws")


def test_a_token_of_an_unknown_key_is_refused(client, provider, connected, caplog):
    provider.header = {"kid": "two"}
    assert come_back(client, provider).status_code == 400
    assert reason(caplog) == "key"


def test_a_new_key_of_the_provider_is_found(client, provider, connected):
    come_back(client, provider)
    provider.key, provider.kid = oidc_provider.key(), "two"
    again = Client()
    come_back(again, provider)
    assert who(again) == str(connected.pk)


def test_an_answer_works_once_and_only_where_it_was_asked_for(client, provider, connected, caplog):
    url = begin(client)
    query = provider.consent(url, clock.now())
    stranger = Client()
    assert stranger.get(BACK, query).status_code == 400
    assert reason(caplog) == "not asked for"
    assert client.get(BACK, query | {"state": "another"}).status_code == 400
    assert reason(caplog) == "state"
    assert client.get(BACK, query).status_code == 400, "a wrong answer ends the question"
    assert who(client) is None


def test_a_code_of_another_question_is_refused(client, provider, connected, caplog):
    """Injected codes fail by PKCE: the verifier is that of this browser."""
    foreign = provider.consent(begin(Client()), clock.now())
    mine = provider.consent(begin(client), clock.now())
    assert client.get(BACK, mine | {"code": foreign["code"]}).status_code == 400
    assert reason(caplog) == "token"


def test_an_answer_of_another_issuer_is_a_mix_up(client, provider, connected, caplog):
    query = provider.consent(begin(client), clock.now())
    client.get(BACK, query | {"iss": "https://login.elsewhere.example"})
    assert reason(caplog) == "mix-up"


def test_a_no_is_told_as_one(client, provider):
    begin(client)
    state = client.session["institution"]["state"]
    answer = client.get(BACK, {"error": "access_denied", "state": state})
    assert "did not want to go on" in answer.content.decode()


def test_a_late_answer_is_refused(client, provider, connected, caplog):
    url = begin(client)
    with clock.at(clock.now() + oidc_provider_life()):
        assert come_back(client, provider, url).status_code == 400
    assert reason(caplog) == "not asked for"


def oidc_provider_life():
    from datetime import timedelta

    return timedelta(minutes=16)


def test_a_description_of_another_issuer_is_refused(client, provider, caplog):
    provider.description["issuer"] = "https://login.elsewhere.example"
    assert client.post("/account/with/northfield").status_code == 400
    assert reason(caplog) == "discovery"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:1"])
def test_nobody_is_led_elsewhere(client, provider, connected, target):
    answer = come_back(client, provider, begin(client, next=target))
    assert answer["Location"] == "/passport"


def test_a_page_of_ours_is_gone_back_to(client, provider, connected):
    answer = come_back(client, provider, begin(client, next="/recognition"))
    assert answer["Location"] == "/recognition"


def test_the_redirect_address_is_exact_and_not_from_the_host_header(client, provider):
    answer = client.post("/account/with/northfield", HTTP_HOST="localhost")
    url = html.unescape(GOES.search(answer.content.decode())[1])
    assert "redirect_uri=http%3A%2F%2F127.0.0.1%3A8000%2Faccount%2Ffrom%2Fnorthfield&" in url


def test_a_file_that_cannot_be_used_stops_the_start(settings, tmp_path):
    from stackmark_web.accounts.checks import institutions

    path = tmp_path / "bad.toml"
    path.write_text('[[provider]]\nname = "x"\ntitle = "X"\nissuer = "http://plain.example"\n')
    settings.OIDC_FILE = str(path)
    (found,) = institutions()
    assert found.id == "accounts.E001"
    assert "provider 1: issuer is an https address" in found.msg
