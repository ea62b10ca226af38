"""Rules as JSON: what ``parse.read_rules`` reads back as the same rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.stacking import rules as r

Json = dict[str, Any]


def rules_json(rules: r.Rules) -> Json:
    """The file of an award's rules; ids that were made stand in it.

    Raises ``UsageError`` ``rules.number`` for a number that no decimal writes exactly (a third).
    """
    found: Json = {
        "version": rules.version,
        "id": rules.id,
        "title": rules.title,
        "issuer": rules.issuer,
        "unit": rules.unit,
        "rule": node_json(rules.rule),
    }
    if rules.limits:
        found["limits"] = [limit_json(one) for one in rules.limits]
    if rules.substitutes:
        found["substitutes"] = [_substitute(one) for one in rules.substitutes]
    return found


def node_json(node: r.Node) -> Json:
    """One rule with all below it."""
    return {**_named(node), **_body(node)}


def limit_json(limit: r.Limit) -> Json:
    """One limit."""
    return {**_named(limit), **_LIMITS[type(limit)](limit)}


def select_json(select: r.Select) -> Json:
    """The predicates of a leaf or a limit; empty for any credential."""
    found: Json = {}
    for name, values in (
        ("id", select.id),
        ("achievement", select.achievement),
        ("issuer", select.issuer),
        ("issuer_class", select.issuer_class),
        ("class", select.kind),
        ("field", select.field),
        ("skill", select.skill),
        ("not_applied_to", select.not_applied_to),
    ):
        if values:
            found[name] = list(values)
    return {**found, **_levels(select), **_measures(select)}


def _levels(select: r.Select) -> Json:
    low, high = select.level_min, select.level_max
    if low is not None and low == high:
        return {"level": low}
    return _some(level_min=low, level_max=high)


def _measures(select: r.Select) -> Json:
    grade = select.grade_min
    found = _some(
        credits_min=_maybe(select.credits_min),
        max_age_years=_maybe(select.max_age_years),
        supervision_min=select.supervision_min or None,
        evidence_min=select.evidence_min,
        verified=select.verified or None,
    )
    if grade is not None:
        found["grade_min"] = _grade(grade)
    return found


def _grade(grade: r.GradeAtLeast) -> Json:
    found = _some(value=grade.value, scale=grade.scale, policy=grade.policy or None)
    one = grade.source
    if one is not None:
        best, lowest = _number(one.best), _number(one.lowest_pass)
        found["from"] = {"scale": one.scale, "best": best, "lowest_pass": lowest}
    return found


def _body(node: r.Node) -> Json:
    if isinstance(node, r.All):
        return {"all": [node_json(one) for one in node.of]}
    if isinstance(node, r.AtLeast):
        below = [node_json(one) for one in node.of]
        return {"any": below} if node.word == "any" else {"at_least": {"k": node.k, "of": below}}
    assert isinstance(node, r.Leaf)
    select = select_json(node.select)
    if isinstance(node, r.Count):
        return {"count": _some(select=select, min=node.least, max=node.most)}
    if isinstance(node, r.CreditSum):
        bounds = _some(min=_number(node.least), max=_maybe(node.most))
        return {"credits": {"select": select, **bounds}}
    return {"capstone": {"select": select}}


def _named(part: r.Node | r.Limit) -> Json:
    return _some(id=part.id, title=part.title or None)


def _cap(limit: r.Cap) -> Json:
    return {"cap": {"select": select_json(limit.select), **_most(limit.most, limit.share)}}


def _residency(limit: r.Residency) -> Json:
    return {"residency": {"select": select_json(limit.select), **_least(limit.least, limit.share)}}


def _level_mix(limit: r.LevelMix) -> Json:
    return {"level_mix": {"level_below": limit.below, **_most(limit.most, limit.share)}}


def _level_floor(limit: r.LevelFloor) -> Json:
    return {"level_floor": {"level_at_least": limit.at_least, **_least(limit.least, limit.share)}}


def _gpa(limit: r.GradeAverage) -> Json:
    body = {
        "min": _number(limit.value),
        "scale": limit.scale,
        "higher_is_better": limit.higher_is_better,
    }
    return {"gpa": {**body, **_selected(limit.select)}}


def _max_age(limit: r.MaxAge) -> Json:
    return {"max_age_years": _number(limit.years), **_selected(limit.select)}


def _share(limit: r.Share) -> Json:
    return {"share": {"a": limit.a, "b": limit.b, "max_credits": _number(limit.most)}}


def _groups(groups: Sequence[Sequence[str]]) -> list[list[str]]:
    return [list(one) for one in groups]


_LIMITS: Final[dict[type[r.Limit], Callable[[Any], Json]]] = {
    r.Cap: _cap,
    r.Residency: _residency,
    r.LevelMix: _level_mix,
    r.LevelFloor: _level_floor,
    r.GradeAverage: _gpa,
    r.MaxAge: _max_age,
    r.Share: _share,
    r.Exclude: lambda limit: {"exclude": _groups(limit.groups)},
    r.Equivalent: lambda limit: {"equivalent": _groups(limit.classes)},
    r.Before: lambda limit: {"before": _groups(limit.pairs)},
}


def _substitute(one: r.Substitute) -> Json:
    return {
        "use": one.use,
        "instead_of": one.instead_of,
        "approved_by": one.approved_by,
        "reason": one.reason,
    }


def _selected(select: r.Select) -> Json:
    found = select_json(select)
    return {"select": found} if found else {}


def _most(number: Fraction | None, share: Fraction | None) -> Json:
    return _some(max_credits=_maybe(number), max_share=_maybe(share))


def _least(number: Fraction | None, share: Fraction | None) -> Json:
    return _some(min_credits=_maybe(number), min_share=_maybe(share))


def _some(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def _maybe(value: Fraction | None) -> int | float | None:
    return None if value is None else _number(value)


def _number(value: Fraction) -> int | float:
    if value.denominator == 1:
        return int(value)
    written = float(value)
    if Fraction(str(written)) != value:
        raise UsageError("rules.number", f"{value} cannot be written exactly as a decimal number.")
    return written
