"""Letters of this capability. The outbox lies above us, so it is taken by name, as backends are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.module_loading import import_string

OUTBOX: Final = "stackmark_web.integrations.actions.queue_mail"


def queue_letter(
    kind: str,
    *,
    to: str,
    key: str,
    organisation: Any,
    language: str,
    context: Mapping[str, Any],
) -> None:
    """Put a letter into the outbox within the caller's transaction."""
    queue = import_string(OUTBOX)
    queue(kind, to=to, key=key, organisation=organisation, language=language, context=context)
