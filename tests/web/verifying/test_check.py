from __future__ import annotations

import pytest

from stackmark_web.verifying import actions

pytestmark = pytest.mark.django_db


def test_a_good_badge(badge):
    checked = actions.check(badge(revocable=True))
    assert checked.verdict == "verified"
    assert checked.shown.answer.saying.title == "Unaltered and in force"
    print(checked.to_json())
