"""Settings of the test suite: everything in a folder of its own, fast hashes, no mail leaves."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

# Each test process has a folder of its own: workers inherit the environment of the one that
# starts them, and would otherwise delete each other's lists. Its own children share it.
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
if os.environ.get("STACKMARK_TEST_WORKER") != _WORKER:
    os.environ["STACKMARK_TEST_WORKER"] = _WORKER
    os.environ["STACKMARK_DATA"] = tempfile.mkdtemp(prefix="stackmark-test-")
    atexit.register(shutil.rmtree, os.environ["STACKMARK_DATA"], ignore_errors=True)
os.environ.setdefault("STACKMARK_IDENTITY_URL", "https://badges.example.org")

from stackmark_web.settings.base import *  # noqa: E402, F403 - the environment comes first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
WHITENOISE_AUTOREFRESH = True
WATCH_RELEASE = 0.0
