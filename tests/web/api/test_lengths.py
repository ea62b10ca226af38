"""A body sent in pieces is not lost, and one that is too long is answered when it was sent."""

from __future__ import annotations

import io

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from stackmark_web.api import lengths


def asked(environ_of, body, **more):
    """The answer of the whole application to a request in pieces, without a length."""
    stream, begun = io.BytesIO(body), []
    environ = {
        "REQUEST_METHOD": "POST",
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "application/json",
        "wsgi.input": stream,
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
        **environ_of,
        **more,
    }
    application = lengths.measured(get_wsgi_application())
    for signal in (
        request_started,
        request_finished,
    ):  # its connection holds the test's transaction
        signal.disconnect(close_old_connections)
    try:
        parts = application(environ, lambda status, _headers, _error=None: begun.append(status))
        return begun[0], b"".join(parts), stream
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


@pytest.fixture
def to(world):
    def address(path):
        return {"PATH_INFO": f"/api/v1{path}", "HTTP_AUTHORIZATION": f"Bearer {world.text}"}

    return address


HTTP_2 = {"HTTP_TRANSFER_ENCODING": "", "wsgi.input_terminated": True}


@pytest.mark.parametrize("how", [{}, HTTP_2], ids=["chunked", "http2"])
def test_a_reason_sent_without_a_length_is_heard(world, to, how):
    """Without a length Django would see no body, and the API ask for a reason it was given."""
    award = world.offered()
    path = f"/awards/{award.pk}/revoke"
    status, body, _stream = asked(to(path), b'{"reason":"issued-in-error","note":"x"}', **how)
    assert (status, b"revoked" in body) == ("200 OK", True)
    award.refresh_from_db()
    assert award.revoked_reason == "issued-in-error"


def test_what_is_nowhere_known_is_refused_in_pieces_too(world, to):
    status, body, _stream = asked(to(f"/awards/{world.draft().pk}/release"), b'{"odd":1}')
    assert (status[:3], b"#/odd" in body) == ("422", True)


def test_too_much_in_pieces_is_refused_for_its_length(world, to, monkeypatch):
    monkeypatch.setattr(lengths, "LONGEST", 2 * 1024 * 1024)
    status, body, stream = asked(to("/awards"), b" " * (3 * 1024 * 1024))
    assert (status[:3], b"payload-too-large" in body) == ("413", True)
    assert stream.tell() == 2 * 1024 * 1024 + 1, "no more is kept in memory than may be taken"


@pytest.mark.parametrize("path", ["/api/v1/awards", "/vc-api/credentials/issue"])
def test_a_body_that_is_refused_is_taken_off_the_wire(world, settings, path):
    settings.VC_API = True
    more = {"CONTENT_LENGTH": str(3 * 1024 * 1024), "HTTP_TRANSFER_ENCODING": ""}
    status, _body, stream = asked({"PATH_INFO": path}, b" " * (3 * 1024 * 1024), **more)
    assert (status[:3], stream.tell()) == ("413", 3 * 1024 * 1024)
