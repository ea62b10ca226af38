"""Slim rows give the exact bytes back, or say that they are damaged; never other bytes."""

from __future__ import annotations

import hashlib
import random

import orjson
import pytest

from stackmark.errors import StackmarkError
from stackmark_web import clock
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import issuing, queries, slim
from stackmark_web.awarding.models import Award, CommonPart

pytestmark = pytest.mark.django_db
NAMES = ("Zoë Ångström", 'A "quoted" \\ name', "李小龍", "\u202eevil", "Ann", "😀 Smile", "é" * 200)


@pytest.fixture(autouse=True)
def _now():
    with clock.at(clock.now()):
        yield


@pytest.fixture
def signed(version):
    """Signed awards of one version, several at once: kept slim."""

    def make(count=5, **more):
        awards = [
            awarding.create_award(
                version,
                actor=None,
                recipient_email=f"p{number}@people.example",
                recipient_name=NAMES[number % len(NAMES)] if number != 3 else "Ülle",
                narrative=f"Took {number} samples.",
                **more,
            )
            for number in range(count)
            if number != 3
        ]
        assert awarding.offer_many(awards, actor=None) == [None] * len(awards)
        return [Award.everywhere.get(pk=award.pk) for award in awards]

    return make


def test_rows_of_a_batch_are_slim_and_equal_to_full_signing(signed, version):
    for award in signed(8):
        assert isinstance(award.signed, slim.Slim)
        whole = issuing.Press(version, award.organisation).sign(award)
        assert bytes(award.signed) == whole
        assert hashlib.sha256(whole).hexdigest() == award.sha256
        assert len(award.signed.stored) < len(whole) / 2
        assert queries.credential_bytes(award) == whole


def test_the_common_part_is_kept_once_and_names_nobody(signed):
    awards = signed(8)
    (common,) = CommonPart.objects.all()
    text = bytes(common.data)
    for award in awards:
        name = award.recipient_name.encode()
        assert award.salt.encode() not in text
        assert name not in text
        assert str(award.pk).encode() not in text
        assert orjson.loads(bytes(award.signed))["proof"]["proofValue"].encode() not in text


def test_rows_kept_whole_are_read_as_before(signed, version):
    award = signed(1)[0]  # one alone is not packed
    assert isinstance(award.signed, bytes)
    assert queries.credential_bytes(award) == award.signed


def test_a_flipped_bit_is_found(signed):
    award = signed(2)[0]
    stored = award.signed.stored
    drawn = random.Random(7)
    for place in [0, 1, 16, 17, 48, 49, *drawn.sample(range(50, len(stored)), 60)]:
        bad = bytearray(stored)
        bad[place] ^= 1 << drawn.randrange(8)
        Award.everywhere.filter(pk=award.pk).update(signed=bytes(bad))
        read = Award.everywhere.get(pk=award.pk)
        with pytest.raises(StackmarkError) as found:
            queries.credential_bytes(read)
        assert found.value.reason == "award.damaged", place


def test_bytes_kept_whole_are_compared_with_their_hash(signed):
    award = signed(1)[0]
    bad = bytes(award.signed).replace(b"Took 0", b"Took 9")
    assert bad != bytes(award.signed)
    Award.everywhere.filter(pk=award.pk).update(signed=bad)
    with pytest.raises(StackmarkError) as found:
        queries.credential_bytes(Award.everywhere.get(pk=award.pk))
    assert found.value.reason == "award.damaged"


def test_a_changed_or_missing_common_part_is_found(signed, monkeypatch):
    award = signed(2)[0]
    row = CommonPart.objects.get()
    monkeypatch.setattr(slim, "_READ", {})
    CommonPart.objects.update(data=bytes(row.data).replace(b"Soil", b"Coal"))
    with pytest.raises(StackmarkError, match="damaged"):
        bytes(Award.everywhere.get(pk=award.pk).signed)
    CommonPart.objects.all().delete()
    with pytest.raises(StackmarkError, match="damaged"):
        bytes(Award.everywhere.get(pk=award.pk).signed)


def test_a_packed_bomb_ends_at_the_limit(signed):
    award = signed(2)[0]
    common = bytes(CommonPart.objects.get().data)
    huge = slim.Packer(common).pack(b"{" + b" " * (slim.MAX_DOCUMENT_BYTES + 10))
    Award.everywhere.filter(pk=award.pk).update(signed=huge.stored)
    with pytest.raises(StackmarkError) as found:
        bytes(Award.everywhere.get(pk=award.pk).signed)
    assert found.value.reason == "award.damaged"


def test_what_is_no_badge_in_json_is_kept_whole():
    assert slim.common_of(b"eyJhbGciOiJFZERTQSJ9.e30.c2ln") is None
    assert slim.common_of(b'{"type":"x"}') is None
    assert slim.slimmed([("kind", b"eyJ.e30.c2ln")]) == ([b"eyJ.e30.c2ln"], set())


def test_whoever_is_second_changes_nothing(signed, version):
    """Two workers sign the same awards: the second finds them signed and stores nothing."""
    awards = [
        awarding.create_award(
            version, actor=None, recipient_email=f"q{n}@people.example", recipient_name="Q"
        )
        for n in range(3)
    ]
    again = [Award.everywhere.get(pk=one.pk) for one in awards]
    issuing.reserve(again)
    slow = [
        Award.everywhere.select_related("version", "organisation").get(pk=one.pk) for one in awards
    ]
    awarding.offer_many(awards, actor=None)
    before = {one.pk: bytes(one.signed) for one in Award.everywhere.filter(signed__isnull=False)}
    awarding.offer_many(slow, actor=None, fresh=True)
    after = {one.pk: bytes(one.signed) for one in Award.everywhere.filter(signed__isnull=False)}
    assert after == before
