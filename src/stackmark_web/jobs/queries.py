"""Reads about runs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.db.models import QuerySet
from django.http import Http404

from stackmark_web import clock
from stackmark_web.jobs.models import Run

PATIENCE: Final = timedelta(seconds=20)  # a run that waits longer has no worker
OPEN: Final = (Run.State.WAITING, Run.State.RUNNING)


def runs(organisation: Any) -> QuerySet[Run]:
    """The runs of an organisation and its units, newest first."""
    return Run.objects.within(organisation).select_related("actor").order_by("-created_at", "pk")


def run_of(organisation: Any, pk: object) -> Run:
    """One run of an organisation or its units; ``Http404`` for any other."""
    rows = Run.objects.within(organisation).select_related("actor", "organisation")
    found: Run | None = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def is_open(run: Run) -> bool:
    """Whether there is still something to come."""
    return run.state in OPEN


def lacks_worker(run: Run) -> bool:
    """Whether nobody has taken it up in good time."""
    return run.state == Run.State.WAITING and run.created_at < clock.now() - PATIENCE


def report_path(run: Run) -> str:
    """Where the capability that started the run reports on it, if it said so."""
    path = str(run.params.get("report", ""))
    return path if path.startswith("/manage/") else ""


def has_failed_chunks(run: Run) -> bool:
    """Whether trying again would do something."""
    return run.state == Run.State.FAILED and run.chunks.filter(state="failed").exists()
