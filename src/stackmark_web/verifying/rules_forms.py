"""What a visitor brings to be judged by a rule set or written in another format."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from stackmark.errors import StackmarkError
from stackmark.exchange.formats import NAMES as FORMATS
from stackmark.quality.profile import DEFAULT, MAX_PROFILE_BYTES, NAMES, Profile, named, parse
from stackmark_web.verifying.checking import MAX_CARRIED
from stackmark_web.verifying.forms import MAX_LINK, MAX_TEXT
from stackmark_web.verifying.intake import MAX_UPLOAD, Item, TooMuch, gather
from stackmark_web.verifying.rules import carried

OWN: Final = "own"  # the choice of a rule set of one's own


class BringForm(forms.Form):
    """One document: a file, a link, text, or what the page before took on."""

    file = forms.FileField(
        required=False, label=_("File"), allow_empty_file=True, widget=forms.FileInput
    )
    link = forms.CharField(
        required=False,
        max_length=MAX_LINK,
        label=_("Or a link"),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )
    text = forms.CharField(
        required=False,
        max_length=MAX_TEXT,
        label=_("Or its text"),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )
    carried = forms.CharField(required=False, max_length=2 * MAX_CARRIED, widget=forms.HiddenInput)
    source = forms.CharField(required=False, max_length=300, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Exactly one document, as ``item``."""
        found = super().clean() or {}
        if not self.errors:
            found["item"] = self._item(found)
        return found

    def _item(self, found: dict[str, Any]) -> Item:
        file, link, text = found.get("file"), found.get("link", ""), found.get("text", "")
        if file is None and not link and not text and found.get("carried"):
            return Item(found.get("source") or _carried_name(), data=_carried(found["carried"]))
        items = _gathered(file, link, text)
        if not items:
            raise forms.ValidationError(_("Choose a file, or give a link or the text."))
        if len(items) > 1:
            raise forms.ValidationError(_("Give one document at a time; there are several in it."))
        return items[0]


def _carried_name() -> str:
    return str(_("The document you brought"))


def _carried(text: str) -> bytes:
    try:
        return carried(text)
    except StackmarkError as error:
        raise forms.ValidationError(error.detail) from None


def _gathered(file: Any, link: str, text: str) -> list[Item]:
    if file is not None and (file.size or 0) > MAX_UPLOAD:
        raise forms.ValidationError(_("The file is too large."))
    files = [] if file is None else [(file.name or "", file.read())]
    try:
        return gather(files, text=text, link=link)
    except TooMuch:
        raise forms.ValidationError(
            _("Give one document at a time; there are several in it.")
        ) from None


def _profiles() -> list[tuple[str, Any]]:
    return [*((name, _title(named(name))) for name in NAMES), (OWN, _("My own file"))]


def _title(profile: Profile) -> str:
    unofficial = "" if profile.reading == "official" else f" ({_('unofficial reading')})"
    return f"{profile.title}{unofficial}"


class RulesForm(BringForm):
    """A document, perhaps a second one, and the rule set."""

    profile = forms.ChoiceField(label=_("Rule set"), choices=_profiles, initial=DEFAULT)
    own = forms.FileField(
        required=False,
        label=_("Your own rule set"),
        help_text=_("A file (.toml); it is used for this answer and not kept."),
        widget=forms.FileInput(attrs={"accept": ".toml"}),
    )
    own_text = forms.CharField(
        required=False, max_length=MAX_PROFILE_BYTES, strip=False, widget=forms.HiddenInput
    )
    other_file = forms.FileField(
        required=False, label=_("Second file"), allow_empty_file=True, widget=forms.FileInput
    )
    other_link = forms.CharField(
        required=False,
        max_length=MAX_LINK,
        label=_("Or its link"),
        widget=forms.URLInput(attrs={"placeholder": "https://", "autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Also the rule set, as ``rules``, and the second document, as ``other``."""
        found = super().clean()
        if not self.errors:
            found["rules"] = self._rules(found)
            others = _gathered(found.get("other_file"), found.get("other_link", ""), "")
            if len(others) > 1:
                raise forms.ValidationError(_("Give one document to compare with."))
            found["other"] = others[0] if others else None
        return found

    def _rules(self, found: dict[str, Any]) -> Profile:
        if found["profile"] != OWN and found.get("own") is None:
            return named(found["profile"])
        file = found.get("own")
        data = file.read(MAX_PROFILE_BYTES + 1) if file else found.get("own_text", "").encode()
        if not data:
            raise forms.ValidationError({"own": _("Choose the file with your rule set.")})
        try:
            profile = parse(data, (file.name if file else "") or "profile.toml")
        except StackmarkError as error:
            raise forms.ValidationError({"own": error.detail}) from None
        found["profile"], found["own_text"] = OWN, data.decode()
        return profile


class ConvertForm(BringForm):
    """A document and the format it is wanted in."""

    to = forms.ChoiceField(
        label=_("Format"), choices=lambda: [(name, one.title) for name, one in FORMATS.items()]
    )
