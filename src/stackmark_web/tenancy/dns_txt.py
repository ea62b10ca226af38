"""TXT records of the public DNS, with "there is none" kept apart from "nobody answered"."""

from __future__ import annotations

from typing import Final

from stackmark.errors import CouldNotTell

_SECONDS: Final = 5.0
_MAX_RECORDS: Final = 50


class NoRecord(Exception):  # noqa: N818 - an answer, not a fault
    """The DNS says that there is no such name or no TXT record at it."""


def txt_records(name: str) -> list[str]:
    """The texts at ``name``. Raises ``NoRecord`` or ``CouldNotTell("domain.dns")``."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=_SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        raise NoRecord(name) from None
    except (dns.exception.DNSException, OSError) as error:
        raise CouldNotTell(
            "domain.dns", f"The DNS gave no answer about {name}; try again later."
        ) from error
    rows = list(answer)[:_MAX_RECORDS]
    return [b"".join(row.strings).decode("utf-8", "replace") for row in rows]
