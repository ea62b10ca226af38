"""The badge composer's forms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from stackmark.errors import UsageError
from stackmark.rendering.badge_art import (
    MAX_INITIALS,
    MAX_RING,
    MAX_SUB,
    MAX_TITLE,
    SHAPES,
    BadgeArt,
    icon_names,
    icon_shapes,
)
from stackmark_web.catalogue.art import logo_of
from stackmark_web.catalogue.icon_words import ICONS
from stackmark_web.tenancy.models import Organisation

_SHAPE_NAMES: Final = {
    "hexagon": _("Hexagon"),
    "circle": _("Circle"),
    "shield": _("Shield"),
    "rosette": _("Rosette"),
    "star": _("Star"),
    "arch": _("Arch"),
    "square": _("Square"),
    "diamond": _("Diamond"),
}


def _icon_label(name: str) -> Any:
    drawn = mark_safe(icon_shapes(name))  # noqa: S308 - from the package's own files
    return format_html(
        '<svg class="art-icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>'
        '<span class="visually-hidden">{}</span>',
        drawn,
        ICONS.get(name, name),
    )


def _colour(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "color", "list": "palette"})
    return forms.CharField(
        label=label, help_text=help_text, max_length=7, required=False, widget=widget
    )


class ArtForm(forms.Form):
    """Everything a badge is composed of."""

    title = forms.CharField(
        label=_("Text"), max_length=MAX_TITLE, help_text=_("For example: Soil sampling.")
    )
    sub = forms.CharField(
        label=_("Small plate"),
        max_length=MAX_SUB,
        required=False,
        help_text=_("A level or a year. For example: EQF 5."),
    )
    ring = forms.CharField(
        label=_("Around the edge"),
        max_length=MAX_RING,
        required=False,
        help_text=_("For example: Northfield University."),
    )
    shape = forms.ChoiceField(
        label=_("Shape"),
        choices=[(one, _SHAPE_NAMES.get(one, one.capitalize())) for one in SHAPES],
        widget=forms.RadioSelect,
    )
    background = _colour(_("Ground"), _("The text takes the colour that reads best on it."))
    accent = _colour(_("Ornament"))
    icon = forms.ChoiceField(label=_("Picture"), required=False, widget=forms.RadioSelect)
    mark = forms.ChoiceField(
        label=_("Your mark"), required=False, widget=forms.RadioSelect, help_text=_("At the foot.")
    )
    initials = forms.CharField(
        label=_("Initials"),
        max_length=MAX_INITIALS,
        required=False,
        help_text=_("Up to four letters. For example: NU."),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self.organisation = organisation
        icons = [("", _("None")), *((one, _icon_label(one)) for one in icon_names())]
        self.fields["icon"].choices = icons  # type: ignore[attr-defined]  # a ChoiceField
        marks = [("", _("None")), ("initials", _("Initials"))]
        if organisation.logo_id:
            marks.append(("logo", _("Logo")))
        self.fields["mark"].choices = marks  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """Let the drawing itself say what it cannot draw."""
        found = super().clean() or {}
        if not self.errors:
            try:
                self.art = BadgeArt(**self._values(found))
            except UsageError as error:
                self._blame(error)
        return found

    def _values(self, found: Mapping[str, Any]) -> dict[str, str]:
        names = ("title", "sub", "ring", "shape", "icon", "background", "accent")
        values = {name: found[name] for name in names if found.get(name) or name == "icon"}
        if found.get("mark") == "logo":
            values["logo"] = logo_of(self.organisation)
        if found.get("mark") == "initials":
            values["initials"] = found.get("initials", "")
        return values

    def _blame(self, error: UsageError) -> None:
        name, _colon, sentence = error.detail.partition(": ")
        self.add_error(name if name in self.fields else None, sentence or error.detail)


def initial(art: BadgeArt) -> dict[str, str]:
    """What the composer shows for art there already is."""
    names = ("title", "sub", "ring", "shape", "background", "accent", "icon", "initials")
    mark = "logo" if art.logo else "initials" if art.initials else ""
    return {"mark": mark, **{name: getattr(art, name) for name in names}}


class UploadForm(forms.Form):
    """A picture of one's own."""

    picture = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG, JPEG, WebP, still GIF or SVG, square if possible, up to 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.webp,.gif,.svg"}),
    )
