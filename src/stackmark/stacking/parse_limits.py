"""Limits from JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from stackmark.stacking import rules as r
from stackmark.stacking.parse_select import select_of
from stackmark.stacking.parse_values import (
    MAX_VALUES,
    as_object,
    is_word,
    maybe_number,
    number_of,
    only,
    refuse,
    share_of,
    text_of,
    truth_of,
    whole_of,
    years_of,
)

Named = dict[str, str]
LimitReader = Callable[[Any, str, Named], r.Limit]


def _cap(value: Any, place: str, named: Named) -> r.Limit:
    body = _bounded(value, place, ("select", "max_credits", "max_share"))
    return r.Cap(
        **named,
        select=select_of(body.get("select", {}), f"{place}/select"),
        most=maybe_number(body, "max_credits", place),
        share=share_of(body, "max_share", place),
    )


def _residency(value: Any, place: str, named: Named) -> r.Limit:
    body = _bounded(value, place, ("select", "min_credits", "min_share"))
    return r.Residency(
        **named,
        select=select_of(body.get("select", {}), f"{place}/select"),
        least=maybe_number(body, "min_credits", place),
        share=share_of(body, "min_share", place),
    )


def _level_mix(value: Any, place: str, named: Named) -> r.Limit:
    body = _bounded(value, place, ("level_below", "max_credits", "max_share"))
    return r.LevelMix(
        **named,
        below=whole_of(body, "level_below", place),
        most=maybe_number(body, "max_credits", place),
        share=share_of(body, "max_share", place),
    )


def _level_floor(value: Any, place: str, named: Named) -> r.Limit:
    body = _bounded(value, place, ("level_at_least", "min_credits", "min_share"))
    return r.LevelFloor(
        **named,
        at_least=whole_of(body, "level_at_least", place),
        least=maybe_number(body, "min_credits", place),
        share=share_of(body, "min_share", place),
    )


def _gpa(value: Any, place: str, named: Named) -> r.Limit:
    body = as_object(value, place)
    only(body, ("min", "scale", "higher_is_better", "select"), place)
    if not text_of(body, "scale", place):
        refuse("missing", f"{place}/scale", "a mean of grades needs the scale.")
    return r.GradeAverage(
        **named,
        value=number_of(body, "min", place),
        scale=text_of(body, "scale", place),
        higher_is_better=truth_of(body, "higher_is_better", place, default=True),
        select=select_of(body.get("select", {}), f"{place}/select"),
    )


def _max_age(value: Any, place: str, named: Named) -> r.Limit:
    where = place.rpartition("/")[0]
    return r.MaxAge(
        **named,
        years=years_of(value, "max_age_years", where),
        select=select_of(value.get("select", {}), f"{where}/select"),
    )


def _share(value: Any, place: str, named: Named) -> r.Limit:
    body = as_object(value, place)
    only(body, ("a", "b", "max_credits"), place)
    first, second = text_of(body, "a", place), text_of(body, "b", place)
    if not first or not second or first == second:
        refuse("missing", place, "needs two different rules, a and b.")
    return r.Share(**named, a=first, b=second, most=number_of(body, "max_credits", place))


def _exclude(value: Any, place: str, named: Named) -> r.Limit:
    return r.Exclude(**named, groups=_groups(value, place))


def _equivalent(value: Any, place: str, named: Named) -> r.Limit:
    return r.Equivalent(**named, classes=_groups(value, place))


def _before(value: Any, place: str, named: Named) -> r.Limit:
    pairs = _groups(value, place)
    if any(len(one) != 2 for one in pairs):
        refuse("type", place, "must be pairs of two different achievements: [first, then].")
    return r.Before(**named, pairs=tuple((one[0], one[1]) for one in pairs))


LIMITS: Final[dict[str, LimitReader]] = {
    "cap": _cap,
    "residency": _residency,
    "level_mix": _level_mix,
    "level_floor": _level_floor,
    "gpa": _gpa,
    "share": _share,
    "exclude": _exclude,
    "equivalent": _equivalent,
    "before": _before,
    "max_age_years": _max_age,
}


def _bounded(value: Any, place: str, names: tuple[str, str, str]) -> Mapping[str, Any]:
    body = as_object(value, place)
    only(body, names, place)
    if names[1] not in body and names[2] not in body:
        refuse("missing", place, f"needs {names[1]} or {names[2]}.")
    return body


def _groups(value: Any, place: str) -> tuple[tuple[str, ...], ...]:
    rows = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    if not 0 < len(rows) <= MAX_VALUES or not all(_is_group(row) for row in rows):
        refuse("type", place, "must be a list of lists of two or more different achievements.")
    return tuple(tuple(row) for row in rows)


def _is_group(row: Any) -> bool:
    return (
        isinstance(row, Sequence)
        and not isinstance(row, str)
        and all(is_word(one) for one in row)
        and 1 < len(set(row)) == len(row) <= MAX_VALUES
    )
