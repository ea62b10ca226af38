"""Nothing a designer states is lost: every leaf is in the editor, on the page and in the badge."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.urls import reverse

from stackmark_web.catalogue import actions, steps
from stackmark_web.catalogue.queries import descriptor_of, public_url

pytestmark = pytest.mark.django_db

FULL = {
    "language": "en",
    "kind": "micro-certification",
    "title": {"en": "Mark-title", "de": "Mark-titel"},
    "description": {"en": "Mark-description", "de": "Mark-beschreibung"},
    "programme": {
        "name": {"en": "Mark-programme"},
        "position": 7,
        "parts": 9,
        "url": "https://mark.example/programme",
    },
    "outcomes": [
        {
            "statement": {"en": "Mark-outcome", "de": "Mark-ergebnis"},
            "skills": [
                {
                    "name": "Mark-skill",
                    "uri": "https://mark.example/skill",
                    "framework": "Mark-framework",
                    "code": "Mark-skillcode",
                },
                {"name": "Mark-loose-skill", "framework": "Mark-loose-framework"},
            ],
        }
    ],
    "criteria": {
        "narrative": {"en": "Mark-criteria", "de": "Mark-kriterien"},
        "url": "https://mark.example/criteria",
    },
    "level": {"eqf": 6, "framework": "Mark-national", "code": "Mark-level"},
    "workload": {"low": 51, "high": 63},
    "credit": {
        "value": 2.5,
        "unit": "other",
        "unit_name": "Mark-unit",
        "assigned_by": "Mark-assigner",
    },
    "participation": ["blended"],
    "assessment": {
        "methods": ["written-exam", "practical"],
        "description": {"en": "Mark-assessed"},
        "pass_rule": {"en": "Mark-rule"},
        "scale": "points",
        "maximum": 147,
        "required": 73,
        "attempts": 3,
    },
    "supervision": "supervised-onsite-id",
    "ai_policy": {"en": "Mark-ai"},
    "quality": [
        {
            "type": "external-review",
            "name": "Mark-agency",
            "id": "https://mark.example/agency",
            "date": "2026-03-04",
            "url": "https://mark.example/report",
            "review_due": "2029-05-06",
        }
    ],
    "prerequisites": {"en": "Mark-prerequisites"},
    "field": {"code": "081", "name": "Agriculture"},
    "instruction": ["en", "ga"],
    "stackability": {"en": "Mark-stackability"},
    "validity": {"kind": "months", "months": 37, "renewal": {"en": "Mark-renewal"}},
    "parties": [{"name": "Mark-party", "id": "https://mark.example/party", "role": "awarding"}],
    "tags": ["mark-tag"],
    "author": "Mark-author",
    "code": "Mark-code",
    "further": {"en": "Mark-further"},
}
# How a leaf reads where it is not printed as it is stored.
SAID = {
    "kind": ("Micro-certification", "Micro-certification"),
    "participation/0": ("Blended", "blended"),
    "assessment/methods/0": ("Written examination", "written examination"),
    "assessment/methods/1": ("Practical task", "practical task"),
    "assessment/scale": ("points to pass", "RawScore"),
    "supervision": ("Yes, on site", "supervised on site"),
    "quality/0/type": ("External review", "external review"),
    "quality/0/date": ("4 March 2026", "2026-03-04"),
    "quality/0/review_due": ("6 May 2029", "2029-05-06"),
    "credit/unit": ("Mark-unit", "Mark-unit"),
    "validity/kind": ("37 months", "37 months"),
    "instruction/0": ("English", "en, ga"),
    "instruction/1": ("Irish", "en, ga"),
    "parties/0/role": ("Awards jointly", "ointly awarding"),
    "language": ("English", '"en"'),
    "assessment/attempts": ("3", "3"),
    "programme/position": ("Part 7 of 9", "7"),
    "programme/parts": ("Part 7 of 9", "9"),
    "level/eqf": ("EQF level 6", "EQF level 6"),
}


def leaves(value, place=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, f"{place}/{name}" if place else name)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from leaves(inner, f"{place}/{number}" if place else str(number))
    else:
        yield place, str(value)


LEAVES = list(leaves(FULL))


@pytest.fixture
def version(northfield):
    draft = actions.create_draft(northfield, actor=None, content=FULL)
    return actions.publish(draft, actor=None)


def lost(text, which, skip=()):
    return [
        (place, SAID.get(place, (value, value))[which])
        for place, value in LEAVES
        if SAID.get(place, (value, value))[which] not in text and not place.endswith(skip or "\0")
    ]


def test_the_descriptor_above_says_everything(version):
    assert descriptor_of(version).to_json() == FULL


def seen(answer, page):
    """What a reader sees, and where the links lead; data for machines does not count."""
    found = page(answer)
    unbroken = re.sub(r"(?<=[:/.?=&_-]) ", "", found.text)  # addresses may break there
    return " ".join([found.text, unbroken, *(one.get("href", "") for one in found.all("a"))])


def test_every_leaf_is_on_the_public_page(version, client, page):
    assert lost(seen(client.get(public_url(version)), page), 0, "/de") == []


def test_every_language_can_be_read(version, client, page):
    url = public_url(version)
    english = client.get(url)
    (link,) = page(english).all("a", hreflang="de")
    assert link["href"] == "?lang=de"
    german = client.get(url, {"lang": "de"})
    found = page(german)
    assert [
        value for place, value in LEAVES if place.endswith("/de") and value not in found.text
    ] == []
    assert found.all("h1", lang="de")
    assert found.all("div", lang="de"), "the criteria say in which language they are"
    assert "Mark-rule" in found.text, "what has no translation is shown as it is"
    assert lost(seen(client.get(url, {"lang": "xx"}), page), 0, "/de") == []
    assert "Mark-titel" not in page(english).text.replace("Mark-title", "")


def test_every_leaf_is_in_what_gets_signed(version):
    text = json.dumps(version.signable, ensure_ascii=False)
    assert lost(text, 1, "/de") == []


def test_every_leaf_comes_back_in_the_editor(version, alice, client):
    from stackmark_web.catalogue import actions as catalogue

    draft = catalogue.new_version(version.achievement, actor=alice)
    client.force_login(alice)
    pages = "".join(
        client.get(
            reverse("catalogue:edit", args=["northfield", draft.achievement_id, step.slug])
        ).content.decode()
        for step in steps.STEPS
    )
    text = html.unescape(pages)
    missing = [
        (place, value)
        for place, value in LEAVES
        if not place.endswith("/de") and value not in text and place != "language"
    ]
    assert missing == []


def nothing_empty(value):
    if isinstance(value, dict):
        assert all(name == "@context" or name for name in value)
        return all(map(nothing_empty, value.values()))
    if isinstance(value, list):
        return bool(value) and all(map(nothing_empty, value))
    return value not in (None, "")


def test_search_engines_get_whole_data(version, client):
    found = client.get(public_url(version)).content.decode()
    text = found.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    assert nothing_empty(data), "an unknown is left out, never null"
    credential, course = data["@graph"]
    assert credential["@type"] == "EducationalOccupationalCredential"
    assert credential["creator"]["url"].startswith("http")
    assert credential["recognizedBy"] == [
        {"@type": "Organization", "name": "Mark-agency", "url": "https://mark.example/agency"}
    ]
    assert course["numberOfCredits"] == {
        "@type": "StructuredValue",
        "value": 2.5,
        "unitText": "Mark-unit",
    }
    assert course["about"]["termCode"] == "081"
    assert course["isPartOf"] == {
        "@type": "Course",
        "name": "Mark-programme",
        "url": "https://mark.example/programme",
    }
    assert course["educationalLevel"]["name"] == "EQF 6"
