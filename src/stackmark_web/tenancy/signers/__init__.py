"""Where private keys live: files of ours, or a separate process that never shows them.

``settings.SIGNER`` (``STACKMARK_SIGNER``) chooses the store for new keys:

``file``            encrypted files in the data folder, opened by this process (the default)
``command:PROGRAM`` a program started by us, asked one JSON line a signature over its pipes
``unix:PATH``       the same lines over a socket of a process that runs as another user
``pkcs11:TOKEN…``   a PKCS #11 device, by an address as RFC 7512 has it

With any of the last three no private key is ever a value in this process; a key file that still
lies here is not opened any more. The program may use a device too: then its PIN is not here either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.keys.public import PublicKey
from stackmark.ports import Signer


@dataclass(frozen=True, slots=True)
class Made:
    """A key just made: its public half, and the name under which its store finds it again."""

    public_key: PublicKey
    location: str


class Store(Protocol):
    """Makes keys, and gives a signer for one it made."""

    kind: str

    def make(self, *, algorithm: str, did: str, method_id: str) -> Made:
        """A new key under this name. Raises ``StackmarkError``."""

    def signer(self, location: str, public_key: PublicKey) -> Signer:
        """What signs with a key made here. Raises ``StackmarkError``."""


def store() -> Store:
    """The store chosen by setting, for new keys."""
    chosen = str(getattr(settings, "SIGNER", "file") or "file")
    if chosen == "file":
        from stackmark_web.tenancy.signers.files import FileStore

        return FileStore()
    if chosen.startswith("pkcs11:"):
        from stackmark_web.tenancy.signers.pkcs11_store import Pkcs11Store

        return Pkcs11Store(chosen)
    from stackmark_web.tenancy.signers.remote import ProcessStore

    return ProcessStore(chosen)


_GUARDS: Final[list[Callable[[], str]]] = []


def guard(why_not: Callable[[], str]) -> None:
    """Ask this before a key is used: a sentence means that nothing may be signed."""
    if why_not not in _GUARDS:
        _GUARDS.append(why_not)


def signer_of(key: Any) -> Signer:
    """The signer of a ``SigningKey`` row. Raises ``StackmarkError`` where its store is not ours."""
    for why_not in _GUARDS:
        if sentence := why_not():
            raise StackmarkError("signer.not-ours", sentence)
    here = store()
    if key.signer != here.kind:
        raise StackmarkError(
            "signer.elsewhere",
            _(
                "The signing key was made by another signer than the one in use now "
                "(STACKMARK_SIGNER). Put the setting back, or rotate the key."
            ),
        )
    return here.signer(key.location, PublicKey.from_multikey(key.public_multibase))
