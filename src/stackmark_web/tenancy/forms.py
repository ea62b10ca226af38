"""Forms of an organisation's pages. Rules live in ``identifiers`` and the actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, TypeVar

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from stackmark.errors import StackmarkError
from stackmark_web.tenancy.countries import COUNTRIES
from stackmark_web.tenancy.models import Domain, Handover, Organisation, Role
from stackmark_web.tenancy.words import ROLE_WORDS

T = TypeVar("T")
_COUNTRY_CHOICES = [("", _("Not said")), *COUNTRIES.items()]
_ROLES = [
    (role.value, format_lazy("{}: {}", role.label, ROLE_WORDS[role]))  # Owner: may do …
    for role in Role
]
_UNIT_KINDS = [choice for choice in Organisation.UnitKind.choices if choice[0] != "institution"]


def attempt(form: forms.Form, action: Callable[[], T]) -> T | None:
    """What an action gives; a refusal becomes an error of the field it names, or of the form."""
    try:
        return action()
    except StackmarkError as error:
        field = error.reason.partition(".")[2].replace("-", "_")
        form.add_error(field if field in form.fields else None, error.detail)
        return None


class NewOrganisationForm(forms.Form):
    """Only what is needed to begin; the rest can follow."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_("As people know it. The full legal name comes later."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"), choices=Organisation.Kind.choices, widget=forms.RadioSelect
    )
    country = forms.ChoiceField(label=_("Country"), choices=_COUNTRY_CHOICES, required=False)
    website = forms.CharField(
        label=_("Website"),
        max_length=200,
        required=False,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )
    slug = forms.CharField(
        label=_("Address here"),
        max_length=60,
        required=False,
        help_text=_(
            "A short word for this organisation's page and identity. It cannot be changed later. "
            "Left empty, it is made from the name."
        ),
    )


class SettingsForm(forms.Form):
    """Everything that says which organisation this is."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices)
    legal_name = forms.CharField(
        label=_("Legal name"),
        max_length=200,
        required=False,
        help_text=_("As in the register of companies or the law that founded it."),
    )
    description = forms.CharField(
        label=_("Description"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Two or three sentences for the public page."),
    )
    country = forms.ChoiceField(label=_("Country"), choices=_COUNTRY_CHOICES, required=False)
    website = forms.CharField(
        label=_("Website"), max_length=200, required=False, widget=forms.URLInput
    )
    email = forms.CharField(
        label=_("Public e-mail address"),
        max_length=254,
        required=False,
        widget=forms.EmailInput,
        help_text=_("Where anybody with a question about a credential may write."),
    )
    ror = forms.CharField(
        label=_("ROR id"),
        max_length=60,
        required=False,
        help_text=_("From ror.org, like https://ror.org/04s49ft91."),
    )
    erasmus_code = forms.CharField(
        label=_("Erasmus code"), max_length=20, required=False, help_text=_("Like IRLDUBLIN01.")
    )
    deqar_id = forms.CharField(
        label=_("DEQAR id"),
        max_length=40,
        required=False,
        help_text=_("From the register of quality-assured institutions, like DEQARINST0034."),
    )
    linkedin_id = forms.CharField(
        label=_("LinkedIn page number"),
        max_length=20,
        required=False,
        help_text=_("Lets people add credentials to LinkedIn under your page."),
    )
    four_eyes = forms.BooleanField(
        label=_("A second person publishes"),
        required=False,
        help_text=_("A reviewer who did not write in it decides first, with signed reasons."),
    )
    withholds_holders = forms.BooleanField(
        label=_("Do not show how many hold a credential"),
        required=False,
        help_text=_("The facts label then says “withheld by issuer”."),
    )
    withholds_results = forms.BooleanField(
        label=_("Do not show pass rates and agreement of markers"),
        required=False,
        help_text=_("The facts label then says “withheld by issuer”."),
    )


_PICTURES: Final = "image/png,image/jpeg,image/webp,image/gif,image/svg+xml"


class BrandForm(forms.Form):
    """Logo and colour, and who signs certificates."""

    accent = forms.CharField(
        label=_("Accent colour"),
        max_length=20,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text=_("One colour. Its darker and lighter shades for text are worked out for you."),
    )
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG, WebP or SVG, up to 5 MB. Square works best."),
        widget=forms.FileInput(attrs={"accept": _PICTURES}),
    )
    remove_logo = forms.BooleanField(label=_("Take the present logo away"), required=False)
    signatory_name = forms.CharField(
        label=_("Who signs certificates"),
        max_length=90,
        required=False,
        help_text=_("Printed at the foot of PDF certificates. A unit without a name uses yours."),
    )
    signatory_post = forms.CharField(
        label=_("Their post"), max_length=90, required=False, help_text=_("For example: Registrar.")
    )
    signature = forms.FileField(
        label=_("Picture of their signature"),
        required=False,
        help_text=_("Dark ink on white or on nothing. The digital signature is made without it."),
        widget=forms.FileInput(attrs={"accept": _PICTURES}),
    )
    remove_signature = forms.BooleanField(
        label=_("Take the present signature away"), required=False
    )


class UnitForm(forms.Form):
    """A new unit."""

    name = forms.CharField(label=_("Name"), max_length=200)
    unit_kind = forms.ChoiceField(label=_("Kind"), choices=_UNIT_KINDS)


class InviteForm(forms.Form):
    """Somebody new."""

    email = forms.CharField(label=_("E-mail address"), max_length=254, widget=forms.EmailInput)
    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=_ROLES, widget=forms.CheckboxSelectMultiple
    )


class GiveRoleForm(forms.Form):
    """One more role for somebody who works here already."""

    user = forms.ChoiceField(label=_("Person"))
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)

    def __init__(self, *args: Any, people: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in people}
        names = [(pk, str(person)) for pk, person in self.people.items()]
        self.fields["user"].choices = names  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def person(self) -> Any:
        """The person chosen; one of those offered, or validation has failed."""
        return self.people[self.cleaned_data["user"]]


class DomainForm(forms.Form):
    """A domain and how to show that it is yours."""

    name = forms.CharField(label=_("Domain"), max_length=253, help_text=_("Like example.edu."))
    method = forms.ChoiceField(
        label=_("How"), choices=Domain.Method.choices, widget=forms.RadioSelect, initial="file"
    )


class HostForm(forms.Form):
    """The host of one's own that is to hold the identity."""

    did_host_wanted = forms.CharField(
        label=_("Your host"), max_length=253, help_text=_("Like credentials.example.edu.")
    )


class RevokeForm(forms.Form):
    """A key that others know."""

    since = forms.DateTimeField(
        label=_("Others may have had it since (UTC)"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=_("Leave it empty if you do not know: then since it began to sign."),
    )
    note = forms.CharField(
        label=_("What happened"),
        max_length=300,
        required=False,
        help_text=_("For your own record; nobody outside sees it."),
    )
    sure = forms.BooleanField(
        label=_("I know that everything this key ever signed will be refused from now on, for good")
    )


class HandoverForm(forms.Form):
    """Who answers after this institution."""

    successor = forms.CharField(
        label=_("Successor"),
        max_length=400,
        help_text=_(
            "An institution here: the last part of its address, as in /o/northfield. One "
            "elsewhere: its DID, as in did:web:example.edu."
        ),
    )
    successor_name = forms.CharField(
        label=_("Its name, if it is elsewhere"), max_length=200, required=False
    )
    why = forms.ChoiceField(label=_("Why"), choices=Handover.Why.choices, widget=forms.RadioSelect)
    from_day = forms.DateField(
        label=_("From this day on"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("From then on nothing new is awarded in your name."),
    )
    sure = forms.BooleanField(
        label=_("I know that this cannot be taken back once the successor has accepted")
    )


class StatementForm(forms.Form):
    """The statement as it came back from a successor elsewhere."""

    statement = forms.CharField(
        label=_("The statement with the successor's signature"),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8, "class": "mono"}),
    )


class AuditForm(forms.Form):
    """What to look for."""

    verb = forms.ChoiceField(label=_("What"), required=False)
    actor = forms.ChoiceField(label=_("Who"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(
        self,
        *args: Any,
        verbs: Iterable[tuple[str, str]] = (),
        actors: Iterable[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["verb"].choices = [("", _("Everything")), *verbs]  # type: ignore[attr-defined]
        self.fields["actor"].choices = [("", _("Everybody")), *actors]  # type: ignore[attr-defined]
