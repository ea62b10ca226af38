"""A credential of ours that was taken back: the word and the day are those of the books here."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import letters
from stackmark_web.awarding.models import Appeal
from stackmark_web.passport import actions, certificates, downloads, tokens
from stackmark_web.passport.models import Holding
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying.models import VerificationRecord
from stackmark_web.verifying.showing import Shown

from .conftest import NOW

HOST = "http://127.0.0.1:8000"
REVOKED = "Revoked on <time"
SUSPENDED = "Suspended since <time"


def words(response):
    return " ".join(response.content.decode().split())


def signed(one):
    return bytes(one.award.signed)


def shown(one):
    return verifying.check(signed(one)).shown


def told(data):
    answer = verifying.check(data).shown.answer
    return answer.verdict, answer.reason, str(answer.saying.title)


@pytest.fixture
def revoked(held, django_capture_on_commit_callbacks):
    """Makes a holding of a credential that was revoked: revoked(suspendable=True)."""

    def make(**more):
        one = held(**more)
        with django_capture_on_commit_callbacks(execute=True):
            awarding.revoke(one.award, actor=None, reason="misconduct", note="A secret note")
        return one

    return make


@pytest.fixture
def suspended(held, django_capture_on_commit_callbacks):
    """A holding of a credential that is on hold."""
    one = held(suspendable=True)
    with django_capture_on_commit_callbacks(execute=True):
        awarding.suspend(one.award, actor=None, reason="A question is open")
    return one


# -- the word ----------------------------------------------------------------------------------


@pytest.mark.parametrize("suspendable", [False, True])
def test_what_is_revoked_is_called_revoked_whatever_its_list_can_say(revoked, suspendable):
    one = revoked(suspendable=suspendable)
    checked = verifying.check(signed(one))
    assert told(signed(one)) == ("refused", "status.revoked", "Revoked by its issuer")
    assert checked.shown.card.status == "revoked"
    assert [str(part) for part in checked.shown.decided] == ["Revoked on", NOW.isoformat()]
    listed = "status.suspended" if suspendable else "status.revoked"
    assert checked.report.check("status").reason == listed  # the engine's report stays
    assert "Check again later" not in str(checked.shown.answer.saying.way_on)


def test_what_is_on_hold_says_since_when(suspended):
    assert told(signed(suspended))[1:] == ("status.suspended", "Suspended by its issuer")
    assert [str(part) for part in shown(suspended).decided] == ["Suspended since", NOW.isoformat()]


@pytest.mark.parametrize("suspendable", [False, True])
def test_what_was_replaced_is_neither(held, suspendable, django_capture_on_commit_callbacks):
    one = held(suspendable=suspendable)
    with django_capture_on_commit_callbacks(execute=True):
        awarding.correct(one.award, actor=None, changes={"recipient_name": "Ada King"})
    assert told(signed(one)) == ("refused", "status.revoked", "Replaced by its issuer")
    assert shown(one).card.status == "superseded"
    assert str(shown(one).decided[0]) == "Replaced on"


def test_on_every_page_and_never_the_reason(client, revoked, ada):
    one = revoked(suspendable=True)
    share = actions.make_share(ada, [one])
    link = tokens.share_url(tokens.unsealed(share.token_sealed)).removeprefix(HOST)
    upload = SimpleUploadedFile("badge.json", signed(one))
    pages = [words(client.get(link)), words(client.post("/verify", {"files": upload}))]
    client.force_login(ada)
    pages.append(words(client.get(f"/passport/{one.pk}")))
    for page in pages:
        assert "Revoked by its issuer" in page
        assert REVOKED in page
        assert "Suspended by its issuer" not in page
        assert "A secret note" not in page
    for page in pages[:2]:
        assert "misconduct" not in page


def test_the_suspended_pages_say_since(client, suspended):
    upload = SimpleUploadedFile("badge.json", signed(suspended))
    page = words(client.post("/verify", {"files": upload}))
    assert "Suspended by its issuer" in page
    assert SUSPENDED in page
    assert "A question is open" not in page


def test_a_token_of_it_says_the_same(held, django_capture_on_commit_callbacks):
    one = held(suspendable=True)
    token = downloads.make(one, "jwt").data
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(one.award, actor=None, reason="misconduct")
    assert told(token)[1:] == ("status.revoked", "Revoked by its issuer")


def test_records_and_tables_keep_it(client, revoked, held):
    one, good = revoked(suspendable=True), held(recipient_email="bea@people.example")
    record, _token = verifying.keep_record(
        verifying.check(signed(one)).to_json(), actor=None, days=None
    )
    record = VerificationRecord.objects.get(pk=record.pk)
    kept = Shown({"report": record.report, **record.facts})
    assert str(kept.answer.saying.title) == "Revoked by its issuer"
    assert kept.decided[1] == NOW.isoformat()
    files = [SimpleUploadedFile("a.json", signed(one)), SimpleUploadedFile("b.json", signed(good))]
    sent = client.post("/verify", {"files": files})
    assert "Revoked by its issuer" in words(client.get(sent.url))
    table = client.get(f"{sent.url}/table.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(table)))
    found = [(row["verdict"], row["reason"], row["answer"], row["since"]) for row in rows]
    assert found[0] == ("refused", "status.revoked", "Revoked by its issuer", NOW.isoformat())
    assert "suspended" not in rows[0]["detail"]
    assert found[1][:2] == ("verified", "")
    assert found[1][3] == ""


def test_an_imported_copy_stands_as_revoked(revoked, person):
    data = signed(revoked(suspendable=True))
    one = actions.import_credential(person("bea"), data, "b.json")
    assert (one.provenance, one.standing) == ("verified", "revoked")


def test_somebody_elses_credential_with_our_id_is_not_ours(revoked, issuer):
    one = revoked(suspendable=True)
    members = {"id": f"http://127.0.0.1:8000/credentials/{one.award_id}"}
    data = issuer.sign(
        issuer.badge(credentialStatus=issuer.status(purpose="suspension"), **members)
    )
    issuer.set_status()
    assert verifying.check(data).facts["own"] == {}
    assert told(data)[1:] == ("status.suspended", "Suspended by its issuer")


def test_inside_another_document(revoked, issuer):
    one = revoked(suspendable=True, recipient_id="did:example:alice")
    data = issuer.sign(issuer.clr(signed(one)))
    checked = verifying.check(data)
    assert str(checked.shown.parts[0].answer.saying.title) == "Revoked by its issuer"
    assert str(checked.shown.answer.saying.title) == "Revoked by its issuer"
    assert str(checked.shown.decided[0]) == "Revoked on"


def test_it_is_as_of_the_day_it_was_revoked(revoked):
    one = revoked()
    with clock.at(NOW + timedelta(days=40)):
        assert shown(one).decided[1] == NOW.isoformat()


# -- what its holder can still do --------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "why"),
    [
        ("revoke", "It was revoked, so there is no certificate of it any more."),
        ("suspend", "It is suspended, so there is no certificate of it for now."),
        ("correct", "It was replaced; the certificate is that of the newer one."),
    ],
)
def test_what_does_not_verify_is_never_printed(
    signed_in, ada, held, end, why, django_capture_on_commit_callbacks
):
    one = held(suspendable=True)
    how = {"correct": {"changes": {}}, "revoke": {"reason": "misconduct"}}.get(end, {})
    with django_capture_on_commit_callbacks(execute=True):
        getattr(awarding, end)(one.award, actor=None, **how)
    one = Holding.objects.get(pk=one.pk)
    assert "pdf" not in downloads.forms_of(one)
    assert "json" in downloads.forms_of(one)
    for source in (one, one.award):
        with pytest.raises(UsageError) as refused:
            downloads.make(source, "pdf")
        assert (refused.value.reason, refused.value.detail) == ("download.ended", why)
    page = words(signed_in(ada).get(f"/passport/{one.pk}"))
    assert why in page
    assert "Certificate (PDF" not in page
    answer = signed_in(ada).get(f"/passport/{one.pk}/download/pdf", follow=True)
    assert why in words(answer)
    assert downloads.make(one, "json").data == signed(one)


def test_an_expired_one_is_printed_with_its_end(held):
    one = held(valid_until=NOW + timedelta(days=1))
    with clock.at(NOW + timedelta(days=40)):
        assert downloads.make(one, "pdf").data.startswith(b"%PDF")
        data = certificates.certificate_data(downloads.Source.of(one))
    assert data.stamp == "Expired 2 June 2026"


def test_what_is_revoked_is_not_made_public(signed_in, ada, revoked, held):
    one = revoked()
    browser = signed_in(ada)
    assert "Make it public" not in words(browser.get(f"/passport/{one.pk}"))
    sent = browser.post(f"/passport/{one.pk}/publish", follow=True)
    assert "Its issuer has taken it back, so it cannot be made public." in words(sent)
    assert not Holding.objects.get(pk=one.pk).published
    good = held(recipient_email="ada@people.example")
    assert "Make it public" in words(browser.get(f"/passport/{good.pk}"))


# -- the appeal --------------------------------------------------------------------------------


def test_the_holder_finds_the_appeal(signed_in, ada, revoked, nobody):
    one = revoked()
    browser = signed_in(ada)
    page = words(browser.get(f"/passport/{one.pk}"))
    assert "you can appeal until <time" in page
    link = letters.appeal_link(Appeal.everywhere.get())
    assert f'href="{link}"' in page
    awarding.open_appeal(one.award, text="It was not me.", user=ada)
    page = words(browser.get(f"/passport/{one.pk}"))
    assert "Your appeal has reached them. They decide by <time" in page
    assert link in page
    awarding.decide_appeal(Appeal.everywhere.get(), actor=None, reversed_=False, answer="It was.")
    page = words(browser.get(f"/passport/{one.pk}"))
    assert "Your appeal is decided: <strong>Revocation stands</strong>" in page
    share = actions.make_share(ada, [one])
    path = tokens.share_url(tokens.unsealed(share.token_sealed)).removeprefix(HOST)
    assert "appeal" not in words(nobody.get(path)).lower()


def test_an_appeal_ends(signed_in, ada, revoked):
    one = revoked()
    with clock.at(NOW + timedelta(days=31)):
        page = words(signed_in(ada).get(f"/passport/{one.pk}"))
    assert "The time to appeal is over." in page
    assert "you can appeal until" not in page


def test_nothing_to_appeal_while_it_stands(signed_in, ada, held, suspended):
    for one in (suspended, held(recipient_email="bea@people.example")):
        assert "appeal" not in words(signed_in(ada).get(f"/passport/{one.pk}")).lower()
