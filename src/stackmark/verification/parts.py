"""A credential inside another document, made ready to be judged on its own."""

from __future__ import annotations

from typing import Any

import orjson

from stackmark.errors import ReadError
from stackmark.model.document import Document
from stackmark.reading.received import Received, from_token, from_tree


def receive_part(value: Any) -> Received:
    """An embedded JSON credential, an envelope, or a compact token in text form.

    The bytes of an embedded object are not the issuer's own; its proof covers its content.
    Raises ``ReadError``.
    """
    if isinstance(value, dict):
        return from_tree(Document(orjson.dumps(value), value))
    if isinstance(value, str) and value.count(".") == 2:
        return from_token(value.encode("utf-8", "replace"))
    raise ReadError("read.part", "What stands for a credential inside is neither object nor token.")
