"""What a learner hands in: kept piece by piece while it is prepared, then submitted for good."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import artefacts, handing_on, intake, plans
from stackmark_web.assessing import learner_letters as letters
from stackmark_web.assessing.actions._learner import note, own_attempt
from stackmark_web.assessing.actions.applying import NotNow
from stackmark_web.assessing.deadlines import due_of
from stackmark_web.assessing.models import Artefact, Attempt, Authorship
from stackmark_web.assessing.refusing import Problem, words
from stackmark_web.assessing.statements import statement_of

MAX_PIECES: Final = 40  # of one attempt
MAX_PIECES_EACH: Final = 15  # of one component
MAX_ATTEMPT_BYTES: Final = 150 * 1024 * 1024
MAX_TEXT: Final = 60_000  # characters of a text that is handed in
_K = Artefact.Kind
_WEB: Final = URLValidator(schemes=["http", "https"])
_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


# -- preparing ---------------------------------------------------------------------------------


@transaction.atomic
def add_file(
    attempt: Attempt,
    component: str,
    *,
    actor: Any,
    name: str,
    data: bytes,
    replaces: Artefact | None = None,
) -> Artefact:
    """Keep a file: re-encoded, as it is, or in quarantine; in the place of another if told so.

    Raises ``Problem`` at ``file`` for what is not taken at all, ``NotNow`` when it is too late.
    """
    found = _prepared(attempt, component, _K.FILE, actor, replaces)
    taken = intake.examine(name, data)
    _check_room(found, len(taken.data), replaces)
    digest = artefacts.keep(taken.data)
    if _there(found, component, digest, replaces):
        raise Problem("file", _("%s is there already.") % taken.name)
    _take_out(replaces)
    return Artefact.objects.create(
        attempt=found,
        component=component,
        kind=_K.FILE,
        name=taken.name,
        media_type=taken.media_type,
        size=len(taken.data),
        sha256=digest,
        uploaded_sha256=taken.uploaded_sha256,
        state=taken.state,
        why=taken.why,
        added_at=clock.now(),
    )


@transaction.atomic
def write_text(attempt: Attempt, component: str, *, actor: Any, text: str) -> Artefact | None:
    """Keep the text of a component, in the place of the one before; an empty one removes it."""
    found = _prepared(attempt, component, _K.TEXT, actor, None)
    text = words("text", text, limit=MAX_TEXT)
    found.artefacts.filter(component=component, kind=_K.TEXT).delete()
    if not text:
        return None
    return _keep_words(found, component, _K.TEXT, name=_("Text"), text=text)


@transaction.atomic
def add_link(
    attempt: Attempt,
    component: str,
    *,
    actor: Any,
    url: str,
    name: str = "",
    replaces: Artefact | None = None,
) -> Artefact:
    """Keep a web address. Only the address is sealed, not what stands there."""
    found = _prepared(attempt, component, _K.LINK, actor, replaces)
    url = _address("url", url)
    _check_twice(found, component, url, replaces)
    _take_out(replaces)
    name = words("name", name, limit=300)
    return _keep_words(found, component, _K.LINK, name=name, url=url)


@transaction.atomic
def add_repository(
    attempt: Attempt,
    component: str,
    *,
    actor: Any,
    url: str,
    commit: str,
    replaces: Artefact | None = None,
) -> Artefact:
    """Keep the address of a repository and the commit that counts (40 or 64 digits)."""
    found = _prepared(attempt, component, _K.REPOSITORY, actor, replaces)
    url, commit = _address("repository", url), commit.strip().lower()
    if not _COMMIT.fullmatch(commit):
        raise Problem(
            "commit", _("Give the whole commit: 40 digits and letters from a to f, as git shows.")
        )
    _check_twice(found, component, url, replaces)
    _take_out(replaces)
    return _keep_words(found, component, _K.REPOSITORY, url=url, text=commit)


@transaction.atomic
def remove(artefact: Artefact, *, actor: Any) -> None:
    """Take a piece out before submission; its file goes with the next sweep."""
    found = own_attempt(artefact.attempt, actor)
    _check_open(found)
    Artefact.objects.filter(pk=artefact.pk, attempt=found).delete()


# -- submitting --------------------------------------------------------------------------------


def submit(
    attempt: Attempt, *, actor: Any, name: str, help_had: str = "", via: str = "web"
) -> Attempt:
    """Hand in for good with the signed statement; a second call changes nothing.

    ``name`` is the learner's name as typed under the statement, ``help_had`` people, sources and
    AI tools. Raises ``Problem`` at ``name`` or a component, ``NotNow`` ``assessing.late``.
    """
    with transaction.atomic():
        found = own_attempt(attempt, actor)
        if found.submitted_at is not None and found.state != Attempt.State.WITHDRAWN:
            return found  # the same form once more
        _check_open(found)
        name = words("name", name, needed=_("Type your name to sign the statement."), limit=300)
        help_had = words("help_had", help_had)
        _check_complete(found)
        now = clock.now()
        Authorship.objects.create(
            attempt=found,
            text=statement_of(found.version),
            name=name,
            help_had=help_had,
            signed_at=now,
        )
        found.state, found.submitted_at, found.sat_on = Attempt.State.SUBMITTED, now, now.date()
        found.save(update_fields=["state", "submitted_at", "sat_on"])
        pieces = found.artefacts.count()
        note("assessment.submitted", found, actor=actor, via=via, pieces=pieces)
        if found.application is not None:
            key = str(found.number)
            letters.tell(found.application, "assessment_submitted", key=key, attempt=found)
        handing_on.submitted(found)
    return found


def asked_for(attempt: Attempt) -> Sequence[Any]:
    """The components for which something is to be handed in."""
    plan = plans.plan_of(attempt.version)
    return [] if plan is None else [one for one in plan.components if one.submissions]


def _check_complete(attempt: Attempt) -> None:
    """Something for each component that asks for it, and every piece as it was kept."""
    pieces = list(attempt.artefacts.all())
    there = {one.component for one in pieces}
    for component in asked_for(attempt):
        if component.id not in there:
            raise Problem(component.id, _("Nothing is handed in for this part yet."))
    for one in pieces:
        if not artefacts.is_whole(one):
            raise Problem(one.component, _("%s was damaged in our store; add it once more.") % one)


def _prepared(
    attempt: Attempt, component: str, kind: str, actor: Any, replaces: Artefact | None
) -> Attempt:
    found = own_attempt(attempt, actor)
    _check_open(found)
    plan = plans.plan_of(found.version)
    part = plan.component(component) if plan else None
    if part is None or kind not in part.submissions:
        raise Problem(kind, _("This part of the assessment does not take that."))
    if replaces is not None and (replaces.attempt_id, replaces.component) != (found.pk, component):
        raise Problem(kind, _("What was to be replaced is not there any more."))
    if kind != _K.TEXT and replaces is None:
        _check_count(found, component, kind)
    return found


def _check_open(attempt: Attempt) -> None:
    if attempt.state != Attempt.State.OPEN:
        raise NotNow("assessing.submitted", _("This is handed in already and cannot be changed."))
    due = due_of(attempt)
    if due is not None and due <= clock.now():
        raise NotNow(
            "assessing.late",
            _(
                "The deadline is over, so nothing can be handed in now. If something kept you "
                "from it, tell them on this page; they can give you more time."
            ),
        )


def _check_count(attempt: Attempt, component: str, kind: str) -> None:
    rows = attempt.artefacts.all()
    if rows.count() >= MAX_PIECES:
        raise Problem(kind, _("At most %d pieces fit; remove one first.") % MAX_PIECES)
    if rows.filter(component=component).count() >= MAX_PIECES_EACH:
        raise Problem(
            kind, _("At most %d pieces fit in one part; remove one first.") % MAX_PIECES_EACH
        )


def _check_room(attempt: Attempt, size: int, replaces: Artefact | None) -> None:
    rows = attempt.artefacts.exclude(pk=replaces.pk if replaces else None)
    if sum(rows.values_list("size", flat=True)) + size > MAX_ATTEMPT_BYTES:
        raise Problem(
            "file",
            _("All files together may have %d MB; remove one first.")
            % (MAX_ATTEMPT_BYTES // 1024**2),
        )


def _there(attempt: Attempt, component: str, digest: str, replaces: Artefact | None) -> bool:
    rows = attempt.artefacts.filter(component=component, sha256=digest)
    return bool(rows.exclude(pk=replaces.pk if replaces else None).exists())


def _check_twice(attempt: Attempt, component: str, url: str, replaces: Artefact | None) -> None:
    rows = attempt.artefacts.filter(component=component, url=url)
    if rows.exclude(pk=replaces.pk if replaces else None).exists():
        raise Problem("url", _("This address is there already."))


def _take_out(replaces: Artefact | None) -> None:
    if replaces is not None:
        Artefact.objects.filter(pk=replaces.pk).delete()


def _keep_words(attempt: Attempt, component: str, kind: str, **values: str) -> Artefact:
    made = Artefact(
        attempt=attempt,
        component=component,
        kind=kind,
        media_type="text/plain",
        added_at=clock.now(),
        **values,
    )
    data = artefacts.content(made)
    made.size, made.sha256 = len(data), artefacts.digest_of(data)
    made.save(force_insert=True)
    return made


def _address(field: str, url: str) -> str:
    url = url.strip()
    try:
        if len(url) > 2_000:
            raise ValidationError("")
        _WEB(url)
    except ValidationError:
        raise Problem(field, _("This is not a web address: %s") % url[:80]) from None
    return url
