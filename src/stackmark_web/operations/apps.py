"""Django's description of this capability."""

from __future__ import annotations

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """``operations``: running the product: health, metrics, backup, restore, doctor."""

    name = "stackmark_web.operations"
    label = "operations"

    def ready(self) -> None:
        """Hand in what capabilities below ask for."""
        from stackmark_web.awarding import others
        from stackmark_web.integrations import mailer
        from stackmark_web.jobs import signs
        from stackmark_web.operations import checks as _checks  # noqa: F401 - registers them
        from stackmark_web.operations import (
            instance,
            journals,
            living,
            marks,
            metrics,
            middleware,
            starting,
        )
        from stackmark_web.registry import front
        from stackmark_web.tenancy import signers
        from stackmark_web.tenancy.actions import on_key_change
        from stackmark_web.verifying import checking

        others.on_published(marks.note_list)
        on_key_change(marks.note_keys)
        signers.guard(instance.why_not)
        mailer.gate(journals.may_send)
        checking.on_verdict(metrics.verification)
        front.watch(middleware.before_django)
        signs.provide(sign=starting.sign, why_not=living.why_to_end, around=starting.working)
