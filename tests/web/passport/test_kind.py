"""The kind on the card of a credential of ours is the one its achievement has."""

from __future__ import annotations

import pytest

from achievement_designs import full
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.vocabulary import KINDS
from stackmark_web.verifying import actions as verifying


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_card_says_the_kind_of_the_achievement(university, held, kind):
    draft = catalogue.create_draft(university, actor=None, content=full(kind=kind))
    one = held(version=catalogue.publish(draft, actor=None))
    assert verifying.check(bytes(one.award.signed)).shown.card.kind == str(KINDS[kind])


def test_a_claim_to_be_ours_with_another_type_is_shown_as_signed(held, issuer, version):
    members = {"id": version.signable["id"], "achievementType": "Diploma"}
    badge = issuer.badge()
    badge["credentialSubject"]["achievement"] |= members
    assert verifying.check(issuer.sign(badge)).shown.card.kind == "Diploma"
