"""What may be asked for the fairness report, and of whom; off until an institution turns it on."""

from __future__ import annotations

import json
import uuid
from functools import cache
from importlib.resources import files
from typing import Any

from stackmark_web.assessing.models import Application, Attempt, FairnessPolicy, GroupDeclaration
from stackmark_web.assessing.pseudonyms import candidate_of
from stackmark_web.assessing.wording_groups import in_words
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.queries import root_of


@cache
def _file() -> dict[str, Any]:
    text = files("stackmark_web.assessing").joinpath("data/fairness_categories.json").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def categories_of(country: str) -> dict[str, dict[str, Any]]:
    """The categories an institution of this country may choose: its own, then the generic ones.

    With their words in the reader's language.
    """
    found = _file()
    own: dict[str, dict[str, Any]] = found["countries"].get(country.upper(), {})
    return in_words(own | found["generic"])


def policy_of(organisation: Organisation) -> FairnessPolicy:
    """What the institution decided; off and unsaved when it decided nothing."""
    root = root_of(organisation)
    found: FairnessPolicy | None = FairnessPolicy.everywhere.filter(organisation=root).first()
    return found or FairnessPolicy(organisation=root)


def asked_by(policy: FairnessPolicy) -> dict[str, dict[str, Any]]:
    """The categories and values a policy asks for, with their words, in the order of the file.

    PostgreSQL keeps the members of a JSON object in an order of its own.
    """
    asked = policy.categories
    return {
        code: {
            "label": known["label"],
            "values": {one: known["values"][one] for one in asked[code]},
        }
        for code, known in categories_of(policy.organisation.country).items()
        if code in asked and all(one in known["values"] for one in asked[code])
    }


def policies_for(user: Any) -> list[FairnessPolicy]:
    """The institutions that ask and that assess this person, or hold something they declared."""
    if not getattr(user, "is_authenticated", False):
        return []
    attempts = Attempt.everywhere.filter(learner=user).values_list("organisation__path", flat=True)
    asked = Application.everywhere.filter(learner=user).values_list("organisation__path", flat=True)
    roots = {uuid.UUID(path.split("/", 1)[0]) for path in {*attempts, *asked}}
    rows = FairnessPolicy.everywhere.filter(is_on=True, organisation_id__in=roots)
    return list(rows.select_related("organisation").order_by("organisation__name"))


def declared(user: Any, organisation: Organisation) -> dict[str, str]:
    """What a person declared to an institution."""
    rows = GroupDeclaration.objects.filter(
        organisation=organisation, candidate=candidate_of(organisation, user)
    )
    return dict(rows.values_list("category", "value"))
