"""Publishing the facts of a cohort, and keeping items back so that drift can be told later."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

import numpy as np
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import ledger, panels
from stackmark_web.assessing.actions._facts import Problem, note, permit
from stackmark_web.assessing.models import AnchorItem, Attempt, FactsPanel, Marking
from stackmark_web.catalogue.models import Achievement
from stackmark_web.tenancy.permissions import Permission


@transaction.atomic
def publish(
    achievement: Any, *, actor: Any, cohort: str = ledger.ALL, via: str = "web"
) -> FactsPanel:
    """Compute, sign and keep the panel of a cohort; earlier ones stay at their addresses.

    Raises ``Problem`` when there is nothing to tell, ``StackmarkError`` when nothing can be signed.
    """
    permit(actor, achievement.organisation, Permission.ASSESS)
    held = Achievement.everywhere.select_for_update(of=("self",)).select_related(
        "organisation", "current"
    )
    achievement = held.get(pk=achievement.pk)
    if achievement.current is None:
        raise Problem("", _("Publish the achievement first."))
    if not ledger.of(achievement, cohort=cohort):
        raise Problem("", _("Nobody of this cohort was assessed yet, so there are no facts."))
    told, now = panels.content(achievement, cohort), clock.now()
    where = ledger.Cohort.read(cohort)
    number = FactsPanel.everywhere.filter(achievement=achievement).aggregate(n=Max("number"))["n"]
    panel = FactsPanel(
        organisation=achievement.organisation,
        achievement=achievement,
        version=achievement.current,
        cohort=where.code,
        first_day=where.first_day,
        last_day=where.last_day,
        number=(number or 0) + 1,
        made_at=now,
        summary=[*told.tree["figures"], *panels.for_label(told.tree)],
    )
    tree = told.tree | {"number": panel.number, "madeAt": now.date().isoformat()}
    panel.signed = panels.sign(panel, tree, made_at=now)
    panel.sha256 = hashlib.sha256(panel.signed).hexdigest()
    panel.save(force_insert=True)
    note(
        "facts.published",
        panel,
        actor=actor,
        organisation=panel.organisation,
        label=panel.version.title,
        after={"number": panel.number, "cohort": panel.cohort},
        via=via,
    )
    return panel


@transaction.atomic
def reserve(achievement: Any, *, actor: Any, items: Iterable[str]) -> int:
    """Keep exactly these items back as anchors, used in every form; gives how many are new."""
    permit(actor, achievement.organisation, Permission.ASSESS)
    wanted = {one[:60] for one in items if one.strip()}
    now = clock.now()
    rows = AnchorItem.everywhere.filter(achievement=achievement, released_at__isnull=True)
    there = set(rows.values_list("item", flat=True))
    rows.exclude(item__in=wanted).update(released_at=now)
    AnchorItem.everywhere.bulk_create(
        AnchorItem(
            organisation=achievement.organisation,
            achievement=achievement,
            item=one,
            reserved_at=now,
            reserved_by=actor,
        )
        for one in sorted(wanted - there)
    )
    note(
        "anchors.reserved",
        achievement,
        actor=actor,
        organisation=achievement.organisation,
        label=str(achievement.current),
        after={"anchors": len(wanted)},
    )
    return len(wanted - there)


@transaction.atomic
def archive(achievement: Any, *, actor: Any, number: int) -> int:
    """Keep so many more scripts, drawn at random, to be marked again blind in later cycles.

    Drawn from what was marked here and is not kept yet; gives how many were found.
    """
    permit(actor, achievement.organisation, Permission.ASSESS)
    if number <= 0:
        return 0
    rows = Attempt.everywhere.filter(
        achievement=achievement, is_archived=False, markings__state=Marking.State.SUBMITTED
    )
    found = sorted(set(rows.values_list("pk", flat=True)))
    chance = np.random.Generator(np.random.PCG64(secrets.randbits(64)))
    drawn = [found[at] for at in chance.permutation(len(found))[:number]]
    Attempt.everywhere.filter(pk__in=drawn).update(is_archived=True)
    note(
        "scripts.archived",
        achievement,
        actor=actor,
        organisation=achievement.organisation,
        label=str(achievement.current),
        after={"kept": len(drawn)},
    )
    return len(drawn)
