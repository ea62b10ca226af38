"""What the two visual objects of the product show: the credential card and the facts label."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Moment = datetime | date | str | None

_LONG: Final = 34  # letters that fit beside the name of a fact
_TONES: Final = {
    "active": "good",
    "pending": "warn",
    "suspended": "warn",
    "expired": "neutral",
    "superseded": "neutral",
    "declined": "neutral",
    "lapsed": "neutral",
    "revoked": "bad",
    "refused": "bad",
    "unknown": "warn",
}
_ICONS: Final = {
    "active": "check",
    "pending": "clock",
    "suspended": "pause",
    "expired": "clock",
    "superseded": "refresh",
    "declined": "minus",
    "lapsed": "minus",
    "revoked": "cross",
    "refused": "cross",
    "unknown": "question",
}
_LABELS: Final = {
    "active": _("Active"),
    "pending": _("Waiting to be claimed"),
    "suspended": _("Suspended"),
    "expired": _("Expired"),
    "superseded": _("Replaced by a newer one"),
    "declined": _("Declined"),
    "lapsed": _("Not claimed in time"),
    "revoked": _("Revoked"),
    "refused": _("Does not verify"),
    "unknown": _("Status not known"),
}


@dataclass(frozen=True, slots=True)
class Card:
    """One credential or achievement, as ``ui/parts/credential_card.html`` draws it."""

    title: Text
    issuer: Text = ""
    issuer_id: str = ""
    image_url: str = ""
    image_alt: Text = ""
    kind: Text = ""
    status: str = ""
    status_label: Text = ""
    issued: Moment = None
    expires: Moment = None
    holder: Text = ""
    url: str = ""
    lines: list[Text] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.status and self.status not in _TONES:
            known = ", ".join(_TONES)
            raise ValueError(f"status {self.status!r} is not one of {known}")

    @property
    def tone(self) -> str:
        """The chip's tone for the status."""
        return _TONES.get(self.status, "neutral")

    @property
    def icon(self) -> str:
        """The icon that stands beside the status, so that colour never speaks alone."""
        return _ICONS.get(self.status, "question")

    @property
    def status_text(self) -> Text:
        """What the status strip says; the caller's words win over the usual ones."""
        return self.status_label or _LABELS.get(self.status, "")


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the facts label; ``unknown`` is printed as unknown, never left out.

    ``state`` is one of ``stackmark.quality.facts_label``, ``items`` are the entries of a fact that
    has several, ``group`` the part of the label it is drawn in.
    """

    label: Text
    value: Text | int | float = ""
    note: Text = ""
    unknown: bool = False
    code: str = ""
    state: str = ""
    items: tuple[str, ...] = ()
    group: str = ""

    @property
    def is_unknown(self) -> bool:
        """True when nobody said: flagged so, or with no value at all."""
        return self.unknown or self.value in ("", None)

    @property
    def is_long(self) -> bool:
        """Whether it needs the whole width of the label."""
        return not self.is_unknown and (
            bool(self.items) or len(str(self.value)) > _LONG or len(str(self.note)) > 2 * _LONG
        )
