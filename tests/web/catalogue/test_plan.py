"""The step of the assessment plan: parts, rubrics, the matrix of outcomes, moving rows."""

from __future__ import annotations

import pytest
from django.urls import reverse

from stackmark_web.catalogue.models import AchievementVersion

pytestmark = pytest.mark.django_db
OUTCOMES = [{"statement": {"en": "Take a sample"}}, {"statement": {"en": "Explain a result"}}]


@pytest.fixture
def here(draft, client, designer):
    """A designer at the plan of a draft: here.save(**fields), here.plan()."""

    class Here:
        def __init__(self, **fields):
            self.version = draft(actor=designer, outcomes=OUTCOMES, **fields)
            self.url = reverse(
                "catalogue:edit", args=["northfield", self.version.achievement_id, "plan"]
            )

        def stored(self):
            return AchievementVersion.everywhere.get(pk=self.version.pk)

        def content(self):
            return self.stored().content

        def parts(self):
            return self.content()["plan"]["components"]

        def save(self, fields, **more):
            given = {"revision": self.stored().revision, "lang": "en", **fields, **more}
            return client.post(self.url, given)

        def get(self, query=""):
            return client.get(self.url + query)

    client.force_login(designer)
    return Here


def counts(prefix, many, was=0):
    return {f"{prefix}-TOTAL_FORMS": many, f"{prefix}-INITIAL_FORMS": was}


def parts(*rows, was=0):
    found = counts("plan_components", len(rows), was)
    for number, row in enumerate(rows):
        prefix = f"plan_components-{number}"
        row = {"criteria-TOTAL_FORMS": 0, "criteria-INITIAL_FORMS": 0} | row
        found |= {f"{prefix}-{name}": value for name, value in row.items()}
    return found


def criteria(*names, was=0):
    """New criteria of a part, without levels."""
    found = {"criteria-TOTAL_FORMS": len(names), "criteria-INITIAL_FORMS": was}
    for number, name in enumerate(names):
        found |= {
            f"criteria-{number}-name": name,
            f"criteria-{number}-levels-TOTAL_FORMS": 0,
            f"criteria-{number}-levels-INITIAL_FORMS": 0,
        }
    return found


TEST = {"name": "Test", "kind": "items", "items": 10, "weight": 40}
REPORT = {"name": "Field report", "kind": "score", "maximum": 20, "weight": 60}


def test_parts_are_saved_with_ids_from_their_names(here):
    one = here()
    assert one.save(parts(REPORT, TEST, {**TEST, "name": "Test"})).status_code == 302
    assert [row["id"] for row in one.parts()] == ["field-report", "test", "test-2"]
    assert one.parts()[0]["maximum"] == 20
    page = one.get().content.decode()
    assert "Passed is who reaches" not in page
    assert "Nobody has said yet how much is needed in all." in page


def test_a_new_criterion_gets_four_levels_and_the_next_the_same(here):
    one = here()
    rubric = {"name": "Project", "kind": "rubric", **criteria("Cleaning", "Telling")}
    assert one.save(parts(rubric)).status_code == 302
    first, second = one.parts()[0]["criteria"]
    assert [level["points"] for level in first["levels"]] == [0, 1, 2, 3]
    assert first["levels"] == second["levels"]
    assert [first["id"], second["id"]] == ["cleaning", "telling"]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"name": "Project", "kind": "rubric"}, "A rubric needs a criterion"),
        ({"name": "Project"}, "Choose how it is marked."),
        ({"name": "Talk", "kind": "score"}, "How many points can be reached?"),
        ({"kind": "items"}, "Fill this in, or empty the whole row."),
        ({"name": "Talk", "kind": "items", **criteria("Clear")}, "There is a rubric below"),
    ],
)
def test_what_a_part_lacks_is_said_beside_it(here, row, told):
    one = here()
    answer = one.save(parts(row))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert "plan" not in one.content()


@pytest.mark.parametrize(
    ("move", "left"),
    [
        ("down:plan_components-0", ["test", "field-report"]),
        ("up:plan_components-1", ["test", "field-report"]),
        ("up:plan_components-0", ["field-report", "test"]),
        ("down:plan_components-1", ["field-report", "test"]),
        ("remove:plan_components-0", ["test"]),
        ("up:plan_components-9", ["field-report", "test"]),
        ("sideways:plan_components-0", ["field-report", "test"]),
    ],
)
def test_buttons_move_and_remove_parts(here, move, left):
    one = here()
    one.save(parts(REPORT, TEST))
    answer = one.save(parts(REPORT, TEST, was=2), move=move)
    assert answer.status_code == 302
    assert [row["id"] for row in one.parts()] == left
    assert answer["Location"].endswith("#list-plan_components")


def test_a_faulty_row_can_be_removed(here):
    one = here()
    one.save(parts(REPORT, TEST))
    faulty = {**REPORT, "weight": "much"}
    answer = one.save(parts(faulty, TEST, was=2), move="remove:plan_components-0")
    assert answer.status_code == 302
    assert [row["id"] for row in one.parts()] == ["test"]


def test_levels_are_changed_added_moved_and_keep_their_ids(here):
    one = here()
    one.save(parts({"name": "Project", "kind": "rubric", **criteria("Cleaning")}))
    levels = {
        "criteria-0-levels-TOTAL_FORMS": 4,
        "criteria-0-levels-INITIAL_FORMS": 4,
        **{f"criteria-0-levels-{n}-name": f"L{n}" for n in range(4)},
        **{f"criteria-0-levels-{n}-points": n * 2 for n in range(4)},
        "criteria-0-levels-2-description": "All rows are clean.",
        "criteria-0-levels-2-anchor": "The file of 2024.",
    }
    row = {"name": "Project", "kind": "rubric", **criteria("Cleaning", was=1), **levels}
    assert one.save(parts(row, was=1)).status_code == 302
    found = one.parts()[0]["criteria"][0]["levels"]
    assert [level["id"] for level in found] == ["level-0", "level-1", "level-2", "level-3"]
    assert found[2]["description"] == {"en": "All rows are clean."}
    assert found[2]["anchor"] == {"en": "The file of 2024."}
    target = "plan_components-0-criteria-0-levels"
    answer = one.save(parts(row, was=1), move=f"remove:{target}-3")
    assert answer.status_code == 302
    assert len(one.parts()[0]["criteria"][0]["levels"]) == 3
    levels = one.parts()[0]["criteria"][0]["levels"]
    shown = one.get(f"?add={target}").content.decode()
    assert f'name="{target}-3-points"' in shown
    assert f'name="{target}-3-points"' not in one.get().content.decode()


def test_points_that_do_not_grow_are_refused_with_their_place(here):
    one = here()
    one.save(parts({"name": "Project", "kind": "rubric", **criteria("Cleaning")}))
    levels = {
        "criteria-0-levels-TOTAL_FORMS": 2,
        "criteria-0-levels-INITIAL_FORMS": 2,
        "criteria-0-levels-0-name": "Good",
        "criteria-0-levels-0-points": 3,
        "criteria-0-levels-1-name": "Better",
        "criteria-0-levels-1-points": 3,
    }
    row = {"name": "Project", "kind": "rubric", **criteria("Cleaning", was=1), **levels}
    answer = one.save(parts(row, was=1))
    assert answer.status_code == 422
    assert "Part 1, criterion 1: the points must grow" in answer.content.decode()


def test_the_matrix_is_ticked_and_says_what_is_open(here, page):
    one = here()
    one.save(parts(REPORT, TEST))
    shown = page(one.get())
    assert shown.text.count("Assessed nowhere") == 1
    assert [box["value"] for box in shown.all("input", name="covers")] == [
        *("0/field-report", "0/test", "1/field-report", "1/test"),
    ]
    one.save(parts(REPORT, TEST, was=2), covers=["0/field-report", "1/field-report"])
    assert [row["components"] for row in one.content()["outcomes"]] == [["field-report"]] * 2
    shown = page(one.get())
    assert "Assessed nowhere" not in shown.text
    assert "Assesses no outcome Test" in shown.text
    assert "assesses no outcome" in shown.text  # the finding beside it


def test_a_part_that_goes_is_taken_off_the_outcomes(here):
    one = here()
    one.save(parts(REPORT, TEST))
    one.save(parts(REPORT, TEST, was=2), covers=["0/field-report", "0/test"])
    one.save(
        parts(REPORT, TEST, was=2),
        covers=["0/field-report", "0/test"],
        move="remove:plan_components-1",
    )
    assert one.content()["outcomes"][0]["components"] == ["field-report"]


def test_facts_of_integrity_are_apart(here):
    one = here()
    facts = {
        "plan_supervision": "remote-live",
        "plan_identity": "document",
        "plan_binding": "live",
        "plan_authorship": ["statement", "oral-defence"],
        "plan_ai": "limited",
        "plan_markers": 2,
        "plan_independence": "independent",
    }
    assert one.save(parts(), **facts).status_code == 302
    plan = one.content()["plan"]
    assert {f"plan_{name}": value for name, value in plan.items()} == facts
    refused = one.save(parts(), plan_authorship=["none", "statement"])
    assert "cannot go together with a check" in refused.content.decode()


def test_texts_of_the_plan_are_translated(here):
    one = here()
    one.save(parts(REPORT))
    answer = one.save(
        {
            **counts("plan_components", 1, 1),
            "plan_components-0-name": "Bericht",
            **counts("plan_components-0-criteria", 0),
        },
        lang="de",
    )
    assert answer.status_code == 302
    assert one.parts()[0]["name"] == {"en": "Field report", "de": "Bericht"}
    assert one.parts()[0]["maximum"] == 20


def test_versions_copy_the_plan_and_the_published_one_stays(here):
    from stackmark_web.catalogue import actions

    one = here()
    one.save(parts(REPORT, TEST))
    one.save(parts(REPORT, TEST, was=2), covers=["0/test", "1/field-report"])
    first = actions.publish(one.stored(), actor=None)
    draft = actions.new_version(first.achievement, actor=None)
    assert draft.content["plan"] == first.content["plan"]
    one.version = draft
    one.save(parts(TEST, was=2), covers=[])
    first.refresh_from_db()
    assert [row["id"] for row in first.content["plan"]["components"]] == ["field-report", "test"]
