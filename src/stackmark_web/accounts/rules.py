"""How long issuers keep names in their registers of awards: each organisation's published rule."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.models import RegisterRule

MAX_YEARS: Final = 100


@dataclass(frozen=True, slots=True)
class Rule:
    """What an organisation published, or what holds when it published nothing."""

    keeps: str = RegisterRule.Keeps.ERASE
    years: int = 0
    reason: str = ""
    contact: str = ""
    set_at: datetime | None = None

    @property
    def at_once(self) -> bool:
        """Whether an erasure takes the name out of the register at once."""
        return self.keeps == RegisterRule.Keeps.ERASE

    def end(self, awarded: datetime) -> datetime | None:
        """When the name of an award made at that time goes; None: not by time."""
        if self.keeps != RegisterRule.Keeps.YEARS:
            return None
        year = min(awarded.year + self.years, 9999)
        try:
            return awarded.replace(year=year)
        except ValueError:  # 29 February
            return awarded.replace(year=year, day=28)

    def sentence(self) -> str:
        """The rule in words."""
        if self.keeps == RegisterRule.Keeps.YEARS:
            return _(
                "Names and the signed credentials stay in the register for %(years)s years after "
                "an award, also when the person has their account erased. Then they go."
            ) % {"years": self.years}
        if self.keeps == RegisterRule.Keeps.ALWAYS:
            return _(
                "Names and the signed credentials stay in the register for as long as it exists, "
                "also when the person has their account erased."
            )
        return _(
            "When a person has their account erased, their name and the signed credential go "
            "from the register at once. What stays says that an award was made, and its status."
        )


def rule_of(root_id: uuid.UUID) -> Rule:
    """The rule of an institution (the root of its units)."""
    row = RegisterRule.objects.filter(organisation_id=root_id).first()
    return Rule() if row is None else _read(row)


def rules_of(root_ids: Any) -> dict[uuid.UUID, Rule]:
    """The rules of several institutions; who published none is in it too."""
    wanted = set(root_ids)
    rows = RegisterRule.objects.filter(organisation_id__in=wanted)
    return dict.fromkeys(wanted, Rule()) | {row.organisation_id: _read(row) for row in rows}


def timed_rules() -> dict[uuid.UUID, Rule]:
    """The rules by which names go after a number of years."""
    rows = RegisterRule.objects.filter(keeps=RegisterRule.Keeps.YEARS)
    return {row.organisation_id: _read(row) for row in rows}


def store(root_id: uuid.UUID, *, keeps: str, years: int, reason: str, contact: str) -> Rule:
    """Publish a rule; who may is asked by the caller. Raises ``ValidationError`` by field."""
    if keeps not in RegisterRule.Keeps.values:
        raise ValidationError({"keeps": _("Choose one of the rules.")})
    if keeps == RegisterRule.Keeps.YEARS and not 1 <= years <= MAX_YEARS:
        raise ValidationError({"years": _("Between 1 and %(most)s years.") % {"most": MAX_YEARS}})
    if keeps != RegisterRule.Keeps.ERASE and not reason.strip():
        raise ValidationError(
            {"reason": _("Say by which law or duty you keep names against a person's wish.")}
        )
    row, _made = RegisterRule.objects.update_or_create(
        organisation_id=root_id,
        defaults={
            "keeps": keeps,
            "years": years if keeps == RegisterRule.Keeps.YEARS else 0,
            "reason": reason.strip(),
            "contact": contact.strip(),
            "set_at": clock.now(),
        },
    )
    return _read(row)


def _read(row: RegisterRule) -> Rule:
    return Rule(row.keeps, row.years, row.reason, row.contact, row.set_at)
