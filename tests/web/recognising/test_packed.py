"""Records that pack several credentials, and credentials that are about somebody else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from simulators.issuer import Issuer
from stackmark_web.passport import actions as passport
from stackmark_web.recognising.actions import requesting
from stackmark_web.recognising.errors import Problem

pytestmark = pytest.mark.django_db


def about(address):
    one = {"hashed": False, "identityHash": address, "identityType": "emailAddress"}
    return [{"type": "IdentityObject", **one}]


def record(packer, *inner):
    """A record about Lena, signed by whoever packs it and called as they like."""
    made = packer.clr(*inner)
    made["id"] = "urn:example:record"
    made["credentialSubject"] |= {"identifier": about("lena@people.example")}
    del made["credentialSubject"]["id"]
    return packer.sign(made)


@pytest.fixture
def packed(web, issuer, lena):
    """A record of Lena's own making: packed(address, …) with a badge for each address."""

    def make(*addresses):
        badges = [
            issuer.sign(
                issuer.badge(
                    id=f"https://uni.example/c/{number}",
                    credentialSubject=issuer.subject(id=None, identifier=about(address)),
                )
            )
            for number, address in enumerate(addresses, 1)
        ]
        data = record(Issuer(web, did=None, number=1), *badges)
        return passport.import_credential(lena, data)

    return make


def test_each_credential_of_a_record_is_decided_by_itself(ask, packed, decide):
    made = ask(holdings=[packed("lena@people.example", "lena@people.example")])
    first, second = made.sources.all()
    assert (first.credential_id, first.title) == ("https://uni.example/c/1", "Soil Science I")
    assert first.issuer_id == second.issuer_id == "did:web:uni.example"
    decision = decide(first)
    assert decision.source_sha256 == first.sha256 != second.sha256


def test_too_many_in_one_record(ask, packed):
    row = packed(*["lena@people.example"] * 11)
    with pytest.raises(Problem, match="at most 10"):
        ask(holdings=[row])


def test_the_evaluator_is_told_of_anothers_credential_in_a_record(ask, packed, client, rita):
    made = ask(holdings=[packed("mallory@people.example")])
    client.force_login(rita)
    page = client.get(reverse("recognising:source", args=["college", made.sources.get().pk]))
    assert "It names another address than those" in page.content.decode()


def test_also_when_the_learner_took_it_out_of_the_passport(ask, packed, client, rita):
    row = packed("mallory@people.example")
    made = ask(holdings=[row])
    row.delete()
    client.force_login(rita)
    page = client.get(reverse("recognising:source", args=["college", made.sources.get().pk]))
    assert "It names another address than those" in page.content.decode()


def test_the_evaluator_is_told_where_nobody_is_named(ask, foreign, client, rita):
    made = ask(holdings=[foreign()])
    client.force_login(rita)
    page = client.get(reverse("recognising:source", args=["college", made.sources.get().pk]))
    assert "It does not say whom it is about" in page.content.decode()


def test_what_was_decided_is_not_asked_again_with_another_file(ask, packed, decide):
    row = packed("lena@people.example")
    made = ask(holdings=[row])
    decide(made.sources.get(), "refused")
    row.delete()
    with pytest.raises(Problem, match="have decided about"):
        ask(holdings=[packed("lena@people.example")])


def test_what_was_taken_back_is_read_by_nobody_any_more(
    ask, holding, foreign, decide, client, rita
):
    made = ask(holdings=[holding, foreign()])
    first, second = made.sources.all()
    decide(first)
    requesting.take_back(made, actor=made.user)
    client.force_login(rita)
    for source, status in ((first, 200), (second, 404)):
        where = reverse("recognising:source_document", args=["college", source.pk])
        assert client.get(where).status_code == status
        page = reverse("recognising:source", args=["college", source.pk])
        assert client.get(page).status_code == 200
    assert (
        client.get(reverse("recognising:desk_request", args=["college", made.pk])).status_code
        == 200
    )
