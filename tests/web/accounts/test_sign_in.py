from __future__ import annotations

import re
import threading
import time

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from simulators.smtp_host import smtp_host
from stackmark.adapters.clock import SystemClock
from stackmark_web.accounts import mailing
from stackmark_web.accounts.models import User

PASSWORD = "correct horse battery"
CODE = re.compile(r"^ {4}(\S+)$", re.MULTILINE)


def code():
    """The code in the last letter."""
    return CODE.search(mail.outbox[-1].body)[1]


@pytest.fixture
def ada(person):
    return person("ada", password=PASSWORD)


def sign_in(client, email, password=PASSWORD, **more):
    return client.post("/account/login/", {"login": email, "password": password, **more})


def who(client):
    return client.session.get("_auth_user_id")


def hidden(text):
    """A page without what differs from one showing of a form to the next."""
    return re.sub(r'(csrfmiddlewaretoken"|name="id") value="[^"]+"', "", text)


def test_sign_up_by_code(client, db):
    answer = client.post(
        "/account/signup/", {"email": "Ada@People.example", "password1": PASSWORD, "age": "grown"}
    )
    assert answer["Location"].startswith("/account/confirm-email/")
    assert who(client) is None, "not before the address is verified"
    assert mail.outbox[-1].to == ["ada@people.example"]
    client.post("/account/confirm-email/", {"code": code()})
    ada = User.objects.get(email="ada@people.example")
    assert who(client) == str(ada.pk)
    assert EmailAddress.objects.get(user=ada).verified


def test_sign_up_without_a_password(client, db):
    client.post(
        "/account/signup/", {"email": "ada@people.example", "password1": "", "age": "grown"}
    )
    client.post("/account/confirm-email/", {"code": code()})
    ada = User.objects.get()
    assert who(client) == str(ada.pk)
    assert not ada.has_usable_password()


def test_a_weak_password_is_refused_with_words(client, db):
    answer = client.post(
        "/account/signup/", {"email": "a@people.example", "password1": "password1"}
    )
    assert "too common" in answer.text or "too short" in answer.text
    assert not User.objects.exists()


def test_sign_up_does_not_say_who_has_an_account(client, ada):
    mail.outbox.clear()
    pages = []
    for email in ("ada@people.example", "new@people.example"):
        fresh = Client()
        answer = fresh.post(
            "/account/signup/", {"email": email, "password1": PASSWORD, "age": "grown"}
        )
        page = fresh.get(answer["Location"])
        pages.append(
            (answer.status_code, answer["Location"], hidden(page.text).replace(email, "X"))
        )
    assert pages[0] == pages[1]
    assert [letter.subject for letter in mail.outbox] == [
        "You have an account already",
        "Your code to verify this address",
    ]


@pytest.mark.parametrize("path", ["/account/login/code/", "/account/password/reset/"])
def test_neither_code_nor_reset_says_who_has_an_account(ada, path):
    pages = []
    for email in ("ada@people.example", "nobody@people.example"):
        fresh = Client()
        answer = fresh.post(path, {"email": email}, follow=True)
        pages.append((answer.redirect_chain, hidden(answer.text).replace(email, "X")))
    assert pages[0] == pages[1]
    assert len(mail.outbox) == 2, "a letter each, so that time tells nothing either"


def test_a_wrong_password_and_an_unknown_address_answer_alike(ada):
    pages = []
    for email in ("ada@people.example", "nobody@people.example"):
        answer = sign_in(Client(), email, "wrong password")
        pages.append((answer.status_code, hidden(answer.text).replace(email, "X")))
    assert pages[0] == pages[1]
    assert "do not belong together" in pages[0][1]


def test_sign_in_by_code(client, ada):
    client.post("/account/login/code/", {"email": "ada@people.example"})
    assert who(client) is None
    client.post("/account/login/code/confirm/", {"code": code()})
    assert who(client) == str(ada.pk)


def test_a_code_is_gone_after_three_wrong_tries(client, ada):
    client.post("/account/login/code/", {"email": "ada@people.example"})
    right = code()
    for _ in range(3):
        client.post("/account/login/code/confirm/", {"code": "BBBB-BBBB"})
    client.post("/account/login/code/confirm/", {"code": right})
    assert who(client) is None


def test_any_verified_address_signs_in(client, ada):
    EmailAddress.objects.create(user=ada, email="ada@work.example", verified=True)
    sign_in(client, "Ada@Work.example")
    assert who(client) == str(ada.pk)


def test_the_session_is_a_new_one_after_sign_in(client, ada):
    client.get("/account/login/")
    client.session["x"] = 1
    before = client.session.session_key
    sign_in(client, "ada@people.example")
    assert client.session.session_key != before


def test_a_new_password_ends_every_other_session(ada):
    here, there = Client(), Client()
    sign_in(here, "ada@people.example")
    sign_in(there, "ada@people.example")
    new = "another horse battery"
    answer = here.post(
        "/account/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )
    assert answer.status_code == 302
    assert here.get("/account/profile").status_code == 200
    assert there.get("/account/profile")["Location"] == "/account/login/?next=/account/profile"
    assert "Your password was changed" in [letter.subject for letter in mail.outbox]


def test_sessions_are_listed_and_ended(ada):
    here, there = Client(), Client(headers={"user-agent": "Old Phone"})
    sign_in(here, "ada@people.example")
    sign_in(there, "ada@people.example")
    assert "Old Phone" in here.get("/account/sessions/").text
    here.post("/account/sessions/")
    assert there.get("/account/profile").status_code == 302
    assert here.get("/account/profile").status_code == 200


def test_a_reset_link_names_our_public_address_whatever_host_was_asked(client, ada, settings):
    settings.ALLOWED_HOSTS = ["*"]
    settings.PUBLIC_URL = "https://badges.example.org"
    client.post(
        "/account/password/reset/",
        {"email": "ada@people.example"},
        headers={"host": "evil.example"},
    )
    body = mail.outbox[-1].body
    assert "evil" not in body
    link = re.search(r"https://badges\.example\.org(/account/password/reset/key/\S+)", body)[1]
    form = client.get(link, follow=True)
    new = "another horse battery"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert client.get(link, follow=True).context.get("token_fail"), "a link works once"
    fresh = Client()
    sign_in(fresh, "ada@people.example", new)
    assert who(fresh) == str(ada.pk)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil.example",
        "https:evil.example",
        "http://127.0.0.1:8000@evil.example/",
        "http://localhost/",
        "\thttps://evil.example",
    ],
)
def test_after_sign_in_one_stays_on_this_origin(client, ada, target):
    """A85; other hosts we answer for are other origins, too."""
    answer = sign_in(client, "ada@people.example", next=target)
    assert answer["Location"] == "/passport"


def test_after_sign_in_one_goes_where_one_wanted(client, ada):
    answer = sign_in(client, "ada@people.example", next="/organisations/new?x=1")
    assert answer["Location"] == "/organisations/new?x=1"


def test_ten_wrong_tries_end_the_trying(ada):
    for number in range(10):
        answer = sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), "ada@people.example", "wrong")
        assert "do not belong together" in answer.text
    fresh = Client(REMOTE_ADDR="198.51.100.99")
    answer = sign_in(fresh, "ada@people.example")
    assert "Too many tries" in answer.text
    assert who(fresh) is None


def test_the_addresses_of_a_person_share_their_tries(ada):
    EmailAddress.objects.create(user=ada, email="ada@work.example", verified=True)
    for number in range(10):
        email = ("ada@people.example", "ADA@work.example")[number % 2]
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), email, "wrong")
    answer = sign_in(Client(REMOTE_ADDR="198.51.100.99"), "ada@work.example")
    assert "Too many tries" in answer.text


def test_strangers_do_not_lock_out_a_browser_that_signed_in_before(ada):
    """A98."""
    own = Client(REMOTE_ADDR="203.0.113.5")
    sign_in(own, "ada@people.example")
    own.post("/account/logout/")
    for _ in range(51):  # the same network, the worst case
        sign_in(Client(REMOTE_ADDR="203.0.113.5"), "ada@people.example", "wrong")
    sign_in(own, "ada@people.example")
    assert who(own) == str(ada.pk)


def test_a_known_browser_has_ten_tries_as_well(ada, person):
    own = Client()
    sign_in(own, "ada@people.example")
    own.post("/account/logout/")
    for _ in range(10):
        sign_in(own, "ada@people.example", "wrong")
    assert "Too many tries" in sign_in(own, "ada@people.example").text


def test_a_known_browser_is_known_for_its_own_person_only(ada, person):
    person("eve", password=PASSWORD)
    eve = Client()
    sign_in(eve, "eve@people.example")
    eve.post("/account/logout/")
    for number in range(10):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), "ada@people.example", "wrong")
    assert "Too many tries" in sign_in(eve, "ada@people.example").text
    eve.cookies["stackmark_device"] = f"account:{ada.pk}|word:forged"
    assert "Too many tries" in sign_in(eve, "ada@people.example").text


def test_many_tries_from_one_network_end_too(db):
    for number in range(50):
        sign_in(Client(REMOTE_ADDR="198.51.100.7"), f"p{number}@people.example", "wrong")
    answer = sign_in(Client(REMOTE_ADDR="198.51.100.7"), "p99@people.example", "wrong")
    assert "Too many tries" in answer.text
    answer = sign_in(Client(REMOTE_ADDR="198.51.100.8"), "p99@people.example", "wrong")
    assert "do not belong together" in answer.text


def test_an_address_header_nobody_vouches_for_changes_nothing(db):
    for number in range(50):
        sign_in(
            Client(REMOTE_ADDR="198.51.100.7", headers={"x-forwarded-for": f"192.0.2.{number}"}),
            f"p{number}@people.example",
            "wrong",
        )
    answer = sign_in(
        Client(REMOTE_ADDR="198.51.100.7", headers={"x-forwarded-for": "192.0.2.200"}),
        "p99@people.example",
        "wrong",
    )
    assert "Too many tries" in answer.text


def test_whoever_registered_an_address_first_does_not_share_it_with_its_owner(db):
    """Somebody signs up with another's address and waits; its owner then signs in by code."""
    thief, owner = Client(), Client()
    thief.post(
        "/account/signup/", {"email": "ada@people.example", "password1": PASSWORD, "age": "grown"}
    )
    mail.outbox.clear()
    owner.post("/account/login/code/", {"email": "ada@people.example"})
    owner.post("/account/login/code/confirm/", {"code": code()})
    assert who(owner)
    later = Client()
    assert "do not belong together" in sign_in(later, "ada@people.example").text
    assert who(later) is None


def test_a_second_step_is_asked_for_and_kept_sealed(client, ada):
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal import auth as totp

    secret = totp.generate_totp_secret()
    totp.TOTP.activate(ada, secret)
    stored = Authenticator.objects.get(user=ada).data["secret"]
    assert secret not in stored
    answer = sign_in(client, "ada@people.example")
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert who(client) is None
    client.post(answer["Location"], {"code": "000000"})
    assert who(client) is None
    counter = int(SystemClock().now().timestamp()) // 30
    right = totp.format_hotp_value(totp.hotp_value(secret, counter))
    client.post(answer["Location"], {"code": right})
    assert who(client) == str(ada.pk)


def test_a_second_step_survives_a_new_server_secret(settings):
    from stackmark_web.accounts.adapter import SecondStepAdapter

    sealed = SecondStepAdapter().encrypt("JBSWY3DP")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one"
    assert SecondStepAdapter().decrypt(sealed) == "JBSWY3DP"


def test_a_mail_server_in_trouble_is_said_to_everybody_alike(ada, monkeypatch):
    from django.core.mail.backends.locmem import EmailBackend

    def down(self, messages):
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailBackend, "send_messages", down)
    pages = []
    for email in ("ada@people.example", "nobody@people.example"):
        answer = Client().post("/account/login/code/", {"email": email}, follow=True)
        assert "could not take the letter" in answer.text
        pages.append(hidden(answer.text).replace(email, "X"))
    assert pages[0] == pages[1]


@pytest.fixture
def silent(settings, monkeypatch):
    """A mail server that says nothing until ``silent.ends`` is set, and a page that waits 0.3 s."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 20
    monkeypatch.setattr(mailing, "PATIENCE", 0.3)
    ends = threading.Event()

    class Late(dict):
        def get(self, word, usual):
            ends.wait(10)
            return super().get(word, usual)

    with smtp_host() as host:
        host.answers, host.ends = Late(), ends
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", host.port
        yield host
        ends.set()
        assert until(lambda: mailing.on_their_way() == 0)


def until(true):
    for _ in range(500):
        if true():
            return True
        time.sleep(0.01)
    return False


def ask_for_code(email):
    begun = time.monotonic()
    answer = Client().post("/account/login/code/", {"email": email}, follow=True)
    assert time.monotonic() - begun < 3
    return answer.text


def test_a_mail_server_that_says_nothing_holds_nobody_up(ada, silent):
    emails = ("ada@people.example", "nobody@people.example")
    pages = [hidden(ask_for_code(email)).replace(email, "X") for email in emails]
    assert "The letter may take some minutes" in pages[0]
    assert pages[0] == pages[1]
    assert silent.taken == []
    silent.ends.set()
    assert until(lambda: len(silent.taken) == 2), "they go out all the same"


def test_letters_that_wait_for_a_silent_server_are_few(ada, silent, monkeypatch):
    monkeypatch.setattr(mailing, "MOST", 2)
    for _ in range(2):
        assert "may take some minutes" in ask_for_code("ada@people.example")
    for email in ("ada@people.example", "nobody@people.example"):
        assert "could not take the letter" in ask_for_code(email)
    assert silent.calls == 2
    silent.ends.set()
    assert until(lambda: mailing.on_their_way() == 0)
    assert "could not take the letter" not in ask_for_code("ada@people.example")


def test_what_fails_after_the_page_is_in_the_log_without_the_address(ada, silent, caplog):
    silent.answers["RCPT"] = "550 no"
    ask_for_code("ada@people.example")
    silent.ends.set()
    assert until(lambda: mailing.on_their_way() == 0)
    assert "account/email/login_code was not sent: SMTPRecipientsRefused" in caplog.text
    assert "ada@" not in caplog.text


def test_signing_out_is_a_post(client, ada):
    sign_in(client, "ada@people.example")
    client.get("/account/logout/")
    assert who(client)
    client.post("/account/logout/")
    assert who(client) is None


def test_letters_name_the_host_people_know(client, person):
    person("ada")
    client.post("/account/login/code/", {"email": "ada@people.example"})
    name = mail.outbox[-1].message()["Message-ID"]
    assert name.endswith("@127.0.0.1>")  # that of PUBLIC_URL
