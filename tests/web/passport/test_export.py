"""A whole passport as one file: what is in it, who gets it, and what it is worth years later."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings

from command_line import run, verify_offline
from stackmark.adapters.clock import SystemClock
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import slim
from stackmark_web.passport import actions, exporting, proving
from stackmark_web.passport.fresh import SignIn
from stackmark_web.passport.models import BroughtDocument, Holding
from stackmark_web.verifying.fetching import own_path

pytestmark = pytest.mark.django_db


def files_of(made):
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture
def full(held, issuer, ada):
    """One of ours, and one of elsewhere with a status list, a folder, a link and an answer."""
    one = held()
    away = actions.import_credential(
        ada, issuer.sign(issuer.badge(credentialStatus=issuer.status())), "b.json"
    )
    folder = actions.make_folder(ada, name="For autumn")
    actions.choose_folders(one, actor=ada, folders=[folder])
    actions.make_share(ada, [one], title="For the stall", pin="482915")
    asked, _ = proving.ask(actor=None, asker="Grete", reason="A job", wanted="any")
    sign_in = SignIn(clock.now(), "password")
    proving.give(asked, actor=ada, holdings=[one], sign_in=sign_in)
    return one, away


def test_everything_a_person_has_is_in_it(full, ada, issuer):
    one, away = full
    made = exporting.export(ada)
    files = files_of(made)
    index = json.loads(files["index.json"])
    assert made.name == "passport-2026-06-01.zip"
    assert index["made"] == "2026-06-01T12:00:00Z"
    assert index["command"] == f"stackmark verify {made.name} --as-exported"
    by_id = {row["id"]: row for row in index["credentials"]}
    assert files[by_id[one.credential_id]["file"]] == bytes(one.award.signed)
    assert files[by_id[away.credential_id]["file"]] == bytes(away.data)
    assert {row["verdict"] for row in index["credentials"]} == {"verified"}
    assert all(row["picture"] in files for row in index["credentials"])
    where = json.loads(files["documents.json"])
    assert "https://uni.example/status/list" in where
    assert "https://uni.example/.well-known/did.json" in where
    assert "https://www.w3.org/ns/credentials/v2" in where
    signed = json.loads(bytes(one.award.signed))
    for url in (
        signed["credentialStatus"]["statusListCredential"],
        signed["credentialSubject"]["achievement"]["id"],
        *(row["id"] for row in signed.get("relatedResource", [])),
    ):
        assert url in where
    assert json.loads(files["data/folders.json"]) == [
        {"name": "For autumn", "credentials": [one.credential_id]}
    ]
    (share,) = json.loads(files["data/shares.json"])
    assert (share["title"], share["pin"]) == ("For the stall", True)
    assert b"482915" not in b"".join(files.values())
    (proof,) = json.loads(files["data/proofs.json"])
    assert (proof["asker"], proof["state"]) == ("Grete", "given")
    page = files["index.html"].decode()
    assert "Soil sampling" in page
    assert index["command"] in page
    assert index["command"] in files["README.txt"].decode()


def test_a_credential_that_is_kept_slim_is_in_it_whole(held, ada):
    """Awards of a batch are kept slim: they have no length before they are unpacked."""
    one = held()
    whole = bytes(one.award.signed)
    (one.award.signed,), common = slim.slimmed([("kind", whole)])
    slim.keep_common(common)
    one.award.save(update_fields=["signed"])
    assert isinstance(Holding.objects.get(pk=one.pk).award.signed, slim.Slim)
    files = files_of(exporting.export(ada))
    index = json.loads(files["index.json"])
    assert [files[row["file"]] for row in index["credentials"]] == [whole]


def test_it_needs_a_fresh_sign_in_and_leaves_a_trace(held, ada, signed_in):
    """Security goal A118."""
    from stackmark_web.audit import queries as audit

    held()
    ada.set_password("a-long-password")
    ada.save()
    browser = signed_in(ada, long_ago=True)
    assert browser.get("/passport/export").status_code == 200
    refused = browser.get("/passport/all.zip")
    assert refused["Location"].startswith("/account/reauthenticate/?")
    assert not audit.of_person(ada).filter(verb="passport.exported").exists()
    assert signed_in(ada).get("/passport/all.zip").status_code == 200
    assert audit.of_person(ada).filter(verb="passport.exported").count() == 1


def test_a_large_passport_comes_in_parts_each_whole(held, ada, signed_in, monkeypatch):
    monkeypatch.setattr(exporting, "PART", 2)
    for _ in range(3):
        held()
    browser = signed_in(ada)
    page = browser.get("/passport/export").content.decode()
    assert "Part 1" in page
    assert "?part=2" in page
    names = []
    for part in (1, 2):
        made = exporting.export(ada, part)
        files = files_of(made)
        index = json.loads(files["index.json"])
        assert (index["part"], index["parts"]) == (part, 2)
        assert "documents.json" in files
        names += [row["id"] for row in index["credentials"]]
        assert ("data/shares.json" in files) == (part == 1)
    assert len(set(names)) == 3
    for given in ("3", "0", "-1", "x"):
        assert browser.get(f"/passport/all.zip?part={given}").status_code == 404


def test_years_later_without_anybody_it_still_verifies(held, issuer, ada, web, tmp_path):
    """Security fault F29: every host is gone; the answer says of what day it is."""
    with clock.at(SystemClock().now()):
        issuer.open_list(validUntil=(clock.now() + timedelta(days=1)).isoformat()[:19] + "Z")
        away = issuer.sign(issuer.badge(credentialStatus=issuer.status(), validUntil=None))
        actions.import_credential(ada, away, "b.json")
        gone = held()
        held()
        made = exporting.export(ada)
    (tmp_path / made.name).write_bytes(made.data)
    web.documents.clear()
    late = ("--at", (clock.now() + timedelta(days=3650)).isoformat()[:10])
    done = verify_offline(made.name, "--as-exported", *late, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 checked" in done.stdout
    made_at = json.loads(files_of(made)["index.json"])["made"]
    assert f"As of {made_at}" in done.stdout
    assert "cannot be seen" in done.stdout
    # Unpacked it is the same; without the option nothing inside is believed.
    with zipfile.ZipFile(io.BytesIO(made.data)) as archive:
        archive.extractall(tmp_path / "unpacked")
    done = verify_offline("unpacked", "--as-exported", *late, cwd=tmp_path)
    assert (done.returncode, "3 checked" in done.stdout) == (0, True), done.stdout
    done = verify_offline(made.name, "--offline", cwd=tmp_path)
    assert (done.returncode, "As of" in done.stdout) == (3, False)
    # What was changed in it is found.
    files = files_of(made)
    signed = bytes(gone.award.signed)
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as archive:
        for name, data in files.items():
            body = data.replace(b"Ada Lovelace", b"Eve Lovelace") if data == signed else data
            archive.writestr(name, body)
    done = verify_offline("changed.zip", "--as-exported", cwd=tmp_path)
    assert (done.returncode, "1 refused" in done.stdout) == (1, True), done.stdout


def test_the_option_goes_with_an_export_only(tmp_path):
    (tmp_path / "badge.json").write_text("{}")
    done = run("verify", "badge.json", "--as-exported", cwd=tmp_path)
    assert done.code == 2
    assert "usage.passport" in done.err


def test_another_stackmark_takes_it_in_and_gives_it_on(
    full, ada, person, web, issuer, tmp_path, monkeypatch
):
    """The second server knows neither issuer; afterwards both hosts are gone for good."""
    from stackmark_web.passport import bundle
    from stackmark_web.passport.importing import Upload
    from stackmark_web.verifying import fetching

    one, _ = full
    made = exporting.export(ada)
    where = json.loads(files_of(made)["documents.json"])
    files = files_of(made)
    # To the second server the first one's addresses are the open web.
    for module in (fetching, bundle):
        monkeypatch.setattr(module, "own_path", lambda url: None)
    for url, name in where.items():
        web.put(url, files[name])
    eve = person("eve")
    brought = actions.bring(eve, [Upload("passport.zip", made.data)])
    assert (len(brought.added), brought.refused) == (2, [])
    rows = Holding.objects.filter(user=eve)
    assert {row.provenance for row in rows} == {"verified"}
    assert {bytes(row.data) for row in rows} >= {bytes(one.award.signed)}
    kept = set(BroughtDocument.objects.filter(user=eve).values_list("url", flat=True))
    assert "https://uni.example/status/list" in kept
    assert "https://www.w3.org/ns/credentials/v2" not in kept  # part of the software
    web.documents.clear()
    again = exporting.export(eve)
    (tmp_path / "again.zip").write_bytes(again.data)
    done = run("verify", "again.zip", "--as-exported", "--at", "2026-06-02", "--json", cwd=tmp_path)
    assert [row["verdict"] for row in json.loads(done.text)] == ["verified", "verified"]


def test_a_server_with_the_name_of_another_gives_its_documents_on(
    held, ada, person, monkeypatch, tmp_path
):
    """Two servers on one machine are both called as the setting says; so is one set up anew."""
    from stackmark_web.passport.importing import Upload
    from stackmark_web.verifying import fetching

    held()
    made = exporting.export(ada)
    where = json.loads(files_of(made)["documents.json"])
    eve = person("eve")
    monkeypatch.setattr(fetching, "_PROVIDERS", {})  # nothing of it is published here
    actions.bring(eve, [Upload("passport.zip", made.data)])
    kept = set(BroughtDocument.objects.filter(user=eve).values_list("url", flat=True))
    assert any(url.endswith("/did.json") for url in where)
    assert {url for url in where if url.startswith(settings.IDENTITY_URL)} == kept
    assert Holding.objects.get(user=eve).provenance == "could-not-tell", "never believed here"
    (tmp_path / "again.zip").write_bytes(exporting.export(eve).data)
    done = run("verify", "again.zip", "--as-exported", "--at", "2026-06-02", "--json", cwd=tmp_path)
    assert [row["verdict"] for row in json.loads(done.text)] == ["verified"]


def test_a_brought_document_is_never_believed_here(held, ada, person, issuer, web, monkeypatch):
    """Whoever made the zip could have put a key of their own into it."""
    from stackmark_web.passport.importing import Upload

    actions.import_credential(ada, issuer.sign(), "b.json")
    made = exporting.export(ada)
    web.documents.clear()
    eve = person("eve")
    actions.bring(eve, [Upload("passport.zip", made.data)])
    assert Holding.objects.get(user=eve).provenance == "could-not-tell"
    assert own_path("https://uni.example/") is None


def test_what_was_revoked_says_so_in_the_export(held, ada, django_capture_on_commit_callbacks):
    one = held()
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(one.award, actor=None, reason="issued-in-error")
    (row,) = json.loads(files_of(exporting.export(ada))["index.json"])["credentials"]
    assert (row["verdict"], row["status"]) == ("refused", "revoked")
