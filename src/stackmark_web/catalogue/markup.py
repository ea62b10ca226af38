"""A version as schema.org data, for search engines, inside its page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from django.utils.safestring import SafeString, mark_safe

from stackmark.model.achievement import Achievement as Descriptor
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.models import AchievementVersion, Offering

# Nothing in the data can end the script element or begin a comment in it.
_ESCAPES: Final = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}
_MODES: Final = {"online": "online", "onsite": "onsite", "blended": "blended"}


def script(version: AchievementVersion, **parts: Any) -> SafeString:
    """A data block for the page. Browsers never run one, and our policy does not concern it."""
    text = json.dumps(graph(version, **parts), ensure_ascii=False).translate(_ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - escaped above


def graph(
    version: AchievementVersion,
    *,
    descriptor: Descriptor,
    offerings: Iterable[Offering],
    url: str,
    image: str,
) -> dict[str, Any]:
    """The credential, and the course that leads to it with its dates and prices."""
    issuer = {
        "@type": "Organization",
        "name": version.organisation.name,
        "url": version.organisation.website or None,
    }
    credential = {
        "@type": "EducationalOccupationalCredential",
        "@id": version.signable.get("id"),
        **_said(descriptor),
        "url": url,
        "image": image,
        "credentialCategory": str(words.KINDS.get(descriptor.kind, "")),
        "educationalLevel": _level(descriptor),
        "competencyRequired": [_skill(one) for one in descriptor.skills],
        "recognizedBy": [
            {"@type": "Organization", "name": one.name, "url": one.id or None}
            for one in descriptor.quality
            if one.name
        ],
        "validFor": f"P{descriptor.validity.months}M"
        if descriptor.validity and descriptor.validity.months
        else None,
        "creator": issuer,
        "keywords": list(descriptor.tags),
    }
    course = {
        "@type": "Course",
        **_said(descriptor),
        "url": url,
        "provider": issuer,
        "courseCode": descriptor.code,
        "timeRequired": _duration(descriptor),
        "coursePrerequisites": descriptor.say(descriptor.prerequisites),
        "teaches": [descriptor.say(one.statement) for one in descriptor.outcomes],
        "educationalCredentialAwarded": {"@id": version.signable.get("id")},
        "hasCourseInstance": [_instance(one) for one in offerings],
        "offers": [_offer(one) for one in offerings if one.price is not None],
    }
    return {"@context": "https://schema.org", "@graph": [_known(credential), _known(course)]}


def _said(descriptor: Descriptor) -> dict[str, Any]:
    return {
        "name": descriptor.name,
        "description": descriptor.say(descriptor.description),
        "inLanguage": list(descriptor.languages),
    }


def _level(descriptor: Descriptor) -> dict[str, Any] | None:
    level = descriptor.level
    if level is None or not level.eqf:
        return None
    return {
        "@type": "DefinedTerm",
        "name": f"EQF {level.eqf}",
        "inDefinedTermSet": "European Qualifications Framework",
    }


def _skill(skill: Any) -> dict[str, Any]:
    return _known(
        {
            "@type": "DefinedTerm",
            "name": skill.name,
            "url": skill.uri,
            "inDefinedTermSet": skill.framework,
            "termCode": skill.code,
        }
    )


def _duration(descriptor: Descriptor) -> str:
    hours = descriptor.workload.high if descriptor.workload else None
    if not hours:
        return ""
    minutes = int(hours * 60)
    return f"PT{minutes // 60}H" if minutes % 60 == 0 else f"PT{minutes}M"


def _instance(offering: Offering) -> dict[str, Any]:
    place = {"@type": "Place", "name": offering.place} if offering.place else None
    return _known(
        {
            "@type": "CourseInstance",
            "name": offering.title,
            "courseMode": _MODES.get(offering.delivery, ""),
            "startDate": offering.starts_on.isoformat() if offering.starts_on else "",
            "endDate": offering.ends_on.isoformat() if offering.ends_on else "",
            "inLanguage": offering.language,
            "location": place,
            "url": offering.enrol_url,
        }
    )


def _offer(offering: Offering) -> dict[str, Any]:
    return _known(
        {
            "@type": "Offer",
            "category": "Paid" if offering.price else "Free",
            "price": str(offering.price),
            "priceCurrency": offering.currency,
            "url": offering.enrol_url,
        }
    )


def _known(found: dict[str, Any]) -> dict[str, Any]:
    """Only what is known."""
    return {name: value for name, value in found.items() if value not in (None, "", [], {})}
