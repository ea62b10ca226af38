"""``stackmark rules``: the rules of an award in sentences, their faults, and other formats."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.bake import OutOption
from stackmark.cli.console import deliver, note, out, out_json, plain, styled
from stackmark.cli.guard import NO
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from stackmark.exchange.shapes import Loss
    from stackmark.stacking.lint import Finding
    from stackmark.stacking.rules import Rules

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="A rules file (JSON).")]
JsonOption = Annotated[bool, typer.Option("--json", help="The answer as JSON.")]
_COLOURS = {"impossible": "red", "idle": "yellow", "odd": "yellow"}


def render(file: FileArgument, json: JsonOption = False) -> None:
    """Show every rule and limit as a sentence."""
    from stackmark.stacking.render import sentences

    rules = _read(file)
    rows = sentences(rules)
    if json:
        out_json([{"id": name, "depth": depth, "sentence": said} for name, said, depth in rows])
        return
    out(styled(plain(rules.title or rules.id or "Rules"), "bold"))
    for name, said, depth in rows:
        out(f"{'  ' * (depth + 1)}{plain(said)}  [{plain(name)}]")


def lint(file: FileArgument, json: JsonOption = False) -> int:
    """Find what nobody can meet, what decides nothing, what is odd.

    Exit 1 when the award, a rule or a limit cannot be met.
    """
    from stackmark.stacking.lint import lint as find

    found = find(_read(file))
    if json:
        out_json([one.to_json() for one in found])
    else:
        _tell_findings(found)
    return NO if any(one.kind == "impossible" for one in found) else 0


def _tell_findings(found: Iterable[Finding]) -> None:
    rows = list(found)
    if not rows:
        out("Nothing was found.")
    for one in rows:
        where = one.part or one.place
        head = styled(one.kind, "bold", _COLOURS[one.kind])
        out(f"{head}  {plain(where)}: {plain(one.sentence)}")
        out(f"    Do: {plain(one.way_on)}")
        out(f"    At: {plain(one.place)} [{one.code}]")


def export(
    file: FileArgument,
    to: Annotated[str, typer.Option("--to", metavar="NAME", help="ctdl or clr.")],
    out: OutOption = None,
    json: JsonOption = False,
) -> None:
    """Write rules as a CTDL pathway or as CLR 2.0 associations.

    What the format cannot say is named on stderr, or in the JSON.
    """
    from stackmark.exchange.rules import export_rules

    document, loss = export_rules(_read(file), to.lower())
    if json:
        out_json({"document": document, "loss": [one.to_json() for one in loss]})
        return
    deliver(_pretty(document), out)
    _tell_loss(loss, "of the rules had no home in it")


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CTDL pathway, or a CLR 2.0 record (JSON).")
    ],
    out: OutOption = None,
    json: JsonOption = False,
) -> None:
    """Read rules from a CTDL pathway or CLR 2.0 associations.

    What could not be carried along is named on stderr, or in the JSON.
    """
    from stackmark.cli.loading import read_object
    from stackmark.exchange.rules import import_rules
    from stackmark.stacking.write import rules_json

    rules, loss = import_rules(read_object(file, "document"))
    if json:
        rows = [one.to_json() for one in loss]
        out_json({"rules": rules_json(rules), "loss": rows})
        return
    deliver(_pretty(rules_json(rules)), out)
    _tell_loss(loss, "could not be carried along")


def _read(file: Path) -> Rules:
    from stackmark.cli.loading import read_object
    from stackmark.stacking.parse import read_rules

    tree = read_object(file, "rules file")
    if "@context" in tree:
        raise UsageError(
            "rules.format", f"{file} is JSON-LD; read it with `stackmark rules import`."
        )
    return read_rules(tree)


def _pretty(value: Mapping[str, Any]) -> bytes:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _tell_loss(loss: Iterable[Loss], words: str) -> None:
    rows = list(loss)
    if not rows:
        return
    note(f"{len(rows)} {'part' if len(rows) == 1 else 'parts'} {words}:")
    for one in rows:
        note(f"  {plain(one.path) or '/'}: {plain(one.reason)}")
