"""The files behind an award that came of a pathway: witness, rules, holdings; sealed by digest.

They lie in the completion and in the version, both of which never change once awarded; the bytes
are written the same way each time. An award names them, so its signature covers them, and
``stackmark audit --check`` takes them as they are.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from typing import Any, Final

import orjson
from django.conf import settings
from django.utils.translation import gettext as _

from stackmark_web.pathways.models import Completion
from stackmark_web.pathways.renewal import RENEWAL, renewal_rules

WITNESS: Final = "witness.json"
RULES: Final = "rules.json"
HOLDINGS: Final = "holdings.json"
FILES: Final = (WITNESS, RULES, HOLDINGS)
MEDIA_TYPE: Final = "application/json"
_PATH: Final = re.compile(r"/pathways/completions/([0-9a-f-]{36})/([a-z]+\.json)")


def file_url(completion: Completion, name: str) -> str:
    """The address an award names; who may open it is asked there."""
    return f"{settings.IDENTITY_URL}/pathways/completions/{completion.pk}/{name}"


def file_of(completion: Completion, name: str) -> bytes | None:
    """The bytes of one of its files."""
    if name == WITNESS:
        return orjson.dumps(completion.witness, option=orjson.OPT_SORT_KEYS)
    if name == HOLDINGS:
        return orjson.dumps(completion.holdings, option=orjson.OPT_SORT_KEYS)
    if name == RULES:
        return rules_bytes(rules_json_of(completion))
    return None


def rules_json_of(completion: Completion) -> dict[str, Any]:
    """The rules its witness is for."""
    if str(completion.witness.get("award", "")).endswith(RENEWAL):
        return renewal_rules(completion.version)
    return dict(completion.version.rules)


def rules_bytes(rules: dict[str, Any]) -> bytes:
    """Rules as a version's public page serves them, and as its digest takes them."""
    text = json.dumps(rules, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def sealed(completion: Completion) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """What an award seals, and the same as evidence with a sentence each."""
    words = {
        WITNESS: (
            _("Which credential serves which rule"),
            _("Anybody can check this against the rules and the credentials, without a search."),
        ),
        RULES: (_("The rules"), _("What had to be met, as it was published.")),
        HOLDINGS: (
            _("What was held"),
            _("The credentials as they counted on the day they were looked at."),
        ),
    }
    related, evidence = [], []
    for name in FILES:
        url, data = file_url(completion, name), file_of(completion, name) or b""
        title, text = words[name]
        digest = hashlib.sha256(data).hexdigest()
        related.append({"url": url, "sha256": digest, "media_type": MEDIA_TYPE, "name": title})
        evidence.append({"url": url, "name": title, "text": text, "genre": "audit"})
    return related, evidence


def at(url: str) -> bytes | None:
    """The file behind an address of ours; ``None`` when it is none. For comparing digests only."""
    for base in (settings.IDENTITY_URL, settings.PUBLIC_URL):
        found = _PATH.fullmatch(url.removeprefix(base)) if url.startswith(base) else None
        if found is not None:
            completion = _completion(found[1])
            return None if completion is None else file_of(completion, found[2])
    return None


def _completion(text: str) -> Completion | None:
    try:
        key = uuid.UUID(text)
    except ValueError:
        return None
    return Completion.everywhere.select_related("version").filter(pk=key).first()
