"""Rules from JSON, strictly: every fault is named with its place.

The form is published as a JSON Schema (``data/requirement-rules-1.json``); this reader says in
words what the schema can only refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NoReturn

from stackmark.errors import UsageError
from stackmark.model.holding import SUPERVISION, exact
from stackmark.stacking import rules as r

MAX_NODES: Final = 2_000
MAX_DEPTH: Final = 20
MAX_LIMITS: Final = 200
_KINDS: Final = ("all", "any", "at_least", "count", "credits", "capstone")
_SELECT: Final = frozenset(
    {
        *("id", "achievement", "issuer", "issuer_class", "class", "field", "skill", "level"),
        *("level_min", "level_max", "credits_min", "max_age_years", "grade_min"),
        *("supervision_min", "evidence_min", "status", "verified", "not_applied_to"),
    }
)


def read_rules(value: Any) -> r.Rules:
    """The rules of an award.

    Raises ``UsageError`` ``rules.…``: type, missing, unknown, choice, number, repeated, version,
    depth, many, reference; its sentence begins with the place.
    """
    top = _object(value, "rules")
    _only(top, ("version", "id", "title", "issuer", "unit", "rule", "limits", "substitutes"), "")
    if str(top.get("version", r.VERSION)) != r.VERSION:
        _refuse("version", "version", f"{top['version']!r} is not known; this reads version 1.")
    if "rule" not in top:
        _refuse("missing", "rule", "is missing; say what the award asks for.")
    read = _Reader()
    found = r.Rules(
        id=_text(top, "id", ""),
        title=_text(top, "title", ""),
        issuer=_text(top, "issuer", ""),
        unit=_text(top, "unit", "") or "ects",
        rule=read.node(top["rule"], "rule", 0),
        limits=tuple(
            read.limit(one, f"limits/{number}")
            for number, one in enumerate(_list(top, "limits", MAX_LIMITS))
        ),
        substitutes=tuple(
            _substitute(one, f"substitutes/{number}")
            for number, one in enumerate(_list(top, "substitutes", MAX_LIMITS))
        ),
    )
    _check_references(found)
    return found


class _Reader:
    """Reads one file; remembers which ids were given."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}
        self._count = 0

    def node(self, value: Any, place: str, depth: int) -> r.Node:
        found = _object(value, place)
        self._count += 1
        if self._count > MAX_NODES:
            _refuse("many", place, f"is one of more than {MAX_NODES} rules.")
        if depth > MAX_DEPTH:
            _refuse("depth", place, f"lies deeper than {MAX_DEPTH} rules.")
        kind = _one_of(found, _KINDS, place, ("id", "title"))
        name = self._id(found, place)
        title = _text(found, "title", place)
        inner = found[kind]
        if kind in ("all", "any", "at_least"):
            return self._branch(kind, inner, f"{place}/{kind}", depth, name, title)
        return _leaf(kind, inner, f"{place}/{kind}", name, title)

    def _branch(
        self, kind: str, inner: Any, place: str, depth: int, name: str, title: str
    ) -> r.Node:
        rows, least = inner, 1
        if kind == "at_least":
            body = _object(inner, place)
            _only(body, ("k", "of"), place)
            rows, place = body.get("of"), f"{place}/of"
            least = _whole(body, "k", place)
        if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
            _refuse("type", place, "must be a list of rules that is not empty.")
        children = tuple(
            self.node(one, f"{place}/{number}", depth + 1) for number, one in enumerate(rows)
        )
        if kind == "all":
            return r.All(id=name, title=title, of=children)
        return r.AtLeast(id=name, title=title, k=least, of=children, word=kind)

    def limit(self, value: Any, place: str) -> r.Limit:
        found = _object(value, place)
        more = ("id", "title", "select") if "max_age_years" in found else ("id", "title")
        kind = _one_of(found, tuple(_LIMITS), place, more)
        named = {"id": self._id(found, place), "title": _text(found, "title", place)}
        body = found if kind == "max_age_years" else found[kind]
        return _LIMITS[kind](body, f"{place}/{kind}", named)

    def _id(self, found: Mapping[str, Any], place: str) -> str:
        name = _text(found, "id", place) or place.replace("/", "-")
        if name in self._seen:
            _refuse("repeated", f"{place}/id", f"{name!r} stands at {self._seen[name]} already.")
        self._seen[name] = place
        return name


def _leaf(kind: str, inner: Any, place: str, name: str, title: str) -> r.Node:
    body = _object(inner, place)
    allowed = {
        "count": ("select", "min", "max"),
        "credits": ("select", "min", "max", "unit"),
        "capstone": ("select",),
    }
    _only(body, allowed[kind], place)
    select = _select(body.get("select", {}), f"{place}/select")
    if kind == "capstone":
        return r.Capstone(id=name, title=title, select=select)
    if kind == "count":
        least = _whole(body, "min", place)
        most = _whole(body, "max", place) if "max" in body else None
        return r.Count(id=name, title=title, select=select, least=least, most=most)
    return r.CreditSum(
        id=name,
        title=title,
        select=select,
        least=_number(body, "min", place),
        most=_maybe(body, "max", place),
    )


def _select(value: Any, place: str) -> r.Select:
    found = _object(value, place)
    _only(found, tuple(_SELECT), place)
    level = _maybe_whole(found, "level", place)
    status = _texts(found, "status", place)
    if status and status != ("valid",):
        _refuse("choice", f"{place}/status", 'can only be "valid", which is asked anyway.')
    supervision = _text(found, "supervision_min", place)
    if supervision and supervision not in SUPERVISION:
        _refuse("choice", f"{place}/supervision_min", f"is none of {', '.join(SUPERVISION)}.")
    return r.Select(
        **{name: _texts(found, name, place) for name in _LISTS},
        kind=_texts(found, "class", place),
        level_min=level if level is not None else _maybe_whole(found, "level_min", place),
        level_max=level if level is not None else _maybe_whole(found, "level_max", place),
        credits_min=_maybe(found, "credits_min", place),
        max_age_years=_maybe(found, "max_age_years", place),
        grade_min=_grade(found.get("grade_min"), f"{place}/grade_min"),
        supervision_min=supervision,
        evidence_min=_maybe_whole(found, "evidence_min", place),
        verified=found.get("verified") is True,
    )


_LISTS: Final = (
    *("id", "achievement", "issuer", "issuer_class", "field", "skill", "not_applied_to"),
)


def _grade(value: Any, place: str) -> r.GradeAtLeast | None:
    if value is None:
        return None
    found = _object(value, place)
    _only(found, ("value", "scale", "policy"), place)
    if found.get("value") is None or not _text(found, "scale", place):
        _refuse("missing", place, "a grade needs its value and its scale.")
    return r.GradeAtLeast(
        str(found["value"]), _text(found, "scale", place), _text(found, "policy", place)
    )


# -- limits ---------------------------------------------------------------------------------------

_Named = dict[str, str]
_LimitReader = Callable[[Any, str, _Named], r.Limit]


def _cap(value: Any, place: str, named: _Named) -> r.Limit:
    body = _bounded(value, place, ("select", "max_credits", "max_share"))
    return r.Cap(
        **named,
        select=_select(body.get("select", {}), f"{place}/select"),
        most=_maybe(body, "max_credits", place),
        share=_share_of(body, "max_share", place),
    )


def _residency(value: Any, place: str, named: _Named) -> r.Limit:
    body = _bounded(value, place, ("select", "min_credits", "min_share"))
    return r.Residency(
        **named,
        select=_select(body.get("select", {}), f"{place}/select"),
        least=_maybe(body, "min_credits", place),
        share=_share_of(body, "min_share", place),
    )


def _level_mix(value: Any, place: str, named: _Named) -> r.Limit:
    body = _bounded(value, place, ("level_below", "max_credits", "max_share"))
    return r.LevelMix(
        **named,
        below=_whole(body, "level_below", place),
        most=_maybe(body, "max_credits", place),
        share=_share_of(body, "max_share", place),
    )


def _level_floor(value: Any, place: str, named: _Named) -> r.Limit:
    body = _bounded(value, place, ("level_at_least", "min_credits", "min_share"))
    return r.LevelFloor(
        **named,
        at_least=_whole(body, "level_at_least", place),
        least=_maybe(body, "min_credits", place),
        share=_share_of(body, "min_share", place),
    )


def _gpa(value: Any, place: str, named: _Named) -> r.Limit:
    body = _object(value, place)
    _only(body, ("min", "scale", "higher_is_better", "select"), place)
    if not _text(body, "scale", place):
        _refuse("missing", f"{place}/scale", "a mean of grades needs the scale.")
    return r.GradeAverage(
        **named,
        value=_number(body, "min", place),
        scale=_text(body, "scale", place),
        higher_is_better=body.get("higher_is_better", True) is True,
        select=_select(body.get("select", {}), f"{place}/select"),
    )


def _max_age(value: Any, place: str, named: _Named) -> r.Limit:
    where = place.rpartition("/")[0]
    return r.MaxAge(
        **named,
        years=_number(value, "max_age_years", where),
        select=_select(value.get("select", {}), f"{where}/select"),
    )


def _share(value: Any, place: str, named: _Named) -> r.Limit:
    body = _object(value, place)
    _only(body, ("a", "b", "max_credits"), place)
    first, second = _text(body, "a", place), _text(body, "b", place)
    if not first or not second or first == second:
        _refuse("missing", place, "needs two different rules, a and b.")
    return r.Share(**named, a=first, b=second, most=_number(body, "max_credits", place))


def _exclude(value: Any, place: str, named: _Named) -> r.Limit:
    return r.Exclude(**named, groups=_groups(value, place))


def _equivalent(value: Any, place: str, named: _Named) -> r.Limit:
    return r.Equivalent(**named, classes=_groups(value, place))


def _before(value: Any, place: str, named: _Named) -> r.Limit:
    pairs = _groups(value, place)
    if any(len(one) != 2 or one[0] == one[1] for one in pairs):
        _refuse("type", place, "must be pairs of two different achievements: [first, then].")
    return r.Before(**named, pairs=tuple((one[0], one[1]) for one in pairs))


_LIMITS: Final[dict[str, _LimitReader]] = {
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
    body = _object(value, place)
    _only(body, names, place)
    if names[1] not in body and names[2] not in body:
        _refuse("missing", place, f"needs {names[1]} or {names[2]}.")
    return body


def _groups(value: Any, place: str) -> tuple[tuple[str, ...], ...]:
    rows = value if isinstance(value, Sequence) and not isinstance(value, str) else None
    good = rows is not None and all(
        isinstance(row, Sequence)
        and not isinstance(row, str)
        and len(row) > 1
        and all(isinstance(one, str) and one for one in row)
        for row in rows
    )
    if rows is None or not rows or not good:
        _refuse("type", place, "must be a list of lists of two or more achievements.")
    return tuple(tuple(row) for row in rows)


def _substitute(value: Any, place: str) -> r.Substitute:
    found = _object(value, place)
    names = ("use", "instead_of", "approved_by", "reason")
    _only(found, names, place)
    for name in names:
        if not _text(found, name, place):
            _refuse("missing", f"{place}/{name}", "is needed: who approved what, and why.")
    return r.Substitute(**{name: _text(found, name, place) for name in names})


def _check_references(found: r.Rules) -> None:
    """Rules named by a limit exist."""
    known = {node.id for node in found.nodes()}
    for number, limit in enumerate(found.limits):
        if not isinstance(limit, r.Share):
            continue
        for name in (limit.a, limit.b):
            if name not in known:
                _refuse("reference", f"limits/{number}/share", f"there is no rule {name!r}.")


# -- values ---------------------------------------------------------------------------------------


def _refuse(slug: str, place: str, sentence: str) -> NoReturn:
    raise UsageError(f"rules.{slug}", f"{place}: {sentence}" if place else sentence)


def _object(value: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse("type", place, "must be an object.")
    return value


def _only(found: Mapping[str, Any], allowed: tuple[str, ...], place: str) -> None:
    odd = sorted(str(name) for name in found if name not in allowed)
    if odd:
        known = ", ".join(sorted(allowed))
        _refuse("unknown", f"{place}/{odd[0]}".lstrip("/"), f"is not known here; there is {known}.")


def _one_of(
    found: Mapping[str, Any], kinds: tuple[str, ...], place: str, more: tuple[str, ...]
) -> str:
    _only(found, (*kinds, *more), place)
    given = [name for name in kinds if name in found]
    if len(given) != 1:
        told = " and ".join(given) or "none"
        _refuse("choice", place, f"needs exactly one of {', '.join(kinds)}; it has {told}.")
    return given[0]


def _text(found: Mapping[str, Any], name: str, place: str) -> str:
    value = found.get(name, "")
    if not isinstance(value, str) or len(value) > 2_000:
        _refuse("type", f"{place}/{name}".lstrip("/"), "must be a text, 2000 characters at most.")
    return value


def _texts(found: Mapping[str, Any], name: str, place: str) -> tuple[str, ...]:
    if name not in found:
        return ()
    value = found[name]
    rows = [value] if isinstance(value, str) else value
    good = isinstance(rows, Sequence) and all(isinstance(one, str) and one for one in rows)
    if not good or not rows:
        _refuse("type", f"{place}/{name}", "must be a text or a list of texts, not empty.")
    return tuple(dict.fromkeys(rows))


def _list(found: Mapping[str, Any], name: str, most: int) -> Sequence[Any]:
    rows = found.get(name, [])
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        _refuse("type", name, "must be a list.")
    if len(rows) > most:
        _refuse("many", name, f"are more than {most}.")
    return rows


def _number(found: Mapping[str, Any], name: str, place: str) -> Fraction:
    if name not in found:
        _refuse("missing", f"{place}/{name}", "is missing.")
    return exact(found[name], f"{place}/{name}", "rules")


def _maybe(found: Mapping[str, Any], name: str, place: str) -> Fraction | None:
    return _number(found, name, place) if name in found else None


def _share_of(found: Mapping[str, Any], name: str, place: str) -> Fraction | None:
    share = _maybe(found, name, place)
    if share is not None and share > 1:
        _refuse("number", f"{place}/{name}", "is a share from 0 to 1; 34 % is 0.34.")
    return share


def _whole(found: Mapping[str, Any], name: str, place: str) -> int:
    value = _number(found, name, place)
    if value.denominator != 1:
        _refuse("number", f"{place}/{name}", "must be a whole number.")
    return int(value)


def _maybe_whole(found: Mapping[str, Any], name: str, place: str) -> int | None:
    return _whole(found, name, place) if name in found else None
