"""What an institution signs with: its key behind the signer seam, and a check of every signature.

A signer may be another process or a machine in a safe. What it returns is compared with the
public key we publish before anything is stored (fault F15): a wrong signature is never kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.issuing.securing import TOKENS, choose_suite
from stackmark.issuing.selfcheck import Given
from stackmark.keys.did import did_web_url
from stackmark.keys.public import PublicKey
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation, SigningKey
from stackmark_web.tenancy.signers import signer_of
from stackmark_web.tenancy.signing import signer_for

__all__ = ["Given", "Pen", "pen_as", "pen_of"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A signer of which no wrong signature comes back."""

    inner: Any
    public_key: PublicKey

    @property
    def algorithm(self) -> str:
        """As ``ports.Signer``."""
        return self.public_key.algorithm

    def sign(self, data: bytes, *, digest: str | None = None) -> bytes:
        """The signature, if it fits the key we publish; else ``StackmarkError``."""
        made: bytes = self.inner.sign(data, digest=digest)
        if not self.public_key.verify(made, data, digest=digest):
            raise StackmarkError(
                "run.signature",
                _(
                    "The signer gave a signature that does not fit the published key. Nothing was "
                    "issued; check which key the signer holds."
                ),
            )
        return made


@dataclass(frozen=True, slots=True)
class Pen:
    """Signer, names and suite of an institution; ``documents`` are for checking ourselves.

    ``key`` is the id of the ``SigningKey``.
    """

    key: int
    did: str
    method: str
    suite: str
    signer: Checked
    documents: Mapping[str, bytes]


def pen_of(organisation: Organisation) -> Pen:
    """What the institution of ``organisation`` signs with now.

    Raises ``StackmarkError`` with a plain sentence when there is no key or none that can sign
    badges as JSON.
    """
    key = signer_for(organisation)
    row = tenancy.active_key(organisation)
    if row is None or row.method_id != key.method_id:
        raise StackmarkError(
            "run.key", _("The signing key has just been changed. Try again in a moment.")
        )
    return _pen(organisation, row, key.private)


def pen_as(organisation: Organisation, did: str) -> Pen:
    """What signs in the name of ``did``: the active key, or the last one an earlier DID had.

    An institution that moved to its own host still answers for what it issued before.
    """
    pen = pen_of(organisation)
    if pen.did == did:
        return pen
    rows = [key for key in tenancy.keys_of(organisation) if key.did == did and not key.revoked_at]
    if not rows:
        raise StackmarkError("run.key", _("There is no key left that speaks for %s.") % did)
    return _pen(organisation, rows[-1], signer_of(rows[-1]))


def _pen(organisation: Organisation, row: SigningKey, signer: Any) -> Pen:
    suite = choose_suite(None, row.algorithm)
    if suite in TOKENS:
        raise StackmarkError(
            "run.key", _("A key of this kind signs tokens only; make an Ed25519 key.")
        )
    public = PublicKey.from_multikey(row.public_multibase)
    document = tenancy.did_document(tenancy.root_of(organisation), did=row.did)
    documents = {did_web_url(row.did): orjson.dumps(document)}
    return Pen(row.pk, row.did, row.method_id, suite, Checked(signer, public), documents)
