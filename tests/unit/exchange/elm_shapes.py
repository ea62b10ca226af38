"""What the EDC application profile's SHACL shapes say, in the terms of its JSON-LD context.

Run as a program it writes the table that the package carries:
``.venv/bin/python tests/unit/exchange/elm_shapes.py > src/stackmark/exchange/elm/cardinalities.json``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import rdflib
from rdflib.collection import Collection

from shared import need_shared

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")
CLAIMS = [
    *("Claim", "LearningAchievement", "LearningActivity", "LearningAssessment"),
    "LearningEntitlement",
]
NO_NODES = {"proof", "termsOfUse", "credentialStatus", "holder"}  # any address
CREDENTIALS = {  # terms of the Verifiable Credentials context that the profile constrains
    "https://www.w3.org/2018/credentials#" + name: name
    for name in (
        *("issuer", "credentialSubject", "issuanceDate", "issued", "validFrom", "validUntil"),
        *("expirationDate", "evidence", "credentialSchema", "proof", "termsOfUse"),
        *("credentialStatus", "holder"),
    )
}


def context():
    path = need_shared() / "vectors" / "elm" / "edc-ap-context.jsonld"
    return json.loads(path.read_text())["@context"]


def terms():
    """Address → term."""
    known = context()
    found = dict(CREDENTIALS)
    for term, entry in known.items():
        address = entry["@id"] if isinstance(entry, dict) else entry
        prefix, _, rest = address.partition(":")
        found.setdefault(known.get(prefix, "") + rest, term)
    return found


def shapes():
    path = need_shared() / "vectors" / "elm" / "EDC-generic-no-cv.ttl"
    return rdflib.Graph().parse(path)


def table():
    """Class → term → [least, most or null, classes of its values]."""
    graph, names = shapes(), terms()
    found = {}
    for shape in graph.subjects(SH.targetClass, None):
        if graph.value(shape, SH.deactivated):
            continue
        kind = names.get(str(graph.value(shape, SH.targetClass)))
        if kind is not None:
            found[kind] = rows(graph, shape, names)
    node = next(graph.subjects(SH.property, graph.value(None, SH.path, _eidas())))
    found["issuer"] = rows(graph, _named(graph, "IssuerNodeShape") or node, names)
    return {kind: found[kind] for kind in sorted(found) if found[kind]}


def _eidas():
    return rdflib.URIRef("http://data.europa.eu/snb/model/elm/eidasLegalIdentifier")


def _named(graph, name):
    return next((one for one in graph.subjects(SH.property, None) if str(one).endswith(name)), None)


def rows(graph, shape, names):
    found = {}
    for constraint in graph.objects(shape, SH.property):
        term = names.get(str(graph.value(constraint, SH.path)))
        if term is None or term in NO_NODES:
            continue
        least, most = (graph.value(constraint, one) for one in (SH.minCount, SH.maxCount))
        row = [int(least or 0), int(most) if most else None, classes(graph, constraint, names)]
        if row != [0, None, []]:
            found[term] = row
    return dict(sorted(found.items()))


def classes(graph, constraint, names):
    alone = graph.value(constraint, SH["class"])
    if alone is not None:
        return [names[str(alone)]]
    choice = graph.value(constraint, SH["or"])
    if choice is not None:
        members = Collection(graph, choice)
        return sorted(names[str(graph.value(one, SH["class"]))] for one in members)
    return CLAIMS if str(graph.value(constraint, SH.node)).endswith("ClaimNodeShape") else []


def text(found):
    """The table as the package carries it: one line a class and term."""
    kinds = []
    for kind, constraints in found.items():
        lines = [f"    {json.dumps(term)}: {json.dumps(row)}" for term, row in constraints.items()]
        kinds.append(f"  {json.dumps(kind)}: {{\n" + ",\n".join(lines) + "\n  }")
    return "{\n" + ",\n".join(kinds) + "\n}\n"


if __name__ == "__main__":
    print(text(table()), end="")
