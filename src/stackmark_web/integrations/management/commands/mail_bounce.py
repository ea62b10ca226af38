"""``manage.py mail_bounce < message``: a delivery failure notice, piped in by the mail server."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage
from typing import Any, cast

from django.core.management.base import BaseCommand

from stackmark_web.integrations.actions import record_bounce

_LIMIT = 1_000_000  # bytes of a notice that are read


class Command(BaseCommand):
    """Notes which letter came back (RFC 3464)."""

    help = "Read a delivery status notification from standard input and note the bounce."

    def handle(self, *args: Any, **options: Any) -> None:
        """Find the returned letter's Message-ID and the server's answer."""
        data = sys.stdin.buffer.read(_LIMIT)
        notice = cast("EmailMessage", message_from_bytes(data, policy=policy.default))
        parts = [part for part in notice.walk() if part is not notice][:50]
        answer = _answer(parts)
        known = answer is not None and any(
            record_bounce(one, answer=answer) for one in dict.fromkeys(_ids(parts))
        )
        self.stdout.write("Noted." if known else "Not a failure notice of one of our letters.")


def _answer(parts: list[Any]) -> str | None:
    """The server's answer of a failed delivery; None if nothing failed."""
    for part in parts:
        if part.get_content_type() != "message/delivery-status":
            continue
        for block in part.get_payload():
            if str(block.get("Action", "")).strip().lower() == "failed":
                return str(block.get("Diagnostic-Code", ""))
    return None


def _ids(parts: list[Any]) -> Iterator[str]:
    """Message-IDs of the returned letter, whole or headers only."""
    for part in parts:
        if part.get("Message-ID"):
            yield str(part["Message-ID"])
        if part.get_content_type() == "text/rfc822-headers":
            headers = message_from_string(part.get_content())
            yield str(headers.get("Message-ID", ""))
