"""The decision: signed in the moment it is made, and at once in the learner's passport."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark.recognition import decision as library
from stackmark_web import clock
from stackmark_web.awarding import lists, publishing
from stackmark_web.awarding.lists import mark_changed
from stackmark_web.passport import actions as passport
from stackmark_web.passport.checking import check_after_commit
from stackmark_web.recognising import comparing, drafts, making, queries
from stackmark_web.recognising.actions._common import (
    locked,
    locked_source,
    note,
    permit_evaluator,
    tell_learner,
)
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Appeal, Decision, Request, Source
from stackmark_web.verifying import actions as verifying


def decide(source: Source, *, actor: Any, revision: int, via: str = "web") -> Decision:
    """Sign the kept draft. After an upheld appeal the new decision replaces the old one.

    ``revision`` is the draft a person saw and confirmed. Raises ``Problem``, also when what was
    sent does not verify any more, ``PermissionDenied`` and, when there is no key or the signer is
    away, ``StackmarkError``; then nothing has happened.
    """
    permit_evaluator(actor, source.request.organisation, source.request.user_id)
    _check_anew(source)
    with transaction.atomic():
        return _decide(source, actor=actor, revision=revision, via=via)


def _check_anew(source: Source) -> None:
    """What was revoked since it was sent cannot count; it can be refused.

    Nobody is asked while rows are held.
    """
    if not source.data or source.working.get("verdict") not in (library.FULL, library.PARTIAL):
        return
    checked = verifying.check(bytes(source.data), organisation=source.request.organisation)
    if checked.verdict == "refused":
        said = {"title": source.title, "why": checked.report.why}
        raise Problem("", _("%(title)s does not verify now: %(why)s") % said)


def _decide(source: Source, *, actor: Any, revision: int, via: str) -> Decision:
    request = locked(source.request, open_only=False)
    permit_evaluator(actor, request.organisation, request.user_id)
    found = locked_source(source, revision)
    found.request = request
    before = queries.require_decidable(found, request, actor)
    made = _make(found, request, drafts.decision_of(found), before, actor)
    found.working = {}
    found.revision += 1
    found.save(update_fields=["working", "revision"])
    if before is not None:
        _replace(before, made, actor)
    _settle(request)
    _told(made, request, actor, via)
    return made


def _make(
    source: Source,
    request: Request,
    decided: library.Decision,
    before: Decision | None,
    actor: Any,
) -> Decision:
    """Sign, store, hand over; the place on the list is given up for good if this fails."""
    (place,) = lists.take(request.organisation, 1)
    if place[0].published_at is None:
        publishing.publish_after_commit(place[0].pk)
    pk = uuid.uuid4()
    about = decided.source
    documents = {about.id: comparing.bytes_of(source)}
    signed = making.sign(
        decided, pk=pk, organisation=request.organisation, place=place, documents=documents
    )
    made: Decision = Decision.everywhere.create(
        id=pk,
        organisation=request.organisation,
        source=source,
        user=request.user,
        target=request.target,
        verdict=decided.verdict,
        content=decided.to_json(),
        kind=about.kind,
        source_id_text=about.id[:500],
        source_sha256=about.sha256,
        source_issuer=about.issuer[:500],
        source_issuer_name=source.issuer_name,
        source_achievement=about.achievement[:500],
        source_content=about.content,
        signed=signed,
        sha256=hashlib.sha256(signed).hexdigest(),
        status_list=place[0],
        status_index=place[1],
        decided_by=actor,
        decided_at=clock.now(),
        appeal_until=decided.appeal.until if decided.appeal else clock.today(),
        replaces=before,
    )
    hand_over(made)
    return made


def hand_over(made: Decision) -> None:
    """Into the learner's passport, like any credential; checked again when its list is out."""
    name = _("Decision of %s") % made.organisation.name
    made.holding = passport.receive(made.user, bytes(made.signed), name)
    made.save(update_fields=["holding"])


def call_off(gone: Decision) -> None:
    """The bit of a decision is set: everybody who checks it sees so from now on."""
    mark_changed(gone.status_list_id)
    publishing.publish_after_commit(gone.status_list_id)
    if gone.holding_id is not None:  # the passport tells, too
        check_after_commit(gone.holding_id)


def _replace(before: Decision, made: Decision, actor: Any) -> None:
    call_off(before)
    appeal = queries.open_appeal(before)
    if appeal is not None:
        appeal.state, appeal.decided_by, appeal.decided_at = Appeal.State.UPHELD, actor, clock.now()
        appeal.reasons = "\n".join(made.content.get("reasons", ()))[:4_000]
        appeal.save(update_fields=["state", "decided_by", "decided_at", "reasons"])


def _settle(request: Request) -> None:
    """Decided is a request of which everything is."""
    if request.is_open and not request.sources.filter(decisions=None).exists():
        request.state, request.decided_at = Request.State.DECIDED, clock.now()
        request.save(update_fields=["state", "decided_at"])


def _told(made: Decision, request: Request, actor: Any, via: str) -> None:
    note(
        "recognition.decided",
        made,
        actor=actor,
        organisation=request.organisation,
        label=request.target.title,
        via=via,
        after={"verdict": made.verdict, "replaces": made.replaces_id is not None},
    )
    kind = "recognition_appeal_decided" if made.replaces_id else "recognition_decided"
    tell_learner(
        kind,
        request.user,
        organisation=request.organisation,
        key=str(made.pk),
        title=request.target.title,
        path=reverse("recognising:decision", args=[made.pk]),
        when=made.appeal_until,
    )
