"""Reads about plans, cuts and workshops, for this capability and those above."""

from __future__ import annotations

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stackmark_web import clock
from stackmark_web.assessing import cuts
from stackmark_web.assessing.models import CutScore
from stackmark_web.catalogue.plan_pages import Standing
from stackmark_web.catalogue.plan_vocabulary import percent

MIN_JUDGES = 8


def standing(version: Any) -> Standing | None:
    """The cut in force for a version as its public page tells it; None without a plan."""
    if not version.content.get("plan"):
        return None
    cut = cuts.in_force(version.achievement, clock.now(), version=version)
    notes = [how_set(one) for one in (cut.score, *cut.scores.values()) if one is not None]
    doubtful = cut.total is not None and not cut.is_justified
    if doubtful:
        notes.insert(0, not_justified())
    return Standing(cut.total, cut.components, tuple(notes), doubtful)


def not_justified() -> str:
    """What is said of a cut nobody derived."""
    return _("Cut score not justified: it is stated, and no method of standard setting led to it.")


def how_set(score: CutScore) -> str:
    """How a cut was come by, in one sentence: method, judges, rounds, date, error."""
    if score.method == CutScore.Method.STATED:
        return not_justified()
    many = len(score.judges)
    said = ngettext(
        "The cut of %(cut)s %% was set on %(day)s by %(method)s: %(n)s judge, %(rounds)s rounds.",
        "The cut of %(cut)s %% was set on %(day)s by %(method)s: %(n)s judges, %(rounds)s rounds.",
        many,
    ) % {
        "cut": percent(score.cut, 2),
        "day": date_format(score.set_at.date()),
        "method": score.get_method_display(),
        "n": many,
        "rounds": score.rounds or "?",
    }
    if score.standard_error is None:
        return str(said)
    error = _("Its standard error is %(error)s percent points.")
    return f"{said} {error % {'error': percent(score.standard_error, 2)}}"
