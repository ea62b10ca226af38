"""After a restore what the VC API issued before still says whether it holds, at the old address."""

from __future__ import annotations

import json

import orjson
import pytest
from django.test import Client

from stackmark.status.lists import open_list
from stackmark_web.api.vc_api import issuers, statuses
from stackmark_web.operations.archive import making, restoring

SEALED = {"passphrase": b"correct horse", "with_keys": True}
ISSUER = issuers.ISSUERS["bitstring"]


@pytest.fixture(autouse=True)
def switched_on(settings):
    settings.VC_API = True
    issuers._opened.clear()
    yield
    issuers._opened.clear()


def back_up(system):
    return making.make(system.folder.parent / "b.stackmark", **SEALED).path


def post(path, **body):
    answer = Client().post(f"/vc-api/{path}", json.dumps(body), content_type="application/json")
    return answer.status_code, json.loads(answer.content)


def issued(number):
    credential = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://www.w3.org/ns/credentials/examples/v2",
        ],
        "id": f"urn:example:{number}",
        "type": ["VerifiableCredential"],
        "credentialSubject": {"id": "did:example:s", "alumniOf": "The School of Examples"},
    }
    status, answer = post("bitstring/credentials/issue", credential=credential)
    assert status == 201
    return answer["verifiableCredential"]


def verdict(credential):
    status, answer = post("credentials/verify", verifiableCredential=credential)
    return status, [one["reason"] for one in answer["errors"]]


def revoke(credential):
    return post("credentials/status", credentialStatus=credential["credentialStatus"])


def served(credential):
    url = credential["credentialStatus"]["statusListCredential"]
    answer = Client().get(url.partition("8000")[2])
    return answer.status_code, answer.content


@pytest.mark.parametrize("started_before", [False, True])
def test_on_a_new_machine(system, empty, started_before):
    """Also on one whose server ran once with the VC API on, and made keys of its own."""
    with system.on():
        good, bad = issued(1), issued(2)
        assert revoke(bad)[0] == 200
        before = served(good)
        file = back_up(system)
        lost = issued(3)
    issuers._opened.clear()
    with empty.on():
        if started_before:
            assert ISSUER.key.did != good["issuer"]
        report, kept = restoring.restore(file, passphrase=b"correct horse")
        assert ISSUER.key.did == good["issuer"]
        assert (kept / "vc-api" / "ed25519.key").exists() is started_before
        assert served(good) == before, "byte for byte, at the same address"
        assert verdict(good) == (200, [])
        assert verdict(bad) == (400, ["status.revoked"])
        assert verdict(lost) == (200, []), "issued after the backup; nobody knows of it, it holds"
        fresh = issued(4)
        lists = {one["credentialStatus"]["statusListCredential"] for one in (good, bad, lost)}
        assert fresh["credentialStatus"]["statusListCredential"] not in lists
        for one in (good, lost, fresh):
            assert verdict(one) == (200, [])
            assert revoke(one)[0] == 200
            assert verdict(one) == (400, ["status.revoked"])
        assert not [one for one in report.warnings if "VC API" in one]


def test_a_list_whose_key_is_not_here_is_served_and_left_alone(system, empty):
    """A backup without keys: the list that was published says on what it said."""
    with system.on():
        good, bad = issued(1), issued(2)
        revoke(bad)
        file = making.make(
            system.folder.parent / "b.stackmark", passphrase=None, with_keys=False
        ).path
    issuers._opened.clear()
    with empty.on():
        restoring.restore(file, passphrase=None)
        assert verdict(good) == (200, [])
        assert verdict(bad) == (400, ["status.revoked"])
        status, told = revoke(good)
        assert (status, told["reason"]) == (400, "usage.status")
        assert "is not on this server" in told["detail"]
        assert verdict(good) == (200, []), "the list is not signed by another key"
        fresh = issued(3)
        assert fresh["issuer"] != good["issuer"]
        assert verdict(fresh) == (200, [])
        assert revoke(fresh)[0] == 200


def test_keys_and_lists_in_use_here_stay_and_that_is_told(system, empty):
    with system.on():
        issued(1)
        file = back_up(system)
    issuers._opened.clear()
    with empty.on():
        here = issued(2)
        report, _kept = restoring.restore(file, passphrase=b"correct horse")
        assert verdict(here) == (200, [])
        assert revoke(here)[0] == 200
        assert verdict(here) == (400, ["status.revoked"])
    told = [one for one in report.warnings if "VC API" in one]
    assert ["ed25519.key" in told[0], "ed25519-revocation" in told[1]] == [True, True]


def test_a_revocation_the_backup_knows_is_not_undone_by_an_older_folder(system):
    """Somebody put an older copy of the data folder back first."""
    with system.on():
        one = issued(1)
        files = {path: path.read_bytes() for path in statuses._folder().iterdir()}
        revoke(one)
        file = back_up(system)
        for path, data in files.items():
            path.write_bytes(data)
        assert verdict(one) == (200, [])
        restoring.restore(file, passphrase=b"correct horse", replace=True)
        assert verdict(one) == (400, ["status.revoked"])
        found = orjson.loads(statuses.document("ed25519", "revocation"))
        assert any(
            open_list(found, list_type="BitstringStatusListCredential", url=found["id"]).bits
        )
