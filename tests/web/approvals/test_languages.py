"""A waiting change and its letters, each in the language of who reads them."""

from __future__ import annotations

import pytest
from django.utils import translation

from stackmark_web.approvals import actions
from stackmark_web.approvals.kinds import _edit_rows
from stackmark_web.approvals.models import Change
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.errors import NeedsSecondPerson
from stackmark_web.tenancy.signers import files

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(person, join, monkeypatch):
    """Alice, whose page is Arabic, asks for a new key; Zoe, who reads Spanish, may decide."""
    monkeypatch.setattr(files, "seal", lambda *_args, **_how: b"not sealed in this test")
    alice, zoe = person("alice", locale="ar"), person("zoe", locale="es")
    root = tenancy.create_organisation(
        actor=alice, name="Northfield", slug="northfield", kind="university"
    )
    join(zoe, root, "owner")
    actions.set_policy(root, actor=alice, keys=True)
    with translation.override("ar"), pytest.raises(NeedsSecondPerson) as caught:
        tenancy.rotate_key(root, actor=alice)
    return Change.everywhere.get(pk=caught.value.change_id), alice, zoe


def test_the_title_is_in_the_language_of_who_reads_not_of_who_asked(asked):
    change, _alice, _zoe = asked
    wording = "Replace the signing key of %(what)s"
    for language in ("en", "es", "ar"):
        with translation.override(language):
            assert change.told == translation.gettext(wording) % {"what": "Northfield"}
    change.title = "Kept by an earlier version"
    assert change.told == "Kept by an earlier version"


def test_the_page_says_it_so_too(asked, client):
    change, _alice, zoe = asked
    client.force_login(zoe)
    with translation.override("en"):  # whatever the request activates ends with this
        page = client.get(f"/manage/northfield/changes/{change.pk}", HTTP_ACCEPT_LANGUAGE="es")
    assert "<h1><bdi>Sustituir la clave de firma de Northfield" in page.content.decode()


def test_letters_name_it_and_the_day_in_the_language_of_each(asked):
    change, alice, zoe = asked
    (waits,) = OutboxMail.everywhere.filter(kind="change_waiting")
    assert (waits.to, waits.language) == (zoe.email, "es")
    assert "Sustituir la clave de firma" in waits.subject
    assert f" de {change.expires_at.year}" in waits.text
    with translation.override("es"):  # Zoe's page
        actions.approve(change, actor=zoe)
    (decided,) = OutboxMail.everywhere.filter(kind="change_decided")
    assert (decided.to, decided.language) == (alice.email, "ar")
    with translation.override("ar"):
        assert str(Change.State.DONE.label) in decided.text


def test_what_will_change_has_the_names_of_the_form(asked):
    change, _alice, _zoe = asked
    with translation.override("es"):
        rows = list(_edit_rows(change.organisation, {"legal_name": "Northfield Ltd"}))
    assert rows == [("Nombre legal", "", "Northfield Ltd")]
