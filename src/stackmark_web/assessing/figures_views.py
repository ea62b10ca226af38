"""Every figure of an achievement, for its staff: facts, items, markers, anchors, files."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from stackmark.assessment.linking import reserve
from stackmark.errors import StackmarkError, UsageError
from stackmark_web import clock
from stackmark_web.assessing import (
    cuts,
    drawing,
    figuring,
    ladder,
    panel_parts,
    panels,
    plans,
    wording_notes,
)
from stackmark_web.assessing import ledger as ledgers
from stackmark_web.assessing import queries_facts as queries
from stackmark_web.assessing import wording_facts as wording
from stackmark_web.assessing.actions import publishing_facts as actions
from stackmark_web.assessing.import_views import show
from stackmark_web.assessing.models import AnchorItem, Attempt
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import may, organisation_for
from stackmark_web.ui.text import best_text

FIGURES: Final = (Permission.ASSESS, Permission.ANALYSE)
View = Callable[..., HttpResponse]
_TABS: Final = ("facts", "items", "markers", "anchors")
_SPREAD: Final = ("mean_score", "score_sd", "score_q25", "score_median", "score_q75")


def place_for(user: Any, slug: str, *permissions: Permission) -> Any:
    """The organisation, for who holds any of the rights there."""
    found = organisation_for(user, slug, Permission.VIEW)
    if not any(may(user, one, found) for one in permissions):
        raise PermissionDenied("Your role does not allow this; ask an owner.")
    return found


def of_achievement(*permissions: Permission) -> Callable[[View], View]:
    """The view gets organisation and achievement, for who holds any of the rights."""

    def decorate(view: View) -> View:
        @wraps(view)
        def found(
            request: HttpRequest, slug: str, achievement_id: uuid.UUID, **more: Any
        ) -> HttpResponse:
            organisation = place_for(request.user, slug, *permissions)
            achievement = queries.achievement_of(organisation, achievement_id)
            return view(request, organisation, achievement, **more)

        return login_required(found)

    return decorate


@login_required
@require_safe
def figures(request: HttpRequest, slug: str) -> HttpResponse:
    """The achievements of which there are attempts."""
    organisation = place_for(request.user, slug, *FIGURES)
    rows = [
        {"achievement": one, "attempts": number, "last": last, "panel": panels.current(one)}
        for one, number, last in queries.assessed(organisation)
    ]
    return show(request, "figures", organisation, rows=rows)


class Asked:
    """Which attempts of an achievement a page speaks of."""

    def __init__(self, request: HttpRequest, achievement: Any) -> None:
        self.achievement = achievement
        self.cohort = ledgers.Cohort.read(request.GET.get("cohort", ledgers.ALL)).code
        plan = plans.plan_of(achievement.current)
        self.parts = (
            [(one.id, best_text(one.name) or one.id) for one in plan.components]
            if plan and len(plan.components) > 1
            else []
        )
        wanted = request.GET.get("component", "")
        self.component = wanted if wanted in dict(self.parts) else ""
        self.markers = (plan and plan.markers) or 1
        self.entries = ledgers.of(achievement, cohort=self.cohort, component=self.component)

    def context(self, tab: str) -> dict[str, Any]:
        """What every page of the figures shows."""
        return {
            "achievement": self.achievement,
            "title": self.achievement.current.title,
            "tab": tab,
            "tabs": _tabs(self.achievement),
            "cohort": self.cohort,
            "cohorts": [(one, cohort_words(one)) for one in ledgers.cohorts(self.achievement)],
            "component": self.component,
            "parts": self.parts,
            "attempts": len(self.entries),
        }


def _tabs(achievement: Any) -> list[tuple[str, Any, str]]:
    names = {
        "facts": (_("Facts"), "figures_of"),
        "items": (_("Items"), "figures_items"),
        "markers": (_("Markers"), "figures_markers"),
        "anchors": (_("Anchors"), "anchors"),
    }
    slug = achievement.organisation.slug
    return [
        (key, names[key][0], reverse(f"assessing:{names[key][1]}", args=[slug, achievement.pk]))
        for key in _TABS
    ]


def cohort_words(code: str) -> str:
    """A cohort in words."""
    where = ledgers.Cohort.read(code)
    if where.form:
        return _("Form %(form)s") % {"form": where.form}
    if where.code == ledgers.ALL:
        return _("Everybody")
    year, _dash, half = code.partition("-S")
    if half:
        words = _("First half of %(year)s") if half == "1" else _("Second half of %(year)s")
        return words % {"year": year}
    return year


def _page(
    request: HttpRequest, organisation: Any, asked: Asked, tab: str, **more: Any
) -> HttpResponse:
    return show(request, f"figures_{tab}", organisation, **asked.context(tab), **more)


@of_achievement(*FIGURES)
@require_safe
def overview(request: HttpRequest, organisation: Any, achievement: Any) -> HttpResponse:
    """The facts of a cohort, as they would be published, and what was published."""
    asked = Asked(request, achievement)
    more: dict[str, Any] = {}
    problem = ""
    if asked.entries:
        try:
            more = _facts(asked)
        except UsageError as error:
            problem = error.detail
    return _page(
        request,
        organisation,
        asked,
        "facts",
        problem=problem,
        panels=[(one, cohort_words(one.cohort)) for one in queries.panels_of(achievement)[:50]],
        may_publish=may(request.user, Permission.ASSESS, organisation),
        **more,
    )


def _facts(asked: Asked) -> dict[str, Any]:
    told = figuring.facts_of(asked.entries)
    published = panels.figures(asked.achievement, asked.entries, told, asked.cohort)
    cut = cuts.in_force(asked.achievement, clock.now(), version=asked.achievement.current)
    bar = told.cut if asked.component else cut.total
    sem = told.statistics.get("sem_at_cut")
    drawn = [
        drawing.scores(
            panel_parts.distribution(asked.entries), cut=bar, sem=sem.value if sem else None
        ),
        drawing.cohorts(told),
    ]
    return {
        "told": told,
        "lines": wording.lines(published),
        "spread": wording.lines(
            {name: told.statistics[name] for name in _SPREAD if name in told.statistics}
        ),
        "forms": [
            (name, wording.lines({code: found[code] for code in panels.PUBLISHED if code in found}))
            for name, found in told.by_form.items()
        ],
        "plots": [one for one in drawn if one],
        "ladder": ladder.strength_of(asked.achievement.current),
        "integrity": wording.integrity(ladder.integrity_of(asked.achievement.current)),
        "dif": figuring.dif_by_form(asked.entries),
    }


@of_achievement(*FIGURES)
@require_safe
def items(request: HttpRequest, organisation: Any, achievement: Any) -> HttpResponse:
    """Each item: difficulty, discrimination, models where there are enough, and what to do."""
    asked = Asked(request, achievement)
    report = figuring.items_of(asked.entries)
    if report is None:
        return _page(request, organisation, asked, "items")
    rows = [
        {
            "name": name,
            "flag": report.advice[name][0],
            "advice": wording.FLAGS.get(report.advice[name][0], report.advice[name][0]),
            "reasons": report.advice[name][1],
            "figures": wording.lines(found),
            "difficulty": wording.line("difficulty", found["difficulty"]),
            "discrimination": wording.line("discrimination", found["discrimination"]),
        }
        for name, found in report.items.items()
    ]
    spots = [
        (
            name,
            found["difficulty"].value,
            found["discrimination"].value,
            report.advice[name][0],
        )
        for name, found in report.items.items()
    ]
    drawn = [drawing.items(spots), _wright(asked, report)]
    return _page(
        request,
        organisation,
        asked,
        "items",
        rows=rows,
        test=wording.lines(report.test),
        notes=report.notes,
        plots=[one for one in drawn if one],
        dif=_dif_rows(figuring.dif_by_form(asked.entries)),
    )


def _wright(asked: Asked, report: Any) -> Any:
    difficulties = [
        (name, found["rasch_b"].value)
        for name, found in report.items.items()
        if "rasch_b" in found and found["rasch_b"].value is not None
    ]
    return drawing.wright(figuring.abilities_of(asked.entries), difficulties)


def _dif_rows(found: figuring.DifSummary) -> dict[str, Any]:
    rows = found.rows.items if found.rows else ()
    return {
        "summary": found,
        "rows": [
            {
                "item": one.item,
                "reference": one.reference,
                "focal": one.focal,
                "class": one.ets_class or "?",
                "delta": wording.line("delta", one.delta, _("Delta")),
                "favours": one.favours,
            }
            for one in rows
        ],
    }


@of_achievement(*FIGURES)
@require_safe
def markers(request: HttpRequest, organisation: Any, achievement: Any) -> HttpResponse:
    """How far two markers agree, on the total and on each criterion."""
    asked = Asked(request, achievement)
    given = ledgers.marks(achievement, cohort=asked.cohort)
    found = figuring.agreement_of(given, markers=asked.markers)
    rows = [
        {
            "what": _("Total") if one.what == ledgers.TOTAL else one.what,
            "operational": wording.line(one.kind, one.operational),
            "figures": wording.lines(one.figures.statistics()),
        }
        for one in found
    ]
    plot = drawing.markers(panel_parts.matrix(given))
    return _page(request, organisation, asked, "markers", rows=rows, plots=[plot] if plot else [])


@of_achievement(*FIGURES)
@require_http_methods(["GET", "HEAD", "POST"])
def anchors(request: HttpRequest, organisation: Any, achievement: Any) -> HttpResponse:
    """Items kept back and scripts kept: without them nobody can tell whether a standard held."""
    asked = Asked(request, achievement)
    table = figuring.table_of(ledgers.of(achievement))
    names = list(table.items) if table else []
    if request.method == "POST":
        wanted = [one for one in request.POST.getlist("item") if one in names]
        try:
            actions.reserve(achievement, actor=request.user, items=wanted)
            kept = actions.archive(achievement, actor=request.user, number=_whole(request))
        except UsageError as error:
            messages.error(request, error.detail)
        else:
            text = _("Kept: %(items)d anchor items, %(scripts)d more scripts.")
            messages.success(request, text % {"items": len(wanted), "scripts": kept})
        return redirect("assessing:anchors", organisation.slug, achievement.pk)
    rows = AnchorItem.everywhere.filter(achievement=achievement, released_at__isnull=True)
    there = set(rows.values_list("item", flat=True))
    scripts = Attempt.everywhere.filter(achievement=achievement, is_archived=True).count()
    counts = {"items": max(len(names), len(there)), "anchors": len(there), "scripts": scripts}
    held = reserve(**counts)
    return _page(
        request,
        organisation,
        asked,
        "anchors",
        names=[(one, one in there) for one in names],
        reserve=held,
        advice=wording_notes.reserve_advice(held, **counts),
        held=len(there),
        scripts=scripts,
        may_change=may(request.user, Permission.ASSESS, organisation),
    )


def _whole(request: HttpRequest) -> int:
    text = request.POST.get("scripts", "")
    return min(int(text), 500) if text.isascii() and text.isdecimal() and len(text) < 5 else 0


@of_achievement(Permission.ASSESS)
@require_POST
def publish(request: HttpRequest, organisation: Any, achievement: Any) -> HttpResponse:
    """Compute, sign and publish the facts of a cohort."""
    cohort = request.POST.get("cohort", ledgers.ALL)
    try:
        panel = actions.publish(achievement, actor=request.user, cohort=cohort)
    except StackmarkError as error:
        messages.error(request, error.detail)
    else:
        text = _("Published and signed as panel %(number)d.")
        messages.success(request, text % {"number": panel.number})
    return redirect("assessing:figures_of", organisation.slug, achievement.pk)
