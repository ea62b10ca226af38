"""Google's generic object of a credential, and the link that puts it into the wallet."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.verification.dates import stamp
from stackmark_web import clock
from stackmark_web.passport.downloads import Download
from stackmark_web.passport.models import Holding
from stackmark_web.passport.passes import Facts, apple_fields, as_json, facts_of, read_key
from stackmark_web.ui.text import listed

SAVE: Final = "https://pay.google.com/gp/v/save/"


def _day(moment: datetime) -> str:
    return stamp(moment)[:10]


def google_ready() -> bool:
    """Whether this server signs links for Google's wallet."""
    return bool(settings.GOOGLE_PASS)


def google_object(facts: Facts) -> dict[str, Any]:
    """A generic object (Google Wallet API: GenericObject)."""
    issuer = settings.GOOGLE_PASS.get("ISSUER", "preview")
    state = "INACTIVE" if facts.void else "EXPIRED" if facts.over else "ACTIVE"
    texts = [
        ("issued", _("Issued"), _day(facts.issued) if facts.issued else ""),
        ("expires", _("Valid until"), _day(facts.expires) if facts.expires else ""),
        ("level", _("Level"), facts.level),
        ("criteria", _("How it is earned"), facts.criteria),
        ("skills", _("Skills"), listed(facts.skills)),
    ]
    link = {"id": "verify", "uri": facts.address, "description": _("Check it")}
    found: dict[str, Any] = {
        "id": f"{issuer}.{facts.serial}",
        "classId": f"{issuer}.credential",
        "state": state,
        "cardTitle": _text(facts.issuer),
        "header": _text(facts.title),
        "textModulesData": [
            {"id": key, "header": label, "body": body} for key, label, body in texts if body
        ],
        "linksModuleData": {"uris": [link]},
        "barcode": {
            "type": "QR_CODE",
            "value": facts.address,
            "alternateText": _("Check this credential"),
        },
        "hexBackgroundColor": facts.accent,
        "groupingInfo": {"groupingId": "stackmark"},
    }
    if facts.holder:
        found["subheader"] = _text(facts.holder)
    if interval := _interval(facts):
        found["validTimeInterval"] = interval
    return found


def _text(value: str) -> dict[str, Any]:
    return {"defaultValue": {"language": get_language() or "en", "value": value}}


def _interval(facts: Facts) -> dict[str, Any]:
    ends = (("start", facts.issued), ("end", facts.expires))
    return {name: {"date": stamp(moment)} for name, moment in ends if moment is not None}


def google_link(holding: Holding) -> str:
    """The address that puts the object into Google's wallet: a JWT signed by the service account.

    Raises ``UsageError`` without a key, or with one that cannot be read.
    """
    if not google_ready():
        raise UsageError("pass.no-key", _("This server has no key to sign passes with."))
    try:
        account = json.loads(read_key(settings.GOOGLE_PASS["KEY"]))
        key = serialization.load_pem_private_key(account["private_key"].encode(), None)
        email = str(account["client_email"])
        if not isinstance(key, rsa.RSAPrivateKey):
            raise TypeError("not RSA")
    except (OSError, ValueError, KeyError, TypeError, AttributeError, UnsupportedAlgorithm):
        raise UsageError(
            "pass.key", _("The keys for passes cannot be read; tell whoever runs this server.")
        ) from None
    made = google_object(facts_of(holding))
    claims = {
        "iss": email,
        "aud": "google",
        "typ": "savetowallet",
        "iat": int(clock.now().timestamp()),
        "origins": [settings.PUBLIC_URL],
        "payload": {"genericClasses": [{"id": made["classId"]}], "genericObjects": [made]},
    }
    header = {"alg": "RS256", "typ": "JWT"}
    if account.get("private_key_id"):
        header["kid"] = str(account["private_key_id"])
    text = f"{_b64(as_json(header))}.{_b64(as_json(claims))}"
    signature = key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{SAVE}{text}.{_b64(signature)}"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


# -- without keys ------------------------------------------------------------------------------


def preview(holding: Holding, kind: str) -> Download:
    """The fields of a pass as JSON that says that no phone takes it."""
    facts = facts_of(holding)
    made = apple_fields(facts) if kind == "apple" else google_object(facts)
    note = _("A preview: unsigned, because this server has no key for passes. No phone takes it.")
    data = as_json({"preview": note, **made})
    return Download(data, "application/json", f"{kind}-pass-preview.json")
