"""What strict mode refuses beyond JSON-LD's own losses; each was once verified."""

from __future__ import annotations

import copy

import pytest

from stackmark.canonical.emitter import to_quads
from stackmark.canonical.rdfc import canonicalize_quads
from stackmark.errors import CheckFailed

BADGE = {
    "@context": [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ],
    "id": "urn:uuid:1",
    "type": ["VerifiableCredential", "OpenBadgeCredential"],
    "issuer": {"id": "did:example:i", "type": ["Profile"], "name": "I"},
    "validFrom": "2026-01-01T00:00:00Z",
    "credentialSubject": {
        "id": "did:example:s",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "urn:a:1",
            "type": ["Achievement"],
            "name": "N",
            "description": "D",
            "criteria": {"narrative": "c"},
            "tag": ["a", "b"],
        },
    },
}


def changed(path, value):
    tree = copy.deepcopy(BADGE)
    box = tree
    for step in path[:-1]:
        box = box[step]
    box[path[-1]] = value
    return tree


ACHIEVEMENT = ("credentialSubject", "achievement")
NAME = "<https://schema.org/name>"
CASES = [
    ((*ACHIEVEMENT, "criteria", "type"), [], "lossless.empty"),
    (("evidence",), [], "lossless.empty"),
    ((*ACHIEVEMENT, "tag"), [["a", "b"]], "lossless.nested-list"),
    ((*ACHIEVEMENT, "tag"), ["a", None], "lossless.null"),
    ((*ACHIEVEMENT, "creditsAvailable"), [3, "3"], "lossless.duplicate-value"),
    ((*ACHIEVEMENT, "Criteria"), {"narrative": "c"}, "lossless.undefined-term"),
    ((*ACHIEVEMENT, "https://schema.org/name"), "x", "lossless.undefined-term"),
    ((*ACHIEVEMENT, "@id"), "urn:a:1", "lossless.keyword"),
    (("@included",), [{"id": "urn:x:1"}], "lossless.keyword"),
    (("credentialSubject", "@context"), BADGE["@context"], "context.nested"),
    (
        ("type",),
        [
            "VerifiableCredential",
            "https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential",
        ],
        "lossless.undefined-type",
    ),
    (("name",), {"@value": "x", "@direction": "up"}, "lossless.direction"),
    (("name",), {"@value": "x", "@direction": ["rtl"]}, "lossless.direction"),
    (("name",), {"@value": 1, "@direction": "rtl"}, "lossless.value-object"),
    (
        ("name",),
        {"@value": "x", "@type": "https://www.w3.org/ns/i18n#ar_rtl"},
        "lossless.direction",
    ),
    (
        ("@context",),
        [*BADGE["@context"], {"@direction": "rtl"}],
        "context.unsupported",
    ),
    ((*ACHIEVEMENT, "image"), {"id": "urn:uuid:1", "type": "Image"}, "lossless.described-twice"),
    (
        (*ACHIEVEMENT, "creator"),
        {"id": "did:example:i", "type": ["Profile"], "name": "J"},
        "lossless.described-twice",
    ),
    ((*ACHIEVEMENT, "id"), "_:a", "lossless.relative-id"),
    ((*ACHIEVEMENT, "id"), "a/1", "lossless.relative-id"),
    ((*ACHIEVEMENT, "id"), "https://x.example/>\n<urn:x", "lossless.relative-id"),
]


def test_the_badge_itself_is_fine():
    assert to_quads(BADGE, strict=True)


@pytest.mark.parametrize(("path", "value", "reason"), CASES)
def test_strict_mode_refuses(path, value, reason):
    with pytest.raises(CheckFailed) as caught:
        to_quads(changed(path, value), strict=True)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("members", "datatype"),
    [
        ({"@language": "ar", "@direction": "rtl"}, "^^<https://www.w3.org/ns/i18n#ar_rtl>"),
        ({"@language": "EN-us", "@direction": "ltr"}, "^^<https://www.w3.org/ns/i18n#en-us_ltr>"),
        ({"@direction": "rtl"}, "^^<https://www.w3.org/ns/i18n#_rtl>"),
        ({"@language": "ar", "@direction": None}, "@ar"),
    ],
)
def test_a_base_direction_is_part_of_what_is_signed(members, datatype):
    found = to_quads(changed(("name",), {"@value": "x", **members}), strict=True)
    assert [term for _, name, term, _ in found if name == NAME and "x" in term] == [
        f'"x"{datatype}'
    ]


def test_a_term_cannot_write_a_direction_as_a_type():
    odd = {"say": {"@id": "urn:x:say", "@type": "https://www.w3.org/ns/i18n#ar_rtl"}}
    tree = {**BADGE, "@context": [*BADGE["@context"], odd], "say": "x"}
    with pytest.raises(CheckFailed) as caught:
        to_quads(tree, strict=True)
    assert caught.value.reason == "lossless.direction"


def test_the_sentence_ends_with_the_place():
    with pytest.raises(CheckFailed, match=r"\(at /credentialSubject/achievement/extra\)"):
        to_quads(changed((*ACHIEVEMENT, "extra"), 1), strict=True)


def test_an_equal_description_of_one_image_is_no_contradiction():
    image = {"id": "https://x.example/i.png", "type": "Image"}
    tree = changed((*ACHIEVEMENT, "image"), image)
    assert to_quads({**tree, "image": dict(image)}, strict=True)


WORK = {"id": "https://x.example/work", "type": ["Evidence"], "name": "W"}
SEAL = {"id": "https://x.example/work", "digestSRI": "sha256-AAAA", "mediaType": "text/plain"}


def sealed(work=WORK, seal=SEAL, **more):
    seals = seal if isinstance(seal, list) else [seal]
    return {**BADGE, "evidence": [work], "relatedResource": seals, **more}


def test_evidence_and_its_seal_share_an_address():
    lines = {quad[:3] for quad in to_quads(sealed(), strict=True)}
    about = {predicate for subject, predicate, _ in lines if subject == f"<{WORK['id']}>"}
    assert {one.rpartition("/")[2].rpartition("#")[2] for one in about} == {
        *("type>", "name>", "digestSRI>", "encodingFormat>")
    }


@pytest.mark.parametrize(
    "tree",
    {
        "they change places": sealed(
            {"type": ["Evidence"], **SEAL}, {"id": WORK["id"], "name": "W"}
        ),
        "the media type moves": sealed(
            {**WORK, "mediaType": "text/plain"}, {"id": WORK["id"], "digestSRI": "sha256-AAAA"}
        ),
        "the digest stands in both": sealed({**WORK, "digestSRI": "sha256-AAAA"}),
        "two seals": sealed(seal=[SEAL, {**SEAL, "mediaType": "text/html"}]),
        "the seal says more": sealed(seal={**SEAL, "name": "other"}),
        "a seal of the credential itself": sealed(seal={**SEAL, "id": BADGE["id"]}),
        "a digest elsewhere": {**BADGE, "evidence": [WORK, {"type": ["Evidence"], **SEAL}]},
    }.items(),
    ids=lambda pair: pair[0],
)
def test_nothing_can_change_places_between_evidence_and_seal(tree):
    with pytest.raises(CheckFailed) as caught:
        to_quads(tree[1], strict=True)
    assert caught.value.reason == "lossless.described-twice"


def test_a_context_that_is_a_list_and_names_others():
    """W3C's first examples name ODRL, which calls ``@id`` by another name too: that one is gone."""
    tree = {
        "@context": [
            "https://www.w3.org/2018/credentials/v1",
            "https://www.w3.org/2018/credentials/examples/v1",
        ],
        "id": "urn:example:1",
        "type": ["VerifiableCredential", "UniversityDegreeCredential"],
        "issuer": "did:example:a",
        "issuanceDate": "2020-01-01T00:00:00Z",
        "credentialSubject": {"id": "did:example:b", "degree": {"type": "BachelorDegree"}},
    }
    lines = canonicalize_quads(to_quads(tree)).lines
    assert "<did:example:b> <https://example.org/examples#degree> _:c14n0 .\n" in lines
    tree["credentialSubject"] |= {"uid": "did:example:c"}
    with pytest.raises(CheckFailed) as caught:
        to_quads(tree)
    assert caught.value.reason == "lossless.undefined-term"
