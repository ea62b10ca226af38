"""The hostile texts in a real browser: every page that shows one is opened, and nothing runs.

A site is made in which each field that people fill says something hostile (tests/hostile_words.py,
the workplace's set with it). Chromium opens its pages, sends the set through forms, and opens the
letters that were sent. Whatever ran would say so: ``tripped`` and the dialogs are counted, as are
refusals by the Content-Security-Policy (a script that only the policy stopped is a fault of ours
too), errors, requests to other hosts, and names of scripts that texts put into the window.
"""

from __future__ import annotations

import email
import json
import re
import subprocess
import sys
from email import policy

import pytest

from browser import conftest, crawl
from hostile_words import POLYGLOT, packs, short, words
from shared import need_shared

pytestmark = pytest.mark.sweep

# Runs before any page's own scripts. What a hostile text calls is there, and it counts.
TRAPS = """
  window.__ran = []
  for (const name of ['tripped', 'alert', 'confirm', 'prompt', 'print', 'open'])
    window[name] = (...said) => { window.__ran.push(`${name}(${said})`) }
  document.addEventListener('securitypolicyviolation', event =>
    window.__ran.push(`refused ${event.violatedDirective} ${event.blockedURI} ${event.sample}`))
"""
# Handlers wait for something to happen: all of it happens, on every element.
TOUCH = """() => {
  for (const element of document.querySelectorAll('body, body *'))
    for (const kind of ['mouseover', 'pointerenter', 'focus', 'error', 'load', 'toggle', 'animationstart'])
      element.dispatchEvent(new Event(kind))
  return document.querySelectorAll('body *').length
}"""
FOREIGN = """() => [...document.querySelectorAll('*')].flatMap(element =>
  [...element.attributes].filter(one => one.name.startsWith('on') || one.name === 'style'
    || /^\\s*(javascript|vbscript|data:text)/i.test(one.value) && ['href', 'src', 'action', 'formaction'].includes(one.name))
  .map(one => `${element.localName} ${one.name}=${one.value.slice(0, 80)}`))"""


class Trap:
    """A tab whose every sign of something running is written down with the page it was on."""

    def __init__(self, chromium, url, cookies=()):
        self.url, self.signs, self.pages = url, [], set()
        self.context = chromium.new_context(reduced_motion="reduce")
        self.context.add_init_script(TRAPS)
        self.context.add_cookies([{"name": n, "value": v, "url": url} for n, v in cookies])
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.page.on("dialog", self.dialog)
        self.page.on("pageerror", lambda error: self.note(f"threw {error}"))
        self.page.on("console", self.console)
        self.context.on("request", self.request)
        self.context.on("page", lambda page: page is self.page or self.note(f"opened {page.url}"))

    def note(self, what):
        self.signs.append(f"{self.page.url.removeprefix(self.url)}: {what}")

    def dialog(self, dialog):
        self.note(f"dialog {dialog.message}")
        dialog.dismiss()

    def console(self, line):
        if "Content Security Policy" in line.text:
            self.note(line.text)

    def request(self, request):
        if not request.url.startswith((self.url, "data:", "blob:", "about:", "file:")):
            self.note(f"asked {request.url}")

    def open(self, path):
        self.page.goto(self.url + path)
        self.look()

    def look(self):
        """Touch everything there is, and read what was tripped."""
        here = self.page.url
        assert self.page.evaluate(TOUCH) > 0
        self.signs += [f"{here}: {one}" for one in self.page.evaluate("() => window.__ran")]
        self.signs += [f"{here}: {one}" for one in self.page.evaluate(FOREIGN)]
        if self.page.url != here:
            self.note(f"was led away from {here}")
        self.pages.add(crawl.route_of(here.removeprefix(self.url)))


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory):
    """(site, {"pages": route -> [who, path], "cookies": …, "said": texts}) of a hostile world."""
    conftest.chromium_path()
    data, url = tmp_path_factory.mktemp("hostile"), f"http://127.0.0.1:{conftest.free_port()}"
    made = subprocess.run(
        [sys.executable, "-m", "browser.second_world", "hostile"],
        cwd=conftest.ROOT / "tests",
        env=conftest.environment_of(data, url, demo=False),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    with conftest.serving(data, url, demo=False) as running:
        yield running, json.loads(made.stdout.splitlines()[-1])


@pytest.fixture
def trap(hostile_site, chromium):
    """Makes tabs: trap("owner") -> Trap. At the end none of them may have seen anything run."""
    site, world = hostile_site
    made = {}

    def of(who="nobody"):
        if who not in made:
            made[who] = Trap(chromium, site.url, world["cookies"].get(who, {}).items())
        return made[who]

    yield of
    signs = [f"{who}: {one}" for who, tab in made.items() for one in tab.signs]
    for tab in made.values():
        tab.context.close()
    assert not signs, "\n".join(signs[:40])


def test_the_traps_would_tell(chromium, tmp_path):
    """A page that does not escape is caught in each of the ways."""
    page = tmp_path / "bad.html"
    page.write_text(f"<!doctype html><title>x</title><p>{POLYGLOT}<a href='javascript:1'>x</a>")
    tab = Trap(chromium, page.as_uri())
    tab.open("")
    tab.context.close()
    told = "\n".join(tab.signs)
    for sign in ("tripped(1)", "tripped(2)", "onload=", "javascript:1"):
        assert sign in told, told


def test_no_page_of_a_hostile_world_runs_anything(hostile_site, trap):
    site, world = hostile_site
    opened = 0
    for whose, path in sorted(world["pages"].values()):
        for who in {whose, "nobody"}:
            answer = trap(who).context.request.get(site.url + path, max_redirects=0)
            html = answer.headers.get("content-type", "").startswith("text/html")
            saved = "attachment" in answer.headers.get("content-disposition", "")
            if answer.status < 300 and html and not saved:
                trap(who).open(path)
                opened += 1
                break
    assert opened > 100
    assert world["said"] > 60  # fields that speak


def test_pictures_opened_by_themselves_run_nothing(hostile_site, trap):
    site, world = hostile_site
    pictures = 0
    for whose, path in world["pages"].values():
        answer = trap(whose).context.request.get(site.url + path, max_redirects=0)
        if answer.headers.get("content-type", "").startswith("image/svg"):
            trap(whose).page.goto(site.url + path)
            trap(whose).signs += trap(whose).page.evaluate("() => window.__ran")
            pictures += 1
    assert pictures >= 2


@pytest.mark.parametrize("path", ["/catalogue", "/manage/northfield/awards", "/passport"])
def test_every_text_that_fits_in_the_search_boxes(path, trap):
    """Several at once: what one of them opens, another would fill."""
    tab = trap("learner" if path == "/passport" else "owner")
    tab.page.goto(tab.url + path)
    most = int(tab.page.locator("main [name=q]").get_attribute("maxlength"))
    sent = packs(short(most=most - 1), most - 1)
    assert len(sent) > 8
    for text in sent:
        tab.page.goto(tab.url + path)
        tab.page.locator("main [name=q]").fill(text)
        with tab.page.expect_navigation():
            tab.page.locator("main [name=q]").press("Enter")
        kept = "".join(tab.page.locator("main [name=q]").input_value().split())
        assert "".join(text.split()).startswith(kept)  # the box counts halves of pairs
        assert len(kept) > len(text) // 4
        tab.look()


def test_texts_that_come_back_beside_their_fields(trap):
    """Refused forms show what was typed."""
    tab = trap("owner")
    for path, field in (
        ("/manage/northfield/people", "email"),
        ("/manage/northfield/trust", "issuer"),
        ("/organisations/new", "name"),
    ):
        for text in (POLYGLOT, *words("e-mail-address")[:4]):
            tab.page.goto(tab.url + path)
            box = tab.page.locator(f"main form [name={field}]").first
            box.evaluate("(one, text) => { one.type = 'text'; one.value = text }", text)
            with tab.page.expect_navigation():
                box.evaluate("one => one.form.submit()")
            tab.look()


def test_the_csv_files_go_through_upload_and_rows(hostile_site, trap):
    """The workplace's attack sheets, uploaded, mapped and shown row by row."""
    folder = need_shared() / "vectors" / "security" / "own" / "csv"
    files = sorted(folder.glob("*.csv"))
    tab, shown = trap("owner"), 0
    for file in files:
        tab.page.goto(tab.url + "/manage/northfield/awards/sheets/new")
        choose = tab.page.get_by_label("Achievement")
        choose.select_option(index=choose.locator("option").count() - 1)
        tab.page.locator("main input[type=file]").set_input_files(file)
        with tab.page.expect_navigation():
            tab.page.get_by_role("button", name="Upload", exact=True).click()
        tab.look()
        shown += "/sheets/new" not in tab.page.url
        for _ in range(2):  # on to the rows
            button = tab.page.locator("main form button[type=submit], main form .button").first
            if "/sheets/new" in tab.page.url or not button.count():
                break
            with tab.page.expect_navigation():
                button.click()
            tab.look()
    assert len(files) > 5
    assert shown > len(files) // 2


def letters_of(data):
    """(subject, HTML) of each letter in the folder that a site without a mail server writes to."""
    for file in sorted((data / "mail").glob("*")):
        for part in re.split(rb"\n-{70,}\n", file.read_bytes()):
            message = email.message_from_bytes(part.strip(), policy=policy.default)
            body = message.get_body(("html",)) if message["Subject"] else None
            if body is not None:
                yield message["Subject"], body.get_content()


def test_letters_opened_as_a_mail_program_would(hostile_site, chromium, tmp_path):
    """As files without any policy: only how they were written protects the reader."""
    site, _ = hostile_site
    tab = Trap(chromium, tmp_path.as_uri())
    subjects = set()
    for number, (subject, html) in enumerate(letters_of(site.data)):
        (tmp_path / f"{number}.html").write_text(html, "utf-8")
        tab.page.goto(f"{tmp_path.as_uri()}/{number}.html")
        tab.page.evaluate(TOUCH)
        tab.signs += tab.page.evaluate("() => window.__ran")
        tab.signs += [one for one in tab.page.evaluate(FOREIGN) if " style=" not in one]
        subjects.add(subject)
    tab.context.close()
    assert not tab.signs, "\n".join(tab.signs[:40])
    assert len(subjects) > 8
