"""Everything of a person's assessments in one zip: JSON that says what it is, and the files.

Failures are in it; nobody but the person gets it. Markers are not named.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any, Final

import orjson
from django.utils.text import slugify
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.assessing import artefacts, deadlines, queries_learner, retention
from stackmark_web.assessing.models import (
    Application,
    Artefact,
    Attempt,
    Decision,
    GroupDeclaration,
    MarkAppeal,
    Marking,
    RetestInvitation,
)
from stackmark_web.assessing.pseudonyms import candidate_of
from stackmark_web.tenancy.models import Organisation

IN_MEMORY: Final = 8 * 1024 * 1024  # bytes of a zip before it moves to a temporary file
PIECE: Final = 1 << 16
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the same data give the same zip


def export(user: Any) -> Iterator[bytes]:
    """The zip piece by piece; made when the first piece is asked for."""
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as out:
        _write(out, user)
        out.seek(0)
        while piece := out.read(PIECE):
            yield piece


def _write(out: IO[bytes], user: Any) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        attempts = list(queries_learner.attempts_of(user))
        files = {one.pk: _files(archive, one) for one in attempts}
        whole = {
            "format": "stackmark-assessments-1",
            "exported_at": clock.now(),
            "person": {"name": str(user), "email": user.email},
            "applications": [_application(one) for one in queries_learner.applications_of(user)],
            "attempts": [_attempt(one, files[one.pk]) for one in attempts],
            "retests": _retests(user),
            "declarations": _declarations(user),
        }
        _put(archive, "assessments.json", orjson.dumps(whole, option=orjson.OPT_INDENT_2))
        _put(archive, "README.txt", _readme().encode())


def _readme() -> str:
    return _(
        "Your assessments: assessments.json holds your applications, attempts, statements, "
        "circumstances, decisions and comments; files/ holds what you handed in.\n"
        "The name of no marker is in it. sha256 is the digest of each piece as it was sealed.\n"
        "To check a credential together with its evidence, also when we no longer keep it:\n"
        "    stackmark verify CREDENTIAL --evidence files\n"
    )


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    info = zipfile.ZipInfo(name, _DATE)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    archive.writestr(info, data)


def _files(archive: zipfile.ZipFile, attempt: Attempt) -> dict[Any, str]:
    """Put the pieces of an attempt in; where each of them lies."""
    found: dict[Any, str] = {}
    folder = f"{slugify(str(attempt.version))[:60] or 'assessment'}-{str(attempt.pk)[:8]}"
    for number, piece in enumerate(attempt.artefacts.all(), 1):
        data = artefacts.stored(piece)
        if data is None:
            continue
        name = piece.name if piece.kind == Artefact.Kind.FILE else f"{piece.kind}.txt"
        if piece.state == Artefact.State.QUARANTINED:
            name += ".quarantined"  # nothing runs because somebody opens a folder
        found[piece.pk] = f"files/{folder}/{number:02}-{piece.component}-{name}"
        _put(archive, found[piece.pk], data)
    return found


def _application(one: Application) -> dict[str, Any]:
    return {
        "id": one.pk,
        "organisation": one.organisation.name,
        "achievement": one.version.title,
        "version": one.version.number,
        "state": one.state,
        "message": one.message,
        "applied_at": one.applied_at,
        "answered_at": one.decided_at,
        "answer": one.answer,
        "adjustments": [
            {
                "kind": each.kind,
                "asked": each.text,
                "state": each.state,
                "answer": each.answer,
                "extra_percent": each.extra_percent,
                "extra_days": each.extra_days,
                "asked_at": each.asked_at,
                "decided_at": each.decided_at,
            }
            for each in one.adjustments.all()
        ],
    }


def _attempt(one: Attempt, files: dict[Any, str]) -> dict[str, Any]:
    decided = queries_learner.decision_of(one)
    statement = getattr(one, "authorship", None)
    return {
        "id": one.pk,
        "application": one.application_id,
        "organisation": one.organisation.name,
        "achievement": one.version.title,
        "number": one.number,
        "purpose": one.purpose,
        "state": one.state,
        "opened_at": one.opened_at,
        "deadline": deadlines.due_of(one),
        "submitted_at": one.submitted_at,
        "sat_on": one.sat_on,
        "kept_until": retention.until(one),
        "pieces": [_piece(piece, files) for piece in one.artefacts.all()],
        "statement": None
        if statement is None
        else {
            "text": statement.text,
            "name": statement.name,
            "help": statement.help_had,
            "signed_at": statement.signed_at,
        },
        "responses": one.responses if decided or one.source_id else {},
        "scores": one.scores if one.source_id else {},
        "decisions": _decisions(one),
        "markings": _markings(one) if decided else [],
        "circumstances": [_told(each) for each in one.circumstances.all()],
        "misconduct": [_case(each) for each in one.misconduct.all()],
        "appeals": [_appeal(each) for each in _appeals(one)],
    }


def _piece(piece: Artefact, files: dict[Any, str]) -> dict[str, Any]:
    return {
        "id": piece.pk,
        "address": artefacts.public_url(piece),
        "component": piece.component,
        "kind": piece.kind,
        "name": piece.name,
        "url": piece.url,
        "text": piece.text,
        "media_type": piece.media_type,
        "size": piece.size,
        "sha256": piece.sha256,
        "uploaded_sha256": piece.uploaded_sha256,
        "state": piece.state,
        "why": piece.why,
        "added_at": piece.added_at,
        "file": files.get(piece.pk),
    }


def _decisions(attempt: Attempt) -> list[dict[str, Any]]:
    """What a person confirmed; a proposal is nobody's decision yet."""
    rows = Decision.everywhere.filter(attempt=attempt, confirmed_at__isnull=False)
    return [
        {
            "outcome": one.outcome,
            "basis": one.basis,
            "in_force": one.is_current,
            "scores": one.scores,
            "levels": one.levels,
            "total": one.total,
            "cut": one.cut,
            "feedback": one.feedback,
            "confirmed_at": one.confirmed_at,
            "appeal_by": one.appeal_by,
            "next_attempt_from": one.next_attempt_from,
            "credential": one.award_id,
        }
        for one in rows
    ]


def _markings(attempt: Attempt) -> list[dict[str, Any]]:
    """What markers found and wrote, without who they are; not their notes to each other."""
    rows = Marking.everywhere.filter(attempt=attempt, state=Marking.State.SUBMITTED)
    return [
        {
            "kind": one.kind,
            "levels": one.levels,
            "points": one.points,
            "comments": one.comments,
            "comment": one.comment,
            "total": one.total,
            "submitted_at": one.submitted_at,
        }
        for one in rows.exclude(kind=Marking.Kind.ANCHOR).order_by("submitted_at")
    ]


def _told(one: Any) -> dict[str, Any]:
    return {
        "text": one.text,
        "state": one.state,
        "remedy": one.remedy,
        "extended_to": one.extended_to,
        "answer": one.answer,
        "told_at": one.told_at,
        "decided_at": one.decided_at,
    }


def _case(one: Any) -> dict[str, Any]:
    return {
        "ground": one.ground,
        "raised_at": one.raised_at,
        "answer_by": one.answer_by,
        "your_answer": one.learner_answer,
        "answered_at": one.answered_at,
        "state": one.state,
        "outcome": one.outcome,
        "reason": one.reason,
        "decided_at": one.decided_at,
    }


def _appeals(attempt: Attempt) -> Any:
    return MarkAppeal.everywhere.filter(decision__attempt=attempt).order_by("opened_at")


def _appeal(one: MarkAppeal) -> dict[str, Any]:
    return {
        "text": one.text,
        "state": one.state,
        "answer": one.answer,
        "opened_at": one.opened_at,
        "due_at": one.due_at,
        "decided_at": one.decided_at,
    }


def _retests(user: Any) -> list[dict[str, Any]]:
    rows = RetestInvitation.objects.filter(holder=user).select_related("award__version")
    return [
        {
            "credential": one.award_id,
            "achievement": one.award.version.title,
            "sent_at": one.sent_at,
            "answer": one.answer,
            "answered_at": one.answered_at,
            "attempt": one.attempt_id,
        }
        for one in rows
    ]


def _declarations(user: Any) -> list[dict[str, Any]]:
    """What a person said of themselves, found by the pseudonym they have at each institution."""
    places = Organisation.objects.filter(
        pk__in=GroupDeclaration.objects.values("organisation").distinct()
    )
    found: list[dict[str, Any]] = []
    for place in places:
        rows = GroupDeclaration.objects.filter(
            organisation=place, candidate=candidate_of(place, user)
        )
        found += [
            {
                "organisation": place.name,
                "category": one.category,
                "value": one.value,
                "consent": one.consent,
                "given_at": one.given_at,
            }
            for one in rows
        ]
    return found


def receipt(attempt: Attempt) -> str:
    """What was handed in, when, under which statement: plain text that a person keeps."""
    statement = attempt.authorship
    lines = [
        _("Receipt for work handed in"),
        "",
        f"{_('Achievement')}: {attempt.version.title}",
        f"{_('Organisation')}: {attempt.organisation.name}",
        f"{_('Attempt')}: {attempt.number} ({attempt.pk})",
        f"{_('Handed in')}: {_moment(attempt.submitted_at)}",
        f"{_('Signed by')}: {statement.name}",
        "",
        _("Pieces, each with its SHA-256"),
        *(
            f"{piece.sha256}  {piece.component}/{piece.name or piece.url or piece.kind}"
            f"  {piece.size}  {artefacts.public_url(piece)}"
            for piece in attempt.artefacts.all()
        ),
        "",
        _("Statement"),
        statement.text,
        "",
        _("Help, sources and AI tools"),
        statement.help_had or _("None named"),
        "",
    ]
    return "\n".join(lines)


def _moment(value: datetime | None) -> str:
    return "" if value is None else value.strftime("%Y-%m-%d %H:%M:%S UTC")
