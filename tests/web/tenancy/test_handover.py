"""Handing over: offered and signed, taken on and signed, told to everybody."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

from simulators.issuer import CREATED, Issuer, Web
from stackmark.errors import CheckFailed, UsageError
from stackmark.issuing.selfcheck import Given
from stackmark.keys.did import did_web_url
from stackmark.trust.handover import check, sign
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.tenancy import actions, handovers, queries
from stackmark_web.tenancy.models import Handover, Membership

TODAY = {"why": "closing"}


@pytest.fixture
def southfield(organisation, person, join):
    made = organisation("southfield", name="Southfield College", country="IE")
    join(person("sue"), made, "owner")
    actions.make_key(made, actor=None)
    return made


@pytest.fixture
def sue(southfield):
    return Membership.everywhere.get(organisation=southfield).user


@pytest.fixture
def keyed(northfield, alice):
    actions.make_key(northfield, actor=alice)
    return northfield


def offered(root, alice, successor="southfield", day=None, **more):
    terms = {"why": "merged", "from_day": day or clock.today(), **more}
    return actions.offer_handover(root, actor=alice, successor=successor, **terms)


def documents(*roots):
    return Given(
        {
            did_web_url(queries.did_of(root)): orjson.dumps(queries.did_document(root))
            for root in roots
        }
    )


def test_both_sign_and_everybody_is_told(keyed, southfield, alice, sue):
    row = offered(keyed, alice)
    assert (row.state, len(row.statement["proof"])) == ("offered", 1)
    assert handovers.told(keyed) is None, "nothing is said before both have signed"
    assert "alsoKnownAs" not in queries.did_document(keyed)
    actions.accept_handover(row, actor=sue)
    found = check(row.statement, documents(keyed, southfield))
    assert (found.new, found.why) == (queries.did_of(southfield), "merged")
    told = handovers.told(keyed)
    assert (told["name"], told["slug"], told["over"]) == ("Southfield College", "southfield", True)
    document = queries.did_document(keyed)
    assert document["alsoKnownAs"] == [queries.did_of(southfield)]
    assert document["service"][0]["serviceEndpoint"].endswith("/o/northfield/handover.json")
    assert queries.did_document(southfield)["alsoKnownAs"] == [queries.did_of(keyed)]
    assert queries.owners_of(keyed) == {alice.pk, sue.pk}, "the successor looks after it"
    verbs = {event.verb for event in AuditEvent.objects.filter(verb__startswith="handover.")}
    assert verbs == {"handover.offered", "handover.accepted", "handover.taken-on"}


def test_page_document_and_register_name_the_successor(keyed, southfield, alice, sue, client):
    assert client.get("/o/northfield/handover.json").status_code == 404
    actions.accept_handover(offered(keyed, alice), actor=sue)
    statement = client.get("/o/northfield/handover.json").json()
    check(statement, documents(keyed, southfield))
    page = client.get("/o/northfield", headers={"accept": "text/html"}).content.decode()
    assert "Handed over to" in page
    assert "Southfield College" in page
    found = client.get("/o/northfield/did.json").json()
    assert found["service"][0]["type"] == "StackmarkHandover"


def test_a_check_of_an_old_credential_names_the_successor(
    southfield, sue, alice, django_db_blocker
):
    from stackmark_web.verifying.issuers import describe

    world = Membership.everywhere.get(user=alice).organisation
    actions.make_key(world, actor=None)
    actions.accept_handover(offered(world, alice), actor=sue)
    found = describe(queries.did_of(world), "Northfield")
    assert found["successor"]["name"] == "Southfield College"
    orjson.dumps(found["successor"])


def test_nothing_new_is_awarded_from_that_day_on(keyed, southfield, alice, sue):
    day = clock.today() + timedelta(days=2)
    actions.accept_handover(offered(keyed, alice, day=day), actor=sue)
    assert handovers.told(keyed)["over"] is False
    assert not handovers.is_over(keyed)
    Handover.everywhere.update(from_day=clock.today())
    assert handovers.is_over(keyed)
    unit = actions.create_unit(keyed, actor=None, name="Arts", unit_kind="faculty")
    assert handovers.is_over(unit), "its units neither"


def test_an_award_of_one_that_handed_over_says_who_awards_now(keyed, southfield, alice, sue):
    from stackmark_web.awarding.actions.offering import _over
    from stackmark_web.awarding.models import Award

    actions.accept_handover(offered(keyed, alice), actor=sue)
    new = Award(organisation=keyed)
    assert _over(new, {keyed.pk}).reason == "award.handed-over"
    mended = Award(organisation=keyed, supersedes_id=new.pk)
    assert _over(mended, {keyed.pk}) is None, "what mends an old one may be made"


def test_an_owner_of_each_side_and_nobody_else(keyed, southfield, alice, sue, bob, charlie):
    for person, error in ((bob, PermissionDenied), (charlie, Http404), (sue, Http404)):
        with pytest.raises(error):
            offered(keyed, person)
    row = offered(keyed, alice)
    for person in (alice, bob, charlie):
        with pytest.raises(Http404):
            actions.accept_handover(row, actor=person)
        with pytest.raises(Http404):
            actions.decline_handover(row, actor=person)
    with pytest.raises(Http404):
        actions.withdraw_handover(row, actor=sue)
    row.refresh_from_db()
    assert row.state == "offered"


@pytest.mark.parametrize("how", ["decline", "withdraw"])
def test_what_is_declined_or_taken_back_is_over(keyed, southfield, alice, sue, how):
    row = offered(keyed, alice)
    if how == "decline":
        actions.decline_handover(row, actor=sue)
    else:
        actions.withdraw_handover(row, actor=alice)
    for again in (
        lambda: actions.accept_handover(row, actor=sue),
        lambda: actions.withdraw_handover(row, actor=alice),
    ):
        with pytest.raises(UsageError, match="answered already"):
            again()
    assert handovers.told(keyed) is None
    offered(keyed, alice)


@pytest.mark.parametrize(
    ("successor", "more", "reason"),
    [
        ("northfield", {}, "handover.successor"),
        ("nobody-is-called-so", {}, "handover.successor"),
        ("did:key:z6Mk", {}, "handover.successor"),
        ("did:web:other.example", {}, "handover.successor_name"),
        ("southfield", {"why": "bored"}, "handover.why"),
        ("southfield", {"day": clock.today() - timedelta(days=1)}, "handover.from_day"),
    ],
)
def test_what_cannot_be_is_said(keyed, southfield, alice, successor, more, reason):
    with pytest.raises(UsageError) as caught:
        offered(keyed, alice, successor, **more)
    assert caught.value.reason == reason
    assert not Handover.everywhere.exists()


def test_there_is_one_successor_and_no_circle(keyed, southfield, alice, sue):
    offered(keyed, alice)
    with pytest.raises(UsageError, match="named already"):
        offered(keyed, alice)
    with pytest.raises(UsageError, match="hands over itself"):
        offered(southfield, sue, "northfield")
    row = Handover.everywhere.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_successor_elsewhere_signs_with_its_own_tools(keyed, alice):
    web = Web()
    after = Issuer(web, "did:web:after.example")
    row = offered(keyed, alice, after.did, successor_name="After College")
    assert row.successor is None
    made = sign(row.statement, signer=after.key, method=after.method, created=CREATED)
    changed = {**made, "fromDay": "2030-01-01"}
    for data, error in ((b"{", UsageError), (orjson.dumps(changed), UsageError)):
        with pytest.raises(error):
            actions.take_statement(row, actor=alice, data=data, fetcher=web)
    with pytest.raises(CheckFailed):
        actions.take_statement(row, actor=alice, data=orjson.dumps(row.statement), fetcher=web)
    actions.take_statement(row, actor=alice, data=orjson.dumps(made), fetcher=web)
    assert row.state == "accepted"
    assert handovers.told(keyed)["id"] == after.did


def test_the_pages_lead_through_it(keyed, southfield, alice, sue, client, django_user_model):
    def browser(user):
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": clock.now().timestamp(), "email": user.email}
        ]
        session.save()
        return client

    form = {"successor": "southfield", "why": "merged", "from_day": clock.today(), "sure": "on"}
    answer = browser(alice).post("/manage/northfield/handover", {**form, "successor": "nobody"})
    assert answer.status_code == 422
    assert "No institution here is called so" in answer.content.decode()
    assert browser(alice).post("/manage/northfield/handover", form).status_code == 302
    row = Handover.everywhere.get()
    page = browser(sue).get("/manage/southfield/handover").content.decode()
    assert "leaves its credentials to you" in page
    path = f"/manage/southfield/handover/{row.pk}/answer"
    assert browser(sue).post(path, {"accept": "1"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "accepted"
    page = browser(alice).get("/manage/northfield/handover").content.decode()
    assert "Both have signed it" in page
