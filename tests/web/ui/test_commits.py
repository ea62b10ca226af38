"""What follows a change may fail, and the change and its answer stand."""

from __future__ import annotations

import logging

import pytest
from django.db import OperationalError, transaction

from stackmark_web.ui.commits import after_commit

pytestmark = pytest.mark.django_db(transaction=True)


def lost(word):
    raise OperationalError(f"terminating connection: {word}")


def test_a_failure_after_the_commit_is_logged_by_name_and_goes_no_further(caplog):
    told = []
    with caplog.at_level(logging.ERROR), transaction.atomic():
        after_commit(lost, "administrator")
        after_commit(told.append, "the next one is called all the same")
    assert told == ["the next one is called all the same"]
    (record,) = caplog.records
    assert "lost" in record.getMessage()
    assert "administrator" in record.getMessage()


def test_nothing_is_called_when_the_change_is_not_stored():
    told = []
    with transaction.atomic():
        after_commit(told.append, "never")
        transaction.set_rollback(True)
    assert not told
