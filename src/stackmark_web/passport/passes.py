"""A credential in a phone's wallet: what every pass says, and Apple's generic pass.

Passes are optional: they need keys of whoever runs the server (settings ``STACKMARK_APPLE_PASS_…``,
``STACKMARK_GOOGLE_PASS_…``). Without them there is only a preview of the fields, marked as such;
phones refuse it. A pass is a picture of the credential with a code to its page, never the proof.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.rendering.colour import contrast
from stackmark.verification.dates import stamp
from stackmark_web import clock
from stackmark_web.passport import queries
from stackmark_web.passport.contents import Contents
from stackmark_web.passport.downloads import Download, Source, file_stem
from stackmark_web.passport.models import Holding
from stackmark_web.passport.standing import standing_of
from stackmark_web.ui.text import listed

APPLE: Final = "application/vnd.apple.pkpass"
_ICON: Final = ((29, ""), (58, "@2x"), (87, "@3x"))
_LOGO: Final = ((50, ""), (100, "@2x"))
_LONG: Final = 500  # letters of a text on the back
_PLAIN: Final = "#1a2558"


@dataclass(frozen=True)
class Facts:
    """What either pass says."""

    serial: str
    title: str
    issuer: str
    holder: str
    issued: datetime | None
    expires: datetime | None
    level: str
    criteria: str
    skills: tuple[str, ...]
    address: str
    void: bool
    over: bool
    accent: str
    picture: bytes


def facts_of(holding: Holding) -> Facts:
    """The facts of one holding."""
    contents = Contents(Source.of(holding).contents.data)
    standing = standing_of(holding)
    return Facts(
        serial=str(holding.pk),
        title=holding.told,
        issuer=holding.issuer_name or _("Issuer without a name"),
        holder=contents.holder_name or holding.user.name,
        issued=holding.valid_from,
        expires=holding.valid_until,
        level=_level(contents),
        criteria=_criteria(contents),
        skills=tuple(one.name for one in contents.skills[:20]),
        address=_address(holding),
        void=standing.over or standing.status in ("suspended", "refused"),
        over=standing.status == "expired",
        accent=holding.award.organisation.accent if holding.award is not None else _PLAIN,
        picture=Source.of(holding).image("png"),
    )


def _address(holding: Holding) -> str:
    """Where the code leads: the public page, else the holder's printed code, else the checker."""
    if holding.published and holding.award_id:
        return f"{settings.PUBLIC_URL}/credentials/{holding.award_id}"
    return queries.print_url(holding) or settings.PUBLIC_URL + reverse("verifying:start")


def _level(contents: Contents) -> str:
    """The level as an alignment to a framework of levels names it."""
    for one in contents.achievement.get("alignment") or ():
        if isinstance(one, Mapping) and one.get("targetType") == "ext:EQFLevel":
            return str(one.get("targetName") or one.get("targetCode") or "")[:60]
    return ""


def _criteria(contents: Contents) -> str:
    found = contents.achievement.get("criteria")
    text = found.get("narrative") if isinstance(found, Mapping) else ""
    return " ".join(text.split())[:_LONG] if isinstance(text, str) else ""


# -- Apple -------------------------------------------------------------------------------------


def apple_ready() -> bool:
    """Whether this server signs passes for Apple's Wallet."""
    return bool(settings.APPLE_PASS)


def apple_fields(facts: Facts) -> dict[str, Any]:
    """``pass.json`` of a generic pass (Apple, Wallet Passes: Pass, PassFields, Barcode)."""
    kept: Mapping[str, str] = settings.APPLE_PASS
    found: dict[str, Any] = {
        "formatVersion": 1,
        "passTypeIdentifier": kept.get("TYPE", "pass.preview"),
        "teamIdentifier": kept.get("TEAM", "PREVIEW"),
        "serialNumber": facts.serial,
        "organizationName": facts.issuer,
        "description": _("%(title)s from %(issuer)s")
        % {"title": facts.title, "issuer": facts.issuer},
        "logoText": facts.issuer,
        "barcodes": [
            {
                "format": "PKBarcodeFormatQR",
                "message": facts.address,
                "messageEncoding": "iso-8859-1",
                "altText": _("Check this credential"),
            }
        ],
        "voided": facts.void,
        **_colours(facts.accent),
        "generic": _groups(facts),
    }
    if facts.expires is not None:
        found["expirationDate"] = stamp(facts.expires)
    return found


def _groups(facts: Facts) -> dict[str, Any]:
    """The field groups; with a square code at most four secondary and auxiliary ones."""
    secondary = [_field("holder", _("Held by"), facts.holder)]
    if facts.issued is not None:
        secondary.append(_date("issued", _("Issued"), facts.issued))
    auxiliary = []
    if facts.expires is not None:
        auxiliary.append(_date("expires", _("Valid until"), facts.expires))
    if facts.level:
        auxiliary.append(_field("level", _("Level"), facts.level))
    back = [
        _field("criteria", _("How it is earned"), facts.criteria),
        _field("skills", _("Skills"), listed(facts.skills)),
        _field("verify", _("Check it"), facts.address),
    ]
    state = _("Not in force") if facts.void else _("Expired") if facts.over else ""
    return {
        "headerFields": [_field("state", _("Status"), state)] if state else [],
        "primaryFields": [_field("credential", _("Credential"), facts.title)],
        "secondaryFields": [one for one in secondary if one["value"]],
        "auxiliaryFields": auxiliary,
        "backFields": [one for one in back if one["value"]],
    }


def _field(key: str, label: str, value: str) -> dict[str, Any]:
    return {"key": key, "label": label, "value": value}


def _date(key: str, label: str, moment: datetime) -> dict[str, Any]:
    return {**_field(key, label, stamp(moment)), "dateStyle": "PKDateStyleMedium"}


def _colours(accent: str) -> dict[str, str]:
    """The organisation's colour, with letters that can be read on it."""
    ink = "#ffffff" if contrast(accent, "#ffffff") >= contrast(accent, "#000000") else "#000000"
    return {
        "backgroundColor": _rgb(accent),
        "foregroundColor": _rgb(ink),
        "labelColor": _rgb(ink),
    }


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def apple_pass(holding: Holding) -> Download:
    """The signed ``.pkpass``. Raises ``UsageError`` without keys, or with keys that do not fit."""
    if not apple_ready():
        raise UsageError("pass.no-key", _("This server has no key to sign passes with."))
    facts = facts_of(holding)
    files = {"pass.json": as_json(apple_fields(facts)), **_pictures(facts.picture)}
    digests = {name: hashlib.sha1(data).hexdigest() for name, data in files.items()}  # noqa: S324 - Apple's format asks for it
    manifest = as_json(digests)
    files |= {"manifest.json": manifest, "signature": _signature(manifest)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name, clock.now().timetuple()[:6]), data)
    return Download(out.getvalue(), APPLE, f"{file_stem(Source.of(holding))}.pkpass")


def as_json(tree: object) -> bytes:
    """A tree as JSON that people can read."""
    return json.dumps(tree, ensure_ascii=False, indent=1).encode()


def _pictures(picture: bytes) -> dict[str, bytes]:
    from PIL import Image

    found: dict[str, bytes] = {}
    with Image.open(io.BytesIO(picture)) as image:
        whole = image.convert("RGBA")
    for word, sizes in (("icon", _ICON), ("logo", _LOGO)):
        for size, ending in sizes:
            out = io.BytesIO()
            small = whole.copy()
            small.thumbnail((size, size))
            small.save(out, "PNG")
            found[f"{word}{ending}.png"] = out.getvalue()
    return found


def _signature(manifest: bytes) -> bytes:
    """A detached PKCS #7 signature with Apple's intermediate certificate beside ours."""
    kept = settings.APPLE_PASS
    try:
        certificate = _certificate(kept["CERT"])
        key = serialization.load_pem_private_key(read_key(kept["KEY"]), None)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise UsageError("pass.key", _("The key for passes is of an unknown kind."))
        if key.public_key() != certificate.public_key():
            raise UsageError("pass.key", _("The key for passes does not fit its certificate."))
        builder = builder.add_signer(certificate, key, hashes.SHA256())
        builder = builder.add_certificate(_certificate(kept["WWDR"]))
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        raise UsageError(
            "pass.key", _("The keys for passes cannot be read; tell whoever runs this server.")
        ) from None
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return builder.sign(serialization.Encoding.DER, options)


def _certificate(path: str) -> x509.Certificate:
    data = read_key(path)
    if data.lstrip().startswith(b"-----"):
        return x509.load_pem_x509_certificate(data)
    return x509.load_der_x509_certificate(data)  # as Apple hands it out


def read_key(path: str) -> bytes:
    """A file of keys; raises ``OSError``."""
    return Path(path).read_bytes()
