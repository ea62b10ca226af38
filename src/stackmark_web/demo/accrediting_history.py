"""What the Quality Board has stated: an accreditation, an endorsement, one taken back, one to come.

The statements are made before the awards, each at its own time: what was awarded between start
and withdrawal carries them, as in life.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.accrediting import actions
from stackmark_web.accrediting.models import Request, Statement
from stackmark_web.demo.founding import owner_of

_PROFILE: Final = "eu-2022"
_ENDORSED: Final = "northfield-data"  # of the unit's achievements, the first


def statements(
    versions: dict[str, Any], cast: dict[str, Any], houses: dict[str, Any], *, today: datetime
) -> None:
    """Three statements and a request that waits."""
    _granted(
        _asked("northfield", "accreditation", cast, houses, today - timedelta(days=790)),
        cast,
        at=today - timedelta(days=730),
        years=5,
        scope={"lowest": 4, "highest": 7},
        reasons="Visited twice; the rules for assessment are public and followed.",
        comment="Northfield’s rules for assessment are public, and it keeps them.",
    )
    made = _granted(
        _asked("harbour-skills", "right-to-issue", cast, houses, today - timedelta(days=600)),
        cast,
        at=today - timedelta(days=560),
        years=3,
        scope={},
        reasons="A registered provider with trained assessors.",
        comment="",
    )
    with clock.at(today - timedelta(days=150)):
        actions.withdraw(
            made,
            actor=cast["petra"],
            reason="The yearly report did not come. A new request is welcome.",
            via="demo",
        )
    endorsed = next(one for one in versions.values() if one.organisation.slug == _ENDORSED)
    _granted(
        _asked(
            "northfield", "endorsement", cast, houses, today - timedelta(days=420), version=endorsed
        ),
        cast,
        at=today - timedelta(days=400),
        years=4,
        scope={},
        reasons="Outcomes and assessment fit each other well.",
        comment="A good example of how outcomes and assessment go together.",
    )
    _asked(
        "guild-of-assurance",
        "accreditation",
        cast,
        houses,
        today - timedelta(days=6),
        note="We examine and do not teach; please tell us if another profile fits better.",
        evidence=["https://guild-of-assurance.example/rules"],
    )


def _asked(
    house: str,
    wanted: str,
    cast: dict[str, Any],
    houses: dict[str, Any],
    at: datetime,
    **more: Any,
) -> Request:
    with clock.at(at):
        return actions.ask_for(
            houses[house],
            actor=owner_of(house, cast),
            agency=houses["european-quality-board"],
            wanted=wanted,
            via="demo",
            **more,
        )


def _granted(
    request: Request,
    cast: dict[str, Any],
    *,
    at: datetime,
    years: int,
    scope: dict[str, Any],
    reasons: str,
    comment: str,
) -> Statement:
    """Petra goes through the rows, accepts them, decides and confirms."""
    petra = cast["petra"]
    with clock.at(at):
        actions.open_review(request, actor=petra, profile=_PROFILE, via="demo")
        accepted = {row.number: ("accept", "") for row in request.rows.all()}
        actions.judge(request, actor=petra, judgements=accepted, via="demo")
        actions.propose(
            request,
            actor=petra,
            grant=True,
            reasons=reasons,
            scope=scope,
            end=date(at.year + years, at.month, 1),
            review_due=date(at.year + years - 1, at.month, 1),
            comment=comment,
            via="demo",
        )
        actions.confirm(request, actor=petra, via="demo")
    return Statement.everywhere.get(request=request)
