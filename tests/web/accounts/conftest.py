"""What tests of accounts share."""

from __future__ import annotations

import pytest

import small_world


@pytest.fixture
def letters_in_files(monkeypatch, settings):
    """Letters lie in the data folder as files; nothing reaches the network."""
    small_world.no_network(monkeypatch)
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = settings.DATA / "mail"
    yield
    small_world.forget_files()
    for path in (settings.DATA / "mail").glob("*.log"):
        path.unlink()
