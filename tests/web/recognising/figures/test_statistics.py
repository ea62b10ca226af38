"""Public figures: what is shown, what nobody can find by subtraction, files, the panel."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.conf import settings

from achievement_designs import bare
from stackmark_web import clock
from stackmark_web.awarding.models import StatusList
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.recognising import queries_statistics as queries
from stackmark_web.recognising.models import Decision, Policy
from stackmark_web.tenancy.queries import did_of

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
FOREIGN = "did:web:foreign.example"


@pytest.fixture(autouse=True)
def _now():
    with clock.at(START + timedelta(days=90)):
        yield


def publish(place, title="Soil"):
    draft = catalogue.create_draft(place, actor=None, content=bare(title={"en": title}))
    return catalogue.publish(draft, actor=None)


@pytest.fixture
def college(organisation):
    return organisation("riverside", name="Riverside College")


@pytest.fixture
def target(college):
    return publish(college)


@pytest.fixture
def decide(college, target):
    """Decisions of Riverside: decide("full", 12, issuer=…)."""
    numbers = count()
    listed = StatusList.everywhere.create(
        organisation=college, did="did:web:x", entries=1000, seed="0", created_at=START
    )

    def make(verdict, many=1, issuer=FOREIGN, name="Foreign University", **more):
        made = []
        for _ in range(many):
            number = next(numbers)
            values = {
                "organisation": college,
                "target": target,
                "content": {},
                "source_id_text": f"urn:uuid:{number}",
                "source_sha256": "0" * 64,
                "source_issuer": issuer,
                "source_issuer_name": name,
                "signed": b"",
                "sha256": "0" * 64,
                "status_list": listed,
                "status_index": number,
                "decided_at": START + timedelta(hours=number),
                "appeal_until": START.date(),
            }
            made.append(Decision.everywhere.create(verdict=verdict, **values | more))
        return made

    return make


def only(table):
    return {line.issuer: line for line, _name in table.lines}


def test_counts_by_verdict_and_the_rate(client, decide):
    decide("full", 30)
    decide("refused", 10)
    (shown,) = queries.tables()
    line = only(shown)[FOREIGN]
    assert (line.decisions, line.verdicts["full"], line.verdicts["partial"]) == (40, 30, 0)
    assert line.recognised == 3 / 4
    page = client.get("/recognition/statistics/riverside").content.decode()
    assert "Foreign University" in page
    assert "75 %" in page
    assert "40 decisions in all." in page
    assert "Riverside College" in client.get("/recognition/statistics").content.decode()


def test_small_numbers_are_withheld_and_cannot_be_subtracted(client, decide):
    decide("full", 17)
    decide("refused", 3)
    (shown,) = queries.tables()
    line = only(shown)[FOREIGN]
    assert line.decisions == 20
    assert line.verdicts["refused"] is None
    assert line.verdicts["full"] is None, "20 - 17 would tell the refusals"
    assert line.recognised is None
    page = client.get("/recognition/statistics/riverside").content.decode()
    assert "withheld" in page
    assert "85 %" not in page


def test_issuers_with_few_decisions_are_not_named_anywhere(client, decide):
    decide("full", 40)
    decide("full", 30, issuer="did:web:other.example", name="Other")
    decide("refused", 9, issuer="did:web:tiny.example", name="Bakery of Lena")
    (shown,) = queries.tables()
    # The total and one line would give the nine away, so a second line goes with them.
    assert list(only(shown)) == [FOREIGN]
    assert shown.withholds
    for end in ("/riverside", "/riverside.json", "/riverside.csv", "", ".json", ".csv"):
        body = client.get(f"/recognition/statistics{end}").content.decode()
        assert "Bakery" not in body, end
        assert "tiny.example" not in body, end


def test_two_days_do_not_tell_one_verdict(decide):
    decide("full", 20)
    before = only(queries.tables()[0])[FOREIGN]
    decide("refused", 9)
    assert only(queries.tables()[0])[FOREIGN] == before
    decide("refused")
    line = only(queries.tables()[0])[FOREIGN]
    assert (line.decisions, line.verdicts["refused"]) == (30, 10)


def test_a_decision_after_an_appeal_counts_once_as_it_stands(decide):
    first = decide("refused", 10)
    for one in first:
        decide("full", replaces=one)
    decide("partial", 10)
    line = only(queries.tables()[0])[FOREIGN]
    assert (line.decisions, line.verdicts["full"], line.verdicts["refused"]) == (20, 10, 0)


def test_what_was_withdrawn_is_not_counted(decide):
    gone = decide("refused", 10)
    decide("full", 20)
    Decision.everywhere.filter(pk__in=[one.pk for one in gone]).update(withdrawn_at=START)
    line = only(queries.tables()[0])[FOREIGN]
    assert (line.decisions, line.verdicts["refused"]) == (20, 0)


def test_portfolios_have_no_issuer_and_are_no_pair(decide):
    decide("full", 20, kind="portfolio", issuer="")
    assert queries.tables() == []


def test_who_does_not_publish_is_not_there(client, decide, college):
    decide("full", 20)
    Policy.objects.create(organisation=college, publishes=False)
    assert queries.tables() == []
    page = client.get("/recognition/statistics/riverside")
    assert page.status_code == 200
    assert "keeps its figures to itself" in page.content.decode()
    assert client.get("/recognition/statistics/riverside.json").status_code == 404
    assert client.get("/recognition/statistics/riverside.csv").status_code == 404


def test_a_unit_counts_for_its_institution(client, decide, college, organisation):
    unit = organisation("riverside-science", name="Science", parent=college)
    decide("full", 6)
    decide("full", 4, organisation=unit)
    assert only(queries.tables()[0])[FOREIGN].decisions == 10
    answer = client.get("/recognition/statistics/riverside-science")
    assert answer["Location"] == "/recognition/statistics/riverside"
    Policy.objects.create(organisation=unit, publishes=False)
    assert only(queries.tables()[0]) == {}


def test_the_files_tell_what_the_page_tells(client, decide, college):
    decide("full", 30, name='=1+1"University')
    decide("refused", 10)
    told = client.get("/recognition/statistics/riverside.json").json()
    (table,) = told["tables"]
    assert table["recogniser"] == did_of(college)
    assert table["lines"][0]["verdicts"] == {
        "full": 30,
        "partial": 0,
        "conditional": 0,
        "refused": 10,
    }
    assert table["lines"][0]["recognised"] == 0.75
    text = client.get("/recognition/statistics.csv").content.decode().lstrip("\ufeff")
    head, row = csv.reader(io.StringIO(text))
    assert dict(zip(head, row, strict=True))["recognised"] == "0.750"
    assert not row[3].startswith("="), "a name is no formula"


def test_an_empty_server_says_what_comes(client):
    assert "No decisions yet" in client.get("/recognition/statistics").content.decode()
    assert client.get("/recognition/statistics/nobody").status_code == 404
    assert client.get("/recognition/statistics.json").json()["tables"] == []


def test_a_known_issuer_has_its_own_name(decide, northfield):
    decide("full", 10, issuer=did_of(northfield), name="A name somebody wrote")
    assert queries.tables()[0].lines[0][1] == "Northfield University"


# -- the panel ---------------------------------------------------------------------------------


def test_past_decisions_toward_an_achievement(client, decide, target):
    decide("full", 18)
    decide("refused", 2)
    found = queries.past_decisions(target)
    assert [(one.decisions, one.rate) for one in found.toward] == [(20, "nine-tenths")]
    page = client.get(f"/achievements/{target.achievement_id}").content.decode()
    assert "Past decisions" in page
    assert "at least 9 of 10 were recognised" in page


def test_few_of_one_target_are_hidden_among_the_others(decide, target, college):
    other, third = publish(college, "Water"), publish(college, "Air")
    decide("full", 20)
    decide("refused", 5, target=other)
    decide("full", 15, target=third)
    assert not queries.past_decisions(other)
    # 40 in the public table less 20 and 15 would be the five.
    assert not queries.past_decisions(third)
    assert queries.past_decisions(target).toward[0].decisions == 20


def test_past_decisions_about_a_credential_of_ours(client, decide, northfield):
    version = publish(northfield, "Statistics")
    address = f"{settings.IDENTITY_URL}/achievements/{version.achievement_id}/1"
    decide("refused", 10, issuer=did_of(northfield), source_achievement=address)
    (past,) = queries.past_decisions(version).about
    assert (past.organisation.slug, past.decisions, past.rate) == ("riverside", 10, "fewer")
    page = client.get(f"/achievements/{version.achievement_id}").content.decode()
    assert "fewer than half were recognised" in page


def test_a_stranger_who_takes_our_address_tells_nothing(decide, northfield):
    version = publish(northfield, "Statistics")
    address = f"https://evil.example/achievements/{version.achievement_id}/1"
    decide("refused", 10, issuer=FOREIGN, source_achievement=address)
    decide("refused", 10, issuer=did_of(northfield), source_achievement=address)
    assert not queries.past_decisions(version)


def test_the_panel_says_when_there_is_nothing_to_tell(client, target):
    page = client.get(f"/achievements/{target.achievement_id}").content.decode()
    assert "No figures yet: they are shown from 10 decisions on." in page
