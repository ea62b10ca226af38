"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class RecognisingConfig(AppConfig):
    """``recognising``: what credentials of others count for here, decided and signed."""

    name = "stackmark_web.recognising"
    label = "recognising"

    def ready(self) -> None:
        """Tell awarding, checks, the catalogue and the passport what they ask of recognition.

        Awarding: which indexes are withdrawn. Checks: what our addresses answer. The catalogue:
        past decisions beside what can be earned. The passport: the way to a request.
        """
        from stackmark_web.awarding import others
        from stackmark_web.catalogue import onward
        from stackmark_web.passport import beside
        from stackmark_web.recognising import inside, queries, tasks_portfolio  # noqa: F401
        from stackmark_web.recognising.asking_panel import asking_panel
        from stackmark_web.recognising.past_panel import past_panel

        others.also_withdrawn(queries.withdrawn)
        inside.register()
        onward.provide("past decisions", past_panel)
        beside.provide("asking", asking_panel)
