"""ELM documents of others: single values and lists, several claims, known oddities."""

from __future__ import annotations

import contextlib
import copy
import json

import pytest

from each import some
from shared import need_shared
from stackmark.errors import StackmarkError
from stackmark.exchange.elm import cardinalities
from stackmark.exchange.elm.durations import read_hours, refusal, write_hours
from stackmark.exchange.elm.read import read, recognises
from stackmark.exchange.formats import read_record, write_record
from unit.exchange.elm_documents import credential, design, record

SNB = "http://data.europa.eu/snb/"
EU = "http://publications.europa.eu/resource/authority/"


def concept(uri, label=None, **more):
    return {"id": uri, "type": "Concept", **({"prefLabel": {"en": label}} if label else {}), **more}


def organisation(identity, name, country="ITA"):
    address = {"type": "Address", "countryCode": concept(f"{EU}country/{country}")}
    return {
        "id": identity,
        "type": "Organisation",
        "legalName": {"en": name},
        "location": {"type": "Location", "address": address},
    }


# The structure the Commission's issuer writes: single values, documents' own identifiers, and the
# workload of 60 months that its Annex I sample states for a learning of 60 hours.
ANNEX = {
    "id": "urn:credential:1",
    "type": ["VerifiableCredential", "EuropeanDigitalCredential"],
    "@context": ["https://www.w3.org/2018/credentials/v1", f"{SNB}model/context/edc-ap"],
    "credentialProfiles": concept(f"{SNB}credential/e34929035b", "Generic"),
    "displayParameter": {
        "id": "urn:epass:displayParameter:1",
        "type": "DisplayParameter",
        "primaryLanguage": concept(f"{EU}language/ENG", "English"),
        "language": concept(f"{EU}language/ENG"),
        "title": {"en": "Digital micro-credential creation"},
    },
    "issuer": organisation("urn:epass:org:1", "University of Zed", "IRL"),
    "issued": "2023-09-27T11:54:17Z",
    "issuanceDate": "2023-09-27T11:54:17Z",
    "validFrom": "2022-12-31T23:00:00Z",
    "credentialSubject": {
        "id": "urn:epass:person:1",
        "type": "Person",
        "fullName": {"en": "Ana Andromeda"},
        "nationalID": {"type": "LegalIdentifier", "notation": "LA-234218"},
        "hasClaim": {
            "id": "urn:epass:learningAchievement:1",
            "type": "LearningAchievement",
            "title": {"en": "Digital micro-credential creation"},
            "awardedBy": {
                "id": "urn:epass:awardingProcess:1",
                "type": "AwardingProcess",
                "awardingBody": organisation("urn:epass:org:1", "University of Zed", "IRL"),
            },
            "influencedBy": {
                "id": "urn:epass:learningActivity:1",
                "type": "LearningActivity",
                "title": {"en": "Learning by doing"},
                "workload": "P60M",
            },
            "provenBy": {
                "id": "urn:epass:learningAssessment:1",
                "type": "LearningAssessment",
                "title": {"en": "Digital artefact assessment"},
                "grade": {"type": "Note", "noteLiteral": {"en": "Pass"}},
                "idVerification": concept(f"{SNB}supervision-verification/c598449d64"),
                "specifiedBy": {
                    "id": "urn:epass:learningAssessmentSpec:1",
                    "type": "LearningAssessmentSpecification",
                    "title": {"en": "Digital artefact assessment"},
                    "dcType": concept("urn:epass:concept:1", "artefact assessment"),
                    "mode": concept(f"{SNB}learning-assessment/920fbb3cbe", "Online"),
                    "gradingScheme": {
                        "type": "GradingScheme",
                        "title": {"en": "Standard grading"},
                        "description": {"en": "Passed when handed in."},
                    },
                },
            },
            "specifiedBy": {
                "id": "urn:epass:qualification:1",
                "type": "Qualification",
                "title": {"en": "Digital micro-credential creation"},
                "eqfLevel": concept(f"{SNB}eqf/6", "Level 6"),
                "nqfLevel": concept(f"{SNB}qdr/c_c392e7a2", "RQF Level 6"),
                "thematicArea": [
                    concept(f"{SNB}isced-f/003", "Personal skills and development"),
                    concept(f"{SNB}isced-f/0688", "Inter-disciplinary programmes"),
                ],
                "creditPoint": {
                    "type": "CreditPoint",
                    "framework": concept(f"{SNB}education-credit/6fcec5c5af"),
                    "point": "2",
                },
                "volumeOfLearning": "PT60H",
                "maximumDuration": "P1M",
                "mode": concept(f"{SNB}learning-assessment/e92d221e4d", "Blended"),
                "language": concept(f"{EU}language/ENG"),
                "entryRequirement": {"type": "Note", "noteLiteral": {"en": "An account."}},
                "learningOutcome": {
                    "type": "LearningOutcome",
                    "title": {"en": "Develop digital content", "es": ["Contenido digital"]},
                    "relatedESCOSkill": {
                        "id": "http://data.europa.eu/esco/skill/5fd5c985",
                        "type": "Concept",
                        "inScheme": {"id": "http://data.europa.eu/esco/concept-scheme/skills"},
                        "prefLabel": {"en": "develop digital content"},
                    },
                },
                "accreditation": {
                    "type": "Accreditation",
                    "dcType": concept(f"{SNB}accreditation/820101cba6"),
                    "accreditingAgent": organisation("https://agency.example/", "Agency"),
                    "report": {"type": "WebResource", "contentURL": "https://agency.example/r"},
                },
                "dcType": concept(f"{SNB}learning-opportunity/74a4a268e8", "Short programme"),
            },
        },
    },
}


def annex(**claim):
    tree = copy.deepcopy(ANNEX)
    tree["credentialSubject"]["hasClaim"] |= claim
    return tree


def lost(found):
    return {one.path: one.reason for one in found.loss}


def paths(value, path=()):
    if not isinstance(value, dict | list):
        return
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield (*path, name)
        yield from paths(inner, (*path, name))


class TestAnotherIssuer:
    def test_everything_of_the_eu_list_is_read(self):
        found = read_record(ANNEX).record
        one = found.achievement
        assert (one.language, one.name) == ("en", "Digital micro-credential creation")
        assert (one.level.eqf, one.level.framework, one.level.code) == (6, "RQF", "6")
        assert (one.workload.low, one.workload.high) == (60, 60)
        assert (one.credit.value, one.credit.unit) == (2, "ects")
        assert one.participation == ("blended",)
        assert one.instruction == ("en",)
        assert one.supervision == "unsupervised-no-id"
        assert one.prerequisites == {"en": "An account."}
        assert one.outcomes[0].statement == {
            "en": "Develop digital content",
            "es": "Contenido digital",
        }
        assert one.outcomes[0].skills[0].framework == "ESCO"
        assert one.assessment.description == {"en": "Digital artefact assessment"}
        assert one.assessment.pass_rule == {"en": "Passed when handed in."}
        assert one.quality[0].type == "programme-accreditation"
        assert (one.quality[0].name, one.quality[0].id) == ("Agency", "https://agency.example/")
        assert one.field.code == "003"
        assert (found.issuer.name, found.issuer.country) == ("University of Zed", "IE")
        assert found.awarding_body is None
        assert found.award.learner.name == "Ana Andromeda"
        assert found.award.learner.identifiers[0].value == "LA-234218"
        assert (found.award.results[0].value, found.award.results[0].status) == ("Pass", "")
        assert found.type_stated == "Short programme"

    def test_months_are_kept_out_of_the_workload_and_named(self):
        said = lost(read_record(ANNEX))["/credentialSubject/hasClaim/influencedBy/workload"]
        assert said == (
            "P60M means 60 months of the calendar, not hours; it is not taken as workload. "
            "PT60H would be 60 hours."
        )

    def test_the_hours_of_the_activity_count_where_the_specification_has_none(self):
        tree = annex()
        claim = tree["credentialSubject"]["hasClaim"]
        claim["influencedBy"]["workload"] = "PT7H30M"
        del claim["specifiedBy"]["volumeOfLearning"]
        found = read_record(tree)
        assert float(found.record.achievement.workload.high) == 7.5
        place = "/credentialSubject/hasClaim/influencedBy/workload"
        assert found.places["/achievement/workload/high"] == place

    def test_what_is_not_taken_is_named(self):
        said = lost(read_record(ANNEX))
        qualification = "/credentialSubject/hasClaim/specifiedBy"
        for place in (
            f"{qualification}/maximumDuration",
            f"{qualification}/thematicArea/1/id",
            "/credentialSubject/hasClaim/influencedBy/title/en",
            "/credentialSubject/hasClaim/provenBy/specifiedBy/gradingScheme/title/en",
        ):
            assert place in said

    def test_lists_of_one_read_as_single_values_do(self):
        def listed(value):
            if not isinstance(value, dict):
                return value
            return {
                name: [listed(inner)] if isinstance(inner, dict) and "type" in inner else inner
                for name, inner in value.items()
            }

        def deep(value):
            if isinstance(value, dict):
                return listed({name: deep(inner) for name, inner in value.items()})
            return [deep(one) for one in value] if isinstance(value, list) else value

        assert read_record(deep(ANNEX)).record == read_record(ANNEX).record

    def test_the_main_achievement_of_several_claims(self):
        claim = ANNEX["credentialSubject"]["hasClaim"]
        activity = {"type": "LearningActivity", "title": {"en": "A course"}}
        second = {"type": "LearningAchievement", "title": {"en": "Another"}}
        tree = copy.deepcopy(ANNEX)
        tree["credentialSubject"]["hasClaim"] = [activity, claim, second]
        found = read_record(tree)
        assert found.record.achievement == read_record(ANNEX).record.achievement
        assert "/credentialSubject/hasClaim/0/title/en" in lost(found)
        assert "/credentialSubject/hasClaim/2/title/en" in lost(found)

    def test_entitlements_say_what_it_counts_towards(self):
        tree = annex(entitlesTo={"type": "LearningEntitlement", "title": {"en": "Module 2"}})
        assert read_record(tree).record.achievement.stackability == {"en": "Module 2"}

    def test_an_accreditation_of_the_issuer(self):
        tree = copy.deepcopy(ANNEX)
        tree["issuer"]["accreditation"] = {
            "type": "Accreditation",
            "dcType": concept(f"{SNB}accreditation/bb4618238e"),
            "accreditingAgent": organisation("https://national.example/", "National agency"),
        }
        found = read_record(tree).record.achievement.quality
        assert [one.type for one in found] == [
            "programme-accreditation",
            "institution-accreditation",
        ]

    @pytest.mark.parametrize(
        ("mode", "word"),
        [("920fbb3cbe", "supervised-online-id"), ("9191af2ed9", "supervised-onsite-id")],
    )
    def test_supervised_with_identity_needs_to_know_where(self, mode, word):
        tree = copy.deepcopy(ANNEX)
        proven = tree["credentialSubject"]["hasClaim"]["provenBy"]
        proven["idVerification"] = concept(f"{SNB}supervision-verification/70be69aaf9")
        proven["specifiedBy"]["mode"] = concept(f"{SNB}learning-assessment/{mode}")
        assert read_record(tree).record.achievement.supervision == word
        del proven["specifiedBy"]["mode"]
        found = read_record(tree)
        assert found.record.achievement.supervision == ""
        assert "/credentialSubject/hasClaim/provenBy/idVerification/id" in lost(found)

    def test_joint_bodies_and_assessors(self):
        tree = copy.deepcopy(ANNEX)
        claim = tree["credentialSubject"]["hasClaim"]
        claim["provenBy"]["assessedBy"] = organisation("https://lab.example/", "Lab")
        own = claim["awardedBy"]["awardingBody"]
        claim["awardedBy"]["awardingBody"] = [organisation("https://b.example/", "Board"), own]
        found = read_record(tree).record
        assert found.awarding_body is None
        assert [(one.name, one.role) for one in found.achievement.parties] == [
            ("Lab", "assessor"),
            ("Board", "awarding"),
        ]

    def test_it_can_be_written_again(self):
        found = read_record(ANNEX).record
        written = write_record(found, "elm")
        assert [one.path for one in written.loss] == []

    def test_a_second_version_of_the_data_model(self):
        tree = copy.deepcopy(ANNEX)
        tree["@context"][0] = "https://www.w3.org/ns/credentials/v2"
        del tree["issued"], tree["issuanceDate"]
        found = read_record(tree)
        assert found.format == "elm"
        assert str(found.record.award.valid_from.year) == "2022"


class TestOddities:
    def test_the_official_sample_parses_and_its_oddities_are_named(self):
        path = need_shared() / "vectors" / "elm" / "credential-sample.jsonld"
        found = read_record(json.loads(path.read_text()))
        assert found.format == "elm"
        assert found.record.achievement.title["fr"] == "une sorte de réussite scolaire"
        assert (found.record.issuer.country, found.record.awarding_body.country) == ("FR", "FR")
        said = lost(found)
        odd = [text for place, text in said.items() if place.endswith("dentifier/notation")]
        assert len(odd) == 1
        assert "a letter that only looks like another" in odd[0]
        for name in ("issued", "validFrom", "validUntil"):
            assert "is no instant" in said[f"/{name}"]
        assert "/evidence/dcType/id" in said

    def test_the_official_sample_breaks_the_official_shapes(self):
        path = need_shared() / "vectors" / "elm" / "credential-sample.jsonld"
        found = cardinalities.breaches(json.loads(path.read_text()))
        assert {(one.pointer, one.term) for one in found} == {
            ("/displayParameter", "individualDisplay"),
            ("/issuer", "eIDASIdentifier"),
        }

    def test_bad_values_never_stop_the_reading(self):
        tree = annex(title={"en": 5}, provenBy="urn:epass:x:1", awardedBy=None)
        tree["credentialSubject"]["hasClaim"]["specifiedBy"] |= {
            "eqfLevel": "6",
            "creditPoint": {"point": "many", "framework": []},
            "volumeOfLearning": 60,
            "mode": [None, 7],
            "learningOutcome": [{"title": "Plain text"}, []],
            "additionalNote": "text",
        }
        tree["issuer"] = "https://issuer.example/"
        found = read_record(tree).record.achievement
        assert found.outcomes[0].statement == {"en": "Plain text"}
        assert (found.workload, found.credit) == (None, None)

    def test_no_change_of_a_document_ends_in_a_traceback(self):
        odd = [None, 5, -1.5, True, "x", [], {}, [None], {"id": 5}, {"id": "a", "type": 7}]
        odd += [{"en": ["a", "b"]}, {"type": ["X", None]}, [{}, {}], 10**30]
        for document in (credential(), design(), ANNEX):
            for number, path in some(enumerate(paths(document))):
                changed = copy.deepcopy(document)
                around = changed
                for name in path[:-1]:
                    around = around[name]
                around[path[-1]] = odd[number % len(odd)]
                with contextlib.suppress(StackmarkError):
                    read(changed, {})
                cardinalities.breaches(changed)

    def test_a_specification_is_known_by_its_context_only(self):
        assert not recognises({"type": "Qualification"})
        assert recognises({"type": "Qualification", "@context": ANNEX["@context"]})
        assert read_record({"type": ["EuropeanDigitalCredential"]}).record.award is None


class TestDurations:
    @pytest.mark.parametrize(
        ("text", "hours"),
        [("PT60H", 60), ("PT7H30M", 7.5), ("PT90M", 1.5), ("PT36S", 0.01), ("PT1.5H", 1.5)],
    )
    def test_hours(self, text, hours):
        assert float(read_hours(text)) == hours

    @pytest.mark.parametrize("text", ["P60M", "P2D", "P1Y", "P1W", "P1DT2H", "60", "PT", "P", ""])
    def test_what_is_no_hours(self, text):
        assert read_hours(text) is None
        assert refusal(text)

    def test_written_and_read(self):
        from decimal import Decimal

        for cents in range(1, 4_000, 7):
            hours = Decimal(cents) / 100
            assert read_hours(write_hours(hours)) == hours


class TestWriting:
    def test_only_a_qualification_has_a_level(self):
        claim = credential()["credentialSubject"]["hasClaim"][0]
        assert claim["specifiedBy"]["type"] == "Qualification"
        plain = record().to_json()["achievement"]
        for name in ("level", "quality"):
            del plain[name]
        made = credential(achievement=plain)["credentialSubject"]["hasClaim"][0]["specifiedBy"]
        assert made["type"] == "LearningAchievementSpecification"
        assert "eqfLevel" not in made

    def test_a_design_is_a_specification(self):
        made = design()
        assert made["type"] == "Qualification"
        assert "credentialSubject" not in made
        assert "EuropeanDigitalCredential" not in json.dumps(made)

    def test_who_awards_a_design(self):
        again = read_record(design()).record
        assert (again.issuer.id, again.awarding_body.id) == (
            "https://uni.example/",
            "https://body.example/",
        )

    def test_no_grade_without_a_result(self):
        award = record().to_json()["award"]
        made = credential(award={**award, "results": [{"status": "completed"}]})
        proven = made["credentialSubject"]["hasClaim"][0]["provenBy"][0]
        assert proven["grade"]["noteLiteral"] == {"en": "completed"}
        assert read_record(made).record.award.results[0].value == ""
        bare = credential(award={**award, "results": []})
        assert "provenBy" not in bare["credentialSubject"]["hasClaim"][0]
        assert read_record(bare).record.achievement.supervision == "supervised-online-id"

    def test_equal_things_have_one_identifier(self):
        """In RDF they are one thing: an issuer named twice has one location, one identifier."""
        made = credential(awarding_body=None)
        issuer = made["issuer"]
        body = made["credentialSubject"]["hasClaim"][0]["awardedBy"]["awardingBody"][0]
        assert issuer == body

    def test_personal_data_stays_inside(self):
        from stackmark.exchange.formats import write_record as write

        assert write(record(), "elm").resources == {}
