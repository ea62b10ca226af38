"""What an action raises besides the library's errors."""

from __future__ import annotations

import uuid
from collections.abc import Callable


class NeedsSecondPerson(Exception):  # noqa: N818 - says what is needed
    """Nothing was changed: a second person has to approve first; the change waits for one.

    ``change_id`` names the waiting change, ``url`` is the path of its page. Raised outside of
    the action's transaction, so the waiting change is stored. Who catches it: the middleware of
    ``approvals`` for pages, the API for its answers (202). ``keep()`` stores the waiting change
    again where a transaction around the action took it back; call it before answering.
    """

    def __init__(
        self, change_id: uuid.UUID, url: str, detail: str, keep: Callable[[], object]
    ) -> None:
        super().__init__(detail)
        self.keep = keep
        self.change_id = change_id
        self.url = url
        self.detail = detail
