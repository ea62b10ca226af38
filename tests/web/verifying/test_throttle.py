"""Whose requests are counted together, behind proxies and without."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from stackmark_web.verifying import throttle

pytestmark = pytest.mark.django_db
PROXY = "10.0.0.7"


@pytest.fixture
def asked(rf, monkeypatch):
    """asked(x_forwarded_for, cost) -> seconds to wait, through the proxy, of an allowance of 10."""
    monkeypatch.setattr(throttle, "ANONYMOUS", 10)

    def ask(forwarded, cost=1):
        headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
        request = rf.get("/verify", REMOTE_ADDR=PROXY, **headers)
        request.user = AnonymousUser()
        return throttle.wait_for(request, cost)

    return ask


def test_visitors_behind_the_operators_proxy_are_counted_each(asked, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert asked("192.0.2.1", 10) == 0
    assert asked("192.0.2.1") > 0
    assert asked("192.0.2.2") == 0
    assert asked("198.51.100.9, 192.0.2.1") > 0, "what a visitor puts before is not believed"


def test_without_a_proxy_the_header_is_not_believed(asked, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert asked("192.0.2.1", 10) == 0
    assert asked("192.0.2.2") > 0, "another name for the same visitor"


def test_fewer_proxies_than_said_is_one_allowance_and_no_failure(asked, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 2
    assert asked("192.0.2.1", 10) == 0
    assert asked("192.0.2.2") > 0
