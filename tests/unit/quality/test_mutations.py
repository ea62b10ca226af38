"""Each of the sixteen elements of the EU list taken away gives exactly one finding, naming it."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from quality_records import (
    ELEMENTS,
    MANDATORY,
    NOW,
    OF_A_DESIGN,
    OF_A_PERSON,
    credential,
    design,
    without,
)
from stackmark.errors import UsageError
from stackmark.exchange.formats import NAMES, read_record, write_record
from stackmark.model.record import Record
from stackmark.quality.check import check
from stackmark.quality.paths import found as values
from stackmark.quality.profile import named

EU = named("eu-2022")
# Formats that hold one person's credential; the others describe what is offered.
CREDENTIALS = [
    name
    for name in ("stackmark", "ob3", "elm")
    if name in NAMES and find_spec(f"{NAMES[name].package}.read")
]


def judged(tree, resources=None):
    return check(read_record(tree, resources=resources), EU, now=NOW)


def written(tree, name):
    """A record in a format, read again as anyone would."""
    made = write_record(Record.from_json(tree), name)
    return made.document, made.resources


def mutated(name, element, paths, whole):
    """The document without the element: not written, or, where the format insists, cut out."""
    try:
        return written(without(whole, paths), name)
    except UsageError:
        document, resources = written(whole, name)
        return cut(document, resources, paths), resources


def cut(document, resources, paths):
    """Cut out, and its copies: a format may say a thing twice."""
    for _ in range(9):
        found = read_record(document, resources=resources)
        said = [path for path in paths if list(values(found.record.to_json(), path))]
        if not said:
            return document
        places = [
            place
            for key, place in found.places.items()
            if any(key == path or key.startswith(f"{path}/") for path in said)
        ]
        document = without(document, sorted(places, key=len, reverse=True))
    raise AssertionError(f"{paths} is said again and again")


def only_finding(tree, resources=None):
    found = judged(tree, resources).findings
    assert [one.element for one in found] == [found[0].element]
    return found[0]


def test_the_list_has_sixteen_elements_eleven_of_them_mandatory():
    assert [row.element for row in EU.rows] == list(ELEMENTS)
    assert [row.element for row in EU.rows if row.severity == "mandatory"] == MANDATORY


@pytest.mark.parametrize("name", CREDENTIALS)
def test_an_intact_credential_has_no_finding(name):
    done = judged(*written(credential(), name))
    assert [(one.element, one.message) for one in done.findings] == []
    assert (done.conforms, done.verdict, done.warnings) == (True, "conforms", ())


@pytest.mark.parametrize("element", ELEMENTS)
@pytest.mark.parametrize("name", CREDENTIALS)
def test_each_element_taken_from_a_credential_is_named(name, element):
    document, resources = mutated(name, element, ELEMENTS[element], credential())
    found = only_finding(document, resources)
    own = name == "stackmark"
    assert found.element == element
    assert found.outcome == ("failed" if own and element in MANDATORY else "could-not-tell")
    assert found.severity == ("mandatory" if element in MANDATORY else "advice")
    assert found.message
    assert found.fix
    assert found.clause == "2022/C 243/02 Annex I"


@pytest.mark.parametrize("element", ELEMENTS)
def test_the_pointer_says_where_it_would_stand(element):
    found = only_finding(without(credential(), ELEMENTS[element]))
    home = ELEMENTS[element][0]
    assert found.pointer == ("/issuer" if element == "Awarding body" else home)


def test_an_intact_design_has_no_finding_and_nobody():
    done = judged(design())
    assert done.findings == ()
    assert done.is_design
    gone = [one.element for one in done.rows if one.outcome == "not-applicable"]
    assert gone == list(OF_A_PERSON)
    assert done.verdict == "conforms"


@pytest.mark.parametrize("element", [name for name in ELEMENTS if name not in OF_A_PERSON])
def test_each_element_taken_from_a_design_is_named(element):
    found = only_finding(without(design(), OF_A_DESIGN[element]))
    assert found.element == element
    assert found.outcome == ("failed" if element in MANDATORY else "could-not-tell")


def test_a_descriptor_alone_has_places_without_the_record_around_it():
    alone = without(design(), ["/achievement/workload", "/achievement/credit"])["achievement"]
    found = {one.element: one for one in judged(alone).findings}
    assert found["Notional workload"].pointer == "/workload"
    assert found["Country/region of issuer"].pointer == ""
    assert list(found) == ["Country/region of issuer", "Awarding body", "Notional workload"]


def test_optional_elements_never_decide():
    bare = without(design(), [path for name in list(ELEMENTS)[11:] for path in OF_A_DESIGN[name]])
    done = judged(bare)
    assert (done.conforms, len(done.findings)) == (True, 5)
    assert {one.outcome for one in done.findings} == {"could-not-tell"}
