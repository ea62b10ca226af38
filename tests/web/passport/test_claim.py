"""Claim links: seen by anybody who has one, spent by nobody who only looks, taken once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.test import Client

import stackmark
from stackmark_web import clock
from stackmark_web.approvals import actions as approvals
from stackmark_web.approvals.models import Change
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award, ClaimLink, Step
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport import claiming, proving, queries
from stackmark_web.passport.fresh import SignIn
from stackmark_web.passport.models import AddressReport, Holding, LinkRequest
from stackmark_web.tenancy.errors import NeedsSecondPerson

from .conftest import NOW, same


@pytest.fixture
def award(offered):
    return offered()


def letters(kind):
    return OutboxMail.everywhere.filter(kind=kind)


def test_a_link_shows_the_credential_without_an_account(nobody, award, token):
    page = nobody.get(f"/claim/{token(award)}")
    text = page.content.decode()
    assert page.status_code == 200
    assert "Northfield University has awarded you this" in re.sub(r"</?bdi>", "", text)
    assert "Soil sampling" in text
    assert "Ada Lovelace" in text
    assert "Take samples a laboratory can use" in text or "What it says" in text
    assert "ada@people.example" not in text
    assert "ad…@people.example" in text


def test_scanners_spend_nothing(nobody, award, token):
    key = token(award)
    steps = Step.objects.count()
    for _ in range(5):
        for path in ("", "/decline", "/not-me"):
            assert nobody.get(f"/claim/{key}{path}").status_code == 200
            assert nobody.head(f"/claim/{key}{path}").status_code == 200
    for path in ("/keep", "/again", "/download/json"):
        assert nobody.get(f"/claim/{key}{path}").status_code == 405
    award.refresh_from_db()
    assert award.state == Award.State.OFFERED
    assert Step.objects.count() == steps
    assert not ClaimLink.objects.exclude(spent_at=None).exists()


def test_keeping_needs_an_account_and_comes_back(nobody, award, token):
    key = token(award)
    answer = nobody.post(f"/claim/{key}/keep")
    assert answer.status_code == 302
    assert answer.url == f"/account/login/?next=%2Fclaim%2F{key}"
    award.refresh_from_db()
    assert award.state == Award.State.OFFERED


def test_a_person_keeps_it(signed_in, ada, award, token):
    answer = signed_in(ada).post(f"/claim/{token(award)}/keep", follow=True)
    held = Holding.objects.get(award=award)
    assert answer.redirect_chain[-1][0] == f"/passport/{held.pk}"
    award.refresh_from_db()
    assert (award.state, award.holder) == (Award.State.CLAIMED, ada)
    assert (held.user, held.title, held.published) == (ada, "Soil sampling", False)


def test_a_spent_link_says_so_and_shows_no_files(signed_in, nobody, ada, award, token):
    key = token(award)
    signed_in(ada).post(f"/claim/{key}/keep")
    text = nobody.get(f"/claim/{key}").content.decode()
    assert "This has been claimed" in text
    assert "Sign in" in text
    assert "Soil sampling" not in text.split("<main", 1)[1]
    refused = nobody.post(f"/claim/{key}/download/json")
    assert refused.status_code == 302
    assert refused.url == f"/claim/{key}"


def test_another_person_cannot_take_what_is_taken(signed_in, stranger, ada, award, token):
    key = token(award)
    signed_in(ada).post(f"/claim/{key}/keep")
    answer = stranger.post(f"/claim/{key}/keep", follow=True)
    assert "Somebody else has claimed this" in answer.content.decode()
    award.refresh_from_db()
    assert award.holder == ada
    assert Holding.objects.count() == 1


def test_download_without_an_account_gives_the_exact_bytes(nobody, award, token):
    answer = nobody.post(f"/claim/{token(award)}/download/json")
    assert answer.status_code == 200
    assert answer.content == bytes(award.signed)
    assert answer["Content-Disposition"] == 'attachment; filename="soil-sampling.json"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    award.refresh_from_db()
    assert (award.state, award.holder) == (Award.State.CLAIMED, None)
    assert not Holding.objects.exists()


@pytest.mark.parametrize("form", ["pdf", "png", "svg", "json", "jwt"])
def test_every_form_can_be_had_without_an_account(nobody, award, token, form):
    key = token(award)
    assert nobody.post(f"/claim/{key}/download/json").status_code == 200
    answer = nobody.post(f"/claim/{key}/download/{form}")
    assert answer.status_code == 200, answer
    data = answer.content
    if form == "pdf":
        from stackmark.reading.pdf import attachments

        assert attachments(data) == [bytes(award.signed)]
        return
    found = stackmark.read(data)
    assert found.tree["id"].endswith(f"/credentials/{award.pk}")


def test_who_took_the_file_can_still_keep_it(nobody, signed_in, ada, award, token):
    key = token(award)
    nobody.post(f"/claim/{key}/download/json")
    text = nobody.get(f"/claim/{key}").content.decode()
    assert "You took it without an account" in text
    assert "Decline" not in text
    signed_in(ada).post(f"/claim/{key}/keep")
    award.refresh_from_db()
    assert award.holder == ada


def test_declining_asks_first(nobody, award, token):
    key = token(award)
    asked = nobody.get(f"/claim/{key}/decline")
    assert "Decline this credential?" in asked.content.decode()
    award.refresh_from_db()
    assert award.state == Award.State.OFFERED
    assert "You have declined it" in nobody.post(f"/claim/{key}/decline").content.decode()
    award.refresh_from_db()
    assert award.state == Award.State.DECLINED
    page = nobody.get(f"/claim/{key}")
    assert page.status_code == 410
    assert "You have declined this" in page.content.decode()


def test_posts_need_a_csrf_token(award, token):
    strict = Client(enforce_csrf_checks=True)
    key = token(award)
    for path in ("keep", "decline", "not-me", "again", "download/json"):
        assert strict.post(f"/claim/{key}/{path}").status_code == 403
    award.refresh_from_db()
    assert award.state == Award.State.OFFERED


def test_an_unknown_link_explains_and_offers_a_way_on(nobody, db):
    page = nobody.get("/claim/" + "x" * 43)
    assert page.status_code == 404
    assert "We do not know this link" in page.content.decode()
    assert "Send new links" in page.content.decode()
    assert page["Cache-Control"] == "no-store"


def test_an_expired_link_shows_nothing_and_sends_a_new_one(nobody, award, token):
    key = token(award)
    with clock.at(NOW + timedelta(days=200)):
        page = nobody.get(f"/claim/{key}")
        text = page.content.decode()
        assert page.status_code == 410
        assert "This link has expired" in text
        assert "Soil sampling" not in text
        assert "Ada" not in text
        before = letters("offer").count()
        answer = nobody.post(f"/claim/{key}/again", follow=True)
        assert "Look into your mail" in answer.content.decode()
        assert letters("offer").count() == before
        assert claiming.answer_link_requests() == 1
        assert letters("offer").count() == before + 1
        assert letters("offer").order_by("-queued_at").first().to == "ada@people.example"


def test_asking_for_links_says_the_same_to_everybody(nobody, award):
    known = nobody.post("/claim", {"email": "ada@people.example"}, follow=True)
    other = nobody.post("/claim", {"email": "nobody@people.example"}, follow=True)
    assert same(known) == same(other)
    before = letters("offer").count()
    assert claiming.answer_link_requests() == 2
    assert letters("offer").count() == before + 1


def test_links_are_not_sent_without_end(nobody, award):
    before = letters("offer").count()
    for minute in range(8):
        with clock.at(NOW + timedelta(minutes=2 * minute + 2)):
            nobody.post("/claim", {"email": "ada@people.example"})
            claiming.answer_link_requests()
    assert letters("offer").count() - before == claiming.ASKS_AN_HOUR


def test_a_wrong_address_is_told_to_the_issuer(nobody, award, token):
    answer = nobody.post(f"/claim/{token(award)}/not-me", {"matter": "not-me"})
    assert "The issuer knows now" in answer.content.decode()
    report = AddressReport.everywhere.get()
    assert (report.award, report.email, report.state) == (award, "", "open")
    award.refresh_from_db()
    assert award.state == Award.State.OFFERED


def test_another_address_must_be_one(nobody, award, token):
    key = token(award)
    empty = nobody.post(f"/claim/{key}/not-me", {"matter": "other"})
    assert "Give the other address." in empty.content.decode()
    same = nobody.post(f"/claim/{key}/not-me", {"matter": "other", "email": "ADA@people.example"})
    assert "It was sent to this very address" in same.content.decode()
    assert not AddressReport.everywhere.exists()


def test_the_issuer_agrees_and_it_goes_to_the_other_address(
    nobody, signed_in, alice, award, token, django_capture_on_commit_callbacks
):
    other = {"matter": "other", "email": "ada@home.example"}
    nobody.post(f"/claim/{token(award)}/not-me", other)
    nobody.post(f"/claim/{token(award)}/not-me", other)
    report = AddressReport.everywhere.get()
    browser = signed_in(alice)
    page = browser.get("/manage/northfield/awards/addresses").content.decode()
    assert "ada@home.example" in page
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(
            f"/manage/northfield/awards/addresses/{report.pk}/send", {"email": "ada@home.example"}
        )
    report.refresh_from_db()
    assert report.state == "sent"
    assert letters("offer").filter(to="ada@home.example").count() == 1
    award.refresh_from_db()
    assert award.state == Award.State.SUPERSEDED


def test_a_second_person_agrees_where_two_are_asked_for(
    alice, person, join, award, django_capture_on_commit_callbacks
):
    zoe = join(person("zoe"), award.organisation, "owner")
    approvals.set_policy(award.organisation, actor=alice, revoking=True)
    report = claiming.report_address(award, email="ada@home.example")
    with pytest.raises(NeedsSecondPerson):
        claiming.send_to(report, actor=alice, email="ada@home.example")
    with django_capture_on_commit_callbacks(execute=True):
        assert approvals.approve(Change.everywhere.get(), actor=zoe).state == "done"
    report.refresh_from_db()
    assert report.state == "sent", "nobody is asked to do it once more"
    assert Award.everywhere.get(supersedes=award).recipient_email == "ada@home.example"


def test_open_reports_stand_first(alice, offered):
    done, waits = offered(), offered()
    claiming.close_report(claiming.report_address(done), actor=alice)
    claiming.report_address(waits)
    rows = queries.address_reports(waits.organisation)
    assert [one.state for one in rows] == ["open", "closed"]
    assert "NULLS FIRST" in str(rows.query), "PostgreSQL puts them last"


def test_only_who_may_award_decides_about_addresses(signed_in, stranger, bob, award, token, nobody):
    nobody.post(f"/claim/{token(award)}/not-me", {"matter": "not-me"})
    report = AddressReport.everywhere.get()
    where = f"/manage/northfield/awards/addresses/{report.pk}/send"
    assert stranger.post(where, {"email": "x@y.example"}).status_code == 404
    assert signed_in(bob).post(where, {"email": "x@y.example"}).status_code == 403
    assert signed_in(bob).get("/manage/northfield/awards/addresses").status_code == 403
    report.refresh_from_db()
    assert report.state == "open"


def test_unclaimed_awards_show_up_in_the_passport(signed_in, ada, award, offered):
    other = offered(recipient_email="somebody@else.example")
    page = signed_in(ada).get("/passport").content.decode()
    assert "One credential waits for you" in page
    assert f"/passport/waiting/{award.pk}/accept" in page
    assert str(other.pk) not in page


def test_only_verified_addresses_count(signed_in, ada, offered):
    from allauth.account.models import EmailAddress

    award = offered(recipient_email="ada@work.example")
    address = EmailAddress.objects.create(user=ada, email="Ada@Work.example", verified=False)
    browser = signed_in(ada)
    assert "waits for you" not in browser.get("/passport").content.decode()
    assert browser.post(f"/passport/waiting/{award.pk}/accept").status_code == 404
    address.verified = True
    address.save()
    assert "waits for you" in browser.get("/passport").content.decode()
    browser.post(f"/passport/waiting/{award.pk}/accept")
    assert Holding.objects.get().award == award


def test_a_person_cannot_accept_what_waits_for_another(stranger, award):
    assert stranger.post(f"/passport/waiting/{award.pk}/accept").status_code == 404
    assert stranger.post(f"/passport/waiting/{award.pk}/decline").status_code == 404
    award.refresh_from_db()
    assert award.state == Award.State.OFFERED


def test_what_waits_can_be_declined(signed_in, ada, award):
    browser = signed_in(ada)
    assert (
        "Decline this credential?"
        in browser.get(f"/passport/waiting/{award.pk}/decline").content.decode()
    )
    browser.post(f"/passport/waiting/{award.pk}/decline")
    award.refresh_from_db()
    assert award.state == Award.State.DECLINED


def test_a_removed_address_loses_no_credential(signed_in, ada, held):
    from allauth.account.models import EmailAddress

    one = held()
    EmailAddress.objects.filter(user=ada).delete()
    browser = signed_in(ada)
    assert browser.get(f"/passport/{one.pk}").status_code == 200
    assert browser.get(f"/passport/{one.pk}/download/json").content == bytes(one.award.signed)


def test_a_correction_takes_the_place_of_the_old_one(
    held, ada, alice, django_capture_on_commit_callbacks
):
    from stackmark_web.passport import actions

    old = held(recipient_name="Ada Byron")
    folder = actions.make_folder(ada, name="Best")
    actions.choose_folders(old, actor=ada, folders=[folder])
    share = actions.make_share(ada, [old])
    actions.publish(old, actor=ada)
    asked, _result = proving.ask(actor=None, asker="A", reason="B", wanted="any")
    sign_in = SignIn(clock.now(), "password")
    answer = proving.give(asked, actor=ada, holdings=[old], sign_in=sign_in)
    with django_capture_on_commit_callbacks(execute=True):
        fresh = awarding.correct(old.award, actor=None, changes={"recipient_name": "Ada Lovelace"})
    assert claiming.adopt() == 1
    assert claiming.adopt() == 0
    new = Holding.objects.get(award=fresh)
    old.refresh_from_db()
    assert list(share.holdings.all()) == [new]
    assert list(folder.holdings.all()) == [new]
    assert list(answer.holdings.all()) == [new], "a former name is shown nowhere"
    assert (new.published, old.published) == (True, False)


def test_texts_of_strangers_are_text(nobody, offered, token):
    award = offered(recipient_name='<script>alert(1)</script> "Ada" {{7*7}}')
    text = nobody.get(f"/claim/{token(award)}").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{7*7}}" in text


@pytest.mark.parametrize("where", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_sign_in_returns_to_this_site_only(nobody, ada, where):
    ada.set_password("a-long-passphrase")
    ada.save()
    answer = nobody.post(
        f"/account/login/?next={where}",
        {"login": "ada@people.example", "password": "a-long-passphrase", "next": where},
    )
    assert "evil.example" not in answer.get("Location", "")


def test_links_in_letters_come_from_the_settings(client, award):
    client.post("/claim", {"email": "ada@people.example"}, headers={"host": "localhost"})
    claiming.answer_link_requests()
    text = letters("offer").order_by("-queued_at").first().text
    assert "http://127.0.0.1:8000/claim/" in text
    assert not outbox.outbox


def test_one_network_does_not_ask_without_end(nobody, award):
    answers = [nobody.post("/claim", {"email": f"p{n}@x.example"}).status_code for n in range(25)]
    assert answers == [302] * 20 + [200] * 5
    assert LinkRequest.objects.count() == 20
    with clock.at(NOW + timedelta(days=1)):
        claiming.answer_link_requests()
    with clock.at(NOW + timedelta(days=3)):
        claiming.answer_link_requests()
    assert not LinkRequest.objects.exists()


def test_what_was_taken_without_an_account_waits_for_its_owner(
    nobody, signed_in, ada, award, token
):
    nobody.post(f"/claim/{token(award)}/download/json")
    text = signed_in(ada).get("/passport").content.decode()
    assert "One credential waits for you" in text
    assert f"/passport/waiting/{award.pk}/decline" not in text
    signed_in(ada).post(f"/passport/waiting/{award.pk}/accept")
    assert Holding.objects.get().award == award


def test_a_suspended_award_is_on_hold(nobody, offered, token):
    award = offered(suspendable=True)
    key = token(award)
    awarding.suspend(award, actor=None, reason="A question is open")
    page = nobody.get(f"/claim/{key}")
    assert page.status_code == 410
    assert "This is on hold" in page.content.decode()
    assert nobody.post(f"/claim/{key}/download/json").status_code == 302
