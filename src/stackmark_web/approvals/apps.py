"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """``approvals``: four eyes, where an organisation asks for them."""

    name = "stackmark_web.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Guard the actions of the rooms below, and of all that register theirs."""
        from stackmark_web.approvals import actions, guard, kinds, queries  # noqa: F401 - marks set_policy
        from stackmark_web.tenancy import guarding
        from stackmark_web.tenancy.queries import count_in_navigation

        kinds.register_all()
        count_in_navigation("changes", queries.badge)
        guarding.provide(guard.check)
