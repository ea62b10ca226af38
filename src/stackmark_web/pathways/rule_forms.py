"""A rule, a group, a limit, a substitute: each as a form that gives its JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark_web.pathways import finding, tree
from stackmark_web.pathways.select_form import (
    Sections,
    SelectForm,
    addresses_field,
    number_field,
    plain,
    scale_choices,
    select_initial,
)

Json = dict[str, Any]
TITLE: Final[Any] = {
    "label": _("Name"),
    "max_length": 200,
    "required": False,
    "help_text": _("Such as “Core” or “Electives”; learners see it."),
}


class LeafForm(SelectForm):
    """How many credentials or credits, and of which."""

    word = forms.ChoiceField(
        label=_("What is asked"),
        choices=[
            ("count", _("A number of credentials")),
            ("credits", _("A sum of credits")),
            ("capstone", _("One capstone, for which nothing may stand in")),
        ],
        widget=forms.RadioSelect,
    )
    title = forms.CharField(**TITLE)
    min = number_field(_("At least"))
    max = number_field(_("At most"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        least: Any = self.fields["min"]
        least.need = _("needed, but for a capstone")

    def part(self) -> Json:
        """The rule as JSON."""
        found = self.cleaned_data
        body: Json = {"select": self.select()}
        if found["word"] != "capstone":
            body |= _some(min=plain(found["min"]), max=plain(found["max"]))
        return {**_titled(found), found["word"]: body}


def leaf_initial(node: Mapping[str, Any]) -> Json:
    """What the form of a rule begins with."""
    word = tree.word_of(node)
    body = node[word]
    return {
        **select_initial(body.get("select", {})),
        "word": word,
        "title": node.get("title", ""),
        "min": body.get("min"),
        "max": body.get("max"),
    }


class GroupForm(forms.Form):
    """How many of the rules in a group have to be met."""

    word = forms.ChoiceField(
        label=_("How many of the rules in it have to be met"),
        choices=[
            ("all", _("All of them")),
            ("any", _("At least one")),
            ("at_least", _("At least as many as I say")),
        ],
        widget=forms.RadioSelect,
    )
    k = forms.IntegerField(label=_("How many"), min_value=0, max_value=2_000, required=False)
    title = forms.CharField(**TITLE)

    def part(self, rows: list[Json]) -> Json:
        """The group as JSON, with the rules that stand in it."""
        found = self.cleaned_data
        k = 1 if found["k"] is None else found["k"]
        return {**_titled(found), **tree.grouped(found["word"], rows, k)}


def group_initial(node: Mapping[str, Any]) -> Json:
    """What the form of a group begins with."""
    word = tree.word_of(node)
    k = node[word]["k"] if word == "at_least" else None
    return {"word": word, "k": k, "title": node.get("title", "")}


# -- limits -------------------------------------------------------------------------------------


class _Limit(forms.Form):
    word = ""
    body: Any  # each limit's own function: what stands under its word
    title = forms.CharField(**TITLE)

    def part(self) -> Json:
        """The limit as JSON."""
        return {**_titled(self.cleaned_data), self.word: self.body()}


class _Most(forms.Form):
    max_credits = number_field(_("At most so many credits"))
    max_share = number_field(
        _("At most so much of what is used, in percent"),
        most=100,
        help_text=_("With both, the larger one counts."),
    )

    def bounds(self) -> Json:
        found = self.cleaned_data
        return _some(max_credits=plain(found["max_credits"]), max_share=_part(found["max_share"]))


class _Least(forms.Form):
    min_credits = number_field(_("At least so many credits"))
    min_share = number_field(_("At least so much of what is used, in percent"), most=100)

    def bounds(self) -> Json:
        found = self.cleaned_data
        return _some(min_credits=plain(found["min_credits"]), min_share=_part(found["min_share"]))


class CapForm(_Limit, _Most, SelectForm):
    """No more than so much from these."""

    word = "cap"

    def body(self) -> Json:
        return {"select": self.select(), **self.bounds()}


class ResidencyForm(_Limit, _Least, SelectForm):
    """At least so much from these."""

    word = "residency"

    def body(self) -> Json:
        return {"select": self.select(), **self.bounds()}


class LevelMixForm(_Limit, _Most):
    """No more than so much below a level."""

    word = "level_mix"
    level_below = forms.IntegerField(label=_("Below EQF level"), min_value=1, max_value=9)

    def body(self) -> Json:
        return {"level_below": self.cleaned_data["level_below"], **self.bounds()}


class LevelFloorForm(_Limit, _Least):
    """At least so much at a level or above."""

    word = "level_floor"
    level_at_least = forms.IntegerField(label=_("At EQF level or above"), min_value=1, max_value=8)

    def body(self) -> Json:
        return {"level_at_least": self.cleaned_data["level_at_least"], **self.bounds()}


class GradeForm(_Limit, SelectForm):
    """A mean grade over what is used."""

    word = "gpa"
    min = number_field(_("Mean grade, at least"))
    scale = forms.ChoiceField(label=_("Scale of the mean"), required=False)
    lower_is_better = forms.BooleanField(
        label=_("On this scale a lower number is better"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["scale"].choices = scale_choices()

    def body(self) -> Json:
        found = self.cleaned_data
        return {
            **_some(min=plain(found["min"])),
            "scale": found["scale"],
            "higher_is_better": not found["lower_is_better"],
            **_selected(self),
        }


class AgeForm(_Limit, SelectForm):
    """What is older does not count."""

    word = "max_age_years"
    years = number_field(_("Counts for so many years from its award"))

    def part(self) -> Json:
        found = self.cleaned_data
        years = _some(max_age_years=plain(found["years"])) or {"max_age_years": None}
        return {**_titled(found), **years, **_selected(self)}


class ShareForm(_Limit):
    """Two rules that may use the same credentials."""

    word = "share"
    a = forms.ChoiceField(label=_("What serves"))
    b = forms.ChoiceField(label=_("May serve too"))
    max_credits = number_field(_("Up to so many credits in all"))

    def __init__(self, *args: Any, rules: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        names = [(one["id"], one.get("title") or one["id"]) for one in tree.walk(rules["rule"])]
        fields["a"].choices = fields["b"].choices = [("", "–"), *names]

    def body(self) -> Json:
        found = self.cleaned_data
        return {"a": found["a"], "b": found["b"], **_some(max_credits=plain(found["max_credits"]))}


class GroupsForm(_Limit, SelectForm):
    """Achievements of which one counts, or that come one after another."""

    groups = addresses_field(
        _("Groups by address"),
        _("One group on each line: the addresses of its achievements with spaces between them."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name not in ("title", "find", "achievement", "groups"):
                del self.fields[name]
        self.fields["achievement"].label = _("These achievements")

    def body(self) -> Any:
        found = self.cleaned_data
        rows = [line.split() for line in found["groups"].splitlines() if line.strip()]
        ticked = list(dict.fromkeys(" ".join(found["achievement"]).split()))
        return [ticked, *rows] if ticked else rows


class ExcludeForm(GroupsForm):
    """Of these only one counts."""

    word = "exclude"


class EquivalentForm(GroupsForm):
    """These are the same learning."""

    word = "equivalent"


class BeforeForm(Sections, _Limit):
    """One has to be awarded before another."""

    word = "before"
    find = SelectForm.base_fields["find"]
    first = forms.ChoiceField(label=_("First"), required=False)
    then = forms.ChoiceField(label=_("Then"), required=False)
    pairs = addresses_field(
        _("Pairs by address"),
        _("One pair on each line: the address of the first, a space, that of the second."),
    )

    def __init__(self, *args: Any, named: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = _pick(self, named, ("first", "then"))

    def body(self) -> Any:
        found = self.cleaned_data
        rows = [line.split() for line in found["pairs"].splitlines() if line.strip()]
        one, other = found["first"].split(), found["then"].split()
        return [*([a, b] for a in one for b in other), *rows]


class SubstituteForm(Sections, forms.Form):
    """What may stand for what, who approved it and why."""

    find = SelectForm.base_fields["find"]
    use = forms.ChoiceField(label=_("This may be used"), required=False)
    use_more = forms.CharField(label=_("Or its address"), max_length=2_000, required=False)
    instead_of = forms.ChoiceField(label=_("Instead of"), required=False)
    instead_of_more = forms.CharField(
        label=_("Or the address of that"), max_length=2_000, required=False
    )
    approved_by = forms.CharField(
        label=_("Approved by"),
        max_length=2_000,
        required=False,
        help_text=_("A board, an office or a person in office; it stands in the public rules."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=2_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, named: Iterable[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = _pick(self, named, ("use", "instead_of"))

    def rows(self) -> list[Json]:
        """Substitutes as JSON: one for each pair of versions."""
        found = self.cleaned_data
        said = {"approved_by": found["approved_by"].strip(), "reason": found["reason"].strip()}
        use = found["use_more"].split() or found["use"].split() or [""]
        old = found["instead_of_more"].split() or found["instead_of"].split() or [""]
        return [{"use": a, "instead_of": b, **said} for a in use for b in old]


LIMIT_FORMS: Final[dict[str, tuple[Any, Any]]] = {
    "residency": (ResidencyForm, _("Residency: at least so much from certain issuers")),
    "cap": (CapForm, _("Cap: at most so much from certain credentials")),
    "level_floor": (LevelFloorForm, _("At least so much at a level or above")),
    "level_mix": (LevelMixForm, _("At most so much below a level")),
    "max_age_years": (AgeForm, _("Age: what is older does not count")),
    "gpa": (GradeForm, _("Mean grade")),
    "share": (ShareForm, _("Sharing: two rules may use the same credentials")),
    "exclude": (ExcludeForm, _("Exclusion: of these only one counts")),
    "equivalent": (EquivalentForm, _("Equivalence: these are the same learning")),
    "before": (BeforeForm, _("Order: one comes before another")),
}


def limit_initial(limit: Mapping[str, Any]) -> Json:
    """What the form of a limit begins with."""
    word = tree.word_of(limit)
    made: Json = {"title": limit.get("title", "")}
    if word == "max_age_years":
        years = {"years": limit["max_age_years"]}
        return {**select_initial(limit.get("select", {})), **years, **made}
    body = limit[word]
    if word in ("exclude", "equivalent"):
        first, *rest = body
        rows = "\n".join(" ".join(one) for one in rest)
        return {**made, "achievement": first, "groups": rows}
    if word == "before":
        return {**made, "pairs": "\n".join(" ".join(one) for one in body)}
    made |= {name: value for name, value in body.items() if name != "select"}
    for name in ("max_share", "min_share"):
        if name in made:
            made[name] = round(made[name] * 100, 4)
    made["lower_is_better"] = not made.pop("higher_is_better", True)
    return {**select_initial(body.get("select", {})), **made}


def _pick(form: Any, named: Iterable[str], names: tuple[str, str]) -> Any:
    """The achievements the rules name, and those found, as choices of two fields."""
    text = form.data.get("find") if form.is_bound else ""
    found = finding.search(str(text or ""))
    given = [str(form.data.get(one) or "")[:20_000] for one in names] if form.is_bound else []
    rows = [*named, *(form.initial.get(one, "") for one in names), *given]
    options = dict(finding.known("achievement", " ".join(rows).split())) | dict(found.achievement)
    for one in names:
        form.fields[one].choices = [("", "–"), *options.items()]
        if not form.is_bound and form.initial.get(one):
            wanted = form.initial[one]
            form.initial[one] = next((v for v in options if wanted in v.split()), wanted)
    return found


def _titled(found: Mapping[str, Any]) -> Json:
    return {"title": found["title"]} if found.get("title") else {}


def _selected(form: SelectForm) -> Json:
    select = form.select()
    return {"select": select} if select else {}


def _part(percent: Any) -> int | float | None:
    return None if percent is None else plain(percent / 100)


def _some(**members: Any) -> Json:
    return {name: value for name, value in members.items() if value is not None}
