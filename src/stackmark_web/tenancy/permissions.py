"""What may be done, and which role may do it. One table, read by everything."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from stackmark_web.tenancy.models import Role


class Permission(StrEnum):
    """Rights at an organisation; a role at a parent holds at every unit below."""

    VIEW = "organisation:view"  # see the work area at all
    EDIT = "organisation:edit"
    MEMBERS = "organisation:members"
    KEYS = "organisation:keys"
    AUDIT = "organisation:audit"
    MAIL = "organisation:mail"
    TRUST = "organisation:trust"
    DESIGN = "achievement:design"
    REVIEW = "achievement:review"
    PUBLISH = "achievement:publish"
    AWARD = "award:issue"
    AWARDS_VIEW = "award:view"
    REVOKE = "award:revoke"
    ASSESS = "assessment:mark"
    RECOGNISE = "recognition:decide"
    RECRUIT = "talent:use"
    ANALYSE = "insight:view"
    API = "organisation:api"  # tokens and webhooks; a token never does more than its maker may


_P = Permission
ROLE_PERMISSIONS: Final[dict[str, frozenset[Permission]]] = {
    Role.OWNER: frozenset(Permission),
    Role.DESIGNER: frozenset({_P.VIEW, _P.DESIGN, _P.PUBLISH, _P.API}),
    Role.REVIEWER: frozenset({_P.VIEW, _P.REVIEW, _P.PUBLISH}),
    Role.ASSESSOR: frozenset({_P.VIEW, _P.ASSESS}),
    Role.ISSUER: frozenset({_P.VIEW, _P.AWARD, _P.AWARDS_VIEW, _P.REVOKE, _P.MAIL, _P.API}),
    Role.RECOGNISER: frozenset({_P.VIEW, _P.RECOGNISE, _P.TRUST}),
    Role.RECRUITER: frozenset({_P.VIEW, _P.RECRUIT}),
    Role.ANALYST: frozenset({_P.VIEW, _P.ANALYSE, _P.AWARDS_VIEW}),
}
