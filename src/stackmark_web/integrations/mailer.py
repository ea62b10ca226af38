"""Send what the outbox holds, each letter at most once.

A letter is marked as being sent, and that is committed, before the mail server hears of it. If
the process dies in between, nobody can know whether it left: it becomes *perhaps sent* and is
not tried again (fault F13).

A mail server that cannot be reached is found out before any letter is touched: then all wait. One
that answers slowly ends the round, so that nothing else the worker does is held up by it.
"""

from __future__ import annotations

import logging
import smtplib
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from email.utils import formataddr, make_msgid, parseaddr
from functools import partial
from typing import Any, Final, Self
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from stackmark_web import clock
from stackmark_web.integrations.lean import written
from stackmark_web.integrations.letters import one_line
from stackmark_web.integrations.models import OutboxMail

MAX_ATTEMPTS: Final = 8
_ROUND: Final = 5.0  # seconds after which a round begins no further letter
_PAUSE: Final = timedelta(minutes=2)  # before a server that was away is asked again
_LOG: Final = logging.getLogger(__name__)
_DOUBT_AFTER: Final = timedelta(minutes=10)
_State: Final = OutboxMail.State


_GATES: Final[list[Callable[[str], bool]]] = []


def gate(may_send: Callable[[str], bool]) -> None:
    """Ask this about the key of a letter before its first try; False: it left long ago."""
    if may_send not in _GATES:
        _GATES.append(may_send)


def send_due(limit: int = 200) -> int:
    """Send up to ``limit`` letters whose time has come, the oldest first. How many were tried."""
    _note_doubts()
    now = clock.now()
    waiting = OutboxMail.everywhere.filter(state=_State.QUEUED, not_before__lte=now)
    due = list(waiting.order_by("queued_at").values_list("pk", flat=True)[:limit])
    if not due:
        return 0
    with Line() as line:
        return sum(line.is_open() and _send(pk, line) for pk in due)


class Line:
    """A connection to the mail server for one round of letters."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None
        self._begun = time.monotonic()
        self._over = False
        self.told = True  # whether DATA was said, after which nobody knows what the server has

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def is_open(self) -> bool:
        """Whether the next letter may go; when the server is away, all letters are put off."""
        if self._over or time.monotonic() - self._begun > _ROUND:
            return False
        if self._connection is None:
            connection = get_connection()
            try:
                connection.open()
            except (OSError, smtplib.SMTPException) as error:
                self.put_off(error)
                return False
            self._connection = connection
        return True

    def send(self, mail: OutboxMail) -> None:
        """Hand a letter over; raises what the server or the network says."""
        smtp = getattr(self._connection, "connection", None)
        self.told = smtp is None
        if smtp is not None:
            smtp.data = partial(self._tell, smtp)
        _message(mail, self._connection).send()

    def _tell(self, smtp: Any, text: Any) -> Any:
        self.told = True
        return type(smtp).data(smtp, text)

    def close(self) -> None:
        """Hang up; the next letter opens the line anew."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                connection.close()

    def put_off(self, error: Exception) -> None:
        """The server is in trouble: this round is over, and what waits is tried again later."""
        self._over = True
        self.close()
        _LOG.warning("mail server not reached: %s", error)
        now = clock.now()
        OutboxMail.everywhere.filter(state=_State.QUEUED, not_before__lte=now).update(
            not_before=now + _PAUSE,
            answer=" ".join(f"Mail server not reached: {error}".split())[:300],
        )


def _send(pk: object, line: Line) -> bool:
    """Send one letter if it is still ours to send."""
    message_id = make_msgid(domain=urlsplit(settings.PUBLIC_URL).hostname)
    mine = OutboxMail.everywhere.filter(pk=pk, state=_State.QUEUED).update(
        state=_State.SENDING, message_id=message_id, sent_at=clock.now()
    )
    if not mine:
        return False
    mail = OutboxMail.everywhere.select_related("organisation").get(pk=pk)
    if mail.attempts == 0 and not all(may(mail.key) for may in _GATES):
        _mark(mail, _State.DOUBT, "it left before the database was restored")
        return True
    try:
        line.send(mail)
    except _NOT_SENT as error:
        _try_later(mail, error)
        line.close()
    except Exception as error:  # noqa: BLE001 - whatever it was, the letter may have left
        if line.told:
            _mark(mail, _State.DOUBT, f"{type(error).__name__}")
        else:
            _try_later(mail, error)
        line.put_off(error)
    else:
        _mark(mail, _State.SENT, "")
    return True


# The server said no, or was never reached: certainly not delivered.
_NOT_SENT: Final = (
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPDataError,
    smtplib.SMTPNotSupportedError,
    ConnectionRefusedError,
    ValueError,  # an address or header that cannot be written
)


def _message(mail: OutboxMail, connection: BaseEmailBackend | None) -> EmailMultiAlternatives:
    name = one_line(mail.organisation.name) if mail.organisation else ""
    _, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    reply = [mail.organisation.email] if mail.organisation and mail.organisation.email else []
    words = written(mail)
    message = EmailMultiAlternatives(
        subject=words.subject,
        body=words.text,
        from_email=formataddr((name, address)) if name else settings.DEFAULT_FROM_EMAIL,
        to=[mail.to],
        reply_to=reply,
        connection=connection,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    if words.html:
        message.attach_alternative(words.html, "text/html")
    return message


def _try_later(mail: OutboxMail, error: Exception) -> None:
    """Wait longer each time; give up on a plain no or after many tries."""
    attempts = mail.attempts + 1
    if attempts >= MAX_ATTEMPTS or isinstance(error, ValueError) or _final(error):
        _mark(mail, _State.FAILED, str(error))
        return
    OutboxMail.everywhere.filter(pk=mail.pk, state=_State.SENDING).update(
        state=_State.QUEUED,
        attempts=attempts,
        sent_at=None,
        not_before=clock.now() + timedelta(minutes=2**attempts),
        answer=" ".join(str(error).split())[:300],
    )


def _final(error: Exception) -> bool:
    """Whether the server's answer is a permanent no (RFC 5321: 5xx)."""
    codes = [getattr(error, "smtp_code", 0)]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [answer[0] for answer in error.recipients.values()]
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False  # a wrong password is mended by the operator, and the mail then goes
    return any(500 <= code < 600 for code in codes)


def _mark(mail: OutboxMail, state: str, answer: str) -> None:
    OutboxMail.everywhere.filter(pk=mail.pk, state=_State.SENDING).update(
        state=state, answer=" ".join(answer.split())[:300]
    )


def _note_doubts() -> None:
    """Letters whose sender died on the way."""
    OutboxMail.everywhere.filter(
        state=_State.SENDING, sent_at__lt=clock.now() - _DOUBT_AFTER
    ).update(state=_State.DOUBT, answer="the sender stopped while sending")
