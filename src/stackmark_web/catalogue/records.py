"""A version as a ``Record``: the form rule sets judge and every format is written from."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from stackmark.model.achievement import Achievement as Descriptor
from stackmark.model.record import Organisation as Body
from stackmark.model.record import Record
from stackmark_web.tenancy.public import as_body, as_issuer


def record_of(version: Any, root: Any) -> Record:
    """A published version as a record, the form that all formats are written from.

    ``root`` is the institution its organisation belongs to; a unit is the body that awards.
    """
    image = f"{settings.IDENTITY_URL}/assets/{version.image_id}" if version.image_id else ""
    return Record(
        achievement=Descriptor.from_json(version.content),
        id=f"{settings.IDENTITY_URL}/achievements/{version.achievement_id}/{version.number}",
        version=str(version.number or ""),
        image=image,
        issuer=as_issuer(root),
        awarding_body=_body(version),
    )


def _body(version: Any) -> Body | None:
    unit = version.organisation
    return as_body(unit) if unit.parent_id is not None else None
