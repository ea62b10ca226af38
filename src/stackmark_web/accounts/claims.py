"""What an institution's sign-in says of a person, after everything about it was checked."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from stackmark_web.accounts.providers import Provider


class Refused(Exception):  # noqa: N818 - reads as what happened
    """An answer was not taken; ``reason`` is for logs and tests, nothing of it is shown."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Claims:
    """Issuer and subject say who it is. ``vouched``: the address counts as shown."""

    provider: str
    issuer: str
    subject: str
    email: str = ""
    vouched: bool = False
    name: str = ""

    def to_json(self) -> dict[str, Any]:
        """For a session or the cache."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> Self:
        """The counterpart of ``to_json``."""
        return cls(**given)


def claims_of(
    provider: Provider, *, subject: object, email: object, name: object, said_verified: bool
) -> Claims:
    """Claims of a checked answer. Raises ``Refused`` when nobody is named."""
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise Refused("subject")
    address = email.strip().lower() if isinstance(email, str) else ""
    try:
        validate_email(address)
    except ValidationError:
        address = ""
    if len(address) > 254:
        address = ""
    called = " ".join(name.split())[:200] if isinstance(name, str) else ""
    return Claims(
        provider.name,
        provider.issuer,
        subject,
        address,
        bool(address) and said_verified and provider.vouches_for(address),
        "".join(sign for sign in called if sign.isprintable()),
    )
