"""Settings of the test suite: everything in a folder of its own, fast hashes, no mail leaves."""

from __future__ import annotations

import os
import tempfile

os.environ.setdefault("STACKMARK_DATA", tempfile.mkdtemp(prefix="stackmark-test-"))
os.environ.setdefault("STACKMARK_IDENTITY_URL", "https://badges.example.org")

from stackmark_web.settings.base import *  # noqa: F403 - the environment comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
WHITENOISE_AUTOREFRESH = True
