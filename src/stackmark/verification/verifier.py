"""The verifier: the numbered steps of Open Badges 3.0 section 8.1 with our security rules.

One ``Verifier`` serves one run: it remembers keys and status lists it has already resolved. It
is pure but for the ``Fetcher`` it is given; ``now`` is an argument. A bad credential never
raises: everything ends in a ``Report``.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from stackmark.canonical.shapes import SHAPES
from stackmark.errors import CheckFailed, CouldNotTell, StackmarkError
from stackmark.keys.certificates import Certificate
from stackmark.limits import MAX_PART_DEPTH, MAX_PARTS
from stackmark.ports import Fetcher
from stackmark.proofs.jose import check_signature
from stackmark.proofs.suites import Canonicals
from stackmark.reading.received import Received, receive, types_of
from stackmark.trust.register import Register
from stackmark.trust.standing import Standing
from stackmark.trust.statements import Statement
from stackmark.verification.artefacts import Matched, WithFiles
from stackmark.verification.binding import KeyRing, check_key_time
from stackmark.verification.case import Case
from stackmark.verification.dates import parse_stamp, stamp
from stackmark.verification.endorsements import check_endorsements
from stackmark.verification.others import verify_other
from stackmark.verification.policy import STANDARD, Policy
from stackmark.verification.proving import Expected, Signed, check_proofs, list_proofs
from stackmark.verification.recall import NothingAtHand, Recall, without_proof
from stackmark.verification.recipient import check_recipient
from stackmark.verification.report import Report, Subject, not_applicable, passed
from stackmark.verification.schema import (
    check_own_schemas,
    check_schema,
    family_of,
    schema_inside,
)
from stackmark.verification.statuses import StatusBook
from stackmark.verification.structure import as_list, check_context, issuer_id
from stackmark.verification.subject import describe, subject_ids
from stackmark.verification.tokens import check_claims
from stackmark.verification.trusting import judge_issuer, standing_of
from stackmark.verification.validity import check_validity, period
from stackmark.verification.words import (
    describe_format,
    describe_lossless,
    describe_proof,
    describe_read,
    describe_related,
    has_issuer,
    open_received,
    refuse_owner,
)


class Verifier:
    """Verifies documents under one policy at one instant.

    ``fetcher`` answers DID documents, status lists and schemas. ``at_hand`` answers only with
    documents that were given (for digests); ``register`` is the trust register, if any;
    ``refresh`` allows to look for newer editions (off by default); ``challenge`` and ``domain``
    are what the verifier gave to a presenter; ``anchors`` vouch for the certificates of seals.
    ``lists_at`` is when copies of status lists were kept.
    """

    def __init__(
        self,
        *,
        now: datetime,
        fetcher: Fetcher | None = None,
        policy: Policy = STANDARD,
        register: Register | None = None,
        recipient: str | None = None,
        at_hand: Fetcher | None = None,
        refresh: bool = False,
        challenge: str | None = None,
        domain: str | None = None,
        anchors: Sequence[Certificate] = (),
        lists_at: datetime | None = None,
    ) -> None:
        self.now, self.lists_at = now, lists_at or now
        self.w3c_only = False  # see data_model.py
        self.fetcher = fetcher or NothingAtHand()
        self.at_hand = at_hand or NothingAtHand()
        self.policy = policy
        self.register = register
        self.recipient = recipient
        self.refresh, self.anchors = refresh, tuple(anchors)
        self.challenge, self.domain = challenge, domain
        self.strangers: tuple[str, ...] = ()  # files that fit no seal: ``with_files``
        self.checked_at = stamp(now)
        self.answered: set[str] = set()  # challenges that a good presentation has used up
        self.ring = KeyRing(self.fetcher)
        self.statuses = StatusBook(self.fetcher, self._prove_list)

    def at(self, now: datetime) -> Verifier:
        """The same at another instant; keys and lists that were found are kept."""
        other = Verifier.__new__(Verifier)
        other.__dict__ |= self.__dict__
        other.now, other.checked_at = now, stamp(now.replace(microsecond=0))
        return other

    # -- entry points --------------------------------------------------------------------

    def verify(self, data: bytes) -> Report:
        """The report on a document of any kind that Stackmark reads."""
        try:
            recall = Recall()
            received = receive(data, bounded=recall)
            if recall.canonicals is not None and received.kind == "credential":
                return self._credential(received, depth=0, canonicals=recall.canonicals)
            return self.verify_received(received, depth=0)
        except StackmarkError as error:
            return self._unreadable(error)
        except Exception as error:  # noqa: BLE001 - one bad document must not end a run of many
            fault = CouldNotTell(
                "read.internal",
                f"Stackmark itself failed on this document ({type(error).__name__}); "
                "please report it.",
            )
            return self._unreadable(fault)

    def verify_received(self, received: Received, *, depth: int) -> Report:
        """The report on something read already; ``depth`` counts how deep it was embedded."""
        other = verify_other(self, received, depth=depth)
        return other if other is not None else self._credential(received, depth=depth)

    def _unreadable(self, error: StackmarkError) -> Report:
        case = Case()
        case.fault("read", error)
        return self.report(case, Subject(), "unreadable")

    # -- one credential ------------------------------------------------------------------

    def _credential(
        self,
        received: Received,
        *,
        depth: int,
        is_list: bool = False,
        canonicals: Canonicals | None = None,
    ) -> Report:
        case, at = Case(), self.lists_at if is_list else self.now
        case.add(passed("read", describe_read(received)))
        try:
            tree, claims, profile = open_received(received)
        except (CheckFailed, CouldNotTell) as error:
            case.fault("proof", error)
            return self.report(case, describe(received.tree), received.format)
        subject = describe(tree)
        parts: tuple[Report, ...] = ()
        stated: tuple[Statement, ...] = ()
        if self._shape(case, tree, is_list=is_list):
            canonicals = canonicals or Canonicals(without_proof(tree))
            if case.run("lossless", lambda: describe_lossless(canonicals)):
                self._secured(case, received, tree, canonicals, claims, profile)
            case.run("validity", lambda: check_validity(tree, at))
            if not is_list:
                stated, parts = self._surroundings(case, tree, depth)
                subject = self._trust(case, tree, subject, stated)
        policy = STANDARD if is_list else self.policy
        standing: Standing | None = None
        if (stated or self.register) and case.passed("issuer-key"):
            standing = standing_of(self.register, tree, stated)
        kind = received.format
        report = self.report(case, subject, kind, parts, policy=policy, standing=standing)
        if canonicals is not None and not canonicals.settled and report.verdict == "verified":
            SHAPES.note(canonicals.unsecured)
        return report

    def _shape(self, case: Case, tree: Mapping[str, Any], *, is_list: bool) -> bool:
        types = types_of(tree)
        case.run("format", lambda: describe_format(tree))
        ok = case.run("context", lambda: check_context(tree, types=types, inline=self.w3c_only))
        ok = ok and has_issuer(tree)  # the rest is worth knowing even of a malformed badge
        if ok and not is_list:
            self._schema(case, tree)
        return ok

    def _schema(self, case: Case, tree: Mapping[str, Any]) -> None:
        family = family_of(tree)
        if family is not None and not case.run("schema", lambda: check_schema(tree, family)):
            return
        if "credentialSchema" in tree:
            case.run("schema", lambda: self._own_schemas(tree))
        elif family is None:
            case.add(not_applicable("schema", "No schema is published for this kind of document."))

    def _own_schemas(self, tree: Mapping[str, Any]) -> str:
        named = check_own_schemas(tree, self.fetcher, self._schema_inside)
        if not named:
            return "It has the shape of the published schema, which it names itself."
        return f"It has the shape of the schema it names ({len(named)})."

    def _schema_inside(self, url: str) -> Any:
        """The schema in a JsonSchemaCredential (VC JSON Schema 1.0 section 2.2)."""
        try:
            report, tree = self._prove_list(self.fetcher.fetch(url))
        except CouldNotTell as error:
            raise CouldNotTell(
                "schema.unreadable", f"The schema {url[:160]} cannot be had: {error.detail}"
            ) from None
        return schema_inside(report, tree, url)

    def with_files(self, matched: Matched) -> Verifier:
        """The same for one document with files of its evidence; what was fetched is kept."""
        other = copy.copy(self)
        other.at_hand = WithFiles(matched, self.at_hand)
        other.strangers = matched.strangers
        return other

    def endorsement_report(self, received: Received, *, depth: int) -> Report:
        """An embedded endorsement on its own: no recipient and no register are asked of it."""
        other = copy.copy(self)
        other.recipient, other.register, other.policy = None, None, STANDARD
        other.refresh = False  # an edition's own refresh service is not followed
        return other.verify_received(received, depth=depth)

    def _secured(
        self,
        case: Case,
        received: Received,
        tree: Mapping[str, Any],
        canonicals: Canonicals,
        claims: Mapping[str, Any],
        profile: str,
    ) -> None:
        """Steps proof, issuer-key and key-time."""
        try:
            if received.jws is None:
                expected = Expected("assertionMethod", self.challenge, self.domain)
                signed = check_proofs(
                    canonicals.unsecured,
                    list_proofs(tree),
                    canonicals,
                    ring=self.ring,
                    now=self.now,
                    expected=expected,
                )
            else:
                signed = [self._token(received, tree, claims, profile)]
        except (CheckFailed, CouldNotTell) as error:
            case.fault("proof", error)
            return
        case.add(passed("proof", describe_proof(received, signed)))
        self.owners(case, signed, issuer_id(tree))

    def _token(
        self,
        received: Received,
        tree: Mapping[str, Any],
        claims: Mapping[str, Any],
        profile: str,
        relationship: str = "assertionMethod",
    ) -> Signed:
        assert received.jws is not None
        used = check_claims(claims, tree, profile=profile, now=self.now)
        key = self.ring.for_token(received.jws.header.get("kid"), issuer_id(tree), relationship)
        check_signature(received.jws, key.public)
        if used is None:
            first, _ = period(tree)
            used = parse_stamp(tree[first], first) if first in tree else None
        return Signed(key, used)

    def owners(self, case: Case, signed: list[Signed], owner: str) -> None:
        """Steps issuer-key and key-time: at least one proof is the owner's; all keys were good."""
        own = [one for one in signed if one.key.owner == owner]
        if not own:
            case.run("issuer-key", lambda: refuse_owner(signed[0], owner))
            return
        text = f"The key {own[0].key.method[:160]} is the issuer's, for assertions."
        if len(own) < len(signed):
            text += f" {len(signed) - len(own)} further signature(s) by others fit as well."
        case.add(passed("issuer-key", text))
        for one in signed:
            case.run("key-time", lambda one=one: check_key_time(one.key, one.created, self.now))  # type: ignore[misc]

    # -- around it -----------------------------------------------------------------------

    def _surroundings(
        self, case: Case, tree: Mapping[str, Any], depth: int
    ) -> tuple[tuple[Statement, ...], tuple[Report, ...]]:
        """What endorsements state, and the reports on credentials inside."""
        if "credentialStatus" in tree:
            case.run("status", lambda: self.statuses.check(tree))
        else:
            case.add(not_applicable("status", "It names no status list, so it cannot be revoked."))
        self._refresh(case, tree)
        if "relatedResource" in tree or self.strangers:
            case.run("related", lambda: describe_related(tree, self.at_hand, self.strangers))
        else:
            case.add(not_applicable("related", "It binds no related resource."))
        stated = check_endorsements(self, case, tree, depth)
        if self.recipient is None:
            case.add(not_applicable("recipient", "No recipient was asked for."))
        else:
            wanted = self.recipient
            case.run("recipient", lambda: check_recipient(tree, wanted))
        return stated, self._parts(case, tree, depth)

    def _refresh(self, case: Case, tree: Mapping[str, Any]) -> None:
        if "refreshService" not in tree:
            case.add(not_applicable("refresh", "It names no refresh service."))
        elif not self.refresh:
            case.add(not_applicable("refresh", "Looking for newer editions is off.", "off"))
        else:
            from stackmark.verification.refresh import look_for_newer

            case.run("refresh", lambda: look_for_newer(self, tree))

    def _parts(self, case: Case, tree: Mapping[str, Any], depth: int) -> tuple[Report, ...]:
        """CLR 2.0: each inner credential on its own; an outer signature heals nothing."""
        if "ClrCredential" not in types_of(tree):
            return ()
        inner = [
            one
            for subject in as_list(tree.get("credentialSubject"))
            if isinstance(subject, dict)
            for one in as_list(subject.get("verifiableCredential"))
        ]
        reports = self.inner(case, inner, depth)
        wanted = subject_ids(tree)
        for report in reports:
            ids = {report.credential.recipient} - {None}
            if wanted and ids and not wanted & ids:
                other = report.credential.name or report.credential.id
                case.fault(
                    "format",
                    CheckFailed("format.other-person", f"{other!r} inside is about somebody else."),
                )
        return reports

    def inner(self, case: Case, inner: list[Any], depth: int) -> tuple[Report, ...]:
        """Reports on embedded credentials."""
        from stackmark.verification.parts import receive_part

        if depth >= MAX_PART_DEPTH or len(inner) > MAX_PARTS:
            case.fault(
                "read", CheckFailed("read.too-many", "There are too many credentials inside.")
            )
            return ()
        reports: list[Report] = []
        for one in inner:
            try:
                received = receive_part(one)
            except StackmarkError as error:
                reports.append(self._unreadable(error))
                continue
            reports.append(self.verify_received(received, depth=depth + 1))
        return tuple(reports)

    def _trust(
        self,
        case: Case,
        tree: Mapping[str, Any],
        subject: Subject,
        stated: tuple[Statement, ...],
    ) -> Subject:
        if self.register is not None:
            return judge_issuer(self.register, case, tree, subject, stated)
        case.add(not_applicable("trust", "No register of accepted issuers was given."))
        return subject

    # -- status lists and the end --------------------------------------------------------

    def _prove_list(self, data: bytes) -> tuple[Report, Mapping[str, Any]]:
        """A status list credential: format to validity, without a status of its own."""
        try:
            received = receive(data)
            tree, _, _ = open_received(received)
        except StackmarkError as error:
            return self._unreadable(error), {}
        return self._credential(received, depth=MAX_PART_DEPTH, is_list=True), tree

    def report(
        self,
        case: Case,
        subject: Subject,
        kind: str,
        parts: tuple[Report, ...] = (),
        *,
        policy: Policy | None = None,
        standing: Standing | None = None,
    ) -> Report:
        """The verdict by the policy, over all checks in order."""
        policy = policy or self.policy
        checks = case.ordered()
        verdict = policy.verdict(checks, parts, known=subject.issuer_trust == "known")
        warnings = tuple(
            check.detail
            for check in checks
            if check.outcome in ("failed", "could-not-tell") and not policy.counts(check)
        )
        what = (verdict, kind, policy.name, self.checked_at, subject, checks, parts, warnings)
        return Report(*what, standing)
