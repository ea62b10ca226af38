"""What a browser would make of an answer: its elements, its addresses, what it could run."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

ADDRESSES = {
    *("href", "src", "action", "formaction", "srcset", "poster", "xlink:href", "data", "ping"),
    *("cite", "background", "manifest", "icon", "longdesc", "usemap", "profile"),
}
SPEAKING = {"alt", "title", "value", "content", "placeholder", "aria-label", "label"}
NEVER = {
    *("iframe", "frame", "object", "embed", "applet", "base", "style", "math", "foreignobject"),
    *("template", "portal", "mglyph", "animate", "set", "noembed", "plaintext", "xmp"),
}
COUNTED = ("script", "form", "meta", "link", "html", "head", "body", "main", "template", "h1")
OURS = re.compile(r"(?![/\\]{2})/(?![/\\])|[?#]|$")  # a path of ours, a query, a part of the page
ELSEWHERE = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
QUIET = {"script", "style"}
EMPTY = {"meta", "link", "img", "input", "br", "hr", "wbr", "col", "source", "track", "area"}


class Page(HTMLParser):
    """Collects elements with attributes, and what a person reads."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.elements, self.words, self.scripts = [], [], []
        self._inside, self.fields = None, []  # what stands in fields to be changed
        self.seen, self._open = [], []  # (the elements around, the words) in the page itself
        self.tongues, self._tongues = [], []  # of each of seen: the lang around, but for the page's
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, [(name, value or "") for name, value in attrs]))
        if tag not in EMPTY:
            self._open.append(tag)
            self._tongues.append(self._tongue(tag, dict(attrs)))
        if tag in QUIET | {"textarea"}:
            self._inside = tag
        if tag in QUIET:
            self.scripts.append("")
        for name, value in attrs:
            if value and name in SPEAKING:
                (self.fields if name == "value" else self.words).append(f" {value} ")

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        self._inside = None if tag == self._inside else self._inside
        while tag in self._open:
            self._tongues.pop()
            if self._open.pop() == tag:
                break

    def _tongue(self, tag, attrs):
        """The language the nearest element states; empty where only the page itself does."""
        around = self._tongues[-1] if self._tongues else ""
        return "" if tag == "html" else attrs.get("lang") or around

    def handle_data(self, data):
        if self._inside in QUIET:
            self.scripts[-1] += data
        else:
            (self.fields if self._inside else self.words).append(data)
            if not self._inside:
                self.seen.append((tuple(self._open), data))
                self.tongues.append(self._tongues[-1] if self._tongues else "")

    @property
    def text(self):
        return "".join([*self.words, " ", *self.fields])

    @property
    def names(self):
        """(element, attribute) for all there is."""
        pairs = {(tag, name) for tag, attrs in self.elements for name, _ in attrs}
        return pairs | {(tag, "") for tag, _ in self.elements}

    @property
    def counts(self):
        found = Counter(tag for tag, _ in self.elements)
        return {tag: found[tag] for tag in COUNTED}

    # -- what could do something -----------------------------------------------------------

    def dangers(self):
        return [one for tag, attrs in self.elements for one in self._dangers_of(tag, attrs)]

    def _dangers_of(self, tag, attrs):
        given = dict(attrs)
        if tag in NEVER:
            yield tag
        if tag == "script" and not given.get("src", "").startswith("/static/"):
            yield from [] if given.get("type") == "application/ld+json" else ["script"]  # data
        if tag == "meta" and "http-equiv" in given:
            yield "meta http-equiv"
        if len(given) != len(attrs):
            yield f"{tag}: an attribute twice"
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc", "nonce", "shadowrootmode"):
                yield f"{tag} {name}={value}"
            if name in ADDRESSES:
                yield from self._dangers_of_address(tag, name, value, given)

    def _dangers_of_address(self, tag, name, value, given):
        if OURS.match(value):
            return
        if tag == "a" and ELSEWHERE.match(value):
            if value.startswith("http") and "127.0.0.1:8000" not in value:
                missing = {"noopener"} - set(given.get("rel", "").split())
                yield from [f"a without rel {missing}: {value}"] if missing else []
        elif tag == "link" and given.get("rel") in ("canonical", "alternate"):
            yield from [] if ELSEWHERE.match(value) else [f"link {value}"]
        elif not (tag == "img" and value.startswith("data:image/png;base64,")):
            yield f"{tag} {name}={value}"


def dangers_of_svg(text):
    """What could run or load in a picture; it must be well-formed."""
    from xml.etree import ElementTree as ET

    found = []
    assert "<!DOCTYPE" not in text
    assert "<!ENTITY" not in text
    for element in ET.fromstring(text).iter():
        tag = element.tag.rpartition("}")[2].lower()
        if tag in NEVER | {"script", "a", "handler", "listener", "iframe"}:
            found.append(tag)
        for name, value in element.attrib.items():
            word = name.rpartition("}")[2].lower()
            if word.startswith("on"):
                found.append(f"{tag} {word}")
            if word in ("href", "src") and not value.startswith(("#", "data:image/png;base64,")):
                found.append(f"{tag} {word}={value}")
            if word != "d" and re.search(r"url\((?!['\"]?#)", value):
                found.append(f"{tag} {word}={value}")
        if tag == "style" and re.search(r"@import|url\((?!['\"]?#)", element.text or ""):
            found.append("style")
    return found
