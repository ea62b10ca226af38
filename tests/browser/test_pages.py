"""Every page there is, looked at by axe, on wide and narrow screens, in light and in dark.

A site of one of everything (tests/small_world.py) has an address for every route, those that no link
leads to as well; the demo world has the main pages filled as in real life.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import conftest, crawl, second_world

FILLED = {
    "nobody": [
        *("/", "/catalogue", "/catalogue?q=water", "/verify", "/demo", "/account/login/"),
        *("/ui", "/accessibility", "/privacy"),
    ],
    "lena": ["/passport", "/passport?view=timeline", "/account/email/"],
    "olga": ["/manage/northfield", "/manage/northfield/awards", "/manage/northfield/audit"],
}
CONTRAST = {"runOnly": ["color-contrast"], "resultTypes": ["violations"]}
AXE = {"resultTypes": ["violations"]}
# Routes with an address in the small world where nobody is shown a page, and why.
NO_PAGE = {
    "accrediting:review_confirm": "leads on: nothing waits there for a second person",
    "account_confirm_login_code": "after asking for a code: looked at in its own test",
    "account_email_verification_sent": "leads on",
    "account_set_password": "leads on: everybody there has one",
    "accounts:home": "leads on",
    "accounts:institution_back": "where an institution's sign-in is set up: for its answers",
    "accounts:institution_refused": "where an institution's sign-in is set up, and did not work",
    "accounts:saml_metadata": "for machines, where SAML is set up",
    "accounts:saml_on": "leads on, where SAML is set up",
    "assessing:apply": "leads on: the application is open",
    "assessing:declare": "off by default: looked at in its own test",
    "assessing:judge_state": "a part of the judge's page, for htmx",
    "assessing:workshop_live": "a part of the workshop's page, for htmx",
    "awarding:sheet_questions": "leads on: that sheet has no question",
    "catalogue:art_preview": "a picture, when asked with a badge's values",
    "demo:people": "only where the demo is on: in FILLED",
    "jobs:progress": "a part of jobs:run, for htmx",
    "mfa_authenticate": "after a password: looked at in its own test",
    "mfa_deactivate_totp": "with an authenticator app: looked at in its own test",
    "mfa_download_recovery_codes": "a file, with an authenticator app",
    "mfa_login_webauthn": "for scripts",
    "mfa_reauthenticate": "leads on: no authenticator app",
    "mfa_view_recovery_codes": "with an authenticator app: looked at in its own test",
    "passport:person_picture": "a picture, where the credential brought one",
    "passport:picture": "a picture, where the credential brought one",
    "passport:shared_evidence": "a file, where the share shows evidence",
    "passport:share_linkedin": "leads to LinkedIn",
    "passport:shared_picture": "a picture, where the credential brought one",
    "pathways:limit": "leads on, to the rules",
    "pathways:shared_proof": "where the share shows evidence: the same page as pathways:proof",
    "pathways:trial_progress": "a part of the trial's page, for htmx",
    "recognising:statement": "leads on, to the page of the decision",
    "registry:oembed": "for machines",
    "registry:own_did": "for machines, where one institution is the whole site",
}
REFUSED = [
    "/verify",
    "/organisations/new",
    "/manage/northfield/people",
    "/manage/northfield/awards/sheets/new",
    "/manage/northfield/trust",
    "/account/password/change/",
]
MAIN = ["/", "/catalogue", "/verify", "/account/login/", "/account/signup/", "/ui"]


class Visitor:
    """One person's browser tab, whose every fault is written down with the page it was on."""

    def __init__(self, chromium, url, cookies=(), **more):
        self.url = url
        self.context = chromium.new_context(reduced_motion="reduce", **more)
        self.context.set_default_timeout(30_000)
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

    def ask(self, path):
        return self.context.request.get(self.url + path, max_redirects=0)

    def go(self, path):
        answer = self.page.goto(self.url + path)
        if answer.status >= 400:
            self.note(f"answers {answer.status}")

    def send(self, **fields):
        """Fill the page's form and send it."""
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").fill(value)
        with self.page.expect_navigation():
            self.page.locator("main [name]").last.press("Enter")

    def sign_in(self, email, password):
        self.go("/account/login/")
        self.send(login=email, password=password)

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
        found = self.page.evaluate(f"() => axe.run({json.dumps(rules)}).then(r => r.violations)")
        for one in found:
            nodes = [node["html"][:200] for node in one["nodes"]][:3]
            self.note(f"axe {one['id']} ({one['help']}): {nodes}", where)

    def shoot(self, word):
        name = crawl.route_of(self.page.url.removeprefix(self.url)) or "not-here"
        folder = os.path.join(conftest.SHOTS, "pages")
        os.makedirs(folder, exist_ok=True)
        self.page.screenshot(path=f"{folder}/{name.replace(':', '.')}-{word}.png", full_page=True)


@pytest.fixture(scope="session")
def small_site(tmp_path_factory):
    """The site of one of everything: (site, {"pages": route -> [who, path], "cookies": …})."""
    conftest.chromium_path()
    data, url = tmp_path_factory.mktemp("small"), f"http://127.0.0.1:{conftest.free_port()}"
    made = subprocess.run(
        [sys.executable, "-m", "browser.second_world"],
        cwd=conftest.ROOT / "tests",
        env=conftest.environment_of(data, url, demo=False),
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr[-3000:]
    with conftest.serving(data, url, demo=False) as running:
        yield running, json.loads(made.stdout.splitlines()[-1])


def is_page(answer):
    """Whether a browser would show it, as our own page."""
    if answer.status >= 300:
        return False  # where it leads is a route of its own; refusals are test_routes' business
    if "<html" not in answer.text():
        return False  # a part of a page, for htmx
    return not is_file(answer)


def is_file(answer):
    """Something to download, or for machines, or a picture."""
    headers = answer.headers
    html = headers.get("content-type", "").startswith("text/html")
    saved = "attachment" in headers.get("content-disposition", "")
    return answer.status == 200 and (saved or not html)


@pytest.mark.sweep
def test_axe_finds_nothing_on_any_page(small_site, chromium):
    site, world = small_site
    people = {**world["cookies"], "nobody": {}}
    visitors = {who: Visitor(chromium, site.url, one.items()) for who, one in people.items()}
    looked, files, left = set(), set(), set()
    for name, (whose, path) in sorted(world["pages"].items()):
        answers = {who: visitors[who].ask(path) for who in (whose, "nobody")}
        who = next((one for one, answer in answers.items() if is_page(answer)), None)
        if who:
            visitors[who].look(path)
            looked.add(name)
        else:
            (files if is_file(answers[whose]) else left).add(name)
    faults = [f"{who}: {one}" for who, visitor in visitors.items() for one in visitor.faults]
    for visitor in visitors.values():
        visitor.context.close()
    assert not faults, "\n".join(faults)
    left -= {name for name in left if name.startswith("api:vc_")}  # off by default
    assert left == set(NO_PAGE), "nobody looked at these; say why in NO_PAGE, or take it out there"
    assert len(looked) > 90, f"only {len(looked)} pages of {len(world['pages'])} routes"


@pytest.mark.journey
def test_axe_finds_nothing_behind_the_steps_of_signing_in(small_site, chromium):
    """Pages that only an unfinished sign-in, or an authenticator app, leads to."""
    site, world = small_site
    waits, coded = Visitor(chromium, site.url), Visitor(chromium, site.url)
    waits.sign_in("ada@people.example", second_world.PASSWORD)  # she has a passkey as well
    waits.look()
    coded.go("/account/login/code/")
    coded.send(email="bob@people.example")
    coded.look()
    keeper = Visitor(chromium, site.url, world["cookies"]["operator"].items())
    keeper.go("/account/2fa/totp/activate/")
    shown = keeper.page.locator("main").inner_text()
    secret = re.search(r"\b[A-Z2-7]{32}\b", shown)[0]
    keeper.send(code=totp(secret))
    keeper.look()
    for path in ("/account/2fa/", "/account/2fa/recovery-codes/", "/account/2fa/totp/deactivate/"):
        keeper.look(path)
    ended = [crawl.route_of(one.page.url.removeprefix(site.url)) for one in (waits, coded)]
    faults = [*waits.faults, *coded.faults, *keeper.faults]
    for one in (waits, coded, keeper):
        one.context.close()
    assert not faults, "\n".join(faults)
    assert ended == ["mfa_authenticate", "account_confirm_login_code"]


def totp(secret):
    """What an authenticator app would show now."""
    from allauth.mfa.totp.internal import auth

    from stackmark_web import clock

    return auth.format_hotp_value(auth.hotp_value(secret, int(clock.now().timestamp()) // 30))


@pytest.mark.journey
def test_axe_finds_nothing_on_answers_and_refusals(small_site, chromium):
    """What comes back when a form is sent: the answer about a file, and faults beside fields."""
    site, world = small_site
    visitor = Visitor(chromium, site.url, world["cookies"]["owner"].items())
    good = visitor.ask(world["pages"]["registry:credential_json"][1]).body()
    answers = []
    for data in (good, good.replace(b'"validFrom":"20', b'"validFrom":"19'), b"{}"):
        visitor.show(1280, dark=False)
        visitor.go("/verify")
        file = {"name": "badge.json", "mimeType": "application/json", "buffer": data}
        visitor.page.locator("main input[type=file]").first.set_input_files(file)
        visitor.page.get_by_role("button", name="Verify", exact=True).click()
        visitor.page.wait_for_selector(".verdict")
        answers.append(visitor.page.locator(".verdict").get_attribute("class").split("--")[-1])
        visitor.look()
    for path in REFUSED:
        visitor.show(1280, dark=False)
        visitor.go(path)
        with visitor.page.expect_navigation():
            visitor.page.evaluate(
                "() => { const all = [...document.querySelectorAll('main form[method=post]')];"
                " all.sort((a, b) => b.elements.length - a.elements.length)[0].submit() }"
            )
        assert visitor.page.locator(".field__errors, .error-summary").count(), path
        visitor.look()
    faults = [one for one in visitor.faults if "status of 422" not in one]
    visitor.context.close()
    assert not faults, "\n".join(faults)
    assert answers == ["verified", "refused", "refused"]


def test_axe_finds_nothing_on_the_filled_pages(visit, site, chromium, enter):
    faults = []
    for who, paths in FILLED.items():
        visitor = Visitor(chromium, site.url)
        if who != "nobody":
            visitor.go("/demo")
            enter(visitor.page, who)
        for path in paths:
            visitor.look(path)
        faults += [f"{who}: {one}" for one in visitor.faults]
        visitor.context.close()
    assert not faults, "\n".join(faults)


def test_axe_finds_nothing_where_nothing_is(site, chromium):
    visitor = Visitor(chromium, site.url)
    assert visitor.page.goto(f"{site.url}/not-here").status == 404
    assert visitor.page.locator("h1").inner_text() == "This page is not here"
    visitor.look()
    faults = [one for one in visitor.faults if "status of 404" not in one]
    visitor.context.close()
    assert not faults, "\n".join(faults)


@pytest.mark.journey
def test_no_link_of_the_demo_world_is_broken(site, chromium, enter):
    found = crawl.Found(site.url)
    for who, start in (("nobody", "/"), ("lena", "/passport"), ("olga", "/manage")):
        visitor = Visitor(chromium, site.url)
        if who != "nobody":
            visitor.go("/demo")
            enter(visitor.page, who)
        found.walk(who, visitor.context.request, [start])
        visitor.context.close()
    assert not found.broken, "\n".join(found.broken)
    assert len(found.pages) > 60, sorted(found.pages)


@pytest.mark.parametrize("path", MAIN)
def test_the_page_is_whole_without_script(visit, path):
    page = visit(path, width=390, script=False)
    assert page.locator("main h1").count() == 1
    assert page.locator("main").inner_text().strip()
    if path != "/":
        assert page.locator("main form button:visible").count() >= 1


@pytest.mark.parametrize("path", ["/catalogue", "/verify", "/account/login/", "/account/signup/"])
def test_the_keyboard_is_seen_wherever_it_goes(visit, path):
    page = visit(path)
    places = 0
    for _ in range(40):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => { const e = document.activeElement; if (e === document.body) return null;"
            " const s = getComputedStyle(e); return [e.outerHTML.slice(0, 120),"
            " [s, getComputedStyle(e.parentElement), ...[...(e.labels || [])].map(l =>"
            " getComputedStyle(l)), getComputedStyle(e.closest('.card, .drop, li') || e)].some(one =>"
            " one.outlineStyle !== 'none' && parseFloat(one.outlineWidth) >= 2)] }"
        )
        if told is None:
            break
        places += 1
        assert told[1], f"no focus to be seen on {told[0]}"
    assert places > 5
