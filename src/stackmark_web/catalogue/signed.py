"""What others stated about a version with their signature, for its facts label.

``accrediting`` stands above the catalogue, so it gives its function once at start. Until then the
label tells only what the issuer states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from stackmark.quality.facts_label import Signed

Found = Mapping[Any, tuple[Signed, ...]]  # by the version's pk
About = Callable[[Sequence[Any]], Found]


def _nothing(versions: Sequence[Any]) -> Found:
    del versions  # nobody states anything
    return {}


_about: list[About] = [_nothing]


def provide(about: About) -> None:
    """Ask this function from now on."""
    _about[0] = about


def signed_about(versions: Sequence[Any]) -> Found:
    """What is in force about published versions now; those without anything are left out."""
    return _about[0]([one for one in versions if one.is_published])
