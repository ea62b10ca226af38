"""The frame in a real browser: keyboard, themes and menus, with and without script.

Axe and reflow: tests/browser/test_pages.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect


def test_the_keyboard_reaches_the_content_first(visit):
    page = visit("/privacy")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize("script", [True, False])
def test_a_theme_is_chosen_with_and_without_script(visit, script):
    page = visit("/privacy", script=script)
    before = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    page.get_by_role("button", name="Dark").click()
    page.wait_for_load_state()
    assert page.url.endswith("/privacy")
    assert page.locator("html").get_attribute("data-theme") == "dark"
    after = page.locator("body").evaluate("e => getComputedStyle(e).backgroundColor")
    assert after != before
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"


def test_the_phones_menu_opens_without_script_and_closes_by_escape(visit):
    page = visit("/privacy", width=390, script=False)
    link = page.locator(".site-menu").get_by_role("link", name="Catalogue")
    assert not link.is_visible()
    page.locator(".site-menu summary").click()
    assert link.is_visible()

    page = visit("/privacy", width=390)
    page.locator(".site-menu summary").click()
    page.keyboard.press("Escape")
    assert not page.locator(".site-menu").get_by_role("link", name="Catalogue").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_targets_are_large_enough_for_a_thumb(visit):
    page = visit("/", width=390)
    sizes = page.locator("a:visible, button:visible, summary:visible").evaluate_all(
        "all => all.filter(e => getComputedStyle(e).display != 'inline')"
        ".map(e => [e.textContent.trim(), e.getBoundingClientRect()])"
        ".map(([t, r]) => [t, r.width, r.height])"
    )
    small = [one for one in sizes if one[1] < 24 or one[2] < 24]
    assert len(sizes) > 8
    assert small == []


def test_the_copy_button_says_that_it_copied(visit):
    page = visit("/ui", permissions=["clipboard-read", "clipboard-write"])
    button = page.locator("[data-copy='#light-copy']")
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").endswith("/s/4kQ")
    expect(page.locator("#announcer")).to_have_text("Copied")


def test_a_chosen_file_is_named_in_its_drop_zone(visit):
    page = visit("/ui")
    zone = page.locator("[data-drop]").first
    hostile = "<img src=x onerror=alert(1)>.json"
    file = {"name": hostile, "mimeType": "application/json", "buffer": b"{}"}
    zone.locator("input[type=file]").set_input_files(file)
    assert zone.locator(".drop__files").inner_text() == hostile
    assert zone.locator("img").count() == 0


def test_the_parts_of_a_dark_pane_are_dark_on_a_light_page(visit):
    page = visit("/ui")
    light, dark = (
        page.locator(f".living__pane[data-theme={theme}]").first.evaluate(
            "e => getComputedStyle(e).backgroundColor"
        )
        for theme in ("light", "dark")
    )
    assert light != dark


def test_less_motion_when_the_device_asks(visit):
    page = visit("/", reduced_motion="reduce")
    moving = page.locator(".button").first.evaluate("e => getComputedStyle(e).transitionDuration")
    assert moving == "0s"


def test_paper_shows_the_content_and_no_furniture(visit):
    page = visit("/privacy")
    page.emulate_media(media="print")
    assert not page.locator(".site-header").is_visible()
    assert not page.locator(".site-footer").is_visible()
    assert page.locator("h1").is_visible()
