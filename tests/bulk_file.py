"""Short ways to read a bulk file in tests."""

from __future__ import annotations

import pytest

from stackmark.errors import UsageError
from stackmark.issuing.recipients import BadRow, Row, read_rows


def read(text: str | bytes, **options) -> list[Row | BadRow]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_rows([data], **options))


def good(text: str | bytes, **options) -> Row:
    (row,) = read(text, **options)
    assert isinstance(row, Row), row
    return row


def bad(text: str, **options) -> BadRow:
    (row,) = read(text, **options)
    assert isinstance(row, BadRow), row
    return row


def refused(text: str | bytes, **options) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(text, **options)
    return caught.value
