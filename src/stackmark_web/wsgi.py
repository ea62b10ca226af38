"""The WSGI entry point, for granian or any other server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stackmark_web.settings.base")
application = get_wsgi_application()
