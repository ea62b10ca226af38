"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class PathwaysConfig(AppConfig):
    """``pathways``: credentials that add up to larger ones."""

    name = "stackmark_web.pathways"
    label = "pathways"

    def ready(self) -> None:
        """Hear of what makes audits stale; answer for sealed files; say what counts toward what."""
        from stackmark_web.awarding import queries as awarding
        from stackmark_web.catalogue import onward as rooms
        from stackmark_web.passport import beside, exporting
        from stackmark_web.pathways import hearing, onward, proof_views, sealing

        hearing.listen()
        awarding.provide_artefacts(sealing.at)
        rooms.provide("counts toward", onward.panel)
        beside.provide("proof", proof_views.panel)
        exporting.provide("pathways", proof_views.exported)
