"""An issuer elsewhere on the web, and what this server can fetch of it."""

from __future__ import annotations

import pytest

from simulators.issuer import NOW, Issuer, Web
from stackmark_web import clock
from stackmark_web.verifying import fetching


@pytest.fixture(autouse=True)
def _now():
    with clock.at(NOW):
        yield


@pytest.fixture
def web(monkeypatch):
    """The web outside this server: address to body; nothing else can be reached."""
    found = Web()
    monkeypatch.setattr(fetching, "_OUTSIDE", found)
    return found


@pytest.fixture
def issuer(web):
    return Issuer(web)


@pytest.fixture
def badge(issuer):
    """Makes a signed badge: badge(status=True, **members)."""

    def make(*, revocable=False, **members):
        if revocable:
            members["credentialStatus"] = issuer.status()
        return issuer.sign(issuer.badge(**members))

    return make
