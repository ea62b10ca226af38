"""What identifies an organisation to the world, each checked as far as it checks itself.

Every function gives the one spelling that is stored, or raises ``UsageError`` whose reason names
the field (``organisation.ror``) and whose sentence says how to write it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.did import did_web_url
from stackmark_web.tenancy.countries import COUNTRIES
from stackmark_web.ui import contrast

_CROCKFORD: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_ROR: Final = re.compile(rf"0[{_CROCKFORD}]{{6}}[0-9]{{2}}")
_ERASMUS: Final = re.compile(r"[A-Z]{1,3} {0,2}[A-Z-]{2,7}[0-9]{2,3}")
_DEQAR: Final = re.compile(r"DEQARINST[0-9]{4,6}")
_LINKEDIN: Final = re.compile(r"[0-9]{1,20}")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")


def ror(text: str) -> str:
    """A Research Organization Registry id as ``https://ror.org/…``, its check digits right.

    The id is 0, six characters of Crockford's base 32 and two digits after ISO 7064 mod 97-10.
    """
    word = re.sub(r"^(https?://)?(www\.)?ror\.org/", "", text.strip().lower())
    if not word:
        return ""
    if not _ROR.fullmatch(word):
        raise _refused("ror", _("A ROR id looks like https://ror.org/04s49ft91."))
    number = 0
    for character in word[:7]:
        number = number * 32 + _CROCKFORD.index(character)
    if 98 - number * 100 % 97 != int(word[7:]):
        raise _refused("ror", _("The check digits of this ROR id are wrong; copy it once more."))
    return f"https://ror.org/{word}"


def erasmus(text: str) -> str:
    """An Erasmus institution code: country, place, number (``IRLDUBLIN01``, ``D  BERLIN13``)."""
    word = re.sub(r"\s", " ", text.strip().upper())
    if word and not _ERASMUS.fullmatch(word):
        raise _refused("erasmus_code", _("An Erasmus code looks like IRLDUBLIN01 or D  BERLIN13."))
    return word


def deqar(text: str) -> str:
    """A DEQARINST id; the bare number will do."""
    word = text.strip().upper().replace(" ", "")
    if re.fullmatch(r"[0-9]{1,6}", word):
        word = f"DEQARINST{int(word):04d}"
    if word and not _DEQAR.fullmatch(word):
        raise _refused("deqar_id", _("A DEQAR id looks like DEQARINST0034."))
    return word


def country(text: str) -> str:
    """A country by its ISO 3166-1 code of two letters."""
    word = text.strip().upper()
    if word and word not in COUNTRIES:
        raise _refused("country", _("Choose a country, or give its code of two letters."))
    return word


def linkedin(text: str) -> str:
    """The number of a LinkedIn page, of which the page's admin address shows it."""
    word = text.strip()
    if word and not _LINKEDIN.fullmatch(word):
        raise _refused("linkedin_id", _("The LinkedIn id is a number, like 1441."))
    return word


def accent(text: str) -> str:
    """A colour as ``#rrggbb``."""
    try:
        return contrast.normal(text)
    except ValueError:
        raise _refused("accent", _("A colour looks like #1f4b99.")) from None


def host(text: str, *, field: str = "name") -> str:
    """A public host name in lower case, letters beyond ASCII as ``xn--``."""
    word = re.sub(r"^https?://", "", text.strip().lower()).split("/", 1)[0].rstrip(".")
    try:
        word = word.encode("idna").decode("ascii")
        did_web_url(f"did:web:{word}")
    except (UnicodeError, CheckFailed):
        raise _refused(
            field, _("This is not a host name on the open internet. Write it like example.edu.")
        ) from None
    return word


def website(text: str) -> str:
    """An http(s) address."""
    word = text.strip()
    try:
        parts = urlsplit(word)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fine = False
    if word and (not fine or _CONTROL.search(word) or " " in word or len(word) > 200):
        raise _refused("website", _("A web address starts with https://."))
    return word


def email(text: str) -> str:
    """An e-mail address anyone may see."""
    word = text.strip()
    try:
        if word:
            validate_email(word)
    except ValidationError:
        raise _refused("email", _("This is not an e-mail address.")) from None
    return word


def line(text: str, *, field: str, most: int = 200) -> str:
    """A text on one line."""
    word = " ".join(_CONTROL.sub(" ", text).split())
    if len(word) > most:
        raise _refused(field, _("At most %(most)d characters, please.") % {"most": most})
    return word


def name(text: str) -> str:
    """A name, which must be there."""
    word = line(text, field="name")
    if not word:
        raise _refused("name", _("Give the organisation a name."))
    return word


def _prose(text: str) -> str:
    word = text.replace("\x00", "").strip()
    if len(word) > 5_000:
        raise _refused("description", _("At most %(most)d characters, please.") % {"most": 5_000})
    return word


FIELDS: Final[dict[str, Callable[[str], str]]] = {
    "name": name,
    "legal_name": lambda text: line(text, field="legal_name"),
    "description": _prose,
    "country": country,
    "website": website,
    "email": email,
    "ror": ror,
    "erasmus_code": erasmus,
    "deqar_id": deqar,
    "linkedin_id": linkedin,
    "accent": accent,
    "signatory_name": lambda text: line(text, field="signatory_name", most=90),
    "signatory_post": lambda text: line(text, field="signatory_post", most=90),
}


def clean(fields: dict[str, Any]) -> dict[str, str]:
    """Every field in its one spelling. Raises ``UsageError`` for a wrong or unknown one."""
    for field in fields:
        if field not in FIELDS:
            raise _refused(field, _("An organisation has no field of this name."))
    return {field: FIELDS[field](str(value or "")) for field, value in fields.items()}


def _refused(field: str, sentence: str) -> UsageError:
    return UsageError(f"organisation.{field}", sentence)
