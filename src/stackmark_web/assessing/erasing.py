"""What a person handed in, said of themselves and was marked on; scores stay without them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from stackmark_web.accounts.erasing import Stay, eraser, leave_file, staying, store
from stackmark_web.accounts.queries import own_rows
from stackmark_web.assessing import artefacts, retention
from stackmark_web.assessing.models import (
    Application,
    Artefact,
    Attempt,
    Conflict,
    GroupDeclaration,
    RetestInvitation,
)


@eraser("assessing")
def erase(user: Any) -> dict[str, int]:
    """Files and texts go, as by ``retention``; scores stay under a pseudonym for statistics."""
    files = Artefact.objects.filter(attempt__learner=user, kind=Artefact.Kind.FILE)
    leave_file("artefacts", set(files.values_list("sha256", flat=True)))
    counts = {
        "attempts without a name": Attempt.everywhere.filter(learner=user).count(),
        "declarations": _declarations(user),
        "invitations": RetestInvitation.objects.filter(holder=user).delete()[0],
    }
    # Why somebody did not mark them is about them; that they did not, stays.
    Conflict.everywhere.filter(candidate__in=_candidates(user)).update(why="")
    retention.forget(user)
    Attempt.everywhere.filter(learner=user).update(learner=None)
    Application.everywhere.filter(learner=user).update(learner=None)
    rows = Application.everywhere.filter(own_rows(user, "email"), learner=None)
    rows.update(name="", email="", message="", answer="")
    return counts


def _declarations(user: Any) -> int:
    """What they said of themselves for fairness reports, under whatever candidate."""
    return GroupDeclaration.objects.filter(candidate__in=_candidates(user)).delete()[0]


def _candidates(user: Any) -> set[str]:
    """The pseudonyms they were marked under."""
    applied = Application.everywhere.filter(learner=user).values_list("candidate", flat=True)
    tried = Attempt.everywhere.filter(learner=user).values_list("candidate", flat=True)
    return {*applied, *tried}


@staying("assessing")
def stays(user: Any) -> list[Stay]:
    """Scores."""
    number = Attempt.everywhere.filter(learner=user).count()
    if not number:
        return []
    return [
        Stay(
            _("Scores of %(number)s attempts, under a pseudonym") % {"number": number},
            _("How fair and exact an assessment is can only be shown with all its scores."),
        )
    ]


@store("artefacts")
def remove(digest: str) -> None:
    """A file that was handed in, unless somebody else handed in the same bytes."""
    artefacts.remove(digest)
