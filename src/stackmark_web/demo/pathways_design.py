"""Two pathways: a nano-degree across two issuers, and a certification that is renewed.

The nano-degree has two versions, so that somebody falls under each, and sample learners.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from stackmark_web import clock
from stackmark_web.catalogue.publishing import identity
from stackmark_web.demo import founding
from stackmark_web.demo.courses import Course
from stackmark_web.pathways.actions import designing, publishing, sampling
from stackmark_web.pathways.imagined import holdings_for
from stackmark_web.tenancy.queries import did_of

Json = dict[str, Any]
NANO: Final = Course(
    "applied-data-nano-degree",
    "northfield",
    "Applied Data Nano-degree",
    "certificate",
    7,
    285,
    14.0,
    "A way from first analyses to a project with a partner, with one course of another provider.",
    (
        ("Carry a data project from its first question to a report others act on", "data science"),
        ("Say what data cannot show, to people who decide", "communication"),
    ),
    ("project", "portfolio"),
    "Nothing beyond what its parts ask for; the last of them is a project with a partner.",
    "supervised-onsite-id",
    "blended",
    None,
    0,
    icon="layers",
    shape="hexagon",
)
FELLOW: Final = Course(
    "assurance-fellow",
    "guild-of-assurance",
    "Digital Assurance Fellow",
    "micro-certification",
    6,
    0,
    None,
    "Holds the Guild's certificates and keeps learning: renewed every three years.",
    (
        ("Advise an organisation on information security and personal data", "ICT security"),
        ("Keep up with what changes in the field", "data protection"),
    ),
    ("written-exam",),
    "Both examinations of the Guild, and continuing credits of the last three years.",
    "supervised-onsite-id",
    "onsite",
    None,
    0,
    months=36,
    icon="award",
    shape="shield",
)


def pathways(
    versions: dict[str, Any], cast: dict[str, Any], houses: dict[str, Any], *, today: datetime
) -> dict[str, Any]:
    """The current version of each, by the word of what it awards."""
    with clock.at(today - timedelta(days=420)):
        nano = founding.achievement(NANO, cast, houses)
        fellow = founding.achievement(FELLOW, cast, houses)
    return {
        NANO.word: _nano(nano.achievement, versions, cast, houses, today),
        FELLOW.word: _fellow(fellow.achievement, versions, cast, houses, today),
    }


def _nano(award: Any, versions: Any, cast: Any, houses: Any, today: datetime) -> Any:
    """First without a choice of electives from elsewhere, then with it."""
    dana, house = cast["dana"], houses["northfield"]
    with clock.at(today - timedelta(days=410)):
        draft = designing.create(
            house,
            actor=dana,
            kind="course-series",
            title=NANO.title,
            summary="Two courses of ours, one of another provider, and a project with a partner.",
            achievement=award,
            rules=_nano_rules(versions, did_of(house), electives=1.0),
            via="demo",
        )
        first = publishing.publish(draft, actor=dana, via="demo")
    with clock.at(today - timedelta(days=100)):
        draft = designing.start_version(first.pathway, actor=dana, via="demo")
        rules = _nano_rules(versions, did_of(house), electives=1.5)
        draft = designing.save_rules(
            draft, actor=dana, rules=rules, revision=draft.revision, via="demo"
        )
        made = publishing.publish(
            draft,
            actor=dana,
            applies_from=(today - timedelta(days=60)).date(),
            changed="The elective has to be worth 1.5 credits, as its courses are now.",
            via="demo",
        )
    _samples(made.pathway, versions, dana)
    return made


def _nano_rules(versions: Any, own: str, *, electives: float) -> Json:
    elective = [_aim(versions, one) for one in ("green-logistics", "workplace-coach")]
    courses = [
        {
            "id": word,
            "title": versions[word].title,
            "count": {"select": {"achievement": [_aim(versions, word)]}, "min": 1},
        }
        for word in ("python-analysis", "machine-learning")
    ]
    return {
        "unit": "ects",
        "rule": {
            "id": "award",
            "all": [
                {"id": "courses", "title": "Courses", "all": courses},
                {
                    "id": "elective",
                    "title": "A view from practice",
                    "credits": {"select": {"achievement": elective}, "min": electives},
                },
                {
                    "id": "project",
                    "title": "Project",
                    "capstone": {"select": {"achievement": [_aim(versions, "data-capstone")]}},
                },
            ],
        },
        "limits": [
            {"id": "own", "residency": {"select": {"issuer": [own]}, "min_share": 0.5}},
            {"id": "age", "max_age_years": 7},
            {
                "id": "order",
                "before": [[_aim(versions, "python-analysis"), _aim(versions, "data-capstone")]],
            },
        ],
    }


def _fellow(award: Any, versions: Any, cast: Any, houses: Any, today: datetime) -> Any:
    greta, house = cast["greta"], houses["guild-of-assurance"]
    examinations = ("security-practitioner", "privacy-officer")
    rules = {
        "unit": "ects",
        "rule": {
            "id": "award",
            "all": [
                {
                    "id": "examinations",
                    "title": "Examination",
                    "count": {
                        "select": {"achievement": [_aim(versions, one) for one in examinations]},
                        "min": 1,
                    },
                },
                {
                    "id": "continuing",
                    "title": "Continuing credits",
                    "credits": {"select": {"level_min": 5, "max_age_years": 3}, "min": 2},
                },
            ],
        },
    }
    with clock.at(today - timedelta(days=400)):
        draft = designing.create(
            house,
            actor=greta,
            kind="micro-certification",
            title=FELLOW.title,
            achievement=award,
            conferral="automatic",
            rules=rules,
            via="demo",
        )
        draft = designing.save_details(
            draft,
            actor=greta,
            revision=draft.revision,
            title=FELLOW.title,
            summary="One examination of the Guild, and learning that goes on, wherever it happens.",
            achievement=award,
            conferral="automatic",
            renewal_months=36,
            continuing_credits=Decimal(2),
            via="demo",
        )
        return publishing.publish(draft, actor=greta, via="demo")


def _samples(pathway: Any, versions: Any, dana: Any) -> None:
    whole = ("python-analysis", "machine-learning", "green-logistics", "data-capstone")
    for name, words, expected in (
        ("Has everything", whole, "yes"),
        ("Lacks the project", whole[:3], "no"),
        ("Only ours", (*whole[:2], "data-capstone"), "no"),
    ):
        sampling.keep_sample(
            pathway,
            actor=dana,
            name=name,
            holdings=holdings_for([_aim(versions, one) for one in words]),
            expected=expected,
            via="demo",
        )


def _aim(versions: Any, word: str) -> str:
    return identity(versions[word])
