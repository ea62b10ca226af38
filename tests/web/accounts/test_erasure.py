"""Erasing oneself: the page, what stands in the way, what an issuer's rule keeps, disk and replay."""

from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client

from achievement_designs import bare
from small_world import committed
from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts import erasing, erasure, erasure_journal, rules
from stackmark_web.accounts.models import Erasure, User
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import erasing as register
from stackmark_web.awarding import states
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport import claiming
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.models import Membership
from stackmark_web.verifying import actions as verifying

PASSWORD = "correct horse battery"
CODE = re.compile(r"^ {4}(\S+)$", re.MULTILINE)


@pytest.fixture
def ada(person):
    return person("ada", password=PASSWORD)


@pytest.fixture
def version(alice, northfield):
    from small_world import SmallWorld

    world = object.__new__(SmallWorld)
    SmallWorld._key(world, northfield)
    draft = catalogue.create_draft(northfield, actor=alice, content=bare(title={"en": "Soil"}))
    return catalogue.publish(draft, actor=alice)


@pytest.fixture
def award(version, alice, northfield, ada):
    made = awarding.create_award(
        version,
        actor=alice,
        organisation=northfield,
        recipient_email=ada.email,
        recipient_name="Ada Lovelace",
        narrative="She took twelve.",
    )
    with committed():
        awarding.offer(made, actor=alice)
        claiming.keep(made, user=ada)
    made.refresh_from_db()
    return made


def signed_in(user):
    client = Client()
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    return client


def rule(organisation, actor, keeps, years=None):
    return tenancy.set_register_rule(
        organisation, actor=actor, keeps=keeps, years=years, reason="University Act, section 9"
    )


# -- the page ----------------------------------------------------------------------------------


def test_the_whole_way(ada, award, django_capture_on_commit_callbacks):
    client = signed_in(ada)
    page = client.get("/account/erase").content.decode()
    assert "Show that it is you" in page
    assert "1 in the register of <bdi>Northfield University</bdi>" in page
    form = {"address": ada.email}
    assert client.post("/account/erase", form)["Location"].startswith("/account/reauthenticate/")
    assert User.objects.filter(pk=ada.pk).exists()
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    wrong = client.post("/account/erase", {"address": "somebody@people.example"})
    assert "not the address of your account" in wrong.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/account/erase", form)
    assert "Your account is gone" in answer.content.decode()
    assert not User.objects.filter(pk=ada.pk).exists()
    assert not EmailAddress.objects.filter(email=ada.email).exists()
    assert "_auth_user_id" not in client.session
    assert Erasure.objects.get(person=ada.pk).removed["passport"]["holdings"] >= 1


def test_names_and_reasons_of_others_cannot_turn_the_page_around(ada, award, northfield, alice):
    northfield.name = "Northfield <b>\u202e(Ltd)"
    northfield.save()
    rule(northfield, alice, "always")
    client = signed_in(ada)
    client.cookies["stackmark_language"] = "ar"
    page = client.get("/account/erase", headers={"Accept-Language": "ar"}).text
    assert 'dir="rtl"' in page
    assert "عدد المنح في سجل <bdi>Northfield &lt;b&gt;(Ltd)</bdi>: 1" in page
    assert "<bdi>University Act, section 9</bdi>" in page


def test_who_has_no_password_gets_a_code(person, unsure):
    kim = person("kim")
    client = Client()
    client.force_login(kim)
    unsure(client)
    assert "/account/sure?next=" in client.get("/account/erase").content.decode()
    client.post("/account/sure", {"next": "/account/erase"})
    assert mail.outbox[-1].to == [kim.email]
    code = CODE.search(mail.outbox[-1].body)[1]
    client.post("/account/sure", {"code": "AAAA-AAAA", "next": "/account/erase"})
    assert User.objects.filter(pk=kim.pk).exists()
    answer = client.post("/account/sure", {"code": code.lower(), "next": "/account/erase"})
    assert answer["Location"] == "/account/erase"
    client.post("/account/erase", {"address": kim.email})
    assert not User.objects.filter(pk=kim.pk).exists()


def test_a_code_ends_after_five_wrong_tries_and_leads_nowhere_else(person):
    client = Client()
    client.force_login(person("kim"))
    client.post("/account/sure", {})
    code = CODE.search(mail.outbox[-1].body)[1]
    for _ in range(5):
        client.post("/account/sure", {"code": "AAAAAAAA"})
    answer = client.post("/account/sure", {"code": code, "next": "https://evil.example/"})
    assert answer.status_code == 200
    client.post("/account/sure", {})
    fresh = CODE.search(mail.outbox[-1].body)[1]
    answer = client.post("/account/sure", {"code": fresh, "next": "https://evil.example/"})
    assert answer["Location"] == "/account/profile"


def test_only_oneself_or_the_operator(ada, person):
    with pytest.raises(PermissionDenied):
        erasure.erase(ada, actor=person("eve"))
    assert erasure.erase(ada, actor=None).person == ada.pk


def test_the_only_owner_hands_over_first(alice, northfield, ada, join):
    with pytest.raises(UsageError, match="only owner of Northfield University"):
        erasure.erase(alice, actor=alice)
    alice.set_password(PASSWORD)
    alice.save()
    client = signed_in(alice)
    assert "You are the only owner of Northfield" in client.get("/account/erase").content.decode()
    join(ada, northfield, "owner")
    erasure.erase(alice, actor=alice)
    assert not Membership.everywhere.filter(organisation=northfield).exclude(user=ada).exists()


def test_nothing_goes_when_a_part_of_it_fails(ada, award, monkeypatch):
    def breaks(user):
        raise RuntimeError("disk")

    monkeypatch.setitem(erasing._ERASERS, "tenancy", breaks)
    with pytest.raises(RuntimeError):
        erasure.erase(ada, actor=ada)
    award.refresh_from_db()
    assert award.recipient_name == "Ada Lovelace"
    assert ada.holdings.count() == 1


def test_the_command_tells_before_it_does(ada, award):
    out = StringIO()
    call_command("erase_person", ada.email, stdout=out)
    assert "Nothing was erased" in out.getvalue()
    assert User.objects.filter(pk=ada.pk).exists()
    call_command("erase_person", str(ada.pk), "--yes", stdout=out)
    assert not User.objects.filter(pk=ada.pk).exists()
    with pytest.raises(CommandError, match="no such person"):
        call_command("erase_person", ada.email)


# -- the register of awards --------------------------------------------------------------------


def test_without_a_rule_the_proof_stays_and_the_name_goes(ada, award):
    data = bytes(award.signed)
    before = (award.state, award.sha256, award.status_list_id, award.status_index)
    erasure.erase(ada, actor=ada)
    award.refresh_from_db()
    assert (award.state, award.sha256, award.status_list_id, award.status_index) == before
    assert award.signed is None
    assert states.is_reduced(award)
    assert (award.recipient_name, award.recipient_email, award.narrative) == ("", "", "")
    assert not OutboxMail.everywhere.filter(award_id=award.pk).exists()
    # The copy she kept says what it said: nothing was revoked.
    assert verifying.check(data, source="kept.json").verdict == "verified"


def test_the_issuer_can_still_revoke_what_is_reduced(ada, award, alice):
    erasure.erase(ada, actor=ada)
    with committed():
        awarding.revoke(Award.everywhere.get(pk=award.pk), actor=alice, reason="misconduct")
    award.refresh_from_db()
    assert award.state == "revoked"


def test_the_issuers_pages_still_open(ada, award, alice):
    erasure.erase(ada, actor=ada)
    client = Client()
    client.force_login(alice)
    for path in (f"/manage/northfield/awards/{award.pk}", "/manage/northfield/awards"):
        assert client.get(path).status_code == 200
    for path in (f"/manage/northfield/awards/{award.pk}/correct", f"/credentials/{award.pk}"):
        assert client.get(path).status_code in (302, 403, 404), path


@pytest.mark.parametrize("keeps", ["years", "always"])
def test_an_award_stays_whole_where_a_rule_says_so(ada, award, alice, northfield, keeps):
    rule(northfield, alice, keeps, 10 if keeps == "years" else None)
    told = erasing.what_stays(ada)
    assert told[0].told == "1 in the register of Northfield University"
    assert told[0].reason == "University Act, section 9"
    erasure.erase(ada, actor=ada)
    award.refresh_from_db()
    assert (award.recipient_name, award.holder, award.state) == ("Ada Lovelace", None, "claimed")
    assert award.signed is not None
    with clock.at(clock.now() + timedelta(days=9 * 365)):
        register.forget_old()
    award.refresh_from_db()
    assert award.recipient_name == "Ada Lovelace"
    with clock.at(clock.now() + timedelta(days=11 * 365)):
        register.forget_old()
    award.refresh_from_db()
    assert (award.recipient_name == "") is (keeps == "years")
    assert award.state == "claimed"


def test_a_unit_follows_the_rule_of_its_institution(ada, award, alice, northfield):
    rule(northfield, alice, "always")
    unit = tenancy.create_unit(
        northfield, actor=alice, name="Science", unit_kind="faculty", slug="science"
    )
    Award.everywhere.filter(pk=award.pk).update(organisation=unit)
    erasure.erase(ada, actor=ada)
    award.refresh_from_db()
    assert award.recipient_name == "Ada Lovelace"


def test_an_award_nobody_took_is_closed_without_a_letter(version, alice, northfield, ada):
    made = awarding.create_award(
        version, actor=alice, organisation=northfield, recipient_email=ada.email
    )
    with committed():
        awarding.offer(made, actor=alice)
    before = OutboxMail.everywhere.count()
    erasure.erase(ada, actor=ada)
    made.refresh_from_db()
    assert made.state == "declined"
    assert made.status_index is not None
    assert OutboxMail.everywhere.count() < before


def test_an_address_nobody_verified_reaches_no_award(version, alice, northfield, ada, person):
    made = awarding.create_award(
        version, actor=alice, organisation=northfield, recipient_email=ada.email
    )
    eve = person("eve")
    EmailAddress.objects.create(user=eve, email=ada.email.upper(), verified=False)
    erasure.erase(eve, actor=eve)
    assert Award.everywhere.get(pk=made.pk).recipient_email == ada.email


def test_a_rule_against_the_persons_wish_names_its_law(alice, northfield):
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError, match="which law"):
        tenancy.set_register_rule(northfield, actor=alice, keeps="always")
    with pytest.raises(ValidationError, match="Between 1 and 100"):
        tenancy.set_register_rule(northfield, actor=alice, keeps="years", years=0, reason="x")
    assert rules.rule_of(northfield.pk).at_once


def test_the_rule_is_published(alice, northfield, client):
    page = client.get("/o/northfield/retention").content.decode()
    assert "has published no rule of its own" in page
    owner = Client()
    owner.force_login(alice)
    form = {"keeps": "years", "years": "50", "reason": "University Act", "contact": "dpo@n.example"}
    owner.post("/manage/northfield/retention", form)
    page = client.get("/o/northfield/retention").content.decode()
    assert "for 50 years after" in page
    assert "University Act" in page
    assert "dpo@n.example" in page


# -- disk, journal, replay ---------------------------------------------------------------------


def test_a_file_the_disk_keeps_is_tried_again(ada, monkeypatch, django_capture_on_commit_callbacks):
    tries = []

    def stubborn(name):
        tries.append(name)
        if len(tries) < 3:
            raise PermissionError

    monkeypatch.setitem(erasing._STORES, "stubborn", stubborn)
    monkeypatch.setitem(
        erasing._ERASERS, "stubborn", lambda user: erasing.leave_file("stubborn", ["a"]) or {}
    )
    with django_capture_on_commit_callbacks(execute=True):
        made = erasure.erase(ada, actor=ada)
    made.refresh_from_db()
    assert made.files == [["stubborn", "a"]]
    erasure.finish_all()
    erasure.finish_all()
    made.refresh_from_db()
    assert (made.files, tries) == ([], ["a", "a", "a"])


def test_who_was_erased_is_erased_again_after_a_restore(ada, award, person):
    key = ada.pk
    erasure.erase(ada, actor=ada)
    assert erasure_journal.erased_among([key]) == [key]
    back = person("ada", id=key)
    Award.everywhere.filter(pk=award.pk).update(recipient_name="Ada Lovelace", holder=back)
    other = person("bob")
    assert len(erasure.replay(erasure_journal.erased_among([key, other.pk]))) == 1
    assert list(User.objects.filter(pk__in=[key, other.pk])) == [other]
    award.refresh_from_db()
    assert award.recipient_name == ""
    assert erasure.replay([key]) == []


def test_a_demo_world_starts_again_after_one_of_its_people_was_erased(
    person, settings, tmp_path, capsys
):
    settings.DEMO, settings.DATA = True, tmp_path
    person("olga")  # of the cast; Lena was erased
    with pytest.raises(CommandError, match="no whole demo world"):
        call_command("seed_demo")  # never made here: these are real people
    (tmp_path / "demo-tour.json").write_text("{}")
    call_command("seed_demo")
    assert capsys.readouterr().out == ""


def test_words_are_taken_out_of_texts_whatever_their_letters():
    given = {"name": "ADA Lovelace", "list": ["about Ada lovelace, who", 5, None], "x": "Adam"}
    assert erasing.without(given, {"Ada Lovelace", "", "x"}) == {
        "name": "…",
        "list": ["about …, who", 5, None],
        "x": "Adam",
    }
