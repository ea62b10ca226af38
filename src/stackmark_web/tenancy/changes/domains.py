"""Domains an organisation says are its own, and what it takes to show that."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.tenancy import identifiers, proving
from stackmark_web.tenancy.models import Domain, Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require, root_of

MAX_DOMAINS = 20


@transaction.atomic
def add_domain(
    organisation: Organisation, *, actor: Any, name: str, method: str = "file"
) -> Domain:
    """A host name to be verified; adding it again may change the method, not the token."""
    root = root_of(organisation)
    if actor is not None:
        require(actor, Permission.EDIT, root)
    word = identifiers.host(name)
    if method not in Domain.Method.values:
        raise UsageError("organisation.method", _("Choose a DNS record or a file."))
    if Domain.everywhere.filter(organisation=root).exclude(name=word).count() >= MAX_DOMAINS:
        raise UsageError("organisation.name", _("An organisation has at most 20 domains here."))
    made, new = Domain.everywhere.get_or_create(
        organisation=root,
        name=word,
        defaults={"token": secrets.token_hex(16), "method": method},
    )
    before = {} if new else {"method": made.method}
    made.method = method
    made.save()
    record(
        "domain.added",
        actor=actor,
        target=made,
        organisation=root,
        before=before,
        after={"name": word, "method": method},
        label=word,
    )
    return made


@transaction.atomic
def remove_domain(domain: Domain, *, actor: Any) -> None:
    """Take a domain off the organisation."""
    require(actor, Permission.EDIT, domain.organisation)
    before = {"name": domain.name, "verified": domain.verified_at is not None}
    record(
        "domain.removed",
        actor=actor,
        target=domain,
        organisation=domain.organisation,
        before=before,
        label=domain.name,
    )
    domain.delete()


def check_domain(
    domain: Domain, *, actor: Any, tools: proving.Tools | None = None
) -> proving.Answer:
    """Look for the proof and note the answer: yes, no, or could not tell.

    A no ends an earlier yes; what could not be told leaves it as it was.
    """
    if actor is not None:
        require(actor, Permission.EDIT, domain.organisation)
    answer = proving.look(domain, tools or proving.Tools())  # may take seconds: no transaction yet
    _note(domain, answer, actor)
    return answer


@transaction.atomic
def _note(domain: Domain, answer: proving.Answer, actor: Any) -> None:
    row = Domain.everywhere.select_for_update().get(pk=domain.pk)
    before, now = row.verified_at is not None, clock.now()
    row.checked_at, row.answer = now, answer.text[:300]
    if answer.outcome == "yes":
        row.verified_at = row.verified_at or now
    elif answer.outcome == "no":
        row.verified_at = None
    row.save()
    after = row.verified_at is not None
    record(
        "domain.checked",
        actor=actor,
        target=row,
        organisation=row.organisation,
        before={"verified": before},
        after={"verified": after, "answer": answer.outcome},
        label=row.name,
    )


def recheck_daily() -> int:
    """For a duty that comes every hour: each verified domain about once a day. How many were."""
    return recheck_domains(before=clock.now() - timedelta(days=1))


def recheck_domains(
    *, limit: int = 50, tools: proving.Tools | None = None, before: datetime | None = None
) -> int:
    """Look again at verified domains, those not looked at longest first. How many were.

    ``before``: only those that were last looked at before then.
    """
    rows = Domain.everywhere.filter(verified_at__isnull=False).select_related("organisation")
    if before is not None:
        rows = rows.filter(checked_at__lt=before)
    due = list(rows.order_by("checked_at")[:limit])
    for domain in due:
        check_domain(domain, actor=None, tools=tools)
    return len(due)
