"""Whether a page in a browser is as wide as its window, and no wider."""

from __future__ import annotations

from contextlib import suppress

import pytest
from playwright.sync_api import Error

_FITS = "document.documentElement.scrollWidth <= innerWidth"


def fits(page):
    """Asks again while the page is on its way to the next one."""
    for _ in range(30):
        with suppress(Error):
            if page.evaluate(_FITS):
                return
        page.wait_for_timeout(100)
    pytest.fail(f"{page.url} is wider than its window")
