"""What anybody may know of organisations, for the public register; no person is in it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from stackmark.model import record as model
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.verbs import SENTENCES
from stackmark_web.tenancy import identity
from stackmark_web.tenancy.models import Domain, Organisation, SigningKey
from stackmark_web.tenancy.queries import did_of, organisation_by_did

MAX_FOUND: Final = 2_000  # organisations and units that one search looks at
SCHEMES: Final = (("ror", "ROR"), ("erasmus_code", "ErasmusCode"), ("deqar_id", "DEQAR"))
# What an edit of an organisation tells the public; its e-mail address and who signs for it do not.
FIELDS: Final = (
    *("name", "legal_name", "kind", "country", "website"),
    *("ror", "erasmus_code", "deqar_id"),
)
_ABOUT: Final = ("organisation.", "unit.", "domain.", "key.", "handover.")
_VERBS: Final = tuple(verb for verb in SENTENCES if verb.startswith(_ABOUT))
_KINDS: Final = {
    "provider": "training-provider",
    "association": "industry-association",
    "agency": "quality-agency",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor looks for; what is empty leaves nothing out."""

    text: str = ""
    country: str = ""
    kind: str = ""


def issuers(wish: Wish, publishing: Iterable[uuid.UUID]) -> QuerySet[Organisation]:
    """Institutions that published something or showed a domain to be theirs, by name.

    ``publishing`` are the ids of those that published; whoever only opened a work area is no
    issuer yet. Domains and keys come along, in one query each.
    """
    shown = Domain.everywhere.filter(verified_at__isnull=False)
    known = Q(pk__in=list(publishing)) | Q(pk__in=shown.values("organisation_id"))
    rows = Organisation.objects.filter(known, parent__isnull=True)
    if wish.country:
        rows = rows.filter(country=wish.country)
    if wish.kind:
        rows = rows.filter(kind=wish.kind)
    if wish.text:
        rows = rows.filter(pk__in=_found(wish.text))
    keys = Prefetch("keys", SigningKey.everywhere.order_by("created_at"), to_attr="all_keys")
    domains = Prefetch("domains", shown.order_by("name"), to_attr="shown_domains")
    return rows.prefetch_related(domains, keys).order_by("name", "pk")


def _found(text: str) -> set[uuid.UUID]:
    """The institutions that are meant, themselves or by one of their units."""
    if text.startswith("did:"):
        found = organisation_by_did(text)
        return set() if found is None else {found.pk}
    word = text.removeprefix("https://").removeprefix("http://").rstrip("/")
    meant = Q(domains__name__icontains=word, domains__verified_at__isnull=False)
    for field in ("name", "legal_name", "slug", *(field for field, _scheme in SCHEMES)):
        meant |= Q(**{f"{field}__icontains": word})
    paths = Organisation.objects.filter(meant).order_by().values_list("path", flat=True)
    return {uuid.UUID(path.split("/", 1)[0]) for path in paths.distinct()[:MAX_FOUND]}


def countries(publishing: Iterable[uuid.UUID]) -> list[str]:
    """The codes of the countries that issuers come from."""
    rows = issuers(Wish(), publishing).exclude(country="").order_by()
    return sorted(set(rows.prefetch_related(None).values_list("country", flat=True)))


def roots() -> dict[uuid.UUID, Organisation]:
    """Every institution by its id: for lists whose rows belong to units."""
    return {one.pk: one for one in Organisation.objects.filter(parent__isnull=True)}


def keys_told(root: Any) -> list[dict[str, Any]]:
    """The published signing keys of a row of ``issuers``: id, algorithm, and when each ended."""
    return [
        {
            "id": key.method_id,
            "algorithm": key.algorithm,
            "state": key.state,
            "created": key.created_at,
            "retired": key.retired_at,
            "revoked": key.revoked_at,
            "lost": key.lost_from,
        }
        for key in root.all_keys
        if key.state != SigningKey.State.WAITING
    ]


def identifiers_of(organisation: Organisation) -> dict[str, str]:
    """Scheme to number, of those it states."""
    found = {scheme: getattr(organisation, field) for field, scheme in SCHEMES}
    return {scheme: value for scheme, value in found.items() if value}


def class_of(organisation: Organisation) -> str:
    """What an organisation is, in the word that records and rules of awards have for it."""
    return _KINDS.get(organisation.kind, organisation.kind)


def as_issuer(root: Organisation) -> model.Organisation:
    """An institution as the record of a design names it: under the DID it signs with.

    With the address it publishes in its Profile, which some formats demand.
    """
    return _described(root, did_of(root))


def as_body(unit: Organisation) -> model.Organisation:
    """A unit that awards under its institution: under the address of its page."""
    return _described(unit, identity.page(unit))


def _described(one: Organisation, identifier: str) -> model.Organisation:
    return model.Organisation(
        id=identifier,
        name=one.name,
        legal_name=one.legal_name,
        kind=class_of(one),
        country=one.country,
        url=one.website or identity.page(one),
        email=one.email,
        identifiers=tuple(
            model.Identifier(scheme=scheme, value=value)
            for scheme, value in identifiers_of(one).items()
        ),
    )


# -- what happened ------------------------------------------------------------------------------

VERBS: Final = (
    *("organisation.created", "unit.created", "organisation.edited"),
    *("domain.checked", "domain.removed"),
    *("key.made", "key.rotated", "key.published", "key.revoked", "key.lost"),
    *("handover.accepted", "handover.taken-on"),
)


def told() -> Q:
    """Which events about organisations the public may know, as a filter of audit events."""
    plain = Q(
        verb__in=(
            *("organisation.created", "unit.created", "key.published", "key.revoked", "key.lost"),
            *("handover.accepted", "handover.taken-on"),
        )
    )
    edited = Q(verb="organisation.edited", after__has_any_keys=list(FIELDS))
    keys = Q(verb__in=("key.made", "key.rotated")) & ~Q(after__state="waiting")
    shown = Q(verb="domain.checked", before__verified=False, after__verified=True)
    lost = Q(verb="domain.checked", before__verified=True, after__verified=False)
    removed = Q(verb="domain.removed", before__verified=True)
    return plain | edited | keys | shown | lost | removed


def named(pks: Iterable[uuid.UUID]) -> dict[uuid.UUID, Organisation]:
    """Organisations and units by their ids."""
    return Organisation.objects.in_bulk(list(pks))


def below(organisation: Organisation) -> QuerySet[Any]:
    """The ids of an organisation and its units."""
    return Organisation.objects.filter(path__startswith=organisation.path).values_list("pk")


def state() -> tuple[Any, ...]:
    """Something that differs as soon as anything about organisations does."""
    # By their whole names: no index leads to the beginning of a word in every database.
    rows = AuditEvent.objects.filter(verb__in=_VERBS)
    last = rows.aggregate(last=Max("pk"))
    counted = Organisation.objects.aggregate(many=Count("pk"), newest=Max("created_at"))
    return last["last"], counted["many"], counted["newest"]
