"""What silence means where, what is wrong everywhere, and what follows from the rows."""

from __future__ import annotations

import datetime as dt

import pytest

from quality_records import NOW, credential, design, without
from stackmark.exchange.formats import read_record
from stackmark.exchange.shapes import Imported, Loss
from stackmark.model.record import Record
from stackmark.quality.case import Case
from stackmark.quality.check import check, native_words
from stackmark.quality.profile import NAMES, named

EU = named("eu-2022")


def judged(tree, profile="eu-2022"):
    return check(read_record(tree), named(profile), now=NOW)


def foreign(tree, **more):
    """The record as a reader of another format would give it."""
    given = {"places": {}, **more}
    return check(Imported(Record.from_json(tree), "ob3", **given), EU, now=NOW)


def row(done, number):
    return next(one for one in done.rows if one.id.endswith(f".{number}"))


def put(tree, path, value):
    *keys, last = path.split("/")[1:]
    for key in keys:
        tree = tree[int(key)] if isinstance(tree, list) else tree[key]
    tree[last] = value


WRONG = [
    ("01", "/award/learner", {"name": "Ada"}, "silent", "only a name is stated"),
    ("01", "/award/learner", {}, "silent", "nothing is stated"),
    (
        "01",
        "/award/learner",
        {"identifiers": [{"scheme": "email", "value": "sha256$ab", "hashed": True}]},
        "wrong",
        "has no salt",
    ),
    ("02", "/achievement/title", {"und": "Small data"}, "open", "which language"),
    ("03", "/issuer/country", "ZZ", "wrong", "ZZ is no country"),
    ("04", "/issuer", {"name": "Uni", "country": "IE"}, "silent", "no persistent identifier"),
    ("04", "/awarding_body", {"country": "IE"}, "silent", "no name and no persistent identifier"),
    ("05", "/award/issued", "2026-12-01T00:00:00Z", "wrong", "in the future"),
    ("05", "/award/issued", "2026-05-01T00:00:00Z", "wrong", "before the learning ended"),
    ("06", "/achievement/outcomes", [{"assessed_by": ["quiz"]}], "silent", "has no statement"),
    (
        "06",
        "/achievement/outcomes",
        [{"skills": [{"name": "plan research"}]}],
        "silent",
        "Outcome 1 only names a skill",
    ),
    ("08", "/achievement/level", {"framework": "Ours", "code": "7"}, "open", "none of the EQF"),
    ("09", "/achievement/assessment/methods", ["none"], "wrong", "nothing is assessed"),
    ("11", "/achievement/quality", [{"type": "external-review"}], "silent", "by whom and when"),
    (
        "11",
        "/achievement/quality",
        [{"type": "external-review", "name": "Agency"}],
        "silent",
        "does not say when",
    ),
    ("14", "/award/results", [{"value": "5.5"}], "wrong", "no named scale"),
]


class TestRows:
    @pytest.mark.parametrize(("number", "path", "value", "kind", "words"), WRONG)
    def test_what_is_stated_badly_says_what_is_wrong(self, number, path, value, kind, words):
        tree = credential()
        put(tree, path, value)
        own, other = row(judged(tree), number), row(foreign(tree), number)
        assert words in own.message
        # Optional elements give advice, not failures.
        fails = kind != "open" and own.severity == "mandatory"
        assert own.outcome == ("failed" if fails else "could-not-tell")
        assert own.fix
        assert other.outcome == ("failed" if fails and kind == "wrong" else "could-not-tell")

    @pytest.mark.parametrize(
        "level",
        [
            {"not_levelled": True},
            {"framework": "QF-EHEA", "code": "first cycle"},
            *({"eqf": n} for n in (1, 8)),
        ],
    )
    def test_levels_that_will_do(self, level):
        assert row(judged(design(level=level)), "08").outcome == "passed"

    def test_a_national_level_lies_where_its_referencing_says(self):
        found = row(judged(design(level={"framework": "NFQ", "code": "7"})), "08")
        assert (found.outcome, found.pointer) == ("passed", "/achievement/level/code")
        assert found.message.startswith("NFQ 7 lies at EQF 6 (Referencing of the Irish")
        low = judged(design(level={"framework": "NFQ", "code": "2"}), "cmf")
        found = next(one for one in low.rows if one.id == "cmf.02")
        assert (found.outcome, "Asked for is 4 to 7." in found.message) == ("failed", True)

    def test_who_assigned_a_level_is_said(self):
        assert "assigned by Quality Agency" in row(judged(design()), "08").message
        assert "self-declared" in row(judged(design(level={"eqf": 4})), "08").message

    def test_an_hour_is_one(self):
        found = row(judged(design(workload={"low": 1, "high": 1}, credit=None)), "07")
        assert found.message == "1 hour of learning."

    def test_credit_alone_is_workload_where_it_stands_for_hours(self):
        found = row(judged(design(workload=None)), "07")
        assert (found.outcome, found.pointer) == ("passed", "/achievement/credit")
        assert "50 to 60 hours" in found.message

    @pytest.mark.parametrize(
        "credit", [{"value": 2, "unit": "ceu"}, {"value": 2, "unit": "other", "unit_name": "X"}]
    )
    def test_credit_without_hours_is_none(self, credit):
        found = row(judged(design(workload=None, credit=credit)), "07")
        assert found.outcome == "failed"
        assert "stands for no number of hours" in found.message

    def test_a_salted_hash_is_a_learner(self):
        tree = credential()
        hashed = {"scheme": "email", "value": "sha256$ab", "hashed": True, "salt": "s"}
        tree["award"]["learner"] = {"identifiers": [hashed]}
        assert row(judged(tree), "01").outcome == "passed"


class TestForeign:
    def test_what_stands_at_the_place_and_cannot_be_read_is_wrong(self):
        place = "/issuer/address/addressCountryCode"
        done = foreign(
            without(credential(), ["/issuer/country"]),
            places={"/issuer/country": place},
            loss=(Loss(place, "Eire", "issuer/country: 'Eire' is no country code."),),
        )
        found = row(done, "03")
        assert (found.outcome, found.pointer) == ("failed", place)
        assert (
            "it says “Eire”, which cannot be read as that. 'Eire' is no country code."
            in found.message
        )
        assert done.verdict == "does-not-conform"

    def test_an_id_that_a_record_does_not_keep_is_one(self):
        place = "/credentialSubject/id"
        done = foreign(
            without(credential(), ["/award/learner"]),
            places={"/award/learner/id": place},
            loss=(Loss(place, "mailto:ada@people.example", "award/learner/id: no identifier."),),
        )
        assert (row(done, "01").outcome, row(done, "01").pointer) == ("passed", place)

    @pytest.mark.parametrize("empty", [None, "", {}, []])
    def test_nothing_at_the_place_is_nothing(self, empty):
        done = foreign(
            without(credential(), ["/issuer/country"]),
            places={"/issuer/country": "/issuer/country"},
            loss=(Loss("/issuer/country", empty, "no country."),),
        )
        assert row(done, "03").outcome == "could-not-tell"

    def test_sixty_months_are_no_workload(self):
        place = "/credentialSubject/hasClaim/0/specifiedBy/volumeOfLearning"
        done = foreign(
            without(credential(), ["/achievement/workload", "/achievement/credit"]),
            places={"/achievement/workload": place},
            loss=(Loss(place, "P60M", "not read."),),
        )
        assert row(done, "07").outcome == "failed"
        assert "probably PT60H" in row(done, "07").message

    def test_sixty_months_are_wrong_beside_good_credit_too(self):
        place = "/credentialSubject/hasClaim/0/specifiedBy/volumeOfLearning"
        done = foreign(
            without(credential(), ["/achievement/workload"]),
            places={"/achievement/workload": place},
            loss=(Loss(place, "P60M", "not read."),),
        )
        assert (row(done, "07").outcome, row(done, "07").pointer) == ("failed", place)
        assert done.warnings == ()

    def test_sixty_months_at_an_activity_are_a_warning(self):
        place = "/credentialSubject/hasClaim/0/influencedBy/0/workload"
        other = Loss("/credentialSubject/note", "P60M", "not read.")
        done = foreign(credential(), loss=(Loss(place, "P60M", "not read."), other))
        assert done.findings == ()
        (one,) = done.warnings
        assert (one.id, one.pointer) == ("size.calendar-duration", place)
        assert "probably PT60H" in one.message

    def test_it_points_to_the_nearest_thing_around(self):
        tree = without(credential(), ["/achievement/level"])
        done = foreign(tree, places={"/achievement": "/credentialSubject/achievement"})
        assert row(done, "08").pointer == "/credentialSubject/achievement"

    def test_without_a_place_around_it_is_where_the_title_stands(self):
        tree = without(credential(), ["/achievement/level", "/issuer/country"])
        done = foreign(tree, places={"/achievement/title": "/badge/name"})
        assert row(done, "08").pointer == "/badge"
        assert row(done, "03").pointer == ""

    def test_a_part_of_it_shows_where_it_stands(self):
        places = {"/achievement/workload/low": "/badge/hours", "/achievement/credit": "/badge/c"}
        assert row(foreign(credential(), places=places), "07").pointer == "/badge/hours"

    def test_another_of_its_places_is_better_than_none(self):
        tree = without(credential(), ["/achievement/workload", "/achievement/credit"])
        done = foreign(tree, places={"/achievement/credit": "/badge/creditsAvailable"})
        assert row(done, "07").pointer == "/badge/creditsAvailable"

    @pytest.mark.parametrize(("value", "outcome"), [(2.5, "could-not-tell"), ("P60M", "failed")])
    def test_a_number_without_a_unit_is_not_enough_to_tell(self, value, outcome):
        tree = without(credential(), ["/achievement/workload", "/achievement/credit"])
        places = {"/achievement/workload": "/badge/workload"}
        done = foreign(tree, places=places, loss=(Loss("/badge/workload", value, "Odd."),))
        assert row(done, "07").outcome == outcome
        assert str(value) in row(done, "07").message

    def test_a_file_that_was_not_at_hand_is_named(self):
        tree = without(credential(), ["/achievement/participation"])
        done = foreign(tree, missing=("https://uni.example/facts.json",))
        assert "not at hand: https://uni.example/facts.json" in row(done, "10").message
        assert "not at hand" not in row(done, "09").message

    def test_silence_leaves_it_open(self):
        done = foreign(without(credential(), ["/achievement/quality"]))
        assert (done.conforms, done.verdict) == (False, "could-not-tell")

    def test_a_format_that_cannot_tie_outcomes_to_assessments_is_not_blamed(self):
        tree = credential(outcomes=[{"statement": {"en": "Plan a study"}}])
        assert [one.id for one in judged(tree).warnings] == ["outcome.not-assessed"]
        assert foreign(tree).warnings == ()

    def test_a_degree_by_its_native_type_is_a_mislabel(self):
        loss = (Loss("/credentialSubject/achievement/achievementType", "Degree", "no kind."),)
        done = foreign(credential(kind=None), loss=loss, places={"/achievement/kind": loss[0].path})
        assert done.rows[-1].id == "class.label"
        assert done.rows[-1].pointer == "/credentialSubject/achievement/achievementType"
        assert "“Degree”, but by its facts it is an assessed micro-credential" in done.mislabel

    def test_type_words_of_its_own_are_kept_by_the_record_or_lost(self):
        lost = (Loss("/achievementType", ["Degree", "ext:X"], "no kind."),)
        given = Imported(Record.from_json(credential()), "ob3", {}, lost)
        case = Case(given, NOW)
        assert native_words(case) == ("Degree", "ext:X")
        kept = Record.from_json({**credential(), "type_stated": "MicroCredential"})
        given = Imported(kept, "ob3", {}, lost)
        assert native_words(Case(given, NOW)) == ("MicroCredential", "Degree", "ext:X")


class TestVerdict:
    def test_a_mandatory_row_that_failed_decides(self):
        done = judged(without(design(), ["/achievement/level"]))
        assert (done.verdict, done.conforms) == ("does-not-conform", False)
        assert done.counts == {
            "passed": 13,
            "failed": 1,
            "could-not-tell": 0,
            "not-applicable": 2,
        }

    def test_a_checklist_never_conforms(self):
        done = judged(design(), "iso-17024")
        assert done.conforms is None
        assert done.to_json("x")["verdict"] == "readiness checklist"

    @pytest.mark.parametrize("name", NAMES)
    def test_the_json_has_no_score_and_the_members_of_the_contract(self, name):
        told = judged(credential(), name).to_json("a.json")
        assert {"source", "profile", "conforms", "class", "rows"} <= told.keys()
        assert not [key for key in told if "score" in key]
        members = {"id", "element", "outcome", "severity", "pointer", "message", "fix", "clause"}
        assert all(set(one) == members for one in told["rows"])
        assert sum(told["counts"].values()) == len(told["rows"])

    def test_the_time_is_given_not_taken(self):
        early = check(read_record(credential()), EU, now=dt.datetime(2026, 6, 1, tzinfo=dt.UTC))
        assert row(early, "05").outcome == "failed"
