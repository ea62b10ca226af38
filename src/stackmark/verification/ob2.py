"""Open Badges 2.0 and 2.1: the same report, with the same codes, for hosted and signed badges.

Open Badges 2.0 section 6.3 (verification). A badge is verified by what its issuer publishes at
web addresses, so whatever cannot be had makes the answer "could not tell".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from stackmark.errors import CheckFailed, CouldNotTell
from stackmark.limits import CLOCK_SKEW
from stackmark.reading.received import Received, types_of
from stackmark.verification.binding import FoundKey, check_key_time
from stackmark.verification.case import Case
from stackmark.verification.dates import stamp
from stackmark.verification.ob2_parties import (
    Parties,
    check_home,
    check_party_values,
    find_parties,
    link_of,
)
from stackmark.verification.ob2_proof import (
    check_envelope,
    check_host,
    check_hosted,
    check_signed,
    revoked,
)
from stackmark.verification.ob2_recipient import check_ob2_recipient
from stackmark.verification.ob2_shape import (
    check_award,
    check_members,
    check_values,
    method_of,
)
from stackmark.verification.ob2_status import check_revocation
from stackmark.verification.ob2_words import (
    KINDS,
    check_contexts,
    is_ob1,
    is_v1,
    kinds_of,
    read_time,
)
from stackmark.verification.report import Report, Subject, could_not_tell, not_applicable, passed
from stackmark.verification.structure import as_list
from stackmark.verification.subject import text
from stackmark.verification.trusting import judge_issuer

if TYPE_CHECKING:
    from stackmark.verification.verifier import Verifier


def verify_ob2(verifier: Verifier, received: Received) -> Report:
    """The report on an Open Badges 2 document, or on an older one, which is only recognised.

    ``Report.format`` is ``ob2+hosted``, ``ob2+signed``, ``ob1``, or ``ob2`` for what is no
    award; ``png/`` or ``svg/`` stands before it when it came out of an image.
    """
    judge = _Judge(verifier, received)
    judge.case.add(passed("read", _read_detail(received)))
    if is_ob1(received.tree):
        judge.word = "ob1"
        judge.case.fault(
            "format",
            CouldNotTell("format.ob1", "Open Badges 1.x is not verified; ask for a newer one."),
        )
    elif "Assertion" in kinds_of(received.tree) or "badge" in received.tree:
        judge.award()
    else:
        judge.other()
    return judge.report()


@dataclass(slots=True)
class _Judge:
    """The steps over one document; each leaves its check in ``case``."""

    verifier: Verifier
    received: Received
    case: Case = field(default_factory=Case)
    word: str = "ob2"
    parties: Parties | None = None

    @property
    def tree(self) -> Mapping[str, Any]:
        """The document that was given."""
        return self.received.tree

    def report(self) -> Report:
        """The verdict; the summary is the document's own word."""
        subject = self._trust(_describe(self.tree, self.parties))
        baked = self.received.baked
        word = self.word if baked is None else f"{baked.container}/{self.word}"
        return self.verifier.report(self.case, subject, word)

    # -- kinds of document ---------------------------------------------------------------

    def other(self) -> None:
        """A BadgeClass, a Profile, an Endorsement: part of a badge, but nobody was awarded it."""
        self.case.run("context", lambda: _contexts(self.tree))
        self.case.run("format", self._not_an_award)

    def _not_an_award(self) -> str:
        kind = next((one for one in kinds_of(self.tree) if one in KINDS), None)
        if kind is None:
            raise CheckFailed("format.type", "Its type is none of those of Open Badges.")
        if kind in ("BadgeClass", "Profile"):
            check_members(self.tree, kind)
            check_values(self.tree, kind)
        raise CouldNotTell(
            "format.not-award",
            f"It is a {kind}: part of a badge, but not awarded to anybody, so there is nothing to "
            "verify.",
        )

    def award(self) -> None:
        """All steps for an Assertion."""
        if self.tree.get("revoked") is True:
            self.case.fault("status", revoked(self.tree))
            return
        context = self.case.run("context", lambda: _contexts(self.tree))
        method = self._shape()
        if not context or method is None:
            return
        name, instructions = method
        self.word = "ob2+hosted" if name == "HostedBadge" else "ob2+signed"
        self._find_parties()
        if name == "HostedBadge":
            self._hosted(instructions)
        else:
            self._signed(instructions)
        self.case.run("validity", self._validity)
        self._around()

    def _shape(self) -> tuple[str, Mapping[str, Any]] | None:
        try:
            check_award(self.tree)
            method = method_of(self.tree)
            if is_v1(self.tree) and method[0] == "SignedBadge" and "url" in method[1]:
                raise CouldNotTell("format.ob1", "Signed Open Badges 1.1 are not verified.")
        except (CheckFailed, CouldNotTell) as error:
            self.case.fault("format", error)
            return None
        self.case.add(passed("format", "It is an Assertion with all that one needs."))
        self.case.run("schema", lambda: _values(self.tree))
        return method

    def _find_parties(self) -> None:
        try:
            self.parties = find_parties(self.tree, self.verifier.fetcher)
            check_party_values(self.parties)
        except (CheckFailed, CouldNotTell) as error:
            self.case.fault("format", error)

    # -- proof and issuer-key ------------------------------------------------------------

    def _hosted(self, instructions: Mapping[str, Any]) -> None:
        """The document at the badge's own address is compared; a signature must fit as well."""
        add = self.case.add
        add(not_applicable("lossless", "The whole text is what is hosted; nothing is left out."))
        add(not_applicable("key-time", "A hosted badge needs no key."))
        proven = self.case.run("proof", lambda: self._hosted_proof(instructions))
        if proven:
            add(passed("status", "Its host still gives it and does not say it was revoked."))
        else:
            words = "Only its host could say whether it was revoked."
            add(could_not_tell("status", "status.unreachable", words))
        self._home(proven=proven)

    def _hosted_proof(self, instructions: Mapping[str, Any]) -> str:
        jws, fetcher = self.received.jws, self.verifier.fetcher
        if jws is not None:
            check_envelope(jws)
        sentence = check_hosted(self.tree, instructions, fetcher)
        if jws is None:
            return sentence
        if self.parties is None:
            raise CouldNotTell("proof.unchecked", "It is a token too, whose key is not at hand.")
        key = check_signed(jws, instructions, self.parties, fetcher)
        self._key_time(key)
        return f"{sentence} The {jws.header['alg']} signature around it fits as well."

    def _home(self, *, proven: bool) -> None:
        """An address in the issuer's scope counts only once the badge was found there."""
        if self.parties is None:
            return
        try:
            sentence = check_host(self.tree, self.parties)
            check_home(self.parties, hosted=True)
        except (CheckFailed, CouldNotTell) as error:
            self.case.fault("issuer-key", error)
            return
        if proven:
            self.case.add(passed("issuer-key", sentence))

    def _signed(self, instructions: Mapping[str, Any]) -> None:
        jws, parties = self.received.jws, self.parties
        try:
            if jws is None:
                raise CheckFailed("proof.missing", "It says that it is signed, but is no token.")
            check_envelope(jws)
            self.case.add(passed("lossless", "The signature covers the whole text."))
            if parties is None:
                return
            key = check_signed(jws, instructions, parties, self.verifier.fetcher)
            self.case.add(passed("proof", f"The {jws.header['alg']} signature fits the token."))
            check_home(parties, hosted=False)
        except (CheckFailed, CouldNotTell) as error:
            self.case.fault("proof", error)
            return
        detail = f"The key {key.method[:160]} and the issuer's Profile name each other."
        self.case.add(passed("issuer-key", detail))
        self._key_time(key)
        self._revocation(parties)

    def _key_time(self, key: FoundKey) -> None:
        if key.expires is None and key.revoked is None:
            self.case.add(not_applicable("key-time", "The key is given without dates."))
            return
        old = is_v1(self.tree)
        self.case.run(
            "key-time",
            lambda: check_key_time(
                key, read_time(self.tree["issuedOn"], "issuedOn", old=old), self.verifier.now
            ),
        )

    def _revocation(self, parties: Parties) -> None:
        try:
            found = check_revocation(self.tree, parties.issuer, self.verifier.fetcher)
        except (CheckFailed, CouldNotTell) as error:
            self.case.fault("status", error)
            return
        if found is None:
            words = "Its issuer publishes no list of revoked badges."
            self.case.add(not_applicable("status", words))
        else:
            self.case.add(passed("status", found))

    # -- around it -----------------------------------------------------------------------

    def _validity(self) -> str:
        """Sections 2.1 and 6.3: issued before now, not expired, dates in order."""
        now, old = self.verifier.now, is_v1(self.tree)
        issued = read_time(self.tree["issuedOn"], "issuedOn", old=old)
        if issued > now + timedelta(seconds=CLOCK_SKEW):
            raise CheckFailed("validity.not-yet", f"It is issued only on {stamp(issued)}.")
        if self.tree.get("expires") is None:
            return "It has no end date."
        end = read_time(self.tree["expires"], "expires", old=old)
        if end < issued:
            raise CheckFailed("validity.order", "It expires before it was issued.")
        if end < now:
            raise CheckFailed("validity.expired", f"It expired at {stamp(end)}.")
        return f"It is valid until {stamp(end)}."

    def _around(self) -> None:
        add, wanted = self.case.add, self.verifier.recipient
        add(not_applicable("refresh", "Open Badges 2 knows no refresh service."))
        add(not_applicable("related", "Open Badges 2 binds no resource by a digest."))
        add(not_applicable("endorsements", _endorsements(self.tree, self.parties)))
        if wanted is None:
            add(not_applicable("recipient", "No recipient was asked for."))
        else:
            person = self.tree["recipient"]
            self.case.run("recipient", lambda: check_ob2_recipient(person, wanted))

    def _trust(self, subject: Subject) -> Subject:
        register = self.verifier.register
        if register is None:
            words = "No register of accepted issuers was given."
            self.case.add(not_applicable("trust", words))
            return subject
        if self.parties is None:
            words = "It is not shown who issued it."
            self.case.add(could_not_tell("trust", "trust.unproven", words))
            return subject
        return judge_issuer(register, self.case, self._as_credential(self.parties), subject)

    def _as_credential(self, parties: Parties) -> Mapping[str, Any]:
        """As much of an Open Badges 3 credential as the register asks for."""
        found: dict[str, Any] = {
            "issuer": parties.issuer["id"],
            "credentialSubject": {"achievement": {"id": parties.badge["id"]}},
        }
        issued = _instant(self.tree)
        return found if issued is None else found | {"validFrom": stamp(issued)}


def _instant(tree: Mapping[str, Any]) -> datetime | None:
    try:
        return read_time(tree.get("issuedOn"), "issuedOn", old=is_v1(tree))
    except CheckFailed:
        return None


def _read_detail(received: Received) -> str:
    what = "a token" if received.jws is not None else "JSON"
    if received.baked is not None:
        return f"Read as {what} out of {received.baked.container.upper()}, {received.baked.place}."
    return f"Read as {what}."


def _contexts(tree: Mapping[str, Any]) -> str:
    more = check_contexts(tree, "badge")
    if more:
        return f"The Open Badges context, and {more} more through which nothing is read."
    return "The Open Badges context."


def _values(tree: Mapping[str, Any]) -> str:
    check_values(tree, "Assertion")
    return "Its members have the values that Open Badges 2 asks for."


def _endorsements(tree: Mapping[str, Any], parties: Parties | None) -> str:
    carriers = [tree] if parties is None else [tree, parties.badge, parties.issuer]
    count = sum(len(as_list(carrier.get("endorsement"))) for carrier in carriers)
    if not count:
        return "It carries no endorsement."
    return f"It names {count} endorsement(s), which were not looked at: take them as unconfirmed."


def _describe(tree: Mapping[str, Any], parties: Parties | None) -> Subject:
    """The summary of an Assertion; members of the wrong shape are left out."""
    person = tree.get("recipient")
    subject = Subject(
        id=text(tree.get("id")),
        name=text(tree.get("name")),
        types=tuple(types_of(tree)),
        recipient=_identity(person) if isinstance(person, dict) else None,
        valid_from=text(tree.get("issuedOn")),
        valid_until=text(tree.get("expires")),
    )
    badge = tree.get("badge") if parties is None else parties.badge
    if not isinstance(badge, dict):
        return subject
    issuer = badge.get("issuer") if parties is None else parties.issuer
    subject = replace(subject, name=text(badge.get("name")), issuer_id=link_of(issuer))
    if not isinstance(issuer, dict):
        return subject
    return replace(subject, issuer_id=text(issuer.get("id")), issuer_name=text(issuer.get("name")))


def _identity(person: Mapping[str, Any]) -> str | None:
    return None if person.get("hashed") else text(person.get("identity"))
