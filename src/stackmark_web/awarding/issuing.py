"""From award rows to signed bytes: intent first, then the signature, checked before it counts.

``reserve`` gives each award what its credential needs (a status index; its id and salt are there
from the beginning) and commits it. Only then is anything signed, so that whatever dies in
between, the same row becomes the same credential with the same index (security rule 9).
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark.issuing import award as library
from stackmark.issuing.builder import Design, build_credential, new_design
from stackmark.issuing.bulk import Issuance, Mint
from stackmark.issuing.lint import lint
from stackmark.issuing.rows import Evidence
from stackmark.issuing.selfcheck import self_check
from stackmark.verification.dates import stamp
from stackmark_web import clock
from stackmark_web.awarding import lists, others, publishing
from stackmark_web.awarding.artefacts import artefact
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.awarding.signing import Pen, pen_of
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation

SAMPLE: Final = 50  # of so many, one is verified whole, besides the first and the last


def new_salt() -> str:
    """Unpredictable, so that no hash in a credential can be looked up in a table."""
    return secrets.token_hex(library.SALT_BYTES)


def credential_id(award: Award) -> str:
    """The credential's id, which is its public address as well."""
    return credential_address(award.pk)


def credential_address(pk: uuid.UUID) -> str:
    """The same by the id of the award alone."""
    return f"{settings.IDENTITY_URL}/credentials/{pk}"


def reserve(awards: Iterable[Award]) -> None:
    """Give each award that has none a status index, and store it before anything is signed."""
    waiting = [award for award in awards if award.status_index is None]
    for award, status_list, index in _places(waiting):
        _reserve_one(award, status_list, index)


def assign(awards: Sequence[Award]) -> None:
    """Give awards that are about to be stored for the first time their status indexes."""
    for award, status_list, index in _places(awards):
        award.status_list, award.status_index = status_list, index


def _places(awards: Sequence[Award]) -> list[tuple[Award, StatusList, int]]:
    """An index for each award, on the lists of its institution; new lists go out after commit."""
    by_root: dict[Any, list[Award]] = {}
    for award in awards:
        by_root.setdefault(award.organisation.root_id, []).append(award)
    found: list[tuple[Award, StatusList, int]] = []
    for group in by_root.values():
        places = lists.take(group[0].organisation, len(group))
        found += [(award, *place) for award, place in zip(group, places, strict=True)]
        for status_list in {place[0] for place in places}:
            if status_list.published_at is None:
                publishing.publish_after_commit(status_list.pk)
    return found


def _reserve_one(award: Award, status_list: StatusList, index: int) -> None:
    """Keep the index unless somebody else gave this award one; then take over theirs."""
    kept = Award.everywhere.filter(pk=award.pk, status_index__isnull=True).update(
        status_list=status_list, status_index=index
    )
    if kept:
        award.status_list, award.status_index = status_list, index
    else:
        award.refresh_from_db(fields=["status_list", "status_index"])


def design_of(version: AchievementVersion, organisation: Organisation) -> Design:
    """What all credentials of a version awarded by ``organisation`` share.

    That includes what agencies have stated about them and holds now (``others.carried``).
    """
    if version.state != AchievementVersion.State.PUBLISHED:
        raise UsageError("award.version", _("Only a published version can be awarded."))
    inside = others.carried(version, organisation)
    facts = catalogue.facts_document(version)
    return new_design(
        others.with_tokens(version.signable, inside.achievement),
        others.with_tokens(tenancy.issuer_profile(organisation), inside.issuer),
        did=tenancy.did_of(organisation),
        related=() if facts is None else (facts.binding,),
    )


def documents_of(version: AchievementVersion) -> dict[str, bytes]:
    """The files a credential of this version is bound to, by address, for checking ourselves."""
    facts = catalogue.facts_document(version)
    return {} if facts is None else {facts.url: facts.data}


def kept_files(award: Award) -> dict[str, bytes]:
    """The files an award seals, as far as they are kept here: one that was changed is noticed."""
    found = {one["url"]: artefact(one["url"]) for one in award.related}
    return {url: data for url, data in found.items() if data is not None}


def elsewhere(award: Award, files: Mapping[str, bytes]) -> frozenset[str]:
    """The check that cannot be made when some sealed file is not kept here."""
    there = all(one["url"] in files for one in award.related)
    return frozenset() if there else frozenset({"related"})


def to_library(award: Award) -> library.Award:
    """An award as the engine knows it; it has its index already."""
    name = award.recipient_name if award.name_in_credential else ""
    purpose = lists.purpose_of(award)
    listed = award.status_list_id is not None
    return library.Award(
        id=credential_id(award),
        valid_from=stamp(award.valid_from),
        valid_until=None if award.valid_until is None else stamp(award.valid_until),
        recipient_id=award.recipient_id or None,
        recipient_email=award.recipient_email or None,
        salt=award.salt,
        recipient_name=name or None,
        name_identity="plain" if name else "",
        narrative=award.narrative or None,
        evidence=tuple(evidence_of(award)),
        results=tuple(map(_result, award.results)),
        related=tuple(
            library.Sealed(one["url"], one["sha256"], one["media_type"]) for one in award.related
        ),
        assessor=library.Assessor(**award.assessor) if award.assessor else None,
        status_list=lists.list_url(award.status_list_id, purpose) if listed else None,
        status_index=award.status_index,
        status_purpose=purpose,
    )


def evidence_of(award: Award) -> list[Evidence]:
    """The evidence rows; empty cells are nothing."""
    return [
        Evidence(*(one.get(name) or None for name in ("url", "name", "text", "genre", "audience")))
        for one in award.evidence
    ]


def _result(one: dict[str, str]) -> library.Result:
    return library.Result(
        one["description"], *(one.get(name) or None for name in ("value", "level", "status"))
    )


def preview(award: Award) -> dict[str, Any]:
    """The credential as it would be signed now, without proof and status; linted.

    Raises ``CheckFailed`` or ``UsageError`` naming the place that could not be signed.
    """
    unsigned = build_credential(design_of(award.version, award.organisation), to_library(award))
    lint(unsigned)
    return unsigned


class Press:
    """Signs awards of one version by one organisation; the first of a kind goes the long way."""

    def __init__(self, version: AchievementVersion, organisation: Organisation) -> None:
        self.pen: Pen = pen_of(organisation)
        self.created = clock.stamp_now()
        self._documents = {**self.pen.documents, **documents_of(version)}
        self._mint = Mint(
            Issuance(
                design_of(version, organisation),
                self.pen.signer,
                self.pen.method,
                self.pen.suite,
                self.created,
            )
        )

    def sign(self, award: Award, *, whole: bool = True) -> bytes:
        """The exact bytes; ``whole`` verifies all of it, not the signature alone."""
        one = to_library(award)
        signed = self._mint.sign(one)
        if whole or one.related:
            files = kept_files(award)
            self_check(
                signed,
                created=self.created,
                valid_from=one.valid_from,
                valid_until=one.valid_until,
                documents=self._documents | files,
                # What agencies stated was judged by itself before it was put inside.
                leave=frozenset({"status", "endorsements"}) | elsewhere(award, files),
            )
        return signed


def sign_many(awards: Sequence[Award]) -> list[bytes | StackmarkError]:
    """Signed bytes, or why not, for each award in order; nothing is stored.

    Each award that was signed says with which key (``signed_with``). All are reserved already. A
    refusal of one award leaves the others alone; a signer that is away or wrong stops all
    (``StackmarkError`` ``run.…`` or ``signer.…``).
    """
    presses: dict[tuple[Any, Any], Press] = {}
    made: list[bytes | StackmarkError] = []
    for place, award in enumerate(awards):
        key = (award.version_id, award.organisation_id)
        fresh = key not in presses
        if fresh:
            presses[key] = Press(award.version, award.organisation)
        whole = fresh or place % SAMPLE == 0 or place == len(awards) - 1
        made.append(_try(presses[key], award, whole=whole))
    return made


def _try(press: Press, award: Award, *, whole: bool) -> bytes | StackmarkError:
    try:
        signed = press.sign(award, whole=whole)
    except StackmarkError as error:
        if is_trouble(error):
            raise
        return error
    award.signed_with_id = press.pen.key
    return signed


def is_trouble(error: StackmarkError) -> bool:
    """Whether signing itself failed (no key, signer away or wrong), not this one award."""
    return error.code in ("run", "signer")


def digest(signed: bytes) -> str:
    """SHA-256 of the signed bytes, in hexadecimal."""
    return hashlib.sha256(signed).hexdigest()
