"""The pages, from the passport to the signed decision, and whom its address answers."""

from __future__ import annotations

import re

import pytest

from hostile_reading import Page
from stackmark_web.passport import actions as passport
from stackmark_web.passport import tokens
from stackmark_web.passport.models import Holding
from stackmark_web.recognising import making
from stackmark_web.recognising.actions import appealing, policies
from stackmark_web.recognising.models import Decision, Request
from stackmark_web.verifying import fetching

pytestmark = pytest.mark.django_db


def words(response):
    return " ".join(response.content.decode().split())


def as_(client, user):
    client.force_login(user)
    return client


def fields(response):
    """What a browser would send of the form with a revision: every field as it stands."""
    form = response.context["form"]
    found = {}
    for one in form:
        value = one.value()
        if value not in (None, ""):
            found[one.html_name] = value
    return found


# -- the learner ---------------------------------------------------------------------------


def test_the_passport_leads_to_it_and_the_empty_page_says_what_to_do(client, lena, college):
    assert 'href="/recognition"' in words(as_(client, lena).get("/passport"))
    page = words(client.get("/recognition"))
    assert "You have not asked anybody yet" in page
    assert "Riverside College" in words(client.get("/recognition/new"))


def test_a_request_from_the_page(client, lena, holding, target, college):
    page = words(as_(client, lena).get(f"/recognition/new?target={target.pk}"))
    assert "Ask <bdi>Riverside College</bdi>" in page
    assert f'value="{target.pk}" selected' in page
    assert "Nothing else of your passport is sent" in page
    assert "within 60 days" in page
    sent = client.post(
        "/recognition/new?body=college", {"target": target.pk, "holdings": [holding.pk]}
    )
    made = Request.everywhere.get()
    assert sent["Location"] == f"/recognition/{made.pk}"
    page = words(client.get(sent["Location"]))
    assert "They decide by" in page
    assert "31 July 2026" in page
    assert "Take the request back" in page


def test_who_comes_from_a_credential_finds_it_ticked(client, lena, holding, person, award, college):
    theirs, browser = award(person("mona")), as_(client, lena)
    for pk, ticked in ((holding.pk, True), (theirs.pk, False), ("x\x00", False), ("", False)):
        page = browser.get("/recognition/new", {"body": "college", "holding": pk})
        assert page.status_code == 200
        assert (" checked" in str(page.context["form"]["holdings"])) is ticked, pk
    page = browser.post(f"/recognition/new?body=college&holding={holding.pk}", {})
    assert " checked" not in str(
        page.context["form"]["holdings"]
    )  # what the learner took away stays away


def test_the_credential_one_comes_from_is_ticked(client, lena, holding, target, college, award):
    page = words(as_(client, lena).get(f"/passport/{holding.pk}"))
    assert f'href="/recognition/new?holding={holding.pk}"' in page
    page = words(client.get(f"/recognition/new?holding={holding.pk}"))
    onward = f"/recognition/new?body=college&amp;holding={holding.pk}"
    assert f'href="{onward}"' in page
    page = words(client.get(onward.replace("&amp;", "&")))
    assert re.search(rf'value="{holding.pk}"[^>]* checked', page)


@pytest.mark.parametrize("named", ["no", "\x00", "9" * 10_000, "theirs"])
def test_a_credential_that_is_not_ones_own_is_not_ticked(
    client, lena, holding, college, person, award, named
):
    named = str(award(person("mona")).pk) if named == "theirs" else named
    page = as_(client, lena).get("/recognition/new", {"body": "college", "holding": named})
    assert page.status_code == 200
    assert " checked" not in words(page)


def test_what_the_form_refuses_is_said_at_its_field(client, lena, holding, target, person, award):
    theirs = award(person("mona"))
    wrong = as_(client, lena).post(
        "/recognition/new?body=college", {"target": target.pk, "holdings": [theirs.pk]}
    )
    assert wrong.status_code == 422
    assert wrong.context["form"].errors["holdings"]
    assert Request.everywhere.count() == 0


@pytest.mark.parametrize(
    "query",
    ["target=no", "target=00000000-0000-4000-8000-000000000000", "body=no", "body=%00college"],
)
def test_an_address_that_names_nothing(client, lena, college, query):
    answer = as_(client, lena).get(f"/recognition/new?{query}")
    assert answer.status_code == (200 if query.startswith("body=%00") else 404)


def test_a_target_whose_house_is_closed_says_so(client, lena, target, college):
    policies.save(college, actor=None, open=False)
    page = words(as_(client, lena).get(f"/recognition/new?target={target.pk}"))
    assert "takes no requests for" in page
    assert "Nobody takes requests here yet" in page


# -- the desk ------------------------------------------------------------------------------


@pytest.fixture
def source(ask):
    return ask(note="See <b>week 3</b>.").sources.get()


def test_the_desk_lists_by_deadline_and_says_what_is_overdue(client, rita, source):
    page = words(as_(client, rita).get("/manage/college/recognition"))
    assert "Soil science" in page
    assert "overdue" not in page
    Request.everywhere.update(due_on="2026-05-01")
    assert "overdue" in words(client.get("/manage/college/recognition"))
    page = words(client.get(f"/manage/college/recognition/requests/{source.request_id}"))
    assert "&lt;b&gt;week 3&lt;/b&gt;" in page


def test_an_empty_desk_says_what_to_do(client, alice):
    page = words(as_(client, alice).get("/manage/northfield/recognition"))
    assert "Your desk is closed" in page
    sent = client.post(
        "/manage/northfield/recognition/policy",
        {"open": "on", "days": "30", "appeal_days": "14", "default": "lisbon"},
    )
    assert sent.status_code == 302
    assert "requests are taken" in words(client.get(sent["Location"]))
    wrong = client.post("/manage/northfield/recognition/policy", {"days": "0", "appeal_days": "14"})
    assert wrong.status_code == 422


def test_the_draft_page_has_no_verdict_and_explains_the_default(client, rita, source):
    answer = as_(client, rita).get(f"/manage/college/recognition/sources/{source.pk}")
    page = answer.content.decode()
    radios = re.findall(r'<input type="radio" name="verdict"[^>]*>', page)
    assert len(radios) == 4
    assert not any("checked" in one for one in radios)
    assert "binding in states that are party to the Lisbon Recognition Convention" in page
    assert "A substantial difference" in page
    assert "Could not be told" in page
    assert "You have not decided about this achievement before" in page
    ids = [attrs for tag, attrs in Page(page).elements if dict(attrs).get("id")]
    names = [dict(attrs)["id"] for attrs in ids]
    assert len(names) == len(set(names))


def test_from_draft_to_signed_by_the_pages_alone(
    client, rita, lena, source, django_capture_on_commit_callbacks
):
    path = f"/manage/college/recognition/sources/{source.pk}"
    given = fields(as_(client, rita).get(path))
    wrong = client.post(path, given | {"decide": "1"})
    assert wrong.status_code == 422
    assert "Choose a verdict" in words(wrong)
    assert wrong.context["form"]["revision"].value() == "1"  # what was right is kept
    given = fields(wrong) | {"verdict": "full", "decide": "1"}
    wrong = client.post(path, given)
    assert "does not go with a substantial difference" in words(wrong)
    given = fields(wrong) | {"decide": "1", "finding-workload": "not-substantial"}
    sent = client.post(path, given)
    assert sent["Location"] == f"{path}/confirm"
    page = words(client.get(sent["Location"]))
    assert "This is exactly what will be signed" in page
    assert source.sha256 in page.replace("<wbr>", "")
    with django_capture_on_commit_callbacks(execute=True):
        stale = client.post(sent["Location"], {"revision": "1"})
        assert "Somebody changed this draft" in words(stale)
        done = client.post(sent["Location"], {"revision": "3"})
    made = Decision.everywhere.get()
    assert done["Location"] == f"/manage/college/recognition/decisions/{made.pk}"
    page = words(as_(client, lena).get(f"/recognition/decisions/{made.pk}"))
    assert "Recognised in full" in page
    assert "1 July 2026" in page  # the last day to appeal
    assert "The signed decision in your passport" in page
    held = words(client.get(f"/passport/{made.holding_id}"))
    assert "Decision on recognition: Soil science" in held
    assert "Holder's identity" not in held  # it is about a credential


def test_a_lost_update_is_said_on_the_page(client, rita, rolf, source):
    path = f"/manage/college/recognition/sources/{source.pk}"
    given = fields(as_(client, rita).get(path))
    assert client.post(path, given).status_code == 302
    late = as_(client, rolf).post(path, given)
    assert late.status_code == 422
    assert "Somebody changed this draft since you opened it" in words(late)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reasons", "x\x00" * 50),
        ("reasons", "y" * 100_000),
        ("revision", "99999999999999999999"),
        ("revision", "no"),
        ("finding-level", "splendid"),
        ("held-0", "999"),
        ("confidence-0", "NaN"),
        ("credit_value", "1e400"),
        ("outcomes", "77"),
        ("credit_unit", "<script>"),
    ],
)
def test_what_nobody_would_send_is_answered_in_words(client, rita, source, field, value):
    path = f"/manage/college/recognition/sources/{source.pk}"
    given = fields(as_(client, rita).get(path)) | {field: value}
    answer = client.post(path, given)
    assert answer.status_code in (302, 422)
    source.refresh_from_db()
    assert (source.revision == 1) == (answer.status_code == 302)


def test_the_answer_to_an_appeal_by_the_pages(client, rita, rolf, lena, source, decide):
    made = decide(source, "refused")
    path = f"/recognition/decisions/{made.pk}/appeal"
    assert as_(client, lena).post(path, {"text": " "}).status_code == 422
    assert client.post(path, {"text": "There was field work."}).status_code == 302
    appeal = made.appeals.get()
    desk = f"/manage/college/recognition/appeals/{appeal.pk}"
    own = words(as_(client, rita).get(desk))
    assert "somebody else answers" in own
    assert "Decide anew" not in own
    refused = client.post(desk, {"reasons": "No."})
    assert refused.status_code == 422
    theirs = words(as_(client, rolf).get(desk))
    assert "Decide anew" in theirs
    assert client.post(desk, {"reasons": "None is shown."}).status_code == 302
    page = words(as_(client, lena).get(f"/recognition/decisions/{made.pk}"))
    assert "The decision stands" in page
    assert "None is shown." in page
    assert f'href="{path}"' not in page


def test_anew_after_an_appeal_no_verdict_is_chosen(client, rolf, lena, source, decide):
    made = decide(source, "refused")
    appealing.appeal(made, actor=lena, text="Wrong.")
    page = as_(client, rolf).get(f"/manage/college/recognition/sources/{source.pk}")
    assert "Decided anew after an appeal" in words(page)
    assert page.context["form"]["verdict"].value() == ""
    assert page.context["form"]["finding-outcomes"].value() == "substantial"


# -- its own address -----------------------------------------------------------------------


def test_the_address_answers_only_to_who_has_it(client, source, decide, lena, rita, bob):
    made = decide(source)
    path = f"/recognitions/{made.pk}"
    for name in (path, f"{path}.json"):
        assert client.get(name).status_code == 404
        assert as_(client, bob).get(name).status_code == 404
        client.logout()
    assert as_(client, lena).get(path)["Location"] == f"/recognition/decisions/{made.pk}"
    assert client.get(f"{path}.json").content == bytes(made.signed)
    assert "/manage/college/" in as_(client, rita).get(path)["Location"]
    client.logout()
    share = passport.make_share(lena, [Holding.objects.get(pk=made.holding_id)], title="For work")
    token = tokens.unsealed(share.token_sealed)
    given = client.get(path, {"t": token})
    assert given.content == bytes(made.signed)
    assert given["Cache-Control"] == "no-store"
    assert client.get(path, {"t": "x" * 40}).status_code == 404
    assert fetching.OWN_FILES.fetch(_address(made, token)) == bytes(made.signed)
    passport.withdraw_share(share, actor=lena)
    assert client.get(path, {"t": token}).status_code == 404


def _address(made, token):
    return f"{making.address(made.pk)}?t={token}"


def test_a_share_of_something_else_opens_nothing(client, source, decide, lena, holding):
    made = decide(source)
    share = passport.make_share(lena, [holding], title="Other")
    token = tokens.unsealed(share.token_sealed)
    assert client.get(f"/recognitions/{made.pk}", {"t": token}).status_code == 404
