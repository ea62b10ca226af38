"""All commands by name. Their modules import what is heavy only when they run."""

from __future__ import annotations

from typing import Annotated

import typer

from stackmark.cli import (
    assess,
    assess_items,
    audit,
    audit_log,
    bake,
    canonicalize,
    check,
    convert,
    credit,
    demo,
    derive,
    duplicates,
    explain,
    framework,
    issue,
    key,
    key_prove,
    plan,
    rules,
    seal,
    sign,
    status,
    verify,
)
from stackmark.cli.guard import guarded
from stackmark.cli.light import LightCommand, OrderedGroup

_EPILOG = "Start with `stackmark demo`, or `stackmark COMMAND --help`."

app = typer.Typer(
    name="stackmark",
    cls=OrderedGroup,
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


_keys = typer.Typer(cls=OrderedGroup, no_args_is_help=True, rich_markup_mode=None)
_keys.command("new", cls=LightCommand)(guarded(key.new))
_keys.command("rotate", cls=LightCommand)(guarded(key.rotate))
_keys.command("revoke", cls=LightCommand)(guarded(key.revoke))
_keys.command("prove", cls=LightCommand, short_help="Answer a challenge with a key.")(
    guarded(key_prove.prove)
)
_lists = typer.Typer(cls=OrderedGroup, no_args_is_help=True, rich_markup_mode=None)
_lists.command("new", cls=LightCommand)(guarded(status.new))
_lists.command("set", cls=LightCommand)(guarded(status.set_))
_lists.command("show", cls=LightCommand)(guarded(status.show))
_rules = typer.Typer(cls=OrderedGroup, no_args_is_help=True, rich_markup_mode=None)
_rules.command("render", cls=LightCommand)(guarded(rules.render))
_rules.command("lint", cls=LightCommand)(guarded(rules.lint))
_rules.command("export", cls=LightCommand)(guarded(rules.export))
_rules.command("import", cls=LightCommand)(guarded(rules.import_))
_assess = typer.Typer(cls=OrderedGroup, no_args_is_help=True, rich_markup_mode=None)
_assess.command(
    "facts", cls=LightCommand, short_help="Tell pass rates, reliability, how sure a pass is."
)(guarded(assess.facts))
_assess.command("agreement", cls=LightCommand, short_help="Tell how far markers agree.")(
    guarded(assess.agreement)
)
_assess.command("items", cls=LightCommand, short_help="Tell what each item does, and the test.")(
    guarded(assess_items.items)
)
_assess.command("angoff", cls=LightCommand, short_help="Tell the cut that judges arrive at.")(
    guarded(assess_items.angoff)
)
_assess.command("dif", cls=LightCommand, short_help="Tell which items are harder for a group.")(
    guarded(assess_items.dif)
)

_audit_log = typer.Typer(cls=OrderedGroup, no_args_is_help=True, rich_markup_mode=None)
_audit_log.command("check", cls=LightCommand)(guarded(audit_log.check))

app.command("verify", cls=LightCommand)(guarded(verify.verify))
app.command("check", cls=LightCommand)(guarded(check.check))
app.command("issue", cls=LightCommand)(guarded(issue.issue))
app.add_typer(_assess, name="assess", help="Tell how well an assessment measures, from CSV.")
app.add_typer(_keys, name="key", help="Make, replace and revoke an issuer's key.")
app.add_typer(_lists, name="status", help="Make, change and read status lists (revocation).")
app.command("sign", cls=LightCommand)(guarded(sign.sign))
app.command("seal", cls=LightCommand)(guarded(seal.seal))
app.command("derive", cls=LightCommand)(guarded(derive.derive))
app.command("bake", cls=LightCommand)(guarded(bake.bake))
app.command("extract", cls=LightCommand)(guarded(bake.extract))
app.command("convert", cls=LightCommand)(guarded(convert.convert))
app.command("explain", cls=LightCommand)(guarded(explain.explain))
app.command("canonicalize", cls=LightCommand)(guarded(canonicalize.canonicalize))
app.command(
    "credits",
    cls=LightCommand,
    # A negative number is a wrong number, not an unknown option.
    context_settings={"ignore_unknown_options": True},
)(guarded(credit.credits_))
app.command("duplicates", cls=LightCommand)(guarded(duplicates.duplicates))
app.command("framework", cls=LightCommand)(guarded(framework.framework))
app.command("audit", cls=LightCommand)(guarded(audit.audit))
app.add_typer(_audit_log, name="audit-log", help="Check the chained log of a Stackmark server.")
app.command("plan", cls=LightCommand, short_help="Find a plan to an award or to skills.")(
    guarded(plan.plan)
)
app.add_typer(_rules, name="rules", help="Read, judge and exchange the rules of an award.")
app.command("demo", cls=LightCommand)(guarded(demo.demo))
