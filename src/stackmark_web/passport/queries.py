"""Reads about what people keep and show."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404
from django.utils.dateparse import parse_datetime

from stackmark_web import clock
from stackmark_web.accounts import minors
from stackmark_web.awarding.models import Award
from stackmark_web.passport import tokens
from stackmark_web.passport.contents import fold
from stackmark_web.passport.models import (
    AddressReport,
    Folder,
    Holding,
    HoldingSkill,
    Profile,
    Share,
)
from stackmark_web.passport.standing import Standing, standing_of, with_status
from stackmark_web.ui.text import listed

_STAMP: Final = (
    "SELECT a.state, a.valid_until, a.status_changed_at, h.added_at FROM passport_holding h "
    "JOIN awarding_award a ON a.id = h.award_id JOIN accounts_user u ON u.id = h.user_id "
    "WHERE h.award_id = %s AND h.published AND a.signed IS NOT NULL "
    "AND (u.born IS NULL OR u.born < %s)"  # as minors.grown_up
)

_TIED = ("award", "award__version", "award__version__image", "award__organisation")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person wants to see of their passport; empty means everything."""

    words: str = ""
    provenance: str = ""
    status: str = ""
    issuer: str = ""
    skill: str = ""

    def __bool__(self) -> bool:
        return any((self.words, self.provenance, self.status, self.issuer, self.skill))


@dataclass(slots=True)
class SkillEvidence:
    """A skill and the credentials that say so; what is not in force stands apart."""

    name: str
    uri: str = ""
    frameworks: set[str] = field(default_factory=set)
    current: list[Holding] = field(default_factory=list)
    past: list[tuple[Holding, Standing]] = field(default_factory=list)


def holdings(user: Any, filters: Filters | None = None) -> QuerySet[Holding]:
    """What a person holds, newest first."""
    rows = Holding.objects.filter(user=user).select_related(*_TIED).defer("data")
    rows = rows.order_by("-added_at", "pk")
    return _narrowed(rows, filters) if filters else rows


def _narrowed(rows: QuerySet[Holding], filters: Filters) -> QuerySet[Holding]:
    for word in fold(filters.words).split()[:10]:
        rows = rows.filter(search__contains=word)
    if filters.provenance in Holding.Provenance.values:
        rows = rows.filter(provenance=filters.provenance)
    if filters.issuer:
        rows = rows.filter(issuer_name=filters.issuer)
    if filters.skill:
        rows = rows.filter(skills__folded=fold(filters.skill))
    return with_status(rows, filters.status)


def holding_of(user: Any, pk: uuid.UUID) -> Holding:
    """One of a person's own holdings; ``Http404`` for any other, as for one that is not there."""
    rows = Holding.objects.filter(user=user).select_related(*_TIED, "user")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def issuers_of(user: Any) -> list[str]:
    """The issuers a person holds something from, by name."""
    rows = Holding.objects.filter(user=user).exclude(issuer_name="")
    return list(rows.order_by("issuer_name").values_list("issuer_name", flat=True).distinct())


def skill_names(user: Any) -> list[str]:
    """The skills a person's credentials name, each once."""
    rows = HoldingSkill.objects.filter(holding__user=user).order_by("folded", "pk")
    return list(dict(rows.values_list("folded", "name")).values())


def skills_of(user: Any) -> list[SkillEvidence]:
    """Every skill with the credentials behind it; those with most of them in force first."""
    rows = HoldingSkill.objects.filter(holding__user=user).select_related(
        "holding", *(f"holding__{name}" for name in _TIED)
    )
    found: dict[str, SkillEvidence] = {}
    for row in rows.order_by("folded", "holding__added_at"):
        skill = found.setdefault(row.folded, SkillEvidence(row.name))
        skill.uri = skill.uri or row.uri
        if row.framework:
            skill.frameworks.add(row.framework)
        standing = standing_of(row.holding)
        if standing.live:
            skill.current.append(row.holding)
        else:
            skill.past.append((row.holding, standing))
    return sorted(found.values(), key=lambda one: (-len(one.current), one.name.casefold()))


def folders_of(user: Any) -> QuerySet[Folder]:
    """A person's folders, each with how much is in it (``size``)."""
    return Folder.objects.filter(user=user).annotate(size=Count("holdings"))


def folder_of(user: Any, pk: uuid.UUID) -> Folder:
    """One of a person's own folders."""
    found = Folder.objects.filter(user=user, pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


# -- addresses and what waits for them ---------------------------------------------------------


def addresses_of(user: Any) -> list[str]:
    """The verified addresses of a person, in lower case."""
    from allauth.account.models import EmailAddress

    if not getattr(user, "is_authenticated", False):
        return []
    rows = EmailAddress.objects.filter(user=user, verified=True)
    return [email.lower() for email in rows.values_list("email", flat=True)]


def waiting_for(user: Any) -> QuerySet[Award]:
    """Awards offered to any of a person's verified addresses and not yet taken by anybody."""
    wanted = Q(pk__in=[])
    for email in addresses_of(user):
        wanted |= Q(recipient_email=email)  # both are kept in lower case
    rows = Award.everywhere.filter(wanted, holding=None, signed__isnull=False)
    rows = rows.filter(Q(state=Award.State.OFFERED) | Q(state=Award.State.CLAIMED, holder=None))
    return rows.select_related("version", "version__image", "organisation").order_by("-offered_at")


def waiting_award(user: Any, pk: uuid.UUID) -> Award:
    """One award that waits for this person."""
    found = waiting_for(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def not_taken(limit: int = 500) -> QuerySet[Award]:
    """Awards that have a holder but stand in no passport yet (a correction made for a holder)."""
    rows = Award.everywhere.filter(holder__isnull=False, holding=None, signed__isnull=False)
    return rows.filter(state=Award.State.CLAIMED).select_related("holder")[:limit]


# -- what others may see -----------------------------------------------------------------------


def public_holding(award: Award) -> Holding | None:
    """The holding that makes an award's public address answer; None: as for an unknown id."""
    rows = Holding.objects.filter(minors.grown_up(), award=award, published=True)
    return rows.select_related("user").first()


def public_stamp(pk: str) -> tuple[Any, ...] | None:
    """What an award's public page is made from, by one small question; None: it has no such page.

    The page must be made anew when anything of it is different: the state, since when, whether it
    has run out, whether its holder shows it.
    """
    with connection.cursor() as cursor:
        key = Award._meta.pk.get_db_prep_value(pk, connection)  # noqa: SLF001
        cursor.execute(_STAMP, [key, minors.years_before(clock.today(), minors.GROWN_UP)])
        rows = cursor.fetchall()
    if len(rows) != 1:
        return None
    (state, until, changed, added) = rows[0]
    end = parse_datetime(until) if isinstance(until, str) else until
    over = end is not None and (end if end.tzinfo else end.replace(tzinfo=UTC)) <= clock.now()
    return state, over, changed, added


def share_by_token(token: str) -> Share | None:
    """The share behind a token while it may be opened."""
    share = Share.objects.filter(token_hash=tokens.digest(token)).select_related("user").first()
    if share is None or not is_open(share):
        return None
    return None if share.user is not None and minors.needs_consent(share.user) else share


def is_open(share: Share) -> bool:
    """Neither withdrawn nor run out."""
    over = share.expires_at is not None and share.expires_at <= clock.now()
    return share.withdrawn_at is None and not over


def shared(share: Share) -> list[Holding]:
    """What a share shows, in the order it was added to the passport."""
    rows = share.holdings.select_related(*_TIED, "user").order_by("added_at", "pk")
    return list(rows)


def shares_of(user: Any) -> QuerySet[Share]:
    """The links a person made, newest first."""
    rows = Share.objects.filter(user=user, kind=Share.Kind.LINK).order_by("-created_at")
    return rows.prefetch_related("holdings", "days")


def share_of(user: Any, pk: uuid.UUID) -> Share:
    """One of a person's own shares."""
    found = Share.objects.filter(user=user, pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def print_share(holding: Holding) -> Share | None:
    """The share inside a holding's printed codes, while it is not withdrawn."""
    rows = Share.objects.filter(holdings=holding, kind=Share.Kind.PRINT, withdrawn_at=None)
    return rows.order_by("-created_at").first()


def share_url(share: Share) -> str:
    """The absolute address of a share, for its maker."""
    return tokens.share_url(tokens.unsealed(share.token_sealed))


def print_url(holding: Holding) -> str:
    """The absolute address inside a holding's printed code; empty when its holder withdrew it."""
    share = print_share(holding)
    return share_url(share) if share is not None else ""


def linkedin_share(holding: Holding) -> Share | None:
    """A share of this holding alone that anybody with the link can open."""
    rows = Share.objects.filter(
        holdings=holding, kind=Share.Kind.LINK, withdrawn_at=None, pin_hash="", only_email=""
    ).filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()))
    return next((share for share in rows if share.holdings.count() == 1), None)


def profile_of(user: Any) -> Profile | None:
    """A person's public page, published or not."""
    return Profile.objects.filter(user=user).first()


def public_profile(handle: str) -> Profile | None:
    """A published page."""
    rows = Profile.objects.filter(
        minors.grown_up(), handle=handle.lower(), published=True, user__is_active=True
    )
    return rows.select_related("user").first()


def on_profile(profile: Profile) -> list[Holding]:
    """What a public page shows: chosen by its owner, and in force or simply over."""
    rows = holdings(profile.user).filter(on_profile=True)
    return [one for one in rows if is_presentable(one)]


def is_presentable(holding: Holding) -> bool:
    """Whether it may be shown to the public at all: genuine, and not taken back."""
    return standing_of(holding).status in ("active", "expired")


# -- for issuers -------------------------------------------------------------------------------


def address_reports(organisation: Any) -> QuerySet[AddressReport]:
    """What people said about wrong addresses, open ones first."""
    rows = AddressReport.objects.within(organisation).select_related("award", "award__version")
    return rows.order_by(F("decided_at").desc(nulls_first=True), "-reported_at")


def titles(rows: Iterable[Holding]) -> str:
    """The titles of holdings in one line."""
    return listed(row.told for row in rows)
