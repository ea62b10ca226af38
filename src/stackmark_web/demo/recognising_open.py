"""Enough decisions of one centre about one badge for public figures, and a portfolio that waits."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.demo.founding import owner_of
from stackmark_web.passport.models import Holding
from stackmark_web.recognising import drafts, portfolios
from stackmark_web.recognising.actions import deciding, evaluating, requesting
from stackmark_web.recognising.actions import portfolios as prior
from stackmark_web.recognising.models import Request, Source

MANY: Final = 22  # two tens and two more, which are not counted yet
_REASON: Final = "Reading figures is covered in full; nothing in it is about keeping books."
_NOTES: Final = b"""Water laboratory, 2019 to 2024

Every week: safety round with a second person, list of chemicals kept, waste signed out.
2022: wrote the plan for a spill of acid. 2023: trained four newcomers.
"""


def decisions(
    versions: dict[str, Any], cast: dict[str, Any], houses: dict[str, Any], *, today: datetime
) -> int:
    """Harbour Skills decides what Data Literacy Basics counts for; how many decisions."""
    held, target = versions["data-literacy"], versions["digital-bookkeeping"]
    rows = Holding.objects.filter(
        award__version=held,
        award__state="claimed",
        award__signed_at__lt=today - timedelta(days=32),  # before its list was last published
    )
    rows = rows.exclude(user=cast["lena"]).select_related("user").order_by("user__email", "pk")
    for number, holding in enumerate(rows[:MANY]):
        with clock.at(today - timedelta(days=25 - number, hours=number)):
            _decided(holding, houses["harbour-skills"], target, cast, whole=number % 2 == 0)
    return min(MANY, rows.count())


def _decided(holding: Holding, place: Any, target: Any, cast: Any, *, whole: bool) -> None:
    sent = requesting.send(
        holding.user, organisation=place, target=target, holdings=[holding], via="demo"
    )
    source: Source = sent.sources.get()
    given = _full(source) if whole else _in_part(source)
    actor = owner_of("harbour-skills", cast)
    kept = evaluating.keep(source, actor=actor, revision=0, given=given, via="demo")
    kept.request = sent
    deciding.decide(kept, actor=actor, revision=kept.revision, via="demo")


def _full(source: Source) -> dict[str, Any]:
    rows = {
        one.name: ("not-substantial", "Close enough for this badge.")
        if one.finding == "substantial"
        else (one.finding, one.reason)
        for one in drafts.draft_of(source).comparison.rows
    }
    return {"rows": rows, "default": "policy", "verdict": "full"}


def _in_part(source: Source) -> dict[str, Any]:
    found = drafts.draft_of(source).comparison
    rows = {one.name: (one.finding, one.reason) for one in found.rows}
    rows["outcomes"] = ("substantial", "Keeping books is not in it.")
    return {
        "rows": rows,
        "default": "policy",
        "verdict": "partial",
        "outcomes": [found.wanted_outcomes[0]],
        "credit": {"value": "0.5", "unit": found.credit.unit if found.credit else "ects"},
        "reasons": [_REASON],
    }


def portfolio(
    versions: dict[str, Any], cast: dict[str, Any], houses: dict[str, Any], *, today: datetime
) -> Request:
    """Prior learning that waits at Northfield: a file, and what it is to show."""
    target = versions["lab-safety"]
    rows = Holding.objects.filter(award__version=versions["workplace-coach"])
    found = rows.exclude(user=cast["lena"]).order_by("-user__email").first()
    learner = found.user if found is not None else cast["lena"]
    with clock.at(today - timedelta(days=5)):
        begun = prior.begin(
            learner,
            organisation=houses["northfield"],
            target=target,
            title="Five years in a water laboratory",
            via="demo",
        )
        piece = prior.add_piece(
            begun, actor=learner, name="diary.txt", data=_NOTES, about="From my diary at work"
        )
        claims = [("I did this every week.", [str(piece.pk)])]
        claims += [("", [])] * (len(portfolios.outcomes_of(target)) - 1)
        prior.write(
            begun,
            actor=learner,
            title="Five years in a water laboratory",
            account="From 2019 to 2024 I ran the safety of a small laboratory by myself.",
            claims=claims,
        )
        return prior.send(begun, actor=learner, via="demo")
