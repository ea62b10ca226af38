"""Skill frameworks: ESCO, O*NET and CASE as they are published, and files that are none."""

from __future__ import annotations

import io
import json
import tracemalloc
import zipfile

import pytest

from shared import need_shared
from stackmark.errors import UsageError
from stackmark.exchange.frameworks import case
from stackmark.exchange.frameworks.read import open_framework
from stackmark.exchange.frameworks.shapes import NamedFile

COLUMNS = "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,status,description"
ESCO = f"""{COLUMNS}
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/1,knowledge,x,soil science,"soils
pedology",released,"Soil, and ""how"" it forms."
KnowledgeSkillCompetence,http://data.europa.eu/esco/skill/2,skill/competence,x,take samples,,released,
"""
GERMAN = ESCO.replace("soil science", "Bodenkunde").replace("take samples", "Proben nehmen")
RELATIONS = """conceptType,conceptUri,broaderType,broaderUri
K,http://data.europa.eu/esco/skill/2,SkillGroup,http://data.europa.eu/esco/skill/S1
"""
MODEL = (
    "Element ID\tElement Name\tDescription\n2.A\tBasic Skills\tCapacities\n2.A.1\tContent\tText\n"
)
SKILLS = (
    "O*NET-SOC Code\tElement ID\tElement Name\tScale ID\tData Value\r\n"
    "11-1011.00\t2.A.1.a\tReading Comprehension\tIM\t4.12\r\n"
    "11-1011.00\t2.A.1.a\tReading Comprehension\tLV\t4.75\r\n"
    "11-1011.03\t2.A.1.b\tActive Listening\tIM\t4.00\r\n"
)
OCCUPATIONS = "O*NET-SOC Code\tTitle\tDescription\n11-1011.00\tChief Executives\tPlan.\n"
TASKS = "O*NET-SOC Code\tTask ID\tTask\tTask Type\n11-1011.00\t8823\tDirect work.\tCore\n"
PACKAGE = {
    "CFDocument": {
        "identifier": "d",
        "title": "Soil",
        "creator": "State",
        "version": "2",
        "language": "en-us",
        "licenseURI": {"identifier": "l", "title": "CC BY", "uri": "https://l.example/"},
    },
    "CFItems": [
        {"identifier": "a", "uri": "https://f.example/a", "fullStatement": "Soil"},
        {
            "identifier": "b",
            "uri": "https://f.example/b",
            "fullStatement": "Takes samples of soil",
            "abbreviatedStatement": "Samples",
            "humanCodingScheme": "S.1",
            "language": "de",
        },
    ],
    "CFAssociations": [
        {
            "associationType": "isChildOf",
            "originNodeURI": {"identifier": "b"},
            "destinationNodeURI": {"identifier": "a"},
        }
    ],
}


def named(text, name="skills_en.csv"):
    data = text if isinstance(text, bytes) else text.encode()
    return NamedFile(name, lambda: io.BytesIO(data))


def zipped(files, name="ESCO dataset - v1.2.0 - classification - csv.zip"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for inner, text in files.items():
            archive.writestr(inner, text)
    return named(out.getvalue(), name)


def refused(one):
    with pytest.raises(UsageError) as caught:
        list(open_framework(one).skills())
    return caught.value


def test_esco_of_one_language():
    opened = open_framework(named(ESCO))
    about = opened.framework
    assert (about.kind, about.language, about.version) == ("esco", "en", "")
    assert about.attribution == (
        "This service uses the ESCO classification of the European Commission."
    )
    assert "2011/833/EU" in about.licence
    first, second = opened.skills()
    assert first.name == {"en": "soil science"}
    assert first.description == {"en": 'Soil, and "how" it forms.'}
    assert (second.uri, second.description) == ("http://data.europa.eu/esco/skill/2", {})
    assert list(opened.skills()) == [first, second]  # it can be read again


def test_esco_of_several_languages_in_a_package():
    files = {
        "ESCO/skills_en.csv": ESCO,
        "ESCO/skills_de.csv": GERMAN,
        "ESCO/broaderRelationsSkillPillar_en.csv": RELATIONS,
        "ESCO/occupations_en.csv": "conceptUri,preferredLabel\n",
    }
    opened = open_framework(zipped(files))
    assert (opened.framework.language, opened.framework.version) == ("de en", "1.2.0")
    found = list(opened.skills())
    assert [one.name for one in found[:2]] == [{"de": "Bodenkunde"}, {"de": "Proben nehmen"}]
    assert found[1].uri == found[3].uri
    assert found[3].broader == ("http://data.europa.eu/esco/skill/S1",)


@pytest.mark.parametrize(
    ("text", "title", "codes", "broader"),
    [
        (MODEL, "O*NET content model", ["2.A", "2.A.1"], ("2.A",)),
        (SKILLS, "O*NET elements", ["2.A.1.a", "2.A.1.b"], ("2.A.1",)),
        (OCCUPATIONS, "O*NET occupations", ["11-1011.00"], ()),
        (TASKS, "O*NET tasks", ["8823"], ("11-1011.00",)),
    ],
)
def test_onet(text, title, codes, broader):
    opened = open_framework(named(text, "x.txt"))
    assert opened.framework.title == title
    assert opened.framework.licence.startswith("CC BY 4.0")
    assert "trademark of USDOL/ETA" in opened.framework.attribution
    found = list(opened.skills())
    assert [one.code for one in found] == codes
    assert found[-1].broader == broader


def test_onet_package_names_its_version():
    opened = open_framework(zipped({"db_28_2_text/Skills.txt": SKILLS}, "db_28_2_text.zip"))
    assert opened.framework.version == "28.2"
    assert "the O*NET 28.2 Database" in opened.framework.attribution
    assert len(list(opened.skills())) == 2


@pytest.mark.parametrize("wrapped", [False, True])
def test_case(wrapped):
    tree = {"CFPackage": PACKAGE} if wrapped else PACKAGE
    opened = open_framework(named(json.dumps(tree), "case.json"))
    about = opened.framework
    assert (about.title, about.version, about.language) == ("Soil", "2", "en-US")
    assert (about.licence, about.attribution) == ("CC BY, https://l.example/", "Soil, State")
    first, second = opened.skills()
    assert (first.name, second.name) == ({"en-US": "Soil"}, {"de": "Samples"})
    assert (second.code, second.broader) == ("S.1", ("https://f.example/a",))
    assert second.description == {"de": "Takes samples of soil"}


def test_a_case_item_without_an_address_has_its_uuid():
    uuid = "0c1d3f0e-4a1b-4c6e-9a55-1f2e3d4c5b6a"
    items = [{"identifier": one, "fullStatement": "Soil"} for one in (uuid, "x")]
    tree = {"CFDocument": {"title": "Soil"}, "CFItems": items}
    found = list(open_framework(named(json.dumps(tree), "case.json")).skills())
    assert [(one.uri, one.code) for one in found] == [(f"urn:uuid:{uuid}", uuid), ("", "x")]


def test_a_licence_that_nobody_states_stays_unknown():
    document = {"identifier": "d", "title": "Soil"}
    tree = {"CFDocument": document, "CFItems": PACKAGE["CFItems"]}
    about = open_framework(named(json.dumps(tree), "case.json")).framework
    assert (about.licence, about.attribution) == ("", "")
    assert about.to_json()["licence"] is None


ROW = "K,http://data.europa.eu/esco/skill/1,k,x,soil,,released,"


@pytest.mark.parametrize(
    ("text", "reason", "said"),
    [
        (b"", "framework.empty", "skills_en.csv: is empty"),
        (f"{COLUMNS}\n", "framework.empty", "has a header and no row"),
        (f"{COLUMNS}\n{ROW},more\n", "framework.row", "line 2: has 9 cells; there are 8"),
        (
            f"{COLUMNS}\n{ROW.replace('http', 'x')}\n",
            "framework.address",
            "line 2, column conceptUri",
        ),
        (f"{COLUMNS}\n{ROW.replace('soil', '')}\n", "framework.missing", "column preferredLabel"),
        (f"{COLUMNS}\n{ROW}\n{ROW}\x00\n", "framework.text", "line 3, column 57: holds U+0000"),
        (f'{COLUMNS}\n{ROW}"open\n{ROW}\n', "framework.csv", "line 2: is no CSV row"),
        (COLUMNS.replace(",", ";") + "\n", "framework.header", "parted by semicolons"),
        ("a,conceptUri\n1,2\n", "framework.header", "no column 'preferredLabel'"),
        (f"{COLUMNS},status\n", "framework.header", "column 'status' twice"),
        (f"{COLUMNS}\n".encode() + b"\xe4\n", "framework.encoding", "line 2, byte 1"),
        (f"{COLUMNS}\n".encode("utf-16"), "framework.encoding", "line 1, byte 1"),
        ("a\tb\n", "framework.header", "is not the header of ESCO's or O*NET's"),
        ("{", "framework.json", "line 1, column 2"),
        ('{"a": 1}', "framework.case", "no CFDocument"),
        ("[" * 10, "framework.header", "line 1"),
        (b"PK\x03\x04 broken", "framework.package", "no zip file"),
        ("Element ID\tElement Name\n\tx\n", "framework.missing", "line 2, column Element ID"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, reason, said):
    error = refused(named(text))
    assert (error.reason, said in error.detail) == (reason, True), error.detail


def test_a_cell_and_a_line_have_a_length():
    long = ROW.replace("soil", "s" * 20_001)
    assert refused(named(f"{COLUMNS}\n{long}\n")).reason == "framework.long-cell"
    line = ROW + "d" * (1024 * 1024)
    assert refused(named(f"{COLUMNS}\n{line}\n")).reason == "framework.long-line"


def test_a_package_without_skills_or_with_damage():
    assert refused(zipped({"a.txt": "x"})).reason == "framework.package"
    good = zipped({"skills_en.csv": ESCO * 50}).open().read()
    middle = len(good) // 3
    bad = good[:middle] + bytes(b ^ 0xFF for b in good[middle : middle + 8]) + good[middle + 8 :]
    assert refused(named(bad, "x.zip")).reason == "framework.package"


def test_a_case_package_has_a_size(monkeypatch):
    monkeypatch.setattr(case, "MAX_CASE_BYTES", 100)
    assert refused(named(json.dumps(PACKAGE))).reason == "framework.size"


def test_hostile_files_are_refused_with_a_sentence():
    """The recipients' hostile set with ESCO's columns: only what is fine may read."""
    folder = need_shared() / "vectors" / "security" / "own" / "csv"
    read = set()
    for path in sorted(folder.glob("*.csv")):
        data = (
            path.read_bytes().replace(b"email", b"conceptUri").replace(b"name", b"preferredLabel")
        )
        data = data.replace(b"a@example.org", b"https://a.example/1")
        try:
            list(open_framework(named(data)).skills())
            read.add(path.name[:7])
        except UsageError as error:
            assert error.reason.startswith("framework."), path.name
            assert error.detail
    assert {"csv-000", "csv-001", "csv-002"} & read
    assert not read & {"csv-013", "csv-016", "csv-017", "csv-018", "csv-019", "csv-027", "csv-028"}


def test_memory_does_not_grow_with_the_file():
    def peak(rows):
        text = f"{COLUMNS}\n" + "".join(
            ROW.replace("skill/1", f"skill/{number}") + "\n" for number in range(rows)
        )
        one = named(text)
        tracemalloc.start()
        count = sum(1 for _ in open_framework(one).skills())
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == rows
        return size

    peak(10)
    # BytesIO shares the bytes: only what the reading holds is counted
    assert peak(20_000) < peak(200) + 200_000
