"""What an erasure and the passing of time take out of the register of awards.

An award that is *reduced* keeps what proves that it was made and its standing: id, institution,
achievement version, state, dates, the SHA-256 of the signed bytes, its place on the status list.
Its bit is never touched, so a copy the person keeps still verifies. Everything that tells who it
was goes: name, addresses, texts, the signed bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts import rules
from stackmark_web.accounts.erasing import Stay, eraser, staying
from stackmark_web.accounts.queries import own_rows, verified_addresses
from stackmark_web.accounts.retention import days_of
from stackmark_web.awarding.actions._common import move
from stackmark_web.awarding.models import Appeal, Award, ClaimLink, Sheet, SheetRow, Step
from stackmark_web.integrations.erasing import forget_awards
from stackmark_web.tenancy.queries import root_of

UNTAKEN: Final = timedelta(days=days_of("untaken"))  # an award nobody took, after it ended
DRAFTS: Final = timedelta(days=days_of("draft"))  # a draft nobody offered
BATCH: Final = 500
_NOBODY: Final[dict[str, Any]] = {
    "recipient_email": "",
    "recipient_name": "",
    "recipient_id": "",
    "external_id": "",
    "locale": "",
    "narrative": "",
    "evidence": [],
    "results": [],
    "related": [],
    "assessor": {},
    "custom": {},
    "salt": "",
    "dedup_key": "",
    "signed": None,
    "holder": None,
}


def awards_of(user: Any) -> QuerySet[Award]:
    """What was awarded to a person: held by them, or sent to them and held by nobody else."""
    sent = _sent_to(user) & Q(holder__isnull=True)
    return Award.everywhere.filter(Q(holder=user) | sent)


def _sent_to(user: Any) -> Q:
    return Q(recipient_email__in=verified_addresses(user))  # both are kept in lower case


@eraser("awarding")
def erase(user: Any) -> dict[str, int]:
    """Reduce what the institution's rule does not keep; forget the rest of the traces."""
    going = list(awards_of(user).select_related("organisation", "version"))
    kept_by = rules.rules_of({award.organisation.root_id for award in going})
    now_going = [one for one in going if kept_by[one.organisation.root_id].at_once]
    counts = _reduce(now_going)
    # Where an award is someone else's by now, only this person's address goes.
    others = Award.everywhere.filter(_sent_to(user), holder__isnull=False)
    others.exclude(holder=user).update(recipient_email="")
    return counts | {"rows of files": _forget_rows(user)}


@staying("awarding")
def stays(user: Any) -> list[Stay]:
    """What each institution keeps of its awards to a person, in words."""
    by_root: dict[Any, list[Award]] = {}
    for award in awards_of(user).exclude(sha256="").select_related("organisation"):
        by_root.setdefault(award.organisation.root_id, []).append(award)
    kept_by = rules.rules_of(by_root)
    return [_stay(awards, kept_by[root]) for root, awards in by_root.items()]


def _stay(awards: list[Award], rule: rules.Rule) -> Stay:
    name = root_of(awards[0].organisation).name
    what = _("%(number)s in the register of %(issuer)s")
    words = {"number": len(awards), "issuer": name}
    ends = [end for award in awards if (end := rule.end(award.created_at))]
    until = _(" The last of these goes on %s.") % date_format(max(ends), "j F Y") if ends else ""
    return Stay(what, f"{rule.sentence()}{until}", words, rule.reason)


@transaction.atomic
def _reduce(awards: Sequence[Award]) -> dict[str, int]:
    unsigned = [one.pk for one in awards if not one.sha256]
    offered = [one for one in awards if one.sha256 and one.state == Award.State.OFFERED]
    for award in offered:  # nobody can take it any more; no letter tells a name
        move(award, "decline", Award.State.DECLINED, actor=None, via="erasure")
    signed = [one.pk for one in awards if one.sha256]
    keys = unsigned + signed
    forget_awards(keys)
    SheetRow.objects.filter(award__in=keys).update(email="", name="", findings=[], values={})
    ClaimLink.objects.filter(award__in=keys).delete()
    Step.objects.filter(award__in=keys).update(note="")
    Appeal.everywhere.filter(award__in=keys).update(text="", answer="")
    Award.everywhere.filter(pk__in=signed).update(**_NOBODY)
    # An intent whose worker died may hold an index; it is never given again.
    Award.everywhere.filter(pk__in=unsigned, supersedes=None).delete()
    Award.everywhere.filter(pk__in=unsigned).update(**_NOBODY, state=Award.State.DECLINED)
    return {"awards": len(signed), "drafts": len(unsigned)}


def reduce_one(award: Award) -> None:
    """Leave of one signed award only the proof that it was made."""
    _reduce([award])


def _forget_rows(user: Any) -> int:
    """Rows of uploaded files with an address of this person; the file itself goes with them."""
    rows = SheetRow.objects.filter(own_rows(user, "email"))
    sheets = list(rows.values_list("sheet_id", flat=True).distinct())
    waiting = Sheet.everywhere.filter(
        pk__in=sheets, state__in=(Sheet.State.MAPPING, Sheet.State.READY)
    )
    gone = rows.update(email="", name="", findings=[], values={})
    # Uploaded, not confirmed: the bytes name the person, so it has to be uploaded again.
    waiting.update(state=Sheet.State.DROPPED, data=b"", mapping={}, choices={}, counts={})
    return gone


# -- what time takes ---------------------------------------------------------------------------


def forget_old() -> int:
    """For the duty: names whose time in a register is over, what nobody took, old drafts."""
    done = sum(_forget_by_rule(root, rule) for root, rule in rules.timed_rules().items())
    return done + _forget_untaken() + _forget_drafts()


def _forget_by_rule(root_id: uuid.UUID, rule: rules.Rule) -> int:
    rows = _signed().filter(
        organisation__path__startswith=f"{root_id.hex}/",
        created_at__lte=_before(rule.years),
        holder__isnull=True,
    )
    return _reduce_batch(rows)


def _forget_untaken() -> int:
    ended = (Award.State.DECLINED, Award.State.LAPSED)
    return _reduce_batch(
        _signed().filter(state__in=ended, status_changed_at__lte=clock.now() - UNTAKEN)
    ) + _reduce_batch(
        _signed().filter(
            state=Award.State.OFFERED, claim_by__isnull=True, offered_at__lte=clock.now() - UNTAKEN
        )
    )


def _forget_drafts() -> int:
    rows = Award.everywhere.filter(
        state=Award.State.DRAFT,
        sha256="",
        status_index=None,
        supersedes=None,
        created_at__lte=clock.now() - DRAFTS,
    )
    return _reduce_batch(rows)


def _signed() -> QuerySet[Award]:
    return Award.everywhere.exclude(sha256="").filter(signed__isnull=False)


def _reduce_batch(rows: QuerySet[Award]) -> int:
    found = list(rows.select_related("organisation", "version")[:BATCH])
    if found:
        _reduce(found)
    return len(found)


def _before(years: int) -> datetime:
    now = clock.now()
    try:
        return now.replace(year=max(now.year - years, 1))
    except ValueError:
        return now.replace(year=max(now.year - years, 1), day=28)
