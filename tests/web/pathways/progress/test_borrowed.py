"""What a learner brings that must not count: of others, packed into their own, or changed."""

from __future__ import annotations

import orjson
import pytest

from simulators.issuer import Issuer
from stackmark_web.jobs import worker
from stackmark_web.passport.actions import import_credential
from stackmark_web.passport.models import Holding
from stackmark_web.pathways import queries_trials
from stackmark_web.pathways.actions import designing, trying
from stackmark_web.pathways.errors import Problem
from stackmark_web.pathways.held import counted, held

from .conftest import asks

HOLDER = {
    "type": "IdentityObject",
    "hashed": False,
    "identityHash": "ada@people.example",
    "identityType": "emailAddress",
}


def packed(issuer, *inner, key="did:example:alice"):
    """A learner record about Ada around credentials, signed by whoever packs it."""
    made = issuer.clr(*inner)
    made["id"] = f"urn:example:{issuer.did[-6:]}"
    made["credentialSubject"] |= {"id": key, "identifier": [HOLDER]}
    if not key:
        del made["credentialSubject"]["id"]
    return issuer.sign(made)


def test_anothers_badge_in_a_record_of_ones_own_does_not_count(ada, university, badge, web, trust):
    trust()
    packer = Issuer(web, did=None, number=1)
    row = import_credential(ada, packed(packer, badge(email="mallory@people.example"), key=""))
    assert (row.provenance, row.match) == (Holding.Provenance.VERIFIED, "yes")
    assert counted(held(ada, university)) == []
    assert counted(held(ada)) == []


def test_nobodys_badge_in_a_record_of_ones_own_does_not_count(ada, university, badge, web, trust):
    trust()
    import_credential(ada, packed(Issuer(web, did=None, number=1), badge(email="")))
    assert counted(held(ada, university)) == []


def test_ones_own_badge_in_a_record_counts(ada, university, badge, web, trust):
    trust()
    import_credential(ada, packed(Issuer(web, did=None, number=1), badge(), key=""))
    assert [one.title for one in counted(held(ada, university))] == ["Soil Science I"]


def test_what_its_issuer_packs_about_one_person_counts(ada, university, badge, issuer, trust):
    trust()
    import_credential(ada, packed(issuer, badge(email="")))
    assert [one.title for one in counted(held(ada, university))] == ["Soil Science I"]


def test_an_unsigned_badge_in_a_record_of_ones_own_does_not_count(
    ada, university, badge, web, trust
):
    trust()
    bare = orjson.loads(badge())
    del bare["proof"]
    import_credential(ada, packed(Issuer(web, did=None, number=1), bare, key=""))
    assert counted(held(ada, university)) == []


def test_a_copy_that_does_not_count_hides_none_that_does(ada, university, badge, web, trust):
    trust()
    import_credential(ada, packed(Issuer(web, did=None, number=1), badge(email="")))
    import_credential(ada, packed(Issuer(web, did=None, number=2), badge(), key=""))
    assert len(counted(held(ada, university))) == 1


# -- what the body itself signed ---------------------------------------------------------------


def test_anothers_award_of_ours_in_a_record_of_ones_own_does_not_count(
    ada, person, university, soil, give, web
):
    award = give(soil, user=person("mallory")).award
    made = packed(Issuer(web, did=None, number=1), bytes(award.signed), key="")
    row = import_credential(ada, made)
    assert row.provenance == Holding.Provenance.VERIFIED
    assert counted(held(ada, university)) == []


def test_a_decision_as_a_file_is_no_credential_of_the_body(
    ada, person, university, soil, brought, recognised
):
    decision = recognised(brought(), soil)
    signed = bytes(decision.signed)
    decision.holding.delete()
    mallory = person("mallory")
    for who in (ada, mallory):
        import_credential(who, signed)
    assert [one.id for one in counted(held(ada, university))] == ["https://uni.example/c/1"]
    assert held(mallory, university) == ()


# -- decisions are about exact bytes -----------------------------------------------------------


def test_a_decision_is_not_about_another_edition(
    ada, university, soil, brought, recognised, issuer
):
    """The same id and issuer, other contents: nobody compared these."""
    first = brought()
    recognised(first, soil)
    grander = issuer.achievement(name="Soil Science IX") | {"id": None, "identifier": [HOLDER]}
    del grander["id"]
    brought(1, validFrom="2026-05-01T00:00:00Z", credentialSubject=grander)
    (found,) = held(ada, university)
    assert (found.holding.title, found.counts, found.ask) == ("Soil Science IX", False, True)
    assert "another edition" in found.why


def test_a_refusal_is_not_evaded_by_another_edition(
    ada, university, soil, brought, recognised, issuer, trust
):
    trust()
    recognised(brought(), soil, verdict="refused")
    brought(1, validFrom="2026-05-01T00:00:00Z")
    assert counted(held(ada, university)) == []


def test_a_decision_about_a_part_of_a_record_applies_to_that_part(
    ada, university, soil, badge, web, recognised
):
    data = packed(Issuer(web, did=None, number=1), badge(), key="")
    recognised(import_credential(ada, data), soil)
    (found,) = held(ada, university)
    assert (found.provenance, found.counts) == ("recognised", True)
    assert found.holding.achievement == soil.signable["id"]


# -- whose credentials a draft may be tried on -------------------------------------------------


def test_a_draft_is_tried_on_nobody_who_learns_elsewhere(
    organisation, university, soil, give, brought, person
):
    """A body that drafts rules about others' credentials learns nothing of who holds them."""
    give(soil, user=person("ben"))
    brought()
    nosy = designing.create(
        organisation("nosy", name="Nosy College"),
        actor=None,
        kind="certificate",
        title="Who holds it?",
        achievement=None,
        rules={"rule": asks(soil)},
    )
    with pytest.raises(Problem, match="nobody yet"):
        trying.try_on_everyone(nosy, actor=None)
    whoever = {"rule": {"id": "any", "count": {"min": 1, "select": {}}}}
    nosy = designing.save_rules(nosy, actor=None, rules=whoever, revision=nosy.revision)
    with pytest.raises(Problem, match="nobody yet"):
        trying.try_on_everyone(nosy, actor=None)


def test_who_did_not_join_is_tried_by_what_was_issued_here_alone(
    university, soil, give, ada, brought, trust
):
    trust()
    brought()
    give(soil)
    draft = designing.create(
        university,
        actor=None,
        kind="certificate",
        title="Who brought one?",
        achievement=None,
        rules={"rule": {"id": "any", "count": {"min": 2, "select": {}}}},
    )
    trial = trying.try_on_everyone(draft, actor=None)
    while worker.work_once("here:1"):
        pass
    assert queries_trials.outcome(trial).no == 1
