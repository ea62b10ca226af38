"""The facts label of a checked credential: what it states, kept as a record and shown as a label.

A check keeps the record in plain JSON, so that the label reads in any language later. Of the
credential's own person only the marks are kept in it. Of an award of ours that carries no facts
document the catalogue here adds what its issuer published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext as _

from stackmark.errors import CouldNotTell, StackmarkError
from stackmark.exchange.formats import read_record
from stackmark.model.figure import Figure
from stackmark.model.record import Award, Record
from stackmark.ports import Fetcher
from stackmark.quality.facts_label import Signed
from stackmark.verification.structure import as_list
from stackmark_web.catalogue import queries as catalogue
from stackmark_web.catalogue.figures import Figures
from stackmark_web.ui.cards import Fact
from stackmark_web.verifying.plain import calm

MAX_RESOURCES: Final = 10  # files a document is bound to that are looked for


def read(tree: Mapping[str, Any], at_hand: Fetcher) -> dict[str, Any]:
    """The record a document states, and how it stands with the files it is bound to.

    ``bound``: one was at hand; ``missing``: the addresses of those that were not. Empty for what
    is no credential of learning.
    """
    resources = bound_files(tree, at_hand)
    try:
        found = read_record(tree, resources=resources)
    except StackmarkError:
        return {}
    return {
        "record": _calm_all(_public(found.record).to_json()),
        "bound": bool(resources),
        "missing": [calm(one) for one in found.missing[:MAX_RESOURCES]],
    }


def _public(record: Record) -> Record:
    """A record without the person: of the award only the marks stay."""
    results = record.award.results if record.award else ()
    return replace(record, award=Award(results=results) if results else None)


def _calm_all(value: Any) -> Any:
    """The same JSON with texts that stay on their line."""
    if isinstance(value, str):
        return calm(value)
    if isinstance(value, Mapping):
        return {name: _calm_all(one) for name, one in value.items()}
    return [_calm_all(one) for one in value] if isinstance(value, list) else value


def bound_files(tree: Mapping[str, Any], at_hand: Fetcher) -> dict[str, bytes]:
    """The files it is bound to that are at hand, by their address."""
    found: dict[str, bytes] = {}
    inside = tree.get("vc")
    inner = inside if isinstance(inside, Mapping) else tree
    works = [one.get("id") for one in as_list(inner.get("evidence")) if isinstance(one, Mapping)]
    for one in as_list(inner.get("relatedResource"))[:MAX_RESOURCES]:
        url = one.get("id") if isinstance(one, Mapping) else None
        if isinstance(url, str) and url not in works:
            try:
                found[url] = at_hand.fetch(url)
            except CouldNotTell:
                continue
    return found


def shown(facts: Mapping[str, Any], signed: tuple[Signed, ...] = ()) -> list[Fact]:
    """The label of what a check found; empty when nothing is stated about learning.

    ``signed`` is what others stated with their signature, as far as it is known here.
    """
    record = _record(facts)
    if record is None:
        return list(_kept_before(facts.get("published")))
    figures, day = _figures(facts.get("figures") or {})
    return [*catalogue.facts_of_record(record, figures, day, signed), *_personal(facts)]


def _record(facts: Mapping[str, Any]) -> Record | None:
    """What the catalogue here added, else what the document states; always with its own marks."""
    try:
        own = Record.from_json(facts["record"])
        added = facts.get("published_record")
        return replace(Record.from_json(added), award=own.award) if added else own
    except (KeyError, StackmarkError):
        return None


def _figures(kept: Mapping[str, Any]) -> tuple[Figures, date | None]:
    """Figures as ``published`` kept them, and the day of the version."""
    figures = Figures(
        holders=kept.get("holders"),
        pass_rate=kept.get("pass_rate"),
        cohort=kept.get("cohort"),
        withheld=frozenset(kept.get("withheld") or ()),
        assessment=tuple(Figure.from_json(one["code"], one) for one in kept.get("assessment", ())),
    )
    day = kept.get("day")
    return figures, date.fromisoformat(day) if day else None


def _kept_before(rows: Any) -> Iterator[Fact]:
    """The rows of a check from before records were kept, as they were shown then."""
    for one in rows if isinstance(rows, list) else ():
        yield Fact(one["label"], one.get("value", ""), one.get("note", ""), bool(one["unknown"]))


def is_level(skill: Mapping[str, Any]) -> bool:
    """Whether an alignment names a level of a framework rather than a skill."""
    framework = str(skill.get("framework", ""))
    return "EQF" in framework or "Qualifications Framework" in framework


def _personal(facts: Mapping[str, Any]) -> Iterator[Fact]:
    """What else is said of this person, only where it is."""
    earned = facts.get("credits_earned")
    if earned is not None:
        note = _("The document names no unit.")
        yield Fact(_("Credit earned"), f"{earned:g}", note, group="person")
    for key, label in (("role", _("Role")), ("licence", _("Licence number"))):
        if facts.get(key):
            yield Fact(label, facts[key], group="person")
