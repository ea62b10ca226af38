"""A version as schema.org data, for search engines, inside its page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.achievement import Quality
from stackmark_web.catalogue import overdue
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.models import AchievementVersion, Offering
from stackmark_web.ui.site import address

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
    issuer = _known(
        {
            "@type": "Organization",
            "name": version.organisation.name,
            "url": version.organisation.website or f"{settings.PUBLIC_URL}{_page_of(version)}",
        }
    )
    credential = {
        "@type": "EducationalOccupationalCredential",
        "@id": version.signable.get("id"),
        **_said(descriptor),
        "url": url,
        "image": image,
        "credentialCategory": str(words.KINDS.get(descriptor.kind, "")),
        "educationalLevel": _level(descriptor),
        "competencyRequired": [_skill(one) for one in descriptor.skills],
        "recognizedBy": [_body(one) for one in descriptor.quality if one.name],
        "validFor": f"P{descriptor.validity.months}M"
        if descriptor.validity and descriptor.validity.months
        else None,
        **_review(version),
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
        "educationalLevel": _level(descriptor),
        "numberOfCredits": _credits(descriptor),
        "about": _field(descriptor),
        "isPartOf": _programme(descriptor),
        "coursePrerequisites": descriptor.say(descriptor.prerequisites),
        "teaches": [descriptor.say(one.statement) for one in descriptor.outcomes],
        "educationalCredentialAwarded": {"@id": version.signable.get("id")},
        "hasCourseInstance": [_instance(one) for one in offerings],
        "offers": [_offer(one) for one in offerings if one.price is not None],
    }
    return {"@context": "https://schema.org", "@graph": [_known(credential), _known(course)]}


def _review(version: AchievementVersion) -> dict[str, str]:
    """The day it has to be looked at again, and that this did not happen."""
    due, since = overdue.due_of(version), overdue.overdue_since(version)
    return {
        "expires": due.isoformat() if due else "",
        "creativeWorkStatus": overdue.sentence(since) if since else "",
    }


def _page_of(version: AchievementVersion) -> str:
    slug = version.organisation.slug
    return address("registry:organisation", f"/o/{slug}", slug)


def _body(one: Quality) -> dict[str, Any]:
    """Who vouches for the quality; an identity that is no web address is no ``url``."""
    url = one.id if one.id.startswith(("https://", "http://")) else ""
    return _known({"@type": "Organization", "name": one.name, "url": url})


def _credits(descriptor: Descriptor) -> dict[str, Any] | None:
    """The number with its unit; a bare one would mean nothing."""
    found = descriptor.credit
    if found is None or found.value is None:
        return None
    unit = found.unit_name or str(words.CREDIT_UNITS.get(found.unit, ""))
    return {"@type": "StructuredValue", "value": float(found.value), "unitText": unit}


def _field(descriptor: Descriptor) -> dict[str, Any] | None:
    found = descriptor.field
    if found is None:
        return None
    return _known(
        {
            "@type": "DefinedTerm",
            "name": found.name,
            "termCode": found.code,
            "inDefinedTermSet": "ISCED-F 2013",
        }
    )


def _programme(descriptor: Descriptor) -> dict[str, Any] | None:
    found = descriptor.programme
    if found is None or not descriptor.say(found.name):
        return None
    return _known({"@type": "Course", "name": descriptor.say(found.name), "url": found.url})


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
