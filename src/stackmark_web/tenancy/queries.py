"""Reads about organisations: who may do what, where, and how an organisation is found."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stackmark_web import clock
from stackmark_web.tenancy import identity
from stackmark_web.tenancy.handovers import in_document
from stackmark_web.tenancy.models import Domain, Invitation, Membership, Organisation, SigningKey
from stackmark_web.tenancy.permissions import ROLE_PERMISSIONS, Permission

YEAR: Final = timedelta(days=365)  # so long a key signs before it should be replaced
_SECTIONS: Final = (
    ("overview", gettext_noop("Overview"), "tenancy:overview", (Permission.VIEW,)),
    (
        "achievements",
        gettext_noop("Achievements"),
        "catalogue:manage",
        (Permission.DESIGN, Permission.REVIEW, Permission.PUBLISH),
    ),
    (
        "awards",
        gettext_noop("Awards"),
        "awarding:list",
        (Permission.AWARD, Permission.AWARDS_VIEW, Permission.REVOKE),
    ),
    ("assessing", gettext_noop("Assessing"), "assessing:desk", (Permission.ASSESS,)),
    ("assessing", gettext_noop("Assessing"), "assessing:design_list", (Permission.DESIGN,)),
    ("assessing", gettext_noop("Assessing"), "assessing:figures", (Permission.ANALYSE,)),
    (
        "pathways",
        gettext_noop("Pathways"),
        "pathways:manage",
        (Permission.DESIGN, Permission.PUBLISH, Permission.AWARD),
    ),
    ("recognition", gettext_noop("Recognition"), "recognising:desk", (Permission.RECOGNISE,)),
    (
        "accreditation",
        gettext_noop("Accreditation"),
        "accrediting:desk",
        (Permission.EDIT, Permission.DESIGN, Permission.REVIEW),
    ),
    (
        "changes",
        gettext_noop("Waiting changes"),
        "approvals:list",
        (Permission.EDIT, Permission.PUBLISH, Permission.AWARD, Permission.REVOKE, Permission.KEYS),
    ),
    ("people", gettext_noop("People and roles"), "tenancy:people", (Permission.MEMBERS,)),
    ("runs", gettext_noop("Runs"), "jobs:list", (Permission.AWARD,)),
    ("mail", gettext_noop("Mail"), "integrations:outbox", (Permission.MAIL,)),
    ("api", gettext_noop("API and webhooks"), "api:tokens", (Permission.API,)),
    ("trust", gettext_noop("Trust"), "verifying:trust", (Permission.TRUST,)),
    ("settings", gettext_noop("Settings"), "tenancy:settings", (Permission.EDIT,)),
    ("keys", gettext_noop("Keys"), "tenancy:keys", (Permission.KEYS,)),
    ("audit", gettext_noop("What happened"), "tenancy:audit", (Permission.AUDIT,)),
)


# Sections that say how much waits there: None hides the section. From rooms above.
_counts: Final[dict[str, Callable[[Any, Organisation], int | None]]] = {}


def count_in_navigation(section: str, function: Callable[[Any, Organisation], int | None]) -> None:
    """Have a section of the navigation say how much waits; ``None`` of it hides the section."""
    _counts[section] = function


def lineage(organisation: Organisation) -> list[uuid.UUID]:
    """The ids from the institution down to this unit."""
    return [uuid.UUID(part) for part in organisation.path.split("/") if part]


def roles_of(user: Any, organisation: Organisation) -> set[str]:
    """The roles a person holds here, those of the units above included; asked anew each time."""
    if not (getattr(user, "is_authenticated", False) and user.is_active):
        return set()
    rows = Membership.everywhere.filter(
        user=user, organisation_id__in=lineage(organisation), ended_at__isnull=True
    )
    return set(rows.values_list("role", flat=True))


def roles_within(user: Any, organisation: Organisation) -> set[str]:
    """The roles a person holds here, and those in the units below."""
    here = roles_of(user, organisation)
    if not (getattr(user, "is_authenticated", False) and user.is_active):
        return here
    below = Membership.objects.within(organisation).filter(user=user, ended_at__isnull=True)
    return here | set(below.values_list("role", flat=True))


def works_in(user: Any, root: Organisation) -> bool:
    """Whether a person holds any role in an institution or one of its units."""
    rows = Membership.objects.within(root).filter(user=user, ended_at__isnull=True)
    return bool(rows.exists())


def may(user: Any, permission: Permission, organisation: Organisation) -> bool:
    """Whether a person holds a right at an organisation or unit."""
    return any(permission in ROLE_PERMISSIONS[role] for role in roles_of(user, organisation))


def require(user: Any, permission: Permission, organisation: Organisation) -> None:
    """Refuse who lacks the right: ``Http404`` to strangers, ``PermissionDenied`` to colleagues."""
    roles = roles_of(user, organisation)
    if not roles:
        raise Http404("There is nothing here.")
    if not any(permission in ROLE_PERMISSIONS[role] for role in roles):
        raise PermissionDenied("Your role does not allow this; ask an owner.")


def organisation_for(user: Any, slug: str, permission: Permission) -> Organisation:
    """The organisation at ``slug`` if the person holds the right there; else as ``require``."""
    found = Organisation.objects.select_related("logo", "parent").filter(slug=slug).first()
    if found is None:
        raise Http404("There is nothing here.")
    require(user, permission, found)
    return found


def workplaces(user: Any) -> list[Organisation]:
    """The organisations and units a person works for, by name."""
    if not getattr(user, "is_authenticated", False):
        return []
    rows = Organisation.objects.filter(members__user=user, members__ended_at__isnull=True)
    return list(rows.distinct().order_by("name"))


def root_of(organisation: Organisation) -> Organisation:
    """The institution whose DID and keys a unit issues under."""
    if organisation.parent_id is None:
        return organisation
    return Organisation.objects.get(pk=organisation.root_id)


def did_of(organisation: Organisation) -> str:
    """The institution's DID: on its own host, or ``did:web:<this host>:o:<slug>``."""
    root = root_of(organisation)
    return identity.own_did(root.did_host) if root.did_host else identity.hosted_did(root)


def dids_of(organisation: Organisation) -> list[str]:
    """Every DID its institution signed under: that of today, and the one it had here before."""
    root = root_of(organisation)
    return list(dict.fromkeys([did_of(root), identity.hosted_did(root)]))


def active_key(organisation: Organisation) -> SigningKey | None:
    """The key the institution signs with now."""
    return SigningKey.everywhere.filter(
        organisation_id=organisation.root_id, state=SigningKey.State.ACTIVE
    ).first()


def is_old(key: SigningKey) -> bool:
    """Whether it has signed for a year and should be replaced."""
    return (key.began_at or key.created_at) <= clock.now() - YEAR


def keys_of(organisation: Organisation) -> Iterable[SigningKey]:
    """Every key the institution ever had, oldest first."""
    return SigningKey.everywhere.filter(organisation_id=organisation.root_id).order_by("created_at")


def did_document(organisation: Organisation, *, did: str = "") -> dict[str, Any]:
    """The institution's DID document with the history of its keys; ``did``: of another of its DIDs.

    An institution that moved to its own host keeps the hosted document for what it signed before.
    """
    made = identity.document(did or did_of(organisation), keys_of(organisation))
    return in_document(made, organisation)


def hosted_did_document(organisation: Organisation) -> dict[str, Any]:
    """The document served here at ``/o/<slug>/did.json``, also after a move to an own host."""
    return did_document(organisation, did=identity.hosted_did(root_of(organisation)))


def issuer_profile(organisation: Organisation) -> dict[str, Any]:
    """The Profile credentials name as issuer: the institution, whose DID signs.

    A unit issues under its institution; two bodies never share one id. For the unit itself see
    ``unit_profile``.
    """
    root = root_of(organisation)
    return identity.profile(root, identifier=did_of(root))


def unit_profile(organisation: Organisation) -> dict[str, Any]:
    """The Profile of an organisation or unit itself, for its own page; a unit names its parent."""
    if organisation.parent is None:
        return issuer_profile(organisation)
    made = identity.profile(organisation, identifier=identity.page(organisation))
    parent = unit_profile(organisation.parent)
    return made | {"parentOrg": {name: parent[name] for name in ("id", "type", "name")}}


def creator_profile(organisation: Organisation) -> dict[str, Any]:
    """The Profile of whoever designed an achievement, to be put inside a credential.

    It never uses the DID as id: the issuer is described under that, and what is described in two
    places cannot be signed without doubt. The address of the public page stands in its place.
    """
    made = identity.profile(organisation, identifier=identity.page(organisation))
    if organisation.parent is None:
        return made
    parent = creator_profile(organisation.parent)
    brief = {name: parent[name] for name in ("id", "type", "name", "parentOrg") if name in parent}
    return made | {"parentOrg": brief}


def organisation_by_slug(slug: str) -> Organisation | None:
    """The organisation or unit of this name in addresses."""
    return Organisation.objects.select_related("logo", "parent").filter(slug=slug).first()


def organisation_by_host(host: str) -> Organisation | None:
    """The institution whose DID is on this host of its own (``:`` or ``%3A`` before a port)."""
    if not host:
        return None
    return Organisation.objects.filter(
        did_host=host.replace("%3A", ":"), parent__isnull=True
    ).first()


def organisation_by_did(did: str) -> Organisation | None:
    """The institution whose DID this is, in exactly that spelling."""
    host, _, slug = did.removeprefix("did:web:").partition(":o:")
    if not did.startswith("did:web:") or not host:
        return None
    found = organisation_by_slug(slug) if slug else organisation_by_host(host)
    if found is None or found.parent_id is not None:
        return None
    # One that moved to its own host keeps the identity it had here for what it signed before.
    own = (did_of(found), identity.hosted_did(found))
    return found if did in own else None


def organisation_by_identity(name: str) -> Organisation | None:
    """The organisation or unit of a DID or of the address of a public page here."""
    found = organisation_by_slug(name.rpartition("/o/")[2]) if "/o/" in name else None
    if found is not None and name == identity.page(found):
        return found
    return organisation_by_did(name)


def units_of(organisation: Organisation) -> QuerySet[Organisation]:
    """Every unit below, parents before their children."""
    below = Organisation.objects.filter(path__startswith=organisation.path)
    return below.exclude(pk=organisation.pk).select_related("parent").order_by("path")


def ancestors_of(organisation: Organisation) -> list[Organisation]:
    """From the institution down to the unit's parent."""
    ids = lineage(organisation)[:-1]
    found = Organisation.objects.in_bulk(ids)
    return [found[pk] for pk in ids]


def members_of(organisation: Organisation) -> QuerySet[Membership]:
    """The roles in force given at exactly this organisation or unit."""
    rows = Membership.objects.within(organisation).filter(organisation=organisation)
    return (
        rows.filter(ended_at__isnull=True)
        .select_related("user")
        .order_by("user__name", "user__email", "role")
    )


def inherited_members_of(organisation: Organisation) -> QuerySet[Membership]:
    """The roles that reach down from above."""
    rows = Membership.everywhere.filter(
        organisation_id__in=lineage(organisation)[:-1], ended_at__isnull=True
    )
    return rows.select_related("user", "organisation").order_by("user__name", "user__email")


def owners_of(organisation: Organisation) -> set[uuid.UUID]:
    """The people who own this organisation, here or from above."""
    rows = Membership.everywhere.filter(
        organisation_id__in=lineage(organisation), role="owner", ended_at__isnull=True
    )
    return set(rows.filter(user__is_active=True).values_list("user_id", flat=True))


def open_invitations(organisation: Organisation, *, now: Any) -> QuerySet[Invitation]:
    """Invitations that can still be accepted."""
    rows = Invitation.objects.within(organisation).filter(organisation=organisation)
    return rows.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=now
    ).order_by("created_at")


def domains_of(organisation: Organisation) -> QuerySet[Domain]:
    """The host names the institution says are its own."""
    return Domain.everywhere.filter(organisation_id=organisation.root_id).order_by("name")


def verified_domains(organisation: Organisation) -> list[str]:
    """The host names that were shown to be the institution's, by name."""
    rows = domains_of(organisation).filter(verified_at__isnull=False)
    return list(rows.values_list("name", flat=True))


def waiting_key(organisation: Organisation) -> SigningKey | None:
    """A key that signs as soon as it was seen in the did.json on the institution's own host."""
    return SigningKey.everywhere.filter(
        organisation_id=organisation.root_id, state=SigningKey.State.WAITING
    ).first()


def has_issued(organisation: Organisation) -> bool:
    """Whether anything was ever signed in the institution's name: then its DID stays."""
    award = apps.get_model("awarding", "Award")  # a layer above; only its existence is asked
    stated = apps.get_model("accrediting", "Statement")
    decided = apps.get_model("recognising", "Decision")
    root = Organisation.objects.get(pk=organisation.root_id)
    rows = award.everywhere.filter(organisation__path__startswith=root.path)
    if stated.everywhere.filter(organisation=root).exists():
        return True
    if decided.everywhere.filter(organisation__path__startswith=root.path).exists():
        return True
    return bool(rows.exclude(state__in=("draft", "scheduled")).exists())


def navigation(
    user: Any, organisation: Organisation, current: str = ""
) -> list[tuple[str, str, str]]:
    """The sections of the work area this person may enter: key, label, address.

    The ``current`` one is there even when it would be hidden, as nothing waits in it.
    """
    held = {one for role in roles_of(user, organisation) for one in ROLE_PERMISSIONS[role]}
    found: dict[str, tuple[str, str, str]] = {}  # of a section with several doors, the first
    for section, label, view, needed in _SECTIONS:
        if not held.intersection(needed) or section in found:
            continue
        if section == "keys" and organisation.parent_id is not None:  # keys are the institution's
            continue
        if address := _address(view, organisation.slug):
            found[section] = (section, _(label), address)
    for section, count in _counts.items():
        if section in found:
            number = count(user, organisation)
            hidden = number is None and section != current
            _key, label, address = found.pop(section) if hidden else found[section]
            if number:
                words = _("%(label)s (%(number)s)") % {"label": label, "number": number}
                found[section] = (section, words, address)
    return list(found.values())


def _address(view: str, slug: str) -> str:
    try:
        return reverse(view, args=[slug])
    except NoReverseMatch:  # a capability that is not installed has no link
        return ""


def withheld_by(organisation: Organisation) -> frozenset[str]:
    """Codes of the facts it keeps to itself, or an institution above it does."""
    rows = [organisation]
    if organisation.parent_id is not None:
        rows = list(Organisation.objects.filter(pk__in=lineage(organisation)))
    holders = any(one.withholds_holders for one in rows)
    results = any(one.withholds_results for one in rows)
    return frozenset(
        (["holders"] if holders else []) + (["pass-rate", "agreement"] if results else [])
    )
