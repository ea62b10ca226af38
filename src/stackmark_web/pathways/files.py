"""The files a credential is bound to, as far as this server has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stackmark.errors import StackmarkError
from stackmark.reading.received import Received
from stackmark_web.verifying import artefacts


class AtHand(Mapping[str, bytes]):
    """Address → bytes; asked for when wanted and never fetched from elsewhere.

    Readers compare the digest themselves.
    """

    def __init__(self, received: Received) -> None:
        self._files = artefacts.at_hand_for(received)
        self._found: dict[str, bytes] = {}

    def __getitem__(self, url: str) -> bytes:
        if url not in self._found:
            try:
                self._found[url] = self._files.fetch(url)
            except StackmarkError:
                raise KeyError(url) from None
        return self._found[url]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)
