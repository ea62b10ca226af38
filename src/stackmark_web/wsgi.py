"""The WSGI entry point, for granian or any other server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "stackmark_web.settings.base")
django = get_wsgi_application()

from stackmark_web.api.lengths import measured  # noqa: E402 - Django must be ready first
from stackmark_web.registry.front import Front  # noqa: E402

application = measured(Front(django))
