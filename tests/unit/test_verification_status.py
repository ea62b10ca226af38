from __future__ import annotations

import orjson
import pytest

from judging import outcomes, reasons
from simulators.issuer import EXTENSIONS, NOW, OB, V2, Clock, Issuer
from simulators.status_scenarios import SCENARIOS, UNREACHABLE, listed, run, run_unreachable
from stackmark.status.lists import newer, revocation_list
from stackmark.verification.verifier import Verifier


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario(name):
    _, verdict, reason = SCENARIOS[name]
    report = run(name)
    assert (report.verdict, reasons(report)) == (verdict, [reason] if reason else [])


@pytest.mark.parametrize("fault", sorted(set(UNREACHABLE.values())))
def test_a_list_that_cannot_be_had_is_could_not_tell(fault):
    report = run_unreachable(fault)
    assert report.verdict == "could-not-tell"
    assert outcomes(report) == {"status": ("could-not-tell", "status.unreachable")}
    assert "STATUS_RETRIEVAL_ERROR" in report.why


def test_a_badge_in_force_revoked_and_suspended():
    issuer = Issuer()
    badge = issuer.sign(issuer.badge(credentialStatus=issuer.status()))
    assert issuer.verify(badge).verdict == "verified"
    issuer.set_status(4)
    issuer.set_status(6)
    assert issuer.verify(badge).verdict == "verified"
    issuer.set_status(5)
    report = issuer.verify(badge)
    assert outcomes(report) == {"status": ("failed", "status.revoked")}
    assert report.headline == f"Refused: {report.check('status').detail}"
    entry = issuer.status(name="sus", purpose="suspension")
    badge = issuer.sign(issuer.badge(credentialStatus=entry))
    issuer.set_status(name="sus")
    assert reasons(issuer.verify(badge)) == ["status.suspended"]
    issuer.set_status(value=0, name="sus")
    assert issuer.verify(badge).verdict == "verified"


def test_no_status_is_not_applicable_and_says_so():
    issuer = Issuer()
    check = issuer.verify(issuer.sign()).check("status")
    assert (check.outcome, check.reason) == ("not-applicable", "status.none")


def test_a_message_is_told_and_decides_nothing():
    issuer = Issuer()
    texts = ["awarded", "under review", "appealed", "upheld"]
    entry = issuer.status(9, purpose="message", size=2, messages=texts)
    issuer.set_status(9, 2)
    report = issuer.verify(issuer.sign(issuer.plain(credentialStatus=entry)))
    assert report.verdict == "verified"
    assert report.check("status").detail == "Status message 0x2: appealed."


def test_a_refresh_entry_tells_of_a_newer_edition():
    issuer = Issuer()
    entry = issuer.status(purpose="refresh")
    badge = issuer.sign(issuer.plain(credentialStatus=entry))
    assert issuer.verify(badge).check("status").detail == "No newer edition is announced."
    issuer.set_status()
    report = issuer.verify(badge)
    assert report.verdict == "verified"
    assert report.check("status").detail == "A newer edition is available."


def test_the_first_entry_that_says_no_outweighs_one_that_cannot_be_told():
    issuer = Issuer()
    entries = [
        {"id": "https://uni.example/s", "type": "https://uni.example/OwnStatus"},
        issuer.status(),
    ]
    badge = issuer.sign(issuer.plain(credentialStatus=entries))
    assert reasons(issuer.verify(badge)) == ["status.unknown-type"]
    issuer.set_status()
    assert reasons(issuer.verify(badge)) == ["status.revoked"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"statusListIndex": 5}, "status.malformed"),
        ({"statusListIndex": "-1"}, "status.malformed"),
        ({"statusListIndex": "131072"}, "status.range"),
        ({"statusPurpose": "other"}, "status.unknown-purpose"),
    ],
)
def test_an_entry_that_cannot_be_used(change, reason):
    issuer = Issuer()
    entry = {**issuer.status(), **change}
    report = issuer.verify(issuer.sign(issuer.plain(credentialStatus=entry)))
    assert reason in reasons(report)


def test_too_many_entries():
    issuer = Issuer()
    entries = [issuer.status(index) for index in range(17)]
    report = issuer.verify(issuer.sign(issuer.plain(credentialStatus=entries)))
    assert reasons(report) == ["status.malformed"]


def test_a_list_by_an_unresolvable_key_is_open():
    issuer = Issuer()
    signed = listed(issuer)
    stranger = Issuer(issuer.web, "did:web:gone.example", number=1)
    issuer.web.documents.pop("https://gone.example/.well-known/did.json")
    body = {**issuer.lists["list"][0], "issuer": stranger.did}
    issuer.web.put("https://uni.example/status/list", stranger.sign(body))
    report = issuer.verify(signed)
    assert (report.verdict, reasons(report)) == ("could-not-tell", ["status.list-open"])


def test_a_list_changed_after_signing():
    issuer = Issuer()
    signed = listed(issuer)
    url = "https://uni.example/status/list"
    changed = orjson.loads(issuer.web.documents[url])
    issuer.set_status(6)
    changed["credentialSubject"]["encodedList"] = issuer.lists["list"][0]["credentialSubject"][
        "encodedList"
    ]
    issuer.web.put(url, changed)
    report = issuer.verify(signed)
    assert reasons(report) == ["status.proof"]
    assert "STATUS_VERIFICATION_ERROR" in report.why


def test_a_list_in_token_form():
    issuer = Issuer()
    signed = listed(issuer)
    issuer.set_status()
    url = "https://uni.example/status/list"
    issuer.web.put(url, issuer.token(issuer.lists["list"][0]))
    assert reasons(issuer.verify(signed)) == ["status.revoked"]


def test_the_1edtech_list_is_asked_for_the_id():
    issuer = Issuer()
    url = "https://uni.example/revoked"
    entry = {"id": url, "type": "1EdTechRevocationList"}
    badge = issuer.sign(issuer.badge(context=[V2, OB, EXTENSIONS], credentialStatus=entry))
    issuer.web.put(url, revocation_list(issuer.did, {}, url=url))
    assert issuer.verify(badge).verdict == "verified"
    issuer.web.put(url, revocation_list(issuer.did, {"https://uni.example/c/2": None}, url=url))
    assert issuer.verify(badge).verdict == "verified"
    issuer.web.put(url, revocation_list(issuer.did, {"https://uni.example/c/1": "Copied"}, url=url))
    report = issuer.verify(badge)
    assert reasons(report) == ["status.revoked"]
    assert report.why.endswith(": Copied.")
    issuer.web.put(url, b"no list")
    assert reasons(issuer.verify(badge)) == ["status.malformed"]


def test_one_run_fetches_a_list_once_and_the_next_sees_the_change():
    issuer = Issuer()
    first = issuer.sign(issuer.badge(credentialStatus=issuer.status()))
    verifier = Verifier(now=NOW, fetcher=issuer.web)
    assert verifier.verify(first).verdict == "verified"
    issuer.set_status()
    assert verifier.verify(first).verdict == "verified"
    assert issuer.web.asked.count("https://uni.example/status/list") == 1
    assert reasons(issuer.verify(first)) == ["status.revoked"]


def test_an_older_list_is_told_from_a_newer_one_by_whoever_keeps_them():
    """No run remembers lists of other runs; ``newer`` is there for those who do."""
    issuer = Issuer()
    signed = listed(issuer)
    seen = issuer.lists["list"][0]
    issuer.set_status()
    issuer.publish_list(validFrom="2026-02-01T00:00:00Z")
    later = issuer.lists["list"][0]
    assert reasons(issuer.verify(signed)) == ["status.revoked"]
    issuer.web.put("https://uni.example/status/list", issuer.sign(seen))
    assert issuer.verify(signed).verdict == "verified"
    assert newer(later, seen)
    assert not newer(seen, later)


def test_time_passes_over_a_list():
    issuer, clock = Issuer(), Clock()
    signed = listed(issuer, validUntil="2026-06-02T00:00:00Z")
    assert issuer.verify(signed, now=clock.now()).verdict == "verified"
    clock.pass_by(days=1)
    assert reasons(issuer.verify(signed, now=clock.now())) == ["status.list-expired"]
