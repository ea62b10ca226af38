"""On a narrow screen the menu of a work area or an account says in which section one is."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.django_db
HERE = re.compile(r'<span class="workspace__here">(.*?)</span>', re.DOTALL)


@pytest.fixture
def here(client):
    """What the menu says to a person on a page, and the pages it leads to."""

    def look(user, path):
        client.force_login(user)
        page = client.get(path).text
        menu = page[page.index("workspace__menu") :].partition("</details>")[0]
        return HERE.search(menu)[1].strip(), re.findall(r'href="([^"]+)"', menu)

    return look


def test_of_a_guardian_to_who_needs_none(here, person):
    ada = person("ada")
    assert here(ada, "/account/guardian")[0] == "Guardian"
    assert "/account/guardian" not in here(ada, "/account/profile")[1], "only to who is on it"


def test_of_waiting_changes_where_nothing_waits(here, northfield, alice):
    assert here(alice, "/manage/northfield/changes")[0] == "Waiting changes"
    assert "/manage/northfield/changes" not in here(alice, "/manage/northfield")[1]


def test_of_a_page_that_is_in_no_section(here, person):
    assert here(person("ada"), "/account/logout/")[0] == "Choose one"
