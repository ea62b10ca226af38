"""The steps of the editor: what each asks for, with an example at every field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark.errors import UsageError
from stackmark_web.catalogue import content as json
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.forms import (
    Content,
    LanguagesField,
    PlacedForm,
    Rows,
    TagsField,
    address,
    checks,
    day,
    line,
    number,
    pick,
    prose,
    radios,
)
from stackmark_web.catalogue.row_forms import OutcomeRows, PartyRows, QualityRows

Section = tuple[Any, tuple[str, ...]]  # heading, field names


_LISTS: Final = {
    "outcomes": {
        "title": _l("Learning outcomes"),
        "lead": _l("Three to six are usual. One sentence each, one verb each."),
        "add": _l("Add an outcome"),
    },
    "quality": {
        "title": _l("Quality assurance"),
        "lead": _l("Who looked at it, and when. Readers see the last review and the next one."),
        "add": _l("Add a statement"),
    },
    "parties": {
        "title": _l("Others who take part"),
        "lead": _l("Your organisation is named anyway."),
        "add": _l("Add an organisation"),
    },
}


class StepForm(PlacedForm):
    """One step: fields in sections, and lists of rows below them."""

    SECTIONS: ClassVar[tuple[Section, ...]] = ()
    ROWS: ClassVar[Mapping[str, type[Rows]]] = {}
    TRANSLATED_ROWS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.lists = {
            name: rows(
                self.data if self.is_bound else None,
                prefix=name,
                rows=self.content.get(name) or [],
                language=self.language,
                main=self.main,
            )
            for name, rows in self.ROWS.items()
            if not self.translating or name in self.TRANSLATED_ROWS
        }

    def is_valid(self) -> bool:
        """The fields and every row."""
        return all([super().is_valid(), *(rows.is_valid() for rows in self.lists.values())])

    def merged(self) -> Content:
        """The content with fields and rows as entered."""
        content = super().merged()
        for name, rows in self.lists.items():
            json.put(content, name, rows.merged())
        return content

    def sections(self) -> list[dict[str, Any]]:
        """The fields under their headings, as far as they are shown."""
        found = [
            {"title": title, "fields": [self[name] for name in names if name in self.fields]}
            for title, names in self.SECTIONS
        ]
        return [one for one in found if one["fields"]]

    def row_parts(self) -> list[dict[str, Any]]:
        """The lists with their words, and how many of their rows are at fault."""
        return [
            {
                "name": name,
                "rows": rows,
                "faults": sum(not form.is_valid() for form in rows) if self.is_bound else 0,
                **_LISTS[name],
            }
            for name, rows in self.lists.items()
        ]

    def has_nothing(self) -> bool:
        """Whether there is nothing to translate in this step."""
        return not self.fields and not self.lists

    def blame(self, error: UsageError) -> None:
        """Faults in rows are named by the number a person sees."""
        place, _colon, sentence = error.detail.partition(": ")
        name, _slash, rest = place.partition("/")
        index = rest.partition("/")[0]
        if name in self.lists and index.isdigit():
            self.add_error(
                None, _("Row %(row)s: %(why)s") % {"row": int(index) + 1, "why": sentence}
            )
        else:
            super().blame(error)


class BasicsForm(StepForm):
    """What it is."""

    TEXTS = ("title", "description", "programme/name")
    VALUES = ("kind", "programme/position", "programme/parts", "programme/url", "tags", "code")
    SECTIONS = (
        (_l("What it is"), ("kind", "title", "description")),
        (
            _l("Part of a programme"),
            ("programme_name", "programme_position", "programme_parts", "programme_url"),
        ),
        (_l("How people find it"), ("tags", "code")),
    )

    kind = radios(
        _l("Kind"),
        words.KINDS,
        _l("The kind decides what has to be said before publication."),
        notes=words.KIND_HELP,
    )
    title = line(
        _l("Title"),
        _l("Short and concrete, without the word “certificate”. For example: Soil sampling."),
        limit=200,
    )
    description = prose(
        _l("Description"),
        _l(
            "Two or three sentences for somebody who has never heard of it: what a holder can do. "
            "For example: Holders take soil samples in the field that a laboratory can use."
        ),
    )
    programme_name = line(
        _l("Programme"),
        _l("Only for a part of something larger. For example: Nano-degree in precision farming."),
    )
    programme_position = number(
        _l("Which part"), _l("For example: 2, for the second part."), most=100, digits=0
    )
    programme_parts = number(_l("Parts in all"), _l("For example: 4."), most=100, digits=0)
    programme_url = address(
        _l("Page of the programme"), _l("For example: https://example.org/precision-farming.")
    )
    tags = TagsField(
        label=_l("Tags"),
        help_text=_l("Words people search for, with commas. For example: soil, field work."),
        required=False,
        max_length=2_000,
    )
    code = line(
        _l("Your own code"), _l("As in your course catalogue. For example: AGR-204."), limit=100
    )


class OutcomesForm(StepForm):
    """What a holder can do."""

    ROWS: ClassVar[Mapping[str, type[Rows]]] = {"outcomes": OutcomeRows}
    TRANSLATED_ROWS = ("outcomes",)


class AssessmentForm(StepForm):
    """How it is earned and shown."""

    TEXTS = (
        *("criteria/narrative", "assessment/description", "assessment/pass_rule"),
        "ai_policy",
    )
    VALUES = (
        *("criteria/url", "assessment/methods", "assessment/scale", "assessment/maximum"),
        *("assessment/required", "assessment/attempts", "supervision"),
    )
    SECTIONS = (
        (_l("What has to be done"), ("criteria_narrative", "criteria_url")),
        (_l("How it is assessed"), ("assessment_methods", "assessment_description")),
        (
            _l("What it takes to pass"),
            (
                *("assessment_pass_rule", "assessment_scale", "assessment_maximum"),
                *("assessment_required", "assessment_attempts"),
            ),
        ),
        (_l("Who it was"), ("supervision", "ai_policy")),
    )

    criteria_narrative = prose(
        _l("Criteria"),
        _l(
            "Everything somebody has to do to earn it. Markdown works: lists with -, *emphasis*. "
            "For example: Hand in a report on ten samples you took yourself and explain it."
        ),
        limit=20_000,
        rows=6,
    )
    criteria_url = address(
        _l("Page with the criteria"),
        _l("If they are also on your site. For example: https://example.org/soil/criteria."),
    )
    assessment_methods = checks(
        _l("Methods"),
        words.METHODS,
        _l("Everything that counts. An honest “not assessed” is fine."),
    )
    assessment_description = prose(
        _l("In a few words"),
        _l("For example: A report of five pages and a talk of ten minutes about it."),
    )
    assessment_pass_rule = line(
        _l("Pass rule"),
        _l("For example: 60 of 100 points, and at least half in each part."),
        limit=1_000,
    )
    assessment_scale = pick(
        _l("Scale"), words.SCALES, _l("How results are expressed. For example: Percent.")
    )
    assessment_maximum = number(
        _l("Highest mark"), _l("For points only. For example: 100."), most=100_000
    )
    assessment_required = number(_l("Mark to pass"), _l("For example: 60."), most=100_000)
    assessment_attempts = number(
        _l("Attempts allowed"),
        _l("For example: 3. Write 0 when there is no limit."),
        most=100,
        digits=0,
    )
    supervision = radios(
        _l("Supervision and identity check"),
        words.SUPERVISION,
        _l("Employers ask for this first. It concerns the assessment, not the teaching."),
    )
    ai_policy = prose(
        _l("Use of AI"),
        _l("What is allowed during assessment. For example: Allowed for drafts, and to be named."),
        limit=2_000,
    )

    def clean(self) -> dict[str, Any]:
        """Not assessed goes alone; a mark can be reached."""
        found = super().clean() or {}
        methods = found.get("assessment_methods") or []
        if "none" in methods and len(methods) > 1:
            self.add_error(
                "assessment_methods", _("“Not assessed” cannot go together with a method.")
            )
        return found


_LEVELS = [
    ("", _l("Not said yet")),
    *((str(one), _l("Level %(level)s") % {"level": one}) for one in range(1, 9)),
    ("none", _l("It stands at no level")),
]


class SizeForm(StepForm):
    """How high, how much, in which form."""

    TEXTS = ("prerequisites",)
    VALUES = (
        *("level/framework", "level/code", "workload/low", "workload/high", "credit/value"),
        *("credit/unit", "credit/unit_name", "credit/assigned_by", "participation"),
        *("instruction", "field/code"),
    )
    SECTIONS = (
        (_l("Level"), ("level_eqf", "level_framework", "level_code")),
        (
            _l("Workload and credit"),
            (
                *("workload_low", "workload_high", "credit_value", "credit_unit"),
                *("credit_unit_name", "credit_assigned_by"),
            ),
        ),
        (_l("Taking part"), ("participation", "instruction", "field_code", "prerequisites")),
    )

    level_eqf = forms.ChoiceField(
        label=_l("Level of the European framework (EQF)"),
        help_text=_l("Level 6 is that of a bachelor's degree. Nothing fits? Say that it has none."),
        choices=_LEVELS,
        required=False,
    )
    level_framework = line(
        _l("National framework"), _l("For example: National Framework of Qualifications, Ireland.")
    )
    level_code = line(_l("Level in it"), _l("For example: 7."), limit=60)
    workload_low = number(
        _l("Hours of learning, at least"),
        _l("All of it: teaching, own work, assessment. For example: 50."),
        most=20_000,
    )
    workload_high = number(
        _l("Hours of learning, at most"),
        _l("Leave it empty when the number is exact. For example: 60."),
        most=20_000,
    )
    credit_value = number(_l("Credit"), _l("For example: 2. It needs its unit."), most=1_000)
    credit_unit = pick(
        _l("Unit of the credit"), words.CREDIT_UNITS, _l("For example: ECTS credits.")
    )
    credit_unit_name = line(
        _l("Name of the unit"), _l("Only for another unit. For example: CPD points."), limit=60
    )
    credit_assigned_by = line(
        _l("Who assigns the credit"), _l("For example: Northfield University."), limit=200
    )
    participation = checks(_l("Form of participation"), words.PARTICIPATION)
    instruction = LanguagesField(
        label=_l("Languages it is taught and assessed in"),
        help_text=_l("With commas. For example: English, Irish."),
        required=False,
        max_length=600,
    )
    field_code = forms.ChoiceField(
        label=_l("Field of study"),
        help_text=_l("A field of ISCED-F, the international list. For example: 081 Agriculture."),
        required=False,
    )
    prerequisites = prose(
        _l("Prerequisites"),
        _l("What one needs to begin. For example: School mathematics. Or: None."),
        limit=2_000,
    )

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if not self.translating:
            self.fields["field_code"].choices = self._fields_of_study()  # type: ignore[attr-defined]  # a ChoiceField

    def shown(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """Not levelled is one of the levels here."""
        level = json.get(content, "level") or {}
        told = "none" if level.get("not_levelled") else str(level.get("eqf", ""))
        return {**super().shown(content), "level_eqf": told}

    def clean(self) -> dict[str, Any]:
        """An interval in order, credit with its unit, a national level with both halves."""
        found = super().clean() or {}
        if self.translating:
            return found
        low, high = found.get("workload_low"), found.get("workload_high")
        if low is not None and high is not None and low > high:
            self.add_error("workload_high", _("This is less than the hours above; exchange them."))
        self._need(found, "credit_value", "credit_unit", _("Choose the unit of the credit."))
        self._need(found, "credit_unit", "credit_value", _("How much credit? Or choose no unit."))
        if found.get("credit_unit") == "other":
            self._need(found, "credit_unit", "credit_unit_name", _("Say what the unit is called."))
        self._need(found, "level_framework", "level_code", _("Add the level in this framework."))
        self._need(found, "level_code", "level_framework", _("Add the framework of this level."))
        if found.get("level_eqf") == "none" and found.get("level_code"):
            self.add_error("level_eqf", _("There is a national level below; choose one or none."))
        return found

    def merged(self) -> Content:
        """With level, both ends of the hours, and the name of the field."""
        content = super().merged()
        if self.translating:
            return content
        told = self.cleaned_data["level_eqf"]
        json.put(content, "level/eqf", int(told) if told.isdigit() else None)
        json.put(content, "level/not_levelled", told == "none")
        low, high = json.get(content, "workload/low"), json.get(content, "workload/high")
        if low is not None or high is not None:
            json.put(content, "workload/low", high if low is None else low)
            json.put(content, "workload/high", low if high is None else high)
        if json.get(content, "credit/value") is None:
            content.pop("credit", None)
        self._name_field(content)
        return content

    def _name_field(self, content: Content) -> None:
        code = json.get(content, "field/code")
        if code != json.get(self.content, "field/code"):
            json.put(content, "field/name", words.FIELDS_OF_STUDY.get(code or ""))

    def _fields_of_study(self) -> list[tuple[str, Any]]:
        own = self.content.get("field") or {}
        named = {**words.FIELDS_OF_STUDY}
        if own.get("code"):  # a finer one came with an import; it stays on offer
            named.setdefault(own["code"], own.get("name", ""))
        return [
            ("", _("Not said yet")),
            *((code, f"{code} {name}") for code, name in sorted(named.items())),
        ]

    def _need(self, found: Mapping[str, Any], given: str, needed: str, sentence: str) -> None:
        if not json.says_nothing(found.get(given)) and json.says_nothing(found.get(needed)):
            self.add_error(needed, sentence)


class QualityForm(StepForm):
    """Who vouches for it."""

    VALUES = ("author",)
    SECTIONS = ((_l("Who wrote it"), ("author",)),)
    ROWS: ClassVar[Mapping[str, type[Rows]]] = {"quality": QualityRows, "parties": PartyRows}

    author = line(
        _l("Author"),
        _l("Who designed it, if they wish to be named. For example: Ada Example."),
        limit=200,
    )


class FutureForm(StepForm):
    """How long it counts and what follows."""

    TEXTS = ("validity/renewal", "stackability", "further")
    VALUES = ("validity/kind", "validity/months", "validity/until")
    SECTIONS = (
        (
            _l("Validity"),
            ("validity_kind", "validity_months", "validity_until", "validity_renewal"),
        ),
        (_l("What follows"), ("stackability", "further")),
    )

    validity_kind = radios(_l("How long it counts"), words.VALIDITY)
    validity_months = number(
        _l("Months"),
        _l("Only when it expires some months after issue. For example: 36."),
        most=600,
        digits=0,
    )
    validity_until = day(_l("Last day"), _l("Only when it expires on a fixed day."))
    validity_renewal = prose(
        _l("Renewal"), _l("For example: A short test in the third year."), limit=2_000
    )
    stackability = prose(
        _l("Counts towards"),
        _l("What it may be combined with. For example: 2 of the 8 credits of our nano-degree."),
        limit=2_000,
    )
    further = prose(_l("Further information"), _l("Anything that has no place elsewhere."))

    def clean(self) -> dict[str, Any]:
        """The number or day its kind asks for."""
        found = super().clean() or {}
        if self.translating:
            return found
        kind = found.get("validity_kind")
        if kind == "months" and not found.get("validity_months"):
            self.add_error("validity_months", _("After how many months does it expire?"))
        if kind == "fixed" and not found.get("validity_until"):
            self.add_error("validity_until", _("On which day does it expire?"))
        if not kind and any(found.get(n) for n in ("validity_months", "validity_until")):
            self.add_error("validity_kind", _("Choose which of these holds."))
        return found

    def merged(self) -> Content:
        """With only what the chosen kind goes with; renewal needs a kind."""
        content = super().merged()
        kind = json.get(content, "validity/kind")
        if kind != "months":
            json.put(content, "validity/months", None)
        if kind != "fixed":
            json.put(content, "validity/until", None)
        if not kind and "validity" in content:
            json.put(content, "validity/kind", "unlimited")
        return content
