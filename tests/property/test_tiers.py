"""Tiers a and b give byte for byte what the reference tier gives, or step aside."""

from __future__ import annotations

import copy

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyld import jsonld

from simulators.credentials import credentials, text_paths, texts, urls
from stackmark.canonical import contexts
from stackmark.canonical.emitter import to_quads
from stackmark.canonical.nquads import IRI
from stackmark.canonical.plan import Deopt, Plan
from stackmark.canonical.rdfc import canonicalize_quads, quick_lines
from stackmark.canonical.template import Template
from stackmark.canonical.tracing import NotTraceable
from stackmark.errors import CheckFailed

relaxed = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def reference(tree):
    return quick_lines(to_quads(tree, strict=True))


def put(tree, path, value):
    for key in path[:-1]:
        tree = tree[key]
    tree[path[-1]] = value


def get(tree, path):
    for key in path:
        tree = tree[key]
    return tree


def changed(data, tree, paths):
    """A copy of the tree with other values of the same kind at some paths."""
    other = copy.deepcopy(tree)
    for path in paths:
        old = get(tree, path)
        same = st.just(get(tree, data.draw(st.sampled_from(paths))))
        put(other, path, data.draw(st.one_of(urls if IRI.match(old) else texts, same)))
    return other


@given(credentials)
@relaxed
def test_quick_lines_equal_the_whole_algorithm(tree):
    try:
        quads = to_quads(tree, strict=True)
    except CheckFailed as error:
        assert error.code == "lossless"
        return
    assert quick_lines(quads) == sorted(set(canonicalize_quads(quads).lines))


@given(credentials, st.data())
@relaxed
def test_a_plan_gives_the_reference_lines_or_steps_aside(tree, data):
    try:
        plan = Plan(tree)
    except NotTraceable:
        return
    paths = text_paths(tree)
    for other in (
        tree,
        changed(data, tree, data.draw(st.lists(st.sampled_from(paths), max_size=4))),
    ):
        try:
            wanted = reference(other)
        except CheckFailed:
            wanted = None
        try:
            assert plan.lines(other) == wanted
        except Deopt:
            continue


@given(credentials, st.data())
@relaxed
def test_a_template_gives_the_reference_form_or_steps_aside(tree, data):
    every = text_paths(tree)
    paths = data.draw(st.lists(st.sampled_from(every), min_size=1, max_size=5, unique=True))
    try:
        template = Template(tree, paths)
    except (NotTraceable, CheckFailed):
        return
    other = changed(data, tree, paths)
    values = [get(other, path) for path in paths]
    try:
        form = template.canonical(values)
    except Deopt:
        return
    assert form.decode() == "".join(reference(other))
    assert template.json(values) == orjson.dumps(other)


def test_plans_and_templates_do_serve_the_usual_badge():
    tree = usual_badge()
    plan = Plan(tree)
    template = Template(tree, [("id",), ("credentialSubject", "name")])
    for number in range(50):
        other = usual_badge(f"urn:uuid:{number}", f'Zoë "{number}"\n')
        assert plan.lines(other) == reference(other)
        values = [other["id"], other["credentialSubject"]["name"]]
        assert template.canonical(values).decode() == "".join(reference(other))


def test_a_plan_does_not_take_another_shape():
    plan = Plan(usual_badge())
    for path, value in [
        (("credentialSubject", "name"), 5),
        (("credentialSubject", "extra"), "x"),
        (("credentialSubject", "achievement", "creditsAvailable"), "3"),
        (("issuer", "id"), "not an iri"),
        (("type",), ["VerifiableCredential"]),
        (("issuer", "id"), "urn:uuid:1"),
    ]:
        other = usual_badge()
        put(other, path, value)
        try:
            plan.lines(other)
        except Deopt:
            continue
        raise AssertionError(path)


def usual_badge(id_="urn:uuid:1", name="Ana"):
    return {
        "@context": list(_CONTEXTS),
        "id": id_,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "did:web:uni.example", "type": ["Profile"], "name": "Uni"},
        "validFrom": "2026-01-01T00:00:00Z",
        "image": {"id": "https://uni.example/b.png", "type": "Image"},
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "name": name,
            "achievement": {
                "id": "https://uni.example/a/1",
                "type": ["Achievement"],
                "name": "Soil",
                "description": "Soil science.",
                "creditsAvailable": 3,
                "criteria": {"narrative": "Passed."},
                "image": {"id": "https://uni.example/b.png", "type": "Image"},
            },
        },
    }


_CONTEXTS = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)


def _loader(url, _options=None):
    return {"contextUrl": None, "documentUrl": url, "document": contexts.load(url)}


@given(credentials)
@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_reference_equals_pyld_where_pyld_is_right(tree):
    try:
        mine = "".join(reference(tree))
    except CheckFailed:
        return
    # trap 7: PyLD writes \b, \f, DEL and other controls raw
    if any(
        (ord(c) < 32 and c not in "\n\r\t") or ord(c) == 127
        for c in orjson.loads(orjson.dumps(str(tree)))
    ) or "\\x" in str(tree):
        return
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _loader}
    assert mine == jsonld.normalize(tree, options)
