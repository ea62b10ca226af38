"""Whether two documents are shown to be about different people."""

from __future__ import annotations

import hashlib

import pytest

from stackmark.verification.recipient import told_apart

ADA, EVE = "ada@post.example", "eve@post.example"


def about(*identifiers, **subject):
    return {"credentialSubject": subject | {"identifier": list(identifiers)}}


def clear(value, kind="emailAddress"):
    return {"identityType": kind, "hashed": False, "identityHash": value}


def hidden(value, salt="s1", kind="emailAddress"):
    digest = hashlib.sha256((value + salt).encode()).hexdigest()
    return {
        "identityType": kind,
        "hashed": True,
        "salt": salt,
        "identityHash": f"sha256${digest}",
    }


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (about(clear(ADA)), about(clear(EVE)), True),
        (about(clear(ADA)), about(clear(ADA)), False),
        (about(clear(ADA)), about(hidden(ADA)), False),
        (about(clear(ADA)), about(hidden(EVE)), True),
        (about(hidden(ADA)), about(hidden(EVE, "s2")), False),  # nobody can tell
        (about(clear(ADA)), about(clear("Ada Quist", "name")), False),
        (about(clear("Ada Quist", "name")), about(clear("ada  QUIST", "name")), False),
        (about(clear("Ada Quist", "name")), about(clear("Eve Quist", "name")), True),
        # One thing that is the same outweighs a name written otherwise.
        (
            about(clear("A. Quist", "name"), clear(ADA)),
            about(clear("Ada", "name"), hidden(ADA)),
            False,
        ),
        (about(id="did:example:ada"), about(id="did:example:eve"), True),
        (about(id="did:example:ada"), about(clear(ADA)), False),
        (about(id="did:example:ada"), {}, False),
        ({"credentialSubject": ["x", None]}, about(clear(ADA)), False),
        (about({"identityType": 7, "identityHash": ["x"]}), about(clear(ADA)), False),
    ],
)
def test_people_told_apart(one, other, apart):
    assert told_apart(one, other) is apart
    assert told_apart(other, one) is apart
