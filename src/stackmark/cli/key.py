"""``stackmark key``: new, rotate, revoke."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stackmark.cli.console import note, out
from stackmark.cli.keys import PassphraseOption, document_path, new_passphrase
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.keys.private import PrivateKey

_MAX_DOCUMENT: Final = 1024 * 1024
_NAMES: Final = {
    "Ed25519": "ed25519",
    "P-256": "p256",
    "P-384": "p384",
    "RSA": "rsa3072",
    "BLS12-381": "bls12381",
}
_TypeOption = Annotated[
    str, typer.Option("--type", help="ed25519, p256, p384, rsa3072 or bls12381.", metavar="TYPE")
]
_OpenOption = Annotated[
    bool, typer.Option("--no-passphrase", help="Leave the key readable for who has the file.")
]


def new(
    type_: _TypeOption = "ed25519",
    out_: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Where the key goes.")
    ] = Path("issuer.key"),
    did: Annotated[
        str | None,
        typer.Option(
            metavar="web:HOST/PATH",
            help="Speak for a web address (did:web), so that the key can be replaced later; "
            "without it the key is its own name (did:key).",
        ),
    ] = None,
    holder: Annotated[
        bool,
        typer.Option(
            "--holder",
            help="For a holder of credentials: the key may also answer challenges (did:web).",
        ),
    ] = False,
    no_passphrase: _OpenOption = False,
    passphrase_file: PassphraseOption = None,
    force: Annotated[bool, typer.Option(help="Replace what is there.")] = False,
) -> None:
    """Make a key and the DID document that goes with it.

    Prints the DID. The key goes to FILE, sealed under a passphrase; FILE.did.json is to be
    published (for did:web).
    """
    if not force and (out_.exists() or document_path(out_).exists()):
        raise UsageError("usage.exists", f"{out_} is there already; name another file with --out.")
    if did:
        from stackmark.keys.did import did_web

        did_web(did)  # before anybody is asked for a passphrase
    phrase = None if no_passphrase else new_passphrase(passphrase_file)
    name = write_new(out_, type_, did=did, phrase=phrase, force=force, holder=holder)
    out(name)
    open_to_all = "  (not sealed: anybody with this file can sign)" if no_passphrase else ""
    note(f"Key       {out_}{open_to_all}")
    _note_document(out_, name)


def write_new(
    path: Path,
    type_: str,
    *,
    did: str | None,
    phrase: bytes | None,
    force: bool = False,
    holder: bool = False,
) -> str:
    """Write a new key and its DID document; the DID comes back."""
    from stackmark.adapters.files import write_private
    from stackmark.keys.did import default_identity, did_web
    from stackmark.keys.did_document import new_document
    from stackmark.keys.private import PrivateKey

    private = PrivateKey.generate(type_)
    name, method = default_identity(private.public_key)
    if did:
        name = did_web(did)
        method = f"{name}#key-1"
    document = new_document(name, method, private.public_key, holder=holder)
    write_private(path, _sealed(private, phrase, name, method), force=force)
    _write_document(path, document)
    return name


def rotate(
    keyfile: Annotated[Path, typer.Argument(metavar="KEYFILE", help="The key to replace.")],
    type_: Annotated[
        str | None,
        typer.Option("--type", metavar="TYPE", help="Of the new key; as before if not given."),
    ] = None,
    no_passphrase: _OpenOption = False,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Put a new key into KEYFILE; what the old one signed stays valid.

    The DID document then lists both keys, the old one with its end. The old secret key is gone;
    neither it nor its passphrase is needed, so this also mends a lost KEYFILE.
    """
    from stackmark.adapters.clock import SystemClock
    from stackmark.adapters.files import write_private
    from stackmark.keys.private import PrivateKey
    from stackmark.verification.dates import stamp

    document = _read_document(keyfile)
    if _finish(keyfile, document):
        return
    did = str(document.get("id"))
    _check_web(did)
    old = _method_of(keyfile) or _only_method(document)
    kind = type_ or _NAMES[_algorithm(document, old)]
    phrase = None if no_passphrase else new_passphrase(passphrase_file)
    private = PrivateKey.generate(kind)
    method = _next_method(document, did)
    changed = _replaced(document, old, method, private, stamp(SystemClock().now()))
    # The new key waits beside the old one until the document names it: a stop in between
    # leaves a key that signs and a document that agrees.
    write_private(_next(keyfile), _sealed(private, phrase, did, method), force=True)
    _write_document(keyfile, changed)
    _next(keyfile).replace(keyfile)
    out(method)
    note(f"Key       {keyfile}  ({method} from now on, in place of {old})")
    _note_document(keyfile, did)


def revoke(
    keyfile: Annotated[Path, typer.Argument(metavar="KEYFILE", help="The key that was lost.")],
    method: Annotated[
        str | None, typer.Option(metavar="ID", help="Another key of the same DID document.")
    ] = None,
) -> None:
    """Declare a key lost, and all that it ever signed.

    Nothing signed by it is accepted any more. Needs no passphrase, and not even the key file
    while KEYFILE.did.json is there. Go on with `key rotate`, or `key new`, and issue again what
    has to be replaced.
    """
    from stackmark.adapters.clock import SystemClock
    from stackmark.keys.did_document import revoke as revoked
    from stackmark.verification.dates import stamp

    document = _read_document(keyfile)
    did = str(document.get("id"))
    _check_web(did)
    lost = method or _method_of(keyfile) or _only_method(document)
    _write_document(keyfile, revoked(document, lost, stamp(SystemClock().now())))
    out(lost)
    note(f"Revoked   {lost}: nothing it signed is accepted once this document is published.")
    _note_document(keyfile, did)
    note(f"Next      stackmark key rotate {keyfile}")


def _sealed(private: PrivateKey, phrase: bytes | None, did: str, method: str) -> bytes:
    from stackmark.adapters.randomness import SystemRandom
    from stackmark.keys.keyfile import NONCE_BYTES, SALT_BYTES, seal

    random = SystemRandom()
    return seal(
        private,
        passphrase=phrase,
        did=did,
        method_id=method,
        salt=random.bytes(SALT_BYTES),
        nonce=random.bytes(NONCE_BYTES),
    )


def _next(keyfile: Path) -> Path:
    return keyfile.with_name(f"{keyfile.name}.next")


def _finish(keyfile: Path, document: dict[str, Any]) -> bool:
    """Bring a rotation to its end that was stopped after the document was written."""
    waiting = _next(keyfile)
    method = _method_of(waiting)
    if method is None or all(entry["id"] != method for entry in document["verificationMethod"]):
        return False
    waiting.replace(keyfile)
    out(method)
    note(f"Key       {keyfile}  (an earlier rotation was not finished; now it is)")
    return True


def _replaced(
    document: dict[str, Any], old: str, method: str, private: PrivateKey, now: str
) -> dict[str, Any]:
    """The document with the new key; the old one ends now unless it was revoked before."""
    from stackmark.keys.did_document import new_document, rotate

    ended = any(
        entry["id"] == old and ("revoked" in entry or "expires" in entry)
        for entry in document["verificationMethod"]
    )
    if not ended:
        return rotate(document, method_id=method, public=private.public_key, now=now, old=old)
    changed = copy.deepcopy(document)
    fresh = new_document(document["id"], method, private.public_key)
    shared = {"authentication"} & changed.keys()
    fresh |= dict.fromkeys(shared, fresh["assertionMethod"])
    for name in ("@context", "verificationMethod", "assertionMethod", *shared):
        changed[name] += [entry for entry in fresh[name] if entry not in changed[name]]
    return changed


def _next_method(document: dict[str, Any], did: str) -> str:
    taken = {entry["id"] for entry in document["verificationMethod"]}
    number = len(taken) + 1
    while f"{did}#key-{number}" in taken:
        number += 1
    return f"{did}#key-{number}"


def _check_web(did: str) -> None:
    if not did.startswith("did:web:"):
        raise UsageError(
            "usage.did-key",
            f"{did[:100]} is a key and nothing else: it has no document in which it could be "
            "replaced or revoked. Make a new one with `key new --did web:…`, and revoke "
            "credentials by their status list.",
        )


def _method_of(keyfile: Path) -> str | None:
    """The name of the key in a key file, which stands there unsealed."""
    from stackmark.adapters.files import read_limited
    from stackmark.errors import StackmarkError
    from stackmark.keys.keyfile import MAX_FILE_BYTES
    from stackmark.model.strict_json import parse_json

    try:
        members = parse_json(read_limited(keyfile, MAX_FILE_BYTES))
    except StackmarkError:
        return None
    method = members.get("method") if isinstance(members, dict) else None
    return method if isinstance(method, str) else None


def _algorithm(document: dict[str, Any], method: str) -> str:
    from stackmark.keys.controller import find_method

    return find_method(document, method).public_key.algorithm


def _only_method(document: dict[str, Any]) -> str:
    found = [
        entry["id"]
        for entry in document["verificationMethod"]
        if "revoked" not in entry and "expires" not in entry
    ]
    if len(found) != 1:
        raise UsageError("usage.key-id", "Say which key is lost with --method ID.")
    return str(found[0])


def _read_document(keyfile: Path) -> dict[str, Any]:
    from stackmark.adapters.files import read_limited
    from stackmark.model.strict_json import parse_json

    path = document_path(keyfile)
    document = parse_json(read_limited(path, _MAX_DOCUMENT))
    methods = document.get("verificationMethod") if isinstance(document, dict) else None
    if not isinstance(methods, list) or not all(
        isinstance(entry, dict) and isinstance(entry.get("id"), str) for entry in methods
    ):
        raise UsageError("usage.did-document", f"{path} is no DID document with keys.")
    return dict(document)


def _write_document(keyfile: Path, document: dict[str, Any]) -> None:
    import orjson

    from stackmark.adapters.files import write_atomic

    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    write_atomic(document_path(keyfile), text)


def _note_document(keyfile: Path, did: str) -> None:
    from stackmark.keys.did import did_web_url

    path = document_path(keyfile)
    if did.startswith("did:web:"):
        note(f"Document  {path}  (publish it at {did_web_url(did)})")
    else:
        note(f"Document  {path}  (need not be published: the DID is the key)")
