"""Status lists as credentials, the 1EdTech list, and rollback."""

from __future__ import annotations

import copy
import gzip
import json
from base64 import urlsafe_b64encode

import pytest

from shared import need_shared
from stackmark.errors import CheckFailed, UsageError
from stackmark.status import bitstring
from stackmark.status.entry import new_entry, read_entry
from stackmark.status.lists import (
    StatusValue,
    look_up,
    look_up_1edtech,
    new_list,
    newer,
    open_list,
    revocation_list,
    with_bits,
)

URL = "https://uni.example/s/1"


def make(**options) -> dict:
    return new_list(
        **{
            "url": URL,
            "issuer": "did:web:uni.example",
            "purpose": "revocation",
            "valid_from": "2026-01-01T00:00:00Z",
            **options,
        }
    )


def entry(index: int = 7, **options):
    return read_entry(new_entry(list_url=URL, index=index, **options))


def reason(tree, wanted=None, url: str = URL) -> str:
    with pytest.raises(CheckFailed) as caught:
        look_up(tree, wanted or entry(), url=url)
    return caught.value.reason


def changed(tree: dict, **subject) -> dict:
    tree = copy.deepcopy(tree)
    tree["credentialSubject"].update(subject)
    return tree


def test_a_new_list_is_all_clear_and_has_the_form_of_the_standard():
    tree = make(ttl_ms=300_000)
    encoded = tree["credentialSubject"].pop("encodedList")
    assert tree == {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": URL,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": "did:web:uni.example",
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {
            "id": f"{URL}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "ttl": 300_000,
        },
    }
    assert bitstring.decode(encoded) == bytes(16384)


def test_revoking_one_leaves_the_others():
    bits = bytearray(16384)
    bitstring.set_value(bits, 7, 1)
    first = make()
    second = with_bits({**first, "proof": {}}, bits, valid_from="2026-01-02T00:00:00Z")
    assert look_up(second, entry(7), url=URL) == StatusValue(1, None)
    assert look_up(second, entry(8), url=URL) == StatusValue(0, None)
    assert "proof" not in second
    assert second["validFrom"] == "2026-01-02T00:00:00Z"
    assert look_up(first, entry(7), url=URL).value == 0
    assert with_bits(first, bits)["validFrom"] == first["validFrom"]


def test_a_list_of_messages():
    bits = bytearray(131072 * 2 // 8)
    bitstring.set_value(bits, 131071, 2, 2)
    tree = with_bits(make(purpose="message", size=2), bits)
    texts = ["pending", "accepted", "rejected", "unknown"]
    wanted = entry(131071, purpose="message", size=2, messages=texts)
    assert look_up(tree, wanted, url=URL) == StatusValue(2, "rejected")


def test_an_opened_list_answers_many():
    opened = open_list(make(ttl_ms=5), list_type="BitstringStatusListCredential", url=URL)
    assert opened.ttl_ms == 5
    assert [opened.value(entry(i)).value for i in (0, 131071)] == [0, 0]


def test_several_purposes():
    tree = make(purpose=["revocation", "suspension"])
    assert tree["credentialSubject"]["statusPurpose"] == ["revocation", "suspension"]
    assert look_up(tree, entry(purpose="suspension"), url=URL).value == 0


def test_another_purpose():
    with pytest.raises(CheckFailed, match="STATUS_VERIFICATION_ERROR") as caught:
        look_up(make(purpose="suspension"), entry(), url=URL)
    assert caught.value.reason == "status.purpose"


def test_another_id():
    with pytest.raises(CheckFailed, match="STATUS_VERIFICATION_ERROR") as caught:
        look_up({**make(), "id": "https://uni.example/s/2"}, entry(), url=URL)
    assert caught.value.reason == "status.wrong-list"
    assert reason({**make(), "id": None}) == "status.wrong-list"


def test_a_list_without_id_is_taken_by_its_address():
    tree = make()
    del tree["id"]
    assert look_up(tree, entry(), url=URL).value == 0


@pytest.mark.parametrize(
    "types",
    [
        "VerifiableCredential",
        ["VerifiableCredential", "OpenBadgeCredential"],
        None,
        "StatusList2021Credential",
    ],
)
def test_not_a_list_credential(types):
    assert reason({**make(), "type": types}) == "status.malformed"


@pytest.mark.parametrize(
    "subject",
    [None, [], "x", [{}, {}], {}, {"type": "StatusList2021"}, {"type": "BitstringStatusList"}],
)
def test_subjects_that_are_no_list(subject):
    assert reason({**make(), "credentialSubject": subject}) == "status.malformed"


@pytest.mark.parametrize("purpose", [None, [], 1, ["revocation", 1]])
def test_list_purposes_that_are_no_text(purpose):
    assert reason(changed(make(), statusPurpose=purpose)) == "status.malformed"


@pytest.mark.parametrize("ttl", ["5", -1, 1.5, True])
def test_ttl_is_a_whole_number(ttl):
    assert reason(changed(make(), ttl=ttl)) == "status.malformed"


@pytest.mark.parametrize("tree", [None, [], "x", 1])
def test_what_is_no_object(tree):
    assert reason(tree) == "status.malformed"


def test_short_lists_and_indexes_past_the_end_have_their_own_names():
    tree = make()
    assert reason(tree, entry(131072)) == "status.range"
    wide = entry(3, purpose="revocation", size=2, messages=list("abcd"))
    assert reason(tree, wide) == "status.length"
    # in range only for one bit
    assert reason(tree, entry(100_000, size=2, messages=list("abcd"))) == "status.range"
    short = changed(tree, encodedList=bitstring.encode(bytes(16383)))
    assert reason(short, entry(3)) == "status.length"
    assert reason(short, entry(131_071)) == "status.length"


def test_the_older_w3c_list():
    encoded = urlsafe_b64encode(gzip.compress(b"\x01" + bytes(16383))).decode()
    tree = {
        "id": URL,
        "type": ["VerifiableCredential", "StatusList2021Credential"],
        "credentialSubject": {
            "type": "StatusList2021",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
    }
    old = {
        "type": "StatusList2021Entry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": URL,
    }
    assert look_up(tree, read_entry(old), url=URL).value == 1
    assert reason(tree, entry()) == "status.malformed"
    opened = open_list(tree, list_type="StatusList2021Credential", url=URL)
    with pytest.raises(CheckFailed, match="the entry is a BitstringStatusListEntry"):
        opened.value(entry())


@pytest.mark.parametrize(
    "options",
    [
        {"purpose": "celebration"},
        {"purpose": []},
        {"size": 0},
        {"size": 9},
        {"entries": 131064},
        {"entries": 131073},
        {"entries": 2**26, "size": 2},
    ],
)
def test_lists_that_readers_would_refuse_are_not_made(options):
    with pytest.raises(UsageError) as caught:
        make(**options)
    assert caught.value.reason == "usage.status-list"


def test_rollback_is_seen_across_zones_and_fractions():
    def at(text):
        return {"validFrom": text}

    assert newer(at("2026-01-01T00:00:01Z"), at("2026-01-01T00:00:00Z"))
    assert not newer(at("2026-01-01T00:00:00Z"), at("2026-01-01T00:00:00.000Z"))
    assert newer(at("2026-01-01T00:00:00.001Z"), at("2026-01-01T00:00:00Z"))
    assert newer(at("2026-01-01T00:00:00Z"), at("2026-01-01T01:00:00+02:00"))
    assert newer(at("2026-01-01T00:00:00Z"), {})
    assert not newer({}, at("2026-01-01T00:00:00Z"))
    assert not newer({}, {})
    assert newer({"issuanceDate": "2026-01-01T00:00:00Z"}, {"issuanceDate": "2025-01-01T00:00:00Z"})


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01",
        "2026-01-01T00:00:00",
        "20260101T000000Z",
        "2026-02-30T00:00:00Z",
        7,
        "٢٠٢٦-01-01T00:00:00Z",
    ],
)
def test_dates_that_cannot_be_compared(text):
    with pytest.raises(CheckFailed) as caught:
        newer({"validFrom": text}, {"validFrom": "2026-01-01T00:00:00Z"})
    assert caught.value.reason == "status.malformed"


def test_1edtech_list_reads_back():
    tree = revocation_list(
        "did:web:uni.example", {"urn:a": "issued in error", "urn:b": None}, url=URL
    )
    assert look_up_1edtech(tree, "urn:a") == StatusValue(1, "issued in error")
    assert look_up_1edtech(tree, "urn:b") == StatusValue(1, None)
    assert look_up_1edtech(tree, "urn:c") == StatusValue(0, None)
    assert json.loads(json.dumps(tree)) == tree


def test_1edtech_list_in_both_spellings():
    tree = {
        "revokedCredential": [{"id": "urn:a"}, {"id": "urn:b", "revoked": False}],
        "revokedCredentials": [{"id": "urn:b", "revoked": True, "revocationReason": 7}, "urn:d"],
    }
    values = {name: look_up_1edtech(tree, f"urn:{name}").value for name in "abcd"}
    assert values == {"a": 1, "b": 1, "c": 0, "d": 1}
    single = {"revokedCredential": {"id": "urn:a"}}
    assert look_up_1edtech(single, "urn:a").value == 1


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        {},
        {"revoked": []},
        {"revokedCredential": [7]},
        {"revokedCredential": [{}]},
        {"revokedCredential": [{"id": "urn:a", "revoked": "yes"}]},
        {"revokedCredential": None},
    ],
)
def test_1edtech_documents_that_are_no_list(tree):
    with pytest.raises(CheckFailed) as caught:
        look_up_1edtech(tree, "urn:a")
    assert caught.value.reason == "status.malformed"


OWN = [
    ("A19", 0, None),
    ("S04", 1, None),
    ("S05", 1, None),
    ("S06", None, "status.purpose"),
    ("S09", None, "status.range"),
    ("S10", None, "status.length"),
    ("S16", None, "status.too-large"),
    ("S18", None, "status.malformed"),
    ("S19", None, "status.malformed"),
]


@pytest.mark.parametrize(("name", "value", "wanted"), OWN)
def test_own_credentials(name, value, wanted):
    folder = need_shared() / "vectors" / "own"
    status = json.loads((folder / "credentials" / f"{name}.json").read_text())["credentialStatus"]

    def ask() -> int:
        found = read_entry(status)
        file = "status-" + found.list_url.rpartition("/")[2] + ".json"
        tree = json.loads((folder / "resources" / file).read_text())
        return look_up(tree, found, url=found.list_url).value

    if wanted is None:
        assert ask() == value
    else:
        with pytest.raises(CheckFailed) as caught:
            ask()
        assert caught.value.reason == wanted


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("status-plain.json", "status.malformed"),
        ("status-nomultibase.json", "status.malformed"),
        ("status-notype.json", "status.malformed"),
    ],
)
def test_own_broken_lists(file, wanted):
    tree = json.loads((need_shared() / "vectors" / "own" / "resources" / file).read_text())
    broken = read_entry(new_entry(list_url=tree["id"], index=7))
    assert reason(tree, broken, url=tree["id"]) == wanted
