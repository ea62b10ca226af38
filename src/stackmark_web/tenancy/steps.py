"""What to do next in a new organisation: a short list that empties itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from stackmark_web.tenancy import queries
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.permissions import Permission


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do, and whether it is done."""

    label: str
    text: str
    url: str
    done: bool


def first_steps(user: Any, organisation: Organisation) -> list[Step]:
    """The steps this person may take, in the order that makes sense."""
    sections = {section: url for section, _label, url in queries.navigation(user, organisation)}
    slug = organisation.slug
    steps = []
    if "settings" in sections:
        steps += _own(organisation, slug)
    if url := sections.get("achievements"):
        text = _("Say what people can earn, and publish it.")
        done = _somewhere(organisation, "achievements")
        steps.append(Step(_("Design an achievement"), text, url, done))
    if "awards" in sections and queries.may(user, Permission.AWARD, organisation):
        text = _("To one person or to thousands from a spreadsheet.")
        done = _somewhere(organisation, "awards")
        steps.append(Step(_("Award it"), text, _address("awarding:new", slug), done))
    return [step for step in steps if step.url]


def _somewhere(organisation: Organisation, things: str) -> bool:
    """Whether it or a unit below has any; ``things`` is a relation of a capability above."""
    here = Organisation.objects.filter(path__startswith=organisation.path)
    return here.filter(**{f"{things}__isnull": False}).exists()


def _own(organisation: Organisation, slug: str) -> list[Step]:
    brand = _("Your logo and colour appear wherever your credentials do.")
    logo = organisation.logo_id is not None
    steps = [Step(_("Show your brand"), brand, _address("tenancy:brand", slug), logo)]
    if organisation.parent_id is None:  # a unit signs and is known by its institution's domain
        text = _("Checkers see your domain beside your name; it is what makes you recognisable.")
        verified = bool(queries.verified_domains(organisation))
        url = _address("tenancy:domains", slug)
        steps.append(Step(_("Verify a domain"), text, url, verified))
    colleagues = organisation.members.filter(ended_at=None).values("user").distinct().count() > 1
    text = _("With exactly the rights they need.")
    steps.append(Step(_("Invite a colleague"), text, _address("tenancy:people", slug), colleagues))
    return steps


def _address(view: str, slug: str) -> str:
    try:
        return reverse(view, args=[slug])
    except NoReverseMatch:
        return ""
