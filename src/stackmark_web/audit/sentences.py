"""An event as a sentence: who did what to which thing, and what was different afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from stackmark_web.audit import people
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.verbs import SENTENCES
from stackmark_web.ui.text import isolated, listed

_VIA: Final = {
    "web": noop("on the web"),
    "job": noop("by a run"),
    "claim link": noop("by a claim link"),
    "appeal link": noop("by the link for an appeal"),
    "passport": noop("in the passport"),
    "demo": noop("by the demo world"),
    "learner": noop("by the learner"),
    "pathway": noop("by a pathway"),
    "api": noop("through the API"),
    "assessing": noop("by an assessment"),
    "command": noop("by the operator’s command line"),
    "command line": noop("by the operator’s command line"),
    "erasure": noop("by the erasure of an account"),
    "guardian's link": noop("by the link for a guardian"),
    "holder": noop("by the holder"),
    "replay": noop("after a restored backup"),
    "restore": noop("by a restored backup"),
    "system": noop("by the server itself"),
}


class Names(dict[str, str]):
    """People by their pseudonym, each asked for once; for one page or file."""

    def __missing__(self, code: str) -> str:
        found = people.users_of([code]).get(code)
        self[code] = str(found) if found else ""
        return self[code]

    def ask(self, events: Iterable[AuditEvent]) -> None:
        """Everybody who stands in these events, asked for together."""
        wanted = {code for event in events for code in _people_in(event)} - self.keys()
        known = people.users_of(wanted) if wanted else {}
        self.update({code: str(known[code]) if code in known else "" for code in wanted})


def _people_in(event: AuditEvent) -> Iterator[str]:
    if event.actor_code:
        yield event.actor_code
    if event.target_type == "user":
        yield event.target_id
    for side in (event.before, event.after):
        if code := (side or {}).get("user"):
            yield str(code)


class Told:
    """An event with its words."""

    def __init__(self, event: AuditEvent, names: Names | None = None) -> None:
        self.event = event
        self._names = Names() if names is None else names
        self.at = event.at
        self.verb = event.verb

    @cached_property
    def who(self) -> str:
        """The person by their present name; the system, or somebody whose account is gone."""
        if self.event.actor_code and (name := self._names[self.event.actor_code]):
            return name
        return _("The system") if self.event.by_system else _("Somebody whose account is gone")

    @cached_property
    def whom(self) -> str:
        """The other person of the event, if there is one."""
        code = (self.event.after or {}).get("user") or (self.event.before or {}).get("user")
        return self._name(code) if code else ""

    def _name(self, code: Any) -> str:
        return self._names[str(code)] or _("somebody whose account is gone")

    @cached_property
    def via(self) -> str:
        """By which door it came in."""
        known = _VIA.get(self.event.via)
        return _(known) if known else self.event.via

    @cached_property
    def _words(self) -> dict[str, str]:
        what = self.event.target_label or self.event.target_type
        if self.event.target_type == "user":
            what = self._name(self.event.target_id)
        return {"who": self.who, "what": what, "whom": self.whom, "verb": readable(self.verb)}

    @cached_property
    def _pattern(self) -> str:
        pattern = SENTENCES.get(self.verb)
        return _(pattern) if pattern else _("%(who)s: %(verb)s, %(what)s")

    @cached_property
    def sentence(self) -> str:
        """The event in words."""
        return self._pattern % self._words

    @cached_property
    def html(self) -> SafeString:
        """The same for a page; among words that run leftwards two names are kept apart."""
        if not get_language_bidi():
            return escape(self.sentence)
        words = {name: isolated(word) for name, word in self._words.items()}
        return mark_safe(escape(self._pattern) % words)  # noqa: S308 - all parts are escaped

    @cached_property
    def changes(self) -> list[tuple[str, str, str]]:
        """Field, before, after; what was not said on one side is empty there."""
        before: Mapping[str, Any] = self.event.before or {}
        after: Mapping[str, Any] = self.event.after or {}
        names = [*before, *(name for name in after if name not in before)]
        rows = ((name, self._side(before, name), self._side(after, name)) for name in names)
        return [(readable(name), old, new) for name, old, new in rows if old or new]

    def _side(self, side: Mapping[str, Any], name: str) -> str:
        value = side.get(name)
        return self._name(value) if name == "user" and value else _shown(value)


def kind_of(verb: str) -> str:
    """What happened, without who and what: for a choice of kinds of events."""
    pattern = SENTENCES.get(verb)
    said = _(pattern) % {"who": "", "what": "", "whom": ""} if pattern else readable(verb)
    words = " ".join(said.split()).strip(" :")
    return words[:1].upper() + words[1:]


def readable(name: str) -> str:
    """A field's or verb's name as words."""
    return name.replace("_", " ").replace("-", " ").replace(".", " ")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return listed(value)
    return str(value)
