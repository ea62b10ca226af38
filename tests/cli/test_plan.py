"""``stackmark plan``: a plan, none, and what is refused."""

from __future__ import annotations

import json

import orjson
import pytest

from command_line import run
from shared import need_shared

pytest.importorskip("scipy")

OFFER = {
    "id": "urn:o:1",
    "achievement": "urn:a:1",
    "title": "SQL",
    "skills": ["urn:skill:sql"],
    "field": "0613",
    "price": {"amount": 300, "currency": "EUR"},
    "hours": 60,
    "weeks": 10,
    "starts": ["2026-09-01"],
    "language": ["en"],
    "delivery": "online",
    "pass": 0.9,
}
GOAL = {"skills": [{"skill": "urn:skill:sql", "confidence": 0.8}], "currency": "EUR"}
HELD = {"holdings": [{"id": "urn:h:1", "achievement": "urn:a:0", "status": "valid"}]}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "catalogue.jsonl").write_text(json.dumps(OFFER) + "\n\n")
    (tmp_path / "goal.json").write_text(json.dumps(GOAL))
    (tmp_path / "held.json").write_text(json.dumps(HELD))
    return tmp_path


def plan(folder, *more, budget="900", by="2027-06-30"):
    words = ["plan", "--holdings", "held.json", "--goal", "goal.json", "--by", by]
    words += ["--catalogue", "catalogue.jsonl", "--budget", budget, "--at", "2026-06-01"]
    return run(*words, "--hours-per-week", "8", "--offline", *more, cwd=folder)


def test_a_plan_as_json(folder):
    done = plan(folder, "--json")
    told = orjson.loads(done.out)
    assert done.code == 0
    assert told["feasible"] is True
    assert told["plans"][0]["labels"] == ["cheapest", "fastest", "fewest"]
    assert told["plans"][0]["steps"][0]["offer"] == "urn:o:1"
    assert told["holdings"][0]["provenance"] == "stated"


def test_a_plan_in_words(folder):
    done = plan(folder)
    assert done.code == 0
    assert "2026-09-01 to 2026-11-10  SQL  300 EUR" in done.out.decode()
    assert "It gives urn:skill:sql, with a chance of 90 % to pass." in done.out.decode()


def test_an_impossible_budget_says_what_is_missing(folder):
    done = plan(folder, budget="250.5")
    assert done.code == 1
    assert "There is a plan with 49.5 EUR more (300 in all)." in done.out.decode()
    told = orjson.loads(plan(folder, "--json", budget="250.5").out)
    assert (told["relaxation"]["kind"], told["relaxation"]["budget"]) == ("budget", 49.5)


def test_an_award_is_read_beside_the_goal(tmp_path):
    folder = need_shared() / "contracts"
    words = ["plan", "--holdings", "stack-holdings.json", "--goal", str(folder / "plan-goal.json")]
    words += ["--catalogue", "plan-catalogue.jsonl", "--budget", "900", "--hours-per-week", "10"]
    done = run(*words, "--by", "2027-06-30", "--at", "2026-06-01", "--json", cwd=folder)
    (found,) = orjson.loads(done.out)["plans"]
    (like,) = orjson.loads((folder / "plan.out.json").read_bytes())["plans"]
    assert done.code == 0
    assert found["steps"][0]["offer"] == like["steps"][0]["offer"]
    assert found["finish"] == like["finish"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (["--language", "de"], "urn:o:1: its language is en."),
        (["--delivery", "onsite"], "urn:o:1: it is online."),
    ],
)
def test_what_is_not_acceptable_is_left_out(folder, more, why):
    done = plan(folder, *more)
    assert done.code == 1
    assert why in done.out.decode()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2"),
        (json.dumps(OFFER), "line 2/id: urn:o:1 stands there already."),
        (json.dumps({**OFFER, "id": "x", "colour": 1}), "line 2/colour: is not a member"),
        (json.dumps({**OFFER, "id": "x", "weeks": 0}), "line 2/weeks: must be a whole number"),
        (
            json.dumps({**OFFER, "id": "x", "pass": 1.2}),
            "line 2/pass: must be a number from 0 to 1",
        ),
        (json.dumps({**OFFER, "id": "x", "starts": ["soon"]}), "line 2/starts: must be days"),
    ],
)
def test_a_wrong_line_is_named(folder, line, reason):
    (folder / "catalogue.jsonl").write_text(json.dumps(OFFER) + "\n" + line + "\n")
    done = plan(folder)
    assert done.code == 2
    assert reason in done.err


@pytest.mark.parametrize(
    ("goal", "reason"),
    [
        ({}, "names neither an award nor a skill"),
        ({"skills": [{"skill": "a", "confidence": 1}]}, "above 0 and below 1"),
        ({"skills": ["a", "a"]}, "name one skill twice"),
        ({"skill": "a"}, "skill: is not a member of a goal"),
    ],
)
def test_a_wrong_goal_is_refused(folder, goal, reason):
    (folder / "goal.json").write_text(json.dumps(goal))
    done = plan(folder)
    assert done.code == 2
    assert reason in done.err


def test_a_budget_is_a_number(folder):
    done = plan(folder, budget="much")
    assert done.code == 2
    assert "--budget needs a number" in done.err
