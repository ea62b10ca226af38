"""What can be wrong with a status list, one small issuer a case.

Each builder gets an ``Issuer``, publishes its lists and gives back a signed credential. The ids
are those of the shared attack suite; the answers are ours.
"""

from __future__ import annotations

from simulators.issuer import Issuer, changed


def listed(issuer, *, index=5, **members):
    """A plain credential under a list with changed members."""
    entry = issuer.status(index)
    issuer.publish_list(**members)
    return issuer.sign(issuer.plain(credentialStatus=entry))


def by_another_issuer(issuer):
    signed = listed(issuer)
    other = Issuer(issuer.web, "did:web:other.example", number=1)
    forged = changed(issuer.lists["list"][0], {"issuer": other.did})
    issuer.web.put(f"{issuer.home}/status/list", other.sign(forged))
    return signed


def without_proof(issuer):
    signed = listed(issuer)
    issuer.web.put(f"{issuer.home}/status/list", issuer.lists["list"][0])
    return signed


def with_another_id(issuer):
    return listed(issuer, id=f"{issuer.home}/status/other")


def for_another_purpose(issuer):
    issuer.open_list(purpose="suspension")
    entry = issuer.status(purpose="revocation")
    return issuer.sign(issuer.plain(credentialStatus=entry))


def for_two_purposes(issuer):
    issuer.open_list(purpose=["revocation", "suspension"])
    entry = issuer.status(purpose="suspension")
    return issuer.sign(issuer.plain(credentialStatus=entry))


def expired(issuer):
    return listed(issuer, validUntil="2026-05-01T00:00:00Z")


def not_yet_valid(issuer):
    return listed(issuer, validFrom="2026-07-01T00:00:00Z")


def plain_badge(issuer):
    signed = listed(issuer)
    issuer.web.put(
        f"{issuer.home}/status/list", issuer.sign(issuer.badge(id=f"{issuer.home}/status/list"))
    )
    return signed


def two_entries(issuer):
    entries = [
        issuer.status(5, name="one"),
        issuer.status(6, name="two", purpose="suspension"),
    ]
    return issuer.sign(issuer.plain(credentialStatus=entries))


def second_is_set(issuer):
    signed = two_entries(issuer)
    issuer.set_status(6, name="two")
    return signed


def second_cannot_be_had(issuer):
    signed = two_entries(issuer)
    del issuer.web.documents[f"{issuer.home}/status/two"]
    return signed


def of_unknown_type(issuer):
    entry = {"id": f"{issuer.home}/status/1", "type": f"{issuer.home}/OwnStatus"}
    return issuer.sign(issuer.plain(credentialStatus=entry))


def html(issuer):
    signed = listed(issuer)
    issuer.web.put(f"{issuer.home}/status/list", b"<!doctype html><html><body>Hi</body></html>")
    return signed


def loop(issuer):
    return listed(issuer, credentialStatus=issuer.status(7))


def expired_with_a_long_ttl(issuer):
    signed = listed(issuer)
    subject = {**issuer.lists["list"][0]["credentialSubject"], "ttl": 365 * 24 * 3_600_000}
    issuer.publish_list(credentialSubject=subject, validUntil="2026-05-01T00:00:00Z")
    return signed


def past_the_end_of_wide_entries(issuer):
    """Index 70,000 is inside 131,072 bits, but not inside 65,536 entries of two bits."""
    messages = ["valid", "under review", "withdrawn", "replaced"]
    entry = issuer.status(70_000, purpose="message", size=2, messages=messages)
    issuer.lists["list"][1] = bytearray(131_072 // 8)
    issuer.publish_list()
    return issuer.sign(issuer.plain(credentialStatus=entry))


def same_index_in_two_lists(issuer):
    entries = [
        issuer.status(5, name="one"),
        issuer.status(5, name="two", purpose="suspension"),
    ]
    issuer.set_status(4, name="two")
    return issuer.sign(issuer.plain(credentialStatus=entries))


# Case → how it is built, our verdict and reason.
SCENARIOS = {
    "BSS-000": (by_another_issuer, "refused", "status.issuer"),
    "BSS-001": (without_proof, "refused", "status.proof"),
    "BSS-002": (with_another_id, "refused", "status.wrong-list"),
    "BSS-003": (for_another_purpose, "refused", "status.purpose"),
    "BSS-004": (for_two_purposes, "verified", None),
    "BSS-005": (expired, "refused", "status.list-expired"),
    "BSS-006": (not_yet_valid, "refused", "status.list-expired"),
    "BSS-007": (plain_badge, "refused", "status.malformed"),
    "BSS-009": (second_is_set, "refused", "status.suspended"),
    "BSS-010": (second_cannot_be_had, "could-not-tell", "status.unreachable"),
    "BSS-011": (of_unknown_type, "could-not-tell", "status.unknown-type"),
    "BSS-013": (html, "refused", "status.malformed"),
    "BSS-018": (loop, "refused", "status.loop"),
    "BSS-019": (expired_with_a_long_ttl, "refused", "status.list-expired"),
    "BSS-020": (past_the_end_of_wide_entries, "refused", "status.range"),
    "BSS-021": (same_index_in_two_lists, "verified", None),
}
# Case → the real fetcher's answer (tests/unit/test_fetcher.py makes it give each of these).
UNREACHABLE = {
    "BSS-012": "fetch.redirect",
    "BSS-014": "fetch.timeout",
    "BSS-015": "fetch.timeout",
    "BSS-016": "fetch.too-large",
    "BSS-017": "fetch.encoding",
}
# Case → why one run of the library cannot notice; whoever keeps lists over time must.
OVER_TIME = {
    "BSS-008": "a Verifier remembers nothing beyond its run; status.lists.newer compares two lists",
    "BSS-022": "within one run a list is fetched once; the next run sees the change",
}


def run(name):
    """The report of one scenario."""
    issuer = Issuer()
    return issuer.verify(SCENARIOS[name][0](issuer))


def run_unreachable(fault):
    issuer = Issuer()
    signed = listed(issuer)
    issuer.web.faults[f"{issuer.home}/status/list"] = fault
    return issuer.verify(signed)
