"""``stackmark issue``: a spreadsheet in, signed credentials out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stackmark.cli.console import note, out_json
from stackmark.cli.console import out as tell
from stackmark.cli.guard import NO
from stackmark.cli.keys import KeyOption, PassphraseOption
from stackmark.cli.sign import SuiteOption
from stackmark.errors import StackmarkError

if TYPE_CHECKING:
    from stackmark.cli.issue_run import Outcome, Request


def issue(
    achievement: Annotated[
        Path, typer.Option("--achievement", "-a", metavar="A.json", help="An OB 3.0 Achievement.")
    ],
    recipients: Annotated[
        Path,
        typer.Option("--recipients", "-r", metavar="R.csv", help="Who gets it; - for stdin."),
    ],
    key: KeyOption,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="OUT", help="A new folder; for jsonl a new file."),
    ],
    issuer: Annotated[
        Path | None,
        typer.Option(
            metavar="PROFILE.json", help="An OB 3.0 Profile; its id becomes the key's DID."
        ),
    ] = None,
    suite: SuiteOption = None,
    form: Annotated[
        str, typer.Option("--format", "-f", metavar="FORM", help="json, jwt, jsonl, png or svg.")
    ] = "json",
    image: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What to bake into (png, svg); a plain badge if not given."
        ),
    ] = None,
    status_list: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Make them revocable, by a list that you will publish at URL."
        ),
    ] = None,
    valid_from: Annotated[
        str | None, typer.Option(metavar="TIME", help="For rows without a date; now if not given.")
    ] = None,
    valid_until: Annotated[
        str | None, typer.Option(metavar="DATE", help="For rows without an expiry (00:00 UTC).")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", metavar="N", help="Processes that sign.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted run stopped.")
    ] = False,
    good_rows: Annotated[
        bool, typer.Option("--good-rows", help="Issue the good rows even if there are bad ones.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="The summary as one JSON object.")] = False,
    passphrase_file: PassphraseOption = None,
) -> int:
    """Issue a badge to everybody in a spreadsheet (CSV).

    Every row is checked first; each bad one is named by line, column and reason, and nothing is
    issued while there is one (but see --good-rows). Columns: recipient_email or recipient_id;
    then recipient_name, issued_on, expires_on, external_id, narrative, evidence_url,
    evidence_name, evidence_text and common other names for these. The run can be stopped at any
    moment and gone on with (--resume): nobody gets a second credential.
    """
    from stackmark.cli.issue_run import Request

    outcome = _run(
        Request(
            achievement=achievement,
            issuer=issuer,
            recipients=recipients,
            key=key,
            out=out,
            suite=suite,
            form=form,
            image=image,
            status_list=status_list,
            valid_from=valid_from,
            valid_until=valid_until,
            jobs=jobs,
            resume=resume,
            good_rows=good_rows,
            passphrase_file=passphrase_file,
        )
    )
    if json:
        out_json(outcome.to_json())
    else:
        _tell(outcome)
    return NO if outcome.bad else 0


def _run(request: Request) -> Outcome:
    from stackmark.cli.issue_run import issue_rows

    try:
        return issue_rows(request)
    except KeyboardInterrupt:
        note("Stopped. What is signed is kept; the same command with --resume goes on.")
        raise
    except StackmarkError as error:
        if error.code == "run":
            note("What is signed is kept; the same command with --resume goes on.")
        raise


def _tell(outcome: Outcome) -> None:
    if outcome.bad:
        rows = "row is" if outcome.bad == 1 else "rows are"
        note(f"{outcome.bad:,} {rows} bad{'' if outcome.issued else '; nothing was issued'}.")
    if not outcome.issued:
        return
    before = f" ({outcome.before:,} of them before)" if outcome.before else ""
    tell(f"Issued    {outcome.issued:,}{before} to {outcome.out}")
    tell(f"Manifest  {outcome.manifest}")
    for path, url in outcome.lists:
        tell(f"Status    {path}  (publish it at {url})")
    if outcome.documents is not None:
        note(f"Verify    stackmark verify {outcome.out} --documents {outcome.documents}")
    else:
        note(f"Verify    stackmark verify {outcome.out}")
