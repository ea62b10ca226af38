"""Status lists of the VC API: entries given out, set, and looked at unasked."""

from __future__ import annotations

import json
import shutil

from stackmark.limits import MIN_STATUS_ENTRIES
from stackmark.status import bitstring
from stackmark_web.api.vc_api import statuses


def reasons(answer):
    return [one["reason"] for one in answer["errors"]]


def test_the_issuer_adds_a_status_and_the_verifier_looks_at_it_unasked(caller, credential):
    made = caller.issue(credential, "bitstring")
    entry = made["credentialStatus"]
    assert entry["type"] == "BitstringStatusListEntry"
    assert entry["statusPurpose"] == "revocation"
    assert str(int(entry["statusListIndex"])) == entry["statusListIndex"]
    assert entry["id"] != entry["statusListCredential"]
    assert caller.verify(made)[0] == 200
    path = entry["statusListCredential"].partition("/vc-api/")[2]
    status, found = caller.get(path)
    assert status == 200
    assert found["issuer"] == made["issuer"]
    assert "BitstringStatusListCredential" in found["type"]
    assert found["id"] == entry["statusListCredential"]
    assert found["credentialSubject"]["statusPurpose"] == "revocation"
    assert found["credentialSubject"]["encodedList"].startswith("u")
    bits = bitstring.decode(found["credentialSubject"]["encodedList"])
    assert (len(bits) * 8, any(bits)) == (MIN_STATUS_ENTRIES, False)
    body = {"credentialId": made["id"], "credentialStatus": {"type": entry["type"]}}
    assert caller.post("credentials/status", body)[0] == 200
    status, answer = caller.verify(made, checks=[])
    assert (status, reasons(answer)) == (400, ["status.revoked"])
    assert caller.post(f"{path}/publish", {})[0] == 204
    assert caller.post("credentials/status", {**body, "status": False})[0] == 200
    assert caller.verify(made)[0] == 200


def test_no_two_credentials_share_an_index_and_purposes_can_be_asked_for(caller, credential):
    made = [caller.issue({**credential, "id": f"urn:a:{n}"}, "bitstring") for n in range(5)]
    assert len({one["credentialStatus"]["statusListIndex"] for one in made}) == 5
    both = caller.issue(
        credential,
        credentialStatus=[{"statusPurpose": "revocation"}, {"statusPurpose": "suspension"}],
    )
    assert [one["statusPurpose"] for one in both["credentialStatus"]] == [
        "revocation",
        "suspension",
    ]
    assert caller.verify(both)[0] == 200
    second = both["credentialStatus"][1]
    body = {"credentialStatus": second, "status": True}
    assert caller.post("credentials/status", body)[0] == 200
    assert reasons(caller.verify(both)[1]) == ["status.suspended"]


def test_only_entries_given_out_here_are_set(caller, credential):
    caller.issue(credential, "bitstring")
    for body, status in (
        ({"credentialId": "urn:nobody"}, 400),
        ({"credentialId": 5}, 400),
        ({"credentialId": "urn:a", "credentialStatus": "revoked"}, 400),
        ({"credentialId": "urn:a", "status": "yes"}, 400),
    ):
        assert caller.post("credentials/status", body)[0] == status


def test_one_without_an_id_and_two_of_one_id_are_told_apart_by_their_entries(caller, credential):
    del credential["id"]
    nameless = caller.issue(credential, "bitstring")
    twins = [caller.issue({**credential, "id": "urn:twin"}, "bitstring") for _ in range(2)]
    for one in (nameless, twins[0]):
        assert caller.verify(one)[0] == 200
        body = {"credentialId": one.get("id"), "credentialStatus": one["credentialStatus"]}
        assert caller.post("credentials/status", body)[0] == 200
        assert reasons(caller.verify(one)[1]) == ["status.revoked"]
    assert caller.verify(twins[1])[0] == 200
    for number in ("-1", "131072", "1e3", "٣", "007", 5, None):
        entry = {**nameless["credentialStatus"], "statusListIndex": number}
        status, answer = caller.post("credentials/status", {"credentialStatus": entry})
        assert (status, answer["reason"]) == (400, "usage.status"), number


def test_a_full_list_is_followed_by_the_next_without_a_pause(caller, credential):
    first = caller.issue(credential, "bitstring")
    path = statuses._state_path("ed25519", "revocation")
    state = json.loads(path.read_bytes())
    state["order"]["next"] = state["order"]["entries"]
    path.write_bytes(json.dumps(state).encode())
    try:
        second = caller.issue(credential, "bitstring")
        lists = [one["credentialStatus"]["statusListCredential"] for one in (first, second)]
        assert lists[1] == f"{lists[0].removesuffix('/revocation')}-2/revocation"
        assert [caller.verify(one)[0] for one in (first, second)] == [200, 200]
    finally:
        shutil.rmtree(statuses._folder())


def test_a_server_that_moves_opens_a_list_at_its_new_address(caller, credential, settings):
    first = caller.issue(credential, "bitstring")
    old, settings.PUBLIC_URL = settings.PUBLIC_URL, "https://127.0.0.1:8655"
    second = caller.issue({**credential, "id": "urn:second"}, "bitstring")
    named = second["credentialStatus"]["statusListCredential"]
    assert named == "https://127.0.0.1:8655/vc-api/status/ed25519-2/revocation"
    status, answer = caller.verify(second)
    assert status == 200, answer["errors"]
    status, answer = caller.post(
        "credentials/status", {"credentialStatus": first["credentialStatus"]}
    )
    assert (status, answer["statusListCredential"]) == (
        200,
        f"{old}/vc-api/status/ed25519/revocation",
    )
    settings.PUBLIC_URL = old
    assert reasons(caller.verify(first)[1]) == ["status.revoked"], (
        "the old list calls itself the same"
    )
    third = caller.issue({**credential, "id": "urn:third"}, "bitstring")
    assert third["credentialStatus"]["statusListCredential"].endswith("/ed25519/revocation")
