"""What must hold of an award before it is kept; each fault names its field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.utils.translation import gettext as _

from stackmark.errors import UsageError
from stackmark.issuing.lint import UNFIT
from stackmark.issuing.rows import LANGUAGE_TAG, is_id

MAX_EVIDENCE: Final = 20
MAX_TEXT: Final = 10_000  # characters of a narrative or one piece of evidence
_WEB: Final = URLValidator(schemes=["http", "https"])


class _Address(EmailValidator):
    """Django's own rule; domains repeat in a file, so each is judged once."""

    def validate_domain_part(self, domain_part: str) -> bool:
        """Whether it can stand after the @."""
        return _is_domain(domain_part)


@lru_cache(maxsize=4096)
def _is_domain(text: str) -> bool:
    return bool(EmailValidator().validate_domain_part(text))


_EMAIL: Final = _Address()


class Problem(UsageError):  # noqa: N818 - reads as what is said to the person
    """One field of an award cannot be as it is; ``field`` names it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__("award.field", detail)
        self.field = field

    def __reduce__(self) -> tuple[type[Problem], tuple[str, str]]:  # type: ignore[override]  # its own two values
        return (type(self), (self.field, self.detail))


def email(text: str) -> str:
    """An address as it is kept: trimmed, in lower case; empty stays empty."""
    text = text.strip().lower()
    if text and not _passes(_EMAIL, text):
        raise Problem("recipient_email", _("This is not an e-mail address: %s") % text[:80])
    return text


def words(field: str, text: str, limit: int) -> str:
    """Text that can be signed and shown faithfully, with plain line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > limit:
        raise Problem(field, _("This is too long; at most %d characters fit.") % limit)
    found = UNFIT.search(text)
    if found:
        raise Problem(
            field,
            _("It holds a character that cannot be shown (U+%04X); remove it.") % ord(found[0]),
        )
    return text


def identifier(text: str) -> str:
    """A recipient's DID or address; empty stays empty."""
    text = text.strip()
    if text and not is_id(text):
        raise Problem("recipient_id", _("An id is a DID or a web address, such as did:key:z6Mk…"))
    return text


def locale(text: str) -> str:
    """The language of a recipient's letters, such as pt-BR; empty stays empty."""
    text = text.strip().replace("_", "-")
    if text and not LANGUAGE_TAG.fullmatch(text):
        raise Problem("locale", _("Write it like en or pt-BR."))
    return text


def evidence(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Evidence as it is kept: rows with at least one filled cell, each address once."""
    found: list[dict[str, str]] = []
    for row in rows:
        one = {name: str(row.get(name) or "").strip() for name in ("url", "name", "text")}
        if not any(one.values()):
            continue
        for name in ("genre", "audience"):
            if text := words("evidence", str(row.get(name) or ""), 200):
                one[name] = text
        if one["url"] and not _passes(_WEB, one["url"]):
            raise Problem("evidence", _("This is not a web address: %s") % one["url"][:120])
        if one["url"] and one["url"] in {other["url"] for other in found}:
            raise Problem("evidence", _("This address is there twice: %s") % one["url"][:120])
        one["name"] = words("evidence", one["name"], 300)
        one["text"] = words("evidence", one["text"], MAX_TEXT)
        found.append(one)
    if len(found) > MAX_EVIDENCE:
        raise Problem("evidence", _("At most %d pieces of evidence fit.") % MAX_EVIDENCE)
    return found


def period(first: datetime, last: datetime | None) -> None:
    """A credential ends after it begins."""
    if last is not None and last <= first:
        raise Problem("valid_until", _("It would expire before it is valid."))


def claim_time(claim_by: datetime | None, starts: datetime) -> None:
    """There is time to claim."""
    if claim_by is not None and claim_by <= starts:
        raise Problem("claim_by", _("The time to claim would be over before it begins."))


def somebody(address: str, person: str) -> None:
    """A credential is for somebody."""
    if not address and not person:
        raise Problem("recipient_email", _("Say who it is for: an e-mail address is needed."))


def _passes(validator: Any, text: str) -> bool:
    try:
        validator(text)
    except ValidationError:
        return False
    return True
