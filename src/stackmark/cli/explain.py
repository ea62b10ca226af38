"""``stackmark explain``: the proof worked step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from stackmark.cli.console import out, plain, styled
from stackmark.cli.fetching import AllowHostOption, DocumentsOption, OfflineOption, network
from stackmark.cli.guard import NO, exit_code
from stackmark.cli.loading import read_input

if TYPE_CHECKING:
    from stackmark.errors import StackmarkError
    from stackmark.proofs.jose import Jws
    from stackmark.verification.binding import FoundKey
    from stackmark.verification.workings import Working

_INDENT: Final = "    "


def explain(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A signed document or baked image; - for stdin.")
    ],
    documents: DocumentsOption = None,
    offline: OfflineOption = False,
    allow_host: AllowHostOption = None,
) -> int:
    """Show step by step how a signature is checked.

    Canonical lines, hashes, key, result. This is about the signature alone; `verify` asks
    everything else as well.
    """
    from stackmark.reading.received import receive
    from stackmark.verification.binding import KeyRing
    from stackmark.verification.workings import work

    received = receive(read_input(file))
    net = network(documents, offline=offline, allow_hosts=allow_host)
    steps = _Steps()
    steps.begin("What it is")
    steps.fact("format", received.format)
    if received.baked is not None:
        steps.fact("found in", received.baked.place)
    works = work(received, KeyRing(net.fetcher))
    if received.jws is not None:
        return _token(steps, received.jws, works[0])
    return _proofs(steps, works)


class _Steps:
    """Numbers the steps and lays them out."""

    def __init__(self) -> None:
        self._number = 0

    def begin(self, title: str) -> None:
        self._number += 1
        if self._number > 1:
            out()
        out(styled(f"{self._number}. {title}", "bold"))

    def fact(self, name: str, value: str) -> None:
        out(f"{_INDENT}{name:<14}{plain(value)}")

    def lines(self, lines: list[str]) -> None:
        for line in lines:
            out(f"{_INDENT}{plain(line.rstrip(chr(10)))}")

    def failed(self, error: StackmarkError) -> int:
        out(f"{_INDENT}{styled(plain(error.detail), 'red')} [{error.reason}]")
        return exit_code(error)

    def result(self, *, fits: bool) -> int:
        self.begin("Result")
        if fits:
            out(f"{_INDENT}{styled('The signature fits.', 'bold', 'green')}")
            return 0
        sentence = "The signature does not fit: something was changed."
        out(f"{_INDENT}{styled(sentence, 'bold', 'red')}")
        return NO


def _proofs(steps: _Steps, works: list[Working]) -> int:
    worst = 0
    for number, one in enumerate(works, 1):
        if len(works) > 1:
            steps.begin(f"Proof {number} of {len(works)}")
        told = _selective(steps, one) if one.selective is not None else _proof(steps, one)
        worst = max(worst, told)
    return worst


def _proof(steps: _Steps, one: Working) -> int:
    titles = ("The document without its proof", "The proof without its value")
    for title, form in zip(titles, (one.document, one.options), strict=True):
        if form is not None:
            steps.begin(f"{title}, in canonical form ({form.form.removesuffix('-1.0')})")
            steps.lines(list(form.lines))
            steps.fact(form.digest.replace("-", ""), form.value)
    if one.document is not None and one.options is not None:
        steps.begin("What was signed: the proof's hash, then the document's")
        steps.lines([one.options.value, one.document.value])
        steps.begin("The key")
    if one.key is None or one.options is None:
        return _stopped(steps, one)
    _tell_key(steps, one.key)
    steps.begin(f"The signature ({one.suite})")
    steps.fact("proofValue", str(one.value))
    if one.signature is not None:
        steps.fact("as bytes", one.signature)
    return _ended(steps, one)


def _stopped(steps: _Steps, one: Working) -> int:
    assert one.error is not None
    return steps.failed(one.error)


def _ended(steps: _Steps, one: Working) -> int:
    """The result, or what kept it from being reached."""
    return _stopped(steps, one) if one.fits is None else steps.result(fits=one.fits)


def _selective(steps: _Steps, one: Working) -> int:
    """Selective disclosure: what was signed, and what the proof's value holds."""
    value = one.selective
    if one.document is None or value is None:
        return _stopped(steps, one)
    steps.begin("The statements, in canonical form (RDFC)")
    steps.lines(list(one.document.lines))
    steps.begin(f"The signatures ({one.suite})" if value.proof_key else f"The proof ({one.suite})")
    kind = "the holder's own copy" if value.whole else "a derived copy"
    if value.proof_key is not None:
        steps.fact("kind", f"{kind}, {value.statements} statements signed one by one")
        steps.fact("proof's key", value.proof_key)
        steps.fact("issuer's", value.signature)
    else:
        count = "" if value.statements is None else f" of {value.statements} that need not be shown"
        steps.fact("kind", f"{kind}{count}")
        steps.fact("signature" if value.whole else "proof", value.signature)
    steps.begin("The key")
    if one.key is None:
        return _stopped(steps, one)
    _tell_key(steps, one.key)
    return _ended(steps, one)


def _tell_key(steps: _Steps, key: FoundKey) -> None:
    from stackmark.keys.did import did_web_url

    steps.fact("method", key.method)
    steps.fact("controller", key.owner)
    if key.owner.startswith("did:web:"):
        steps.fact("read from", did_web_url(key.owner))
    steps.fact("type", key.public.algorithm)
    steps.fact("public key", key.public.raw.hex())
    for name, when in (("expires", key.expires), ("revoked", key.revoked)):
        if when is not None:
            steps.fact(name, when)


def _token(steps: _Steps, jws: Jws, one: Working) -> int:
    import orjson

    steps.begin("The header")
    steps.lines([orjson.dumps(jws.header).decode()])
    steps.begin("The payload")
    steps.lines([jws.payload.decode("utf-8", "replace")])
    if one.purpose is not None:
        steps.begin("The key")
    if one.key is None or one.document is None:
        return _stopped(steps, one)
    _tell_key(steps, one.key)
    steps.begin("What was signed: header and payload as they stand in the token")
    steps.fact("characters", f"{len(jws.signing_input):,}")
    steps.fact("SHA-256", one.document.value)
    steps.begin(f"The signature ({jws.header['alg']})")
    steps.lines([jws.signature.hex()])
    return _ended(steps, one)
