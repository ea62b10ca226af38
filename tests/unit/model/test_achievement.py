from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_designs import bare, full
from stackmark.errors import UsageError
from stackmark.model import achievement_codes as codes
from stackmark.model.achievement import MAX_OUTCOMES, Achievement
from stackmark.model.achievement_gaps import gaps


def refused(value):
    with pytest.raises(UsageError) as caught:
        Achievement.from_json(value)
    return caught.value


class TestReading:
    @pytest.mark.parametrize(
        "value", [full(), bare(), {"language": "en"}], ids=["full", "bare", "empty"]
    )
    def test_what_is_written_reads_back_the_same(self, value):
        read = Achievement.from_json(value)
        assert read.to_json() == value
        assert Achievement.from_json(read.to_json()) == read

    def test_an_empty_descriptor_knows_nothing_but_its_language(self):
        nothing = Achievement.from_json({})
        assert nothing.to_json() == {"language": "en"}
        assert (nothing.level, nothing.workload, nothing.credit, nothing.name) == (
            None,
            None,
            None,
            "",
        )

    def test_null_means_unknown(self):
        assert Achievement.from_json(bare(level=None)).level is None

    def test_numbers_stay_exact(self):
        read = Achievement.from_json(bare(credit={"value": 2.1, "unit": "ects"}))
        assert str(read.credit.value) == "2.1"
        assert read.to_json()["credit"]["value"] == 2.1

    def test_texts_are_trimmed_and_empty_languages_dropped(self):
        read = Achievement.from_json(bare(title={"en": " Soil\r\nsampling ", "de": "  "}))
        assert read.title == {"en": "Soil\nsampling"}

    def test_lists_keep_each_entry_once(self):
        assert Achievement.from_json(bare(tags=["a", "b", "a"])).tags == ("a", "b")

    @pytest.mark.parametrize(
        ("change", "reason", "place"),
        [
            ({"colour": "red"}, "unknown", "colour"),
            ({"level": {"grade": 1}}, "unknown", "level/grade"),
            ({"title": "Soil"}, "type", "title"),
            ({"title": {"english": "x"}}, "language", "title"),
            ({"title": {"en": 3}}, "type", "title/en"),
            ({"title": {"en": "x" * 301}}, "length", "title/en"),
            ({"title": {"en": "a\u0000b"}}, "text", "title/en"),
            ({"title": {"en": "a\ud800b"}}, "text", "title/en"),
            ({"language": "EN"}, "language", "language"),
            ({"kind": "degree"}, "choice", "kind"),
            ({"outcomes": "x"}, "type", "outcomes"),
            ({"outcomes": [{}] * (MAX_OUTCOMES + 1)}, "length", "outcomes"),
            ({"outcomes": [{"statement": {"en": "x"}}, 5]}, "type", "outcomes/1"),
            ({"outcomes": [{"skills": [{"uri": "http://x.example"}]}]}, "missing", "outcomes/0/skills/0/name"),
            ({"outcomes": [{"skills": [{"name": "x", "uri": "javascript:alert(1)"}]}]}, "address", "outcomes/0/skills/0/uri"),
            ({"criteria": {"url": "ftp://x.example"}}, "address", "criteria/url"),
            ({"criteria": {"url": "https://x.example/a b"}}, "address", "criteria/url"),
            ({"criteria": {"url": 'https://x.example/"><script>'}}, "address", "criteria/url"),
            ({"level": {"eqf": 9}}, "range", "level/eqf"),
            ({"level": {"eqf": True}}, "type", "level/eqf"),
            ({"level": {"eqf": 5, "not_levelled": True}}, "conflict", "level"),
            ({"level": {"framework": "NFQ"}}, "missing", "level"),
            ({"workload": {"low": 5}}, "missing", "workload"),
            ({"workload": {"low": 9, "high": 5}}, "range", "workload"),
            ({"workload": {"low": 0, "high": 0}}, "range", "workload/high"),
            ({"workload": {"low": -1, "high": 5}}, "range", "workload/low"),
            ({"workload": {"low": float("nan"), "high": 5}}, "range", "workload/low"),
            ({"workload": {"low": "5", "high": 5}}, "type", "workload/low"),
            ({"workload": {"low": 1.005, "high": 5}}, "range", "workload/low"),
            ({"credit": {"value": 3}}, "missing", "credit"),
            ({"credit": {"value": 3, "unit": "other"}}, "missing", "credit/unit_name"),
            ({"assessment": {"methods": ["none", "quiz"]}}, "conflict", "assessment/methods"),
            ({"assessment": {"scale": "percent", "required": 101}}, "range", "assessment/required"),
            ({"assessment": {"scale": "points", "maximum": 10, "required": 11}}, "range", "assessment/required"),
            ({"assessment": {"attempts": -1}}, "range", "assessment/attempts"),
            ({"quality": [{"name": "x"}]}, "missing", "quality/0/type"),
            ({"quality": [{"type": "other", "date": "15.01.2026"}]}, "date", "quality/0/date"),
            ({"quality": [{"type": "other", "date": "2026-02-01", "review_due": "2026-01-01"}]}, "range", "quality/0/review_due"),
            ({"validity": {"months": 3}}, "missing", "validity/kind"),
            ({"validity": {"kind": "months"}}, "conflict", "validity/months"),
            ({"validity": {"kind": "unlimited", "until": "2026-02-01"}}, "conflict", "validity/until"),
            ({"programme": {"position": 5, "parts": 4}}, "range", "programme/position"),
            ({"parties": [{"name": "x"}]}, "missing", "parties/0"),
            ({"field": {"code": "6"}}, "choice", "field/code"),
            ({"field": {"code": "٠٦"}}, "choice", "field/code"),
            ({"instruction": ["English"]}, "language", "instruction/0"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named_with_its_place(self, change, reason, place):
        error = refused(bare(**change))
        assert error.reason == f"descriptor.{reason}"
        assert error.detail.startswith(f"{place}: "), error.detail

    @pytest.mark.parametrize("value", [None, [], "x", 3])
    def test_only_an_object_is_a_descriptor(self, value):
        assert refused(value).detail == "descriptor: must be an object."

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
            max_leaves=8,
        ),
        st.sampled_from(sorted(bare())),
    )
    def test_no_value_does_more_than_refuse(self, value, name):
        try:
            read = Achievement.from_json(bare(**{name: value}))
        except UsageError as error:
            assert error.reason.startswith("descriptor.")
        else:
            assert Achievement.from_json(read.to_json()) == read


class TestSaying:
    def test_languages_are_found_wherever_texts_are(self):
        read = Achievement.from_json(
            bare(
                outcomes=[{"statement": {"en": "a", "fr": "b"}}],
                criteria={"narrative": {"de": "c"}},
            )
        )
        assert read.languages == ("en", "de", "fr")

    def test_a_text_falls_back_to_any_language(self):
        read = Achievement.from_json({"language": "en", "title": {"ga": "Ithir"}})
        assert read.name == "Ithir"

    def test_skills_of_all_outcomes_each_once(self):
        skill = {"name": "care"}
        outcomes = [{"skills": [skill]}, {"skills": [skill, {"name": "speed"}]}]
        read = Achievement.from_json(bare(outcomes=outcomes))
        assert [one.name for one in read.skills] == ["care", "speed"]

    def test_joint_awarding(self):
        assert Achievement.from_json(full()).is_joint
        assert not Achievement.from_json(bare()).is_joint


def places(value):
    return [gap.place for gap in gaps(Achievement.from_json(value))]


class TestGaps:
    def test_the_least_and_the_most_have_none(self):
        assert places(bare()) == places(full()) == []

    def test_everything_that_is_needed_is_listed_in_order(self):
        assert places({}) == [
            *("kind", "title", "description", "outcomes", "criteria/narrative"),
            "assessment/methods",
        ]

    def test_a_text_in_another_language_only_is_a_gap(self):
        assert places(bare(title={"de": "Boden"})) == ["title"]
        statement = [{"statement": {"en": "x"}}, {"statement": {"de": "x"}}]
        assert places(bare(outcomes=statement)) == ["outcomes/1/statement"]

    def test_a_page_with_criteria_is_enough(self):
        assert places(bare(criteria={"url": "https://uni.example/criteria"})) == []

    @pytest.mark.parametrize(
        ("kind", "missing"),
        [
            ("digital-badge", []),
            ("certificate", ["workload"]),
            ("nano-degree-part", ["programme/name", "workload"]),
            ("micro-certification", ["supervision", "validity/kind"]),
        ],
    )
    def test_each_kind_asks_for_its_own(self, kind, missing):
        assert places(bare(kind=kind)) == missing

    def test_a_certification_is_tested_and_ends(self):
        wrong = full(assessment={"methods": ["none"]}, validity={"kind": "unlimited"})
        assert places(wrong) == ["assessment/methods", "validity/kind"]

    def test_credit_is_a_size_too(self):
        assert places(bare(kind="certificate", credit={"value": 1, "unit": "ects"})) == []

    def test_every_kind_has_been_looked_at(self):
        assert set(codes.KINDS) == {
            *("digital-badge", "certificate", "nano-degree-part", "micro-certification"),
        }
