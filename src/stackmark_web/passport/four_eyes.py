"""Where what holders ask of an issuer needs a second person: where replacing a credential does.

Their request is what is approved, so one taken back or changed meanwhile is not done, and one that
was done is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stackmark_web.approvals.registry import Kind, Rules, kind_of, register
from stackmark_web.awarding.queries import called
from stackmark_web.passport.models import AddressReport, ReissueRequest
from stackmark_web.tenancy.permissions import Permission

Request = ReissueRequest | AddressReport


def _asked(rules: Rules, found: Request, actor: Any, _how: dict[str, Any]) -> bool:
    return kind_of("award.correct").asked(rules, found.award, actor, {})


def _content(found: Request, _how: dict[str, Any]) -> Any:
    row = type(found).everywhere.select_related("award").get(pk=found.pk)
    wish = row.did if isinstance(row, ReissueRequest) else ""
    return [row.state, wish, kind_of("award.correct").content(row.award, {})]


def _rows(found: Request, how: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    award = found.award
    yield _("Achievement"), award.version.title, award.version.title
    if isinstance(found, ReissueRequest):
        yield _("For"), called(award), called(award)
        yield _("DID"), award.recipient_id, found.did
    else:
        yield _("For"), award.recipient_email, str(how.get("email", ""))


def _kind(title: str, page: str, makers: Callable[[Any], set[Any]]) -> Kind:
    return Kind(
        title=title,
        permission=Permission.AWARD,
        organisation=lambda found: found.organisation,
        name=lambda found: found.award.version.title,
        asked=_asked,
        content=_content,
        rows=_rows,
        makers=makers,
        path=lambda found: reverse(page, args=[found.organisation.slug]),
    )


def register_all() -> None:
    """Called once, when Django is ready."""
    register(
        "reissue.agree",
        _kind(
            gettext_noop("Reissue to the holder's own DID: %(what)s"),
            "passport:reissue_queue",
            lambda found: {found.user_id} if found else set(),
        ),
    )
    register(
        "address-report.send",
        _kind(
            gettext_noop("Send elsewhere: %(what)s"),
            "passport:address_reports",
            lambda _found: set(),
        ),
    )
