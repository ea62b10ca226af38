"""Every request goes to a server on loopback; the look-up is always a fake one."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import re
import socket
import ssl
import threading
import time
import warnings
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared import need_shared
from stackmark.adapters import resolver as resolving
from stackmark.adapters.fetcher import HttpFetcher, connect_to
from stackmark.adapters.resolver import Deadline, look_up, system_resolver
from stackmark.errors import CouldNotTell, UsageError

PUBLIC = "93.184.216.34"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
URL = "https://issuer.example/did.json"


def certificate(folder, name, *, issuer=None):
    """A key and certificate for ``name``, signed by ``issuer`` or by itself, as a PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    signer, signer_name = issuer or (key, subject)
    now = dt.datetime.now(dt.UTC)  # noqa: TID251 - TLS reads the real clock
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .sign(signer, hashes.SHA256())
    )
    path = folder / f"{name}-{'leaf' if issuer else 'self'}.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + built.public_bytes(pem))
    return path, (key, subject)


class Certificates:
    def __init__(self, folder):
        self.root, issuer = certificate(folder, "root.example")
        self.good, _ = certificate(folder, "issuer.example", issuer=issuer)
        self.other, _ = certificate(folder, "other.example", issuer=issuer)
        self.lone, _ = certificate(folder, "issuer.example")


@pytest.fixture(scope="module")
def certs(tmp_path_factory):
    return Certificates(tmp_path_factory.mktemp("certificates"))


class Server:
    """Answers each connection with ``script(connection)`` or fixed bytes; records requests."""

    def __init__(self, script, *, tls=None, family=socket.AF_INET):
        self._script = script
        self._tls = tls
        self._socket = socket.socket(family)
        self._socket.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self._socket.listen(8)
        self.port = self._socket.getsockname()[1]
        self.requests = []
        self.connections = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self):
        self._socket.settimeout(0.02)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _serve(self):
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._socket.accept()
                self.connections += 1
                with connection, contextlib.suppress(OSError):
                    connection.settimeout(5)
                    self._speak(connection)

    def _speak(self, connection):
        if self._tls:
            connection = self._tls.wrap_socket(connection, server_side=True)
        with connection:
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536) or b"\r\n\r\n"
            self.requests.append(request)
            if callable(self._script):
                self._script(connection, self._stop)
            else:
                connection.sendall(self._script)
            if self._tls:
                connection.unwrap()


def server_tls(path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


class World:
    """A fetcher whose names and addresses are made up and whose connections stay here."""

    def __init__(self, server, *, answers=((PUBLIC,),), root=None, **options):
        self.looked_up = []
        self.dialled = []
        self._server = server
        self._answers = itertools.cycle(answers)
        tls = ssl.create_default_context(cafile=root) if root else None
        self.fetcher = HttpFetcher(
            resolver=self._resolve, connect=self._connect, tls=tls, **({"seconds": 20.0} | options)
        )

    def _resolve(self, host, port):
        self.looked_up.append((host, port))
        return next(self._answers)

    def _connect(self, address, port, seconds):
        self.dialled.append((address, port))
        return connect_to("127.0.0.1", self._server.port, seconds)

    def failure(self, url=URL):
        with pytest.raises(CouldNotTell) as caught:
            self.fetcher.fetch(url)
        assert caught.value.detail.isprintable()
        return caught.value.reason


class NoServer:
    port = 9


def plain(script, url="http://127.0.0.1:{port}/x", **options):
    """What the fetcher makes of an answer over plain http to an excepted host."""
    with Server(script) as server:
        fetcher = HttpFetcher([f"127.0.0.1:{server.port}"], **({"seconds": 20.0} | options))
        return fetcher.fetch(url.format(port=server.port))


def plain_failure(script, **options):
    with pytest.raises(CouldNotTell) as caught:
        plain(script, **options)
    assert caught.value.detail.isprintable()
    return caught.value.reason


def asked(connection, stop):
    stop.wait(5)


def dripping(parts, pause):
    def script(connection, stop):
        for part in parts:
            if stop.wait(pause):
                return
            connection.sendall(part)

    return script


class TestNames:
    def test_net_000_rebinding_connects_only_to_the_checked_address(self, certs):
        with Server(OK, tls=server_tls(certs.good)) as server:
            world = World(server, answers=((PUBLIC,), ("127.0.0.1",)), root=certs.root)
            assert world.fetcher.fetch(URL) == b"hi"
            assert world.looked_up == [("issuer.example", 443)]
            assert world.dialled == [(PUBLIC, 443)]
            assert world.failure() == "fetch.address"
            assert len(world.dialled) == 1

    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param((PUBLIC, "10.0.0.5"), id="NET-001"),
            pytest.param((PUBLIC, "::1"), id="NET-002"),
            pytest.param(("127.0.0.1",), id="NET-003"),
            pytest.param(("::ffff:169.254.169.254",), id="NET-004"),
            pytest.param(("fe80::1%eth0",), id="zone"),
            pytest.param(("64:ff9b::10.0.0.1",), id="NAT64"),
            pytest.param(("not an address\x1b[2J",), id="nonsense"),
        ],
    )
    def test_net_001_to_004_one_inside_address_is_enough_to_refuse(self, answer):
        world = World(NoServer, answers=(answer,))
        assert world.failure() == "fetch.address"
        assert world.dialled == []

    def test_net_009_one_look_up_for_one_request(self, certs):
        answers = [(f"93.184.216.{n}",) for n in range(10)]
        with Server(OK, tls=server_tls(certs.good)) as server:
            world = World(server, answers=answers, root=certs.root)
            for count in range(1, 4):
                world.fetcher.fetch(URL)
                assert len(world.looked_up) == count
            assert [address for address, _ in world.dialled] == [a for (a,) in answers[:3]]

    def test_net_010_empty_answer(self):
        world = World(NoServer, answers=((),))
        assert world.failure() == "fetch.dns"
        assert world.dialled == []

    def test_net_011_slow_look_up_ends_at_the_deadline(self):
        release = threading.Event()

        def slow(host, port):
            release.wait(60)
            return [PUBLIC]

        started = time.monotonic()
        with pytest.raises(CouldNotTell) as caught:
            HttpFetcher(resolver=slow, seconds=0.2).fetch(URL)
        assert time.monotonic() - started < 1
        release.set()
        assert caught.value.reason == "fetch.timeout"

    @pytest.mark.parametrize(
        "error", [socket.gaierror(-2, "Name not known"), UnicodeError("label")]
    )
    def test_failed_look_up(self, error):
        def fails(host, port):
            raise error

        with pytest.raises(CouldNotTell) as caught:
            HttpFetcher(resolver=fails).fetch(URL)
        assert caught.value.reason == "fetch.dns"

    def test_a_broken_resolver_is_not_hidden(self):
        with pytest.raises(ZeroDivisionError):
            look_up(lambda host, port: [str(1 / 0)], "a.example", 443, Deadline.after(1))

    def test_abandoned_look_ups_are_bounded(self, monkeypatch):
        release = threading.Event()
        monkeypatch.setattr(resolving, "_slots", threading.BoundedSemaphore(2))
        started = []

        def slow(host, port):
            started.append(host)
            release.wait(10)
            return [PUBLIC]

        for _ in range(4):
            with pytest.raises(TimeoutError):
                look_up(slow, "a.example", 443, Deadline.after(0.05))
        release.set()
        assert len(started) == 2
        assert look_up(lambda host, port: [host], "b.example", 443, Deadline.after(5)) == [
            "b.example"
        ]

    def test_a_refused_url_is_not_even_looked_up(self):
        world = World(NoServer)
        assert world.failure("https://127.0.0.1/") == "fetch.refused-url"
        assert world.looked_up == []

    def test_system_resolver_reads_numbers_without_asking_anyone(self):
        assert system_resolver("127.0.0.1", 443) == ["127.0.0.1"]
        assert system_resolver("::1", 443) == ["::1"]


class TestRedirects:
    @pytest.mark.parametrize(
        ("status", "place"),
        [
            pytest.param(302, "http://127.0.0.1/", id="NET-005"),
            pytest.param(307, "http://issuer.example/", id="NET-006"),
            pytest.param(301, "https://issuer.example/again", id="NET-007"),
            pytest.param(308, "https://other.example/", id="NET-008"),
            pytest.param(304, "", id="not-modified"),
        ],
    )
    def test_net_005_to_008_redirects_are_never_followed(self, certs, status, place):
        answer = f"HTTP/1.1 {status} Moved\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n"
        with Server(answer.encode(), tls=server_tls(certs.good)) as server:
            world = World(server, root=certs.root)
            assert world.failure() == "fetch.redirect"
            assert len(world.looked_up) == len(world.dialled) == server.connections == 1


class TestTime:
    def test_net_012_silent_server(self):
        started = time.monotonic()
        assert plain_failure(asked, seconds=0.2) == "fetch.timeout"
        assert time.monotonic() - started < 1

    @pytest.mark.parametrize(
        "parts",
        [
            pytest.param([bytes([b]) for b in OK * 9], id="head"),
            pytest.param([b"HTTP/1.1 200 OK\r\n\r\n", *[b"x"] * 200], id="body"),
            pytest.param([OK[:17] + b"Content-Length: 200\r\n\r\n", *[b"x"] * 200], id="length"),
            pytest.param(
                [OK[:17] + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n"] * 200],
                id="chunks",
            ),
        ],
    )
    def test_a_slow_drip_ends_at_the_deadline(self, parts):
        started = time.monotonic()
        assert plain_failure(dripping(parts, 0.03), seconds=0.3) == "fetch.timeout"
        assert time.monotonic() - started < 1

    def test_a_silent_hand_shake_ends_at_the_deadline(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            world = World(NoServer, seconds=0.2)
            world._server = type("Silent", (), {"port": listener.getsockname()[1]})
            started = time.monotonic()
            assert world.failure() == "fetch.timeout"
            assert time.monotonic() - started < 1

    def test_each_address_gets_a_share_of_the_time(self):
        shares = []

        def connect(address, port, seconds):
            shares.append((address, seconds))
            raise TimeoutError

        addresses = [f"93.184.216.{n}" for n in range(6)]
        fetcher = HttpFetcher(resolver=lambda host, port: addresses, connect=connect, seconds=4.0)
        with pytest.raises(CouldNotTell) as caught:
            fetcher.fetch(URL)
        assert caught.value.reason == "fetch.timeout"
        assert [address for address, _ in shares] == addresses[:4]
        assert shares[0][1] == pytest.approx(1.0, abs=0.1)

    def test_the_second_address_is_used_when_the_first_refuses(self, certs):
        with Server(OK, tls=server_tls(certs.good)) as server:

            def connect(address, port, seconds):
                if address == PUBLIC:
                    raise ConnectionRefusedError(111, "Connection refused")
                return connect_to("127.0.0.1", server.port, seconds)

            fetcher = HttpFetcher(
                resolver=lambda host, port: [PUBLIC, "93.184.216.35"],
                connect=connect,
                tls=ssl.create_default_context(cafile=certs.root),
            )
            assert fetcher.fetch(URL) == b"hi"

    def test_a_passed_deadline_raises(self):
        with pytest.raises(TimeoutError):
            Deadline.after(-1).left()


class TestSizes:
    def test_net_013_head_of_10_mb(self):
        def script(connection, stop):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(160):
                connection.sendall(b"X: " + b"a" * 65531 + b"\r\n")

        assert plain_failure(script) == "fetch.too-large"

    def test_net_014_body_over_the_limit_without_a_length(self):
        sent = []

        def script(connection, stop):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not stop.is_set():
                sent.append(connection.send(b"x" * 65536))

        assert plain_failure(script, max_bytes=100_000) == "fetch.too-large"
        assert plain(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1000, max_bytes=1000) == b"x" * 1000
        assert (
            plain_failure(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001, max_bytes=1000)
            == "fetch.too-large"
        )

    def test_net_015_lying_length_reads_no_more_than_it_says(self):
        def script(connection, stop):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            for _ in range(160):
                connection.sendall(b"x" * 65536)

        assert plain(script) == b"x" * 10

    def test_a_length_over_the_limit_is_refused_before_the_body(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"
        assert plain_failure(dripping([head], 0), max_bytes=1000) == "fetch.too-large"

    def test_chunks_over_the_limit(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        assert (
            plain_failure(head + b"200\r\n" + b"x" * 512 + b"\r\nffffffff\r\n") == "fetch.too-large"
        )
        assert plain_failure(head + b"0;" + b"x" * 300 + b"\r\n\r\n") == "fetch.too-large"
        assert plain_failure(head + b"0\r\n" + b"X: y\r\n" * 20_000) == "fetch.too-large"


class TestTls:
    def outcome(self, certs, *, tls, root):
        with Server(OK, tls=tls) as server:
            return World(server, root=root).failure()

    def test_net_016_certificate_for_another_name(self, certs):
        assert self.outcome(certs, tls=server_tls(certs.other), root=certs.root) == "fetch.tls"

    def test_net_017_self_signed_certificate(self, certs):
        assert self.outcome(certs, tls=server_tls(certs.lone), root=certs.root) == "fetch.tls"

    def test_a_certificate_the_system_does_not_know(self, certs):
        assert self.outcome(certs, tls=server_tls(certs.good), root=None) == "fetch.tls"

    def test_net_018_old_tls_only(self, certs):
        tls = server_tls(certs.good)
        tls.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            tls.minimum_version = ssl.TLSVersion.TLSv1
            tls.maximum_version = ssl.TLSVersion.TLSv1
        assert self.outcome(certs, tls=tls, root=certs.root) == "fetch.tls"

    def test_a_given_context_cannot_switch_checks_off(self, certs):
        lax = ssl.create_default_context()
        lax.check_hostname = False
        lax.verify_mode = ssl.CERT_NONE
        with Server(OK, tls=server_tls(certs.lone)) as server:
            fetcher = HttpFetcher(
                resolver=lambda host, port: [PUBLIC],
                connect=lambda address, port, seconds: connect_to(
                    "127.0.0.1", server.port, seconds
                ),
                tls=lax,
            )
            with pytest.raises(CouldNotTell) as caught:
                fetcher.fetch(URL)
        assert caught.value.reason == "fetch.tls"

    def test_plain_http_behind_https(self):
        def script(connection, stop):
            connection.sendall(OK)

        with socket.create_server(("127.0.0.1", 0)) as listener:
            done = threading.Thread(target=lambda: script(listener.accept()[0], None))
            world = World(type("Plain", (), {"port": listener.getsockname()[1]}))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                done.start()
                assert world.failure() == "fetch.tls"
                done.join()

    def test_a_cut_without_the_tls_goodbye_is_not_an_end(self, certs):
        def cut(connection, stop):
            connection.sendall(b'HTTP/1.1 200 OK\r\n\r\n{"half": 1')
            socket.socket.shutdown(connection, socket.SHUT_RDWR)

        with Server(cut, tls=server_tls(certs.good)) as server:
            assert World(server, root=certs.root).failure() == "fetch.connection"

    def test_the_goodbye_ends_a_body_without_length(self, certs):
        with Server(b"HTTP/1.1 200 OK\r\n\r\nwhole", tls=server_tls(certs.good)) as server:
            assert World(server, root=certs.root).fetcher.fetch(URL) == b"whole"


class TestEnvironment:
    def test_net_020_proxy_variables_are_not_used(self, certs, monkeypatch):
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        with Server(OK, tls=server_tls(certs.good)) as server:
            world = World(server, root=certs.root)
            assert world.fetcher.fetch(URL) == b"hi"
            assert world.dialled == [(PUBLIC, 443)]
        assert plain(OK) == b"hi"

    def test_net_021_netrc_is_not_used(self, certs, monkeypatch, tmp_path):
        netrc = tmp_path / ".netrc"
        netrc.write_text("machine issuer.example login me password secret\n")
        netrc.chmod(0o600)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(netrc))
        with Server(OK, tls=server_tls(certs.good)) as server:
            World(server, root=certs.root).fetcher.fetch(URL)
            assert b"authorization" not in server.requests[0].lower()
            assert b"secret" not in server.requests[0]


class TestRequest:
    def test_exactly_what_is_sent(self, certs):
        with Server(OK, tls=server_tls(certs.good)) as server:
            World(server, root=certs.root).fetcher.fetch("https://issuer.example:8443/ü?a=b#frag")
            lines = server.requests[0].decode("ascii").split("\r\n")
        assert lines[0] == "GET /%C3%BC?a=b HTTP/1.1"
        fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        assert list(fields) == ["Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"]
        assert fields["Host"] == "issuer.example:8443"
        assert fields["User-Agent"].startswith("stackmark/")
        assert "application/json" in fields["Accept"]
        assert fields["Accept-Encoding"] == "identity"

    def test_no_cookie_is_kept(self):
        answer = OK.replace(b"\r\n\r\n", b"\r\nSet-Cookie: a=b\r\n\r\n")
        with Server(answer) as server:
            fetcher = HttpFetcher([f"127.0.0.1:{server.port}"])
            for _ in range(2):
                assert fetcher.fetch(f"http://127.0.0.1:{server.port}/") == b"hi"
            assert b"cookie" not in server.requests[1].lower()


HEAD = b"HTTP/1.1 200 OK\r\n"


class TestAnswers:
    @pytest.mark.parametrize(
        ("answer", "body"),
        [
            (HEAD + b"Content-Length: 0\r\n\r\n", b""),
            (HEAD + b"content-length: 2\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
            (HEAD + b"Content-Encoding: identity\r\nContent-Length: 2\r\n\r\nhi", b"hi"),
            (HEAD + b"\r\nto the end", b"to the end"),
            (b"HTTP/1.0 200\r\n\r\nold", b"old"),
            (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK, b"hi"),
            (
                HEAD
                + b"Transfer-Encoding: Chunked\r\n\r\n2;a=b\r\nhi\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
                b"hi0123456789",
            ),
        ],
    )
    def test_bodies(self, answer, body):
        assert plain(answer) == body
        assert plain(dripping([answer[n : n + 7] for n in range(0, len(answer), 7)], 0)) == body

    @pytest.mark.parametrize(
        ("answer", "slug"),
        [
            pytest.param(b"<html>hello</html>", "protocol", id="NET-019"),
            (b"", "connection"),
            (b"HTT", "protocol"),
            (b"HTTP/2 200 OK\r\n\r\n", "protocol"),
            (b"HTTP/1.1 2000 OK\r\n\r\n", "protocol"),
            (b"HTTP/1.1 200 OK\n\nhi", "connection"),
            (HEAD + b"no colon\r\n\r\n", "protocol"),
            (HEAD + b"A : b\r\n\r\n", "protocol"),
            (HEAD + b"A: b\r\n folded\r\n\r\n", "protocol"),
            (HEAD + b"A: b\rc\r\n\r\n", "protocol"),
            (HEAD + b"A: b\x00c\r\n\r\n", "protocol"),
            (HEAD + b"Content-Length: 2", "connection"),
            (HEAD + b"Content-Length: 3\r\n\r\nhi", "connection"),
            (HEAD + b"Content-Length: -1\r\n\r\nhi", "protocol"),
            (HEAD + b"Content-Length: 0x2\r\n\r\nhi", "protocol"),
            (HEAD + b"Content-Length: 2, 2\r\n\r\nhi", "protocol"),
            (HEAD + b"Content-Length: 2\r\nContent-Length: 1\r\n\r\nhi", "protocol"),
            (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nhi", "protocol"),
            (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "protocol"),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\nxx\r\n", "protocol"),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\n-1\r\nhi\r\n", "protocol"),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhiho\r\n0\r\n\r\n", "protocol"),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n", "connection"),
            (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n", "connection"),
            (HEAD + b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi", "encoding"),
            (b"HTTP/1.1 100 Continue\r\n\r\n" * 6, "protocol"),
            (b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "status"),
            (b"HTTP/1.1 204 No Content\r\n\r\n", "status"),
            (b"HTTP/1.1 206 Partial Content\r\nContent-Length: 2\r\n\r\nhi", "status"),
            (b"HTTP/1.1 500 \x1b[31m\r\n\r\n", "protocol"),
        ],
    )
    def test_refused_answers(self, answer, slug):
        assert plain_failure(answer) == f"fetch.{slug}"


class TestAllowList:
    def test_only_the_named_port_is_reached(self):
        with Server(OK) as server, Server(OK) as other:
            fetcher = HttpFetcher([f"127.0.0.1:{server.port}"])
            assert fetcher.fetch(f"http://127.0.0.1:{server.port}/") == b"hi"
            with pytest.raises(CouldNotTell) as caught:
                fetcher.fetch(f"http://127.0.0.1:{other.port}/")
            assert caught.value.reason == "fetch.refused-url"
            assert other.connections == 0

    def test_a_named_host_may_be_inside(self):
        with Server(OK) as server:
            options = {"resolver": lambda host, port: ["127.0.0.1"], "seconds": 20.0}
            fetcher = HttpFetcher([f"LocalHost:{server.port}"], **options)
            assert fetcher.fetch(f"http://localhost:{server.port}/") == b"hi"

    def test_version_6_loopback(self):
        try:
            server = Server(OK, family=socket.AF_INET6)
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        with server:
            fetcher = HttpFetcher([f"[::1]:{server.port}"])
            assert fetcher.fetch(f"http://[::1]:{server.port}/") == b"hi"

    def test_https_still_checks_the_certificate(self, certs):
        with Server(OK, tls=server_tls(certs.good)) as server:
            fetcher = HttpFetcher([f"127.0.0.1:{server.port}"])
            with pytest.raises(CouldNotTell) as caught:
                fetcher.fetch(f"https://127.0.0.1:{server.port}/")
        assert caught.value.reason == "fetch.tls"

    @pytest.mark.parametrize(
        "entry", ["localhost", "localhost:0", "http://a:80", "*:80", "a:80/", ""]
    )
    def test_other_forms_are_refused(self, entry):
        with pytest.raises(UsageError) as caught:
            HttpFetcher([entry])
        assert caught.value.reason == "usage.allow-host"

    def test_nobody_listening(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        with pytest.raises(CouldNotTell) as caught:
            HttpFetcher([f"127.0.0.1:{port}"]).fetch(f"http://127.0.0.1:{port}/")
        assert caught.value.reason == "fetch.connection"


def test_every_resolver_scenario_of_the_vectors_has_a_test():
    path = need_shared() / "vectors" / "security" / "own" / "outgoing-requests.json"
    wanted = {case["id"] for case in json.loads(path.read_bytes())["resolver_scenarios"]}
    tested = re.findall(r"(?i:net)[-_](\d{3})", Path(__file__).read_text(encoding="utf-8"))
    assert wanted == {f"NET-{number}" for number in tested}
