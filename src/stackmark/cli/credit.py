"""``stackmark credits``: credit from one unit into another, as an interval with its policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.console import note, out, out_json, styled
from stackmark.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from stackmark.credit.convert import Conversion


def credits_(
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="Number of credits or hours, or 4-6.")
    ] = "",
    unit: Annotated[
        str,
        typer.Argument(
            metavar="UNIT",
            help="ects, uk, us-semester, us-quarter, nz, my, ceu, hours or contact-hours.",
        ),
    ] = "",
    to: Annotated[str, typer.Option("--to", metavar="UNIT", help="The unit wanted.")] = "",
    policy: Annotated[
        str,
        typer.Option(
            "--policy", metavar="NAME", help="The rule to convert by; --list shows them all."
        ),
    ] = "",
    hours: Annotated[
        str,
        typer.Option(
            "--hours",
            metavar="HOURS",
            help="Hours of learning in all as the issuer states them; CEU need them.",
        ),
    ] = "",
    list_: Annotated[bool, typer.Option("--list", help="Show all units and policies.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The answer as JSON.")] = False,
) -> int:
    """Convert credit between units, as an interval.

    Exit 1, with the reason, where no policy has a factor.
    """
    if list_:
        _list(json=json)
        return 0
    if not (value and unit and to):
        raise UsageError(
            "usage.missing", "Say what to convert: stackmark credits 5 ects --to us-semester."
        )
    unit, to = unit.lower(), to.lower()
    try:
        found = _convert(value, unit, to, policy, hours)
    except CheckFailed as refusal:
        if not json:
            raise
        _refused(value, unit, to, policy, refusal)
        return 1
    if json:
        out_json(found.to_json())
    else:
        _tell(found)
    return 0


def _convert(value: str, unit: str, to: str, policy: str, hours: str) -> Conversion:
    from stackmark.credit.convert import convert
    from stackmark.credit.numbers import read_amount

    total = read_amount(hours) if hours else None
    return convert(read_amount(value), unit, to, by=policy, total_hours=total)


def _tell(found: Conversion) -> None:
    from stackmark.credit.numbers import show_range
    from stackmark.credit.policies import unit

    out(styled(f"{show_range(found.found)} {unit(found.to).many}", "bold"))
    out(found.sentence)
    out(f"  policy  {found.policy} ({_status(official=found.official)})")
    out(f"  source  {found.source}")


def _refused(value: str, unit: str, to: str, policy: str, refusal: CheckFailed) -> None:
    from stackmark.credit.numbers import read_amount, value_json

    out_json(
        {
            "from": {"value": value_json(read_amount(value)), "unit": unit},
            "to": to,
            "low": None,
            "high": None,
            "policy": policy or None,
            "refused": refusal.reason,
            "sentence": refusal.detail,
        }
    )
    note(f"stackmark: {refusal.detail} [{refusal.reason}]")


def _list(*, json: bool) -> None:
    from stackmark.credit.policies import policies, units

    if json:
        out_json(_all())
        return
    out(styled("Units", "bold"))
    for one in units().values():
        out(f"  {one.code:<18} {one.many}")
    out()
    out(styled("Policies", "bold"))
    for rule in policies().values():
        out(f"  {rule.id:<18} {rule.title} ({_status(official=rule.official)})")
        out(f"  {'':<18} {rule.source}")


def _all() -> dict[str, Any]:
    from stackmark.credit.policies import policies, units

    return {
        "units": [
            {"code": one.code, "name": one.many, "measures": one.measures}
            for one in units().values()
        ],
        "policies": [
            {
                "id": rule.id,
                "title": rule.title,
                "official": rule.official,
                "source": rule.source,
                "units": sorted(rule.units),
            }
            for rule in policies().values()
        ],
    }


def _status(*, official: bool) -> str:
    return "official" if official else "unofficial: a convention"
