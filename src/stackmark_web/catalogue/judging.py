"""A version as the quality library judges it: its record, its rows, what says the same already."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.db.models import Count, F

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.record import Record
from stackmark.quality.check import check
from stackmark.quality.duplicates import THRESHOLD, Entry, entry_of, find_duplicates
from stackmark.quality.judgement import Judgement
from stackmark.quality.profile import Profile
from stackmark_web import clock
from stackmark_web.catalogue import publishing
from stackmark_web.catalogue.models import AchievementVersion, SearchTerm
from stackmark_web.catalogue.words import terms
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation

NEAREST: Final = 300  # others a draft is compared with: those that share most of its words
_KINDS: Final = {
    "provider": "training-provider",
    "association": "industry-association",
    "agency": "quality-agency",
}
_NUMBERS: Final = (("ror", "ROR"), ("deqar_id", "DEQAR"), ("erasmus_code", "ErasmusCode"))


@dataclass(frozen=True, slots=True)
class Twin:
    """A published version that says the same; ``asks`` when that needs a reason."""

    version: AchievementVersion
    score: float
    shared: tuple[str, ...]
    by_skills: bool

    @property
    def asks(self) -> bool:
        """Whether so much is the same that the designer has to say why."""
        return self.score >= THRESHOLD

    @property
    def percent(self) -> int:
        """How much of one stands in the other."""
        return int(self.score * 100)


def record_of(version: AchievementVersion, descriptor: Descriptor | None = None) -> Record:
    """The canonical record of a version, or of what its editor has in hand."""
    given = descriptor or Descriptor.from_json(version.content)
    number = version.number or next_number(version)
    return Record(
        achievement=given,
        id=publishing.identity(version, number),
        version=str(number),
        issuer=Record.from_json(
            {"achievement": {}, "issuer": _issuer(version.organisation)}
        ).issuer,
    )


def judge(
    version: AchievementVersion, profile: Profile, descriptor: Descriptor | None = None
) -> Judgement:
    """The rows of a profile for a version, as of now."""
    return check(record_of(version, descriptor), profile, now=clock.now())


def digest_of(version: AchievementVersion) -> str:
    """SHA-256 over all a reviewer looks at: content, badge, and the reason for a duplicate."""
    looked_at = {
        "content": version.content,
        "art": version.art,
        "images": [version.image_id, version.image_svg_id] if not version.art else [],
        "justification": version.justification,
    }
    return hashlib.sha256(orjson.dumps(looked_at, option=orjson.OPT_SORT_KEYS)).hexdigest()


def next_number(version: AchievementVersion) -> int:
    """The number a draft gets when it is published."""
    rows = AchievementVersion.everywhere.filter(achievement_id=version.achievement_id)
    most = rows.order_by(F("number").desc(nulls_last=True)).values_list("number", flat=True).first()
    return (most or 0) + 1


def twins(version: AchievementVersion, descriptor: Descriptor | None = None) -> list[Twin]:
    """What the catalogue has already that says the same, the strongest first."""
    mine = entry_of(record_of(version, descriptor), "")
    others = _nearest(version, mine)
    entries = [mine, *(entry_of(_design(one), str(one.pk)) for one in others)]
    found: dict[Any, Twin] = {}
    for pair in find_duplicates(entries).pairs:
        if 0 in (pair.a, pair.b):
            other = others[max(pair.a, pair.b) - 1]
            found.setdefault(
                other.pk, Twin(other, pair.score, pair.shared, pair.method == "skills")
            )
    return list(found.values())


def unexplained(version: AchievementVersion) -> list[Twin]:
    """The twins that need a reason and have none."""
    told = version.justification.get("achievements", ())
    return [
        one for one in twins(version) if one.asks and str(one.version.achievement_id) not in told
    ]


def _nearest(version: AchievementVersion, entry: Entry) -> list[AchievementVersion]:
    """Listed versions of other achievements that share most words with it."""
    mine = {term for text in entry.texts.values() for term in terms(text)}
    ids = (
        SearchTerm.objects.filter(term__in=mine)
        .exclude(version__achievement_id=version.achievement_id)
        .values("version")
        .annotate(shared=Count("pk"))
        .order_by("-shared", "version")
        .values_list("version", flat=True)[:NEAREST]
    )
    rows = AchievementVersion.everywhere.select_related("organisation", "achievement")
    found = rows.defer("signable").in_bulk(list(ids))
    return list(found.values())


def _design(version: AchievementVersion) -> Record:
    return Record(achievement=Descriptor.from_json(version.content))


def _issuer(organisation: Organisation) -> dict[str, Any]:
    root = tenancy.root_of(organisation)
    said = {
        "id": tenancy.did_of(root),
        "name": root.name,
        "legal_name": root.legal_name,
        "kind": _KINDS.get(root.kind, root.kind),
        "country": root.country,
        "url": root.website,
        "email": root.email,
        "identifiers": [
            {"scheme": scheme, "value": value}
            for field, scheme in _NUMBERS
            if (value := getattr(root, field))
        ],
    }
    return {name: value for name, value in said.items() if value}
