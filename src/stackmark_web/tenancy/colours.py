"""How well an accent colour reads, said in words for the brand page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from stackmark_web.ui import contrast


@dataclass(frozen=True, slots=True)
class Reading:
    """One use of the colour: the two colours, their contrast, and what was done about it."""

    use: str
    colour: str
    ratio: str
    passes: bool
    note: str


def explained(accent: str) -> list[Reading]:
    """What the colour was asked to do, and the shade that does it."""
    made = contrast.accent(accent)
    plain = [
        _asked(_("White words on your colour"), contrast.WHITE, made.colour),
        _asked(_("Dark words on your colour"), contrast.INK, made.colour),
    ]
    ink = _("white") if made.ink == contrast.WHITE else _("dark")
    return [
        *plain,
        Reading(
            _("Buttons"),
            made.colour,
            _ratio(made.ink, made.colour),
            True,  # noqa: FBT003 - the field's name stands in the class
            _("Words on buttons are %(ink)s.") % {"ink": ink},
        ),
        _shade(_("Links on light pages"), made.on_light, contrast.PAPER_LIGHT, made.colour),
        _shade(_("Links on dark pages"), made.on_dark, contrast.PAPER_DARK, made.colour),
    ]


def _asked(use: str, ink: str, colour: str) -> Reading:
    fine = contrast.passes(ink, colour)
    note = _("Easy to read.") if fine else _("Too faint; not used.")
    return Reading(use, colour, _ratio(ink, colour), fine, note)


def _shade(use: str, shade: str, paper: str, colour: str) -> Reading:
    same = shade == colour
    note = _("Your colour as it is.") if same else _("A shade that reads well is used instead.")
    return Reading(use, shade, _ratio(shade, paper), True, note)  # noqa: FBT003 - as above


def _ratio(one: str, other: str) -> str:
    return f"{contrast.ratio(one, other):.1f} : 1"
