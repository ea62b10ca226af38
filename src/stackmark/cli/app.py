"""All commands by name. Their modules import what is heavy only when they run."""

from __future__ import annotations

from typing import Annotated

import typer

from stackmark.cli import (
    bake,
    canonicalize,
    demo,
    derive,
    explain,
    issue,
    key,
    sign,
    status,
    verify,
)
from stackmark.cli.guard import guarded

_EPILOG = "Start with `stackmark demo`, or `stackmark COMMAND --help`."

app = typer.Typer(
    name="stackmark",
    help="Issue, sign and verify micro-credentials: Open Badges 3.0, W3C VC 2.0, CLR 2.0.",
    epilog=_EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        from stackmark import __version__

        typer.echo(f"stackmark {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Issue, sign and verify micro-credentials: Open Badges 3.0, W3C VC 2.0, CLR 2.0."""


_keys = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_keys.command("new")(guarded(key.new))
_keys.command("rotate")(guarded(key.rotate))
_keys.command("revoke")(guarded(key.revoke))
_lists = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
_lists.command("new")(guarded(status.new))
_lists.command("set")(guarded(status.set_))
_lists.command("show")(guarded(status.show))

app.command("verify")(guarded(verify.verify))
app.command("issue")(guarded(issue.issue))
app.add_typer(_keys, name="key", help="Make, replace and revoke an issuer's key.")
app.add_typer(_lists, name="status", help="Make, change and read status lists (revocation).")
app.command("sign")(guarded(sign.sign))
app.command("derive")(guarded(derive.derive))
app.command("bake")(guarded(bake.bake))
app.command("extract")(guarded(bake.extract))
app.command("explain")(guarded(explain.explain))
app.command("canonicalize")(guarded(canonicalize.canonicalize))
app.command("demo")(guarded(demo.demo))
