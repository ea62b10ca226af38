"""Age of consent and under 18: what is asked, what is kept, what cannot be done and by whom."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from stackmark_web import clock
from stackmark_web.accounts import guardians, keeping, minors
from stackmark_web.accounts.models import GuardianConsent, User
from stackmark_web.audit import queries as audit
from stackmark_web.passport import actions as passport
from stackmark_web.passport import claiming, queries, sharing
from stackmark_web.passport.models import Holding, Profile, Share

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
LINK = re.compile(r"/account/guardian/(\S+)")
CODE = re.compile(r"^ {4}(\S+)$", re.MULTILINE)
PARENT = {"act": "agree", "name": "Pat Parent", "relation": "mother", "agree": "on"}


@pytest.fixture(autouse=True)
def today():
    with clock.at(NOW):
        yield


@pytest.fixture
def child(person):
    """15 years old, where 16 may decide."""
    return person("kim", born=date(2011, 3, 1))


@pytest.fixture
def youth(person):
    """17 years old."""
    return person("lou", born=date(2009, 3, 1))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def asked(child, capture):
    with capture(execute=True):
        guardians.ask(child, "pat@parents.example", actor=child)
    return LINK.search(mail.outbox[-1].body)[1]


@pytest.fixture
def token(child, django_capture_on_commit_callbacks):
    return asked(child, django_capture_on_commit_callbacks)


def holding(user, **more):
    more = {"title": "Soil", "added_at": NOW, "sha256": "0" * 64, "data": b"{}"} | more
    return Holding.objects.create(user=user, **more)


# -- what is asked and kept ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"age": "grown"}, None),
        ({"age": "grown", "birth_month": "2001-01"}, None),
        ({"age": "young", "birth_month": "2011-03"}, date(2011, 3, 1)),
        ({"age": "young", "birth_month": "2008-06"}, date(2008, 6, 1)),
        ({"age": "young", "birth_month": "2008-05"}, None),
    ],
)
def test_of_grown_ups_nothing_is_kept(client, db, given, kept):
    form = {"email": "kim@people.example", "password1": "", **given}
    answer = client.post("/account/signup/", form)
    assert answer.status_code == 302
    assert User.objects.get().born == kept


@pytest.mark.parametrize("month", ["", "2011", "2011-13", "11-03", "2030-01", "1700-01", "x-y"])
def test_what_is_no_month_is_refused(client, db, month):
    form = {"email": "kim@people.example", "age": "young", "birth_month": month}
    answer = client.post("/account/signup/", form)
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"birth_month"}
    assert not User.objects.exists()


def test_who_says_both_is_asked_which_is_so(client, db):
    form = {"email": "kim@people.example", "age": "grown", "birth_month": "2015-01"}
    answer = client.post("/account/signup/", form)
    assert answer.context["form"].errors.keys() == {"birth_month"}
    assert not User.objects.exists()


def test_nobody_is_asked_where_the_age_is_0(client, db, settings):
    settings.AGE_OF_CONSENT = 0
    assert "birth_month" not in client.get("/account/signup/").content.decode()
    client.post("/account/signup/", {"email": "kim@people.example", "password1": ""})
    assert User.objects.get().born is None


@pytest.mark.parametrize(
    ("born", "at", "under_16", "under_18"),
    [
        (date(2010, 6, 1), NOW, True, True),  # 16 in this month: perhaps not yet
        (date(2010, 5, 1), NOW, False, True),
        (date(2008, 6, 1), NOW, False, True),
        (date(2008, 5, 1), NOW, False, False),
        (None, NOW, False, False),
    ],
)
def test_the_month_of_a_birthday_counts_as_before_it(born, at, under_16, under_18):
    with clock.at(at):
        assert minors.is_under_consent(born) is under_16
        assert (not minors.is_grown_up(born)) is under_18


def test_at_18_the_month_is_forgotten(child):
    with clock.at(datetime(2029, 4, 1, tzinfo=UTC)):
        keeping.forget_old()
    child.refresh_from_db()
    assert child.born is None


# -- until a guardian agrees --------------------------------------------------------------------


def test_until_then_nothing_is_held_or_shared(child):
    for refused in (
        lambda: passport.bring(child, []),
        lambda: sharing.make_share(child, [holding(child)]),
        lambda: claiming.keep(None, user=child),
    ):
        with pytest.raises(ValidationError, match="guardian has to agree first"):
            refused()
    assert not Share.objects.exists()


def test_pages_lead_to_where_one_asks(child):
    client = signed_in(child)
    answer = client.post("/passport/folders", {"name": "Mine"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/guardian")
    assert client.get("/passport").status_code == 200
    assert "Ask a parent or guardian" in client.get("/account/guardian").content.decode()
    assert client.post("/account/profile", {"name": "Kim"}).status_code == 302


def test_a_youth_over_the_age_of_consent_needs_nobody(youth):
    assert not minors.needs_consent(youth)
    assert passport.make_folder(youth, name="Mine").pk
    assert "Nobody has to agree" in signed_in(youth).get("/account/guardian").content.decode()


def test_a_guardian_agrees_by_post_once(child, token, client, django_capture_on_commit_callbacks):
    page = f"/account/guardian/{token}"
    assert client.get(page).status_code == 200
    client.head(page)
    assert minors.needs_consent(child), "a visit changes nothing"
    assert client.post(page, {"act": "agree"}).status_code == 200, "without a name: asked again"
    assert minors.needs_consent(child)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(page, PARENT)
    row = GuardianConsent.objects.get()
    assert (row.name, row.relation, row.version) == ("Pat Parent", "mother", guardians.VERSION)
    assert "parental responsibility" in row.text
    assert not minors.needs_consent(child)
    assert client.get(page).status_code == 404, "the link works once"
    assert client.post(page, PARENT).status_code == 404
    verbs = audit.of_person(child).values_list("verb", flat=True)
    assert {"account.guardian-asked", "account.guardian-agreed"} <= set(verbs)


def test_only_the_hash_of_a_link_is_kept_and_it_ends(child, token, client):
    row = GuardianConsent.objects.get()
    assert token not in str(row.__dict__)
    with clock.at(NOW + guardians.LIFE):
        assert client.get(f"/account/guardian/{token}").status_code == 404
        assert client.post(f"/account/guardian/{token}", PARENT).status_code == 404
    assert client.get("/account/guardian/nobody-was-ever-given-this-token").status_code == 404


def test_a_no_is_a_no(child, token, client):
    client.post(f"/account/guardian/{token}", {"act": "refuse"})
    assert minors.needs_consent(child)
    assert guardians.state_of(child) == "refused"
    assert client.post(f"/account/guardian/{token}", PARENT).status_code == 404


def test_consent_taken_back_closes_everything(
    child, token, client, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        guardians.give(token, name="Pat", relation="father")
    later = LINK.search(mail.outbox[-1].body)[1]
    share = sharing.make_share(child, [holding(child)])
    word = queries.share_url(share).rsplit("/", 1)[1]
    assert queries.share_by_token(word) == share
    assert client.get(f"/account/guardian/{later}").status_code == 200
    client.post(f"/account/guardian/{later}", {"act": "withdraw"})
    assert minors.needs_consent(child)
    assert queries.share_by_token(word) is None
    with pytest.raises(ValidationError, match="guardian"):
        sharing.make_share(child, [holding(child, sha256="1" * 64)])
    assert client.post(f"/account/guardian/{later}", {"act": "withdraw"}).status_code == 404


def test_nobody_is_their_own_guardian(child):
    EmailAddress.objects.create(user=child, email="second@people.example", verified=False)
    for own in (child.email, child.email.upper(), "second@people.example"):
        with pytest.raises(ValidationError, match="your own address"):
            guardians.ask(child, own, actor=child)


def test_letters_to_guardians_are_few(child, django_capture_on_commit_callbacks):
    for _ in range(guardians.A_DAY):
        asked(child, django_capture_on_commit_callbacks)
    with pytest.raises(ValidationError, match="several times today"):
        guardians.ask(child, "pat@parents.example", actor=child)


def test_asking_again_ends_the_link_before(
    child, token, client, django_capture_on_commit_callbacks
):
    asked(child, django_capture_on_commit_callbacks)
    assert client.get(f"/account/guardian/{token}").status_code == 404


# -- under 18 nothing is public -----------------------------------------------------------------


def test_under_18_no_page_is_made_public(youth):
    held = holding(youth)
    with pytest.raises(ValidationError, match="18 and older"):
        passport.publish(held, actor=youth)
    form = {"handle": "lou", "headline": "", "about": "", "holdings": []}
    for public in ({"published": True, "indexed": False}, {"published": False, "indexed": True}):
        with pytest.raises(ValidationError, match="18 and older"):
            passport.save_profile(youth, **form, **public)
    assert passport.save_profile(youth, **form, published=False, indexed=False).pk


def test_under_18_no_page_answers_whatever_the_rows_say(youth, client):
    """Enforced where public pages are asked for, not only where they are made."""
    Profile.objects.create(user=youth, handle="lou", published=True, indexed=True)
    held = holding(youth, published=True, on_profile=True)
    assert queries.public_profile("lou") is None
    assert client.get("/people/lou").status_code == 404
    assert queries.public_holding(held.award) is None
    with clock.at(datetime(2027, 4, 1, tzinfo=UTC)):
        assert queries.public_profile("lou") is not None
        assert queries.public_holding(held.award) == held


def test_under_18_a_link_can_be_shared(youth):
    share = sharing.make_share(youth, [holding(youth)])
    word = queries.share_url(share).rsplit("/", 1)[1]
    assert queries.share_by_token(word) == share


def test_an_age_of_consent_above_18_stops_the_start(settings):
    from stackmark_web.accounts.checks import age_of_consent

    assert age_of_consent() == []
    settings.AGE_OF_CONSENT = 21
    assert [one.id for one in age_of_consent()] == ["accounts.E002"]
