"""What every page's frame shows: the links, the person, where they work, the chosen theme.

Everything is asked when a template asks for it, so that a page without a frame costs nothing;
another capability that is not there leaves its link out and never breaks the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import import_module
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

THEME_COOKIE: Final = "stackmark_theme"
THEMES: Final = ("light", "dark")

_MAIN: Final = (
    ("catalogue:list", "/catalogue", _("Catalogue")),
    ("pathways:list", "/pathways", _("Pathways")),
    ("verifying:start", "/verify", _("Verify")),
    ("passport:home", "/passport", _("Passport")),
)
# Pages behind the tabs of the passport that have addresses of their own.
_OWN: Final = re.compile(r"/(my/|plans?(/|$)|recognition(/(?!statistics|ledger(?!/mine))|$))")
_ACCOUNT: Final = (
    ("accounts:settings", _("Profile")),
    ("account_email", _("E-mail addresses")),
    ("account_change_password", _("Password")),
    ("mfa_index", _("Passkeys and second step")),
    ("usersessions_list", _("Where I am signed in")),
    ("accounts:identities", _("Institutions")),
    ("accounts:guardian", _("Guardian")),
    ("accounts:merge", _("Merge two accounts")),
    ("accounts:erase", _("Delete my account")),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link of the frame; ``current`` when the reader is on it or below it."""

    label: str | Promise
    url: str
    current: bool = False


class Frame:
    """The frame of one answer; works without a request too (an error page may have none)."""

    def __init__(self, request: HttpRequest | None = None) -> None:
        self.request = request

    name: Final = "Stackmark"

    @cached_property
    def path(self) -> str:
        """Where the reader is."""
        return self.request.path if self.request else ""

    @cached_property
    def theme(self) -> str:
        """``light`` or ``dark`` when the reader chose one; else empty, and the device decides."""
        chosen = self.request.COOKIES.get(THEME_COOKIE, "") if self.request else ""
        return chosen if chosen in THEMES else ""

    @cached_property
    def links(self) -> list[Link]:
        """The main navigation."""
        return [self._main(*row) for row in _MAIN]

    def _main(self, name: str, path: str, label: str | Promise) -> Link:
        link = self.link(name, path, label)
        of_passport = name == "passport:home" and _OWN.match(self.path)
        return replace(link, current=True) if of_passport else link

    @cached_property
    def user(self) -> Any:
        """The signed-in person, or ``None``."""
        user = getattr(self.request, "user", None)
        return user if getattr(user, "is_authenticated", False) else None

    @cached_property
    def person(self) -> str:
        """The signed-in person's name, or the address they sign in with."""
        return name_of(self.user) if self.user else ""

    @cached_property
    def workplaces(self) -> list[Link]:
        """The organisations the person works for."""
        if not self.user:
            return []
        places = ask("stackmark_web.tenancy.queries", "workplaces", self.user) or []
        return [self._workplace(place) for place in places]

    @cached_property
    def sign_in(self) -> str:
        """Where one signs in."""
        return address("account_login", "/account/login/")

    @cached_property
    def sign_out(self) -> str:
        """Where one signs out."""
        return address("account_logout", "/account/logout/")

    @cached_property
    def settings_url(self) -> str:
        """The person's own settings."""
        return first_address("accounts:settings", "accounts:home", "account_email")

    @cached_property
    def assessments_url(self) -> str:
        """The person's own assessments."""
        return address("assessing:mine")

    @cached_property
    def account_links(self) -> list[Link]:
        """The pages of a person's own account that are mounted."""
        young = getattr(self.user, "born", None) is not None
        links = [(name, self.link(name, "", label)) for name, label in _ACCOUNT]
        shown = [one for name, one in links if young or one.current or name != "accounts:guardian"]
        return [link for link in shown if link.url]

    @cached_property
    def languages(self) -> list[tuple[str, str]]:
        """The languages on offer; a choice is shown only when there is one."""
        return list(settings.LANGUAGES) if len(settings.LANGUAGES) > 1 else []

    @property
    def demo(self) -> bool:
        """True in the demo world, which says so on every page."""
        return bool(getattr(settings, "DEMO", False))

    @cached_property
    def tour(self) -> Any:
        """Which step of the demo world's tour this page is, if any."""
        from stackmark_web.ui import tour  # asks this module in turn

        return tour.place(self.request) if self.request else None

    def link(self, name: str, path: str, label: str | Promise) -> Link:
        """A link to a named page, marked when the reader is there."""
        url = address(name, path)
        here = url.rstrip("/")
        current = bool(here) and f"{self.path.rstrip('/')}/".startswith(f"{here}/")
        return Link(label, url, current=current)

    def _workplace(self, place: Any) -> Link:
        path = f"/manage/{place.slug}"
        return Link(place.name, path, current=f"{self.path}/".startswith(f"{path}/"))


def address(name: str, path: str = "", *args: object) -> str:
    """The address of a named page, or the path it has by contract while it is not mounted."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return path


def first_address(*names: str) -> str:
    """The address of the first of these pages that is mounted."""
    return next(filter(None, map(address, names)), "")


def ask(module: str, name: str, *args: object) -> Any:
    """The answer of another capability's query, or ``None`` while it is not installed."""
    try:
        query = getattr(import_module(module), name, None)
    except ModuleNotFoundError as error:
        if not module.startswith(str(error.name)):
            raise  # it is there and broken: that must not pass for "not installed"
        return None
    return query(*args) if query else None


def name_of(user: Any) -> str:
    """How a person is called on their own pages."""
    full = getattr(user, "get_full_name", str)()
    return str(full or getattr(user, "name", "") or getattr(user, "email", "") or user)


def navigation(user: Any, organisation: Any, section: str) -> list[Link]:
    """The side navigation of an organisation's work area: only what this person may do."""
    rows: Iterable[tuple[str, str, str]] = (
        ask("stackmark_web.tenancy.queries", "navigation", user, organisation, section) or []
    )
    return [Link(label, url, current=key == section) for key, label, url in rows]
