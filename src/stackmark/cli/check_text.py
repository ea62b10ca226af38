"""What ``check`` found, in words: the verdict, the class, what to look at, then the rest."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from stackmark.cli.console import out, plain, styled
from stackmark.cli.report_text import mark

if TYPE_CHECKING:
    from stackmark.quality.advice import Advice
    from stackmark.quality.judgement import Judgement, Result

_WIDTH: Final = 96
_COLOURS: Final = {
    "conforms": "green",
    "does-not-conform": "red",
    "could-not-tell": "yellow",
}
_VERDICTS: Final = {
    "conforms": "Conforms: it says all that {title} asks for.",
    "does-not-conform": "Does not conform: it does not say all that {title} asks for.",
    "could-not-tell": "Could not be told: it says too little to judge it by {title}.",
}
_ADVICE: Final = {"mandatory": "", "recommended": " (recommended)", "advice": " (optional)"}


def tell(judged: Judgement, source: str, *, whole: bool) -> None:
    """The judgement on one document."""
    _head(judged, source)
    for title, rows in _sorted(judged.findings):
        _section(title, rows, whole=whole)
    _warnings(judged.warnings)
    _rest(judged, whole=whole)
    if whole and judged.profile.not_judged:
        out()
        out("Not to be seen in a document:")
        for one in judged.profile.not_judged:
            _wrapped("- ", one)


def _sorted(findings: Iterable[Result]) -> list[tuple[str, list[Result]]]:
    """What is wrong, what could not be told, and what is only advised."""
    found: dict[str, list[Result]] = {"To be mended": [], "Could not be told": [], "Would help": []}
    for row in findings:
        missing = "Could not be told" if row.severity == "mandatory" else "Would help"
        found["To be mended" if row.outcome == "failed" else missing].append(row)
    return list(found.items())


def _head(judged: Judgement, source: str) -> None:
    out(_verdict(judged))
    out()
    profile = judged.profile
    reading = "" if profile.reading == "official" else ", unofficial reading"
    what = "a design" if judged.is_design else "a credential"
    _fact("Checked", f"{source} ({judged.format}, {what}; no signature was checked)")
    _fact("Profile", f"{profile.id}, {profile.version}{reading}: {profile.source}")
    _fact("Class", f"{judged.derived.words}. {' '.join(judged.derived.because)}")


def _verdict(judged: Judgement) -> str:
    profile = judged.profile
    if profile.is_checklist:
        counts = judged.counts
        told = (
            f"Readiness checklist, {profile.title.partition(':')[0]}: {counts['passed']} in hand, "
            f"{counts['failed']} not, {counts['could-not-tell']} to ask."
        )
        return styled(plain(told), "bold")
    told = _VERDICTS[judged.verdict].format(title=f"“{profile.title}”")
    return styled(plain(told), "bold", _COLOURS[judged.verdict])


def _fact(name: str, value: str) -> None:
    _wrapped(f"{name:<10}", value)


def _section(title: str, rows: list[Result], *, whole: bool) -> None:
    if not rows:
        return
    out()
    out(styled(f"{title}:", "bold"))
    for row in rows:
        _finding(row, whole=whole)


def _finding(row: Result, *, whole: bool) -> None:
    out(f"  {mark(row.outcome)} {styled(plain(row.element), 'bold')}{_ADVICE[row.severity]}")
    _wrapped("", row.message)
    if row.fix:
        _wrapped("Do: ", row.fix)
    clause = f"; {row.clause}" if whole else ""
    _wrapped("At: ", f"{row.pointer or 'the document as a whole'} [{row.id}{clause}]")


def _warnings(found: Iterable[Advice]) -> None:
    rows = list(found)
    if rows:
        out()
        out(styled("How it is written (warnings; they decide nothing):", "bold"))
    for one in rows:
        _wrapped("! ", one.message)
        _wrapped("  Do: ", one.fix)
        _wrapped("  At: ", f"{one.pointer or 'the document as a whole'} [{one.id}]")


def _rest(judged: Judgement, *, whole: bool) -> None:
    rows = [row for row in judged.rows if not row.is_finding]
    if not rows:
        return
    out()
    if whole:
        for row in rows:
            out(f"  {mark(row.outcome)} {plain(row.element)}: {plain(row.message)} [{row.id}]")
        return
    for outcome, title in (("passed", "Passed"), ("not-applicable", "Not applicable")):
        names = [row.element for row in rows if row.outcome == outcome]
        if names:
            out(f"{title}, {len(names)} of {len(judged.rows)}:")
            _wrapped("", ", ".join(names) + ".")


def _wrapped(lead: str, text: str) -> None:
    """Text below a row, in lines that fit; the lead stands before the first."""
    indent = "    "
    lines = textwrap.wrap(
        plain(text),
        _WIDTH,
        initial_indent=indent + lead,
        subsequent_indent=indent + " " * len(lead),
        break_long_words=False,
        break_on_hyphens=False,
    )
    for line in lines:
        out(line)
