"""A rotation that is killed anywhere (fault F39), and rotations with every kind of signer.

Whatever dies: one key signs, the published document holds it, and every list that lies there was
signed by a key of that document and verifies. What was left undone is done by the next look.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from datetime import timedelta

import orjson
import pytest
from django.db import connection, transaction

from stackmark.errors import StackmarkError
from stackmark.issuing.selfcheck import Given
from stackmark.keys.controller import find_method
from stackmark.keys.did import did_web_url
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.awarding import key_age, publishing, queries
from stackmark_web.awarding.models import StatusList
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.tenancy import actions
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.changes import keys
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers import remote
from stackmark_web.tenancy.signing import signer_for

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(number):
    """Within the block the database is never reached for statement ``number`` (from 1)."""
    seen = []

    def count(execute, sql, params, many, context):
        seen.append(sql)
        if len(seen) == number:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield


def check_whole(root):
    """What must hold at every instant of a rotation."""
    document = tenancy.did_document(root)
    active = SigningKey.everywhere.filter(organisation=root, state="active")
    assert active.count() == 1
    pen = signer_for(root)
    assert not find_method(document, pen.method_id).expires
    data = pen.private.sign(b"x")
    assert find_method(document, pen.method_id).public_key.verify(data, b"x")
    given = Given({did_web_url(tenancy.did_of(root)): orjson.dumps(document)})
    for row in StatusList.everywhere.filter(organisation=root):
        for purpose in ("revocation", "suspension"):
            signed = publishing.document(row.pk, purpose)
            if signed is not None:
                report = Verifier(now=clock.now(), fetcher=given).verify(signed)
                assert report.verdict == "verified", (purpose, report.why)


def check_settled(root):
    """After the next look over the lists all are signed by the key in use."""
    publishing.look_over()
    publishing.publish_dirty()
    method = signer_for(root).method_id
    for row in StatusList.everywhere.filter(organisation=root):
        tree = orjson.loads(publishing.document(row.pk, "revocation"))
        assert tree["proof"]["verificationMethod"] == method


def test_killed_at_any_statement_either_key_signs(university, offered, alice):
    offered()
    number, killed = 1, True
    while killed:
        mark = transaction.savepoint()
        killed = False
        with killed_at(number):
            try:
                actions.rotate_key(university, actor=alice)
            except Killed:
                killed = True
        check_whole(university)
        transaction.savepoint_rollback(mark)
        number += 1
        assert number < 60
    assert number > 8, "a rotation has that many statements"


def dies(*_args, **_more):
    raise Killed


STEPS = ["_claim", "pen_as", "secure", "write_atomic", "_settle"]  # of publishing a list


def rotate_until_killed(root, alice, capture):
    """Rotate; then what follows the commit is killed, as the test has arranged."""
    with capture() as waiting:
        actions.rotate_key(root, actor=alice)
    check_whole(root)
    with pytest.raises(Killed):
        [one() for one in waiting]


@pytest.mark.parametrize("name", STEPS)
def test_killed_while_the_lists_are_signed_anew(
    university, offered, alice, monkeypatch, django_capture_on_commit_callbacks, name
):
    offered()
    with monkeypatch.context() as patch:
        patch.setattr(publishing, name, dies)
        rotate_until_killed(university, alice, django_capture_on_commit_callbacks)
    check_whole(university)
    check_settled(university)


def test_killed_between_the_two_files_of_a_list(
    university, offered, alice, monkeypatch, django_capture_on_commit_callbacks
):
    offered()
    real, count = publishing.write_atomic, []

    def once(*args, **more):
        if count:
            raise Killed
        count.append(1)
        real(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "write_atomic", once)
        rotate_until_killed(university, alice, django_capture_on_commit_callbacks)
    check_whole(university)
    check_settled(university)


def test_a_store_that_dies_leaves_the_old_key(university, offered, alice, monkeypatch):
    offered()
    before = signer_for(university).method_id

    class Away:
        kind = "file"

        def make(self, **_more):
            raise StackmarkError("signer.away", "The signer does not answer.")

    monkeypatch.setattr(keys, "store", Away)
    with pytest.raises(StackmarkError), transaction.atomic():
        actions.rotate_key(university, actor=alice)
    assert signer_for(university).method_id == before
    check_whole(university)


def test_no_list_is_signed_by_a_key_that_waits_to_be_published(university, offered, alice):
    """On an own host the new key exists, and the old one goes on until it was seen there."""
    offered()
    university.did_host = "own.example"
    university.save()
    SigningKey.everywhere.filter(organisation=university).update(
        method_id="did:web:own.example#key-1"
    )
    waiting = actions.rotate_key(university, actor=alice)
    assert waiting.state == "waiting"
    assert signer_for(university).method_id == "did:web:own.example#key-1"
    publishing.publish_all_of(university)
    for row in StatusList.everywhere.all():
        tree = orjson.loads(queries.status_list_document(row.pk, "revocation"))
        assert tree["proof"]["verificationMethod"] != waiting.method_id


# -- every kind of signer -----------------------------------------------------------------------


def turn(root, alice, offered):
    """Rotate, then lose the new key: an old credential, three keys, and lists that follow."""
    actions.make_key(root, actor=alice)
    first = offered()
    actions.rotate_key(root, actor=alice)
    publishing.publish_all_of(root)
    check_whole(root)
    second = offered(recipient_email="b@mail.example")
    lost = tenancy.active_key(root)
    actions.declare_lost(lost, actor=alice)
    publishing.publish_all_of(root)
    check_whole(root)
    check_settled(root)
    given = Given({did_web_url(tenancy.did_of(root)): orjson.dumps(tenancy.did_document(root))})
    verifier = Verifier(now=clock.now() + timedelta(seconds=1), fetcher=given)
    assert verifier.verify(bytes(first.signed)).check("key-time").outcome == "passed"
    assert verifier.verify(bytes(second.signed)).check("key-time").reason == "key-time.revoked"
    return [key.signer for key in tenancy.keys_of(root)]


@pytest.fixture
def keyless(northfield, publish_version, offered, version):
    """An institution with a version to award and no key yet."""
    SigningKey.everywhere.filter(organisation=northfield).delete()
    return northfield


def test_with_files(keyless, alice, offered):
    assert turn(keyless, alice, offered) == ["file"] * 3


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_with_a_device(device, keyless, alice, offered, settings, kind):
    settings.KEY_TYPE = kind
    assert turn(keyless, alice, offered) == ["pkcs11"] * 3


def test_with_a_separate_process(keyless, alice, offered, settings, tmp_path):
    (tmp_path / "passphrase").write_text("a long passphrase\n")
    words = [sys.executable, "-m", "stackmark_web.tenancy.signers.process"]
    words += ["--keys", str(tmp_path / "away"), "--passphrase-file", str(tmp_path / "passphrase")]
    settings.SIGNER = "command:" + " ".join(words)
    try:
        assert turn(keyless, alice, offered) == ["process"] * 3
    finally:
        remote.line_to(settings.SIGNER).close()


# -- when it is due -----------------------------------------------------------------------------


def test_owners_are_told_once_that_a_key_is_a_year_old(university, alice, bob):
    assert key_age.remind() == 0
    SigningKey.everywhere.update(active_from=clock.now() - timedelta(days=366))
    assert key_age.remind() == 1
    assert key_age.remind() == 0
    (mail,) = OutboxMail.everywhere.filter(kind="key-old")
    assert mail.to == alice.email
    assert tenancy.is_old(tenancy.active_key(university))
