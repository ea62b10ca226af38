"""How long the register of awards keeps names."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from stackmark_web.accounts import rules
from stackmark_web.audit.actions import record
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require


@transaction.atomic
def set_register_rule(
    organisation: Organisation,
    *,
    actor: Any,
    keeps: str,
    years: int | None = None,
    reason: str = "",
    contact: str = "",
) -> rules.Rule:
    """Publish the institution's rule. It holds for awards made before as well.

    Raises ``ValidationError`` by field.
    """
    require(actor, Permission.EDIT, organisation)
    before = rules.rule_of(organisation.root_id)
    made = rules.store(
        organisation.root_id, keeps=keeps, years=years or 0, reason=reason, contact=contact
    )
    record(
        "organisation.register-rule",
        actor=actor,
        target=organisation,
        organisation=organisation,
        before={"keeps": before.keeps, "years": before.years},
        after={"keeps": made.keeps, "years": made.years},
        label=organisation.name,
    )
    return made
