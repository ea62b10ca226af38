"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class PassportConfig(AppConfig):
    """``passport``."""

    name = "stackmark_web.passport"
    label = "passport"

    def ready(self) -> None:
        """Say which of its changes may need a second person, and hear what awards become."""
        from stackmark_web.awarding import changed
        from stackmark_web.passport import four_eyes, reissuing

        four_eyes.register_all()
        changed.listen(reissuing.end_overtaken)
