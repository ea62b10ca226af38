"""Credentials whose key never leaves a PKCS #11 device (SoftHSM 2)."""

from __future__ import annotations

import orjson
import pytest

import stackmark
from stackmark_web.awarding import actions
from stackmark_web.tenancy.actions import make_key, revoke_key
from stackmark_web.tenancy.queries import active_key


@pytest.fixture
def university(northfield):
    """Without the key file that the other tests sign with."""
    return northfield


@pytest.mark.parametrize(
    ("kind", "suite"), [("ed25519", "eddsa-rdfc-2022"), ("p256", "ecdsa-rdfc-2019")]
)
def test_a_credential_is_signed_verified_and_revoked_by_the_device(
    device, kind, suite, settings, northfield, alice, publish_version, offered, documents
):
    settings.KEY_TYPE = kind
    make_key(northfield, actor=alice)
    award = offered(version=publish_version(northfield))
    assert orjson.loads(bytes(award.signed))["proof"]["cryptosuite"] == suite
    report = stackmark.verify(bytes(award.signed), documents=documents(award))
    assert report.verdict == "verified"
    settings.SIGNER = "command:false"  # the device is gone: what was signed stands
    again = stackmark.verify(bytes(award.signed), documents=documents(award))
    assert again.verdict == "verified"


def test_without_the_device_nothing_is_issued_and_the_award_waits(
    device, settings, northfield, alice, publish_version, draft
):
    make_key(northfield, actor=alice)
    award = draft(version=publish_version(northfield))
    settings.SIGNER = device.replace("Stack%20mark", "Other")
    with pytest.raises(stackmark.errors.StackmarkError, match="no such token"):
        actions.offer(award, actor=alice)
    award.refresh_from_db()
    assert award.state == "draft"
    assert not award.signed
    settings.SIGNER = device
    assert actions.offer(award, actor=alice).state == "offered"


def test_a_revoked_key_of_the_device_signs_no_more(
    device, northfield, alice, publish_version, offered, documents
):
    key = make_key(northfield, actor=alice)
    award = offered(version=publish_version(northfield))
    revoke_key(key, actor=alice)
    assert active_key(northfield).method_id != key.method_id
    report = stackmark.verify(bytes(award.signed), documents=documents(award))
    assert report.verdict == "refused"
    assert "key-time" in [one.code for one in report.checks if one.outcome == "failed"]
