"""Credentials from elsewhere: every form, checked, labelled, kept to the byte."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shared import need_shared
from stackmark.reading.received import receive
from stackmark.rendering.art import default_image
from stackmark.rendering.bake import bake
from stackmark_web import clock
from stackmark_web.jobs.models import Run
from stackmark_web.jobs.worker import work_once
from stackmark_web.passport import actions, slices
from stackmark_web.passport.importing import Upload, find_credentials
from stackmark_web.passport.models import Holding

FOREIGN = Path(__file__).resolve().parents[3] / "examples" / "foreign"


@pytest.fixture
def badge(issuer):
    def make(number=1, **members):
        members.setdefault("id", f"https://uni.example/c/{number}")
        return issuer.sign(issuer.badge(**members))

    return make


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), data)
    return out.getvalue()


def send(browser, *files, **more):
    given = [SimpleUploadedFile(name, data) for name, data in files]
    return browser.post("/passport/import", {"files": given, **more}, follow=True)


@pytest.mark.parametrize("form", ["json", "jwt", "png", "svg", "vc+jwt", "enveloped"])
def test_every_form_is_kept_exactly(signed_in, ada, issuer, form):
    signed = issuer.sign()
    data = {
        "json": lambda: signed,
        "jwt": issuer.ob_token,
        "vc+jwt": issuer.token,
        "png": lambda: bake(default_image("png"), signed),
        "svg": lambda: bake(default_image("svg"), signed),
        "enveloped": lambda: json.dumps(
            {
                "@context": "https://www.w3.org/ns/credentials/v2",
                "type": "EnvelopedVerifiableCredential",
                "id": f"data:application/vc+jwt,{issuer.token().decode()}",
            }
        ).encode(),
    }[form]()
    answer = send(signed_in(ada), ("my badge.bin", data))
    one = Holding.objects.get()
    assert answer.redirect_chain[-1][0] == f"/passport/{one.pk}"
    assert bytes(one.data) == data
    assert (one.title, one.issuer_name) == ("Soil Science I", "Faculty of Agriculture")
    assert (one.provenance, one.source) == ("verified", "my badge.bin")
    assert one.checked_at is not None
    assert one.published is False
    assert bool(one.picture) == (form in ("png", "svg"))


def test_a_tampered_one_is_labelled(signed_in, ada, badge):
    send(signed_in(ada), ("b.json", badge().replace(b"Soil Science I", b"Soil Science X")))
    one = Holding.objects.get()
    assert one.provenance == "refused"
    assert "does not verify" in one.get_provenance_display()


def test_one_that_nobody_can_check_is_labelled(signed_in, ada, badge, web):
    data = badge()
    web.documents.clear()
    send(signed_in(ada), ("b.json", data))
    assert Holding.objects.get().provenance == "could-not-tell"


def test_a_revoked_one_is_genuine_and_revoked(signed_in, ada, issuer, badge):
    data = badge(credentialStatus=issuer.status())
    issuer.set_status()
    send(signed_in(ada), ("b.json", data))
    one = Holding.objects.get()
    assert (one.provenance, one.standing) == ("verified", "revoked")


def test_an_expired_one_is_genuine(signed_in, ada, badge):
    send(signed_in(ada), ("b.json", badge(validUntil="2026-02-01T00:00:00Z")))
    one = Holding.objects.get()
    assert (one.provenance, one.standing) == ("verified", "")
    assert "Expired" in signed_in(ada).get("/passport").content.decode()


def test_checking_again_finds_a_revocation(signed_in, ada, issuer, badge):
    browser = signed_in(ada)
    send(browser, ("b.json", badge(credentialStatus=issuer.status())))
    one = Holding.objects.get()
    assert one.standing == ""
    issuer.set_status()
    browser.post(f"/passport/{one.pk}/check")
    one.refresh_from_db()
    assert one.standing == "revoked"


def test_whose_it_is(ada, issuer, badge):
    def of(email):
        identifier = [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": email,
                "identityType": "emailAddress",
            }
        ]
        subject = issuer.subject(id=None, identifier=identifier)
        return badge(email, credentialSubject=subject)

    assert actions.import_credential(ada, of("ada@people.example")).match == "yes"
    assert actions.import_credential(ada, of("eve@people.example")).match == "no"
    plain = issuer.subject(id=None)
    other = badge("none", credentialSubject=plain)
    assert actions.import_credential(ada, other).match == ""


def test_the_same_file_twice_is_there_once(signed_in, ada, badge):
    browser, data = signed_in(ada), badge()
    send(browser, ("b.json", data))
    answer = send(browser, ("again.json", data))
    assert "You had these already" in answer.content.decode()
    assert Holding.objects.count() == 1


def test_what_was_issued_here_is_recognised(signed_in, ada, held):
    one = held()
    answer = send(signed_in(ada), ("mine.json", bytes(one.award.signed)))
    assert "You had these already" in answer.content.decode()
    assert Holding.objects.count() == 1


def test_many_files_become_a_run(signed_in, ada, badge):
    browser = signed_in(ada)
    answer = send(browser, *((f"{n}.json", badge(n)) for n in range(6)))
    run = Run.everywhere.get()
    assert answer.redirect_chain[-1][0] == f"/passport/import/{run.pk}"
    assert set(Holding.objects.values_list("provenance", flat=True)) == {"waiting"}
    assert "0 of 6" in answer.content.decode()
    while work_once("test"):
        pass
    assert set(Holding.objects.values_list("provenance", flat=True)) == {"verified"}
    page = browser.get(f"/passport/import/{run.pk}").content.decode()
    assert "6 of 6" in page
    assert "All of them are checked." in page


def test_a_run_of_somebody_else_is_not_shown(signed_in, stranger, ada, badge):
    send(signed_in(ada), *((f"{n}.json", badge(n)) for n in range(6)))
    assert stranger.get(f"/passport/import/{Run.everywhere.get().pk}").status_code == 404


def test_a_zip_with_notes_beside(signed_in, ada, badge):
    data = zipped(
        a_json=badge(1), folder__b_png=bake(default_image("png"), badge(2)), README_txt=b"hello"
    )
    answer = send(signed_in(ada), ("wallet.zip", data))
    assert Holding.objects.count() == 2
    assert "2 credentials added" in answer.content.decode()
    assert set(Holding.objects.values_list("source", flat=True)) == {
        "wallet.zip: a.json",
        "wallet.zip: folder/b.png",
    }


def test_one_odd_file_of_a_zip_does_not_hide_the_others(signed_in, ada, badge):
    data = zipped(a_manifest_json=b'{"version": 1}', b_json=badge(1), c_json=b"{", d_json=badge(2))
    answer = send(signed_in(ada), ("wallet.zip", data))
    ids = set(Holding.objects.values_list("credential_id", flat=True))
    assert ids == {"https://uni.example/c/1", "https://uni.example/c/2"}
    page = answer.content.decode()
    assert "wallet.zip: a.manifest.json" in page
    assert "There is no credential in this file." in page
    assert "wallet.zip: c.json" in page
    assert "The text is not valid JSON" in page


def test_a_passports_own_zip_comes_back_whole(signed_in, ada, badge, held, person):
    browser = signed_in(ada)
    send(browser, ("1.json", badge(1)))
    held()
    archive = browser.get("/passport/all.zip").content
    eve = person("eve")
    answer = send(signed_in(eve), ("passport.zip", archive))
    assert "Not added" not in answer.content.decode()
    # Its status lists and DID documents are no credentials of hers.
    assert Holding.objects.filter(user=eve).count() == 2


@pytest.mark.parametrize(
    "name", ["../../evil.json", "/abs.json", "a/../../b.json", "C:\\x.json", "..\\x.json"]
)
def test_a_zip_that_leads_out_is_refused_whole(signed_in, ada, badge, name):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("good.json", badge())
        archive.writestr(zipfile.ZipInfo(name), badge(2))
    answer = send(signed_in(ada), ("w.zip", out.getvalue()))
    assert "The zip was not opened" in answer.content.decode()
    assert not Holding.objects.exists()


def test_a_bomb_is_refused(signed_in, ada):
    answer = send(signed_in(ada), ("w.zip", zipped(a_json=b"0" * 9_000_000)))
    assert "would unpack to far more than it is" in answer.content.decode()


# -- exports of wallets ------------------------------------------------------------------------


def wallet(badges, kind):
    inner = [json.loads(one) for one in badges]
    return {
        "list": inner,
        "presentation": {
            "@context": ["https://www.w3.org/ns/credentials/v2"],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": inner,
        },
        "universal": {
            "@context": ["https://www.w3.org/2018/credentials/v1", "https://w3id.org/wallet/v1"],
            "id": "http://example.gov/wallet/3732",
            "type": "UniversalWallet2020",
            "status": "UNLOCKED",
            "contents": [
                *inner,
                {
                    "id": "did:key:z6Mk#key",
                    "type": "Ed25519VerificationKey2020",
                    "privateKeyMultibase": "zSECRET",
                },
            ],
        },
        "texts": {"items": [{"rawCredential": one.decode()} for one in badges]},
        "records": {"records": [{"uri": "lc:1", "vc": one, "category": "Skill"} for one in inner]},
    }[kind]


@pytest.mark.parametrize("kind", ["list", "presentation", "universal", "texts", "records"])
@pytest.mark.parametrize("indent", [None, 2])
def test_wallet_exports(signed_in, ada, badge, kind, indent):
    badges = [badge(1), badge(2)]
    data = json.dumps(wallet(badges, kind), indent=indent).encode()
    send(signed_in(ada), ("export.json", data))
    rows = list(Holding.objects.order_by("credential_id"))
    assert [row.credential_id for row in rows] == [
        "https://uni.example/c/1",
        "https://uni.example/c/2",
    ]
    assert {row.provenance for row in rows} == {"verified"}
    if kind == "texts":
        assert [bytes(row.data) for row in rows] == badges
    else:
        assert all(bytes(row.data) in data for row in rows)
    assert not any(b"SECRET" in bytes(row.data) for row in rows)


def test_tokens_inside_an_export(issuer):
    token = issuer.token()
    session = b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
    data = json.dumps(
        {
            "session": session.decode(),
            "credentials": [
                token.decode(),
                {
                    "type": "EnvelopedVerifiableCredential",
                    "id": f"data:application/vc+jwt,{issuer.ob_token().decode()}",
                },
            ],
        }
    ).encode()
    assert slices.credentials_in(data) == [token, issuer.ob_token()]


def test_a_record_of_many_stays_one(issuer):
    data = issuer.sign(issuer.clr(issuer.sign()))
    assert slices.credentials_in(b"[" + data + b"]") == [data]


def test_strings_that_look_like_structure(issuer):
    tricky = issuer.sign(issuer.badge(name='a "{[}] \\" {"issuer": 1} b'))
    data = b'{"x": "{\\"@context\\": [", "all": [' + tricky + b"]}"
    assert slices.credentials_in(data) == [tricky]


def test_a_locked_wallet_says_so(signed_in, ada):
    data = json.dumps({"type": "UniversalWallet2020", "status": "LOCKED", "contents": [{"jwe": 1}]})
    answer = send(signed_in(ada), ("w.json", data.encode()))
    assert "locked with a password; export it without one" in answer.content.decode()


# -- text and link -----------------------------------------------------------------------------


def test_a_pasted_text(signed_in, ada, badge):
    signed_in(ada).post("/passport/import", {"text": badge().decode()})
    assert Holding.objects.get().source == "Pasted text"


def test_a_link_goes_through_the_one_fetcher(signed_in, ada, badge, web):
    data = badge()
    web.put("https://uni.example/c/1.json", data)
    signed_in(ada).post("/passport/import", {"link": "https://uni.example/c/1.json"})
    one = Holding.objects.get()
    assert (bytes(one.data), one.source) == (data, "https://uni.example/c/1.json")
    assert "https://uni.example/c/1.json" in web.asked


@pytest.mark.parametrize("path", ["credentials/{award}", "s/{token}", "passport"])
def test_a_link_to_ourselves_reveals_nothing_private(signed_in, ada, held, web, path):
    one = held()
    link = "https://badges.example.org/" + path.format(award=one.award_id, token="x")
    answer = signed_in(ada).post("/passport/import", {"link": link})
    assert answer.status_code == 400
    assert "There is no document at" in answer.content.decode()
    assert not web.asked


def test_a_web_page_is_no_credential(signed_in, ada, web):
    web.put("https://uni.example/page", b"<!DOCTYPE html><html><title>Badge</title></html>")
    answer = signed_in(ada).post(
        "/passport/import", {"link": "https://uni.example/page"}, follow=True
    )
    assert Holding.objects.count() == 0
    assert "Not added" in answer.content.decode()


def test_nothing_given(signed_in, ada):
    answer = signed_in(ada).post("/passport/import", {})
    assert answer.status_code == 400
    assert "Choose a file, or give a link or a text." in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b" ", "There is nothing in it."),
        (b"{broken", "not valid JSON"),
        (b"\x00\x01 hello", "no JSON, token, PNG or SVG"),
        (b'{"a": 1}', "There is no credential in this file."),
        (b"%PDF-1.7 nothing", "carries no credential"),
        (default_image("png"), "no credential"),
    ],
)
def test_files_without_a_credential_say_why(signed_in, ada, data, why):
    answer = send(signed_in(ada), ("x.bin", data))
    assert why in answer.content.decode()
    assert not Holding.objects.exists()


def test_our_own_certificate_comes_back(signed_in, ada, held, person):
    from stackmark_web.passport import downloads

    pdf = downloads.make(held(), "pdf").data
    bob = person("bobby")
    send(signed_in(bob), ("certificate.pdf", pdf))
    one = Holding.objects.get(user=bob)
    assert (one.title, one.provenance, one.match) == ("Soil sampling", "verified", "no")


def test_an_open_badge_2_of_an_issuer_that_is_away(signed_in, ada):
    data = (FOREIGN / "2-openbadges-2.svg").read_bytes()
    send(signed_in(ada), ("old.svg", data))
    one = Holding.objects.get()
    assert bytes(one.data) == data
    assert one.provenance == "could-not-tell"
    assert one.title


@pytest.mark.parametrize(
    ("name", "provenance"),
    [
        ("1-openbadgeslib.png", "verified"),
        ("2-openbadges-2.svg", "verified"),
        ("3-digitalbazaar.json", "verified"),
        ("4-jose.jwt", "verified"),
        ("5-tampered.json", "refused"),
    ],
)
def test_credentials_made_by_other_software(signed_in, ada, web, name, provenance):
    where = json.loads((FOREIGN / "documents.json").read_bytes())
    for url, body in where.items():
        key = url
        if url.startswith("did:web:"):
            from stackmark.keys.did import did_web_url

            key = did_web_url(url)
        web.put(key, body if isinstance(body, dict) else (FOREIGN / body).read_bytes())
    with clock.at(datetime(2026, 12, 1, tzinfo=UTC)):  # they were made in November 2026
        send(signed_in(ada), (name, (FOREIGN / name).read_bytes()))
    assert Holding.objects.get().provenance == provenance


def test_vectors_of_others_never_break_the_reader():
    folder = need_shared() / "vectors"
    paths = [
        *sorted((folder / "learncard").glob("*.json")),
        *sorted((folder / "security" / "own" / "png").glob("*.png")),
        *sorted((folder / "security" / "own" / "svg").glob("*.svg")),
        *sorted((folder / "dcc-fixtures").rglob("*.json")),
    ]
    assert len(paths) > 40
    found = 0
    for path in paths:
        findings = find_credentials([Upload(path.name, path.read_bytes())])
        assert findings.found or findings.refused, path
        assert all(refusal.why.endswith((".", "…")) for refusal in findings.refused), path
        found += len(findings.found)
    assert found > 20


def test_readable_bytes_are_what_is_kept(badge):
    data = b"\n  " + badge() + b"\n"
    ((_, contents),) = find_credentials([Upload("x", data)]).found
    assert contents.data == data
    assert receive(contents.data).tree["name"] == "Soil Science I"


def test_what_a_run_left_out_is_told(signed_in, ada, badge):
    files = [(f"{n}.json", badge(n)) for n in range(5)] + [("notes.bin", b"\x00\x01")]
    answer = send(signed_in(ada), *files)
    assert Run.everywhere.get().total == 5
    assert "notes.bin" in answer.content.decode()
    assert "This is no JSON, token, PNG or SVG" in answer.content.decode()
