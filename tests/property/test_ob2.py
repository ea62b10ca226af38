"""Open Badges 2: no document whatever makes the verifier raise, and no changed copy passes."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import orjson
from hypothesis import given
from hypothesis import strategies as st

from simulators.ob2_issuer import CONTEXT, Ob2Issuer
from stackmark.trust.register import Register
from stackmark.verification.verifier import Verifier

NOW = datetime(2026, 6, 1, tzinfo=UTC)
REGISTER = Register.parse(b'{"issuers": [{"id": "https://badges.example/issuer"}]}')
NAMES = "id type @context issuer badge verification startsWith allowedOrigins creator owner".split()
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text("a:/.#é", max_size=6),
    st.sampled_from([CONTEXT, "https://badges.example/key", "https://badges.example/", "_:b", "HostedBadge", "2026-13-01T00:00Z"]),
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=5,
)


def paths(tree, path=()):
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in items:
        yield (*path, key)
        if isinstance(value, (dict, list)):
            yield from paths(value, (*path, key))


def with_change(data, tree):
    path = data.draw(st.sampled_from(list(paths(tree))))
    value = data.draw(values)
    changed = copy.deepcopy(tree)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return changed


def verify(data, host):
    verifier = Verifier(now=NOW, fetcher=host, register=REGISTER, recipient="email=a@b.example")
    return verifier.verify(data)


@given(st.data())
def test_nothing_published_makes_the_verifier_raise(data):
    issuer = Ob2Issuer()
    issuer.revocation_list(["urn:uuid:1", {"id": "urn:uuid:2", "revocationReason": "x"}])
    revoked = orjson.loads(issuer.host.documents[f"{issuer.home}/revoked"])
    which = data.draw(st.sampled_from(["profile", "badge", "key_document", "list"]))
    document = revoked if which == "list" else getattr(issuer, which)
    issuer.host.put(with_change(data, document), document["id"])
    inside = {**issuer.badge, "issuer": issuer.profile}
    inside = with_change(data, inside)
    for sent in (issuer.hosted(), issuer.hosted(badge=inside)):
        verify(orjson.dumps(sent), issuer.host)
    verify(issuer.signed(), issuer.host)
    verify(issuer.signed(badge=inside), issuer.host)


@given(st.data())
def test_a_changed_copy_of_a_hosted_badge_never_passes(data):
    issuer = Ob2Issuer()
    original = issuer.hosted()
    changed = with_change(data, original)
    report = verify(orjson.dumps(changed), issuer.host)
    if changed != original:
        assert report.check("proof").outcome != "passed"
        assert report.verdict != "verified"


@given(st.data())
def test_a_changed_badge_that_is_published_or_signed_never_raises(data):
    issuer = Ob2Issuer()
    changed = with_change(data, issuer.hosted())
    if isinstance(changed.get("id"), str):
        issuer.host.put(changed)
    verify(orjson.dumps(changed), issuer.host)
    verify(issuer.sign(with_change(data, issuer.to_sign())), issuer.host)
