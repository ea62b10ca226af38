"""The steps around the proof: dates, related resources, endorsements, recipient, refresh."""

from __future__ import annotations

import base64
import hashlib

import orjson
import pytest

from judging import outcomes, reasons
from simulators.issuer import EXTENSIONS, OB, V2, Clock, Issuer, Web, changed
from stackmark.canonical import contexts
from stackmark.issuing.award import identity_hash
from stackmark.verification.policy import STANDARD, STRICT

ISSUER = Issuer()
AGENCY = Issuer(ISSUER.web, "did:web:agency.example", number=1)


def judge(unsecured, *, issuer=ISSUER, **how):
    return issuer.verify(issuer.sign(unsecured), **how)


# Dates


@pytest.mark.parametrize(
    ("dates", "verdict", "reason"),
    [
        ({"validUntil": None}, "verified", None),
        ({"validUntil": "2026-06-01T12:00:00Z"}, "verified", None),
        ({"validUntil": "2026-06-01T11:59:59Z"}, "refused", "validity.expired"),
        ({"validFrom": "2026-06-01T12:05:00Z"}, "verified", None),  # clocks differ
        ({"validFrom": "2026-06-01T12:05:01Z"}, "refused", "validity.not-yet"),
        ({"validFrom": "2026-06-01T14:30:00+14:00"}, "verified", None),
        ({"validUntil": "2025-12-31T00:00:00Z"}, "refused", "validity.order"),
        ({"validUntil": "2026-06-30T23:59:60Z"}, "refused", "validity.malformed"),
        ({"validUntil": "2026-02-30T00:00:00Z"}, "refused", "validity.malformed"),
        ({"validFrom": "2026-01-01T00:00:00"}, "refused", "validity.malformed"),
        ({"validFrom": "2026-01-01"}, "refused", "validity.malformed"),
        ({"validFrom": "02026-01-01T00:00:00Z"}, "refused", "validity.malformed"),
        ({"validFrom": "٢٠٢٦-01-01T00:00:00Z"}, "refused", "validity.malformed"),
        ({"validFrom": 1767225600}, "refused", "validity.malformed"),
    ],
)
def test_dates(dates, verdict, reason):
    report = judge(ISSUER.plain(**dates))
    assert (report.verdict, reasons(report)) == (verdict, [reason] if reason else [])


def test_time_passes_over_a_credential():
    clock, signed = Clock(), ISSUER.sign()
    assert ISSUER.verify(signed, now=clock.now()).verdict == "verified"
    clock.pass_by(days=5 * 365)
    report = ISSUER.verify(signed, now=clock.now())
    assert outcomes(report) == {"validity": ("failed", "validity.expired")}
    assert report.why == "It expired at 2031-01-01T00:00:00Z."


# Related resources

PICTURE = b"<svg/>"


def related(url="https://uni.example/picture", data=PICTURE, **members):
    digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
    return changed({"id": url, "digestSRI": f"sha256-{digest}"}, members)


def multibase(data):
    raw = b"\x12\x20" + hashlib.sha256(data).digest()
    return "u" + base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize(
    ("entry", "verdict", "reason"),
    [
        (related(), "verified", None),
        (related(digestSRI=None, digestMultibase=multibase(PICTURE)), "verified", None),
        (related(digestMultibase=multibase(PICTURE)), "verified", None),
        (related(data=b"another"), "refused", "related.changed"),
        (related(digestMultibase=multibase(b"another")), "refused", "related.changed"),
        (related(url="https://uni.example/other"), "verified", "related.not-at-hand"),
        (related(digestSRI=None), "refused", "related.malformed"),
        (related(digestSRI="md5-AAAA"), "refused", "related.malformed"),
        (related(digestSRI="sha256-AAAA"), "refused", "related.malformed"),
        (related(digestSRI=" "), "refused", "related.malformed"),
        (related(digestMultibase="zzz0"), "refused", "related.malformed"),
        ([related(), related()], "refused", "related.malformed"),
    ],
)
def test_related_resource(entry, verdict, reason):
    at_hand = Web({"https://uni.example/picture": PICTURE})
    signed = ISSUER.sign(ISSUER.plain(relatedResource=entry), suite="eddsa-jcs-2022")
    report = ISSUER.verify(signed, at_hand=at_hand)
    assert report.check("related").reason == (reason or "related.ok")
    if reason and not isinstance(entry, list):
        assert (report.verdict, reasons(report)) == (verdict, [reason])


def test_a_related_resource_that_is_not_at_hand_decides_under_the_strict_policy_only():
    signed = ISSUER.sign(ISSUER.plain(relatedResource=related()), suite="eddsa-jcs-2022")
    report = ISSUER.verify(signed)
    assert (report.verdict, reasons(report)) == ("verified", ["related.not-at-hand"])
    assert STRICT.counts(report.check("related"))
    assert not STANDARD.counts(report.check("related"))


def test_related_resources_are_never_fetched():
    report = judge(ISSUER.plain(relatedResource=related()))
    assert reasons(report) == ["related.not-at-hand"]
    assert "https://uni.example/picture" not in ISSUER.web.asked


def test_a_context_is_always_at_hand():
    own = contexts.raw_bytes(V2)
    assert judge(ISSUER.plain(relatedResource=related(V2, own))).verdict == "verified"
    report = judge(ISSUER.plain(relatedResource=related(V2, own + b" ")))
    assert reasons(report) == ["related.changed"]


# Endorsements


def endorsed(*endorsements, **members):
    return ISSUER.badge(endorsement=list(endorsements), **members)


def test_an_endorsement_that_holds():
    report = judge(endorsed(AGENCY.endorsement("https://uni.example/c/1")))
    assert (report.verdict, report.check("endorsements").reason) == ("verified", "endorsements.ok")
    assert report.check("endorsements").detail == "1 endorsement(s) hold."
    assert judge(ISSUER.badge()).check("endorsements").reason == "endorsements.none"


def test_an_endorsement_in_token_form():
    unsigned = {
        name: value
        for name, value in AGENCY.endorsement("https://uni.example/c/1").items()
        if name != "proof"
    }
    token = AGENCY.token(unsigned).decode()
    report = judge(ISSUER.badge(endorsementJwt=[token]))
    assert (report.verdict, report.check("endorsements").reason) == ("verified", "endorsements.ok")
    report = judge(ISSUER.badge(endorsementJwt=[token[:-4] + "AAAA"]))
    assert reasons(report) == ["endorsements.broken"]
    assert "endorsements.broken" in reasons(judge(ISSUER.badge(endorsementJwt=["a.b"])))


def test_endorsements_of_issuer_achievement_and_creator():
    about_issuer = AGENCY.endorsement(ISSUER.did, id="urn:uuid:1")
    about_achievement = AGENCY.endorsement("https://uni.example/a/7", id="urn:uuid:2")
    maker = {"id": "https://maker.example", "type": ["Profile"]}
    about_maker = AGENCY.endorsement("https://maker.example", id="urn:uuid:3")
    issuer = {"id": ISSUER.did, "type": ["Profile"], "endorsement": [about_issuer]}
    subject = ISSUER.achievement(
        endorsement=[about_achievement], creator={**maker, "endorsement": [about_maker]}
    )
    report = judge(ISSUER.badge(issuer=issuer, credentialSubject=subject))
    assert reasons(report) == []
    assert report.check("endorsements").detail == "3 endorsement(s) hold."


def test_an_endorsement_about_something_else_refuses_the_badge():
    report = judge(endorsed(AGENCY.endorsement("https://uni.example/c/2")))
    assert (report.verdict, reasons(report)) == ("refused", ["endorsements.other-subject"])
    good = AGENCY.endorsement("https://uni.example/c/1", id="https://agency.example/e/2")
    report = judge(endorsed(good, AGENCY.endorsement("https://uni.example/c/2")))
    assert reasons(report) == ["endorsements.other-subject"]


def test_an_endorsement_of_nobody_confirms_nothing():
    subject = {"type": ["EndorsementSubject"], "endorsementComment": "Good."}
    nobody = AGENCY.endorsement("", credentialSubject=subject)
    report = judge(endorsed(nobody))
    assert reasons(report) == ["endorsements.not-confirmed"]
    assert '"id" is a required property' in report.warnings[0]


def test_an_endorsement_changed_after_signing_refuses_the_badge():
    broken = AGENCY.endorsement("https://uni.example/c/1")
    broken["credentialSubject"]["endorsementComment"] = "Excellent."
    report = judge(endorsed(broken))
    assert (report.verdict, reasons(report)) == ("refused", ["endorsements.broken"])


def test_an_endorsement_that_is_none_by_its_type():
    plain = AGENCY.plain(
        credentialSubject={"id": "https://uni.example/c/1", "description": "Good."}
    )
    report = judge(endorsed(orjson.loads(AGENCY.sign(plain))))
    assert report.verdict == "refused"
    assert report.check("endorsements").reason == "endorsements.type"


def test_an_endorsement_by_somebody_who_cannot_be_confirmed_warns():
    stranger = Issuer(Web(), "did:web:stranger.example", number=2)
    report = judge(endorsed(stranger.endorsement("https://uni.example/c/1")))
    assert (report.verdict, reasons(report)) == ("verified", ["endorsements.could-not-tell"])
    assert report.warnings == (report.check("endorsements").detail,)
    forged = changed(AGENCY.endorsement("https://uni.example/c/1"), {"proof": None})
    forged = orjson.loads(stranger.sign(forged, method=AGENCY.method))
    report = judge(endorsed(forged))
    assert reasons(report) == ["endorsements.broken"]
    expired = AGENCY.endorsement("https://uni.example/c/1", validUntil="2026-05-01T00:00:00Z")
    report = judge(endorsed(expired))
    assert (report.verdict, reasons(report)) == ("verified", ["endorsements.not-confirmed"])
    assert report.warnings


def test_under_the_strict_policy_a_warning_decides():
    stranger = Issuer(Web(), "did:web:stranger.example", number=2)
    report = judge(endorsed(stranger.endorsement("https://uni.example/c/1")), policy=STRICT)
    assert report.verdict == "could-not-tell"
    expired = AGENCY.endorsement("https://uni.example/c/1", validUntil="2026-05-01T00:00:00Z")
    report = judge(endorsed(expired), policy=STRICT)
    assert (report.verdict, report.warnings) == ("refused", ())


def test_too_many_endorsements():
    one = AGENCY.endorsement("https://uni.example/c/1")
    many = [{**one, "id": f"urn:uuid:{number}"} for number in range(201)]
    signed = ISSUER.sign(endorsed(*many), suite="eddsa-jcs-2022")
    assert "endorsements.too-many" in reasons(ISSUER.verify(signed))


# The recipient

EMAIL = "alice@example.org"


def identified(**members):
    made = {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(EMAIL, "salt-1"),
        "identityType": "emailAddress",
        "salt": "salt-1",
    }
    entry = changed(made, members)
    return ISSUER.badge(credentialSubject=ISSUER.subject(id=None, identifier=[entry]))


MD5 = "md5$" + hashlib.md5(f"{EMAIL}salt-1".encode(), usedforsecurity=False).hexdigest()
PLAIN = {"hashed": False, "identityHash": EMAIL, "salt": None}
RECIPIENTS = [
    ({}, EMAIL, None),
    ({}, f"emailAddress={EMAIL}", None),
    ({}, "bob@example.org", "recipient.other"),
    ({}, EMAIL.upper(), "recipient.other"),
    ({}, f"systemId={EMAIL}", "recipient.unidentified"),
    ({"salt": None, "identityHash": identity_hash(EMAIL, "")}, EMAIL, None),
    ({"salt": "salt-2"}, EMAIL, "recipient.other"),
    ({"identityHash": MD5}, EMAIL, None),
    ({"identityHash": MD5.replace("md5", "sha1")}, EMAIL, "recipient.other"),
    ({"identityHash": identity_hash(EMAIL, "salt-1").upper().replace("SHA", "sha")}, EMAIL, None),
    (PLAIN, EMAIL, None),
    (PLAIN, "bob@example.org", "recipient.other"),
    (PLAIN | {"identityType": "ext:staffNumber"}, f"ext:staffNumber={EMAIL}", None),
]


@pytest.mark.parametrize(("members", "asked", "reason"), RECIPIENTS)
def test_recipient(members, asked, reason):
    report = judge(identified(**members), recipient=asked)
    assert report.check("recipient").reason == (reason or "recipient.ok")
    assert reasons(report) == ([reason] if reason else [])


NAME = {"identityType": "name", "hashed": False, "identityHash": "Ada  Lovelace", "salt": None}
HASHED_NAME = {"identityType": "name", "identityHash": identity_hash("Ada Lovelace", "salt-1")}
NAMES = [
    (NAME, "Ada Lovelace", None),
    (NAME, "ada LOVELACE ", None),
    (NAME, "name=Ada Lovelace", None),
    (NAME, "Ada Byron", "recipient.other"),
    (NAME, EMAIL, "recipient.unidentified"),
    (NAME, f"name={EMAIL}", "recipient.other"),
    (HASHED_NAME, "Ada Lovelace", None),
    (HASHED_NAME, " Ada  Lovelace", None),
    (HASHED_NAME, "Ada Byron", "recipient.other"),
    ({}, "Ada Lovelace", "recipient.unidentified"),
    ({}, "emailAddress=Ada Lovelace", "recipient.other"),
    ({"identityType": "systemId"}, "Ada Lovelace", "recipient.other"),
]


@pytest.mark.parametrize(("members", "asked", "reason"), NAMES)
def test_a_name_can_be_asked_for_as_an_address_can(members, asked, reason):
    report = judge(identified(**members), recipient=asked)
    assert report.check("recipient").reason == (reason or "recipient.ok")


def test_name_and_address_beside_each_other_are_both_found():
    entries = [
        {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}
        for kind, value in (("emailAddress", EMAIL), ("name", "Ada Lovelace"))
    ]
    badge = ISSUER.badge(credentialSubject=ISSUER.subject(id=None, identifier=entries))
    for asked in (EMAIL, "Ada Lovelace"):
        assert judge(badge, recipient=asked).verdict == "verified"
    for asked in ("bob@example.org", "Bob"):
        assert reasons(judge(badge, recipient=asked)) == ["recipient.other"]


def test_recipient_by_id():
    assert judge(ISSUER.badge(), recipient="did:example:alice").verdict == "verified"
    assert judge(ISSUER.badge(), recipient="id=did:example:alice").verdict == "verified"
    report = judge(ISSUER.badge(), recipient="did:example:bob")
    assert outcomes(report) == {"recipient": ("failed", "recipient.other")}
    report = judge(ISSUER.badge(), recipient=f"emailAddress={EMAIL}")
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["recipient.unidentified"])
    assert judge(ISSUER.badge()).check("recipient").reason == "recipient.none"


def test_an_address_in_plain_text_is_named_in_the_report_and_a_hash_is_not():
    assert judge(identified(**PLAIN)).credential.recipient == EMAIL
    assert judge(identified()).credential.recipient is None


# Refresh

SERVICE = {"id": "https://uni.example/refresh/1", "type": "1EdTechCredentialRefresh"}


def refreshable(issuer, **members):
    return issuer.badge(context=[V2, OB, EXTENSIONS], refreshService=SERVICE, **members)


def newer(issuer):
    return issuer.badge(validFrom="2026-02-01T00:00:00Z")


def refreshed(answer, *, refresh=True):
    """The report on a badge whose refresh service gives ``answer(issuer)``."""
    issuer = Issuer()
    body = answer(issuer)
    if body is not None:
        issuer.web.put(SERVICE["id"], body)
    return issuer.verify(issuer.sign(refreshable(issuer)), refresh=refresh), issuer


def test_refresh_is_off_unless_asked_for():
    report, issuer = refreshed(lambda one: one.sign(refreshable(one)), refresh=False)
    assert (report.verdict, report.check("refresh").reason) == ("verified", "refresh.off")
    assert SERVICE["id"] not in issuer.web.asked
    assert judge(ISSUER.badge(), refresh=True).check("refresh").reason == "refresh.none"


@pytest.mark.parametrize(
    ("answer", "verdict", "reason"),
    [
        (lambda one: one.sign(), "verified", None),
        (lambda one: one.sign(newer(one)), "refused", "refresh.newer"),
        (lambda one: one.sign(one.badge(validFrom="2025-12-01T00:00:00Z")), "verified", None),
        (
            lambda one: one.sign(one.badge(id="https://uni.example/c/2")),
            "could-not-tell",
            "refresh.other",
        ),
        (lambda one: b"<html/>", "could-not-tell", "refresh.unreachable"),
        (lambda one: None, "could-not-tell", "refresh.unreachable"),
    ],
)
def test_refresh(answer, verdict, reason):
    report, _ = refreshed(answer)
    assert (report.verdict, reasons(report)) == (verdict, [reason] if reason else [])


def test_an_edition_that_names_its_own_refresh_service_is_asked_for_once():
    report, issuer = refreshed(lambda one: one.sign(refreshable(one)))
    assert (report.verdict, reasons(report)) == ("verified", [])
    assert issuer.web.asked.count(SERVICE["id"]) == 1


def test_editions_are_compared_by_the_moment_they_begin():
    """14 hours ahead of UTC, the second of January begins on the first."""
    report, _ = refreshed(lambda one: one.sign(one.badge(validFrom="2026-01-01T13:00:00+14:00")))
    assert reasons(report) == []


def test_a_newer_edition_that_does_not_hold_is_none():
    report, _ = refreshed(lambda one: Issuer(Web(), one.did, number=1).sign(newer(one)))
    assert (report.verdict, reasons(report)) == ("verified", [])


def test_the_report_stays_about_the_document_that_was_asked_about():
    report, _ = refreshed(lambda one: one.sign(one.badge(name="Other")))
    assert report.credential.name == "Soil Science I"


def test_an_unknown_refresh_service():
    issuer = Issuer()
    service = {"id": SERVICE["id"], "type": "https://uni.example/OwnRefresh"}
    signed = issuer.sign(issuer.badge(refreshService=service))
    report = issuer.verify(signed, refresh=True)
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["refresh.unknown-type"])
