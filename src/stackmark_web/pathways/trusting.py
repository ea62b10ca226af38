"""Whose credentials a body takes without deciding one by one: its own, and of issuers it trusts."""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

from stackmark_web import clock
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.public import class_of
from stackmark_web.verifying.queries import OwnRegister, register_for


class Body:
    """One awarding body, asked about many issuers; ``None`` for nobody's rules."""

    def __init__(self, organisation: Any = None) -> None:
        self.organisation = organisation
        self._now: dict[tuple[str, str], bool] = {}
        self._classes: dict[str, tuple[str, ...]] = {}

    @cached_property
    def name(self) -> str:
        """How it is called in a sentence."""
        return str(self.organisation.name)

    @cached_property
    def did(self) -> str:
        """As whom it issues."""
        return tenancy.did_of(self.organisation)

    def classes(self, issuer: str) -> tuple[str, ...]:
        """What an issuer is, as rules name it; known of organisations of this server."""
        if issuer not in self._classes:
            found = tenancy.organisation_by_did(issuer)
            self._classes[issuer] = () if found is None else (class_of(found),)
        return self._classes[issuer]

    def takes(self, issuer: str, achievement: str) -> bool:
        """Whether a credential of this issuer would count by itself, if it were awarded now."""
        if issuer == self.did:
            return True
        key = (issuer, achievement)
        if key not in self._now:
            self._now[key] = self._known(issuer, achievement, clock.now())
        return self._now[key]

    def accepts(self, issuer: str, achievement: str, awarded: dt.date | None) -> bool:
        """Whether its register, or one above it, accepts the issuer for what was awarded then."""
        moment = dt.datetime.combine(awarded, dt.time(), dt.UTC) if awarded else None
        return self._known(issuer, achievement, moment)

    def _known(self, issuer: str, achievement: str, moment: dt.datetime | None) -> bool:
        wanted = [achievement] if achievement else []
        standing, _sentence = self._register.register.standing(issuer, wanted, moment)
        return standing == "known"

    @cached_property
    def _register(self) -> OwnRegister:
        return register_for(self.organisation)
