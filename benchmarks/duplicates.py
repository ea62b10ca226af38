"""How long the duplicate check takes for very many achievements, on one core.

python benchmarks/duplicates.py [ACHIEVEMENTS]     100,000 when not given

Skill ids are drawn from 14,000 with Zipf frequencies, 4 to 16 an achievement; 2 % of the achievements
are near copies of others. The limit is a minute; the error of the estimate is held against exact
Jaccard and its bound 1/sqrt(k).
"""

from __future__ import annotations

import math
import random
import resource
import sys
import time

from stackmark.quality.similarity import Corpus, ExactJoin
from stackmark.quality.similarity_minhash import K, candidates, jaccard, signatures

VOCABULARY = 14_000
THRESHOLD = 0.8


def sets(count: int) -> list[frozenset[str]]:
    rng = random.Random(42)
    weights = [1 / (rank + 10) for rank in range(VOCABULARY)]
    names = [f"http://data.example/skill/{n}" for n in range(VOCABULARY)]
    sizes = [rng.randint(4, 16) for _ in range(count - count // 50)]
    drawn = iter(rng.choices(names, weights, k=sum(sizes)))
    made = [frozenset(next(drawn) for _ in range(size)) for size in sizes]
    for one in rng.sample(made, count // 50):
        made.append(frozenset([*sorted(one)[1:], rng.choice(names)]))
    return list(dict.fromkeys(made))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    given = sets(count)
    begin = time.perf_counter()
    corpus = Corpus(given, [1] * len(given))
    signed = signatures(given, corpus.weights)
    hashed = time.perf_counter()
    near = candidates(signed, corpus.totals, THRESHOLD)
    found = {p for p in near.pairs if corpus.compare(*p).score >= THRESHOLD}
    done = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"MinHash, {len(given):,} distinct sets, k = {K}: {done - begin:.1f} s")
    print(f"  signatures {hashed - begin:.1f} s, banding and exact check {done - hashed:.1f} s")
    print(f"  {len(near.pairs):,} candidates, {len(found):,} pairs, {near.crowded:,} crowded")
    print(f"  {memory:,.0f} MiB at most, limit 60 s: {'kept' if done - begin < 60 else 'BROKEN'}")
    plain = signatures(given[:4000])
    rng, errors = random.Random(1), []
    for a, b in [p for p in near.pairs if max(p) < 4000] + [
        tuple(rng.sample(range(4000), 2)) for _ in range(500)
    ]:
        true = len(given[a] & given[b]) / len(given[a] | given[b])
        errors.append(jaccard(plain[a], plain[b]) - true)
    root = math.sqrt(sum(e * e for e in errors) / len(errors))
    print(f"  root mean square error {root:.4f}, bound 1/sqrt(k) {1 / math.sqrt(K):.4f}")
    begin = time.perf_counter()
    join = ExactJoin(corpus, THRESHOLD)
    print(f"Exact join: {join.work:,} list entries")
    exact = {(m.a, m.b) for m in join.pairs()}
    print(f"  {time.perf_counter() - begin:.1f} s, {len(exact):,} pairs")
    print(f"  of these MinHash found {len(found & exact) / max(1, len(exact)):.3f}")


if __name__ == "__main__":
    main()
