"""The assessment facts panel of a cohort: what is published, signed, kept and never changed.

A panel is a Verifiable Credential of the organisation about a version of an achievement. Its
figures stand in one JSON literal (``stackmarkFacts`` of our own context), so that any verifier
can check the signature and any reader read the numbers. Cells of one to four people are not told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import orjson
from django.conf import settings
from django.utils import translation

from stackmark.assessment.facts import Facts
from stackmark.assessment.ledger import Attempt as Entry
from stackmark.assessment.ledger import Purpose
from stackmark.assessment.statistic import Statistic
from stackmark.issuing.lint import lint
from stackmark.issuing.securing import secure
from stackmark.issuing.selfcheck import self_check
from stackmark.verification.dates import stamp
from stackmark_web import clock
from stackmark_web.assessing import cuts, figuring, ladder, panel_parts, plans
from stackmark_web.assessing import ledger as ledgers
from stackmark_web.assessing.models import CutScore, FactsPanel
from stackmark_web.awarding.signing import pen_of
from stackmark_web.tenancy import queries as tenancy

TYPE: Final = "StackmarkAssessmentFacts"
CONTEXTS: Final = (
    "https://www.w3.org/ns/credentials/v2",
    "https://w3id.org/stackmark/facts/v1",
)
SMALL: Final = 5  # fewer people than this are never told apart
PUBLISHED: Final = (
    *("first_pass_rate", "final_pass_rate", "reliability", "sem", "sem_at_cut"),
    *("decision_accuracy", "decision_consistency", "false_positive", "false_negative"),
    *("ppv", "likelihood_ratio", "bits"),
)
_RESTS_ON_PASSES: Final = ("ppv", "likelihood_ratio", "bits")
_T: Final = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306}
_TINY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Content:
    """What a panel says: the figures in order, and all the rest as JSON."""

    figures: Mapping[str, Statistic]
    tree: dict[str, Any]


def current(achievement: Any) -> FactsPanel | None:
    """The latest published panel about everybody, else the latest about any cohort."""
    rows = FactsPanel.everywhere.filter(achievement=achievement, signed__isnull=False)
    return rows.filter(cohort=ledgers.ALL).first() or rows.first()


def address(panel: FactsPanel) -> str:
    """The lasting address of a panel, which is its id as well."""
    base = f"{settings.IDENTITY_URL}/achievements/{panel.achievement_id}"
    return f"{base}/assessment-facts/{panel.number}"


def content(achievement: Any, cohort: str = ledgers.ALL) -> Content:
    """What would be published about a cohort now.

    Raises ``UsageError`` when there are no attempts, or they contradict each other.
    """
    version = achievement.current
    entries = ledgers.of(achievement, cohort=cohort)
    told = figuring.facts_of(entries)
    shown = figures(achievement, entries, told, cohort)
    withheld = bool({"pass-rate", "agreement"} & tenancy.withheld_by(achievement.organisation))
    where = ledgers.Cohort.read(cohort)
    tree = {
        "type": TYPE,
        "version": 1,
        "title": version.title,
        "cohort": where.code,
        "firstDay": where.first_day.isoformat() if where.first_day else None,
        "lastDay": where.last_day.isoformat() if where.last_day else None,
        "population": told.population,
        "withheld": withheld,
        "counts": {} if withheld else _counts(told),
        "reliabilityType": "" if withheld else told.reliability_type,
        "figures": []
        if withheld
        else [{"code": code, **_json(one)} for code, one in shown.items()],
        "byForm": {} if withheld else by_form(told),
        "standardSetting": _standard(achievement, version, withheld=withheld),
        "dif": {} if withheld else figuring.dif_by_form(entries).to_json(),
        **({} if withheld else panel_parts.shown(entries, _marks(achievement, cohort))),
        "integrity": ladder.integrity_of(version),
        "evidence": ladder.strength_of(version).to_json(),
        "lastReview": _last_review(version),
        "smallSamples": (
            "Below 30 no figure is given; from 30 to 100 the interval is what counts. Cells of "
            "one to four people are not told."
        ),
        "notes": [] if withheld else list(told.notes),
    }
    return Content({} if withheld else shown, plain(tree))


def figures(
    achievement: Any, entries: list[Entry], told: Facts, cohort: str
) -> dict[str, Statistic]:
    """The figures of a panel in their order, without what small cells would tell."""
    version = achievement.current
    found = {code: told.statistics[code] for code in PUBLISHED if code in told.statistics}
    found |= _agreement(achievement, version, cohort)
    if (cut := cut_figure(cuts.in_force(achievement, clock.now(), version=version))) is not None:
        found["cut"] = cut
    found |= figuring.retained_of(achievement)
    return guarded(found, entries)


def by_form(told: Facts) -> dict[str, list[dict[str, Any]]]:
    """The same figures form by form, where there are several: scores of forms differ.

    The rates of a form are left out: those of a small form could be worked out from the others'.
    """
    left = {"first_pass_rate", "final_pass_rate", *_RESTS_ON_PASSES}
    return {
        form: [
            {"code": code, **_json(found[code])}
            for code in PUBLISHED
            if code in found and code not in left
        ]
        for form, found in told.by_form.items()
    }


def _marks(achievement: Any, cohort: str) -> list[ledgers.Mark]:
    return ledgers.marks(achievement, cohort=cohort)


def _agreement(achievement: Any, version: Any, cohort: str) -> dict[str, Statistic]:
    """The agreement that the marks in use rest on: of totals, and of levels where there are any."""
    plan = plans.plan_of(version)
    rows = figuring.agreement_of(_marks(achievement, cohort), markers=(plan and plan.markers) or 1)
    found: dict[str, Statistic] = {}
    for one in rows:
        if one.what == ledgers.TOTAL:
            found["marker_agreement"] = one.operational
        else:
            found[f"marker_agreement:{one.what}"] = one.operational
    if not found:
        found["marker_agreement"] = Statistic(
            value=None,
            n=0,
            of="units",
            method="none",
            source="none",
            population="pieces of work marked twice",
            note="no piece of work was marked twice",
            insufficient=True,
        )
    return found


def cut_figure(cut: cuts.Cut) -> Statistic | None:
    """The cut with its standard error over judges; None where nothing has to be reached."""
    if cut.total is None:
        return None
    score = cut.score
    error = score.standard_error if score else None
    judges = len(score.judges) if score else 0
    half = None if error is None else _T.get(judges, 1.96) * error
    low_high = None if half is None else (max(0.0, cut.total - half), min(100.0, cut.total + half))
    with translation.override("en"):  # it is signed, and one document is in one language
        method = str(CutScore.Method(cut.method).label) if cut.method else ""
    return Statistic(
        value=cut.total,
        interval=low_high,
        n=judges,
        of="judges",
        least=0,
        method=f"{method}; ± t · standard error over judges" if error is not None else method,
        source="Angoff (1971), in Thorndike, Educational Measurement"
        if cut.is_justified
        else "stated by the organisation",
        population="one cut for all candidates",
        unit="percent",
        note="" if cut.is_justified else "cut score not justified: no method is known",
    )


def guarded(found: dict[str, Statistic], entries: list[Entry]) -> dict[str, Statistic]:
    """Without what would tell of one to four people: a rate so near to all or nobody."""
    passes: dict[str, list[bool]] = {}
    for one in entries:
        verdict = one.passed()
        if one.counts and verdict is not None:
            passes.setdefault(one.candidate, []).append(verdict)
    firsts = [bool(one.passed()) for one in entries if one.purpose is Purpose.FIRST]
    hidden = set()
    if _is_small(sum(firsts), len(firsts)):
        hidden |= {"first_pass_rate", *_RESTS_ON_PASSES}
    if _is_small(sum(map(any, passes.values())), len(passes)):
        hidden.add("final_pass_rate")
    return {code: _hide(one) if code in hidden else one for code, one in found.items()}


def _is_small(some: int, whole: int) -> bool:
    return 0 < some < SMALL or 0 < whole - some < SMALL


def _hide(one: Statistic) -> Statistic:
    if one.value is None:
        return one
    words = "not told: fewer than 5 people passed, or did not"
    return replace(one, value=None, interval=None, note=words)


def _counts(told: Facts) -> dict[str, Any]:
    """Attempts and candidates; a purpose of one to four attempts is not told."""
    return {
        "attempts": told.attempts,
        "candidates": told.candidates,
        "purposes": {
            name: None if 0 < number < SMALL else number for name, number in told.counts.items()
        },
    }


def _standard(achievement: Any, version: Any, *, withheld: bool) -> dict[str, Any]:
    cut = cuts.in_force(achievement, clock.now(), version=version)
    score = cut.score
    if not cut.is_justified or score is None:
        return {"justified": False, "note": "cut score not justified", "method": cut.method}
    return {
        "justified": True,
        "method": cut.method,
        "judges": len(score.judges),
        "rounds": score.rounds,
        "date": score.set_at.date().isoformat(),
        "inForceFrom": score.in_force_from.date().isoformat(),
        **({} if withheld else {"cut": cut.total, "standardError": score.standard_error}),
    }


def _last_review(version: Any) -> dict[str, Any]:
    review = getattr(version, "review", None)
    decided = version.decisions.exclude(kind="sent-back").order_by("-decided_at").first()
    return {
        "on": decided.decided_at.date().isoformat() if decided else None,
        "due": review.due.isoformat() if review else None,
    }


def _json(one: Statistic) -> dict[str, Any]:
    """A figure as it is signed, scores in percent."""
    unit = "percent" if one.unit in ("points", "per cent") else one.unit
    return replace(one, unit=unit).to_json()


def plain(value: Any) -> Any:
    """The same with every number in twelve digits: longer ones are not read alike everywhere."""
    if isinstance(value, float):
        return 0.0 if abs(value) < _TINY else float(f"{value:.12g}")
    if isinstance(value, Mapping):
        return {name: plain(one) for name, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def sign(panel: FactsPanel, tree: Mapping[str, Any], *, made_at: dt.datetime) -> bytes:
    """The signed credential of a panel, verified whole by our own verifier.

    Raises ``StackmarkError`` when there is no key, the signer is away or wrong.
    """
    organisation = panel.organisation
    pen, created = pen_of(organisation), clock.stamp_now()
    unsigned = {
        "@context": list(CONTEXTS),
        "id": address(panel),
        "type": ["VerifiableCredential"],
        "name": f"Assessment facts: {panel.version.title}",
        "issuer": {"id": pen.did, "name": tenancy.root_of(organisation).name},
        "validFrom": stamp(made_at),
        "credentialSubject": {
            "id": str(panel.version.signable["id"]),
            "type": ["StackmarkAchievement"],
            "stackmarkFacts": dict(tree),
        },
    }
    lint(unsigned)
    signed = secure(
        unsigned, suite=pen.suite, signer=pen.signer, method=pen.method, created=created
    )
    self_check(
        signed,
        created=created,
        valid_from=unsigned["validFrom"],
        valid_until=None,
        documents=pen.documents,
        leave=frozenset({"status"}),
    )
    return signed


def for_label(tree: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the facts label prints beside the figures: the step of the evidence ladder."""
    evidence = tree["evidence"]
    step = Statistic(
        value=float(evidence["level"]),
        n=1,
        of="designs",
        least=0,
        method="; ".join(evidence["reasons"]),
        source=evidence["source"],
        population="the design of this assessment",
    )
    return [{"code": "ladder_level", **step.to_json()}]


def facts_in(panel: FactsPanel) -> dict[str, Any]:
    """What a panel says, read from the very bytes that were signed."""
    tree: dict[str, Any] = orjson.loads(bytes(panel.signed or b"{}"))
    found: dict[str, Any] = tree.get("credentialSubject", {}).get("stackmarkFacts", {})
    return found
