"""``stackmark audit --check``: a witness, alone or carried by an award, against the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackmark.cli.audit_sources import Gathered
from stackmark.cli.console import out, out_json, plain, styled
from stackmark.cli.guard import NO, OPEN
from stackmark.errors import StackmarkError, UsageError

if TYPE_CHECKING:
    import datetime as dt

    from stackmark.stacking.rules import Rules
    from stackmark.stacking.witness import Witness
    from stackmark.verification.report import Report
    from stackmark.verification.verifier import Verifier


def check_witness(
    path: Path,
    rules: Rules,
    found: Gathered,
    at: dt.date | None,
    verifier: Verifier,
    *,
    as_json: bool,
) -> int:
    """0 when the witness holds, 1 with the reasons when not, 3 when the award cannot be told."""
    from stackmark.stacking.witness import check

    witness, report = _read(path, verifier)
    faults = list(check(witness, rules, found.holdings, at))
    if report is not None and report.verdict == "refused":
        faults.insert(0, f"The award that carries the witness is refused: {report.why}")
    open_ = report is not None and report.verdict == "could-not-tell"
    if as_json:
        _as_json(witness, found, faults, at, report)
    else:
        _tell(witness, found, faults, at, report)
    if faults:
        return NO
    return OPEN if open_ else 0


def _as_json(
    witness: Witness,
    found: Gathered,
    faults: list[str],
    at: dt.date | None,
    report: Report | None,
) -> None:
    from stackmark.cli.audit import about

    out_json(
        {
            "holds": not faults,
            "faults": faults,
            "award": witness.award,
            "at": (at or witness.at).isoformat(),
            "holdingsStated": found.verified < len(found.holdings),
            "credential": None if report is None else report.verdict,
            **about(found),
        }
    )


def _tell(
    witness: Witness,
    found: Gathered,
    faults: list[str],
    at: dt.date | None,
    report: Report | None,
) -> None:
    from stackmark.cli.audit import tell_left_out

    day = (at or witness.at).isoformat()
    if faults:
        out(styled(f"The witness does not hold as of {day}.", "bold", "red"))
        for one in faults:
            out(f"  - {plain(one)}")
    else:
        out(styled(f"The witness holds as of {day}: the award is earned.", "bold", "green"))
    out(f"    Award     {plain(witness.award)}")
    stated = len(found.holdings) - found.verified
    if stated:
        out(f"    {stated} of {len(found.holdings)} holdings are stated, which nobody verified.")
    if report is not None:
        out(f"    The award that carries it: {plain(report.headline)}")
    tell_left_out(found)


def _read(path: Path, verifier: Verifier) -> tuple[Witness, Report | None]:
    """A witness by itself, or that of a credential with the report on it."""
    from stackmark.cli.loading import read_input
    from stackmark.limits import MAX_IMAGE_BYTES
    from stackmark.stacking.witness import Witness

    data = read_input(path, MAX_IMAGE_BYTES)
    alone = _json(data)
    if isinstance(alone, dict) and "@context" not in alone and "payload" not in alone:
        return Witness.from_json(alone), None
    report = verifier.verify(data)
    for body in _bound(path, data, verifier):
        try:
            return Witness.from_json(_json(body)), report
        except UsageError:
            continue  # a facts document, or another
    raise UsageError(
        "witness.missing",
        f"{path} is no witness, and no witness it is bound to by digest stands beside it "
        "or among the documents (see --documents).",
    )


def _bound(path: Path, data: bytes, verifier: Verifier) -> Iterator[bytes]:
    """Each JSON file that a credential is bound to by digest and that is at hand."""
    from stackmark.cli.audit_sources import tree_of
    from stackmark.cli.beside import beside
    from stackmark.verification.related import compare_digests, read_digests

    tree: Mapping[str, Any] = tree_of(data) or {}
    near = beside(path, tree)
    entries = tree.get("relatedResource")
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, Mapping) or not isinstance(url := entry.get("id"), str):
            continue
        try:
            body = near[url] if url in near else verifier.at_hand.fetch(url)
            digests = read_digests(entry)
            compare_digests(url, digests, [body])
        except StackmarkError:
            continue
        if digests and isinstance(_json(body), dict):
            yield body


def _json(data: bytes) -> Any:
    from stackmark.errors import ReadError
    from stackmark.model.strict_json import parse_json

    try:
        return parse_json(data)
    except ReadError:
        return None
