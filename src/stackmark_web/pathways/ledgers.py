"""Uses of credentials told to the ledger between institutions, where a learner opted in."""

from __future__ import annotations

import logging
from typing import Final

from stackmark.errors import StackmarkError
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents
from stackmark_web.pathways.addresses import version_url
from stackmark_web.pathways.held import Held
from stackmark_web.pathways.models import Completion
from stackmark_web.pathways.queries_proof import used_of
from stackmark_web.recognising.actions import ledger
from stackmark_web.tenancy.queries import did_of

_LOG: Final = logging.getLogger(__name__)


def enter(completion: Completion) -> None:
    """Enter which credentials an award used; without an opt-in nothing happens.

    What the ledger refuses holds no award up: it is a convenience of others.
    """
    award, body = version_url(completion.version), did_of(completion.organisation)
    for one in used_of(completion):
        try:
            _enter(completion, one, award, body)
        except StackmarkError as error:
            _LOG.warning("a use of completion %s was not entered: %s", completion.pk, error.detail)


def _enter(completion: Completion, one: Held, award: str, body: str) -> None:
    contents = Contents(credential_bytes(one.row))
    ledger.enter_use(completion.user, contents.credential_id, contents.sha256, award, body)
