"""Signing status lists and putting them in place."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.adapters.status_files import StatusFile
    from stackmark.keys.keyfile import KeyFile


def write_new_list(made: StatusFile, key: KeyFile, *, purpose: str = "revocation") -> None:
    """Write the list of ``made``, signed, with nothing set."""
    from stackmark.adapters.clock import SystemClock
    from stackmark.adapters.files import write_atomic
    from stackmark.status.lists import new_list
    from stackmark.verification.dates import stamp

    now = stamp(SystemClock().now())
    entries = made.allocation.entries
    tree = new_list(
        url=made.url,
        issuer=key.did,
        purpose=purpose,
        valid_from=now,
        size=made.size,
        entries=entries,
    )
    write_atomic(made.path, _signed(tree, key, now))


def change_list(path: Path, bits: bytearray, *, key_path: Path, key: KeyFile) -> str:
    """Write the next version of a list with these bits; its ``validFrom`` comes back.

    Raises ``UsageError`` ``usage.status-list`` when the list in place is not this issuer's own
    unaltered one: signing it anew would make a stranger's bits ours.
    """
    from stackmark.adapters.clock import SystemClock
    from stackmark.adapters.files import read_limited, write_atomic
    from stackmark.cli.loading import MAX_INPUT
    from stackmark.reading.received import receive
    from stackmark.status.lists import with_bits
    from stackmark.verification.dates import parse_stamp, stamp

    data = read_limited(path, MAX_INPUT)
    tree = receive(data).tree
    now = SystemClock().now()
    _check_own(data, key_path, key, stamp(now))
    before = parse_stamp(tree["validFrom"], "validFrom") if "validFrom" in tree else now
    version = stamp(max(now, before + timedelta(seconds=1)))  # a version is always later
    claims = ("iss", "jti", "nbf", "exp", "iat", "sub")
    plain = {name: value for name, value in tree.items() if name not in claims}
    changed = with_bits(plain, bits, valid_from=version)
    write_atomic(path, _signed(changed, key, stamp(now)))
    return version


def _signed(tree: dict[str, Any], key: KeyFile, created: str) -> bytes:
    from stackmark.issuing.lint import lint
    from stackmark.issuing.securing import VC_JWT, choose_suite, secure

    lint(tree)
    suite = choose_suite(None, key.private.algorithm)
    suite = VC_JWT if suite == "jwt" else suite
    return secure(tree, suite=suite, signer=key.private, method=key.method_id, created=created)


def _check_own(data: bytes, key_path: Path, key: KeyFile, now: str) -> None:
    """The list must be unaltered and by a key of ours; that key may have been lost since."""
    import orjson

    from stackmark.adapters.documents import DocumentsFetcher
    from stackmark.cli.keys import issuer_documents
    from stackmark.verification.dates import parse_stamp
    from stackmark.verification.verifier import Verifier

    own = {url: orjson.dumps(one) for url, one in issuer_documents(key_path, key).items()}
    verifier = Verifier(now=parse_stamp(now, "now"), fetcher=DocumentsFetcher(own))
    report = verifier.verify(data)
    fits = all(report.check(code).outcome == "passed" for code in ("proof", "issuer-key"))
    if not fits or report.credential.issuer_id != key.did:
        raise UsageError(
            "usage.status-list",
            "The list in place is not this key's own, or was changed by somebody: "
            f"{report.why or 'it is signed by ' + str(report.credential.issuer_id)[:120]}",
        )
