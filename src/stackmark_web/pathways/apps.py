"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """``pathways``: credentials that add up to larger ones."""

    name = "stackmark_web.pathways"
    label = "pathways"

    def ready(self) -> None:
<<<<<<< HEAD
        """Say on the pages of achievements what they count toward."""
        from stackmark_web.catalogue import onward as rooms
        from stackmark_web.pathways import onward

        rooms.provide("counts toward", onward.panel)
=======
        """Hear of what makes audits stale; answer for the files awards are bound to."""
        from stackmark_web.awarding import queries as awarding
        from stackmark_web.pathways import hearing, sealing

        hearing.listen()
        awarding.provide_artefacts(sealing.at)
>>>>>>> path1
