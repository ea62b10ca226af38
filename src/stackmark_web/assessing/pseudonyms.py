"""How people are called in statistics: by a pseudonym nobody can work back without our key."""

from __future__ import annotations

import hmac
from typing import Any

from django.conf import settings

from stackmark_web.tenancy.models import Organisation


def candidate_of(organisation: Organisation, user: Any) -> str:
    """The candidate a person is at an institution: the same in all its units, and nowhere else."""
    return _drawn("candidate", organisation, f"user {user.pk}")


def candidate_of_address(organisation: Organisation, address: str) -> str:
    """The candidate of somebody a platform knows by an address or number and we do not."""
    return _drawn("candidate", organisation, f"address {address.strip().lower()}")


def marker_code(organisation: Organisation, user: Any) -> str:
    """A marker in statistics."""
    return _drawn("marker", organisation, f"user {user.pk}")


def _drawn(kind: str, organisation: Organisation, who: str) -> str:
    text = f"assessing {kind} {organisation.root_id} {who}"
    return hmac.digest(settings.SECRET_KEY.encode(), text.encode(), "sha256").hex()[:32]
