"""Opt in, use, contest, end: what the ledger tells to whom, and what it never tells."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404

from stackmark.errors import UsageError
from stackmark.recognition.commitments import Ledger
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.recognising import ledger_keeping as keeping
from stackmark_web.recognising import queries_ledger as queries
from stackmark_web.recognising.actions import ledger
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import LedgerEntry, LedgerSecret

pytestmark = pytest.mark.django_db


def acts():
    return [row.act for row in LedgerEntry.objects.order_by("number")]


def known(user, held):
    found = queries.applied_to(user, held.credential_id, keeping.digests_of(held)[0])
    return None if found is None else found.awards


def test_nothing_is_entered_without_an_opt_in(use, ada, held):
    answer = use()
    assert (answer.word, bool(answer)) == ("not-opted-in", False)
    assert acts() == []
    assert known(ada, held) is None


def test_a_use_opens_a_credential_that_was_not_entered(use, ada, held):
    ledger.opt_in(ada)
    assert known(ada, held) is None, "taking part enters nothing by itself"
    answer = use()
    assert (answer.word, answer.number) == ("entered", 1)
    assert acts() == ["opening", "use"]
    assert known(ada, held) == ("https://riverside.example/pathways/bsc",)


def test_the_same_use_twice_is_one_entry(use, ada):
    ledger.opt_in(ada)
    first, again = use(), use()
    assert (again.word, again.number) == ("stands", first.number)
    assert use("msc").word == "entered"
    assert acts() == ["opening", "use", "use"]


def test_an_entered_credential_without_uses_is_known_to_be_free(ada, held):
    ledger.opt_in(ada)
    ledger.enter(ada, held)
    assert known(ada, held) == ()
    with pytest.raises(Problem, match="already"):
        ledger.enter(ada, held)


def test_who_enters_late_or_comes_back_has_a_time_of_which_nothing_is_known(ada, held):
    issued = clock.today()
    ledger.opt_in(ada)
    with clock.at(clock.now() + timedelta(days=1)):
        ledger.enter(ada, held)
        found = queries.applied_to(ada, held.credential_id, keeping.digests_of(held)[0])
    assert found.awards == ()
    assert [found.is_whole(day) for day in (None, issued, found.since)] == [False, False, True]


def test_what_an_award_body_read_may_be_the_picture_around_it(use, ada, held, monkeypatch):
    """P2 gives the digest of the bytes it read; both names lead to one thread."""
    other = "cd" * 32
    both = (*keeping.digests_of(held), other)
    monkeypatch.setattr(keeping, "digests_of", lambda _held: both)
    ledger.opt_in(ada)
    ledger.enter(ada, held)
    assert use(sha256=other).word == "entered"
    assert acts() == ["opening", "use"]
    found = queries.applied_to(ada, held.credential_id, other)
    assert known(ada, held) == found.awards != ()


@pytest.mark.parametrize("wrong", [{"sha256": "no digest"}, {"credential_id": ""}])
def test_what_names_no_credential_is_entered_nowhere(use, ada, wrong):
    ledger.opt_in(ada)
    assert use(**wrong).word == "not-opted-in"
    assert acts() == []


def test_no_row_names_a_person_or_a_credential(use, ada, held):
    ledger.opt_in(ada)
    use()
    told = json.dumps(list(keeping.entries())) + repr(list(LedgerEntry.objects.values_list()))
    for word in (held.credential_id, keeping.digests_of(held)[0], str(ada.pk), "ada"):
        assert word not in told
    events = AuditEvent.objects.filter(verb__in=("ledger.opened", "ledger.used"))
    assert events.count() == 2
    assert {(one.actor_code, one.organisation_id) for one in events} == {("", None)}
    assert {one.at.hour for one in events} == {0}, "the hour of a conferral would tell whose it is"


def test_the_secret_is_sealed_and_two_credentials_have_nothing_in_common(award, ada):
    first, second = award("Soil"), award("Water")
    ledger.opt_in(ada)
    secret = keeping.secret_for(ada)
    assert secret.hex() not in LedgerSecret.objects.get().sealed
    salt = keeping.salt_in(queries.code_for(ada, first))
    ledger.enter(ada, first)
    ledger.enter(ada, second)
    digests = keeping.digests_of(second)
    assert queries.ask(second.credential_id, digests, salt).word == "unknown"
    assert queries.ask(first.credential_id, keeping.digests_of(first), salt).since


def test_a_contest_stands_beside_the_use_until_the_body_ends_it(
    use, ada, held, college, person, join
):
    ledger.opt_in(ada)
    number = use().number
    ledger.contest(ada, held, number, reason="I never\n enrolled there.")
    (mine,) = queries.mine(ada)
    assert (mine.contested, mine.uses[0].award[-3:]) == (1, "bsc")
    assert known(ada, held), "a contested use stands"
    with pytest.raises(Problem, match="contested already"):
        ledger.contest(ada, held, number, reason="Again.")
    letter = OutboxMail.everywhere.get(kind="ledger_contested")
    assert (letter.to, letter.organisation) == ("desk@college.example", college)
    assert "ada" not in letter.text
    (one,) = queries.contests(college)
    assert (one.use.number, one.reason) == (number, "I never enrolled there.")
    rose = join(person("rose"), college, "recogniser")
    ledger.settle(college, number, actor=rose, stands=False, reason="Entered by mistake.")
    assert queries.contests(college) == []
    assert known(ada, held) == ()
    assert use().word == "entered", "what was withdrawn may be entered anew"


def test_an_upheld_use_can_be_contested_again(use, ada, held, college, person, join):
    ledger.opt_in(ada)
    number = use().number
    rose = join(person("rose"), college, "owner")
    for _ in range(2):
        ledger.contest(ada, held, number, reason="Wrong.")
        ledger.settle(college, number, actor=rose, stands=True, reason="We looked: it is right.")
    assert known(ada, held)
    assert acts() == ["opening", "use", *("contest", "upheld") * 2]


def test_only_who_recognises_at_the_body_ends_a_contest(
    use, ada, held, college, northfield, person, join, alice
):
    ledger.opt_in(ada)
    number = use().number
    ledger.contest(ada, held, number, reason="Wrong.")
    words = {"stands": True, "reason": "Right."}
    with pytest.raises(Http404):
        ledger.settle(college, number, actor=alice, **words)
    marker = join(person("mara"), college, "assessor")
    with pytest.raises(PermissionDenied):
        ledger.settle(college, number, actor=marker, **words)
    with pytest.raises(Problem, match="Nobody contests"):
        ledger.settle(northfield, number, actor=alice, **words)


@pytest.mark.parametrize(
    ("reason", "said"), [(" \n ", "Say why"), ("x" * 301, "too long"), ("a\x00b", "character")]
)
def test_reasons_are_there_and_can_be_shown(use, ada, held, reason, said):
    ledger.opt_in(ada)
    number = use().number
    with pytest.raises(Problem, match=said):
        ledger.contest(ada, held, number, reason=reason)
    assert acts()[-1] == "use"


def test_a_use_of_another_credential_cannot_be_contested(use, ada, award):
    other = award("Water")
    ledger.opt_in(ada)
    number = use().number
    ledger.enter(ada, other)
    with pytest.raises(Problem, match="does not stand"):
        ledger.contest(ada, other, number, reason="Wrong.")


def test_leaving_keeps_the_entries_and_nobody_finds_them(use, ada, held):
    ledger.opt_in(ada)
    use()
    salt = keeping.salt_in(queries.code_for(ada, held))
    ledger.opt_out(ada)
    ledger.opt_out(ada)
    assert known(ada, held) is None
    assert use("msc").word == "not-opted-in"
    digests = keeping.digests_of(held)
    assert queries.ask(held.credential_id, digests, salt).word == "used", "who had the code"
    with clock.at(clock.now() + timedelta(days=3)):
        ledger.opt_in(ada)
        ledger.enter(ada, held)
        fresh = keeping.salt_in(queries.code_for(ada, held))
        answer = queries.ask(held.credential_id, digests, fresh)
    assert (answer.word, answer.since.day) == ("no-use-entered", 4), "a new day shows"


def test_another_server_key_loses_the_secret_and_never_fails(use, ada, held, settings):
    ledger.opt_in(ada)
    use()
    settings.SECRET_KEY = "another-key-of-at-least-fifty-characters-for-this-test"
    assert known(ada, held) is None
    assert use("msc").word == "not-opted-in"
    assert not queries.opens(queries.secret_of(ada))


def test_the_rows_are_a_ledger_of_the_library(use, ada, held):
    ledger.opt_in(ada)
    number = use().number
    ledger.contest(ada, held, number, reason="Wrong.")
    found = Ledger.from_json({"entries": list(keeping.entries())})
    assert found.broken_at() is None
    assert [one.act for one in found.entries] == ["opening", "use", "contest"]
    salt = keeping.salt_in(queries.code_for(ada, held))
    (one,) = found.check_use(salt, held.credential_id, keeping.digests_of(held)[0]).uses
    assert one.contested


def test_an_entry_made_in_the_same_moment_is_followed(use, ada, held, monkeypatch):
    ledger.opt_in(ada)
    added, others = keeping._added, []

    def late(entry):
        if not others:
            others.append(1)
            raise IntegrityError("somebody was faster")
        return added(entry)

    monkeypatch.setattr(keeping, "_added", late)
    ledger.enter(ada, held)
    assert acts() == ["opening"]


def test_codes_survive_copying_and_tell_slips(ada, held):
    ledger.opt_in(ada)
    code = queries.code_for(ada, held)
    assert len(code.split("-")) == 14
    salt = keeping.salt_in(code)
    assert keeping.salt_in(f"  {code.lower().replace('-', ' ')}\n") == salt
    wrong = ("B" if code[0] != "B" else "C") + code[1:]
    for text in (wrong, code[:-1], "", "\x00", "x" * 1_000_000, "Ä-ö"):
        with pytest.raises(UsageError, match="no code"):
            keeping.salt_in(text)


def test_a_credential_without_an_id_cannot_be_entered(ada, held):
    ledger.opt_in(ada)
    held.credential_id = ""
    with pytest.raises(Problem, match="no id"):
        ledger.enter(ada, held)
    assert queries.code_for(ada, held) == ""


def test_the_digest_is_that_of_the_signed_file(held):
    import hashlib

    assert keeping.digests_of(held) == (hashlib.sha256(credential_bytes(held)).hexdigest(),)
