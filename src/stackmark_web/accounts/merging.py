"""Two accounts of one person become one: what points at the former points at the kept one.

Every foreign key to a person is moved by ``move_rest``. A capability in which two rows would then
say the same registers a function that settles that first (``mover``), and one that tells what
moves (``told``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.db import IntegrityError, models, transaction

from stackmark_web.accounts.models import User

Mover = Callable[[Any, Any], None]  # the account that stays, the one that ends
Teller = Callable[[Any], "list[tuple[str, int]]"]  # what an account has, in words and numbers

_MOVERS: Final[dict[str, Mover]] = {}
_TELLERS: Final[dict[str, Teller]] = {}
# Handled by themselves, or ending with the account: sign-in means and sessions.
_LEFT: Final = frozenset(
    {"account.EmailAddress", "mfa.Authenticator", "usersessions.UserSession", "audit.Pseudonym"}
)


def mover(name: str) -> Callable[[Mover], Mover]:
    """Register a function that settles what two accounts hold twice. It runs in the merge."""

    def register(function: Mover) -> Mover:
        _MOVERS[name] = function
        return function

    return register


def told(name: str) -> Callable[[Teller], Teller]:
    """Register a function that says what of a capability moves."""

    def register(function: Teller) -> Teller:
        _TELLERS[name] = function
        return function

    return register


def what_moves(user: Any) -> list[tuple[str, int]]:
    """What an account would bring along; nothing that is zero."""
    return [row for one in _TELLERS.values() for row in one(user) if row[1]]


def settle(kept: User, gone: User) -> None:
    """Let every capability settle what is there twice."""
    for function in _MOVERS.values():
        function(kept, gone)


def move_rest(kept: User, gone: User) -> None:
    """Point every row at the kept account, except what would then be there twice."""
    for model, field in _fields():
        rows = models.QuerySet(model).filter(**{field.name: gone.pk})
        if _alone(model, field):
            rows.update(**{field.name: kept.pk})
        else:
            _one_by_one(model, rows, field, kept)


def _one_by_one(model: Any, rows: Any, field: Any, kept: User) -> None:
    for pk in list(rows.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                models.QuerySet(model).filter(pk=pk).update(**{field.name: kept.pk})
        except IntegrityError:
            continue  # it is there already; this one goes, or loses its person, with the account


def _fields() -> Iterator[tuple[Any, Any]]:
    """Every model and field that points at a person, tables between two models too."""
    for relation in User._meta.get_fields(include_hidden=True):  # noqa: SLF001 - Django's own API
        if not (relation.auto_created and relation.is_relation) or relation.concrete:
            continue
        model, field = relation.related_model, relation.field
        if relation.many_to_many or model._meta.label in _LEFT:  # noqa: SLF001
            continue
        yield model, field


def _alone(model: Any, field: Any) -> bool:
    """Whether no rule says that a value of this field may stand there once only."""
    named = [rule.fields for rule in model._meta.constraints if hasattr(rule, "fields")]  # noqa: SLF001
    together = [*named, *model._meta.unique_together]  # noqa: SLF001
    return not field.unique and not any(field.name in fields for fields in together)
