"""The facts document: bound, checked, never stronger than the signed document."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sample_keys
from achievement_designs import full
from stackmark.adapters.documents import DocumentsFetcher
from stackmark.exchange.formats import Options, read_record, write_record
from stackmark.exchange.ob3 import facts
from stackmark.issuing.securing import secure
from stackmark.keys.did import did_key
from stackmark.model.record import Record
from stackmark.verification.verifier import Verifier
from unit.exchange import foreign

ISSUER = "https://issuer.example/"


KEY = sample_keys.key("ed25519")
DID = did_key(KEY.public_key)
METHOD = f"{DID}#{DID.removeprefix('did:key:')}"


def signed(document):
    return secure(
        document, suite="eddsa-rdfc-2022", signer=KEY, method=METHOD, created="2026-02-01T00:00:00Z"
    )


def judged(data, at_hand):
    fetcher = DocumentsFetcher(at_hand)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return Verifier(now=now, fetcher=fetcher, at_hand=fetcher).verify(data)


def record(**changes):
    tree = {
        "achievement": full(),
        "id": "https://uni.example/achievements/7",
        "issuer": {"id": ISSUER, "name": "Uni", "country": "IE", "kind": "university"},
        "award": {
            "id": "urn:uuid:1",
            "learner": {"id": "did:example:1", "name": "Ada Secret"},
            "issued": "2026-02-01T00:00:00Z",
            "narrative": "Secret words",
        },
    }
    return Record.from_json(tree | changes)


def bound(laid, document):
    """A document bound to other facts."""
    data = facts.document(laid)
    url = "https://uni.example/f.json"
    return {**document, "relatedResource": [facts.binding(url, data)]}, {url: data}


def reasons(found):
    return {(one.path, one.reason) for one in found.loss}


def test_it_is_applied_and_named_as_the_place():
    written = write_record(record(), "ob3")
    found = read_record(written.document, resources=written.resources)
    assert found.record == record()
    assert (found.loss, found.missing) == ((), ())
    for path in ("/achievement/workload/low", "/achievement/supervision", "/issuer/kind"):
        assert found.places[path] == "/relatedResource/0"
    assert found.places["/achievement/title/de"] == "/relatedResource/0"
    assert found.places["/achievement/title/en"].endswith("/achievement/name")


def test_its_address_is_stable_and_can_be_given():
    first, second = write_record(record(), "ob3"), write_record(record(), "ob3")
    (url,) = first.resources
    assert first.resources == second.resources
    assert url.startswith("https://uni.example/achievements/7/facts-")
    named = write_record(record(), "ob3", Options(facts_address="https://x.example/f"))
    assert list(named.resources) == ["https://x.example/f"]
    assert named.document["relatedResource"][0]["mediaType"] == "application/json"


def test_no_personal_data_is_in_it():
    (data,) = write_record(record(), "ob3").resources.values()
    assert b"Secret" not in data
    assert b"did:example:1" not in data


def test_when_it_is_not_at_hand_it_is_missing_and_the_words_are_read():
    written = write_record(record(), "ob3")
    found = read_record(written.document)
    assert found.missing == tuple(written.resources)
    assert found.record.achievement.workload == record().achievement.workload
    assert "de" not in found.record.achievement.title
    assert not any("relatedResource" in one.path for one in found.loss)


def test_when_it_was_changed_it_is_never_used():
    written = write_record(record(), "ob3")
    (url,) = written.resources
    data = written.resources[url].replace(b"60", b"61")
    found = read_record(written.document, resources={url: data})
    assert "de" not in found.record.achievement.title
    assert ("/relatedResource/0", facts._CHANGED) in reasons(found)
    assert found.missing == ()


def test_what_the_credential_states_wins():
    written = write_record(record(), "ob3", Options(facts="none"))
    laid = {
        "issuer": {"name": "Somebody else"},
        "achievement": {
            "level": {"eqf": 8, "assigned_by": "Agency"},
            "credit": {"value": 30, "unit": "ects"},
            "title": {"en": "Doctorate", "fr": "Données"},
            "tags": ["other"],
        },
        "award": {"learner": {"name": "Mallory"}},
    }
    found = read_record(
        *bound(laid, written.document)[:1], resources=bound(laid, written.document)[1]
    )
    got = found.record
    assert got.issuer.name == "Uni"
    assert got.achievement.level.eqf == 6
    assert got.achievement.level.assigned_by == "Agency"
    assert got.achievement.credit is None
    assert got.achievement.title == {"en": "Data analysis with open tools", "fr": "Données"}
    assert got.achievement.tags == ("data", "statistics")
    assert got.award.learner.name == "Ada Secret"
    said = [one for one in found.loss if one.reason == facts._CONTRADICTS]
    assert len(said) == 5


@pytest.mark.parametrize(
    "laid",
    [
        {"achievement": {"level": {"not_levelled": True}}},
        {"achievement": {"workload": {"low": 5}}},
        {"achievement": {"nonsense": 1}},
        {"surprise": {"a": [1]}},
    ],
)
def test_facts_that_do_not_fit_are_not_used_at_all(laid):
    written = write_record(record(), "ob3", Options(facts="none"))
    document, resources = bound(laid | {"version": "9"}, written.document)
    found = read_record(document, resources=resources)
    assert found.record.achievement.level.eqf == 6
    assert found.record.version == ""
    assert ("/relatedResource/0", facts._UNFIT) in reasons(found)


@pytest.mark.parametrize(
    "data", [b"{}", b"no json", b'{"type":"StackmarkFacts","version":2}', b"[]"]
)
def test_other_resources_are_named(data):
    written = write_record(record(), "ob3", Options(facts="none"))
    url = "https://uni.example/f.json"
    document = {**written.document, "relatedResource": [facts.binding(url, data)]}
    found = read_record(document, resources={url: data})
    assert ("/relatedResource/0", facts._UNFIT) in reasons(found)


def test_a_design_binds_nothing_but_can_carry_them():
    design = replace(record(), award=None)
    alone = write_record(design, "ob3")
    assert alone.resources == {}
    assert "/achievement/title/de" in {one.path for one in alone.loss}
    carried = write_record(design, "ob3", Options(facts="extension"))
    assert carried.loss == ()
    assert read_record(carried.document).places["/issuer/kind"] == "/stackmarkFacts"


@pytest.mark.parametrize("how", ["document", "extension", "none"])
def test_a_signed_one_verifies_with_and_without_the_facts(how):
    who = record(issuer={"id": DID, "name": "Uni", "legal_name": "University"})
    written = write_record(who, "ob3", Options(facts=how))
    data = signed(written.document)
    for at_hand in ({}, dict(written.resources)):
        report = judged(data, at_hand)
        assert report.verdict == "verified", [(c.code, c.outcome, c.reason) for c in report.checks]
    found = read_record(json.loads(data), resources=written.resources)
    if how != "none":
        assert found.record == who
    if how == "document":
        changed = {url: body + b" " for url, body in written.resources.items()}
        report = judged(data, changed)
        assert "related.changed" in {check.reason for check in report.checks}
        assert report.verdict == "refused"


_anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                "achievement title en tags 999999999 level eqf outcomes issuer name award a/b ~ "
                "credit language type_stated".split()
            ),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.sampled_from(("achievement", "issuer", "award", "x")), _anything))
def test_facts_of_any_shape_never_change_what_is_stated(laid):
    document, resources = bound(laid, _PLAIN)
    before, after = read_record(_PLAIN).record, read_record(document, resources=resources).record
    assert after.issuer.name == before.issuer.name
    assert after.award == before.award
    assert after.achievement.title["en"] == before.achievement.title["en"]
    assert set(before.achievement.tags) <= set(after.achievement.tags)
    assert after.achievement.level.eqf == before.achievement.level.eqf


_PLAIN = write_record(record(), "ob3", Options(facts="none")).document


def test_every_element_of_the_european_list_has_a_place_though_it_is_missing():
    """Quality findings point there."""
    bare = {
        "@context": [],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": "https://i.example/"},
        "credentialSubject": {"achievement": {"name": "Soil"}},
    }
    found = read_record(bare).places
    for path in (
        *("/award/learner", "/achievement/description", "/issuer/country", "/awarding_body"),
        *("/award/issued", "/achievement/outcomes", "/achievement/workload", "/achievement/level"),
        *("/achievement/assessment", "/achievement/participation", "/achievement/quality"),
        *("/achievement/prerequisites", "/achievement/supervision", "/award/results"),
        *("/achievement/stackability", "/achievement/further", "/achievement/credit"),
    ):
        assert path in found, path
    assert found["/issuer/country"] == "/issuer/address/addressCountryCode"
    assert found["/achievement/supervision"] == "/credentialSubject/achievement"


@pytest.mark.parametrize("number", [256, 384])
@pytest.mark.parametrize("place", ["relatedResource", "evidence"])
@pytest.mark.parametrize("junk", foreign.JUNK, ids=repr)
def test_a_resource_whose_address_is_no_text_is_left_out(junk, place, number):
    plain = copy.deepcopy(_PLAIN)
    digest = base64.b64encode(hashlib.new(f"sha{number}", b"x").digest()).decode()
    sealed = {"id": "https://uni.example/e", "digestSRI": f"sha{number}-{digest}"}
    plain["relatedResource"], plain["evidence"] = [sealed], [{"id": sealed["id"], "name": "Essay"}]
    plain[place][0]["id"] = junk
    found = read_record(plain)
    assert (
        found.record.achievement.title["en"] == _PLAIN["credentialSubject"]["achievement"]["name"]
    )
    assert [one.name for one in found.record.award.evidence] == ["Essay"]
