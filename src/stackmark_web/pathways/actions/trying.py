"""Try a draft on everyone before it is published: verdicts only, in chunks, restartable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark.stacking.audit import Auditor
from stackmark.stacking.parse import read_rules
from stackmark_web import clock
from stackmark_web.jobs import actions as jobs
from stackmark_web.jobs.models import Run
from stackmark_web.pathways import queries_trials
from stackmark_web.pathways.actions.designing import allow
from stackmark_web.pathways.drafts import note, unchanged
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.held import HERE, Held, held
from stackmark_web.pathways.models import Following, PathwayVersion, Trial, Trialled
from stackmark_web.pathways.rules_of import rules_of
from stackmark_web.pathways.trusting import Body
from stackmark_web.pathways.uses import with_uses
from stackmark_web.tenancy.permissions import Permission

KIND: Final = "pathway-trial"
CHUNK: Final = 200
_STEP: Final = 20  # learners stored together; a heartbeat each


@transaction.atomic
def try_on_everyone(draft: PathwayVersion, *, actor: Any, via: str = "web") -> Trial:
    """A run over everybody the draft concerns; an earlier trial of the pathway goes.

    Raises ``Problem`` where there is nobody to try it on.
    """
    allow(actor, Permission.DESIGN, draft.organisation)
    current = unchanged(draft, draft.revision)
    keys = _keys(current)
    if not keys:
        raise Problem("", _("There is nobody yet whom this could concern; try sample learners."))
    Trial.everywhere.filter(pathway=current.pathway).delete()
    run = jobs.start(
        KIND,
        organisation=current.organisation,
        actor=actor,
        title=_("%(title)s tried on everyone") % {"title": current.title},
        total=len(keys),
        chunk_size=CHUNK,
    )
    made = Trial(
        organisation=current.organisation,
        pathway=current.pathway,
        run=run,
        revision=current.revision,
        rules=current.rules,
        at=clock.today(),
        bounds=keys[::CHUNK],
        made_at=clock.now(),
    )
    slug = current.organisation.slug
    run.params = {"report": reverse("pathways:trial", args=[slug, current.pathway_id, made.pk])}
    run.save(update_fields=["params"])
    made.save(force_insert=True)
    note("pathway.tried", current, actor=actor, via=via, learners=len(keys))
    return made


def _keys(draft: PathwayVersion) -> list[str]:
    rows = queries_trials.people(draft.pathway, rules_of(draft))
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


def go_on(trial: Trial, *, actor: Any) -> bool:
    """Give the chunks that failed another chance. Whether there were any."""
    allow(actor, Permission.DESIGN, trial.organisation)
    return trial.run is not None and jobs.retry(trial.run, actor=actor)


def stop(trial: Trial, *, actor: Any) -> bool:
    """Stop between chunks; what is done stays. Whether there was anything to stop."""
    allow(actor, Permission.DESIGN, trial.organisation)
    return trial.run is not None and jobs.cancel(trial.run, actor=actor)


# -- one chunk ----------------------------------------------------------------------------------


def try_chunk(run: Run, first: int, heartbeat: Callable[[], None]) -> int:
    """The learners of one chunk; who was tried already is not tried again. How many were."""
    trial = Trial.everywhere.filter(run=run).select_related("pathway__organisation").first()
    if trial is None:  # a newer trial took its place
        return 0
    waiting = _waiting(trial, first // CHUNK)
    judge = _Judge(trial, waiting)
    for start in range(0, len(waiting), _STEP):
        made = [judge.row(one) for one in waiting[start : start + _STEP]]
        with transaction.atomic():
            heartbeat()
            Trialled.objects.bulk_create(made)
    return len(waiting)


def _waiting(trial: Trial, place: int) -> list[Any]:
    among = Q(user__gte=trial.bounds[place])
    if place + 1 < len(trial.bounds):
        among &= Q(user__lt=trial.bounds[place + 1])
    rows = queries_trials.people(trial.pathway, read_rules(trial.rules), among)
    done = Trialled.objects.filter(among, trial=trial)
    return list(rows.exclude(pk__in=done.values("user")))


class _Judge:
    """Audits one learner after another; each version's rules are read once."""

    def __init__(self, trial: Trial, learners: list[Any]) -> None:
        self.trial = trial
        self.organisation = trial.pathway.organisation
        self.body = Body(self.organisation)
        rows = Following.objects.filter(pathway=trial.pathway, user__in=learners, left_at=None)
        self._versions = {one.user_id: one.version for one in rows.select_related("version")}
        self._auditors: dict[Any, Auditor] = {None: Auditor(read_rules(trial.rules), trial.at)}

    def row(self, user: Any) -> Trialled:
        """What the tried rules say of a learner, and what their present version says."""
        wanted = self._auditors[None].rules.achievements
        found = held(user, self.organisation, self.trial.at, body=self.body, wanted=wanted)
        if user.pk not in self._versions:  # who did not join is known by what was issued here alone
            found = tuple(one for one in found if one.provenance == HERE)
        row = Trialled(trial=self.trial, user=user)
        row.verdict = self._verdict(self._auditors[None], user, found)
        present = self._present(user)
        row.before = self._verdict(present, user, found) if present else ""
        return row

    def _verdict(self, auditor: Auditor, user: Any, found: Sequence[Held]) -> str:
        known = with_uses(auditor.rules, found, user, self.organisation)
        return auditor.audit(known, explain=False).verdict

    def _present(self, user: Any) -> Auditor | None:
        version = self._versions.get(user.pk)
        if version is None:
            return None
        if version.pk not in self._auditors:
            self._auditors[version.pk] = Auditor(rules_of(version), self.trial.at)
        return self._auditors[version.pk]
