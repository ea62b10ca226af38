"""What is public: credentials their holders published, profiles, revocations, addresses."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse

from stackmark.issuing.builder import OB_CONTEXT
from stackmark.reading.received import VC2_CONTEXT
from stackmark.status.lists import revocation_list
from stackmark_web.awarding import queries as awarding
from stackmark_web.catalogue import public as catalogue_public
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.passport import queries as passport
from stackmark_web.tenancy import public as tenancy_public
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Asset

MAX_REVOKED: Final = 8_000  # entries of a 1EdTech list: more would pass the readers' 1 MiB
MAX_ORGANISATIONS: Final = 4_000  # a sitemap holds 50,000 addresses in all
MAX_ACHIEVEMENTS: Final = 45_000


def public_credential(pk: uuid.UUID, token: str = "") -> Any:
    """The award at a public address, if its holder lets the world see it; else None.

    What is private is asked with the same single query as what does not exist.
    """
    shown = _is_shared(pk, token) if token else passport.public_holding(pk) is not None
    award = awarding.award_for_public(pk) if shown else None
    # What was replaced (after a change of name, say) is not told by its former address.
    return award if award is not None and status_of(award)[0] != "superseded" else None


def public_source(award: Any, token: str = "") -> Any:
    """The holding behind a credential that ``public_credential`` gave, to make files of."""
    if not token:
        return passport.public_holding(award.pk)
    return next(one for one in _open_holdings(token) if one.award_id == award.pk)


def _is_shared(pk: uuid.UUID, token: str) -> bool:
    return any(holding.award_id == pk for holding in _open_holdings(token))


def _open_holdings(token: str) -> list[Any]:
    """What a share shows that needs neither PIN nor address and lets people download."""
    share = passport.share_by_token(token)
    if share is None or share.pin_hash or share.only_email or not share.downloads:
        return []
    return list(passport.shared(share))


def shared_bytes(token: str) -> bytes | None:
    """The bytes of the one credential an open share shows; None for a collection."""
    holdings = _open_holdings(token)
    if len(holdings) != 1:
        return None
    (holding,) = holdings
    if holding.award_id is None:
        return bytes(holding.data or b"")
    award = public_credential(holding.award_id, token)
    return None if award is None else awarding.credential_bytes(award)


def asset(sha256: str) -> Asset | None:
    """A picture of ours by the hash of its contents."""
    return Asset.objects.filter(pk=sha256).first()


def profile_document(organisation: Any) -> dict[str, Any]:
    """The Profile of an organisation or unit, readable by itself."""
    return {"@context": [VC2_CONTEXT, OB_CONTEXT], **tenancy.unit_profile(organisation)}


def revocations(organisation: Any) -> dict[str, Any]:
    """The institution's 1EdTech revocation list: ids only, no reasons and no names."""
    base = f"{settings.IDENTITY_URL}/credentials/"
    entries = dict.fromkeys(f"{base}{pk}" for pk in awarding.revoked_ids(organisation, MAX_REVOKED))
    url = settings.IDENTITY_URL + reverse("registry:revocations", args=[organisation.slug])
    return revocation_list(tenancy.did_of(organisation), entries, url=url)


def achievements_of(organisation: Any) -> list[Any]:
    """Cards of what can be earned at an organisation and its units."""
    rows = catalogue.listed().filter(organisation__path__startswith=organisation.path)
    return [catalogue.card(version) for version in rows.order_by("title")[:200]]


def identifiers(organisation: Any) -> list[tuple[str, str, str]]:
    """Name, value and address of the identifiers an institution states."""
    root = tenancy.root_of(organisation)
    ror = root.ror.rsplit("/", 1)[-1]
    deqar = root.deqar_id
    found = [
        ("ROR", root.ror, f"https://ror.org/{ror}" if ror else ""),
        ("Erasmus", root.erasmus_code, ""),
        ("DEQAR", deqar, ""),
    ]
    return [one for one in found if one[1]]


def in_register(root: Any) -> bool:
    """Whether an institution is in the public register."""
    found = tenancy_public.issuers(tenancy_public.Wish(), catalogue_public.counts())
    return bool(found.filter(pk=root.pk).exists())


def pages() -> Iterator[tuple[str, datetime | None]]:
    """Every public page for search engines: address and when it changed, if that is known."""
    for name in ("ui:start", "catalogue:list", "verifying:start", "registry:register"):
        yield settings.PUBLIC_URL + reverse(name), None
    versions = catalogue.listed()
    slugs = versions.order_by().values_list("organisation__slug", flat=True).distinct()
    for slug in sorted(slugs)[:MAX_ORGANISATIONS]:
        yield _public("registry:organisation", slug), None
    for version in versions.order_by("-published_at")[:MAX_ACHIEVEMENTS]:
        yield _public("registry:achievement", version.achievement_id), version.published_at


def _public(name: str, *args: object) -> str:
    return settings.PUBLIC_URL + reverse(name, args=args)


def status_of(award: Any) -> tuple[str, datetime | None]:
    """What the public may know of an award's status: the word and since when."""
    found: tuple[str, datetime | None] = awarding.status_of(award)
    return found
