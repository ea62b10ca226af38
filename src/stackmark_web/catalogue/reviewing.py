"""A second person's decision about a draft, and the review that keeps a version alive.

Each action: the right is checked, one transaction, one audit event, a signed document.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts.queries import same_person
from stackmark_web.audit.actions import record
from stackmark_web.catalogue import endorsing, errors, gate, judging, profiles
from stackmark_web.catalogue.models import AchievementVersion, Decision, Review
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import ROLE_PERMISSIONS, Permission
from stackmark_web.tenancy.queries import lineage, require, roles_of

Kind = Decision.Kind
MAX_REASONS = 2_000  # characters


def needs_second_person(organisation: Organisation) -> bool:
    """Whether this organisation, or one above it, asks for a reviewer's decision."""
    return Organisation.objects.filter(pk__in=lineage(organisation), four_eyes=True).exists()


def approval_of(version: AchievementVersion) -> Decision | None:
    """The approval that counts: the last decision about exactly this content, if it is one."""
    last = (
        version.decisions.filter(digest=judging.digest_of(version))
        .exclude(kind=Kind.RENEWED)
        .first()
    )
    return last if last is not None and last.kind == Kind.APPROVED else None


def wrote(user: Any, version: AchievementVersion) -> bool:
    """Whether somebody wrote in a version or handed it in, and so cannot be the second person."""
    makers = {*version.contributors.values_list("pk", flat=True), version.submitted_by_id}
    return any(one is not None and same_person(user, one) for one in makers)


def decide(
    version: AchievementVersion,
    kind: str,
    *,
    actor: Any,
    reasons: str,
    named: bool,
    review_due: date | None = None,
) -> Decision:
    """Sign and keep a decision about a version as it is now; the caller holds the transaction.

    ``named``: whether the reviewer's name goes into the signed document.
    """
    said = reasons.strip()[:MAX_REASONS]
    if not said:
        raise errors.no_reasons()
    judged = profiles.chosen(version.organisation)
    made = Decision(
        organisation=version.organisation,
        version=version,
        kind=kind,
        digest=judging.digest_of(version),
        profiles=[one.profile.id for one in judged],
        reasons=said,
        role=_role(actor, version.organisation),
        reviewer=actor,
        reviewer_name=str(getattr(actor, "name", ""))[:200] if named else "",
        review_due=review_due,
        decided_at=clock.now(),
    )
    made.document = endorsing.sign(made)
    made.save(force_insert=True)
    return made


@transaction.atomic
def renew(
    version: AchievementVersion,
    *,
    actor: Any,
    reasons: str,
    months: int | None = None,
    named: bool = False,
) -> Review:
    """Confirm that a published version still holds, for 12 to 36 months from today.

    Raises ``UsageError`` ``catalogue.reasons``, ``.months``, ``.four-eyes``, ``.no-version``, and
    ``errors.BlockedError`` when it fails a required profile by now.
    """
    require(actor, Permission.REVIEW, version.organisation)
    if not version.is_published:
        raise UsageError("catalogue.no-version", _("Only a published version can be renewed."))
    if needs_second_person(version.organisation) and wrote(actor, version):
        raise errors.second_person()
    gate.check_rows(version)
    due = months_from(clock.today(), checked_months(version.organisation, months))
    before = Review.objects.select_for_update().filter(version=version).first()
    decision = decide(
        version, Kind.RENEWED, actor=actor, reasons=reasons, named=named, review_due=due
    )
    row, _made = Review.objects.update_or_create(
        version=version, defaults={"due": due, "set_at": clock.now(), "reminded": ""}
    )
    record(
        "achievement.review-renewed",
        actor=actor,
        target=version,
        organisation=version.organisation,
        before={"due": before.due.isoformat() if before else ""},
        after={"due": due.isoformat(), "decision": str(decision.pk)},
        label=version.title,
    )
    version.refresh_from_db()
    return row


def start_review(version: AchievementVersion, months: int | None) -> date:
    """The first review date of a version about to be published.

    The number of months that was asked for; else the earliest date its own quality statements
    name, where it lies 12 to 36 months ahead; else as often as the organisation says.
    """
    today = clock.today()
    if months is None:
        lowest, highest = (months_from(today, one) for one in profiles.MONTHS)
        said = [str(one.get("review_due") or "") for one in version.content.get("quality", ())]
        dates = sorted(date.fromisoformat(one) for one in said if one)
        fits = [one for one in dates if lowest <= one <= highest]
        if fits:
            return fits[0]
    return months_from(today, checked_months(version.organisation, months))


def checked_months(organisation: Organisation, months: int | None) -> int:
    """How many months until the next review; raises ``UsageError`` ``catalogue.months``."""
    wanted = profiles.review_months(organisation) if months is None else months
    low, high = profiles.MONTHS
    if not low <= wanted <= high:
        raise UsageError(
            "catalogue.months",
            _("The next review is due after %(low)s to %(high)s months.")
            % {"low": low, "high": high},
        )
    return wanted


def months_from(day: date, months: int) -> date:
    """The same day some months later, or the last of that month."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))


def _role(actor: Any, organisation: Organisation) -> str:
    """The role somebody reviews in."""
    held = roles_of(actor, organisation)
    fits = [role for role in held if Permission.REVIEW in ROLE_PERMISSIONS[role]]
    return "reviewer" if "reviewer" in fits else next(iter(sorted(fits)), "")
