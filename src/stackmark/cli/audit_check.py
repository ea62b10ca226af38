"""``stackmark audit --check``: a witness, alone or carried by an award, against the rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackmark.cli.audit_sources import Gathered
from stackmark.cli.console import out, out_json, plain, styled
from stackmark.cli.guard import NO, OPEN
from stackmark.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt

    from stackmark.stacking.rules import Rules
    from stackmark.stacking.witness import Witness
    from stackmark.verification.report import Report
    from stackmark.verification.verifier import Verifier


@dataclass(frozen=True, slots=True)
class Carried:
    """A witness, and the report on the award that carries it where one does."""

    witness: Witness
    report: Report | None = None


def tell_check(
    carried: Carried, rules: Rules, found: Gathered, at: dt.date, *, as_json: bool
) -> int:
    """0 when the witness holds, 1 with the reasons when not, 3 when the award cannot be told."""
    from stackmark.stacking.witness import check

    report = carried.report
    faults = list(check(carried.witness, rules, found.holdings, at))
    if report is not None and report.verdict == "refused":
        faults.insert(0, f"The award that carries the witness is refused: {report.why}")
    tell = _as_json if as_json else _tell
    tell(carried, found, faults, at)
    if faults:
        return NO
    return OPEN if report is not None and report.verdict == "could-not-tell" else 0


def _as_json(carried: Carried, found: Gathered, faults: list[str], at: dt.date) -> None:
    from stackmark.cli.audit import about

    out_json(
        {
            "holds": not faults,
            "faults": faults,
            "award": carried.witness.award,
            "at": at.isoformat(),
            "holdingsStated": found.verified < len(found.holdings),
            "credential": None if carried.report is None else carried.report.verdict,
            **about(found),
        }
    )


def _tell(carried: Carried, found: Gathered, faults: list[str], at: dt.date) -> None:
    from stackmark.cli.audit import tell_left_out

    if faults:
        out(styled(f"The witness does not hold as of {at}.", "bold", "red"))
        for one in faults:
            out(f"  - {plain(one)}")
    else:
        out(styled(f"The witness holds as of {at}: the award is earned.", "bold", "green"))
    out()
    out(f"    Award     {plain(carried.witness.award)}")
    stated = len(found.holdings) - found.verified
    if stated:
        out(f"    {stated} of {len(found.holdings)} holdings are stated, which nobody verified.")
    if carried.report is not None:
        out(f"    Carried by an award. {plain(carried.report.headline)}")
    tell_left_out(found)


def read_carried(path: Path, verifier: Verifier) -> Carried:
    """A witness by itself, or that of a credential with the report on it.

    Raises ``UsageError`` ``witness.missing``, ``witness.form``, ``witness.version``.
    """
    from stackmark.cli.audit_sources import tree_of
    from stackmark.cli.beside import beside
    from stackmark.cli.loading import read_input
    from stackmark.exchange.witnesses import carried_witness
    from stackmark.limits import MAX_IMAGE_BYTES
    from stackmark.stacking.witness import Witness

    data = read_input(path, MAX_IMAGE_BYTES)
    alone = _json(data)
    if isinstance(alone, dict) and "@context" not in alone and "payload" not in alone:
        return Carried(Witness.from_json(alone))
    report = verifier.verify(data)
    tree = tree_of(data) or {}
    near = beside(path, tree)
    found = carried_witness(tree, lambda url: near.get(url) or verifier.at_hand.fetch(url))
    if found is not None:
        return Carried(found, report)
    raise UsageError(
        "witness.missing",
        f"{path} is no witness, and no witness it is bound to by digest stands beside it "
        "or among the documents (see --documents).",
    )


def _json(data: bytes) -> Any:
    from stackmark.errors import ReadError
    from stackmark.model.strict_json import parse_json

    try:
        return parse_json(data)
    except ReadError:
        return None
