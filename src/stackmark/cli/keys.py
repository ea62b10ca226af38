"""Opening key files: where the passphrase comes from, and which documents go with a key."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.keys.keyfile import KeyFile

ENVIRONMENT: Final = "STACKMARK_PASSPHRASE"
KeyOption = Annotated[Path, typer.Option("--key", "-k", help="The key file.", metavar="FILE")]
PassphraseOption = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file",
        metavar="FILE",
        help=f"Read the passphrase from the first line of FILE (or set {ENVIRONMENT}).",
    ),
]


def load_key(path: Path, passphrase_file: Path | None) -> KeyFile:
    """Open a key file, asking for its passphrase only when it is sealed."""
    from stackmark.adapters.files import read_limited
    from stackmark.keys.keyfile import MAX_FILE_BYTES, open_keyfile

    data = read_limited(path, MAX_FILE_BYTES)
    phrase = given_passphrase(passphrase_file)
    if phrase is None and _is_sealed(data):
        phrase = _ask(f"Passphrase for {path}: ")
    opened = open_keyfile(data, passphrase=phrase)
    _check_in_force(path, opened)
    return opened


def _check_in_force(path: Path, key: KeyFile) -> None:
    """Refuse to sign with a key that its own DID document calls ended."""
    for document in issuer_documents(path, key).values():
        for entry in document.get("verificationMethod", ()):
            ended = [name for name in ("revoked", "expires") if entry.get(name)]
            if entry.get("id") == key.method_id and ended:
                raise UsageError(
                    "usage.key-revoked",
                    f"{key.method_id} is {'revoked' if 'revoked' in ended else 'replaced'} since "
                    f"{entry[ended[0]]}; run `stackmark key rotate {path}`.",
                )


def given_passphrase(path: Path | None) -> bytes | None:
    """The passphrase from a file or the environment, or nothing."""
    from stackmark.adapters.files import read_limited

    if path is not None:
        line = read_limited(path, 4096).split(b"\n", 1)[0].rstrip(b"\r")
        if not line:
            raise UsageError("usage.passphrase", f"The first line of {path} is empty.")
        return line
    return os.environ.get(ENVIRONMENT, "").encode() or None


def new_passphrase(path: Path | None) -> bytes:
    """A passphrase for a new key: given, or asked for twice."""
    phrase = given_passphrase(path)
    if phrase is not None:
        return phrase
    first = _ask("New passphrase: ")
    if _ask("The same again: ") != first:
        raise UsageError("usage.passphrase", "The two passphrases differ; nothing was made.")
    return first


def _ask(prompt: str) -> bytes:
    if not sys.stdin.isatty():
        raise UsageError(
            "usage.passphrase",
            f"A passphrase is needed and nobody can be asked; set {ENVIRONMENT} or use "
            "--passphrase-file FILE.",
        )
    import getpass

    phrase = getpass.getpass(prompt, stream=sys.stderr).encode()
    if not phrase:
        raise UsageError("usage.passphrase", "The passphrase is empty.")
    return phrase


def _is_sealed(data: bytes) -> bool:
    return b"ENCRYPTED" in data or b'"passphrase"' in data


def document_path(key_path: Path) -> Path:
    """Where the DID document of a key file stands."""
    return key_path.with_name(f"{key_path.name}.did.json")


def issuer_documents(key_path: Path, key: KeyFile) -> dict[str, Any]:
    """URL → DID document of a did:web key: the file beside it, or one made from the key."""
    from stackmark.adapters.files import read_limited
    from stackmark.keys.did import did_web_url
    from stackmark.keys.did_document import new_document
    from stackmark.model.strict_json import parse_json

    if not key.did.startswith("did:web:"):
        return {}
    path = document_path(key_path)
    if path.exists():
        document = parse_json(read_limited(path, 1024 * 1024))
    else:
        document = new_document(key.did, key.method_id, key.private.public_key)
    return {did_web_url(key.did): document}


def document_entry(folder: Path, key_path: Path, key: KeyFile) -> dict[str, Any]:
    """URL → DID document for a ``documents.json`` in ``folder``.

    By its path where it lies inside the folder, so that a later rotation or revocation is seen.
    """
    path = document_path(key_path)
    found = issuer_documents(key_path, key)
    inside = path.exists() and path.resolve().is_relative_to(folder.resolve())
    if not inside:
        return found
    return {url: path.resolve().relative_to(folder.resolve()).as_posix() for url in found}
