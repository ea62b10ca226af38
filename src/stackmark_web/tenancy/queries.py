"""Reads about organisations: who may do what, where, and how an organisation is found."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark_web.tenancy.models import Membership, Organisation, SigningKey
from stackmark_web.tenancy.permissions import ROLE_PERMISSIONS, Permission


def lineage(organisation: Organisation) -> list[uuid.UUID]:
    """The ids from the institution down to this unit."""
    return [uuid.UUID(part) for part in organisation.path.split("/") if part]


def roles_of(user: Any, organisation: Organisation) -> set[str]:
    """The roles a person holds here, those of the units above included; asked anew each time."""
    if not getattr(user, "is_authenticated", False):
        return set()
    rows = Membership.everywhere.filter(
        user=user, organisation_id__in=lineage(organisation), ended_at__isnull=True
    )
    return set(rows.values_list("role", flat=True))


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
    if root.did_host:
        return f"did:web:{root.did_host.replace(':', '%3A')}"
    host = settings.IDENTITY_URL.removeprefix("https://").replace(":", "%3A")
    return f"did:web:{host}:o:{root.slug}"


def active_key(organisation: Organisation) -> SigningKey | None:
    """The key the institution signs with now."""
    return SigningKey.everywhere.filter(
        organisation_id=organisation.root_id, state=SigningKey.State.ACTIVE
    ).first()


def keys_of(organisation: Organisation) -> Iterable[SigningKey]:
    """Every key the institution ever had, oldest first."""
    return SigningKey.everywhere.filter(organisation_id=organisation.root_id).order_by("created_at")
