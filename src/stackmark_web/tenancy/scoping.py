"""Tenant data comes through a scope, never by accident.

A tenant model has ``objects = Scoped()`` and ``everywhere = models.Manager()``. ``objects`` has no
unscoped reads: ``Award.objects.within(organisation)`` gives that organisation's rows and those
of its units. ``everywhere`` is for actions, jobs and public lookups by an unguessable id; a test
lists the files that use it.
"""

from __future__ import annotations

from typing import Any

from django.db import models


class Unscoped(RuntimeError):  # noqa: N818 - says what was forgotten
    """A tenant model was read without saying whose rows are meant."""


class Scoped(models.Manager[Any]):
    """A manager that reads only within one organisation and its units."""

    def get_queryset(self) -> models.QuerySet[Any]:
        """Refuse: the caller must say whose rows."""
        raise Unscoped(f"{self.model.__name__}: use .within(organisation) or .everywhere")

    def within(self, organisation: Any) -> models.QuerySet[Any]:
        """Rows of ``organisation`` and of every unit below it."""
        rows = super().get_queryset()
        return rows.filter(organisation__path__startswith=organisation.path)
