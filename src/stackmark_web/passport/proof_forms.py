"""Forms of asking for proof, of giving it, and of a holder's own DIDs."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from stackmark.errors import StackmarkError
from stackmark.keys.did import DidUrl, did_web_url
from stackmark_web.passport.fitting import Fit
from stackmark_web.passport.models import HolderDid, Holding, ProofRequest
from stackmark_web.passport.presenting import MAX_PRESENTATION
from stackmark_web.passport.proving import MAX_TERMS
from stackmark_web.passport.standing import LABELS, standing_of
from stackmark_web.ui.text import day_text, isolated

ENDS: Final = (
    ("7", _("In a week")),
    ("30", _("In a month")),
    ("90", _("In 90 days")),
)
MAX_TERM: Final = 500  # characters of one line
MAX_TOKEN: Final = 20_000


class AskProofForm(forms.Form):
    """Who asks, why, for what, until when."""

    asker = forms.CharField(
        label=_("Who asks"),
        max_length=120,
        help_text=_("Your name and where you work. The person you ask sees it."),
    )
    organisation = forms.ChoiceField(
        label=_("In the name of"),
        required=False,
        help_text=_("Only organisations you work for whose domain is proven."),
    )
    reason = forms.CharField(
        label=_("What it is for"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Such as: for your application as a laboratory assistant."),
    )
    wanted = forms.ChoiceField(
        label=_("What you ask for"),
        choices=ProofRequest.Wanted.choices,
        widget=forms.RadioSelect,
        initial=ProofRequest.Wanted.ANY,
    )
    terms = forms.CharField(
        label=_("Which"),
        required=False,
        max_length=MAX_TERMS * (MAX_TERM + 2),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_(
            "One on a line: the address of each credential from the catalogue, or words such as "
            "first aid. One of them is enough for a credential to fit."
        ),
    )
    days = forms.ChoiceField(
        label=_("When the request ends"),
        choices=ENDS,
        widget=forms.RadioSelect,
        initial="30",
        help_text=_("Until then it can be answered, and you can see the answer."),
    )

    def __init__(self, *args: Any, organisations: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._organisations = {str(one.pk): one for one in organisations}
        if organisations:
            choices = [("", gettext("Myself alone"))]
            choices += [(key, one.name) for key, one in self._organisations.items()]
            self.fields["organisation"].choices = choices  # type: ignore[attr-defined]  # a ChoiceField
        else:
            del self.fields["organisation"]

    @property
    def in_name_of(self) -> Any:
        """The organisation chosen, or None."""
        return self._organisations.get(self.cleaned_data.get("organisation") or "")

    def clean(self) -> dict[str, Any]:
        """Lines that fit what is asked for."""
        found = super().clean() or {}
        lines = [" ".join(one.split()) for one in (found.get("terms") or "").splitlines()]
        found["terms"] = list(dict.fromkeys(filter(None, lines)))
        wanted = found.get("wanted")
        if wanted == ProofRequest.Wanted.ANY:
            found["terms"] = []
        elif "terms" not in self.errors:
            self._check_terms(wanted, found["terms"])
        return found

    def _check_terms(self, wanted: Any, terms: list[str]) -> None:
        if not terms:
            self.add_error("terms", gettext("Say what you ask for, one on a line."))
        for term in terms:
            if len(term) > MAX_TERM:
                self.add_error("terms", gettext("A line is longer than 500 characters."))
            elif wanted == ProofRequest.Wanted.ACHIEVEMENTS and not _is_address(term):
                self.add_error(
                    "terms",
                    gettext("“%(line)s” is no address; it begins with https://.")
                    % {"line": term[:80]},
                )
            elif wanted == ProofRequest.Wanted.WORDS and len(term) < 2:
                self.add_error("terms", gettext("Write words of at least two letters."))


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    if parts.scheme in ("urn", "did"):
        return bool(parts.path)
    return parts.scheme in ("https", "http") and bool(parts.hostname)


class FitsField(forms.ModelMultipleChoiceField):
    """A choice among the credentials that fit, each with the reason."""

    widget = forms.CheckboxSelectMultiple
    reasons: dict[Any, tuple[str, ...]]

    def label_from_instance(self, obj: Holding) -> SafeString:
        """Title, issuer and day, how it stands when it is not in force, and why it fits."""
        parts = [obj.told, obj.issuer_name, day_text(obj.valid_from)]
        standing = standing_of(obj)
        if not standing.live:
            parts.append(str(standing.label or LABELS.get(standing.status, "")))
        name = format_html_join(" · ", "{}", ((isolated(one),) for one in parts if one))
        why = format_html_join(" ", "{}", ((one,) for one in self.reasons.get(obj.pk, ())))
        return format_html('{}<br><span class="small muted">{}</span>', name, why)


class GiveForm(forms.Form):
    """Which credentials to show, and whether with one's name."""

    holdings = FitsField(
        queryset=Holding.objects.none(),
        label=_("What you show"),
        error_messages={"required": _("Choose at least one credential, or say no.")},
    )
    with_name = forms.BooleanField(
        label=_("Show my name as it stands in my account"), required=False
    )

    def __init__(self, *args: Any, fits: list[Fit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["holdings"]
        field.reasons = {one.holding.pk: one.reasons for one in fits}
        field.queryset = Holding.objects.filter(pk__in=field.reasons).order_by("-added_at", "pk")


class PrepareForm(GiveForm):
    """The same, to be signed with one of one's own keys."""

    did = forms.ModelChoiceField(
        queryset=HolderDid.objects.none(), label=_("Sign as"), to_field_name="did"
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["did"].queryset = HolderDid.objects.filter(user=user)  # type: ignore[attr-defined]  # a model field


class PresentForm(forms.Form):
    """A presentation that was signed elsewhere: a file or a text."""

    file = forms.FileField(label=_("Signed presentation"), required=False)
    text = forms.CharField(
        label=_("Or paste it"),
        required=False,
        max_length=MAX_PRESENTATION,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    with_name = forms.BooleanField(
        label=_("Show my name as it stands in my account"), required=False
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        found = super().clean() or {}
        if not self.errors and not (found.get("file") or found.get("text")):
            raise ValidationError(gettext("Choose the signed file, or paste it."))
        if found.get("file") and found["file"].size > MAX_PRESENTATION:
            self.add_error("file", gettext("The presentation is too large."))
        return found

    def data_given(self) -> bytes:
        """The bytes."""
        file = self.cleaned_data.get("file")
        return bytes(file.read()) if file else self.cleaned_data["text"].strip().encode()


class DidForm(forms.Form):
    """A DID and the proof that it is one's own."""

    did = forms.CharField(
        label=_("Your DID"),
        max_length=500,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
        help_text=_("It begins with did:key: or did:web:."),
    )
    proof = forms.CharField(
        label=_("The signed answer"),
        max_length=MAX_TOKEN,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("The token, or the signed presentation, that your wallet or the command gave."),
    )

    def clean_did(self) -> str:
        """One of the two kinds, in its one spelling."""
        given = self.cleaned_data["did"].strip()
        try:
            check_did(given)
        except StackmarkError as error:
            raise ValidationError(error.detail) from None
        return given


def check_did(did: str) -> None:
    """Raises ``StackmarkError`` for what is no did:key or did:web in its one spelling."""
    from stackmark.errors import CheckFailed

    found = DidUrl.parse(did)
    if found.did != did:
        raise CheckFailed("issuer-key.method-url", gettext("Give the DID alone, without a key."))
    if found.method == "web":
        did_web_url(did)
    elif found.method != "key":
        raise CheckFailed(
            "issuer-key.method", gettext("Only did:key and did:web can be added here.")
        )


class RefuseForm(forms.Form):
    """Why an issuer does not reissue."""

    answer = forms.CharField(label=_("Why not"), max_length=300, required=False)
