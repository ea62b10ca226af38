"""Forms around one award. What they leave out (state, organisation, holder) nobody can send in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any, Final

from django import forms
from django.conf import global_settings
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from stackmark_web import clock
from stackmark_web.awarding import checks
from stackmark_web.awarding.models import Award
from stackmark_web.awarding.sheet_choices import Choices, Terms
from stackmark_web.catalogue.queries import descriptor_of
from stackmark_web.ui.text import day_text

_DAY: Final = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_LAST: Final = time(23, 59, 59)


class EvidenceForm(forms.Form):
    """One piece of evidence; any of its cells may be empty."""

    url = forms.CharField(
        label=_("Web address"),
        required=False,
        max_length=2_000,
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://"}),
    )
    name = forms.CharField(label=_("What it is"), required=False, max_length=300)
    text = forms.CharField(
        label=_("What it shows"),
        required=False,
        max_length=checks.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


EvidenceSet = forms.formset_factory(
    EvidenceForm, extra=1, max_num=checks.MAX_EVIDENCE, absolute_max=checks.MAX_EVIDENCE
)


class ContentForm(forms.Form):
    """What the credential says of one person; shared by new awards and corrections."""

    recipient_name = forms.CharField(
        label=_("Name"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("As it should stand on the credential and in the letter."),
    )
    name_in_credential = forms.BooleanField(
        label=_("Write the name into the credential"),
        required=False,
        help_text=_("Then anybody who is shown it can read the name and compare it."),
    )
    external_id = forms.CharField(
        label=_("Your own number"),
        max_length=200,
        required=False,
        help_text=_("A student or enrolment number, for your lists. It is not in the credential."),
    )
    valid_from = forms.DateField(
        label=_("Issued on"), required=False, widget=_DAY, help_text=_("Empty means today.")
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        widget=_DAY,
        help_text=_("The last day on which it counts. Empty means it does not expire."),
    )
    narrative = forms.CharField(
        label=_("What this person did"),
        required=False,
        max_length=checks.MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("In Markdown. Everybody who is shown the credential can read it."),
    )
    suspendable = forms.BooleanField(
        label=_("It may be put on hold"),
        required=False,
        help_text=_(
            "For licences and the like. It can be suspended and reinstated; checkers elsewhere "
            "will call it suspended even when it is revoked."
        ),
    )

    def fields_for_award(self) -> dict[str, Any]:
        """The cleaned values as ``create_award`` and ``correct`` take them."""
        found = dict(self.cleaned_data)
        found["valid_from"] = _begin(found["valid_from"])
        found["valid_until"] = _end(found["valid_until"])
        return found


class AwardForm(ContentForm):
    """A new award for one person, or a draft being changed."""

    field_order = ("recipient_email", "recipient_name")

    recipient_email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("The claim link goes here. The credential holds a salted hash of it only."),
    )
    locale = forms.ChoiceField(label=_("Language of the letters"), required=False)
    send_at = forms.DateTimeField(
        label=_("Send later"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Time in UTC. Empty means at once."),
    )
    claim_by = forms.DateField(
        label=_("To be claimed by"),
        required=False,
        widget=_DAY,
        help_text=_("The last day. Empty means the link works for 90 days and can be sent again."),
    )
    nonce = forms.CharField(widget=forms.HiddenInput, max_length=80)
    again = forms.BooleanField(  # shown only once there is such an award
        label=_("Yes, award it to this person once more"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        same = _("As the achievement")
        self.fields["locale"].choices = [
            ("", same),
            *((code, gettext(name)) for code, name in global_settings.LANGUAGES),
        ]  # type: ignore[attr-defined]  # a ChoiceField

    def fields_for_award(self) -> dict[str, Any]:
        """As ``ContentForm``; without what is about the form itself."""
        found = super().fields_for_award()
        found["claim_by"] = _end(found["claim_by"])
        found.pop("nonce")
        return found


def _begin(day: date | None) -> datetime | None:
    """The first moment of a day; of today: now, so that nothing is valid before it was made."""
    if day is None or day == clock.today():
        return None
    return datetime.combine(day, time(), UTC)


def _end(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, _LAST, UTC)


def usual_end(version: Any) -> date | None:
    """The last day of a credential issued today, as the achievement says."""
    found = Terms(version, Choices(), now=clock.now()).usual_end(clock.now())
    return None if found is None else found.date()


def explain_end(form: forms.Form, version: Any) -> None:
    """Say at "Valid until" what the achievement says, and that an empty field overrules it."""
    validity = descriptor_of(version).validity
    months = None if validity is None else validity.months
    if validity is not None and validity.until is not None:
        said = _("The achievement ends on %(day)s.") % {"day": day_text(validity.until)}
    elif months is not None:
        said = ngettext(
            "The achievement says %(n)s month from the day of issue.",
            "The achievement says %(n)s months from the day of issue.",
            months,
        ) % {"n": months}
    else:
        return
    field = form.fields["valid_until"]
    field.help_text = " ".join(
        (
            gettext("The last day on which it counts."),
            str(said),
            gettext("Empty means that this one does not expire all the same."),
        )
    )


def initial_of(award: Award) -> dict[str, Any]:
    """What a form about an award begins with."""
    names = (*ContentForm.base_fields, "recipient_email", "locale", "send_at", "claim_by")
    found = {name: getattr(award, name) for name in names}
    for name in ("valid_from", "valid_until", "claim_by"):
        found[name] = found[name].date() if found[name] else None
    return found


class CorrectForm(ContentForm):
    """What may be put right in a credential that was issued."""

    note = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For your own records; nobody outside sees it."),
    )


class AddressForm(forms.Form):
    """Where it should have gone."""

    recipient_email = forms.CharField(
        label=_("The right address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


class SuspendForm(forms.Form):
    """Put on hold."""

    reason = forms.CharField(
        label=_("What to tell the holder"), max_length=200, help_text=_("One sentence.")
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For your own records; nobody outside sees it."),
    )


class RevokeForm(SuspendForm):
    """Withdraw for good."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=Award.RevocationReason.choices,
        widget=forms.RadioSelect,
        help_text=_("The holder is told. The public sees the date, not the reason."),
    )


class AppealForm(forms.Form):
    """What the holder says."""

    text = forms.CharField(
        label=_("Why is the revocation wrong?"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )


class DecisionForm(forms.Form):
    """How an appeal ends."""

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=(
            ("upheld", _("The revocation stands")),
            ("reversed", _("The holder is right: issue it anew")),
        ),
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label=_("Your reasons"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The holder reads them."),
    )
