"""Erasing somebody who works for an institution, and whose sessions end with an erasure."""

from __future__ import annotations

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from stackmark_web import clock
from stackmark_web.accounts import erasure
from stackmark_web.audit import people
from stackmark_web.passport import proving
from stackmark_web.passport.models import ProofRequest
from stackmark_web.tenancy.models import Domain

pytestmark = pytest.mark.django_db


@pytest.fixture
def grete(person, northfield, join, alice):
    made = join(person("grete"), northfield, "designer")
    made.name = "Grete Hansen"
    made.save()
    Domain.everywhere.create(
        organisation=northfield, name="northfield.example", token="t", verified_at=clock.now()
    )
    return made


def test_what_was_asked_in_an_organisations_name_stays_and_names_nobody(grete, northfield):
    asked = {"asker": "Grete Hansen", "wanted": "words", "terms": ["soil"]}
    reason = "Write to Grete Hansen, grete@people.example"
    theirs, result = proving.ask(actor=grete, organisation=northfield, reason=reason, **asked)
    hers, _ = proving.ask(actor=grete, reason="For myself", **asked)
    code = people.code_of(grete)

    erasure.erase(grete, actor=grete)

    assert not ProofRequest.objects.filter(pk=hers.pk).exists()
    kept = proving.result_by_token(result)
    assert kept == theirs, "whoever has its address still finds it"
    assert kept.organisation == northfield
    assert (kept.asked_by, kept.asker) == (None, f"Northfield University ({code})")
    assert kept.reason == "Write to …, …"
    assert kept.terms == ["soil"]
    assert people.person_of(code) is None, "nobody can say whose pseudonym it was"


def session(**values):
    made = SessionStore()
    made.update(values)
    made.create()
    return made.session_key


HERS = {
    "half-way in": {"account_login": {"email": "ada@people.example"}},
    "in capitals": {"account_login": {"email": "Ada@People.Example"}},
    "in a sentence": {"_messages": '[["", 0, 25, "A letter went to ada@people.example."]]'},
    "in a form": {"state": {"request": '{"POST": "next=%2F&login=ada%40people.example"}'}},
}
OTHERS = {
    "longer in front": "rada@people.example",
    "longer with a dot": "dr.ada@people.example",
    "longer with a plus": "x+ada@people.example",
    "longer behind": "ada@people.example.org",
    "another with a hyphen": "ada@people.example-college.org",
    "another person": "bob@people.example",
}


@pytest.mark.parametrize("where", HERS)
def test_a_session_that_names_her_goes(person, where):
    ada = person("ada")
    key = session(**HERS[where])
    erasure.forget_sessions(ada)
    assert not Session.objects.filter(session_key=key).exists()


@pytest.mark.parametrize("whose", OTHERS)
def test_nobody_else_is_signed_out(person, whose):
    """A short address is part of many longer ones."""
    ada = person("ada")
    key = session(account_login={"email": OTHERS[whose]}, _auth_user_id=f"{ada.pk}0")
    erasure.forget_sessions(ada)
    assert Session.objects.filter(session_key=key).exists()
