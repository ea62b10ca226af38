"""The outbox: queued once, sent at most once, words of the organisation, hostile values."""

from __future__ import annotations

import email
import io
import socket
from datetime import timedelta
from email import policy

import pytest
from django.core.management import call_command
from django.urls import reverse

from simulators.smtp_host import SLOW, smtp_host
from stackmark_web import clock
from stackmark_web.integrations import mailer
from stackmark_web.integrations.actions import queue_mail, save_template
from stackmark_web.integrations.models import OutboxMail

pytestmark = pytest.mark.django_db
State = OutboxMail.State


@pytest.fixture
def smtp(settings):
    """Sends through a simulated server: with smtp(RCPT="550 no") as host."""
    from contextlib import contextmanager

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 5

    @contextmanager
    def start(**answers):
        with smtp_host(**answers) as host:
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", host.port
            yield host

    return start


def letter(key="k", **context):
    context = {
        "recipient_name": "Ada",
        "title": "Logic",
        "link": "https://x.example/claim/1",
        **context,
    }
    return queue_mail("offer", to="ada@people.example", key=key, language="en", context=context)


def test_a_letter_goes_out_once(smtp):
    mail = letter()
    assert letter() is None, "the same key is the same letter"
    with smtp() as host:
        assert mailer.send_due() == 1
        assert mailer.send_due() == 0
    mail.refresh_from_db()
    assert mail.state == State.SENT
    (taken,) = host.taken
    message = email.message_from_bytes(taken, policy=policy.default)
    assert message["To"] == "ada@people.example"
    assert message["Message-ID"] == mail.message_id
    assert "https://x.example/claim/1" in message.get_body(("plain",)).get_content()
    assert 'href="https://x.example/claim/1"' in message.get_body(("html",)).get_content()


def test_a_sender_that_died_leaves_a_doubt_and_no_second_letter(smtp):
    mail = letter()
    OutboxMail.everywhere.update(state=State.SENDING, sent_at=clock.now() - timedelta(minutes=11))
    with smtp() as host:
        mailer.send_due()
    mail.refresh_from_db()
    assert (mail.state, host.taken) == (State.DOUBT, [])


def test_a_connection_cut_after_the_letter_is_a_doubt(smtp):
    mail = letter()
    with smtp(END="") as host:
        mailer.send_due()
    mail.refresh_from_db()
    assert (mail.state, len(host.taken)) == (State.DOUBT, 1)


@pytest.mark.parametrize("word", ["MAIL", "RCPT"])
def test_a_connection_cut_before_the_letter_is_no_doubt(smtp, word):
    """Nothing of it had left: it goes out later, once (fault F13)."""
    mail, other = letter(), letter("other")
    with smtp(**{word: ""}) as host:
        mailer.send_due()
        assert host.taken == []
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.QUEUED, 1)
    other.refresh_from_db()
    assert (other.state, other.attempts) == (State.QUEUED, 0), "the round is over"
    with smtp() as host, clock.at(clock.now() + timedelta(hours=1)):
        assert mailer.send_due() == 2
    assert len(host.taken) == 2


@pytest.mark.parametrize(("word", "state"), [("RCPT", State.QUEUED), ("END", State.DOUBT)])
def test_a_slow_server_ends_the_round(smtp, settings, word, state):
    """Too slow before the letter: later. Too slow after it: in doubt, and never twice."""
    settings.EMAIL_TIMEOUT = 0.2
    mail, other = letter(), letter("other")
    with smtp(**{word: SLOW}):
        mailer.send_due()
    for one in (mail, other):
        one.refresh_from_db()
    assert (mail.state, other.state) == (state, State.QUEUED)
    assert other.attempts == 0


def test_a_plain_no_is_final_and_a_soft_no_is_tried_later(smtp):
    mail = letter()
    with smtp(RCPT="451 busy"):
        mailer.send_due()
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.QUEUED, 1)
    assert mail.not_before > clock.now()
    with smtp(RCPT="550 nobody here"), clock.at(clock.now() + timedelta(hours=1)):
        mailer.send_due()
    mail.refresh_from_db()
    assert mail.state == State.FAILED
    assert "nobody here" in mail.answer


def test_a_server_that_is_away_holds_nothing_up(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    mail, other = letter(), letter("other")
    assert mailer.send_due() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (State.QUEUED, 0), "its own tries are not used up"
    assert "Mail server not reached" in mail.answer
    assert mailer.send_due() == 0, "for a while the server is not asked again"
    other.refresh_from_db()
    assert other.not_before > clock.now()


@pytest.mark.parametrize(
    "fault", [socket.gaierror(-2, "Name or service not known"), TimeoutError("timed out")]
)
def test_a_server_that_was_never_reached_leaves_no_doubt(settings, monkeypatch, smtp, fault):
    """No name, no answer: nothing left this machine, so all of it goes out later."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    def away(*_arguments, **_named):
        raise fault

    mail = letter()
    with monkeypatch.context() as patch:
        patch.setattr("smtplib.SMTP.connect", away)
        mailer.send_due()
    mail.refresh_from_db()
    assert mail.state == State.QUEUED
    with smtp() as host, clock.at(clock.now() + timedelta(hours=1)):
        assert mailer.send_due() == 1
    mail.refresh_from_db()
    assert (mail.state, len(host.taken)) == (State.SENT, 1)


def test_a_server_that_goes_dumb_ends_the_round(smtp):
    """One letter is in doubt, not all that wait; and the worker is free again."""
    mails = [letter(f"{number}") for number in range(3)]
    with smtp(END=""):
        assert mailer.send_due() == 1
    states = sorted(OutboxMail.everywhere.values_list("state", flat=True))
    assert states == [State.DOUBT, State.QUEUED, State.QUEUED]
    with smtp() as host, clock.at(clock.now() + timedelta(hours=1)):
        assert mailer.send_due() == 2
    assert len(host.taken) == len(mails) - 1


def test_letters_of_a_round_share_one_line(smtp):
    for number in range(3):
        letter(f"{number}")
    with smtp() as host:
        assert mailer.send_due() == 3
    assert (host.calls, len(host.taken)) == (1, 3)


def test_values_are_never_markup_headers_or_placeholders(smtp, northfield):
    northfield.name = "Evil\r\nBcc: all@people.example"
    northfield.save()
    queue_mail(
        "offer",
        to="ada@people.example",
        key="x",
        organisation=northfield,
        language="en",
        context={
            "recipient_name": "<img src=x onerror=alert(1)>",
            "title": "{{link}} **b**\nBcc: x@y.example",
            "link": 'https://x.example/?a="><script>',
        },
    )
    with smtp() as host:
        mailer.send_due()
    message = email.message_from_bytes(host.taken[0], policy=policy.default)
    assert message["Bcc"] is None
    assert "\n" not in str(message["Subject"])
    page = message.get_body(("html",)).get_content()
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "{{link}} **b**" in page


def test_own_words_of_the_nearest_unit_in_the_language(northfield, organisation, alice):
    faculty = organisation("science", parent=northfield)
    save_template(
        northfield,
        actor=alice,
        kind="offer",
        language="en",
        subject="N {{title}}",
        body="Dear {{recipient_name}}",
    )
    assert letter("a").subject == " has awarded you Logic"
    one = queue_mail(
        "offer",
        to="a@people.example",
        key="b",
        organisation=faculty,
        language="en-GB",
        context={"title": "Logic", "recipient_name": "Ada"},
    )
    assert (one.subject, one.text) == ("N Logic", "Dear Ada")
    save_template(faculty, actor=alice, kind="offer", language="en", subject="S", body="S")
    two = queue_mail("offer", to="a@people.example", key="c", organisation=faculty, language="en")
    assert two.subject == "S"
    save_template(faculty, actor=alice, kind="offer", language="en", subject="", body="")
    three = queue_mail(
        "offer",
        to="a@people.example",
        key="d",
        organisation=faculty,
        language="en",
        context={"title": "Logic"},
    )
    assert three.subject == "N Logic"


def test_a_bounce_is_noted(northfield, monkeypatch):
    mail = letter()
    OutboxMail.everywhere.update(state=State.SENT, message_id="<1@here>")
    notice = (
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient: rfc822; ada@people.example\r\nAction: failed\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 unknown user\r\n\r\n"
        "--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <1@here>\r\nSubject: x\r\n\r\n--b--\r\n"
    )
    stdin = io.TextIOWrapper(io.BytesIO(notice.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    out = io.StringIO()
    call_command("mail_bounce", stdout=out)
    mail.refresh_from_db()
    assert out.getvalue() == "Noted.\n"
    assert (mail.state, mail.answer) == (State.BOUNCED, "smtp; 550 5.1.1 unknown user")


def test_a_delay_notice_is_no_bounce(monkeypatch):
    letter()
    OutboxMail.everywhere.update(state=State.SENT, message_id="<1@here>")
    notice = (
        'Content-Type: multipart/report; boundary="b"\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n'
        "Reporting-MTA: dns; mx\r\n\r\nAction: delayed\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        "Message-ID: <1@here>\r\n\r\nx\r\n--b--\r\n"
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(notice.encode())))
    call_command("mail_bounce", stdout=io.StringIO())
    assert OutboxMail.everywhere.get().state == State.SENT


@pytest.mark.parametrize("name", ["outbox", "words"])
def test_only_those_who_may_see_the_mail(name, client, alice, bob, charlie, northfield):
    url = reverse(f"integrations:{name}", args=["northfield"])
    assert client.get(url).status_code == 302
    for user, status in ((alice, 200), (bob, 403), (charlie, 404)):
        client.force_login(user)
        assert client.get(url).status_code == status


def test_words_are_previewed_saved_and_refused(client, alice, northfield):
    client.force_login(alice)
    url = reverse("integrations:edit", args=["northfield", "offer", "en"])
    page = client.post(url, {"subject": "For {{nobody}}", "body": "x"})
    assert "“nobody” is no placeholder" in page.content.decode()
    page = client.post(
        url, {"subject": "To {{recipient_name}}", "body": "**Well done**", "preview": "1"}
    )
    assert "To Ada Lovelace" in page.content.decode()
    assert client.post(url, {"subject": "To {{recipient_name}}", "body": "Well"}).status_code == 302
    again = client.get(url).content.decode()
    assert "To {{recipient_name}}" in again


def test_the_outbox_writes_days_as_all_pages_do(client, alice, northfield):
    queue_mail(
        "offer",
        to="ada@people.example",
        organisation=northfield,
        key="k",
        language="en",
        context={"recipient_name": "Ada", "title": "Logic", "link": "https://x.example/1"},
    )
    mail = OutboxMail.everywhere.get()
    client.force_login(alice)
    page = client.get(reverse("integrations:outbox", args=["northfield"])).content.decode()
    assert f'<time datetime="{mail.queued_at.isoformat(timespec="seconds")}">' in page
