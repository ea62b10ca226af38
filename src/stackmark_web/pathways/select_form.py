"""Which credentials a rule takes, as a form: every predicate of ``stackmark.stacking``'s select."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark.credit.grades import grade_policies, scales
from stackmark.model.holding import CLASSES
from stackmark_web.pathways import finding

Json = dict[str, Any]
CHOSEN: Final = ("achievement", "issuer", "skill", "not_applied_to")
PLAIN: Final = (
    *("kind", "level_min", "level_max", "field", "credits_min", "max_age_years"),
    *("supervision_min", "evidence_min", "grade_value", "grade_scale", "verified"),
)
RARE: Final = (
    *("achievement_more", "issuer_more", "skill_more", "not_applied_to_more", "issuer_class"),
    *("holding_id", "grade_policy", "from_scale", "from_best", "from_lowest_pass"),
    *("groups", "pairs", "use_more", "instead_of_more"),
)
MANY: Final = 1_000
KINDS: Final = {
    "recognition": _("Recognition of what somebody did"),
    "attendance": _("Proof of attendance"),
    "micro-credential": _("Micro-credential"),
    "certificate": _("Certificate"),
    "micro-certification": _("Micro-certification"),
    "nano-degree-part": _("Part of a nano-degree"),
    "nano-degree": _("Nano-degree"),
    "degree-module": _("Degree module"),
    "degree": _("Degree"),
}
SUPERVISION: Final = [
    ("", _("Any")),
    ("none", _("Assessed at all")),
    ("remote-recorded", _("Supervised at least by recording")),
    ("remote-live", _("Supervised by a person, at least remotely")),
    ("onsite", _("Supervised on site")),
]
EVIDENCE: Final = [
    ("", _("Any")),
    ("1", _("1: attendance or more")),
    ("2", _("2: a quiz without supervision or more")),
    ("3", _("3: authored work marked by a rubric or more")),
    ("4", _("4: supervised or defended work or more")),
    ("5", _("5: a supervised real task with two raters or more")),
    ("6", _("6: as 5, independent of who trained")),
]
LEVELS: Final = [("", _("Any")), *((str(one), str(one)) for one in range(1, 9))]
SCALES: Final = {
    "percent": _("Percent, 0 to 100"),
    "german": _("German grades, 1.0 (best) to 4.0 (lowest pass)"),
    "de-1-5": _("German grades, 1.0 (best) to 5.0 (fail)"),
    "uk-class": _("Classes of a UK honours degree"),
    "ects-letter": _("ECTS grades A to E, in use until 2009"),
    "gpa-4": _("US grade points, 0.0 to 4.0"),
    "us-letter": _("US letter grades, F to A+"),
    "fr-20": _("French marks, 0 to 20"),
    "pass-fail": _("Pass or fail"),
}
POLICIES: Final = {
    "modified-bavarian": _("Modified Bavarian formula"),
    "egracons": _("EGRACONS, by distributions"),
    "ects-2005": _("ECTS scale of 2005"),
    "uk-percent-class": _("UK percent and classes"),
}


def number_field(label: Any, *, most: int = 100_000, **more: Any) -> forms.DecimalField:
    """An amount from 0."""
    return forms.DecimalField(
        label=label,
        min_value=0,
        max_value=most,
        max_digits=12,
        decimal_places=4,
        required=False,
        **more,
    )


def addresses_field(label: Any, help_text: Any = "") -> forms.CharField:
    """Addresses, one on each line."""
    return forms.CharField(
        label=label,
        max_length=100_000,
        required=False,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )


def scale_choices() -> list[tuple[str, Any]]:
    """The scales of grades this server knows."""
    known = scales().items()
    return [
        ("", _("No grade asked")),
        *((code, SCALES.get(code, one["title"])) for code, one in known),
    ]


class Chosen(forms.MultipleChoiceField):
    """Things that were searched for: whatever was on offer when it was ticked is taken."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: Any) -> bool:
        """Any word; what the rules make of it is said by their reader."""
        return 0 < len(str(value)) <= 20_000


class Sections:
    """The fields of a form with a finder, in the groups its page shows them in."""

    finder_title: Any = _("Which credentials")

    def _rows(self, names: Any) -> list[Any]:
        form: Any = self
        return [form[one] for one in names if one in form.fields]

    @property
    def chosen_fields(self) -> list[Any]:
        """What was found or ticked; a field with nothing to tick is left out."""
        rows = self._rows((*CHOSEN, "first", "then", "use", "instead_of"))
        return [one for one in rows if one.field.choices]

    @property
    def own_fields(self) -> list[Any]:
        """What only this form has."""
        form: Any = self
        others = {*CHOSEN, *PLAIN, *RARE, "find", "word", "first", "then", "use", "instead_of"}
        own = [one for one in form.fields if one not in others]
        return self._rows(sorted(own, key=lambda one: one != "title"))  # the name first

    @property
    def plain_fields(self) -> list[Any]:
        """Everyday conditions."""
        return self._rows(PLAIN)

    @property
    def address_fields(self) -> list[Any]:
        """Addresses and rarer conditions."""
        return self._rows(RARE)

    @property
    def plain_open(self) -> bool:
        """Whether something is set there, or wrong."""
        return any(one.errors or one.value() for one in self.plain_fields)

    @property
    def address_open(self) -> bool:
        """Whether something is set there, or wrong."""
        return any(one.errors or one.value() for one in self.address_fields)


class SelectForm(Sections, forms.Form):
    """Predicates on one credential; what stands empty asks nothing."""

    find = forms.CharField(
        label=_("Find on this server"),
        max_length=200,
        required=False,
        help_text=_(
            "Achievements of any issuer, issuers, skills; found ones appear below to tick."
        ),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    achievement = Chosen(label=_("Any of these achievements"), required=False)
    issuer = Chosen(label=_("Issued by any of"), required=False)
    skill = Chosen(label=_("Showing any of these skills"), required=False)
    not_applied_to = Chosen(label=_("Not used already for"), required=False)
    kind = forms.MultipleChoiceField(
        label=_("Classes of credential"),
        choices=[(one, KINDS[one]) for one in CLASSES],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    level_min = forms.ChoiceField(label=_("Lowest EQF level"), choices=LEVELS, required=False)
    level_max = forms.ChoiceField(label=_("Highest EQF level"), choices=LEVELS, required=False)
    field = forms.CharField(
        label=_("Fields of study"),
        max_length=2_000,
        required=False,
        help_text=_("Beginnings of ISCED-F codes with commas between them, such as 06, 0541."),
    )
    credits_min = number_field(_("Credits of each, at least"))
    max_age_years = number_field(_("Not older than, in years"))
    supervision_min = forms.ChoiceField(label=_("Supervision"), choices=SUPERVISION, required=False)
    evidence_min = forms.ChoiceField(
        label=_("Strength of evidence"), choices=EVIDENCE, required=False
    )
    grade_value = forms.CharField(label=_("Grade, at least"), max_length=60, required=False)
    grade_scale = forms.ChoiceField(label=_("On the scale"), required=False)
    grade_policy = forms.ChoiceField(
        label=_("Grades of other scales"),
        required=False,
        help_text=_("Without a policy a grade of another scale stays undecided."),
    )
    from_scale = forms.CharField(
        label=_("Other scale"),
        max_length=200,
        required=False,
        help_text=_(
            "For the modified Bavarian formula: which scale, its best mark, its lowest pass."
        ),
    )
    from_best = number_field(_("Best mark there"))
    from_lowest_pass = number_field(_("Lowest pass there"))
    verified = forms.BooleanField(
        label=_("Only verified credentials"),
        required=False,
        help_text=_("Not what somebody only states."),
    )
    achievement_more = addresses_field(
        _("Achievements by address"), _("Of issuers elsewhere; one address on each line.")
    )
    issuer_more = addresses_field(_("Issuers by address"), _("Such as a DID; one on each line."))
    skill_more = addresses_field(_("Skills by address"), _("Such as ESCO; one on each line."))
    not_applied_to_more = addresses_field(_("Awards by address"))
    issuer_class = forms.CharField(
        label=_("Classes of issuer"),
        max_length=2_000,
        required=False,
        help_text=_(
            "What an organisation of this server is: university, college, training-provider, "
            "industry-association, employer, quality-agency; with commas between them."
        ),
    )
    holding_id = addresses_field(_("Single credentials by id"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["grade_scale"].choices = scale_choices()
        fields["grade_policy"].choices = [
            ("", _("None")),
            *((one, POLICIES.get(one, one)) for one in grade_policies()),
        ]
        self.found = finding.search(str(self._now("find") or ""))
        for name in CHOSEN:
            ticked = " ".join(self._all(name)).split()[:MANY]
            options = dict(finding.known(name, ticked)) | dict(self.found.of(name))
            fields[name].choices = list(options.items())
            if not self.is_bound:
                self.initial[name] = [value for value, _label in finding.known(name, ticked)]

    def _now(self, name: str) -> Any:
        return self.data.get(self.add_prefix(name)) if self.is_bound else self.initial.get(name)

    def _all(self, name: str) -> list[str]:
        if not self.is_bound:
            return [str(one) for one in self.initial.get(name, [])]
        return [str(one)[:20_000] for one in self.data.getlist(self.add_prefix(name))][:MANY]

    def select(self) -> Json:
        """The select as JSON, without what asks nothing."""
        found = self.cleaned_data
        made: Json = {}
        for name in CHOSEN:
            words = " ".join(found[name]).split() + found[f"{name}_more"].split()
            made[name] = list(dict.fromkeys(words))
        made["class"] = found["kind"]
        made["id"] = found["holding_id"].split()
        for name in ("field", "issuer_class"):
            made[name] = [one.strip() for one in found[name].split(",") if one.strip()]
        for name in ("credits_min", "max_age_years"):
            made[name] = plain(found[name])
        for name in ("level_min", "level_max", "evidence_min"):
            made[name] = int(found[name]) if found[name] else None
        made["supervision_min"] = found["supervision_min"]
        made["verified"] = found["verified"] or None
        made["grade_min"] = self._grade(found)
        return {name: value for name, value in made.items() if value not in (None, "", [])}

    @staticmethod
    def _grade(found: Mapping[str, Any]) -> Json | None:
        wanted = ("grade_value", "grade_scale", "grade_policy", "from_scale")
        if not any(found[name] for name in wanted):
            return None
        made: Json = {"value": found["grade_value"], "scale": found["grade_scale"]}
        if found["grade_policy"]:
            made["policy"] = found["grade_policy"]
        if found["from_scale"]:
            marks = {name: plain(found[f"from_{name}"]) for name in ("best", "lowest_pass")}
            known = {name: value for name, value in marks.items() if value is not None}
            made["from"] = {"scale": found["from_scale"], **known}
        return made


def plain(value: Decimal | None) -> int | float | None:
    """A number as JSON has it."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def select_initial(select: Mapping[str, Any]) -> Json:
    """What the form begins with."""
    grade = select.get("grade_min") or {}
    source = grade.get("from") or {}
    level = select.get("level")
    return {
        **{name: _list(select.get(name)) for name in CHOSEN},
        "kind": _list(select.get("class")),
        "holding_id": "\n".join(_list(select.get("id"))),
        "field": ", ".join(_list(select.get("field"))),
        "issuer_class": ", ".join(_list(select.get("issuer_class"))),
        "level_min": str(select.get("level_min", level) or ""),
        "level_max": str(select.get("level_max", level) or ""),
        "credits_min": select.get("credits_min"),
        "max_age_years": select.get("max_age_years"),
        "supervision_min": select.get("supervision_min", ""),
        "evidence_min": str(select.get("evidence_min") or ""),
        "verified": select.get("verified", False),
        "grade_value": grade.get("value", ""),
        "grade_scale": grade.get("scale", ""),
        "grade_policy": grade.get("policy", ""),
        "from_scale": source.get("scale", ""),
        "from_best": source.get("best"),
        "from_lowest_pass": source.get("lowest_pass"),
    }


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
