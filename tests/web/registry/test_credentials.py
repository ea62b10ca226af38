"""A credential's address: the signed bytes, a page, or nothing at all."""

from __future__ import annotations

import json
import re
import uuid
from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.passport import sharing
from stackmark_web.verifying import actions as verifying

from .conftest import NOW

pytestmark = pytest.mark.django_db
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def words(response):
    return " ".join(response.content.decode().split())


def address(holding):
    return f"/credentials/{holding.award_id}"


def test_machines_get_the_exact_signed_bytes(client, held):
    holding = held(published=True)
    for accept, kind in (
        ("application/vc", "application/vc"),
        ("application/ld+json", "application/ld+json"),
        ("application/json", "application/json"),
        ("application/vc, application/json;q=0.5, */*;q=0.1", "application/vc"),
    ):
        response = client.get(address(holding), headers={"Accept": accept})
        assert response.headers["Content-Type"] == kind
        assert response.content == bytes(holding.award.signed)
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "no-cache"
    assert "Accept" in response.headers["Vary"]
    assert client.get(f"{address(holding)}.json").content == bytes(holding.award.signed)
    assert client.get(f"{address(holding)}?format=json").content == bytes(holding.award.signed)


def test_people_get_a_page_with_the_answer(client, held):
    response = client.get(address(held(published=True)), headers={"Accept": BROWSER})
    page = words(response)
    assert response.headers["Content-Type"].startswith("text/html")
    assert "Unaltered and in force" in page
    assert "Soil sampling" in page
    assert "Ada Lovelace" in page
    assert "Access-Control-Allow-Origin" not in response.headers
    assert "Accept" in response.headers["Vary"]


def test_the_page_carries_the_tags_of_a_shared_link_and_no_name(client, held):
    holding = held(published=True)
    head = client.get(address(holding)).content.decode().partition("</head>")[0]
    tags = dict(re.findall(r'<meta (?:property|name)="([a-z:_]+)" content="([^"]*)"', head))
    assert tags["og:title"] == "Soil sampling"
    assert tags["og:url"] == f"http://127.0.0.1:8000{address(holding)}"
    assert tags["og:type"] == "article"
    assert tags["og:image"] == f"http://127.0.0.1:8000{address(holding)}/card.png"
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "627")
    assert tags["og:image:alt"] == "Card of the credential Soil sampling"
    assert tags["og:site_name"] == "Stackmark"
    assert tags["og:locale"] == "en"
    assert tags["twitter:card"] == "summary_large_image"
    assert "Ada" not in head


def test_a_revoked_one_is_neutral_outside_and_plain_inside(
    client, held, django_capture_on_commit_callbacks
):
    holding = held(published=True)
    before = client.get(f"{address(holding)}/card.png").content
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(holding.award, actor=None, reason="issued-in-error")
    page = client.get(address(holding)).content.decode()
    assert "Revoked by its issuer" in page
    assert "issued-in-error" not in page
    assert "Issued in error" not in page
    head = page.partition("</head>")[0]
    assert "Soil sampling" not in head
    assert 'content="A digital credential"' in head
    assert client.get(f"{address(holding)}/card.png").content != before


def test_the_card_is_a_picture_of_the_right_size(client, held):
    import io

    from PIL import Image

    response = client.get(f"{address(held(published=True))}/card.png")
    assert response.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(response.content)).size == (1200, 627)


def everything(response, path):
    """All of an answer but what differs for anybody: token, number, and the address asked for."""
    headers = dict(response.headers)
    number = headers.pop("X-Request-ID").encode()
    text = re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)
    text = text.replace(path.encode(), b"").replace(number, b"")
    return response.status_code, sorted(headers.items()), text


@pytest.mark.parametrize("accept", [BROWSER, "application/vc", "*/*"])
@pytest.mark.parametrize("ending", ["", ".json", "/card.png", "/files/pdf"])
def test_what_is_not_published_answers_as_what_never_was(
    client, held, accept, ending, django_assert_num_queries
):
    private = f"{address(held())}{ending}"
    unknown = f"/credentials/{uuid.uuid4()}{ending}"
    headers = {"Accept": accept}
    client.get(unknown, headers=headers)
    with django_assert_num_queries(1):
        first = client.get(private, headers=headers)
    with django_assert_num_queries(1):
        second = client.get(unknown, headers=headers)
    assert first.status_code == 404
    assert everything(first, private) == everything(second, unknown)


@pytest.mark.parametrize("method", ["head", "options", "post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("ending", ["", ".json", "/card.png", "?t=none", ".png", "/", "/image"])
def test_other_methods_and_forms_tell_nothing_either(client, held, method, ending):
    private = f"{address(held())}{ending}"
    unknown = f"/credentials/{uuid.uuid4()}{ending}"
    ask = getattr(client, method)
    ask(unknown)
    assert everything(ask(private), private) == everything(ask(unknown), unknown)


def test_an_award_nobody_claimed_is_not_public(client, offered):
    assert client.get(f"/credentials/{offered().pk}").status_code == 404


def test_taking_it_back_takes_effect_at_once(client, held):
    holding = held(published=True)
    tag = client.get(f"{address(holding)}.json").headers["ETag"]
    holding.published = False
    holding.save()
    response = client.get(f"{address(holding)}.json", headers={"If-None-Match": tag})
    assert response.status_code == 404


def test_a_share_opens_it_for_machines(client, held, ada):
    holding = held()
    share = sharing.make_share(ada, [holding], title="For you")
    token = sharing_token(share)
    response = client.get(f"{address(holding)}?t={token}", headers={"Accept": "application/vc"})
    assert response.content == bytes(holding.award.signed)
    page = client.get(f"{address(holding)}?t={token}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "noindex" in page.content.decode()
    assert "og:image" not in page.content.decode()


def sharing_token(share):
    from stackmark_web.passport import queries

    return queries.share_url(share).rsplit("/", 1)[1]


@pytest.mark.parametrize("limit", [{"pin": "482913"}, {"only_email": "eve@x.example"}])
def test_a_share_with_a_lock_opens_nothing_here(client, held, ada, limit):
    holding = held()
    share = sharing.make_share(ada, [holding], title="For you", **limit)
    assert client.get(f"{address(holding)}?t={sharing_token(share)}").status_code == 404


def test_a_share_of_another_credential_opens_nothing(client, held, ada):
    one, other = held(), held(recipient_email="ada@people.example")
    share = sharing.make_share(ada, [one], title="For you")
    assert client.get(f"{address(other)}?t={sharing_token(share)}").status_code == 404


def test_a_share_that_ended_or_was_withdrawn_opens_nothing(client, held, ada):
    holding = held()
    share = sharing.make_share(ada, [holding], title="x", expires_at=NOW + timedelta(days=1))
    url = f"{address(holding)}?t={sharing_token(share)}"
    assert client.get(url).status_code == 200
    with clock.at(NOW + timedelta(days=2)):
        assert client.get(url).status_code == 404
    share.withdrawn_at = NOW
    share.save()
    assert client.get(url).status_code == 404


def test_a_wrong_token_is_no_token(client, held):
    assert client.get(f"{address(held())}?t=wrong").status_code == 404


def test_a_check_here_reads_everything_from_inside(held, web):
    holding = held(published=True)
    checked = verifying.check_link(f"https://badges.example.org{address(holding)}")
    assert checked.verdict == "verified"
    assert checked.report.check("status").outcome == "passed"
    assert checked.facts["issuer"]["registered_as"] == "Northfield University"
    assert checked.report.check("related").outcome == "passed"
    assert checked.facts["bound"]
    assert str(checked.shown.label_source) == "As the document states."
    assert web.asked == []


def test_of_an_award_without_a_facts_document_the_catalogue_says_more(held, web, monkeypatch):
    from stackmark_web.awarding import issuing

    monkeypatch.setattr(issuing.catalogue, "facts_document", lambda version: None)
    holding = held(published=True)
    checked = verifying.check_link(f"https://badges.example.org{address(holding)}")
    assert checked.shown.from_catalogue
    assert "catalogue here" in str(checked.shown.label_source)
    assert {one.code for one in checked.shown.label} >= {"level", "holders", "version"}


def test_a_check_here_sees_no_more_than_the_world(held, web):
    checked = verifying.check_link(f"https://badges.example.org{address(held())}")
    assert checked.report.check("read").reason == "fetch.status"
    assert checked.verdict == "could-not-tell"
    assert web.asked == []


def test_what_was_replaced_does_not_tell_the_former_name(
    client, held, django_capture_on_commit_callbacks
):
    holding = held(published=True)
    with django_capture_on_commit_callbacks(execute=True):
        awarding.correct(holding.award, actor=None, changes={"recipient_name": "Ada King"})
    response = client.get(address(holding))
    assert response.status_code == 404
    assert "Lovelace" not in json.dumps(response.content.decode())


def test_a_printed_code_can_be_checked_here(held, ada, web):
    holding = held()
    token = sharing_token(sharing.make_share(ada, [holding], title="Print"))
    checked = verifying.check_link(f"http://127.0.0.1:8000/s/{token}")
    assert checked.verdict == "verified"
    assert verifying.check_link("http://127.0.0.1:8000/s/" + "x" * 43).verdict == "could-not-tell"
    assert web.asked == []


def test_a_locked_share_cannot_be_opened_by_checking_it(held, ada):
    token = sharing_token(sharing.make_share(ada, [held()], title="x", pin="482913"))
    assert verifying.check_link(f"http://127.0.0.1:8000/s/{token}").verdict == "could-not-tell"


def test_a_revocation_of_ours_has_its_day(held, django_capture_on_commit_callbacks):
    award = held().award
    with django_capture_on_commit_callbacks(execute=True), clock.at(NOW + timedelta(days=3)):
        awarding.revoke(award, actor=None, reason="issued-in-error")
    with clock.at(NOW + timedelta(days=4)):
        shown = verifying.check(bytes(award.signed)).shown
    assert str(shown.decided[0]) == "Revoked on"
    assert shown.decided[1].startswith("2026-06-04")


@pytest.mark.parametrize("form", ["png", "svg", "pdf"])
def test_a_public_credential_can_be_taken_along(client, held, form):
    import stackmark

    holding = held(published=True)
    page = client.get(address(holding), headers={"Accept": BROWSER})
    path = f"{address(holding)}/files/{form}"
    assert path in page.content.decode()
    response = client.get(path)
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert stackmark.read(response.content).baked.text == bytes(holding.award.signed)
    holding.published = False
    holding.save()
    assert client.get(path).status_code == 404


def test_what_was_revoked_and_what_is_no_form_has_no_file(
    client, held, django_capture_on_commit_callbacks
):
    holding = held(published=True)
    assert client.get(f"{address(holding)}/files/jwt").status_code == 404
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(holding.award, actor=None, reason="issued-in-error")
    assert client.get(f"{address(holding)}/files/pdf").status_code == 404


def test_one_network_does_not_print_without_end(client, held, monkeypatch):
    from stackmark_web.registry import credential_views

    monkeypatch.setattr(credential_views, "wait_for", lambda request, cost: 90)
    response = client.get(f"{address(held(published=True))}/files/pdf")
    assert (response.status_code, response.headers["Retry-After"]) == (429, "90")


def test_a_copy_leads_back_by_the_public_address_and_not_by_the_holders_code(
    client, held, monkeypatch
):
    """A code that survives would show what its holder has taken back."""
    from stackmark_web.passport import certificates

    codes = []
    drawn = certificates.qr_svg
    monkeypatch.setattr(
        certificates, "qr_svg", lambda url, **more: codes.append(url) or drawn(url, **more)
    )
    holding = held(published=True)
    client.get(f"{address(holding)}/files/pdf")
    assert codes == [f"http://127.0.0.1:8000{address(holding)}"]
