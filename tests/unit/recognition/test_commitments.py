"""The ledger of uses: told to who was given credential and salt, to nobody else."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from stackmark.errors import UsageError
from stackmark.model.achievement_rules import DescriptorError
from stackmark.recognition.commitments import Entry, Ledger, commitment, salt_of

SECRET, CREDENTIAL, DIGEST = bytes(range(32)), "urn:uuid:1", "ab" * 32
DAY = dt.date(2026, 5, 1)
LATER = dt.date(2026, 6, 1)
SALT = salt_of(SECRET, CREDENTIAL)
NAME = commitment(SALT, CREDENTIAL, DIGEST)
DEGREE = {"award": "https://college.example/a/bsc", "body": "did:web:college.example"}
OPENED = Ledger().open(NAME, DAY)
USED = OPENED.add(NAME, **DEGREE, day=LATER)


def asked(ledger, salt=SALT, credential=CREDENTIAL, digest=DIGEST):
    return ledger.check_use(salt, credential, digest)


def slug(call):
    with pytest.raises(UsageError) as told:
        call()
    return told.value.reason.removeprefix("recognition.")


def test_open_use_and_ask():
    assert asked(Ledger()).word == "unknown"
    answer = asked(OPENED)
    assert (answer.word, answer.since, answer.uses) == ("no-use-entered", DAY, ())
    answer = asked(USED)
    assert (answer.word, answer.since) == ("used", DAY)
    (use,) = answer.uses
    assert (use.number, use.award, use.body, use.day) == (1, *DEGREE.values(), LATER)
    assert not use.contested


@pytest.mark.parametrize(
    "other",
    [
        {"salt": salt_of(bytes(32), CREDENTIAL)},
        {"credential": "urn:uuid:2"},
        {"digest": "cd" * 32},
    ],
)
def test_without_the_right_salt_and_credential_nothing_is_told(other):
    assert asked(USED, **other).word == "unknown"


def test_a_salt_opens_one_credential_only_and_entries_do_not_link_two():
    salt = salt_of(SECRET, "urn:uuid:2")
    assert salt != SALT
    other = commitment(salt, "urn:uuid:2", DIGEST)
    both = USED.open(other, DAY)
    assert asked(both, credential="urn:uuid:2").word == "unknown"
    assert asked(both, salt, "urn:uuid:2").word == "no-use-entered"


def test_no_identity_no_credential_and_no_salt_stand_in_the_ledger():
    text = json.dumps(USED.to_json())
    for secret in (CREDENTIAL, DIGEST, SALT.hex(), SECRET.hex()):
        assert secret not in text


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda: OPENED.open(NAME, LATER), "opened"),
        (lambda: Ledger().add(NAME, **DEGREE, day=DAY), "not-opened"),
        (lambda: USED.add(NAME, **DEGREE, day=LATER), "used-before"),
        (lambda: USED.contest(NAME, 0, reason="x", day=LATER), "no-use"),
        (lambda: USED.contest("00" * 32, 1, reason="x", day=LATER), "no-use"),
        (lambda: USED.settle(NAME, 1, stands=True, reason="x", day=LATER), "not-contested"),
        (lambda: salt_of(b"password", CREDENTIAL), "salt"),
        (lambda: commitment(b"short", CREDENTIAL, DIGEST), "salt"),
        (lambda: commitment(SALT, "", DIGEST), "no-credential"),
        (lambda: commitment(SALT, CREDENTIAL, "AB" * 32), "digest"),
    ],
)
def test_what_cannot_be_entered_or_asked(call, why):
    assert slug(call) == why


def test_a_contest_marks_the_use_until_it_is_settled():
    contested = USED.contest(NAME, 1, reason="I never applied there.", day=LATER)
    assert [one.contested for one in asked(contested).uses] == [True]
    assert slug(lambda: contested.contest(NAME, 1, reason="x", day=LATER)) == "contested"
    stands = contested.settle(NAME, 1, stands=True, reason="The form is signed.", day=LATER)
    assert [one.contested for one in asked(stands).uses] == [False]
    gone = contested.settle(NAME, 1, stands=False, reason="A mistake.", day=LATER)
    assert asked(gone).word == "no-use-entered"
    assert asked(gone.add(NAME, **DEGREE, day=LATER)).word == "used"


def test_a_contest_needs_its_reason():
    with pytest.raises(DescriptorError) as told:
        USED.contest(NAME, 1, reason="", day=LATER)
    assert "of which use, and why" in told.value.detail


def test_it_goes_there_and_back_and_a_cut_or_change_is_found():
    written = json.loads(json.dumps(USED.to_json()))
    assert Ledger.from_json(written) == USED
    first, second = written["entries"]
    assert slug(lambda: Ledger.from_json({"entries": [second]})) == "ledger-broken"
    changed = first | {"day": "2020-01-01"}
    with pytest.raises(UsageError) as told:
        Ledger.from_json({"entries": [changed, second]})
    assert told.value.detail.startswith("Entry 1 ")


@pytest.mark.parametrize(
    "members",
    [
        {"act": "use"},
        {"act": "opening", "award": "urn:x:1", "body": "urn:x:2"},
        {"act": "contest", "of": 1},
        {"act": "opening", "of": 0},
        {"act": "opening", "commitment": "alice"},
        {"act": "opening", "name": "Alice"},
    ],
)
def test_an_entry_is_read_strictly(members):
    entry = {"commitment": NAME, "day": "2026-05-01"} | members
    with pytest.raises(DescriptorError):
        Ledger.from_json({"entries": [entry]})


def test_the_commitment_is_what_the_reference_says():
    import hashlib
    import hmac

    salt = hmac.new(
        SECRET, b"stackmark ledger of uses, salt, 1\n" + CREDENTIAL.encode(), hashlib.sha256
    ).digest()
    text = b"stackmark ledger of uses, commitment, 1\n" + bytes.fromhex(DIGEST)
    assert salt == SALT
    assert hmac.new(salt, text + CREDENTIAL.encode(), hashlib.sha256).hexdigest() == NAME
    assert Entry(act="opening", commitment=NAME, day=DAY) == OPENED.entries[0]


def test_a_thread_alone_gives_the_entries_the_whole_ledger_gives():
    """Who keeps a ledger as rows reads those of one commitment and the last digest."""
    whole = USED.open(commitment(SALT, "urn:uuid:9", DIGEST), LATER)
    thread = whole.thread(NAME)
    assert [number for number, _entry in thread.entries] == [0, 1]
    assert thread.before == whole.entries[-1].digest
    assert thread.answer == asked(whole)
    made = thread.contest(1, reason="Wrong.", day=LATER)
    assert made == whole.contest(NAME, 1, reason="Wrong.", day=LATER).entries[-1]
    assert Ledger(entries=(*whole.entries, made)).broken_at() is None
