"""Policies: named rules that turn checks into a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from stackmark.errors import UsageError
from stackmark.verification.report import Check, Report, Verdict


@dataclass(frozen=True, slots=True)
class Policy:
    """Which checks only warn.

    ``advisory`` holds codes and reasons; a failed or unanswered check that is in it stands in
    the report but does not decide. ``proof``, ``issuer-key`` and ``read`` can never be advisory.
    """

    name: str
    summary: str
    advisory: frozenset[str]
    known_issuer: bool = False

    def counts(self, check: Check) -> bool:
        """Whether the check takes part in the verdict."""
        return check.code not in self.advisory and check.reason not in self.advisory

    def verdict(
        self, checks: Iterable[Check], parts: Iterable[Report] = (), *, known: bool = False
    ) -> Verdict:
        """Refused if any counted check failed, else could-not-tell if any is open.

        Never ``verified`` unless the proof check passed. A refused part refuses the whole.
        """
        outcomes = {check.outcome for check in checks if self.counts(check)}
        below = {part.verdict for part in parts}
        if "failed" in outcomes or "refused" in below:
            return "refused"
        if "could-not-tell" in outcomes or "could-not-tell" in below:
            return "could-not-tell"
        proven = any(check.code == "proof" and check.outcome == "passed" for check in checks)
        if not proven or (self.known_issuer and not known):
            return "could-not-tell"
        return "verified"


_ENDORSEMENT_WARNINGS: Final = frozenset(
    {"endorsements.not-confirmed", "endorsements.could-not-tell"}
)

STANDARD: Final = Policy(
    "standard",
    "The document decides; who the issuer is stands beside the verdict; an endorsement by "
    "somebody who cannot be confirmed warns, and so does a related file that is not at hand.",
    _ENDORSEMENT_WARNINGS | {"trust", "related.not-at-hand"},
)
STRICT: Final = Policy(
    "strict",
    "Every check decides; the issuer must be in your register and every endorsement must hold.",
    frozenset(),
    known_issuer=True,
)
POLICIES: Final[Mapping[str, Policy]] = {policy.name: policy for policy in (STANDARD, STRICT)}


def policy_named(name: str) -> Policy:
    """The policy with this name; raises ``UsageError`` naming those there are."""
    policy = POLICIES.get(name)
    if policy is None:
        names = ", ".join(POLICIES)
        raise UsageError("usage.policy", f"There is no policy {name!r}; there are: {names}.")
    return policy
