"""Awards: made, listed, read, revoked."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query
from pydantic import Field

from stackmark.errors import StackmarkError
from stackmark_web.api import shapes
from stackmark_web.api.answers import json, nothing
from stackmark_web.api.auth import Principal
from stackmark_web.api.calling import Route
from stackmark_web.api.paging import page
from stackmark_web.api.problems import Problem
from stackmark_web.api.schemas import (
    AwardIn,
    Empty,
    Moment,
    NoteIn,
    Page,
    RevokeIn,
    SearchIn,
    SuspendIn,
    Uuid,
    Which,
)
from stackmark_web.awarding import actions, queries
from stackmark_web.awarding.issuing import is_trouble
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.catalogue.queries import version_for_award
from stackmark_web.tenancy.permissions import Permission

route = Route("Awards")
READ, WRITE, REVOKE = "awards:read", "awards:write", "awards:revoke"
_CHANGED = {200: shapes.AwardOut, 202: shapes.ChangeOut}


class AwardQuery(Page):
    """Which awards."""

    state: str = Field("", max_length=20, description="One of the states, or expired")
    achievement: Uuid | None = None
    version: Uuid | None = None
    run: Uuid | None = Field(None, description="The awards of a bulk run")
    created_from: Moment | None = None
    created_before: Moment | None = None
    changed_from: Moment | None = Field(None, description="State changed at or after")


@route.get("/awards", READ, shapes.AwardList, query=AwardQuery)
def awards(request: HttpRequest, query: Query[AwardQuery]) -> HttpResponse:
    """List awards, newest first.

    Recipients are looked for with POST /awards/search, so that no address is ever in a URL.
    """
    who = _viewer(request)
    rows = queries.awards(who.organisation, _filters(query)).select_related("supersedes")
    for name, value in _wanted(query).items():
        rows = rows.filter(**{name: value})
    return page(
        request,
        rows,
        shapes.award,
        limit=query.limit,
        cursor=query.cursor,
        scope=str(who.organisation.pk),
    )


def _filters(query: AwardQuery) -> queries.Filters:
    known = (*Award.State.values, "expired", "")
    if query.state not in known:
        detail = f"There are {', '.join(known[:-1])}."
        raise Problem("invalid", errors=[{"pointer": "query.state", "detail": detail}])
    wanted = str(query.achievement) if query.achievement else ""
    return queries.Filters(state=query.state, achievement=wanted)


def _wanted(query: AwardQuery) -> dict[str, Any]:
    found = {
        "version_id": query.version,
        "run__sheet__pk": query.run,
        "created_at__gte": query.created_from,
        "created_at__lt": query.created_before,
        "status_changed_at__gte": query.changed_from,
    }
    return {name: value for name, value in found.items() if value is not None}


@route.post("/awards", WRITE, {201: shapes.AwardOut, 202: shapes.ChangeOut}, atomic=False)
def award_make(request: HttpRequest, body: AwardIn) -> HttpResponse:
    """Award an achievement to one person.

    It is signed and the letter is queued before the answer; with draft neither, and with send_at
    at that time. The same achievement to the same person again is refused (duplicate-award).
    """
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(Permission.AWARD)
    version = wanted_version(who, body)
    once = request.once  # type: ignore[attr-defined]  # set by idempotency.run
    made = _made_before(who, once) or actions.create_award(
        version,
        actor=who.actor,
        organisation=who.organisation,
        again=body.again,
        draft=body.draft,
        nonce=once.nonce if once else "",
        via="api",
        **body.fields(),
    )
    if not body.draft:
        _release(made, who, keep=once is not None)
    return _answer(made, 201, {"Location": f"{shapes.ROOT}/awards/{made.pk}"})


def _made_before(who: Principal, once: Any) -> Award | None:
    """What a first try under this key made in another colleague's name before it was cut off."""
    if once is None or once.first_maker in (None, who.actor):
        return None
    return actions.award_of_nonce(once.nonce, once.first_maker, who.organisation)


def _release(award: Award, who: Principal, *, keep: bool) -> None:
    """Sign and send; what cannot be signed leaves nothing behind, unless it is to come again."""
    try:
        actions.release(award, actor=who.actor, via="api")
    except StackmarkError as error:
        if not (keep and is_trouble(error)) and award.signed is None:
            actions.give_up(award, actor=who.actor, via="api")
        raise


def wanted_version(who: Principal, body: Which) -> AchievementVersion:
    """The version to be awarded. Raises ``Problem`` naming the member."""
    lineage = body.achievement or body.badge_template_id
    try:
        if body.version is not None:
            return version_for_award(who.organisation, body.version)
        rows = AchievementVersion.objects.within(who.organisation)
        found = rows.filter(achievement_id=lineage, achievement__current=F("pk")).first()
        if found is None:
            raise Http404
        return version_for_award(who.organisation, found.pk)
    except Http404:
        name = "version" if body.version else ("achievement" if body.achievement else "")
        detail = "There is no such achievement on offer here."
        one = {"pointer": f"#/{name or 'badge_template_id'}", "detail": detail}
        raise Problem("invalid", errors=[one]) from None


@route.search("/awards/search", READ, shapes.Found)
def award_search(request: HttpRequest, body: SearchIn) -> HttpResponse:
    """Find awards by recipient.

    All members given must fit; at most limit awards, newest first.
    """
    who = _viewer(request)
    rows = queries.awards(who.organisation)
    wanted = {
        "recipient_email": body.recipient_email.strip().lower(),
        "external_id": body.external_id.strip(),
        "recipient_id": body.recipient_id.strip(),
    }
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    return json({"data": [shapes.award(one) for one in rows[: body.limit]]})


@route.get("/awards/{award_id}", READ, shapes.AwardOut)
def award(request: HttpRequest, award_id: Uuid) -> HttpResponse:
    """Read one award."""
    return _answer(queries.award_of(_viewer(request).organisation, award_id))


@route.get("/awards/{award_id}/document", READ, None)
def award_document(request: HttpRequest, award_id: Uuid) -> HttpResponse:
    """The signed credential, exactly as it was signed."""
    found = queries.award_of(_viewer(request).organisation, award_id)
    response = HttpResponse(queries.credential_bytes(found), content_type="application/vc+ld+json")
    response.headers["ETag"] = f'"{found.sha256}"'
    return response


@route.delete("/awards/{award_id}", WRITE)
def award_discard(request: HttpRequest, award_id: Uuid) -> HttpResponse:
    """Throw a draft or scheduled award away.

    Nobody was told of it; what was signed is revoked instead.
    """
    who, found = _one(request, award_id)
    actions.discard(found, actor=who.actor, via="api")
    return nothing()


@route.post("/awards/{award_id}/release", WRITE, _CHANGED, atomic=False)
def award_release(request: HttpRequest, award_id: Uuid, body: Empty) -> HttpResponse:
    """Sign and send a draft, or schedule it when its time lies ahead."""
    who, found = _one(request, award_id)
    who.require(Permission.AWARD, found.organisation)
    actions.release(found, actor=who.actor, via="api")
    return _fresh(who, found)


@route.post("/awards/{award_id}/resend", WRITE, _CHANGED)
def award_resend(request: HttpRequest, award_id: Uuid, body: Empty) -> HttpResponse:
    """Send the claim link again; at most one a minute."""
    who, found = _one(request, award_id)
    actions.resend(found, actor=who.actor, via="api")
    return _fresh(who, found)


@route.post("/awards/{award_id}/revoke", REVOKE, _CHANGED)
def award_revoke(request: HttpRequest, award_id: Uuid, body: RevokeIn) -> HttpResponse:
    """Revoke for good.

    reason is one of issued-in-error, wrong-person, misconduct, requirements-not-met,
    holder-request, key-compromise.
    """
    who, found = _one(request, award_id)
    actions.revoke(found, actor=who.actor, reason=body.reason, note=body.note, via="api")
    return _fresh(who, found)


@route.post("/awards/{award_id}/suspend", REVOKE, _CHANGED)
def award_suspend(request: HttpRequest, award_id: Uuid, body: SuspendIn) -> HttpResponse:
    """Put on hold; only for awards made suspendable."""
    who, found = _one(request, award_id)
    actions.suspend(found, actor=who.actor, reason=body.reason, note=body.note, via="api")
    return _fresh(who, found)


@route.post("/awards/{award_id}/reinstate", REVOKE, _CHANGED)
def award_reinstate(request: HttpRequest, award_id: Uuid, body: NoteIn) -> HttpResponse:
    """End a suspension."""
    who, found = _one(request, award_id)
    actions.reinstate(found, actor=who.actor, note=body.note, via="api")
    return _fresh(who, found)


def _viewer(request: HttpRequest) -> Principal:
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(Permission.AWARDS_VIEW)
    return who


def _one(request: HttpRequest, pk: object) -> tuple[Principal, Award]:
    """Who asks and which award; whether the change is allowed the action says."""
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    return who, queries.award_of(who.organisation, pk)


def _fresh(who: Principal, award: Award) -> HttpResponse:
    return _answer(queries.award_of(who.organisation, award.pk))


def _answer(award: Award, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    return json(shapes.award(award), status, headers)
