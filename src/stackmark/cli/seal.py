"""``stackmark seal``: seal an ELM document with an X.509 certificate (JAdES), or check a seal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.bake import OutOption
from stackmark.cli.console import deliver, note, out, out_json, plain
from stackmark.cli.guard import NO, OPEN
from stackmark.cli.keys import PassphraseOption
from stackmark.cli.loading import read_input
from stackmark.errors import CheckFailed, CouldNotTell, UsageError

if TYPE_CHECKING:
    from stackmark.keys.certificates import Certificate
    from stackmark.keys.private import PrivateKey
    from stackmark.proofs.jades import Row, Seal

AnchorsOption = Annotated[
    Path | None,
    typer.Option(
        "--anchors",
        metavar="FILE",
        help="Certificates (PEM) of authorities you trust, for seals and SD-JWTs.",
    ),
]


def seal(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="ELM document; - for stdin.")],
    certificate: Annotated[
        Path | None,
        typer.Option(
            "--certificate", metavar="FILE", help="The seal's certificate, then those above (PEM)."
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option("--key", "-k", metavar="FILE", help="Its private key: PEM or a key file."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="FILE is sealed: tell what can be told of the seal.")
    ] = False,
    anchors: AnchorsOption = None,
    json: Annotated[
        bool, typer.Option("--json", help="With --check: the answers as JSON.")
    ] = False,
    out_: OutOption = None,
    passphrase_file: PassphraseOption = None,
) -> int:
    """Seal an ELM document with a certificate.

    The seal is a JAdES signature of level B-B over exactly the bytes of FILE. Before sealing, the
    document must keep the cardinalities of the EDC application profile. Whether the certificate is
    a qualified one is not told here, and its revocation is not looked up.

    Exit code: 0 sealed, or the seal fits and is known; 1 no; 3 the seal fits but is not known to
    you; 2 usage.
    """
    if check:
        return _check(read_input(file), anchors, json=json)
    if certificate is None or key is None:
        raise UsageError(
            "usage.option", "Sealing needs --certificate and --key; checking needs --check."
        )
    return _seal(read_input(file), certificate, key, out_, passphrase_file)


def _seal(
    data: bytes, certificate: Path, key: Path, path: Path | None, passphrase_file: Path | None
) -> int:
    from stackmark.adapters.clock import SystemClock
    from stackmark.keys import certificates
    from stackmark.model.document import Document
    from stackmark.proofs import jades

    chain = certificates.read_pem(read_input(certificate), str(certificate))
    tree = Document.parse(data).tree
    _refuse(tree)
    signer = _private(key, passphrase_file)
    now = SystemClock().now()
    sealed = jades.make(data, signer=signer, chain=chain, at=now)
    _confirm(sealed, chain, now)
    note(f"Sealed with the certificate of {plain(certificates.owner(chain[0]))}.")
    _warn(tree, chain[0])
    deliver(sealed, path)
    return 0


def _refuse(tree: Mapping[str, Any]) -> None:
    """What is no ELM credential, or breaks its rules, is not sealed."""
    from stackmark.exchange.elm.cardinalities import breaches
    from stackmark.reading.received import types_of

    if "EuropeanDigitalCredential" not in types_of(tree):
        raise CheckFailed(
            "format.not-elm", "This is no ELM document of a credential; nothing else is sealed."
        )
    found = breaches(tree)
    if found:
        first = "; ".join(f"{one.pointer or '/'}: {one.sentence}" for one in found[:5])
        more = f" {len(found) - 5} more." if len(found) > 5 else ""
        raise CheckFailed(
            "format.elm", f"It breaks rules of the EDC application profile: {first}{more}"
        )


def _private(path: Path, passphrase_file: Path | None) -> PrivateKey:
    """A key in PEM, encrypted or not, or one of our key files."""
    from stackmark.cli.keys import given_passphrase, load_key
    from stackmark.keys.keyfile import MAX_FILE_BYTES
    from stackmark.keys.private import PrivateKey

    data = read_input(path, MAX_FILE_BYTES)
    if data.lstrip().startswith(b"-----BEGIN"):
        return PrivateKey.from_pem(data, given_passphrase(passphrase_file))
    return load_key(path, passphrase_file).private


def _confirm(sealed: bytes, chain: Sequence[Certificate], now: Any) -> None:
    """Our own reading of what was sealed, before it is handed out."""
    from stackmark.proofs import jades

    _, rows = jades.check(sealed, anchors=chain[:1], now=now)
    bad = next((row for row in rows if row.outcome != "passed" and row.code != "status"), None)
    if bad is not None:
        raise CheckFailed(bad.reason, bad.detail)


def _warn(tree: Mapping[str, Any], certificate: Certificate) -> None:
    from stackmark.verification.sealed import check_issuer

    try:
        check_issuer(tree, certificate)
    except CouldNotTell as error:
        note(f"Note: {plain(error.detail)}")


def _check(data: bytes, anchors: Path | None, *, json: bool) -> int:
    from stackmark.adapters.clock import SystemClock
    from stackmark.proofs import jades

    found, rows = jades.check(data, anchors=read_anchors(anchors), now=SystemClock().now())
    broken = _broken(found)
    if json:
        out_json({"rows": [_row(row) for row in rows], "breaches": broken})
    else:
        _tell(rows, broken)
    return _code(rows)


def read_anchors(path: Path | None) -> tuple[Certificate, ...]:
    """The certificates of the authorities that the caller trusts; none without a file."""
    from stackmark.keys import certificates

    if path is None:
        return ()
    limit = certificates.MAX_PEM_BYTES
    return certificates.read_pem(read_input(path, limit), str(path), certificates.MAX_ANCHORS)


def _broken(seal: Seal | None) -> list[dict[str, str]]:
    """Rules of the application profile that the sealed document breaks."""
    from stackmark.exchange.elm.cardinalities import breaches
    from stackmark.model.document import Document

    if seal is None:
        return []
    try:
        tree = Document.parse(seal.payload).tree
    except CheckFailed as error:
        return [{"pointer": "", "sentence": error.detail}]
    return [{"pointer": one.pointer, "sentence": one.sentence} for one in breaches(tree)]


def _row(row: Row) -> dict[str, str]:
    return {
        "code": row.code,
        "outcome": row.outcome,
        "reason": row.reason,
        "detail": row.detail,
    }


def _tell(rows: Iterable[Row], broken: list[dict[str, str]]) -> None:
    from stackmark.cli.report_text import mark

    for row in rows:
        out(f"{mark(row.outcome)} {row.code:<11}{plain(row.detail)}")
    for one in broken:
        out(f"  {plain(one['pointer'] or '/')}: {plain(one['sentence'])}")


def _code(rows: Iterable[Row]) -> int:
    """Revocation is never looked up, so it does not decide; the row says so."""
    outcomes = {row.outcome for row in rows if row.code != "status"}
    if "failed" in outcomes:
        return NO
    return OPEN if "could-not-tell" in outcomes else 0
