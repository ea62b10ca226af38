"""Documents that came inside an imported passport: kept for its next journey, never believed here.

When a credential is checked its issuer is asked as ever. Only where the issuer answers no more do
these copies go along again in an export, which says of what day they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Sum
from django.db.models.functions import Length

from stackmark.canonical import contexts
from stackmark.errors import CouldNotTell
from stackmark.limits import MAX_FETCH_BYTES
from stackmark_web import clock
from stackmark_web.passport.models import BroughtDocument
from stackmark_web.verifying.fetching import OWN_FILES

MAX_DOCUMENTS: Final = 2_000  # of one person
MAX_BYTES: Final = 32 * 1024 * 1024
_MAX_URL: Final = 2_000


def keep(user: Any, documents: Mapping[str, bytes]) -> int:
    """Keep what is neither published here nor part of the software; how many.

    The first copy stays. An address of ours that we do not serve may be of the server that had
    this name before, or of one set up alike.
    """
    rows = BroughtDocument.objects.filter(user=user)
    room = MAX_DOCUMENTS - rows.count()
    space = MAX_BYTES - (rows.aggregate(size=Sum(Length("data")))["size"] or 0)
    made = []
    for url, data in documents.items():
        fits = len(url) <= _MAX_URL and len(data) <= min(space, MAX_FETCH_BYTES)
        if not fits or room <= len(made) or url in contexts.known_urls() or _is_here(url):
            continue
        space -= len(data)
        digest = hashlib.sha256(url.encode()).hexdigest()
        made.append(
            BroughtDocument(user=user, url=url, url_hash=digest, data=data, kept_at=clock.now())
        )
    BroughtDocument.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


def _is_here(url: str) -> bool:
    try:
        OWN_FILES.fetch(url)
    except CouldNotTell:
        return False
    return True
