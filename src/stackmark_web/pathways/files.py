"""The files a credential is bound to, as far as this server has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from stackmark.errors import StackmarkError
from stackmark.reading.received import Received
from stackmark_web.verifying import artefacts
from stackmark_web.verifying.fetching import OWN_FILES


class AtHand(Mapping[str, bytes]):
    """Address → bytes; looked for when asked, and never fetched from elsewhere.

    Readers compare the digest themselves, so that a copy kept here does no harm.
    """

    def __init__(self, received: Received) -> None:
        self._received = received
        self._found: dict[str, bytes] = {}

    def __getitem__(self, url: str) -> bytes:
        if url not in self._found:
            try:
                self._found[url] = self._fetch(url)
            except StackmarkError:
                raise KeyError(url) from None
        return self._found[url]

    def _fetch(self, url: str) -> bytes:
        """What is published here; else what is kept for the award that seals it."""
        try:
            return _published(url)
        except StackmarkError:
            return artefacts.at_hand_for(self._received).fetch(url)

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


@lru_cache(maxsize=500)
def _published(url: str) -> bytes:
    """The same file stands behind very many credentials. What it raises is not kept."""
    return OWN_FILES.fetch(url)
