"""One's own passport: what is in it, how it is found, and that nobody else gets near it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import Http404
from django.test import Client

from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions as awarding
from stackmark_web.passport import actions, queries
from stackmark_web.passport.models import Folder, Holding, Share
from stackmark_web.passport.queries import Filters
from stackmark_web.passport.standing import standing_of

from .conftest import NOW, same

READS = ("", "/download/json", "/download/pdf", "/picture", "/linkedin", "/remove")
CHANGES = ("/check", "/publish", "/unpublish", "/folders", "/print-code", "/remove", "/linkedin")


@pytest.fixture
def imported(ada, issuer):
    """Makes an imported credential: imported(**members)."""

    def make(user=None, **members):
        return actions.import_credential(
            user or ada, issuer.sign(issuer.badge(**members)), "b.json"
        )

    return make


def test_an_empty_passport_says_what_to_do(signed_in, ada):
    text = signed_in(ada).get("/passport").content.decode()
    assert "Nothing here yet" in text
    assert 'href="/passport/import"' in text


@pytest.mark.parametrize(
    "path",
    ["", "/timeline", "/skills", "/folders", "/shares", "/shares/new", "/profile", "/import"],
)
def test_pages_need_a_person(nobody, signed_in, ada, held, path):
    answer = nobody.get(f"/passport{path}")
    assert answer.status_code == 302
    assert answer.url.startswith("/account/login/?next=")
    held()
    assert signed_in(ada).get(f"/passport{path}").status_code == 200


def test_a_page_shows_the_credential_and_a_fresh_check(signed_in, ada, held):
    one = held()
    text = signed_in(ada).get(f"/passport/{one.pk}").content.decode()
    assert "Soil sampling" in text
    assert "Only you, unless you give somebody a link." in text
    assert "1 June 2026, 12:00" in text
    assert one.report == {}


def test_what_is_kept_of_a_credential(held):
    one = held()
    assert one.title == "Soil sampling"
    assert one.issuer_name == "Northfield University"
    assert one.issuer_id == "did:web:badges.example.org:o:northfield"
    assert one.credential_id == f"https://badges.example.org/credentials/{one.award_id}"
    assert [skill.name for skill in one.skills.all()] == ["Soil sampling technique"]
    assert one.skills.get().framework == "ESCO"


@pytest.mark.parametrize("path", READS)
def test_a_stranger_sees_nothing(stranger, held, path):
    one = held()
    there = stranger.get(f"/passport/{one.pk}{path}")
    nowhere = stranger.get(f"/passport/{uuid.uuid4()}{path}")
    assert there.status_code == nowhere.status_code == 404
    assert same(there) == same(nowhere)
    numbers = [each.headers.pop("X-Request-ID") for each in (there, nowhere)]
    assert numbers[0] != numbers[1]
    assert dict(there.headers) == dict(nowhere.headers)


@pytest.mark.parametrize("path", CHANGES)
def test_a_stranger_changes_nothing(stranger, held, path):
    one = held()
    events = AuditEvent.objects.count()
    assert stranger.post(f"/passport/{one.pk}{path}", {"renew": "1"}).status_code == 404
    one.refresh_from_db()
    assert (one.published, one.report) == (False, {})
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("path", [p for p in CHANGES if p not in ("/remove", "/linkedin")])
def test_looking_changes_nothing(signed_in, ada, held, path):
    assert signed_in(ada).get(f"/passport/{held().pk}{path}").status_code == 405


@pytest.mark.parametrize("path", CHANGES)
def test_changes_need_a_csrf_token(ada, held, path):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert strict.post(f"/passport/{held().pk}{path}").status_code == 403


def test_actions_refuse_everybody_but_the_holder(held, person, imported):
    mallory = person("mallory")
    one, other = held(), imported()
    folder = Folder.objects.create(user=one.user, name="Mine")
    share = actions.make_share(one.user, [one])
    for attempt in (
        lambda: actions.publish(one, actor=mallory),
        lambda: actions.publish(one, actor=None),
        lambda: actions.unpublish(one, actor=mallory),
        lambda: actions.check_again(one, actor=mallory),
        lambda: actions.remove(other, actor=mallory),
        lambda: actions.choose_folders(one, actor=mallory, folders=[]),
        lambda: actions.delete_folder(folder, actor=mallory),
        lambda: actions.rename_folder(folder, actor=mallory, name="Hers"),
        lambda: actions.make_share(mallory, [one]),
        lambda: actions.withdraw_share(share, actor=mallory),
        lambda: actions.make_print_share(one, actor=mallory),
        lambda: actions.withdraw_print_share(one, actor=mallory),
    ):
        with pytest.raises(Http404):
            attempt()
    share.refresh_from_db()
    assert share.withdrawn_at is None


# -- private by default ------------------------------------------------------------------------


def test_publishing_opens_the_public_address_and_closing_closes_it(signed_in, nobody, ada, held):
    one = held()
    browser = signed_in(ada)
    address = f"/credentials/{one.award_id}"
    unknown = nobody.get(f"/credentials/{uuid.uuid4()}")
    assert queries.public_holding(one.award) is None
    before = nobody.get(address)
    assert (before.status_code, same(before)) == (404, same(unknown))
    browser.post(f"/passport/{one.pk}/publish")
    assert queries.public_holding(one.award) == one
    assert nobody.get(address, headers={"accept": "application/json"}).content == bytes(
        one.award.signed
    )
    browser.post(f"/passport/{one.pk}/unpublish")
    assert same(nobody.get(address)) == same(unknown)
    verbs = AuditEvent.objects.filter(target_id=str(one.pk)).values_list("verb", flat=True)
    assert set(verbs) >= {"holding.published", "holding.unpublished"}


def test_an_imported_credential_has_no_public_page(signed_in, ada, imported):
    one = imported()
    with pytest.raises(ValidationError, match="Only what was issued here"):
        actions.publish(one, actor=ada)
    answer = signed_in(ada).post(f"/passport/{one.pk}/publish", follow=True)
    assert "Only what was issued here" in answer.content.decode()


def test_what_was_issued_here_cannot_be_thrown_away(signed_in, ada, held):
    one = held()
    assert signed_in(ada).get(f"/passport/{one.pk}/remove").status_code == 404
    with pytest.raises(ValidationError, match="stays in your passport"):
        actions.remove(one, actor=ada)


def test_an_imported_one_is_removed_after_a_question(signed_in, ada, imported):
    one = imported()
    browser = signed_in(ada)
    assert "Remove this credential" in browser.get(f"/passport/{one.pk}/remove").content.decode()
    assert Holding.objects.count() == 1
    browser.post(f"/passport/{one.pk}/remove")
    assert not Holding.objects.exists()


# -- finding -----------------------------------------------------------------------------------


def test_search_folds_and_wants_every_word(ada, held, imported):
    held()
    imported(name="Café économie")
    titles = lambda words: [one.title for one in queries.holdings(ada, Filters(words=words))]  # noqa: E731
    assert titles("CAFE") == ["Café économie"]
    assert titles("soil northfield") == ["Soil sampling"]
    assert titles("soil nowhere") == []
    assert titles("laboratory") == ["Soil sampling"]


def test_filters(ada, held, imported, django_capture_on_commit_callbacks):
    fresh, ended, gone = held(), held(valid_until=NOW + timedelta(hours=1)), held()
    mine = imported()
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(gone.award, actor=None, reason="issued-in-error")
    with clock.at(NOW + timedelta(hours=2)):
        ids = lambda **wanted: {one.pk for one in queries.holdings(ada, Filters(**wanted))}  # noqa: E731
        assert ids(status="active") == {fresh.pk, mine.pk}
        assert ids(status="expired") == {ended.pk}
        assert ids(status="revoked") == {gone.pk}
        assert ids(provenance="here") == {fresh.pk, ended.pk, gone.pk}
        assert ids(provenance="verified") == {mine.pk}
        assert ids(issuer="Faculty of Agriculture") == {mine.pk}
        assert ids(skill="Soil sampling technique") == {fresh.pk, ended.pk, gone.pk}
        assert ids(skill="soil sampling TECHNIQUE", status="active") == {fresh.pk}
        assert ids(status="nonsense") == {fresh.pk, ended.pk, gone.pk, mine.pk}


def test_the_filter_agrees_with_the_card(ada, held, imported):
    rows = [
        held(),
        held(valid_until=NOW + timedelta(hours=1)),
        imported(),
        imported(
            id="urn:uuid:3f1d3e0f-95d5-4a1c-8f10-6b0d5c6a9a11", validUntil="2026-01-02T00:00:00Z"
        ),
    ]
    with clock.at(NOW + timedelta(hours=2)):
        for status in ("active", "expired"):
            wanted = {row.pk for row in rows if standing_of(row).status == status}
            assert wanted
            assert {one.pk for one in queries.holdings(ada, Filters(status=status))} == wanted


def test_skills_gather_their_evidence(signed_in, ada, held, django_capture_on_commit_callbacks):
    good, gone = held(), held()
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(gone.award, actor=None, reason="issued-in-error")
    (skill,) = queries.skills_of(ada)
    assert skill.name == "Soil sampling technique"
    assert skill.current == [good]
    assert [one for one, _ in skill.past] == [gone]
    text = signed_in(ada).get("/passport/skills").content.decode()
    assert f'href="/passport/{good.pk}"' in text
    assert "revoked" in text


def test_the_timeline_is_by_year(signed_in, ada, held, imported):
    held()
    imported(validFrom="2024-03-01T00:00:00Z")
    text = signed_in(ada).get("/passport/timeline").content.decode()
    assert text.index('id="year-2026"') < text.index('id="year-2024"')


# -- folders -----------------------------------------------------------------------------------


def test_folders(signed_in, ada, held):
    one = held()
    browser = signed_in(ada)
    browser.post("/passport/folders", {"name": "  For   work "})
    folder = Folder.objects.get()
    assert folder.name == "For work"
    browser.post(f"/passport/{one.pk}/folders", {"folders": [folder.pk]})
    assert "Soil sampling" in browser.get(f"/passport/folders/{folder.pk}").content.decode()
    twice = browser.post("/passport/folders", {"name": "For work"})
    assert twice.status_code == 400
    assert "You have a folder of this name already." in twice.content.decode()
    browser.post(f"/passport/folders/{folder.pk}", {"name": "Jobs"})
    folder.refresh_from_db()
    assert folder.name == "Jobs"
    browser.post(f"/passport/folders/{folder.pk}/delete")
    assert not Folder.objects.exists()
    assert Holding.objects.filter(pk=one.pk).exists()


def test_nobody_files_into_the_folders_of_others(signed_in, stranger, ada, held, person):
    theirs = Folder.objects.create(user=person("eve"), name="Theirs")
    one = held()
    signed_in(ada).post(f"/passport/{one.pk}/folders", {"folders": [theirs.pk]})
    assert not theirs.holdings.exists()
    mine = Folder.objects.create(user=ada, name="Mine")
    assert stranger.get(f"/passport/folders/{mine.pk}").status_code == 404
    assert stranger.post(f"/passport/folders/{mine.pk}/delete").status_code == 404
    assert Folder.objects.filter(pk=mine.pk).exists()


# -- printed codes and LinkedIn ----------------------------------------------------------------


def test_the_printed_code_can_be_withdrawn_and_renewed(signed_in, nobody, ada, held):
    one = held()
    browser = signed_in(ada)
    first = queries.print_url(one).removeprefix("http://127.0.0.1:8000")
    assert "Soil sampling" in nobody.get(first).content.decode()
    browser.post(f"/passport/{one.pk}/print-code")
    assert nobody.get(first).status_code == 404
    assert queries.print_url(one) == ""
    browser.post(f"/passport/{one.pk}/print-code", {"renew": "1"})
    second = queries.print_url(one)
    assert second
    assert not second.endswith(first)
    assert nobody.get(first).status_code == 404


def test_linkedin_needs_a_page_anybody_can_open(signed_in, ada, held, university):
    university.linkedin_id = "12345"
    university.save()
    one = held(valid_until=NOW + timedelta(days=400))
    browser = signed_in(ada)
    page = browser.get(f"/passport/{one.pk}/linkedin").content.decode()
    assert "Make a link for LinkedIn" in page
    assert "linkedin.com" not in page
    browser.post(f"/passport/{one.pk}/linkedin")
    browser.post(f"/passport/{one.pk}/linkedin")
    share = Share.objects.get(kind="link")
    page = browser.get(f"/passport/{one.pk}/linkedin").content.decode()
    url = queries.share_url(share).replace(":", "%3A").replace("/", "%2F")
    assert (
        "https://www.linkedin.com/profile/add?startTask=CERTIFICATION_NAME&amp;name=Soil%20sampling"
        "&amp;organizationId=12345&amp;issueYear=2026&amp;issueMonth=6&amp;expirationYear=2027"
        f"&amp;expirationMonth=7&amp;certUrl={url}&amp;certId={one.award_id}" in page
    )
    assert f"https://www.linkedin.com/sharing/share-offsite/?url={url}" in page
    assert "Ada" not in page.split("linkedin.com/profile/add")[1].split('"')[0]


def test_linkedin_by_name_where_the_company_has_no_number(ada, imported):
    from stackmark_web.passport.linkedin import add_link

    link = add_link(imported(validUntil=None), "https://x.example/s/1")
    assert "organizationName=Faculty%20of%20Agriculture" in link
    assert "organizationId" not in link
    assert "expirationYear" not in link


# -- hostile texts -----------------------------------------------------------------------------


def test_hostile_texts_stay_text(signed_in, ada, imported):
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'
    one = imported(name=evil)
    folder = actions.make_folder(ada, name=evil[:100])
    actions.make_share(ada, [one], title=evil, purpose=evil)
    browser = signed_in(ada)
    share = Share.objects.get(kind="link")
    for path in (
        "/passport",
        f"/passport/{one.pk}",
        "/passport/timeline",
        "/passport/folders",
        f"/passport/folders/{folder.pk}",
        "/passport/shares",
        f"/passport/shares/{share.pk}",
        f"/passport/{one.pk}/linkedin",
        "/passport/shares/new",
        "/passport/profile",
        queries.share_url(share).removeprefix("http://127.0.0.1:8000"),
    ):
        text = browser.get(path).content.decode()
        assert "<script>alert" not in text, path
        assert "<img src=x" not in text, path
        assert "&lt;script&gt;alert(1)" in text, path


def test_hidden_names_of_buttons_have_no_space_before_the_colon(signed_in, ada, offered, held):
    offered()
    actions.make_share(ada, [held(recipient_email="bea@people.example")], title='My "best"')
    home = signed_in(ada).get("/passport").content.decode()
    assert 'aria-label="Keep it: Soil sampling"' in home
    assert 'aria-label="Decline: Soil sampling"' in home
    links = signed_in(ada).get("/passport/shares").content.decode()
    assert 'aria-label="Copy: My &quot;best&quot;"' in links
    assert 'aria-label="Withdraw: My &quot;best&quot;"' in links
