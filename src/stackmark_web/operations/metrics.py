"""Figures for Prometheus, over all processes. No label holds an id, an address or a name.

Counters live in files of ``DATA/metrics`` that each process writes for itself (the way
``prometheus_client`` has for several processes); what stands in the database is asked when
somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Min, Q

from stackmark_web import clock
from stackmark_web.awarding.models import StatusList
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.operations import facts, journals
from stackmark_web.operations.models import Process

_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_VERDICTS: Final = frozenset({"verified", "refused", "could-not-tell"})


@cache
def _made() -> dict[str, Any]:
    """Made at the first use: a command that counts nothing leaves no files."""
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    return {
        "registry": registry,
        "requests": Counter(
            "stackmark_requests",
            "Requests answered, by the name of the route.",
            ["route", "method", "status"],
            registry=registry,
        ),
        "seconds": Histogram(
            "stackmark_request_seconds",
            "Time to answer, by the name of the route.",
            ["route"],
            buckets=_BUCKETS,
            registry=registry,
        ),
        "verifications": Counter(
            "stackmark_verifications", "Documents judged.", ["verdict"], registry=registry
        ),
    }


def request(route: str, method: str, status: int, seconds: float) -> None:
    """A request was answered."""
    answered, took = _of_route(route, method, status)
    answered.inc()
    took.observe(seconds)


@lru_cache(maxsize=2_000)
def _of_route(route: str, method: str, status: int) -> tuple[Any, Any]:
    """Its counter and its histogram, looked up once."""
    made = _made()
    return made["requests"].labels(route, method, str(status)), made["seconds"].labels(route)


def verification(verdict: str) -> None:
    """A document was judged."""
    _of_verdict(verdict if verdict in _VERDICTS else "other").inc()


@cache
def _of_verdict(verdict: str) -> Any:
    return _made()["verifications"].labels(verdict)


def text() -> bytes:
    """Everything in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    if settings.METRICS_FOLDER:
        MultiProcessCollector(registry, str(settings.METRICS_FOLDER))
    else:
        registry = _made()["registry"]
    return bytes(generate_latest(registry)) + "".join(_lines()).encode()


def _lines() -> Iterator[str]:
    for name, (meaning, kind, ask) in _ASKED.items():
        rows = ask()
        yield f"# HELP {name} {meaning}\n# TYPE {name} {kind}\n"
        yield from (f"{name}{labels} {value}\n" for labels, value in rows)


Rows = list[tuple[str, float]]


def _issued() -> Rows:
    return [("", int(facts.get(journals.COUNT) or 0))]


def _queue() -> Rows:
    rows = Chunk.objects.filter(run__state__in=(Run.State.WAITING, Run.State.RUNNING))
    found = rows.aggregate(
        waiting=Count("pk", filter=Q(state="waiting")), leased=Count("pk", filter=Q(state="leased"))
    )
    return [(f'{{state="{state}"}}', found[state]) for state in ("waiting", "leased")]


def _letters() -> Rows:
    """By name of each state, so that an index leads past the many that were sent."""
    states = [one for one in OutboxMail.State.values if one != OutboxMail.State.SENT]
    rows = OutboxMail.everywhere.filter(state__in=states).order_by()
    found = dict(rows.values_list("state").annotate(Count("pk")))
    return [(f'{{state="{state}"}}', found.get(state, 0)) for state in states]


def _oldest_letter() -> Rows:
    rows = OutboxMail.everywhere.filter(state=OutboxMail.State.QUEUED, not_before__lte=clock.now())
    return [("", _age(rows.aggregate(at=Min("queued_at"))["at"]))]


def _lists() -> Rows:
    rows = StatusList.everywhere.filter(dirty_since__isnull=False)
    return [("", _age(rows.aggregate(at=Min("dirty_since"))["at"]))]


def _published() -> Rows:
    newest = StatusList.everywhere.order_by("-published_at").exclude(published_at=None).first()
    return [("", _age(newest.published_at if newest else None))]


def _workers() -> Rows:
    rows = Process.objects.filter(kind="worker")
    newest = rows.order_by("-beat_at").values_list("beat_at", flat=True).first()
    return [("", _age(newest))] if newest else []


def _age(at: Any) -> float:
    return 0.0 if at is None else max(0.0, (clock.now() - at).total_seconds())


_ASKED: Final[dict[str, tuple[str, str, Callable[[], Rows]]]] = {
    "stackmark_awards_issued_total": (
        "Credentials issued, as the journal noted them.",
        "counter",
        _issued,
    ),
    "stackmark_queue_chunks": ("Pieces of runs that are not done.", "gauge", _queue),
    "stackmark_letters": ("Letters that have not been sent, by state.", "gauge", _letters),
    "stackmark_oldest_due_letter_seconds": (
        "How long the oldest letter that is due has waited.",
        "gauge",
        _oldest_letter,
    ),
    "stackmark_unpublished_change_seconds": (
        "How long the oldest change of a status list has waited to be published.",
        "gauge",
        _lists,
    ),
    "stackmark_last_publication_seconds": (
        "Time since a status list was last published.",
        "gauge",
        _published,
    ),
    "stackmark_worker_heartbeat_seconds": (
        "Time since a worker last gave a sign of life.",
        "gauge",
        _workers,
    ),
}


def begin(folder: Path) -> None:
    """At the start of a server: the files of processes that are gone are taken away."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in folder.glob("*.db"):
        path.unlink(missing_ok=True)
