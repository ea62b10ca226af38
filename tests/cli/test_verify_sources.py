from __future__ import annotations

import http.server
import io
import threading
import zipfile
import zlib

import orjson
import pytest

from badge_design import RICH, award, issuance
from command_line import run
from stackmark.issuing.bulk import Mint

SIMPLE = {name: value for name, value in RICH.items() if not name.startswith("status")}
MINT = Mint(issuance())
BADGES = [MINT.sign(award(number, **SIMPLE)) for number in range(3)]
BAD = BADGES[0].replace(b"Soil sampling", b"Gold sampling")
TOKEN = Mint(issuance("jwt")).sign(award(7))


def verify(*args, cwd, **more):
    done = run("verify", *args, "--json", "--offline", cwd=cwd, **more)
    return done.code, orjson.loads(done.out)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b.json").write_bytes(BADGES[0])
    (tmp_path / "a.json").write_bytes(BADGES[1])
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.jwt").write_bytes(TOKEN + b"\n")
    (tmp_path / ".hidden").write_bytes(b"x")
    return tmp_path


def test_one_file_gives_one_object(folder):
    code, report = verify("b.json", cwd=folder)
    assert code == 0
    assert report["source"] == "b.json"
    wanted = {"source", "verdict", "format", "policy", "checkedAt", "credential", "checks"}
    assert wanted <= report.keys()
    codes = "read format context schema lossless proof issuer-key key-time validity status refresh"
    codes += " related endorsements recipient trust"
    assert [check["code"] for check in report["checks"]] == codes.split()
    assert all(
        check.keys() == {"code", "outcome", "reason", "detail", "clause"}
        for check in report["checks"]
    )


def test_a_folder_gives_a_list_in_order_of_paths(folder):
    code, reports = verify(".", cwd=folder)
    assert code == 0
    assert [report["source"] for report in reports] == ["a.json", "b.json", "deep/c.jwt"]
    code, reports = verify("deep", "b.json", "a.json", cwd=folder)
    assert [report["source"] for report in reports] == ["a.json", "b.json", "deep/c.jwt"]


def test_what_cannot_be_read_is_an_object_too(folder):
    (folder / "0.txt").write_text("hello")
    (folder / "1.json").write_text("")
    (folder / "2.json").touch(0o000)
    code, reports = verify(".", cwd=folder)
    assert code == 1
    assert [report["verdict"] for report in reports][:3] == ["refused"] * 3
    assert [report["checks"][0]["reason"] for report in reports][:2] == [
        "read.unknown",
        "read.empty",
    ]


def test_exit_codes(folder):
    (folder / "bad.json").write_bytes(BAD)
    (folder / "web.jwt").write_bytes(Mint(issuance("jwt")).sign(award(8)).replace(b"x", b"x"))
    assert verify("a.json", "b.json", cwd=folder)[0] == 0
    assert verify("a.json", "bad.json", cwd=folder)[0] == 1
    assert verify("https://uni.example/badge.json", cwd=folder)[0] == 3
    assert verify("https://uni.example/badge.json", "bad.json", cwd=folder)[0] == 1
    missing = run("verify", "a.json", "none.json", "--json", cwd=folder)
    assert (missing.code, missing.out) == (2, b"")
    assert run("verify", "--policy", "lax", "a.json", cwd=folder).code == 2
    (folder / "empty").mkdir()
    assert run("verify", "empty", cwd=folder).code == 2


@pytest.mark.parametrize("name", ["all.jsonl", "all.txt"])
def test_lines_of_a_file_are_sources(folder, name):
    lines = [BADGES[0], b"", TOKEN, BAD, b"{"]
    (folder / name).write_bytes(b"\n".join(lines) + b"\n")
    code, reports = verify(name, cwd=folder)
    assert code == 1
    told = [(report["source"], report["verdict"]) for report in reports]
    assert told == [
        (f"{name}:1", "verified"),
        (f"{name}:3", "verified"),
        (f"{name}:4", "refused"),
        (f"{name}:5", "refused"),
    ]


def test_json_over_several_lines_is_one_document(folder):
    (folder / "wide.json").write_bytes(
        orjson.dumps(orjson.loads(BADGES[0]), option=orjson.OPT_INDENT_2)
    )
    (folder / "end.json").write_bytes(BADGES[0] + b"\n\n")
    for name in ("wide.json", "end.json"):
        assert isinstance(verify(name, cwd=folder)[1], dict)


def test_a_line_without_end_is_refused_in_bounded_memory(folder):
    (folder / "long.jsonl").write_bytes(b"x" * 5_000_000 + b"\n" + BADGES[0] + b"\n")
    _, reports = verify("long.jsonl", cwd=folder)
    assert [report["verdict"] for report in reports] == ["refused", "verified"]
    assert reports[0]["checks"][0]["reason"] == "read.too-large"


def test_stdin(folder):
    code, report = verify("-", cwd=folder, stdin=BADGES[2])
    assert (code, report["source"], report["verdict"]) == (0, "-", "verified")


def test_the_manifest_of_a_run_is_no_badge(folder):
    (folder / "manifest.jsonl").write_text(
        '{"line":2,"id":"urn:x","file":"a.json","sha256":"00"}\n'
    )
    assert len(verify(".", cwd=folder)[1]) == 3
    assert len(verify(".", "manifest.jsonl", cwd=folder)[1]) == 4


def test_the_options_reach_the_verifier(folder):
    report = verify("b.json", "--at", "2026-01-01T00:00:00Z", cwd=folder)[1]
    assert report["checkedAt"] == "2026-01-01T00:00:00Z"
    assert report["verdict"] == "refused"
    check = {
        one["code"]: one
        for one in verify("b.json", "--recipient", "x@y.example", cwd=folder)[1]["checks"]
    }
    assert check["recipient"]["reason"] == "recipient.other"
    code, report = verify("b.json", "--recipient", "emailAddress=person0@example.org", cwd=folder)
    assert code == 0
    (folder / "trust.json").write_bytes(
        orjson.dumps({"issuers": [{"id": issuance().design.issuer["id"], "name": "Uni"}]})
    )
    code, report = verify("b.json", "--trust", "trust.json", "--policy", "strict", cwd=folder)
    assert (code, report["policy"]) == (0, "strict")
    assert report["credential"]["issuerTrust"] == "known"
    shown = run("verify", "b.json", "--trust", "trust.json", "--offline", cwd=folder)
    assert shown.text.startswith("Verified: ")
    bare = run("verify", "b.json", "--offline", cwd=folder)
    assert bare.text.startswith("Unaltered and in force; issuer not known to us\n")


class Host(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(BADGES[0])))
        self.end_headers()
        self.wfile.write(BADGES[0])

    def log_message(self, *_):
        pass


def test_an_address_is_fetched_only_where_that_is_allowed(folder):
    server = http.server.HTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    url = f"http://{host}/badge.json"
    try:
        refused = run("verify", url, "--json", cwd=folder)
        assert (refused.code, orjson.loads(refused.out)["checks"][0]["reason"]) == (
            3,
            "fetch.refused-url",
        )
        done = run("verify", url, "--json", "--allow-host", host, cwd=folder)
        assert (done.code, orjson.loads(done.out)["verdict"]) == (0, "verified")
        assert run("verify", url, "--offline", "--allow-host", host, cwd=folder).code == 3
    finally:
        server.shutdown()
        server.server_close()


HOSTILE = "Badge\x1b[2J\u202egpj.exe\x07\u200b"


def test_no_text_of_a_document_steers_the_terminal(tmp_path):
    tree = orjson.loads(BADGES[0])
    tree["name"] = HOSTILE
    tree["issuer"]["name"] = HOSTILE
    name = "file\u202e.json"
    (tmp_path / name).write_bytes(orjson.dumps(tree))
    for arguments in ([name], [name, name + ""], [".", "--all"]):
        done = run("verify", *arguments, "--offline", cwd=tmp_path)
        assert done.code == 1
        assert not set("\x1b\u202e\x07\u200b") & set(done.text + done.err)
        assert "Badge" in done.text or len(arguments) > 1
    report = verify(name, cwd=tmp_path)[1]
    assert report["credential"]["name"] == HOSTILE
    told = run("explain", name, "--offline", cwd=tmp_path)
    assert not set("\x1b\u202e\x07\u200b") & set(told.text + told.err)


def test_of_very_many_only_those_that_need_a_look_are_listed(tmp_path):
    lines = [BADGES[0]] * 90
    lines[3] = lines[80] = BAD
    (tmp_path / "many.jsonl").write_bytes(b"\n".join(lines))
    done = run("verify", "many.jsonl", "--offline", cwd=tmp_path)
    listed = [line.split()[1] for line in done.text.splitlines() if line.startswith(("✓", "✗"))]
    assert listed == ["many.jsonl:4", "many.jsonl:81"]
    assert "90 checked: 88 unaltered and in force, issuer not known to us; 2 refused." in done.text
    assert "88 good ones are not listed" in done.text
    whole = run("verify", "many.jsonl", "--offline", "--all", cwd=tmp_path)
    assert len([line for line in whole.text.splitlines() if line.startswith(("✓", "✗"))]) == 90


def test_parts_stand_under_their_whole(tmp_path):
    holder = issuance()
    vp = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": holder.design.issuer["id"],
        "verifiableCredential": [orjson.loads(BADGES[0]), orjson.loads(BAD)],
    }
    (tmp_path / "vp.json").write_bytes(orjson.dumps(vp))
    key = tmp_path / "key.pem"
    key.write_bytes(holder.signer.to_pem())
    signed = run(
        "sign", "vp.json", "--key", key, "--challenge", "c1", "--out", "s.json", cwd=tmp_path
    )
    assert signed.code == 0, signed.err
    _, report = verify("s.json", "--challenge", "c1", cwd=tmp_path)
    assert [part["verdict"] for part in report["parts"]] == ["verified", "refused"]
    told = run("verify", "s.json", "--challenge", "c1", "--offline", cwd=tmp_path).text
    assert "Inside 2: " in told
    assert verify("s.json", "--challenge", "other", cwd=tmp_path)[1]["verdict"] == "refused"


def test_this_machine_prints_what_it_can(monkeypatch):
    from stackmark.cli import report_text

    class Old:
        encoding = "ascii"

        def isatty(self):
            return False

    monkeypatch.setattr(report_text.sys, "stdout", Old())
    assert report_text.mark("passed") == "+"


# -- certificates and zips ---------------------------------------------------------------------


def certificate(*attached):
    head = b"7 0 obj\n<< /Type /EmbeddedFile /Filter /FlateDecode >>\nstream\n"
    streams = (head + zlib.compress(one) + b"\nendstream\nendobj\n" for one in attached)
    return b"%PDF-1.7\n" + b"".join(streams) + b"%%EOF"


def test_a_certificate_is_judged_by_the_credential_in_it(folder):
    (folder / "good.pdf").write_bytes(certificate(BADGES[0]))
    (folder / "bad.pdf").write_bytes(certificate(BAD))
    (folder / "token.pdf").write_bytes(certificate(TOKEN))
    code, report = verify("good.pdf", cwd=folder)
    assert (code, report["verdict"], report["format"]) == (0, "verified", "pdf/ob3+di")
    code, report = verify("token.pdf", cwd=folder)
    assert (code, report["verdict"], report["format"]) == (0, "verified", "pdf/ob3+jwt")
    code, report = verify("bad.pdf", cwd=folder)
    assert code == 1
    assert next(one["reason"] for one in report["checks"] if one["outcome"] == "failed") == (
        "proof.signature"
    )


@pytest.mark.parametrize(
    ("attached", "reason"),
    [((), "read.pdf-empty"), ((BADGES[0], BADGES[1]), "read.pdf-many")],
)
def test_a_paper_with_none_or_two_is_no_answer_by_itself(folder, attached, reason):
    (folder / "paper.pdf").write_bytes(certificate(*attached))
    code, report = verify("paper.pdf", cwd=folder)
    assert code == 1
    assert report["checks"][0]["reason"] == reason


def zipped(**entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


MAP = b'{"https://uni.example/did.json": "documents/d.json"}'
PASSPORT = {
    "README_txt": b"Your credentials",
    "documents_json": MAP,
    "documents__d_json": b"{}",
    "credentials__b_json": BADGES[0],
    "credentials__a_json": BADGES[1],
}


def test_a_zip_gives_a_row_for_each_credential(folder):
    (folder / "all.zip").write_bytes(zipped(b_json=BADGES[0], a_json=BAD, note_txt=b"hello"))
    code, reports = verify("all.zip", cwd=folder)
    assert code == 1
    assert [(one["source"], one["verdict"]) for one in reports] == [
        ("all.zip/a.json", "refused"),
        ("all.zip/b.json", "verified"),
        ("all.zip/note.txt", "refused"),
    ]


def test_a_passports_zip_is_its_credentials_only(folder):
    (folder / "p.zip").write_bytes(zipped(**PASSPORT))
    code, reports = verify("p.zip", cwd=folder)
    wanted = ["p.zip/credentials/a.json", "p.zip/credentials/b.json"]
    assert (code, [one["source"] for one in reports]) == (0, wanted)


@pytest.mark.parametrize("more", [(), ("--documents", "passport/documents.json")])
def test_an_unpacked_passport_too(folder, more):
    with zipfile.ZipFile(io.BytesIO(zipped(**PASSPORT))) as archive:
        archive.extractall(folder / "passport")
    code, reports = verify("passport", *more, cwd=folder)
    wanted = ["passport/credentials/a.json", "passport/credentials/b.json"]
    assert (code, [one["source"] for one in reports]) == (0, wanted)


def test_a_map_that_names_a_credential_hides_nothing(folder):
    odd = {**PASSPORT, "documents_json": b'{"https://uni.example/x": "credentials/a.json"}'}
    (folder / "odd.zip").write_bytes(zipped(**odd))
    _, reports = verify("odd.zip", cwd=folder)
    assert "odd.zip/credentials/a.json" in [one["source"] for one in reports]


def test_a_zip_that_is_odd_is_one_refusal(folder):
    (folder / "evil.zip").write_bytes(zipped(a_json=BADGES[0])[:-4])
    code, reports = verify("evil.zip", cwd=folder)
    assert code == 1
    assert [one["checks"][0]["reason"] for one in reports] == ["read.archive"]
    told = run("verify", "a.json", "--documents", "evil.zip", cwd=folder)
    assert told.code == 2
    assert "evil.zip cannot be read" in told.err
