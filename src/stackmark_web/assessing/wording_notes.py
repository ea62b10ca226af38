"""What the library of statistics says in sentences, in the reader's language.

The library says why there is no figure, of whom one speaks and what to look at in plain English,
and published panels carry these sentences as they were signed. Those known here are said again
through gettext, with their numbers. Formulas, methods and sources are of the field and stay
English; a page marks them so (``lang``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext, ngettext_lazy

from stackmark.assessment.linking import Reserve
from stackmark_web.assessing.wording_facts import OF

SENTENCES: Final = frozenset(
    (
        # Why there is no figure.
        gettext_noop("not defined for these data"),
        gettext_noop("could not tell: no item scores and no reliability given"),
        gettext_noop("could not tell: no item scores"),
        gettext_noop("could not tell: no max_score given"),
        gettext_noop("could not tell: alpha is not between 0 and 1 in these data"),
        gettext_noop("could not tell: one item has no alpha, and no reliability given"),
        gettext_noop(
            "could not tell for all together: nobody answered every item, as where forms differ"
        ),
        gettext_noop("could not tell: no cut score given"),
        gettext_noop("could not tell: some first attempts have no cut score"),
        gettext_noop("could not tell: no first attempt"),
        gettext_noop("not defined where nobody or everybody passes"),
        gettext_noop("not defined: nobody or everybody passes"),
        gettext_noop("not defined: a cut of 0 fails nobody"),
        gettext_noop("not defined: the item or the rest is constant"),
        gettext_noop("not defined: all answers are the same"),
        gettext_noop("not defined: items are not all scored 0 or 1"),
        gettext_noop("not defined: KR-20 is for items scored 0 or 1"),
        gettext_noop("not defined: one item has no consistency with others"),
        gettext_noop("not defined: one factor needs three items"),
        gettext_noop("not defined: the scores do not differ"),
        gettext_noop("not defined: no unit has two marks"),
        gettext_noop(
            "not defined: every mark is the same, so agreement cannot be told from chance"
        ),
        gettext_noop("not defined: the marks are words, not numbers"),
        gettext_noop("not defined: a ratio scale has no marks below 0"),
        gettext_noop("not defined: no unit was marked by every rater"),
        gettext_noop("not defined: units cannot be told apart by one unit"),
        gettext_noop("no piece of work was marked twice"),
        gettext_noop("no re-test was held and closed"),
        gettext_noop("cut score not justified: no method is known"),
        gettext_noop("cut score not justified"),
        gettext_noop("not told: fewer than 5 people passed, or did not"),
        gettext_noop("not examined: there are no item responses"),
        gettext_noop("not examined: items are not all scored 0 or 1"),
        gettext_noop("not examined: there are no two forms with three items in common"),
        # Of whom.
        gettext_noop("first attempts of all candidates"),
        gettext_noop("first attempts with item responses"),
        gettext_noop("pieces of work marked twice"),
        gettext_noop("pieces of work marked twice: sample and near the cut"),
        gettext_noop("units with two marks or more"),
        gettext_noop("units all raters marked"),
        gettext_noop("one cut for all candidates"),
        gettext_noop("holders drawn at random, invited, and re-tested under supervision"),
        gettext_noop("holders drawn at random and invited within the window"),
        gettext_noop("criteria of scripts marked twice"),
        gettext_noop("totals of scripts marked twice"),
        gettext_noop("decided first attempts and resits, all candidates together"),
        gettext_noop("the design of this assessment"),
        # Items, and what was left out.
        gettext_noop("discrimination is not defined"),
        gettext_noop("better candidates do worse on it"),
        gettext_noop("omega: an item has almost no variance of its own (Heywood case)"),
        gettext_noop("omega: an item loads below 0; look at its key"),
        gettext_noop("max_score differs, so scores are in per cent of it."),
        gettext_noop(
            "Below 30 no figure is given; from 30 to 100 the interval is what counts. Cells of "
            "one to four people are not told."
        ),
        # A cut.
        gettext_noop(
            "there was one round; judges should rate again after seeing each other's ratings"
        ),
        gettext_noop("not all judges took part in all rounds"),
        gettext_noop("better ratings do not go with higher scores; this cut has no meaning"),
        gettext_noop(
            "nobody was rated at or below, or at or above, borderline; the cut is extrapolated"
        ),
        # Where it comes from, and what kind it is.
        gettext_noop("none"),
        gettext_noop("stated by the organisation"),
        gettext_noop("alpha"),
        gettext_noop("form"),
        # The evidence ladder: names, meanings, reasons, what is missing.
        gettext_noop("self-claim"),
        gettext_noop("attendance"),
        gettext_noop("unsupervised quiz"),
        gettext_noop("unsupervised authored work with rubric"),
        gettext_noop("supervised or orally defended work"),
        gettext_noop("supervised performance with two or more raters"),
        gettext_noop("supervised performance, independent of the trainer"),
        gettext_noop("Somebody says so of themselves."),
        gettext_noop("Being there was recorded; nothing was assessed."),
        gettext_noop("Something was assessed, with nobody watching and no work of one's own."),
        gettext_noop("Work of one's own was marked by a rubric, with nobody watching."),
        gettext_noop("The work was done under supervision, or defended orally."),
        gettext_noop(
            "A real or simulated job task was done under supervision and rated by two people or "
            "more."
        ),
        gettext_noop("The same, and whoever assessed did not train."),
        gettext_noop("No attendance or assessment is known."),
        gettext_noop("Attendance was recorded."),
        gettext_noop("Something was assessed."),
        gettext_noop("Work of one's own was assessed."),
        gettext_noop("It was marked by a rubric."),
        gettext_noop("A job task was performed."),
        gettext_noop("It was supervised: recorded remotely."),
        gettext_noop("It was supervised: live, remotely."),
        gettext_noop("It was supervised on site."),
        gettext_noop("Work of one's own was defended orally."),
        gettext_noop("The assessors were independent of the trainer."),
        gettext_noop("a record of attendance"),
        gettext_noop("an assessment"),
        gettext_noop("work of one's own"),
        gettext_noop("marking by a rubric"),
        gettext_noop("a real or simulated job task"),
        gettext_noop("supervision"),
        gettext_noop("two or more raters"),
        gettext_noop("assessors independent of the trainer"),
        gettext_noop("supervision, or an oral defence of work of one's own"),
    )
)
_N: Final = r"(?P<n>\d+)"
_LEAST: Final = r"(?P<least>\d+)"
_VALUE: Final = r"(?P<value>[\d.e+-]+)"
# Sentences with numbers or names in them. A group named ``said`` is itself a sentence, ``of`` a
# thing that is counted.
_SHAPES: Final[Sequence[tuple[str, Any]]] = (
    (
        rf"insufficient data: {_N} candidates in the smaller group, at least {_LEAST} are needed",
        gettext_lazy(
            "insufficient data: %(n)s candidates in the smaller group, at least %(least)s are "
            "needed"
        ),
    ),
    (
        rf"insufficient data: {_N} (?P<of>[\w ]+), at least {_LEAST} are needed",
        gettext_lazy("insufficient data: %(n)s %(of)s, at least %(least)s are needed"),
    ),
    (
        r"could not tell for all together: several cuts in force \((?P<shown>.+)\); see each form",
        gettext_lazy(
            "could not tell for all together: several cuts in force (%(shown)s); see each form"
        ),
    ),
    (
        rf"not examined: fewer than two groups have {_LEAST} candidates",
        gettext_lazy("not examined: fewer than two groups have %(least)s candidates"),
    ),
    (
        r"(?P<said>.+), (?P<first>\d{4}-\d\d-\d\d) to (?P<last>\d{4}-\d\d-\d\d)",
        gettext_lazy("%(said)s, %(first)s to %(last)s"),
    ),
    (r"(?P<said>.+), (?P<first>\d{4}-\d\d-\d\d)", gettext_lazy("%(said)s, %(first)s")),
    (r"first attempts at form (?P<name>.+)", gettext_lazy("first attempts at form %(name)s")),
    (r"first attempts in cohort (?P<name>.+)", gettext_lazy("first attempts in cohort %(name)s")),
    (
        r"candidates of (?P<one>.+) \(reference\) and (?P<other>.+) \(focal\)",
        gettext_lazy("candidates of %(one)s (reference) and %(other)s (focal)"),
    ),
    (
        rf"{_N} answers, at least {_LEAST} are needed",
        gettext_lazy("%(n)s answers, at least %(least)s are needed"),
    ),
    (rf"discrimination below {_VALUE}", gettext_lazy("discrimination below %(value)s")),
    (
        rf"difficulty below {_VALUE}: very hard",
        gettext_lazy("difficulty below %(value)s: very hard"),
    ),
    (
        rf"difficulty above {_VALUE}: very easy",
        gettext_lazy("difficulty above %(value)s: very easy"),
    ),
    (
        rf"Baseline, practice and re-test attempts do not count: {_N}\.",
        gettext_lazy("Baseline, practice and re-test attempts do not count: %(n)s."),
    ),
    (
        rf"Without a first attempt here, and in the final pass rate only: {_N}\.",
        gettext_lazy("Without a first attempt here, and in the final pass rate only: %(n)s."),
    ),
    (
        rf"Reliability is of those who answered every item; {_N} did not\.",
        gettext_lazy("Reliability is of those who answered every item; %(n)s did not."),
    ),
    (
        rf"Only the first attempt of each candidate is used; {_N} are not\.",
        gettext_lazy("Only the first attempt of each candidate is used; %(n)s are not."),
    ),
    (
        rf"{_N} judges? took part in the last round; at least {_LEAST} are advised",
        ngettext_lazy(
            "%(n)s judge took part in the last round; at least %(least)s are advised",
            "%(n)s judges took part in the last round; at least %(least)s are advised",
            "n",
        ),
    ),
    (
        rf"the standard error of the cut, {_VALUE}, exceeds half the SEM, (?P<half>[\d.e+-]+)",
        gettext_lazy("the standard error of the cut, %(value)s, exceeds half the SEM, %(half)s"),
    ),
    (
        rf"{_N} ratings? missing, the first by (?P<judge>.+) for (?P<item>.+)",
        ngettext_lazy(
            "%(n)s rating missing, the first by %(judge)s for %(item)s",
            "%(n)s ratings missing, the first by %(judge)s for %(item)s",
            "n",
        ),
    ),
    (
        r"nobody rated (?P<items>.+) in round (?P<round>\d+)",
        gettext_lazy("nobody rated %(items)s in round %(round)s"),
    ),
    (rf"{_N} people rated it\.", gettext_lazy("%(n)s people rated it.")),
    (r"(?P<said>.+): not known", gettext_lazy("%(said)s: not known")),
    (r"(?P<said>.+): not so", gettext_lazy("%(said)s: not so")),
    (r"stated: (?P<kind>.+)", gettext_lazy("stated: %(kind)s")),
)
_READ: Final = tuple((re.compile(pattern), words) for pattern, words in _SHAPES)


def told(text: str) -> str | None:
    """A sentence of the library in the reader's language; None for one that is not known."""
    if text in SENTENCES:
        return _(text)
    if text in OF:
        return str(OF[text])
    for pattern, words in _READ:
        found = pattern.fullmatch(text)
        if found and (parts := _parts(found.groupdict())) is not None:
            return str(words % parts)
    return None


def _parts(found: dict[str, str]) -> dict[str, Any] | None:
    """What stands in the gaps, numbers as they are written here; None if it cannot be said."""
    parts = {name: _part(name, text) for name, text in found.items()}
    return None if None in parts.values() else parts


def _part(name: str, text: str) -> Any:
    if name == "said":
        return told(text)
    if name == "of":
        return str(OF.get(text, text))
    if re.fullmatch(r"\d{1,15}", text):
        return int(text)
    return number_format(Decimal(text)) if re.fullmatch(r"\d+\.\d+", text) else text


def words_of(text: str) -> str:
    """The sentence in the reader's language, or as it is."""
    known = told(text)
    return text if known is None else known


def marked(text: Any) -> str:
    """The sentence in the reader's language, or as it is and marked as English, for a page."""
    plain = str(text or "")
    known = told(plain)
    if known is not None or not plain:
        return known or ""
    return format_html('<span lang="en">{}</span>', plain)


def reserve_advice(held: Reserve, *, items: int, anchors: int, scripts: int) -> str:
    """What to keep back so that a change of standard can be told; empty where it is enough."""
    if held.enough:
        return ""
    more = held.scripts_needed - scripts
    works = ngettext("%(n)s more script", "%(n)s more scripts", more) % {"n": more}
    if not items:
        return _("Reserve %(what)s; without them a change of standard is not identifiable.") % {
            "what": works
        }
    lacks = max(0, held.items_needed - anchors)
    one = ngettext("%(n)s more anchor item", "%(n)s more anchor items", lacks) % {"n": lacks}
    return _(
        "Reserve %(items)s or %(scripts)s; without them a change of standard is not identifiable."
    ) % {"items": one, "scripts": works}
