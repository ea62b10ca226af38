"""The badge composer and uploads through their pages."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from stackmark_web.catalogue import actions, art, queries
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.tenancy.models import Asset

pytestmark = pytest.mark.django_db
GOOD = {
    "title": "Soil", "sub": "EQF 5", "ring": "Northfield", "shape": "circle", "background": "#1a2558",
    "accent": "#f0b849", "icon": "leaf", "mark": "initials", "initials": "NU",
}  # fmt: skip


def png(size=(80, 80), colour="#336699"):
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def here(draft, client, designer):
    class Here:
        version = draft(actor=designer)

        def url(self, name):
            return reverse(f"catalogue:{name}", args=["northfield", self.version.achievement_id])

        def now(self):
            return AchievementVersion.everywhere.get(pk=self.version.pk)

        def post(self, name="art", **fields):
            fields.setdefault("revision", self.now().revision)
            return client.post(self.url(name), fields, follow=True)

    client.force_login(designer)
    return Here()


class TestComposer:
    def test_what_is_composed_is_kept_and_published(self, here):
        here.post(**GOOD)
        assert here.now().art["shape"] == "circle"
        version = actions.publish(here.now(), actor=None)
        assert version.image.media_type == "image/png"
        assert (version.image.width, version.image.height) == (512, 512)
        assert b"Northfield" in bytes(version.image_svg.data)

    def test_saving_what_is_shown_changes_nothing(self, here, client):
        before = here.now().art
        form = client.get(here.url("art")).context["form"]
        here.post(**{field.name: field.value() or "" for field in form})
        assert here.now().art == before

    def test_the_organisations_logo_is_stored_once(self, here, client, northfield):
        from stackmark_web.tenancy.actions import store_image

        northfield.logo = store_image(png())
        northfield.save()
        here.post(**GOOD | {"mark": "logo"})
        stored = here.now().art
        assert stored["logo"].startswith("asset:")
        assert art.art_of(here.now()).logo.startswith("data:image/png;base64,")
        assert b"data:image/png" in client.get(here.url("draft_badge")).content

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"title": ""}, "This field is required."),
            ({"title": "\u200b"}, "a badge needs a title."),
            ({"title": "x" * 121}, "at most 120 characters"),
            ({"shape": "blob"}, "Select a valid choice"),
            ({"icon": "../../etc/passwd"}, "Select a valid choice"),
            ({"background": "red;}"}, "colour"),
            ({"accent": "#12"}, "colour"),
        ],
    )
    def test_bad_values_are_explained(self, here, page, change, sentence):
        before = here.now().art
        answer = here.post(**GOOD | change)
        assert answer.status_code == 422
        assert sentence in page(answer).text
        assert here.now().art == before

    def test_preview_by_button_keeps_nothing(self, here, page):
        before = here.now().art
        shown = page(here.post(**GOOD, preview="1"))
        (image, *_others) = shown.all("img", width="512")
        assert "shape=circle" in image["src"]
        assert here.now().art == before

    def test_the_preview_picture(self, here, client):
        answer = client.get(here.url("art_preview"), GOOD)
        assert answer["Content-Type"] == "image/svg+xml"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert b">Soil<" in answer.content or b"Soil" in answer.content
        refused = client.get(here.url("art_preview"), GOOD | {"title": ""})
        assert (refused.status_code, refused["Content-Type"]) == (422, "text/plain; charset=utf-8")

    @pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><svg onload="x">', "]]>&x;"])
    def test_the_picture_holds_text_as_text(self, here, client, text):
        from stackmark.reading.svg_safety import active_content

        answer = client.get(here.url("art_preview"), GOOD | {"title": text, "ring": text[:40]})
        assert active_content(answer.content) == []
        assert b"<script" not in answer.content

    def test_the_second_writer_is_told(self, here, page):
        here.post(**GOOD)
        answer = here.post(**GOOD | {"shape": "shield"}, revision=0)
        assert "saved this draft while you were working" in page(answer).text
        assert here.now().art["shape"] == "circle"


class TestUpload:
    def send(self, here, data, name="badge.png"):
        return here.post("art_upload", picture=SimpleUploadedFile(name, data))

    def test_a_picture_is_drawn_anew(self, here, client, page):
        hidden = png() + b"<script>alert(1)</script>"
        assert "The picture is saved." in page(self.send(here, hidden)).text
        version = here.now()
        assert version.art == {}
        stored = bytes(version.image.data)
        assert b"script" not in stored
        answer = client.get(here.url("draft_badge"))
        assert (answer.content, answer["Content-Type"]) == (stored, "image/png")

    def test_a_drawing_keeps_its_svg_and_gets_a_png(self, here):
        svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><circle cx="32" cy="32" r="30"/></svg>'
        self.send(here, svg, "badge.svg")
        version = here.now()
        assert version.image_svg.media_type == "image/svg+xml"
        assert version.image.media_type == "image/png"

    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"hello", "no picture that can be read"),
            (b"", "Choose a picture first."),
            (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "does more than draw"),
            (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "does more than draw"),
            (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "no picture that can be read"),
        ],
    )  # fmt: skip
    def test_what_is_no_harmless_picture_is_refused(self, here, page, data, sentence):
        before = here.now().art
        assert sentence in page(self.send(here, data)).text
        assert here.now().art == before
        assert not Asset.objects.exists()

    def test_too_large(self, here, page, monkeypatch):
        monkeypatch.setattr("stackmark_web.catalogue.art_views.MAX_UPLOAD_BYTES", 10)
        assert "larger than 5 MB" in page(self.send(here, png())).text

    def test_composing_again_replaces_it(self, here):
        self.send(here, png())
        here.post(**GOOD)
        version = here.now()
        assert (version.art["title"], version.image_id) == ("Soil", None)

    def test_who_may(self, here, client, bob, charlie):
        for who, status in ((bob, 403), (charlie, 404)):
            client.force_login(who)
            for name in ("art", "art_upload"):
                assert client.post(here.url(name), GOOD).status_code == status


def test_cards_show_drafts_to_colleagues_and_frozen_pictures_to_all(draft, published):
    waiting, there = draft("A"), published("B")
    assert queries.image_url(waiting).endswith("/badge?r=0")
    assert queries.image_url(there) == f"/assets/{there.image_id}"
