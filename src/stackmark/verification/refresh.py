"""Step "refresh": is there a newer edition (OB 3.0 section 8.1 step 5), off by default.

The answer never replaces the document that was asked about (security section 2 item 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from stackmark.errors import CheckFailed, CouldNotTell, StackmarkError
from stackmark.reading.received import receive, types_of
from stackmark.verification.dates import parse_stamp
from stackmark.verification.structure import as_list, issuer_id
from stackmark.verification.validity import period

if TYPE_CHECKING:
    from stackmark.verification.verifier import Verifier


def look_for_newer(verifier: Verifier, tree: Mapping[str, Any]) -> str:
    """A sentence on the newest edition; one request, same issuer, same id.

    Raises ``CouldNotTell`` ``refresh.unreachable`` or ``refresh.unknown-type``, ``CheckFailed``
    ``refresh.newer`` when another edition stands in its place.
    """
    for service in as_list(tree.get("refreshService")):
        if "1EdTechCredentialRefresh" not in types_of(service):
            raise CouldNotTell("refresh.unknown-type", "The refresh service is of an unknown type.")
        try:
            data = verifier.fetcher.fetch(str(service.get("id")))
            report = verifier.endorsement_report(receive(data), depth=1)
        except StackmarkError as error:
            raise CouldNotTell(
                "refresh.unreachable", f"The refresh service gave no credential: {error.detail}"
            ) from None
        found = report.credential
        if (found.issuer_id, found.id) != (issuer_id(tree), tree.get("id")):
            raise CouldNotTell("refresh.other", "The refresh service answered with something else.")
        if report.verdict == "verified" and _newer(found.valid_from, tree):
            raise CheckFailed(
                "refresh.newer", f"The issuer has a newer edition, valid from {found.valid_from}."
            )
    return "The issuer has no newer edition."


def _newer(valid_from: str | None, tree: Mapping[str, Any]) -> bool:
    first, _ = period(tree)
    if valid_from is None or first not in tree:
        return False
    return parse_stamp(valid_from, first) > parse_stamp(tree[first], first)
