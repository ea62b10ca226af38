"""The keys of institutions, lent to the audit log, which lies below: signing and checking heads."""

from __future__ import annotations

import uuid
from dataclasses import replace

from stackmark.errors import StackmarkError
from stackmark.keys.public import PublicKey
from stackmark.verification.audit_log import Head, sign_head
from stackmark_web.audit.heads import Keeper
from stackmark_web.tenancy.models import Organisation, SigningKey
from stackmark_web.tenancy.signing import signer_for


def sign(head: Head) -> str:
    """The head of an institution's chain, signed with its key. Raises ``StackmarkError``."""
    root = _root(head.chain)
    if root is None:
        raise StackmarkError("signer.none", "There is no such organisation any more.")
    identity = signer_for(root)
    return sign_head(replace(head, method=identity.method_id), identity.private)


def key(chain: str, method: str) -> PublicKey | None:
    """A key the institution of this chain has or had, by its name; a revoked one too.

    What a revoked key signed is no proof any more. It is still compared: hashes that differ are
    told of in any case.
    """
    root = _root(chain)
    row = SigningKey.everywhere.filter(organisation=root, method_id=method).first()
    return PublicKey.from_multikey(row.public_multibase) if root and row else None


def name(chain: str) -> str:
    """The institution's name."""
    root = _root(chain)
    return root.name if root else chain


def _root(chain: str) -> Organisation | None:
    try:
        return Organisation.objects.filter(pk=uuid.UUID(chain)).first()
    except ValueError:
        return None


KEEPER = Keeper(sign=sign, key=key, name=name)
