"""ecdsa-sd-2023 against the W3C vectors step by step, a foreign derived badge, and own badges."""

import copy
import hashlib
import json
import time

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st
from shared import need_shared

from stackmark.canonical import contexts
from stackmark.canonical.active_context import INITIAL
from stackmark.canonical.emitter import to_quads
from stackmark.canonical.rdfc import canonicalize_quads
from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.multibase import b58decode, b58encode, b64url_decode, b64url_encode
from stackmark.keys.public import PublicKey
from stackmark.limits import MAX_PROOF_VALUE
from stackmark.proofs import cbor, ecdsa_sd
from stackmark.proofs.ecdsa_sd import derive, make_base_proof, verify_base, verify_derived
from stackmark.proofs.sd_select import select
from stackmark.proofs.sd_statements import Statements, label, secret_digest
from stackmark.proofs.sd_values import BaseValue, DerivedValue, parse_value
from stackmark.proofs.suites import SUITES, Canonicals, proof_options


class Deterministic:
    """A P-256 signer as in RFC 6979, so that the vectors' signatures come out bit for bit."""

    algorithm = "P-256"

    def __init__(self, secret: int) -> None:
        self._private = ec.derive_private_key(secret, ec.SECP256R1())
        numbers = self._private.public_key().public_numbers()
        point = bytes([2 + numbers.y % 2]) + numbers.x.to_bytes(32, "big")
        self.public_key = PublicKey.from_multikey(f"z{b58encode(b'\x80\x24' + point)}" if False else "z" + b58encode(b"\x80\x24" + point))

    @classmethod
    def from_multibase(cls, text):
        return cls(int.from_bytes(b58decode(text[1:])[2:], "big"))

    def sign(self, data, *, digest=None):
        assert digest in (None, "sha256")
        algorithm = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        r, s = decode_dss_signature(self._private.sign(data, algorithm))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
