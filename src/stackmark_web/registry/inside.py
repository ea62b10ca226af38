"""Our own public documents for checks made here: the same bytes a machine gets over the network."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Final

from stackmark.exchange.formats import NAMES
from stackmark_web.accrediting import queries as accrediting
from stackmark_web.awarding import queries as awarding
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.registry import queries
from stackmark_web.registry.documents import as_json
from stackmark_web.registry.register_exports import export
from stackmark_web.tenancy import handovers
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.verifying.fetching import provide

Answer = Callable[..., bytes | None]
_UUID: Final = r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"


def did_json(slug: str) -> bytes | None:
    """The DID document of an institution, with the history of its keys."""
    organisation = tenancy.organisation_by_slug(slug)
    if organisation is None or organisation.parent_id is not None:
        return None
    return as_json(tenancy.hosted_did_document(organisation))


def profile_json(slug: str) -> bytes | None:
    """The Profile of an organisation or unit."""
    organisation = tenancy.organisation_by_slug(slug)
    return None if organisation is None else as_json(queries.profile_document(organisation))


def handover_json(slug: str) -> bytes | None:
    """What an institution and its successor have signed, once both have."""
    organisation = tenancy.organisation_by_slug(slug)
    found = None if organisation is None else handovers.in_force(organisation)
    return None if found is None else as_json(found.statement)


def revocations_json(slug: str) -> bytes | None:
    """The 1EdTech revocation list of an institution."""
    organisation = tenancy.organisation_by_slug(slug)
    if organisation is None or organisation.parent_id is not None:
        return None
    return as_json(queries.revocations(organisation))


def achievement_json(pk: str, number: str = "") -> bytes | None:
    """A published version of an achievement, the current one without a number."""
    version = catalogue.public_version(uuid.UUID(pk), int(number) if number else None)
    return None if version is None else as_json(catalogue.achievement_json(version))


def facts_json(pk: str, number: str, name: str) -> bytes | None:
    """The facts document of a version, by the beginning of its SHA-256."""
    return catalogue.facts_file(uuid.UUID(pk), int(number), name)


def export_json(pk: str, number: str, form: str) -> bytes | None:
    """A published version in one of the register's formats."""
    version = catalogue.public_version(uuid.UUID(pk), int(number))
    if version is None or form not in NAMES:
        return None
    return export(version, tenancy.root_of(version.organisation), form).body or None


def credential_json(pk: str, query: Mapping[str, str]) -> bytes | None:
    """A credential exactly as it was signed, if its holder lets the world see it."""
    award = queries.public_credential(uuid.UUID(pk), query.get("t", ""))
    return None if award is None else awarding.credential_bytes(award)


def shared_json(token: str) -> bytes | None:
    """The one credential behind an open share, such as a printed code: its exact bytes."""
    return queries.shared_bytes(token)


def status_json(pk: str, purpose: str) -> bytes | None:
    """A published status list, from its file."""
    found: bytes | None = awarding.status_list_document(pk, purpose)
    return found


def statement_token(pk: str) -> bytes | None:
    """A statement of an agency, exactly as it was signed."""
    found = accrediting.statement(uuid.UUID(pk))
    return None if found is None else accrediting.signed_bytes(found)


_ROUTES: Final[tuple[tuple[re.Pattern[str], Answer], ...]] = (
    (re.compile(r"/o/([a-z0-9_-]+)/did\.json"), did_json),
    (re.compile(r"/o/([a-z0-9_-]+)/revocations"), revocations_json),
    (re.compile(r"/o/([a-z0-9_-]+)/handover\.json"), handover_json),
    (re.compile(r"/o/([a-z0-9_-]+)(?:\.json)?"), profile_json),
    (re.compile(rf"/achievements/{_UUID}(?:/([1-9][0-9]{{0,8}}))?(?:\.json)?"), achievement_json),
    (
        re.compile(rf"/achievements/{_UUID}/([1-9][0-9]{{0,8}})/facts-([0-9a-f]{{8}})\.json"),
        facts_json,
    ),
    (re.compile(rf"/register/achievements/{_UUID}/([1-9][0-9]{{0,8}})/([a-z0-9-]+)"), export_json),
    (re.compile(r"/s/([A-Za-z0-9_-]{20,100})"), shared_json),
    (re.compile(rf"/statements/{_UUID}(?:\.jwt)?"), statement_token),
    (re.compile(rf"/status/{_UUID}/(revocation|suspension)"), status_json),
)
_CREDENTIAL: Final = re.compile(rf"/credentials/{_UUID}(?:\.json)?")
PREFIXES: Final = (
    *("/o/", "/achievements/", "/status/", "/credentials/", "/s/", "/register/"),
    "/statements/",
)


def answer(path: str, query: Mapping[str, str]) -> bytes | None:
    """The bytes at one of our addresses, or None where there is nothing for the public."""
    found = _CREDENTIAL.fullmatch(path)
    if found:
        return credential_json(found[1], query)
    for pattern, function in _ROUTES:
        found = pattern.fullmatch(path)
        if found:
            return function(*[group for group in found.groups() if group is not None])
    return None


def register() -> None:
    """Tell the fetcher of checks about us."""
    for prefix in PREFIXES:
        provide(prefix, answer)
