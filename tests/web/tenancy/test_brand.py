from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from stackmark.errors import StackmarkError
from stackmark_web.audit.models import AuditEvent
from stackmark_web.tenancy import actions
from stackmark_web.tenancy.colours import explained
from stackmark_web.tenancy.models import Asset


def png(size=(40, 30), text=""):
    out, info = io.BytesIO(), PngImagePlugin.PngInfo()
    if text:
        info.add_text("Comment", text)
    Image.new("RGB", size, "teal").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def test_a_logo_is_drawn_anew_and_kept_by_content(northfield, alice):
    data = png(text="taken at 53.3N 6.2W")
    made = actions.set_logo(northfield, actor=alice, data=data)
    asset = made.logo
    assert (asset.media_type, asset.width, asset.height) == ("image/png", 40, 30)
    assert b"53.3N" not in bytes(asset.data)
    assert actions.set_logo(northfield, actor=alice, data=data).logo == asset
    assert Asset.objects.count() == 1
    event = AuditEvent.objects.filter(verb="organisation.logo").last()
    assert event.after == {"logo": asset.sha256}


def test_a_drawing_loses_what_does_more_than_draw(northfield, alice):
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(1)">'
        b'<script>alert(2)</script><rect width="9" height="9"/></svg>'
    )
    try:
        asset = actions.set_logo(northfield, actor=alice, data=svg).logo
    except StackmarkError as error:
        assert error.detail.endswith(".")
    else:
        assert b"alert" not in bytes(asset.data)
        assert b"rect" in bytes(asset.data)


@pytest.mark.parametrize("data", [b"GIF89a nonsense", b"<html><script>x</script>", b"\x00" * 50])
def test_what_is_no_picture_is_refused_on_the_page(client, northfield, alice, data):
    client.force_login(alice)
    answer = client.post(
        "/manage/northfield/brand",
        {"accent": "#224466", "logo": SimpleUploadedFile("logo.png", data, "image/png")},
    )
    assert answer.status_code == 200
    assert answer.context["form"].errors
    northfield.refresh_from_db()
    assert (northfield.logo, northfield.accent) == (None, "#1f4b99"), "both are kept or neither"


def test_a_logo_is_uploaded_and_taken_away(client, northfield, alice):
    client.force_login(alice)
    client.post(
        "/manage/northfield/brand",
        {"accent": "#224466", "logo": SimpleUploadedFile("logo.png", png(), "image/png")},
    )
    northfield.refresh_from_db()
    page = client.get("/manage/northfield/brand")
    assert f"/assets/{northfield.logo_id}" in page.text
    client.post("/manage/northfield/brand", {"accent": "#224466", "remove_logo": "on"})
    northfield.refresh_from_db()
    assert northfield.logo is None


def test_who_signs_certificates_is_said_and_taken_back(client, northfield, alice):
    client.force_login(alice)
    brand = {
        "accent": "#224466",
        "signatory_name": "  Olga\nLindqvist ",
        "signatory_post": "Registrar",
    }
    picture = SimpleUploadedFile("o.png", png(text="53.3N"), "image/png")
    client.post("/manage/northfield/brand", {**brand, "signature": picture})
    northfield.refresh_from_db()
    assert (northfield.signatory_name, northfield.signatory_post) == ("Olga Lindqvist", "Registrar")
    assert b"53.3N" not in bytes(northfield.signature.data)
    assert f"/assets/{northfield.signature_id}" in client.get("/manage/northfield/brand").text
    event = AuditEvent.objects.filter(verb="organisation.signature").last()
    assert event.after == {"signature": northfield.signature_id}
    client.post("/manage/northfield/brand", {"accent": "#224466", "remove_signature": "on"})
    northfield.refresh_from_db()
    assert (northfield.signatory_name, northfield.signature) == ("", None)


def test_a_signature_that_is_no_picture_is_refused_at_its_field(client, northfield, alice):
    client.force_login(alice)
    answer = client.post(
        "/manage/northfield/brand",
        {
            "accent": "#224466",
            "signatory_name": "Olga",
            "signature": SimpleUploadedFile("o.png", b"nonsense", "image/png"),
        },
    )
    assert list(answer.context["form"].errors) == ["signature"]
    northfield.refresh_from_db()
    assert northfield.signatory_name == "", "all are kept or none"


@pytest.mark.parametrize("colour", ["#ffffff", "#000000", "#ffee00", "#777777", "#1f4b99"])
def test_every_colour_is_made_readable(colour):
    rows = explained(colour)
    assert len(rows) == 5
    for row in rows[2:]:
        assert row.passes
        assert float(row.ratio.split()[0]) >= 4.5


def test_a_colour_too_faint_is_called_so():
    assert [row.note for row in explained("#ffee00")[:2]] == [
        "Too faint; not used.",
        "Easy to read.",
    ]
