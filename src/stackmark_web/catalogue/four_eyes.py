"""Where publishing needs a second person, and which achievements can be chosen to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stackmark_web.approvals import achievements, queries
from stackmark_web.approvals.registry import Kind, Rules, register
from stackmark_web.catalogue import judging, reviewing
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.tenancy.permissions import Permission


def _asked(rules: Rules, version: AchievementVersion, actor: Any, _how: dict[str, Any]) -> bool:
    """Not once more where a reviewer, who is somebody else, has signed for exactly this."""
    if not (rules.publishing or str(version.achievement_id) in rules.watched):
        return False
    decision = reviewing.approval_of(version)
    reviewer = decision.reviewer_id if decision is not None else None
    involved = {getattr(actor, "pk", None), *_makers(version)}
    reviewed = reviewer is not None and not queries.is_one_of(reviewer, involved)
    return not reviewed


def _makers(version: AchievementVersion) -> set[Any]:
    """Who wrote in it or handed it in."""
    wrote = set(version.contributors.values_list("pk", flat=True))
    return wrote | {version.submitted_by_id}


def _rows(version: AchievementVersion, how: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    current = version.achievement.current
    yield _("Version"), str(current.number) if current else "", version.title
    if how.get("review_months"):
        yield _("Next review in months"), "", str(how["review_months"])


def _choices(organisation: Any) -> list[tuple[str, str]]:
    rows = Achievement.objects.within(organisation).filter(current__isnull=False)
    found = rows.select_related("current")
    return sorted(((str(one.pk), one.current.title) for one in found), key=lambda one: one[1])


def register_all() -> None:
    """Called once, when Django is ready."""
    achievements.provide(_choices)
    register(
        "achievement.publish",
        Kind(
            title=gettext_noop("Publish %(what)s"),
            permission=Permission.PUBLISH,
            organisation=lambda version: version.organisation,
            name=lambda version: version.title,
            asked=_asked,
            content=lambda version, _how: judging.digest_of(version),
            rows=_rows,
            makers=lambda version: _makers(version) if version else set(),
            path=lambda version: reverse(
                "catalogue:detail", args=[version.organisation.slug, version.achievement_id]
            ),
        ),
    )
