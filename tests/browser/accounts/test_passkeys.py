"""A passkey from beginning to end, with Chromium's virtual authenticator, on a phone's width."""

from __future__ import annotations

import re
import time
from contextlib import contextmanager

PASSWORD = "correct horse battery"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def phone(chromium):
    """A page with a phone's screen lock behind it, and whatever its scripts threw."""
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(15_000)
    page = context.new_page()
    trouble = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda line: line.type == "error" and trouble.append(line.text))
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    try:
        yield page
    finally:
        context.close()
    assert trouble == []


def code_for(site, address):
    """The code of the last letter to an address."""
    for _ in range(50):
        letters = site.letters(address)
        if letters:
            return re.findall(r"^ {4}(\S+)$", letters[-1], re.MULTILINE)[-1]
        time.sleep(0.1)
    raise AssertionError(f"no letter to {address}")


def sign_up(site, page, here, address):
    page.goto(f"{here}/account/signup/")
    page.fill("[name=email]", address)
    page.fill("[name=password1]", PASSWORD)
    page.check("[name=age][value=grown]")
    page.press("[name=password1]", "Enter")
    page.wait_for_url(f"{here}/account/confirm-email/")
    page.fill("[name=code]", code_for(site, address))
    page.press("[name=code]", "Enter")
    page.wait_for_url(f"{here}/passport")


def sign_out(page, here):
    page.goto(f"{here}/account/logout/")
    page.click("main form button")
    page.wait_for_url(f"{here}/")


def test_a_passkey_is_added_signs_in_and_guards_the_password(site, chromium):
    here = site.url.replace("127.0.0.1", "localhost")  # passkeys belong to host names
    with phone(chromium) as page:
        sign_up(site, page, here, "paula@people.example")
        page.goto(f"{here}/account/2fa/webauthn/add/")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{here}/account/2fa/webauthn/add/")
        page.fill("[name=name]", "My phone")
        page.click("#mfa_webauthn_add")
        page.wait_for_url(f"{here}/account/2fa/recovery-codes/")
        assert len(page.inner_text("#codes").split()) == 10
        page.goto(f"{here}/account/2fa/webauthn/")
        assert "My phone" in page.inner_text("main")

        page.goto(f"{here}/account/2fa/webauthn/add/")
        page.click("#mfa_webauthn_add")
        page.wait_for_selector("[data-passkey-note]:not([hidden])")
        assert "has a passkey for this account already" in page.inner_text("[data-passkey-note]")

        sign_out(page, here)
        page.goto(f"{here}/account/login/?next=/organisations/new")
        page.click("#passkey_login")
        page.wait_for_url(f"{here}/organisations/new")

        sign_out(page, here)
        page.goto(f"{here}/account/login/")
        page.fill("[name=login]", "paula@people.example")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"{here}/account/2fa/authenticate/")
        page.click("#mfa_webauthn_authenticate")
        page.wait_for_url(f"{here}/passport")


def test_where_passkeys_cannot_work_the_page_says_so(site, chromium):
    with phone(chromium) as page:
        page.goto(f"{site.url}/account/login/")
        page.wait_for_selector("[data-passkey-note]:not([hidden])")
        assert "Open this page as localhost" in page.inner_text("[data-passkey-note]")
        assert page.is_disabled("#passkey_login")


def test_whoever_stops_halfway_is_told_how_to_go_on(site, chromium):
    here = site.url.replace("127.0.0.1", "localhost")
    with phone(chromium) as page:
        page.goto(f"{here}/account/login/")
        page.evaluate(
            "() => { navigator.credentials.get = () =>"
            " Promise.reject(new DOMException('', 'NotAllowedError')) }"
        )
        page.click("#passkey_login")
        page.wait_for_selector("[data-passkey-note]:not([hidden])")
        assert "Try again when you are ready" in page.inner_text("[data-passkey-note]")


def test_without_javascript_the_other_ways_remain(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/account/login/")
    assert "Passkeys need JavaScript" in page.inner_text("main")
    page.click("text=Mail me a code")
    assert page.url.endswith("/account/login/code/")
    context.close()
