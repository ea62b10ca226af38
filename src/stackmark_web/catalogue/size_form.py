"""The step of level, workload, credit and participation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark_web.catalogue import content as json
from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.forms import Content, LanguagesField, checks, line, number, pick, prose
from stackmark_web.catalogue.step_base import StepForm

_LEVELS = [
    ("", _l("Not said yet")),
    *((str(one), _l("Level %(level)s") % {"level": one}) for one in range(1, 9)),
    ("none", _l("It stands at no level")),
]


class SizeForm(StepForm):
    """How high, how much, in which form."""

    TEXTS = ("prerequisites",)
    VALUES = (
        *("level/framework", "level/code", "level/assigned_by", "workload/low", "workload/high"),
        *("credit/value", "credit/unit", "credit/unit_name", "credit/assigned_by", "participation"),
        *("instruction", "field/code"),
    )
    SECTIONS = (
        (_l("Level"), ("level_eqf", "level_framework", "level_code", "level_assigned_by")),
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
    level_assigned_by = line(
        _l("Who assigned the level"),
        _l("For example: Quality and Qualifications Ireland. Left empty, it is self-declared."),
        limit=200,
    )
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
        _l("Who assigned the credit"),
        _l("For example: Northfield University. Left empty, it is self-declared."),
        limit=200,
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
        if not told.isdigit() and not json.get(content, "level/code"):
            json.put(content, "level/assigned_by", None)
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
