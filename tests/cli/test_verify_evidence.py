"""Evidence files given to ``stackmark verify`` or lying beside: unchanged, changed, strange."""

from __future__ import annotations

import hashlib
import json

import pytest

from command_line import run
from stackmark.issuing.award import Assessor, Award, Result, Sealed
from stackmark.issuing.builder import new_design
from stackmark.issuing.bulk import Issuance, Mint
from stackmark.issuing.rows import Evidence
from stackmark.keys.did import did_key
from stackmark.keys.private import PrivateKey

WORK = b"An essay on soil.\n"
URL = "https://uni.example/evidence/7/essay%20one.txt"
AT = "https://uni.example/achievements/1"
LEVELS = [
    {"id": f"{AT}#result-e-c~{name}", "type": ["RubricCriterionLevel"], "name": name, "points": n}
    for name, n in (("Weak", "0"), ("Good", "2"))
]
ACHIEVEMENT = {
    "id": AT,
    "type": ["Achievement"],
    "name": "Soil",
    "description": "Sampling",
    "criteria": {"narrative": "Pass."},
    "resultDescription": [
        {
            "id": f"{AT}#result-e",
            "type": ["ResultDescription"],
            "name": "Essay",
            "resultType": "Percent",
            "valueMin": "0",
            "valueMax": "100",
            "requiredValue": "50",
        },
        {
            "id": f"{AT}#result-e-c",
            "type": ["ResultDescription"],
            "name": "Clarity",
            "resultType": "RubricCriterionLevel",
            "rubricCriterionLevel": LEVELS,
        },
    ],
}


@pytest.fixture(scope="module")
def credential():
    key = PrivateKey.generate("ed25519")
    did = did_key(key.public_key)
    design = new_design(ACHIEVEMENT, {"type": ["Profile"], "name": "Uni"}, did=did)
    issuance = Issuance(
        design,
        key,
        f"{did}#{did.removeprefix('did:key:')}",
        "eddsa-rdfc-2022",
        "2026-01-01T00:00:00Z",
    )
    award = Award(
        id="urn:uuid:0f9b4c1e-2b1c-4d11-9e0a-000000000001",
        valid_from="2026-01-01T00:00:00Z",
        recipient_id="did:example:ann",
        results=(
            Result(f"{AT}#result-e", value="82.5"),
            Result(f"{AT}#result-e-c", value="2", level=LEVELS[1]["id"]),
        ),
        evidence=(Evidence(URL, "Essay", None, "text"),),
        related=(Sealed(URL, hashlib.sha256(WORK).hexdigest(), "text/plain"),),
        assessor=Assessor("Ann Example"),
    )
    return Mint(issuance).sign(award)


@pytest.fixture
def folder(credential, tmp_path):
    (tmp_path / "given").mkdir()
    (tmp_path / "badge.json").write_bytes(credential)
    return tmp_path


def judged(folder, *more):
    done = run("verify", "badge.json", "--offline", "--json", *more, cwd=folder)
    report = json.loads(done.text)
    checks = {one["code"]: one for one in report["checks"]}
    return done, report, checks["related"]


def test_without_the_file_it_is_not_at_hand_and_verified(folder):
    done, report, related = judged(folder)
    assert (done.code, related["reason"]) == (0, "related.not-at-hand")
    (piece,) = report["evidence"]
    assert piece == {
        "name": "Essay",
        "url": URL,
        "state": "not-at-hand",
        "sha256": hashlib.sha256(WORK).hexdigest(),
        "mediaType": "text/plain",
    }


@pytest.mark.parametrize("name", ["other name.bin", "essay one.txt"])
def test_a_given_file_is_matched_by_its_digest_whatever_its_name(folder, name):
    (folder / "given" / name).write_bytes(WORK)
    done, report, related = judged(folder, "--evidence", f"given/{name}")
    assert (done.code, related["outcome"]) == (0, "passed")
    assert (report["evidence"][0]["state"], report["evidence"][0]["file"]) == ("compared", name)


@pytest.mark.parametrize("name", ["essay one.txt", "Essay"])
def test_a_changed_file_of_its_name_is_refused(folder, name):
    (folder / "given" / name).write_bytes(WORK + b" ")
    done, report, related = judged(folder, "--evidence", f"given/{name}")
    assert (done.code, report["verdict"]) == (1, "refused")
    assert (related["reason"], URL in related["detail"]) == ("related.changed", True)
    assert report["evidence"][0]["state"] == "changed"


def test_a_file_that_fits_nothing_is_told_and_never_passed_over(folder):
    (folder / "given" / "holiday.txt").write_bytes(b"x")
    done, report, related = judged(folder, "--evidence", "given/holiday.txt")
    assert (done.code, report["verdict"]) == (3, "could-not-tell")
    assert related["reason"] == "related.unmatched"
    assert "holiday.txt" in related["detail"]


def test_a_folder_may_hold_other_files(folder):
    (folder / "given" / "holiday.txt").write_bytes(b"x")
    (folder / "given" / "mine.txt").write_bytes(WORK)
    done, _, related = judged(folder, "--evidence", "given")
    assert (done.code, related["outcome"]) == (0, "passed")


def test_a_changed_one_lying_beside_under_its_name_is_noticed(folder):
    (folder / "essay one.txt").write_bytes(WORK)
    assert judged(folder)[2]["outcome"] == "passed"
    (folder / "essay one.txt").write_bytes(b"another")
    done, _, related = judged(folder)
    assert (done.code, related["reason"]) == (1, "related.changed")


def test_a_missing_file_of_evidence_is_a_mistake_of_usage(folder):
    done = run("verify", "badge.json", "--offline", "--evidence", "given/none.txt", cwd=folder)
    assert done.code == 2


def test_evidence_with_a_credential_that_seals_nothing_is_told(folder):
    tree = json.loads((folder / "badge.json").read_bytes())
    del tree["relatedResource"]
    (folder / "badge.json").write_text(json.dumps(tree))
    (folder / "given" / "mine.txt").write_bytes(WORK)
    done, _, _ = judged(folder, "--evidence", "given/mine.txt")
    assert done.code == 1  # the signature covers the seals


def test_the_text_shows_results_levels_and_digests(folder):
    (folder / "given" / "mine.txt").write_bytes(WORK)
    text = run("verify", "badge.json", "--offline", "--evidence", "given", cwd=folder).text
    assert "Essay: 82.5 of 100 (Percent), 50 needed to pass; Clarity: Good (2)" in text
    assert f"SHA-256 {hashlib.sha256(WORK).hexdigest()}" in text
    assert "sealed: yes, compared and unchanged (mine.txt)" in text
    assert "Traceback" not in text
