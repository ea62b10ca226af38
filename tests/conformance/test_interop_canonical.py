"""Our canonical N-Quads against jsonld and rdf-canonize in safe mode (make interop)."""

from __future__ import annotations

import random

import orjson
import pytest

from conformance.node_peers import ask
from conformance.shapes import SHAPES, badge, drawn, number, subject
from simulators.tampering import mutate
from stackmark.errors import CheckFailed
from stackmark.proofs.suites import Canonicals

pytestmark = pytest.mark.interop

DID = "did:web:northfield.example"


TIRED = "Maximum deep iterations exceeded"  # trap 3: its limit is below what is legal


def canonize(trees, digest="SHA-256"):
    """What Node makes of each: the canonical text, or why it refuses."""
    jobs = [{"op": "canonize", "document": tree, "digest": digest} for tree in trees]
    return [
        answer["lines"] if answer["ok"] else answer["errors"]
        for answer in ask("data_integrity", jobs)
    ]


def ours(tree, digest="sha256"):
    """What we make of it, or None; a copy by way of JSON, as Node gets it."""
    try:
        return "".join(Canonicals(orjson.loads(orjson.dumps(tree))).lines(digest))
    except CheckFailed as error:
        assert error.code in ("lossless", "context"), error.reason
        return None


@pytest.mark.parametrize("digest", ["SHA-256", "SHA-384"])
def test_the_forms_of_all_shapes_are_equal(digest):
    trees = {name: shape(DID) for name, shape in SHAPES.items()}
    trees |= {f"drawn {n}": tree for n, tree in enumerate(drawn(60))}
    for (name, tree), theirs in zip(trees.items(), canonize(trees.values(), digest), strict=True):
        assert ours(tree, digest.lower().replace("-", "")) == theirs, name


@pytest.mark.parametrize("name", ["nested", "ties", "endorsed", "hashed"])
def test_what_we_take_after_a_change_node_takes_and_reads_alike(name):
    rng = random.Random(name)
    trees = [mutate(rng, SHAPES[name](DID)) for _ in range(800)]
    mine = [ours(tree) for tree in trees]
    taken = [(tree, form) for tree, form in zip(trees, mine, strict=True) if form is not None]
    assert len(taken) > 150
    theirs = canonize([tree for tree, _ in taken])
    assert [
        orjson.dumps(tree)
        for (tree, form), other in zip(taken, theirs, strict=True)
        if form != other
    ] == []


# Where Node is known to differ (the numbers are those of the list of traps): what we say to it,
# the line that differs (ours, theirs).
def tags(*values):
    return badge(DID, credentialSubject=subject({"tag": list(values)}))


def credits_line(text):
    return f'"{text}"^^<https://www.w3.org/2001/XMLSchema#float>'


@pytest.mark.parametrize(
    ("value", "mine", "theirs"),
    [
        pytest.param(1e-7, "1.0E-7", "0", id="12: no point in its own spelling"),
        pytest.param(5e-324, "4.940656458412465E-324", "0", id="12: the smallest"),
        pytest.param(
            1000000.0009765625,
            "1.000000000976562E6",
            "1.000000000976563E6",
            id="a tie in the last place, even",
        ),
        pytest.param(2**53 + 1, "9007199254740993", "9007199254740992", id="12: beyond 2^53"),
    ],
)
def test_a_number_that_node_writes_otherwise(value, mine, theirs):
    tree = number(value)(DID)
    (form,) = canonize([tree])
    assert credits_line(mine) in ours(tree)
    assert credits_line(theirs) in form
    assert ours(tree).replace(credits_line(mine), credits_line(theirs)) == form


@pytest.mark.parametrize("language", [{}, {"@language": "ar"}, {"@language": "AR-eg"}])
def test_a_base_direction_is_signed_alike(language):
    tree = badge(DID, description={"@value": "x", "@direction": "rtl", **language})
    assert canonize([tree]) == [ours(tree)]


def test_node_gives_up_on_a_list_of_equal_items():
    graded = {
        "type": ["ResultDescription"],
        "id": "urn:uuid:1",
        "name": "Marks",
        "resultType": "Result",
        "allowedValue": ["B"] * 5,
    }
    tree = badge(DID, credentialSubject=subject({"resultDescription": [graded]}))
    (form,) = canonize([tree])
    assert form[0].startswith(f"Error: {TIRED}")
    assert ours(tree).count('"B"') == 5


def test_node_sorts_by_utf_16_units_where_we_sort_by_code_point():
    tree = tags("\U0001f600", "\ue000")  # trap 6
    (form,) = canonize([tree])
    assert ours(tree) != form
    assert sorted(ours(tree).splitlines()) == sorted(form.splitlines())
    assert form.index("\U0001f600") < form.index("\ue000")


@pytest.mark.parametrize(
    ("tree", "reason"),
    [
        pytest.param(tags("3", 3), "lossless.duplicate-value", id="9: 3 and the text 3"),
        pytest.param(
            badge(DID, id="https://x.example/<a>"),
            "lossless.relative-id",
            id="10: an IRI that has to be escaped",
        ),
        pytest.param(badge(DID, id="_:b0"), "lossless.relative-id", id="5: a blank node by name"),
        pytest.param(badge(DID, description=None), "lossless.null", id="20: null"),
        pytest.param(tags(), "lossless.empty", id="20: an empty list"),
        pytest.param(tags(["soil"]), "lossless.nested-list", id="20: a list in a list"),
        pytest.param(
            badge(
                DID,
                evidence=[
                    {"id": "urn:uuid:7b1c1f4e-0000-4000-8000-000000000001", "type": ["Evidence"]}
                ],
            ),
            "lossless.described-twice",
            id="23: the credential's own id inside it",
        ),
    ],
)
def test_node_takes_what_we_refuse(tree, reason):
    assert isinstance(canonize([tree])[0], str)
    with pytest.raises(CheckFailed) as caught:
        Canonicals(tree).statements()
    assert caught.value.reason == reason
