from __future__ import annotations

import hashlib
import pickle

import orjson
import pytest

from badge_design import CREATED, LIST, NOW, SECRETS, issuance
from stackmark.batch import worker
from stackmark.batch.job import Job, RunRecord, StatusBlock, status_of
from stackmark.batch.packing import pack
from stackmark.batch.worker import Chunk, Worker, sign_chunk, start
from stackmark.errors import CheckFailed, StackmarkError, UsageError
from stackmark.issuing.recipients import read_rows
from stackmark.reading.received import receive
from stackmark.rendering.art import default_image
from stackmark.status.allocate import Allocation, allocate
from stackmark.verification.verifier import Verifier


def packed(count, columns="recipient_email,external_id", row="p{0}@example.org,"):
    lines = [columns, *(row.format(number) for number in range(count))]
    return list(pack(read_rows(["\n".join(lines).encode()])))


def job(form="json", suite="eddsa-rdfc-2022", total=3, **more):
    image = default_image(form) if form in ("png", "svg") else None
    return Job(issuance(suite), SECRETS, form, total, CREATED, image=image, **more)


def signed(one, pieces, skip=0):
    return Worker(one).sign(Chunk(0, pieces[0], skip))


def test_a_chunk_becomes_documents_and_their_manifest():
    done = signed(job(), packed(3))
    lines = [orjson.loads(line) for line in done.manifest]
    assert [line["line"] for line in lines] == [2, 3, 4]
    for name, body, digest, line in zip(done.names, done.bodies, done.digests, lines, strict=True):
        assert line["file"] == name
        assert line["sha256"] == digest == hashlib.sha256(body).hexdigest()
        assert orjson.loads(body)["id"] == line["id"]
        assert name.endswith(f"{line['id'].removeprefix('urn:uuid:')}.json")
        assert Verifier(now=NOW).verify(body).verdict == "verified"


@pytest.mark.parametrize(
    ("form", "suite", "ending"),
    [
        ("json", "eddsa-jcs-2022", ".json"),
        ("jwt", "jwt", ".jwt"),
        ("png", "eddsa-rdfc-2022", ".png"),
        ("svg", "vc+jwt", ".svg"),
        ("jsonl", "jwt", ""),
    ],
)
def test_every_form_verifies(form, suite, ending):
    done = signed(job(form, suite), packed(3))
    assert all(name.endswith(ending) and bool(name) == bool(ending) for name in done.names)
    assert all(Verifier(now=NOW).verify(body).verdict == "verified" for body in done.bodies)
    assert ("number" in orjson.loads(done.manifest[0])) == (form == "jsonl")


def test_the_same_row_gives_the_same_credential_again_wherever_the_chunk_begins():
    pieces = packed(5)
    whole, rest = signed(job(total=5), pieces), signed(job(total=5), pieces, skip=2)
    assert whole.bodies[2:] == rest.bodies
    assert whole.manifest[2:] == rest.manifest


@pytest.mark.parametrize(
    ("given", "label"),
    [("A-17", "A-17"), ("x/../..\\y", "x-y"), ("ana@example.org", "000001"), ("…", "000001")],
)
def test_file_names_are_safe_and_name_nobody(given, label):
    done = signed(job(), packed(3, row="p{0}@example.org," + given))
    assert done.names[0].startswith(f"{label}-")
    assert orjson.loads(done.manifest[0])["externalId"] == given


def test_the_recipient_in_the_manifest_is_what_the_credential_says():
    done = signed(job(total=1), packed(1, "recipient_id", "did:example:ana"))
    assert orjson.loads(done.manifest[0])["recipient"] == "did:example:ana"
    done = signed(job(total=1), packed(1))
    tree = orjson.loads(done.bodies[0])["credentialSubject"]["identifier"][0]
    assert orjson.loads(done.manifest[0])["recipient"] == tree["identityHash"]


def test_a_bad_self_check_stops_the_run(monkeypatch):
    one = job(documents={}, status=(StatusBlock(LIST, Allocation(131072, "0" * 64), 3),))
    with pytest.raises(StackmarkError, match=r"status\.unreachable") as caught:
        signed(one, packed(3))
    assert caught.value.reason == "run.self-check"


def test_a_baked_image_must_give_the_credential_back(monkeypatch):
    one = Worker(job("png"))
    one._bake = lambda signed_: default_image("png")
    monkeypatch.setattr(worker, "receive", lambda _: receive(b"{}"))
    with pytest.raises(StackmarkError) as caught:
        one.sign(Chunk(0, packed(3)[0]))
    assert caught.value.reason == "run.self-check"


def test_only_the_first_the_last_and_one_in_a_thousand_are_verified_whole(monkeypatch):
    seen = []
    monkeypatch.setattr(Worker, "_check", lambda self, award, signed_, body: seen.append(award.id))
    monkeypatch.setattr(worker, "SAMPLE", 10)
    one = Worker(job(total=25))
    one.sign(Chunk(0, packed(25)[0]))
    assert seen == [SECRETS.of(number)[0] for number in (0, 10, 20, 24)]


def test_a_row_that_fails_the_lint_after_all_is_named():
    bad = orjson.dumps([[9, None, None, None, None, "a@example.org", "a\x07", None, []]])
    with pytest.raises(CheckFailed, match=r"^Line 9: .*U\+0007"):
        Worker(job(total=1)).sign(Chunk(0, bad))


def test_a_worker_must_be_told_its_job(monkeypatch):
    monkeypatch.setattr(worker, "_worker", None)
    with pytest.raises(StackmarkError) as caught:
        sign_chunk(Chunk(0, packed(1)[0]))
    assert caught.value.reason == "run.not-started"
    start(pickle.loads(pickle.dumps(job(total=1))))
    assert len(sign_chunk(Chunk(0, packed(1)[0])).bodies) == 1


# status


def blocks(*counts):
    return tuple(
        StatusBlock(f"{LIST}-{number}", Allocation(131072, "ab" * 32, 1000 * number), count)
        for number, count in enumerate(counts)
    )


def test_indexes_are_those_set_aside_whatever_part_is_asked_for():
    made = blocks(5, 3, 4)
    whole = status_of(made, 0, 12)
    assert [url for url, _ in whole] == [f"{LIST}-0"] * 5 + [f"{LIST}-1"] * 3 + [f"{LIST}-2"] * 4
    for first in range(12):
        for count in range(12 - first):
            assert status_of(made, first, count) == whole[first : first + count]
    assert [index for _, index in whole[5:8]] == allocate(made[1].before, 3)[1]


# the record


RECORD = RunRecord(CREATED, 7, {"key": "a", "achievement": "b"}, "cd" * 32, ((LIST, 3, 7),))


def test_a_record_comes_back_and_loses_its_secret_in_the_end():
    assert RunRecord.from_json(orjson.loads(orjson.dumps(RECORD.to_json()))) == RECORD
    assert "cd" * 32 not in repr(RECORD)
    done = RECORD.finished()
    assert done.complete
    assert "cd" * 32 not in orjson.dumps(done.to_json()).decode()


@pytest.mark.parametrize("broken", [None, [], {}, {"stackmarkRun": 2}, {"stackmarkRun": 1}])
def test_a_broken_record_is_refused(broken):
    with pytest.raises(UsageError) as caught:
        RunRecord.from_json(broken)
    assert caught.value.reason == "usage.run"


def test_what_changed_since_is_named():
    RECORD.check_same({"key": "a", "achievement": "b"})
    with pytest.raises(UsageError, match="another achievement and another image") as caught:
        RECORD.check_same({"key": "a", "achievement": "c", "image": "x"})
    assert caught.value.reason == "usage.resume"
