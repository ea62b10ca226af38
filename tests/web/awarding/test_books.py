"""A revocation counts here at once: our own answer follows our own books, not the list alone."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from badge_design import keyfile
from stackmark.errors import StackmarkError
from stackmark.issuing.presenting import sign_presentation
from stackmark_web import clock
from stackmark_web.awarding import actions, publishing
from stackmark_web.awarding.models import StatusList
from stackmark_web.verifying import actions as verifying

pytestmark = pytest.mark.django_db
HOLDER = keyfile("ed25519", 9)


@pytest.fixture
def no_list(monkeypatch):
    """From now on no list can be published: the signer is away."""

    def away(list_id):
        raise StackmarkError("signer.away", "The signer does not answer.")

    return lambda: monkeypatch.setattr(publishing, "publish", away)


def end(award, how, alice):
    if how == "revoked":
        actions.revoke(award, actor=alice, reason="misconduct")
    elif how == "suspended":
        actions.suspend(award, actor=alice)
    else:
        actions.correct(award, actor=alice, changes={"narrative": "Better."})


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("revoked", "status.revoked"),
        ("superseded", "status.revoked"),
        ("suspended", "status.suspended"),
    ],
)
def test_what_our_books_say_is_off_is_never_verified(claimed, alice, no_list, how, reason):
    award = claimed(suspendable=how == "suspended")
    signed = bytes(award.signed)
    assert verifying.check(signed).verdict == "verified"
    no_list()
    end(award, how, alice)
    assert StatusList.everywhere.get(pk=award.status_list_id).dirty_since is not None
    checked = verifying.check(signed)
    status = checked.report.check("status")
    assert (checked.verdict, status.outcome, status.reason) == ("refused", "failed", reason)
    assert "books" in status.detail
    assert checked.shown.answer.state == how
    assert checked.shown.answer.since


def test_a_presentation_of_it_is_refused_as_well(claimed, alice, no_list):
    award = claimed()
    whole = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": HOLDER.did,
        "verifiableCredential": [json.loads(bytes(award.signed))],
    }
    made = sign_presentation(
        whole,
        key=HOLDER,
        suite="eddsa-rdfc-2022",
        created=clock.stamp_now(),
        challenge=None,
        domain=None,
    )
    no_list()
    actions.revoke(award, actor=alice, reason="misconduct")
    report = verifying.check(made).report
    assert report.parts[0].verdict == "refused"
    assert report.parts[0].check("status").reason == "status.revoked"
    assert report.verdict == "refused"


def test_a_stranger_sees_it_on_the_page(client, claimed, alice, no_list):
    award = claimed()
    no_list()
    actions.revoke(award, actor=alice, reason="misconduct")
    page = client.post(reverse("verifying:start"), {"text": bytes(award.signed).decode()})
    assert "status.revoked" in page.content.decode()
    assert "misconduct" not in page.content.decode().lower()


def test_what_somebody_changed_gets_no_word_from_the_books(claimed, alice, no_list):
    award = claimed()
    no_list()
    actions.revoke(award, actor=alice, reason="misconduct")
    forged = bytes(award.signed).replace(b"Soil sampling", b"Gold sampling")
    report = verifying.check(forged).report
    assert report.check("proof").outcome == "failed"
    assert report.check("status").reason != "status.revoked"
