"""The plots with their words, in the reader's language; used by staff and public pages alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from stackmark.assessment.facts import Facts
from stackmark_web.assessing.plots import (
    Bin,
    Plot,
    Spot,
    Whisker,
    Words,
    distribution,
    item_map,
    matrix,
    whiskers,
    wright_map,
)
from stackmark_web.assessing.wording_facts import FLAGS


def scores(tree: Mapping[str, Any], *, cut: float | None, sem: float | None) -> Plot | None:
    """How many reached which score; ``tree`` is what ``panel_parts.distribution`` made."""
    if not tree.get("bins"):
        return None
    bins = [Bin(one["low"], one["high"], one["count"]) for one in tree["bins"]]
    number = {"n": tree["n"], "cut": f"{cut:.1f}" if cut is not None else "–"}
    words = Words(
        title=_("Scores of first attempts"),
        desc=_(
            "Bars count the %(n)s first attempts in steps of ten percent. The line is the cut at "
            "%(cut)s, the band one standard error of measurement to either side."
        )
        % number,
        x=_("Percent of points"),
        header=(_("Percent"), _("First attempts")),
        more=(_("cut"), _("one SEM"), _("not told: few")),
    )
    return distribution("scores", bins, cut=cut, sem=sem, words=words)


def markers(tree: Mapping[str, Any]) -> Plot | None:
    """First marker against second."""
    if not tree.get("counts"):
        return None
    desc = _(
        "Each cell counts pieces of work by what the first marker (rows) and the second marker "
        "(columns) gave. On the diagonal both gave the same. %(n)s marks in pairs."
    )
    level = _("Level %(number)s")
    labels = [level % {"number": one} if tree.get("levels") else str(one) for one in tree["labels"]]
    words = Words(
        title=_("Two markers, side by side"),
        desc=desc % {"n": tree["n"]},
        x=_("Second marker"),
        y=_("First marker"),
        header=(_("First marker"), *labels),
        more=(_("few"),),
    )
    return matrix("markers", tree["counts"], labels, words=words)


def items(found: Sequence[tuple[str, float | None, float | None, str]]) -> Plot | None:
    """The map of items: name, difficulty, discrimination, advice."""
    spots = [
        Spot(name, p, r, "" if advice in ("keep", "insufficient data") else str(FLAGS[advice]))
        for name, p, r, advice in found
        if p is not None and r is not None
    ]
    if not spots:
        return None
    words = Words(
        title=_("Map of the items"),
        desc=_(
            "Each of the %(n)d items by the share who got it right (across) and how well it tells "
            "able from less able candidates (up). Triangles should be looked at again. Dashed "
            "lines are 0.2 of discrimination, and 0.2 and 0.95 of difficulty."
        )
        % {"n": len(spots)},
        x=_("Share right"),
        y=_("Discrimination"),
        header=(_("Item"), _("Share right"), _("Discrimination"), _("Advice")),
    )
    return item_map("items", spots, words=words)


def wright(abilities: Sequence[float], difficulties: Sequence[tuple[str, float]]) -> Plot | None:
    """Candidates and items on one scale."""
    if not abilities or not difficulties:
        return None
    words = Words(
        title=_("Candidates and items on one scale"),
        desc=_(
            "To the left the abilities of %(n)d candidates, to the right the difficulties of "
            "%(items)d items, both in logits under the Rasch model."
        )
        % {"n": len(abilities), "items": len(difficulties)},
        x=_("Items"),
        y=_("Candidates"),
        header=(_("Item"), _("Difficulty in logits")),
    )
    return wright_map("wright", abilities, difficulties, words=words)


def cohorts(told: Facts) -> Plot | None:
    """First pass rates by cohort and form."""
    rows = [
        Whisker(
            name,
            one.value,
            one.interval[0] if one.interval else None,
            one.interval[1] if one.interval else None,
            one.n,
        )
        for group in (told.by_cohort, told.by_form)
        for name, figures in group.items()
        if (one := figures.get("first_pass_rate"))
    ]
    if not rows:
        return None
    words = Words(
        title=_("Pass rate by cohort and form"),
        desc=_("The share of first attempts that passed, with its 95 % interval, for each group."),
        header=(_("Group"), _("Pass rate"), _("95 % interval"), _("First attempts")),
        more=(_("too few to be told"),),
    )
    return whiskers("cohorts", rows, words=words)
