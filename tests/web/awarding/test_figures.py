"""What awarding tells the catalogue about a version."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from stackmark_web import clock
from stackmark_web.awarding.models import Award
from stackmark_web.catalogue.figures import UNKNOWN, figures_of

pytestmark = pytest.mark.django_db


def test_holders_are_those_whose_credential_is_in_force(offered):
    award = offered()
    assert figures_of([award.version_id])[award.version_id].holders == 1
    Award.everywhere.filter(pk=award.pk).update(valid_until=clock.now() - timedelta(days=1))
    assert figures_of([award.version_id])[award.version_id] == UNKNOWN
    Award.everywhere.filter(pk=award.pk).update(valid_until=None, state=Award.State.REVOKED)
    assert figures_of([award.version_id])[award.version_id] == UNKNOWN


def test_of_what_was_never_awarded_nothing_is_known():
    version = uuid.uuid4()
    assert figures_of([version])[version] == UNKNOWN
