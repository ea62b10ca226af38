"""Signed registers: believed or not used at all, until their day; one's own for others."""

from __future__ import annotations

from datetime import timedelta

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from simulators.issuer import NOW
from stackmark.errors import StackmarkError, UsageError
from stackmark.trust.signed_register import open_register
from stackmark_web import clock
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.verifying import actions, queries, registers
from stackmark_web.verifying.models import SignedRegister

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(northfield, alice):
    """Northfield vouches for an issuer and for an agency."""
    did = tenancy.did_of(northfield)
    made = FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-1")
    SigningKey.everywhere.create(
        organisation=northfield,
        method_id=f"{did}#key-1",
        algorithm="Ed25519",
        public_multibase=made.public_key.to_multikey(),
        location=made.location,
        created_at=NOW - timedelta(days=9),
    )
    actions.trust(northfield, actor=alice, issuer="did:web:uni.example", name="Uni")
    actions.trust(
        northfield,
        actor=alice,
        issuer="did:web:board.example",
        name="Board",
        accepted_as=["agency"],
    )
    return northfield


@pytest.fixture
def signed(publisher, alice):
    return registers.sign(publisher, actor=alice, days=90)


def test_our_own_goes_out_signed_with_its_roles(signed, publisher):
    found = open_register(signed)
    assert (found.by, found.name) == (tenancy.did_of(publisher), "Northfield University")
    assert found.end - found.start == timedelta(days=90)
    assert found.register.accepts_agency("did:web:board.example", NOW)
    assert found.register.standing("did:web:uni.example", [], NOW)[0] == "known"


def test_one_taken_over_counts_until_its_day(signed, charlie, organisation):
    place = tenancy.organisation_by_slug("elsewhere")
    registers.take_over(place, actor=charlie, data=signed)
    own = queries.register_for(place)
    assert own.register.standing("did:web:uni.example", [], NOW)[0] == "known"
    assert own.register.accepts_agency("did:web:board.example", NOW)
    told = own.statement("did:web:uni.example", "known")
    assert told["by"] == "Northfield University"
    assert "good until 2" in told["note"]
    with clock.at(NOW + timedelta(days=91)):
        late = queries.register_for(place)
        assert late.register.standing("did:web:uni.example", [], NOW)[0] == "unknown"


def test_it_does_not_count_for_others(signed, charlie):
    registers.take_over(tenancy.organisation_by_slug("elsewhere"), actor=charlie, data=signed)
    assert queries.register_for(None).register.entries == {}


def test_what_cannot_be_believed_is_not_kept(signed, charlie):
    place = tenancy.organisation_by_slug("elsewhere")
    head, body, proof = signed.split(b".")
    for data, family in (
        (b".".join((head, body, proof[:-6] + b"AAAAAA")), "proof"),
        (b'{"issuers": []}', "read"),
        (b"hello", "read"),
    ):
        with pytest.raises(StackmarkError) as caught:
            registers.take_over(place, actor=charlie, data=data)
        assert caught.value.code == family, caught.value.reason
    with clock.at(NOW + timedelta(days=91)), pytest.raises(StackmarkError, match="good until"):
        registers.take_over(place, actor=charlie, data=signed)
    assert not SignedRegister.objects.exists()


def test_a_newer_edition_takes_the_place_of_an_older(signed, publisher, alice, charlie):
    place = tenancy.organisation_by_slug("elsewhere")
    with clock.at(NOW + timedelta(days=2)):
        newer = registers.sign(publisher, actor=alice, days=30)
        registers.take_over(place, actor=charlie, data=newer)
        with pytest.raises(UsageError, match="newer edition"):
            registers.take_over(place, actor=charlie, data=signed)
    assert bytes(SignedRegister.objects.get().data) == newer


def test_rights(signed, publisher, bob, charlie):
    for who, error in ((bob, PermissionDenied), (charlie, Http404)):
        with pytest.raises(error):
            registers.sign(publisher, actor=who, days=30)
        with pytest.raises(error):
            registers.take_over(publisher, actor=who, data=signed)
    with pytest.raises(PermissionDenied):
        registers.take_over(None, actor=charlie, data=signed)


def test_the_pages(client, signed, charlie, publisher, alice):
    client.force_login(charlie)
    file = SimpleUploadedFile("r.jwt", signed)
    sent = client.post("/manage/elsewhere/trust/registers", {"file": file})
    assert sent.url == "/manage/elsewhere/trust"
    page = client.get(sent.url).content.decode()
    assert "Registers of others that count here" in page
    row = SignedRegister.objects.get()
    client.post(f"/manage/elsewhere/trust/registers/{row.pk}/remove")
    assert not SignedRegister.objects.exists()
    client.force_login(alice)
    got = client.post("/manage/northfield/trust/signed", {"days": "90"})
    assert got["Content-Disposition"].startswith("attachment")
    assert open_register(got.content).name == "Northfield University"


def test_the_json_says_agency(client):
    actions.trust(
        actor=None, issuer="did:web:b.example", name="B", accepted_as=["issuer", "agency"]
    )
    found = orjson.loads(client.get("/trust/register.json").content)
    assert found["issuers"][0]["as"] == ["issuer", "agency"]
