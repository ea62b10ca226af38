from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def no_sockets(monkeypatch):
    """No vector may make the library touch the network by itself."""
    touched = []

    def refuse(*args, **_):
        touched.append(args)
        raise OSError("a test of vectors may not open sockets")

    for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, refuse)
    yield touched
    # The verifier would turn the error into a report, so it is asked for here.
    assert touched == []
