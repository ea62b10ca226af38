"""Looking for the proof that a domain is an organisation's: a DNS record or a file.

Three answers. "No" only when the owner of the domain says so (no such name, no such record, no
such file, other contents); everything else (no network, a server in trouble) is "could not tell".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from django.utils.translation import gettext as _

from stackmark.adapters.fetcher import HttpFetcher
from stackmark.errors import CouldNotTell
from stackmark.ports import Fetcher
from stackmark_web.tenancy.dns_txt import NoRecord, txt_records
from stackmark_web.tenancy.models import Domain

_STATUS: Final = re.compile(r"its status is (\d{3})")


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the proof is there, and a sentence about it."""

    outcome: Literal["yes", "no", "could-not-tell"]
    text: str


@dataclass(frozen=True, slots=True)
class Tools:
    """The two ways to look; tests bring their own."""

    fetcher: Fetcher = field(default_factory=HttpFetcher)
    txt: Callable[[str], list[str]] = txt_records


def record_name(domain: Domain) -> str:
    """The name of the DNS record."""
    return f"_stackmark.{domain.name}"


def record_value(domain: Domain) -> str:
    """What the DNS record, or the file, must hold."""
    return f"stackmark-verification={domain.token}"


def file_url(domain: Domain) -> str:
    """The address of the file."""
    return f"https://{domain.name}/.well-known/stackmark-{domain.token}.txt"


def look(domain: Domain, tools: Tools) -> Answer:
    """Look once, by the method of the domain."""
    return _dns(domain, tools) if domain.method == Domain.Method.DNS else _file(domain, tools)


def _dns(domain: Domain, tools: Tools) -> Answer:
    name = record_name(domain)
    try:
        found = tools.txt(name)
    except NoRecord:
        return Answer("no", _("There is no TXT record at %(name)s yet.") % {"name": name})
    except CouldNotTell as error:
        return Answer("could-not-tell", error.detail)
    if record_value(domain) in (one.strip() for one in found):
        return Answer("yes", _("The TXT record is there."))
    return Answer("no", _("The TXT record at %(name)s says something else.") % {"name": name})


def _file(domain: Domain, tools: Tools) -> Answer:
    try:
        found = tools.fetcher.fetch(file_url(domain))
    except CouldNotTell as error:
        status = _STATUS.search(error.detail)
        if error.reason == "fetch.gone" or (status and status[1] == "404"):
            return Answer("no", _("The file is not there yet."))
        return Answer("could-not-tell", error.detail)
    if found.strip() == record_value(domain).encode():
        return Answer("yes", _("The file is there."))
    return Answer("no", _("The file is there, but says something else."))
