"""An agency's own file: read, or refused with the file, the row and the field."""

from __future__ import annotations

import pytest

from quality_records import NOW, design
from stackmark.errors import UsageError
from stackmark.exchange.formats import read_record
from stackmark.quality.check import check
from stackmark.quality.paths import is_path
from stackmark.quality.profile import named, parse

HEAD = """
id = "own-1"
title = "Our rules"
source = "Rules of the agency, 2026"
version = "1"
reading = "official"
kind = "rule-set"
clause = "Rules, part 2"
"""
ROW = """
[[row]]
id = "own-1.01"
element = "Kinds of assessment"
what = "No quizzes."
where = ["/achievement/assessment/methods"]
severity = "mandatory"
test = "choice"
parameters = { refused = ["quiz"] }
fix = "Assess otherwise."
"""


def refused(text):
    with pytest.raises(UsageError) as caught:
        parse(text.encode(), "own.toml")
    return caught.value.reason, caught.value.detail


def changed(old, new):
    assert old in HEAD + ROW
    return (HEAD + ROW).replace(old, new, 1)


def judged(text, tree):
    return check(read_record(tree), parse(text.encode(), "own.toml"), now=NOW).rows[0]


def test_it_judges():
    assert judged(HEAD + ROW, design()).outcome == "passed"
    found = judged(HEAD + ROW, design(assessment={"methods": ["project", "quiz"]}))
    assert (found.outcome, found.clause) == ("failed", "Rules, part 2")
    assert found.pointer == "/achievement/assessment/methods/1"
    assert found.message == "Kinds of assessment: “quiz” does not fit."


@pytest.mark.parametrize(("count", "outcome"), [(2, "passed"), (3, "failed")])
def test_at_least_counts(count, outcome):
    text = changed('"choice"', '"at-least"').replace('refused = ["quiz"]', f"count = {count}")
    assert judged(text, design()).outcome == outcome


def test_allowed_words():
    text = changed('refused = ["quiz"]', 'allowed = ["project"]')
    assert "“oral-exam” does not fit; allowed are project" in judged(text, design()).message


def test_a_row_for_credentials_is_not_applicable_to_a_design():
    text = changed('severity = "mandatory"', 'severity = "mandatory"\napplies = "credential"')
    assert judged(text, design()).outcome == "not-applicable"


def test_what_is_recommended_and_absent_is_not_failed():
    text = changed('"mandatory"', '"recommended"')
    found = judged(text, design(assessment=None))
    assert (found.outcome, found.severity) == ("could-not-tell", "recommended")


REFUSED = [
    ('id = "own-1"\n', "", "profile.field", 'own.toml, field "id": is missing.'),
    ('"Our rules"', "3", "profile.field", 'own.toml, field "title": must be text.'),
    ('reading = "official"', 'reading = "mine"', "profile.field", "'mine' is none of official"),
    ('"rule-set"', '"law"', "profile.field", "field \"kind\": 'law' is none of rule-set"),
    ('id = "own-1"\n', 'id = "Own 1"\n', "profile.field", "small letters"),
    ("version", "verison", "profile.field", 'field "verison": is not known here'),
    (
        '"own-1.01"',
        '"other.01"',
        "profile.field",
        'own.toml, row 1 (other.01), field "id": must begin with',
    ),
    (
        'severity = "mandatory"',
        'severity = "must"',
        "profile.field",
        "own.toml, row 1 (own-1.01), field \"severity\": 'must' is none of mandatory",
    ),
    ('"choice"', '"guess"', "profile.test", "'guess' is none of present"),
    ("refused", "banned", "profile.test", 'field "parameters.banned": the test'),
    ('["quiz"]', '"quiz"', "profile.test", "must be a list of texts"),
    ('"choice"', '"at-least"', "profile.test", "the test 'at-least' has count"),
    ("/methods", "/method", "profile.field", "'/achievement/assessment/method' is no place"),
    (
        'where = ["/achievement/assessment/methods"]\n',
        "",
        "profile.field",
        'field "where": is missing',
    ),
    ('clause = "Rules, part 2"\n', "", "profile.field", 'field "clause": is missing'),
    ("[[row]]", "[row]", "profile.row", "at least one [[row]]"),
    ("fix =", "fix", "profile.toml", "own.toml is no TOML"),
]


@pytest.mark.parametrize(("old", "new", "reason", "words"), REFUSED)
def test_what_is_refused_and_where(old, new, reason, words):
    found, sentence = refused(changed(old, new))
    assert (found, words in sentence) == (reason, True), sentence


@pytest.mark.parametrize(
    ("test", "parameters", "words"),
    [
        ("size", 'unit = "ect"', "'ect' is none of ects, uk"),
        ("size", 'unit = "ects", most = inf', "must be a number from 0 to 100,000"),
        ("size", 'unit = "ects", most = nan', "must be a number"),
        ("size", 'unit = "ects", most = -1', "must be a number"),
        ("size", 'unit = "ects", most = true', "must be a number"),
        ("assessed", 'methods = ["exam"]', "'exam' is none of written-exam"),
        ("class-is", 'allowed = ["degree"]', "'degree' is none of attendance"),
        ("not-in-title", 'jurisdiction = "XX"', "'XX' is none of NZ"),
        ("level", 'or_none = "yes"', "must be true or false"),
    ],
)
def test_parameters_that_would_never_hold(test, parameters, words):
    text = changed('"choice"', f'"{test}"').replace('refused = ["quiz"]', parameters)
    reason, sentence = refused(text)
    assert 'row 1 (own-1.01), field "parameters.' in sentence
    assert (reason in ("profile.test", "profile.field"), words in sentence) == (True, True), (
        sentence
    )


def test_a_review_as_late_as_one_likes():
    text = changed('"choice"', '"review"').replace('refused = ["quiz"]', "months = 100000")
    assert judged(text, design()).outcome == "passed"


def test_a_needed_parameter():
    text = changed('"choice"', '"size"').replace("refused", "least").replace('["quiz"]', "3")
    assert refused(text) == (
        "profile.test",
        "own.toml, row 1 (own-1.01), field \"parameters.unit\": the test 'size' needs it.",
    )


def test_the_same_id_twice():
    assert refused(HEAD + ROW + ROW)[1].endswith("'own-1.01' is the id of an earlier row.")


def test_no_rows_too_many_too_large_and_no_text():
    assert refused(HEAD)[0] == "profile.row"
    many = "".join(ROW.replace("01", f"{n:03}") for n in range(201))
    assert "over 200 rows" in refused(HEAD + many)[1]
    assert refused(HEAD + "#" * 300_000)[0] == "profile.size"
    with pytest.raises(UsageError, match="not text in UTF-8"):
        parse(b"\xff", "own.toml")


def test_a_name_nobody_knows():
    with pytest.raises(UsageError, match="'eu' is no profile; use eu-2022") as caught:
        named("eu")
    assert caught.value.reason == "profile.unknown"


def test_places_are_those_of_a_record():
    assert is_path("/achievement/outcomes/skills/uri")
    assert is_path("/award/learner/identifiers/scheme")
    assert is_path("/awarding_body/name")
    for odd in ("achievement", "/", "/achievement/0", "/achievement/title/en", "/award/grade"):
        assert not is_path(odd)
