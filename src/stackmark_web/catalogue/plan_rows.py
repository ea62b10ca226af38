"""The rows of the assessment plan: components, their criteria, the levels of each."""

from __future__ import annotations

import copy
from typing import Any, ClassVar, Final

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark_web.catalogue import content as json
from stackmark_web.catalogue import plan_vocabulary as words
from stackmark_web.catalogue import vocabulary
from stackmark_web.catalogue.forms import (
    Content,
    RowForm,
    Rows,
    checks,
    line,
    number,
    pick,
    prose,
    rows_of,
)

_METHODS: Final = {code: said for code, said in vocabulary.METHODS.items() if code != "none"}
_USUAL: Final = (_l("Not shown"), _l("Beginning"), _l("Secure"), _l("Excellent"))


class MovableRows(Rows):
    """Rows with ids of their own that buttons move up and down, add and remove.

    ``asked`` is the prefix of the list an empty row was asked for; ``WORD`` begins the ids of rows
    whose name gives none.
    """

    WORD: ClassVar[str] = "part"
    IS_OPEN: ClassVar[bool] = True  # an empty list shows an empty row

    def __init__(self, *args: Any, asked: str = "", **kw: Any) -> None:
        self.asked = asked
        first = self.IS_OPEN and not kw["rows"]
        self.extra = 1 if first or asked == kw["prefix"] else 0
        super().__init__(*args, **kw)

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Each row also knows where an empty row was asked for."""
        return {**super().get_form_kwargs(index), "asked": self.asked}

    def merged(self) -> list[Content]:
        """The rows as entered, in the order asked for, each with an id."""
        filled = [form for form in self.forms if form.cleaned_data]
        kept = [form for form in filled if not form.cleaned_data.get("DELETE")]
        self._move(kept)
        return _named([row for form in kept if (row := form.merged())], self.WORD, self.main)

    def _move(self, kept: list[Any]) -> None:
        word, _colon, target = self.data.get("move", "").partition(":")
        place = next((n for n, form in enumerate(kept) if form.prefix == target), None)
        other = {"up": -1, "down": 1}.get(word)
        if place is None or other is None or not 0 <= place + other < len(kept):
            return
        kept[place], kept[place + other] = kept[place + other], kept[place]


class PlanRow(RowForm):
    """A row that may hold rows of its own, under ``INNER``."""

    INNER: ClassVar[str] = ""

    def __init__(self, *args: Any, asked: str = "", **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.inner: MovableRows | None = None
        if self.INNER:
            self.inner = _INNER[self.INNER](
                self.data if self.is_bound else None,
                prefix=f"{self.prefix}-{self.INNER}",
                rows=self.content.get(self.INNER) or [],
                language=self.language,
                main=self.main,
                asked=asked,
            )

    def is_valid(self) -> bool:
        """The row and every row in it."""
        return all([super().is_valid(), self.inner is None or self.inner.is_valid()])

    def has_changed(self) -> bool:
        """What is in it counts."""
        return bool(super().has_changed() or (self.inner and self.inner.has_changed()))

    def merged(self) -> Content:
        """The row with the rows in it as entered."""
        row = super().merged()
        if self.inner is not None:
            json.put(row, self.INNER, self.inner.merged())
        return row


class LevelRow(PlanRow):
    """One level of a criterion."""

    TEXTS = ("name", "description", "anchor")
    VALUES = ("points",)
    NEEDED = "name"

    name = line(_l("Level"), limit=200)
    points = number(_l("Points"), most=10_000)
    description = prose(_l("What work of this level is like"), limit=2_000, rows=4)
    anchor = prose(_l("Anchor: an example of it"), limit=2_000, rows=2)

    def clean(self) -> dict[str, Any]:
        """A level has points."""
        found = super().clean() or {}
        begun = found.get("name") and not self.translating
        if begun and found.get("points") is None and "points" not in self.errors:
            self.add_error("points", _("How many points?"))
        return found


class LevelRows(rows_of(LevelRow, most=10, base=MovableRows)):  # type: ignore[misc]  # a class made by Django
    """The levels of a criterion, from low to high."""

    WORD = "level"
    IS_OPEN = False


class CriterionRow(PlanRow):
    """What is looked at."""

    TEXTS = ("name", "description")
    VALUES = ("weight",)
    NEEDED = "name"
    INNER = "levels"

    name = line(_l("Criterion"), limit=200)
    description = prose(_l("What is looked at"), limit=2_000, rows=2)
    weight = number(_l("Weight"), most=1_000)


class ComponentRow(PlanRow):
    """A part of the assessment."""

    TEXTS = ("name", "description")
    VALUES = (*("method", "kind", "weight", "minimum", "maximum", "items", "submissions"),)
    NEEDED = "name"
    INNER = "criteria"

    name = line(_l("Name of this part"), _l("For example: Field report."), limit=200)
    method = pick(_l("Kind of assessment"), _METHODS, _l("For example: Project."))
    description = prose(
        _l("What the learner does"), _l("For example: A report of five pages on ten samples.")
    )
    kind = pick(_l("How it is marked"), words.COMPONENT_KINDS, _l("For example: By a rubric."))
    weight = number(_l("Weight"), _l("For example: 60 beside 40."), most=1_000)
    minimum = number(
        _l("Least percent"),
        _l("Needed whatever the rest gives. For example: 40."),
        most=100,
    )
    items = number(_l("How many items"), _l("For example: 30."), most=1_000, digits=0)
    maximum = number(
        _l("Most points"), _l("For example: 100. Items give one each if left empty."), most=100_000
    )
    submissions = checks(
        _l("What may be handed in"),
        words.SUBMISSIONS,
        _l("Nothing ticked: nothing is handed in here, for example at an oral examination."),
    )

    def clean(self) -> dict[str, Any]:
        """What its kind needs, and nothing of another kind."""
        found = super().clean() or {}
        if self.translating or not found.get("name") or found.get("DELETE"):
            return found
        kind, has_criteria = found.get("kind"), bool(self.inner and self._criteria())
        if not kind:
            self.add_error("kind", _("Choose how it is marked."))
        elif kind == "rubric" and not has_criteria:
            self.add_error("kind", _("A rubric needs a criterion: name the first one below."))
        elif kind != "rubric" and has_criteria:
            self.add_error("kind", _("There is a rubric below; keep it, or remove its criteria."))
        if kind == "score" and not found.get("maximum"):
            self.add_error("maximum", _("How many points can be reached?"))
        return found

    def merged(self) -> Content:
        """Items count only where it is marked by items, points not in a rubric."""
        row = super().merged()
        if row.get("kind") != "items":
            json.put(row, "items", None)
        if row.get("kind") == "rubric":
            json.put(row, "maximum", None)
        return row

    def _criteria(self) -> list[Any]:
        forms = self.inner.forms if self.inner else []
        filled = [form for form in forms if form.is_valid() and form.cleaned_data.get("name")]
        return [form for form in filled if not form.cleaned_data.get("DELETE")]


class CriterionRows(rows_of(CriterionRow, most=30, base=MovableRows)):  # type: ignore[misc]  # a class made by Django
    """The criteria of a rubric; a new one gets the levels of the first, without descriptions."""

    WORD = "criterion"

    def merged(self) -> list[Content]:
        """Every criterion has levels."""
        found: list[Content] = super().merged()
        like = next((one["levels"] for one in found if one.get("levels")), None)
        for one in found:
            if not one.get("levels"):
                one["levels"] = _bare(like) if like else _usual(self.main)
        return found


class ComponentRows(rows_of(ComponentRow, most=20, base=MovableRows)):  # type: ignore[misc]  # a class made by Django
    """The components of the plan."""

    WORD = "part"


_INNER: Final[dict[str, type[MovableRows]]] = {"levels": LevelRows, "criteria": CriterionRows}


def _bare(levels: list[Content]) -> list[Content]:
    return [{name: copy.copy(one[name]) for name in ("id", "name", "points")} for one in levels]


def _usual(language: str) -> list[Content]:
    """Four levels to begin with; everything about them can be changed."""
    return [
        {"id": f"level-{points}", "name": {language: str(said)}, "points": points}
        for points, said in enumerate(_USUAL)
    ]


def _named(rows: list[Content], word: str, language: str) -> list[Content]:
    """The rows, each with an id that stays: from its name, and not taken by another."""
    taken = {row["id"] for row in rows if row.get("id")}
    for row in rows:
        if not row.get("id"):
            stem = slugify((row.get("name") or {}).get(language, ""))[:40].strip("-") or word
            row["id"] = next(name for name in _names(stem) if name not in taken)
            taken.add(row["id"])
    return rows


def _names(stem: str) -> Any:
    yield stem
    yield from (f"{stem}-{number}" for number in range(2, 100))
