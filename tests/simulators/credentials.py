"""Credentials as hypothesis strategies: shapes and values on which canonical forms differ."""

from __future__ import annotations

from hypothesis import strategies as st

V2 = "https://www.w3.org/ns/credentials/v2"
OB3 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"

texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(
        [
            '"q"',
            "a\\b",
            "tab\tx",
            "line\nx",
            "\x7f",
            "\x01",
            "😀",
            "\ue000",
            "{x}",
            "'",
            "{0}",
            "\u2028\x85",
        ]
    ),
)
urls = st.builds(
    "https://x.example/{}".format, st.text("abcdefXYZ0189-._~'%()*,;=", min_size=1, max_size=8)
)
numbers = st.one_of(
    st.integers(-(10**6), 10**6),
    st.floats(-1e6, 1e6, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-5),
    st.sampled_from([3.0, 0.5, 1e20, 1e21, 2.5e30]),
)
languages = st.builds(
    lambda text, tag: {"@value": text, "@language": tag},
    texts,
    st.sampled_from(["de", "DE-at", "en"]),
)


def optional(required, more):
    return st.fixed_dictionaries(required, optional=more)


def one_or_list(value):
    return st.one_of(value, st.lists(value, min_size=1, max_size=3))


images = optional({"id": urls, "type": st.just("Image")}, {"caption": texts})
alignments = optional(
    {"type": st.sampled_from(["Alignment", ["Alignment"]]), "targetName": texts, "targetUrl": urls},
    {"targetCode": texts, "targetType": st.just("CFItem")},
)
criteria = st.one_of(
    st.fixed_dictionaries({"narrative": texts}),
    st.fixed_dictionaries({"id": urls, "narrative": texts}),
)
descriptions = optional(
    {
        "id": urls,
        "type": st.just(["ResultDescription"]),
        "name": texts,
        "resultType": st.just("LetterGrade"),
    },
    {"allowedValue": st.lists(texts, max_size=4), "requiredValue": texts},
)
achievements = optional(
    {
        "id": urls,
        "type": st.just(["Achievement"]),
        "name": texts,
        "description": texts,
        "criteria": criteria,
    },
    {
        "alignment": st.lists(alignments, min_size=1, max_size=3),
        "tag": st.lists(texts, max_size=4),
        "creditsAvailable": numbers,
        "image": images,
        "humanCode": texts,
        "resultDescription": st.lists(descriptions, min_size=1, max_size=2),
    },
)
identities = optional(
    {
        "type": st.just("IdentityObject"),
        "identityHash": texts,
        "identityType": st.just("emailAddress"),
        "hashed": st.booleans(),
    },
    {"salt": texts},
)
subjects = optional(
    {"type": st.just(["AchievementSubject"]), "achievement": achievements},
    {
        "id": urls,
        "name": texts,
        "creditsEarned": numbers,
        "identifier": one_or_list(identities),
        "activityStartDate": st.just("2026-01-01T00:00:00Z"),
    },
)
evidence = optional(
    {"type": st.just(["Evidence"])}, {"id": urls, "name": texts, "narrative": texts}
)
credentials = optional(
    {
        "@context": st.just([V2, OB3]),
        "id": urls,
        "type": st.sampled_from(
            [
                ["VerifiableCredential", "OpenBadgeCredential"],
                ["AchievementCredential", "VerifiableCredential"],
            ]
        ),
        "issuer": st.one_of(
            urls,
            optional({"id": urls, "type": st.just(["Profile"])}, {"name": texts, "image": images}),
        ),
        "validFrom": st.just("2026-01-01T00:00:00Z"),
        "credentialSubject": subjects,
    },
    {
        "name": st.one_of(texts, languages, st.lists(languages, min_size=2, max_size=3)),
        "description": texts,
        "evidence": st.lists(evidence, min_size=1, max_size=3),
        "image": images,
        "validUntil": st.just("2031-01-01T00:00:00Z"),
    },
)


def text_paths(tree, path=()):
    """Paths of all text members that may vary."""
    found = []
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        if key in ("@context", "type", "@language"):
            continue
        if isinstance(value, (dict, list)):
            found += text_paths(value, (*path, key))
        elif isinstance(value, str):
            found.append((*path, key))
    return found
