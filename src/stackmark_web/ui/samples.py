"""Made-up values for the living page at /ui: every component with something in it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stackmark_web.ui.cards import Card, Fact
from stackmark_web.ui.contrast import accent
from stackmark_web.ui.views_data import Action

_ISSUER = "Northfield University"
_HOST = "northfield.example"


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("What it is called on the credential. Up to 80 characters."),
        max_length=80,
    )
    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        choices=[("5", gettext_lazy("EQF level 5")), ("6", gettext_lazy("EQF level 6"))],
    )
    starts = forms.DateField(
        label=gettext_lazy("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    text = forms.CharField(
        label=gettext_lazy("What a learner can do afterwards"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    delivery = forms.ChoiceField(
        label=gettext_lazy("Delivery"),
        widget=forms.RadioSelect,
        choices=[
            ("online", gettext_lazy("Online")),
            ("place", gettext_lazy("On site")),
            ("both", gettext_lazy("Both")),
        ],
    )
    image = forms.FileField(label=gettext_lazy("Badge picture"), required=False)
    agree = forms.BooleanField(
        label=gettext_lazy("A second person has read this"),
        help_text=gettext_lazy("Somebody other than the author."),
    )


class ShortForm(forms.Form):
    """Two fields, to be filled in wrongly."""

    title = SampleForm.base_fields["title"]
    level = SampleForm.base_fields["level"]


def parts(theme: str) -> dict[str, Any]:
    """What the parts of one pane show; ids carry the theme, since both panes are one page."""
    wrong = {"level": "9", "title": "x" * 81}
    return {
        "theme": theme,
        "theme_name": _("dark") if theme == "dark" else _("light"),
        "cards": cards(),
        "facts": facts(),
        "checks": checks(),
        "actions": actions(),
        "tones": ("neutral", "good", "warn", "bad", "accent"),
        "notices": notices(),
        "page": Paginator(range(240), 24).page(3),
        "form": SampleForm(auto_id=f"{theme}_%s"),
        "wrong_form": ShortForm(wrong, auto_id=f"{theme}_wrong_%s"),
        "accents": [accent(colour) for colour in ("#0b4f5c", "#8c1d40", "#ffcd00", "#3a6b35")],
    }


def cards() -> list[Card]:
    """A credential in each of its usual states."""
    title = _("Data analysis with care")
    kind = _("Micro-certification")
    rows = [
        ("active", date(2026, 5, 3), date(2029, 5, 3)),
        ("pending", date(2026, 11, 2), None),
        ("expired", date(2022, 5, 3), date(2025, 5, 3)),
        ("revoked", date(2026, 1, 12), None),
        ("suspended", date(2026, 4, 8), None),
        ("unknown", date(2026, 4, 8), None),
        ("refused", date(2026, 4, 8), None),
    ]
    return [
        Card(
            title=title,
            issuer=_ISSUER,
            issuer_id=_HOST,
            kind=kind,
            status=status,
            issued=issued,
            expires=expires,
            holder="Amara Okafor",
            url="#cards",
            lines=[_("EQF level 6 · 5 ECTS · 125 hours")],
        )
        for status, issued, expires in rows
    ]


def facts() -> list[Fact]:
    """A facts label with every state a row can be in."""
    rows: list[tuple[str, str, str, str, str]] = [
        ("size", _("Level"), _("EQF level 6"), _("self-declared"), "self-declared"),
        ("size", _("Hours of learning"), _("125 hours"), "", ""),
        ("size", _("Credit"), _("5 ECTS credits"), _("assigned by Northfield University"), ""),
        ("assessment", _("How it is assessed"), _("Project and oral defence"), "", ""),
        ("assessment", _("Supervised"), _("Yes, on site"), "", ""),
        ("assessment", _("Pass rate"), _("71 percent"), _("of 214 people assessed"), ""),
        ("assessment", _("Agreement of markers"), "", "", "unknown"),
        ("trust", _("Quality assurance"), _("External review, by whom is unknown"), "", ""),
        ("trust", _("Holders"), _("withheld by issuer"), "", "withheld"),
    ]
    return [
        Fact(label, value, note, unknown=state == "unknown", state=state, group=group)
        for group, label, value, note, state in rows
    ]


def checks() -> list[dict[str, str]]:
    """One check of each outcome."""
    return [
        {
            "code": "proof.signature",
            "outcome": "passed",
            "title": _("The signature is the issuer's"),
            "reason": _("The key is listed in the issuer's own document and made this signature."),
            "detail": "did:web:northfield.example#key-2026",
            "clause": "VC Data Integrity 1.0, 4.4",
        },
        {
            "code": "status.revoked",
            "outcome": "failed",
            "title": _("The issuer has not withdrawn it"),
            "reason": _("Northfield University revoked it on 3 May 2026."),
            "detail": "https://northfield.example/status/3#10442",
            "clause": "Bitstring Status List 1.0, 3.2",
        },
        {
            "code": "trust.accreditation",
            "outcome": "could-not-tell",
            "title": _("The issuer is accredited"),
            "reason": _("The register did not answer. Try again later."),
            "detail": "",
            "clause": "",
        },
        {
            "code": "validity.until",
            "outcome": "not-applicable",
            "title": _("It has not expired"),
            "reason": _("It carries no last day."),
            "detail": "",
            "clause": "VC Data Model 2.0, 4.9",
        },
    ]


def actions() -> list[Action]:
    """The buttons of a page's head."""
    return [
        Action(_("Award"), "#actions", tone="primary", icon="award"),
        Action(_("Download"), "#actions", icon="download"),
    ]


def notices() -> list[tuple[str, str, str]]:
    """Tone, title and text of a notice each."""
    return [
        ("info", "", _("Changes here reach the public page at once.")),
        ("success", _("Verified"), _("All eleven checks passed at 14:05.")),
        ("warning", _("Could not tell"), _("The status list could not be fetched.")),
        ("danger", _("Refused"), _("The content was changed after signing.")),
    ]
