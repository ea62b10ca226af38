"""What comes in: every member named here, everything else refused (A91)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)

from stackmark.errors import StackmarkError
from stackmark.verification.dates import parse_stamp
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.webhook_events import EVENTS

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _moment(value: Any) -> datetime:
    try:
        return parse_stamp(value, "date") if isinstance(value, str) else _no_moment()
    except StackmarkError:
        return _no_moment()


def _no_moment() -> datetime:
    raise ValueError("Write a time with its zone, like 2026-05-04T09:00:00Z.")


def _uuid(value: Any) -> Any:
    if not isinstance(value, UUID) and not (isinstance(value, str) and _UUID.fullmatch(value)):
        raise ValueError("Write an id like 0f8fad5b-d9cb-469f-a165-70867728950e.")
    return value


def _day(value: Any) -> date:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("Write a day like 2026-05-04.")


def _whole(value: Any) -> Any:
    """Of an address, where a number comes as text: one way to write each."""
    if isinstance(value, str) and not re.fullmatch(r"0|-?[1-9][0-9]{0,18}", value):
        raise ValueError("Write a whole number, like 50.")
    return value


def _one_of(words: Iterable[str]) -> str:
    """A pattern that tells, in the description and in what is refused, which words there are."""
    return "^(" + "|".join(words).replace(".", r"\.") + ")$"


Moment = Annotated[datetime, BeforeValidator(_moment)]
Uuid = Annotated[UUID, BeforeValidator(_uuid)]
Day = Annotated[date, BeforeValidator(_day)]
Whole = Annotated[int, BeforeValidator(_whole)]
Event = Annotated[str, Field(pattern=_one_of(EVENTS))]
Short = Annotated[str, Field(max_length=300)]
Long = Annotated[str, Field(max_length=10_000)]


class In(BaseModel):
    """A body: nothing but its members is taken."""

    model_config = ConfigDict(extra="forbid")


class Page(BaseModel):
    """Which part of a list."""

    limit: Whole = Field(50, ge=1, le=200, description="Rows of one page")
    cursor: str = Field("", max_length=600, description="next_cursor of the page before")


class EvidenceIn(In):
    """A piece of evidence; at least one member says something."""

    url: Annotated[str, Field(max_length=2_000)] = ""
    name: Short = ""
    text: Long = ""
    genre: Annotated[str, Field(max_length=200)] = ""
    audience: Annotated[str, Field(max_length=200)] = ""


class ResultIn(In):
    """A result by the plan (component, criterion) or by the address the achievement signs."""

    component: Annotated[str, Field(max_length=200)] = ""
    criterion: Annotated[str, Field(max_length=200)] = ""
    description: Annotated[str, Field(max_length=500)] = ""
    value: Annotated[str, Field(max_length=200)] = ""
    level: Annotated[str, Field(max_length=500)] = ""
    status: Annotated[str, Field(max_length=40)] = ""


class Names(In):
    """Who it is for, under our names and those other platforms use."""

    recipient_email: Annotated[str, Field(max_length=254)] = ""
    recipient_name: Short = ""
    recipient_id: Annotated[str, Field(max_length=500, description="A DID or web address")] = ""
    external_id: Annotated[str, Field(max_length=200, description="Your own number")] = ""
    locale: Annotated[str, Field(max_length=16)] = ""
    issued_to_first_name: Annotated[str, Field(max_length=100)] = ""
    issued_to_middle_name: Annotated[str, Field(max_length=100)] = ""
    issued_to_last_name: Annotated[str, Field(max_length=100)] = ""
    issuer_earner_id: Annotated[str, Field(max_length=200, description="As external_id")] = ""

    @model_validator(mode="after")
    def _one_name_each(self) -> Names:
        parts = (self.issued_to_first_name, self.issued_to_middle_name, self.issued_to_last_name)
        if self.recipient_name and any(parts):
            raise ValueError("Give recipient_name or the parts issued_to_…, not both.")
        if self.external_id and self.issuer_earner_id:
            raise ValueError("external_id and issuer_earner_id are the same; give one.")
        return self

    def who(self) -> dict[str, str]:
        """The same as an award keeps it."""
        parts = (self.issued_to_first_name, self.issued_to_middle_name, self.issued_to_last_name)
        return {
            "recipient_email": self.recipient_email,
            "recipient_name": self.recipient_name or " ".join(one for one in parts if one),
            "recipient_id": self.recipient_id,
            "external_id": self.external_id or self.issuer_earner_id,
            "locale": self.locale,
        }


class Which(In):
    """Which achievement: the lineage, whose current version is meant, or one version."""

    achievement: Uuid | None = None
    version: Uuid | None = None
    badge_template_id: Annotated[Uuid | None, Field(description="As achievement")] = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Which:
        given = (self.achievement, self.version, self.badge_template_id)
        if sum(one is not None for one in given) != 1:
            raise ValueError("Give exactly one of achievement, version, badge_template_id.")
        return self


class AwardIn(Names, Which):
    """An award to be made."""

    narrative: Long = ""
    evidence: Annotated[list[EvidenceIn], Field(max_length=20)] = []
    results: Annotated[list[ResultIn], Field(max_length=50)] = []
    name_in_credential: StrictBool = True
    suspendable: StrictBool = False
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    issued_at: Annotated[Moment | None, Field(description="As valid_from")] = None
    expires_at: Annotated[Moment | None, Field(description="As valid_until")] = None
    send_at: Moment | None = None
    claim_by: Moment | None = None
    draft: Annotated[StrictBool, Field(description="Neither sign nor send yet")] = False
    again: Annotated[
        StrictBool, Field(description="Award the same to the same person once more")
    ] = False

    @model_validator(mode="after")
    def _one_date_each(self) -> AwardIn:
        if self.valid_from and self.issued_at:
            raise ValueError("valid_from and issued_at are the same; give one.")
        if self.valid_until and self.expires_at:
            raise ValueError("valid_until and expires_at are the same; give one.")
        return self

    def fields(self) -> dict[str, Any]:
        """As ``awarding.actions.create_award`` takes it."""
        return self.who() | {
            "narrative": self.narrative,
            "evidence": [one.model_dump() for one in self.evidence],
            "results": [one.model_dump(exclude_defaults=True) for one in self.results],
            "name_in_credential": self.name_in_credential,
            "suspendable": self.suspendable,
            "valid_from": self.valid_from or self.issued_at,
            "valid_until": self.valid_until or self.expires_at,
            "send_at": self.send_at,
            "claim_by": self.claim_by,
        }


class RevokeIn(In):
    """Why it is revoked; the holder is told the reason, nobody the note."""

    reason: Annotated[str, Field(pattern=_one_of(Award.RevocationReason.values))]
    note: Annotated[str, Field(max_length=4_000)] = ""


class SuspendIn(In):
    """Why it is put on hold; the holder is told the reason, nobody the note."""

    reason: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=4_000)] = ""


class NoteIn(In):
    """A note for the issuer."""

    note: Annotated[str, Field(max_length=4_000)] = ""


class Empty(In):
    """Nothing."""


class SearchIn(In):
    """Whose awards: personal data is asked for in the body, never in an address."""

    recipient_email: Annotated[str, Field(max_length=254)] = ""
    external_id: Annotated[str, Field(max_length=200)] = ""
    recipient_id: Annotated[str, Field(max_length=500)] = ""
    limit: Annotated[StrictInt, Field(ge=1, le=200)] = 50

    @model_validator(mode="after")
    def _something(self) -> SearchIn:
        if not (self.recipient_email or self.external_id or self.recipient_id):
            raise ValueError("Give recipient_email, external_id or recipient_id.")
        return self


class ContentIn(In):
    """The descriptor of an achievement (docs/reference/formats.md), whole."""

    content: dict[str, Any]


class PublishIn(In):
    """Months until the next review."""

    review_months: Annotated[StrictInt | None, Field(ge=12, le=36)] = None


class RecipientIn(Names):
    """One row of a bulk run."""

    narrative: Long = ""
    issued_on: Day | None = None
    expires_on: Day | None = None
    evidence: Annotated[list[EvidenceIn], Field(max_length=10)] = []


class RunIn(Which):
    """A bulk run: who gets it, and how."""

    recipients: Annotated[list[RecipientIn], Field(min_length=1, max_length=10_000)]
    scope: Annotated[
        str, Field(pattern="^(all|good)$", description="all: one bad row stops it")
    ] = "all"
    known: Annotated[
        str,
        Field(
            pattern="^(leave|again|correct)$",
            description="What happens to people who hold it already",
        ),
    ] = "leave"
    issued_on: Day | None = None
    send_at: Moment | None = None
    claim_by: Moment | None = None
    locale: Annotated[str, Field(max_length=16)] = ""
    name_in_credential: StrictBool = True
    suspendable: StrictBool = False
    confirm: Annotated[StrictBool, Field(description="false: check the rows and wait")] = True
    same_again: Annotated[
        StrictBool, Field(description="The very same rows were issued before; do it again")
    ] = False


class ConfirmIn(In):
    """Start a run that was checked."""

    same_again: StrictBool = False


class WebhookIn(In):
    """A webhook to be registered."""

    url: Annotated[str, Field(min_length=8, max_length=2_000)]
    events: Annotated[list[Event], Field(min_length=1)]
    description: Annotated[str, Field(max_length=200)] = ""
    include_recipient: Annotated[
        StrictBool, Field(description="Put name and address of the recipient into messages")
    ] = False


class WebhookChange(In):
    """What is to be different."""

    url: Annotated[str | None, Field(min_length=8, max_length=2_000)] = None
    events: Annotated[list[Event] | None, Field(min_length=1)] = None
    description: Annotated[str | None, Field(max_length=200)] = None
    include_recipient: StrictBool | None = None
    enabled: StrictBool | None = None
