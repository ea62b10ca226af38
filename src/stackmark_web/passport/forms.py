"""Forms of the passport. What a person may choose from is always only their own."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stackmark_web import clock
from stackmark_web.passport import queries
from stackmark_web.passport.importing import MAX_FILES, MAX_UPLOAD, Upload
from stackmark_web.passport.models import Folder, Holding, Profile
from stackmark_web.passport.standing import LABELS, standing_of
from stackmark_web.ui.text import isolated

_HANDLE: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])")
_RESERVED: Final = frozenset({"admin", "about", "help", "me", "new", "settings", "stackmark"})
ENDS: Final = (
    ("7", _("In a week")),
    ("30", _("In a month")),
    ("365", _("In a year")),
    ("never", _("When I withdraw it")),
    ("on", _("On the day below")),
)


class FilterForm(forms.Form):
    """Search and filters of the passport; all by GET."""

    q = forms.CharField(
        label=_("Search"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("A title, an issuer")}),
    )
    status = forms.ChoiceField(label=_("Status"), required=False)
    provenance = forms.ChoiceField(label=_("Where from"), required=False)
    issuer = forms.ChoiceField(label=_("Issuer"), required=False)
    skill = forms.ChoiceField(label=_("Skill"), required=False)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("status", list(LABELS.items()))
        self._offer("provenance", list(Holding.Provenance.choices))
        self._offer("issuer", [(name, name) for name in queries.issuers_of(user)])
        self._offer("skill", [(name, name) for name in queries.skill_names(user)])

    def _offer(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = [("", gettext("All")), *choices]  # type: ignore[attr-defined]  # a ChoiceField

    def filters(self) -> queries.Filters:
        """What to show; a word that is no choice filters nothing."""
        self.is_valid()
        found = self.cleaned_data
        return queries.Filters(
            words=found.get("q", ""),
            provenance=found.get("provenance", ""),
            status=found.get("status", ""),
            issuer=found.get("issuer", ""),
            skill=found.get("skill", ""),
        )


class ManyFiles(forms.ClearableFileInput):
    """A file input that takes several."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files of bounded size."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Each file by itself; one that is too large is told by name."""
        given = data if isinstance(data, list | tuple) else [data] if data else []
        if len(given) > MAX_FILES:
            raise ValidationError(gettext("Choose at most %(count)s files.") % {"count": MAX_FILES})
        found = [super(FilesField, self).clean(one, initial) for one in given]
        for one in found:
            if one.size > MAX_UPLOAD:
                raise ValidationError(
                    gettext("%(name)s is larger than 12 MB.") % {"name": one.name[:80]}
                )
        return found


class LinkField(forms.URLField):
    """A whole address: //host would be read as one of this site's neighbours."""

    def to_python(self, value: Any) -> Any:
        """Refuses what only a page could complete."""
        if isinstance(value, str) and value.strip().startswith(("//", "\\\\")):
            raise ValidationError(gettext("Write the whole address: it begins with https://."))
        return super().to_python(value)


class ImportForm(forms.Form):
    """Files, a link, or text."""

    files = FilesField(
        label=_("Files"),
        required=False,
        help_text=_(
            "JSON, JWT, badge images (PNG, SVG), signed PDF certificates, or the export of "
            "another wallet. Several at once are fine, also as a zip."
        ),
    )
    link = LinkField(
        label=_("Link"),
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text=_("The address of the credential itself."),
    )
    text = forms.CharField(
        label=_("Text"),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("A credential copied from elsewhere: JSON or a token."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["files"].widget.attrs["data-drop"] = ""

    def clean(self) -> dict[str, Any]:
        """Something must be there."""
        found = super().clean() or {}
        if not self.errors and not any(found.get(name) for name in ("files", "link", "text")):
            raise ValidationError(gettext("Choose a file, or give a link or a text."))
        return found

    def uploads(self) -> list[Upload]:
        """The files and the text; the link is fetched by the view."""
        found = [Upload(one.name[:300], one.read()) for one in self.cleaned_data["files"]]
        text = self.cleaned_data["text"].strip()
        if text:
            found.append(Upload(gettext("Pasted text"), text.encode()))
        return found


class HoldingsField(forms.ModelMultipleChoiceField):
    """A choice of one's own credentials."""

    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Holding) -> str:
        """Title and issuer, and how it stands when it is not in force."""
        parts = [obj.told, obj.issuer_name]
        standing = standing_of(obj)
        if not standing.live:
            parts.append(str(standing.label or LABELS.get(standing.status, "")))
        return format_html_join(" · ", "{}", ((isolated(one),) for one in parts if one))


class ShareForm(forms.Form):
    """A link to one credential or a collection."""

    holdings = HoldingsField(queryset=Holding.objects.none(), label=_("What to share"))
    title = forms.CharField(label=_("Title"), max_length=200, required=False)
    purpose = forms.CharField(
        label=_("What it is for"),
        max_length=300,
        required=False,
        help_text=_("Visitors see title and purpose once they may open the link."),
    )
    ends = forms.ChoiceField(
        label=_("When the link ends"), choices=ENDS, initial="30", widget=forms.RadioSelect
    )
    ends_on = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    pin = forms.CharField(
        label=_("PIN"),
        required=False,
        min_length=4,
        max_length=32,
        help_text=_("Visitors must know it. Tell it to them another way than the link."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    only_email = forms.EmailField(
        label=_("Only for this e-mail address"),
        required=False,
        help_text=_("Visitors prove by a code that the address is theirs."),
    )
    send = forms.BooleanField(label=_("Send the link to this address now"), required=False)
    downloads = forms.BooleanField(
        label=_("Visitors may download the signed files"), required=False, initial=True
    )
    evidence = forms.BooleanField(
        label=_("Visitors may open the evidence"),
        required=False,
        help_text=_("What you handed in and was marked, as far as it is kept here."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holdings"].queryset = queries.holdings(user)  # type: ignore[attr-defined]  # a model field

    def clean(self) -> dict[str, Any]:
        """A day where one is needed, in time; an address where something is to be sent."""
        found = super().clean() or {}
        if found.get("ends") == "on":
            day = found.get("ends_on")
            if day is None:
                self.add_error("ends_on", gettext("Choose the day."))
            elif day < clock.today():
                self.add_error("ends_on", gettext("This day is over."))
        if found.get("send") and not found.get("only_email") and "only_email" not in self.errors:
            self.add_error("only_email", gettext("Give the address it should be sent to."))
        return found

    def expires_at(self) -> datetime | None:
        """The end of the link."""
        ends = self.cleaned_data["ends"]
        if ends == "never":
            return None
        if ends == "on":
            last = datetime.combine(self.cleaned_data["ends_on"], time(23, 59, 59))
            return timezone.make_aware(last)
        return clock.now() + timedelta(days=int(ends))


class PinForm(forms.Form):
    """The PIN of a share."""

    pin = forms.CharField(
        label=_("PIN"),
        max_length=32,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )


class CodeForm(forms.Form):
    """The code from the letter."""

    code = forms.CharField(
        label=_("Code from the e-mail"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class FolderForm(forms.Form):
    """The name of a folder."""

    name = forms.CharField(label=_("Name of the folder"), max_length=100)

    def clean_name(self) -> str:
        """Single spaces."""
        return " ".join(self.cleaned_data["name"].split())


class FoldersForm(forms.Form):
    """In which folders a credential lies."""

    folders = forms.ModelMultipleChoiceField(
        queryset=Folder.objects.none(),
        label=_("Folders"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["folders"].queryset = Folder.objects.filter(user=user)  # type: ignore[attr-defined]  # a model field


class ProfileForm(forms.Form):
    """A person's public page."""

    handle = forms.CharField(
        label=_("Address of the page"),
        max_length=40,
        help_text=_("Small letters, digits and hyphens; it ends the page's address."),
    )
    headline = forms.CharField(label=_("Headline"), max_length=160, required=False)
    about = forms.CharField(
        label=_("About you"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    holdings = HoldingsField(
        queryset=Holding.objects.none(), label=_("What to show"), required=False
    )
    published = forms.BooleanField(label=_("The page is public"), required=False)
    indexed = forms.BooleanField(
        label=_("Search engines may list it"),
        required=False,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        rows = queries.holdings(user)
        fit = [row.pk for row in rows if queries.is_presentable(row)]
        self.fields["holdings"].queryset = rows.filter(pk__in=fit)  # type: ignore[attr-defined]  # a model field

    def clean_handle(self) -> str:
        """A word for an address that nobody else has."""
        handle = self.cleaned_data["handle"].strip().lower()
        if not _HANDLE.fullmatch(handle) or "--" in handle or handle in _RESERVED:
            raise ValidationError(
                gettext("Take 3 to 40 small letters, digits and single hyphens, such as ada-l.")
            )
        if Profile.objects.filter(handle=handle).exclude(user=self.user).exists():
            raise ValidationError(gettext("Somebody else has this address already."))
        return handle


class AskForm(forms.Form):
    """An address to which new claim links should go."""

    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AddressForm(forms.Form):
    """What is wrong with the address a claim link went to."""

    matter = forms.ChoiceField(
        label=_("What is wrong"),
        choices=(
            ("not-me", _("This is not for me")),
            ("other", _("It is for me, but send it to my other address")),
        ),
        widget=forms.RadioSelect,
        initial="not-me",
    )
    email = forms.EmailField(
        label=_("Your other address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def clean(self) -> dict[str, Any]:
        """Another address needs to be given."""
        found = super().clean() or {}
        if found.get("matter") == "other" and not found.get("email") and "email" not in self.errors:
            self.add_error("email", gettext("Give the other address."))
        if found.get("matter") == "not-me":
            found["email"] = ""
        return found


class SendToForm(forms.Form):
    """Where an issuer sends an award instead."""

    email = forms.EmailField(label=_("Address to send it to"), max_length=254)
