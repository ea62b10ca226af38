"""``index_catalogue``: write the catalogue's index anew, after an update that finds things by more.

Pages show the old index until a version's own turn; running it twice changes nothing.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from stackmark_web.catalogue.indexing import list_version
from stackmark_web.catalogue.public import all_current


class Command(BaseCommand):
    """Words, facets and rule sets of everything in the catalogue."""

    help = "Write the index of the catalogue anew: words, facets, and the rule sets a design meets."

    def handle(self, *args: Any, **options: Any) -> None:
        """One transaction for each version."""
        del args, options
        many = 0
        for version in all_current():
            with transaction.atomic():
                list_version(version)
            many += 1
        self.stdout.write(f"{many} achievements indexed.")
