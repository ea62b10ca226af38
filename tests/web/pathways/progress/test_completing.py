"""From met rules to an award: by itself where that was chosen, else by a board."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark.model.holding import read_holdings
from stackmark.stacking.parse import read_rules
from stackmark.stacking.witness import Witness, check
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.people import code_of
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.jobs.worker import work_once
from stackmark_web.passport import claiming
from stackmark_web.pathways import sealing
from stackmark_web.pathways.actions import auditing, automatic, completing, conferring, following
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.models import Completion, ConferralList, Following, Pathway
from stackmark_web.verifying import actions as verifying

from .conftest import both


@pytest.fixture
def complete(ada, soil, maps, give, django_capture_on_commit_callbacks):
    """Ada has everything and follows: complete(pathway)."""

    def make(pathway, user=None):
        for version in (soil, maps):
            give(version, user=user)
        with django_capture_on_commit_callbacks(execute=True):
            made = following.follow(user or ada, pathway)
        return Completion.everywhere.filter(following=made).first()

    return make


@pytest.fixture
def confer(django_capture_on_commit_callbacks, alice):
    def make(done, minute="Board of 1 June: all agreed."):
        with django_capture_on_commit_callbacks(execute=True):
            conferring.confer_one(done, actor=alice, minute=minute)
        done.refresh_from_db()
        return done

    return make


def test_a_board_is_waited_for(pathway, complete, ada):
    done = complete(pathway())
    assert (done.state, done.automatic, done.award) == ("waiting", False, None)
    assert not Award.everywhere.filter(version__title="Field Science").exists()
    letter = OutboxMail.everywhere.get(kind="pathway-complete")
    assert letter.to == ada.email
    assert "need not do anything" in letter.text


def test_it_is_awarded_by_itself_where_the_body_chose_so(pathway, complete, ada):
    done = complete(pathway(conferral="automatic"))
    assert (done.state, done.automatic) == ("awarded", True)
    assert done.award.state == "offered"
    assert done.award.recipient_email == ada.email
    assert OutboxMail.everywhere.filter(kind="offer", award_id=done.award.pk).count() == 1
    assert not OutboxMail.everywhere.filter(kind="pathway-complete").exists()


def test_a_degree_module_is_never_awarded_by_software(pathway, complete):
    one = pathway()
    Pathway.everywhere.filter(pk=one.pk).update(conferral="automatic", kind="degree-module")
    one.refresh_from_db()
    done = complete(one)
    assert (done.state, done.automatic) == ("waiting", False)


def test_what_hinders_an_award_is_tried_again(
    pathway, soil, maps, give, ada, django_capture_on_commit_callbacks, monkeypatch
):
    from stackmark.errors import UsageError

    def away(awards, **_more):
        raise UsageError("run.signer", "The signer is away.")

    one = pathway(conferral="automatic")
    for version in (soil, maps):
        give(version)
    with monkeypatch.context() as broken, django_capture_on_commit_callbacks(execute=True):
        broken.setattr("stackmark_web.awarding.actions.offering.issuing.sign_many", away)
        following.follow(ada, one)
    done = Completion.everywhere.get()
    assert done.state == "waiting"
    with (
        clock.at(clock.now() + timedelta(minutes=2)),
        django_capture_on_commit_callbacks(execute=True),
    ):
        automatic.award_waiting()
        automatic.award_waiting()
    done.refresh_from_db()
    assert done.state == "awarded"
    assert Award.everywhere.filter(version__title="Field Science").count() == 1


def test_the_award_seals_witness_rules_and_holdings(pathway, complete):
    done = complete(pathway(conferral="automatic"))
    award = Award.everywhere.get(pk=done.award_id)
    tree = orjson.loads(bytes(award.signed))
    named = {one["id"].rsplit("/", 1)[1]: one for one in tree["relatedResource"]}
    assert set(sealing.FILES) <= set(named)
    done = Completion.everywhere.get(pk=done.pk)  # as any database gives it back
    for name in sealing.FILES:
        data = sealing.file_of(done, name)
        assert sealing.at(named[name]["id"]) == data
        digest = {one["sha256"] for one in award.related if one["url"].endswith(name)}
        assert digest == {hashlib.sha256(data).hexdigest()}
    assert done.version.sha256 == hashlib.sha256(sealing.file_of(done, "rules.json")).hexdigest()
    checked = verifying.check(bytes(award.signed))
    assert checked.report.verdict == "verified"
    assert checked.report.check("related").outcome == "passed"


def test_the_sealed_files_prove_it_by_themselves(pathway, complete):
    done = complete(pathway(conferral="automatic"))
    files = {name: orjson.loads(sealing.file_of(done, name)) for name in sealing.FILES}
    rules = read_rules(files["rules.json"])
    holdings = read_holdings(files["holdings.json"])
    assert check(Witness.from_json(files["witness.json"]), rules, holdings) == ()


def test_a_stranger_to_addresses_gets_no_file(pathway, complete):
    done = complete(pathway())
    url = sealing.file_url(done, "witness.json")
    assert sealing.at(url) is not None
    assert sealing.at(url.replace("witness", "secret")) is None
    assert sealing.at(url.replace(str(done.pk), "x" * 36)) is None
    assert sealing.at("https://elsewhere.example" + url) is None


def test_the_board_confers_one_with_a_minute(pathway, complete, confer, alice, ada):
    done = confer(complete(pathway()))
    assert (done.state, done.decided_by) == ("awarded", alice)
    assert done.list.minute == "Board of 1 June: all agreed."
    assert done.award.state == "offered"
    assert OutboxMail.everywhere.filter(kind="pathway-conferred").count() == 1
    event = AuditEvent.objects.get(verb="completion.conferred")
    assert event.after == {"user": code_of(ada)}


def test_conferring_twice_awards_once(pathway, complete, confer, alice):
    done = confer(complete(pathway()))
    with pytest.raises(Problem, match="in the meantime"):
        conferring.confer_one(done, actor=alice, minute="Again.")
    assert Award.everywhere.filter(version__title="Field Science").count() == 1


def test_without_a_minute_nothing_is_conferred(pathway, complete, alice):
    done = complete(pathway())
    with pytest.raises(Problem, match="what it decided"):
        conferring.confer_one(done, actor=alice, minute=" \x00 ")
    done.refresh_from_db()
    assert done.state == "waiting"


@pytest.mark.parametrize("who", ["bob", "charlie"])
def test_only_who_awards_confers(pathway, complete, request, who):
    done = complete(pathway())
    with pytest.raises((PermissionDenied, Http404)):
        conferring.confer_one(done, actor=request.getfixturevalue(who), minute="Yes.")
    with pytest.raises((PermissionDenied, Http404)):
        conferring.refuse(done, actor=request.getfixturevalue(who), reason="No.")


def test_nobody_confers_on_themselves(pathway, complete, ada, northfield, join, alice, confer):
    join(ada, northfield, "owner")
    done = complete(pathway())
    listed = conferring.make_list(done.version.pathway, actor=ada, name="June")
    for act in (
        lambda: conferring.confer_one(done, actor=ada, minute="Me."),
        lambda: conferring.confer(listed, actor=ada, minute="All."),
        lambda: conferring.refuse(done, actor=ada, reason="Me."),
    ):
        with pytest.raises(Problem, match="colleague"):
            act()
    done.refresh_from_db()
    assert done.state == "waiting"
    assert confer(done).state == "awarded"


def test_of_two_who_confer_at_once_one_does(pathway, complete, alice, monkeypatch):
    """The second comes between the first one's look and its award."""
    done = complete(pathway())
    look, calls = conferring._still_good, []

    def twice(found):
        good = look(found)
        if not calls:
            calls.append(1)
            conferring._together(Completion.everywhere.filter(pk=done.pk), actor=alice)
        return good

    monkeypatch.setattr(conferring, "_still_good", twice)
    with pytest.raises(Problem, match="in the meantime"):
        conferring.confer_one(done, actor=alice, minute="All agreed.")
    assert Award.everywhere.filter(version__title="Field Science").count() == 1
    assert AuditEvent.objects.filter(verb="completion.conferred").count() == 1
    done.refresh_from_db()
    assert (done.state, done.award.state) == ("awarded", "offered")


def test_a_refusal_is_told_with_its_reason_and_not_asked_again(
    pathway, complete, alice, ada, settled, give, soil
):
    done = complete(pathway())
    conferring.refuse(done, actor=alice, reason="The maps were not yours.")
    done.refresh_from_db()
    assert done.state == "refused"
    assert "The maps were not yours." in OutboxMail.everywhere.get(kind="pathway-refused").text
    Following.objects.update(inputs="")
    auditing.mark_people([ada.pk])
    settled()
    assert Completion.everywhere.count() == 1
    again = give(soil, again=True)  # in the place of the first: the board is asked again
    old = Award.everywhere.exclude(pk=again.award_id).get(version=soil)
    awarding.revoke(old, actor=None, reason="issued-in-error")
    settled()
    assert Completion.everywhere.filter(state="waiting").count() == 1


def test_what_is_revoked_between_list_and_meeting_is_not_conferred(pathway, complete, alice):
    done = complete(pathway())
    listed = conferring.make_list(done.version.pathway, actor=alice, name="June")
    victim = Award.everywhere.get(version__title="Field maps")
    awarding.revoke(victim, actor=None, reason="issued-in-error")
    with pytest.raises(Problem, match="no longer complete"):
        conferring.confer(listed, actor=alice, minute="All.")
    done.refresh_from_db()
    assert (done.state, done.award) == ("lost", None)


def test_many_are_conferred_by_a_run_that_may_be_killed(
    pathway, complete, person, alice, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(conferring, "AT_ONCE", 2)
    monkeypatch.setattr(conferring, "CHUNK", 2)
    one = pathway()
    people = [person(f"learner{number}") for number in range(5)]
    for who in people:
        complete(one, user=who)
    listed = conferring.make_list(one, actor=alice, name="June")
    run = conferring.confer(listed, actor=alice, minute="All five.")
    assert run.total == 5
    with django_capture_on_commit_callbacks(execute=True):
        work_once("first")
        # The worker is killed after it signed and before it said so.
        Chunk.objects.filter(run=run, number=0).update(state="waiting", lease_until=None)
        while work_once("second"):
            pass
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert Completion.everywhere.filter(state="awarded").count() == 5
    assert Award.everywhere.filter(version__title="Field Science").count() == 5
    assert OutboxMail.everywhere.filter(kind="pathway-conferred").count() == 5


def test_a_list_takes_everybody_who_waits_once(pathway, complete, alice):
    done = complete(pathway())
    listed = conferring.make_list(done.version.pathway, actor=alice, name="June")
    done.refresh_from_db()
    assert done.list == listed
    with pytest.raises(Problem, match="on a list already"):
        conferring.make_list(done.version.pathway, actor=alice, name="July")
    assert ConferralList.everywhere.count() == 1


def test_who_is_awarded_is_never_lost(pathway, complete, confer, settled):
    done = confer(complete(pathway()))
    victim = Award.everywhere.get(version__title="Field maps")
    awarding.revoke(victim, actor=None, reason="issued-in-error")
    settled()
    done.refresh_from_db()
    assert done.state == "awarded"


# -- a micro-certification ---------------------------------------------------------------------


@pytest.fixture
def lasting(pathway):
    """A micro-certification of 18 months, renewed by two continuing credits."""
    return lambda **more: pathway(
        kind="micro-certification", renewal_months=18, continuing_credits=2, **more
    )


def test_it_ends_after_its_cycle(lasting, complete):
    done = complete(lasting(conferral="automatic"))
    assert done.award.valid_until.date().isoformat() == "2027-12-01"


def test_continuing_credits_renew_it(
    lasting, complete, achievement, give, settled, ada, django_capture_on_commit_callbacks
):
    done = complete(lasting(conferral="automatic"))
    with django_capture_on_commit_callbacks(execute=True):
        claiming.keep(done.award, user=ada)
    with clock.at(clock.now() + timedelta(days=300)):
        give(achievement("Drones", worth=2))
        settled()
        assert Completion.everywhere.count() == 1  # far too early
    with clock.at(clock.now() + timedelta(days=520)):
        settled()
        first, second = Completion.everywhere.order_by("made_at")
        assert (first.state, second.state) == ("renewed", "awarded")
        assert second.award.valid_until.date().isoformat() == "2029-05-03"
        assert second.witness["award"].endswith("#renewal")
        assert completing.holds(second)
        assert [one["title"] for one in second.holdings["holdings"]] == ["Drones"]


def test_credits_from_before_do_not_renew_it(lasting, complete, achievement, give, settled, ada):
    give(achievement("Drones", worth=2))
    complete(lasting(conferral="automatic"))
    with clock.at(clock.now() + timedelta(days=520)):
        auditing.mark_people([ada.pk])
        settled()
    assert Completion.everywhere.count() == 1


def test_a_refused_renewal_leaves_what_there_was(
    lasting, complete, confer, achievement, give, settled, alice, ada
):
    done = confer(complete(lasting()))
    with clock.at(clock.now() + timedelta(days=520)):
        give(achievement("Drones", worth=2))
        settled()
        second = Completion.everywhere.get(state="waiting")
        conferring.refuse(second, actor=alice, reason="Drones are no soil.")
        done.refresh_from_db()
        assert done.state == "awarded"
        Following.objects.update(inputs="")
        auditing.mark_people([ada.pk])
        settled()
        assert not Completion.everywhere.filter(state="waiting").exists()


def test_what_changed_after_a_signer_was_away_is_sealed_as_it_is_now(
    pathway, complete, alice, give, soil, settled, monkeypatch, confer
):
    """The draft of the first try names the digests of a witness that is no more."""
    from stackmark.errors import UsageError

    def away(awards, **_more):
        raise UsageError("run.signer", "The signer is away.")

    done = complete(pathway())
    with monkeypatch.context() as broken:
        broken.setattr("stackmark_web.awarding.actions.offering.issuing.sign_many", away)
        with pytest.raises(UsageError, match="away"):
            conferring.confer_one(done, actor=alice, minute="All agreed.")
    again = give(soil, again=True)
    old = Award.everywhere.exclude(pk=again.award_id).get(version=soil)
    awarding.revoke(old, actor=None, reason="issued-in-error")
    settled()
    done.refresh_from_db()
    assert done.state == "waiting"
    assert again.credential_id in [one["holding"] for one in done.witness["uses"]]
    award = confer(done).award
    assert {one["sha256"] for one in award.related} == {
        hashlib.sha256(sealing.file_of(done, name)).hexdigest() for name in sealing.FILES
    }


# -- credentials used before -------------------------------------------------------------------


def test_a_credential_serves_one_award_where_the_rules_say_so(
    pathway, complete, soil, maps, ada, django_capture_on_commit_callbacks
):
    first = pathway(conferral="automatic")
    done = complete(first)
    rule = both(soil, maps)
    for leaf in rule["all"]:
        leaf["count"]["select"]["not_applied_to"] = [first.current.rules["id"]]
    with django_capture_on_commit_callbacks(execute=True):
        again = following.follow(ada, pathway(rule=rule))
    assert done.state == "awarded"
    assert again.verdict == "no"
    assert "used" in " ".join(again.audit["explanation"]) or again.audit["notCounted"]


def test_a_use_goes_into_the_ledger_where_the_learner_opted_in(pathway, complete, ada):
    from stackmark_web.recognising.actions import ledger
    from stackmark_web.recognising.models import LedgerEntry

    ledger.opt_in(ada)
    done = complete(pathway(conferral="automatic"))
    entries = list(LedgerEntry.objects.values_list("act", flat=True))
    assert done.state == "awarded"
    assert len(entries) == 4  # each of two is opened and used


def test_nothing_goes_into_the_ledger_otherwise(pathway, complete):
    from stackmark_web.recognising.models import LedgerEntry

    complete(pathway(conferral="automatic"))
    assert not LedgerEntry.objects.exists()


def test_leaving_and_joining_again_awards_nothing_twice(pathway, complete, ada, settled):
    one = pathway(conferral="automatic")
    done = complete(one)
    first = done.following
    following.leave(first, actor=ada)
    again = following.follow(ada, one)
    settled()
    assert again.pk == first.pk
    assert Completion.everywhere.count() == 1


def test_who_deleted_their_account_is_on_no_list(pathway, complete, ada, alice):
    one = pathway()
    complete(one)
    ada.delete()
    with pytest.raises(Problem, match="Nobody waits"):
        conferring.make_list(one, actor=alice, name="June")
