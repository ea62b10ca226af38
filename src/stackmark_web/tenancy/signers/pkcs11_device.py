"""One process's connection to a PKCS #11 token (OASIS PKCS #11 v3.0), by python-pkcs11.

Keys are made on the device, sensitive and not extractable; only signatures come back. A module
may know nothing of threads and must be started anew after a fork, so everything goes through
one lock and one session a process.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, TypeVar

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass
from pkcs11.util.ec import encode_named_curve_parameters

from stackmark.errors import StackmarkError, UsageError
from stackmark.keys.multibase import b64url_encode
from stackmark.keys.public import PublicKey
from stackmark_web.tenancy.signers.pkcs11_uri import Address

T = TypeVar("T")

_ID_BYTES: Final = 16
# The curve by its name, a PrintableString (PKCS #11 v3.0 section 2.3.5), which all modules read.
_EDWARDS25519: Final = b"\x13\x0cedwards25519"
_KINDS: Final = {
    "ed25519": (KeyType.EC_EDWARDS, _EDWARDS25519, Mechanism.EC_EDWARDS_KEY_PAIR_GEN),
    "p256": (
        KeyType.EC,
        encode_named_curve_parameters("secp256r1"),
        Mechanism.EC_KEY_PAIR_GEN,
    ),
}
_DIGESTS: Final = {None: "sha256", "sha256": "sha256", "sha384": "sha384"}
_PIN_FAULTS: Final = (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid, pkcs11.PinLocked)


class Device:
    """A token with somebody signed in to it."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._session: Any = None
        self._keys: dict[str, Any] = {}
        self._refused_pin: str | None = None

    @property
    def session(self) -> Any:
        """The session, opened when there is none. Raises ``StackmarkError``."""
        if self._session is None:
            self._session = self._open()
        return self._session

    def make(self, algorithm: str, label: str) -> tuple[str, PublicKey]:
        """A new pair of keys that stays on the device: its id in hexadecimal, its public half."""
        if algorithm not in _KINDS:
            raise UsageError("usage.key-type", "This device makes keys of type ed25519 and p256.")
        name = os.urandom(_ID_BYTES)
        public = self._do(lambda: self._generate(algorithm, name, label))
        return name.hex(), _public_key(algorithm, public)

    def sign(self, location: str, data: bytes, digest: str | None) -> bytes:
        """The raw signature by the key of this id; r ‖ s for P-256."""
        return self._do(lambda: self._signature(location, data, digest))

    def _do(self, work: Callable[[], T]) -> T:
        """Work on the session; one that ended since the last time is opened again, once."""
        with self._lock:
            fresh = self._session is None
            try:
                return work()
            except pkcs11.PKCS11Error as error:
                self._drop()
                if fresh or isinstance(error, pkcs11.NoSuchKey):
                    raise _failed(error) from error
            try:
                return work()
            except pkcs11.PKCS11Error as error:
                self._drop()
                raise _failed(error) from error

    def _generate(self, algorithm: str, name: bytes, label: str) -> bytes:
        kind, curve, mechanism = _KINDS[algorithm]
        domain = self.session.create_domain_parameters(
            kind, {Attribute.EC_PARAMS: curve}, local=True
        )
        public, private = domain.generate_keypair(
            id=name,
            label=label,
            store=True,
            mechanism=mechanism,
            private_template={
                Attribute.PRIVATE: True,
                Attribute.SENSITIVE: True,
                Attribute.EXTRACTABLE: False,
                Attribute.SIGN: True,
            },
        )
        self._keys[name.hex()] = private
        return bytes(public[Attribute.EC_POINT])

    def _signature(self, location: str, data: bytes, digest: str | None) -> bytes:
        key = self._key(location)
        if key.key_type == KeyType.EC_EDWARDS:
            return bytes(key.sign(data, mechanism=Mechanism.EDDSA))
        if digest not in _DIGESTS:
            raise UsageError(
                "usage.digest", f'P-256 signs with SHA-256 or SHA-384, not "{digest}".'
            )
        hashed = hashlib.new(_DIGESTS[digest], data).digest()
        return bytes(key.sign(hashed, mechanism=Mechanism.ECDSA))

    def _key(self, location: str) -> Any:
        if location not in self._keys:
            self._keys[location] = self.session.get_key(
                object_class=ObjectClass.PRIVATE_KEY, id=_id(location)
            )
        return self._keys[location]

    def _open(self) -> Any:
        """A session with the PIN. A refused PIN is not tried twice: devices lock themselves."""
        pin = self._address.pin()
        if pin == self._refused_pin:
            raise _refused()
        token = _token(self._address)
        try:
            return token.open(rw=True, user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:  # one sign-in serves all sessions of a process
            return token.open(rw=True)
        except _PIN_FAULTS:
            self._refused_pin = pin
            raise _refused() from None

    def _drop(self) -> None:
        self._keys.clear()
        session, self._session = self._session, None
        if session is not None:
            with suppress(pkcs11.PKCS11Error):  # it had ended, which is why we are here
                session.close()


def _token(address: Address) -> Any:
    """The one token that is meant. Raises ``StackmarkError``."""
    found = [
        token
        for slot in _module(address.module).get_slots(token_present=True)
        if address.slot in (None, slot.slot_id) and (token := _in(slot))
        if not address.token or token.label == address.token
        if not address.serial or token.serial.decode("ascii", "replace") == address.serial
    ]
    if len(found) == 1:
        return found[0]
    why = "has no such token" if not found else "has several such tokens; add serial= or slot-id="
    raise StackmarkError("signer.unavailable", f"The PKCS #11 device {why}. Nothing was signed.")


def _in(slot: Any) -> Any:
    try:
        return slot.get_token()
    except pkcs11.PKCS11Error:  # taken out in this moment, or never prepared
        return None


def _module(path: str) -> Any:
    try:
        return pkcs11.lib(path)
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise StackmarkError(
            "signer.unavailable", f"The PKCS #11 module {path} cannot be loaded: {error}."
        ) from error


def _public_key(algorithm: str, point: bytes) -> PublicKey:
    """The public half of EC_POINT: an OCTET STRING, or the bare point as some modules have it."""
    size = {"ed25519": 32, "p256": 65}[algorithm]
    if len(point) == size + 2 and point[:2] == bytes((4, size)):
        point = point[2:]
    if algorithm == "ed25519":
        return PublicKey.from_jwk(
            {"kty": "OKP", "crv": "Ed25519", "x": b64url_encode(point)}, alg="EdDSA"
        )
    x, y = point[1:33], point[33:]
    return PublicKey.from_jwk(
        {"kty": "EC", "crv": "P-256", "x": b64url_encode(x), "y": b64url_encode(y)}, alg="ES256"
    )


def _id(location: str) -> bytes:
    try:
        return bytes.fromhex(location)
    except ValueError:
        raise StackmarkError(
            "signer.location", "That is not the name of a key on a PKCS #11 device."
        ) from None


def _refused() -> StackmarkError:
    return StackmarkError(
        "signer.pin",
        "The PKCS #11 device refuses the PIN. It is not tried again, for the device would lock "
        "itself; put the right one into its place.",
    )


def _failed(error: pkcs11.PKCS11Error) -> StackmarkError:
    if isinstance(error, pkcs11.NoSuchKey):
        return StackmarkError(
            "signer.missing",
            "The PKCS #11 device holds no such key. Nothing was signed; put the device back that "
            "made it, or replace the key.",
        )
    name = type(error).__name__
    return StackmarkError(
        "signer.unavailable",
        f"The PKCS #11 device cannot be used ({name}). Nothing was signed; look after it and "
        "try again.",
    )


_devices: Final[dict[tuple[int, Address], Device]] = {}


def device_of(address: Address) -> Device:
    """The one connection of this process to a token; after a fork the module starts anew."""
    here = os.getpid(), address
    if here not in _devices:
        if any(owner != here[0] for owner, _ in _devices):
            _begin_anew(address.module, here[0])
        _devices.setdefault(here, Device(address))
    return _devices[here]


def _begin_anew(path: str, owner: int) -> None:
    """What the parent opened is the parent's; of the module only the code is shared."""
    if any(process == owner for process, _ in _devices):
        return
    module = _module(path)
    with suppress(pkcs11.PKCS11Error):  # most modules know that they have not begun here
        module.finalize()
    module.initialize()
