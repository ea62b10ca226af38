"""Every bound in one place, with its unit and its reason.

Limits are checked before the work they bound (reference: security rules 1, 7 and 8).
"""

from __future__ import annotations

from typing import Final

# Documents
MAX_DOCUMENT_BYTES: Final = 1024 * 1024  # bytes of one JSON document or token
MAX_DEPTH: Final = 32  # nested objects and lists
MAX_MEMBERS: Final = 20_000  # members plus list items of one document
MAX_IMAGE_BYTES: Final = 10 * 1024 * 1024  # bytes of a baked PNG or SVG
MAX_SVG_BYTES: Final = (
    4 * 1024 * 1024
)  # bytes of an SVG; the costliest of this size takes under 1 s
MAX_PNG_CHUNKS: Final = 50_000  # chunks walked before giving up
MAX_XML_DEPTH: Final = 100  # nested SVG elements
MAX_FETCH_BYTES: Final = 16 * 1024 * 1024  # bytes of one answer from the network
MAX_PARTS: Final = 200  # credentials inside one presentation, CLR or endorsement list
MAX_PART_DEPTH: Final = 3  # presentation → CLR → badge → endorsement

# Canonicalisation
MAX_QUADS: Final = 60_000  # statements of one dataset
MAX_HASH_CALLS: Final = 100_000  # Hash N-Degree Quads calls plus permutations; about 0.25 s

# Proofs and keys
MAX_PROOFS: Final = 16  # proofs of one document
MAX_PROOF_VALUE: Final = 400_000  # characters; only the ecdsa-sd-2023 base proof needs many
MAX_BBS_STATEMENTS: Final = 5_000  # not mandatory, of one bbs-2023 proof: a point of G1 for each
MAX_BASE58: Final = 1_000  # characters; base58 decoding is quadratic
MAX_DISCLOSURES: Final = 1_000  # of one SD-JWT
MAX_KEY_ID: Final = 4_096  # characters of a verification method or kid (RSA did:jwk is long)
RSA_MIN_BITS: Final = 2048
RSA_MAX_BITS: Final = 8192  # bigger ones are a way to burn CPU
CLOCK_SKEW: Final = 300  # seconds tolerated between clocks

# Status lists
MIN_STATUS_ENTRIES: Final = 131_072  # Bitstring Status List v1.0 section 6.1, herd privacy
MAX_STATUS_BYTES: Final = 8 * 1024 * 1024  # unpacked bytes: 2^26 one-bit entries
MAX_STATUS_ENTRIES_PER_CREDENTIAL: Final = 16

# Network
FETCH_SECONDS: Final = 10.0  # whole request, look-up included
FETCH_HEADER_BYTES: Final = 64 * 1024
MAX_FETCHES: Final = 40  # per verification of one source

# Bulk files
MAX_CSV_CELL: Final = 10_000  # characters
MAX_CSV_COLUMNS: Final = 500
