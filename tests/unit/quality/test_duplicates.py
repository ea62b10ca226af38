from __future__ import annotations

import math
import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from achievement_designs import full
from simulators.catalogue import catalogue
from stackmark.errors import UsageError
from stackmark.model.achievement import Achievement
from stackmark.model.record import Record
from stackmark.quality import similarity_text as text
from stackmark.quality.duplicates import Entry, entry_of, find_duplicates
from stackmark.quality.similarity import Corpus, ExactJoin, families
from stackmark.quality.similarity_minhash import candidates, jaccard, signatures

SETS = st.lists(st.frozensets(st.integers(0, 30), min_size=1, max_size=8), min_size=2, max_size=30)


def corpus(sets):
    return Corpus(sets, [1] * len(sets))


class TestContainment:
    def test_the_formula(self):
        found = corpus([frozenset("abc"), frozenset("bcde"), frozenset("cx")])
        idf = {"a": math.log(4), "b": math.log(1 + 3 / 2), "c": math.log(2)}
        wanted = (idf["b"] + idf["c"]) / sum(idf.values())
        assert found.compare(0, 1).a_in_b == pytest.approx(wanted)

    @given(SETS)
    def test_bounds(self, sets):
        found = corpus(sets)
        for a, one in enumerate(sets):
            for b, other in enumerate(sets):
                match = found.compare(a, b)
                assert 0 <= match.a_in_b <= 1
                assert (match.a_in_b == pytest.approx(1)) == (one <= other)
                assert (match.a_in_b == 0) == (not one & other)

    @given(SETS, st.sampled_from([0.3, 0.5, 0.8, 1.0]))
    def test_the_join_misses_nothing(self, sets, threshold):
        found = corpus(sets)
        got = {(m.a, m.b) for m in ExactJoin(found, threshold).pairs()}
        must, may = (
            {
                (a, b)
                for b in range(len(sets))
                for a in range(b)
                if found.compare(a, b).score >= threshold + margin
            }
            for margin in (1e-9, -1e-9)
        )
        assert must <= got <= may


class TestMinHash:
    def test_the_error_stays_within_its_bound(self):
        rng, k, errors = random.Random(5), 256, []
        for _ in range(150):
            pool = rng.sample(range(10_000), 120)
            one, other = (
                frozenset(pool[: rng.randint(20, 100)]),
                frozenset(pool[rng.randint(0, 80) :]),
            )
            a, b = signatures([one, other], k=k)
            errors.append(jaccard(a, b) - len(one & other) / len(one | other))
        assert math.sqrt(sum(e * e for e in errors) / len(errors)) <= 1 / math.sqrt(k) / 1.5
        assert sum(abs(e) <= 1 / math.sqrt(k) for e in errors) / len(errors) >= 0.93
        assert abs(sum(errors) / len(errors)) <= 3 * 0.5 / math.sqrt(k * len(errors))  # no bias

    def test_with_weights_it_estimates_weighted_jaccard(self):
        weights = {"a": 8.0, "b": 1.0, "c": 1.0}
        a, b = signatures([frozenset("ab"), frozenset("ac")], weights, k=4_000)
        assert jaccard(a, b) == pytest.approx(0.8, abs=0.03)

    def test_equal_sets_have_equal_rows_and_empty_ones_zeros(self):
        a, b, c = signatures([frozenset("xy"), frozenset("yx"), frozenset()])
        assert (a == b).all()
        assert not c.any()

    def test_banding_finds_what_is_alike(self):
        rng = random.Random(3)
        sets = [frozenset(rng.sample(range(5_000), 12)) for _ in range(600)]
        sets += [frozenset([*sorted(one)[:11], 9_000 + n]) for n, one in enumerate(sets[:100])]
        found = corpus(sets)
        near = candidates(signatures(sets, found.weights), found.totals, 0.8)
        wanted = {(n, 600 + n) for n in range(100)}
        assert len(wanted & set(near.pairs)) >= 98
        assert len(near.pairs) < 200

    def test_a_crowd_is_counted(self):
        sets = [frozenset(["common", "also", "third", f"own {n}"]) for n in range(200)]
        weights = {one: 1e-6 if one.startswith("own") else 1.0 for s in sets for one in s}
        near = candidates(signatures(sets, weights), [3.0] * 200, 0.8)
        assert near.crowded > 100

    def test_without_numpy_one_sentence_says_what_to_install(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "numpy", None)
        with pytest.raises(UsageError, match=r"pip install 'stackmark\[science\]'") as caught:
            signatures([frozenset("a")])
        assert caught.value.reason == "usage.extra"


class TestText:
    def test_words_without_case_accents_and_framing(self):
        assert [*text.words("The learner will be able to ANALYSE Énergie-Daten")] == [
            "energie",
            "daten",
        ]

    def test_forms_of_a_word_meet_in_stem_or_parts(self):
        assert "t:regres" in text.features("regressions") & text.features("regression")
        assert "g:daten" not in text.features("Datenschutz")
        assert text.features("Datenschutz") & text.features("Schutz der Daten in Datenbanken")

    def test_scripts_without_spaces(self):
        shared = text.features("データ分析の基礎") & text.features("統計データ分析")
        assert {"t:分析", "t:タ分"} <= shared
        assert [*text.words("数据分析")] == ["数据", "据分", "分析"]

    def test_korean_stays_whole(self):
        assert [*text.words("데이터 분석")] == ["데이터", "분석"]


def entries(planted, *, skills=False, words=True):
    return [
        Entry(
            str(number),
            one.title,
            {uri: uri for uri in one.skills} if skills else {},
            {"en": "\n".join((one.title, *one.outcomes))} if words else {},
        )
        for number, one in enumerate(planted)
    ]


def figures(reworded, **kinds):
    """Precision and recall over five catalogues of 75."""
    hits = good = wanted = 0
    for seed in range(5):
        planted = catalogue(seed, 45, 30, reworded=reworded)
        truth = {
            (a, b)
            for b in range(len(planted))
            for a in range(b)
            if planted[a].origin == planted[b].origin
        }
        found = find_duplicates(entries(planted, **kinds)).pairs
        got = {(min(p.a, p.b), max(p.a, p.b)) for p in found}
        hits, good, wanted = hits + len(got), good + len(got & truth), wanted + len(truth)
    return good / hits, good / wanted


# The figures of docs/explanation/conversions-and-duplicates.md; words alone know no synonyms.
@pytest.mark.parametrize(
    ("reworded", "kinds", "precision", "recall"),
    [
        (0.0, {"skills": True, "words": False}, 0.98, 0.95),
        (0.3, {"skills": True, "words": False}, 0.98, 0.95),
        (0.0, {}, 0.90, 0.98),
        (0.1, {}, 0.90, 0.84),
        (0.2, {}, 0.90, 0.70),
    ],
)
def test_planted_paraphrases(reworded, kinds, precision, recall):
    found = figures(reworded, **kinds)
    assert found[0] >= precision
    assert found[1] >= recall


class TestFinding:
    def test_a_small_one_within_a_large_one_has_a_direction(self):
        ids = [f"https://s.example/{n}" for n in range(8)]
        found = find_duplicates(
            [
                Entry("large", "L", dict.fromkeys(ids, "x")),
                Entry("small", "S", dict.fromkeys(ids[:4], "x")),
            ]
        )
        (pair,) = found.pairs
        assert (pair.a, pair.b, pair.score, pair.both) == (1, 0, 1.0, False)
        assert pair.method == "skills"

    def test_names_of_what_is_shared(self):
        ids = {f"https://s.example/{n}": f"skill {n}" for n in range(4)}
        (pair,) = find_duplicates([Entry("a", "A", ids), Entry("b", "B", ids)]).pairs
        assert set(pair.shared) == set(ids.values())

    def test_copies_are_a_family_and_few_pairs(self):
        ids = {f"https://s.example/{n}": "" for n in range(4)}
        found = find_duplicates([Entry(str(n), "", ids) for n in range(50)])
        assert len(found.pairs) == 49
        assert found.families == (tuple(range(50)),)

    def test_four_are_no_family(self):
        ids = {f"https://s.example/{n}": "" for n in range(4)}
        assert find_duplicates([Entry(str(n), "", ids) for n in range(4)]).families == ()

    def test_too_little_is_could_not_tell(self):
        few = {"https://s.example/1": "", "https://s.example/2": ""}
        found = find_duplicates([Entry("a", "A", few, {"en": "Welding"}), Entry("b", "B", few)])
        assert (found.pairs, found.unread) == ((), (0, 1))

    def test_languages_are_compared_with_themselves(self):
        words = "photovoltaic inverter battery grid maintenance sizing storage"
        a, b = Entry("a", "", {}, {"en": words}), Entry("b", "", {}, {"de": words})
        assert find_duplicates([a, b]).pairs == ()
        both = Entry(
            "c", "", {}, {"de": words, "en": "quite other things stand here altogether now"}
        )
        (pair,) = find_duplicates([b, both]).pairs
        assert (pair.method, pair.language) == ("text", "de")

    def test_minhash_finds_what_exact_finds(self):
        planted = entries(catalogue(1, 45, 30), skills=True)
        exact = find_duplicates(planted, method="exact")
        near = find_duplicates(planted, method="minhash")
        assert exact.exact
        assert not near.exact
        assert set(near.pairs) <= set(exact.pairs)
        assert len(near.pairs) >= 0.95 * len(exact.pairs)

    @pytest.mark.parametrize(
        ("more", "reason"),
        [({"threshold": 0}, "usage.threshold"), ({"text_threshold": 1.1}, "usage.threshold"),
         ({"threshold": math.nan}, "usage.threshold"), ({"method": "magic"}, "usage.method")],
    )  # fmt: skip
    def test_bad_wishes(self, more, reason):
        with pytest.raises(UsageError) as caught:
            find_duplicates([], **more)
        assert caught.value.reason == reason

    def test_a_record_gives_ids_and_texts(self):
        record = Record(achievement=Achievement.from_json(full()))
        found = entry_of(record, "line 1")
        assert set(found.skills) == {one.uri for one in record.achievement.skills if one.uri}
        assert record.achievement.name in found.texts[record.achievement.language]


def test_where_no_outcome_is_stated_the_description_is_compared():
    words = "Knead, prove and bake sourdough loaves in a wood oven."
    said = [
        {"title": {"en": title}, "description": {"en": words}, "criteria": {"url": "https://a.b/"}}
        for title in ("Bread baking", "Sourdough for everybody")
    ]
    found = [entry_of(Record(achievement=Achievement.from_json(one)), "x") for one in said]
    (pair,) = find_duplicates(found).pairs
    assert (pair.method, pair.language, pair.score > 0.65) == ("text", "en", True)
    with_outcome = {**said[0], "outcomes": [{"statement": {"en": "Bakes bread."}}]}
    entry = entry_of(Record(achievement=Achievement.from_json(with_outcome)), "x")
    assert "sourdough" not in entry.texts["en"]


def test_families_hang_together():
    assert families([(1, 2), (5, 6), (2, 3)]) == [[1, 2, 3], [5, 6]]
