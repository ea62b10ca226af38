"""What the agency's reviewer does with the rows of a profile."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web.accrediting import rows as profiles
from stackmark_web.accrediting.actions._common import _note, locked, permit_agency, words
from stackmark_web.accrediting.errors import Problem
from stackmark_web.accrediting.models import Request, ReviewRow


@transaction.atomic
def open_review(request: Request, *, actor: Any, profile: str, via: str = "web") -> Request:
    """Choose the profile: its rows are filled with what the check finds now.

    Another profile later throws away the judgements on the rows of the first.
    """
    found = locked(request)
    permit_agency(actor, found.agency)
    if profile not in dict(profiles.choices()):
        raise Problem("profile", _("Choose a rule set."))
    if found.profile == profile and found.rows.exists():
        return found
    found.rows.all().delete()
    ReviewRow.objects.bulk_create(profiles.prefilled(found, profile))
    found.profile, found.proposal = profile, {}
    found.save(update_fields=["profile", "proposal"])
    _note("accreditation.review-started", found, actor=actor, via=via, agency=True)
    return found


@transaction.atomic
def judge(
    request: Request,
    *,
    actor: Any,
    judgements: Mapping[int, tuple[str, str]],
    reasons: str = "",
    via: str = "web",
) -> Request:
    """Keep what the reviewer says of rows (number → judgement, note) and the reasons so far.

    A proposal stood on the judgements before: it is made again.
    """
    found = locked(request)
    permit_agency(actor, found.agency)
    rows = {row.number: row for row in found.rows.all()}
    for number, (judgement, said) in judgements.items():
        if number not in rows or judgement not in ReviewRow.Judgement.values:
            raise Problem("", _("A point of the review could not be read; load the page again."))
        note = words(f"note-{number}", said)
        if judgement in (ReviewRow.Judgement.ASK, ReviewRow.Judgement.REFUSE) and not note:
            raise Problem(
                f"note-{number}",
                _("Say in a note why “%s” is not accepted.") % rows[number].element,
            )
        rows[number].judgement, rows[number].note = judgement, note
    ReviewRow.objects.bulk_update(rows.values(), ["judgement", "note"])
    found.reasons, found.proposal = words("reasons", reasons), {}
    found.save(update_fields=["reasons", "proposal"])
    _note("accreditation.reviewed", found, actor=actor, via=via, agency=True)
    return found


@transaction.atomic
def ask(request: Request, *, actor: Any, question: str, via: str = "web") -> Request:
    """A question to the requester; they see the rows with a question too."""
    found = locked(request)
    permit_agency(actor, found.agency)
    found.question, found.answer = words("question", question, needed=True), ""
    found.state, found.proposal = Request.State.ASKED, {}
    found.save(update_fields=["question", "answer", "state", "proposal"])
    _note("accreditation.asked", found, actor=actor, via=via, agency=True)
    return found
