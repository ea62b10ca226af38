"""What strangers can make the log say, and how much of it."""

from __future__ import annotations

import io
import logging
import logging.config

import pytest
from django.conf import settings


@pytest.fixture
def log():
    """What the console would show, by the settings of the server."""
    found = io.StringIO()
    logging.config.dictConfig(settings.LOGGING)
    (console,) = [one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler]
    console.setStream(found)
    yield found
    logging.getLogger().removeHandler(console)


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["evil.example", "evil.example\nERROR forged"])
def test_an_unknown_host_is_one_line(client, log, host):
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 400
    lines = log.getvalue().splitlines()
    assert [line.split()[2] for line in lines] == [
        "django.security.DisallowedHost",
        "stackmark.requests",
    ]
    assert "error django.security.DisallowedHost Invalid HTTP_HOST header: 'evil" in lines[0]


def test_a_fault_of_ours_keeps_its_traceback_in_one_line(log):
    try:
        raise ValueError("boom")
    except ValueError:
        logging.getLogger("django.request").exception("it failed")
    (line,) = log.getvalue().splitlines()
    assert "error=ValueError: boom" in line
    assert "test_logging.py" in line
