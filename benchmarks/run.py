"""Figures of the engine as ratios to named peers, measured in one run on one core.

    make bench                 all but the million rows
    .venv/bin/python benchmarks/run.py --million
    .venv/bin/python benchmarks/run.py --stacking

Every figure is the best of several rounds; peers and engine take turns, so that a busy machine
slows both. The goals stand beside the ratios.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import nacl.bindings
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from peers import HERE, PyLD, node

from stackmark.canonical.jcs import jcs
from stackmark.canonical.shapes import SHAPES
from stackmark.canonical.template import Template
from stackmark.issuing.securing import Securer
from stackmark.keys.did import did_key, did_key_method_id
from stackmark.keys.private import PrivateKey
from stackmark.proofs.data_integrity import make_proof
from stackmark.proofs.jose import check_signature, parse_compact, sign_compact
from stackmark.proofs.suites import Canonicals
from stackmark.status.lists import new_list
from stackmark.verification.verifier import Verifier

SEED = bytes(range(32))
NOW = datetime(2026, 11, 23, tzinfo=UTC)
CREATED = "2026-05-04T08:00:00Z"
SAMPLE = json.loads((HERE / "credential.json").read_bytes())
PATHS = [
    ("id",),
    ("credentialSubject", "id"),
    ("credentialSubject", "name"),
    ("credentialSubject", "identifier", 0, "identityHash"),
    ("credentialSubject", "identifier", 0, "salt"),
    ("evidence", 0, "id"),
    ("credentialStatus", "id"),
    ("credentialStatus", "statusListIndex"),
]
rows = []


def best(*functions, count=200, rounds=9):
    """Microseconds a call for each, rounds taking turns."""
    found = [float("inf")] * len(functions)
    for _ in range(rounds):
        for place, function in enumerate(functions):
            start = time.perf_counter()
            for _ in range(count):
                function()
            found[place] = min(found[place], (time.perf_counter() - start) / count * 1e6)
    return found


def row(what, ours, peer, theirs, goal, *, share=False):
    """One line: ``share`` for our speed as a part of the peer's, else times faster."""
    ratio = theirs / ours
    met = ratio >= goal
    text = f"{ratio:.0%}" if share else f"{ratio:.1f} ×"
    wish = f"≥ {goal:.0%}" if share else f"≥ {goal:g} ×"
    rows.append((what, f"{ours:.1f}", peer, f"{theirs:.1f}", text, wish, "yes" if met else "NO"))


def at(tree, path):
    for step in path:
        tree = tree[step]
    return tree


def values(number):
    return [
        f"urn:uuid:00000000-0000-4000-8000-{number:012d}",
        f"did:example:learner-{number}",
        f"Zoë Müller-{number}",
        f"sha256${number:064x}",
        f"{number:032x}",
        f"https://badges.example.edu/evidence/{number}",
        f"https://badges.example.edu/status/3#{number}",
        str(number),
    ]


def filled(sample, number):
    tree = copy.deepcopy(sample)
    for path, value in zip(PATHS, values(number), strict=True):
        at(tree, path[:-1])[path[-1]] = value
    return tree


class Served:
    """Documents in memory: the status list."""

    def __init__(self, documents):
        self.documents = documents

    def fetch(self, url):
        return self.documents[url]


def engine():
    key = PrivateKey.from_seed(SEED)
    sample = copy.deepcopy(SAMPLE)
    sample["issuer"]["id"] = did_key(key.public_key)
    return key, did_key_method_id(key.public_key), sample


def status_list(key, method, sample):
    url = sample["credentialStatus"]["statusListCredential"]
    tree = new_list(
        url=url, issuer=sample["issuer"]["id"], purpose="revocation", valid_from=CREATED
    )
    proof = make_proof(
        Canonicals(tree), suite="eddsa-rdfc-2022", signer=key, method=method, created=CREATED
    )
    return Served({url: orjson.dumps({**tree, "proof": proof})})


def issuing():
    key, method, sample = engine()
    securer = Securer(
        sample["@context"], suite="eddsa-rdfc-2022", signer=key, method=method, created=CREATED
    )
    template = Template(sample, PATHS)
    numbers = iter(range(10**9))

    def ours():
        one = values(next(numbers))
        digest = securer.hash(template.canonical(one))
        return template.json(one, securer.tail(digest))

    bare = Ed25519PrivateKey.from_private_bytes(SEED)
    seed_key = nacl.bindings.crypto_sign_seed_keypair(SEED)[1]
    message = bytes(64)
    mine, with_cryptography, with_nacl = best(
        ours, lambda: bare.sign(message), lambda: nacl.bindings.crypto_sign(message, seed_key)
    )
    pyld = PyLD(SEED, method)
    (slow,) = best(lambda: pyld.issue(filled(sample, 1)), count=5, rounds=5)
    row(
        "bulk issuing, eddsa-rdfc-2022",
        mine,
        "bare signing, cryptography",
        with_cryptography,
        0.40,
        share=True,
    )
    row("", mine, "bare signing, PyNaCl", with_nacl, 0.30, share=True)
    row("", mine, "PyLD + cryptography", slow, 80)
    peer = node("vc_bench.mjs", HERE / "credential.json")
    if peer:
        row("", mine, "@digitalbazaar/vc", 1e6 / peer["rdfc"]["issue"], 100)


def verifying():
    key, method, sample = engine()
    served = status_list(key, method, sample)
    pyld = PyLD(SEED, method)
    issued = []
    for number in range(400):
        tree = filled(sample, number)
        proof = make_proof(
            Canonicals(tree), suite="eddsa-rdfc-2022", signer=key, method=method, created=CREATED
        )
        issued.append(orjson.dumps({**tree, "proof": proof}))
    verifier = Verifier(now=NOW, fetcher=served)
    for data in issued:
        assert verifier.verify(data).verdict == "verified"
    turn = iter(range(10**9))

    def ours():
        verifier.verify(issued[next(turn) % len(issued)])

    def unseen():
        SHAPES.forget()
        verifier.verify(issued[next(turn) % len(issued)])

    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key()
    signed = nacl.bindings.crypto_sign(bytes(64), nacl.bindings.crypto_sign_seed_keypair(SEED)[1])
    raw = key.public_key.raw
    mine, with_cryptography, with_nacl = best(
        ours,
        lambda: public.verify(signed[:64], signed[64:]),
        lambda: nacl.bindings.crypto_sign_open(signed, raw),
    )
    (fresh,) = best(unseen)
    (slow,) = best(lambda: pyld.verify(issued[0]), count=5, rounds=5)
    row(
        "verifying, shape seen before",
        mine,
        "bare checking, cryptography",
        with_cryptography,
        0.40,
        share=True,
    )
    row("", mine, "bare checking, PyNaCl", with_nacl, 0.33, share=True)
    row("", mine, "PyLD + cryptography", slow, 30)
    row("verifying, shape never seen", fresh, "PyLD + cryptography", slow, 15)
    peer = node("vc_bench.mjs", HERE / "credential.json")
    if peer:
        row(
            "verifying, shape seen before",
            mine,
            "@digitalbazaar/vc",
            1e6 / peer["rdfc"]["verify"],
            30,
        )


def by_jcs():
    key, method, sample = engine()
    served = status_list(key, method, sample)
    verifier = Verifier(now=NOW, fetcher=served)
    turn = iter(range(10**9))
    trees = [filled(sample, number) for number in range(400)]

    def issue():
        tree = trees[next(turn) % len(trees)]
        return orjson.dumps(
            {
                **tree,
                "proof": make_proof(
                    Canonicals(tree, strict=False),
                    suite="eddsa-jcs-2022",
                    signer=key,
                    method=method,
                    created=CREATED,
                ),
            }
        )

    issued = [issue() for _ in range(400)]
    for data in issued:
        assert verifier.verify(data).verdict == "verified"
    message = jcs(trees[0])
    public = Ed25519PrivateKey.from_private_bytes(SEED).public_key()
    signature = key.sign(message)
    mine, check, sign, bare = best(
        issue,
        lambda: verifier.verify(issued[next(turn) % len(issued)]),
        lambda: key.sign(bytes(64)),
        lambda: public.verify(signature, message),
    )
    row(
        "eddsa-jcs-2022, issuing (10,000/s is 100 µs)", mine, "bare signing", sign, 0.20, share=True
    )
    row(
        "eddsa-jcs-2022, verifying (5,000/s is 200 µs)",
        check,
        "bare checking, cryptography",
        bare,
        0.50,
        share=True,
    )


def tokens():
    import jwt
    from joserfc import jws
    from joserfc.jwk import ECKey, OKPKey

    payload = orjson.dumps(filled(SAMPLE, 1))
    for name, algorithm, kind in (("EdDSA", "ed25519", OKPKey), ("ES256", "p256", ECKey)):
        key = PrivateKey.generate(algorithm)
        token = sign_compact(payload, signer=key, typ="vc+jwt", kid="k")
        pem = key.public_key.to_pem()
        loaded = kind.import_key(pem)
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        public = load_pem_public_key(pem)
        data = token.encode()
        mine, pyjwt, joserfc = best(
            lambda data=data, key=key: check_signature(parse_compact(data), key.public_key),
            lambda token=token, public=public, name=name: jwt.PyJWS().decode(
                token, public, algorithms=[name]
            ),
            lambda token=token, loaded=loaded, name=name: jws.deserialize_compact(
                token, loaded, algorithms=[name]
            ),
        )
        row(f"JWS {name}, checking", mine, "PyJWT", pyjwt, 1)
        row("", mine, "joserfc", joserfc, 1)
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(payload)
            file.flush()
            peer = node("jose_bench.mjs", file.name)
        if peer:
            row("", mine, "node jose", peer[name], 1)


def cold():
    key, method, sample = engine()
    plain = {name: value for name, value in sample.items() if name != "credentialStatus"}
    proof = make_proof(
        Canonicals(plain), suite="eddsa-rdfc-2022", signer=key, method=method, created=CREATED
    )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.json"
        file.write_bytes(orjson.dumps({**plain, "proof": proof}))
        program = [sys.executable, "-m", "stackmark", "verify", str(file), "--offline"]
        runs = []
        for _ in range(7):
            start = time.perf_counter()
            subprocess.run(program, capture_output=True, check=True)
            runs.append((time.perf_counter() - start) * 1e6)
        row("stackmark verify one.json, cold process", min(runs), "300 ms", 300_000, 1)
        runs = []
        for _ in range(7):
            code = "import time;t=time.perf_counter();import stackmark;print(time.perf_counter()-t)"
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
            runs.append(float(done.stdout) * 1e6)
        row("import stackmark", min(runs), "100 ms", 100_000, 1)


def report():
    heads = ("measure", "µs", "peer", "peer µs", "ratio", "goal", "met")
    table = [heads, *rows]
    widths = [max(len(line[place]) for line in table) for place in range(len(heads))]
    for line in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["issuing", "verifying", "jcs", "tokens", "cold"])
    parser.add_argument("--stacking", action="store_true", help="audits of awards, without peers")
    parser.add_argument("--reaudit", action="store_true", help="everybody on a pathway, again")
    parser.add_argument("--million", action="store_true", help="1,000,000 rows by the command line")
    chosen = parser.parse_args()
    if hasattr(os, "sched_setaffinity") and not chosen.million:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if chosen.million:
        import million

        million.main()
        return
    if chosen.stacking:
        import stacking

        stacking.main()
        return
    if chosen.reaudit:
        import reaudit

        reaudit.main()
        return
    parts = {
        "issuing": issuing,
        "verifying": verifying,
        "jcs": by_jcs,
        "tokens": tokens,
        "cold": cold,
    }
    for name, part in parts.items():
        if chosen.only in (None, name):
            part()
    report()


if __name__ == "__main__":
    main()
