"""A real server with the demo world, and headless Chromium in front of it.

Without Chromium these tests skip with the reason, unless ``CI`` is set: there they fail.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHOTS = os.environ.get("STACKMARK_SHOTS")  # a folder: every page looked at is kept there


def chromium_path():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    if os.environ.get("CI"):
        pytest.fail("CI needs Chromium for the browser tests (Debian: apt-get install chromium).")
    return pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Site:
    """The running product: its address and its data folder."""

    def __init__(self, url, data):
        self.url = url
        self.data = data

    def letters(self, to):
        """The letters sent to an address, oldest first, as text."""
        found = []
        for file in sorted((self.data / "mail").glob("*"), key=lambda one: one.stat().st_mtime):
            text = file.read_text("utf-8", "replace")
            if f"To: {to}" in text:
                found.append(text)
        return found


def wait_for(url, process, seconds):
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer within {seconds} s")


def environment_of(data, url, *, demo):
    """The environment of a server of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STACKMARK_")}
    kept.pop("DATABASE_URL", None)
    return kept | {
        "STACKMARK_DATA": str(data),
        "STACKMARK_PUBLIC_URL": url,
        "STACKMARK_DEMO": str(demo),
        "DJANGO_SETTINGS_MODULE": "stackmark_web.settings.base",
    }


@contextmanager
def serving(data, url, *, demo):
    """The product, started by the command that people use, until the block ends."""
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "stackmark_web", "serve"],
            cwd=ROOT,
            env=environment_of(data, url, demo=demo),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"{url}/", process, 400)
            yield Site(url, data)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The demo world."""
    chromium_path()
    url = f"http://127.0.0.1:{free_port()}"
    with serving(tmp_path_factory.mktemp("site"), url, demo=True) as running:
        yield running


@pytest.fixture(scope="session")
def chromium():
    """One browser for all tests."""
    from playwright.sync_api import expect, sync_playwright

    path = chromium_path()
    expect.set_options(timeout=20_000)  # two browsers and two servers may share two cores
    # Playwright keeps an event loop in this thread; other tests of this process use the ORM.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(site, chromium):
    """Opens a page of its own: visit(path, width=1280, dark=False, script=True) -> page.

    Fails at the end if any script threw, any request left this machine, or CSP refused anything.
    """
    contexts, trouble = [], []

    def watch(page):
        page.on("pageerror", lambda error: trouble.append(f"script: {error}"))
        page.on(
            "console",
            lambda line: (
                trouble.append(f"console: {line.text}")
                if line.type == "error" and "Content Security Policy" in line.text
                else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                trouble.append(f"outside: {request.url}")
                if not request.url.startswith((site.url, "data:", "blob:", "about:"))
                else None
            ),
        )

    def open_page(path="/", *, width=1280, dark=False, script=True, **more):
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            accept_downloads=True,
            **more,
        )
        context.set_default_timeout(30_000)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto(site.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def enter():
    """Signs in as one of the demo's people: enter(page, "dana")."""

    def as_person(page, word):
        page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/demo")
        page.locator(f"[data-person={word}] button").click()
        page.wait_for_load_state()
        return page

    return as_person


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Short tests in one process, with one server and one browser; the long ones side by side.

    None of them is of the usual run: `make journeys` takes all but the sweeps.
    """
    for item in items:
        if "tests/browser" in str(item.path):
            alone = item.get_closest_marker("sweep") or item.get_closest_marker("journey")
            item.add_marker(pytest.mark.xdist_group(item.path.stem if alone else "browser"))
            if not item.get_closest_marker("sweep"):
                item.add_marker(pytest.mark.journey)
