"""Achievements: what can be earned, its versions and its draft."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query
from pydantic import Field

from stackmark_web.api import shapes
from stackmark_web.api.answers import json, nothing
from stackmark_web.api.auth import Principal
from stackmark_web.api.calling import Route
from stackmark_web.api.door import etag
from stackmark_web.api.paging import page
from stackmark_web.api.problems import Problem
from stackmark_web.api.schemas import ContentIn, Empty, Page, PublishIn, Uuid, Whole
from stackmark_web.catalogue import actions, queries
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.tenancy.permissions import Permission

route = Route("Achievements")
READ, WRITE = "achievements:read", "achievements:write"
_STATES = ("", "draft", "review", "published", "retired")


class AchievementQuery(Page):
    """Which achievements."""

    state: str = Field("", max_length=20, description="draft, review, published or retired")


@route.get("/achievements", READ, shapes.AchievementList, query=AchievementQuery)
def achievements(request: HttpRequest, query: Query[AchievementQuery]) -> HttpResponse:
    """List achievements, newest first."""
    if query.state not in _STATES:
        detail = f"There are {', '.join(_STATES[1:])}."
        raise Problem("invalid", errors=[{"pointer": "query.state", "detail": detail}])
    who = _viewer(request)
    rows = queries.in_state(_rows(who), query.state).distinct()
    return page(
        request,
        rows,
        lambda one: shapes.achievement(one, next(iter(one.open), None)),
        limit=query.limit,
        cursor=query.cursor,
        scope=str(who.organisation.pk),
    )


def _rows(who: Principal) -> Any:
    drafts = AchievementVersion.everywhere.exclude(state="published").defer("signable")
    rows = Achievement.objects.within(who.organisation).select_related("organisation", "current")
    return rows.prefetch_related(Prefetch("versions", queryset=drafts, to_attr="open"))


@route.post("/achievements", WRITE, {201: shapes.VersionOut})
def achievement_make(request: HttpRequest, body: ContentIn) -> HttpResponse:
    """Draft a new achievement.

    content may be unfinished; what is not known to the descriptor is refused by name.
    """
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(Permission.DESIGN)
    made = actions.create_draft(who.organisation, actor=who.actor, content=body.content)
    return _draft(made, 201, Location=f"{shapes.ROOT}/achievements/{made.achievement_id}/draft")


@route.get("/achievements/{achievement_id}", READ, shapes.AchievementOut)
def achievement(request: HttpRequest, achievement_id: Uuid) -> HttpResponse:
    """Read one achievement."""
    return _shown(_one(_viewer(request), achievement_id))


@route.get("/achievements/{achievement_id}/versions", READ, shapes.VersionList, query=Page)
def versions(request: HttpRequest, achievement_id: Uuid, query: Query[Page]) -> HttpResponse:
    """List the published versions of an achievement, newest first."""
    found = _one(_viewer(request), achievement_id)
    rows = found.versions.filter(state="published").select_related("organisation")
    return page(
        request,
        rows.defer("signable"),
        shapes.version,
        limit=query.limit,
        cursor=query.cursor,
        by="number",
    )


@route.get("/achievements/{achievement_id}/versions/{number}", READ, shapes.VersionOut)
def version(request: HttpRequest, achievement_id: Uuid, number: Whole) -> HttpResponse:
    """Read one published version."""
    if not 1 <= number < 2**31:
        raise Http404
    found = _one(_viewer(request), achievement_id)
    rows = found.versions.filter(state="published", number=number).select_related("organisation")
    one = rows.first()
    if one is None:
        raise Http404
    return json(shapes.version(one))


@route.get("/achievements/{achievement_id}/draft", READ, shapes.VersionOut)
def draft(request: HttpRequest, achievement_id: Uuid) -> HttpResponse:
    """Read the draft.

    Its ETag is what PUT asks for in If-Match.
    """
    who = _viewer(request)
    who.require(Permission.VIEW)
    return _draft(_open(_one(who, achievement_id)))


@route.post("/achievements/{achievement_id}/draft", WRITE, {201: shapes.VersionOut})
def draft_make(request: HttpRequest, achievement_id: Uuid, body: Empty) -> HttpResponse:
    """Start the next version as a copy of the published one; the draft there is, if there is."""
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    found = _one(who, achievement_id)
    made = actions.new_version(found, actor=who.actor)
    return _draft(made, 201, Location=f"{shapes.ROOT}/achievements/{found.pk}/draft")


@route.put("/achievements/{achievement_id}/draft", WRITE, shapes.VersionOut)
def draft_save(request: HttpRequest, achievement_id: Uuid, body: ContentIn) -> HttpResponse:
    """Replace the content of the draft.

    If-Match must hold the ETag of the draft you read: nobody overwrites what they have not seen.
    """
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    found = _one(who, achievement_id)
    who.require(Permission.DESIGN, found.organisation)
    current = _open(found)
    seen = request.headers.get("If-Match")
    if seen is None:
        raise Problem("precondition-required", "Read the draft and send its ETag in If-Match.")
    if etag(json(shapes.version(current)).content) not in [one.strip() for one in seen.split(",")]:
        raise Problem("precondition-failed", "Read the draft again, and bring the two together.")
    saved = actions.save_draft(
        current, actor=who.actor, content=body.content, revision=current.revision
    )
    return _draft(saved)


@route.delete("/achievements/{achievement_id}/draft", WRITE)
def draft_discard(request: HttpRequest, achievement_id: Uuid) -> HttpResponse:
    """Throw the draft away; an achievement that was never published goes with it."""
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    found = _one(who, achievement_id)
    who.require(Permission.DESIGN, found.organisation)
    actions.discard(_open(found), actor=who.actor)
    return nothing()


@route.post("/achievements/{achievement_id}/submit", WRITE, {200: shapes.VersionOut})
def draft_submit(request: HttpRequest, achievement_id: Uuid, body: Empty) -> HttpResponse:
    """Hand the draft to a second person for review."""
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    found = _one(who, achievement_id)
    who.require(Permission.DESIGN, found.organisation)
    return _draft(actions.submit(_open(found), actor=who.actor))


@route.post(
    "/achievements/{achievement_id}/publish",
    WRITE,
    {200: shapes.VersionOut, 202: shapes.ChangeOut},
)
def achievement_publish(
    request: HttpRequest, achievement_id: Uuid, body: PublishIn
) -> HttpResponse:
    """Publish the draft as the next version.

    Where the organisation asks for a second person, that person must have approved it first.
    """
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    found = _one(who, achievement_id)
    who.require(Permission.PUBLISH, found.organisation)
    made = actions.publish(_open(found), actor=who.actor, review_months=body.review_months)
    return json(shapes.version(made))


@route.post("/achievements/{achievement_id}/retire", WRITE, {200: shapes.AchievementOut})
def achievement_retire(request: HttpRequest, achievement_id: Uuid, body: Empty) -> HttpResponse:
    """Stop offering and awarding it; what was awarded keeps counting."""
    return _change(request, achievement_id, actions.retire)


@route.post("/achievements/{achievement_id}/restore", WRITE, {200: shapes.AchievementOut})
def achievement_restore(request: HttpRequest, achievement_id: Uuid, body: Empty) -> HttpResponse:
    """Offer a retired achievement again."""
    return _change(request, achievement_id, actions.restore)


def _change(request: HttpRequest, pk: object, action: Any) -> HttpResponse:
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    action(_one(who, pk), actor=who.actor)
    return _shown(_one(who, pk))


def _viewer(request: HttpRequest) -> Principal:
    who: Principal = request.auth  # type: ignore[attr-defined]  # set by ninja
    who.require(Permission.VIEW)
    return who


def _one(who: Principal, pk: object) -> Achievement:
    found: Achievement | None = _rows(who).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _open(found: Achievement) -> AchievementVersion:
    one = queries.draft_of(found)
    if one is None:
        raise Http404
    return one


def _shown(found: Any) -> HttpResponse:
    return json(shapes.achievement(found, next(iter(found.open), None)))


def _draft(one: AchievementVersion, status: int = 200, **headers: str) -> HttpResponse:
    response = json(shapes.version(one), status, headers)
    response.headers["ETag"] = etag(response.content)
    return response
