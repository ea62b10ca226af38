"""Applications of two accounts to the same assessment."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.merging import mover, told
from stackmark_web.assessing.models import Application, Attempt

_OPEN = (Application.State.APPLIED, Application.State.ACCEPTED)


@mover("assessing")
def move(kept: Any, gone: Any) -> None:
    """Of two open applications for the same achievement the later one is withdrawn.

    Attempts keep the pseudonym they were made under: statistics that are published stay as they
    are, and markers who know one script as another's are not told.
    """
    rows = Application.everywhere.filter(state__in=_OPEN)
    for row in rows.filter(learner=gone):
        twin = rows.filter(learner=kept, achievement=row.achievement).first()
        if twin is not None:
            later = max((row, twin), key=lambda one: (one.applied_at, str(one.pk)))
            Application.everywhere.filter(pk=later.pk).update(
                state=Application.State.WITHDRAWN, decided_at=clock.now()
            )


@told("assessing")
def tell(user: Any) -> list[tuple[str, int]]:
    """Attempts."""
    return [(_("Assessments"), Attempt.everywhere.filter(learner=user).count())]
