"""The builder's pages: what can be done there, and what is said when it cannot."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from stackmark.stacking.parse import read_rules
from stackmark_web.pathways.actions import designing, publishing
from stackmark_web.pathways.models import Pathway, PathwayVersion, Sample


@pytest.fixture
def desk(client, dana):
    """Dana's browser."""
    client.force_login(dana)
    return client


def url(draft, path=""):
    return f"/manage/northfield/pathways/{draft.pathway_id}{path}"


def now(draft):
    return PathwayVersion.everywhere.get(pk=draft.pk)


def send(desk, address, **data):
    return desk.post(address, data, follow=True)


def test_build_from_the_first_page_to_the_public_one(desk, award):
    start = "/manage/northfield/pathways"
    assert "No pathway yet" in desk.get(start).content.decode()
    data = {
        "title": "Nano",
        "kind": "course-series",
        "achievement": str(award.pk),
        "conferral": "board",
    }
    page = desk.post(f"{start}/new", data, follow=True)
    draft = PathwayVersion.everywhere.get()
    assert page.redirect_chain[-1][0] == url(draft, "/draft")
    assert "Project" in page.content.decode()
    page = desk.post(
        url(draft, "/draft/publish"), {"applies_from": "2026-06-01", "revision": 0}, follow=True
    )
    assert "Version 1 is published" in page.content.decode()
    public = Client().get(f"/pathways/{draft.pathway_id}").content.decode()
    assert "credentials" in public
    assert "for who joins from" in public
    assert "1 June 2026" in public
    assert "Nano" in Client().get("/pathways").content.decode()
    for who, shown in ((Client(), False), (desk, True)):
        text = who.get("/pathways").content.decode()
        assert 'href="/plan"' in text
        assert ('href="/my/pathways"' in text) is shown


def test_a_degree_module_awarded_by_software_is_refused_on_the_page(desk, award):
    data = {"title": "M", "kind": "degree-module", "conferral": "automatic"}
    page = desk.post("/manage/northfield/pathways/new", data)
    assert page.status_code == 422
    assert "never by software" in page.content.decode()
    assert not Pathway.everywhere.exists()


def test_a_rule_is_found_ticked_and_saved(desk, draft, designed):
    course = designed("Graph Databases")
    address = url(draft, "/draft/rule?to=award")
    form = {"word": "count", "min": "1", "title": "Graphs", "find": "graph", "revision": 0}
    found = desk.post(address, {**form, "search": "1"}).content.decode()
    value = re.search(r'name="achievement" value="([^"]+)"', found)[1]
    assert value.endswith(f"{course.achievement_id}/1")
    page = send(desk, address, **form, searched="graph", achievement=value)
    assert page.status_code == 200
    node = now(draft).rules["rule"]["all"][-1]
    assert node == {
        "id": "graphs",
        "title": "Graphs",
        "count": {"select": {"achievement": [value]}, "min": 1},
    }
    assert "1 credential for Graph Databases" in page.content.decode().replace("At least ", "")


def test_saving_with_words_not_looked_up_looks_them_up(desk, draft):
    page = desk.post(
        url(draft, "/draft/rule?to=award"), {"word": "count", "min": "1", "find": "nothing-such"}
    )
    assert page.status_code == 200
    assert "Nothing here has these words" in page.content.decode()
    assert now(draft).revision == 0


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({"word": "count", "min": ""}, "min", "Is missing"),
        ({"word": "count", "min": "1.5"}, "min", "Must be a whole number"),
        ({"word": "credits", "min": "3", "max_age_years": "0.3"}, "max_age_years", "whole, half"),
        ({"word": "count", "min": "1", "grade_value": "3"}, "grade_value", "its scale"),
        ({"word": "count", "min": "NaN"}, "min", "Enter a number"),
        (
            {"word": "count", "min": "1", "achievement_more": "x" * 3_000},
            "achievement_more",
            "text",
        ),
    ],
)
def test_a_fault_stands_at_its_field(desk, draft, data, field, sentence):
    page = desk.post(url(draft, "/draft/rule?to=award"), {**data, "revision": 0})
    assert page.status_code == 422
    told = " ".join(
        page.context["form"].errors.get(field, page.context["form"].errors.get("achievement", []))
    )
    assert sentence in told
    assert now(draft).revision == 0


def test_every_predicate_survives_the_form(desk, draft):
    select = {
        "id": ["urn:a"],
        "achievement": ["https://far.example/a"],
        "issuer": ["did:web:far.example"],
        "issuer_class": ["university"],
        "class": ["certificate"],
        "field": ["06"],
        "skill": ["https://skills.example/s"],
        "level_min": 5,
        "level_max": 7,
        "credits_min": 2.5,
        "max_age_years": 7,
        "grade_min": {
            "value": "2.0",
            "scale": "german",
            "policy": "modified-bavarian",
            "from": {"scale": "far", "best": 10, "lowest_pass": 5},
        },
        "supervision_min": "onsite",
        "evidence_min": 4,
        "verified": True,
        "not_applied_to": ["https://far.example/degree"],
    }
    rules = {"rule": {"all": [{"id": "one", "credits": {"select": select, "min": 3, "max": 9}}]}}
    designing.save_rules(draft, actor=None, rules=rules, revision=0)
    before = now(draft).rules
    address = url(draft, "/draft/rule?at=one")
    form = desk.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False, "")}
    page = desk.post(address, {**data, "revision": 1})
    assert page.status_code == 302, page.context["form"].errors
    assert now(draft).rules == before


LIMITS = {
    "cap": {"select": {"issuer": ["did:web:far.example"]}, "max_credits": 6, "max_share": 0.34},
    "residency": {"select": {"issuer": ["did:web:far.example"]}, "min_share": 0.5},
    "level_mix": {"level_below": 6, "max_share": 0.25},
    "level_floor": {"level_at_least": 6, "min_credits": 4},
    "gpa": {"min": 2.5, "scale": "german", "higher_is_better": False},
    "max_age_years": 7,
    "share": {"a": "one", "b": "two", "max_credits": 3},
    "exclude": [["urn:a", "urn:b"], ["urn:c", "urn:d"]],
    "equivalent": [["urn:a", "urn:b"]],
    "before": [["urn:a", "urn:b"], ["urn:b", "urn:c"]],
}


@pytest.mark.parametrize("word", LIMITS)
def test_every_limit_survives_the_form(desk, draft, word):
    leaf = {"credits": {"select": {}, "min": 3}}
    rules = {
        "rule": {"all": [{"id": "one", **leaf}, {"id": "two", **leaf}]},
        "limits": [{"id": "l", "title": "Named", word: LIMITS[word]}],
    }
    designing.save_rules(draft, actor=None, rules=rules, revision=0)
    before = now(draft).rules
    address = url(draft, "/draft/limit?at=l")
    form = desk.get(address).context["form"]
    data = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in data.items() if value not in (None, False, "")}
    page = desk.post(address, {**data, "revision": 1})
    assert page.status_code == 302, page.context["form"].errors
    assert now(draft).rules == before
    for path in ("/draft", "/draft/publish", "/draft/files"):
        assert "Named" in desk.get(url(draft, path)).content.decode() or path.endswith("files")


def test_a_substitute_needs_who_approved_it(desk, draft):
    address = url(draft, "/draft/substitute")
    data = {"use_more": "urn:a", "instead_of_more": "urn:b", "reason": "Same", "revision": 0}
    page = desk.post(address, data)
    assert page.status_code == 422
    assert "approved_by" in page.context["form"].errors
    page = send(desk, address, **data, approved_by="The board")
    assert "approved by The board" in page.content.decode()
    assert now(draft).rules["substitutes"][0]["use"] == "urn:a"


def move(desk, draft, do, at, **more):
    data = {"do": do, "at": at, "revision": now(draft).revision, **more}
    return send(desk, url(draft, "/draft/move"), **data).content.decode()


def ids(node):
    rows = next((node[one] for one in ("all", "any") if one in node), [])
    return [(one["id"], ids(one)) if ids(one) else one["id"] for one in rows]


def test_rules_move_up_down_in_out_and_away(desk, draft):
    def told():
        return ids(now(draft).rules["rule"])

    move(desk, draft, "down", "courses")
    assert told() == ["project", "courses"]
    move(desk, draft, "up", "courses")
    assert told() == ["courses", "project"]
    move(desk, draft, "nest", "project")
    assert told() == ["courses", ("group", ["project"])]
    move(desk, draft, "into", "courses", into="group")
    assert told() == [("group", ["project", "courses"])]
    move(desk, draft, "out", "project")
    assert told() == [("group", ["courses"]), "project"]
    move(desk, draft, "remove", "courses")
    assert told() == ["project"]
    assert "asks for something" in move(desk, draft, "remove", "project")
    assert "stays where it is" in move(desk, draft, "up", "award")
    assert "not there any more" in move(desk, draft, "up", "nobody")


def test_a_group_cannot_go_into_itself(desk, draft):
    move(desk, draft, "nest", "project")
    move(desk, draft, "nest", "group")
    assert "put into itself" in move(desk, draft, "into", "group-2", into="group")


def test_two_editors_one_list(desk, draft):
    stale = {"do": "down", "at": "courses", "revision": 0}
    send(desk, url(draft, "/draft/move"), **stale)
    page = send(desk, url(draft, "/draft/move"), **stale)
    assert "changed this draft while you were working" in page.content.decode()
    assert now(draft).revision == 1


def test_a_stale_form_keeps_what_was_typed_and_can_be_sent_again(desk, draft):
    address = url(draft, "/draft/rule?at=courses")
    designing.save_rules(draft, actor=None, rules={**draft.rules, "unit": "uk"}, revision=0)
    data = {"word": "count", "min": "5", "title": "Mine"}
    page = desk.post(address, {**data, "revision": 0})
    text = page.content.decode()
    assert page.status_code == 422
    assert 'value="Mine"' in text
    assert 'name="revision" value="1"' in text
    assert desk.post(address, {**data, "revision": 1}).status_code == 302
    assert now(draft).rules["rule"]["all"][0]["count"]["min"] == 5


def test_what_a_lint_finds_stands_beside_the_rule(desk, draft):
    rules = {
        "rule": {
            "all": [{"id": "one", "count": {"select": {"level_min": 7, "level_max": 5}, "min": 1}}]
        }
    }
    designing.save_rules(draft, actor=None, rules=rules, revision=0)
    text = desk.get(url(draft, "/draft")).content.decode()
    row = text[text.index('id="at-one"') :]
    assert "Cannot be met" in row
    assert "box--bad" in text
    page = desk.post(url(draft, "/draft/publish"), {"applies_from": "2026-06-01", "revision": 1})
    assert page.status_code == 422
    assert "Nobody could earn this" in page.content.decode()


def test_places_in_the_drawing_are_kept(desk, draft):
    address = url(draft, "/draft/arrange")
    data = {"layout": json.dumps({"courses": [400, 33]})}
    assert desk.post(address, data, headers={"X-Requested-With": "fetch"}).status_code == 204
    assert "translate(400 33)" in desk.get(url(draft, "/draft")).content.decode()
    assert now(draft).revision == 0
    for bad in ("[]", "{", '{"a": [1]}', '{"a": ["x", 2]}', '{"a": [1e300, 2]}', '{"a": [NaN, 2]}'):
        answer = desk.post(address, {"layout": bad}, headers={"X-Requested-With": "fetch"})
        assert answer.status_code == 422, bad
    desk.post(address)
    assert now(draft).layout == {}


def test_a_rule_that_changes_its_group_finds_its_place_anew(desk, draft):
    layout = {"courses": [400, 33], "project": [500, 44]}
    desk.post(url(draft, "/draft/arrange"), {"layout": json.dumps(layout)})
    move(desk, draft, "down", "courses")
    assert now(draft).layout == layout
    move(desk, draft, "nest", "courses")
    assert now(draft).layout == {"project": [500, 44]}


def test_rules_go_out_and_come_in_again(desk, draft):
    taken = desk.get(url(draft, "/draft/rules.json")).json()
    assert read_rules(taken)
    bring = {"text": json.dumps({**taken, "unit": "uk"}), "revision": 0}
    assert desk.post(url(draft, "/draft/files"), bring).status_code == 302
    assert now(draft).rules["unit"] == "uk"
    ctdl = desk.get(url(draft, "/draft/rules.ctdl.json")).content.decode()
    page = desk.post(url(draft, "/draft/files"), {"text": ctdl, "revision": 1})
    assert page.status_code in (200, 302)
    assert now(draft).revision == 2


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "JSON"),
        ("[]", "Give a JSON file"),
        ('{"rule": {"all": []}}', "rule/all"),
        ('{"rule": {"all": [{"count": {"min": 1}}]}, "rule": 1}', "twice"),
        ('{"hello": 1}', "no CTDL pathway"),
        ("", "Give a JSON file"),
        ("\x00", "JSON"),
        ('{"rule":' + "[" * 900 + "]" * 900 + "}", "deep"),
    ],
)
def test_a_file_that_is_no_rules_is_refused_with_the_reason(desk, draft, text, sentence):
    page = desk.post(url(draft, "/draft/files"), {"text": text, "revision": 0})
    assert page.status_code == 422
    assert sentence in " ".join(" ".join(one) for one in page.context["form"].errors.values())
    assert now(draft).revision == 0


def test_sample_learners_are_tried(desk, draft, designed):
    course = designed("Course")
    found = desk.post(url(draft, "/draft/try/sample"), {"find": "course", "search": "1"})
    assert "Nothing here has these words" not in found.content.decode()
    value = re.search(r'name="achievement" value="([^"]+)"', found.content.decode())[1]
    data = {
        "name": "Ada",
        "achievement": value,
        "searched": "course",
        "find": "course",
        "expected": "yes",
    }
    page = send(desk, url(draft, "/draft/try/sample"), **data, holdings="[]")
    text = page.content.decode()
    assert "Not as expected" in text
    assert "is not earned at 2026-06-01" in text
    (holding,) = Sample.everywhere.get().holdings
    assert holding["title"] == "Course"
    assert holding["achievement"].endswith(f"{course.achievement_id}/1")
    assert holding["issuer"].endswith(":o:northfield")
    assert holding["credits"]["value"]


def test_words_nobody_has_are_told_to_who_makes_a_sample(desk, draft):
    found = desk.post(url(draft, "/draft/try/sample"), {"find": "nothing-such", "search": "1"})
    assert "Nothing here has these words" in found.content.decode()


def test_where_nothing_was_expected_nothing_is_as_expected(desk, draft):
    send(desk, url(draft, "/draft/try/sample"), name="Ada", holdings="[]")
    text = desk.get(url(draft, "/draft/try")).content.decode()
    assert "what you expect" not in text
    send(desk, url(draft, "/draft/try/sample"), name="Ben", holdings="[]", expected="no")
    assert "what you expect" in desk.get(url(draft, "/draft/try")).content.decode()


def test_a_rule_that_takes_anything_says_so(desk, draft):
    text = desk.get(url(draft, "/draft")).content.decode()
    assert text.count("Any credential of anybody counts here") == 1  # of the courses
    select = {"issuer": ["did:web:far.example"]}
    rules = {"rule": {"id": "award", "all": [{"id": "a", "count": {"select": select, "min": 1}}]}}
    desk.post(url(draft, "/draft/files"), {"text": json.dumps(rules), "revision": 0})
    assert now(draft).revision == 1
    assert "Any credential of anybody" not in desk.get(url(draft, "/draft")).content.decode()


def test_the_page_of_publication_leads_to_what_is_missing(desk, northfield, dana):
    bare = designing.create(northfield, actor=dana, kind="certificate", title="Bare")
    text = desk.get(url(bare, "/draft/publish")).content.decode()
    assert "What is different" not in text  # from nothing
    notice = text[text.index("Nothing is awarded yet") :]
    assert f'href="{url(bare, "/draft/details")}"' in notice[: notice.index("<section")]


@pytest.mark.parametrize("text", ["{", '[{"id": 1}]', '[{"no": "id"}]', '"x"', "\x00", "[[]]"])
def test_holdings_that_cannot_be_read_are_refused_at_their_field(desk, draft, text):
    data = {"name": "Ada", "holdings": text}
    page = desk.post(url(draft, "/draft/try/sample"), data)
    assert page.status_code == 422
    assert page.context["form"].errors["holdings"]
    assert not Sample.everywhere.exists()


def test_the_page_of_publication_shows_what_changed(desk, draft, dana):
    asked = "What is different, and why"
    assert asked not in desk.get(url(draft, "/draft/publish")).content.decode()  # from nothing
    first = publishing.publish(draft, actor=dana)
    second = designing.start_version(first.pathway, actor=dana)
    rules = json.loads(json.dumps(second.rules))
    rules["rule"]["all"][0]["count"]["min"] = 4
    designing.save_rules(second, actor=dana, rules=rules, revision=0)
    text = desk.get(url(draft, "/draft/publish")).content.decode()
    assert "What is different, and why" in text
    new = text[text.index("changes__new") :]
    assert "at least 4 credentials" in new.lower()
    assert "changes__gone" in text
    assert asked in text


def test_files_of_a_published_version_are_for_everybody(desk, draft, dana):
    made = publishing.publish(draft, actor=dana)
    base = f"/pathways/{draft.pathway_id}"
    found = Client().get(f"{base}/1.json").json()
    assert found == made.rules
    assert found["id"] == f"https://badges.example.org{base}/1"
    assert read_rules(found)
    assert Client().get(f"{base}.json").json() == found
    assert "@graph" in Client().get(f"{base}/1.ctdl.json").json()
    for path in ("/2", "/2.json", "/0"):
        assert Client().get(f"{base}{path}").status_code == 404
    second = designing.start_version(made.pathway, actor=dana)
    assert Client().get(f"{base}/2").status_code == 404, second


def test_buttons_of_a_pathway(desk, draft, dana):
    publishing.publish(draft, actor=dana)
    do = url(draft, "/do/")
    assert "begins as the current one" in send(desk, f"{do}new-version").content.decode()
    assert "thrown away" in send(desk, f"{do}discard").content.decode()
    assert "Retired" in send(desk, f"{do}retire").content.decode()
    assert "no longer on offer" in Client().get(f"/pathways/{draft.pathway_id}").content.decode()
    assert "on offer again" in send(desk, f"{do}restore").content.decode()
    assert desk.post(f"{do}explode").status_code == 404


def test_somebody_elses_pathway_is_not_there(draft, charlie, bob):
    paths = ("", "/draft", "/draft/details", "/draft/rule?at=courses", "/draft/limit?new=cap")
    paths += ("/draft/substitute", "/draft/files", "/draft/rules.json", "/draft/try")
    paths += ("/draft/try/sample", "/draft/publish")
    for who, answer in ((charlie, 404), (bob, 403)):
        browser = Client()
        browser.force_login(who)
        for path in paths:
            assert browser.get(url(draft, path)).status_code == answer, (who, path)
        for path in ("/draft/move", "/draft/arrange", "/draft/try/everyone", "/do/discard"):
            assert browser.post(url(draft, path)).status_code == answer, (who, path)
    # … nor reached through an organisation of one's own
    browser = Client()
    browser.force_login(charlie)
    theirs = url(draft, "/draft").replace("northfield", "elsewhere")
    assert browser.get(theirs).status_code == 404


@pytest.mark.parametrize(
    "value", ["\x00", "x" * 100_000, "../", "<script>", "-1", "９"], ids=range(6)
)
def test_odd_values_are_answered_calmly(desk, draft, value):
    for path in ("/draft/rule", "/draft/limit", "/draft/substitute", "/draft/try/sample"):
        for name in ("at", "to", "new"):
            answer = desk.get(url(draft, path), {name: value}, follow=True)
            assert answer.status_code in (200, 404), (path, name)
    for do in ("up", "into", "remove-limit", "remove-substitute", value):
        data = {"do": do, "at": value, "into": value, "revision": value}
        assert send(desk, url(draft, "/draft/move"), **data).status_code == 200
    assert desk.get("/pathways", {"q": value, "kind": value, "page": value}).status_code == 200


def test_the_public_page_offers_to_follow_under_the_version_of_today(draft, dana, person):
    made = publishing.publish(draft, actor=dana)
    page = f"/pathways/{draft.pathway_id}"
    assert "Sign in to follow it" in Client().get(page).content.decode()
    browser = Client()
    browser.force_login(person("ada"))
    assert "falls under version 1" in browser.get(page).content.decode()
    browser.post(f"{page}/follow")
    assert "You follow this pathway" in browser.get(page).content.decode()
    publishing.retire(made.pathway, actor=dana)
    assert "Sign in to follow it" not in Client().get(page).content.decode()


def test_rules_of_one_leaf_get_a_group_to_add_to(desk, draft):
    bring = {"rule": {"id": "alone", "count": {"select": {}, "min": 2}}}
    desk.post(url(draft, "/draft/files"), {"text": json.dumps(bring), "revision": 0})
    assert now(draft).rules["rule"] == {
        "id": "award",
        "all": [{"id": "alone", "count": {"select": {}, "min": 2}}],
    }


def test_what_a_file_could_not_bring_is_listed(desk, draft):
    ctdl = desk.get(url(draft, "/draft/rules.ctdl.json")).json()
    node = next(one for one in ctdl["@graph"] if one["@type"] == "ceterms:Pathway")
    node["ceterms:keyword"] = ["data"]
    page = desk.post(url(draft, "/draft/files"), {"text": json.dumps(ctdl), "revision": 0})
    assert page.status_code == 200
    text = page.content.decode()
    assert "could not be brought along" in text
    assert "ceterms:keyword" in text


def test_details_hold_renewal_only_where_there_is_one(desk, northfield, award, dana):
    made = designing.create(
        northfield, actor=dana, kind="micro-certification", title="M", achievement=award
    )
    data = {
        "title": "Fellow",
        "language": "en",
        "unit": "uk",
        "achievement": str(award.pk),
        "conferral": "automatic",
        "renewal_months": "24",
        "continuing_credits": "7.5",
        "revision": 0,
    }
    assert desk.post(url(made, "/draft/details"), data).status_code == 302
    kept = now(made)
    assert (kept.title, kept.renewal_months, kept.continuing_credits) == ("Fellow", 24, 7.5)
    assert (kept.rules["title"], kept.rules["unit"]) == ("Fellow", "uk")
    assert kept.pathway.conferral == "automatic"
    page = desk.post(url(made, "/draft/details"), data)
    assert page.status_code == 422
    assert "changed this draft" in page.content.decode()
    publishing.publish(kept, actor=dana)
    assert "24 months" in Client().get(f"/pathways/{made.pathway_id}").content.decode()


def test_a_skill_is_called_as_an_achievement_here_calls_it(desk, draft, designed):
    uri = "https://skills.example/esco/graphs"
    skill = {"name": "graph theory", "uri": uri}
    designed("Graphs", outcomes=[{"statement": {"en": "Draw graphs"}, "skills": [skill]}])
    leaf = {"count": {"select": {"skill": [uri, "https://skills.example/other"]}, "min": 1}}
    designing.save_rules(draft, actor=None, rules={"rule": {"all": [leaf]}}, revision=0)
    text = desk.get(url(draft, "/draft")).content.decode()
    assert "showing graph theory or https://skills.example/other" in text
    found = desk.post(url(draft, "/draft/rule"), {"find": "graph th", "search": "1"})
    assert f'value="{uri}"' in found.content.decode()
