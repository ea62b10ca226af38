"""Reports in words for a terminal: the verdict first, then who and when, then why."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from stackmark.cli.console import out, plain, styled

if TYPE_CHECKING:
    from stackmark.verification.report import Check, Report

_MARKS: Final = {"passed": "✓", "failed": "✗", "could-not-tell": "?", "not-applicable": "–"}
_ASCII: Final = {"passed": "+", "failed": "x", "could-not-tell": "?", "not-applicable": "-"}
_COLOURS: Final = {"passed": "green", "failed": "red", "could-not-tell": "yellow"}
OUTCOME: Final = {"verified": "passed", "refused": "failed", "could-not-tell": "could-not-tell"}
# What is only worth a line when there is something to say.
_QUIET: Final = frozenset({"refresh", "related", "endorsements", "recipient", "schema"})
_MANY: Final = 60  # sources listed one by one


def tell_one(report: Report, *, whole: bool) -> None:
    """The report on a single document."""
    out(headline(report))
    out()
    for name, value in _facts(report):
        out(f"  {name:<12}{plain(value)}")
    out()
    for check in report.checks:
        if whole or _matters(check):
            sign = "!" if check.detail in report.warnings else mark(check.outcome)
            out(f"  {sign} {check.code:<13}{plain(check.detail)}")
    _tell_standing(report)
    for number, part in enumerate(report.parts, 1):
        name = plain(part.credential.name or part.credential.id or "credential")
        out()
        out(f"  Inside {number}: {name}")
        out(f"    {mark(OUTCOME[part.verdict])} {headline(part)}")


def _tell_standing(report: Report) -> None:
    """Who it is, whether it may, who looked at it: three answers that are never added up."""
    if report.standing is None or not report.standing.stated:
        return  # the check "trust" has said all there is
    signs = {"in-scope": "passed", "out-of-scope": "failed", "unknown": "could-not-tell"}
    out()
    for name in ("identity", "authority", "quality"):
        answer = getattr(report.standing, name)
        out(f"  {mark(signs[answer.outcome])} {name:<13}{plain(answer.sentence)}")


def tell_many(reports: Iterator[tuple[str, Report]], *, whole: bool) -> Counter[str]:
    """A line a source (all of few, of many those that need a look), and the sum."""
    from stackmark.cli.progress import Bar

    verdicts: Counter[str] = Counter()
    trusts: Counter[str] = Counter()
    held: list[tuple[str, bool]] = []
    with Bar("Verifying") as bar:
        for source, report in reports:
            good = report.verdict == "verified"
            verdicts[report.verdict] += 1
            trusts[report.credential.issuer_trust] += good
            line = f"{mark(OUTCOME[report.verdict])} {plain(source)}  {_short(report)}"
            if whole or (verdicts.total() > _MANY and not good):
                out(line)
            elif verdicts.total() <= _MANY:
                held.append((line, good))
            if verdicts.total() == _MANY + 1:
                held = _tell_bad(held)
            bar.step()
    for line, _ in held:
        out(line)
    hidden = verdicts["verified"] if not whole and verdicts.total() > _MANY else 0
    _sum_up(verdicts, trusts, hidden)
    return verdicts


def _tell_bad(held: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """There are too many to list: of those held back, the ones that need a look."""
    for line, good in held:
        if not good:
            out(line)
    return []


def _sum_up(verdicts: Counter[str], trusts: Counter[str], hidden: int) -> None:
    total = verdicts.total()
    told = []
    if trusts["known"]:
        told.append(f"{trusts['known']:,} verified, from issuers you accept")
    if verdicts["verified"] > trusts["known"]:
        told.append(
            f"{verdicts['verified'] - trusts['known']:,} unaltered and in force, issuer not known "
            "to us"
        )
    if verdicts["refused"]:
        told.append(f"{verdicts['refused']:,} refused")
    if verdicts["could-not-tell"]:
        told.append(f"{verdicts['could-not-tell']:,} could not be told")
    out()
    out(styled(f"{total:,} checked: {'; '.join(told)}.", "bold"))
    if hidden:
        out(f"({hidden:,} good ones are not listed; --all lists them.)")


def headline(report: Report) -> str:
    """The one sentence, in the colour of its answer."""
    return styled(plain(report.headline), "bold", _COLOURS[OUTCOME[report.verdict]])


def mark(outcome: str) -> str:
    """A sign for an outcome that this terminal can show."""
    unicode = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    sign = (_MARKS if unicode else _ASCII)[outcome]
    return styled(sign, _COLOURS[outcome]) if outcome in _COLOURS else sign


def _matters(check: Check) -> bool:
    if check.outcome in ("failed", "could-not-tell"):
        return True
    if check.reason.endswith(".not-reached"):
        return False
    return check.outcome == "passed" or check.code not in _QUIET


def _facts(report: Report) -> Iterator[tuple[str, str]]:
    about = report.credential
    if about.name or about.id:
        yield "Credential", about.name or about.id or ""
    if about.issuer_id:
        name = f"{about.issuer_name} " if about.issuer_name else ""
        yield "Issuer", f"{name}({about.issuer_id})" if name else about.issuer_id
    if about.recipient:
        yield "Recipient", about.recipient
    if about.valid_from:
        until = f" until {about.valid_until}" if about.valid_until else ", no end"
        yield "Valid", f"from {about.valid_from}{until}"
    yield "Checked", f"{report.checked_at} ({report.format}, policy {report.policy})"


def _short(report: Report) -> str:
    if report.verdict == "verified":
        return plain(report.credential.name or report.credential.id or "")
    return plain(report.headline)
