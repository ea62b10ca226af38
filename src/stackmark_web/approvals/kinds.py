"""The kinds of the rooms below: keys, the rules themselves, and the reviewer's box."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from stackmark_web.approvals import queries
from stackmark_web.approvals.registry import Kind, Rules, register
from stackmark_web.tenancy.forms import SettingsForm
from stackmark_web.tenancy.models import Handover, Organisation
from stackmark_web.tenancy.permissions import Permission
from stackmark_web.tenancy.queries import active_key, root_of, waiting_key


def _root(subject: Any) -> Organisation:
    """The institution of an organisation, or of a thing of one; for a hand-over who takes on."""
    if isinstance(subject, Handover) and subject.successor is not None:
        return root_of(subject.successor)
    return root_of(subject if isinstance(subject, Organisation) else subject.organisation)


def _key_content(subject: Any, _how: dict[str, Any]) -> Any:
    """Which keys there are: after another change of keys it has to be asked for again."""
    root = _root(subject)
    found = type(subject)._base_manager.get(pk=subject.pk)  # noqa: SLF001 - public in Django
    rows = (active_key(root), waiting_key(root), found)
    return [[getattr(one, "method_id", ""), str(getattr(one, "state", ""))] for one in rows]


def _key_rows(subject: Any, how: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    active = active_key(_root(subject))
    in_use = active.method_id if active else ""
    yield _("Key in use"), in_use, in_use
    if isinstance(subject, Handover):
        yield _("Taken on from"), "", subject.organisation.name
        yield _("From"), "", date_format(subject.from_day)
        yield _("Why"), "", subject.get_why_display()
        yield _("Owner of it from then on"), "", _("whoever asked for this")
    elif not isinstance(subject, Organisation):
        yield _("It is about"), getattr(subject, "method_id", str(subject)), ""
    for name, value in how.items():
        yield _(_KEY_WORDS.get(name, name)), "", _told(value)


_KEY_WORDS = {
    "host": gettext_noop("Host"),
    "note": gettext_noop("Note"),
    "since": gettext_noop("Known to others since"),
    "successor": gettext_noop("Successor"),
    "successor_name": gettext_noop("Name of the successor"),
    "why": gettext_noop("Why"),
    "from_day": gettext_noop("From"),
    "only_since": gettext_noop("Only what was signed since it was lost"),
}


def _told(value: Any) -> str:
    """An argument in words: moments to the minute, choices by their name."""
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value)
    if value in Handover.Why.values:
        return str(Handover.Why(value).label)
    return _said(value) if isinstance(value, bool) else "" if value is None else str(value)


def _register_keys() -> None:
    titles = {
        "key.make": gettext_noop("Make a signing key for %(what)s"),
        "key.rotate": gettext_noop("Replace the signing key of %(what)s"),
        "key.revoke": gettext_noop("Revoke the signing key of %(what)s"),
        "key.move": gettext_noop("Move the identity of %(what)s"),
        "key.lost": gettext_noop("Declare a key of %(what)s lost, and revoke it"),
        "key.hand-over": gettext_noop("Hand %(what)s over to a successor"),
        "key.take-on": gettext_noop("Take on another institution, at %(what)s"),
        "key.sign-anew": gettext_noop("Sign anew what a lost key of %(what)s signed"),
        "key.*": gettext_noop("Change the keys of %(what)s"),
    }
    for name, title in titles.items():
        register(
            name,
            Kind(
                title=title,
                permission=Permission.KEYS,
                organisation=_root,
                name=lambda subject: _root(subject).name,
                asked=lambda rules, _subject, _actor, _how: rules.keys,
                content=_key_content,
                rows=_key_rows,
                path=_path_of(_KEY_PAGES.get(name, "tenancy:keys")),
                result=_key_result,
            ),
        )


_KEY_PAGES = {"key.hand-over": "tenancy:handover", "key.take-on": "tenancy:handover"}


def _path_of(page: str) -> Callable[[Any], str]:
    return lambda subject: reverse(page, args=[_root(subject).slug])


def _key_result(made: Any) -> dict[str, Any]:
    """What came of it, for the page: the run, where one was started."""
    is_run = made._meta.label_lower == "jobs.run"  # noqa: SLF001 - public in Django
    return {"run": str(made.pk)} if is_run else {}


_WORDS = {
    "publishing": gettext_noop("Publishing an achievement"),
    "keys": gettext_noop("Keys"),
    "revoking": gettext_noop("Revoking, suspending, reinstating, replacing"),
    "bulk_over": gettext_noop("More credentials in a day than"),
    "watched": gettext_noop("Achievements that always need two"),
}


def _policy(organisation: Organisation) -> dict[str, Any]:
    row = queries.policy_at(organisation)
    empty = {"publishing": False, "keys": False, "revoking": False, "bulk_over": None}
    if row is None:
        return empty | {"watched": []}
    return {name: getattr(row, name) for name in _WORDS}


def loosens(organisation: Organisation, how: dict[str, Any]) -> bool:
    """Whether these rules ask for less than those that are set here now."""
    now = _policy(organisation)
    switches = ("publishing", "keys", "revoking")
    switched_off = any(now[name] and not how.get(name) for name in switches)
    limit = how.get("bulk_over")
    raised = now["bulk_over"] is not None and (limit is None or limit > now["bulk_over"])
    dropped = set(map(str, now["watched"])) - set(map(str, how.get("watched") or ()))
    return switched_off or raised or bool(dropped)


def _policy_asked(
    _rules: Rules, organisation: Organisation, actor: Any, how: dict[str, Any]
) -> bool:
    return loosens(organisation, how) and not queries.long_alone(
        actor, Permission.EDIT, organisation
    )


def _policy_rows(organisation: Organisation, how: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    now = _policy(organisation)
    for name, label in _WORDS.items():
        after = how.get(name) or ([] if name == "watched" else None)
        before = now[name] or ([] if name == "watched" else None)
        if before != after:
            yield _(label), _said(before), _said(after)


def _said(value: Any) -> str:
    if isinstance(value, list):
        return str(len(value))
    if value is None or value is False:
        return _("no")
    return _("yes") if value is True else str(value)


def _box_asked(_rules: Rules, organisation: Organisation, actor: Any, how: dict[str, Any]) -> bool:
    """Whether the box “a second person publishes” is taken out."""
    if how.get("four_eyes", True):
        return False
    on = Organisation.objects.filter(pk=organisation.pk, four_eyes=True).exists()
    return on and not queries.long_alone(actor, Permission.EDIT, organisation)


def _edit_content(organisation: Organisation, how: dict[str, Any]) -> Any:
    now = Organisation.objects.get(pk=organisation.pk)
    return {name: getattr(now, name) for name in how}


def _edit_rows(organisation: Organisation, how: dict[str, Any]) -> Iterable[tuple[str, str, str]]:
    for name, value in how.items():
        before = getattr(organisation, name, "")
        if before != value:
            field = SettingsForm.base_fields.get(name)
            yield str(field.label if field else name), _said(before), _said(value)


def register_all() -> None:
    """Called once, when Django is ready."""
    _register_keys()
    register(
        "policy.set",
        Kind(
            title=gettext_noop("Ask for less four eyes at %(what)s"),
            permission=Permission.EDIT,
            organisation=lambda organisation: organisation,
            asked=_policy_asked,
            content=lambda organisation, _how: _policy(organisation),
            rows=_policy_rows,
            path=lambda organisation: reverse("approvals:rules", args=[organisation.slug]),
        ),
    )
    register(
        "organisation.edit",
        Kind(
            title=gettext_noop("Let one person publish at %(what)s"),
            permission=Permission.EDIT,
            organisation=lambda organisation: organisation,
            asked=_box_asked,
            content=_edit_content,
            rows=_edit_rows,
            path=lambda organisation: reverse("tenancy:settings", args=[organisation.slug]),
        ),
    )
