"""``stackmark explain``: the proof worked step by step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stackmark.cli.console import out, plain, styled
from stackmark.cli.fetching import AllowHostOption, DocumentsOption, OfflineOption, network
from stackmark.cli.guard import NO, exit_code
from stackmark.cli.loading import read_input

if TYPE_CHECKING:
    from stackmark.errors import StackmarkError
    from stackmark.keys.public import PublicKey
    from stackmark.proofs.jose import Jws
    from stackmark.reading.received import Received
    from stackmark.verification.binding import FoundKey, KeyRing

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

    received = receive(read_input(file))
    net = network(documents, offline=offline, allow_hosts=allow_host)
    steps = _Steps()
    steps.begin("What it is")
    steps.fact("format", received.format)
    if received.baked is not None:
        steps.fact("found in", received.baked.place)
    ring = KeyRing(net.fetcher)
    if received.jws is not None:
        return _token(steps, received.jws, received, ring)
    return _proofs(steps, received, ring)


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


def _proofs(steps: _Steps, received: Received, ring: KeyRing) -> int:
    from stackmark.errors import StackmarkError
    from stackmark.verification.proving import list_proofs

    tree = received.tree
    unsecured = {name: value for name, value in tree.items() if name != "proof"}
    worst = 0
    try:
        proofs = list_proofs(tree)
        for number, proof in enumerate(proofs, 1):
            if len(proofs) > 1:
                steps.begin(f"Proof {number} of {len(proofs)}")
            worst = max(worst, _proof(steps, unsecured, proof, proofs, ring))
    except StackmarkError as error:
        return steps.failed(error)
    return worst


def _proof(
    steps: _Steps,
    unsecured: dict[str, Any],
    proof: dict[str, Any],
    proofs: list[dict[str, Any]],
    ring: KeyRing,
) -> int:
    from stackmark.proofs.suites import digest_name, suite_of
    from stackmark.verification.structure import as_list

    suite = suite_of(proof)
    key = _find_key(proof, ring)
    if suite.canonical == "sd":
        return _selective(steps, unsecured, proof, key)
    before = [one for one in proofs if one.get("id") in as_list(proof.get("previousProof"))]
    document = {**unsecured, "proof": before} if before else unsecured
    # Without the key the hash is not certain for ECDSA; SHA-256 is by far the usual one.
    digest = "sha256" if isinstance(key, Exception) else digest_name(key.public.algorithm)
    _hashes(steps, document, proof, digest)
    steps.begin("The key")
    if isinstance(key, Exception):
        return steps.failed(key)
    _tell_key(steps, key)
    return _compare(steps, document, proof, key.public)


def _find_key(proof: dict[str, Any], ring: KeyRing) -> FoundKey | StackmarkError:
    from stackmark.errors import StackmarkError

    try:
        return ring.method(proof.get("verificationMethod"), str(proof.get("proofPurpose")))
    except StackmarkError as error:
        return error


def _hashes(steps: _Steps, document: dict[str, Any], proof: dict[str, Any], digest: str) -> None:
    from stackmark.proofs.suites import Canonicals, proof_options, suite_of

    suite = suite_of(proof)
    options = proof_options(proof, document.get("@context"), suite)
    hashes = []
    titles = ("The document without its proof", "The proof without its value")
    for title, part in zip(titles, (document, options), strict=True):
        form = Canonicals(part, strict=False)
        steps.begin(f"{title}, in canonical form ({suite.canonical.upper()})")
        _tell_form(steps, form, suite.canonical, digest)
        hashes.append(form.hash(suite.canonical, digest).hex())
        steps.fact(digest.upper(), hashes[-1])
    steps.begin("What was signed: the proof's hash, then the document's")
    steps.lines(hashes[::-1])


def _tell_form(steps: _Steps, form: Any, canonical: str, digest: str) -> None:
    if canonical == "rdfc":
        steps.lines(form.lines(digest))
    else:
        from stackmark.canonical.jcs import jcs

        steps.lines([jcs(form.unsecured).decode("utf-8", "replace")])


def _compare(steps: _Steps, document: dict[str, Any], proof: dict[str, Any], key: PublicKey) -> int:
    from stackmark.errors import CheckFailed
    from stackmark.proofs.data_integrity import check_proof, signature_bytes
    from stackmark.proofs.suites import Canonicals, suite_of

    steps.begin(f"The signature ({suite_of(proof).name})")
    steps.fact("proofValue", str(proof.get("proofValue")))
    steps.fact("as bytes", signature_bytes(proof.get("proofValue"), suite_of(proof), key).hex())
    try:
        check_proof(Canonicals(document, strict=False), proof, key)
    except CheckFailed as error:
        if error.reason != "proof.signature":
            raise
        return steps.result(fits=False)
    return steps.result(fits=True)


def _selective(
    steps: _Steps,
    unsecured: dict[str, Any],
    proof: dict[str, Any],
    key: FoundKey | StackmarkError,
) -> int:
    """ecdsa-sd-2023: one signature over what is mandatory, one over each other statement."""
    from stackmark.canonical.emitter import to_quads
    from stackmark.canonical.rdfc import canonicalize_quads
    from stackmark.errors import CheckFailed
    from stackmark.proofs.ecdsa_sd import verify_base, verify_derived
    from stackmark.proofs.sd_values import BaseValue, parse_value

    value = parse_value(proof.get("proofValue"))
    whole = isinstance(value, BaseValue)
    steps.begin("The statements, in canonical form (RDFC)")
    steps.lines(canonicalize_quads(to_quads(unsecured)).lines)
    steps.begin("The signatures (ecdsa-sd-2023)")
    kind = "the holder's own copy" if whole else "a derived copy"
    steps.fact("kind", f"{kind}, {len(value.signatures)} statements signed one by one")
    steps.fact("proof's key", value.proof_key.hex())
    steps.fact("issuer's", value.signature.hex())
    steps.begin("The key")
    if isinstance(key, Exception):
        return steps.failed(key)
    _tell_key(steps, key)
    try:
        (verify_base if whole else verify_derived)(unsecured, proof, key.public)
    except CheckFailed as error:
        if error.reason != "proof.signature":
            raise
        return steps.result(fits=False)
    return steps.result(fits=True)


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


def _token(steps: _Steps, jws: Jws, received: Received, ring: KeyRing) -> int:
    import hashlib

    import orjson

    from stackmark.errors import CheckFailed, StackmarkError
    from stackmark.proofs.jose import check_signature
    from stackmark.verification.structure import issuer_id
    from stackmark.verification.tokens import unwrap

    steps.begin("The header")
    steps.lines([orjson.dumps(jws.header).decode()])
    steps.begin("The payload")
    steps.lines([jws.payload.decode("utf-8", "replace")])
    try:
        profile, tree = unwrap(jws, received.tree)
        steps.begin("The key")
        purpose = "authentication" if profile == "vp" else "assertionMethod"
        owner = str(tree.get("holder")) if profile == "vp" else issuer_id(tree)
        key = ring.for_token(jws.header.get("kid"), owner, purpose)
        _tell_key(steps, key)
        steps.begin("What was signed: header and payload as they stand in the token")
        steps.fact("characters", f"{len(jws.signing_input):,}")
        steps.fact("SHA-256", hashlib.sha256(jws.signing_input).hexdigest())
        steps.begin(f"The signature ({jws.header['alg']})")
        steps.lines([jws.signature.hex()])
        check_signature(jws, key.public)
    except CheckFailed as error:
        if error.reason == "proof.signature":
            return steps.result(fits=False)
        return steps.failed(error)
    except StackmarkError as error:
        return steps.failed(error)
    return steps.result(fits=True)
