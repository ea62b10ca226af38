"""Where each field of a record has a home in each format (reference: the crosswalk of the docs).

One dict a format, from a pattern of pointers into a record's JSON to True (it must come back) or
a word why only a part does. What no pattern names has no home: a loss report may name it.
``*`` stands for one step. A loss at a list or object as a whole is judged by that pointer.
"""

from __future__ import annotations

import re

OB3 = [
    *("/id", "/version", "/image", "/identifiers"),
    *("/issuer/id", "/issuer/name", "/issuer/url", "/issuer/email", "/issuer/country"),
    "/issuer/identifiers",
    *("/achievement/code", "/achievement/field", "/achievement/tags", "/achievement/level/eqf"),
    "/achievement/criteria/url",
    "/award",
]
OB3_CREDENTIAL = [
    *OB3,
    *("/awarding_body/id", "/awarding_body/name", "/awarding_body/url", "/awarding_body/email"),
    *("/awarding_body/country", "/awarding_body/identifiers"),
]
# Texts in the one language a document is written in.
SPOKEN = ["/achievement/title", "/achievement/description", "/achievement/criteria/narrative"]


def homed(path, homes, language=""):
    """Whether a record's pointer has a home: it or something around it is in the table."""
    texts = [f"{one}/{language}" for one in SPOKEN]
    table = [*homes, *texts]
    return any(
        re.fullmatch(re.escape(one).replace(r"\*", "[^/]+") + "(/.*)?", path) for one in table
    )


OB2 = [
    *("/id", "/version", "/image", "/achievement/tags", "/achievement/level/eqf"),
    *("/issuer/id", "/issuer/name", "/issuer/url", "/issuer/email"),
    "/achievement/criteria/url",
    *("/award/id", "/award/issued", "/award/valid_until", "/award/narrative"),
    *(f"/award/evidence/*/{name}" for name in ("url", "name", "narrative", "genre")),
]
CLR = [*OB3_CREDENTIAL, "/achievement/programme/url"]


_ORGANISATION = ("id", "name", "legal_name", "kind", "country", "url", "email", "identifiers")
# A region of a language (pt-BR) has no concept of its own; hashed identifiers have no place.
ELM = [
    *("/id", "/version", "/type_stated", "/identifiers"),
    *(f"/{body}/{name}" for body in ("issuer", "awarding_body") for name in _ORGANISATION),
    *("/award/id", "/award/issued", "/award/valid_from", "/award/valid_until", "/award/started"),
    *("/award/ended", "/award/results", "/award/narrative"),
    *(f"/award/evidence/*/{name}" for name in ("url", "name", "narrative", "genre")),
    *("/award/learner/id", "/award/learner/name", "/award/learner/given_name"),
    *("/award/learner/family_name", "/achievement/language", "/achievement/kind"),
    *("/achievement/title", "/achievement/description", "/achievement/programme"),
    *("/achievement/outcomes/*/statement", "/achievement/outcomes/*/skills"),
    *("/achievement/criteria", "/achievement/level/eqf", "/achievement/level/framework"),
    *("/achievement/level/code", "/achievement/level/not_levelled", "/achievement/workload"),
    *("/achievement/credit/value", "/achievement/credit/unit", "/achievement/credit/unit_name"),
    *("/achievement/participation", "/achievement/assessment", "/achievement/supervision"),
    *("/achievement/ai_policy", "/achievement/quality", "/achievement/prerequisites"),
    *("/achievement/field/code", "/achievement/stackability", "/achievement/validity"),
    *("/achievement/tags", "/achievement/author", "/achievement/code", "/achievement/further"),
    "/achievement/parties",
]
OB2 = [
    *("/id", "/version", "/image", "/achievement/tags", "/achievement/level/eqf"),
    *("/issuer/id", "/issuer/name", "/issuer/url", "/issuer/email"),
    "/achievement/criteria/url",
    *("/award/id", "/award/issued", "/award/valid_until", "/award/narrative"),
    *(f"/award/evidence/*/{name}" for name in ("url", "name", "narrative", "genre")),
]
CLR = [*OB3_CREDENTIAL, "/achievement/programme/url"]


def eudi(language):
    """EUDI claims: texts in one language; of lists of parts, the member that has a claim.

    Days hold no time of day, so the instant of issue is kept in part only; instants that end or
    begin validity come back in UTC.
    """
    return [
        *("/award/id", "/award/learner/id", "/award/learner/family_name"),
        *("/award/learner/given_name", "/award/results/0/value"),
        *("/issuer/id", "/issuer/name", "/issuer/country"),
        *("/achievement/level/eqf", "/achievement/workload", "/achievement/instruction"),
        *(f"/achievement/{name}/{language}" for name in ("title", "description", "prerequisites")),
        f"/achievement/outcomes/*/statement/{language}",
        "/achievement/quality/*/type",
    ]


# An award has no place in CTDL, which describes offers. Of our words, those that CTDL has.
_CTDL_BODY = ("id", "name", "country", "url", "email", "identifiers")
CTDL = [
    *("/id", "/version", "/image", "/identifiers"),
    *(f"/{body}/{name}" for body in ("issuer", "awarding_body") for name in _CTDL_BODY),
    *("/achievement/language", "/achievement/kind", "/achievement/title"),
    *("/achievement/description", "/achievement/programme/name", "/achievement/programme/url"),
    *("/achievement/outcomes/*/statement", "/achievement/outcomes/*/skills"),
    *("/achievement/criteria", "/achievement/level/eqf", "/achievement/level/framework"),
    *("/achievement/level/code", "/achievement/workload", "/achievement/credit/value"),
    *("/achievement/credit/unit", "/achievement/credit/unit_name", "/achievement/participation"),
    *("/achievement/assessment/methods", "/achievement/assessment/description"),
    *("/achievement/assessment/pass_rule", "/achievement/quality", "/achievement/prerequisites"),
    *("/achievement/field", "/achievement/instruction", "/achievement/validity/months"),
    *("/achievement/parties", "/achievement/tags", "/achievement/code"),
]
# In one language; a quality statement without its kind, of a date none, one duration of hours.
_SCHEMAORG_BODY = ("id", "name", "legal_name", "country", "url", "email", "identifiers")
SCHEMAORG = [
    *("/id", "/version", "/image", "/identifiers", "/type_stated"),
    *(f"/{body}/{name}" for body in ("issuer", "awarding_body") for name in _SCHEMAORG_BODY),
    *("/award/issued", "/award/valid_until", "/award/learner/id", "/award/learner/name"),
    *("/award/learner/given_name", "/award/learner/family_name"),
    *("/achievement/language", "/achievement/kind", "/achievement/title"),
    *("/achievement/description", "/achievement/programme/name", "/achievement/programme/url"),
    *("/achievement/outcomes/*/statement", "/achievement/outcomes/*/skills"),
    *("/achievement/level/eqf", "/achievement/level/framework", "/achievement/level/code"),
    *("/achievement/workload", "/achievement/credit/value", "/achievement/credit/unit"),
    *("/achievement/credit/unit_name", "/achievement/participation"),
    *("/achievement/quality/*/name", "/achievement/quality/*/id", "/achievement/quality/*/url"),
    *("/achievement/prerequisites", "/achievement/field", "/achievement/instruction"),
    *("/achievement/validity/months", "/achievement/tags", "/achievement/code"),
]
# A resume: who holds it, what it is called, who awarded it and when.
LER_RS = [
    *("/award/id", "/award/issued", "/award/valid_from", "/award/valid_until"),
    *("/award/learner/id", "/award/learner/name", "/award/learner/given_name"),
    *("/award/learner/family_name", "/award/evidence/*/url"),
    *("/issuer/id", "/issuer/name", "/issuer/country", "/issuer/url", "/issuer/email"),
    *("/achievement/language", "/achievement/title", "/achievement/description"),
    *("/achievement/kind", "/type_stated"),
]
