"""What an asker gets to see of an answer: each credential checked now, whose it is, and how sure.

The page, the JSON and the zip say the same. Of an answer that is not there, was refused or
withdrawn there is nothing personal to say.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.verification.dates import stamp
from stackmark.verification.report import Report
from stackmark_web.passport import fitting, proving
from stackmark_web.passport.bundle import Bundle, Piece, how_to_check, listed
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.downloads import Download
from stackmark_web.passport.models import Holding, ProofAnswer, ProofRequest
from stackmark_web.passport.presenting import domain, presented, verify_presentation
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying.checking import Checked

State, Proof = ProofAnswer.State, ProofAnswer.Proof


@dataclass
class Entry:
    """One credential of an answer."""

    number: int
    data: bytes
    title: str
    reasons: tuple[str, ...]
    bound: str  # how it belongs to whoever answered, in a sentence
    holding: Holding | None = None

    @cached_property
    def checked(self) -> Checked:
        """The full check of this moment."""
        return verifying.check(self.data)

    @cached_property
    def shown(self) -> Any:
        """What the page draws; ids on it are unique."""
        shown = self.checked.shown
        shown.anchor = f"credential-{self.number}"
        return shown

    def to_json(self) -> dict[str, Any]:
        """Report and exact text of the credential."""
        contents = Contents(self.data)
        return {
            "title": self.title,
            "fits": list(self.reasons),
            "holder": self.bound,
            "report": self.checked.report.to_json(),
            "credential": orjson.Fragment(contents.text)
            if contents.form == "json"
            else contents.text.decode("utf-8", "replace"),
        }


@dataclass
class Result:
    """A request and what came of it."""

    request: ProofRequest
    answer: ProofAnswer | None
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def of(cls, request: ProofRequest) -> Result:
        """As it stands now."""
        answer = proving.shown_answer(request)
        made = cls(request, answer)
        if answer is not None and answer.state == State.GIVEN:
            made.entries = _entries(request, answer)
        return made

    @property
    def state(self) -> str:
        """``waiting``, ``given``, ``refused``, ``withdrawn``, or ``erased`` with its account."""
        if self.answer is None:
            return "erased" if self.request.erased_at is not None else "waiting"
        return str(self.answer.state)

    @property
    def given(self) -> bool:
        """Whether there is something to see."""
        return self.state == State.GIVEN

    @property
    def name(self) -> str:
        """The name in the account, where the holder shows it."""
        shows = self.given and self.answer is not None and self.answer.with_name
        return str(self.answer.user.name) if shows and self.answer is not None else ""

    @cached_property
    def presentation(self) -> Report | None:
        """The check of the signed presentation of this moment."""
        signed = self.answer.presentation if self.given and self.answer is not None else None
        return verify_presentation(self.request, bytes(signed)) if signed else None

    @property
    def control(self) -> str:
        """How the holder showed that these are theirs, in a sentence that claims no more."""
        if not self.given or self.answer is None:
            return ""
        if self.answer.proof == Proof.DID:
            return _control_of_did(self.answer.did, self.presentation)
        return _("The holder proved it by signing in to their passport here.")

    def to_json(self) -> dict[str, Any]:
        """The answer for a program."""
        asked = self.request
        found: dict[str, Any] = {
            "state": self.state,
            "request": {
                "asker": asked.asker,
                "provenDomains": proving.proven_domains(asked),
                "reason": asked.reason,
                "wanted": asked.wanted,
                "terms": asked.terms,
                "challenge": asked.nonce,
                "domain": domain(),
                "made": stamp(asked.created_at),
                "expires": stamp(asked.expires_at),
            },
        }
        if self.answer is not None:
            found["answer"] = self._answer(self.answer)
        if self.request.erased_at is not None:
            found["erased"] = stamp(self.request.erased_at)
        return found

    def _answer(self, answer: ProofAnswer) -> dict[str, Any]:
        found: dict[str, Any] = {"answered": stamp(answer.answered_at)}
        if answer.withdrawn_at is not None:
            found["withdrawn"] = stamp(answer.withdrawn_at)
        if not self.given:
            return found
        proof: dict[str, Any] = {"kind": answer.proof, "sentence": self.control}
        if answer.proved_at is not None:
            proof["at"] = stamp(answer.proved_at)
        if self.presentation is not None and answer.presentation is not None:
            proof |= {"did": answer.did, "report": self.presentation.to_json()}
            found["presentation"] = bytes(answer.presentation).decode("utf-8", "replace")
        found |= {"name": self.name or None, "control": proof}
        return found | {"credentials": [one.to_json() for one in self.entries]}


def _control_of_did(did: str, report: Report | None) -> str:
    if report is not None and report.verdict == "verified":
        return _("The holder signed this answer with the key of %(did)s.") % {"did": did}
    return _(
        "The holder signed this answer with the key of %(did)s; not all of it can be confirmed now."
    ) % {"did": did}


def _entries(request: ProofRequest, answer: ProofAnswer) -> list[Entry]:
    if answer.proof == Proof.DID and answer.presentation is not None:
        return _presented_entries(request, answer)
    rows = answer.holdings.select_related("award", "award__version", "award__organisation")
    bound = _("It lies in the passport of the person who signed in.")
    return [
        Entry(number, credential_bytes(row), row.told, fitting.reasons(request, row), bound, row)
        for number, row in enumerate(rows.order_by("added_at", "pk"), 1)
    ]


def _presented_entries(request: ProofRequest, answer: ProofAnswer) -> list[Entry]:
    try:
        inside = presented(bytes(answer.presentation or b""))
    except StackmarkError:
        return []
    return [
        Entry(
            number,
            contents.data,
            contents.title,
            fitting.reasons_of(request, contents),
            _("It names the DID that signed."),  # checked when it was brought
        )
        for number, contents in enumerate(inside, 1)
    ]


# -- to take along -----------------------------------------------------------------------------


def package(result: Result) -> Download:
    """The answer as a zip that ``stackmark verify`` judges without a network."""
    signed = result.answer.presentation if result.answer is not None else None
    if signed:
        made = Bundle("proof", challenge=result.request.nonce, domain=domain())
        data = bytes(signed)
        inside = tuple(Contents(one.data) for one in result.entries)
        ending = "json" if data.lstrip()[:1] == b"{" else "jwt"
        made.add(Piece("presentation", ending, data, _("Presentation"), inside))
    else:
        made = Bundle("proof")
        for one in result.entries:
            if one.holding is not None:
                made.add(Piece.of(one.holding))
    return made.packed(_note(result, made), made.index(proof=_told(result)))


def _told(result: Result) -> dict[str, Any]:
    """The answer without the credentials, which lie beside it."""
    found = result.to_json()
    found["answer"] = {
        name: value
        for name, value in found["answer"].items()
        if name not in ("credentials", "presentation")
    }
    return found


def _note(result: Result, made: Bundle) -> str:
    lines = [
        _("An answer to a request for proof."),
        "",
        _("Asked by: %(name)s") % {"name": " ".join(result.request.asker.split())},
        result.control,
        "",
        *how_to_check(made),
        *listed(made),
    ]
    return "\n".join(lines) + "\n"
