"""What goes out: one function a thing, and the model that describes it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field

from stackmark_web.api.answers import moment
from stackmark_web.awarding.models import Award, SheetRow
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation

ROOT = "/api/v1"


class Out(BaseModel):
    """An answer: exactly these members."""

    model_config = ConfigDict(extra="forbid")


class ProblemOut(BaseModel):
    """A problem (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str = ""
    reason: str = Field("", description="A stable word of the action that refused")
    errors: list[dict[str, Any]] = Field([], description="pointer and detail of each member")


class Paged(Out):
    """A page of a list."""

    next: str | None
    next_cursor: str | None


class RecipientOut(Out):
    """Who it is for."""

    email: str
    name: str
    id: str
    external_id: str
    locale: str


class CredentialOut(Out):
    """The signed document of an award."""

    id: str
    sha256: str
    signed_at: str | None
    document: str


class AwardOut(Out):
    """One award."""

    object: str
    id: str
    state: str
    achievement: str
    version: str
    version_number: int | None
    title: str
    organisation: str
    recipient: RecipientOut
    narrative: str
    evidence: list[dict[str, Any]]
    results: list[dict[str, Any]]
    suspendable: bool
    valid_from: str | None
    valid_until: str | None
    send_at: str | None
    claim_by: str | None
    created_at: str | None
    offered_at: str | None
    claimed_at: str | None
    status_changed_at: str | None
    revoked_reason: str
    replaces: str | None
    credential: CredentialOut | None
    page: str


class AwardList(Paged):
    """Awards, newest first."""

    data: list[AwardOut]


class Found(Out):
    """Awards that were asked for."""

    data: list[AwardOut]


def award(one: Award) -> dict[str, Any]:
    """An award with its recipient: for whoever may see awards."""
    return {
        "object": "award",
        "id": str(one.pk),
        "state": one.state,
        "achievement": str(one.version.achievement_id),
        "version": str(one.version_id),
        "version_number": one.version.number,
        "title": one.version.title,
        "organisation": one.organisation.slug,
        "recipient": _recipient(one),
        "narrative": one.narrative,
        "evidence": one.evidence,
        "results": one.results,
        "suspendable": one.suspendable,
        **_times(one),
        "revoked_reason": one.revoked_reason,
        "replaces": str(one.supersedes_id) if one.supersedes_id else None,
        "credential": _credential(one),
        "page": f"{settings.PUBLIC_URL}/manage/{one.organisation.slug}/awards/{one.pk}",
    }


def _recipient(one: Award) -> dict[str, str]:
    return {
        "email": one.recipient_email,
        "name": one.recipient_name,
        "id": one.recipient_id,
        "external_id": one.external_id,
        "locale": one.locale,
    }


_TIMES = ("valid_from", "valid_until", "send_at", "claim_by", "created_at", "offered_at")
_LATER = ("claimed_at", "status_changed_at")


def _times(one: Award) -> dict[str, str | None]:
    return {name: moment(getattr(one, name)) for name in (*_TIMES, *_LATER)}


def _credential(one: Award) -> dict[str, Any] | None:
    if not one.sha256:
        return None
    return {
        "id": f"{settings.IDENTITY_URL}/credentials/{one.pk}",
        "sha256": one.sha256,
        "signed_at": moment(one.signed_at),
        "document": f"{ROOT}/awards/{one.pk}/document",
    }


class VersionOut(Out):
    """A version of an achievement: published, or the draft."""

    object: str
    id: str
    achievement: str
    number: int | None
    state: str
    title: str
    organisation: str
    content: dict[str, Any]
    revision: int
    published_at: str | None
    document: str | None


class VersionList(Paged):
    """Versions, newest first."""

    data: list[VersionOut]


class AchievementOut(Out):
    """A lineage of versions."""

    object: str
    id: str
    organisation: str
    title: str
    created_at: str | None
    retired_at: str | None
    current_version: str | None
    current_number: int | None
    draft: str | None
    page: str


class AchievementList(Paged):
    """Achievements, newest first."""

    data: list[AchievementOut]


def version(one: Any) -> dict[str, Any]:
    """A version with its descriptor."""
    address = f"/achievements/{one.achievement_id}/{one.number}"
    return {
        "object": "version",
        "id": str(one.pk),
        "achievement": str(one.achievement_id),
        "number": one.number,
        "state": one.state,
        "title": one.title,
        "organisation": one.organisation.slug,
        "content": one.content,
        "revision": one.revision,
        "published_at": moment(one.published_at),
        "document": f"{settings.IDENTITY_URL}{address}" if one.is_published else None,
    }


def achievement(one: Any, draft: Any = None) -> dict[str, Any]:
    """A lineage; ``draft`` is its version being written, if any."""
    shown = one.current or draft
    return {
        "object": "achievement",
        "id": str(one.pk),
        "organisation": one.organisation.slug,
        "title": shown.title if shown is not None else "",
        "created_at": moment(one.created_at),
        "retired_at": moment(one.retired_at),
        "current_version": str(one.current_id) if one.current_id else None,
        "current_number": one.current.number if one.current is not None else None,
        "draft": str(draft.pk) if draft is not None else None,
        "page": f"{settings.PUBLIC_URL}/achievements/{one.pk}",
    }


class UnitOut(Out):
    """A unit below."""

    id: str
    slug: str
    name: str


class TokenOut(Out):
    """What the token at hand is."""

    name: str
    scopes: list[str]
    expires_at: str | None


class OrganisationOut(Out):
    """For whom the token acts."""

    object: str
    id: str
    slug: str
    name: str
    did: str
    country: str
    units: list[UnitOut]
    token: TokenOut


def organisation(one: Organisation, token: Any) -> dict[str, Any]:
    """An organisation, its units, and the token that asks."""
    units = tenancy.units_of(one)
    return {
        "object": "organisation",
        "id": str(one.pk),
        "slug": one.slug,
        "name": one.name,
        "did": tenancy.did_of(one),
        "country": one.country,
        "units": [{"id": str(u.pk), "slug": u.slug, "name": u.name} for u in units],
        "token": {
            "name": token.name,
            "scopes": token.scopes,
            "expires_at": moment(token.expires_at),
        },
    }


class RowOut(Out):
    """What became of one row of a run."""

    number: int
    line: int
    recipient_email: str
    recipient_name: str
    outcome: str
    result: str | None
    award: str | None
    findings: list[dict[str, Any]]


class RowList(Paged):
    """Rows in their order."""

    data: list[RowOut]


def row(one: SheetRow) -> dict[str, Any]:
    """A row: how it was judged, and what came of it (null until then)."""
    return {
        "number": one.number,
        "line": one.line,
        "recipient_email": one.email,
        "recipient_name": one.name,
        "outcome": one.outcome,
        "result": one.result or None,
        "award": str(one.award_id) if one.award_id else None,
        "findings": one.findings,
    }


class RunOut(Out):
    """A bulk run."""

    object: str
    id: str
    state: str
    organisation: str
    version: str
    created_at: str | None
    finished_at: str | None
    rows: int
    valid: int
    warnings: int
    errors: int
    issued: int
    skipped: int
    refused: int
    waiting: int
    error: str
    questions: list[dict[str, Any]]
    page: str


class RunList(Paged):
    """Runs, newest first."""

    data: list[RunOut]


class ReportOut(BaseModel):
    """The report of a check (docs/reference/exit-codes-and-json.md)."""

    verdict: str
    headline: str
    format: str
    policy: str
    checkedAt: str  # noqa: N815 - the name in the report
    credential: dict[str, Any]
    checks: list[dict[str, Any]]


class ChangeOut(Out):
    """A change that waits for a second person."""

    object: str
    id: str
    state: str
    page: str
