"""Forms of approvals."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class RulesForm(forms.Form):
    """What needs a second person."""

    publishing = forms.BooleanField(
        label=_("Publishing a version of an achievement"),
        required=False,
        help_text=_("Who wrote in it cannot approve it."),
    )
    revoking = forms.BooleanField(
        label=_("Revoking, suspending, reinstating or replacing a credential"), required=False
    )
    keys = forms.BooleanField(
        label=_("Making, replacing or revoking a key, and moving the identity"),
        required=False,
        help_text=_("Also when a key was stolen: see that two people can be reached."),
    )
    bulk = forms.BooleanField(label=_("Awarding to many"), required=False)
    bulk_over = forms.IntegerField(
        label=_("From how many on"),
        min_value=0,
        max_value=1_000_000,
        required=False,
        initial=50,
        help_text=_(
            "More than so many credentials by one person in 24 hours, in one file or in several."
        ),
    )
    watched = forms.MultipleChoiceField(
        label=_("Achievements that always need two"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Every award of them, their publication and revocation."),
    )

    def __init__(
        self, *args: Any, root: bool, achievements: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["watched"].choices = achievements  # type: ignore[attr-defined]
        if not achievements:
            del self.fields["watched"]
        if not root:
            del self.fields["keys"]  # keys are the institution's

    def rules(self) -> dict[str, Any]:
        """As ``actions.set_policy`` takes them."""
        given = self.cleaned_data
        limit = given.get("bulk_over")
        return {
            "publishing": given["publishing"],
            "revoking": given["revoking"],
            "keys": given.get("keys", False),
            "bulk_over": (50 if limit is None else limit) if given["bulk"] else None,
            "watched": sorted(given.get("watched", ())),
        }


class WordsForm(forms.Form):
    """A reason."""

    words = forms.CharField(max_length=1_000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, label: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = label
