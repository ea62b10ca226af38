"""Django's description of this capability."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core.mail.utils import DNS_NAME
from django.utils.encoding import punycode


class IntegrationsConfig(AppConfig):
    """``integrations``."""

    name = "stackmark_web.integrations"
    label = "integrations"

    def ready(self) -> None:
        """Mail names the host people know, not that of the machine; webhooks hear of changes."""
        from stackmark_web.audit import door
        from stackmark_web.integrations.webhook_events import hear

        door.listen(hear)
        host = urlsplit(settings.PUBLIC_URL).hostname
        if host:
            DNS_NAME._fqdn = punycode(host)  # noqa: SLF001 - Django has no setting for it
