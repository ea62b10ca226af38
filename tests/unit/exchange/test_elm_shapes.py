"""The table of cardinalities against the SHACL shapes, and our checker against pyshacl."""

from __future__ import annotations

import copy
import json
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings

from each import some
from shared import need_shared
from stackmark.canonical import contexts
from stackmark.exchange.elm import cardinalities
from stackmark.exchange.elm.write import CONTEXTS
from stackmark.exchange.formats import write_record
from unit.exchange.elm_documents import ISSUER, credential, design
from unit.exchange.records import records
from unit.exchange.test_elm_round_trip import with_countries

jsonld = pytest.importorskip("pyld.jsonld")
rdflib = pytest.importorskip("rdflib")
pyshacl = pytest.importorskip("pyshacl")

from unit.exchange import elm_shapes  # noqa: E402 - needs rdflib

RESULT = rdflib.URIRef("http://www.w3.org/ns/shacl#resultPath")


def load(url, options=None):
    path = need_shared() / "vectors" / "elm" / "edc-ap-context.jsonld"
    found = json.loads(path.read_text()) if url == CONTEXTS[1] else contexts.load(url)
    about = {"contentType": "application/ld+json", "contextUrl": None, "documentUrl": url}
    return {**about, "document": found}


@cache
def shapes():
    return elm_shapes.shapes()


def as_graph(document):
    options = {"format": "application/n-quads", "documentLoader": load}
    quads = jsonld.to_rdf(document, options)
    return rdflib.Graph().parse(data=quads, format="nt")


def broken_terms(document):
    """The terms of the paths that pyshacl objects to."""
    conforms, results, _ = pyshacl.validate(as_graph(document), shacl_graph=shapes())
    names = elm_shapes.terms()
    found = {names.get(str(path), str(path)) for path in results.objects(None, RESULT)}
    assert conforms == (not found)
    return found


def our_terms(document):
    return {one.term for one in cardinalities.breaches(document)}


def test_the_table_is_what_the_shapes_say():
    carried = {
        kind: {term: [least, most, list(of)] for term, (least, most, of) in terms.items()}
        for kind, terms in cardinalities.rules().items()
    }
    assert carried == elm_shapes.table()


@pytest.mark.parametrize("document", [credential(), design()], ids=["credential", "design"])
def test_what_we_write_passes_the_shapes(document):
    need_shared()
    assert broken_terms(document) == set()
    assert cardinalities.breaches(document) == ()


def test_without_the_identifier_of_a_seal_only_that_is_missing():
    """Official unsealed samples lack it too: the Commission's issuer adds it when it seals."""
    document = credential(issuer={**ISSUER, "identifiers": []})
    found = cardinalities.breaches(document)
    assert [(one.pointer, one.term) for one in found] == [("/issuer", "eIDASIdentifier")]
    need_shared()
    assert broken_terms(document) == {"issuer", "eIDASIdentifier"}


@given(records().map(with_countries))
@settings(deadline=None, max_examples=12, suppress_health_check=list(HealthCheck))
def test_whatever_we_write_passes(record):
    document = write_record(record, "elm").document
    left = our_terms(document) - {"eIDASIdentifier"}
    assert left == set()
    need_shared()
    assert broken_terms(document) - {"issuer", "eIDASIdentifier"} == set()


def objects(value, path=()):
    if isinstance(value, dict):
        yield path, value
    for name, inner in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(inner, dict | list):
            yield from objects(inner, (*path, name))


def at(tree, path):
    for name in path:
        tree = tree[name]
    return tree


def mutations():
    """Each required member of each class removed, each single one doubled, each class changed."""
    document = credential()
    seen = set()
    for path, one in objects(document):
        kinds = one.get("type") if isinstance(one.get("type"), list) else [one.get("type")]
        for kind in kinds:
            for term, (least, most, of) in cardinalities.rules().get(kind, {}).items():
                for how, fits in (
                    ("removed", least == 1),
                    ("doubled", most == 1),
                    ("another", bool(of) and "ShaclValidator2017" not in of),
                ):
                    if fits and term in one and (kind, term, how) not in seen:
                        seen.add((kind, term, how))
                        yield kind, term, how, path


MUTATIONS = list(mutations())


def mutated(term, how, path):
    """The document with the change in this object, wherever it stands (RDF joins equal ones)."""
    document = copy.deepcopy(credential())
    changed = copy.deepcopy(at(document, path))
    same = [one for _, one in objects(document) if one == changed]
    for one in same:
        if how == "removed":
            del one[term]
        elif how == "doubled":
            one[term] = doubled(one[term])
        else:
            one[term] = {"id": "urn:test:another", "type": "ShaclValidator2017"}
    return document


def doubled(value):
    if isinstance(value, dict):
        return [value, {**value, "id": "urn:test:second"}]
    return [value, "P3D" if str(value).startswith("P") else f"1{value}"]


@pytest.mark.parametrize(("kind", "term", "how", "path"), some(MUTATIONS))
def test_our_verdict_on_a_changed_document_is_that_of_the_shapes(kind, term, how, path):
    document = mutated(term, how, path)
    assert term in our_terms(document)
    need_shared()
    assert term in broken_terms(document)


def test_there_are_changes_of_every_sort():
    assert {how for _, _, how, _ in MUTATIONS} == {"removed", "doubled", "another"}
    assert len(MUTATIONS) > 60
    for wanted in (
        ("EuropeanDigitalCredential", "credentialProfiles", "removed"),
        ("EuropeanDigitalCredential", "displayParameter", "removed"),
        ("LearningAssessment", "grade", "removed"),
        ("CreditPoint", "framework", "removed"),
        ("Qualification", "eqfLevel", "doubled"),
    ):
        assert wanted in {(kind, term, how) for kind, term, how, _ in MUTATIONS}
