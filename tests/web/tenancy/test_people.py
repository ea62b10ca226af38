from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.tenancy import actions, queries
from stackmark_web.tenancy.models import Invitation, Membership

P = queries.Permission


def invited(organisation, actor, email="dora@people.example", roles=("issuer",)):
    """The invitation and the token its letter holds."""
    made = actions.invite(organisation, actor=actor, email=email, roles=roles)
    letter = OutboxMail.everywhere.get(key=f"invitation:{made.pk}")
    return made, re.search(r"/invitations/([A-Za-z0-9_-]+)", letter.text)[1]


def test_an_invitation_gives_exactly_its_roles_once(northfield, alice, person):
    _made, token = invited(northfield, alice, roles=("issuer", "designer"))
    dora = person("dora")
    actions.accept_invitation(token, user=dora)
    assert queries.roles_of(dora, northfield) == {"issuer", "designer"}
    with pytest.raises(UsageError, match="no longer open") as caught:
        actions.accept_invitation(token, user=dora)
    assert caught.value.reason == "invitation.over"
    assert Membership.everywhere.filter(user=dora).count() == 2


def test_the_letter_goes_to_the_address_and_only_it_holds_the_token(northfield, alice):
    _made, token = invited(northfield, alice)
    letter = OutboxMail.everywhere.get()
    assert letter.to == "dora@people.example"
    assert "Alice" in letter.text
    assert len(token) >= 43, "256 bits"
    assert token not in str(Invitation.everywhere.values().get())
    assert token not in str(list(AuditEvent.objects.values()))


def test_looking_at_an_invitation_uses_nothing_up(client, northfield, alice, person):
    """A mail scanner opens the link; the person still can."""
    _, token = invited(northfield, alice)
    for _ in range(3):
        page = client.get(f"/invitations/{token}")
        assert page.status_code == 200
    assert "no-store" in page.headers["Cache-Control"]
    dora = person("dora")
    client.force_login(dora)
    answer = client.post(f"/invitations/{token}", follow=True)
    assert answer.redirect_chain[0] == ("/manage/northfield", 302)
    assert queries.roles_of(dora, northfield) == {"issuer"}
    assert client.get(f"/invitations/{token}").status_code == 404


def test_a_page_for_nobody_sends_to_sign_in_and_back(client, northfield, alice):
    _, token = invited(northfield, alice)
    answer = client.post(f"/invitations/{token}")
    assert answer["Location"] == f"/account/login/?next=%2Finvitations%2F{token}"
    assert not Membership.everywhere.filter(role="issuer").exists()


def test_another_person_with_the_link_gets_nothing(client, northfield, alice, charlie):
    made, token = invited(northfield, alice)
    with pytest.raises(PermissionDenied, match="went to another address"):
        actions.accept_invitation(token, user=charlie)
    client.force_login(charlie)
    client.post(f"/invitations/{token}")
    assert queries.roles_of(charlie, northfield) == set()
    made.refresh_from_db()
    assert made.accepted_at is None, "it is still there for the right person"


def test_an_address_not_verified_counts_for_nothing(northfield, alice, person):
    _, token = invited(northfield, alice)
    dora = person("dora")
    dora.emailaddress_set.update(verified=False)
    with pytest.raises(PermissionDenied):
        actions.accept_invitation(token, user=dora)


def test_any_verified_address_of_a_person_will_do(northfield, alice, person):
    _, token = invited(northfield, alice, email="Work@Firm.example")
    dora = person("dora")
    dora.emailaddress_set.create(email="work@firm.example", verified=True)
    actions.accept_invitation(token, user=dora)
    assert queries.may(dora, P.AWARD, northfield)


def test_an_invitation_ends_by_time_withdrawal_and_a_newer_one(northfield, alice, person):
    dora = person("dora")
    made, token = invited(northfield, alice)
    with clock.at(clock.now() + timedelta(days=15)), pytest.raises(UsageError, match="no longer"):
        actions.accept_invitation(token, user=dora)
    actions.withdraw_invitation(made, actor=alice)
    with pytest.raises(UsageError, match="no longer"):
        actions.accept_invitation(token, user=dora)
    with pytest.raises(UsageError, match="no longer"):
        actions.withdraw_invitation(made, actor=alice)
    _, older = invited(northfield, alice)
    _, newer = invited(northfield, alice)
    with pytest.raises(UsageError, match="no longer"):
        actions.accept_invitation(older, user=dora)
    actions.accept_invitation(newer, user=dora)


def test_an_invitation_ends_with_the_rights_of_whoever_sent_it(northfield, alice, join, person):
    """A92: an owner who leaves cannot come back by a door left open."""
    other = join(person("otto"), northfield, "owner")
    _, token = invited(northfield, other, email="ottos-friend@people.example", roles=("owner",))
    friend = person("friend", email="ottos-friend@people.example")
    actions.end_role(Membership.everywhere.get(user=other), actor=alice)
    with pytest.raises(UsageError, match="no longer"):
        actions.accept_invitation(token, user=friend)
    assert queries.roles_of(friend, northfield) == set()


def test_nobody_invites_or_promotes_themselves(northfield, alice, join, person):
    alice.emailaddress_set.create(email="alice@home.example", verified=True)
    with pytest.raises(UsageError, match="nobody invites themselves"):
        actions.invite(northfield, actor=alice, email="ALICE@home.example", roles=["issuer"])
    with pytest.raises(PermissionDenied, match="Nobody gives themselves a role"):
        actions.give_role(northfield, actor=alice, user=alice, role="issuer")
    _, token = invited(northfield, alice, email="later@people.example")
    alice.emailaddress_set.create(email="later@people.example", verified=True)
    with pytest.raises(PermissionDenied, match="Nobody gives themselves a role"):
        actions.accept_invitation(token, user=alice)
    assert queries.roles_of(alice, northfield) == {"owner"}


@pytest.mark.parametrize(
    ("email", "roles", "words"),
    [
        ("no address", ["issuer"], "not an e-mail address"),
        ("a@people.example", [], "at least one role"),
        ("a@people.example", ["emperor"], "no such role"),
    ],
)
def test_a_bad_invitation_is_refused_and_not_sent(northfield, alice, email, roles, words):
    with pytest.raises(UsageError, match=words):
        actions.invite(northfield, actor=alice, email=email, roles=roles)
    assert not OutboxMail.everywhere.exists()


@pytest.mark.parametrize(
    "role", ["designer", "reviewer", "assessor", "issuer", "recogniser", "recruiter", "analyst"]
)
def test_only_owners_decide_about_people(northfield, alice, join, person, role):
    worker = join(person("wanda"), northfield, role)
    with pytest.raises(PermissionDenied):
        actions.invite(northfield, actor=worker, email="x@people.example", roles=["owner"])
    with pytest.raises(PermissionDenied):
        actions.give_role(northfield, actor=worker, user=person("xena"), role="owner")
    with pytest.raises(PermissionDenied):
        actions.end_role(Membership.everywhere.get(user=alice), actor=worker)
    assert queries.roles_of(alice, northfield) == {"owner"}


def test_a_stranger_cannot_even_tell(northfield, alice, charlie):
    with pytest.raises(Http404):
        actions.invite(northfield, actor=charlie, email="x@people.example", roles=["owner"])
    with pytest.raises(Http404):
        actions.end_role(Membership.everywhere.get(user=alice), actor=charlie)


def test_rights_end_in_the_same_moment(client, northfield, alice, join, person):
    worker = join(person("wanda"), northfield, "owner")
    client.force_login(worker)
    assert client.get("/manage/northfield/settings").status_code == 200
    actions.end_role(Membership.everywhere.get(user=worker), actor=alice)
    assert client.get("/manage/northfield/settings").status_code == 404
    with pytest.raises(Http404):
        actions.edit_organisation(northfield, actor=worker, name="Still mine")
    with pytest.raises(UsageError, match="ended already"):
        actions.end_role(Membership.everywhere.get(user=worker), actor=alice)


def test_the_last_owner_stays_until_there_is_another(northfield, alice, person):
    own = Membership.everywhere.get(user=alice)
    with pytest.raises(UsageError, match="Somebody has to own") as caught:
        actions.end_role(own, actor=alice)
    assert caught.value.reason == "role.last-owner"
    actions.give_role(northfield, actor=alice, user=person("otto"), role="owner")
    actions.end_role(own, actor=alice)
    assert queries.roles_of(alice, northfield) == set()


def test_an_owner_who_cannot_sign_in_is_none(northfield, alice, person, join):
    join(person("gone", is_active=False), northfield, "owner")
    with pytest.raises(UsageError, match="Somebody has to own"):
        actions.end_role(Membership.everywhere.get(user=alice), actor=alice)


def test_the_owner_of_a_unit_may_go_since_the_one_above_is_left(northfield, alice, person):
    unit = actions.create_unit(northfield, actor=alice, name="Arts", unit_kind="faculty")
    dean = person("dean")
    made = actions.give_role(unit, actor=alice, user=dean, role="owner")
    actions.end_role(made, actor=dean)
    assert queries.roles_of(dean, unit) == set()


def test_the_owner_of_a_unit_decides_there_and_not_above(northfield, alice, bob, person):
    unit = actions.create_unit(northfield, actor=alice, name="Arts", unit_kind="faculty")
    dean = person("dean")
    actions.give_role(unit, actor=alice, user=dean, role="owner")
    actions.give_role(unit, actor=dean, user=bob, role="issuer")
    assert queries.may(bob, P.AWARD, unit)
    assert not queries.may(bob, P.AWARD, northfield)
    with pytest.raises(Http404):
        actions.give_role(northfield, actor=dean, user=bob, role="owner")
    with pytest.raises(Http404):
        actions.end_role(Membership.everywhere.get(user=alice), actor=dean)


def test_giving_a_role_twice_gives_it_once(northfield, alice, bob):
    one = actions.give_role(northfield, actor=alice, user=bob, role="issuer")
    two = actions.give_role(northfield, actor=alice, user=bob, role="issuer")
    assert one.pk == two.pk
    assert AuditEvent.objects.filter(verb="role.given").count() == 1


def test_the_people_page_does_it_all(client, northfield, alice, bob):
    client.force_login(alice)
    page = client.post(
        "/manage/northfield/people",
        {"email": "new@people.example", "roles": ["issuer"]},
        follow=True,
    )
    assert "The invitation is on its way to new@people.example." in page.text
    client.post("/manage/northfield/people/give", {"user": str(bob.pk), "role": "analyst"})
    assert queries.roles_of(bob, northfield) == {"assessor", "analyst"}
    role = Membership.everywhere.get(user=bob, role="assessor")
    client.post(f"/manage/northfield/people/{role.pk}/end")
    assert queries.roles_of(bob, northfield) == {"analyst"}
    invitation = Invitation.everywhere.get()
    page = client.post(
        f"/manage/northfield/people/invitations/{invitation.pk}/withdraw", follow=True
    )
    assert "The invitation no longer works." in page.text
    assert "new@people.example" not in page.text.split("Invite somebody")[0]


def test_a_person_gives_up_a_role_alone(client, northfield, alice, bob):
    client.force_login(bob)
    role = Membership.everywhere.get(user=bob)
    answer = client.post(f"/manage/northfield/people/{role.pk}/end")
    assert answer["Location"] == "/manage"
    assert queries.roles_of(bob, northfield) == set()


def test_whoever_can_no_longer_sign_in_has_no_rights_and_no_open_invitations(
    northfield, alice, person, join
):
    second = join(person("second"), northfield, "owner")
    _made, token = invited(northfield, second)
    assert actions.find_invitation(token) is not None
    second.is_active = False
    second.save()
    assert queries.roles_of(second, northfield) == set()
    assert actions.find_invitation(token) is None
