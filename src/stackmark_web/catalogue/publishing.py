"""What is fixed when a version is published: its pictures and its signable achievement."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from stackmark.exchange.ob3.achievement import open_badge_achievement
from stackmark.issuing.award import Award
from stackmark.issuing.builder import build_credential, new_design
from stackmark.issuing.lint import lint
from stackmark.model.achievement import Achievement as Descriptor
from stackmark_web import clock
from stackmark_web.catalogue import art
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation


def identity(version: AchievementVersion, number: int | None = None) -> str:
    """The address of a published version for ever."""
    return (
        f"{settings.IDENTITY_URL}/achievements/{version.achievement_id}/{number or version.number}"
    )


def signable(version: AchievementVersion, descriptor: Descriptor, number: int) -> dict[str, Any]:
    """The Open Badges 3.0 Achievement of a version about to be published."""
    built = open_badge_achievement(
        descriptor,
        id=identity(version, number),
        creator=tenancy.creator_profile(version.organisation),
        image=art.address(version.image) if version.image else None,
        version=str(number),
        earlier=[(identity(version, one), str(one)) for one in range(1, number)],
    )
    prove(built, version.organisation)
    return built


def prove(built: dict[str, Any], organisation: Organisation) -> None:
    """Try the very document an award would sign, so that publication is where faults are found.

    Raises ``StackmarkError`` naming the place of what cannot be signed.
    """
    issuer = tenancy.issuer_profile(organisation)
    design = new_design(built, issuer, did=tenancy.did_of(organisation))
    sample = Award(
        id=f"{settings.IDENTITY_URL}/credentials/sample",
        valid_from=clock.stamp_now(),
        recipient_email="nobody@example.org",
        recipient_name="Nobody",
        salt="00" * 16,
    )
    lint(build_credential(design, sample))
