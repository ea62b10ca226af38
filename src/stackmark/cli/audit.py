"""``stackmark audit``: whether what somebody holds earns an award, and a check of the answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.console import note, out_json, plain
from stackmark.cli.fetching import (
    AllowHostOption,
    DocumentsOption,
    Network,
    OfflineOption,
    network,
)
from stackmark.cli.guard import NO, OPEN

if TYPE_CHECKING:
    import datetime as dt

    from stackmark.cli.audit_sources import Gathered
    from stackmark.stacking.result import Audit
    from stackmark.stacking.rules import Rules
    from stackmark.verification.verifier import Verifier

_CODES = {"yes": 0, "no": NO, "undecided": OPEN}


def audit(
    rules: Annotated[
        Path, typer.Option("--rules", metavar="RULES.json", help="What the award asks for.")
    ],
    holdings: Annotated[
        str,
        typer.Option(
            "--holdings",
            metavar="PATH",
            help="A file that states holdings, or a file or folder of credentials, which are "
            "verified first.",
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="DATE", help="The day of the decision, not today."),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            "--check",
            metavar="WITNESS.json",
            help="Check a witness, or the award that carries one; nothing is searched for.",
        ),
    ] = None,
    documents: DocumentsOption = None,
    offline: OfflineOption = False,
    trust: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Count credentials of issuers in this register only."),
    ] = None,
    recipient: Annotated[
        str | None,
        typer.Option(metavar="[TYPE=]VALUE", help="Count credentials of this person only."),
    ] = None,
    allow_host: AllowHostOption = None,
    nodes: Annotated[
        int, typer.Option("--node-limit", metavar="N", help="Search no further than N steps.")
    ] = 0,
    witness: Annotated[
        Path | None,
        typer.Option("--witness", metavar="OUT.json", help="Write the witness of a yes."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")] = False,
) -> int:
    """Tell whether somebody's credentials earn an award.

    Credentials are verified first; stated holdings are labelled so. With --check a witness is
    checked instead.

    Exit code: 0 yes, 1 no, 3 undecided, 2 usage. With --check: 0 it holds, 1 it does not.
    """
    from stackmark.cli.audit_sources import gather, refuse_nothing
    from stackmark.cli.loading import read_object
    from stackmark.stacking.parse import read_rules

    wanted = read_rules(read_object(rules, "rules file"))
    day = day_of(at)
    net = network(documents, offline=offline, allow_hosts=allow_host)
    verifier = verifier_for(net, trust, recipient)
    if check is not None:
        from stackmark.cli.audit_check import read_carried

        carried = read_carried(check, verifier)
        day = day or carried.witness.at
    found = gather(
        holdings,
        verifier,
        documents,
        net.at_hand,
        day or today(),
        body=wanted.issuer,
        wanted=wanted.achievements,
    )
    refuse_nothing(found, holdings)
    if check is not None:
        from stackmark.cli.audit_check import tell_check

        return tell_check(carried, wanted, found, day or today(), as_json=json)
    return _audit(wanted, found, day or today(), nodes, witness, as_json=json)


def _audit(
    rules: Rules,
    found: Gathered,
    at: dt.date,
    nodes: int,
    keep: Path | None,
    *,
    as_json: bool,
) -> int:
    from stackmark.adapters.native import printed_by_c_to_stderr
    from stackmark.stacking.audit import NODE_LIMIT
    from stackmark.stacking.audit import audit as decide

    with printed_by_c_to_stderr():  # the solver may print a line of its own
        answer = decide(rules, found.holdings, at, node_limit=nodes or NODE_LIMIT)
    if as_json:
        out_json({**answer.to_json(), **about(found)})
    else:
        from stackmark.cli.audit_text import tell

        tell(answer, rules, found)
        tell_left_out(found)
    if keep is not None:
        _keep(answer, keep)
    return _CODES[answer.verdict]


def _keep(answer: Audit, path: Path) -> None:
    from stackmark.adapters.files import write_atomic
    from stackmark.exchange.witnesses import witness_document

    if answer.witness is None:
        note(f"There is no witness to write to {path}: the answer is {answer.verdict}.")
        return
    write_atomic(path, witness_document(answer.witness))


def about(found: Gathered) -> dict[str, Any]:
    """Where the holdings came from, and what is none and why."""
    rows = [
        {
            "id": one.id,
            "title": one.name,
            "issuer": one.issuer or None,
            "status": one.status,
            "provenance": one.provenance,
            "source": found.sources[one.id],
        }
        for one in found.holdings
    ]
    left = [{"source": source, "sentence": why} for source, why in found.left_out]
    return {"holdings": rows, "leftOut": left, "missing": sorted(found.missing)}


def tell_left_out(found: Gathered) -> None:
    """What did not become a holding, and a word where several people are among them."""
    for source, why in found.left_out:
        note(f"Left out: {plain(source)}: {plain(why)}")
    for url in sorted(found.missing):
        note(f"Not at hand, so what it says could not be told: {plain(url)}")
    if len(found.people) > 1:
        note(
            f"The credentials name {len(found.people)} recipients; "
            "--recipient counts those of one person only."
        )


def verifier_for(net: Network, trust: Path | None, recipient: str | None) -> Verifier:
    """Judges as of now, whatever the day of the decision: the rules ask about that day."""
    from stackmark.adapters.clock import SystemClock
    from stackmark.cli.verify import read_register
    from stackmark.verification.verifier import Verifier

    now = SystemClock().now()
    return Verifier(
        now=now,
        fetcher=net.fetcher,
        at_hand=net.at_hand,
        register=None if trust is None else read_register(trust, net, now),
        recipient=recipient,
    )


def day_of(text: str | None) -> dt.date | None:
    """The day that an option names."""
    from stackmark.adapters.clock import parse_time

    return parse_time(text).date() if text else None


def today() -> dt.date:
    """The day it is."""
    from stackmark.adapters.clock import SystemClock

    return SystemClock().now().date()
