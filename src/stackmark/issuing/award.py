"""What differs from one credential to the next, and where its unpredictable parts come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b, sha256
from typing import Final

from stackmark.issuing.rows import Evidence

SEED_BYTES: Final = 32
BLINDING_BYTES: Final = 32  # the HMAC key of ecdsa-sd-2023 and bbs-2023
SALT_BYTES: Final = 16  # Open Badges 3.0 section 8.4 names no length; 128 bits cannot be tabulated


@dataclass(frozen=True, slots=True)
class Result:
    """What was reached (Open Badges 3.0, section B.1.21).

    ``description`` is the id of one of the achievement's result descriptions, ``level`` that of a
    level in it; ``status`` is a word of the standard, such as Completed.
    """

    description: str
    value: str | None = None
    level: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file of this one recipient, bound by its SHA-256 in hexadecimal (VC DM 2.0 section 5.3)."""

    url: str
    sha256: str
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Assessor:
    """Who assessed on behalf of the issuer, where that is published; the id may be missing."""

    name: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Award:
    """One credential to be made.

    ``id`` is its URN or URL. Times are RFC 3339 in UTC. ``salt`` (hexadecimal) goes with
    ``recipient_email``, which enters the credential only as a hash. ``name_identity`` puts the
    recipient's name in as an IdentityObject too, by which a checker can compare it: ``plain``,
    or ``hashed`` with the same salt (then the name itself stands nowhere). ``blinding`` (32
    secret bytes) is for ecdsa-sd-2023 and bbs-2023 only. ``status_list`` and ``status_index``
    stand together or not at all; ``status_purpose`` is ``revocation``, or ``suspension`` for a
    credential that may be put on hold. Open Badges 3.0 has room for one entry only.
    """

    id: str
    valid_from: str
    valid_until: str | None = None
    recipient_id: str | None = None
    recipient_email: str | None = None
    salt: str = ""
    recipient_name: str | None = None
    narrative: str | None = None
    evidence: tuple[Evidence, ...] = ()
    status_list: str | None = None
    status_index: int | None = None
    status_purpose: str = "revocation"
    name_identity: str = ""
    blinding: bytes = field(default=b"", repr=False)
    results: tuple[Result, ...] = ()
    related: tuple[Sealed, ...] = ()
    assessor: Assessor | None = None

    @property
    def is_single(self) -> bool:
        """Whether no template serves it: its seals share addresses with its evidence."""
        return bool(self.related) or self.assessor is not None

    @property
    def shown_name(self) -> str | None:
        """The name as it stands in the credential for everyone to read."""
        return None if self.name_identity == "hashed" else self.recipient_name

    @property
    def identifies_name(self) -> bool:
        """Whether the name is an IdentityObject."""
        return self.recipient_name is not None and self.name_identity in ("plain", "hashed")

    @property
    def hashes_email(self) -> bool:
        """Whether the credential holds a hash of the e-mail address.

        Not when there is a DID: the DID says it better, and a hash can be guessed (security
        goal A96).
        """
        return self.recipient_email is not None and not (self.recipient_id or "").startswith("did:")


@dataclass(frozen=True, slots=True)
class Secrets:
    """The id and the salt of each credential of a run, from one seed that is kept first.

    A run that was interrupted gives the same credential to the same row again, because nothing
    random is drawn after the seed was stored (security rule 9: intent before signing).
    """

    seed: bytes

    def of(self, number: int) -> tuple[str, str, bytes]:
        """Credential id (``urn:uuid:``, version 4), salt, blinding for row ``number``, from 0."""
        drawn = blake2b(number.to_bytes(8, "big"), key=self.seed, digest_size=64).digest()
        return uuid_urn(drawn[:16]), drawn[16:32].hex(), drawn[32:]


def uuid_urn(random: bytes) -> str:
    """A version 4 UUID from 16 random bytes, as a URN (RFC 9562 section 5.4)."""
    digits = random.hex()
    variant = "89ab"[random[8] >> 6 & 3]
    return (
        f"urn:uuid:{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-"
        f"{digits[20:]}"
    )


def identity_hash(identity: str, salt: str) -> str:
    """The ``identityHash`` of an address or a name: SHA-256 over it and the salt (OB 3.0)."""
    return f"sha256${sha256((identity + salt).encode()).hexdigest()}"
