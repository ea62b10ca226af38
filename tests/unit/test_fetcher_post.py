"""POST by the one fetcher: the same rules as for GET, and no redirect is followed."""

from __future__ import annotations

import socket
import threading

import pytest

from stackmark.adapters.fetcher import HttpFetcher
from stackmark.errors import CouldNotTell


class Host:
    """Answers one request on this machine with bytes of a test; keeps what came."""

    def __init__(self, answer):
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self.came, self._answer = b"", answer
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        connection, _ = self._server.accept()
        with connection:
            while b"\r\n\r\n" not in self.came or not self.came.endswith(b"}"):
                self.came += connection.recv(65_536)
            connection.sendall(self._answer)

    def ask(self, **more):
        fetcher = HttpFetcher([f"127.0.0.1:{self.port}"], seconds=20.0)
        url = f"http://127.0.0.1:{self.port}/in?x=1"
        try:
            return fetcher.post(url, b'{"a":1}', [("Content-Type", "application/json")], **more)
        finally:
            self._thread.join(5)
            self._server.close()


def test_what_is_sent():
    host = Host(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert host.ask() == (204, b"")
    head, _, body = host.came.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /in?x=1 HTTP/1.1"
    assert "Content-Type: application/json" in lines
    assert "Content-Length: 7" in lines
    assert body == b'{"a":1}'


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", (200, b"hello")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000, (200, b"x" * 1024)),
        (b"HTTP/1.1 200 OK\r\n\r\nuntil the end", (200, b"until the end")),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
            (200, b"abc"),
        ),
        (b"HTTP/1.1 302 Found\r\nLocation: https://10.0.0.1/\r\n\r\n", (302, b"")),
        (b"HTTP/1.1 500 No\r\nContent-Length: nonsense\r\n\r\nsorry", (500, b"sorry")),
    ],
)
def test_what_is_told(answer, told):
    assert Host(answer).ask() == told


def test_an_answer_that_is_no_http():
    with pytest.raises(CouldNotTell) as error:
        Host(b"SSH-2.0-OpenSSH\r\n\r\n").ask()
    assert error.value.reason == "fetch.protocol"


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "ü"])
def test_a_field_that_would_begin_another(value):
    opened = []
    fetcher = HttpFetcher(resolver=lambda *_: opened.append(1) or ["93.184.216.34"])
    with pytest.raises(ValueError, match="webhook-id"):
        fetcher.post("https://hooks.example.org/", b"{}", [("webhook-id", value)])
    assert not opened


@pytest.mark.parametrize(
    ("url", "addresses", "reason"),
    [
        ("http://hooks.example.org/", ["93.184.216.34"], "fetch.refused-url"),
        ("https://hooks.example.org/", ["127.0.0.1"], "fetch.address"),
        ("https://hooks.example.org/", ["93.184.216.34", "10.1.1.1"], "fetch.address"),
        ("https://hooks.example.org/", ["::ffff:169.254.169.254"], "fetch.address"),
    ],
)
def test_addresses_inside_get_no_packet(url, addresses, reason):
    def connect(*_where):
        raise AssertionError("a packet left")

    fetcher = HttpFetcher(resolver=lambda *_: addresses, connect=connect)
    with pytest.raises(CouldNotTell) as error:
        fetcher.post(url, b"{}", [])
    assert error.value.reason == reason
