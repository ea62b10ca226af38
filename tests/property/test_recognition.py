"""Laws of recognition over many random cases: the burden, the round trip, what statistics hide."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest

from recognition_world import comparison_of, decision_json, findings, outcome, record
from stackmark.errors import UsageError
from stackmark.model.holding import STATUSES, Credits, Holding
from stackmark.recognition import holding as what_counts
from stackmark.recognition.commitments import Ledger, commitment, salt_of
from stackmark.recognition.decision import LISBON, VERDICTS, Decision
from stackmark.recognition.precedents import inconsistencies
from stackmark.recognition.rows import FINDINGS, ROWS
from stackmark.recognition.statistics import protect, recognition_rates

SEED = 20_261_128
LEAST = 5  # small enough to go through every table of counts


def random_achievement(rng):
    some = lambda value: value if rng.random() < 0.7 else None  # noqa: E731
    return {
        "level": some(rng.choice([{"eqf": rng.randint(1, 8)}, {"framework": "RQF", "code": "5"}])),
        "credit": some(
            {"value": rng.randint(0, 60), "unit": rng.choice(["ects", "uk", "us-semester", "ceu"])}
        ),
        "workload": some({"low": rng.randint(1, 100), "high": rng.randint(100, 400)}),
        "quality": some([{"type": rng.choice(["external-review", "internal-review", "other"])}]),
        "field": some({"code": rng.choice(["08", "0811", "0613", "061"])}),
        "kind": some("certificate"),
        "outcomes": [
            outcome(f"Do {number}", *rng.sample("1234", rng.randint(0, 3)))
            for number in range(rng.randint(0, 4))
        ],
    }


def random_pair(rng):
    return [record(achievement=random_achievement(rng)) for _ in range(2)]


def test_a_record_compared_with_itself_never_differs():
    rng = random.Random(SEED)
    for _ in range(500):
        one, _ = random_pair(rng)
        found = findings(comparison_of(one, one))
        assert set(found.values()) <= {"no-difference", "could-not-tell"}, found


def test_what_is_left_out_of_either_side_is_never_a_substantial_difference():
    rng = random.Random(SEED + 1)
    fields = ("level", "quality", "field", "outcomes")
    told = dict(zip(fields, ("level", "quality", "profile", "outcomes"), strict=True))
    for _ in range(500):
        held, wanted = random_pair(rng)
        name = rng.choice(fields)
        tree = held.to_json()
        tree["achievement"].pop(name, None)
        bare = type(held).from_json(tree)
        assert comparison_of(bare, wanted).row(told[name]).finding == "could-not-tell"


def test_more_of_a_good_thing_never_makes_level_or_workload_worse():
    order = {"no-difference": 0, "could-not-tell": 1, "not-substantial": 2, "substantial": 3}
    rng = random.Random(SEED + 2)
    for _ in range(500):
        _, wanted = random_pair(rng)
        low, high = sorted(rng.sample(range(1, 9), 2))
        less, more = sorted(rng.sample(range(1, 60), 2))
        unit = rng.choice(["ects", "uk", "us-semester"])
        weak, strong = (
            record(achievement={"level": {"eqf": level}, "credit": {"value": size, "unit": unit}})
            for level, size in ((low, less), (high, more))
        )
        for name in ("level", "workload"):
            worse = order[comparison_of(weak, wanted).row(name).finding]
            assert order[comparison_of(strong, wanted).row(name).finding] <= worse


def test_every_finding_and_verdict_obeys_the_burden_of_proof():
    """All 4^5 findings by all four verdicts: full exactly where no row is substantial."""
    base = comparison_of()
    plain = {verdict: decision_json(verdict) for verdict in VERDICTS}
    for found in product(FINDINGS, repeat=len(ROWS)):
        judged = base
        for name, finding in zip(ROWS, found, strict=True):
            judged = judged.judged(name, finding, "Because of the field work.")
        against = bool(LISBON.stands_against(judged))
        assert against == ("substantial" in found)
        for verdict in VERDICTS:
            given = plain[verdict] | {"comparison": judged.to_json()}
            if against == (verdict != "full"):
                made = Decision.from_json(given)
                assert Decision.from_json(made.to_json()) == made
            else:
                with pytest.raises(UsageError) as told:
                    Decision.from_json(given)
                wanted = "contradiction" if against else "burden"
                assert told.value.reason == f"recognition.{wanted}"


@pytest.mark.parametrize("verdict", VERDICTS)
def test_no_member_can_be_taken_away_or_added_unnoticed(verdict):
    """Without any one member it is refused, or is read as something that says less."""
    whole = Decision.from_json(decision_json(verdict))
    optional = {"target_name"}
    for name in whole.to_json():
        rest = {key: value for key, value in whole.to_json().items() if key != name}
        if name in optional:
            assert Decision.from_json(rest) != whole
        else:
            with pytest.raises(UsageError):
                Decision.from_json(rest)
    with pytest.raises(UsageError):
        Decision.from_json(whole.to_json() | {"more": 1})


def test_an_attacker_who_knows_the_rule_cannot_work_out_a_withheld_number():
    """Every table of three counts up to 12: what is published fits at least two of them."""
    seen = defaultdict(list)
    for counts in product(range(13), repeat=3):
        shown, total = protect(dict(zip("abc", counts, strict=True)), LEAST)
        seen[tuple(shown.values()), total].append(counts)
        assert all(one is None or one == 0 or one >= LEAST for one in shown.values())
    for (shown, total), fitting in seen.items():
        if total is not None and total > 12:
            continue  # the tables tried end here; more would fit than were counted
        for place, value in enumerate(shown):
            if value is None:
                assert len({counts[place] for counts in fitting}) > 1, (shown, total)


def test_random_tables_show_nothing_small_and_nothing_that_subtraction_gives():
    rng = random.Random(SEED + 3)
    for _ in range(300):
        decided = [
            (f"uni-{rng.randint(1, 5)}", f"college-{rng.randint(1, 2)}", rng.choice(VERDICTS))
            for _ in range(rng.randint(0, 150))
        ]
        for table in recognition_rates(decided):
            _closed([one.decisions for one in table.lines], table.decisions)
            for line in table.lines:
                _closed(list(line.verdicts.values()), line.decisions)
                hidden = line.verdicts["refused"] is None
                assert (line.recognised is None) == hidden


def _closed(shown, total):
    hidden = [one for one in shown if one is None]
    assert all(one == 0 or one >= 10 for one in shown if one is not None)
    if hidden and total is not None:
        assert len(hidden) > 1
        assert total - sum(one for one in shown if one is not None) >= 10


def test_a_ledger_answers_as_a_plain_list_of_what_was_done():
    rng = random.Random(SEED + 4)
    for _ in range(60):
        ledger, plain, day = Ledger(), {}, date(2026, 1, 1)
        cards = [(f"urn:x:{n}", f"{n:064x}", bytes([n]) * 32) for n in range(3)]
        for _ in range(25):
            day += timedelta(days=1)
            name, digest, secret = rng.choice(cards)
            salt = salt_of(secret, name)
            mark = commitment(salt, name, digest)
            uses = plain.get(name)
            award = f"https://a.example/{rng.randint(1, 3)}"
            act = rng.choice(["open", "add", "contest", "keep", "drop"])
            try:
                if act == "open":
                    ledger = ledger.open(mark, day)
                    assert uses is None
                    plain[name] = {}
                elif act == "add":
                    ledger = ledger.add(mark, award=award, body="did:web:b.example", day=day)
                    assert uses is not None
                    assert award not in uses
                    uses[award] = [len(ledger.entries) - 1, False]
                else:
                    number, contested = (uses or {}).get(award, [0, None])
                    if act == "contest":
                        ledger = ledger.contest(mark, number, reason="No.", day=day)
                        assert contested is False
                        uses[award][1] = True
                    else:
                        stands = act == "keep"
                        ledger = ledger.settle(mark, number, stands=stands, reason="So.", day=day)
                        assert contested is True
                        uses[award][1] = False
                        if not stands:
                            del uses[award]
            except UsageError as told:
                assert told.reason.startswith("recognition.")
            answer = ledger.check_use(salt, name, digest)
            assert (answer.word == "unknown") == (name not in plain)
            found = {one.award: [one.number, one.contested] for one in answer.uses}
            assert found == (plain.get(name) or {})
        assert Ledger.from_json(ledger.to_json()) == ledger
        if ledger.entries:
            gone = rng.randrange(len(ledger.entries))
            cut = (*ledger.entries[:gone], *ledger.entries[gone + 1 :])
            broken = Ledger(entries=cut).broken_at()
            assert broken == (gone if gone < len(cut) else None)  # only the last can go unseen


def test_the_order_of_decisions_does_not_change_what_is_inconsistent():
    rng = random.Random(SEED + 5)
    made = [
        Decision.from_json(
            decision_json(rng.choice(VERDICTS), decided=f"2026-0{rng.randint(1, 5)}-01")
            | {"target": f"https://college.example/a/{rng.randint(1, 2)}"}
        )
        for _ in range(12)
    ]

    def told(decisions):
        return {frozenset((id(one.first), id(one.second))) for one in inconsistencies(decisions)}

    wanted = told(made)
    assert wanted
    for _ in range(20):
        rng.shuffle(made)
        assert told(made) == wanted


def test_what_counts_by_a_decision_never_changes_whose_it_is_nor_gives_more_than_was_decided():
    rng = random.Random(SEED)
    kept = ("id", "issuer", "level", "field", "kind", "status", "awarded", "expires", "grade")
    for _ in range(400):
        verdict = rng.choice(VERDICTS)
        given = Decision.from_json(decision_json(verdict))
        size = Fraction(rng.randint(0, 60))
        held = Holding(
            id=given.source.id,
            issuer=given.source.issuer,
            achievement="urn:x:own",
            level=rng.choice([None, 4, 7]),
            skills=tuple(rng.sample(["a", "b", "c"], rng.randint(0, 3))),
            credits=rng.choice([None, Credits(size, size, "uk")]),
            status=rng.choice(STATUSES),
        )
        if not what_counts.counts(given):
            with pytest.raises(UsageError):
                what_counts.recognised(held, given)
            continue
        found = what_counts.recognised(held, given, record().achievement)
        assert all(getattr(found, name) == getattr(held, name) for name in kept)
        assert found.credits.high == (3 if verdict == "partial" else 6)
        assert (found.achievement == given.target) == (verdict == "full")
