"""``stackmark audit``: stated holdings, verified credentials, witnesses, and what is refused."""

from __future__ import annotations

import json
import shutil
import zipfile

import orjson
import pytest

from command_line import run
from holdings_world import ACHIEVEMENT, AWARD, record, rules, sign
from shared import need_shared
from small_images import png, svg
from stackmark.exchange.witnesses import bind_witness, witness_address
from stackmark.stacking.witness import Witness

# A class that only the facts document tells.
PARTS = rules({"count": {"select": {"class": "nano-degree-part"}, "min": 2}})


def audit(folder, *more, holdings="held", at="2026-06-01"):
    words = ["audit", "--rules", "rules.json", "--holdings", holdings, "--at", at]
    done = run(*words, "--offline", "--json", *more, cwd=folder)
    return done.code, orjson.loads(done.out)


def write(folder, found, name="rules.json"):
    (folder / name).write_text(json.dumps(found))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two signed credentials of one design and the rules they meet."""
    folder = tmp_path_factory.mktemp("made")
    sign(folder, "a.json", record(1))
    sign(folder, "b.jwt", record(2), "--suite", "vc+jwt")
    write(folder, rules())
    return folder


@pytest.fixture
def world(made, tmp_path):
    shutil.copytree(made, tmp_path / "world")
    return tmp_path / "world"


def test_the_contract_example():
    folder = need_shared() / "contracts"
    words = ["audit", "--rules", "stack-rules.json", "--holdings", "stack-holdings.json"]
    done = run(*words, "--at", "2026-06-01", "--json", cwd=folder)
    found = orjson.loads(done.out)
    wanted = orjson.loads((folder / "stack-audit.out.json").read_bytes())
    assert done.code == 1
    assert wanted.keys() <= found.keys()
    for name in ("verdict", "award", "at", "holdingsStated", "witness", "unused"):
        assert found[name] == wanted[name]
    (short,) = found["shortfalls"]
    for name in ("rule", "needs", "has", "unit"):
        assert short[name] == wanted["shortfalls"][0][name]
    assert found["smallestChange"]["add"] == wanted["smallestChange"]["add"]
    assert wanted["ageing"][0].items() <= found["ageing"][0].items()
    assert all(isinstance(one, str) and one for one in found["explanation"])


def test_credentials_are_verified_and_count(world):
    code, found = audit(world)
    assert (code, found["verdict"]) == (0, "yes")
    assert found["holdingsStated"] is False
    assert found["leftOut"] == []
    assert [one["provenance"] for one in found["holdings"]] == ["verified", "verified"]
    assert {one["source"] for one in found["holdings"]} == {"held/a.json", "held/b.jwt"}
    assert {use["leaf"] for use in found["witness"]["uses"]} == {"skill", "more"}


def test_what_was_tampered_with_is_left_out(world):
    path = world / "held" / "a.json"
    path.write_bytes(path.read_bytes().replace(b"small data", b"large data", 1))
    code, found = audit(world)
    assert (code, found["verdict"]) == (1, "no")
    (left,) = found["leftOut"]
    assert left["source"] == "held/a.json"
    assert "signature" in left["sentence"]
    assert [one["source"] for one in found["holdings"]] == ["held/b.jwt"]


def test_a_forged_credential_alone_earns_nothing(world):
    path = world / "held" / "b.jwt"
    token = path.read_text().strip()
    path.write_text(token[:-10] + ("A" if token[-10] != "A" else "B") + token[-9:])
    code, found = audit(world, holdings="held/b.jwt")
    assert (code, found["verdict"], found["holdings"]) == (1, "no", [])
    assert [one["source"] for one in found["leftOut"]] == ["held/b.jwt"]


def test_what_has_expired_counts_for_nothing(world):
    sign(world, "a.json", record(1, valid_until="2026-03-01T00:00:00Z"))
    code, found = audit(world)
    assert (code, found["verdict"]) == (1, "no")
    assert {one["status"] for one in found["holdings"]} == {"valid", "expired"}
    code, found = audit(world, at="2026-02-01")
    assert (code, found["verdict"]) == (0, "yes")


def test_a_status_that_cannot_be_asked_is_undecided(world):
    status = {
        "id": "https://uni.example/status/1#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": "https://uni.example/status/1",
    }
    plain = json.loads((world / "plain.json").read_text())
    plain |= {"id": "urn:uuid:00000000-0000-4000-8000-000000000001", "credentialStatus": status}
    write(world, plain, "plain.json")
    done = run("sign", "plain.json", "--key", "issuer.key", "--out", "held/a.json", cwd=world)
    assert done.code == 0, done.err
    code, found = audit(world)
    assert (code, found["verdict"]) == (3, "undecided")
    assert {one["status"] for one in found["holdings"]} == {"valid", "unknown"}
    assert any("a.json" in one["source"] for one in found["holdings"])


def test_stated_holdings_stand_beside_credentials_and_are_told_apart(world):
    stated = {"id": "urn:h:1", "skills": ["urn:x"], "status": "valid"}
    write(world, {"holdings": [stated]}, "held/stated.json")
    leaf = {"count": {"select": {"skill": "urn:x"}, "min": 1}}
    write(world, rules({"all": [leaf]}))
    code, found = audit(world)
    assert (code, found["verdict"], found["holdingsStated"]) == (0, "yes", True)
    leaf["count"]["select"]["verified"] = True
    write(world, rules({"all": [leaf]}))
    code, found = audit(world)
    assert (code, found["verdict"]) == (1, "no")
    write(world, {"holdings": [stated | {"provenance": "verified"}]}, "held/stated.json")
    code, found = audit(world)
    assert (code, found["verdict"]) == (1, "no")


def test_what_somebody_states_gives_way_to_the_credential(world):
    write(world, [{"id": record(1)["award"]["id"], "skills": ["urn:x"]}], "held/z.json")
    _, found = audit(world)
    assert [one["provenance"] for one in found["holdings"]] == ["verified", "verified"]


def test_pictures_and_zips_are_looked_into(world):
    (world / "plain.png").write_bytes(png())
    (world / "plain.svg").write_bytes(svg())
    held = world / "held"
    for image, inside in (("plain.png", "a.json"), ("plain.svg", "b.jwt")):
        made = f"held/{image[-3:]}.{image[-3:]}"
        done = run("bake", image, f"held/{inside}", "--out", made, cwd=world)
        assert done.code == 0, done.err
        (held / inside).unlink()
    code, found = audit(world)
    assert (code, found["verdict"]) == (0, "yes"), found
    assert {one["source"] for one in found["holdings"]} == {"held/png.png", "held/svg.svg"}
    write(world, PARTS)
    with zipfile.ZipFile(world / "all.zip", "w") as packed:
        for path in sorted(held.iterdir()):
            packed.write(path, path.name)
    code, found = audit(world, holdings="all.zip")
    assert (code, found["verdict"]) == (0, "yes"), found
    assert {one["source"] for one in found["holdings"]} == {"all.zip/png.png", "all.zip/svg.svg"}


def test_facts_may_be_among_the_documents(world):
    (facts,) = (world / "held").glob("facts-*.json")
    facts.rename(world / "facts.json")
    write(world, PARTS)
    code, found = audit(world)
    assert (code, found["verdict"]) == (3, "undecided")
    assert found["missing"] == [f"{ACHIEVEMENT}/{facts.name}"]
    write(world, {f"{ACHIEVEMENT}/{facts.name}": "facts.json"}, "documents.json")
    words = ["audit", "--rules", "rules.json", "--holdings", "held", "--at", "2026-06-01"]
    done = run(*words, "--documents", "documents.json", cwd=world)
    assert done.code == 0, done.text + done.err


def test_an_unpacked_passport_brings_its_documents(world):
    (facts,) = (world / "held").glob("facts-*.json")
    (world / "held" / "documents").mkdir()
    facts.rename(world / "held" / "documents" / "1.json")
    write(world, PARTS)
    write(world, {f"{ACHIEVEMENT}/{facts.name}": "documents/1.json"}, "held/documents.json")
    code, found = audit(world)
    assert (code, found["verdict"], found["leftOut"]) == (0, "yes", [])


def test_a_presentation_is_looked_into(world):
    inner = json.loads((world / "held" / "a.json").read_text())
    token = (world / "held" / "b.jwt").read_text().strip()
    envelope = {
        "@context": "https://www.w3.org/ns/credentials/v2",
        "id": f"data:application/vc+jwt,{token}",
        "type": "EnvelopedVerifiableCredential",
    }
    both = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "verifiableCredential": [inner, envelope],
    }
    write(world, both, "both.json")
    code, found = audit(world, holdings="both.json")
    assert (code, found["verdict"]) == (0, "yes"), found
    assert [one["source"] for one in found["holdings"]] == [
        *("both.json, credential 1", "both.json, credential 2"),
    ]


def test_only_issuers_of_the_register_count(world):
    write(world, {"issuers": []}, "trust.json")
    code, found = audit(world, "--trust", "trust.json")
    assert code == 1
    assert len(found["leftOut"]) == 2
    assert "register" in found["leftOut"][0]["sentence"]


def test_only_one_person_counts(world):
    code, found = audit(world, "--recipient", "did:example:eve")
    assert code == 1
    assert len(found["leftOut"]) == 2
    assert found["holdings"] == []
    assert audit(world, "--recipient", "did:example:ada")[0] == 0


def test_credentials_of_several_people_are_pointed_out(world):
    sign(world, "c.json", record(3, learner={"id": "did:example:eve"}))
    words = ["audit", "--rules", "rules.json", "--holdings", "held", "--offline"]
    done = run(*words, "--at", "2026-06-01", cwd=world)
    assert "name 2 recipients" in done.err


def test_the_answer_in_words(world):
    words = ["audit", "--rules", "rules.json", "--holdings", "held", "--offline"]
    done = run(*words, "--at", "2026-06-01", cwd=world)
    assert done.code == 0
    assert done.text.startswith("Yes: Data is earned.\n")
    assert "2 verified" in done.text
    assert "Which serves what:" in done.text


def test_a_witness_is_checked_without_a_search(world):
    _, found = audit(world)
    write(world, found["witness"], "witness.json")
    code, told = audit(world, "--check", "witness.json")
    assert (code, told["holds"], told["faults"], told["award"]) == (0, True, [], AWARD)
    first = found["witness"]["uses"][0]
    write(world, found["witness"] | {"uses": [first]}, "witness.json")
    code, told = audit(world, "--check", "witness.json")
    assert (code, told["holds"]) == (1, False)
    assert any("not satisfied" in one for one in told["faults"])
    done = run(
        *["audit", "--rules", "rules.json", "--holdings", "held", "--offline"],
        *["--check", "witness.json"],
        cwd=world,
    )
    assert done.code == 1
    assert "The witness does not hold as of 2026-06-01." in done.text


def test_a_witness_is_checked_at_its_own_day_unless_one_is_given(world):
    sign(world, "a.json", record(1, valid_until="2026-07-01T00:00:00Z"))
    _, found = audit(world)
    write(world, found["witness"], "witness.json")
    words = ["audit", "--rules", "rules.json", "--holdings", "held", "--check", "witness.json"]
    assert run(*words, "--offline", cwd=world).code == 0
    assert audit(world, "--check", "witness.json", at="2026-06-02")[0] == 0
    code, told = audit(world, "--check", "witness.json", at="2026-08-01")
    assert code == 1
    assert any("may not serve" in one for one in told["faults"])


@pytest.fixture
def awarded(world):
    """An award that carries its witness, which stands in ``beside``, not beside it."""
    done = run(
        *["audit", "--rules", "rules.json", "--holdings", "held", "--offline"],
        *["--at", "2026-06-01", "--witness", "kept.json"],
        cwd=world,
    )
    assert done.code == 0, done.err
    witness = Witness.from_json(json.loads((world / "kept.json").read_text()))
    plain = json.loads((world / "plain.json").read_text()) | {"id": "urn:uuid:award"}
    write(world, bind_witness(plain, witness), "plain.json")
    done = run("sign", "plain.json", "--key", "issuer.key", "--out", "award.json", cwd=world)
    assert done.code == 0, done.err
    return world, witness_address(witness)


def test_an_award_carries_its_witness(awarded):
    folder, url = awarded
    assert url.startswith(f"{AWARD}/witness-")
    shutil.copy(folder / "kept.json", folder / url.rpartition("/")[2])
    code, told = audit(folder, "--check", "award.json")
    assert (code, told["holds"], told["credential"]) == (0, True, "verified")


def test_the_witness_of_an_award_may_be_among_the_documents(awarded):
    folder, url = awarded
    write(folder, {url: "kept.json"}, "documents.json")
    words = ["audit", "--rules", "rules.json", "--holdings", "held", "--check", "award.json"]
    done = run(*words, "--documents", "documents.json", cwd=folder)
    assert done.code == 0, done.err
    assert "The witness holds as of 2026-06-01: the award is earned." in done.text


@pytest.mark.parametrize("spoil", ["missing", "changed"])
def test_a_witness_that_does_not_fit_its_digest_is_none(awarded, spoil):
    folder, url = awarded
    if spoil == "changed":
        data = (folder / "kept.json").read_bytes() + b" "
        (folder / url.rpartition("/")[2]).write_bytes(data)
    words = ["audit", "--rules", "rules.json", "--holdings", "held", "--check", "award.json"]
    done = run(*words, "--offline", cwd=folder)
    assert (done.code, "[witness.missing]" in done.err) == (2, True)


def test_the_witness_of_a_forged_award_does_not_hold(awarded):
    folder, url = awarded
    shutil.copy(folder / "kept.json", folder / url.rpartition("/")[2])
    path = folder / "award.json"
    path.write_bytes(path.read_bytes().replace(b"small data", b"large data", 1))
    code, told = audit(folder, "--check", "award.json")
    assert (code, told["holds"]) == (1, False)
    assert told["faults"][0].startswith("The award that carries the witness is refused:")


def test_without_a_yes_there_is_no_witness_to_write(world):
    write(world, {"holdings": []}, "none.json")
    words = ["audit", "--rules", "rules.json", "--holdings", "none.json", "--witness", "w.json"]
    done = run(*words, "--offline", cwd=world)
    assert done.code == 1
    assert "There is no witness to write to w.json: the answer is no." in done.err
    assert not (world / "w.json").exists()


@pytest.mark.parametrize(
    ("name", "content", "code", "reason"),
    [
        ("rules.json", {"rule": {}}, 2, "rules.choice"),
        ("rules.json", [], 2, "usage.json"),
        ("held/x.json", {"holdings": [{"id": ""}]}, 2, "holdings.missing"),
        ("held/x.json", {"holdings": [{"id": "a", "colour": "red"}]}, 2, "holdings.unknown"),
    ],
)
def test_bad_input_is_one_sentence(world, name, content, code, reason):
    write(world, content, name)
    done = run("audit", "--rules", "rules.json", "--holdings", "held", "--offline", cwd=world)
    assert done.code == code
    assert done.err.count("\n") == 1
    assert f"[{reason}]" in done.err


def test_a_place_without_anything_is_refused(world):
    write(world, {"nothing": 1}, "odd.json")
    for place, reason in (("odd.json", "usage.holdings"), ("none", "usage.file")):
        done = run("audit", "--rules", "rules.json", "--holdings", place, "--offline", cwd=world)
        assert (done.code, f"[{reason}]" in done.err) == (2, True), done.err


def test_an_empty_list_of_holdings_earns_nothing(world):
    write(world, {"holdings": []}, "none.json")
    code, found = audit(world, holdings="none.json")
    assert (code, found["verdict"], found["holdings"]) == (1, "no", [])


def test_achievement_and_issuer_come_from_the_document(world):
    leaf = {"count": {"select": {"achievement": ACHIEVEMENT, "supervision_min": "remote-live"}}}
    leaf["count"]["min"] = 2
    write(world, rules({"all": [leaf]}))
    code, found = audit(world)
    assert (code, found["verdict"]) == (0, "yes"), found
