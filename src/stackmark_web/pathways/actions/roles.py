"""Changes to role profiles and to the skill frameworks they are made from."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.exchange.frameworks.read import open_framework
from stackmark.exchange.frameworks.shapes import FrameworkSkill as Found
from stackmark.exchange.frameworks.shapes import NamedFile
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.catalogue.words import fold
from stackmark_web.pathways.models import Framework, FrameworkSkill, RoleProfile
from stackmark_web.pathways.planner_targets import key_of
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

MOST_SKILLS: Final = 60_000  # of a framework
MOST_OF_ROLE: Final = 60
_LANGUAGE: Final = "en"


@transaction.atomic
def load(organisation: Any, *, actor: Any, name: str, data: bytes) -> Framework:
    """Read a framework file whole and keep its skills; the same file is kept once.

    Raises ``UsageError`` ``framework.…`` with the place of what is wrong.
    """
    require(actor, Permission.DESIGN, organisation)
    digest = hashlib.sha256(data).hexdigest()
    there = Framework.everywhere.filter(organisation=organisation, sha256=digest).first()
    if there is not None:
        return there
    opened = open_framework(NamedFile(name[:150], lambda: io.BytesIO(data)))
    about = opened.framework
    skills = _each_once(opened.skills())
    made = Framework.everywhere.create(
        organisation=organisation,
        title=about.title[:200],
        kind=about.kind[:20],
        version=about.version[:60],
        licence=about.licence,
        attribution=about.attribution,
        language=about.language[:200],
        source=about.source[:200],
        sha256=digest,
        size=len(skills),
        loaded_by=actor,
        loaded_at=clock.now(),
    )
    FrameworkSkill.objects.bulk_create(
        (_row(made, one) for one in skills.values()), batch_size=1_000
    )
    record(
        "framework.loaded",
        actor=actor,
        target=made,
        organisation=organisation,
        after={"title": made.title, "skills": made.size},
        label=made.title,
    )
    return made


def _each_once(skills: Iterator[Found]) -> dict[str, Found]:
    """Each skill once, under its English name where it has one."""
    found: dict[str, Found] = {}
    for one in skills:
        if one.key and (one.key not in found or _LANGUAGE in one.name):
            found[one.key] = one
        if len(found) > MOST_SKILLS:
            told = _("It has more than %(n)d skills; load a part of it.") % {"n": MOST_SKILLS}
            raise UsageError("framework.rows", told)
    if not found:
        raise UsageError("framework.empty", _("There is no skill in it."))
    return found


def _row(framework: Framework, one: Found) -> FrameworkSkill:
    name = _said(one.name)[:300]
    return FrameworkSkill(
        framework=framework,
        uri=one.uri[:500],
        code=one.code[:200],
        name=name,
        description=_said(one.description)[:2_000],
        folded=fold(name)[:300],
    )


def _said(texts: Any) -> str:
    return str(texts.get(_LANGUAGE) or next(iter(texts.values()), "")).replace("\x00", "")


@transaction.atomic
def forget(framework: Framework, *, actor: Any) -> None:
    """Take a framework away; role profiles made from it stay as they are."""
    require(actor, Permission.DESIGN, framework.organisation)
    record(
        "framework.deleted",
        actor=actor,
        target=framework,
        organisation=framework.organisation,
        label=framework.title,
    )
    framework.delete()


# -- role profiles ------------------------------------------------------------------------------


@transaction.atomic
def make(
    organisation: Any, *, actor: Any, framework: Framework, title: str, summary: str = ""
) -> RoleProfile:
    """A role profile without skills yet, from a framework with its version and licence."""
    require(actor, Permission.DESIGN, organisation)
    made = RoleProfile.everywhere.create(
        organisation=organisation,
        title=title,
        summary=summary,
        framework=framework.title,
        framework_version=framework.version,
        licence=framework.licence[:200],
        attribution=framework.attribution,
        loaded=framework,
        made_at=clock.now(),
    )
    _note("role.made", made, actor, {"title": title})
    return made


@transaction.atomic
def edit(role: RoleProfile, *, actor: Any, title: str, summary: str) -> RoleProfile:
    """Another title or text."""
    require(actor, Permission.DESIGN, role.organisation)
    role.title, role.summary = title, summary
    role.save(update_fields=["title", "summary"])
    _note("role.edited", role, actor, {"title": title})
    return role


@transaction.atomic
def put(role: RoleProfile, skill: FrameworkSkill, *, actor: Any, confidence: int | None) -> None:
    """Ask for a skill, with the chance to have it in percent; again changes the chance.

    Raises ``UsageError`` ``role.many``, ``role.confidence``.
    """
    require(actor, Permission.DESIGN, role.organisation)
    if confidence is not None and not 0 < confidence < 100:
        raise UsageError("role.confidence", _("A confidence is from 1 to 99 percent, or not set."))
    role = _locked(role)
    rows = [one for one in role.skills if key_of(one) != skill.key]
    if len(rows) >= MOST_OF_ROLE:
        told = _("A role asks for %(n)d skills at most.") % {"n": MOST_OF_ROLE}
        raise UsageError("role.many", told)
    added = {"uri": skill.uri, "code": skill.code, "name": skill.name, "confidence": confidence}
    role.skills = [*rows, added]
    role.save(update_fields=["skills"])
    _note("role.edited", role, actor, {"skill": skill.name, "confidence": confidence})


@transaction.atomic
def drop(role: RoleProfile, key: str, *, actor: Any) -> None:
    """Ask for a skill no longer.

    Raises ``UsageError`` ``role.empty`` where it is the last one of a published profile.
    """
    require(actor, Permission.DESIGN, role.organisation)
    role = _locked(role)
    rows = [one for one in role.skills if key_of(one) != key]
    if role.published and not rows:
        told = _("A published role asks for something; withdraw it first.")
        raise UsageError("role.empty", told)
    gone = [one["name"] for one in role.skills if key_of(one) == key]
    role.skills = rows
    role.save(update_fields=["skills"])
    if gone:
        _note("role.edited", role, actor, {"without": gone[0]})


@transaction.atomic
def publish(role: RoleProfile, *, actor: Any) -> None:
    """Let anybody read it and plan for it.

    Raises ``UsageError`` ``role.empty`` while it asks for nothing.
    """
    require(actor, Permission.PUBLISH, role.organisation)
    if not role.skills:
        raise UsageError("role.empty", _("It asks for no skill yet; add one before publishing."))
    role.published = True
    role.save(update_fields=["published"])
    _note("role.published", role, actor, {})


@transaction.atomic
def withdraw(role: RoleProfile, *, actor: Any) -> None:
    """Take it off the public pages; plans made for it stay with their learners."""
    require(actor, Permission.PUBLISH, role.organisation)
    role.published = False
    role.save(update_fields=["published"])
    _note("role.withdrawn", role, actor, {})


@transaction.atomic
def delete(role: RoleProfile, *, actor: Any) -> None:
    """Take it away. What is published is withdrawn first.

    Raises ``UsageError`` ``role.published``.
    """
    require(actor, Permission.DESIGN, role.organisation)
    if role.published:
        raise UsageError("role.published", _("It is published; withdraw it before deleting it."))
    _note("role.deleted", role, actor, {})
    role.delete()


def _locked(role: RoleProfile) -> RoleProfile:
    found: RoleProfile = RoleProfile.everywhere.select_for_update().get(pk=role.pk)
    return found


def _note(verb: str, role: RoleProfile, actor: Any, after: dict[str, Any]) -> None:
    record(
        verb,
        actor=actor,
        target=role,
        organisation=role.organisation,
        after=after,
        label=role.title,
    )
