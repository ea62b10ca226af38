"""Make and edit organisations and their units."""

from __future__ import annotations

import secrets
import unicodedata
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark_web.accounts.queries import has_verified_address
from stackmark_web.audit.actions import record
from stackmark_web.tenancy import identifiers, images
from stackmark_web.tenancy.changes.keys import first_key
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.models import Asset, Membership, Organisation, Role
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

# Words that addresses use themselves, or that a stranger would take for us.
RESERVED: Final = frozenset(
    {"new", "admin", "stackmark", "manage", "account", "api", "o", "verify", "official", "support"}
)
_MAX_SLUG: Final = 60
_DEPTH: Final = 6  # institution, faculty, programme, and room below; ``path`` holds this many
_KINDS: Final = frozenset(Organisation.Kind.values)


@transaction.atomic
def create_organisation(
    *, actor: Any, name: str, kind: str, slug: str = "", **fields: str
) -> Organisation:
    """A new institution with its first signing key; ``actor`` becomes its owner.

    Any signed-in person with a verified address may. ``slug`` is its word in addresses and in its
    DID, so it never changes. Raises ``UsageError`` ``organisation.<field>``, ``StackmarkError``
    when the signer cannot make a key, ``PermissionDenied``.
    """
    if actor is not None and not has_verified_address(actor):
        raise PermissionDenied(_("Verify an e-mail address first."))
    if kind not in _KINDS:
        raise UsageError("organisation.kind", _("Choose what kind of organisation it is."))
    given = identifiers.clean({"name": name, **fields})
    made = Organisation(kind=kind, slug=_slug(slug, given["name"]), **given)
    _save_new(made)
    if actor is not None:
        Membership.everywhere.create(organisation=made, user=actor, role=Role.OWNER)
    after = {"name": made.name, "kind": kind, "slug": made.slug}
    record(
        "organisation.created",
        actor=actor,
        target=made,
        organisation=made,
        after=after,
        label=made.name,
    )
    first_key(made, actor=actor)
    return made


@transaction.atomic
def create_unit(
    parent: Organisation, *, actor: Any, name: str, unit_kind: str, slug: str = "", **fields: str
) -> Organisation:
    """A faculty, programme or other unit; whoever has a role above has it here too."""
    if actor is not None:
        require(actor, Permission.EDIT, parent)
    if unit_kind not in (Organisation.UnitKind.FACULTY, Organisation.UnitKind.PROGRAMME):
        raise UsageError("organisation.unit_kind", _("Choose what kind of unit it is."))
    if parent.path.count("/") >= _DEPTH:
        raise UsageError("organisation.name", _("Units cannot be nested deeper than this."))
    given = identifiers.clean({"country": parent.country, "name": name, **fields})
    word = _slug(slug, f"{parent.slug} {given['name']}")
    made = Organisation(parent=parent, kind=parent.kind, unit_kind=unit_kind, slug=word, **given)
    made.accent = given.get("accent") or parent.accent
    _save_new(made)
    after = {"name": made.name, "unit_kind": unit_kind, "parent": parent.slug}
    record(
        "unit.created",
        actor=actor,
        target=made,
        organisation=made,
        after=after,
        label=made.name,
    )
    return made


_SWITCHES: Final = frozenset({"four_eyes", "withholds_holders", "withholds_results"})


@second_person("organisation.edit")
@transaction.atomic
def edit_organisation(organisation: Organisation, *, actor: Any, **fields: Any) -> Organisation:
    """Change names, identifiers, brand colour, or whether a second person publishes."""
    if actor is not None:
        require(actor, Permission.EDIT, organisation)
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    given: dict[str, Any] = {}
    for name in _SWITCHES & set(fields):
        given[name] = bool(fields.pop(name))
    if "kind" in fields:
        given["kind"] = _kind(str(fields.pop("kind")))
    given |= identifiers.clean(fields)
    before = {
        name: getattr(row, name) for name, value in given.items() if getattr(row, name) != value
    }
    if not before:
        return row
    after = {name: given[name] for name in before}
    for name, value in after.items():
        setattr(row, name, value)
    row.save()
    record(
        "organisation.edited",
        actor=actor,
        target=row,
        organisation=row,
        before=before,
        after=after,
        label=row.name,
    )
    return row


@transaction.atomic
def set_brand(
    organisation: Organisation,
    *,
    actor: Any,
    accent: str,
    logo: bytes | None = None,
    remove_logo: bool = False,
    signature: bytes | None = None,
    remove_signature: bool = False,
    **signatory: str,
) -> Organisation:
    """Colour, logo and who signs certificates together: all are kept or none.

    ``signatory``: ``signatory_name`` and ``signatory_post``, left as they are when not given.
    """
    row = edit_organisation(organisation, actor=actor, accent=accent, **signatory)
    if logo or (remove_logo and row.logo_id):
        row = set_logo(row, actor=actor, data=logo)
    if signature or (remove_signature and row.signature_id):
        row = set_signature(row, actor=actor, data=signature)
    return row


@transaction.atomic
def set_logo(organisation: Organisation, *, actor: Any, data: bytes | None) -> Organisation:
    """The logo, re-encoded; ``None`` takes it away. Raises ``StackmarkError`` for a bad picture."""
    return _set_picture(organisation, "logo", actor=actor, data=data)


@transaction.atomic
def set_signature(organisation: Organisation, *, actor: Any, data: bytes | None) -> Organisation:
    """The same for the picture of the signature on certificates."""
    return _set_picture(organisation, "signature", actor=actor, data=data)


def _set_picture(
    organisation: Organisation, field: str, *, actor: Any, data: bytes | None
) -> Organisation:
    if actor is not None:
        require(actor, Permission.EDIT, organisation)
    row = Organisation.objects.select_for_update().get(pk=organisation.pk)
    before = getattr(row, f"{field}_id")
    setattr(row, field, _stored(field, data) if data else None)
    row.save()
    record(
        f"organisation.{field}",
        actor=actor,
        target=row,
        organisation=row,
        before={field: before},
        after={field: getattr(row, f"{field}_id")},
        label=row.name,
    )
    return row


def _stored(field: str, data: bytes) -> Asset:
    """Kept by content. The reason of a refusal names the field of the form."""
    try:
        return images.store_image(data)
    except StackmarkError as error:
        raise UsageError(f"organisation.{field}", error.detail) from error


def _kind(word: str) -> str:
    if word not in _KINDS:
        raise UsageError("organisation.kind", _("Choose what kind of organisation it is."))
    return word


def _slug(wanted: str, name: str) -> str:
    """The word asked for, which must be free, or a free one made from the name."""
    if wanted:
        word = wanted.strip().lower()
        if word != slugify(word) or not 2 <= len(word) <= _MAX_SLUG:
            raise UsageError(
                "organisation.slug", _("Use 2 to 60 small letters a to z, digits and hyphens.")
            )
        if word in RESERVED or Organisation.objects.filter(slug=word).exists():
            raise UsageError("organisation.slug", _("This address is taken; choose another."))
        return word
    plain = unicodedata.normalize("NFKD", name)
    word = slugify(plain)[:48].strip("-_") or f"org-{secrets.token_hex(3)}"
    if word in RESERVED or len(word) < 2 or Organisation.objects.filter(slug=word).exists():
        word = f"{word}-{secrets.token_hex(3)}"
    return word


def _save_new(made: Organisation) -> None:
    """Save; another may have taken the address between the look and now."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise UsageError("organisation.slug", _("This address is taken; choose another.")) from None
