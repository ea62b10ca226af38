"""The form of an offering."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from stackmark_web.catalogue import vocabulary as words
from stackmark_web.catalogue.forms import address, day, line
from stackmark_web.catalogue.models import Offering


class OfferingForm(forms.Form):
    """When, where and for how much."""

    title = line(_l("Name"), _l("To tell it from others. For example: Evening group."), limit=120)
    starts_on = day(_l("Starts"), _l("Leave it empty when one can begin at any time."))
    ends_on = day(_l("Ends"))
    apply_by = day(_l("Apply by"))
    delivery = forms.ChoiceField(label=_l("Delivery"), choices=Offering.Delivery.choices)
    place = line(_l("Place"), _l("For example: Northfield, room 12."), limit=200)
    language = forms.ChoiceField(label=_l("Language"), required=False)
    seats = forms.IntegerField(
        label=_l("Seats"),
        help_text=_l("For example: 24. Leave it empty when there is no limit."),
        required=False,
        min_value=1,
        max_value=1_000_000,
    )
    price = forms.DecimalField(
        label=_l("Price"),
        help_text=_l("For example: 120.00. Write 0 when it is free; empty means unknown."),
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
    )
    currency = line(_l("Currency"), _l("Three letters. For example: EUR."), limit=3)
    enrol_url = address(_l("Where to enrol"), _l("For example: https://example.org/enrol."))

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        named = sorted(words.LANGUAGES.items(), key=lambda row: str(row[1]))
        self.fields["language"].choices = [("", _("Not said")), *named]  # type: ignore[attr-defined]  # a ChoiceField

    def clean_currency(self) -> str:
        """Three capital letters."""
        code = str(self.cleaned_data["currency"] or "").upper()
        if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
            raise forms.ValidationError(_("A currency has three letters, such as EUR."))
        return code

    def clean(self) -> dict[str, Any]:
        """Days in order; a price with its currency."""
        found = super().clean() or {}
        starts, ends = found.get("starts_on"), found.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", _("It ends before it starts; exchange the two days."))
        if found.get("price") and not found.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("In which currency?"))
        return found
