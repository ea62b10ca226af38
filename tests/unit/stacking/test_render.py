"""Every construct as a plain sentence."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from rule_files import random_file
from stackmark.stacking.parse import read_rules
from stackmark.stacking.render import describe, sentence, sentences


def said(rule: Any, **more: Any) -> list[str]:
    found = read_rules({"version": "1", "unit": "ects", "rule": rule, **more})
    return [text for _, text, _ in sentences(found)]


@pytest.mark.parametrize(
    ("rule", "wanted"),
    [
        (
            {"count": {"select": {"skill": ["urn:a", "urn:b"]}, "min": 2}},
            "At least 2 credentials showing urn:a or urn:b.",
        ),
        ({"count": {"min": 1, "max": 1}}, "1 credential."),
        ({"count": {"min": 0, "max": 3}}, "At most 3 credentials."),
        ({"count": {"min": 2, "max": 3}}, "2 to 3 credentials."),
        ({"count": {"min": 0}}, "Any number of credentials."),
        (
            {"credits": {"select": {"field": ["06"], "level_min": 5}, "min": 10}},
            "At least 10 ECTS credits from credentials in field 06 (ISCED-F), at level 5 or above.",
        ),
        ({"credits": {"min": 99_999.75}}, "At least 99999.75 ECTS credits from credentials."),
        (
            {"credits": {"select": {"credits_min": 1}, "min": 1}},
            "At least 1 ECTS credit from credentials of 1 ECTS credit or more each.",
        ),
        ({"credits": {"min": 1, "max": 2}}, "1 to 2 ECTS credits from credentials."),
        (
            {"title": "Project", "capstone": {"select": {"achievement": "https://x.example/p"}}},
            (
                "Project: one credential for https://x.example/p as the capstone, for which nothing may "
                "be substituted."
            ),
        ),
        (
            {
                "count": {
                    "min": 1,
                    "select": {
                        "class": "micro-credential",
                        "issuer": "did:web:a.example",
                        "issuer_class": ["university", "college"],
                        "level": 6,
                        "credits_min": 2.5,
                        "max_age_years": 2.5,
                        "grade_min": {"value": 2.3, "scale": "de-1-5", "policy": "x"},
                        "supervision_min": "onsite",
                        "evidence_min": 4,
                        "verified": True,
                        "not_applied_to": "urn:award:1",
                    },
                }
            },
            (
                "At least 1 credential of the class micro-credential issued by did:web:a.example, "
                "issued by an organisation of the class university or college, at level 6, "
                "of 2.5 ECTS credits or more each, not older than 30 months, "
                "with grade 2.3 or better (de-1-5, other scales by x), supervised on site, "
                "with evidence of level 4 or more, verified, not applied to urn:award:1."
            ),
        ),
    ],
)
def test_a_leaf_in_words(rule: Any, wanted: str) -> None:
    assert said(rule) == [wanted]


def test_a_tree_in_words() -> None:
    leaf = {"count": {"min": 1}}
    rule = {"all": [{"any": [leaf, leaf]}, {"at_least": {"k": 2, "of": [leaf, leaf, leaf]}}]}
    found = read_rules({"rule": rule})
    assert [(text, depth) for _, text, depth in sentences(found)][:2] == [
        ("All of the following.", 0),
        ("At least one of the following.", 1),
    ]
    assert sentence(found, found.rule.of[1]) == "At least 2 of the following 3."  # type: ignore[attr-defined]
    assert said({"all": [leaf]})[0] == "The following."


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [
        (
            {"cap": {"select": {"level_max": 4}, "max_credits": 6, "max_share": 0.2}},
            (
                "At most 6 ECTS credits or 20 % of what is used, whichever is more, may come from "
                "credentials at level 4 or below."
            ),
        ),
        (
            {"residency": {"select": {"issuer": "did:a"}, "min_share": 0.34, "min_credits": 3}},
            (
                "At least 3 ECTS credits and 34 % of what is used must come from credentials issued "
                "by did:a."
            ),
        ),
        (
            {"level_mix": {"level_below": 5, "max_credits": 4}},
            "At most 4 ECTS credits may lie below level 5.",
        ),
        (
            {"level_floor": {"level_at_least": 6, "min_share": 0.5}},
            "At least 50 % of what is used must be at level 6 or above.",
        ),
        (
            {"gpa": {"min": 2.5, "scale": "de-1-5", "higher_is_better": False}},
            (
                "The mean grade, weighted by credit, of credentials that are used must be at most "
                "2.5 (de-1-5)."
            ),
        ),
        (
            {"max_age_years": 5, "select": {"field": "06"}},
            "Credentials in field 06 (ISCED-F) count for 5 years from the day they were awarded.",
        ),
        (
            {"exclude": [["urn:a", "urn:b"]]},
            "Only one counts of: urn:a or urn:b.",
        ),
        (
            {"equivalent": [["urn:a", "urn:b"]]},
            "The same learning, of which one counts and either will do: urn:a or urn:b.",
        ),
        (
            {"title": "Order", "before": [["urn:a", "urn:b"]]},
            "Order: must have been awarded in this order: urn:a before urn:b.",
        ),
    ],
)
def test_a_limit_in_words(limit: Any, wanted: str) -> None:
    assert said({"count": {"min": 1}}, limits=[limit])[1] == wanted


def test_sharing_and_substitution_in_words() -> None:
    leaf = {"count": {"min": 1}}
    found = said(
        {"all": [{"id": "a", **leaf}, {"id": "b", **leaf}]},
        limits=[{"share": {"a": "a", "b": "b", "max_credits": 9}}],
        substitutes=[
            {"use": "urn:x", "instead_of": "urn:y", "approved_by": "The board", "reason": "Same."}
        ],
    )
    assert found[-2:] == [
        "What serves “a” may serve “b” too, up to 9 ECTS credits in all.",
        "urn:x may stand for urn:y, approved by The board: Same.",
    ]


def test_names_of_people_replace_addresses() -> None:
    found = read_rules({"rule": {"count": {"select": {"skill": "urn:a"}, "min": 1}}})
    assert sentence(found, found.rule, {"urn:a": "Statistics"}) == (
        "At least 1 credential showing Statistics."
    )
    assert describe(found.leaves()[0].select, names={"urn:a": "SQL"}) == "credentials showing SQL"


def test_everything_that_can_be_read_can_be_said() -> None:
    rng = random.Random(4)
    for _ in range(500):
        found = read_rules(random_file(rng))
        told = sentences(found)
        parts = {node.id for node in found.nodes()} | {one.id for one in found.limits}
        assert parts <= {name for name, _, _ in told}
        assert all(text[-1] in ".:" or text for _, text, _ in told)


PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "requirement-language.md"
SHOWN = re.compile(r"^```json\n([^`]*)^```\n\n> ([^\n]+)$", re.MULTILINE)
NODES = {"all", "any", "at_least", "count", "credits", "capstone"}


def test_the_page_of_the_language_says_what_is_said() -> None:
    leaf = {"count": {"min": 1}}
    both = {"all": [{"id": "first", **leaf}, {"id": "second", **leaf}]}
    seen: set[str] = set()
    for text, wanted in SHOWN.findall(PAGE.read_text()):
        part = json.loads(text)
        if "rule" in part:
            assert said(part["rule"], unit=part["unit"]) == [wanted]
        elif NODES & set(part):
            assert said(part)[0] == wanted
        elif "use" in part:
            assert said(both, substitutes=[part])[-1] == wanted
        else:
            assert said(both, limits=[part])[-1] == wanted
        seen |= set(part)
    words = "all any at_least count credits capstone cap residency level_mix level_floor gpa share"
    words += " exclude equivalent before max_age_years use"
    assert set(words.split()) <= seen


def test_the_page_of_the_language_names_every_predicate_and_finding() -> None:
    page = PAGE.read_text()
    schema = json.loads(
        (PAGE.parents[2] / "src/stackmark/stacking/data/requirement-rules-1.json").read_text()
    )
    for name in schema["$defs"]["select"]["properties"]:
        assert f"`{name}`" in page
    source = PAGE.parents[2] / "src" / "stackmark" / "stacking"
    codes = set()
    for name in ("lint", "lint_limits", "lint_words"):
        found = re.findall(r'"([a-z]+(?:-[a-z]+)+)"', (source / f"{name}.py").read_text())
        codes |= set(found)
    codes -= {"modified-bavarian", "ects-2005", "uk-percent-class", "uk-class"}
    assert len(codes) > 25
    assert [one for one in codes if f"`{one}`" not in page] == []
