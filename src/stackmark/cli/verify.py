"""``stackmark verify``: whether it is unaltered and in force, and whose it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackmark.cli.beside import match_evidence, read_evidence
from stackmark.cli.console import out, out_bytes, out_json
from stackmark.cli.fetching import (
    AllowHostOption,
    DocumentsOption,
    ExportedOption,
    Network,
    OfflineOption,
    exported,
    network,
)
from stackmark.cli.guard import NO, OPEN
from stackmark.cli.seal import AnchorsOption, read_anchors

if TYPE_CHECKING:
    from datetime import datetime

    from stackmark.cli.sources import Found
    from stackmark.exchange.told import Facts
    from stackmark.trust.register import Register
    from stackmark.verification.artefacts import File
    from stackmark.verification.report import Report
    from stackmark.verification.verifier import Verifier


def verify(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE", help="A file, folder, zip, web address, or - for stdin."),
    ],
    json: Annotated[
        bool, typer.Option("--json", help="The whole report as JSON; a list for several sources.")
    ] = False,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Judge as of this time or day, not now.")
    ] = None,
    documents: DocumentsOption = None,
    as_exported: ExportedOption = False,
    offline: OfflineOption = False,
    trust: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Your register of accepted issuers: JSON, or signed."),
    ] = None,
    recipient: Annotated[
        str | None,
        typer.Option(metavar="[TYPE=]VALUE", help="Was it issued to this e-mail, id …?"),
    ] = None,
    policy: Annotated[str, typer.Option(metavar="NAME", help="standard or strict.")] = "standard",
    challenge: Annotated[
        str | None, typer.Option(help="For presentations: the challenge you gave.")
    ] = None,
    domain: Annotated[str | None, typer.Option(help="For presentations: who you are.")] = None,
    allow_host: AllowHostOption = None,
    anchors: AnchorsOption = None,
    evidence: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE|DIR",
            help="Files of evidence: compared with what the credential seals by digest.",
        ),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Show every source and every check.")] = False,
) -> int:
    """Verify badges and other credentials of any kind.

    JSON, tokens, baked PNG and SVG, PDF certificates, and lists and zips of them. The zip of a
    passport brings what a check needs: --as-exported believes that, as of the day it was made.

    Exit code: 0 all verified, 1 some refused, 3 none refused but some could not be told, 2 usage.
    """
    from stackmark.cli import sources as given

    if as_exported:
        documents = exported(sources)
    net = network(documents, offline=offline, allow_hosts=allow_host)
    verifier = _verifier(net, at, trust, recipient, policy, challenge, domain, anchors)
    many = given.is_many(sources)
    found = given.find(sources, net.fetcher, besides=documents)
    files = read_evidence(evidence or [])
    reports = _judged(verifier, net, found, files, facts=json or not many)
    if json:
        return _as_json(reports, many=many, copies=net.copies)
    from stackmark.cli.report_text import tell_many, tell_one
    from stackmark.cli.verify_facts import tell_facts

    if not many:
        ((_, report, facts),) = reports
        tell_one(report, whole=all_)
        tell_facts(facts, refused=report.verdict == "refused")
        return _exit_code(Counter([report.verdict]))
    verdicts = tell_many(((one, report) for one, report, _ in reports), whole=all_)
    _tell_copies(net, sources, open_=bool(verdicts["could-not-tell"]))
    return _exit_code(verdicts)


def _tell_copies(net: Network, sources: list[str], *, open_: bool) -> None:
    """How old the documents are that an export was judged by; or that it brings some along."""
    from stackmark.cli.console import note, plain
    from stackmark.cli.fetching import passport_in

    if net.copies is not None:
        out(
            plain(
                f"As of {net.copies}: judged by copies of the issuers' keys and status lists that "
                "were exported then. What was revoked or changed since cannot be seen; and "
                "whoever made the file could have written them."
            )
        )
    elif open_ and net.at_hand is None and passport_in(sources) is not None:
        note("It brings copies of what could not be had; --as-exported judges by them.")


def _verifier(
    net: Network,
    at: str | None,
    trust: Path | None,
    recipient: str | None,
    policy: str,
    challenge: str | None,
    domain: str | None,
    anchors: Path | None,
) -> Verifier:
    from stackmark.adapters.clock import SystemClock, parse_time
    from stackmark.verification.policy import policy_named
    from stackmark.verification.verifier import Verifier

    now = SystemClock().now() if at is None else parse_time(at)
    return Verifier(
        now=now,
        fetcher=net.fetcher,
        at_hand=net.at_hand,
        policy=policy_named(policy),
        register=None if trust is None else read_register(trust, net, now),
        recipient=recipient,
        challenge=challenge,
        domain=domain,
        anchors=read_anchors(anchors),
        lists_at=_made(net.copies),
    )


def _made(text: str | None) -> datetime | None:
    """When copies were kept, if that can be read."""
    from stackmark.errors import StackmarkError
    from stackmark.verification.dates import parse_stamp

    try:
        return parse_stamp(text, "made") if text else None
    except StackmarkError:
        return None


def read_register(trust: Path, net: Network, now: datetime) -> Register:
    """The JSON of one's own register, or one that somebody signed and that is in force."""
    from stackmark.cli.loading import read_input
    from stackmark.trust.register import Register
    from stackmark.trust.signed_register import is_signed

    data = read_input(trust)
    if not is_signed(data):
        return Register.parse(data)
    from stackmark.verification.registers import check_register

    return check_register(data, net.fetcher, now).register


def _judged(
    verifier: Verifier, net: Network, found: Iterator[Found], files: list[File], *, facts: bool
) -> Iterator[tuple[str, Report, Facts]]:
    """Source, report, and what the document states, where that is asked for."""
    from stackmark.exchange.told import Facts, read_facts
    from stackmark.verification.case import Case
    from stackmark.verification.report import Subject

    for one in found:
        net.next_source()
        if isinstance(one.data, bytes):
            matched = match_evidence(one.source, one.data, files)
            judge = verifier if matched is None else verifier.with_files(matched)
            told = read_facts(one.data, net.at_hand, matched) if facts else Facts()
            yield one.source, judge.verify(one.data), told
        else:
            case = Case()
            case.fault("read", one.data)
            yield one.source, verifier.report(case, Subject(), "unreadable"), Facts()


def _as_json(
    reports: Iterator[tuple[str, Report, Facts]], *, many: bool, copies: str | None
) -> int:
    """One object, or a list that is written as it comes."""
    import orjson

    verdicts: Counter[str] = Counter()
    first = True
    for source, report, facts in reports:
        verdicts[report.verdict] += 1
        told = {**report.to_json(source), "facts": facts.to_json()}
        if copies is not None:
            told["asOf"] = copies
        if facts.evidence:
            told["evidence"] = [one.to_json() for one in facts.evidence]
        if not many:
            out_json(told)
            continue
        out_bytes((b"[\n" if first else b",\n") + orjson.dumps(told, option=orjson.OPT_INDENT_2))
        first = False
    if many:
        out("\n]" if not first else "[]")
    return _exit_code(verdicts)


def _exit_code(verdicts: Counter[str]) -> int:
    if verdicts["refused"]:
        return NO
    return OPEN if verdicts["could-not-tell"] else 0
