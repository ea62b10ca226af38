"""Who may ask the VC API at all, how, and what suites are told of it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.urls import reverse

from stackmark_web.api.vc_api import asking, config, urls
from stackmark_web.api.vc_api.issuers import ISSUERS
from stackmark_web.settings import env
from stackmark_web.verifying import standing

VALID = "did:key:z6MktKwz7Ge1Yxzr4JHavN33wiwa8y81QdcMRLXQsrH9T53b"


def reasons(answer):
    return [one["reason"] for one in answer["errors"]]


ARGUMENTS = {"did": VALID, "issuer": "bitstring", "kind": "ed25519", "purpose": "revocation"}
ADDRESSES = [  # every route there is; a new one is in here by itself
    reverse(f"api:{one.name}", kwargs={name: ARGUMENTS[name] for name in one.pattern.converters}
            or {name: ARGUMENTS[name] for name in one.pattern.regex.groupindex})
    for one in urls.urlpatterns
]  # fmt: skip
OPEN = "/vc-api/status/ed25519/revocation"  # a list must be had by whoever checks a credential


@pytest.mark.parametrize("address", ADDRESSES)
def test_it_is_not_there_unless_switched_on(caller, settings, address):
    settings.VC_API = False
    for method in ("GET", "POST", "HEAD", "PUT", "OPTIONS"):
        assert caller.client.generic(method, address).status_code == 404


@pytest.mark.parametrize("address", ADDRESSES)
def test_with_a_token_set_every_route_but_that_of_lists_asks_for_it(caller, settings, address):
    settings.VC_API_TOKEN = "t" * 32
    for method in ("GET", "POST"):
        answer = caller.client.generic(method, address, headers={"authorization": "Bearer x"})
        assert (answer.status_code == 401) is (address != OPEN), (method, answer.content)
        assert "verified" not in answer.json() or answer.json()["verified"] is False


def test_a_page_of_another_site_cannot_send_it_a_form(caller, credential):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        status, answer = caller.post(
            "credentials/issue", json.dumps({"credential": credential}).encode(), kind=kind
        )
        assert (status, answer["reason"]) == (400, "request.malformed")


def test_bodies_and_methods_are_bounded(caller, monkeypatch):
    answer = caller.client.get("/vc-api/credentials/issue")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    monkeypatch.setattr(asking, "MAX_BODY", 100)
    assert caller.post("credentials/issue", {"credential": "x" * 200})[0] == 413


def test_with_a_token_only_who_has_it_is_answered(caller, credential, settings):
    settings.VC_API_TOKEN = "t" * 32
    status, _answer = caller.post("credentials/issue", {"credential": credential})
    assert status == 401
    wrong = caller.client.get("/vc-api/", headers={"authorization": f"Bearer {'x' * 32}"})
    assert (wrong.status_code, "WWW-Authenticate" in wrong.headers) == (401, True)
    right = {"authorization": f"Bearer {'t' * 32}"}
    assert caller.client.get("/vc-api/", headers=right).status_code == 200
    assert caller.get("status/ed25519/suspension")[0] in (200, 404), "lists are for everybody"


def test_a_public_server_does_not_start_without_a_token(monkeypatch):
    monkeypatch.delenv("STACKMARK_VC_API_TOKEN", raising=False)
    with pytest.raises(ImproperlyConfigured, match="STACKMARK_VC_API_TOKEN"):
        env.vc_api_token("STACKMARK_VC_API_TOKEN", needed=True)
    monkeypatch.setenv("STACKMARK_VC_API_TOKEN", "short")
    with pytest.raises(ImproperlyConfigured, match="20 characters"):
        env.vc_api_token("STACKMARK_VC_API_TOKEN", needed=False)


def test_the_configuration_lists_every_issuer_with_its_did_and_address(caller):
    found = caller.get("")[1]["implementations"][0]
    assert len(found["issuers"]) == len(ISSUERS)
    for one in found["issuers"]:
        assert one["id"].startswith("did:key:z")
        assert one["endpoint"].startswith("http://127.0.0.1:8000/vc-api/")
    tags = {tag for one in found["issuers"] for tag in one["tags"]}
    assert {"vc2.0", "EnvelopingProof", "BitstringStatusList", "ecdsa-sd-2023", "bbs-2023"} <= tags
    assert {"vcHolder", "ecdsa-sd-2023", "bbs-2023"} == set(found["vcHolders"][0]["tags"])
    text = config.as_module()
    assert text.startswith("module.exports = {settings: {")
    written = [
        json.loads(line.rstrip(",")) for line in text.splitlines() if line.startswith("    ")
    ]
    lists = [one for one in found.values() if isinstance(one, list)]
    assert written == [entry for one in lists for entry in one]


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ([], "http://127.0.0.1:8000"),
        (["--dev-tls"], "https://127.0.0.1:8443"),
        (["--dev-tls", "--port", "9443"], "https://127.0.0.1:9443"),
    ],
)
def test_the_configuration_is_printed_again_for_the_server_as_it_was_started(
    tmp_path, given, address
):
    """Over plain HTTP the suites do not unwrap an answer: a wrong address fails all their tests."""
    world = {name: value for name, value in os.environ.items() if "STACKMARK" not in name}
    world |= {"STACKMARK_DATA": str(tmp_path), "STACKMARK_VC_API": "1"}
    run = [sys.executable, "-m", "stackmark_web"]
    said = subprocess.run(
        [*run, "vc_api_config", *given],
        env=world,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout
    endpoints = re.findall(r'"endpoint": "(.*?)/vc-api/', said)
    assert set(endpoints) == {address}


def test_a_port_without_tls_is_no_address_and_the_command_says_what_to_set(settings):
    settings.VC_API = True
    with pytest.raises(CommandError, match="STACKMARK_PUBLIC_URL"):
        call_command("vc_api_config", port=8555)


def test_what_our_organisations_withdrew_is_refused_before_any_list_says_so(
    caller, credential, monkeypatch
):
    made = caller.issue(credential)
    monkeypatch.setattr(standing, "_standing", lambda report: "revoked")
    status, answer = caller.verify(made)
    assert (status, reasons(answer)) == (400, ["status.revoked"])


@pytest.mark.parametrize("address", ["/vc-api", "/vc-api/nope", "/vc-api/credentials/issue/"])
def test_where_nothing_is_programs_are_told_so_in_json(caller, address):
    for method in ("GET", "POST", "DELETE"):
        answer = caller.client.generic(method, address)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/json")
        assert "/vc-api/" in answer.json()["detail"]


def test_the_member_that_is_missing_is_named(caller):
    for path, name in (
        ("presentations/verify", "verifiablePresentation"),
        ("credentials/verify", "verifiableCredential"),
        ("credentials/issue", "credential"),
    ):
        status, answer = caller.post(path, {})
        assert (status, f'"{name}"' in answer["detail"]) == (400, True)


@pytest.mark.parametrize(
    ("tls", "url", "command"),
    [
        (False, "http://127.0.0.1:8000", "vc_api_config"),
        (True, "https://127.0.0.1:8443", "vc_api_config --dev-tls"),
        (True, "https://127.0.0.1:8655", "vc_api_config --dev-tls --port 8655"),
    ],
)
def test_the_greeting_names_the_command_that_prints_the_same(caller, settings, tls, url, command):
    settings.DEV_TLS, settings.PUBLIC_URL = tls, url
    assert any(f"(again: stackmark-web {command}):" in line for line in config.greeting())
    out = StringIO()
    name, *rest = command.split()
    call_command(name, *rest, stdout=out)
    assert out.getvalue().count(f"{url}/vc-api/") > len(ISSUERS)


def test_issuers_of_tokens_are_found_by_the_suites_for_this_api(caller):
    found = caller.get("")[1]["implementations"][0]["issuers"]
    tokens = [one["tags"] for one in found if "JWT" in one["tags"]]
    assert tokens
    assert all("vc-api" in tags for tags in tokens)
    first = next(one for one in found if "vc-api" in one["tags"])
    assert "eddsa-rdfc-2022" in first["tags"], "suites take the first, and want a proof inside"
