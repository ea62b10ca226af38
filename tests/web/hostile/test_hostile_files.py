"""The attack files of the workplace through the product's own forms: a clear answer, in time.

Their manifests say what must come of each; the library's tests ask for the reasons one by one.
"""

from __future__ import annotations

import io
import json
import shutil
import stat
import zipfile
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from achievement_designs import bare
from conformance.test_attack_cases import OTHERWISE, data_of
from hostile_reading import Page, dangers_of_svg
from judging import bounded, shared_cases, shared_files
from shared import need_shared
from simulators.issuer import Issuer, Web
from stackmark.adapters.fetcher import HttpFetcher
from stackmark.reading.svg_safety import active_content
from stackmark_web import clock
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.passport.models import Holding
from stackmark_web.verifying import fetching

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("hostile")]
OWN = "security/own"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Outside:
    """Given documents; any other address goes to the real fetcher on a net without names."""

    def __init__(self, documents=()):
        self.web = Web({url: json.dumps(body).encode() for url, body in dict(documents).items()})
        self.looked_up = []
        self.fetcher = HttpFetcher(resolver=self.look_up)

    def look_up(self, host, port):
        self.looked_up.append(host)
        raise OSError("no such name")

    def fetch(self, url):
        return self.web.fetch(url) if url in self.web.documents else self.fetcher.fetch(url)


@pytest.fixture(autouse=True)
def _apart():
    with clock.at(NOW):
        yield
    shutil.rmtree(settings.DATA / "lists", ignore_errors=True)


@pytest.fixture
def outside(monkeypatch):
    """Makes the net: outside(documents) -> Outside."""

    def make(documents=()):
        net = Outside(documents)
        monkeypatch.setattr(fetching, "_OUTSIDE", net)
        return net

    return make


def sent(where, data, name, client=None, field="files", **more):
    """One file through a form, within a second or two of work."""
    upload = SimpleUploadedFile(name, data)
    browser = client or Client(REMOTE_ADDR="10.8.0.1")
    with bounded(3):
        answer = browser.post(where, {field: upload, **more}, follow=True)
    assert answer.status_code in (200, 400, 413, 422), (name, answer)
    page = Page(answer.content.decode())
    assert page.dangers() == [], name
    assert "Traceback" not in page.text
    return page


def verdict_of(page):
    """The colour of the answer on /verify: verified, refused, …"""
    classes = [dict(attrs).get("class", "") for tag, attrs in page.elements if tag == "section"]
    (found,) = [one.split("--")[-1] for one in classes if one.startswith("verdict ")]
    return found


def given(one):
    if one is None:
        pytest.skip("the shared reference vectors are not beside this checkout (STACKMARK_SHARED)")
    return one


# -- pictures ----------------------------------------------------------------------------------

PNG, SVG = shared_files(OWN, "png/*.png"), shared_files(OWN, "svg/*.svg")


def expected(path):
    files = json.loads((path.parent / "manifest.json").read_bytes())["files"]
    return next(one["expect"]["result"] for one in files if one["file"] == path.name)


@pytest.mark.parametrize("path", [*PNG, *SVG])
def test_a_baked_picture_is_checked_and_brought_in(path, outside, person, client):
    data, net = given(path).read_bytes(), outside()
    client.force_login(person("ada"))
    told = sent("/verify", data, path.name)
    brought = sent("/passport/import", data, path.name, client)
    if expected(path) == "refuse":
        assert verdict_of(told) == "refused"
        assert Holding.objects.count() == 0
        assert path.name in brought.text  # it is named, with the reason behind it
    for one in Holding.objects.all():
        shown = client.get(f"/passport/{one.pk}/picture")
        assert shown.status_code == 404 or shown["Content-Type"] == "image/png"
        for form in ("svg", "png"):
            made = client.get(f"/passport/{one.pk}/download/{form}")
            assert made.status_code in (200, 302, 404)
            if made.status_code == 200:
                assert made["Content-Disposition"].startswith("attachment")
                assert form != "svg" or dangers_of_svg(made.content.decode()) == []
    assert set(net.looked_up) <= {"uni.example"}  # the issuer's own key, nothing of the picture


@pytest.fixture
def designer(person, northfield, join, client):
    made = join(person("dora"), northfield, "designer")
    client.force_login(made)
    return made


@pytest.mark.parametrize("path", [*PNG, *SVG])
def test_a_picture_for_a_badge(path, designer, northfield, client):
    """Drawn anew or cleaned; else refused with a sentence, and the badge stays as it was."""
    data = given(path).read_bytes()
    draft = catalogue.create_draft(northfield, actor=designer, content=bare())
    where = reverse("catalogue:art_upload", args=["northfield", draft.achievement_id])
    page = sent(where, data, path.name, client, field="image", revision=draft.revision)
    draft = AchievementVersion.everywhere.get(pk=draft.pk)
    preview = reverse("catalogue:draft_badge", args=["northfield", draft.achievement_id])
    shown = client.get(preview)
    assert shown.status_code == 200
    if shown["Content-Type"] == "image/svg+xml":
        assert active_content(shown.content) == []
        assert dangers_of_svg(shown.content.decode()) == []
    else:
        assert shown["Content-Type"] == "image/png"
        assert b"<script" not in shown.content
        assert b"openbadge" not in shown.content
    assert "sandbox" in shown["Content-Security-Policy"]
    if expected(path) == "refuse-image":
        assert "upload" not in json.dumps(draft.art), page.text


# -- documents ---------------------------------------------------------------------------------


# A presentation answers a challenge, and this page gave none: could not tell.
ASKED = {"VP-000"}


@pytest.mark.parametrize("name", ["credentials-data-integrity.json", "credentials-jwt.json"])
def test_credentials_that_attack(name, outside):
    """Through the page: what must be refused is not called genuine, what is good is."""
    suite = json.loads((need_shared() / "vectors" / OWN / name).read_bytes())
    wrong = []
    for number, case in enumerate(suite["cases"]):
        outside(suite["documents"])
        data = data_of(case)
        upload = SimpleUploadedFile("credential.json", data)
        with bounded(3):
            answer = Client(REMOTE_ADDR=f"10.8.{number}.2").post("/verify", {"files": upload})
        assert answer.status_code in (200, 422), case["id"]
        page = Page(answer.content.decode())
        assert page.dangers() == [], case["id"]
        verdict = verdict_of(page) if answer.status_code == 200 else "refused"
        wanted = case["expect"]["result"]
        bad = {"refuse": verdict == "verified", "accept": verdict != "verified"}
        if case["id"] not in {*OTHERWISE, *ASKED} and bad.get(wanted, False):
            wrong.append((case["id"], wanted, verdict))
    assert wrong == []


def test_graphs_that_cost_time(outside):
    issuer = Issuer(outside().web)
    tree = json.loads((need_shared() / "vectors" / OWN / "poison-graphs.json").read_bytes())
    for case in tree["cases"]:
        if "jsonld_member_to_add" in case:
            page = sent(
                "/verify", issuer.sign(issuer.badge(**case["jsonld_member_to_add"])), "b.json"
            )
            assert verdict_of(page) != "refused", case["id"]
        else:
            assert verdict_of(sent("/verify", case["nquads"].encode(), "graph.nq")) == "refused"


def zipped(*entries):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return out.getvalue()


def a_link():
    made = zipfile.ZipInfo("link")
    made.external_attr = (stat.S_IFLNK | 0o777) << 16
    return made


ARCHIVES = {
    "path": zipped(("../../evil.json", b"{}")),
    "absolute": zipped(("/tmp/evil.json", b"{}")),
    "drive": zipped(("C:\\evil.json", b"{}")),
    "link": zipped((a_link(), b"/etc/passwd")),
    "bomb": zipped(("zeros.json", bytes(30_000_000))),
    "nested": zipped(("inner.zip", zipped(("a.json", b"{}")))),
    "case": zipped(("A.json", b"{}"), ("a.json", b"{}")),
    "many": zipped(*((f"{n}.json", b"{}") for n in range(3_000))),
    "cut": zipped(("a.json", b"{}"))[:-10],
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_archives(name, outside, person, client, tmp_path):
    outside()
    client.force_login(person("ada"))
    before = sorted(settings.DATA.rglob("*"))
    told = sent("/verify", ARCHIVES[name], "all.zip")
    assert verdict_of(told) == "refused"
    assert "all.zip" in sent("/passport/import", ARCHIVES[name], "all.zip", client).text
    assert Holding.objects.count() == 0
    assert sorted(settings.DATA.rglob("*")) == before


# -- addresses ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case", shared_cases(f"{OWN}/outgoing-requests.json", lambda tree: tree["urls"], name="url")
)
def test_an_address_in_the_link_field(case, outside, person, client):
    """Refused before a name is looked up; what is allowed asks for exactly its own name."""
    net = outside()
    client.force_login(person("ada"))
    for where, more in (("/verify", {"recipient": ""}), ("/passport/import", {})):
        answer = client.post(where, {"link": given(case)["url"], **more}, REMOTE_ADDR="10.8.9.1")
        assert answer.status_code in (200, 302, 400, 422), (where, answer)
        page = Page(
            client.get(answer.url).content.decode()
            if answer.status_code == 302
            else answer.content.decode()
        )
        assert page.dangers() == [], where
        assert "verdict--verified" not in answer.content.decode()
    if case["expect"] == "refuse":
        assert net.looked_up == []
