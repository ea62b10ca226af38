"""What ecdsa-sd-2023 and bbs-2023 ask alike before a signature is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stackmark.errors import CheckFailed
from stackmark.keys.public import PublicKey
from stackmark.proofs.suites import SUITES, suite_of


def check_key(proof: Mapping[str, Any], key: PublicKey, name: str) -> None:
    """Whether the proof is by this suite and the key of its kind.

    Raises ``CheckFailed`` ``proof.unsupported`` or ``proof.key-type``.
    """
    suite = suite_of(proof)
    if suite.name != name:
        raise CheckFailed("proof.unsupported", f"{suite.name} is not {name}.")
    if key.algorithm not in SUITES[name].algorithms:
        raise CheckFailed(
            "proof.key-type", f"The suite {name} does not go with a {key.algorithm} key."
        )


def base_shown() -> CheckFailed:
    """What to say of a base proof where a derived one is wanted."""
    return CheckFailed(
        "proof.base",
        "This is the base proof, which belongs to the holder alone: it would give away all "
        "that is hidden. The holder's wallet has to derive a proof from it first.",
    )


def by_place(lines: Sequence[str], mandatory: Sequence[int]) -> tuple[list[str], list[str]]:
    """The shown statements that are mandatory, by their ascending positions, and the others.

    Raises ``CheckFailed`` ``proof.signature`` for a position past the end.
    """
    if mandatory and mandatory[-1] >= len(lines):
        raise CheckFailed("proof.signature", "A statement that has to be shown is missing.")
    places = frozenset(mandatory)
    return (
        [line for place, line in enumerate(lines) if place in places],
        [line for place, line in enumerate(lines) if place not in places],
    )
