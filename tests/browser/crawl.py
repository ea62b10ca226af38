"""Walks the running site as one of its people and finds one address for every page there is."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

from django.urls import Resolver404, get_resolver, resolve

ENOUGH = 3  # addresses of one route that one person opens to look for more links


class Links(HTMLParser):
    """Where the links and the forms that only ask (GET) of a page lead."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        if told.get("href") and tag in ("a", "link"):
            self.found.append(told["href"])
        elif tag == "img":
            self.found.append(told.get("src", ""))
        elif tag == "form" and (told.get("method") or "get").lower() == "get":
            self.found.append(told.get("action") or "")


def routes(patterns, space=""):
    """The names of all routes, as in tests/web/test_routes.py."""
    for one in patterns:
        if hasattr(one, "url_patterns"):
            yield from routes(
                one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space
            )
        else:
            yield f"{space}{one.name}"


def all_routes():
    return set(routes(get_resolver().url_patterns))


def route_of(path):
    """The name of the route an address belongs to, or None."""
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return None


@dataclass
class Found:
    """What walking has found: a page for each route, and the routes that answer with files."""

    site: str
    pages: dict = field(default_factory=dict)  # route -> (who, path)
    files: dict = field(default_factory=dict)  # route -> content type
    broken: list = field(default_factory=list)

    def walk(self, who, request, starts):
        """Follow links from ``starts`` with somebody's cookies until every route was looked at."""
        waiting, seen, opened = deque((start, "") for start in starts), set(starts), Counter()
        while waiting:
            path, linked_from = waiting.popleft()
            name = route_of(path)
            if name is None:
                self.broken.append(f"{who}: {path} (on {linked_from}) is no address of ours")
                continue
            if opened[name] >= ENOUGH or (opened[name] and name in self.files):
                continue
            opened[name] += 1
            for link in self.look(who, request, path, linked_from):
                if link not in seen:
                    seen.add(link)
                    waiting.append((link, path))

    def look(self, who, request, path, linked_from=""):
        """Open one address; its links that stay here."""
        answer = request.get(self.site + path)
        ended = answer.url.removeprefix(self.site)
        name = route_of(ended)
        if answer.status >= 400:
            self.broken.append(f"{who}: {path} (on {linked_from}) answers {answer.status}")
            return []
        kind = answer.headers.get("content-type", "").split(";")[0]
        if kind != "text/html" or "attachment" in answer.headers.get("content-disposition", ""):
            self.files.setdefault(name, kind)
            return []
        self.pages.setdefault(name, (who, ended))
        return list(self.links(answer.text(), ended))

    def links(self, html, path):
        parser = Links()
        parser.feed(html)
        for href in parser.found:
            there = urldefrag(urljoin(self.site + path, href))[0]
            if there.startswith(self.site + "/") and "/static/" not in there:
                yield there.removeprefix(self.site)
