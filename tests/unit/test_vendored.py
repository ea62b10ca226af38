from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

import stackmark.canonical
import stackmark.verification
from shared import need_shared
from stackmark.canonical import contexts

CONTEXTS = Path(stackmark.canonical.__file__).parent / "data"
SCHEMAS = Path(stackmark.verification.__file__).parent / "data"
INDEXES = [
    (folder, line)
    for folder in (CONTEXTS, SCHEMAS)
    for line in json.loads((folder / "index.json").read_bytes())
]
NOTICE = Path(__file__).resolve().parents[2] / "NOTICE"

OB_303 = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OB_UNVERSIONED = "https://purl.imsglobal.org/spec/ob/v3p0/context.json"
CREDENTIALS_V1 = "https://www.w3.org/2018/credentials/v1"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def name(case):
    return case["file"] if isinstance(case, dict) else None


@pytest.mark.parametrize(("folder", "line"), INDEXES, ids=name)
def test_a_file_is_what_the_index_says(folder, line):
    data = (folder / line["file"]).read_bytes()
    assert sha256(data) == line["sha256"]
    assert line["bytes_equal_published"] == (line["sha256"] == line["published_sha256"])
    assert line["licence"]
    assert line["version"]
    assert isinstance(json.loads(data), dict)


@pytest.mark.parametrize("folder", [CONTEXTS, SCHEMAS], ids=["contexts", "schemas"])
def test_nothing_lies_there_without_a_line(folder):
    listed = {line["file"] for where, line in INDEXES if where == folder}
    assert {p.name for p in folder.iterdir()} == listed | {"index.json"}


@pytest.mark.parametrize(("folder", "line"), INDEXES, ids=name)
def test_the_notice_names_the_package(folder, line):
    package = line["package"].removesuffix(" (source archive)")
    if package == "Stackmark":
        pytest.skip("written here, taken from nobody")
    assert f"{package} {line['version']}" in NOTICE.read_text()


@pytest.mark.parametrize(("folder", "line"), INDEXES, ids=name)
def test_a_file_equals_the_published_one(folder, line):
    vectors = need_shared() / "vectors"
    published = {
        sha256(p.read_bytes()): p
        for place in ("contexts", "schemas")
        for p in (vectors / place).rglob("*")
        if p.is_file()
    }
    original = published.get(line["published_sha256"])
    if original is None:
        pytest.skip("the published text of this one is not among the vectors")
    ours, theirs = (folder / line["file"]).read_bytes(), original.read_bytes()
    assert (ours == theirs) == (line["equality"] == "bytes")
    assert (json.loads(ours) == json.loads(theirs)) == (line["equality"] != "differs")


def test_load_gives_the_newest_copy_and_the_same_object():
    assert contexts.load(OB_303) is contexts.load(OB_303)
    assert "endorsementJwt" in json.dumps(contexts.load(OB_303))
    assert json.loads(contexts.raw_bytes(OB_303)) == contexts.load(OB_303)


def test_an_older_copy_is_found_by_its_hash_only():
    older = contexts.by_sha256("ef2fa9c7846dce233cc166b43639027278be4ee44f00bb1d45c75de2dd0cd761")
    assert older is not None
    assert b"endorsementJwt" not in older
    assert sha256(older) not in contexts.known_digests(OB_303)


@pytest.mark.parametrize(
    "url",
    [
        OB_303 + "#",
        OB_303.upper(),
        "http" + OB_303[5:],
        "",
        "https://unknown.example/context.jsonld",
    ],
)
def test_only_the_exact_address_is_known(url):
    assert url not in contexts.known_urls()
    assert contexts.load(url) is None
    assert contexts.raw_bytes(url) is None
    assert contexts.sha256_of(url) is None
    assert contexts.published_sha256(url) is None
    assert contexts.known_digests(url) == frozenset()
    assert contexts.refusal(url) is None
    assert contexts.by_sha256(url) is None


def test_every_known_address_loads():
    for url in contexts.known_urls():
        assert "@context" in contexts.load(url)
        assert contexts.refusal(url) is None
        assert sha256(contexts.raw_bytes(url)) == contexts.sha256_of(url)


def test_the_unversioned_context_is_refused_with_a_way_on():
    assert contexts.load(OB_UNVERSIONED) is None
    assert OB_UNVERSIONED not in contexts.known_urls()
    assert "Name context-3.0.3.json instead" in contexts.refusal(OB_UNVERSIONED)
    assert contexts.raw_bytes(OB_UNVERSIONED) is not None


def test_the_published_hash_is_told_apart_from_our_own():
    ours, published = contexts.sha256_of(CREDENTIALS_V1), contexts.published_sha256(CREDENTIALS_V1)
    assert ours != published
    assert contexts.known_digests(CREDENTIALS_V1) == {ours, published}


def test_a_published_text_of_other_meaning_is_no_digest_of_ours():
    url = "https://w3id.org/openbadges/v2"
    assert contexts.known_digests(url) == {contexts.sha256_of(url)}
