"""Every action of tenancy and accounts leaves an event that names who did what to which thing."""

from __future__ import annotations

import inspect

import orjson
import pytest
from django.apps import apps

from simulators.issuer import CREATED, Issuer, Web
from stackmark.trust.handover import sign
from stackmark_web import clock
from stackmark_web.accounts import actions as account_actions
from stackmark_web.accounts.models import User
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.sentences import SENTENCES, Told
from stackmark_web.tenancy import actions, proving, queries
from stackmark_web.tenancy.models import Membership, Organisation

# Actions that change nothing anybody could ask about: they read, keep a picture, or are told.
SILENT = {"find_invitation", "keep_drawing", "keep_picture", "store_image", "on_key_change"}


class Nothing:
    def fetch(self, url):
        raise AssertionError(url)


class Document:
    """The did.json an organisation publishes on its own host."""

    def __init__(self, organisation):
        self.organisation = organisation

    def fetch(self, url):
        import orjson

        waiting = queries.waiting_key(self.organisation)
        return orjson.dumps(queries.did_document(self.organisation, did=waiting.did))


def no_record(name):
    from stackmark_web.tenancy.dns_txt import NoRecord

    raise NoRecord(name)


@pytest.fixture
def scene(northfield, alice, bob, person):
    """What each action is called with here."""
    tools = proving.Tools(Nothing(), no_record)

    def domain():
        return actions.add_domain(northfield, actor=alice, name="n.example", method="dns")

    def invitation():
        from stackmark_web.integrations.models import OutboxMail

        made = actions.invite(
            northfield, actor=alice, email="dora@people.example", roles=["issuer"]
        )
        letter = OutboxMail.everywhere.get(key=f"invitation:{made.pk}").text
        return made, letter.partition("/invitations/")[2].split()[0]

    def published():
        actions.want_did_host(northfield, actor=alice, host="ids.northfield.example")
        return actions.check_published(northfield, actor=alice, fetcher=Document(northfield))

    def rechecked():
        row = domain()
        row.verified_at = "2026-01-01T00:00:00Z"
        row.save()
        return actions.recheck_domains(tools=tools)

    def key():
        return queries.active_key(northfield) or actions.make_key(northfield, actor=alice)

    def handed():
        key()
        return actions.offer_handover(
            northfield,
            actor=alice,
            successor="did:web:after.example",
            successor_name="After",
            why="closing",
            from_day=clock.today(),
        )

    def taken(action):
        key()
        after = Organisation.objects.create(slug="after", kind="college", name="After")
        actions.make_key(after, actor=None)
        row = actions.offer_handover(
            northfield, actor=alice, successor="after", why="closing", from_day=clock.today()
        )
        Membership.everywhere.create(user=alice, organisation=after, role="owner")
        return action(row, actor=alice)

    def came_back():
        row, after = handed(), Issuer(Web(), "did:web:after.example")
        made = sign(row.statement, signer=after.key, method=after.method, created=CREATED)
        return actions.take_statement(row, actor=alice, data=orjson.dumps(made), fetcher=after.web)

    return {
        "accept_handover": lambda: taken(actions.accept_handover),
        "declare_lost": lambda: actions.declare_lost(key(), actor=alice),
        "decline_handover": lambda: taken(actions.decline_handover),
        "offer_handover": handed,
        "take_statement": came_back,
        "withdraw_handover": lambda: actions.withdraw_handover(handed(), actor=alice),
        "accept_invitation": lambda: actions.accept_invitation(
            invitation()[1], user=person("dora")
        ),
        "add_domain": domain,
        "check_domain": lambda: actions.check_domain(domain(), actor=alice, tools=tools),
        "check_published": published,
        "create_organisation": lambda: actions.create_organisation(
            actor=alice, name="New", kind="college"
        ),
        "create_unit": lambda: actions.create_unit(
            northfield, actor=alice, name="Arts", unit_kind="faculty"
        ),
        "edit_organisation": lambda: actions.edit_organisation(northfield, actor=alice, name="N"),
        "edit_profile": lambda: account_actions.edit_profile(alice, actor=alice, name="Alice A."),
        "end_role": lambda: actions.end_role(Membership.everywhere.get(user=bob), actor=alice),
        "give_role": lambda: actions.give_role(northfield, actor=alice, user=bob, role="issuer"),
        "invite": lambda: invitation()[0],
        "make_key": lambda: actions.make_key(northfield, actor=alice),
        "recheck_domains": rechecked,
        "remove_domain": lambda: actions.remove_domain(domain(), actor=alice),
        "revoke_key": lambda: actions.revoke_key(key(), actor=alice),
        "rotate_key": lambda: (key(), actions.rotate_key(northfield, actor=alice)),
        "set_brand": lambda: actions.set_brand(northfield, actor=alice, accent="#123456"),
        "set_register_rule": lambda: actions.set_register_rule(
            northfield, actor=alice, keeps="years", years=10, reason="Law"
        ),
        "set_operator": lambda: account_actions.set_operator(alice, operator=True, actor=None),
        "set_logo": lambda: actions.set_logo(northfield, actor=alice, data=None),
        "set_signature": lambda: actions.set_signature(northfield, actor=alice, data=None),
        "want_did_host": lambda: actions.want_did_host(
            northfield, actor=alice, host="ids.northfield.example"
        ),
        "withdraw_invitation": lambda: actions.withdraw_invitation(invitation()[0], actor=alice),
    }


VERBS = {
    "accept_handover": "handover.accepted",
    "declare_lost": "key.lost",
    "decline_handover": "handover.declined",
    "offer_handover": "handover.offered",
    "set_register_rule": "organisation.register-rule",
    "take_statement": "handover.accepted",
    "withdraw_handover": "handover.withdrawn",
    "accept_invitation": "invitation.accepted",
    "add_domain": "domain.added",
    "check_domain": "domain.checked",
    "check_published": "key.published",
    "create_organisation": "organisation.created",
    "create_unit": "unit.created",
    "edit_organisation": "organisation.edited",
    "edit_profile": "account.edited",
    "end_role": "role.ended",
    "give_role": "role.given",
    "invite": "invitation.sent",
    "make_key": "key.made",
    "recheck_domains": "domain.checked",
    "remove_domain": "domain.removed",
    "revoke_key": "key.revoked",
    "rotate_key": "key.rotated",
    "set_brand": "organisation.edited",
    "set_logo": "organisation.logo",
    "set_signature": "organisation.signature",
    "set_operator": "account.operator",
    "want_did_host": "organisation.did_host_wanted",
    "withdraw_invitation": "invitation.withdrawn",
}


def test_the_list_is_whole():
    own = {
        name
        for name, value in inspect.getmembers(account_actions, inspect.isfunction)
        if value.__module__ == account_actions.__name__ and not name.startswith("_")
    }
    assert set(VERBS) == (set(actions.__all__) | own) - SILENT


@pytest.mark.parametrize("name", sorted(VERBS))
def test_the_action_leaves_its_event(scene, alice, name):
    scene[name]()
    events = AuditEvent.objects.filter(verb=VERBS[name])
    assert events.count() == 1
    event = events.get()
    assert event.target_id
    system = {"recheck_domains": "The system", "set_operator": "The system"}
    expected = {"accept_invitation": "Dora", **system}.get(name)
    assert Told(event).who == (expected or str(event.actor))
    assert expected or event.actor == alice


@pytest.mark.parametrize(
    "name",
    [
        *("add_domain", "create_organisation", "create_unit", "edit_organisation", "edit_profile"),
        *("end_role", "give_role", "invite", "make_key", "set_brand", "want_did_host"),
    ],
)
def test_a_change_whose_event_cannot_be_written_is_not_made(scene, name, monkeypatch):
    class Broken(Exception):
        pass

    def broken(event, **how):
        raise Broken

    monkeypatch.setattr(AuditEvent, "save", broken)
    before = everything()
    with pytest.raises(Broken):
        scene[name]()
    assert everything() == before


def everything():
    """Each row of tenancy and of people."""
    models = [*apps.get_app_config("tenancy").get_models(), User]
    return [list(model._base_manager.order_by("pk").values()) for model in models]


def test_every_event_of_ours_has_a_sentence():
    assert set(VERBS.values()) - {"account.edited"} <= set(SENTENCES)
    for pattern in SENTENCES.values():
        assert (pattern % {"who": "A", "what": "B", "whom": "C"}).strip()


def test_no_address_goes_into_an_event(scene):
    for name in ("invite", "withdraw_invitation", "accept_invitation"):
        scene[name]()
    for event in AuditEvent.objects.all():
        assert "@" not in f"{event.before}{event.after}{event.target_label}"
