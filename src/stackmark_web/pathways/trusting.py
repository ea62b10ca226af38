"""Whose credentials a body takes without deciding one by one: its own, and of issuers it trusts."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from stackmark_web import clock
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.verifying.queries import OwnRegister, register_for


class Body:
    """One awarding body, asked about many issuers."""

    def __init__(self, organisation: Any) -> None:
        self.organisation = organisation
        self._known: dict[tuple[str, str], bool] = {}

    def takes(self, issuer: str, achievement: str) -> bool:
        """Whether a credential of this issuer would count by itself, if it were awarded now."""
        if issuer == self._did:
            return True
        key = (issuer, achievement)
        if key not in self._known:
            self._known[key] = self._asked(issuer, achievement)
        return self._known[key]

    def _asked(self, issuer: str, achievement: str) -> bool:
        wanted = [achievement] if achievement else []
        standing, _sentence = self._register.register.standing(issuer, wanted, clock.now())
        return standing == "known"

    @cached_property
    def _did(self) -> str:
        return tenancy.did_of(tenancy.root_of(self.organisation))

    @cached_property
    def _register(self) -> OwnRegister:
        return register_for(self.organisation)
