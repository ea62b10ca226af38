"""Keys in a PKCS #11 device: made there, used there, never here (``STACKMARK_SIGNER=pkcs11:…``)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from stackmark.errors import CheckFailed, StackmarkError
from stackmark.keys.public import PublicKey
from stackmark_web.tenancy.signers import Made
from stackmark_web.tenancy.signers.files import word_of
from stackmark_web.tenancy.signers.pkcs11_uri import Address, read

if TYPE_CHECKING:
    from stackmark_web.tenancy.signers.pkcs11_device import Device


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A way to one key of a device; crosses a process pool, since it holds names only."""

    address: Address
    location: str

    def sign(self, data: bytes, *, digest: str | None = None) -> bytes:
        """The signature as the device gave it."""
        return _device(self.address).sign(self.location, data, digest)


@dataclass(frozen=True, slots=True)
class DeviceSigner:
    """``ports.Signer`` by a device; no signature comes back that does not fit the public key."""

    key: DeviceKey = field(repr=False)
    public_key: PublicKey

    @property
    def algorithm(self) -> str:
        """As ``ports.Signer``."""
        return self.public_key.algorithm

    def sign(self, data: bytes, *, digest: str | None = None) -> bytes:
        """The signature over ``data``, checked before it is handed on."""
        made = self.key.sign(data, digest=digest)
        if not self.public_key.verify(made, data, digest=digest):
            raise StackmarkError(
                "signer.wrong-signature",
                "The PKCS #11 device gave a signature that does not fit the published key. "
                "Nothing was stored; check which token is in it.",
            )
        return made


class Pkcs11Store:
    """The keys of one token."""

    kind = "pkcs11"

    def __init__(self, address: str) -> None:
        self._address = read(address)

    def make(self, *, algorithm: str, did: str, method_id: str) -> Made:
        """A new key on the device, and a signature that shows it is there."""
        try:
            location, public = _device(self._address).make(algorithm, word_of(method_id))
        except CheckFailed as error:
            raise StackmarkError("signer.refused", error.detail) from None
        self.signer(location, public).sign(f"{did} uses this key".encode())
        return Made(public, location)

    def signer(self, location: str, public_key: PublicKey) -> DeviceSigner:
        """What has the device sign."""
        return DeviceSigner(self.open(location), public_key)

    def open(self, location: str) -> DeviceKey:
        """The key of this name, of which the public half is not known here."""
        return DeviceKey(self._address, location)


def _device(address: Address) -> Device:
    try:
        from stackmark_web.tenancy.signers.pkcs11_device import device_of
    except ImportError:
        raise StackmarkError(
            "signer.package",
            "Keys in a PKCS #11 device need one more package: pip install 'stackmark[web,pkcs11]'.",
        ) from None
    return device_of(address)
