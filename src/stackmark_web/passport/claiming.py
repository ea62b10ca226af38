"""Taking, declining or sending back an award by its claim link, and asking for a new link.

A visit to a link changes nothing; mail scanners visit. What is changed is changed by a POST. The
states of an award belong to ``awarding``; what is added here is the passport, and the people
who got a link that was not for them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark_web import clock
from stackmark_web.accounts.minors import require_consent
from stackmark_web.audit.actions import record
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import letters
from stackmark_web.awarding.models import Award, ClaimLink
from stackmark_web.passport import queries
from stackmark_web.passport.actions import take
from stackmark_web.passport.models import (
    AddressReport,
    Folder,
    Holding,
    LinkRequest,
    ProofAnswer,
    Share,
)
from stackmark_web.tenancy.guarding import second_person
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import require

ASKS_AN_HOUR: Final = 3  # new links to one address
KEPT: Final = timedelta(days=1)  # how long it is known that an address asked
VIA: Final = "claim link"


@transaction.atomic
def keep(award: Award, *, user: Any, via: str = VIA) -> Holding:
    """Claim an award into a person's passport.

    Raises ``awarding.actions.WrongState``, and ``ValidationError`` while a guardian has to agree.
    """
    require_consent(user)
    claimed = awarding.claim(award, user=user, via=via)
    return take(claimed, user, via=via)


@transaction.atomic
def accept_without_account(award: Award) -> Award:
    """Claim an award for nobody's passport: the person only takes the file.

    Raises ``awarding.actions.WrongState``.
    """
    return awarding.claim(award, user=None, via=VIA)


@transaction.atomic
def decline(award: Award, *, user: Any = None, via: str = VIA) -> None:
    """Say no to an award. Raises ``awarding.actions.WrongState``."""
    awarding.decline(award, user=user, via=via)


# -- links that went astray --------------------------------------------------------------------


@transaction.atomic
def report_address(award: Award, *, email: str = "") -> AddressReport:
    """Tell the issuer that the link went to the wrong place, and perhaps which place is right.

    Only while nobody has claimed it. Raises ``ValidationError``.
    """
    email = email.strip().lower()
    if award.state != Award.State.OFFERED:
        raise ValidationError(_("This has been answered already; write to the issuer."))
    if email:
        validate_email(email)
        if email == award.recipient_email.lower():
            raise ValidationError(_("It was sent to this very address; ask for a new link."))
    now = clock.now()
    try:
        with transaction.atomic():
            report = AddressReport.everywhere.create(
                organisation=award.organisation, award=award, email=email, reported_at=now
            )
    except IntegrityError:  # said before: the latest word counts, the issuer is told once
        report = AddressReport.everywhere.get(award=award, state=AddressReport.State.OPEN)
        report.email, report.reported_at = email or report.email, now
        report.save(update_fields=["email", "reported_at"])
        return report
    record(
        "award.address-reported",
        actor=None,
        target=award,
        organisation=award.organisation,
        via=VIA,
        after={"another_address": bool(email)},
    )
    path = reverse("passport:address_reports", args=[award.organisation.slug])
    letters.tell_issuer(award, "wrong_address", key=str(report.pk), path=path)
    return report


@second_person("address-report.send")
def send_to(report: AddressReport, *, actor: Any, email: str) -> Award:
    """The issuer agrees: the award goes to this address instead, with a link of its own.

    Raises ``ValidationError`` and what ``awarding.actions.reissue_to`` raises.
    """
    require(actor, Permission.AWARD, report.organisation)
    validate_email(email)
    with transaction.atomic():
        _decide(report, AddressReport.State.SENT, actor=actor)
    try:
        return awarding.reissue_to(report.award, email, actor=actor)
    except Exception:
        _reopen(report)
        raise


@transaction.atomic
def close_report(report: AddressReport, *, actor: Any) -> None:
    """The issuer does nothing about it."""
    require(actor, Permission.AWARD, report.organisation)
    _decide(report, AddressReport.State.CLOSED, actor=actor)


def _decide(report: AddressReport, state: str, *, actor: Any) -> None:
    changed = AddressReport.everywhere.filter(pk=report.pk, state=AddressReport.State.OPEN).update(
        state=state, decided_at=clock.now(), decided_by=actor
    )
    if not changed:
        raise ValidationError(_("Somebody has dealt with this already."))
    report.state = state
    record(
        f"address-report.{state}",
        actor=actor,
        target=report,
        organisation=report.organisation,
        after={"state": state},
    )


def _reopen(report: AddressReport) -> None:
    AddressReport.everywhere.filter(pk=report.pk).update(
        state=AddressReport.State.OPEN, decided_at=None, decided_by=None
    )


# -- new links ---------------------------------------------------------------------------------


@transaction.atomic
def ask_for_links(email: str) -> None:
    """Note that somebody wants new links to an address; the answer is the same for all."""
    LinkRequest.objects.create(email=email.strip().lower()[:254], asked_at=clock.now())


@transaction.atomic
def ask_for_new_link(link: ClaimLink) -> None:
    """The same from an old link: to the address the award went to, wherever that is."""
    LinkRequest.objects.create(email=link.award.recipient_email, asked_at=clock.now())


def answer_link_requests(limit: int = 100) -> int:
    """Send the links that were asked for; how many requests were answered."""
    LinkRequest.objects.filter(answered_at__lt=clock.now() - KEPT).delete()
    rows = LinkRequest.objects.filter(answered_at=None).order_by("asked_at")[:limit]
    return sum(_answer(row) for row in rows)


def _answer(request: LinkRequest) -> bool:
    now = clock.now()
    rows = LinkRequest.objects.filter(pk=request.pk, answered_at=None)
    if not rows.update(answered_at=now):
        return False  # another worker has it
    recent = LinkRequest.objects.filter(
        email=request.email, answered_at__gt=now - timedelta(hours=1)
    )
    if request.email and recent.count() <= ASKS_AN_HOUR:
        for award in waiting_at(request.email):
            awarding.resend(award, actor=None, via="job")
    return True


def waiting_at(email: str) -> list[Award]:
    """Awards that wait at an address."""
    rows = Award.everywhere.filter(recipient_email__iexact=email, state=Award.State.OFFERED)
    return list(rows.select_related("version", "organisation")[:20])


# -- what awarding did without a link ----------------------------------------------------------


def adopt() -> int:
    """Put awards that have a holder but stand in no passport there; how many.

    That is how a correction reaches its holder: the new credential takes the old one's place in
    folders, links and answers, and only the new one is shown from then on.
    """
    return sum(_adopt(award) for award in queries.not_taken())


def adopt_one(award: Award) -> None:
    """The same at once for one award that was corrected at its holder's wish."""
    award.refresh_from_db()
    if award.holder_id is not None and award.state == Award.State.CLAIMED:
        _adopt(award)


@transaction.atomic
def _adopt(award: Award) -> bool:
    if award.holder is None:
        return False
    holding = take(award, award.holder, via="job")
    former = Holding.objects.filter(award=award.supersedes, user=award.holder).first()
    if award.supersedes_id is not None and former is not None:
        _step_in(former, holding)
    return True


def _step_in(former: Holding, holding: Holding) -> None:
    for folder in Folder.objects.filter(holdings=former):
        folder.holdings.remove(former)
        folder.holdings.add(holding)
    for share in Share.objects.filter(holdings=former, kind=Share.Kind.LINK):
        share.holdings.remove(former)
        share.holdings.add(holding)
    for answer in ProofAnswer.objects.filter(holdings=former):
        answer.holdings.remove(former)
        answer.holdings.add(holding)
    holding.published, holding.on_profile = former.published, former.on_profile
    holding.save(update_fields=["published", "on_profile"])
    former.published = former.on_profile = False
    former.save(update_fields=["published", "on_profile"])
