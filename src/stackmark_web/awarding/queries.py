"""Reads about awards."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any, Final

from django.db import connection
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.awarding import claims, publishing, states
from stackmark_web.awarding.artefacts import artefact, keeps_artefacts, provide_artefacts
from stackmark_web.awarding.listing import MOST, Listing, awarded_versions
from stackmark_web.awarding.lists import PURPOSES
from stackmark_web.awarding.models import KEYED, Appeal, Award, StatusList, Step
from stackmark_web.awarding.slim import damaged
from stackmark_web.catalogue.figures import Figures
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.newest import among, as_stored, in_order, newest_of, units_within
from stackmark_web.ui.cards import Card

__all__ = [
    "MOST",
    "artefact",
    "keeps_artefacts",
    "provide_artefacts",
]  # besides what is defined here

_TIED: Final = ("version", "version__image", "organisation")
_STATUS: Final[dict[str, str]] = {
    Award.State.DRAFT: "pending",
    Award.State.SCHEDULED: "pending",
    Award.State.OFFERED: "pending",
    Award.State.CLAIMED: "active",
    Award.State.DECLINED: "declined",
    Award.State.LAPSED: "lapsed",
    Award.State.REVOKED: "revoked",
    Award.State.SUSPENDED: "suspended",
    Award.State.SUPERSEDED: "superseded",
}
LATE: Final = timedelta(seconds=60)
_BOOKS: Final = (
    *("state", "valid_until", "status_changed_at", "created_at"),
    *("signed", "sha256"),
)
_STATE: Final = "SELECT state FROM awarding_award WHERE id = %s AND signed IS NOT NULL"
_STATE_LITE: Final = _STATE.replace("%s", "?")


@dataclass(frozen=True, slots=True)
class Filters:
    """What of an organisation's awards is wanted; empty means all."""

    words: str = ""
    state: str = ""
    achievement: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """From a query string; what is not understood is left out."""
        state = given.get("state", "")
        return cls(
            words=" ".join(given.get("q", "").split())[:100],
            state=state if state in (*Award.State.values, "expired") else "",
            achievement=uuid_text(given.get("achievement", "")),
        )


def uuid_text(text: str) -> str:
    """A UUID as it is usually written; empty for anything else."""
    try:
        return str(uuid.UUID(text))
    except ValueError:
        return ""


# -- for everybody -----------------------------------------------------------------------------


def award_for_public(pk: object) -> Award | None:
    """The award whose credential has this id, if it was ever signed.

    Whether the public may see it is for ``passport.queries.public_holding`` to say.
    """
    if not uuid_text(str(pk)):
        return None
    rows = Award.everywhere.select_related(*_TIED, "supersedes")
    return rows.filter(pk=str(pk), signed__isnull=False).first()


def award_in_books(pk: object) -> Award | None:
    """The same with no more than its bytes and what ``status_of`` asks."""
    if not uuid_text(str(pk)):
        return None
    rows = Award.everywhere.filter(pk=str(pk), signed__isnull=False).order_by()
    return rows.only(*_BOOKS).first()


def credential_bytes(award: Award) -> bytes:
    """The credential, exactly as it was signed.

    Raises ``StackmarkError`` ``award.damaged`` when what is stored is not that any more.
    """
    if award.signed is None:
        raise Http404("There is nothing here.")
    signed = bytes(award.signed)
    if award.sha256 and hashlib.sha256(signed).hexdigest() != award.sha256:
        raise damaged()
    return signed


def recipient_of(pk: uuid.UUID) -> dict[str, str]:
    """Who an award is for, as it stands now; for webhooks that ask for it."""
    rows = Award.everywhere.filter(pk=pk).values_list(
        "recipient_email", "recipient_name", "recipient_id", "external_id"
    )
    found = rows.first()
    return dict(zip(("email", "name", "id", "external_id"), found, strict=True)) if found else {}


def sealed_of(pk: object) -> dict[str, str]:
    """What the credential with this id seals: address to SHA-256; nothing for any other id."""
    if not uuid_text(str(pk)):
        return {}
    rows = Award.everywhere.filter(pk=str(pk), signed__isnull=False).order_by()
    related = rows.values_list("related", flat=True).first() or []
    return {one["url"]: one["sha256"] for one in related}


def status_of(award: Award) -> tuple[str, datetime | None]:
    """A status of ``ui.cards`` and since when; what the public may know, and no more."""
    if award.state in (Award.State.OFFERED, Award.State.CLAIMED):
        until = award.valid_until
        if until is not None and until <= clock.now():
            return "expired", until
    return _STATUS[award.state], award.status_changed_at or award.created_at


def replacement_of(award: Award) -> Award | None:
    """The award that took this one's place, once it is signed."""
    rows = Award.everywhere.filter(supersedes=award, signed__isnull=False)
    return rows.select_related(*_TIED).first()


def status_list_document(list_id: object, purpose: str) -> bytes | None:
    """A published list as it was signed, from its file; None for an unknown one."""
    name = uuid_text(str(list_id))
    if not name or purpose not in PURPOSES:
        return None
    return publishing.document(name, purpose)


def status_list_edition(list_id: str, purpose: str) -> tuple[int, ...] | None:
    """Tells one edition of a published list's file from another; None when there is none."""
    return publishing.edition(list_id, purpose) if purpose in PURPOSES else None


def state_of_credential(pk: str) -> str:
    """The state of a signed award, by one small question; empty when there is none of this id.

    ``pk`` is a UUID as it is usually written. Asked of the driver: what Django's cursor does around
    it takes several times as long as the question, and every check by ``verifying.fast`` asks it.
    """
    connection.ensure_connection()
    lite = connection.vendor == "sqlite"
    statement, key = (_STATE_LITE, pk.replace("-", "")) if lite else (_STATE, pk)
    found = connection.connection.execute(statement, [key]).fetchone()
    return found[0] if found else ""


def figures(versions: Collection[uuid.UUID]) -> dict[uuid.UUID, Figures]:
    """How many hold each version: issued, not withdrawn, not run out. Pass rates are not known."""
    rows = Award.everywhere.filter(
        Q(valid_until=None) | Q(valid_until__gt=clock.now()),
        version__in=versions,
        state__in=(Award.State.OFFERED, Award.State.CLAIMED),
    )
    # Rows and not ids are counted: the index ``award_holders`` has all that is asked.
    counted = rows.order_by().values_list("version").annotate(many=Count("*"))
    return {version: Figures(holders=number) for version, number in counted}


def revoked_ids(organisation: Any, most: int) -> list[uuid.UUID]:
    """The awards of an institution that were revoked or replaced, latest first; at most so many.

    Last come those of which no time is known.
    """
    units, order = units_within(organisation), ("-status_changed_at", "pk")
    found = [  # each along an index of its own
        as_stored(newest_of(partial(_in_state, state, timed=True), units, order)[:most])
        for state in sorted(states.WITHDRAWN)
    ]
    keys = [pk for _when, pk in islice(merge(*found, key=itemgetter(0), reverse=True), most)]
    for state in sorted(states.WITHDRAWN) if len(keys) < most else ():
        rows = _in_state(state, units, timed=False).values_list("pk").order_by("pk")
        keys += [pk for (pk,) in as_stored(rows[: most - len(keys)])]
    return [uuid.UUID(str(key)) for key in keys]


def _in_state(state: str, units: Sequence[uuid.UUID], *, timed: bool) -> QuerySet[Award]:
    rows = Award.everywhere.filter(among(units), state=state)
    return rows.filter(status_changed_at__isnull=not timed)


def card(award: Award, *, url: str = "", holder: bool = True) -> Card:
    """The credential card."""
    status, _when = status_of(award)
    image = award.version.image or award.version.image_svg
    return Card(
        title=award.version.told,
        issuer=award.organisation.name,
        issuer_id=tenancy.did_of(award.organisation),
        image_url=f"/assets/{image.pk}" if image is not None else "",
        image_alt=_("Badge of %s") % award.version.told if image is not None else "",
        status=status,
        status_label=_("Draft") if award.state in states.UNSIGNED else "",
        issued=award.valid_from,
        expires=award.valid_until,
        holder=award.recipient_name if holder else "",
        url=url,
    )


# -- for the issuer's staff --------------------------------------------------------------------


def awards(organisation: Any, filters: Filters | None = None) -> QuerySet[Award]:
    """The awards of an organisation and its units, newest first."""
    rows = Award.objects.within(organisation).select_related(*_TIED).defer("signed")
    return _narrowed(rows, filters or Filters()).order_by("-created_at", "pk")


def _narrowed(rows: QuerySet[Award], filters: Filters) -> QuerySet[Award]:
    for word in filters.words.split()[:6]:
        rows = rows.filter(
            Q(recipient_name__icontains=word)
            | Q(recipient_email__icontains=word)
            | Q(external_id__iexact=word)
            | Q(version__title__icontains=word)
        )
    if filters.achievement:
        rows = rows.filter(version__achievement_id=filters.achievement)
    if filters.state == "expired":
        return rows.filter(
            state__in=(Award.State.OFFERED, Award.State.CLAIMED), valid_until__lte=clock.now()
        )
    return rows.filter(state=filters.state) if filters.state else rows


def exported(organisation: Any, filters: Filters, columns: Sequence[str]) -> Iterator[Any]:
    """These columns (the key first) of the same one after the other, never all in memory."""
    keys = newest_of(
        lambda units: _narrowed(Award.everywhere.filter(among(units)), filters),
        units_within(organisation),
        ("-created_at", "pk"),
    )

    def rows(some: list[Any]) -> dict[Any, Any]:
        found = Award.everywhere.filter(pk__in=some).order_by().values_list(*columns)
        return {row[0]: row for row in found}

    return in_order(keys, rows)


def how_many(organisation: Any, filters: Filters) -> dict[str, int]:
    """How many rows a file has, for the log; of a search for words: how many at most."""
    rows = Award.everywhere.filter(among(units_within(organisation))).order_by()
    known = _narrowed(rows, replace(filters, words="")).count()
    return {"rows_at_most" if filters.words else "rows": known}


def listing(organisation: Any, filters: Filters) -> Listing:
    """The same for a page of people: bounded, so that it is quick."""
    return Listing(organisation, filters.words, filters.state, filters.achievement)


def award_of(organisation: Any, pk: object) -> Award:
    """One award of an organisation or its units; ``Http404`` for any other."""
    rows = Award.objects.within(organisation).select_related(*_TIED, "issued_by", "holder", "run")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def achievements_awarded(organisation: Any) -> list[tuple[str, str]]:
    """Ids and titles of what was awarded here, for a filter."""
    rows = awarded_versions(units_within(organisation)).order_by("title")
    pairs = rows.values_list("achievement_id", "title").distinct()
    return [(str(key), title) for key, title in pairs]


def history(award: Award) -> list[tuple[Award, list[Step]]]:
    """An award and those it replaced, newest first, each with its steps in order."""
    found: list[tuple[Award, list[Step]]] = []
    one: Award | None = award
    while one is not None and len(found) < 50:
        found.append((one, list(one.steps.select_related("actor"))))
        one = one.supersedes
    return found


def publication_of(award: Award) -> StatusList | None:
    """The lists that tell of this award: when they were published, and whether one waits."""
    return award.status_list


def appeals(organisation: Any) -> QuerySet[Appeal]:
    """Appeals that holders made, open ones first."""
    rows = Appeal.objects.within(organisation).exclude(text="")
    return rows.select_related("award__version", "award__organisation").order_by(
        "decided_at", "due_at"
    )


def appeal_of(organisation: Any, pk: object) -> Appeal:
    """One appeal of an organisation or its units."""
    rows = Appeal.objects.within(organisation).select_related(
        "award__version", "award__organisation", "decided_by"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def appeal_about(award: Award) -> Appeal | None:
    """The appeal a revocation opened, whether the holder made use of it or not."""
    return Appeal.everywhere.filter(award=award).order_by("-opened_at").first()


def appeal_by_id(pk: object) -> Appeal | None:
    """An appeal by the id in its link."""
    rows = Appeal.everywhere.select_related("award__version", "award__organisation")
    return rows.filter(pk=str(pk)).first()


def open_links(award: Award) -> int:
    """How many claim links would open now."""
    rows = award.claim_links.filter(expires_at__gt=clock.now(), withdrawn_at=None)
    return sum(claims.standing(link) == "open" for link in rows)


def known_keys(keys: list[str]) -> dict[str, Award]:
    """The live awards with any of these ``dedup_key``s (``actions.dedup_key``), for sheets."""
    found: dict[str, Award] = {}
    for start in range(0, len(keys), 500):
        rows = Award.everywhere.filter(KEYED, dedup_key__in=keys[start : start + 500])
        for row in rows.defer("signed"):
            found[row.dedup_key] = row
    return found


def called(award: Award) -> str:
    """Whom an award is for, by name and address."""
    name, email = award.recipient_name, award.recipient_email
    return f"{name} ({email})" if name and email else name or email
