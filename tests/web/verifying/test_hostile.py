"""Texts made to run, turn or hide, on the page as nothing but text (A80 to A83, A89)."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared import need_shared
from stackmark_web.verifying import actions
from stackmark_web.verifying.facts import facts_of
from stackmark_web.verifying.showing import Shown

pytestmark = pytest.mark.django_db

OWN = {"html", "head", "meta", "title", "link", "script", "body", "a", "header", "svg", "path"}
DANGEROUS = ("onerror", "onload", "onclick", "onmouseover", "style", "srcdoc", "formaction")


class Page(HTMLParser):
    """Collects what a browser would act on."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        for name in values:
            if name in DANGEROUS or name.startswith("on"):
                self.found.append((tag, name))
        if tag in ("iframe", "object", "embed", "base", "math", "style"):
            self.found.append((tag, ""))
        if tag == "script" and not (values.get("src") or "").startswith("/static/"):
            self.found.append((tag, "inline"))
        if tag == "img" and not (values.get("src") or "").startswith(
            ("/assets/", "data:image/png")
        ):
            self.found.append((tag, values.get("src")))
        for name in ("href", "src", "action"):
            value = (values.get(name) or "").strip().lower()
            followed = tag == "a" and "noopener" in (values.get("rel") or "")  # by a click only
            if value.startswith(("javascript:", "vbscript:", "data:")) and tag != "img":
                self.found.append((tag, value))
            if value.startswith("//") and not followed:
                self.found.append((tag, value))


def active_parts(response):
    page = Page()
    page.feed(response.content.decode())
    return page.found


def texts(*classes):
    file = need_shared() / "vectors" / "security" / "own" / "hostile-text.json"
    items = json.loads(file.read_text("utf-8"))["items"]
    return [item["text"] for item in items if item["class"] in classes]


def printable(text):
    """What can stand in a signed document at all."""
    return not any(0xD800 <= ord(c) <= 0xDFFF for c in text)


def hostile_badge(issuer, text):
    achievement = {
        **issuer.subject()["achievement"],
        "name": text,
        "description": text,
        "criteria": {"narrative": text},
        "alignment": [
            {
                "type": ["Alignment"],
                "targetName": text,
                "targetUrl": "https://x.example/1",
                "targetFramework": text,
                "targetDescription": text,
            }
        ],
        "tag": [text],
    }
    return issuer.badge(
        name=text,
        issuer={"id": issuer.did, "type": ["Profile"], "name": text},
        credentialSubject=issuer.subject(
            name=text,
            narrative=text,
            achievement=achievement,
            identifier=[
                {
                    "type": "IdentityObject",
                    "identityType": "name",
                    "identityHash": text,
                    "hashed": False,
                }
            ],
        ),
        evidence=[
            {"type": ["Evidence"], "name": text, "narrative": text, "id": "https://e.example/"}
        ],
    )


def test_the_shared_hostile_texts_stay_texts(client, issuer):
    checked = 0
    for text in texts("html", "markdown", "person-name", "log-value", "csv-cell"):
        if not printable(text):
            continue
        data = issuer.sign(hostile_badge(issuer, text))
        response = client.post("/verify", {"text": data.decode()}, REMOTE_ADDR=f"10.0.{checked}.1")
        assert response.status_code == 200, text
        assert active_parts(response) == [], text
        checked += 1
    assert checked > 60


def test_hostile_file_names_stay_text(client, badge):
    from django.core.files.uploadedfile import SimpleUploadedFile

    for number, name in enumerate(texts("file-name", "html")):
        upload = SimpleUploadedFile("x", badge())
        upload._name = name
        response = client.post("/verify", {"files": upload}, REMOTE_ADDR=f"10.1.{number}.1")
        assert response.status_code == 200, name
        assert active_parts(response) == [], name


def test_a_template_is_shown_as_typed(client, issuer):
    data = issuer.sign(issuer.badge(name="{{7*7}} {% debug %}"))
    page = client.post("/verify", {"text": data.decode()}).content.decode()
    assert "{{7*7}} {% debug %}" in page
    assert "49" not in page.partition("What it says")[2].partition("</article>")[0]


def test_turned_and_hidden_characters_are_written_out(client, issuer):
    data = issuer.sign(issuer.badge(name="Certificate \u202egnireenignE\u202c in\u200bforce"))
    page = client.post("/verify", {"text": data.decode()}).content.decode()
    assert "Certificate [U+202E]gnireenignE[U+202C] in[U+200B]force" in page
    assert (
        "\u202e"
        not in page.partition("canonical")[0]
        .partition("What it says")[2]
        .partition("</article>")[0]
    )


def test_marks_do_not_climb(client, issuer):
    data = issuer.sign(issuer.badge(name="A" + "\u0301" * 500 + " badge"))
    checked = actions.check(data)
    assert checked.shown.title == "A" + "\u0301" * 4 + " badge"


def test_a_lookalike_name_is_marked_and_its_domain_stands_first(client, issuer):
    name = "Fасulty of Agriculture"  # two letters are Cyrillic
    members = {"id": issuer.did, "type": ["Profile"], "name": name}
    data = issuer.sign(issuer.badge(issuer=members))
    page = client.post("/verify", {"text": data.decode()}).content.decode()
    assert "mixes letters of different alphabets" in page
    assert page.index("uni.example</bdi></strong>") < page.index("calls itself")


def test_a_picture_elsewhere_is_not_loaded(client, issuer, web):
    subject = issuer.achievement(image={"id": "https://spy.example/p.png", "type": "Image"})
    data = issuer.sign(issuer.badge(credentialSubject=subject))
    response = client.post("/verify", {"text": data.decode()})
    page = response.content.decode()
    assert "kept at <bdi>spy.example</bdi>; not loaded" in page
    assert "spy.example/p.png" not in page.partition('class="checks"')[0]
    assert "https://spy.example/p.png" not in web.asked
    assert active_parts(response) == []


def test_a_picture_inside_is_drawn_anew(client, issuer):
    import base64
    import io

    from PIL import Image, PngImagePlugin

    out = io.BytesIO()
    more = PngImagePlugin.PngInfo()
    more.add_text("Comment", "canary-in-the-picture")
    Image.new("RGB", (900, 900), "navy").save(out, "PNG", pnginfo=more)
    uri = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
    data = issuer.sign(
        issuer.badge(credentialSubject=issuer.achievement(image={"id": uri, "type": "Image"}))
    )
    shown = actions.check(data).shown.card.image_url
    drawn = base64.b64decode(shown.partition(",")[2])
    assert b"canary" not in drawn
    assert Image.open(io.BytesIO(drawn)).size == (256, 256)


@pytest.mark.parametrize(
    "uri",
    [
        "data:text/html;base64,PHNjcmlwdD4=",
        "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+",
        "data:image/png;base64,AAAA",
        "data:image/png,raw",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_picture_is_left_out(uri):
    from stackmark_web.verifying.pictures import safe

    found = safe({"id": uri})
    assert not found.get("src", "").startswith(("data:text", "data:image/svg", "javascript"))


def test_errors_tell_nothing_of_us(client, monkeypatch, settings):
    from stackmark_web.verifying import facts

    settings.DEBUG = False
    response = client.post("/verify", {"text": '{"a":' * 2000})
    assert response.status_code == 200
    page = response.content.decode()
    assert "Traceback" not in page
    assert str(settings.DATA) not in page
    assert facts.facts_of is facts_of


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
MEMBERS = [
    *("id", "type", "name", "description", "issuer", "image", "evidence", "endorsement", "proof"),
    *("credentialSubject", "validFrom", "validUntil", "credentialStatus", "awardedDate"),
]
INSIDE = [
    *("id", "name", "identifier", "achievement", "narrative", "result", "creditsEarned", "image"),
    *("alignment", "criteria", "creator", "related", "tag", "resultDescription", "inLanguage"),
    *("achievementType", "creditsAvailable", "fieldOfStudy", "endorsement", "otherIdentifier"),
]


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=8),
    st.dictionaries(st.sampled_from(INSIDE), JSON, max_size=8),
    st.dictionaries(st.sampled_from(INSIDE), JSON, max_size=8),
    st.booleans(),
)
def test_no_document_breaks_the_page(tree, subject, achievement, old):
    """Whatever shape a stranger's members have, there is an answer and a page for it."""
    context = "https://w3id.org/openbadges/v2" if old else "https://www.w3.org/ns/credentials/v2"
    made = {"@context": [context], **tree}
    if isinstance(tree.get("credentialSubject"), dict | None):
        made["credentialSubject"] = {**subject, "achievement": achievement}
        made["badge"] = achievement
    data = json.dumps(made).encode("utf-8", "surrogatepass")
    shown = Shown(json.loads(json.dumps(actions.check(data).to_json())))
    assert shown.answer.verdict in ("refused", "could-not-tell")
    assert shown.card is not None
    assert isinstance(shown.label, list)
    assert shown.steps


def test_what_some_databases_refuse_is_never_stored(issuer):
    data = issuer.sign().replace(b"Soil Science I", b"Soil \\u0000 Science")
    kept = list(strings(actions.check(data, source="a\0b\ud800.json").to_json()))
    assert "a\ufffdb\ufffd.json" in kept
    assert not [text for text in kept if "\0" in text or "\ud800" in text]


def strings(tree):
    if isinstance(tree, str):
        yield tree
    for one in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from strings(one)


def test_odd_lines_of_a_list_are_answers_too(client):
    from stackmark_web.verifying.models import BatchItem

    lines = [
        "https://a.example/" + "x" * 5000,
        "https://a.example/\0",
        "https://b.example/1",
        "%%%",
    ]
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = SimpleUploadedFile("list.txt", "\n".join(["https://c.example/0", *lines]).encode())
    upload._name = "li\0st.txt"
    sent = client.post("/verify", {"files": [upload, SimpleUploadedFile("b.json", b"{}")]})
    assert client.get(sent.url).status_code == 200
    assert BatchItem.objects.count() > 2
