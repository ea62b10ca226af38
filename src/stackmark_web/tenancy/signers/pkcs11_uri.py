"""The address of a PKCS #11 token (RFC 7512), with its module and where its PIN is.

``pkcs11:token=Stackmark?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/pin``
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from stackmark.adapters.files import read_limited
from stackmark.errors import StackmarkError

_PATH: Final = ("token", "serial", "slot-id")
_QUERY: Final = ("module-path", "pin-source", "pin-value")
_MAX_PIN_BYTES: Final = 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Which token of which module; empty and ``None`` mean any. Its text form shows no PIN."""

    module: str
    token: str
    serial: str
    slot: int | None
    pin_source: str
    pin_value: str = field(repr=False)

    def pin(self) -> str:
        """The PIN, read anew each time it is needed. Raises ``StackmarkError``."""
        if not self.pin_source:
            return self.pin_value
        try:
            return read_limited(Path(self.pin_source), _MAX_PIN_BYTES).decode().strip()
        except (StackmarkError, UnicodeDecodeError):
            raise StackmarkError(
                "signer.pin",
                f"The PIN file {self.pin_source} cannot be read; make it readable for this user.",
            ) from None


def read(text: str) -> Address:
    """An address, taken apart (RFC 7512 section 2.3).

    Raises ``StackmarkError`` with reason ``signer.setting`` for one that is not whole or that
    holds attributes that are not used here: they could mean another token than the one found.
    """
    scheme, _, rest = text.partition(":")
    path, _, query = rest.partition("?")
    if scheme != "pkcs11":
        raise _wrong("it does not begin with pkcs11:")
    where, how = _attributes(path, ";", _PATH), _attributes(query, "&", _QUERY)
    if not where:
        raise _wrong("it names no token; write token=LABEL, serial=NUMBER or slot-id=NUMBER")
    return Address(
        module=_module(how.get("module-path", "")),
        token=where.get("token", ""),
        serial=where.get("serial", ""),
        slot=_slot(where.get("slot-id")),
        pin_source=_source(how),
        pin_value=how.get("pin-value", ""),
    )


def _attributes(text: str, separator: str, known: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in filter(None, text.split(separator)):
        name, _, value = part.partition("=")
        if name not in known or not value:
            raise _wrong(f'"{name}" has no value or is not one of {", ".join(known)}')
        if name in found:
            raise _wrong(f'"{name}" stands there twice')
        found[name] = unquote(value)
    return found


def _module(path: str) -> str:
    if not path:
        raise _wrong("module-path= is missing: the library that came with the device")
    if not Path(path).is_absolute():
        raise _wrong("the module-path is not absolute")
    return path


def _slot(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 20):
        raise _wrong("the slot-id is not a number")
    return int(text)


def _source(how: dict[str, str]) -> str:
    """The file of the PIN; what a program or a web address would say is not asked for."""
    source = how.get("pin-source", "").removeprefix("file:")
    if source.startswith("//"):
        source = source.removeprefix("//")
    if source and not source.startswith("/"):
        raise _wrong("the pin-source is not file: and an absolute path")
    if bool(source) == bool(how.get("pin-value")):
        raise _wrong("exactly one of pin-source=file:PATH and pin-value=PIN is needed")
    return source


def _wrong(why: str) -> StackmarkError:
    return StackmarkError(
        "signer.setting",
        f"The address of the PKCS #11 device (STACKMARK_SIGNER) cannot be used: {why}.",
    )
