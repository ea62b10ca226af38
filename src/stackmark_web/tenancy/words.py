"""What each role is for, in one sentence."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stackmark_web.tenancy.models import Role

ROLE_WORDS: Final[dict[str, str | Promise]] = {
    Role.OWNER: _("may do everything here, also decide who else may."),
    Role.DESIGNER: _("writes and publishes achievements."),
    Role.REVIEWER: _("looks over achievements before they are published."),
    Role.ASSESSOR: _("marks evidence."),
    Role.ISSUER: _("awards, corrects, suspends and revokes credentials."),
    Role.RECOGNISER: _("decides what others' credentials count for, and whom to trust."),
    Role.RECRUITER: _("compares evidence with what a job needs."),
    Role.ANALYST: _("sees figures and awards, changes nothing."),
}
