"""Addresses that stand in rules and credentials for ever, and the pages they lead to."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.urls import reverse


def version_url(version: Any, number: int | None = None) -> str:
    """The address of a published version; ``number`` for a draft that is about to get one.

    It is the id of the award in its rules, so it is made of the address credentials name.
    """
    return f"{settings.IDENTITY_URL}/pathways/{version.pathway_id}/{number or version.number}"


def version_path(version: Any) -> str:
    """The public page of a published version on this server."""
    return reverse("pathways:version", args=[version.pathway_id, version.number])


def version_at(address: str) -> tuple[uuid.UUID, int] | None:
    """The pathway and the number of the version an address names, if it is one of this server."""
    for base in (settings.IDENTITY_URL, settings.PUBLIC_URL):
        parts = address.removeprefix(f"{base}/pathways/").split("/")
        if address.startswith(f"{base}/pathways/") and len(parts) == 2 and _is_number(parts[1]):
            try:
                return uuid.UUID(parts[0]), int(parts[1])
            except ValueError:
                return None
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 9
