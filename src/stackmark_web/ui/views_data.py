"""Small values that views hand to the parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise

_TONES: Final = ("primary", "secondary", "danger", "quiet")
_METHODS: Final = ("get", "post")


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a page's head: a link, or a form of one button when it changes something."""

    label: str | Promise
    url: str
    tone: str = "secondary"
    method: str = "get"
    icon: str = ""
    confirm: str | Promise = ""

    def __post_init__(self) -> None:
        if self.tone not in _TONES:
            raise ValueError(f"tone {self.tone!r} is not one of {', '.join(_TONES)}")
        if self.method not in _METHODS:
            raise ValueError(f"method {self.method!r} is not one of {', '.join(_METHODS)}")

    @property
    def css(self) -> str:
        """The classes of the button."""
        return "button" if self.tone == "primary" else f"button button--{self.tone}"
