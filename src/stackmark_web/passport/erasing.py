"""A passport that goes with its person: holdings, files, folders, links, the public page."""

from __future__ import annotations

from typing import Any

from stackmark_web.accounts.erasing import eraser
from stackmark_web.accounts.queries import own_rows
from stackmark_web.awarding.erasing import awards_of
from stackmark_web.integrations.erasing import forget_keys
from stackmark_web.passport.models import (
    AddressReport,
    Folder,
    Holding,
    LinkRequest,
    Profile,
    Share,
    ShareCode,
)


@eraser("passport")
def erase(user: Any) -> dict[str, int]:
    """Everything at once; a link that was shared answers from now on as for an unknown one."""
    reports = AddressReport.everywhere.filter(own_rows(user, "email"))
    about = AddressReport.everywhere.filter(award__in=awards_of(user).values("pk"))
    # What was sent with a link names the person and their credentials.
    links = Share.objects.filter(user=user).values_list("pk", flat=True)
    forget_keys([f"shared:{pk}" for pk in links])
    # Links other people locked to an address of this person stay theirs; the mailed codes go.
    ShareCode.objects.filter(own_rows(user, "share__only_email")).delete()
    return {
        "shares": Share.objects.filter(user=user).delete()[0],
        "public pages": Profile.objects.filter(user=user).delete()[0],
        "folders": Folder.objects.filter(user=user).delete()[0],
        "holdings": Holding.objects.filter(user=user).delete()[0],
        "reports": reports.delete()[0] + about.delete()[0],
        "requests": LinkRequest.objects.filter(own_rows(user, "email")).delete()[0],
    }
