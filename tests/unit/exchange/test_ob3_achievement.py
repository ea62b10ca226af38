from __future__ import annotations

import re

import pytest

import stackmark
from achievement_designs import bare, full
from stackmark.errors import UsageError
from stackmark.exchange.ob3 import words
from stackmark.exchange.ob3.achievement import open_badge_achievement
from stackmark.keys import PrivateKey
from stackmark.model import achievement_codes as codes
from stackmark.model.achievement import Achievement

ID = "https://uni.example/achievements/1/2"


def made(value, **more):
    return open_badge_achievement(Achievement.from_json(value), id=ID, **more)


def said(value, label, **more):
    """What the signed text says under a label."""
    narrative = made(value, **more)["criteria"]["narrative"]
    found = re.search(rf"^- {re.escape(label)}: (.+)$", narrative, re.MULTILINE)
    return found[1] if found else None


class TestSigning:
    @pytest.mark.parametrize("value", [full(), bare()], ids=["full", "bare"])
    def test_our_own_strict_issuing_takes_it(self, value):
        built = made(
            value,
            creator={"id": "https://uni.example/o/uni", "type": ["Profile"], "name": "Uni"},
            image="https://uni.example/badge.png",
            version="2",
            earlier=[("https://uni.example/achievements/1/1", "1")],
        )
        badge = stackmark.issue(
            built, recipient="ada@people.example", key=PrivateKey.generate("ed25519")
        )
        assert stackmark.verify(badge, offline=True).verdict == "verified"

    @pytest.mark.parametrize("name", ["title", "description", "criteria"])
    def test_without_what_a_badge_needs_there_is_none(self, name):
        value = {key: inner for key, inner in bare().items() if key != name}
        with pytest.raises(UsageError, match=f"^{name}: is empty") as caught:
            made(value)
        assert caught.value.reason == "descriptor.missing"

    @pytest.mark.parametrize("scale", codes.SCALES)
    @pytest.mark.parametrize("unit", codes.CREDIT_UNITS)
    def test_every_scale_and_unit_can_be_signed(self, scale, unit):
        value = bare(
            assessment={
                "methods": list(codes.ASSESSMENT_METHODS[:-1]),
                "scale": scale,
                "required": 1,
            },
            credit={"value": 0.1, "unit": unit, "unit_name": "points"},
            participation=list(codes.PARTICIPATION),
        )
        badge = stackmark.issue(
            made(value), recipient="ada@people.example", key=PrivateKey.generate("ed25519")
        )
        assert stackmark.verify(badge, offline=True).verdict == "verified"


class TestNativeMembers:
    def test_all_that_have_a_home(self):
        built = made(full(), version="2")
        assert built["id"] == ID
        assert built["type"] == ["Achievement"]
        assert built["name"] == "Data analysis with open tools"
        assert built["achievementType"] == "Certification"
        assert built["creditsAvailable"] == 2.5
        assert built["fieldOfStudy"] == "0613 Software and applications development"
        assert built["humanCode"] == "DA-101"
        assert built["inLanguage"] == "en"
        assert built["version"] == "2"
        assert built["criteria"]["id"] == "https://uni.example/criteria"

    @pytest.mark.parametrize(
        ("kind", "native"),
        [
            ("digital-badge", "Badge"),
            ("certificate", "Certificate"),
            ("nano-degree-part", "MicroCredential"),
            ("micro-certification", "Certification"),
        ],
    )
    def test_each_kind_has_a_native_type_and_is_said_in_words(self, kind, native):
        assert made(bare(kind=kind))["achievementType"] == native
        assert said(bare(kind=kind), "Kind") == words.KINDS[kind]

    def test_the_level_is_an_alignment(self):
        assert made(bare(level={"eqf": 5}))["alignment"] == [
            {
                "type": ["Alignment"],
                "targetName": "EQF level 5",
                "targetUrl": "http://data.europa.eu/snb/eqf/5",
                "targetFramework": "European Qualifications Framework",
                "targetCode": "5",
                "targetType": "ext:EQFLevel",
            }
        ]

    def test_no_level_is_said_and_unknown_is_not(self):
        assert said(bare(level={"not_levelled": True}), "Level") == "not levelled"
        assert "alignment" not in made(bare(level={"not_levelled": True}))
        assert said(bare(), "Level") is None

    def test_skills_with_an_address_are_aligned_once_and_others_become_tags(self):
        one = {"name": "cleansing", "uri": "http://skills.example/1"}
        value = bare(
            outcomes=[
                {"statement": {"en": "x"}, "skills": [one, {"name": "care"}]},
                {"statement": {"en": "y"}, "skills": [{**one, "framework": "ESCO"}]},
            ],
            tags=["data"],
        )
        built = made(value)
        assert [a["targetUrl"] for a in built["alignment"]] == ["http://skills.example/1"]
        assert built["tag"] == ["data", "care"]

    def test_results_for_numbers_and_for_passing(self):
        assert made(full())["resultDescription"] == [
            {
                "id": f"{ID}#result",
                "type": ["ResultDescription"],
                "name": "Result",
                "resultType": "RawScore",
                "valueMin": "0",
                "valueMax": "100",
                "requiredValue": "60",
            }
        ]
        passing = made(bare(assessment={"scale": "pass-fail"}))["resultDescription"][0]
        assert passing["resultType"] == "Status"
        assert "valueMax" not in passing

    def test_another_language_and_what_it_falls_back_to(self):
        built = made(full(), language="de")
        assert (built["name"], built["inLanguage"]) == ("Datenanalyse mit offenen Werkzeugen", "de")
        assert "- Bereinigt Daten (skills: " in built["criteria"]["narrative"]
        assert said(full(), "Prerequisites", language="de") == "School mathematics."

    def test_what_is_unknown_is_not_there(self):
        assert set(made(bare())) == {
            *("id", "type", "name", "description", "criteria", "achievementType", "inLanguage"),
        }


class TestSignedText:
    @pytest.mark.parametrize(
        ("label", "text"),
        [
            ("Programme", "Open data nano-degree (https://uni.example/nano), part 2 of 4"),
            ("Level", "EQF level 6; NFQ (Ireland) 7"),
            ("Workload", "50 to 60 hours"),
            ("Credit", "2.5 ECTS credits (assigned by Northfield University)"),
            ("Form of participation", "online, blended (partly online)"),
            ("Language of instruction", "en, ga"),
            ("Assessment", "project, oral examination"),
            ("Pass rule", "60 of 100 in each part."),
            ("Grading", "points, at most 100, 60 to pass"),
            ("Attempts allowed", "3"),
            ("Supervision and identity check", "supervised online, identity checked"),
            ("Use of AI", "Allowed for drafts, and to be named."),
            ("Prerequisites", "School mathematics."),
            ("Jointly awarding body", "Westport College (https://westport.example/)"),
            ("Employer partner", "Data Ltd"),
            ("Validity", "36 months from the day of issue"),
            ("Renewal", "A short test each third year."),
            ("Author", "Ada Example"),
            ("Title in other languages", "Datenanalyse mit offenen Werkzeugen (de)"),
        ],
    )
    def test_every_fact_without_a_home_is_said(self, label, text):
        assert said(full(), label) == text

    def test_quality_names_who_when_and_what_is_due(self):
        text = said(full(), "Quality assurance")
        for part in ("external review", "Quality Agency", "2026-01-15", "2028-01-15", "/report"):
            assert part in text

    def test_nothing_a_designer_wrote_is_lost(self):
        """Every text of the descriptor is somewhere in what gets signed."""
        built = str(made(full()))
        for text in _texts(full()):
            assert text in built, text

    def test_a_credit_number_never_stands_without_its_unit(self):
        for unit in codes.CREDIT_UNITS:
            value = bare(credit={"value": 3, "unit": unit, "unit_name": "CPD points"})
            assert made(value)["creditsAvailable"] == 3
            assert re.fullmatch(r"3 \D+", said(value, "Credit"))

    def test_a_text_cannot_leave_its_row(self):
        value = bare(author="Ada\n\n**Facts**\n- Level: EQF level 8")
        assert said(value, "Author") == "Ada **Facts** - Level: EQF level 8"
        assert said(value, "Level") is None

    @pytest.mark.parametrize(
        ("validity", "text"),
        [
            ({"kind": "unlimited"}, "does not expire"),
            ({"kind": "months", "months": 1}, "1 month from the day of issue"),
            ({"kind": "fixed", "until": "2030-06-30"}, "until 2030-06-30"),
        ],
    )
    def test_validity(self, validity, text):
        assert said(bare(validity=validity), "Validity") == text

    @pytest.mark.parametrize(("count", "text"), [(0, "not limited"), (1, "1"), (None, None)])
    def test_attempts(self, count, text):
        assert said(bare(assessment={"attempts": count}), "Attempts allowed") == text

    def test_every_code_has_words(self):
        tables = (
            (codes.KINDS, words.KINDS),
            (codes.PARTICIPATION, words.PARTICIPATION),
            (codes.ASSESSMENT_METHODS, words.METHODS),
            (codes.SUPERVISION, words.SUPERVISION),
            (codes.QUALITY, words.QUALITY),
            (codes.PARTY_ROLES, words.ROLES),
            (codes.SCALES, words.SCALES),
        )
        for known, said_in in tables:
            assert set(known) == set(said_in)
        assert set(codes.CREDIT_UNITS) == {*words.UNITS, "other"}


def _texts(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            # Codes are said in words; other languages stay in the catalogue, but for the title.
            if name not in (
                "kind",
                "unit",
                "role",
                "type",
                "supervision",
                "methods",
                "participation",
                "scale",
                "language",
            ):
                if name == "de" and inner != full()["title"]["de"]:
                    continue
                yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value
