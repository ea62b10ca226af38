"""The one way out to the network: every outgoing request of Stackmark goes through here.

https to a checked public address, resolved once; no redirects, proxies, netrc or cookies; one
deadline over everything and limits on every byte (reference: security rule 7).
"""

from __future__ import annotations

import ipaddress
import re
import socket
import ssl
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from functools import cached_property
from importlib import metadata
from typing import TYPE_CHECKING, Final

from stackmark.adapters.addresses import is_public
from stackmark.adapters.http_wire import Wire, ask, tell
from stackmark.adapters.resolver import Deadline, Resolver, look_up, system_resolver
from stackmark.adapters.urls import CheckedUrl, check_url, shorten
from stackmark.errors import CouldNotTell, UsageError
from stackmark.limits import FETCH_SECONDS, MAX_FETCH_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Connect = Callable[[str, int, float], socket.socket]
"""Address, port and seconds to a connected socket; raises ``OSError``."""

_MAX_TRIES: Final = 4  # addresses of one host tried in turn
_ENTRY: Final = re.compile(r"(?:[a-z0-9.-]+|\[[0-9a-f:.]+\]):[1-9][0-9]{0,4}")
_FIELD: Final = re.compile(r"[A-Za-z0-9-]+: [\x20-\x7e]*")
_ACCEPT: Final = (
    "application/vc, application/json, application/ld+json, application/did+json, "
    "application/vc+jwt;q=0.9, */*;q=0.1"
)


def connect_to(address: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection to a numeric ``address``; no name is looked up. Raises ``OSError``."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


class HttpFetcher:
    """A ``ports.Fetcher`` over https. Safe to share between threads.

    ``allow_hosts``: ``HOST:PORT`` entries (``127.0.0.1:8765``, ``[::1]:8765``,
    ``localhost:8765``) that may be reached over plain http or https even when they are inside
    addresses. **Unsafe**: any document checked can then make requests to them; for trying
    things out only. ``resolver``, ``connect``, ``seconds``, ``max_bytes`` and ``tls`` (a client
    context) are there for tests and for networks of their own.

    Raises ``UsageError`` with reason ``usage.allow-host`` for an entry of another form.
    """

    def __init__(
        self,
        allow_hosts: Iterable[str] = frozenset(),
        *,
        resolver: Resolver = system_resolver,
        connect: Connect = connect_to,
        seconds: float = FETCH_SECONDS,
        max_bytes: int = MAX_FETCH_BYTES,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._allow = frozenset(_check_entry(entry) for entry in allow_hosts)
        self._resolver = resolver
        self._connect = connect
        self._seconds = seconds
        self._max_bytes = max_bytes
        self._given_tls = tls

    def fetch(self, url: str) -> bytes:
        """The body behind ``url``.

        Raises ``CouldNotTell`` with reasons ``fetch.refused-url``, ``fetch.address``,
        ``fetch.dns``, ``fetch.timeout``, ``fetch.tls``, ``fetch.redirect``, ``fetch.status``,
        ``fetch.encoding``, ``fetch.too-large``, ``fetch.connection``, ``fetch.protocol``.
        """
        checked = check_url(url, allow_hosts=self._allow)
        with self._connected(checked) as wire:
            return ask(
                wire,
                authority=checked.authority,
                target=checked.target,
                agent=self._agent,
                accept=_ACCEPT,
                limit=self._max_bytes,
            )

    def post(
        self, url: str, body: bytes, fields: Sequence[tuple[str, str]], *, keep: int = 1024
    ) -> tuple[int, bytes]:
        """Send ``body`` to ``url``: the status and the first ``keep`` bytes of the answer.

        The same rules and address checks as ``fetch``; any status is an answer, and a redirect is
        not followed. ``fields`` are further lines of the head, ASCII, such as ``Content-Type``.

        Raises ``CouldNotTell`` as ``fetch``, and ``ValueError`` for a field that is no head line.
        """
        for name, value in fields:
            if not _FIELD.fullmatch(f"{name}: {value}"):
                raise ValueError(f"{name} cannot be sent in the head of a request.")
        checked = check_url(url, allow_hosts=self._allow)
        with self._connected(checked) as wire:
            return tell(
                wire,
                authority=checked.authority,
                target=checked.target,
                agent=self._agent,
                fields=fields,
                body=body,
                keep=keep,
            )

    @contextmanager
    def _connected(self, checked: CheckedUrl) -> Iterator[Wire]:
        """A wire to a checked address, TLS included; one deadline over everything."""
        deadline = Deadline.after(self._seconds)
        with _explained(checked.authority, self._seconds), ExitStack() as stack:
            addresses = self._addresses(checked, deadline)
            sock = stack.enter_context(self._open(addresses, checked.port, deadline))
            if checked.scheme == "https":
                sock = stack.enter_context(self._secure(sock, checked.host_ascii, deadline))
            yield Wire(sock, deadline=deadline, host=checked.authority)

    def _addresses(self, checked: CheckedUrl, deadline: Deadline) -> list[str]:
        """Every address of the host, all of them checked, from one look-up."""
        host = checked.host_ascii
        if checked.excepted and _is_literal(host):
            return [host]
        found = look_up(self._resolver, host, checked.port, deadline)
        inside = [address for address in found if not is_public(address)]
        if inside and not checked.excepted:
            raise CouldNotTell(
                "fetch.address",
                f"{host} was not contacted: it stands for {shorten(inside[0])}, "
                "which is not an address on the open internet.",
            )
        return found

    def _open(self, addresses: list[str], port: int, deadline: Deadline) -> socket.socket:
        """A connection to the first address that takes one; each gets its share of the time."""
        tries = addresses[:_MAX_TRIES]
        for position, address in enumerate(tries):
            share = deadline.left() / (len(tries) - position)
            try:
                return self._connect(address, port, share)
            except OSError:
                if position == len(tries) - 1:
                    raise
        raise TimeoutError

    def _secure(self, sock: socket.socket, host: str, deadline: Deadline) -> ssl.SSLSocket:
        """TLS on ``sock``, certificate and name checked; the hand-shake has a total deadline."""
        sock.settimeout(deadline.left())
        return self._tls.wrap_socket(sock, server_hostname=host, suppress_ragged_eofs=False)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        context = self._given_tls or ssl.create_default_context()
        context.minimum_version = max(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        # Debian's Python 3.11 takes a cut connection for a finished one unless told not to.
        context.options &= ~getattr(ssl, "OP_IGNORE_UNEXPECTED_EOF", 0)
        context.check_hostname = True
        context.verify_mode = ssl.CERT_REQUIRED
        return context

    @cached_property
    def _agent(self) -> str:
        try:
            return f"stackmark/{metadata.version('stackmark')}"
        except metadata.PackageNotFoundError:
            return "stackmark"


@contextmanager
def _explained(host: str, seconds: float) -> Iterator[None]:
    """What sockets and TLS raise, as ``CouldNotTell``."""
    try:
        yield
    except TimeoutError:
        raise CouldNotTell(
            "fetch.timeout", f"{host} did not answer completely within {seconds:g} s; try again."
        ) from None
    except ssl.SSLCertVerificationError as error:
        raise CouldNotTell(
            "fetch.tls", f"The certificate of {host} was refused: {error.verify_message}."
        ) from error
    except ssl.SSLError as error:
        raise CouldNotTell(
            "fetch.tls", f"No secure connection to {host}: {error.reason or 'TLS failed'}."
        ) from error
    except OSError as error:
        raise CouldNotTell(
            "fetch.connection", f"No connection to {host}: {error.strerror or 'it was cut'}."
        ) from error


def _check_entry(entry: str) -> str:
    name = entry.lower()
    if not _ENTRY.fullmatch(name):
        raise UsageError(
            "usage.allow-host",
            f'"{shorten(entry)}" is not HOST:PORT; write for example 127.0.0.1:8765.',
        )
    return name


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
