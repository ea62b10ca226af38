"""What a credential's bytes say, as far as a passport lists it; nothing here is a judgement."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

from stackmark.errors import StackmarkError
from stackmark.reading.received import Received, receive
from stackmark.verification.dates import parse_stamp
from stackmark.verification.structure import as_list
from stackmark.verification.subject import describe
from stackmark.verification.words import open_received

_WORDS: Final = 20_000  # characters kept for search
_SKILLS: Final = 100  # alignments listed of one credential
_NOT_SKILLS: Final = frozenset(
    {
        *("CFRubric", "CFRubricCriterion", "CFRubricCriterionLevel"),
        *("ceterms:Credential", "ext:EQFLevel"),
    }
)
_LEVELS: Final = "qualifications framework"  # of a framework of levels, not of skills


@dataclass(frozen=True, slots=True)
class SkillName:
    """A skill as a credential names it."""

    name: str
    uri: str = ""
    framework: str = ""

    @property
    def folded(self) -> str:
        """The name for comparing."""
        return fold(self.name)[:200]


class Contents:
    """One credential read; raises ``ReadError`` with a sentence when nobody can read it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.received: Received = receive(data)

    @cached_property
    def tree(self) -> Mapping[str, Any]:
        """The credential itself, out of whatever envelope it came in."""
        try:
            return open_received(self.received)[0]
        except StackmarkError:
            return self.received.tree

    @cached_property
    def text(self) -> bytes:
        """The exact credential text: the JSON or the token, without the image around it."""
        if self.received.baked is not None:
            return self.received.baked.text
        return self.data

    @property
    def container(self) -> str:
        """``png``, ``svg`` or nothing."""
        return self.received.baked.container if self.received.baked is not None else ""

    @property
    def form(self) -> str:
        """``jwt`` for a token, ``json`` for the rest."""
        return "jwt" if self.received.jws is not None and not self.received.enveloped else "json"

    @cached_property
    def sha256(self) -> str:
        """The digest of the bytes as they came."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def achievement(self) -> Mapping[str, Any]:
        """The first achievement it is about; an Open Badges 2 badge class counts."""
        for one in self.achievements:
            return one
        return {}

    @cached_property
    def achievements(self) -> list[Mapping[str, Any]]:
        """Every achievement, those of credentials inside included."""
        return list(_achievements(self.tree))

    @property
    def credential_id(self) -> str:
        """The credential's own id."""
        return self._text("id", 500)

    @cached_property
    def title(self) -> str:
        """What it is called."""
        own = describe(self.tree).name or plain(self.achievement.get("name"))
        return own[:300]

    @cached_property
    def issuer_name(self) -> str:
        """What its issuer is called."""
        issuer = self._issuer
        return (plain(issuer.get("name")) if isinstance(issuer, Mapping) else "")[:300]

    @cached_property
    def issuer_id(self) -> str:
        """Its issuer's identity."""
        issuer = self._issuer
        found = issuer.get("id") if isinstance(issuer, Mapping) else issuer
        return found[:500] if isinstance(found, str) else ""

    @cached_property
    def valid_from(self) -> datetime | None:
        """When it starts to be valid."""
        return self._moment("validFrom", "issuanceDate", "issuedOn")

    @cached_property
    def valid_until(self) -> datetime | None:
        """When it ends, if it does."""
        return self._moment("validUntil", "expirationDate", "expires")

    @cached_property
    def holder_name(self) -> str:
        """The name of the person in it, if it gives one."""
        for subject in as_list(self.tree.get("credentialSubject")):
            if isinstance(subject, Mapping):
                return (plain(subject.get("name")) or _named_identity(subject))[:300]
        return ""

    @cached_property
    def description(self) -> str:
        """What it is about, in a sentence or two."""
        return plain(self.achievement.get("description") or self.tree.get("description"))

    @cached_property
    def skills(self) -> tuple[SkillName, ...]:
        """The skills its achievements are aligned to, each once."""
        found: dict[str, SkillName] = {}
        for skill in (one for part in self.achievements for one in _skills(part)):
            if skill.folded:
                found.setdefault(skill.folded, skill)
        return tuple(found.values())[:_SKILLS]

    def tagged(self, names: Iterable[str]) -> list[SkillName]:
        """Those of these names that stand among the tags: skills no alignment can hold."""
        tags = {
            fold(tag)
            for part in self.achievements
            for tag in as_list(part.get("tag"))
            if isinstance(tag, str)
        }
        return [SkillName(name[:200]) for name in names if fold(name) in tags]

    @cached_property
    def words(self) -> str:
        """Folded words to search in."""
        parts = [self.title, self.issuer_name, self.issuer_id, self.description, self.holder_name]
        for one in self.achievements:
            parts += [plain(one.get(name)) for name in ("name", "description")]
            criteria = one.get("criteria")
            if isinstance(criteria, Mapping):
                parts.append(plain(criteria.get("narrative")))
        parts += [skill.name for skill in self.skills]
        return fold(" ".join(dict.fromkeys(filter(None, parts))))[:_WORDS]

    @property
    def _issuer(self) -> Any:
        return self.tree.get("issuer") or self.achievement.get("issuer")

    def _text(self, name: str, limit: int) -> str:
        found = self.tree.get(name)
        return found[:limit] if isinstance(found, str) else ""

    def _moment(self, *names: str) -> datetime | None:
        for name in names:
            value = self.tree.get(name)
            if isinstance(value, str):
                try:
                    return parse_stamp(value, name)
                except StackmarkError:
                    return None
        return None


def fold(text: str) -> str:
    """Text for comparing: compatibility forms, no accents, no case, single spaces."""
    flat = unicodedata.normalize("NFKD", text)
    bare = "".join(one for one in flat if not unicodedata.combining(one))
    return " ".join(bare.casefold().split())


def plain(value: Any) -> str:
    """The text of a member: plain, a language object, a language map, or the first of a list."""
    if isinstance(value, list):
        value = value[0] if value else ""
    if isinstance(value, Mapping):
        value = value.get("@value") or next(
            (one for one in value.values() if isinstance(one, str)), ""
        )
    return " ".join(value.split()) if isinstance(value, str) else ""


def _named_identity(subject: Mapping[str, Any]) -> str:
    """The name among the subject's identifiers (Open Badges 3.0, IdentityObject)."""
    for entry in as_list(subject.get("identifier")):
        if isinstance(entry, Mapping) and entry.get("identityType") == "name":
            return "" if entry.get("hashed") else plain(entry.get("identityHash"))
    return ""


def _achievements(tree: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    badge = tree.get("badge")
    if isinstance(badge, Mapping):
        yield badge
    for subject in as_list(tree.get("credentialSubject")):
        if not isinstance(subject, Mapping):
            continue
        yield from _mappings(subject.get("achievement"))
        for inner in _mappings(subject.get("verifiableCredential")):
            yield from _achievements(inner)


def _mappings(value: Any) -> Iterable[Mapping[str, Any]]:
    return (one for one in as_list(value) if isinstance(one, Mapping))


def _skills(achievement: Mapping[str, Any]) -> Iterator[SkillName]:
    for one in _mappings(achievement.get("alignment") or achievement.get("alignments")):
        uri, framework = one.get("targetUrl"), plain(one.get("targetFramework"))[:200]
        if one.get("targetType") in _NOT_SKILLS or _LEVELS in framework.casefold():
            continue
        name = plain(one.get("targetName"))[:200]
        yield SkillName(name, uri[:500] if isinstance(uri, str) else "", framework)
