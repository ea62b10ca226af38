"""Every page there is, looked at by axe and by eye-less common sense, on wide and narrow screens.

Addresses come from following links through the demo world as four people; the states that no link
leads to (what came by mail, half-done sheets, appeals) from a second site, tests/small_world.py.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import conftest, crawl, second_world

PASSWORD = "stackmark-demo-world"
WALKERS = {"nobody": ["/"], "lena": ["/passport"], "olga": ["/manage"], "tomas": ["/manage"]}
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
AXE = {"resultTypes": ["violations"]}

# Routes that are no page: what they answer to GET, or why nobody sees them.
NO_PAGE = {
    "demo:enter": "POST only",
    "mfa_webauthn": "",
}


class Visitor:
    """One person's browser tab, whose every fault is written down with the page it was on."""

    def __init__(self, chromium, url, cookies=(), **more):
        self.url = url
        self.context = chromium.new_context(reduced_motion="reduce", **more)
        self.context.set_default_timeout(15_000)
        self.context.add_cookies([{"name": n, "value": v, "url": url} for n, v in cookies])
        self.page = self.context.new_page()
        self.faults = []
        self.page.on("pageerror", lambda error: self.note(f"script: {error}"))
        self.page.on("console", lambda line: line.type == "error" and self.note(line.text))
        self.page.on("request", self.stays_here)

    def note(self, what, where=""):
        self.faults.append(f"{self.page.url.removeprefix(self.url)} {where}: {what}")

    def stays_here(self, request):
        if not request.url.startswith((self.url, "data:", "blob:", "about:")):
            self.note(f"asked outside: {request.url}")

    def go(self, path):
        answer = self.page.goto(self.url + path)
        if answer.status >= 400:
            self.note(f"answers {answer.status}")

    # -- looking --------------------------------------------------------------------------

    def look(self, path=None, shots=None):
        """All that must hold of a page: twice the whole of axe, and contrast in both themes."""
        if path:
            self.show(1280, dark=False)
            self.go(path)
        self.page.evaluate(Axe().axe_script)
        self.frame()
        for width, dark, rules in (
            (1280, False, AXE),
            (1280, True, CONTRAST),
            (390, True, AXE),
            (390, False, CONTRAST),
        ):
            self.show(width, dark=dark)
            self.fits(width)
            self.axe(rules, f"({width}, {'dark' if dark else 'light'})")
            if conftest.SHOTS:
                self.shoot(f"{width}-{'dark' if dark else 'light'}")
        self.show(320, dark=False)
        self.fits(320)

    def show(self, width, *, dark):
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.emulate_media(color_scheme="dark" if dark else "light")

    def fits(self, width):
        over = self.page.evaluate(
            "() => document.documentElement.scrollWidth > innerWidth"
            " ? [...document.querySelectorAll('body *')].filter(e =>"
            " e.getBoundingClientRect().right > innerWidth + 1).slice(0, 3)"
            ".map(e => e.outerHTML.slice(0, 160)) : null"
        )
        if over is not None:
            self.note(f"is wider than the window: {over}", f"({width})")

    def frame(self):
        told = self.page.evaluate(
            "() => [document.querySelectorAll('h1').length, document.title.trim(),"
            " document.documentElement.lang]"
        )
        if told[0] != 1 or not told[1] or told[1].startswith("·") or not told[2]:
            self.note(f"h1s, title, language: {told}")

    def axe(self, rules, where):
        found = self.page.evaluate(f"() => axe.run({json.dumps(rules)})")["violations"]
        for one in found:
            nodes = [node["html"][:200] for node in one["nodes"]][:3]
            self.note(f"axe {one['id']} ({one['help']}): {nodes}", where)

    def shoot(self, word):
        name = crawl.route_of(self.page.url.removeprefix(self.url)) or "not-here"
        folder = os.path.join(conftest.SHOTS, "pages")
        os.makedirs(folder, exist_ok=True)
        self.page.screenshot(path=f"{folder}/{name.replace(':', '.')}-{word}.png", full_page=True)
