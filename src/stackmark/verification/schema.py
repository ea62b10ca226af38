"""Step "schema": the published JSON Schemas, offline, formats asserted.

Open Badges 3.0 section 8.1 step 3; W3C VC JSON Schema 1.0 for credentials that name their own.
The CLR 2.0 schema is in no package registry, so what it asks is written here in our own words
on top of the Open Badges definitions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib import resources
from typing import Any, Final

import jsonschema_rs
import orjson

from stackmark.canonical.nquads import IRI
from stackmark.errors import CheckFailed, CouldNotTell, ReadError
from stackmark.model.strict_json import parse_json
from stackmark.ports import Fetcher
from stackmark.reading.received import VC2_CONTEXT, contexts_of, types_of
from stackmark.verification.related import compare_digests, read_digests
from stackmark.verification.report import Report
from stackmark.verification.structure import OB_TYPES, as_list

_ONEEDTECH: Final = "https://purl.imsglobal.org/spec/"
_ASSOCIATIONS: Final = [
    "exactMatchOf",
    "isChildOf",
    "isParentOf",
    "isPartOf",
    "isPeerOf",
    "isRelatedTo",
    "precedes",
    "replacedBy",
]
_DRAFTS: Final = re.compile(
    r"https?://json-schema\.org/(draft/2020-12|draft/2019-09|draft-07)/schema#?\Z"
)


@lru_cache(maxsize=1)
def _published() -> dict[str, Any]:
    name = "ob_v3p0_achievementcredential_schema.json"
    data = resources.files("stackmark.verification").joinpath("data", name).read_bytes()
    return orjson.loads(data)  # type: ignore[no-any-return]


@lru_cache(maxsize=8)
def validator(family: str) -> Any:
    """The compiled schema of ``badge``, ``endorsement``, ``profile`` or ``clr``."""
    published = _published()
    if family == "badge":
        schema = published
    elif family == "endorsement":
        schema = {"$ref": "#/$defs/EndorsementCredential", "$defs": published["$defs"]}
    else:
        schema = {**_clr(published), "$defs": published["$defs"]}
    return _compile({"$schema": published["$schema"], **schema})


def _compile(schema: Any) -> Any:
    return jsonschema_rs.validator_for(
        schema,
        validate_formats=True,
        retriever=_no_references,
        pattern_options=jsonschema_rs.RegexOptions(),
    )


def _no_references(uri: str) -> Any:
    raise ValueError(f"{uri} is outside the schema and is not fetched")


def _clr(published: Mapping[str, Any]) -> dict[str, Any]:
    """What CLR 2.0 asks of a ClrCredential beside the Open Badges definitions."""
    text = {"type": "string"}
    one_or_more = {"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}
    association = {
        "type": "object",
        "required": ["type", "associationType", "sourceId", "targetId"],
        "properties": {
            "associationType": {"enum": _ASSOCIATIONS},
            "sourceId": text,
            "targetId": text,
        },
    }
    subject = {
        "type": "object",
        "required": ["type", "verifiableCredential"],
        "properties": {
            "id": text,
            "verifiableCredential": one_or_more,
            "association": {"oneOf": [association, {"type": "array", "items": association}]},
            "achievement": {
                "oneOf": [
                    {"$ref": "#/$defs/Achievement"},
                    {"type": "array", "items": {"$ref": "#/$defs/Achievement"}},
                ]
            },
        },
    }
    shared = ("issuer", "validFrom", "validUntil", "credentialStatus", "evidence", "awardedDate")
    return {
        "type": "object",
        "required": ["@context", "type", "id", "name", "credentialSubject", "issuer", "validFrom"],
        "properties": {
            "credentialSubject": subject,
            **{name: published["properties"][name] for name in shared},
        },
    }


def family_of(tree: Mapping[str, Any]) -> str | None:
    """Which published schema is for this document; None for VC 1.1 and plain credentials."""
    if contexts_of(tree)[:1] != [VC2_CONTEXT]:
        return None
    types = set(types_of(tree))
    if OB_TYPES & types:
        return "badge"
    if "EndorsementCredential" in types:
        return "endorsement"
    return "clr" if "ClrCredential" in types else None


def check_schema(tree: Mapping[str, Any], family: str) -> str:
    """The published schema; raises ``CheckFailed`` ``schema.invalid`` naming place and fault."""
    compiled = validator(family)
    if not compiled.is_valid(tree):
        bare = without_endorsements(tree)  # each of these has a verdict of its own
        if bare == tree or not compiled.is_valid(bare):
            raise _first_fault(compiled, bare)
    return f"It has the shape of the published {family} schema."


def without_endorsements(tree: Any) -> Any:
    """The document with no embedded endorsement anywhere."""
    if tree.__class__ is dict:
        return {
            name: without_endorsements(value)
            for name, value in tree.items()
            if name != "endorsement"
        }
    return [without_endorsements(one) for one in tree] if tree.__class__ is list else tree


def _first_fault(compiled: Any, tree: Mapping[str, Any]) -> CheckFailed:
    error = next(iter(compiled.iter_errors(tree)))
    where = "/".join(str(step) for step in error.instance_path)
    text = str(error.message)
    text = text if len(text) < 200 else "the value there has the wrong shape"
    return CheckFailed("schema.invalid", f"At /{where}: {text}.")


def check_own_schemas(
    tree: Mapping[str, Any], fetcher: Fetcher, open_credential: Callable[[str], Any]
) -> list[str]:
    """Schemas that the credential itself names (VC JSON Schema 1.0 sections 2 and 3).

    ``open_credential`` gives the schema inside the JsonSchemaCredential behind a URL, proven.

    Raises ``CheckFailed`` ``schema.invalid``, ``CouldNotTell`` ``schema.unreadable`` or
    ``schema.unknown-type``. Names of the ones checked come back.
    """
    done: list[str] = []
    for entry in as_list(tree.get("credentialSchema")):
        kinds = types_of(entry) if isinstance(entry, dict) else []
        if not kinds or not isinstance(entry.get("id"), str):
            raise CheckFailed("schema.malformed", "A credentialSchema has no type or no id.")
        if "1EdTechJsonSchemaValidator2019" in kinds and entry["id"].startswith(_ONEEDTECH):
            if family_of(tree) is None:
                raise CouldNotTell(
                    "schema.unreadable", f"The schema {entry['id'][:160]} is not shipped here."
                )
            continue  # the published schema, checked already
        if "JsonSchema" in kinds or "1EdTechJsonSchemaValidator2019" in kinds:
            _check_against(tree, _fetch_schema(entry, fetcher), entry["id"])
        elif "JsonSchemaCredential" in kinds:
            schema = open_credential(entry["id"])
            _check_against(tree, schema, schema.get("$id"))
        else:
            raise CouldNotTell(
                "schema.unknown-type", f"A schema of type {kinds[0][:60]!r} is not known here."
            )
        done.append(entry["id"])
    return done


def schema_inside(report: Report, tree: Mapping[str, Any], url: str) -> Any:
    """The schema in a JsonSchemaCredential that was proven (VC JSON Schema 1.0 section 2.2).

    Raises ``CheckFailed`` ``schema.unproven``.
    """
    if report.verdict != "verified":
        raise CheckFailed("schema.unproven", f"The schema credential does not hold: {report.why}")
    subject = tree.get("credentialSubject")
    inner = subject.get("jsonSchema") if isinstance(subject, dict) else None
    right = (
        "JsonSchemaCredential" in types_of(tree)
        and tree.get("id") == url
        and isinstance(subject, dict)
        and "JsonSchema" in types_of(subject)
        and _names_meta_schema(tree)
    )
    if not right or not isinstance(inner, dict):
        raise CheckFailed("schema.unproven", "The schema credential holds no JSON Schema.")
    return inner


def _names_meta_schema(tree: Mapping[str, Any]) -> bool:
    """A schema credential names the one schema for its kind."""
    return any(
        isinstance(entry, dict)
        and str(entry.get("id")).endswith("/json-schema-credential-schema.json")
        for entry in as_list(tree.get("credentialSchema"))
    )


def _fetch_schema(entry: Mapping[str, Any], fetcher: Fetcher) -> Any:
    url = entry["id"]
    try:
        data = fetcher.fetch(url)
        compare_digests(url, read_digests(entry), [data])
        return parse_json(data)
    except CouldNotTell as error:
        raise CouldNotTell(
            "schema.unreadable", f"The schema {url[:160]} cannot be had: {error.detail}"
        ) from None
    except ReadError as error:
        raise CouldNotTell(
            "schema.unreadable", f"The schema {url[:160]} cannot be read: {error.detail}"
        ) from None


def _check_against(tree: Mapping[str, Any], schema: Any, url: str) -> None:
    if not isinstance(schema, dict) or not isinstance(schema.get("$schema"), str):
        raise CheckFailed("schema.draft", f"The schema {str(url)[:160]} names no draft.")
    if schema.get("$id") != url or not isinstance(url, str) or not IRI.match(url):
        raise CheckFailed(
            "schema.id", f"The schema at {str(url)[:160]} calls itself something else."
        )
    if not _DRAFTS.match(schema["$schema"]):
        raise CouldNotTell(
            "schema.unknown-draft",
            f"The schema's draft {schema['$schema'][:80]} is not known here.",
        )
    try:
        compiled = _compile(schema)
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise CouldNotTell(
            "schema.unreadable", f"The schema {url[:160]} is not usable: {str(error)[:120]}"
        ) from None
    if not compiled.is_valid(tree):
        raise _first_fault(compiled, tree)
