"""HTTPS for trying out: the certificate, the words on the command line, the settings."""

from __future__ import annotations

import os
import socket
import ssl
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from django.core.management import CommandError, call_command

from stackmark_web import __main__ as command_line
from stackmark_web.operations import dev_tls, processes
from stackmark_web.operations.management.commands import serve

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)


def names(path):
    found = x509.load_pem_x509_certificate(path.read_bytes())
    told = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(told.get_values_for_type(x509.DNSName)) | {
        str(one) for one in told.get_values_for_type(x509.IPAddress)
    }


def test_it_is_for_this_machine_and_its_key_is_private(tmp_path):
    made = dev_tls.pair(tmp_path / "tls", now=NOW)
    assert names(made.certificate) == {"localhost", "127.0.0.1", "::1"}
    assert stat.S_IMODE(made.key.stat().st_mode) == 0o600
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.certificate, made.key)
    assert len(made.fingerprint) == 32 * 3 - 1


@pytest.mark.parametrize("what", ["old", "host", "broken", "key"])
def test_it_is_kept_until_it_will_not_do(tmp_path, what):
    first = dev_tls.pair(tmp_path, now=NOW)
    assert dev_tls.pair(tmp_path, now=NOW + timedelta(days=80)) == first
    if what == "broken":
        first.certificate.write_bytes(b"no certificate")
    if what == "key":
        first.key.write_bytes(dev_tls.pair(tmp_path / "other", now=NOW).key.read_bytes())
    hosts = ["badges.test"] if what == "host" else []
    now = NOW + timedelta(days=84 if what == "old" else 1)
    second = dev_tls.pair(tmp_path, now=now, hosts=hosts)
    assert second.fingerprint != first.fingerprint
    assert set(hosts) <= names(second.certificate)


@pytest.mark.parametrize(
    ("written", "read", "address"),
    [
        (["--dev-tls"], ["serve", "--dev-tls"], None),
        (["--dev-tls", "--port", "9443"], ["serve", "--dev-tls", "--port", "9443"], "9443"),
        (["serve", "--dev-tls"], ["serve", "--dev-tls"], None),
        (["--help"], ["--help"], None),
        ([], [], None),
    ],
)
def test_both_spellings_serve(monkeypatch, written, read, address):
    for name in ("STACKMARK_DEV_TLS", "STACKMARK_PUBLIC_URL"):
        monkeypatch.setenv(name, "")  # so that what is set here is taken back
        monkeypatch.delenv(name)
    arguments = ["stackmark-web", *written]
    command_line._with_tls(arguments)
    assert arguments[1:] == read
    assert os.environ.get("STACKMARK_DEV_TLS") == ("1" if "--dev-tls" in written else None)
    wanted = f"https://127.0.0.1:{address}" if address else None
    assert os.environ.get("STACKMARK_PUBLIC_URL") == wanted


def settings_with(tmp_path, **environment):
    code = (
        "from stackmark_web.settings import base as b;"
        "print(b.PUBLIC_URL, b.IDENTITY_URL, b.SECURE_HSTS_SECONDS, b.SESSION_COOKIE_SECURE)"
    )
    found = {name: one for name, one in os.environ.items() if not name.startswith("STACKMARK_")}
    told = found | environment | {"STACKMARK_DATA": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=told, capture_output=True, text=True, check=False
    )
    return done.stdout.split() or done.stderr


def test_the_public_address_follows_and_names_no_issuer(tmp_path):
    """127.0.0.1 is no name that a DID could have; no browser learns to want HTTPS of localhost."""
    assert settings_with(tmp_path, STACKMARK_DEV_TLS="1") == [
        "https://127.0.0.1:8443",
        "https://demo.stackmark.example",
        "0",
        "True",
    ]


def test_a_public_server_with_an_open_vc_api_does_not_start(tmp_path):
    said = settings_with(
        tmp_path, STACKMARK_VC_API="1", STACKMARK_PUBLIC_URL="https://badges.example.org"
    )
    assert "ImproperlyConfigured: STACKMARK_VC_API is on" in said


def test_serve_gives_granian_the_certificate(monkeypatch, settings, tmp_path):
    settings.DATA, settings.PUBLIC_URL = tmp_path, "https://127.0.0.1:8443"
    given = []

    class Crew:
        def __init__(self, members, last_sign):
            given.extend(members[0].command)

        def run(self, drain):
            return False

    monkeypatch.setattr(processes, "Crew", Crew)
    monkeypatch.setattr(processes, "why_not_free", lambda *_: "")
    monkeypatch.setattr(serve.Command, "_prepare", lambda self, migrate: None)
    monkeypatch.setattr(serve.Command, "_tell", lambda self, *_: None)
    call_command("serve", "--dev-tls", port=8443)
    assert given[given.index("--ssl-certificate") + 1] == str(tmp_path / "dev-tls/certificate.pem")
    assert given[given.index("--ssl-keyfile") + 1] == str(tmp_path / "dev-tls/key.pem")
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    with pytest.raises(CommandError, match="write https there"):
        call_command("serve", "--dev-tls", port=8443)


def test_the_greeting_waits_as_long_as_the_server_takes(monkeypatch):
    """A busy machine takes a minute to start: the DIDs of the VC API are told all the same."""
    slept, opened = [], socket.socket()
    opened.bind(("127.0.0.1", 0))

    def sleep(seconds):
        slept.append(seconds)
        if sum(slept) > 60:
            opened.listen()

    monkeypatch.setattr(processes.time, "sleep", sleep)
    monkeypatch.setattr(processes.time, "monotonic", lambda: sum(slept))
    processes.wait_until_open(*opened.getsockname())
    opened.close()
    assert sum(slept) > 60
