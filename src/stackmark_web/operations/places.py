"""Where the files of a system are; everything lies below the data folder."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

LISTS = "lists"
KEYS = "keys"
JOURNAL = "journal"
MARKS = "marks"
HEADS = "audit-heads"
VC_API = "vc-api"
INSTANCE = "instance.json"
SECRETS = ("secret-key", "key-passphrase")


def data() -> Path:
    """The data folder."""
    return Path(settings.DATA)


def lists() -> Path:
    """The published status lists."""
    return data() / LISTS


def keys() -> Path:
    """The key store: sealed keys, and what must not be older than they are."""
    return data() / KEYS


def journal() -> Path:
    """What was issued and sent, by month, without personal data."""
    return data() / JOURNAL


def media() -> Path:
    """Uploaded files, where there are any."""
    return Path(settings.MEDIA_ROOT)


def mark_folders() -> tuple[Path, Path]:
    """The marks are kept twice: with the data and with the keys."""
    return data() / MARKS, keys() / MARKS
