"""The public page of a version; the registry serves it at the version's address for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.quality.facts_label import Signed
from stackmark_web.catalogue import facts as label
from stackmark_web.catalogue import markup, onward, overdue, plan_pages, queries
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.catalogue.plan_pages import Standing
from stackmark_web.ui.site import address
from stackmark_web.ui.text import best_language, best_text, reading


def achievement_page(
    request: HttpRequest,
    version: AchievementVersion,
    *,
    looked: Sequence[Any] = (),
    signed: tuple[Signed, ...] = (),
    standing: Standing | None = None,
    panel_url: str = "",
) -> HttpResponse:
    """Everything the public may know about a version, in the language a reader chose with ``lang``.

    Unknown is shown as unknown. ``looked`` is what ``accrediting`` shows of statements about it,
    ``signed`` the same for the facts label, ``standing`` the cut that ``assessing`` knows in force,
    ``panel_url`` where its assessment facts are told in full.
    """
    chosen = request.GET.get("lang", "")
    languages = queries.descriptor_of(version).languages
    with reading(chosen if chosen in languages else ""):
        facts = queries.facts(version, None, signed)
        assessed = plan_pages.assessed(queries.descriptor_of(version), standing)
        others = {"looked": looked, "facts": facts, "assessed": assessed, "panel_url": panel_url}
        return _page(request, version, others)


def _page(
    request: HttpRequest, version: AchievementVersion, others: dict[str, Any]
) -> HttpResponse:
    descriptor = queries.descriptor_of(version)
    achievement = version.achievement
    current = achievement.current
    offerings = queries.offerings_of(achievement) if current == version else []
    url = f"{settings.PUBLIC_URL}{queries.public_url(version)}"
    image = queries.image_url(version)
    since = overdue.overdue_since(version)
    context = others | {
        "brand": version.organisation,
        "version": version,
        "achievement": achievement,
        "descriptor": descriptor,
        "title": best_text(descriptor.title),
        "languages": _languages(descriptor),
        "field": " ".join(filter(None, (descriptor.field.code, descriptor.field.name)))
        if descriptor.field
        else "",
        "description": best_text(descriptor.description),
        "overdue": overdue.sentence(since) if since else "",
        "newer": current if current != version else None,
        "newer_url": queries.public_url(current) if current and current != version else "",
        "card": queries.card(version, linked=False),
        "outcomes": descriptor.outcomes,
        "reports": [
            (words.QUALITY[one.type], one) for one in descriptor.quality if one.url or one.id
        ],
        "parties": [(words.ROLES[one.role], one) for one in descriptor.parties],
        "offerings": [_offering(one) for one in offerings],
        "panels": onward.panels(version),
        "versions": [
            {"row": one, "url": version_url(one), "current": one.pk == version.pk}
            for one in queries.versions_of(achievement)
        ],
        "url": url,
        "og_image": f"{settings.PUBLIC_URL}{image}" if image else "",
        "organisation_url": address(
            "registry:organisation", f"/o/{version.organisation.slug}", version.organisation.slug
        ),
        "json_url": address(
            "registry:version_json",
            f"/achievements/{achievement.pk}/{version.number}.json",
            achievement.pk,
            version.number,
        ),
        "own_form_url": f"{settings.PUBLIC_URL}{_own_form(version)}",
        "data": markup.script(
            version,
            descriptor=descriptor,
            offerings=offerings,
            url=url,
            image=f"{settings.PUBLIC_URL}{image}" if image else "",
        ),
    }
    return render(request, "catalogue/achievement.html", context)


def _own_form(version: AchievementVersion) -> str:
    """Where all that a version says stands in our own form, for a check against a rule set."""
    path = f"/register/achievements/{version.achievement_id}/{version.number}/stackmark"
    return address(
        "registry:register_export", path, version.achievement_id, version.number, "stackmark"
    )


def _languages(descriptor: Descriptor) -> list[dict[str, Any]]:
    """The languages it can be read in, each by its own name; nothing when there is one only."""
    shown = best_language(descriptor.title)[1]
    tags = descriptor.languages
    if len(tags) < 2:
        return []
    return [{"tag": tag, "name": words.own_name(tag), "current": tag == shown} for tag in tags]


def version_url(version: AchievementVersion) -> str:
    """The address of one version, also when it is the current one."""
    path = f"/achievements/{version.achievement_id}/{version.number}"
    return address("registry:version", path, version.achievement_id, version.number)


def _offering(offering: Any) -> dict[str, Any]:
    return {
        "row": offering,
        "delivery": words.PARTICIPATION.get(offering.delivery, offering.delivery),
        "language": words.language_name(offering.language) if offering.language else "",
        "price": label.price_of(offering.price, offering.currency),
    }
