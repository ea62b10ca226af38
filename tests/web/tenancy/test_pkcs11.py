"""Keys in a PKCS #11 device, tried against SoftHSM 2."""

from __future__ import annotations

import os
import pickle
import sys

import pytest

from softhsm import PIN
from stackmark.errors import StackmarkError
from stackmark_web.tenancy import actions, queries
from stackmark_web.tenancy.signers import pkcs11_uri, process, remote
from stackmark_web.tenancy.signing import signer_for


def private_objects():
    """The private keys of the device, as the device itself describes them."""
    import pkcs11

    from stackmark_web.tenancy.signers.pkcs11_device import device_of

    kept = device_of(pkcs11_uri.read(os.environ["STACKMARK_TEST_TOKEN"]))
    return list(kept.session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.PRIVATE_KEY}))


@pytest.mark.parametrize(("kind", "algorithm"), [("ed25519", "Ed25519"), ("p256", "P-256")])
def test_the_device_makes_the_key_and_signs(
    device, kind, algorithm, northfield, alice, settings, monkeypatch
):
    import pkcs11

    settings.KEY_TYPE = kind
    before = set(settings.DATA.rglob("*.key"))
    row = actions.make_key(northfield, actor=alice)
    assert (row.signer, row.algorithm) == ("pkcs11", algorithm)
    signer = signer_for(northfield).private
    signature = signer.sign(b"hello")
    assert len(signature) == 64
    assert signer.algorithm == algorithm
    assert signer.public_key.to_multikey() == row.public_multibase
    assert signer.public_key.verify(signature, b"hello")
    assert not signer.public_key.verify(signature, b"hullo")
    assert set(settings.DATA.rglob("*.key")) == before, "no key file was made"

    monkeypatch.setenv("STACKMARK_TEST_TOKEN", device)
    (held,) = [one for one in private_objects() if one.id.hex() == row.location]
    assert held[pkcs11.Attribute.SENSITIVE]
    assert not held[pkcs11.Attribute.EXTRACTABLE]
    assert held[pkcs11.Attribute.LABEL] == "northfield-key-1", "a person finds it on the device"
    with pytest.raises(pkcs11.AttributeSensitive):
        held[pkcs11.Attribute.VALUE]


def test_p256_signs_with_the_digest_asked_for(device, northfield, alice, settings):
    settings.KEY_TYPE = "p256"
    actions.make_key(northfield, actor=alice)
    signer = signer_for(northfield).private
    made = signer.sign(b"hello", digest="sha384")
    assert signer.public_key.verify(made, b"hello", digest="sha384")
    with pytest.raises(StackmarkError) as caught:
        signer.sign(b"hello", digest="md5")
    assert caught.value.reason == "usage.digest"


def test_a_long_document_is_signed_whole(device, northfield, alice):
    actions.make_key(northfield, actor=alice)
    signer = signer_for(northfield).private
    long = os.urandom(1 << 20)
    assert signer.public_key.verify(signer.sign(long), long)


def test_the_signer_crosses_a_process_pool_and_a_fork(device, northfield, alice):
    actions.make_key(northfield, actor=alice)
    signer = signer_for(northfield).private
    copy = pickle.loads(pickle.dumps(signer))
    reading, writing = os.pipe()
    child = os.fork()
    if not child:  # the library of the device must be started anew here
        try:
            os.write(writing, copy.sign(b"from the child"))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        assert copy.public_key.verify(pipe.read(), b"from the child")
    assert copy.public_key.verify(signer.sign(b"from the parent"), b"from the parent")


def test_the_pin_is_shown_nowhere(device, northfield, alice, settings):
    settings.SIGNER = device.partition("&pin-source")[0] + f"&pin-value={PIN}"
    actions.make_key(northfield, actor=alice)
    signer = signer_for(northfield).private
    assert signer.public_key.verify(signer.sign(b"hello"), b"hello")
    assert PIN not in repr(signer)
    assert PIN not in repr(pkcs11_uri.read(settings.SIGNER))


def test_a_session_that_ended_is_opened_again(device, northfield, alice):
    from stackmark_web.tenancy.signers.pkcs11_device import device_of

    actions.make_key(northfield, actor=alice)
    signer = signer_for(northfield).private
    device_of(pkcs11_uri.read(device)).session.close()
    assert signer.public_key.verify(signer.sign(b"hello"), b"hello")


def test_a_key_that_is_gone_is_said(device, northfield, alice, monkeypatch):
    row = actions.make_key(northfield, actor=alice)
    signer = signer_for(northfield).private
    monkeypatch.setenv("STACKMARK_TEST_TOKEN", device)
    for one in private_objects():
        if one.id.hex() == row.location:
            one.destroy()
    with pytest.raises(StackmarkError, match="holds no such key") as caught:
        signer.sign(b"hello")
    assert caught.value.reason == "signer.missing"


def test_a_key_made_elsewhere_is_not_looked_for_in_the_device(device, northfield, alice, settings):
    settings.SIGNER = "file"
    actions.make_key(northfield, actor=alice)
    settings.SIGNER = device
    with pytest.raises(StackmarkError) as caught:
        signer_for(northfield)
    assert caught.value.reason == "signer.elsewhere"


def test_a_wrong_pin_is_tried_once_only(device, northfield, alice, settings, tmp_path):
    """A device locks itself after a few: a busy server must not do that."""
    import pkcs11

    from stackmark_web.tenancy.signers import pkcs11_device

    for one in pkcs11_device._devices.values():
        one._drop()  # a session of an earlier test would make every PIN right
    wrong = tmp_path / "pin"
    wrong.write_text("0000")
    settings.SIGNER = device.partition("&pin-source")[0] + f"&pin-source=file:{wrong}"
    for _ in range(12):
        with pytest.raises(StackmarkError, match="PIN") as caught:
            actions.make_key(northfield, actor=alice)
        assert caught.value.reason == "signer.pin"
    assert "0000" not in str(caught.value)
    assert list(queries.keys_of(northfield)) == []
    settings.SIGNER = device
    actions.make_key(northfield, actor=alice)
    flags = pkcs11.lib(pkcs11_uri.read(device).module).get_token(token_label="Stack mark").flags
    assert not flags & pkcs11.TokenFlag.USER_PIN_LOCKED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("Stack%20mark", "Other"), "no such token"),
        (("libsofthsm2.so", "libnothing.so"), "cannot be loaded"),
        (("softhsm/libsofthsm2.so", "libc.so.6"), "cannot be loaded"),
        (("/pin", "/nothing"), "cannot be read"),
    ],
)
def test_a_device_that_is_not_there_is_said(device, change, words, northfield, alice, settings):
    settings.SIGNER = device.replace(*change)
    with pytest.raises(StackmarkError, match=words):
        actions.make_key(northfield, actor=alice)
    assert list(queries.keys_of(northfield)) == []


def test_the_package_is_asked_for_in_one_sentence(monkeypatch, northfield, alice, settings):
    monkeypatch.delitem(sys.modules, "stackmark_web.tenancy.signers.pkcs11_device", raising=False)
    monkeypatch.setitem(sys.modules, "pkcs11", None)
    settings.SIGNER = "pkcs11:token=none?module-path=/none&pin-value=1"
    with pytest.raises(StackmarkError, match=r"pip install 'stackmark\[web,pkcs11\]'") as caught:
        actions.make_key(northfield, actor=alice)
    assert caught.value.reason == "signer.package"


def test_the_separate_process_may_use_the_device(device, northfield, alice, settings):
    """Then the web server does not even know the PIN."""
    words = f"{sys.executable} -m stackmark_web.tenancy.signers.process --pkcs11 '{device}'"
    settings.SIGNER = f"command:{words}"
    try:
        for kind in ("ed25519", "p256"):
            settings.KEY_TYPE = kind
            make = actions.rotate_key if queries.active_key(northfield) else actions.make_key
            assert make(northfield, actor=alice).signer == "process"
            signer = signer_for(northfield).private
            assert signer.public_key.verify(signer.sign(b"hello"), b"hello")
    finally:
        remote.line_to(settings.SIGNER).close()


def test_the_process_wants_one_place_of_keys(tmp_path, capsys):
    some = ["--keys", str(tmp_path), "--passphrase-file", str(tmp_path)]
    for given in ([], [*some, "--pkcs11", "pkcs11:token=x"], some[:2], ["--pkcs11", "x"]):
        with pytest.raises(SystemExit):
            process.main(given)
        assert "pkcs11" in capsys.readouterr().err


# -- the address (RFC 7512), which needs no device --------------------------------------------


def test_an_address_is_read_as_the_standard_has_it(tmp_path):
    (tmp_path / "a pin").write_text("12 34\n")
    read = pkcs11_uri.read(
        f"pkcs11:token=My%20token;serial=DECAFBAD?module-path=/lib/m%26.so&pin-source={tmp_path}/a%20pin"
    )
    assert (read.token, read.serial, read.module) == ("My token", "DECAFBAD", "/lib/m&.so")
    assert read.pin() == "12 34"
    assert pkcs11_uri.read("pkcs11:slot-id=7?module-path=/m&pin-value=a%23b").slot == 7


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pkcs11:", "token"),
        ("pkcs11:?module-path=/m&pin-value=1", "token"),
        ("pkcs11:token=x", "module-path"),
        ("pkcs11:token=x?module-path=/m", "pin-source"),
        ("pkcs11:token=x?module-path=m.so&pin-value=1", "absolute"),
        ("pkcs11:token=x?module-path=/m&pin-source=|cat", "file"),
        ("pkcs11:token=x?module-path=/m&pin-source=https://x/pin", "file"),
        ("pkcs11:token=x;colour=red?module-path=/m&pin-value=1", "colour"),
        ("pkcs11:token=x;token=y?module-path=/m&pin-value=1", "twice"),
        ("pkcs11:slot-id=x?module-path=/m&pin-value=1", "slot-id"),
        ("pkcs11:token?module-path=/m&pin-value=1", "token"),
    ],
)
def test_an_address_that_cannot_be_read_says_why(text, words):
    with pytest.raises(StackmarkError, match=words) as caught:
        pkcs11_uri.read(text)
    assert caught.value.reason == "signer.setting"
