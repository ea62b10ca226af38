"""What keeps designs good in the demo world: profiles, reviews in time, a draft that waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue import policies, reviewing
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.demo import founding
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.models import Organisation

RENEWED: Final = timedelta(days=200)
SOON: Final = "data-literacy"  # its next review is due within a month
_REASONS: Final = (
    "Outcomes, assessment and workload were compared with the last two runs; they still fit."
)
_POLICIES: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "northfield": ("northfield", {"eu-2022": "shown"}),
    "northfield-data": ("northfield", {"eu-2022": "required", "open-mc": "shown"}),
    "harbour-skills": ("harbour-skills", {"eu-2022": "shown", "cmf": "shown"}),
    "guild-of-assurance": ("guild-of-assurance", {"e2659": "shown", "iso-17024": "shown"}),
}
_WAITING: Final[dict[str, Any]] = {
    "language": "en",
    "kind": "certificate",
    "title": {"en": "Reading Maps of Air Quality"},
    "description": {
        "en": "Holders read measured and modelled maps of air quality and say what they can show."
    },
    "outcomes": [
        {
            "statement": {"en": "Explain how a map of air quality was made"},
            "assessed_by": ["oral-exam"],
        },
        {
            "statement": {"en": "Compare measured values with a model for one city"},
            "assessed_by": ["project"],
        },
    ],
    "criteria": {"narrative": {"en": "Pass the project and the conversation about it."}},
    "level": {"eqf": 5, "assigned_by": "Northfield University"},
    "workload": {"low": 50, "high": 60},
    "credit": {"value": 2, "unit": "ects", "assigned_by": "Northfield University"},
    "participation": ["blended"],
    "assessment": {
        "methods": ["project", "oral-exam"],
        "pass_rule": {"en": "Both parts are passed."},
    },
    "supervision": "supervised-onsite-id",
    "prerequisites": {"en": "None."},
    "stackability": {"en": "Counts towards the Data Science Programme."},
    "instruction": ["en"],
}


def keep(
    cast: Mapping[str, Any],
    houses: Mapping[str, Organisation],
    versions: Mapping[str, AchievementVersion],
    today: datetime,
) -> None:
    """Reviews were renewed in time, profiles are chosen, and a draft waits for Rhea."""
    for word, version in versions.items():
        _renew(word, version, cast, today)
    for slug, (owner, chosen) in _POLICIES.items():
        actor = founding.owner_of(owner, dict(cast))
        policies.set_policy(houses[slug], actor=actor, chosen=chosen)
    unit, dana = houses["northfield-data"], cast["dana"]
    tenancy.edit_organisation(unit, actor=cast["olga"], four_eyes=True)
    reviewed = {
        "type": "internal-review",
        "name": "Northfield University",
        "date": (today - timedelta(days=20)).date().isoformat(),
    }
    content = {**_WAITING, "quality": [reviewed]}
    draft = catalogue.create_draft(unit, actor=dana, content=content)
    catalogue.submit(draft, actor=dana)


def _renew(
    word: str, version: AchievementVersion, cast: Mapping[str, Any], today: datetime
) -> None:
    house = version.organisation.slug
    reviewer = cast["rhea"] if house.startswith("northfield") else None
    actor = reviewer or founding.owner_of(house, dict(cast))
    ago = timedelta(days=340) if word == SOON else RENEWED
    with clock.at(today - ago):
        months = 12 if word == SOON else None
        reviewing.renew(version, actor=actor, reasons=_REASONS, months=months, named=True)
