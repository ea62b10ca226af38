"""The only ways out of the pure library: protocols that adapters fill."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

T = TypeVar("T")
R = TypeVar("R")


class Clock(Protocol):
    """Tells the time; the library never asks the machine."""

    def now(self) -> datetime:
        """The current instant, zone-aware, in UTC."""


class Fetcher(Protocol):
    """Gets the bytes behind an absolute URL.

    Raises ``CouldNotTell`` with reason ``fetch.<slug>`` when it cannot or will not.
    """

    def fetch(self, url: str) -> bytes:
        """The body of the answer, at most ``limits.MAX_FETCH_BYTES`` bytes."""


class Executor(Protocol):
    """Runs a function over items, in order; a process pool or a cluster."""

    def map(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Results in the order of ``items``."""


class Signer(Protocol):
    """Holds a private key, or a way to one, and signs with it."""

    @property
    def algorithm(self) -> str:
        """One of ``Ed25519``, ``P-256``, ``P-384``, ``RSA``, ``BLS12-381``."""

    @property
    def public_key(self) -> Any:
        """The matching ``stackmark.keys.PublicKey``."""

    def sign(self, data: bytes, *, digest: str | None = None) -> bytes:
        """The raw signature over ``data``.

        Ed25519: 64 bytes. ECDSA: r ‖ s, fixed length. RSA: PKCS #1 v1.5. ``digest`` names the
        hash for ECDSA and RSA (default: SHA-256, for P-384 SHA-384).
        """


@runtime_checkable
class MessageSigner(Signer, Protocol):
    """A ``Signer`` whose key signs lists of messages as well (BBS)."""

    def sign_messages(self, header: bytes, messages: Sequence[bytes]) -> bytes:
        """The BBS signature (80 bytes) over a header and messages in their order.

        Raises ``UsageError`` ``usage.suite`` when the key is not on BLS12-381.
        """


class Random(Protocol):
    """A source of unpredictable bytes."""

    def bytes(self, count: int) -> bytes:
        """``count`` unpredictable bytes."""
