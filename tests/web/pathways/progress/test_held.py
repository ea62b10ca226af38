"""What somebody holds, for a body: own, trusted, recognised, and what does not count yet."""

from __future__ import annotations

import datetime as dt

from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.pathways.held import counted, held


def only(user, body=None):
    (found,) = held(user, body)
    return found


def test_an_own_credential_counts_with_its_facts(ada, university, achievement, give):
    row = give(achievement("Soil sampling"))
    found = only(ada, university)
    assert (found.provenance, found.counts, found.row) == ("issued-here", True, row)
    one = found.holding
    assert (one.title, one.level, one.credits.low, one.status) == ("Soil sampling", 6, 5, "valid")
    assert one.provenance == "verified"
    assert one.id == row.credential_id


def test_what_kind_its_issuer_is_is_known_of_organisations_here(
    ada, university, achievement, give, brought, trust
):
    give(achievement("Soil sampling"))
    assert only(ada, university).holding.issuer_classes == ("university",)
    brought()
    trust()
    foreign = next(one for one in held(ada, university) if one.provenance == "trusted")
    assert foreign.holding.issuer_classes == ()


def test_our_own_revocation_counts_at_once(ada, university, achievement, give):
    row = give(achievement("Soil sampling"))
    awarding.revoke(row.award, actor=None, reason="issued-in-error")
    assert only(ada, university).holding.status == "revoked"


def test_a_foreign_one_waits_for_a_decision(ada, university, brought):
    brought()
    found = only(ada, university)
    assert (found.provenance, found.counts, found.ask) == ("not-decided", False, True)
    assert "not decided yet" in found.why
    assert counted([found]) == []


def test_a_foreign_one_counts_when_its_issuer_is_trusted(ada, university, brought, trust):
    brought()
    trust()
    found = only(ada, university)
    assert (found.provenance, found.counts) == ("trusted", True)
    assert "accepts this issuer" in found.why


def test_trust_begins_on_a_day(ada, university, brought, trust):
    brought()
    entry = trust()
    entry.valid_from = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    entry.save()
    assert only(ada, university).provenance == "not-decided"


def test_somebody_elses_badge_does_not_count(ada, university, brought, trust):
    brought(email="mallory@people.example")
    trust()
    found = only(ada, university)
    assert (found.counts, "another address" in found.why) == (False, True)
    assert only(ada).counts is False


def test_a_badge_about_nobody_in_particular_needs_a_decision(ada, university, brought, trust):
    brought(email="")
    trust()
    found = only(ada, university)
    assert (found.counts, found.ask) == (False, True)
    assert "about you" in found.why


def test_for_nobodys_rules_every_verified_one_counts(ada, brought):
    brought()
    assert (only(ada).provenance, only(ada).counts) == ("trusted", True)


def test_a_forged_one_is_shown_and_never_counts(ada, university, badge, trust):
    from stackmark_web.passport.actions import import_credential

    import_credential(ada, badge().replace(b"Soil Science I", b"Soil Science X"))
    trust()
    found = only(ada, university)
    assert (found.provenance, found.counts) == ("not-verified", False)
    assert "does not verify" in found.why


def test_what_nobody_could_check_is_not_known(ada, university, badge, trust, web):
    from stackmark_web.passport.actions import import_credential

    data = badge()
    web.documents.clear()
    import_credential(ada, data)
    trust()
    found = only(ada, university)
    assert (found.provenance, found.holding.status) == ("not-verified", "unknown")
    assert only(ada).counts is False


def test_another_institution_of_this_server_is_foreign_too(
    ada, university, achievement, give, organisation
):
    give(achievement("Soil sampling"))
    other = organisation("hill", name="Hill College")
    assert only(ada, other).provenance == "not-decided"
    assert held(ada, university)[0].provenance == "issued-here"


def test_nobody_sees_what_others_hold(ada, person, achievement, give):
    give(achievement("Soil sampling"))
    assert held(person("mallory")) == ()


# -- what was recognised -----------------------------------------------------------------------


def test_a_recognised_one_counts_as_the_target(ada, university, soil, brought, recognised):
    decision = recognised(brought(), soil)
    found = only(ada, university)
    assert (found.provenance, found.counts) == ("recognised", True)
    assert found.decision.pk == decision.pk
    assert found.holding.achievement == soil.signable["id"]
    assert found.holding.issuer == "did:web:uni.example"  # never as if we had issued it
    assert only(ada, university).row.title == "Soil Science I"


def test_the_decision_itself_is_no_credential(ada, university, soil, brought, recognised):
    recognised(brought(), soil)
    assert len(ada.holdings.all()) == 2
    assert len(held(ada, university)) == 1


def test_a_decision_counts_where_it_was_made(
    ada, university, soil, brought, recognised, organisation
):
    recognised(brought(), soil)
    other = organisation("hill", name="Hill College")
    assert only(ada, other).provenance == "not-decided"


def test_a_partial_one_counts_in_part(ada, university, soil, brought, recognised):
    credit = {"value": 2, "unit": "ects"}
    outcomes = ["Take a soil sample"]
    recognised(brought(), soil, verdict="partial", credit=credit, outcomes=outcomes)
    found = only(ada, university)
    assert (found.counts, found.holding.credits.low) == (True, 2)
    assert found.holding.achievement != soil.signable["id"]


def test_a_refused_one_does_not_count_even_where_the_issuer_is_trusted(
    ada, university, soil, brought, recognised, trust
):
    trust()
    recognised(brought(), soil, verdict="refused")
    found = only(ada, university)
    assert (found.provenance, found.counts) == ("recognised", False)
    assert "does not count" in found.why


def test_a_withdrawn_decision_counts_no_more(
    ada, university, soil, brought, recognised, alice, django_capture_on_commit_callbacks
):
    from stackmark_web.recognising.actions import reviewing

    decision = recognised(brought(), soil)
    with django_capture_on_commit_callbacks(execute=True):
        reviewing.withdraw(decision, actor=alice, reason="A mistake.")
    assert only(ada, university).provenance == "not-decided"


def test_what_was_recognised_for_two_counts_for_the_one_that_is_asked_for(
    ada, university, soil, maps, brought, recognised
):
    """A newer decision about the same credential takes nothing away."""
    row = brought()
    recognised(row, soil)
    with clock.at(clock.now() + dt.timedelta(days=1)):
        recognised(row, maps)
        for version in (soil, maps):
            named = {version.signable["id"]}
            (found,) = held(ada, university, wanted=named)
            assert found.holding.achievement in named
