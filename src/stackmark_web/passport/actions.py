"""Changes to what a person keeps. One action per change; only the holder may make it.

Making and withdrawing shares is in ``sharing``, taking an award by its link in ``claiming``; both
are offered here too, for other capabilities.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.model.achievement import Achievement
from stackmark_web import clock
from stackmark_web.accounts.minors import require_consent, require_grown_up
from stackmark_web.audit.actions import record
from stackmark_web.awarding.models import Award
from stackmark_web.jobs import actions as jobs
from stackmark_web.jobs.models import Run
from stackmark_web.passport import brought_documents
from stackmark_web.passport.checking import check_after_commit, check_holding
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.importing import Refusal, Upload, find_credentials
from stackmark_web.passport.models import Folder, Holding, HoldingSkill, Profile
from stackmark_web.passport.pictures import picture_of
from stackmark_web.passport.queries import is_presentable
from stackmark_web.passport.sharing import (
    make_print_share,
    make_share,
    withdraw_print_share,
    withdraw_share,
)
from stackmark_web.passport.standing import standing_of

__all__ = [
    "Brought",
    "bring",
    "check_again",
    "choose_folders",
    "delete_folder",
    "import_credential",
    "make_folder",
    "make_print_share",
    "make_share",
    "publish",
    "receive",
    "remove",
    "rename_folder",
    "save_profile",
    "take",
    "unpublish",
    "withdraw_print_share",
    "withdraw_share",
]

CHECK_NOW: Final = 3  # credentials checked while the person waits; more are a run
MAX_HOLDINGS: Final = 3_000  # imported ones of one person
MAX_FOLDERS: Final = 200
RUN_KIND: Final = "passport-check"


@dataclass(slots=True)
class Brought:
    """What came of an import: new holdings, ones that were there already, refusals."""

    added: list[Holding] = field(default_factory=list)
    known: list[Holding] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    run: Run | None = None


def own(holding: Holding, actor: Any) -> None:
    """Refuse everybody but the holder, as if there were nothing."""
    if actor is None or holding.user_id != actor.pk:
        raise Http404("There is nothing here.")


# -- in and out --------------------------------------------------------------------------------


@transaction.atomic
def take(award: Award, user: Any, *, via: str = "web") -> Holding:
    """The holding of an award that this person has claimed; the same one however often asked."""
    found = Holding.objects.filter(award=award).first()
    if found is not None:
        return found
    contents = Contents(bytes(award.signed or b""))
    holding = Holding(user=user, award=award, added_at=clock.now())
    _index(holding, contents)
    holding.title = holding.title or award.version.title
    holding.save()
    _index_skills(holding, contents)
    make_print_share(holding, actor=user)
    record("holding.added", actor=user, target=holding, via=via, after={"provenance": "here"})
    return holding


def import_credential(user: Any, data: bytes, source: str = "") -> Holding:
    """Keep a credential from elsewhere, checked and labelled.

    Raises ``ValidationError`` with a sentence when there is no credential in the bytes.
    """
    brought = bring(user, [Upload(source, data)])
    for holding in brought.added + brought.known:
        return holding
    raise ValidationError(brought.refused[0].why if brought.refused else _("It is empty."))


def bring(user: Any, uploads: list[Upload]) -> Brought:
    """Keep every credential of these files. A few are checked at once, many by a run.

    Raises ``ValidationError`` while a guardian has to agree.
    """
    require_consent(user)
    findings = find_credentials(uploads)
    brought = Brought(refused=findings.refused)
    room = MAX_HOLDINGS - Holding.objects.filter(user=user, award=None).count()
    for name, contents in findings.found:
        if len(brought.added) >= room:
            brought.refused.append(Refusal(name, _("Your passport is full.")))
            continue
        holding, new = _keep(user, name, contents)
        (brought.added if new else brought.known).append(holding)
    if brought.added:
        brought_documents.keep(user, findings.documents)
    if len(brought.added) > CHECK_NOW:
        brought.run = _start_checks(user, brought)
    else:
        for holding in brought.added:
            check_holding(holding)
    return brought


def receive(user: Any, data: bytes, source: str) -> Holding:
    """Lay what this server just signed for a person into their passport, in one transaction.

    It is checked, like what is brought, as soon as the transaction is stored.
    """
    holding, _new = _keep(user, source, Contents(data))
    check_after_commit(holding.pk)
    return holding


def _keep(user: Any, name: str, contents: Contents) -> tuple[Holding, bool]:
    """The holding for these bytes, and whether it is new."""
    known = _known(user, contents)
    if known is not None:
        return known, False
    holding = Holding(
        user=user,
        data=contents.data,
        sha256=contents.sha256,
        source=name[:300],
        provenance=Holding.Provenance.WAITING,
        added_at=clock.now(),
        picture=picture_of(contents),
    )
    _index(holding, contents)
    try:
        with transaction.atomic():
            holding.save()
            _index_skills(holding, contents)
            make_print_share(holding, actor=user)
            record("holding.imported", actor=user, target=holding)
    except IntegrityError:  # the same file twice at once
        return Holding.objects.get(user=user, sha256=contents.sha256), False
    return holding, True


def _known(user: Any, contents: Contents) -> Holding | None:
    """What the person has of these bytes: as a file, or as an award of ours."""
    rows = Holding.objects.filter(user=user)
    inner = hashlib.sha256(contents.text).hexdigest()
    return rows.filter(Q(award__sha256=inner) | Q(sha256=contents.sha256)).first()


@transaction.atomic
def _start_checks(user: Any, brought: Brought) -> Run:
    return jobs.start(
        RUN_KIND,
        organisation=None,
        actor=user,
        title=_("Checking imported credentials"),
        total=len(brought.added),
        chunk_size=10,
        params={
            "holdings": [str(one.pk) for one in brought.added],
            "refused": [[one.name[:300], one.why[:300]] for one in brought.refused[:200]],
        },
    )


def _index(holding: Holding, contents: Contents) -> None:
    holding.credential_id = contents.credential_id
    holding.title = contents.title or _("Credential without a name")
    holding.issuer_name = contents.issuer_name
    holding.issuer_id = contents.issuer_id
    holding.valid_from = contents.valid_from
    holding.valid_until = contents.valid_until
    holding.search = contents.words


def _index_skills(holding: Holding, contents: Contents) -> None:
    found = {skill.folded: skill for skill in contents.tagged(_loose_skills(holding))}
    found |= {skill.folded: skill for skill in contents.skills}
    HoldingSkill.objects.bulk_create(
        HoldingSkill(
            holding=holding,
            name=skill.name,
            folded=skill.folded,
            uri=skill.uri,
            framework=skill.framework,
        )
        for skill in found.values()
    )


def _loose_skills(holding: Holding) -> list[str]:
    """The skills of an achievement of ours that have no address of their own."""
    if holding.award is None:
        return []
    try:
        said = Achievement.from_json(holding.award.version.content)
    except StackmarkError:
        return []
    return [skill.name for skill in said.skills if not skill.uri]


def check_again(holding: Holding, *, actor: Any) -> Any:
    """Check a holding now, at its holder's wish."""
    own(holding, actor)
    return check_holding(holding)


@transaction.atomic
def remove(holding: Holding, *, actor: Any) -> None:
    """Take an imported credential out of the passport. What was issued here stays."""
    own(holding, actor)
    if holding.award_id is not None:
        raise ValidationError(_("What was issued to you here stays in your passport."))
    record("holding.removed", actor=actor, target=holding)
    holding.delete()


# -- in public ---------------------------------------------------------------------------------


@transaction.atomic
def publish(holding: Holding, *, actor: Any) -> None:
    """Make the public address of a credential issued here answer."""
    own(holding, actor)
    require_grown_up(actor)
    if holding.award_id is None:
        raise ValidationError(
            _("Only what was issued here has a public page here; share this one by a link.")
        )
    if standing_of(holding).over:
        raise ValidationError(_("Its issuer has taken it back, so it cannot be made public."))
    _set_published(holding, actor=actor, published=True)


@transaction.atomic
def unpublish(holding: Holding, *, actor: Any) -> None:
    """Make the public address answer as for an unknown id again."""
    own(holding, actor)
    _set_published(holding, actor=actor, published=False)


def _set_published(holding: Holding, *, actor: Any, published: bool) -> None:
    if holding.published == published:
        return
    holding.published = published
    holding.save(update_fields=["published"])
    verb = "holding.published" if published else "holding.unpublished"
    record(verb, actor=actor, target=holding, after={"published": published})


@transaction.atomic
def save_profile(
    user: Any,
    *,
    handle: str,
    headline: str,
    about: str,
    published: bool,
    indexed: bool,
    holdings: list[Holding],
) -> Profile:
    """A person's public page and what stands on it. Raises ``ValidationError`` by field."""
    if published or indexed:
        require_grown_up(user)
    for holding in holdings:
        own(holding, user)
        if not is_presentable(holding):
            raise ValidationError(
                {"holdings": _("%(title)s is not in force.") % {"title": holding.title}}
            )
    profile = Profile.objects.filter(user=user).first() or Profile(user=user)
    before = {"published": profile.published} if profile.pk else {}
    profile.handle, profile.headline, profile.about = handle, headline, about
    profile.published, profile.indexed = published, indexed
    profile.full_clean(exclude=["user"])
    profile.save()
    Holding.objects.filter(user=user, on_profile=True).update(on_profile=False)
    chosen = [one.pk for one in holdings]
    Holding.objects.filter(user=user, pk__in=chosen).update(on_profile=True)
    after = {"published": published, "indexed": indexed, "credentials": len(chosen)}
    record("profile.saved", actor=user, target=profile, before=before, after=after)
    return profile


# -- folders -----------------------------------------------------------------------------------


@transaction.atomic
def make_folder(user: Any, *, name: str) -> Folder:
    """A new folder. Raises ``ValidationError``."""
    if Folder.objects.filter(user=user).count() >= MAX_FOLDERS:
        raise ValidationError(_("You have as many folders as there can be."))
    _check_name(user, name)
    folder = Folder.objects.create(user=user, name=name)
    record("folder.made", actor=user, target=folder)
    return folder


@transaction.atomic
def rename_folder(folder: Folder, *, actor: Any, name: str) -> None:
    """Another name for a folder. Raises ``ValidationError``."""
    _own_folder(folder, actor)
    _check_name(actor, name, besides=folder)
    folder.name = name
    folder.save(update_fields=["name"])
    record("folder.renamed", actor=actor, target=folder)


@transaction.atomic
def delete_folder(folder: Folder, *, actor: Any) -> None:
    """Take a folder away; what was in it stays in the passport."""
    _own_folder(folder, actor)
    record("folder.deleted", actor=actor, target=folder)
    folder.delete()


@transaction.atomic
def choose_folders(holding: Holding, *, actor: Any, folders: list[Folder]) -> None:
    """Put a holding into exactly these folders."""
    own(holding, actor)
    for folder in folders:
        _own_folder(folder, actor)
    holding.folders.set(folders)
    record("holding.filed", actor=actor, target=holding, after={"folders": len(folders)})


def _own_folder(folder: Folder, actor: Any) -> None:
    if folder.user_id != getattr(actor, "pk", None):
        raise Http404("There is nothing here.")


def _check_name(user: Any, name: str, besides: Folder | None = None) -> None:
    rows = Folder.objects.filter(user=user, name=name)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    if rows.exists():
        raise ValidationError(_("You have a folder of this name already."))
