"""A verifier that asks what the W3C data model asks, and no more.

Our own rules are stricter on purpose. Conformance suites and other programs send documents that
are right by the letter of VC Data Model 2.0 and not by ours: contexts written into a document
(section 4.3), a presentation that holds nothing, or one by somebody else than the subject
(section 4.13), a schema of a type known to its makers only (section 4.11). Signatures, keys,
dates and status are judged as ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.proofs.suites import Canonicals
from stackmark.verification.case import Case
from stackmark.verification.policy import STANDARD, Policy
from stackmark.verification.presentation import check_shape
from stackmark.verification.report import Report, Subject, not_applicable, passed
from stackmark.verification.structure import as_list, check_context
from stackmark.verification.verifier import Verifier

DATA_MODEL: Final = Policy(
    "data-model",
    "As standard; a presenter who is not the subject and a schema of an unknown type warn.",
    STANDARD.advisory | {"recipient.holder", "schema.unknown-type"},
)
_LEFT: Final = ("schema", "proof", "issuer-key", "key-time", "validity", "status")


class DataModelVerifier(Verifier):
    """``Verifier`` under the policy ``data-model``; takes the same arguments but ``policy``."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(policy=DATA_MODEL, **arguments)
        self.w3c_only = True

    def unsigned_presentation(self, tree: Mapping[str, Any]) -> tuple[bool, Report]:
        """Whether a presentation without a proof is well formed and all inside it verified.

        Nobody signed it, so its report is never ``verified``; the credentials in it are its
        ``parts``. An empty one holds nothing to believe, and is never good.
        """
        case = Case()
        parts: tuple[Report, ...] = ()
        case.add(passed("read", "Read as a presentation."))
        for code in _LEFT:
            case.add(not_applicable(code, "It is not signed; asked of each credential inside."))
        try:
            check_shape(tree, 0)
            case.add(passed("format", "It is a presentation."))
            case.add(passed("context", check_context(tree, types=[], inline=True)))
            bare = {name: one for name, one in tree.items() if name != "verifiableCredential"}
            case.add(passed("lossless", f"{Canonicals(bare).statements()} statements beside them."))
            parts = self.inner(case, as_list(tree.get("verifiableCredential")), 0)
        except (CheckFailed, CouldNotTell) as error:
            case.fault("format", error)
        report = self.report(case, Subject(types=("VerifiablePresentation",)), "vp", parts)
        good = not case.failed and all(part.verdict == "verified" for part in parts)
        return good and bool(parts), report
