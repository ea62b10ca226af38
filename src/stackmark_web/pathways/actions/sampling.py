"""Sample learners of a pathway: imagined holdings, and what the rules should say about them."""

from __future__ import annotations

from typing import Any, Final

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.model.holding import read_holdings
from stackmark_web.audit.actions import record
from stackmark_web.pathways.actions.designing import allow
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.models import Pathway, Sample
from stackmark_web.tenancy.permissions import Permission

MOST: Final = 40
MOST_HOLDINGS: Final = 100
VERDICTS: Final = ("yes", "no", "undecided")


@transaction.atomic
def keep_sample(
    pathway: Pathway,
    *,
    actor: Any,
    name: str,
    holdings: Any,
    expected: str = "",
    sample: Sample | None = None,
    via: str = "web",
) -> Sample:
    """A new sample learner, or another content of one. Raises ``Problem`` at the field."""
    allow(actor, Permission.DESIGN, pathway.organisation)
    called = name.replace("\x00", "").strip()
    if not called or len(called) > 100:
        raise Problem("name", _("Give it a name of at most 100 characters."))
    if expected and expected not in VERDICTS:
        raise Problem("expected", _("Choose what the rules should say."))
    rows = _rows(holdings)
    made = sample or Sample(organisation=pathway.organisation, pathway=pathway)
    if sample is None and Sample.everywhere.filter(pathway=pathway).count() >= MOST:
        raise Problem("", _("There are %d sample learners; remove one first.") % MOST)
    made.name, made.holdings, made.expected = called, rows, expected
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise Problem("name", _("Another sample learner is called so already.")) from None
    _note("pathway.sample-kept", made, actor=actor, via=via)
    return made


@transaction.atomic
def remove_sample(sample: Sample, *, actor: Any, via: str = "web") -> None:
    """Without this sample learner."""
    allow(actor, Permission.DESIGN, sample.organisation)
    _note("pathway.sample-removed", sample, actor=actor, via=via)
    sample.delete()


def _rows(holdings: Any) -> list[Any]:
    """Holdings as the contracts write them, in a list; read strictly."""
    rows = holdings.get("holdings") if isinstance(holdings, dict) else holdings
    try:
        found = read_holdings(rows)
    except UsageError as problem:
        raise Problem("holdings", problem.detail) from problem
    if len(found) > MOST_HOLDINGS:
        raise Problem("holdings", _("At most %d credentials.") % MOST_HOLDINGS)
    return list(rows or [])


def _note(verb: str, sample: Sample, *, actor: Any, via: str) -> None:
    record(
        verb,
        actor=actor,
        target=sample,
        organisation=sample.organisation,
        via=via,
        label=str(sample.pathway),
    )
