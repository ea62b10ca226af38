"""Signing: intent first, one index an award, exact bytes, nothing wrong ever stored."""

from __future__ import annotations

import hashlib

import orjson
import pytest

import stackmark
from stackmark.errors import CheckFailed, StackmarkError, UsageError
from stackmark_web.awarding import actions, issuing, signing
from stackmark_web.awarding.actions import offering
from stackmark_web.awarding.models import Award, ClaimLink, Step
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.tenancy.actions import rotate_key
from stackmark_web.tenancy.models import SigningKey

pytestmark = pytest.mark.django_db


def judge(award, documents, **more):
    return stackmark.verify(bytes(award.signed), documents=documents(award), **more)


def test_an_offered_award_verifies_and_its_bytes_are_kept(offered, documents):
    award = offered(
        evidence=[{"url": "https://work.example/1", "name": "Report"}], narrative="Well"
    )
    for asked in ("Ada Lovelace", "ada@mail.example"):
        report = judge(award, documents, recipient=asked)
        assert report.verdict == "verified", report.why
    stored = Award.everywhere.get(pk=award.pk)
    assert stored.state == Award.State.OFFERED
    assert stored.sha256 == hashlib.sha256(bytes(stored.signed)).hexdigest()
    tree = orjson.loads(bytes(stored.signed))
    assert tree["id"] == f"https://badges.example.org/credentials/{award.pk}"
    assert tree["issuer"]["id"] == "did:web:badges.example.org:o:northfield"
    assert tree["credentialStatus"]["statusPurpose"] == "revocation"
    assert "ada@mail.example" not in bytes(stored.signed).decode()


def test_another_name_is_refused(offered, documents):
    report = judge(offered(), documents, recipient="Bob Byron")
    assert (report.verdict, report.check("recipient").reason) == ("refused", "recipient.other")


def test_without_the_name_nobody_can_read_or_compare_it(offered, documents):
    award = offered(name_in_credential=False)
    assert b"Lovelace" not in bytes(award.signed)
    report = judge(award, documents, recipient="Ada Lovelace")
    assert report.check("recipient").reason == "recipient.unidentified"


def test_a_suspendable_award_names_the_suspension_list(offered, documents):
    award = offered(suspendable=True)
    tree = orjson.loads(bytes(award.signed))
    assert tree["credentialStatus"]["statusPurpose"] == "suspension"
    assert judge(award, documents).verdict == "verified"


def test_killed_between_intent_and_signature_the_same_credential_comes(draft, monkeypatch):
    award = draft()

    def killed(self, award, *, whole=True):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(issuing.Press, "sign", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.offer(award)
    left = Award.everywhere.get(pk=award.pk)
    assert left.signed is None
    assert left.state == Award.State.DRAFT
    assert left.status_index is not None
    before = (left.pk, left.salt, left.status_list_id, left.status_index)
    done = actions.offer(Award.everywhere.get(pk=award.pk))
    assert (done.pk, done.salt, done.status_list_id, done.status_index) == before
    tree = orjson.loads(bytes(done.signed))
    assert tree["credentialStatus"]["statusListIndex"] == str(before[3])


def test_killed_before_it_is_stored_nothing_of_it_stays(draft, monkeypatch):
    award = draft()

    def killed():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        actions.offer_many([award], guard=killed)
    left = Award.everywhere.get(pk=award.pk)
    assert (left.signed, left.state) == (None, Award.State.DRAFT)
    assert not OutboxMail.everywhere.exists()
    assert not ClaimLink.objects.exists()
    actions.offer(left)
    assert OutboxMail.everywhere.filter(kind="offer").count() == 1


def test_offering_twice_issues_once(draft):
    award = draft()
    first = bytes(actions.offer(award).signed)
    stale = Award.everywhere.get(pk=award.pk)
    stale.signed = None
    assert bytes(actions.offer(stale).signed) == first
    assert OutboxMail.everywhere.filter(kind="offer").count() == 1
    assert Step.objects.filter(award=award, to_state="offered").count() == 1


def test_two_signers_of_one_award_at_once_store_one_credential(draft):
    award, other = draft(), None
    other = Award.everywhere.select_related("version", "organisation").get(pk=award.pk)
    issuing.reserve([award])
    issuing.reserve([other])  # it read the award before the first one's index was stored
    assert award.status_index == other.status_index
    (one,) = issuing.sign_many([award])
    actions.offer(other)
    offering._store(offering._Signed(award, one, award.signed_with_id), actor=None, via="web")
    assert Award.everywhere.get(pk=award.pk).sha256 == issuing.digest(bytes(other.signed))
    assert OutboxMail.everywhere.filter(kind="offer").count() == 1


def test_a_wrong_signature_is_never_stored(draft, monkeypatch):
    class Wrong:
        def sign(self, data, *, digest=None):
            return bytes(64)

    real = signing.signer_for

    def wrong(organisation):
        found = real(organisation)
        return type(found)(found.did, found.method_id, Wrong())

    award = draft()
    monkeypatch.setattr(signing, "signer_for", wrong)
    with pytest.raises(StackmarkError) as caught:
        actions.offer(award)
    assert caught.value.reason == "run.signature"
    assert Award.everywhere.get(pk=award.pk).signed is None
    assert not OutboxMail.everywhere.exists()


def test_a_signer_with_another_key_is_noticed(draft, monkeypatch):
    from sample_keys import key

    award = draft()
    real = signing.signer_for
    monkeypatch.setattr(
        signing,
        "signer_for",
        lambda o: type(real(o))(real(o).did, real(o).method_id, key("ed25519", 9)),
    )
    with pytest.raises(StackmarkError) as caught:
        actions.offer(award)
    assert caught.value.reason == "run.signature"
    assert Award.everywhere.get(pk=award.pk).signed is None


def test_without_a_key_the_award_waits_and_says_why(draft):
    award = draft()
    SigningKey.everywhere.update(state="retired")
    with pytest.raises(StackmarkError, match="no signing key"):
        actions.offer(award)
    assert Award.everywhere.get(pk=award.pk).state == Award.State.DRAFT


def test_what_cannot_be_signed_is_refused_and_the_others_are_issued(draft, version):
    good, bad = draft(), draft(recipient_email="bob@mail.example", recipient_name="Bob")
    clash = [{"url": version.signable["id"], "name": "", "text": ""}]
    Award.everywhere.filter(pk=bad.pk).update(evidence=clash)
    answers = actions.offer_many([good, bad])
    assert answers[0] is None
    assert isinstance(answers[1], CheckFailed)
    assert answers[1].code == "lossless"
    left = Award.everywhere.get(pk=bad.pk)
    assert (left.signed, left.status_index, left.state) == (None, None, "draft")
    assert Award.everywhere.get(pk=good.pk).state == "offered"


def test_only_published_versions_are_signed(draft, version):
    award = draft()
    version.state = "draft"
    award.version.state = "draft"
    with pytest.raises(UsageError, match="published version"):
        issuing.preview(award)


def test_the_preview_is_what_is_signed(draft):
    award = draft(narrative="Ten good samples.")
    shown = issuing.preview(award)
    actions.offer(award)
    signed = orjson.loads(bytes(award.signed))
    del signed["proof"], signed["credentialStatus"]
    assert shown == signed


def test_after_a_rotation_the_new_key_signs_and_the_old_credential_verifies(
    offered, alice, documents, university
):
    old = offered()
    rotate_key(university, actor=alice)
    new = offered(recipient_email="eve@mail.example")
    methods = [orjson.loads(bytes(one.signed))["proof"]["verificationMethod"] for one in (old, new)]
    assert methods[0].endswith("#key-1")
    assert methods[1].endswith("#key-2")
    for award in (old, new):
        report = judge(award, documents)
        assert report.verdict == "verified", report.why


def test_many_at_once_are_each_different_and_verify(draft, documents):
    awards = [draft(recipient_email=f"p{n}@mail.example") for n in range(12)]
    assert actions.offer_many(awards) == [None] * 12
    assert len({award.status_index for award in awards}) == 12
    assert len({award.salt for award in awards}) == 12
    for award in awards:
        report = judge(award, documents)
        assert report.check("proof").outcome == "passed", report.why
