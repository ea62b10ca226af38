"""Operators are made on the server's command line, by a verified address, and audited."""

from __future__ import annotations

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command

from stackmark_web.accounts.actions import set_operator
from stackmark_web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


def command(*words):
    out = StringIO()
    call_command("operator", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def alice_verified(alice):
    EmailAddress.objects.update_or_create(
        user=alice, email="second@mail.example", defaults={"verified": True}
    )
    return alice


def test_given_listed_and_ended_each_with_an_event(alice_verified):
    assert command("Second@mail.example") == "Second@mail.example is an operator now.\n"
    alice_verified.refresh_from_db()
    assert alice_verified.is_operator
    assert command() == f"{alice_verified.email}\n"
    command("second@mail.example")
    command("second@mail.example", "--end")
    assert command() == ""
    events = AuditEvent.objects.filter(verb="account.operator").order_by("pk")
    assert [one.after for one in events] == [{"operator": True}, {"operator": False}]
    assert {one.via for one in events} == {"command line"}


def test_an_address_nobody_verified_is_refused_with_what_to_do(alice):
    EmailAddress.objects.create(user=alice, email="claimed@mail.example", verified=False)
    with pytest.raises(CommandError, match=r"Nobody here has verified claimed@mail.example. Sign"):
        command("claimed@mail.example")


def test_nobody_makes_operators_through_the_web(alice):
    with pytest.raises(PermissionDenied, match="on the server itself"):
        set_operator(alice, operator=True, actor=alice)
