"""The issuers of the VC API: a did:key each, made once and kept sealed in the data folder.

They sign for tests and for programs that are being written. No organisation of this server signs
here, and nothing that is issued here appears in its registers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from stackmark.adapters.files import read_limited, write_private
from stackmark.adapters.locks import folder_lock
from stackmark.adapters.randomness import SystemRandom
from stackmark.errors import UsageError
from stackmark.issuing.securing import BBS, SD, VC_JWT
from stackmark.keys.did import default_identity
from stackmark.keys.keyfile import (
    MAX_FILE_BYTES,
    NONCE_BYTES,
    SALT_BYTES,
    KeyFile,
    open_keyfile,
    seal,
)
from stackmark.keys.private import PrivateKey

# Algorithm → file
KINDS: Final = {"Ed25519": "ed25519", "P-256": "p256", "P-384": "p384", "BLS12-381": "bls12381"}


@dataclass(frozen=True, slots=True)
class Issuer:
    """One way to issue: the word in its address, the suite, the kind of key, and status or not."""

    word: str
    suite: str
    algorithm: str
    status: bool = False

    @property
    def key(self) -> KeyFile:
        """Its key, made when it is first asked for."""
        return key_of(self.algorithm)

    @property
    def tags(self) -> list[str]:
        """What suites select it by (``tags`` of their localConfig)."""
        if self.suite == VC_JWT:
            return ["EnvelopingProof", "JWT", "vc-api"]
        if self.status:
            return ["BitstringStatusList"]
        # One issuer speaks for the suites that ask for no cryptosuite.
        return [*(["vc2.0", "vc-api"] if self.word == DEFAULT else []), self.suite]


DEFAULT: Final = "eddsa-rdfc-2022"
_ALL: Final = (
    Issuer(DEFAULT, "eddsa-rdfc-2022", "Ed25519"),
    Issuer("eddsa-jcs-2022", "eddsa-jcs-2022", "Ed25519"),
    Issuer("ecdsa-rdfc-2019", "ecdsa-rdfc-2019", "P-256"),
    Issuer("ecdsa-rdfc-2019-p384", "ecdsa-rdfc-2019", "P-384"),
    Issuer("ecdsa-jcs-2019", "ecdsa-jcs-2019", "P-256"),
    Issuer("ecdsa-jcs-2019-p384", "ecdsa-jcs-2019", "P-384"),
    Issuer(SD, SD, "P-256"),
    Issuer(BBS, BBS, "BLS12-381"),
    Issuer("vc-jwt", VC_JWT, "Ed25519"),
    Issuer("vc-jwt-p256", VC_JWT, "P-256"),
    Issuer("vc-jwt-p384", VC_JWT, "P-384"),
    Issuer("bitstring", "eddsa-rdfc-2022", "Ed25519", status=True),
)
ISSUERS: Final = {one.word: one for one in _ALL}
_SAME: Final = {"vc+jwt": "vc-jwt", "jwt": "vc-jwt", "EnvelopingProof": "vc-jwt"}
_opened: Final[dict[Path, KeyFile]] = {}


def folder() -> Path:
    """Where all files of the VC API are."""
    path: Path = settings.DATA / "vc-api"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def named(word: Any) -> Issuer:
    """The issuer of a suite, by the words a caller may use; ``UsageError`` ``usage.suite``."""
    found = ISSUERS.get(_SAME.get(word, word)) if isinstance(word, str) else None
    if found is None:
        raise UsageError(
            "usage.suite", f"There is no issuer {str(word)[:60]!r}; there are {', '.join(ISSUERS)}."
        )
    return found


def chosen(issuer: Issuer, suite: Any, stated: str | None) -> Issuer:
    """Who issues when a request names a suite, or one of our DIDs as issuer.

    ``issuer`` is that of the address. The key follows the DID where the suite goes with it.
    Raises ``UsageError`` ``usage.suite``.
    """
    wanted = issuer if suite is None else named(suite)
    if suite is not None and issuer.status and wanted.suite != issuer.suite:
        raise UsageError("usage.suite", f"This address issues with {issuer.suite} only.")
    for other in (wanted, *_ALL):
        same = other.suite == wanted.suite and other.status == (issuer.status or wanted.status)
        if same and stated is not None and stated == other.key.did:
            return other
    return ISSUERS["bitstring"] if issuer.status else wanted


def restore(backup: Path, kept: Path) -> list[str]:
    """After a restore: the keys of the backup. What to warn of.

    Another key here, made when the server started, gives way and goes into the folder ``kept``,
    unless a status list stands here that it signed.
    """
    _opened.clear()
    warnings = []
    for path in sorted(backup.glob("*.key")):
        here = folder() / path.name
        if here.exists() and here.read_bytes() != path.read_bytes():
            if any((folder() / "status").glob(f"{path.stem}*.state")):
                warnings.append(f"The VC API's key {path.name} here is another one; it was left.")
                continue
            (kept / "vc-api").mkdir(mode=0o700, exist_ok=True)
            here.replace(kept / "vc-api" / path.name)
        if not here.exists():
            write_private(here, path.read_bytes())
    return warnings


def key_of(algorithm: str) -> KeyFile:
    """The key of a kind: opened once a process, made once for the data folder."""
    path = folder() / f"{KINDS[algorithm]}.key"
    if path not in _opened:
        with folder_lock(folder()):
            if not path.exists():
                write_private(path, _new(algorithm))
        sealed = read_limited(path, MAX_FILE_BYTES)
        _opened[path] = open_keyfile(sealed, passphrase=settings.KEY_PASSPHRASE.encode())
    return _opened[path]


def _new(algorithm: str) -> bytes:
    random = SystemRandom()
    private = PrivateKey.generate(KINDS[algorithm])
    did, method_id = default_identity(private.public_key)
    return seal(
        private,
        passphrase=settings.KEY_PASSPHRASE.encode(),
        did=did,
        method_id=method_id,
        salt=random.bytes(SALT_BYTES),
        nonce=random.bytes(NONCE_BYTES),
    )
