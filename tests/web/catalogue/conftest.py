"""Achievements that tests of the catalogue share."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from achievement_designs import bare
from small_world import key_file
from stackmark_web import clock
from stackmark_web.catalogue import actions, judging
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.queries import did_of


@pytest.fixture
def draft(northfield):
    """Makes a draft at Northfield: draft(title="…", **fields of the descriptor)."""

    def make(title="Soil sampling", organisation=northfield, actor=None, **fields):
        fields["title"] = {"en": title} if isinstance(title, str) else title
        return actions.create_draft(organisation, actor=actor, content=bare(**fields))

    return make


@pytest.fixture
def published(draft):
    """Makes a published version at Northfield."""

    def make(title="Soil sampling", **fields):
        return actions.publish(draft(title, **fields), actor=None)

    return make


@pytest.fixture
def designer(person, northfield, join):
    return join(person("dora"), northfield, "designer")


@pytest.fixture
def reviewer(person, northfield, join):
    return join(person("rita"), northfield, "reviewer")


@pytest.fixture
def key(northfield):
    """Northfield can sign: decisions of reviewers are signed documents."""
    did = did_of(northfield)
    made = key_file(did)
    return SigningKey.everywhere.create(
        organisation=northfield,
        method_id=f"{did}#key-1",
        algorithm=made.public_key.algorithm,
        public_multibase=made.public_key.to_multikey(),
        location=made.location,
        created_at=clock.now(),
    )


@pytest.fixture
def approve(key):
    """A second person approves a draft as it is: approve(version, actor=…)."""

    def say(version, *, actor, reasons="The outcomes fit the assessment.", **more):
        digest = judging.digest_of(version)
        return actions.approve(version, actor=actor, reasons=reasons, digest=digest, **more)

    return say


class Page(HTMLParser):
    """What a page consists of: elements with attributes, and its visible text."""

    def __init__(self, response):
        super().__init__()
        self.elements, self._texts, self._silent = [], [], None
        self.feed(response.content.decode())
        self.text = " ".join(" ".join(self._texts).split())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style", "title"):
            self._silent = tag

    def handle_endtag(self, tag):
        if tag == self._silent:
            self._silent = None

    def handle_data(self, data):
        if self._silent is None:
            self._texts.append(data)

    def all(self, tag, **wanted):
        return [
            attrs
            for name, attrs in self.elements
            if name == tag and all(attrs.get(key) == value for key, value in wanted.items())
        ]

    @property
    def dangers(self):
        """Elements and attributes that could do something."""
        found = []
        for tag, attrs in self.elements:
            if tag in ("iframe", "object", "embed", "base", "style", "math"):
                found.append(tag)
            if tag == "script" and not attrs.get("src", "").startswith("/static/"):
                found += [] if attrs.get("type") == "application/ld+json" else ["script"]
            if tag == "meta" and "http-equiv" in attrs:
                found.append("meta refresh")
            found += [name for name in attrs if name.startswith("on")]
            for name in ("href", "src", "action", "formaction", "srcset"):
                scheme = (attrs.get(name) or "").strip().partition(":")
                if scheme[1] and scheme[0].lower() not in ("http", "https", "mailto"):
                    found.append(f"{name}={attrs[name]}")
            if tag == "img" and not (attrs.get("src") or "/").startswith("/"):
                found.append(f"img {attrs['src']}")
            if tag == "form" and not (attrs.get("action") or "/").startswith("/"):
                found.append("form")
        return found


@pytest.fixture
def page():
    """Reads an answer: page(client.get(…))."""
    return Page
