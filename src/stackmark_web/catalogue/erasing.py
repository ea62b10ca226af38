"""Reviews somebody signed for an institution under their own name."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stackmark_web.accounts.erasing import Stay, staying
from stackmark_web.catalogue.quality_models import Decision


@staying("catalogue")
def stays(user: Any) -> list[Stay]:
    """Published reviews that name them, because they wanted it so; a signature covers the name."""
    number = Decision.everywhere.filter(reviewer=user).exclude(reviewer_name="").count()
    if not number:
        return []
    what = ngettext(
        "Your name in %(number)s signed review you chose to be named in",
        "Your name in %(number)s signed reviews you chose to be named in",
        number,
    )
    why = _("They are the institution's published statements; their signature covers the name.")
    return [Stay(what % {"number": number}, why)]
