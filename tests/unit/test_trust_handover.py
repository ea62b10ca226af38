"""A hand-over that both sides signed, and everything that is none."""

from __future__ import annotations

import copy
import json

import pytest

from simulators.issuer import CREATED, Issuer, Web
from stackmark.errors import CheckFailed, CouldNotTell, UsageError
from stackmark.trust.handover import Handover, check, new_statement, read, sign


@pytest.fixture
def web():
    return Web()


@pytest.fixture
def old(web):
    return Issuer(web, "did:web:old.example")


@pytest.fixture
def new(web):
    return Issuer(web, "did:web:new.example", kind="p256", number=1)


@pytest.fixture
def signed(old, new):
    what = Handover(old.did, "Old College", new.did, "New College", "merged", "2026-09-01")
    made = new_statement(what, identifier="https://old.example/handover", made=CREATED)
    for one in (old, new):
        made = sign(made, signer=one.key, method=one.method, created=CREATED)
    return json.loads(json.dumps(made))


def test_both_stand_behind_it(signed, web, old, new):
    found = check(signed, web)
    assert (found.old, found.new, found.why) == (old.did, new.did, "merged")
    assert found.from_day == "2026-09-01"


@pytest.mark.parametrize("place", [0, 1])
def test_one_alone_is_not_enough(signed, web, place):
    signed["proof"] = [signed["proof"][place]]
    with pytest.raises(CheckFailed) as caught:
        check(signed, web)
    assert caught.value.reason == "proof.missing"
    assert (place == 0) == _holds(signed, web, whole=False)


def _holds(statement, web, **how):
    try:
        check(statement, web, **how)
    except CheckFailed:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("fromDay", "2026-09-02", "proof.signature"),
        ("why", "closing", "proof.signature"),
        ("to", {"id": "did:web:thief.example", "name": "New College"}, "proof.signature"),
        ("from", {"id": "did:web:other.example", "name": "Old College"}, "proof.signature"),
        ("note", "more", "format.handover"),
        ("type", "Other", "format.handover"),
        ("why", ["merged"], "format.handover"),
        ("fromDay", "2026-9-1", "format.handover"),
        ("to", "did:web:new.example", "format.handover"),
        ("proof", [{}], "proof.purpose"),
        ("proof", "x", "format.handover"),
    ],
)
def test_what_was_changed_is_refused(signed, web, name, value, reason):
    with pytest.raises(CheckFailed) as caught:
        check({**signed, name: value}, web)
    assert caught.value.reason == reason


def test_a_stranger_s_key_counts_for_nobody(signed, web, old):
    thief = Issuer(web, "did:web:thief.example", number=2)
    alone = {**signed, "proof": signed["proof"][:1]}
    made = sign(alone, signer=thief.key, method=thief.method, created=CREATED)
    with pytest.raises(CheckFailed) as caught:
        check(made, web)
    assert caught.value.reason == "proof.missing"


def test_a_lost_key_counts_for_nothing(signed, web, new):
    new.describe_key(revoked="2026-02-01T00:00:00Z")
    with pytest.raises(CheckFailed) as caught:
        check(signed, web)
    assert caught.value.reason == "key-time.revoked"


def test_without_a_document_nobody_can_tell(signed, web):
    web.documents.clear()
    with pytest.raises(CouldNotTell) as caught:
        check(signed, web)
    assert caught.value.reason == "issuer-key.unresolvable"


def test_nobody_hands_over_to_itself(old):
    with pytest.raises(UsageError):
        new_statement(
            Handover(old.did, "A", old.did, "A", "closing", "2026-01-01"),
            identifier="https://a.example",
            made=CREATED,
        )


@pytest.mark.parametrize("tree", [None, [], "x", {}, {"type": "StackmarkHandover"}])
def test_what_is_none_is_told_so(tree):
    with pytest.raises(CheckFailed) as caught:
        read(copy.deepcopy(tree))
    assert caught.value.reason == "format.handover"
