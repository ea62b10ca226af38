"""A learner's rights over their own data: taking it out, its end, and who never sees a failure."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.assessing import artefacts, retention
from stackmark_web.assessing.actions import submitting, telling
from stackmark_web.assessing.models import Application, Artefact, Attempt, Authorship, Marking
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.queries import credential_bytes
from web.assessing.learner import steps


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def taken_out(user):
    """What the export holds: the JSON, and the files by name."""
    answer = signed_in(user).get(reverse("assessing:export"))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files["assessments.json"]), files


@pytest.fixture
def work(world):
    """Handed in with a file, marked, failed, appealed."""
    attempt = steps.prepared(
        world,
        message="I know data.",
        adjustments=[{"kind": "format", "text": "Large print"}],
    )
    submitting.add_file(
        attempt, "project", actor=world.learner, name="data.csv", data=b"a,b\n1,2\n"
    )
    attempt = submitting.submit(attempt, actor=world.learner, name="Lena", help_had="A friend.")
    telling.tell_circumstances(attempt, actor=world.learner, text="I was ill.")
    attempt.circumstances.update(state="refused", decided_at=clock.now(), answer="Sorry.")
    return attempt


def test_everything_of_ones_own_comes_out(world, work):
    steps.decided(world, work)
    telling.appeal(work.decisions.get(), actor=world.learner, text="My data were complete.")
    whole, files = taken_out(world.learner)
    (one,) = whole["attempts"]
    said = json.dumps(whole)
    for told in (
        "I know data.",
        "Large print",
        "I was ill.",
        "Sorry.",
        "A friend.",
        "Say what you left out.",
        "Thank you for the clear text.",
        "My data were complete.",
        "Work on what is missing in the data.",
    ):
        assert told in said, told
    assert one["decisions"][0]["total"] == 54.4
    for hidden in ("For colleagues only", "Agreed at the meeting.", "Asa", "Sam", "asa@"):
        assert hidden not in said, hidden
    paths = {piece["name"]: piece["file"] for piece in one["pieces"]}
    assert files[paths["data.csv"]] == b"a,b\n1,2\n"
    assert files[paths["Text"]] == b"My project in words."


def test_nobody_gets_anything_of_another(world, work):
    steps.decided(world, work)
    for other in (world.assessor, world.owner):
        whole, files = taken_out(other)
        assert (whole["attempts"], whole["applications"]) == ([], [])
        assert set(files) == {"assessments.json", "README.txt"}


def test_a_proposal_is_not_told_in_the_export_either(world, work):
    steps.decided(world, work, confirmed_at=None)
    whole, _files = taken_out(world.learner)
    assert whole["attempts"][0]["decisions"] == []
    assert whole["attempts"][0]["markings"] == []
    assert not re.search(r"\b54\.4\b", json.dumps(whole))  # a time may hold these digits


def test_a_quarantined_file_comes_under_a_name_that_runs_nothing(world):
    attempt = steps.prepared(world)
    submitting.add_file(
        attempt, "project", actor=world.learner, name="tool.exe", data=b"MZ" + bytes(9)
    )
    _whole, files = taken_out(world.learner)
    assert any(name.endswith("tool.exe.quarantined") for name in files)


# -- retention ---------------------------------------------------------------------------------


def test_months_are_calendar_months():
    start = datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert retention.add_months(start, 1) == datetime(2026, 2, 28, 9, tzinfo=UTC)
    assert retention.add_months(start, 36) == datetime(2029, 1, 31, 9, tzinfo=UTC)
    assert retention.add_months(start, 23) == datetime(2027, 12, 31, 9, tzinfo=UTC)


def test_the_time_begins_when_nothing_is_open_any_more(world, work):
    assert retention.until(work) is None
    decision = steps.decided(world, work)
    assert retention.until(work) == retention.add_months(decision.appeal_by, 36)
    made = telling.appeal(decision, actor=world.learner, text="No.")
    assert retention.until(work) is None
    made.state, made.decided_at = "rejected", decision.appeal_by + timedelta(days=9)
    made.save()
    assert retention.until(work) == retention.add_months(made.decided_at, 36)


def test_files_and_texts_go_and_digests_and_scores_stay(world, work):
    steps.decided(world, work)
    world.setup.keep_months = 2
    world.setup.save()
    end = retention.until(work)
    digests = sorted(work.artefacts.values_list("sha256", flat=True))
    with clock.at(end - timedelta(hours=1)):
        assert retention.erase_due() == 0
    assert artefacts.stored(work.artefacts.get(name="data.csv")) == b"a,b\n1,2\n"
    with clock.at(end + timedelta(hours=1)):
        assert retention.erase_due() == 1
        assert retention.erase_due() == 0
    assert sorted(work.artefacts.values_list("sha256", flat=True)) == digests
    assert set(work.artefacts.values_list("state", "text", "name")) == {("erased", "", "")}
    for digest in digests:
        assert not (artefacts.folder() / digest[:2] / digest).exists()
    work.refresh_from_db()
    assert (work.total, work.scores) == (54.4, {"project": 44.4, "test": 70.0})
    marking = Marking.everywhere.get(attempt=work)
    assert marking.levels == {"project": {"cleaning": "beginning", "telling": "secure"}}
    assert (marking.comments, marking.comment, marking.note) == ({}, "", "")
    assert Authorship.objects.get(attempt=work).name == ""
    application = Application.everywhere.get()
    assert (application.name, application.email, application.message) == ("", "", "")
    assert application.adjustments.get().text == ""
    assert work.circumstances.get().text == ""
    page = signed_in(world.learner).get(reverse("assessing:attempt", args=[work.pk]))
    assert "Erased when its time was over" in page.content.decode()


def test_the_learner_sees_until_when(world, work):
    client = signed_in(world.learner)
    there = reverse("assessing:attempt", args=[work.pk])
    assert "36 months after everything is decided" in " ".join(
        client.get(there).content.decode().split()
    )
    steps.decided(world, work)
    until = retention.until(work)
    assert f'datetime="{until:%Y-%m-%d}' in client.get(there).content.decode()


def test_archived_scripts_are_kept_and_said_to_be(world, work):
    steps.decided(world, work)
    Attempt.everywhere.update(is_archived=True)
    work.refresh_from_db()
    with clock.at(clock.now() + timedelta(days=9_000)):
        assert retention.erase_due() == 0
    page = signed_in(world.learner).get(reverse("assessing:attempt", args=[work.pk]))
    assert "kept longer" in page.content.decode()


def test_a_file_two_people_handed_in_stays_for_the_other(world, work):
    other = steps.prepared(world, actor=world.person("other"))
    submitting.add_file(other, "project", actor=other.learner, name="b.csv", data=b"a,b\n1,2\n")
    steps.decided(world, work)
    retention.erase(work)
    with clock.at(clock.now() + timedelta(days=3)):
        artefacts.sweep()
    assert artefacts.stored(other.artefacts.get(name="b.csv")) == b"a,b\n1,2\n"


def test_an_account_that_goes_takes_what_it_wrote_along(world, work):
    steps.decided(world, work)
    running = steps.submitted(world, actor=world.person("brief"))
    for user in (world.learner, running.learner):
        user.delete()
    work.refresh_from_db()
    assert (work.learner, work.total, work.state) == (None, 54.4, "decided")
    running.refresh_from_db()
    assert running.state == "withdrawn"
    assert set(Artefact.objects.values_list("state", "text")) == {("erased", "")}
    assert set(Application.everywhere.values_list("name", "email", "message")) == {("", "", "")}


# -- evidence and verification -----------------------------------------------------------------


@pytest.fixture
def sealed(world):
    """An award that seals a stored file."""
    attempt = steps.submitted(world)
    piece = Artefact.objects.create(
        attempt=attempt,
        component="project",
        kind="file",
        name="data.csv",
        media_type="text/csv",
        size=8,
        sha256=artefacts.keep(b"a,b\n1,2\n"),
        added_at=clock.now(),
    )
    address = artefacts.public_url(piece)
    award = awarding.create_award(
        world.version,
        actor=None,
        recipient_email="lena@people.example",
        recipient_name="Lena",
        evidence=[{"url": address, "name": "Evidence 1"}],
        related=[
            {
                "url": address,
                "sha256": piece.sha256,
                "media_type": "text/csv",
                "name": "Evidence 1",
            }
        ],
    )
    awarding.offer(award)
    award.refresh_from_db()
    return award, piece


def checked(award):
    answer = Client().post(reverse("verifying:start"), {"text": credential_bytes(award).decode()})
    return answer.content.decode()


def test_a_changed_file_fails_the_check_and_a_lost_one_cannot_be_told(sealed):
    award, piece = sealed
    page = checked(award)
    assert "related.changed" not in page
    assert "related.lost" not in page
    path = artefacts.folder() / piece.sha256[:2] / piece.sha256
    path.write_bytes(b"a,b\n9,9\n")
    page = checked(award)
    assert "related.changed" in page
    assert "A file it is sealed with was changed" in page
    path.unlink()
    page = checked(award)
    assert "related.lost" in page
    assert "A file it is sealed with was changed" not in page
    artefacts.keep(b"a,b\n1,2\n")
    assert "related.lost" not in checked(award)


def test_erased_evidence_cannot_be_told_later(sealed):
    award, piece = sealed
    retention.erase(piece.attempt)
    assert "related.lost" in checked(award)
