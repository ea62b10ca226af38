"""Options and corners that the transcripts leave out."""

from __future__ import annotations

import csv
from pathlib import Path

import orjson
import pytest

from command_line import run

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LIST = "https://uni.example/status/1"


@pytest.fixture
def folder(tmp_path):
    run("key", "new", "--out", "k", "--did", "web:uni.example", "--no-passphrase", cwd=tmp_path)
    (tmp_path / "r.csv").write_text("recipient_email\nana@example.org\nbo@example.org\n")
    return tmp_path


def issue(folder, *more, out="out", rows="r.csv"):
    given = ["-a", EXAMPLES / "achievement.json", "--issuer", EXAMPLES / "issuer.json"]
    return run("issue", *given, "-r", rows, "-k", "k", "-o", out, *more, cwd=folder)


def verified(folder, source, *more):
    done = run("verify", source, "--documents", "documents.json", "--json", *more, cwd=folder)
    found = orjson.loads(done.out)
    return found if isinstance(found, list) else [found]


def test_the_summary_as_json(folder):
    done = issue(folder, "--status-list", LIST, "--json")
    assert orjson.loads(done.out) == {
        "issued": 2,
        "before": 0,
        "badRows": 0,
        "out": "out",
        "manifest": "out/manifest.jsonl",
        "documents": "documents.json",
        "statusLists": [{"file": "status-1.json", "url": LIST}],
    }


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("rsa3072", ["-f", "jwt"]),
        ("p384", ["-f", "svg"]),
        ("p256", ["-f", "png", "--suite", "jwt"]),
        ("ed25519", ["-f", "jsonl", "--suite", "vc+jwt"]),
        ("p256", ["-f", "json", "--suite", "ecdsa-jcs-2019"]),
    ],
)
def test_keys_forms_and_suites(kind, more, folder):
    run(
        "key",
        "new",
        "--type",
        kind,
        "--out",
        "k",
        "--did",
        "web:uni.example",
        "--no-passphrase",
        "--force",
        cwd=folder,
    )
    done = issue(folder, "--status-list", LIST, *more)
    assert done.code == 0, done.err
    assert [one["verdict"] for one in verified(folder, "out")] == ["verified"] * 2
    index = orjson.loads(
        (folder / ("out.manifest.jsonl" if "jsonl" in more else "out/manifest.jsonl"))
        .read_bytes()
        .splitlines()[0]
    )
    set_ = run(
        "status", "set", "status-1.json", index["statusIndex"], "--value", 1, "-k", "k", cwd=folder
    )
    assert set_.code == 0, set_.err
    verdicts = [one["verdict"] for one in verified(folder, "out")]
    assert sorted(verdicts) == ["refused", "verified"]


def test_selective_badges_are_for_their_holders_to_derive_from(folder):
    run(
        "key",
        "new",
        "--type",
        "p256",
        "--out",
        "k",
        "--did",
        "web:uni.example",
        "--no-passphrase",
        "--force",
        cwd=folder,
    )
    assert issue(folder, "--suite", "ecdsa-sd-2023").code == 0
    (whole, _) = sorted((folder / "out").glob("*.json"))
    derive = ["derive", whole, "-p", "/credentialSubject/identifier", "-o", "shown.json"]
    assert run(*derive, cwd=folder).code == 0
    assert verified(folder, "shown.json")[0]["verdict"] == "verified"
    assert verified(folder, whole)[0]["verdict"] == "refused"


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["-f", "jwt", "--suite", "eddsa-rdfc-2022"], "usage.suite"),
        (["--suite", "jwt"], "usage.suite"),
        (["--image", "x.png"], "usage.image"),
        (["-f", "svg", "--image", EXAMPLES / "foreign" / "1-openbadgeslib.png"], "usage.image"),
        (["--valid-until", "soon"], "usage.time"),
        (["--jobs", "0"], "usage.jobs"),
        (["--status-list", "not a url"], "usage.status-entry"),
    ],
)
def test_what_does_not_go_together_is_named_before_anything_is_written(more, reason, folder):
    before = sorted(folder.iterdir())
    done = issue(folder, *more)
    assert done.code == 2
    assert f"[{reason}]" in done.err
    assert sorted(folder.iterdir()) == before


def test_own_image_dates_and_defaults(folder):
    picture = folder / "mine.svg"
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'><title>mine</title></svg>")
    more = [
        "-f",
        "svg",
        "--image",
        picture,
        "--valid-from",
        "2026-01-01",
        "--valid-until",
        "2036-01-01",
    ]
    assert issue(folder, *more).code == 0
    one = min((folder / "out").glob("*.svg"))
    assert "<title>mine</title>" in one.read_text()
    credential = verified(folder, one)[0]["credential"]
    assert credential["validFrom"] == "2026-01-01T00:00:00Z"
    assert credential["validUntil"] == "2036-01-01T00:00:00Z"


def test_documents_follow_the_key_file(folder):
    assert issue(folder).code == 0
    assert orjson.loads((folder / "documents.json").read_bytes()) == {
        "https://uni.example/.well-known/did.json": "k.did.json"
    }
    run("key", "revoke", "k", cwd=folder)
    reasons = {check["reason"] for check in verified(folder, "out")[0]["checks"]}
    assert "key-time.revoked" in reasons
    again = issue(folder, out="two")
    assert (again.code, "[usage.key-revoked]" in again.err) == (2, True)


def test_old_badges_stay_good_after_a_rotation_and_only_they(folder):
    issue(folder, "--valid-from", "2026-01-01", out="old")
    (folder / "old-key").write_bytes((folder / "k").read_bytes())
    assert run("key", "rotate", "k", "--no-passphrase", cwd=folder).code == 0
    assert issue(folder, out="new").code == 0
    for name in ("old", "new"):
        assert [one["verdict"] for one in verified(folder, name)] == ["verified"] * 2


def test_a_rotation_that_was_stopped_is_finished(folder, monkeypatch):
    from stackmark.cli import key

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(key.Path, "replace", stop)
        patch.setattr(key, "_write_document", _writing(key))
        assert run("key", "rotate", "k", "--no-passphrase", cwd=folder).code == 130
    done = run("key", "rotate", "k", "--no-passphrase", cwd=folder)
    assert done.text == "did:web:uni.example#key-2\n"
    assert not (folder / "k.next").exists()
    assert issue(folder).code == 0
    assert verified(folder, "out")[0]["verdict"] == "verified"


def _writing(module):
    import orjson as writer

    def write(keyfile, document):
        module.document_path(keyfile).write_bytes(writer.dumps(document))

    return write


def test_a_sealed_key_signs_with_its_passphrase_from_the_environment(folder):
    secret = {"STACKMARK_PASSPHRASE": "correct horse"}
    run("key", "new", "--out", "k", "--force", cwd=folder, env=secret)
    assert b'"protection": "passphrase"' in (folder / "k").read_bytes()
    assert "[usage.passphrase]" in issue(folder).err
    given = ["-a", EXAMPLES / "achievement.json", "-r", "r.csv", "-k", "k", "-o", "out"]
    assert run("issue", *given, cwd=folder, env={"STACKMARK_PASSPHRASE": "wrong"}).code == 2
    assert run("issue", *given, cwd=folder, env=secret).code == 0
    (folder / "phrase").write_text("correct horse\nsecond line")
    assert run("issue", *given[:-1], "two", "--passphrase-file", "phrase", cwd=folder).code == 0


def test_every_bad_row_of_a_long_file_is_named(folder):
    with (folder / "bad.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["recipient_email", "narrative"])
        writer.writerows([f"p{n}@example.org" if n % 2 else "nobody", "a\r\nb"] for n in range(400))
    done = issue(folder, rows="bad.csv")
    assert (done.code, done.out) == (1, b"")
    assert done.err.count("column recipient_email") == 200
    assert not (folder / "out").exists()
    done = issue(folder, "--good-rows", rows="bad.csv")
    assert done.code == 1
    assert len(list((folder / "out").glob("*.json"))) == 200
    one = orjson.loads(min((folder / "out").glob("*.json")).read_bytes())
    assert one["credentialSubject"]["narrative"] == "a\nb"


def test_a_row_may_name_the_achievement_and_no_other(folder):
    (folder / "t.csv").write_text("template_id,recipient_email\nNU-SD-01,a@example.org\n")
    assert issue(folder, rows="t.csv").code == 0
    (folder / "t.csv").write_text("template_id,recipient_email\nother,a@example.org\n")
    done = issue(folder, rows="t.csv", out="two")
    assert done.code == 1
    assert "[template]" in done.err


def test_rows_from_stdin(folder):
    given = ["-a", EXAMPLES / "achievement.json", "-r", "-", "-k", "k", "-o", "out", "-f", "jsonl"]
    rows = (folder / "r.csv").read_bytes()
    assert run("issue", *given, cwd=folder, stdin=rows).code == 0
    assert len((folder / "out").read_bytes().splitlines()) == 2


# status lists


def status(folder, *args):
    return run("status", *args, cwd=folder)


def test_a_list_of_its_own(folder):
    new = status(folder, "new", "--url", LIST, "-k", "k", "-o", "s.json", "--purpose", "suspension")
    assert (new.code, new.text) == (0, f"{LIST}\n")
    assert status(folder, "new", "--url", LIST, "-k", "k", "-o", "s.json").code == 2
    for value in (1, 0, 1):
        assert status(folder, "set", "s.json", 7, 9, "--value", value, "-k", "k").code == 0
        assert status(folder, "show", "s.json", 9).text == f"{value}\n"
    told = orjson.loads(status(folder, "show", "s.json", 7, 8, "--json").out)
    assert told["values"] == {"7": 1, "8": 0}
    assert (told["purpose"], told["set"], told["entries"]) == (["suspension"], 2, 131_072)


def test_every_version_is_later_than_the_one_before(folder):
    status(folder, "new", "--url", LIST, "-k", "k", "-o", "s.json")
    seen = [orjson.loads((folder / "s.json").read_bytes())["validFrom"]]
    for number in range(3):
        assert status(folder, "set", "s.json", number, "--value", 1, "-k", "k").code == 0
        seen.append(orjson.loads((folder / "s.json").read_bytes())["validFrom"])
    assert sorted(set(seen)) == seen
    before = (folder / "s.json").read_bytes()
    assert (
        "Nothing had to be changed"
        in status(folder, "set", "s.json", 0, "--value", 1, "-k", "k").err
    )
    assert (folder / "s.json").read_bytes() == before


def test_statuses_of_several_bits(folder):
    made = ["new", "--url", LIST, "-k", "k", "-o", "s.json", "--purpose", "message", "--size", 2]
    assert status(folder, *made).code == 0
    assert status(folder, "set", "s.json", 5, "--value", 3, "-k", "k").code == 0
    assert status(folder, "show", "s.json", 5).text == "3\n"
    assert status(folder, "show", "s.json", 4).text == "0\n"
    assert status(folder, "show", "s.json", "--json").out.count(b'"set": 1')
    assert "[usage.status-value]" in status(folder, "set", "s.json", 5, "--value", 4, "-k", "k").err


@pytest.mark.parametrize("index", [131_072, 10**9])
def test_an_index_past_the_end(index, folder):
    status(folder, "new", "--url", LIST, "-k", "k", "-o", "s.json")
    done = status(folder, "set", "s.json", index, "--value", 1, "-k", "k")
    assert (done.code, "[status.range]" in done.err) == (1, True)


def test_nobody_elses_list_is_signed_anew(folder):
    status(folder, "new", "--url", LIST, "-k", "k", "-o", "s.json")
    run("key", "new", "--out", "other", "--no-passphrase", cwd=folder)
    done = status(folder, "set", "s.json", 1, "--value", 1, "-k", "other")
    assert (done.code, "[usage.status-list]" in done.err) == (2, True)
    text = (folder / "s.json").read_bytes()
    tree = orjson.loads(text)
    tree["validFrom"] = "2020-01-01T00:00:00Z"
    (folder / "s.json").write_bytes(orjson.dumps(tree))
    done = status(folder, "set", "s.json", 1, "--value", 1, "-k", "k")
    assert (done.code, "changed by somebody" in done.err) == (2, True)


def test_a_badge_is_no_list(folder):
    done = status(folder, "show", EXAMPLES / "foreign" / "3-digitalbazaar.json")
    assert (done.code, "[status.malformed]" in done.err) == (1, True)


def test_a_new_list_continues_where_issue_takes_it_up(folder):
    """`status new` and `issue --status-list` with one address share the list and its indexes."""
    status(folder, "new", "--url", LIST, "-k", "k", "-o", "mine.json")
    assert issue(folder, "--status-list", LIST).code == 0
    assert orjson.loads((folder / "documents.json").read_bytes())[LIST] == "mine.json"
    assert not (folder / "status-1.json").exists()
    assert [one["verdict"] for one in verified(folder, "out")] == ["verified"] * 2
