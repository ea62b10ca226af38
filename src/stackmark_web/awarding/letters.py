"""The letters about an award: to whom, in which language, with which link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.core import signing
from django.urls import reverse
from django.utils import translation

from stackmark_web.awarding import claims
from stackmark_web.awarding.models import Appeal, Award
from stackmark_web.integrations.actions import Letter, queue_mail
from stackmark_web.ui.text import day_text

_APPEAL = "stackmark.appeal"


def language_of(award: Award) -> str:
    """What the recipient chose here, else what the issuer said, else that of the achievement."""
    chosen = award.holder.locale if award.holder is not None else ""
    return chosen or award.locale or award.version.language or settings.LANGUAGE_CODE


def language_name(award: Award) -> str:
    """The same in words."""
    code = language_of(award)
    known = LANG_INFO.get(code.lower()) or LANG_INFO.get(code.partition("-")[0].lower()) or {}
    return str(known.get("name_local", code))


def tell(
    award: Award,
    kind: str,
    *,
    key: str,
    link: str,
    reason: Any = "",
    when: date | datetime | None = None,
) -> None:
    """Queue a letter to the recipient, in the caller's transaction; once for each ``key``."""
    one = letter(award, kind, key=key, link=link, reason=reason, when=when)
    queue_mail(
        one.kind,
        to=one.to,
        organisation=award.organisation,
        language=one.language,
        context=one.context,
        key=one.key,
        award_id=one.award_id,
    )


def letter(
    award: Award,
    kind: str,
    *,
    key: str,
    link: str,
    reason: Any = "",
    when: date | datetime | None = None,
    titled: str = "",
) -> Letter:
    """A letter to the recipient, to be queued with others (``queue_many``).

    ``titled``: its ``title``, if the caller knows it.
    """
    language = language_of(award)
    return Letter(
        kind,
        award.recipient_email,
        f"{kind}:{award.pk}:{key}",
        language,
        {
            "recipient_name": award.recipient_name,
            "title": titled or title(award, language),
            "reason": said(reason, language) if reason else "",
            "date": day(when, language),
            "link": link,
        },
        award.pk,
    )


def tell_issuer(
    award: Award, kind: str, *, key: str, path: str, when: datetime | None = None
) -> None:
    """Queue a letter to who awarded it, or to the organisation."""
    to = award.issued_by.email if award.issued_by else award.organisation.email
    language = (award.issued_by.locale if award.issued_by else "") or settings.LANGUAGE_CODE
    queue_mail(
        kind,
        to=to,
        organisation=award.organisation,
        language=language,
        context={
            "recipient_name": award.recipient_name,
            "title": title(award, language),
            "date": day(when, language),
            "link": f"{settings.PUBLIC_URL}{path}",
        },
        key=f"{kind}:{award.pk}:{key}",
        award_id=award.pk,
    )


def link_to(award: Award) -> str:
    """Where the recipient sees it: the passport, or a link of their own without an account."""
    if award.holder_id is not None:
        return f"{settings.PUBLIC_URL}/passport"
    return claims.new_link(award)


def detail_path(award: Award) -> str:
    """The page of an award in the issuer's work area."""
    return reverse("awarding:detail", args=[award.organisation.slug, award.pk])


def appeal_link(appeal: Appeal) -> str:
    """The address at which the holder may appeal: unguessable, and good for nothing else."""
    token = signing.Signer(salt=_APPEAL).sign(str(appeal.pk))
    return f"{settings.PUBLIC_URL}{reverse('awarding:appeal', args=[token])}"


def appeal_id(token: str) -> str | None:
    """The appeal a link is for; None when nobody of ours made it."""
    try:
        return signing.Signer(salt=_APPEAL).unsign(token)
    except signing.BadSignature:
        return None


def said(text: Any, language: str) -> str:
    """A translatable text in the reader's language."""
    with translation.override(language):
        return str(text)


def title(award: Award, language: str) -> str:
    """What was awarded, in the reader's language where it was published in that."""
    with translation.override(language):
        return str(award.version.told)


def titles(awards: Iterable[Award]) -> Iterator[str]:
    """The title of each; of those of one version and language it is worked out once."""
    known: dict[tuple[Any, str], str] = {}
    for award in awards:
        language = language_of(award)
        name = award.version_id, language
        if name not in known:
            known[name] = title(award, language)
        yield known[name]


def day(when: date | datetime | None, language: str) -> str:
    """A day as the reader writes it."""
    if when is None:
        return ""
    return _day(when.date() if isinstance(when, datetime) else when, language)


@lru_cache(maxsize=256)
def _day(when: date, language: str) -> str:
    """The many letters of a run name few days."""
    with translation.override(language):
        return day_text(when)
