"""What pages say of statements: kinds kept apart, scope, later, withdrawn; and the desk."""

from __future__ import annotations

import pytest

from stackmark_web import clock
from stackmark_web.accrediting import actions
from stackmark_web.awarding import queries as awarding
from stackmark_web.tenancy.models import Domain, Organisation

pytestmark = pytest.mark.django_db


def words(response):
    return " ".join(response.content.decode().split())


def check(client, award):
    return words(client.post("/verify", {"text": awarding.credential_bytes(award).decode()}))


def test_kinds_are_kept_apart_on_an_achievement(client, grant, version):
    grant("endorsement", version=version, comment="Well made.")
    page = words(client.get(f"/achievements/{version.achievement_id}"))
    assert "looked__one--endorsement" in page
    assert "An opinion. It is no accreditation." in page
    assert "A quality review was passed" not in page
    grant("accreditation", scope={"lowest": 4, "highest": 7})
    page = words(client.get(f"/achievements/{version.achievement_id}"))
    assert "looked__one--accreditation" in page
    assert "EQF levels 4 to 7" in page


def label(page):
    """The words of the facts label."""
    start = page.index('<section class="facts')
    return page[start : page.index("</section>", start)]


def test_the_facts_label_tells_what_the_page_tells(client, grant, version, rhea, alice):
    address = f"/achievements/{version.achievement_id}"
    made = grant("endorsement", version=version)
    said = label(words(client.get(address)))
    assert "Endorsement, signed by Quality Board, 1 June 2026" in said
    assert "Accreditation, signed" not in said
    grant("accreditation", scope={"lowest": 4, "highest": 7})
    said = label(words(client.get(address)))
    assert "Accreditation, signed by Quality Board" in said
    assert "What is not called signed is as the issuer states it." in said
    client.force_login(alice)
    managed = client.get(f"/manage/northfield/achievements/{version.achievement_id}")
    assert "Endorsement, signed by Quality Board" in label(words(managed))
    actions.withdraw(made, actor=rhea, reason="Old.")
    assert "Endorsement, signed" not in label(words(client.get(address)))


def test_the_label_of_a_checked_credential_tells_it_too(client, award, grant, trusted):
    made = award()
    grant("accreditation", scope={"lowest": 4, "highest": 7})
    assert "Accreditation, signed by Quality Board" in label(check(client, made))


def test_the_block_tells_whether_the_agency_showed_who_it_is(client, grant, version, agency):
    grant("accreditation")
    address = f"/achievements/{version.achievement_id}"
    assert "No domain of theirs is verified here." in words(client.get(address))
    Domain.everywhere.create(organisation=agency, name="board.example", verified_at=clock.now())
    page = words(client.get(address))
    assert "Their verified domain:" in page
    assert "board.example" in page


def test_what_does_not_cover_an_achievement_is_not_on_its_page(client, grant, version, university):
    grant("accreditation", scope={"lowest": 7})
    assert "looked__one" not in words(client.get(f"/achievements/{version.achievement_id}"))
    assert "looked__one--accreditation" in words(client.get(f"/o/{university.slug}"))


def test_verify_shows_three_answers_and_the_statement(client, award, grant, trusted):
    grant("accreditation")
    page = check(client, award())
    for title in ("Identity", "Authority", "Quality"):
        assert f"<dt>{title}" in page
    assert "Quality Board states that it is accredited" in page
    assert "Signature and status checked now" in page
    assert "stated later" not in page


def test_a_credential_from_before_says_stated_later(client, award, grant, trusted):
    made = award()
    grant("accreditation")
    page = check(client, made)
    assert "stated later, not inside the credential, by" in page
    assert "Nobody states that it is accredited" in page


def test_withdrawn_is_shown_everywhere(
    client, award, grant, trusted, rhea, university, django_capture_on_commit_callbacks
):
    row, made = grant("accreditation"), award()
    with django_capture_on_commit_callbacks(execute=True):
        actions.withdraw(row, actor=rhea, reason="The report did not come.")
    report = check(client, made)
    assert "looked__one--over" in report
    assert "The report did not come." in report
    assert "does not hold" in report
    for path in (f"/o/{university.slug}", f"/statements/{row.pk}"):
        page = words(client.get(path))
        assert "Withdrawn" in page
        assert "The report did not come." in page
        assert "checked now" not in page


def test_the_address_of_a_statement_answers_people_and_machines(client, grant):
    row = grant("accreditation")
    page = client.get(f"/statements/{row.pk}")
    assert "Accreditation: Northfield University" in words(page)
    token = client.get(f"/statements/{row.pk}", headers={"accept": "application/jwt"})
    assert token.content == bytes(row.signed)
    assert token["Content-Type"] == "application/jwt"
    assert client.get(f"/statements/{row.pk}.jwt").content == bytes(row.signed)


def test_a_link_to_a_statement_can_be_verified(client, grant, settings):
    row = grant("accreditation")
    page = words(client.post("/verify", {"link": f"{settings.PUBLIC_URL}/statements/{row.pk}"}))
    assert "Verified" in page


def test_a_forged_credential_shows_no_statement(client, award, grant, trusted):
    grant("accreditation")
    data = awarding.credential_bytes(award()).replace(b'"Ada"', b'"Eve"')
    page = words(client.post("/verify", {"text": data.decode()}))
    assert "looked__one" not in page


def test_the_whole_way_through_the_pages(client, alice, rhea, version, agency):
    client.force_login(alice)
    sent = client.post(
        "/manage/northfield/accreditation/new",
        {"wanted": "endorsement", "agency": "board", "about": str(version.pk), "note": "Please."},
    )
    assert sent.status_code == 302, words(sent)
    pk = sent.url.rpartition("/")[2]
    client.force_login(rhea)
    review = f"/manage/board/accreditation/reviews/{pk}"
    assert client.post(f"{review}/profile", {"profile": "eu-2022"}).url == review
    page = words(client.get(review))
    assert "Met" in page
    rows = {f"row-{n}": "accept" for n in range(40)}
    assert client.post(f"{review}/rows", rows | {"decide": "1"}).url == f"{review}/decide"
    wrong = client.post(f"{review}/decide", {"decision": "grant"})
    assert wrong.status_code == 422
    done = client.post(f"{review}/decide", {"decision": "grant", "reasons": "Good."})
    assert done.url == f"{review}/confirm"
    assert "Confirm and sign" in words(client.get(done.url))
    assert client.post(done.url).url == review
    client.force_login(alice)
    page = words(client.get(sent.url))
    assert "Granted and signed" in page
    assert "Good." in page


def test_the_requester_does_not_see_what_is_only_proposed(client, ask, judged, rhea, alice):
    request = judged(ask())
    actions.propose(request, actor=rhea, grant=False, reasons="Secret so far.")
    client.force_login(alice)
    page = words(client.get(f"/manage/northfield/accreditation/requests/{request.pk}"))
    assert "Secret so far." not in page
    assert "Being looked at" in page


def test_a_second_person_is_asked_for(client, ask, judged, rhea, petra, agency):
    Organisation.objects.filter(pk=agency.pk).update(four_eyes=True)
    request = judged(ask())
    actions.propose(request, actor=rhea, grant=False, reasons="Not public.")
    client.force_login(rhea)
    url = f"/manage/board/accreditation/reviews/{request.pk}/confirm"
    assert "A second person confirms" in words(client.get(url))
    assert client.post(url).status_code == 422
    client.force_login(petra)
    assert client.post(url).status_code == 302


def test_both_desks_tell_that_it_was_withdrawn_later(client, grant, alice, rhea):
    made = grant()
    actions.withdraw(made, actor=rhea, reason="The report did not come.")
    for who, slug in ((alice, "northfield"), (rhea, "board")):
        client.force_login(who)
        assert "Granted, withdrawn later" in words(client.get(f"/manage/{slug}/accreditation"))
    client.force_login(alice)
    page = words(client.get(f"/manage/northfield/accreditation/requests/{made.request_id}"))
    assert "The report did not come." in page
    assert "What it covers carries it from now on" not in page


def test_one_asks_from_the_achievement_itself(client, version, alice, agency):
    client.force_login(alice)
    page = words(client.get(f"/manage/northfield/achievements/{version.achievement_id}"))
    address = f"/manage/northfield/accreditation/new?about={version.pk}"
    assert address in page
    assert f'value="{version.pk}" selected' in words(client.get(address))


def test_hostile_words_stay_words(client, grant, version):
    grant("endorsement", version=version, comment="<script>alert(1)</script>")
    page = client.get(f"/achievements/{version.achievement_id}").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
