"""The change history of the register: the public part of what happened, and nobody's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue import public as catalogue
from stackmark_web.tenancy import public as tenancy

# Who did it, by which door and why is not for the public; only these words are.
SENTENCES: Final[dict[str, str | Promise]] = {
    "organisation.created": _("Entered the register"),
    "unit.created": _("Opened a unit"),
    "organisation.edited": _("Changed what it says of itself"),
    "domain.verified": _("Showed that a domain is its own"),
    "domain.lost": _("No longer shows that a domain is its own"),
    "key.made": _("Began to sign with a key"),
    "key.rotated": _("Replaced its signing key"),
    "key.published": _("Put a published signing key to use"),
    "key.revoked": _("Revoked a signing key"),
    "key.lost": _("Declared a signing key known to others"),
    "handover.accepted": _("Handed over to a successor"),
    "handover.taken-on": _("Took on what another institution leaves"),
    "achievement.published": _("Published an achievement"),
    "achievement.retired": _("Retired an achievement"),
    "achievement.restored": _("Brought an achievement back"),
}
FIELDS: Final[dict[str, str | Promise]] = {
    "name": _("Name"),
    "legal_name": _("Legal name"),
    "kind": _("Kind"),
    "country": _("Country"),
    "website": _("Website"),
    "ror": "ROR",
    "erasmus_code": "Erasmus",
    "deqar_id": "DEQAR",
}


_TENANCY_VERBS: Final = (
    *(verb for verb in SENTENCES if verb.startswith(("organisation.", "unit.", "key."))),
    *("domain.checked", "domain.removed"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One public change; ``about`` is a title, domain or key, ``fields`` name, before, after."""

    at: datetime
    event: str
    organisation: str
    organisation_slug: str
    about: str = ""
    version: int | None = None
    url: str = ""
    fields: tuple[tuple[str, str, str], ...] = ()

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        return str(SENTENCES[self.event])

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """The fields by their names for people."""
        return [(str(FIELDS[name]), old, new) for name, old, new in self.fields]

    def to_json(self) -> dict[str, Any]:
        """The change for machines."""
        found: dict[str, Any] = {"at": self.at, "event": self.event}
        found["organisation"] = {
            "name": self.organisation,
            "address": f"{settings.PUBLIC_URL}/o/{self.organisation_slug}",
        }
        if self.about:
            found["about"] = self.about
        if self.url:
            found["address"] = f"{settings.PUBLIC_URL}{self.url}"
        if self.version is not None:
            found["version"] = self.version
        if self.fields:
            found["changed"] = {name: {"from": old, "to": new} for name, old, new in self.fields}
        return found


def events(organisation: Any = None, achievement: Any = None) -> QuerySet[AuditEvent]:
    """What the public may know, newest first: all, of an institution, or of an achievement."""
    # The verbs first, all of them: they have an index, and are few among what happens.
    rows = AuditEvent.objects.filter(verb__in=[*_TENANCY_VERBS, *catalogue.VERBS])
    rows = rows.filter(tenancy.told() | Q(verb__in=catalogue.VERBS))
    if organisation is not None:
        rows = rows.filter(organisation_id__in=tenancy.below(organisation))
    if achievement is not None:
        rows = rows.filter(target_id__in=catalogue.ids_of(achievement), verb__in=catalogue.VERBS)
    # Only these columns leave the database: not who, not how, not the note of a revocation.
    told = ("at", "verb", "organisation_id", "target_id", "target_label", "before", "after")
    return rows.only(*told).order_by("-id")


def changes(rows: Iterable[AuditEvent]) -> list[Change]:
    """Events as changes, with two questions to the database for all of them together."""
    found = list(rows)
    owners = tenancy.named({one.organisation_id for one in found if one.organisation_id})
    targets = catalogue.targets(found)
    made = (_change(one, owners, targets) for one in found)
    return [one for one in made if one is not None]


def _change(
    event: AuditEvent, owners: Mapping[Any, Any], targets: Mapping[str, tuple[Any, int | None]]
) -> Change | None:
    owner = owners.get(event.organisation_id)
    if owner is None:
        return None
    about, url, version = event.target_label, "", None
    if event.verb in catalogue.VERBS:
        if event.target_id not in targets:  # a draft nobody has seen
            return None
        pk, version = targets[event.target_id]
        url = reverse("registry:register_achievement", args=[pk])
    elif event.verb.startswith("organisation."):
        about = ""
    return Change(
        at=event.at,
        event=_word(event),
        organisation=owner.name,
        organisation_slug=owner.slug,
        about=about,
        version=version,
        url=url,
        fields=_fields(event),
    )


def _word(event: AuditEvent) -> str:
    if event.verb == "domain.removed":
        return "domain.lost"
    if event.verb == "domain.checked":
        return "domain.verified" if event.after.get("verified") else "domain.lost"
    return event.verb


def _fields(event: AuditEvent) -> tuple[tuple[str, str, str], ...]:
    if event.verb != "organisation.edited":
        return ()
    return tuple(
        (name, _text(event.before, name), _text(event.after, name))
        for name in tenancy.FIELDS
        if name in event.after
    )


def _text(side: Mapping[str, Any], name: str) -> str:
    value = side.get(name)
    return value if isinstance(value, str) else ""


def pieces(rows: QuerySet[AuditEvent], size: int = 500) -> Iterable[Sequence[Change]]:
    """The whole history, newest first, a piece at a time."""
    last: int | None = None
    while True:
        piece = list((rows if last is None else rows.filter(pk__lt=last))[:size])
        if not piece:
            return
        last = piece[-1].pk
        yield changes(piece)
