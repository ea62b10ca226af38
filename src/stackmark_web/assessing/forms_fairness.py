"""The forms of the fairness report: what is asked, and what is declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark_web.assessing.actions.fairness import LEAST


class PolicyForm(forms.Form):
    """Whether and what an institution asks."""

    is_on = forms.BooleanField(
        label=_("Offer people to declare groups, and show us totals"),
        required=False,
        help_text=_("Off by default. Turning it off deletes everything that was declared."),
    )
    categories = forms.MultipleChoiceField(
        label=_("What people may declare"), required=False, widget=forms.CheckboxSelectMultiple
    )
    purpose = forms.CharField(
        label=_("What you will do with it"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One or two sentences. Everybody who is asked reads them."),
    )
    least = forms.IntegerField(
        label=_("Fewest people of a group that is shown"), min_value=LEAST, max_value=1_000
    )

    def __init__(
        self, *args: Any, policy: Any, known: Mapping[str, Mapping[str, Any]], **kwargs: Any
    ) -> None:
        kwargs.setdefault(
            "initial",
            {
                "is_on": policy.is_on,
                "categories": list(policy.categories),
                "purpose": policy.purpose,
                "least": policy.least,
            },
        )
        super().__init__(*args, **kwargs)
        field: Any = self.fields["categories"]
        field.choices = [
            (code, f"{one['label']} ({', '.join(one['values'].values())})")
            for code, one in known.items()
        ]


class DeclareForm(forms.Form):
    """Nothing is required; an empty choice is no answer."""

    def __init__(
        self,
        *args: Any,
        asked: Mapping[str, Mapping[str, Any]],
        stored: Mapping[str, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._asked = list(asked)
        for code, one in asked.items():
            self.fields[code] = forms.ChoiceField(
                label=one["label"],
                required=False,
                choices=[("", _("I do not say")), *one["values"].items()],
                initial=stored.get(code, ""),
            )
        self.fields["consent"] = forms.BooleanField(
            label=_("I agree to the words above"), required=False
        )

    def values(self) -> dict[str, Any]:
        """What ``actions.declare`` takes."""
        found = self.cleaned_data
        return {
            "values": {code: found.get(code, "") for code in self._asked},
            "consents": bool(found.get("consent")),
        }
