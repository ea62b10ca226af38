"""What a visitor brings to be checked, how long a record is kept, whom a register names."""

from __future__ import annotations

import re
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from stackmark_web.verifying import queries
from stackmark_web.verifying.intake import MAX_UPLOAD

MAX_TEXT: Final = 2 * 1024 * 1024
MAX_LINK: Final = 2048
_IDENTITY: Final = re.compile(r"(did:[a-z0-9]+:|https://)\S+\Z")
ROLES: Final = (
    ("issuer", _("An issuer")),
    ("agency", _("An agency whose accreditations count")),
    ("both", _("Both")),
)
DAYS: Final = (("30", _("30 days")), ("365", _("One year")), ("0", _("Without an end")))


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, possibly none; the value is a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """Each file by itself; an empty one is an answer of the check, not of the form."""
        given = data if isinstance(data, list | tuple) else [data]
        del initial
        return [one for one in given if one]


class CheckForm(forms.Form):
    """One of files, link and text, and what to compare."""

    files = FilesField(required=False, label=_("Files"))
    link = forms.CharField(
        required=False,
        max_length=MAX_LINK,
        label=_("Link"),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    text = forms.CharField(
        required=False,
        max_length=MAX_TEXT,
        label=_("Text of the credential, or a list of links"),
        help_text=_("One link or credential on each line, or a CSV with a column named url."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )
    evidence = FilesField(
        required=False,
        label=_("Files of evidence to compare"),
        help_text=_(
            "We tell you whether each is the very file that was sealed. They are not kept."
        ),
    )
    recipient = forms.CharField(
        required=False,
        max_length=320,
        label=_("Name or e-mail address to compare"),
        help_text=_("We tell you whether it was issued to this person. We do not keep it."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    register = forms.ChoiceField(required=False, label=_("Register of trusted issuers"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = queries.registers_of(user)
        self.fields["register"].choices = choices  # type: ignore[attr-defined] # a ChoiceField
        self.has_registers = len(choices) > 1

    def clean(self) -> dict[str, Any]:
        """Something must be there, and not too much of it."""
        found = super().clean() or {}
        files = found.get("files") or []
        if not (files or found.get("link") or found.get("text")) and not self.errors:
            raise forms.ValidationError(
                _("Choose a file, or give a link or the text of a credential.")
            )
        files = [*files, *(found.get("evidence") or [])]
        if sum(one.size or 0 for one in files) > MAX_UPLOAD:
            raise forms.ValidationError(
                ngettext_lazy(
                    "The files have more than %(limit)d megabyte in all; check them in parts.",
                    "The files have more than %(limit)d megabytes in all; check them in parts.",
                    MAX_UPLOAD // 1024 // 1024,
                )
                % {"limit": MAX_UPLOAD // 1024 // 1024}
            )
        return found


class KeepForm(forms.Form):
    """How long a record of a check is kept; ``found`` is what we signed ourselves."""

    found = forms.CharField(widget=forms.HiddenInput)
    days = forms.ChoiceField(choices=DAYS, initial="365", label=_("Keep it for"))


class ImportForm(forms.Form):
    """A register that somebody else signed."""

    file = forms.FileField(
        label=_("Signed register"),
        help_text=_("A file that ends in .jwt. It counts until the day its publisher put in it."),
    )


class ExportForm(forms.Form):
    """How long one's own signed register is good."""

    days = forms.ChoiceField(
        choices=(("90", _("90 days")), ("366", _("One year"))), initial="90", label=_("Good for")
    )


class TrustForm(forms.Form):
    """An issuer or agency for a register."""

    issuer = forms.CharField(
        max_length=500,
        label=_("Identity"),
        help_text=_("The DID or https address exactly as it stands in the credentials."),
        widget=forms.TextInput(attrs={"placeholder": "did:web:…", "spellcheck": "false"}),
    )
    name = forms.CharField(max_length=200, label=_("Name"), help_text=_("What you call them."))
    accepted_as = forms.ChoiceField(
        choices=ROLES,
        initial="issuer",
        required=False,
        label=_("Accepted as"),
        help_text=_("What an accepted agency accredits counts; what others praise does not."),
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        max_length=300,
        required=False,
        label=_("Why you trust them"),
        help_text=_("Shown with every credential of theirs."),
    )
    valid_from = forms.DateTimeField(
        required=False,
        label=_("For credentials issued from"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    valid_until = forms.DateTimeField(
        required=False,
        label=_("For credentials issued until"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def clean_accepted_as(self) -> list[str]:
        """The roles, as ``actions.trust`` takes them."""
        chosen = self.cleaned_data["accepted_as"] or "issuer"
        return ["issuer", "agency"] if chosen == "both" else [chosen]

    def clean_issuer(self) -> str:
        """A DID or https address: what can stand as issuer in a credential."""
        issuer = str(self.cleaned_data["issuer"])
        if not _IDENTITY.match(issuer) or not issuer.isprintable():
            raise forms.ValidationError(
                _("Write the issuer's identity: it begins with did: or https:// and has no spaces.")
            )
        return issuer
