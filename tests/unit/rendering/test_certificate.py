from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from shared import need_shared
from stackmark.adapters import pdf
from stackmark.adapters.pdf import certificate_pdf
from stackmark.adapters.raster import svg_to_png
from stackmark.errors import UsageError
from stackmark.rendering import fonts
from stackmark.rendering.badge_art import default_art, draw
from stackmark.rendering.certificate import CertificateData, LabelRow, Logo, Signatory, payload
from stackmark.rendering.qr import qr_svg

URL = "https://badges.example/c/9f2c4e77b1d8"
WHEN = datetime(2026, 5, 3, 12, tzinfo=UTC)
SIGNED = b'{"type":["VerifiableCredential"],"proof":{}}'
PNG = svg_to_png(draw(default_art("Law", "#2c41a0")), 64)
PLAIN = CertificateData(
    "Ana María", "Data analysis", "Northfield", "3 May 2026", "9f2c", URL, qr_svg(URL)
)
FULL = replace(
    PLAIN,
    expires="3 May 2029",
    hours="60 hours",
    credits="2 ECTS",
    level="EQF 6",
    description="A short course.\nIn two paragraphs.",
    outcomes=("Clean data", "Draw charts", "Explain both"),
    signatory=Signatory("Prof. Ingrid Halvorsen", "Vice-Rector", "Northfield", PNG),
    issuer_logo_png=PNG,
    badge_png=PNG,
    partners=(Logo("Data Guild", PNG), Logo("Skills Board", PNG), Logo("Third", PNG)),
    stamp="Expired 3 May 2029",
)
ARABIC = replace(
    PLAIN,
    learner_name="محمد الخوارزمي",
    title="تحليل البيانات",
    language="ar",
    direction="rtl",
    labels={"certificate": "شهادة"},
)


def made(data: CertificateData, **changes) -> bytes:
    arguments = {"signed_json": SIGNED, "signed_name": "credential.json", "created": WHEN}
    return certificate_pdf(data, **(arguments | changes))


def reason(make) -> str:
    with pytest.raises(UsageError) as caught:
        make()
    return caught.value.reason


def run(tool: str, *arguments: str, data: bytes) -> str:
    """What a Poppler tool says of a PDF."""
    if not shutil.which(tool):
        pytest.skip(f"{tool} of poppler-utils is not installed")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "c.pdf"
        file.write_bytes(data)
        words = [str(file) if word == "PDF" else word for word in arguments]
        return subprocess.run(
            [tool, *words], cwd=folder, capture_output=True, check=True
        ).stdout.decode()


def said(data: bytes) -> str:
    """The words of a PDF with spaces made one and break marks taken out."""
    return " ".join(run("pdftotext", "PDF", "-", data=data).replace("\u200b", "").split())


def unpacked(data: bytes) -> bytes:
    """The file with its compressed streams behind it."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", data, re.DOTALL)
    plain = []
    for stream in streams:
        with contextlib.suppress(zlib.error):
            plain.append(zlib.decompress(stream))
    return data + b"".join(plain)


@pytest.mark.parametrize("data", [PLAIN, FULL, ARABIC], ids=["plain", "full", "arabic"])
def test_it_claims_both_standards_in_its_metadata(data):
    made_pdf = made(data)
    assert made_pdf.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1<" in made_pdf
    assert b"<pdfaid:part>3<" in made_pdf
    assert b"<pdfaid:conformance>A<" in made_pdf
    assert re.search(rb"/Lang ?\(" + data.language.encode(), made_pdf)
    assert b"/Encrypt" not in made_pdf, "learners merge certificates into one file"
    assert b"/JavaScript" not in made_pdf


def test_the_signed_credential_is_inside_byte_for_byte(tmp_path):
    data = made(FULL)
    assert b"/AFRelationship/Source" in data.replace(b" ", b"")
    assert "1: credential.json" in run("pdfdetach", "-list", "PDF", data=data)
    out = tmp_path / "out"
    run("pdfdetach", "-save", "1", "-o", str(out), "PDF", data=data)
    assert out.read_bytes() == SIGNED


def test_the_same_arguments_give_the_same_bytes():
    assert made(FULL) == made(FULL)
    assert made(FULL) != made(FULL, created=WHEN.replace(year=2027))


def test_it_says_everything_in_reading_order():
    words = said(made(FULL))
    order = [
        "Northfield", "CERTIFICATE", "Ana María", "has earned", "Data analysis", "A short course.",
        "Clean data", "Prof. Ingrid Halvorsen", "Vice-Rector", "badges.example/c/",
    ]  # fmt: skip
    places = [words.find(word) for word in order]
    assert -1 not in places
    assert places == sorted(places)
    for fact in ("60 hours", "2 ECTS", "EQF 6", "WORKLOAD"):
        assert fact in words, fact
    tagged = run("pdfinfo", "-struct-text", "PDF", data=made(FULL))
    assert "Expired 3 May 2029" in tagged, "a slanted text is read from the tags"
    info = run("pdfinfo", "PDF", data=made(FULL))
    assert "Data analysis – Ana María" in info
    assert re.search(r"Tagged: +yes", info)
    assert re.search(r"Pages: +1\n", info)


def test_pictures_have_words_for_those_who_do_not_see_them():
    data = made(FULL)
    tags = run("pdfinfo", "-struct", "PDF", data=data)
    assert tags.count("Figure") == 7, "logo, badge, signature, three partners, QR code"
    alternatives = re.findall(rb"/Alt ?\((.*?)\)", unpacked(data))
    assert len(alternatives) >= 7
    for words in (b"Logo of Data Guild", b"Signature of Prof. Ingrid Halvorsen", b"QR code that"):
        assert any(words in said for said in alternatives), words
    assert "H1" in tags


@pytest.mark.parametrize(("size", "points"), [("a4", (841.89, 595.276)), ("letter", (792, 612))])
def test_both_papers_lie_on_their_side(size, points):
    info = run("pdfinfo", "PDF", data=made(replace(FULL, page_size=size)))
    found = re.search(r"Page size: +([\d.]+) x ([\d.]+)", info)
    assert (float(found[1]), float(found[2])) == points


def test_what_does_not_fit_goes_on_on_the_next_page():
    outcomes = tuple(f"Outcome number {n} told at some length for the reader" for n in range(30))
    data = made(replace(FULL, outcomes=outcomes))
    assert re.search(r"Pages: +[2-9]", run("pdfinfo", "PDF", data=data))
    words = said(data)
    assert "Continued on the next page" in words
    assert "Outcome number 29" in words
    assert "Continued" not in said(made(FULL))


def test_the_qr_code_is_on_the_page():
    if not shutil.which("pdftoppm"):
        pytest.skip("pdftoppm of poppler-utils is not installed")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "c.pdf").write_bytes(made(PLAIN))
        page = subprocess.run(
            ["pdftoppm", "-r", "60", "-png", "c.pdf"], cwd=folder, capture_output=True, check=True
        ).stdout
    image = Image.open(io.BytesIO(page)).convert("L")
    wide, high = image.size
    corner = image.crop((int(wide * 0.83), int(high * 0.8), int(wide * 0.93), int(high * 0.93)))
    dark = sum(corner.histogram()[:100]) / (corner.width * corner.height)
    assert 0.2 < dark < 0.6, "about half of a code is dark"


# ── hostile texts ─────────────────────────────────────────────────────────────────────────────

TYPST = '#import "@preview/x:1.0.0" #read("/etc/passwd") *b* _i_ $x$ \\ @r <l> ${x} {{y}}'


def test_markup_in_a_name_is_only_letters():
    name = "#strong[x] *b* $x$ @r <l>"
    words = said(made(replace(FULL, learner_name=name, title=TYPST)))
    assert name in words
    assert '#read("/etc/passwd")' in words
    assert "root:" not in words


@pytest.mark.parametrize(
    "text",
    [
        "A" * 10_000,
        "word " * 2_000,
        "ا" * 3_000,
        "王小明",
        "😀👩‍👩‍👧",
        "e" + "\u0301" * 500,
        "Z\u0351\u036b\u0343",
        "\u0301",
        "a\u0651b\u200d",
        "\u202eevil\u202c name",
        "नि\u0301x\u0947",
        "\u05d0\u0591\u05b0\u05bc\u0644\u0301",
        "ﷺ",
        "\u1160\u11a8ᄀ",
        "x\x00y\x1bz",
        "x\ud800y",
        "สมชาย क्षत्रिय ქართული Հայ Tiếng",
    ],
    ids=ascii,
)
def test_no_text_stops_a_certificate(text):
    data = replace(
        FULL,
        learner_name=text,
        title=text,
        issuer_name=text,
        description=f"{text}\n{text}",
        outcomes=(text, text),
        hours=text,
        stamp=text,
        public_id=text,
        signatory=Signatory(text, text, text, PNG),
        partners=(Logo(text, PNG),),
    )
    assert made(data).startswith(b"%PDF")


def test_a_direction_override_does_not_turn_a_name_around():
    assert "Anna evil" in said(made(replace(PLAIN, learner_name="Anna \u202eevil\u202c")))


def test_a_letter_no_font_draws_is_a_square_and_the_rest_stays():
    assert "□ Li" in said(made(replace(PLAIN, learner_name="王 Li")))


def test_shared_hostile_texts_make_certificates_or_are_refused_by_name():
    items = json.loads((need_shared() / "vectors/security/own/hostile-text.json").read_bytes())[
        "items"
    ]
    refused = []
    for item in items:
        text = item["text"]
        try:
            data = replace(FULL, learner_name=text, title=text, outcomes=(text,))
        except UsageError as error:
            refused.append(text)
            assert "nothing that can be printed" in error.detail
        else:
            assert made(data).startswith(b"%PDF")
    assert all(not any(c.isprintable() and not c.isspace() for c in text) for text in refused)
    assert len(items) - len(refused) > 100


# ── what is asked for ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"page_size": "a3"}, "page_size"),
        ({"direction": "up"}, "direction"),
        ({"language": "english please"}, "language"),
        ({"verify_url": "javascript:alert(1)"}, "verify_url"),
        ({"partners": (Logo("x", PNG),) * 4}, "partners"),
        ({"labels": {"hello": "x"}}, "labels"),
        ({"badge_png": b"<svg/>"}, "badge.png"),
        ({"learner_name": " \u200b"}, "learner_name"),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(changes, word):
    with pytest.raises(UsageError) as caught:
        replace(PLAIN, **changes)
    assert caught.value.reason == "usage.certificate"
    assert word in caught.value.detail


@pytest.mark.parametrize(
    "changes",
    [
        {"signed_json": b""},
        {"signed_name": "../x.json"},
        {"signed_name": "x.exe"},
        {"signed_name": ".json"},
        {"created": datetime(2026, 5, 3)},
    ],
)
def test_attachments_and_times_are_checked(changes):
    assert reason(lambda: made(PLAIN, **changes)) == "usage.certificate"


def test_an_accent_too_light_to_read_is_darkened():
    assert payload(replace(PLAIN, accent="#ffff00"), covered=None)["accent"] != "#ffff00"
    assert reason(lambda: made(replace(PLAIN, accent="yellow"))) == "usage.colour"


def test_a_region_is_kept_and_an_address_stays_whole():
    found = payload(replace(PLAIN, language="pt-Latn-BR"), covered=None)
    assert (found["lang"], found["region"]) == ("pt", "BR")
    assert found["verify_shown"] == URL.removeprefix("https://")


def test_other_fonts_can_be_added(tmp_path):
    source = fonts.font_folder() / "SourceSans3-Regular.ttf"
    (tmp_path / "more.ttf").write_bytes(source.read_bytes())
    assert made(PLAIN, font_folders=[tmp_path]).startswith(b"%PDF")


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made(PLAIN)
    assert reason(lambda: made(replace(PLAIN, qr_svg="no picture"))) == "usage.certificate"
    assert list(tmp_path.iterdir()) == []


def test_the_template_sees_its_own_folder_only(tmp_path, monkeypatch):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    seen = []

    def watch(folder, *arguments, **options):
        seen.append({path.name for path in Path(folder).iterdir()})
        (folder / "main.typ").write_text(f'#read("{secret}")')
        return original(folder, *arguments, **options)

    original = pdf._set
    monkeypatch.setattr(pdf, "_set", watch)
    assert reason(lambda: made(PLAIN)) == "usage.certificate"
    assert seen[0] == {"main.typ", "qr.svg", "signed"}


def test_without_typst_the_way_on_is_named(monkeypatch):
    pdf._typst_fonts.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    assert reason(lambda: made(PLAIN)) == "usage.extra"


LABEL = (
    LabelRow("Level", "EQF level 6", "self-declared"),
    LabelRow("Pass rate", "withheld by issuer", quiet=True),
    LabelRow("Agreement of markers", "unknown", quiet=True),
    LabelRow("Holders", "fewer than 5", "Numbers of people below 5 are not shown."),
)


def test_the_facts_label_has_a_page_of_its_own_as_a_table():
    data = replace(FULL, facts_label=LABEL, facts_source="As the issuer states them.")
    words = said(made(data))
    for text in ("Credential facts", "EQF level 6", "self-declared", "withheld by issuer",
                 "Agreement of markers", "unknown", "fewer than 5", "As the issuer states"):  # fmt: skip
        assert text in words, text
    assert b"<pdfuaid:part>1<" in made(data)
    tags = run("pdfinfo", "-struct", "PDF", data=made(data))
    assert tags.count("Table") >= 2
    assert "TH" in tags
    assert "Credential facts" not in said(made(FULL))


def test_long_facts_go_on_and_hostile_ones_are_only_letters():
    rows = tuple(replace(row, value="#pagebreak() word " * 60, note="x" * 5000) for row in LABEL)
    words = said(made(replace(ARABIC, facts_label=rows * 20)))
    assert words.count("#pagebreak()") > 100
