"""A person. Addresses live in allauth's ``EmailAddress``: one person, many verified addresses."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from stackmark_web.accounts.models_rights import (
    Erasure,
    GuardianConsent,
    Identity,
    Merge,
    RegisterRule,
    SpentAnswer,
)

__all__ = [
    "Erasure",
    "GuardianConsent",
    "Identity",
    "Merge",
    "RegisterRule",
    "SpentAnswer",
    "User",
    "UserManager",
]


class UserManager(BaseUserManager["User"]):
    """Makes people; an address is needed, a password is not."""

    use_in_migrations = True

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new person who signs in by ``email``."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who can sign in. ``email`` is the address mail goes to; it may change."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True, max_length=254)
    name = models.CharField(_("name"), max_length=200, blank=True)
    locale = models.CharField(_("language"), max_length=16, blank=True)
    is_active = models.BooleanField(default=True)
    is_operator = models.BooleanField(default=False)  # runs this server; adds to its trust register
    joined_at = models.DateTimeField(auto_now_add=True)
    # The first day of the month of birth, of people under 18 only; emptied when they are 18.
    born = models.DateField(null=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """What to call this person."""
        return str(self)
