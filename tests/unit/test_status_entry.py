"""Reading and making credentialStatus entries."""

from __future__ import annotations

import json

import pytest

from shared import need_shared
from stackmark.errors import CheckFailed, CouldNotTell, UsageError
from stackmark.status.entry import StatusEntry, new_entry, read_entry

URL = "https://uni.example/s/1"
GOOD = {
    "id": f"{URL}#94567",
    "type": "BitstringStatusListEntry",
    "statusPurpose": "revocation",
    "statusListIndex": "94567",
    "statusListCredential": URL,
}
MESSAGES = [
    {"status": "0x0", "message": "pending"},
    {"status": "0x1", "message": "accepted"},
    {"status": "0x2", "message": "rejected"},
    {"status": "0x3", "message": "unknown"},
]


def refused(**changes) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        read_entry({**GOOD, **changes})
    return caught.value


def without(name: str) -> dict:
    return {key: value for key, value in GOOD.items() if key != name}


def test_a_plain_entry():
    assert read_entry(GOOD) == StatusEntry(
        kind="BitstringStatusListEntry",
        purpose="revocation",
        index=94567,
        list_url=URL,
        size=1,
        messages=(),
        list_type="BitstringStatusListCredential",
    )


@pytest.mark.parametrize("purpose", ["revocation", "suspension", "refresh", "message"])
def test_every_purpose_of_the_standard(purpose):
    assert read_entry({**GOOD, "statusPurpose": purpose}).purpose == purpose


def test_the_type_may_stand_in_a_list():
    assert read_entry({**GOOD, "type": ["BitstringStatusListEntry"]}).index == 94567


def test_messages_in_any_order_are_sorted_by_value():
    entry = read_entry(
        {**GOOD, "statusPurpose": "message", "statusSize": 2, "statusMessage": MESSAGES[::-1]}
    )
    assert entry.size == 2
    assert entry.messages == ("pending", "accepted", "rejected", "unknown")


def test_messages_are_allowed_for_one_bit():
    entry = read_entry({**GOOD, "statusMessage": MESSAGES[:2]})
    assert entry.messages == ("pending", "accepted")


@pytest.mark.parametrize(
    "messages",
    [
        None,
        "pending",
        [],
        MESSAGES[:3],
        [*MESSAGES, {"status": "0x4", "message": "more"}],
        [*MESSAGES[:3], MESSAGES[0]],
        [*MESSAGES[:3], {"status": "3", "message": "unknown"}],
        [*MESSAGES[:3], {"status": 3, "message": "unknown"}],
        [*MESSAGES[:3], {"status": "0x4", "message": "unknown"}],
        [*MESSAGES[:3], {"status": "0x3"}],
        [*MESSAGES[:3], {"status": "0x3", "message": 3}],
        [*MESSAGES[:3], "0x3"],
    ],
)
def test_messages_that_do_not_name_every_value(messages):
    error = refused(statusSize=2, statusMessage=messages)
    assert error.reason == "status.malformed"
    assert "statusMessage" in error.detail


def test_a_wide_status_without_messages():
    error = refused(statusSize=2)
    assert error.reason == "status.malformed"
    assert "needs a statusMessage" in error.detail


@pytest.mark.parametrize("size", [0, 9, -1, "2", 2.0, True, None, []])
def test_sizes(size):
    error = refused(statusSize=size)
    assert error.reason == "status.malformed"
    assert "statusSize" in error.detail


@pytest.mark.parametrize(
    "index",
    [
        "-1",
        "+1",
        " 7",
        "7 ",
        "7\n",
        "07",
        "00",
        "",
        "1e3",
        "0x10",
        "1_0",
        "1.0",
        "٧",
        "²",
        7,
        None,
        True,
        ["7"],
    ],
)
def test_index_spellings(index):
    error = refused(statusListIndex=index)
    assert error.reason == "status.malformed"
    assert "statusListIndex" in error.detail


@pytest.mark.parametrize("index", ["67108864", "999999999", "9" * 5000])
def test_an_index_past_any_list(index):
    error = refused(statusListIndex=index)
    assert error.reason == "status.range"
    assert "RANGE_ERROR" in error.detail


@pytest.mark.parametrize("index", ["0", "131072", "67108863"])
def test_indexes_that_are_fine(index):
    assert read_entry({**GOOD, "statusListIndex": index}).index == int(index)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "s/1",
        "/s/1",
        "//uni.example/s",
        "https://uni.example/ s",
        "https:",
        "1a:x",
        7,
        None,
        "https://a\n",
        'https://a"b',
    ],
)
def test_list_urls(url):
    error = refused(statusListCredential=url)
    assert error.reason == "status.malformed"
    assert "statusListCredential" in error.detail


@pytest.mark.parametrize("name", ["statusPurpose", "statusListIndex", "statusListCredential"])
def test_missing_members(name):
    with pytest.raises(CheckFailed, match=name) as caught:
        read_entry(without(name))
    assert caught.value.reason == "status.malformed"
    assert "MALFORMED_VALUE_ERROR" in caught.value.detail


@pytest.mark.parametrize("purpose", ["", 1, None, ["revocation"]])
def test_purposes_that_are_no_text(purpose):
    assert "statusPurpose" in refused(statusPurpose=purpose).detail


def test_an_unknown_purpose_could_not_be_told():
    with pytest.raises(CouldNotTell) as caught:
        read_entry({**GOOD, "statusPurpose": "celebration"})
    assert caught.value.reason == "status.unknown-purpose"
    assert "celebration" in caught.value.detail


@pytest.mark.parametrize(
    "kind", ["CredentialStatusList2017", "RevocationList2020Status", ["A", "B"]]
)
def test_an_unknown_type_could_not_be_told(kind):
    with pytest.raises(CouldNotTell) as caught:
        read_entry({**GOOD, "type": kind})
    assert caught.value.reason == "status.unknown-type"


@pytest.mark.parametrize(
    "kind", [None, 2, [], [2], ["BitstringStatusListEntry", "StatusList2021Entry"]]
)
def test_types_that_are_malformed(kind):
    assert refused(type=kind).reason == "status.malformed"


@pytest.mark.parametrize("value", [None, "x", 1, [GOOD]])
def test_what_is_no_object(value):
    with pytest.raises(CheckFailed, match="not an object"):
        read_entry(value)


def test_the_older_w3c_type():
    entry = read_entry({**GOOD, "type": "StatusList2021Entry", "statusSize": 4})
    assert entry.kind == "StatusList2021Entry"
    assert entry.list_type == "StatusList2021Credential"
    assert entry.size == 1


def test_the_1edtech_type_has_only_a_list():
    entry = read_entry({"id": URL, "type": "1EdTechRevocationList"})
    assert (entry.list_url, entry.index, entry.purpose) == (URL, None, "revocation")
    assert entry.list_type == "1EdTechRevocationList"
    with pytest.raises(CheckFailed, match="id is not an absolute URL"):
        read_entry({"type": "1EdTechRevocationList"})


def test_a_made_entry_reads_back():
    made = new_entry(
        list_url=URL, index=7, purpose="message", size=2, messages=["a", "b", "c", "d"]
    )
    entry = read_entry(made)
    assert (entry.index, entry.size, entry.messages) == (7, 2, ("a", "b", "c", "d"))
    assert new_entry(list_url=URL, index=7) == {
        "id": f"{URL}#7",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "7",
        "statusListCredential": URL,
    }


@pytest.mark.parametrize(
    "options",
    [
        {"index": -1},
        {"purpose": "x"},
        {"size": 2},
        {"size": 9},
        {"list_url": "x"},
        {"messages": ["a"]},
    ],
)
def test_an_entry_that_readers_would_refuse_is_not_made(options):
    with pytest.raises(UsageError) as caught:
        new_entry(**{"list_url": URL, "index": 7, **options})
    assert caught.value.reason == "usage.status-entry"


def test_index_attacks_of_the_security_vectors():
    path = need_shared() / "vectors" / "security" / "own" / "credentials-data-integrity.json"
    cases = [c for c in json.loads(path.read_text())["cases"] if "LD-140" <= c["id"] <= "LD-147"]
    assert len(cases) == 8
    for case in cases:
        if case["id"] == "LD-141":  # one past the end: only the list can tell
            continue
        with pytest.raises(CheckFailed) as caught:
            read_entry(json.loads(case["input"])["credentialStatus"])
        assert caught.value.reason in {"status.malformed", "status.range"}, case["id"]
