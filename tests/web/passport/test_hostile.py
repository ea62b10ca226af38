"""The shared set of hostile texts through the passport's pages: no element of theirs survives."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from each import some
from shared import need_shared
from stackmark_web.passport import actions, queries

SCHEMES = ("javascript:", "data:text", "vbscript:")


class Danger(HTMLParser):
    """Collects what could run or load: scripts without our address, handlers, schemes, frames."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "script" and not (given.get("src") or "").startswith("/static/"):
            self.found.append(tag)
        if tag in ("iframe", "object", "embed", "base", "style", "math"):
            self.found.append(tag)
        for name, value in attrs:
            plain = "".join((value or "").split()).lower()
            led = name in ("href", "action", "formaction", "src") and plain.startswith(SCHEMES)
            if name.startswith("on") or name == "style" or led:
                self.found.append(f"{tag} {name}={value}")
            if name in ("src", "poster") and not plain.startswith(("/", "data:image/png;base64,")):
                self.found.append(f"{tag} {name}={value}")


def dangers(text):
    reader = Danger()
    reader.feed(text)
    return reader.found


def hostile():
    folder = need_shared() / "vectors" / "security" / "own"
    items = json.loads((folder / "hostile-text.json").read_text("utf-8"))["items"]
    return [item for item in items if "\0" not in item["text"] and len(item["text"]) < 20_000]


def test_the_reader_would_notice():
    assert dangers('<p onclick="x">') == ["p onclick=x"]
    assert dangers("<script>1</script>") == ["script"]
    assert dangers('<a href="java\nscript:x">') != []


@pytest.mark.parametrize("place", ["name", "narrative", "issuer", "title", "person"])
def test_no_page_runs_what_a_text_brings(client, nobody, ada, issuer, place):
    items = hostile()
    assert len(items) > 50
    client.force_login(ada)
    seen = 0
    for number, item in enumerate(some(items, 6)):
        text = item["text"]
        members = {"id": f"https://uni.example/c/{number}"}
        if place == "name":
            members["name"] = text or "x"
        if place == "narrative":
            members["credentialSubject"] = issuer.achievement(
                description=text, criteria={"narrative": text}
            )
        if place == "issuer":
            members["issuer"] = {"id": issuer.did, "type": ["Profile"], "name": text}
        try:
            data = issuer.sign(issuer.badge(**members))
        except Exception:  # a text that JSON-LD cannot hold is no credential
            continue
        one = actions.import_credential(ada, data, text if place == "person" else "b.json")
        share = actions.make_share(ada, [one], title=text[:200] if place == "title" else "")
        if place == "person":
            ada.name = text[:200]
            ada.save()
        path = queries.share_url(share).removeprefix("http://127.0.0.1:8000")
        for browser, where in ((client, f"/passport/{one.pk}"), (nobody, path)):
            page = browser.get(where)
            assert page.status_code == 200, (item, where)
            assert dangers(page.content.decode()) == [], (item, where)
        seen += 1
        one.delete()
        share.delete()
    assert seen > 15
