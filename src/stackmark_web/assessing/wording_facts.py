"""Figures in words: names, values, intervals, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark.assessment.statistic import WIDE, Statistic
from stackmark_web.ui.text import listed

NAMES: Final = {
    "first_pass_rate": gettext_lazy("Pass rate, first attempts"),
    "final_pass_rate": gettext_lazy("Pass rate in the end, resits included"),
    "reliability": gettext_lazy("Reliability"),
    "alpha": gettext_lazy("Cronbach’s alpha"),
    "kr20": gettext_lazy("KR-20"),
    "omega": gettext_lazy("McDonald’s omega"),
    "sem": gettext_lazy("Standard error of measurement"),
    "sem_at_cut": gettext_lazy("Standard error at the cut"),
    "decision_accuracy": gettext_lazy("Right verdicts"),
    "decision_consistency": gettext_lazy("Same verdict on a parallel form"),
    "false_positive": gettext_lazy("Pass, though truly below the cut"),
    "false_negative": gettext_lazy("Do not pass, though truly at the cut"),
    "ppv": gettext_lazy("Of those who pass, truly at the cut"),
    "likelihood_ratio": gettext_lazy("Likelihood ratio of a pass"),
    "bits": gettext_lazy("What a verdict tells"),
    "marker_agreement": gettext_lazy("Agreement of markers on the total"),
    "cut": gettext_lazy("Cut score"),
    "retained_pass_rate": gettext_lazy("Pass again at a re-test"),
    "retest_response_rate": gettext_lazy("Came to the re-test"),
    "mean_score": gettext_lazy("Mean score"),
    "score_sd": gettext_lazy("Standard deviation of scores"),
    "score_q25": gettext_lazy("Lower quartile"),
    "score_median": gettext_lazy("Median"),
    "score_q75": gettext_lazy("Upper quartile"),
    "exact_agreement": gettext_lazy("Exactly the same"),
    "adjacent_agreement": gettext_lazy("At most one apart"),
    "krippendorff_alpha_nominal": gettext_lazy("Krippendorff’s alpha, nominal"),
    "krippendorff_alpha_ordinal": gettext_lazy("Krippendorff’s alpha, ordinal"),
    "krippendorff_alpha_interval": gettext_lazy("Krippendorff’s alpha, interval"),
    "krippendorff_alpha_ratio": gettext_lazy("Krippendorff’s alpha, ratio"),
    "cohen_kappa": gettext_lazy("Cohen’s kappa"),
    "cohen_kappa_linear": gettext_lazy("Cohen’s kappa, linear weights"),
    "cohen_kappa_quadratic": gettext_lazy("Cohen’s kappa, quadratic weights"),
    "fleiss_kappa": gettext_lazy("Fleiss’ kappa"),
    "difficulty": gettext_lazy("Difficulty (share right)"),
    "discrimination": gettext_lazy("Discrimination"),
    "upper_lower": gettext_lazy("Upper less lower 27 %"),
    "rasch_b": gettext_lazy("Rasch difficulty"),
    "rasch_infit": gettext_lazy("Infit"),
    "rasch_outfit": gettext_lazy("Outfit"),
    "twopl_a": gettext_lazy("2PL slope"),
    "twopl_b": gettext_lazy("2PL difficulty"),
}
OF: Final = {
    "candidates": gettext_lazy("candidates"),
    "attempts": gettext_lazy("attempts"),
    "units": gettext_lazy("pieces of work"),
    "judges": gettext_lazy("judges"),
    "holders": gettext_lazy("holders"),
    "items": gettext_lazy("items"),
}
FLAGS: Final = {
    "keep": gettext_lazy("keep"),
    "review": gettext_lazy("look again"),
    "probable wrong key": gettext_lazy("probably a wrong key"),
    "insufficient data": gettext_lazy("too few answers"),
}
INTEGRITY: Final = {
    "identity": gettext_lazy("Identity proofing"),
    "binding": gettext_lazy("Identity at the assessment"),
    "supervision": gettext_lazy("Supervision"),
    "authorship": gettext_lazy("Check of authorship"),
    "ai": gettext_lazy("Use of AI"),
    "independence": gettext_lazy("Who assesses"),
}
VALUES: Final = {
    "none": gettext_lazy("none"),
    "self-asserted": gettext_lazy("as the person says"),
    "document": gettext_lazy("by a document"),
    "eid": gettext_lazy("by an electronic identity"),
    "photo-match": gettext_lazy("compared with a photo"),
    "live": gettext_lazy("seen live"),
    "remote-recorded": gettext_lazy("remote, recorded"),
    "remote-live": gettext_lazy("remote, live"),
    "onsite": gettext_lazy("on site"),
    "statement": gettext_lazy("signed statement"),
    "similarity": gettext_lazy("comparison of texts"),
    "oral-defence": gettext_lazy("oral defence"),
    "process-log": gettext_lazy("record of the work in progress"),
    "prohibited": gettext_lazy("not allowed"),
    "limited": gettext_lazy("allowed within limits"),
    "permitted-and-assessed": gettext_lazy("allowed, and how it is used is assessed"),
    "same-people": gettext_lazy("the same people teach and assess"),
    "same-organisation": gettext_lazy("others of the same organisation"),
    "independent": gettext_lazy("independent of who teaches"),
}
_SHARES: Final = ("share",)


@dataclass(frozen=True, slots=True)
class Line:
    """A figure as a row of a table; ``value`` is empty where there is none, and ``note`` why."""

    code: str
    name: str
    value: str
    interval: str
    n: str
    wide: bool
    insufficient: bool
    note: str
    method: str
    source: str
    population: str


def line(code: str, one: Statistic, name: str = "") -> Line:
    """A figure of the library as a row."""
    unit = "percent" if one.unit in ("points", "per cent") else one.unit
    return Line(
        code=code,
        name=name or name_of(code),
        value="" if one.value is None else said(one.value, unit),
        interval=_interval(one, unit),
        n=f"{number_format(one.n, force_grouping=True)} {OF.get(one.of, one.of)}",
        wide=one.value is not None and one.n < WIDE and one.of != "judges",
        insufficient=one.insufficient,
        note=one.note,
        method=one.method,
        source=one.source,
        population=one.population,
    )


def lines(found: Mapping[str, Statistic]) -> list[Line]:
    """Figures by name as rows."""
    return [line(code, one) for code, one in found.items()]


def line_of_json(found: Mapping[str, Any]) -> Line:
    """A published figure as a row."""
    members = {name: value for name, value in found.items() if name != "code"}
    return line(str(found["code"]), Statistic.from_json(members))


def name_of(code: str) -> str:
    """What a figure is called."""
    if code.startswith("marker_agreement:"):
        return _("Agreement of markers: %(what)s") % {"what": code.partition(":")[2]}
    if code.startswith("icc_"):
        return f"ICC({code[4:].replace('_', ',')})"
    return str(NAMES.get(code, code))


def said(value: float, unit: str) -> str:
    """A number with its unit, to as many places as mean something."""
    if unit in _SHARES:
        return f"{number_format(round(100 * value, 1), 1)} %"
    if unit == "percent":
        return _("%(number)s %% of points") % {"number": number_format(round(value, 1), 1)}
    if unit == "bits":
        return _("%(number)s bits") % {"number": number_format(round(value, 3), 3)}
    if unit == "ratio":
        return number_format(round(value, 1 if abs(value) >= 1 else 2))
    return number_format(round(value, 3), 3)


def _interval(one: Statistic, unit: str) -> str:
    if one.value is None or one.interval is None:
        return ""
    low, high = one.interval
    if unit == "share":
        return (
            f"{number_format(round(100 * low, 1), 1)} – {number_format(round(100 * high, 1), 1)} %"
        )
    places = 1 if unit == "percent" else 2 if unit == "ratio" else 3
    return " – ".join(number_format(round(end, places), places) for end in (low, high))


def integrity(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The facts of integrity, each by itself; what is not known is said so."""
    rows = []
    for code, label in INTEGRITY.items():
        value = found.get(code) or ""
        words = [value] if isinstance(value, str) else list(value)
        shown = listed(VALUES.get(one, one) for one in words if one)
        rows.append((str(label), shown or _("not known")))
    return rows
