"""What the digests of related resources are compared with."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings

from stackmark.adapters.documents import DocumentsFetcher, load_map
from stackmark.errors import CouldNotTell
from stackmark_web.verifying.fetching import server_fetcher


@lru_cache(maxsize=4)
def _given(path: str) -> DocumentsFetcher:
    return load_map(path) if path else DocumentsFetcher({})


class Resources:
    """A ``ports.Fetcher`` for related resources: the files of the setting, then the network.

    ``STACKMARK_VC_API_RESOURCES`` names a map from address to file. A context that changed since
    a suite was written can be given there: its digest then holds, its meaning is ours as ever.
    """

    def __init__(self) -> None:
        self._given = _given(settings.VC_API_RESOURCES)
        self._network = server_fetcher()

    def fetch(self, url: str) -> bytes:
        """The bytes behind ``url``. Raises ``CouldNotTell`` ``fetch.…``."""
        try:
            return self._given.fetch(url)
        except CouldNotTell:
            return self._network.fetch(url)

    def editions(self, url: str) -> Sequence[bytes]:
        """The file of the setting for this address, if there is one."""
        try:
            return [self._given.fetch(url)]
        except CouldNotTell:
            return []
