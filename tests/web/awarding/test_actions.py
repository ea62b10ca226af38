"""What the actions leave behind: steps, audit without personal data, letters, links; and rights."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions, claims, queries
from stackmark_web.awarding.models import Appeal, Award, ClaimLink
from stackmark_web.integrations.models import OutboxMail

pytestmark = pytest.mark.django_db


def letters(kind):
    return list(OutboxMail.everywhere.filter(kind=kind))


def link_in(mail):
    word = next(word for word in mail.text.split() if "/claim/" in word)
    return word.rpartition("/")[2]


def verbs(award):
    rows = AuditEvent.objects.filter(target_id=str(award.pk)).order_by("id")
    return list(rows.values_list("verb", flat=True))


# -- drafts ------------------------------------------------------------------------------------


def test_a_draft_keeps_what_was_said_tidily(draft):
    award = draft(
        recipient_email=" Ada@Mail.Example ",
        recipient_name=" Ada \n Lovelace ",
        narrative="One\r\ntwo ",
        evidence=[{"url": "", "name": "", "text": ""}, {"url": "https://w.example/1"}],
    )
    assert award.recipient_email == "ada@mail.example"
    assert award.recipient_name == "Ada Lovelace"
    assert award.narrative == "One\ntwo"
    assert award.evidence == [{"url": "https://w.example/1", "name": "", "text": ""}]
    assert (award.state, award.signed, award.status_index) == ("draft", None, None)
    assert len(bytes.fromhex(award.salt)) == 16


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"recipient_email": "nobody"}, "recipient_email", "not an e-mail"),
        ({"recipient_email": ""}, "recipient_email", "who it is for"),
        ({"recipient_name": "a\x00b"}, "recipient_name", "U\\+0000"),
        ({"recipient_name": "x" * 301}, "recipient_name", "300"),
        ({"recipient_id": "not an id"}, "recipient_id", "DID"),
        ({"narrative": "\ud800"}, "narrative", "U\\+D800"),
        ({"evidence": [{"url": "javascript:alert(1)"}]}, "evidence", "web address"),
        ({"evidence": [{"url": "https://a.example"}] * 2}, "evidence", "twice"),
        ({"evidence": [{"name": str(n)} for n in range(21)]}, "evidence", "At most 20"),
        ({"valid_until": timedelta(days=-1)}, "valid_until", "expire before"),
        ({"claim_by": timedelta(days=-1)}, "claim_by", "over before"),
    ],
)
def test_a_bad_field_is_named(draft, more, field, words):
    more = {
        name: clock.now() + value if isinstance(value, timedelta) else value
        for name, value in more.items()
    }
    with pytest.raises(actions.Problem, match=words) as caught:
        draft(**more)
    assert caught.value.field == field
    assert not Award.everywhere.exists()


def test_the_same_award_twice_asks(draft):
    first = draft()
    with pytest.raises(actions.Duplicate) as caught:
        draft(recipient_email="ADA@mail.example")
    assert caught.value.existing == first
    again = draft(again=True)
    assert again.pk != first.pk
    assert draft(external_id="A-2").pk not in (first.pk, again.pk)


def test_after_an_end_the_same_may_be_awarded_without_a_question(offered, alice, draft):
    actions.revoke(offered(), actor=alice, reason="issued-in-error")
    assert draft().state == "draft"


def test_two_at_the_same_moment_make_one(draft, version, monkeypatch):
    from stackmark_web.awarding.actions import creating

    draft()
    real, asked = creating.live_twin, []

    def blind(key, *, but=None):
        asked.append(key)
        return None if len(asked) == 1 else real(key, but=but)

    monkeypatch.setattr(creating, "live_twin", blind)
    with pytest.raises(actions.Duplicate):
        draft()
    assert Award.everywhere.count() == 1


def test_a_nonce_makes_one_award_however_often_it_is_sent(draft):
    first = draft(nonce="n1")
    assert draft(nonce="n1") == first
    assert Award.everywhere.count() == 1
    with pytest.raises(actions.UsedBefore) as caught:
        draft(nonce="n1", recipient_name="Somebody Else")
    assert caught.value.existing == first
    assert str(first.pk) != "n1"


def test_a_nonce_of_another_person_is_another_nonce(draft, person, northfield, join):
    carol = join(person("carol"), northfield, "issuer")
    first = draft(nonce="n1")
    assert draft(nonce="n1", actor=carol, external_id="2").pk != first.pk


def test_scheduled_when_its_time_lies_ahead(draft):
    assert draft(send_at=clock.now() + timedelta(days=2)).state == "scheduled"
    later = draft(send_at=clock.now() + timedelta(days=2), draft=True, external_id="2")
    assert later.state == "draft"
    assert later.valid_from > clock.now()


def test_releasing_signs_now_or_schedules(draft, alice):
    soon = draft(send_at=clock.now() + timedelta(days=2), draft=True)
    assert actions.release(soon, actor=alice).state == "scheduled"
    assert actions.release(soon, actor=alice).state == "scheduled"
    assert actions.release(draft(external_id="2"), actor=alice).state == "offered"


def test_only_what_is_published_and_not_retired_is_awarded(draft, version):
    version.achievement.retired_at = clock.now()
    with pytest.raises(actions.Problem, match="retired"):
        draft()
    version.achievement.retired_at = None
    version.state = "draft"
    with pytest.raises(actions.Problem, match="Publish this version"):
        draft()


def test_another_institutions_achievement_is_not_awarded(draft, organisation, alice, join):
    other = organisation("other")
    join(alice, other, "owner")
    with pytest.raises(actions.Problem, match="another institution"):
        draft(organisation=other)


def test_a_discarded_draft_leaves_only_its_audit(draft, alice):
    award = draft()
    pk = award.pk
    actions.discard(award, actor=alice)
    assert not Award.everywhere.exists()
    seen = AuditEvent.objects.filter(target_id=str(pk)).values_list("verb", flat=True)
    assert "award.discarded" in seen


# -- rights ------------------------------------------------------------------------------------

CHANGES = {
    "create": lambda a, u, v: actions.create_award(v, actor=u, recipient_email="x@mail.example"),
    "edit": lambda a, u, v: actions.edit_draft(a, actor=u),
    "discard": lambda a, u, v: actions.discard(a, actor=u),
    "release": lambda a, u, v: actions.offer(a, actor=u),
    "resend": lambda a, u, v: actions.resend(a, actor=u),
    "reissue": lambda a, u, v: actions.reissue_to(a, "b@mail.example", actor=u),
    "correct": lambda a, u, v: actions.correct(a, actor=u, changes={}),
    "suspend": lambda a, u, v: actions.suspend(a, actor=u),
    "reinstate": lambda a, u, v: actions.reinstate(a, actor=u),
    "revoke": lambda a, u, v: actions.revoke(a, actor=u, reason="issued-in-error"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_colleague_without_the_right_is_refused_and_a_stranger_sees_nothing(
    change, draft, bob, charlie, version
):
    award = draft()
    before = AuditEvent.objects.count()
    with pytest.raises(PermissionDenied):
        CHANGES[change](award, bob, version)
    with pytest.raises(Http404):
        CHANGES[change](award, charlie, version)
    assert Award.everywhere.get().state == "draft"
    assert AuditEvent.objects.count() == before


# -- offered, claimed --------------------------------------------------------------------------


def test_an_offer_leaves_a_link_a_letter_a_step_and_an_event(offered):
    award = offered()
    (mail,) = letters("offer")
    assert mail.to == "ada@mail.example"
    assert mail.award_id == award.pk
    link = claims.find(link_in(mail))
    assert link.award_id == award.pk
    assert claims.standing(link) == "open"
    assert abs((link.expires_at - clock.now()).days - 90) <= 1
    assert verbs(award) == ["award.created", "award.offered"]
    assert [step.to_state for step in award.steps.all()] == ["draft", "offered"]


def test_the_audit_holds_nothing_about_the_person(claimed, alice):
    award = claimed()
    actions.correct(award, actor=alice, changes={"recipient_name": "Ada King"}, note="Married name")
    for event in AuditEvent.objects.filter(verb__startswith="award."):
        text = f"{event.target_label} {event.before} {event.after}"
        for secret in ("Ada", "ada@", "King", "Married"):
            assert secret not in text


def test_a_link_is_known_by_its_token_only(offered):
    offered()
    token = link_in(letters("offer")[0])
    assert claims.find(token[:-1] + ("A" if token[-1] != "A" else "B")) is None
    assert claims.find("") is None
    assert claims.find("x" * 5_000) is None
    assert not ClaimLink.objects.filter(token_hash__contains=token).exists()


def test_claiming_spends_the_links_and_sets_the_holder(offered, person):
    ada = person("ada")
    award = offered()
    actions.claim(award, user=ada)
    assert (award.state, award.holder) == ("claimed", ada)
    assert award.claimed_at is not None
    assert claims.standing(claims.find(link_in(letters("offer")[0]))) == "spent"
    assert verbs(award)[-1] == "award.claimed"


def test_claimed_without_an_account_then_kept_by_whoever_signs_in_first(offered, person):
    ada, eve = person("ada"), person("eve")
    award = offered()
    actions.claim(award, user=None)
    assert award.holder is None
    actions.claim(award, user=ada)
    assert award.holder == ada
    with pytest.raises(actions.WrongState, match="Somebody else"):
        actions.claim(award, user=eve)


def test_too_late_to_claim(offered):
    award = offered(claim_by=clock.now() + timedelta(days=3))
    with clock.at(clock.now() + timedelta(days=4)):
        with pytest.raises(actions.WrongState, match="time to claim this is over"):
            actions.claim(award, user=None)
        assert claims.standing(claims.find(link_in(letters("offer")[0]))) == "expired"


def test_declining_tells_the_issuer(offered, alice):
    award = offered()
    actions.decline(award)
    (mail,) = letters("declined_note")
    assert mail.to == alice.email
    assert award.state == "declined"


def test_sending_again_gives_a_new_link_and_a_double_click_gives_one(offered, alice):
    award = offered()
    actions.resend(award, actor=alice)
    actions.resend(award, actor=alice)
    assert len(letters("offer")) == 2
    tokens = {link_in(mail) for mail in letters("offer")}
    assert len(tokens) == 2
    assert all(claims.standing(claims.find(token)) == "open" for token in tokens)
    with clock.at(clock.now() + timedelta(minutes=5)):
        actions.resend(award, actor=alice)
    assert len(letters("offer")) == 3


# -- corrected ---------------------------------------------------------------------------------


def test_a_correction_replaces_and_exposes_no_former_name(claimed, alice, person):
    ada = person("ada")
    old = claimed(user=ada)
    new = actions.correct(old, actor=alice, changes={"recipient_name": "Ada King"})
    assert (old.state, new.state) == ("superseded", "claimed")
    assert new.holder == ada
    assert new.supersedes == old
    assert b"Ada King" in bytes(new.signed)
    assert b"Lovelace" not in bytes(new.signed)
    assert str(old.pk).encode() not in bytes(new.signed)
    assert b"Lovelace" in bytes(Award.everywhere.get(pk=old.pk).signed)  # the history stays
    assert queries.status_of(old)[0] == "superseded"
    assert queries.replacement_of(old) == new
    (mail,) = letters("superseded")
    assert "Lovelace" not in mail.text
    assert (new.status_list_id, new.status_index) != (old.status_list_id, old.status_index)


def test_a_superseded_credential_no_longer_verifies(
    claimed, alice, documents, django_capture_on_commit_callbacks
):
    import stackmark

    old = claimed()
    with django_capture_on_commit_callbacks(execute=True):
        new = actions.correct(old, actor=alice, changes={"narrative": "Better words."})
    assert stackmark.verify(bytes(old.signed), documents=documents(old)).verdict == "refused"
    assert stackmark.verify(bytes(new.signed), documents=documents(new)).verdict == "verified"


def test_a_correction_of_what_is_not_claimed_is_offered_anew(offered, alice):
    old = offered()
    first = link_in(letters("offer")[0])
    new = actions.correct(old, actor=alice, changes={"narrative": "Better words."})
    assert new.state == "offered"
    assert claims.standing(claims.find(first)) == "withdrawn"
    assert OutboxMail.everywhere.get(key=f"offer:{old.pk}:1").state == "cancelled"
    assert OutboxMail.everywhere.get(key=f"offer:{new.pk}:1").state == "queued"


def test_two_corrections_at_once_make_one(claimed, alice):
    from stackmark_web.awarding.actions.correcting import draft_in_place_of

    old = claimed()
    draft_in_place_of(old, {"recipient_name": "First"}, actor=alice)
    with pytest.raises(actions.WrongState, match="just now"):
        actions.correct(old, actor=alice, changes={"recipient_name": "Second"})


def test_what_cannot_be_corrected_is_named(claimed, alice):
    with pytest.raises(actions.Problem, match="cannot be corrected"):
        actions.correct(claimed(), actor=alice, changes={"recipient_email": "x@mail.example"})


def test_a_correction_that_cannot_be_signed_leaves_everything_as_it_was(claimed, alice, version):
    old = claimed()
    clash = [{"url": version.signable["id"]}]
    with pytest.raises(Exception, match="described in two places"):
        actions.correct(old, actor=alice, changes={"evidence": clash})
    assert Award.everywhere.get() == old
    assert Award.everywhere.get().state == "claimed"


def test_to_the_right_address_while_pending(offered, alice):
    old = offered()
    new = actions.reissue_to(old, "Right@Mail.Example", actor=alice)
    assert new.recipient_email == "right@mail.example"
    assert (old.state, new.state) == ("superseded", "offered")
    mail = OutboxMail.everywhere.get(key=f"offer:{new.pk}:1")
    assert mail.to == "right@mail.example"
    with pytest.raises(actions.Problem, match="this very address"):
        actions.reissue_to(new, "right@mail.example", actor=alice)


# -- revoked, appealed -------------------------------------------------------------------------


def test_revoking_needs_a_reason_tells_the_holder_and_opens_an_appeal(claimed, alice):
    award = claimed()
    with pytest.raises(actions.Problem, match="Choose the reason"):
        actions.revoke(award, actor=alice, reason="because")
    actions.revoke(award, actor=alice, reason="misconduct", note="Case 12")
    assert (award.state, award.revoked_reason) == ("revoked", "misconduct")
    (mail,) = letters("revoked")
    assert "Academic misconduct found" in mail.text
    assert "Case 12" not in mail.text
    assert "/appeals/" in mail.text
    appeal = Appeal.everywhere.get()
    assert (appeal.due_at - appeal.opened_at).days == 30
    assert queries.status_of(award) == ("revoked", award.status_changed_at)


def test_a_revoked_offer_takes_its_letter_out_of_the_outbox(offered, alice):
    award = offered()
    actions.revoke(award, actor=alice, reason="wrong-person")
    assert letters("offer")[0].state == "cancelled"
    assert letters("revoked")[0].state == "queued"
    assert award.state == "revoked"


def test_an_appeal_is_made_once_and_in_time(claimed, alice):
    award = claimed()
    actions.revoke(award, actor=alice, reason="misconduct")
    with pytest.raises(actions.Problem, match="why the revocation is wrong"):
        actions.open_appeal(award, text="  ")
    actions.open_appeal(award, text="It was my own work.")
    assert letters("appeal_opened")[0].to == alice.email
    with pytest.raises(actions.WrongState, match="already"):
        actions.open_appeal(award, text="And more")
    with clock.at(clock.now() + timedelta(days=31)):
        with pytest.raises(actions.WrongState, match="time to appeal is over"):
            actions.open_appeal(award, text="Late")


def test_the_revoker_does_not_decide_and_another_may_issue_anew(
    claimed, alice, person, join, northfield, documents, django_capture_on_commit_callbacks
):
    import stackmark

    ada, dora = person("ada"), join(person("dora"), northfield, "issuer")
    award = claimed(user=ada)
    with django_capture_on_commit_callbacks(execute=True):
        actions.revoke(award, actor=alice, reason="misconduct")
    appeal = actions.open_appeal(award, text="It was my own work.")
    with pytest.raises(PermissionDenied, match="colleague"):
        actions.decide_appeal(appeal, actor=alice, reversed_=True, answer="Fine")
    with pytest.raises(actions.Problem, match="reasons"):
        actions.decide_appeal(appeal, actor=dora, reversed_=True, answer=" ")
    with django_capture_on_commit_callbacks(execute=True):
        new = actions.decide_appeal(appeal, actor=dora, reversed_=True, answer="You are right.")
    award.refresh_from_db()
    assert (award.state, new.state) == ("revoked", "claimed")
    assert new.holder == ada
    assert new.supersedes == award
    assert stackmark.verify(bytes(award.signed), documents=documents(award)).verdict == "refused"
    assert stackmark.verify(bytes(new.signed), documents=documents(new)).verdict == "verified"
    with pytest.raises(actions.WrongState, match="decided already"):
        actions.decide_appeal(appeal, actor=dora, reversed_=False, answer="No")


def test_an_appeal_that_fails_leaves_it_revoked(claimed, alice, person, join, northfield):
    dora = join(person("dora"), northfield, "issuer")
    award = claimed()
    actions.revoke(award, actor=alice, reason="misconduct")
    appeal = actions.open_appeal(award, text="It was my own work.")
    assert actions.decide_appeal(appeal, actor=dora, reversed_=False, answer="It was not.") is None
    assert "The revocation stands" in letters("appeal_decided")[0].text
    assert Award.everywhere.count() == 1


def test_a_correction_cannot_undo_a_revocation_that_came_in_between(claimed, alice, monkeypatch):
    from stackmark_web.awarding import issuing

    award = claimed()
    real = issuing.sign_many

    def meanwhile(awards):
        actions.revoke(Award.everywhere.get(pk=award.pk), actor=alice, reason="misconduct")
        return real(awards)

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "sign_many", meanwhile)
        with pytest.raises(actions.WrongState):
            actions.correct(award, actor=alice, changes={"recipient_name": "Ada King"})
    assert Award.everywhere.get().state == "revoked"


def test_suspending_and_reinstating_tell_the_holder_each_time(claimed, alice):
    award = claimed(suspendable=True)
    for _ in range(2):
        actions.suspend(award, actor=alice, reason="A question about a sample", note="Case 3")
        assert award.state == "suspended"
        actions.reinstate(award, actor=alice)
        assert award.state == "claimed"
    assert len(letters("suspended")) == len(letters("reinstated")) == 2
    assert "A question about a sample" in letters("suspended")[0].text
    assert "Case 3" not in letters("suspended")[0].text


def test_an_offer_that_was_on_hold_can_be_claimed_after(offered, alice):
    award = offered(suspendable=True)
    actions.suspend(award, actor=alice, reason="Wait")
    with pytest.raises(actions.WrongState):
        actions.claim(award, user=None)
    actions.reinstate(award, actor=alice)
    actions.claim(award, user=None)
    assert award.state == "claimed"


def test_a_name_that_looks_like_markup_stays_text(offered):
    award = offered(recipient_name="<script>alert(1)</script>")
    (mail,) = letters("offer")
    assert "<script>" not in mail.html
    tree = orjson.loads(bytes(award.signed))
    assert tree["credentialSubject"]["name"] == "<script>alert(1)</script>"
