"""A holder's own DIDs: added by answering a challenge with their key, removed at will."""

from __future__ import annotations

import secrets
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from stackmark.errors import CouldNotTell, StackmarkError
from stackmark.verification.control import check_control
from stackmark_web import clock
from stackmark_web.audit.actions import record
from stackmark_web.passport.models import HolderDid
from stackmark_web.passport.presenting import domain
from stackmark_web.verifying.fetching import server_fetcher

MAX_DIDS: Final = 20
LIFE: Final = 30 * 60  # seconds a challenge may be answered
_SESSION: Final = "passport_did_challenge"


def dids_of(user: Any) -> QuerySet[HolderDid]:
    """A person's own DIDs, the first one first."""
    return HolderDid.objects.filter(user=user).order_by("proved_at")


def did_of(user: Any, pk: Any) -> HolderDid:
    """One of them."""
    found = dids_of(user).filter(pk=pk).first()
    if found is None:
        raise Http404("There is nothing here.")
    return found


def challenge_of(request: HttpRequest) -> str:
    """What this browser is to sign: the same in every tab, until it is answered or too old."""
    kept = request.session.get(_SESSION) or {}
    now = clock.now().timestamp()
    if not kept or not 0 <= now - kept["at"] < LIFE / 2:
        kept = {"nonce": secrets.token_urlsafe(24), "at": now}
        request.session[_SESSION] = kept
    return str(kept["nonce"])


def add_answered(request: HttpRequest, *, did: str, proof: bytes) -> HolderDid:
    """Add a DID whose key answered this browser's challenge, which is then used up.

    Raises ``ValidationError``.
    """
    kept = request.session.get(_SESSION) or {}
    if not kept or not 0 <= clock.now().timestamp() - kept["at"] < LIFE:
        raise ValidationError(_("The challenge is too old; sign the one that stands here now."))
    made = add(request.user, did=did, proof=proof, challenge=str(kept["nonce"]))
    request.session.pop(_SESSION, None)
    return made


def add(user: Any, *, did: str, proof: bytes, challenge: str) -> HolderDid:
    """Keep a DID once its key answered the challenge. Raises ``ValidationError``."""
    if HolderDid.objects.filter(user=user).count() >= MAX_DIDS:
        raise ValidationError(_("You have many DIDs here already; remove one first."))
    try:
        control = check_control(
            proof,
            did=did,
            challenge=challenge,
            domain=domain(),
            fetcher=server_fetcher(),
            now=clock.now(),
        )
    except CouldNotTell as error:
        text = _("It could not be checked: %(why)s")
        raise ValidationError({"did": text % {"why": error.detail}}) from None
    except StackmarkError as error:
        raise ValidationError({"proof": error.detail}) from None
    return _keep(user, did, control.method)


def _keep(user: Any, did: str, method: str) -> HolderDid:
    try:
        with transaction.atomic():
            made = HolderDid.objects.create(
                user=user, did=did, key_id=method[:1000], proved_at=clock.now()
            )
            record("holder-did.added", actor=user, target=made, after={"kind": did.split(":")[1]})
    except IntegrityError:  # it is there already: proven anew
        made = HolderDid.objects.get(user=user, did=did)
        made.key_id, made.proved_at = method[:1000], clock.now()
        made.save(update_fields=["key_id", "proved_at"])
    return made


@transaction.atomic
def remove(found: HolderDid, *, actor: Any) -> None:
    """Take a DID out of the passport. What was issued to it stays issued to it."""
    if found.user_id != getattr(actor, "pk", None):
        raise Http404("There is nothing here.")
    record("holder-did.removed", actor=actor, target=found)
    found.delete()
