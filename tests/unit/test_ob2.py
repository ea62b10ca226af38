from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from simulators.ob2_issuer import (
    CONTEXT,
    PERSON,
    Host,
    Ob2Issuer,
    b64,
    png,
    private_key,
    small_rsa_pem,
    svg,
)
from stackmark.trust.register import Register
from stackmark.verification.policy import STRICT
from stackmark.verification.report import CODES
from stackmark.verification.verifier import Verifier

NOW = datetime(2026, 6, 1, tzinfo=UTC)
HOSTED = {"type": "HostedBadge"}


def verify(data, host, **options):
    data = data if isinstance(data, bytes) else orjson.dumps(data)
    return Verifier(now=NOW, fetcher=host, **options).verify(data)


def faults(report):
    """Reasons of all checks that are neither passed nor not applicable, by outcome."""
    return [
        (check.outcome, check.reason)
        for check in report.checks
        if check.outcome in ("failed", "could-not-tell")
    ]


def refused(data, host, reason, **options):
    report = verify(data, host, **options)
    assert report.verdict == "refused"
    assert ("failed", reason) in faults(report)
    return report


def unclear(data, host, reason, **options):
    report = verify(data, host, **options)
    assert report.verdict == "could-not-tell"
    assert ("could-not-tell", reason) in faults(report)
    return report


def verified(data, host, **options):
    report = verify(data, host, **options)
    assert (report.verdict, faults(report)) == ("verified", [])
    return report


@pytest.fixture
def issuer():
    return Ob2Issuer()


# -- what holds ------------------------------------------------------------------------------


def test_a_hosted_badge_holds_and_is_summed_up(issuer):
    report = verified(issuer.hosted(expires="2030-01-01T00:00:00Z"), issuer.host)
    assert report.format == "ob2+hosted"
    assert tuple(check.code for check in report.checks) == CODES
    assert {check.code: check.outcome for check in report.checks} == {
        "read": "passed",
        "format": "passed",
        "context": "passed",
        "schema": "passed",
        "lossless": "not-applicable",
        "proof": "passed",
        "issuer-key": "passed",
        "key-time": "not-applicable",
        "validity": "passed",
        "status": "passed",
        "refresh": "not-applicable",
        "related": "not-applicable",
        "endorsements": "not-applicable",
        "recipient": "not-applicable",
        "trust": "not-applicable",
    }
    about = report.credential
    assert (about.id, about.name) == ("https://badges.example/awards/1", "Robotics")
    assert (about.issuer_id, about.issuer_name) == (
        "https://badges.example/issuer",
        "Northfield University",
    )
    assert (about.valid_from, about.valid_until) == ("2026-01-02T03:04:05Z", "2030-01-01T00:00:00Z")
    assert about.recipient is None  # hashed


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384", "rsa3072"])
def test_a_signed_badge_holds_with_each_algorithm(kind):
    issuer = Ob2Issuer(kind=kind)
    report = verified(issuer.signed(), issuer.host)
    assert report.format == "ob2+signed"
    assert report.check("lossless").outcome == "passed"
    assert report.check("issuer-key").outcome == "passed"
    assert report.check("status").outcome == "not-applicable"  # no revocation list


@pytest.mark.parametrize(("wrap", "name"), [(png, "png"), (svg, "svg")])
def test_baked_badges_hold(issuer, wrap, name):
    hosted = verified(wrap(orjson.dumps(issuer.hosted())), issuer.host)
    signed = verified(wrap(issuer.signed()), issuer.host)
    assert (hosted.format, signed.format) == (f"{name}/ob2+hosted", f"{name}/ob2+signed")


def test_short_type_names_and_other_spacing_hold(issuer):
    made = issuer.hosted(type=["Assertion", "schema:Thing"], verification={"type": "hosted"})
    verified(orjson.dumps(made, option=orjson.OPT_INDENT_2), issuer.host)
    verified(
        issuer.signed(verification={"type": ["signed"], "creator": f"{issuer.home}/key"}),
        issuer.host,
    )


def test_open_badges_2_1_and_further_contexts_hold(issuer):
    context = "https://purl.imsglobal.org/spec/ob/v2p1/ob_v2p1.jsonld"
    verified(issuer.hosted(context=context), issuer.host)
    more = [CONTEXT, "https://more.example/context.json", {"level": "https://more.example/level"}]
    report = verified(issuer.hosted(context=more, level="6"), issuer.host)
    assert "2 more" in report.check("context").detail
    assert "https://more.example/context.json" not in issuer.host.asked


def test_open_badges_1_1_holds_when_hosted(issuer):
    issuer.change("profile", email=None, context="https://w3id.org/openbadges/v1", type="Issuer")
    made = issuer.assertion(None, context="https://w3id.org/openbadges/v1", issuedOn=1767323045)
    made["verify"] = {"type": "hosted", "url": made["id"]}
    issuer.host.put(made)
    verified(made, issuer.host)
    made["verify"]["url"] = f"{issuer.home}/awards/2"
    issuer.host.put(made)
    refused(made, issuer.host, "proof.hosted-url")


def test_objects_inside_hold_and_the_profile_is_asked_for_at_home(issuer):
    badge = {**issuer.badge, "issuer": issuer.profile}
    verified(issuer.hosted(badge=badge), issuer.host)
    verified(issuer.signed(badge=badge), issuer.host)
    assert issuer.host.asked.count(issuer.profile["id"]) == 2
    assert issuer.badge["id"] not in issuer.host.asked


def test_an_object_with_only_an_id_is_a_link(issuer):
    issuer.change("badge", issuer={"id": f"{issuer.home}/issuer", "type": "Profile"})
    verified(issuer.hosted(badge={"id": f"{issuer.home}/robotics"}), issuer.host)


def test_a_key_inside_the_profile_holds(issuer):
    issuer.change("profile", publicKey=[f"{issuer.home}/other", issuer.key_document])
    verified(issuer.signed(), issuer.host)
    assert issuer.key_document["id"] not in issuer.host.asked


def test_without_a_creator_any_listed_key_will_do(issuer):
    other = {
        **issuer.key_document,
        "id": f"{issuer.home}/old-key",
        "publicKeyPem": private_key("p256", 1).public_key.to_pem().decode(),
    }
    issuer.host.put(other)
    issuer.change("profile", publicKey=[other["id"], issuer.key_document["id"]])
    verified(issuer.signed(verification={"type": "SignedBadge"}), issuer.host)
    refused(
        issuer.signed(verification={"type": "SignedBadge"}, key=private_key("p256", 2)),
        issuer.host,
        "proof.signature",
    )


def test_a_profile_that_moved_is_followed_once_to_its_id(issuer):
    issuer.host.put(issuer.profile, "https://badges.example/old-issuer")
    issuer.change("badge", issuer="https://badges.example/old-issuer")
    report = verified(issuer.hosted(), issuer.host)
    assert report.credential.issuer_id == issuer.profile["id"]


# -- format, context, schema -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"id": None}, "format.missing"),
        ({"type": "Award"}, "format.type"),
        ({"type": ["Assertion", "Award"]}, "format.type"),
        ({"recipient": None}, "format.missing"),
        ({"recipient": "alice@example.org"}, "format.recipient"),
        ({"recipient": {"type": "email", "identity": "a@b.c"}}, "format.recipient"),
        ({"recipient": {"hashed": False, "identity": "a@b.c"}}, "format.recipient"),
        ({"recipient": {"type": "email", "hashed": False}}, "format.recipient"),
        ({"recipient": {"type": "email", "hashed": "true", "identity": "a@b.c"}}, "format.recipient"),
        ({"badge": None}, "format.missing"),
        ({"badge": 7}, "format.badge"),
        ({"issuedOn": None}, "format.missing"),
        ({"verification": None}, "format.verification"),
        ({"verification": {}}, "format.verification"),
        ({"verification": {"type": ["HostedBadge", "SignedBadge"]}}, "format.verification"),
        ({"verify": {"type": "hosted"}}, "format.verification"),
        ({"context": None, "type": "Assertion"}, "context.missing"),
        ({"context": "https://w3id.org/openbadges/invalid"}, "context.unknown"),
        ({"context": "https://w3id.org/openbadges/v2.evil.example"}, "context.unknown"),
        ({"context": {"id": "@id"}}, "context.inline"),
        ({"context": [CONTEXT, {"badge": "https://evil.example/other"}]}, "context.inline"),
        ({"context": [CONTEXT, {"@vocab": "https://evil.example/"}]}, "context.inline"),
        ({"context": [CONTEXT, 7]}, "context.inline"),
        ({"narrative": 7}, "schema.value"),
        ({"image": {"caption": "no id"}}, "schema.value"),
        ({"evidence": [7]}, "schema.value"),
        ({"revoked": "no"}, "schema.value"),
        (
            {"recipient": {"type": "email", "hashed": True, "identity": "sha1$00"}},
            "schema.identity",
        ),
        (
            {"recipient": {"type": "email", "hashed": False, "identity": "a@b.c", "salt": 7}},
            "schema.identity",
        ),
        ({"extensions:x": "text"}, "schema.extension"),
        ({"extensions:x": {"@context": CONTEXT, "type": "extensions:X"}}, "schema.extension"),
        ({"extensions:x": {"type": ["Extension", "extensions:X"]}}, "schema.extension"),
    ],
)  # fmt: skip
def test_a_malformed_assertion_is_refused(issuer, members, reason):
    made = issuer.hosted(**members)
    refused(made, issuer.host, reason)


def test_an_unknown_way_of_verifying_cannot_be_told(issuer):
    unclear(issuer.hosted(verification={"type": "ext:Chain"}), issuer.host, "proof.unknown-type")


def test_extensions_are_checked_by_shape(issuer):
    extension = {
        "@context": "https://x.example/c.json",
        "type": ["Extension", "extensions:X"],
        "a": 1,
    }
    verified(issuer.hosted(**{"extensions:x": extension}), issuer.host)
    issuer.change("badge", **{"extensions:x": {"type": "Extension"}})
    refused(issuer.hosted(), issuer.host, "schema.extension")


@pytest.mark.parametrize(
    ("document", "members", "reason"),
    [
        ("badge", {"type": "Profile"}, "format.type"),
        ("badge", {"name": None}, "format.missing"),
        ("badge", {"description": ""}, "format.missing"),
        ("badge", {"image": None}, "format.missing"),
        ("badge", {"criteria": None}, "format.missing"),
        ("badge", {"issuer": None}, "format.missing"),
        ("badge", {"issuer": 7}, "format.issuer"),
        ("badge", {"name": 7}, "schema.value"),
        ("badge", {"tags": ["a", 7]}, "schema.value"),
        ("badge", {"alignment": [{"targetName": "x"}]}, "schema.value"),
        ("badge", {"context": None}, "context.missing"),
        ("badge", {"context": {"name": "schema:name"}}, "context.inline"),
        ("profile", {"type": "BadgeClass"}, "format.type"),
        ("profile", {"name": None}, "format.missing"),
        ("profile", {"url": None}, "format.missing"),
        ("profile", {"email": None}, "format.missing"),
        ("profile", {"url": "mailto:a@b.c"}, "schema.value"),
        ("profile", {"email": "not an address"}, "schema.value"),
        ("profile", {"context": "https://other.example/v1"}, "context.unknown"),
    ],
)
def test_a_malformed_badge_class_or_profile_is_refused(issuer, document, members, reason):
    issuer.change(document, **members)
    refused(issuer.hosted(), issuer.host, reason)
    refused(issuer.signed(), issuer.host, reason)


def test_documents_must_be_what_their_address_says(issuer):
    issuer.host.put({**issuer.badge, "id": "urn:uuid:1"}, issuer.badge["id"])
    refused(issuer.hosted(), issuer.host, "format.badge-id")
    issuer.publish()
    issuer.host.put({**issuer.profile, "id": "urn:uuid:2"}, issuer.profile["id"])
    refused(issuer.hosted(), issuer.host, "issuer-key.profile-id")
    issuer.host.put(b"<html>", issuer.profile["id"])
    refused(issuer.hosted(), issuer.host, "issuer-key.profile-unreadable")
    issuer.host.put(b"[]", issuer.badge["id"])
    refused(issuer.hosted(), issuer.host, "format.badge-unreadable")


def test_language_objects_and_alignments_hold(issuer):
    issuer.change(
        "badge",
        name={"@value": "Robotik", "@language": "de"},
        alignment=[
            {"targetName": "Standard 1", "targetUrl": "https://standards.example/1"},
            {"name": "Standard 2", "url": "https://standards.example/2"},
        ],
    )
    assert verified(issuer.hosted(), issuer.host).credential.name == "Robotik"
    issuer.change("badge", alignment="Standard 1")
    refused(issuer.hosted(), issuer.host, "schema.value")


@pytest.mark.parametrize("kind", ["badge", "profile"])
def test_a_part_of_a_badge_is_no_award(issuer, kind):
    document = getattr(issuer, kind)
    report = unclear(document, issuer.host, "format.not-award")
    assert report.format == "ob2"
    assert report.credential.name == document["name"]
    refused({**document, "name": 7}, issuer.host, "schema.value")
    refused({**document, "url": None, "description": None}, issuer.host, "format.missing")


def test_something_else_with_our_context_is_refused():
    refused({"@context": CONTEXT, "type": "Cake"}, Host(), "format.type")


@pytest.mark.parametrize(
    "old",
    [
        {"uid": "1", "recipient": {"type": "email", "hashed": False, "identity": PERSON}, "badge": "https://badges.example/robotics", "verify": {"type": "hosted", "url": "https://badges.example/1"}, "issuedOn": 1},
        {"recipient": PERSON, "badge": {"version": "0.5.0", "name": "x"}},
    ],
)  # fmt: skip
def test_open_badges_1_0_is_recognised_and_not_judged(old):
    report = unclear(old, Host(), "format.ob1")
    assert report.format == "ob1"


def test_signed_open_badges_1_1_are_not_judged(issuer):
    members = {
        "context": "https://w3id.org/openbadges/v1",
        "verification": {"type": "signed", "url": f"{issuer.home}/key.pem"},
    }
    unclear(issuer.signed(**members), issuer.host, "format.ob1")


# -- hosted ----------------------------------------------------------------------------------


def test_a_host_that_does_not_answer_leaves_it_open(issuer):
    made = issuer.hosted()
    del issuer.host.documents[made["id"]]
    report = unclear(made, issuer.host, "proof.hosted-unreachable")
    assert ("could-not-tell", "status.unreachable") in faults(report)
    assert report.check("issuer-key").reason == "issuer-key.not-reached"


@pytest.mark.parametrize(
    ("missing", "reason"),
    [("badge", "format.badge-unreachable"), ("profile", "issuer-key.profile-unreachable")],
)
def test_a_missing_badge_class_or_profile_leaves_it_open(issuer, missing, reason):
    made, token = issuer.hosted(), issuer.signed()
    del issuer.host.documents[getattr(issuer, missing)["id"]]
    report = unclear(made, issuer.host, reason)
    assert report.check("proof").outcome == "passed"
    unclear(token, issuer.host, reason)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"narrative": "With distinction"}, "narrative"),
        ({"issuedOn": "2026-01-03T00:00:00Z"}, "issuedOn"),
        ({"evidence": 1.0}, "evidence"),
    ],
)
def test_a_copy_that_differs_from_the_hosted_one_is_refused(issuer, changed, word):
    made = issuer.hosted()
    report = refused({**made, **changed}, issuer.host, "proof.hosted-differs")
    assert f"{word} differs" in report.check("proof").detail


def test_true_is_not_one(issuer):
    made = issuer.hosted(**{"x:flag": True})
    refused({**made, "x:flag": 1}, issuer.host, "proof.hosted-differs")


def test_a_page_in_place_of_the_badge_is_refused(issuer):
    made = issuer.hosted()
    issuer.host.put(b"<html>not found</html>", made["id"])
    refused(made, issuer.host, "proof.hosted-differs")


@pytest.mark.parametrize(
    "url",
    [
        "urn:uuid:6deb4a00-ebce-4b28-8cc2-afa705ef7be4",
        "https://badges.example@evil.example/1",
        "https://badges.example\\@evil.example/1",
        "https://badges.example/a/../b",
        "https://badges.example/a/%2e%2E/b",
        "https://[::1]/1",
        "ftp://badges.example/1",
    ],
)
def test_a_hosted_badge_needs_a_plain_web_address(issuer, url):
    made = issuer.hosted(id=url)
    reason = "format.id" if "\\" in url else "proof.hosted-url"
    refused(made, issuer.host, reason)
    assert url not in issuer.host.asked


@pytest.mark.parametrize(
    "url", ["https://evil.example/1", "https://badges.example.evil.example/1", "https://badges.example:8443/1"]
)  # fmt: skip
def test_a_badge_on_another_host_is_not_the_issuers(issuer, url):
    refused(issuer.hosted(id=url), issuer.host, "issuer-key.out-of-scope")


@pytest.mark.parametrize(
    ("rules", "url", "reason"),
    [
        ({"allowedOrigins": "cdn.example"}, "https://cdn.example/1", None),
        ({"allowedOrigins": ["a.example", "CDN.example"]}, "https://cdn.example:8443/1", None),
        ({"allowedOrigins": "cdn.example:8443"}, "https://cdn.example:8443/1", None),
        ({"allowedOrigins": "cdn.example:8443"}, "https://cdn.example/1", "out-of-scope"),
        ({"allowedOrigins": ["a.example"]}, "https://cdn.example/1", "out-of-scope"),
        ({"allowedOrigins": "example"}, "https://cdn.example/1", "out-of-scope"),
        ({"allowedOrigins": []}, "https://badges.example/1", "out-of-scope"),
        ({"allowedOrigins": "https://cdn.example/"}, "https://cdn.example/1", "scope"),
        ({"startsWith": "https://cdn.example/n/"}, "https://cdn.example/n/1", None),
        ({"startsWith": ["https://a.example/", "https://cdn.example/n"]}, "https://cdn.example/n1", None),
        ({"startsWith": "https://cdn.example/n/"}, "https://cdn.example/m/1", "out-of-scope"),
        ({"startsWith": "https://cdn.example/n/"}, "https://badges.example/1", "out-of-scope"),
        ({"startsWith": "https://cdn.example/n/"}, "http://cdn.example/n/1", "out-of-scope"),
        ({"startsWith": "https://cdn.example"}, "https://cdn.example.evil.example/1", "out-of-scope"),
        ({"startsWith": "cdn.example/"}, "https://cdn.example/1", "scope"),
        ({"startsWith": "https://cdn.example/n/", "allowedOrigins": "a.example"}, "https://cdn.example/n/1", "out-of-scope"),
        ({"verificationProperty": "id"}, "https://badges.example/1", None),
        ({"verificationProperty": "id"}, "https://cdn.example/1", "out-of-scope"),
    ],
)  # fmt: skip
def test_the_profile_says_where_its_badges_stand(issuer, rules, url, reason):
    issuer.change("profile", verification=rules)
    made = issuer.hosted(id=url)
    if reason:
        refused(made, issuer.host, f"issuer-key.{reason}")
    else:
        verified(made, issuer.host)


def test_rules_that_are_no_object_are_refused(issuer):
    issuer.change("profile", verification="everywhere")
    report = refused(issuer.hosted(), issuer.host, "issuer-key.scope")
    assert report.check("schema").reason == "schema.value"


def test_an_issuer_without_a_web_address_cannot_be_confirmed(issuer):
    nobody = {
        **issuer.profile,
        "id": "urn:uuid:1",
        "verification": {"allowedOrigins": "badges.example"},
    }
    badge = {**issuer.badge, "issuer": nobody}
    unclear(issuer.hosted(badge=badge), issuer.host, "issuer-key.profile-unreachable")
    unclear(issuer.signed(badge=badge), issuer.host, "issuer-key.profile-unreachable")
    unclear(issuer.signed(badge="urn:uuid:2"), issuer.host, "format.badge-unreachable")
    assert not any(url.startswith("urn") for url in issuer.host.asked)


def test_another_property_than_the_id_leaves_it_open(issuer):
    issuer.change("profile", verification={"verificationProperty": "name"})
    unclear(issuer.hosted(), issuer.host, "issuer-key.scope-unknown")


def test_a_profile_written_into_a_badge_cannot_widen_the_real_one(issuer):
    forged = {**issuer.profile, "verification": {"allowedOrigins": "evil.example"}}
    badge = {**issuer.badge, "id": "https://evil.example/b", "issuer": forged}
    refused(
        issuer.hosted(id="https://evil.example/1", badge=badge),
        issuer.host,
        "issuer-key.out-of-scope",
    )


def test_a_profile_written_into_a_badge_proves_nothing_when_the_real_one_is_missing(issuer):
    forged = {**issuer.profile, "verification": {"allowedOrigins": "evil.example"}}
    badge = {**issuer.badge, "issuer": forged}
    made = issuer.hosted(id="https://evil.example/1", badge=badge)
    token = issuer.signed(badge={**issuer.badge, "issuer": issuer.profile})
    del issuer.host.documents[issuer.profile["id"]]
    unclear(made, issuer.host, "issuer-key.profile-unreachable")
    unclear(token, issuer.host, "issuer-key.profile-unreachable")


def test_a_profile_inside_a_badge_on_its_own_host_will_do(issuer):
    made = issuer.hosted(badge={**issuer.badge, "issuer": issuer.profile})
    del issuer.host.documents[issuer.profile["id"]]
    verified(made, issuer.host)


def test_a_badge_class_of_another_host_is_not_the_issuers(issuer):
    famous = {**issuer.badge, "id": "https://famous.example/robotics"}
    refused(issuer.hosted(badge=famous), issuer.host, "issuer-key.badge-elsewhere")
    refused(issuer.signed(badge=famous), issuer.host, "issuer-key.badge-elsewhere")
    issuer.host.put(famous)
    refused(issuer.hosted(badge=famous["id"]), issuer.host, "issuer-key.badge-elsewhere")
    verified(issuer.signed(badge=famous["id"]), issuer.host)  # it names the issuer itself
    issuer.change("profile", verification={"allowedOrigins": ["badges.example", "other.example"]})
    refused(issuer.signed(badge=famous), issuer.host, "issuer-key.badge-elsewhere")
    issuer.change("profile", verification={"allowedOrigins": ["badges.example", "famous.example"]})
    verified(issuer.hosted(badge=famous), issuer.host)
    verified(issuer.signed(badge={**famous, "id": "urn:uuid:1"}), issuer.host)


def test_a_hosted_badge_in_a_token_needs_both(issuer):
    made = issuer.hosted()
    token = issuer.sign(made)
    report = verified(token, issuer.host)
    assert report.format == "ob2+hosted"
    assert "ES256" in report.check("proof").detail
    refused(issuer.sign(made, key=private_key("p256", 9)), issuer.host, "proof.signature")
    refused(issuer.sign(made, header={"alg": "none"}), issuer.host, "proof.algorithm")
    refused(issuer.sign({**made, "narrative": "x"}), issuer.host, "proof.hosted-differs")
    issuer.change("key_document", expires="2025-01-01T00:00:00Z")
    refused(token, issuer.host, "key-time.expired")
    del issuer.host.documents[issuer.profile["id"]]
    unclear(token, issuer.host, "proof.unchecked")


# -- signed ----------------------------------------------------------------------------------


def test_a_signed_badge_without_its_signature_is_refused(issuer):
    refused(issuer.to_sign(), issuer.host, "proof.missing")


def test_a_changed_token_is_refused(issuer):
    head, _, signature = issuer.signed().split(b".")
    payload = b64(orjson.dumps(issuer.to_sign(narrative="With distinction"))).encode()
    refused(b".".join((head, payload, signature)), issuer.host, "proof.signature")


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ({"alg": "none"}, "proof.algorithm"),
        ({"alg": "HS256"}, "proof.algorithm"),
        ({"alg": "RS512"}, "proof.algorithm"),
        ({}, "proof.algorithm"),
        ({"alg": "EdDSA"}, "proof.key-type"),
        ({"alg": "ES256", "typ": "vc+jwt"}, "proof.typ"),
        ({"alg": "ES256", "crit": ["b64"], "b64": False}, "proof.crit"),
        ({"alg": "ES256", "note": "x"}, "proof.header"),
        ({"alg": "ES256", "jwk": {"kty": "EC"}}, "issuer-key.header-key"),
        ({"alg": "ES256", "jku": "https://evil.example/keys"}, "issuer-key.header-key"),
    ],
)
def test_odd_headers_are_refused(issuer, header, reason):
    refused(issuer.signed(header=header), issuer.host, reason)


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}])
def test_a_forbidden_algorithm_is_refused_even_with_nothing_at_hand(issuer, header):
    refused(issuer.signed(header=header), Host(), "proof.algorithm")


@pytest.mark.parametrize("typ", ["JWT", "JOSE", "JWS"])
def test_plain_types_hold(issuer, typ):
    verified(issuer.signed(header={"alg": "ES256", "typ": typ}), issuer.host)


def test_a_strangers_key_is_refused(issuer):
    stranger = Ob2Issuer(home="https://evil.example", host=issuer.host)
    creator = {"type": "SignedBadge", "creator": stranger.key_document["id"]}
    refused(stranger.signed(badge=issuer.badge["id"]), issuer.host, "issuer-key.not-listed")
    issuer.change("profile", publicKey=[issuer.key_document["id"], stranger.key_document["id"]])
    refused(issuer.signed(verification=creator), issuer.host, "issuer-key.not-issuer")


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"owner": None}, "issuer-key.not-issuer"),
        ({"owner": "https://badges.example/issuer/"}, "issuer-key.not-issuer"),
        ({"type": "Assertion"}, "issuer-key.malformed"),
        ({"publicKeyPem": None}, "issuer-key.malformed"),
        ({"publicKeyPem": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"}, "issuer-key.malformed"),
        ({"publicKeyPem": private_key("p256", 1).public_key.to_pem().decode()}, "proof.signature"),
        ({"publicKeyPem": private_key("ed25519").public_key.to_pem().decode()}, "proof.key-type"),
        ({"revoked": "2026-02-01T00:00:00Z"}, "key-time.revoked"),
        ({"expires": "2025-12-31T00:00:00Z"}, "key-time.expired"),
        ({"expires": "soon"}, "key-time.malformed"),
    ],
)  # fmt: skip
def test_a_key_that_is_not_the_issuers_or_no_good_is_refused(issuer, members, reason):
    issuer.change("key_document", **members)
    refused(issuer.signed(), issuer.host, reason)


def test_a_key_replaced_later_holds_for_what_it_signed(issuer):
    issuer.change("key_document", expires="2026-03-01T00:00:00Z")
    assert verified(issuer.signed(), issuer.host).check("key-time").outcome == "passed"


def test_a_small_rsa_key_is_refused():
    issuer = Ob2Issuer(kind="rsa3072")
    issuer.change("key_document", publicKeyPem=small_rsa_pem())
    refused(issuer.signed(), issuer.host, "issuer-key.too-small")


def test_a_profile_without_a_key_is_refused(issuer):
    issuer.change("profile", publicKey=None)
    refused(issuer.signed(), issuer.host, "issuer-key.no-key")
    issuer.change("profile", publicKey=[f"{issuer.home}/key"] * 17)
    refused(issuer.signed(), issuer.host, "issuer-key.too-many")


def test_a_creator_that_is_no_url_is_refused(issuer):
    token = issuer.signed(verification={"type": "SignedBadge", "creator": 7})
    refused(token, issuer.host, "issuer-key.key-id")


def test_a_key_written_into_the_badge_is_not_taken(issuer):
    stranger = private_key("p256", 5)
    forged = {**issuer.key_document, "publicKeyPem": stranger.public_key.to_pem().decode()}
    token = issuer.signed(verification={"type": "SignedBadge", "creator": forged}, key=stranger)
    refused(token, issuer.host, "proof.signature")


def test_a_key_under_another_id_is_refused(issuer):
    issuer.host.put({**issuer.key_document, "id": f"{issuer.home}/key-2"}, f"{issuer.home}/key")
    refused(issuer.signed(), issuer.host, "issuer-key.malformed")
    issuer.host.put(b"-----BEGIN PUBLIC KEY-----", f"{issuer.home}/key")
    refused(issuer.signed(), issuer.host, "issuer-key.malformed")


def test_a_key_that_cannot_be_had_leaves_it_open(issuer):
    token = issuer.signed()
    del issuer.host.documents[f"{issuer.home}/key"]
    unclear(token, issuer.host, "issuer-key.unreachable")
    issuer.host.put({**issuer.key_document, "id": f"{issuer.home}/other"})
    issuer.change("profile", publicKey=[f"{issuer.home}/lost", f"{issuer.home}/key"])
    any_key = issuer.signed(verification={"type": "SignedBadge"}, key=private_key("p256", 3))
    unclear(any_key, issuer.host, "issuer-key.unreachable")  # the lost one might have fitted


# -- dates and status ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"expires": "2026-05-31T23:59:59Z"}, "validity.expired"),
        ({"expires": "2025-12-31T00:00:00Z"}, "validity.order"),
        ({"issuedOn": "2026-06-01T01:00:00Z"}, "validity.not-yet"),
        ({"issuedOn": "2026-01-01"}, "validity.malformed"),
        ({"issuedOn": "2026-01-01T00:00:00"}, "validity.malformed"),
        ({"issuedOn": "2026-02-30T00:00:00Z"}, "validity.malformed"),
        ({"issuedOn": 1767323045}, "validity.malformed"),
        ({"expires": "never"}, "validity.malformed"),
    ],
)
def test_dates_that_do_not_hold_are_refused(issuer, members, reason):
    refused(issuer.hosted(**members), issuer.host, reason)
    refused(issuer.signed(**members), issuer.host, reason)


@pytest.mark.parametrize(
    "issued",
    ["2026-01-01T00:00Z", "2026-01-01T00:00:00.123456+01:00", "2026-01-01T00:00:00+0530", "2026-01-01T00:00:00-08", "2026-06-01T00:04:00Z"],
)  # fmt: skip
def test_dates_in_all_spellings_of_iso_8601_hold(issuer, issued):
    verified(issuer.hosted(issuedOn=issued), issuer.host)


def test_a_hosted_badge_is_revoked_where_it_stands(issuer):
    made = issuer.hosted()
    issuer.host.put({"id": made["id"], "revoked": True, "revocationReason": "Awarded in error"})
    report = refused(made, issuer.host, "status.revoked")
    assert "Awarded in error" in report.headline
    issuer.host.gone.add(made["id"])
    assert "withdrawn" in refused(made, issuer.host, "status.revoked").headline


def test_a_badge_that_says_it_was_revoked_is_refused(issuer):
    refused(issuer.hosted(revoked=True), issuer.host, "status.revoked")
    refused(
        {"@context": CONTEXT, "type": "Assertion", "id": "https://x.example/1", "revoked": True},
        Host(),
        "status.revoked",
    )
    verified(issuer.hosted(revoked=False), issuer.host)


@pytest.mark.parametrize(
    ("entry", "hit"),
    [
        ("urn:uuid:6deb4a00-ebce-4b28-8cc2-afa705ef7be4", True),
        (
            {"id": "urn:uuid:6deb4a00-ebce-4b28-8cc2-afa705ef7be4", "revocationReason": "Fraud"},
            True,
        ),
        ({"uid": "n-1"}, True),
        ("urn:uuid:00000000-0000-0000-0000-000000000000", False),
        ({"id": "urn:uuid:6deb4a00-ebce-4b28-8cc2-afa705ef7be4", "revoked": False}, False),
        ({"uid": "n-2"}, False),
    ],
)
def test_a_signed_badge_is_revoked_by_the_issuers_list(issuer, entry, hit):
    issuer.revocation_list(["https://badges.example/awards/0", entry])
    token = issuer.signed(uid="n-1")
    if hit:
        refused(token, issuer.host, "status.revoked")
    else:
        assert verified(token, issuer.host).check("status").outcome == "passed"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"type": "Assertion"}, "status.malformed"),
        ({"revokedAssertions": None}, "status.malformed"),
        ({"revokedAssertions": [7]}, "status.malformed"),
        ({"revokedAssertions": [{"revocationReason": "x"}]}, "status.malformed"),
        ({"issuer": "https://evil.example/issuer"}, "status.issuer"),
    ],
)
def test_a_broken_revocation_list_is_refused(issuer, members, reason):
    issuer.revocation_list([], **members)
    refused(issuer.signed(), issuer.host, reason)


def test_a_revocation_list_that_cannot_be_read_is_told_apart(issuer):
    issuer.revocation_list([])
    token = issuer.signed()
    issuer.host.put(b"<html>", f"{issuer.home}/revoked")
    refused(token, issuer.host, "status.malformed")
    issuer.revocation_list([f"urn:n:{number}" for number in range(20_001)])
    unclear(token, issuer.host, "status.too-large")
    del issuer.host.documents[f"{issuer.home}/revoked"]
    unclear(token, issuer.host, "status.unreachable")
    issuer.change("profile", revocationList={"id": f"{issuer.home}/revoked", "x": 1})
    refused(token, issuer.host, "status.malformed")


# -- recipient, endorsements, trust ----------------------------------------------------------


@pytest.mark.parametrize(
    "wanted", [PERSON, f"email={PERSON}", f"emailAddress={PERSON}", "Alice@Example.ORG"]
)
def test_the_recipient_is_found_behind_the_hash(issuer, wanted):
    report = verified(issuer.hosted(), issuer.host, recipient=wanted)
    assert report.check("recipient").outcome == "passed"


@pytest.mark.parametrize(
    ("person", "wanted", "reason"),
    [
        ({}, "bob@example.org", "recipient.other"),
        ({}, f"telephone={PERSON}", "recipient.unidentified"),
        ({"hashed": False, "identity": PERSON}, "bob@example.org", "recipient.other"),
        ({"hashed": False, "identity": "Alice@Example.org"}, PERSON, None),
        ({"identity": "md5$fbf7c6aec1d4280b7c2704c1c0478bd6", "salt": None}, PERSON, None),
        ({"identity": "sha256$686B5E4CF4F963ADF8F51468A48028EF8D15BD02FA335F821279A3D1678C9615", "salt": None}, PERSON, "recipient.other"),
        ({"identity": "sha256$7A64ADF28737EA90719CBDF0B1A87A5EFFFF3753B79C91D717F4F4153EAD0498", "salt": None}, PERSON, None),
        ({"type": "url", "hashed": False, "identity": "https://alice.example/"}, "url=https://alice.example/", None),
        ({"type": "url", "hashed": False, "identity": "https://alice.example/"}, "https://ALICE.example/", "recipient.other"),
    ],
)  # fmt: skip
def test_recipients_are_told_apart(issuer, person, wanted, reason):
    made = issuer.hosted()
    made["recipient"] |= person
    issuer.host.put(made)
    report = verify(made, issuer.host, recipient=wanted)
    assert report.check("recipient").reason == (reason or "recipient.ok")


def test_a_plain_recipient_is_summed_up(issuer):
    made = issuer.hosted(recipient={"type": "email", "hashed": False, "identity": PERSON})
    assert verified(made, issuer.host).credential.recipient == PERSON


def test_endorsements_are_named_and_not_followed(issuer):
    issuer.change("badge", endorsement=["https://endorser.example/1", "https://endorser.example/2"])
    report = verified(issuer.hosted(endorsement="https://endorser.example/3"), issuer.host)
    assert report.check("endorsements").outcome == "not-applicable"
    assert report.check("endorsements").detail.startswith("It names 3 endorsement(s)")
    assert not any("endorser" in url for url in issuer.host.asked)


def register(**members):
    entry = {"id": "https://badges.example/issuer", "name": "Northfield"} | members
    return Register.parse(orjson.dumps({"issuers": [entry]}))


@pytest.mark.parametrize(
    ("members", "reason", "standing"),
    [
        ({"achievements": ["https://badges.example/*"]}, "trust.ok", "known"),
        (
            {"achievements": ["https://badges.example/welding"]},
            "trust.out-of-scope",
            "out-of-scope",
        ),
        ({"until": "2026-01-01T00:00:00Z"}, "trust.out-of-scope", "out-of-scope"),
        ({"id": "https://badges.example/other"}, "trust.unknown-issuer", "unknown"),
    ],
)
def test_the_register_is_asked(issuer, members, reason, standing):
    for data in (issuer.hosted(), issuer.signed()):
        report = verify(data, issuer.host, register=register(**members))
        assert report.check("trust").reason == reason
        assert report.credential.issuer_trust == standing
        assert report.verdict == "verified"  # under the standard policy trust stands beside it


def test_a_known_name_is_not_lent_to_what_is_not_proven(issuer):
    made = issuer.hosted()
    del issuer.host.documents[made["id"]]
    report = unclear(made, issuer.host, "trust.unproven", register=register())
    assert report.credential.issuer_trust == "unknown"
    report = unclear(made, Host(), "trust.unproven", register=register())
    assert report.credential.issuer_trust == "unknown"


def test_the_strict_policy_wants_a_known_issuer(issuer):
    made = issuer.hosted()
    assert verify(made, issuer.host, register=register(), policy=STRICT).verdict == "verified"
    assert verify(made, issuer.host, policy=STRICT).verdict == "could-not-tell"


def test_nothing_at_hand_is_never_verified(issuer):
    for data in (issuer.hosted(), issuer.signed()):
        assert (
            Verifier(now=NOW)
            .verify(data if isinstance(data, bytes) else orjson.dumps(data))
            .verdict
            == "could-not-tell"
        )
