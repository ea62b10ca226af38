"""The Data Integrity cryptosuites as a table, and what they hash.

Sources: W3C "Data Integrity EdDSA Cryptosuites v1.0" (sections 3.2, 3.3), "Data Integrity ECDSA
Cryptosuites v1.0" (3.2, 3.3; its 3.6 and "Data Integrity BBS Cryptosuites v1.0" for selective
disclosure), and the older Ed25519Signature2020 (check only).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import orjson

from stackmark.canonical.emitter import to_quads
from stackmark.canonical.jcs import jcs
from stackmark.canonical.nquads import Quad, older_form
from stackmark.canonical.rdfc import canonicalize_quads, quick_lines
from stackmark.canonical.shapes import SHAPES
from stackmark.errors import CheckFailed

LEGACY_TYPE: Final = "Ed25519Signature2020"
PROOF_TYPE: Final = "DataIntegrityProof"


@dataclass(frozen=True, slots=True)
class Suite:
    """One cryptosuite: how it canonicalises, which keys it takes, whether we make it."""

    name: str
    canonical: str  # "rdfc" or "jcs"
    algorithms: frozenset[str]
    makes: bool = True


_EDDSA: Final = frozenset({"Ed25519"})
_ECDSA: Final = frozenset({"P-256", "P-384"})

SUITES: Final[Mapping[str, Suite]] = {
    suite.name: suite
    for suite in (
        Suite("eddsa-rdfc-2022", "rdfc", _EDDSA),
        Suite("eddsa-jcs-2022", "jcs", _EDDSA),
        Suite("ecdsa-rdfc-2019", "rdfc", _ECDSA),
        Suite("ecdsa-jcs-2019", "jcs", _ECDSA),
        Suite("ecdsa-sd-2023", "sd", frozenset({"P-256"})),
        Suite("bbs-2023", "sd", frozenset({"BLS12-381"})),
        Suite(LEGACY_TYPE, "rdfc", _EDDSA, makes=False),
    )
}


def suite_of(proof: Mapping[str, Any]) -> Suite:
    """The suite a proof names.

    Raises ``CheckFailed`` ``proof.unsupported`` for any other type or cryptosuite.
    """
    kind = proof.get("type")
    name = proof.get("cryptosuite") if kind == PROOF_TYPE else kind
    suite = SUITES.get(name) if isinstance(name, str) else None
    if suite is None or (kind == LEGACY_TYPE and "cryptosuite" in proof):
        raise CheckFailed(
            "proof.unsupported",
            f"The proof of type {kind!r} with suite {name!r} is not known here.",
        )
    return suite


def digest_name(algorithm: str) -> str:
    """The hash that goes with a key: SHA-384 for P-384, SHA-256 otherwise."""
    return "sha384" if algorithm == "P-384" else "sha256"


class Canonicals:
    """The canonical forms of one unsecured document, each worked out at most once.

    A strict document of a shape seen before is served by its plan (tier b). ``stated`` stands for
    it in RDF when it is not the document itself: without what makes no statement.
    """

    def __init__(
        self,
        unsecured: dict[str, Any],
        *,
        strict: bool = True,
        inline: bool = False,
        stated: dict[str, Any] | None = None,
    ) -> None:
        self.unsecured = unsecured
        self.stated = unsecured if stated is None else stated
        self.strict = strict
        self.inline = inline
        self._hashes: dict[tuple[str, str], bytes] = {}
        self._planned = SHAPES.form(self.stated) if strict else None

    @property
    def settled(self) -> bool:
        """Whether nothing can be learnt from it for documents to come."""
        return self._planned is not None and self._planned.settled

    @property
    def recalled(self) -> bool:
        """Whether all but a few texts of it is known byte for byte."""
        return self._planned is not None and self._planned.recalled

    def statements(self) -> int:
        """How many statements it makes; raises what ``quads`` raises when it is not lossless."""
        return len(self.quads) if self._planned is None else self._planned.statements

    @cached_property
    def quads(self) -> list[Quad]:
        """Its statements, lossless; raises ``CheckFailed`` ``lossless.…`` or ``context.…``."""
        return to_quads(self.stated, strict=self.strict, inline=self.inline)

    def lines(self, digest: str = "sha256") -> list[str]:
        """The canonical N-Quads lines."""
        if digest == "sha256":
            return quick_lines(self.quads)
        return canonicalize_quads(self.quads, algorithm=digest).lines

    def hash(self, canonical: str, digest: str) -> bytes:
        """The digest of the canonical form (``rdfc`` or ``jcs``)."""
        key = (canonical, digest)
        if key not in self._hashes:
            form = self._form(canonical, digest)
            self._hashes[key] = hashlib.new(digest, form).digest()
        return self._hashes[key]

    def in_older_form(self) -> Canonicals | None:
        """The same document under the escapes from before RDFC-1.0, when these differ."""
        if not any(mark in text for text in self.lines() for mark in ("\\b", "\\f", "\\u00")):
            return None
        other = Canonicals(self.unsecured, strict=self.strict)
        other._planned = None
        other.quads = [(s, p, older_form(o) or o, g) for s, p, o, g in self.quads]
        return other

    def _form(self, canonical: str, digest: str) -> bytes:
        if canonical == "jcs":
            return jcs(self.unsecured)
        if self._planned is not None and digest == "sha256":
            return self._planned.text
        return "".join(self.lines(digest)).encode()


def proof_options(proof: Mapping[str, Any], context: Any, suite: Suite) -> dict[str, Any]:
    """The proof without its value, under the document's ``@context``.

    rdfc suites canonicalise under the document's context and do not store it; jcs suites sign
    the ``@context`` that stands in the proof (Data Integrity EdDSA 3.2.5, 3.3.5).
    """
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if suite.canonical != "jcs" and context is not None:
        options["@context"] = context
    return options


def bytes_to_sign(
    document: Canonicals, options: Mapping[str, Any], suite: Suite, algorithm: str
) -> bytes:
    """Hash of the proof options, then hash of the document (Data Integrity EdDSA 3.2.4)."""
    digest = digest_name(algorithm)
    own = _options_hash(dict(options), suite.canonical, digest)
    return own + document.hash(suite.canonical, digest)


_OPTIONS_KEPT: Final = 1_024
_options_hashes: dict[tuple[bytes, str, str], bytes] = {}


def _options_hash(options: dict[str, Any], canonical: str, digest: str) -> bytes:
    """The hash of proof options; a whole batch often shares them."""
    key = (orjson.dumps(options), canonical, digest)
    found = _options_hashes.get(key)
    if found is None:
        form = Canonicals(options)
        found = form.hash(canonical, digest)
        if len(_options_hashes) >= _OPTIONS_KEPT:
            _options_hashes.clear()
        _options_hashes[key] = found
    return found
