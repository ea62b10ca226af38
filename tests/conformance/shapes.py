"""Badges of many shapes, for comparing with other implementations."""

from __future__ import annotations

import copy
import hashlib
from functools import cache

import orjson
from hypothesis import HealthCheck, Phase, given, settings

from sample_keys import key
from simulators.credentials import OB3, V2, credentials
from stackmark.canonical.emitter import to_quads
from stackmark.errors import CheckFailed
from stackmark.issuing.securing import secure
from stackmark.keys.did import default_identity

NOW = "2026-06-01T00:00:00Z"
CREATED = "2026-01-02T03:04:05Z"
ENDORSER = key("ed25519", 9)


def badge(did, **more):
    """The badge that all shapes but the drawn ones are variations of."""
    return {
        "@context": [V2, OB3],
        "id": "urn:uuid:7b1c1f4e-0000-4000-8000-000000000001",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": "Soil sampling",
        "issuer": {"id": did, "type": ["Profile"], "name": "Northfield University"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": subject(),
        **more,
    }


def subject(achievement=None, **more):
    return {
        "id": "did:example:learner",
        "type": ["AchievementSubject"],
        "achievement": {
            "id": "https://northfield.example/achievements/soil",
            "type": ["Achievement"],
            "name": "Soil sampling",
            "description": "Takes samples that a laboratory can use.",
            "criteria": {"narrative": "Ten samples, judged by two markers."},
            **(achievement or {}),
        },
        **more,
    }


def nested(did):
    """Evidence, results and rubrics, some of them without an id."""
    rubric = {
        "id": "urn:uuid:2",
        "type": ["RubricCriterionLevel"],
        "name": "Sound",
        "level": "2",
        "points": "7.5",
        "alignment": [alignment("Sampling", code="S-1"), alignment("Safety")],
    }
    description = {
        "id": "urn:uuid:1",
        "type": ["ResultDescription"],
        "name": "Grade",
        "resultType": "RubricCriterionLevel",
        "allowedValue": ["C", "B", "A", "B"],
        "rubricCriterionLevel": [rubric],
        "alignment": [alignment("Sampling", code="S-1")],
    }
    result = {
        "type": ["Result"],
        "resultDescription": "urn:uuid:1",
        "achievedLevel": "urn:uuid:2",
        "status": "Completed",
        "alignment": [alignment("Grade scale")],
    }
    evidence = [
        {
            "id": "https://northfield.example/e/1",
            "type": ["Evidence"],
            "name": "Field book",
            "genre": "Report",
        },
        {"type": ["Evidence"], "narrative": "Filmed on site.", "audience": "Markers"},
        {"type": ["Evidence"], "narrative": "Filmed on site."},
    ]
    return badge(
        did,
        evidence=evidence,
        credentialSubject=subject({"resultDescription": [description]}, result=[result]),
    )


def alignment(name, code=None):
    more = {} if code is None else {"targetCode": code, "targetType": "CFItem"}
    url = f"https://frameworks.example/{name.replace(' ', '-').lower()}"
    return {"type": ["Alignment"], "targetName": name, "targetUrl": url, **more}


def ties(did):
    """Equal blank nodes, which only the whole of RDFC-1.0 can name, and one image said twice."""
    image = {"id": "https://northfield.example/soil.png", "type": "Image", "caption": "A spade"}
    alike = [alignment("Sampling") for _ in range(3)]
    return badge(did, image=image, credentialSubject=subject({"alignment": alike, "image": image}))


def endorsed(did, *, tokens=False):
    """Somebody else's signed credential inside, with contexts and a proof of its own."""
    who, method = default_identity(ENDORSER.public_key)
    statement = {
        "@context": [V2, OB3],
        "id": "urn:uuid:7b1c1f4e-0000-4000-8000-0000000000e1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Endorsement",
        "issuer": {"id": who, "type": ["Profile"], "name": "Soil Society"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": "https://northfield.example/achievements/soil",
            "type": ["EndorsementSubject"],
            "endorsementComment": "Meets our guide.",
        },
    }
    suite = "jwt" if tokens else "eddsa-rdfc-2022"
    made = secure(statement, suite=suite, signer=ENDORSER, method=method, created=CREATED)
    if tokens:
        return badge(did, endorsementJwt=[made.decode()])
    return badge(did, endorsement=[orjson.loads(made)])


def numbers(did):
    achieved = subject({"creditsAvailable": 2.5}, creditsEarned=1234567.125)
    return badge(did, credentialSubject=achieved)


def number(value):
    """A badge whose credits are this number."""
    return lambda did: badge(did, credentialSubject=subject(creditsEarned=value))


def words(text):
    """A badge that says this in several places."""

    def made(did):
        named = {
            "name": text,
            "description": text,
            "humanCode": text,
            "criteria": {"narrative": text},
        }
        named |= {"tag": [text, "soil"]}
        return badge(did, description=text, credentialSubject=subject(named, narrative=text))

    return made


def languages(did):
    """Language objects, which VC 2.0 allows and the Open Badges schema does not."""
    names = [{"@value": "Boden", "@language": "de"}, {"@value": "Soil", "@language": "EN-gb"}]
    return badge(did, name=names, description={"@value": "土壌", "@language": "ja"})


def singles(did):
    """One value in a list, and one value plain, where both are allowed."""
    made = badge(did, evidence={"type": "Evidence", "name": "Field book"})
    made["issuer"]["type"] = "Profile"
    made["credentialSubject"] = subject(
        {"tag": ["soil"], "alignment": [alignment("Sampling")]}, type="AchievementSubject"
    )
    return made


def hashed(did):
    digest = hashlib.sha256(b"ana@example.org" + b"9a1fd4f5").hexdigest()
    identity = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${digest}",
        "identityType": "emailAddress",
        "salt": "9a1fd4f5",
    }
    plain = {
        "type": "IdentityObject",
        "hashed": False,
        "identityHash": "s-1042",
        "identityType": "identifier",
    }
    made = subject(identifier=[identity, plain])
    del made["id"]
    return badge(did, credentialSubject=made, validUntil="2031-01-01T00:00:00+02:00")


def issuer_text(did):
    return badge(did, issuer=did)


ESCAPES = 'tab\there, line\nbreak, return\r, "quotes", back\\slash \\n \\u0041, {braces} \' %s'
CONTROLS = "a\x00b\x01c\x07d\x08e\x0bf\x0cg\x1fh\x7fi\x80j\x85k\x9f"
SCRIPTS = "😀👩\u200d🔬 𝒮oil 土壌サンプリング 토양 почва \u200fعربي\u200e Zoë Zoe\u0308 \u2028\u2029\ufeff\u00ad"

SHAPES = {
    "plain": badge,
    "nested": nested,
    "ties": ties,
    "endorsed": endorsed,
    "endorsed by token": lambda did: endorsed(did, tokens=True),
    "numbers": numbers,
    "the number 3.0": number(3.0),
    "the number 0": number(0),
    "the number 0.1": number(0.1),
    "the number 1/3": number(1 / 3),
    "the number 1e20": number(1e20),
    "the number 2.5e30": number(2.5e30),
    "the number 0.000123": number(0.000123),
    "the number 2^53": number(2**53),
    "escapes": words(ESCAPES),
    "controls": words(CONTROLS),
    "scripts": words(SCRIPTS),
    "empty text": words(""),
    "languages": languages,
    "singles": singles,
    "hashed": hashed,
    "issuer as text": issuer_text,
}
# Signed by us and read by peers, but no badge that step "schema" lets pass.
NOT_BY_SCHEMA = {"languages"}


_APART = 6  # hypothesis varies one example several times before it draws afresh


@cache
def drawn(count):
    """Credentials of the hypothesis strategy that can be signed at all; the same every time."""
    found = []

    @given(credentials)
    @settings(
        max_examples=count * 25,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def collect(tree):
        if _fit(tree):
            found.append(copy.deepcopy(tree))

    collect()
    chosen = found[::_APART][:count]
    assert len(chosen) == count
    return chosen


def _fit(tree):
    """Whether it can be signed, and holds neither of two things on which Node is known to differ.

    These (order of characters, equal items in a list) have tests of their own.
    """
    try:
        to_quads(tree, strict=True)
    except CheckFailed as error:
        assert error.code == "lossless", error.reason
        return False
    text = orjson.dumps(tree).decode()
    two_orders = max(text) > "\uffff" and any("\ue000" <= mark <= "\uffff" for mark in text)
    graded = tree["credentialSubject"]["achievement"].get("resultDescription", [])
    lists = [one.get("allowedValue", []) for one in graded]
    return not two_orders and all(len(set(items)) == len(items) for items in lists)


def issued_by(tree, did):
    """A drawn credential with this issuer."""
    issuer = tree["issuer"]
    return {**tree, "issuer": did if isinstance(issuer, str) else {**issuer, "id": did}}


def samples(did):
    """Name → unsigned credential: every shape, and thirty drawn ones."""
    named = {name: shape(did) for name, shape in SHAPES.items()}
    return named | {f"drawn {n}": issued_by(tree, did) for n, tree in enumerate(drawn(30))}


def signed(tree, suite, private):
    method = default_identity(private.public_key)[1]
    made = secure(tree, suite=suite, signer=private, method=method, created=CREATED)
    return orjson.loads(made)


def _leaves(value, path=()):
    if isinstance(value, dict):
        for name, child in value.items():
            if name not in ("@context", "type", "proof"):
                yield from _leaves(child, (*path, name))
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from _leaves(child, (*path, place))
    else:
        yield path


def changed(tree):
    """Every text, number and truth value changed, one at a time, the issuer's id excepted."""
    for path in _leaves(tree):
        if path[0] == "issuer" and path[-1] in ("issuer", "id"):
            continue
        other = copy.deepcopy(tree)
        place = other
        for step in path[:-1]:
            place = place[step]
        old = place[path[-1]]
        place[path[-1]] = _other(old)
        yield path, other


def _other(value):
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    return (
        value.replace("2026", "2025").replace("2031", "2032") if value[:2] == "20" else f"{value}x"
    )
