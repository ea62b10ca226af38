"""``stackmark plan``: the cheapest, fastest and shortest way to an award or to skills."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.console import note, out_json
from stackmark.cli.fetching import AllowHostOption, DocumentsOption, OfflineOption, network
from stackmark.cli.guard import NO, OPEN
from stackmark.errors import UsageError

if TYPE_CHECKING:
    import datetime as dt
    from fractions import Fraction

    from stackmark.planning.goal import Goal
    from stackmark.planning.limits import Limits
    from stackmark.planning.offers import Offer

_CODES = {True: 0, False: NO, None: OPEN}
_MOST_BYTES = 256 * 1024 * 1024


def plan(
    holdings: Annotated[
        str,
        typer.Option(
            "--holdings",
            metavar="PATH",
            help="A file that states holdings, or a file or folder of credentials, which are "
            "verified first.",
        ),
    ],
    goal: Annotated[
        Path, typer.Option("--goal", metavar="GOAL.json", help="The award and skills wanted.")
    ],
    catalogue: Annotated[
        Path, typer.Option("--catalogue", metavar="FILE.jsonl", help="Offers, one a line.")
    ],
    by: Annotated[str, typer.Option("--by", metavar="DATE", help="The last day.")],
    budget: Annotated[
        str | None,
        typer.Option("--budget", metavar="N", help="Money there is, in the goal's currency."),
    ] = None,
    hours: Annotated[
        str | None,
        typer.Option("--hours-per-week", metavar="N", help="Hours there are in each week."),
    ] = None,
    delivery: Annotated[
        list[str] | None,
        typer.Option("--delivery", metavar="HOW", help="Take such offers only (repeat for more)."),
    ] = None,
    language: Annotated[
        list[str] | None,
        typer.Option("--language", metavar="CODE", help="Take these only (repeat for more)."),
    ] = None,
    interest: Annotated[
        list[str] | None,
        typer.Option(
            "--interest",
            metavar="NAME=WEIGHT",
            help="A skill, or how a field's code begins, and 0 to 1; decides between equals.",
        ),
    ] = None,
    at: Annotated[
        str | None, typer.Option("--at", metavar="DATE", help="Plan from this day, not today.")
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
    json: Annotated[bool, typer.Option("--json", help="The whole answer as JSON.")] = False,
) -> int:
    """Find the cheapest, the fastest and the shortest way to an award or to skills.

    Where there is none within the limits, the smallest change that opens one is told.

    Exit code: 0 there is a plan, 1 there is none, 3 undecided, 2 usage.
    """
    from stackmark.adapters.native import printed_by_c_to_stderr
    from stackmark.cli.audit import about, day_of, tell_left_out, today, verifier_for
    from stackmark.cli.audit_sources import gather
    from stackmark.planning.plan import plan as decide
    from stackmark.planning.solve import NODE_LIMIT

    wanted = _goal(goal)
    offers = _offers(catalogue)
    start = day_of(at) or today()
    limits = _limits(_last(by), budget, hours, delivery, language, interest)
    net = network(documents, offline=offline, allow_hosts=allow_host)
    found = gather(holdings, verifier_for(net, trust, recipient), documents, net.at_hand, start)
    if nodes < 0:
        raise UsageError("usage.nodes", "--node-limit must be 1 or more.")
    with printed_by_c_to_stderr():  # the solver may print a line of its own
        answer = decide(
            found.holdings, wanted, offers, limits, start, node_limit=nodes or NODE_LIMIT
        )
    if json:
        out_json({**answer.to_json(), **about(found)})
    else:
        from stackmark.cli.plan_text import tell

        tell(answer, wanted, found)
        tell_left_out(found)
    if not found.holdings:
        note("Nothing is held, as far as can be told; the plan begins from nothing.")
    return _CODES[answer.feasible]


def _goal(path: Path) -> Goal:
    """The goal; the award it names is a file beside it."""
    from stackmark.cli.loading import read_object
    from stackmark.planning.goal import award_of, read_goal
    from stackmark.stacking.parse import read_rules

    tree: dict[str, Any] = read_object(path, "goal")
    name = award_of(tree)
    rules = read_rules(read_object(path.parent / name, "rules file")) if name else None
    return read_goal(tree, rules)


def _offers(path: Path) -> tuple[Offer, ...]:
    from stackmark.cli.loading import read_input
    from stackmark.planning.offers import read_catalogue

    return read_catalogue(read_input(path, _MOST_BYTES).split(b"\n"))


def _last(text: str) -> dt.date:
    from stackmark.cli.audit import day_of

    found = day_of(text)
    if found is None:
        raise UsageError("usage.by", "--by needs a day (YYYY-MM-DD).")
    return found


def _limits(
    by: dt.date,
    budget: str | None,
    hours: str | None,
    delivery: list[str] | None,
    language: list[str] | None,
    interest: list[str] | None,
) -> Limits:
    from stackmark.planning.limits import Limits

    pairs = [one.rpartition("=") for one in interest or ()]
    return Limits(
        by=by,
        budget=None if budget is None else _number(budget, "--budget"),
        hours_per_week=None if hours is None else _number(hours, "--hours-per-week"),
        delivery=tuple(delivery or ()),
        language=tuple(language or ()),
        interests={name: _number(value, "--interest") for name, _, value in pairs},
    )


def _number(text: str, option: str) -> Fraction:
    """A number as people write it: ``900`` or ``7.5``."""
    import re
    from fractions import Fraction

    if not re.fullmatch(r"[0-9]{1,10}(\.[0-9]{1,6})?", text):
        raise UsageError(
            "usage.number", f"{option} needs a number of 0 or more, not {text[:40]!r}."
        )
    return Fraction(text)
