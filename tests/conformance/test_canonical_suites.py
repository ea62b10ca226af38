"""W3C RDFC-1.0 and JSON-LD toRdf, JCS test data, and the poison graphs."""

from __future__ import annotations

import json
import time

import pytest

from shared import need_shared
from stackmark.canonical.emitter import to_quads
from stackmark.canonical.jcs import jcs
from stackmark.canonical.nquads import parse_nquads
from stackmark.canonical.rdfc import canonicalize_quads, quick_lines
from stackmark.errors import CheckFailed, StackmarkError

# toRdf tests whose features no pinned context uses; they are refused, never got wrong.
# 1.0 rules, remote or imported contexts, @reverse, @nest, @included, @graph, index and id maps,
# base IRIs, keyword aliases other than id and type, blank node ids.
PROCESSED_WRONG_KIND = {
    "#tc032": "an unused scoped context is not looked into",
}


def _entries(folder, key):
    listing = next((need_shared() / "vectors" / folder).glob("*manifest*"))
    manifest = json.loads(listing.read_bytes())
    return manifest.get("entries") or manifest[key]


def test_rdf_canon_suite():
    base = need_shared() / "vectors" / "rdf-canon"
    done = 0
    for entry in _entries("rdf-canon", "sequence"):
        quads = parse_nquads((base / entry["action"]).read_text(encoding="utf-8"))
        digest = {"SHA384": "sha384"}.get(entry.get("hashAlgorithm"), "sha256")
        if "Negative" in str(entry["type"]):
            with pytest.raises(CheckFailed) as caught:
                canonicalize_quads(quads)
            assert caught.value.reason == "lossless.work-limit"
            done += 1
            continue
        found = canonicalize_quads(quads, algorithm=digest)
        wanted = base / entry["result"]
        if "Map" in str(entry["type"]):
            labels = {k[2:]: v[2:] for k, v in found.labels.items()}
            assert labels == json.loads(wanted.read_bytes()), entry["id"]
        else:
            text = wanted.read_bytes().decode()
            assert found.text == text, entry["id"]
            if digest == "sha256":
                assert "".join(quick_lines(quads)) == text, entry["id"]
        done += 1
    assert done >= 40


def test_json_ld_to_rdf_is_right_or_refused():
    base = need_shared() / "vectors" / "json-ld-api"
    right = refused = 0
    for entry in _entries("json-ld-api", "sequence"):
        option = entry.get("option", {})
        if "json-ld-1.0" in (option.get("processingMode"), option.get("specVersion")):
            continue
        if option.get("rdfDirection") == "compound-literal":  # the other way to keep a direction
            continue
        source = base / entry["input"]
        if not source.is_file():
            continue
        try:
            found = canonicalize_quads(to_quads(json.loads(source.read_bytes()))).text
        except StackmarkError as error:
            assert error.code in ("lossless", "context"), entry["@id"]
            refused += 1
            continue
        if "jld:NegativeEvaluationTest" in entry["@type"]:
            assert entry["@id"] in PROCESSED_WRONG_KIND, entry["@id"]
        elif "expect" in entry and entry["@id"] != "#tpr30":
            text = (base / entry["expect"]).read_bytes().decode()
            assert found == canonicalize_quads(parse_nquads(text)).text, entry["@id"]
            right += 1
    assert right >= 60
    assert refused >= 100


def test_jcs_data():
    base = need_shared() / "vectors" / "jcs"
    names = sorted(path.name for path in (base / "input").iterdir())
    assert names
    for name in names:
        value = json.loads((base / "input" / name).read_bytes())
        assert jcs(value) == (base / "output" / name).read_bytes(), name


def test_poison_graphs_end_in_time():
    cases = json.loads((need_shared() / "vectors/security/own/poison-graphs.json").read_bytes())[
        "cases"
    ]
    for case in cases:
        if "nquads" not in case:
            continue
        start = time.process_time()
        try:
            canonicalize_quads(parse_nquads(case["nquads"]))
            outcome = "canonical form"
        except CheckFailed as error:
            assert error.reason == "lossless.work-limit"
            outcome = "work-limit error"
        assert outcome in case["expect"], case["id"]
        assert time.process_time() - start < 10, case["id"]
