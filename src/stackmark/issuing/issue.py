"""One credential: built, linted, signed and verified again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.issuing.award import BLINDING_BYTES, SALT_BYTES, Award, uuid_urn
from stackmark.issuing.builder import new_design
from stackmark.issuing.bulk import Issuance, Mint
from stackmark.issuing.rows import Evidence
from stackmark.issuing.securing import TOKENS, choose_suite
from stackmark.issuing.selfcheck import own_documents, self_check
from stackmark.keys.keyfile import KeyFile
from stackmark.ports import Random
from stackmark.verification.dates import stamp

_RECIPIENT: Final = frozenset({"email", "id", "name"})


def issue_one(
    achievement: Mapping[str, Any],
    *,
    issuer: Mapping[str, Any] | None,
    recipient: str | Mapping[str, str],
    key: KeyFile,
    now: datetime,
    random: Random,
    suite: str | None = None,
    form: str = "json",
    valid_from: str | None = None,
    valid_until: str | None = None,
    narrative: str | None = None,
    evidence: tuple[Evidence, ...] = (),
    status: tuple[str, int] | None = None,
    documents: Mapping[str, bytes] | None = None,
) -> bytes:
    """A signed Open Badges 3.0 credential; ``stackmark.issue`` explains the arguments.

    Raises ``UsageError`` and ``CheckFailed`` as ``new_design``, ``choose_suite`` and ``lint``
    do, ``StackmarkError`` ``run.self-check``.
    """
    created = stamp(now)
    design = new_design(achievement, issuer, did=key.did)
    award = Award(
        id=uuid_urn(random.bytes(16)),
        salt=random.bytes(SALT_BYTES).hex(),
        blinding=random.bytes(BLINDING_BYTES),
        valid_from=valid_from or created,
        valid_until=valid_until,
        narrative=narrative,
        evidence=evidence,
        status_list=None if status is None else status[0],
        status_index=None if status is None else status[1],
        **_named(recipient),
    )
    issuance = Issuance(
        design, key.private, key.method_id, _suite(form, suite, key.private.algorithm), created
    )
    signed = Mint(issuance).sign(award)
    self_check(
        signed,
        created=created,
        valid_from=award.valid_from,
        valid_until=valid_until,
        documents=own_documents(key.did, key.method_id, key.private.public_key)
        | dict(documents or {}),
        leave=frozenset({"status"}) if documents is None else frozenset(),
    )
    return signed


def _suite(form: str, suite: str | None, algorithm: str) -> str:
    if form == "jwt":
        return choose_suite(suite or "jwt", algorithm)
    if form != "json":
        raise UsageError("usage.form", f'"{form[:40]}" is no form; use json or jwt.')
    chosen = choose_suite(suite, algorithm)
    if chosen in TOKENS and suite is None:
        raise UsageError("usage.suite", f"A {algorithm} key signs tokens only; ask for jwt.")
    return chosen


def _named(recipient: str | Mapping[str, str]) -> dict[str, Any]:
    """The recipient's part of an award."""
    if isinstance(recipient, str):
        recipient = {"email" if "@" in recipient and ":" not in recipient else "id": recipient}
    odd = recipient.keys() - _RECIPIENT
    if odd:
        raise UsageError(
            "usage.recipient", f'A recipient has email, id and name; "{min(odd)}" is none of them.'
        )
    return {f"recipient_{name}": value for name, value in recipient.items()}
