"""A credential as a certificate: what it says, a code to check it, the signed file inside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils import formats
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from stackmark.adapters.pdf import certificate_pdf
from stackmark.adapters.raster import svg_to_png
from stackmark.errors import StackmarkError
from stackmark.model.achievement import Achievement, Party
from stackmark.rendering.certificate import (
    MAX_PARTNERS,
    CertificateData,
    LabelRow,
    Logo,
    PageSize,
    Signatory,
)
from stackmark.rendering.qr import qr_svg
from stackmark.verification.artefacts import pieces
from stackmark_web import clock
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue.vocabulary import credit_unit
from stackmark_web.passport.linkedin import public_id
from stackmark_web.passport.queries import print_url
from stackmark_web.passport.standing import Standing, award_standing, standing_of
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.ui.text import best_text, listed
from stackmark_web.verifying import queries as verifying

PAPERS: Final = ("a4", "letter")
_LOGO: Final = 600  # pixels wide
_PLAIN: Final = "#1a2558"


def certificate(source: Any, *, paper: str = "a4", address: str = "") -> bytes:
    """The PDF of a ``downloads.Source``. Raises ``StackmarkError`` with a sentence."""
    size: PageSize = "letter" if paper == "letter" else "a4"
    suffix = "jwt" if source.contents.form == "jwt" else "json"
    return certificate_pdf(
        certificate_data(source, paper=size, address=address),
        signed_json=source.contents.text,
        signed_name=f"credential.{suffix}",
        created=clock.now().replace(microsecond=0),
        font_folders=settings.FONT_FOLDERS,
    )


def certificate_data(source: Any, *, paper: PageSize = "a4", address: str = "") -> CertificateData:
    """What stands on it.

    A visitor's copy leads back the way they came, by ``address``: the holder's own code would
    still open when the link they were given is withdrawn.
    """
    contents, award = source.contents, source.award
    address = address or address_of(source)
    facts = _facts(award) if award is not None else {}
    return CertificateData(
        learner_name=_learner(source),
        title=source.told,
        issuer_name=contents.issuer_name or _("Issuer without a name"),
        issued=_day(contents.valid_from),
        expires=_day(contents.valid_until),
        public_id=_public_id(source),
        verify_url=address,
        qr_svg=qr_svg(address, title=_("QR code that opens the verification page")),
        badge_png=source.image("png"),
        issuer_logo_png=_logo(award),
        accent=award.organisation.accent if award is not None else _PLAIN,
        description=_description(source),
        stamp=stamp_of(_standing(source)),
        language=get_language() or "en",
        signatory=_signatory(award) if award is not None else Signatory(),
        direction="rtl" if get_language_bidi() else "ltr",
        page_size=paper,
        labels=_labels(),
        facts_label=_label(source),
        facts_source=_("As the issuer states them; figures as of %(day)s.")
        % {"day": _day(clock.now())},
        **facts,
    )


def address_of(source: Any) -> str:
    """Where it can be checked: by the holder's own code, else the page that checks any file."""
    own = print_url(source.holding) if source.holding is not None else ""
    return own or settings.PUBLIC_URL + reverse("verifying:start")


def stamp_of(standing: Standing) -> str:
    """What is drawn across a corner of a certificate that is no longer in force."""
    words = {
        "expired": _("Expired"),
        "lapsed": _("Not claimed"),
        "declined": _("Declined"),
    }
    word = words.get(standing.status, "")
    return f"{word} {_day(standing.since)}".strip() if word else ""


def _standing(source: Any) -> Standing:
    if source.holding is not None:
        return standing_of(source.holding)
    return award_standing(source.award)


def _description(source: Any) -> str:
    """In the reader's language, as the title; the signed file inside stays as it was signed."""
    award, signed = source.award, source.contents.description
    told = best_text(award.version.content.get("description") or {}) if award is not None else ""
    return told or str(signed)


def _learner(source: Any) -> str:
    """The name its issuer gave; never one that the holder could choose."""
    given = source.award.recipient_name if source.award is not None else ""
    return source.contents.holder_name or given or _("The holder of this credential")


def _public_id(source: Any) -> str:
    if source.holding is not None:
        return public_id(source.holding)
    return str(source.award.pk)


def _day(moment: datetime | None) -> str:
    return formats.date_format(moment, "j F Y") if moment is not None else ""


def _logo(award: Award | None) -> bytes:
    """The organisation's mark, or that of the institution it belongs to, as PNG."""
    for one in _upwards(award.organisation if award is not None else None):
        if one.logo is not None:
            return _png(one.logo)
    return b""


def _upwards(organisation: Any) -> Iterator[Any]:
    """An organisation and what it belongs to, nearest first."""
    while organisation is not None:
        yield organisation
        organisation = organisation.parent


def _png(asset: Any) -> bytes:
    data = bytes(asset.data)
    if asset.media_type != "image/svg+xml":
        return data
    try:
        return svg_to_png(data, _LOGO)
    except StackmarkError:
        return b""


def _signatory(award: Award) -> Signatory:
    """Who signs by name for the nearest organisation that says so."""
    for one in _upwards(award.organisation):
        if one.signatory_name or one.signature is not None:
            picture = _png(one.signature) if one.signature is not None else b""
            return Signatory(one.signatory_name, one.signatory_post, one.name, picture)
    return Signatory()


def _partners(award: Award, parties: tuple[Party, ...]) -> dict[str, Any]:
    """Whoever takes part: all by name, and by logo those who keep one here."""
    others = [one for one in parties if one.name != award.organisation.name]
    known = [tenancy.organisation_by_identity(one.id) for one in others if one.id]
    logos = [Logo(one.name, _png(one.logo)) for one in known if one is not None and one.logo]
    return {
        "with_others": tuple(dict.fromkeys(one.name for one in others)),
        "partners": tuple(one for one in logos if one.png)[:MAX_PARTNERS],
    }


# -- what the descriptor says ------------------------------------------------------------------


def _facts(award: Award) -> dict[str, Any]:
    try:
        said = Achievement.from_json(award.version.content)
    except StackmarkError:
        return {}
    return {
        "hours": _hours(said),
        "credits": _credits(said),
        "level": _level(said),
        "outcomes": tuple(said.say(one.statement) for one in said.outcomes),
        **_partners(award, said.parties),
    }


_MAX_SEALED: Final = 20  # pieces of evidence printed


def _label(source: Any) -> tuple[LabelRow, ...]:
    """The facts label: of ours as the catalogue has it, of others as the document states."""
    award, contents = source.award, source.contents
    facts = [one for one in verifying.facts_label(contents.tree) if one.code]
    if award is not None:
        # The marks are this person's: the catalogue has all else, the credential has them.
        marks = [one for one in facts if one.code == "result"]
        facts = [one for one in catalogue.facts(award.version) if one.code]
        place = [one.code for one in facts].index("pass-rate")
        facts[place:place] = marks
    return _rows(facts) + _sealed(contents.tree)


def _sealed(tree: Any) -> tuple[LabelRow, ...]:
    """The evidence that is sealed, with its digest."""
    found = [one for one in pieces(tree, None) if one.sha256][:_MAX_SEALED]
    return tuple(
        LabelRow(_("Sealed evidence"), one.name or one.url, f"SHA-256 {one.sha256}")
        for one in found
    )


def _rows(facts: list[Any]) -> tuple[LabelRow, ...]:
    return tuple(
        LabelRow(
            str(one.label),
            str(one.value) or _("unknown"),
            str(one.note),
            quiet=one.state in ("unknown", "withheld"),
        )
        for one in facts
    )


def _hours(said: Achievement) -> str:
    if said.workload is None or said.workload.low is None or said.workload.high is None:
        return ""
    low, high = _number(said.workload.low), _number(said.workload.high)
    return _("%(hours)s hours") % {"hours": low if low == high else f"{low}–{high}"}


def _credits(said: Achievement) -> str:
    if said.credit is None or said.credit.value is None:
        return ""
    unit = credit_unit(said.credit.unit, said.credit.value, said.credit.unit_name)
    return f"{_number(said.credit.value)} {unit}"


def _level(said: Achievement) -> str:
    level = said.level
    if level is None or level.not_levelled:
        return ""
    own = f"{level.framework} {level.code}".strip()
    return listed(filter(None, (f"EQF {level.eqf}" if level.eqf else "", own)))


def _number(value: Decimal) -> str:
    return str(formats.number_format(value.normalize(), use_l10n=True))


def _labels() -> dict[str, str]:
    return {
        "certificate": _("Certificate"),
        "certifies": _("This certifies that"),
        "earned": _("has earned"),
        "with": _("with"),
        "issued": _("Issued"),
        "expires": _("Valid until"),
        "hours": _("Workload"),
        "credits": _("Credits"),
        "level": _("Level"),
        "outcomes": _("What the holder can do"),
        "facts": _("Credential facts"),
        "fact": _("Fact"),
        "stated": _("What is stated"),
        "continued": _("Continued on the next page"),
        "verify": _("Check this certificate at"),
        "number": _("Certificate number"),
        "qr": _("QR code that opens the verification page"),
        "logo": _("Logo of {name}"),
        "badge": _("Badge: {name}"),
        "signature": _("Signature of {name}"),
        "attachment": _("The signed credential that this certificate shows"),
    }
