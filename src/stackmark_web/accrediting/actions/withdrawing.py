"""Taking a statement back: its bit is set, and everybody who asks sees it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accrediting.actions._common import permit_agency, words
from stackmark_web.accrediting.errors import Problem
from stackmark_web.accrediting.models import Statement
from stackmark_web.audit.actions import record
from stackmark_web.awarding import publishing
from stackmark_web.awarding.lists import mark_changed


@transaction.atomic
def withdraw(statement: Statement, *, actor: Any, reason: str, via: str = "web") -> Statement:
    """For good, with a reason that is public; what carries it warns from now on."""
    permit_agency(actor, statement.organisation)
    reason = words("reason", reason, needed=True)
    done = Statement.everywhere.filter(pk=statement.pk, withdrawn_at=None).update(
        withdrawn_at=clock.now(), withdrawn_by=actor, withdrawn_reason=reason
    )
    if not done:
        raise Problem("", _("It was withdrawn already."))
    statement.refresh_from_db()
    mark_changed(statement.status_list_id)
    publishing.publish_after_commit(statement.status_list_id)
    for place in (statement.organisation, statement.subject):
        record(
            "statement.withdrawn",
            actor=actor,
            target=statement,
            organisation=place,
            after={"kind": statement.kind},
            via=via,
            label=statement.about_name,
        )
    return statement
