"""Who asks: a token in the ``Authorization`` header, nowhere else.

Rights are asked of the maker at this moment: a maker who left takes the token along, one who lost
a right loses it for the token too. A session of a browser is never looked at here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from ninja.security.base import AuthBase

from stackmark_web import clock
from stackmark_web.api import limits, tokens
from stackmark_web.api.models import Token
from stackmark_web.api.problems import Problem
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import ROLE_PERMISSIONS, Permission
from stackmark_web.tenancy.queries import require, roles_of, roles_within

_NOTED: Final = timedelta(minutes=5)  # how exactly the last use of a token is kept
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="stackmark"'}
_WRONG: Final = {"WWW-Authenticate": 'Bearer realm="stackmark", error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Principal:
    """In whose name, for whom and for what a request is made."""

    token: Token
    actor: Any
    organisation: Organisation

    def require(self, permission: Permission, organisation: Organisation | None = None) -> None:
        """Refuse what the maker may not do now. Raises ``Problem`` or ``Http404``."""
        try:
            require(self.actor, permission, organisation or self.organisation)
        except PermissionDenied:
            raise Problem(
                "forbidden", "The person who made this token may not do this here."
            ) from None

    def require_any(self, rights: frozenset[Permission]) -> None:
        """Refuse whose maker holds none of these here or in a unit below. Raises ``Problem``."""
        roles = roles_within(self.actor, self.organisation)
        if not any(ROLE_PERMISSIONS[role] & rights for role in roles):
            raise Problem("forbidden", "The person who made this token may not do this here.")

    def require_scope(self, scope: str) -> None:
        """Refuse what the token was not made for. Raises ``Problem``."""
        if scope not in self.token.scopes:
            raise Problem(
                "insufficient-scope",
                f"The token needs the scope {scope}.",
                headers={
                    "WWW-Authenticate": 'Bearer realm="stackmark", '
                    f'error="insufficient_scope", scope="{scope}"'
                },
            )


class Bearer(AuthBase):  # type: ignore[misc]  # ninja ships no types for it
    """Lets in a token with one scope; ``optional`` lets in nobody's request too."""

    openapi_type = "http"
    openapi_scheme = "bearer"
    openapi_bearerFormat = "smk_"  # noqa: N815 - ninja's name

    def __init__(self, scope: str = "", *, optional: bool = False) -> None:
        self.scope, self.optional = scope, optional
        super().__init__()

    def __call__(self, request: HttpRequest) -> Principal | str:
        """Who asks; ``"nobody"`` where that is enough. Raises ``Problem``."""
        header = request.headers.get("Authorization")
        if header is None and self.optional:
            rate = limits.of_nobody(request.META)
            _count(request, rate)
            return "nobody"
        found = principal(request, header)
        _count(request, _rate(request, found.token, self.scope))
        if self.scope:
            found.require_scope(self.scope)
        return found


def principal(request: HttpRequest, header: str | None) -> Principal:
    """Who a header stands for. Raises ``Problem``, one and the same for all wrong ones."""
    if header is None:
        raise Problem(
            "unauthorized", "Send a token: Authorization: Bearer smk_…", headers=_CHALLENGE
        )
    token = _of_header(header)
    if token is None or not alive(token):
        _count(request, limits.take("wrong-tokens", limits.network(request), limits.WRONG))
        raise Problem(
            "unauthorized",
            "The token is unknown, has expired, was revoked, or its maker has left.",
            headers=_WRONG,
        )
    _note_use(token)
    return Principal(token, token.maker, token.organisation)


def _of_header(header: str) -> Token | None:
    kind, _, given = header.strip().partition(" ")
    name = tokens.name_of(given.strip()) if kind.lower() == "bearer" else ""
    if not name:
        return None
    rows = Token.everywhere.select_related("organisation", "maker")
    found = rows.filter(public_id=name).first()
    return found if found is not None and tokens.fits(given.strip(), found.secret_hash) else None


def alive(token: Token) -> bool:
    """Whether it opens anything now: in its time, and its maker still works there."""
    if token.revoked_at is not None or token.expires_at <= clock.now() or token.maker is None:
        return False
    return bool(roles_of(token.maker, token.organisation))


def _note_use(token: Token) -> None:
    now = clock.now()
    if token.last_used_at is None or token.last_used_at < now - _NOTED:
        Token.everywhere.filter(pk=token.pk).update(last_used_at=now)


def _rate(request: HttpRequest, token: Token, scope: str) -> limits.Rate:
    who = token.public_id
    if scope == "verify":
        return limits.take("checks", who, limits.CHECKS)
    if request.method in ("GET", "HEAD"):
        return limits.take("reads", who, limits.READS)
    return limits.take("writes", who, limits.WRITES)


def _count(request: HttpRequest, rate: limits.Rate) -> None:
    request.stackmark_rate = rate  # type: ignore[attr-defined]  # read by the door
    if rate.over:
        raise Problem("rate-limited", f"Ask again in {rate.reset} s.")
