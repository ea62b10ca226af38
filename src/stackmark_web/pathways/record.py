"""An award with what it was built from, as one CLR 2.0 record signed by the institution.

The credentials inside are those of the witness, as they were signed; ``association`` says that
each is part of the award. Made when somebody asks for it, so that nothing is signed twice for
nothing, and never about an award that ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError, UsageError
from stackmark.exchange.clr.associations import association
from stackmark.exchange.clr.write import CONTEXT
from stackmark.issuing.lint import lint
from stackmark.issuing.securing import secure
from stackmark.issuing.selfcheck import self_check
from stackmark.reading.received import VC2_CONTEXT
from stackmark_web import clock
from stackmark_web.awarding import states
from stackmark_web.awarding.signing import pen_of
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.contents import Contents
from stackmark_web.pathways.held import Held
from stackmark_web.pathways.models import Completion
from stackmark_web.tenancy import queries as tenancy


def may_sign(completion: Completion) -> bool:
    """Whether there is an award to sign something about."""
    award = completion.award
    return award is not None and award.signed is not None and award.state not in states.ENDED


def record_of(completion: Completion, used: Iterable[Held]) -> bytes:
    """The signed record. Raises ``StackmarkError`` with a sentence when it cannot be signed."""
    if not may_sign(completion):
        raise UsageError("download.ended", _("Nothing new is signed for a credential that ended."))
    award = completion.award
    assert award is not None
    pen, created = pen_of(award.organisation), clock.stamp_now()
    unsigned = _unsigned(completion, list(used))
    unsigned["issuer"] = tenancy.issuer_profile(award.organisation) | {"id": pen.did}
    lint(unsigned)
    signed = secure(
        unsigned, suite=pen.suite, signer=pen.signer, method=pen.method, created=created
    )
    self_check(
        signed,
        created=created,
        valid_from=unsigned["validFrom"],
        valid_until=None,
        documents=dict(pen.documents),
        # What is inside is of others, who may be away; each is checked by itself by who takes it.
        leave=frozenset({"status", "related", "parts"}),
    )
    return signed


def _unsigned(completion: Completion, used: list[Held]) -> dict[str, Any]:
    award = completion.award
    assert award is not None
    own = orjson.loads(bytes(award.signed or b""))
    whole = own["credentialSubject"]["achievement"]["id"]
    inner = [found for one in used if (found := _inner(one)) is not None]
    subject: dict[str, Any] = {
        **_person(own["credentialSubject"]),
        "type": ["ClrSubject"],
        "verifiableCredential": [own, *(tree for tree, _part in inner)],
    }
    parts = list(dict.fromkeys(part for _tree, part in inner if part and part != whole))
    if parts:
        subject["association"] = [association("isPartOf", part, whole) for part in parts]
    return {
        "@context": [VC2_CONTEXT, CONTEXT, *own["@context"][1:]],
        "id": f"{own['id']}#record",
        "type": ["VerifiableCredential", "ClrCredential"],
        "name": own["name"],
        "validFrom": clock.stamp_now(),
        "credentialSubject": subject,
    }


def _person(subject: dict[str, Any]) -> dict[str, Any]:
    """By what the person is known in the award."""
    return {name: subject[name] for name in ("id", "identifier") if name in subject}


def _inner(one: Held) -> tuple[dict[str, Any], str] | None:
    """A credential that can stand inside as it was signed, and its own achievement.

    A token or an Open Badge 2 cannot: those lie in the file of credentials.
    """
    try:
        contents = Contents(credential_bytes(one.row))
    except StackmarkError:
        return None
    tree = contents.tree
    if contents.form != "json" or "proof" not in tree or contents.received.kind == "ob2":
        return None
    found = contents.achievement.get("id")
    return dict(tree), found if isinstance(found, str) else ""
