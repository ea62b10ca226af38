from __future__ import annotations

import pickle
import stat
import subprocess
import sys
import time

import orjson
import pytest

from stackmark.errors import StackmarkError
from stackmark.keys.multibase import b64url_encode
from stackmark.keys.private import PrivateKey
from stackmark_web.tenancy import actions, queries
from stackmark_web.tenancy.signers import process, remote
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.tenancy.signing import signer_for

DID = "did:web:badges.example.org:o:x"


@pytest.fixture
def passphrase(tmp_path):
    path = tmp_path / "passphrase"
    path.write_text("a long passphrase\n")
    return path


@pytest.fixture
def command(tmp_path, passphrase):
    words = [sys.executable, "-m", "stackmark_web.tenancy.signers.process"]
    return [*words, "--keys", str(tmp_path / "away"), "--passphrase-file", str(passphrase)]


@pytest.fixture
def outside(settings, command):
    """The setting of a separate signer; its process ends with the test."""
    settings.SIGNER = "command:" + " ".join(command)
    yield settings.SIGNER
    remote.line_to(settings.SIGNER).close()


def test_a_separate_process_makes_the_key_and_signs(outside, northfield, alice, settings, tmp_path):
    before = set((settings.DATA / "keys").glob("*")) if (settings.DATA / "keys").exists() else set()
    actions.make_key(northfield, actor=alice)
    signer = signer_for(northfield)
    signature = signer.private.sign(b"hello")
    assert signer.private.public_key.verify(signature, b"hello")
    assert signer.private.algorithm == "Ed25519"
    assert list((tmp_path / "away").glob("*.key")), "the private key is over there"
    now = set((settings.DATA / "keys").glob("*")) if (settings.DATA / "keys").exists() else set()
    assert now == before, "and not here"
    assert not isinstance(signer.private, PrivateKey)


def test_the_remote_signer_crosses_a_process_pool(outside, northfield, alice):
    actions.make_key(northfield, actor=alice)
    copy = pickle.loads(pickle.dumps(signer_for(northfield).private))
    assert copy.public_key.verify(copy.sign(b"hello"), b"hello")


def test_a_key_file_is_not_opened_once_an_outside_signer_is_set(northfield, alice, settings):
    actions.make_key(northfield, actor=alice)
    settings.SIGNER = "command:false"
    with pytest.raises(StackmarkError, match="STACKMARK_SIGNER") as caught:
        signer_for(northfield)
    assert caught.value.reason == "signer.elsewhere"


def test_over_a_socket(command, tmp_path, northfield, alice, settings):
    path = tmp_path / "signer.sock"
    signer = subprocess.Popen([*command, "--socket", str(path)])
    settings.SIGNER = f"unix:{path}"
    try:
        for _ in range(200):
            if path.exists():
                break
            time.sleep(0.05)
        actions.make_key(northfield, actor=alice)
        assert stat.S_IMODE(path.stat().st_mode) & 0o007 == 0, "not for everybody"
        made = signer_for(northfield).private
        assert made.public_key.verify(made.sign(b"hello"), b"hello")
        signer.kill()
        signer.wait()
        with pytest.raises(StackmarkError, match="cannot be reached") as caught:
            made.sign(b"again")
        assert caught.value.reason == "signer.unavailable"
    finally:
        signer.kill()
        signer.wait()
        remote.line_to(settings.SIGNER).close()


def program(tmp_path, body):
    """A signer that misbehaves: ``body`` answers ``question`` by printing ``said``."""
    path = tmp_path / "signer.py"
    path.write_text(
        "import sys, json, time\nfor line in sys.stdin:\n    question = json.loads(line)\n"
        f"    {body}\n    print(json.dumps(said), flush=True)\n"
    )
    return f"command:{sys.executable} {path}"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("said = {'id': question['id'], 'signature': 'AAAA'}", "signer.wrong-signature"),
        ("said = {'id': question['id'], 'signature': 7}", "signer.wrong-signature"),
        ("said = {'id': question['id'], 'error': 'The safe is closed.'}", "signer.refused"),
        ("said = {'id': 99, 'signature': 'AAAA'}", "signer.unavailable"),
        ("said = [1]", "signer.unavailable"),
        ("sys.exit()", "signer.unavailable"),
        ("time.sleep(5); said = {}", "signer.unavailable"),
        ("print('x' * 100000); said = {}", "signer.unavailable"),
    ],
)
def test_whatever_a_signer_does_wrong_nothing_is_signed(tmp_path, monkeypatch, body, reason):
    monkeypatch.setattr(remote, "SECONDS", 1.0)
    address = program(tmp_path, body)
    signer = remote.RemoteSigner(address, "k", PrivateKey.from_seed(b"1" * 32).public_key)
    try:
        with pytest.raises(StackmarkError) as caught:
            signer.sign(b"hello")
        assert caught.value.reason == reason
    finally:
        remote.line_to(address).close()


def test_after_a_failure_the_next_question_starts_anew(tmp_path):
    path = tmp_path / "once"
    address = program(
        tmp_path,
        f"import os\n    first = not os.path.exists({str(path)!r}); open({str(path)!r}, 'w')\n"
        "    if first: sys.exit()\n    said = {'id': question['id'], 'error': 'here again'}",
    )
    signer = remote.RemoteSigner(address, "k", PrivateKey.from_seed(b"1" * 32).public_key)
    try:
        with pytest.raises(StackmarkError, match="cannot be reached"):
            signer.sign(b"one")
        with pytest.raises(StackmarkError, match="here again"):
            signer.sign(b"two")
    finally:
        remote.line_to(address).close()


def test_a_program_that_is_not_there_is_said(northfield, alice, settings):
    settings.SIGNER = "command:/nowhere/signer"
    with pytest.raises(StackmarkError, match="cannot be reached"):
        actions.make_key(northfield, actor=alice)
    assert list(queries.keys_of(northfield)) == []


def test_a_setting_of_no_known_kind_is_said(settings, northfield, alice):
    settings.SIGNER = "cloud:key"
    with pytest.raises(StackmarkError, match="not file, command:PROGRAM, unix:PATH or"):
        actions.make_key(northfield, actor=alice)


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"not json\n",
        b"[]\n",
        b'{"op": "nothing"}\n',
        b'{"op": "sign", "key": "x.key"}\n',
        b'{"op": "sign", "key": "../../etc/passwd", "data": ""}\n',
        b'{"op": "sign", "key": "x.key", "data": "!!"}\n',
        b'{"op": "sign", "key": "x.key", "data": ""}\n',
        b'{"op": "make", "algorithm": "rot13", "did": "did:web:x", "method": "did:web:x#k"}\n',
        b'{"op": "make", "algorithm": "ed25519", "did": "did:web:x", "method": "did:web:y#k"}\n',
    ],
)
def test_the_process_answers_nonsense_with_a_sentence(tmp_path, line):
    said = orjson.loads(process.answer(FileStore(tmp_path, b"secret"), line))
    assert set(said) == {"id", "error"}
    assert said["error"].endswith(".")
    assert str(tmp_path) not in said["error"]


def test_the_process_never_says_a_private_key(tmp_path):
    store = FileStore(tmp_path, b"secret")
    made = store.make(algorithm="ed25519", did=DID, method_id=f"{DID}#key-1")
    question = {"id": 1, "op": "sign", "key": made.location, "data": b64url_encode(b"x")}
    said = orjson.loads(process.answer(store, orjson.dumps(question)))
    assert set(said) == {"id", "signature"}
    secret = store.open(made.location).to_jwk()["d"]
    assert secret not in str(said)
    assert secret.encode() not in (tmp_path / made.location).read_bytes()


def test_the_process_wants_a_passphrase(tmp_path, capsys):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for path, words in ((tmp_path / "none", "cannot be read"), (empty, "is empty")):
        with pytest.raises(SystemExit):
            process.main(["--keys", str(tmp_path), "--passphrase-file", str(path)])
        assert words in capsys.readouterr().err
