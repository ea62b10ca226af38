"""Queue letters, keep an organisation's own words, note what came back."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.integrations.lean import fold
from stackmark_web.integrations.letters import LETTERS, unknown_placeholders, write
from stackmark_web.integrations.models import MailTemplate, OutboxMail
from stackmark_web.integrations.queries import nearest_words
from stackmark_web.jobs.storing import Maker, Writing, inserts_of, ordered_uuid
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require


def queue_mail(
    kind: str,
    *,
    to: str,
    key: str,
    organisation: Any = None,
    language: str = "",
    context: Mapping[str, Any] | None = None,
    award_id: uuid.UUID | None = None,
    not_before: datetime | None = None,
) -> OutboxMail | None:
    """Put a letter into the outbox, in the caller's transaction; sending never holds anything up.

    ``key`` names the letter (``offer:<award>:<n>``): a second one with the same key is not made
    and None is returned. Without an address nothing is queued.
    """
    if not to or OutboxMail.everywhere.filter(key=key[:120]).exists():
        return None
    letter = Letter(kind, to, key, language, context or {}, award_id, not_before)
    return queue_many(organisation, [letter])[0]


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to be queued, as ``queue_mail`` takes it."""

    kind: str
    to: str
    key: str
    language: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    award_id: uuid.UUID | None = None
    not_before: datetime | None = None


def queue_many(organisation: Any, letters: Iterable[Letter]) -> list[OutboxMail]:
    """Letters of one organisation into the outbox at once; a key that is there stays as it is."""
    words: dict[tuple[str, str], tuple[str, str] | None] = {}
    mails: list[OutboxMail] = []
    for letter in letters:
        style = (letter.kind, letter.language)
        if style not in words:
            words[style] = nearest_words(organisation, *style)
        mails.append(_mail(organisation, letter, words[style]))
    OutboxMail.everywhere.bulk_create(mails, ignore_conflicts=True)
    return mails


def lean_letters(organisation: Any, letters: Iterable[Letter]) -> Writing:
    """``queue_many`` for the many letters of a run, worked out and not stored yet.

    What differs from letter to letter is kept; the words come when it is sent (``lean.written``).
    """
    name, now = getattr(organisation, "name", ""), clock.now()
    made = Maker(OutboxMail(organisation=organisation, queued_at=now))
    mails = [
        made.make(
            id=ordered_uuid(),
            key=letter.key[:120],
            kind=letter.kind,
            to=letter.to,
            subject=str(letter.context.get("title", ""))[:300],
            html=fold({"issuer": name, **letter.context}),
            language=letter.language,
            award_id=letter.award_id,
            not_before=letter.not_before or now,
        )
        for letter in letters
    ]
    return inserts_of(mails, ignore_conflicts=True)


def _mail(organisation: Any, letter: Letter, own: tuple[str, str] | None) -> OutboxMail:
    values = {"issuer": getattr(organisation, "name", ""), **letter.context}
    written = write(letter.kind, language=letter.language, values=values, own=own)
    now = clock.now()
    return OutboxMail(
        organisation=organisation,
        key=letter.key[:120],
        kind=letter.kind,
        to=letter.to,
        subject=written.subject,
        text=written.text,
        html=written.html,
        language=letter.language,
        award_id=letter.award_id,
        not_before=letter.not_before or now,
        queued_at=now,
    )


@transaction.atomic
def save_template(
    organisation: Any, *, actor: Any, kind: str, language: str, subject: str, body: str
) -> MailTemplate | None:
    """An organisation's own words; empty ones bring ours back.

    Raises ``ValueError`` with a sentence for a placeholder that nothing fills.
    """
    require(actor, Permission.MAIL, organisation)
    unknown = unknown_placeholders(subject + body)
    if unknown:
        raise ValueError(unknown[0])
    rows = MailTemplate.objects.within(organisation).filter(
        organisation=organisation, kind=kind, language=language
    )
    record(
        "mail-template.saved",
        actor=actor,
        target=organisation,
        organisation=organisation,
        after={"kind": kind, "language": language, "own": bool(body.strip())},
    )
    if not body.strip() or not subject.strip():
        rows.delete()
        return None
    template, _ = MailTemplate.everywhere.update_or_create(
        organisation=organisation,
        kind=kind,
        language=language,
        defaults={"subject": " ".join(subject.split()), "body": body},
    )
    return template


@transaction.atomic
def cancel_mail(award_id: uuid.UUID, *, kinds: tuple[str, ...] = tuple(LETTERS)) -> int:
    """Take letters about an award out of the outbox as far as they have not left."""
    return cancel_mails([award_id], kinds=kinds)


@transaction.atomic
def cancel_mails(award_ids: Sequence[uuid.UUID], *, kinds: tuple[str, ...]) -> int:
    """The same about many awards."""
    return OutboxMail.everywhere.filter(
        award_id__in=award_ids, kind__in=kinds, state=OutboxMail.State.QUEUED
    ).update(state=OutboxMail.State.CANCELLED)


def record_bounce(message_id: str, *, answer: str) -> bool:
    """A letter came back. Whether it was one of ours."""
    changed = OutboxMail.everywhere.filter(
        message_id=message_id.strip(), state__in=(OutboxMail.State.SENT, OutboxMail.State.DOUBT)
    ).update(state=OutboxMail.State.BOUNCED, answer=" ".join(answer.split())[:300])
    return bool(changed)
