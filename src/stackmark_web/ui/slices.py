"""Pages of a long list: first the keys of a page, along an index alone, then its rows.

``OFFSET`` goes through all that comes before a page. Over an index that is quick; with what each
row shows, and what belongs to it, it is not.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet


class Slices:
    """What a paginator asks of a list: how long it is, and a slice of it.

    ``order``: the rows in their order, every column of it and of its filter in one index.
    ``shown``: the same rows, or more, as a page shows them, in any order.
    """

    def __init__(
        self, order: QuerySet[Any], shown: QuerySet[Any], length: int | None = None
    ) -> None:
        self._order, self._shown = order, shown
        self._length = length

    def __len__(self) -> int:
        if self._length is None:
            self._length = self._order.count()
        return self._length

    def __getitem__(self, part: slice) -> list[Any]:
        keys = list(self._order.values_list("pk", flat=True)[part])
        found = self._shown.in_bulk(keys)
        return [found[key] for key in keys if key in found]
