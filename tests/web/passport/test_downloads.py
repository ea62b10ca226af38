"""Files to keep: the exact bytes, and everything at once without anybody's network."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

import stackmark
from achievement_designs import bare
from command_line import verify_offline
from stackmark.errors import UsageError
from stackmark.reading.pdf import attachments
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.passport import actions, certificates, downloads, queries
from stackmark_web.passport.downloads import Source
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.verifying import actions as verifying


def test_json_is_the_signed_bytes(held):
    one = held()
    made = downloads.make(one, "json")
    assert made == (bytes(one.award.signed), "application/vc+ld+json", "soil-sampling.json")


@pytest.mark.parametrize("form", ["png", "svg"])
def test_baked_images_hold_the_signed_bytes(held, form):
    one = held()
    found = stackmark.read(downloads.make(one, form).data)
    assert found.baked.text == bytes(one.award.signed)
    assert found.baked.container == form


def test_a_token_says_the_same_and_verifies(held):
    one = held()
    token = downloads.make(one, "jwt").data
    report = verifying.check(token).report
    assert report.verdict == "verified", report.headline
    signed = json.loads(bytes(one.award.signed))
    tree = stackmark.read(token).tree
    for name in ("id", "issuer", "credentialSubject", "credentialStatus", "validFrom", "name"):
        assert tree[name] == signed[name]


def test_a_token_is_revoked_with_its_credential(held, django_capture_on_commit_callbacks):
    one = held()
    token = downloads.make(one, "jwt").data
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(one.award, actor=None, reason="issued-in-error")
    assert verifying.check(token).report.check("status").reason == "status.revoked"
    one.award.refresh_from_db()
    assert "jwt" not in downloads.forms_of(one)
    with pytest.raises(UsageError, match="cannot be had in that form"):
        downloads.make(one, "jwt")
    with pytest.raises(UsageError, match="Nothing new is signed"):
        downloads.token_of(one.award)


def test_an_unknown_form_is_a_sentence(signed_in, ada, held):
    one = held()
    answer = signed_in(ada).get(f"/passport/{one.pk}/download/exe", follow=True)
    assert "cannot be had in that form" in answer.content.decode()


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("Soil / ../../etc\\passwd", "soil-etcpasswd"),
        ('a"; filename="x.exe', "a-filenamexexe"),
        ("Δεδομένα", None),
        ("x" * 300, "x" * 60),
    ],
)
def test_file_names_are_plain(ada, issuer, title, stem):
    one = actions.import_credential(ada, issuer.sign(issuer.badge(name=title)), "x")
    name = downloads.make(one, "json").name
    assert name == f"{stem or 'credential-' + one.sha256[:8]}.json"


def test_an_imported_image_comes_back_as_it_was(ada, issuer):
    from stackmark.rendering.art import default_image
    from stackmark.rendering.bake import bake

    data = bake(default_image("png"), issuer.sign())
    one = actions.import_credential(ada, data, "b.png")
    assert downloads.make(one, "png").data == data
    assert downloads.make(one, "json").data == issuer.sign()
    assert "jwt" not in downloads.forms_of(one)
    assert stackmark.read(downloads.make(one, "svg").data).baked.text == issuer.sign()


# -- certificates ------------------------------------------------------------------------------


def test_a_certificate_carries_the_credential_and_the_holders_code(held):
    one = held()
    data = certificates.certificate_data(Source.of(one))
    assert data.learner_name == "Ada Lovelace"
    assert data.verify_url == queries.print_url(one)
    assert (data.hours, data.credits, data.level) == ("40–50 hours", "2 ECTS credits", "EQF 6")
    assert data.outcomes == ("Take samples a laboratory can use",)
    assert data.public_id == str(one.award_id)
    assert data.stamp == ""
    pdf = downloads.make(one, "pdf")
    assert attachments(pdf.data) == [bytes(one.award.signed)]
    assert b"/Encrypt" not in pdf.data
    letter = downloads.make(one, "pdf", paper="letter").data
    assert letter != pdf.data


def test_a_certificate_of_nobodys_passport_names_no_code(offered):
    data = certificates.certificate_data(Source.of(offered()))
    assert data.verify_url == "http://127.0.0.1:8000/verify"


def test_a_withdrawn_code_is_not_printed(ada, held):
    one = held()
    actions.withdraw_print_share(one, actor=ada)
    data = certificates.certificate_data(Source.of(one))
    assert data.verify_url == "http://127.0.0.1:8000/verify"


def test_nobody_puts_a_name_on_somebody_elses_credential(ada, issuer):
    one = actions.import_credential(ada, issuer.sign(), "b.json")
    data = certificates.certificate_data(Source.of(one))
    assert data.learner_name == "The holder of this credential"


@pytest.mark.parametrize("name", ["<b>#strong[x]</b> $x$", "\u202egnp.exe", "a" * 300, "王小明"])
def test_names_on_paper_are_text(held, name):
    assert downloads.make(held(recipient_name=name), "pdf").data.startswith(b"%PDF")


# -- everything at once ------------------------------------------------------------------------


def unpack(data, folder):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        archive.extractall(folder)
    return names


def check(folder, *more):
    """The command of README.txt, in a process without a network."""
    return verify_offline("--documents", "documents.json", "credentials", *more, cwd=folder)


@pytest.fixture
def real_time():
    """The command line asks the machine for the time; so the credentials are made now."""
    from stackmark.adapters.clock import SystemClock
    from stackmark_web import clock

    with clock.at(SystemClock().now()):
        yield


def test_everything_verifies_without_a_network(
    real_time, signed_in, ada, held, issuer, tmp_path, django_capture_on_commit_callbacks
):
    good, gone = held(), held()
    with django_capture_on_commit_callbacks(execute=True):
        awarding.revoke(gone.award, actor=None, reason="issued-in-error")
    away = issuer.sign(issuer.badge(credentialStatus=issuer.status()))
    actions.import_credential(ada, away, "b.json")
    actions.import_credential(
        ada, issuer.token(issuer.badge(id="urn:uuid:7d1f5b1e-98f5-4f37-8f7c-4f2f3f0d7f11")), "c.jwt"
    )
    answer = signed_in(ada).get("/passport/all.zip")
    assert answer["Content-Type"] == "application/zip"
    names = unpack(answer.content, tmp_path)
    assert "README.txt" in names
    assert "documents.json" in names
    bodies = {path.read_bytes() for path in (tmp_path / "credentials").iterdir()}
    assert bodies >= {bytes(good.award.signed), bytes(gone.award.signed), away}
    done = check(tmp_path, "--json")
    found = {row["source"].split("/")[-1]: row for row in json.loads(done.stdout)}
    assert len(found) == 4, done.stderr
    verdicts = sorted(row["verdict"] for row in found.values())
    assert verdicts == ["refused", "verified", "verified", "verified"], found
    (bad,) = (row for row in found.values() if row["verdict"] == "refused")
    assert bad["credential"]["id"].endswith(str(gone.award_id))
    assert done.returncode == 1


def test_the_command_in_the_readme_is_the_one(held, signed_in, ada, tmp_path):
    held()
    unpack(signed_in(ada).get("/passport/all.zip").content, tmp_path)
    text = (tmp_path / "README.txt").read_text()
    assert "stackmark verify passport-2026-06-01.zip --as-exported" in text
    assert "Soil sampling (verified)" in text


def test_the_zip_as_it_is_verifies_when_it_is_believed_and_only_then(
    real_time, held, signed_in, ada, tmp_path
):
    """Whoever made a zip could put an issuer's key of their own into it."""
    held()
    answer = signed_in(ada).get("/passport/all.zip")
    name = answer["Content-Disposition"].split('"')[1]
    (tmp_path / name).write_bytes(answer.content)
    names = unpack(answer.content, tmp_path / "unpacked")
    assert (
        f"stackmark verify {name} --as-exported"
        in (tmp_path / "unpacked" / "README.txt").read_text()
    )
    for believing in (["--documents", name], ["--as-exported"]):
        believed = verify_offline(*believing, name, "--json", cwd=tmp_path)
        (row,) = json.loads(believed.stdout)
        assert (believed.returncode, row["verdict"]) == (0, "verified")
        assert row["asOf"].startswith(name[9:19])
    assert row["source"].split("/", 1)[1] in names
    alone = verify_offline("--offline", name, "--json", cwd=tmp_path)
    (row,) = json.loads(alone.stdout)
    assert (alone.returncode, row["verdict"]) == (3, "could-not-tell")


def test_a_certificate_verifies_on_the_command_line(real_time, held, signed_in, ada, tmp_path):
    one = held()
    browser = signed_in(ada)
    unpack(browser.get("/passport/all.zip").content, tmp_path)
    paper = browser.get(f"/passport/{one.pk}/download/pdf").content
    (tmp_path / "certificate.pdf").write_bytes(paper)
    done = verify_offline(
        "--documents", "documents.json", "certificate.pdf", "--json", cwd=tmp_path
    )
    report = json.loads(done.stdout)
    assert (done.returncode, report["verdict"]) == (0, "verified")
    assert report["format"] == "pdf/ob3+di"
    assert report["credential"]["id"].endswith(str(one.award_id))


def test_the_documents_are_named(held, signed_in, ada, tmp_path):
    one = held()
    unpack(signed_in(ada).get("/passport/all.zip").content, tmp_path)
    where = json.loads((tmp_path / "documents.json").read_text())
    signed = json.loads(bytes(one.award.signed))
    assert signed["credentialStatus"]["statusListCredential"] in where
    assert signed["credentialSubject"]["achievement"]["id"] in where
    assert "https://badges.example.org/o/northfield/did.json" in where
    assert all((tmp_path / path).is_file() for path in where.values())


def test_nothing_to_download_is_nothing(signed_in, ada):
    assert signed_in(ada).get("/passport/all.zip").status_code == 404


def test_only_ones_own_things_are_in_it(held, person, signed_in, tmp_path):
    held()
    eve = person("eve")
    held(user=eve, recipient_email="eve@people.example")
    names = unpack(signed_in(eve).get("/passport/all.zip").content, tmp_path)
    assert sum(name.startswith("credentials/") for name in names) == 1


def test_what_does_not_verify_is_never_printed(ada, issuer):
    data = issuer.sign().replace(b"Soil Science I", b"Soil Science X")
    one = actions.import_credential(ada, data, "b.json")
    assert downloads.forms_of(one) == ["png", "svg", "json"]
    with pytest.raises(UsageError, match="cannot be had in that form"):
        downloads.make(one, "pdf")


# -- who signs it by name, and who takes part -----------------------------------------------------


def a_picture(colour="navy"):
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (60, 20), colour).save(out, "PNG")
    return out.getvalue()


def test_a_certificate_is_signed_by_name_for_the_nearest_that_says_so(held, university):
    one = held()
    data = certificates.certificate_data(Source.of(one))
    assert (data.signatory.name, data.signatory.signature_png) == ("", b"")
    tenancy.set_brand(
        university,
        actor=None,
        accent="#224466",
        signature=a_picture(),
        signatory_name="Olga Lindqvist",
        signatory_post="Registrar",
    )
    unit = tenancy.create_unit(university, actor=None, name="Science", unit_kind="faculty")
    award = Award.everywhere.get(pk=one.award_id)
    award.organisation = unit
    award.save()
    one.refresh_from_db()
    said = certificates.certificate_data(Source.of(one)).signatory
    assert (said.name, said.post, said.organisation) == (
        "Olga Lindqvist",
        "Registrar",
        university.name,
    )
    assert said.signature_png.startswith(b"\x89PNG")
    assert attachments(downloads.make(one, "pdf").data) == [bytes(award.signed)]


def test_partners_stand_on_it_by_name_and_those_here_with_their_logo(
    held, university, organisation
):
    harbour = organisation("harbour")
    tenancy.set_logo(harbour, actor=None, data=a_picture("teal"))
    parties = [
        {"name": "Harbour", "id": "https://badges.example.org/o/harbour", "role": "awarding"},
        {"name": "Elsewhere", "id": "https://elsewhere.example/o/harbour", "role": "partner"},
        {"name": "Only a name", "role": "employer"},
        {"name": university.name, "role": "developer"},
    ]
    made = catalogue.create_draft(
        university, actor=None, content=bare(title={"en": "Together"}, parties=parties)
    )
    one = held(version=catalogue.publish(made, actor=None))
    data = certificates.certificate_data(Source.of(one))
    assert data.with_others == ("Harbour", "Elsewhere", "Only a name")
    assert [logo.name for logo in data.partners] == ["Harbour"]
    assert downloads.make(one, "pdf").data.startswith(b"%PDF")
