"""Which achievements of a catalogue say the same, as a question to their designers.

New Zealand's rules ask that a micro-credential does not duplicate what is there. Two entries are
compared by the ids of their skills and by their texts in a language both have. From a threshold on
the pair is reported and asks for a reason; five or more that hang together are a family.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from stackmark.errors import UsageError
from stackmark.model.record import Record
from stackmark.quality import similarity_text as text
from stackmark.quality.similarity import Corpus, ExactJoin, Match, Step, families, gather

THRESHOLD: Final = 0.8  # of skill ids
TEXT_THRESHOLD: Final = 0.65  # of words: chosen on planted paraphrases, tests/unit/quality
FAMILY: Final = 5
MIN_SKILLS: Final = 3  # fewer ids tell too little
MIN_STEMS: Final = 6  # so do fewer words
EXACT_WORK: Final = 1_000_000  # list entries to walk, about 10 s; beyond, candidates by MinHash
METHODS: Final = ("auto", "exact", "minhash")
_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """An achievement as it is compared.

    ``key`` names it for people, ``skills`` maps ids to names, ``texts`` languages to words.
    """

    key: str
    name: str
    skills: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two entries by position, ``a`` the one that stands more in the other.

    ``score`` is the larger containment, ``back`` the other one, both from 0 to 1. ``method`` is
    ``skills`` or ``text``; ``shared`` names what weighs most. ``both`` says that each stands in
    the other.
    """

    a: int
    b: int
    score: float
    back: float
    method: str
    language: str
    shared: tuple[str, ...]
    both: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found. ``unread`` are entries with too little to compare.

    ``exact`` is false where candidates came from MinHash: some pairs may be missed. ``crowded``
    counts sets that had more look-alikes than were looked at.
    """

    pairs: tuple[Pair, ...]
    families: tuple[tuple[int, ...], ...]
    unread: tuple[int, ...]
    exact: bool
    crowded: int = 0


def entry_of(record: Record, key: str) -> Entry:
    """The entry of a record: skill ids that are addresses, title and outcomes by language.

    In a language without outcomes, as in most documents of others, the description stands for them.
    """
    achievement = record.achievement
    skills = {skill.uri: skill.name for skill in achievement.skills if skill.uri}
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for said in (achievement.title, *(outcome.statement for outcome in achievement.outcomes)):
        for language, words in said.items():
            texts[language].append(words)
    told = {tag for outcome in achievement.outcomes for tag in outcome.statement}
    for language, words in achievement.description.items():
        if language not in told:
            texts[language].append(words)
    return Entry(
        key, achievement.name, skills, {tag: "\n".join(lines) for tag, lines in texts.items()}
    )


def find_duplicates(
    entries: Sequence[Entry],
    *,
    threshold: float = THRESHOLD,
    text_threshold: float = TEXT_THRESHOLD,
    method: str = "auto",
    step: Step = lambda _: None,
) -> Found:
    """Pairs whose containment reaches a threshold (above 0 to 1), the strongest first.

    Entries with the same skills or words are paired with the first of them only: a thousand copies
    are a family, not half a million pairs. ``method`` is ``exact``, ``minhash`` (needs numpy), or
    ``auto``: exact as long as that is quick. Raises ``UsageError`` ``usage.threshold``,
    ``usage.method`` or ``usage.extra``.
    """
    for value in (threshold, text_threshold):
        if not 0 < value <= 1:
            raise UsageError("usage.threshold", f"{value} is no threshold; from above 0 to 1.")
    if method not in METHODS:
        raise UsageError("usage.method", f"{method[:20]!r} is none of {', '.join(METHODS)}.")
    searches = [
        _Search(view, entries, method, step) for view in _views(entries, threshold, text_threshold)
    ]
    best: dict[tuple[int, int], Pair] = {}
    for pair in (pair for search in searches for pair in search.pairs):
        # Ids are what people agreed on and come first: words speak where they do not.
        best.setdefault((min(pair.a, pair.b), max(pair.a, pair.b)), pair)
    compared = {number for search in searches for number in search.compared}
    groups = [tuple(group) for group in families([*best]) if len(group) >= FAMILY]
    return Found(
        pairs=tuple(sorted(best.values(), key=lambda one: (-one.score, one.a, one.b))),
        families=tuple(groups),
        unread=tuple(number for number in range(len(entries)) if number not in compared),
        exact=all(search.exact for search in searches),
        crowded=sum(search.crowded for search in searches),
    )


@dataclass(frozen=True, slots=True)
class _View:
    """One way to compare: a set for each entry, empty where it has none."""

    method: str
    language: str
    sets: Sequence[frozenset[Any]]
    threshold: float

    def enough(self, one: frozenset[Any]) -> bool:
        """Whether a set says enough to be found in another."""
        if self.method == "skills":
            return len(one) >= MIN_SKILLS
        return sum(map(text.is_stem, one)) >= MIN_STEMS


def _views(entries: Sequence[Entry], threshold: float, text_threshold: float) -> list[_View]:
    ids = [frozenset[Any](one.skills) for one in entries]
    found = [_View("skills", "", ids, threshold)]
    for tag in sorted({tag for one in entries for tag in one.texts}):
        sets = [text.features(one.texts.get(tag, "")) for one in entries]
        found.append(_View("text", tag, sets, text_threshold))
    return found


class _Search:
    """The pairs of one view."""

    def __init__(self, view: _View, entries: Sequence[Entry], method: str, step: Step) -> None:
        self._view = view
        self._entries = entries
        same = {one: numbers for one, numbers in gather(view.sets).items() if view.enough(one)}
        self._groups = list(same.values())
        self.compared = {number for group in self._groups for number in group}
        times = [len(group) for group in self._groups]
        self._corpus = Corpus(list(same), times, text.factor)
        self.exact, self.crowded = True, 0
        self.pairs = [*self._copies(), *map(self._pair, self._matches(method, step))]

    def _matches(self, method: str, step: Step) -> list[Match]:
        if method != "minhash":
            join = ExactJoin(self._corpus, self._view.threshold)
            if method == "exact" or join.work <= EXACT_WORK:
                return list(join.pairs(step))
        return self._by_minhash(step)

    def _by_minhash(self, step: Step) -> list[Match]:
        from stackmark.quality.similarity_minhash import candidates, signatures

        corpus, threshold = self._corpus, self._view.threshold
        self.exact = False
        if not corpus.sets:
            return []
        signed = signatures(corpus.sets, corpus.weights, step=step)
        near = candidates(signed, corpus.totals, threshold)
        self.crowded = near.crowded
        matches = (corpus.compare(*pair) for pair in near.pairs)
        return [one for one in matches if one.score >= threshold]

    def _copies(self) -> list[Pair]:
        return [
            self._made((group[0], other), (1.0, 1.0), (number, number))
            for number, group in enumerate(self._groups)
            for other in group[1:]
        ]

    def _pair(self, match: Match) -> Pair:
        sets = (match.a, match.b) if match.a_in_b >= match.b_in_a else (match.b, match.a)
        first, second = (self._groups[one][0] for one in sets)
        ends = (match.score, min(match.a_in_b, match.b_in_a))
        return self._made((first, second), ends, sets)

    def _made(
        self, ends: tuple[int, int], scores: tuple[float, float], sets: tuple[int, int]
    ) -> Pair:
        shared = frozenset(self._corpus.sets[sets[0]] & self._corpus.sets[sets[1]])
        return Pair(
            a=ends[0],
            b=ends[1],
            score=scores[0],
            back=scores[1],
            method=self._view.method,
            language=self._view.language,
            shared=self._said(shared, self._entries[ends[0]]),
            both=scores[1] >= self._view.threshold,
        )

    def _said(self, shared: frozenset[Any], entry: Entry) -> tuple[str, ...]:
        if self._view.method == "skills":
            ids = self._corpus.heaviest(shared, _SHOWN)
            return tuple(entry.skills[str(one)] or str(one) for one in ids)
        stems = self._corpus.heaviest({one for one in shared if text.is_stem(one)}, _SHOWN)
        words = text.surface(entry.texts[self._view.language])
        return tuple(words[str(one)] for one in stems)
