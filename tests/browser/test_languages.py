"""Pages for readers of Spanish and Arabic in a real browser: axe, reflow, a header in one line."""

from __future__ import annotations

import pytest

from browser.test_pages import Visitor, is_page, small_site

__all__ = ["small_site"]  # a fixture
# Where people act on their rights and programs are let in: much text, ids and addresses in it.
LOOKED_AT = (
    *("accounts:erase", "accounts:guardian", "accounts:identities", "accounts:merge"),
    *("accounts:settings", "accounts:sure", "api:docs", "api:token_replace", "api:tokens"),
    *("approvals:change", "approvals:list", "approvals:rules", "awarding:appeal"),
    *("awarding:appeal_detail", "awarding:key_awards", "integrations:edit", "integrations:words"),
    *("integrations:webhook", "integrations:webhooks", "passport:address_reports", "passport:ask"),
    *("passport:asked", "passport:asked_answer", "passport:claim", "passport:claim_ask"),
    *("passport:claim_decline", "passport:claim_not_me", "passport:dids", "passport:export"),
    *("passport:proof", "passport:proof_answer", "passport:proofs", "passport:reissue"),
    *("passport:reissue_queue", "privacy:retention", "registry:credential", "registry:embed"),
    *("tenancy:audit", "tenancy:handover", "tenancy:key_replace", "tenancy:key_revoke"),
    *("tenancy:keys", "tenancy:retention", "tenancy:retention_public", "ui:privacy"),
)


@pytest.mark.sweep
@pytest.mark.parametrize(("language", "direction"), [("es", "ltr"), ("ar", "rtl")])
def test_axe_finds_nothing_in_another_language(small_site, chromium, language, direction):
    site, world = small_site
    visitors = {
        who: Visitor(chromium, site.url, cookies.items(), locale=language)
        for who, cookies in {**world["cookies"], "nobody": {}}.items()
    }
    looked = set()
    for name in LOOKED_AT:
        who, path = world["pages"][name]
        assert is_page(visitors[who].ask(path)), name
        visitors[who].look(path)
        page = visitors[who].page
        assert page.locator(f"html[lang={language}][dir={direction}]").count() == 1, name
        looked.add(name)
    faults = [f"{who}: {one}" for who, visitor in visitors.items() for one in visitor.faults]
    for visitor in visitors.values():
        visitor.context.close()
    assert not faults, "\n".join(faults)
    assert looked == set(LOOKED_AT)


@pytest.mark.parametrize("language", ["en-GB", "es-ES", "ar"])
def test_the_header_is_one_line_on_a_phone(visit, language):
    """“Iniciar sesión” pushed the menu into a second line."""
    page = visit("/privacy", width=390, locale=language)
    header, menu = page.locator(".site-header"), page.locator(".site-menu__button")
    assert header.bounding_box()["height"] < 72
    assert menu.bounding_box()["width"] >= 24
    assert menu.inner_text().strip() or menu.text_content().strip(), "its name is still there"


def test_an_open_disclosure_points_down_in_both_directions(visit):
    turned = set()
    for language in ("en-GB", "ar"):
        page = visit("/ui", locale=language)
        page.evaluate(
            "document.body.insertAdjacentHTML('beforeend',"
            " '<details class=disclosure id=tried open><summary>x</summary></details>')"
        )
        way = page.evaluate(
            "() => { const s = getComputedStyle(document.querySelector('#tried > summary'),"
            " '::before'); return [s.transform, s.borderLeftWidth, s.borderRightWidth] }"
        )
        # The corner of the two borders is what points: turned to the bottom it is +45° or -45°.
        turned.add((way[0].startswith("matrix(0.707107, 0.707107"), way[2] == "2px"))
    assert turned == {(True, True), (False, False)}
