"""``stackmark sign``: secure any VC 2.0 document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from stackmark.cli.bake import OutOption
from stackmark.cli.console import deliver
from stackmark.cli.keys import KeyOption, PassphraseOption, issuer_documents, load_key
from stackmark.cli.loading import read_input
from stackmark.cli.sd_jwt import CertificateOption, DiscloseOption, HolderOption, sign_sd_jwt
from stackmark.errors import CheckFailed, UsageError

if TYPE_CHECKING:
    from stackmark.keys.keyfile import KeyFile

SuiteOption = Annotated[
    str | None,
    typer.Option(
        "--suite",
        metavar="NAME",
        help="eddsa-rdfc-2022, eddsa-jcs-2022, ecdsa-rdfc-2019, ecdsa-jcs-2019, ecdsa-sd-2023, "
        "bbs-2023, jwt (Open Badges token), vc+jwt (W3C token) or sd-jwt (SD-JWT VC); by document "
        "and key if not given.",
    ),
]


def sign(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Unsigned JSON; - for stdin.")],
    key: KeyOption,
    suite: SuiteOption = None,
    mandatory: Annotated[
        list[str] | None,
        typer.Option(
            metavar="POINTER",
            help="With ecdsa-sd-2023, bbs-2023: JSON pointer to what every derived copy shows; "
            "repeatable.",
        ),
    ] = None,
    challenge: Annotated[
        str | None, typer.Option(help="For a presentation: the verifier's challenge.")
    ] = None,
    domain: Annotated[str | None, typer.Option(help="For a presentation: its audience.")] = None,
    until: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="For a trust register: until when it holds."),
    ] = None,
    disclose: DiscloseOption = None,
    holder_key: HolderOption = None,
    certificate: CertificateOption = None,
    out: OutOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Sign a credential, presentation, register and more.

    FILE is complete but for its proof. The same checks run first as before issuing, so that
    nothing goes out that others could read in two ways; what was signed is verified before it
    is handed out.
    """
    from stackmark.adapters.clock import SystemClock
    from stackmark.issuing.sd_jwt import SD_JWT, is_claims
    from stackmark.issuing.securing import choose_suite
    from stackmark.model.document import Document
    from stackmark.reading.received import types_of
    from stackmark.verification.dates import stamp

    tree = Document.parse(read_input(file)).tree
    opened = load_key(key, passphrase_file)
    if "issuers" in tree and "@context" not in tree:
        deliver(_register(tree, opened, until), out)
        return
    if tree.get("type") == "StackmarkHandover":
        deliver(_handover(tree, opened), out)
        return
    if suite == SD_JWT or (suite is None and is_claims(tree)):
        made = sign_sd_jwt(tree, opened, key, disclose, holder_key, certificate)
        deliver(made, out)
        return
    if disclose or holder_key or certificate:
        raise UsageError(
            "usage.option", "--disclose, --holder-key and --certificate go with sd-jwt only."
        )
    chosen = choose_suite(suite, opened.private.algorithm)
    _check_mandatory(mandatory, chosen)
    created = stamp(SystemClock().now())
    if "VerifiablePresentation" in types_of(tree):
        from stackmark.issuing.presenting import sign_presentation

        signed = sign_presentation(
            tree, key=opened, suite=chosen, created=created, challenge=challenge, domain=domain
        )
    else:
        signed = _credential(tree, opened, chosen, created, mandatory)
        _check(signed, tree, created, key, opened)
    deliver(signed, out)


def _handover(tree: dict[str, Any], key: KeyFile) -> bytes:
    """A hand-over as the other side has signed it, with our signature too."""
    import orjson

    from stackmark.adapters.clock import SystemClock
    from stackmark.trust.handover import read, sign
    from stackmark.verification.dates import stamp

    said = read(tree)
    if key.did not in (said.old, said.new):
        raise CheckFailed(
            "issuer-key.not-issuer",
            f"The hand-over is from {said.old[:120]} to {said.new[:120]}, but the key speaks for "
            f"{key.did[:120]}.",
        )
    created = stamp(SystemClock().now())
    made = sign(tree, signer=key.private, method=key.method_id, created=created)
    return orjson.dumps(made, option=orjson.OPT_INDENT_2)


def _register(tree: dict[str, Any], key: KeyFile, until: str | None) -> bytes:
    from stackmark.adapters.clock import SystemClock, parse_time
    from stackmark.trust.signed_register import sign_register

    if until is None:
        raise UsageError("usage.trust", "A signed register ends some day: give --until TIME.")
    return sign_register(
        tree,
        by=key.did,
        kid=key.method_id,
        signer=key.private,
        start=SystemClock().now(),
        end=parse_time(until),
    )


def _check_mandatory(mandatory: list[str] | None, suite: str) -> None:
    from stackmark.issuing.securing import SELECTIVE

    if mandatory and suite not in SELECTIVE:
        names = " and ".join(sorted(SELECTIVE, reverse=True))
        raise UsageError("usage.pointer", f"--mandatory goes with {names} only, not with {suite}.")


def _credential(
    tree: dict[str, Any], key: KeyFile, suite: str, created: str, mandatory: list[str] | None
) -> bytes:
    from stackmark.adapters.randomness import SystemRandom
    from stackmark.issuing.lint import lint
    from stackmark.issuing.securing import SELECTIVE, secure, secure_selective
    from stackmark.verification.structure import issuer_id

    lint(tree)
    if issuer_id(tree) != key.did:
        raise CheckFailed(
            "issuer-key.not-issuer",
            f"The issuer is {issuer_id(tree)[:120]}, but the key speaks for {key.did[:120]}.",
        )
    if suite not in SELECTIVE:
        return secure(tree, suite=suite, signer=key.private, method=key.method_id, created=created)
    return secure_selective(
        tree,
        suite=suite,
        signer=key.private,
        method=key.method_id,
        created=created,
        mandatory=mandatory or [],
        blinding=SystemRandom().bytes(32),
    )


def _check(signed: bytes, tree: dict[str, Any], created: str, path: Path, key: KeyFile) -> None:
    """Our own verifier's word on everything that can be judged without others."""
    import orjson

    from stackmark.issuing.selfcheck import self_check

    elsewhere = frozenset({"status", "related", "schema", "endorsements", "key-time"})
    own = issuer_documents(path, key)
    self_check(
        signed,
        created=created,
        valid_from=tree.get("validFrom", created),
        valid_until=tree.get("validUntil"),
        documents={url: orjson.dumps(document) for url, document in own.items()},
        leave=elsewhere,
    )
