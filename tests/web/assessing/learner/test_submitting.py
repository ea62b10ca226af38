"""Pieces of work: kept, replaced, taken out, sealed; and submission, once and for good."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from django.http import Http404

from stackmark_web import clock
from stackmark_web.assessing import artefacts, handing_on, statements
from stackmark_web.assessing.actions import applying, submitting
from stackmark_web.assessing.models import Artefact, Attempt
from stackmark_web.assessing.refusing import Problem
from stackmark_web.integrations.models import OutboxMail
from web.assessing.learner import pieces, steps

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def attempt(world):
    return steps.opened(world)


def add(attempt, name="essay.txt", data=b"My essay.", **more):
    return submitting.add_file(
        attempt, "project", actor=attempt.learner, name=name, data=data, **more
    )


def test_a_file_lies_under_its_digest(attempt):
    made = add(attempt)
    digest = hashlib.sha256(b"My essay.").hexdigest()
    assert (made.sha256, made.size, made.state) == (digest, 9, "kept")
    path = artefacts.folder() / digest[:2] / digest
    assert path.read_bytes() == b"My essay."
    assert path.stat().st_mode & 0o077 == 0
    assert artefacts.is_whole(made)


def test_a_text_takes_the_place_of_the_one_before(attempt):
    for text in ("One.", "Two.\r\nLines."):
        submitting.write_text(attempt, "project", actor=attempt.learner, text=text)
    made = attempt.artefacts.get()
    assert made.text == "Two.\nLines."
    assert made.sha256 == hashlib.sha256(b"Two.\nLines.").hexdigest()
    assert artefacts.stored(made) == b"Two.\nLines."
    submitting.write_text(attempt, "project", actor=attempt.learner, text="  ")
    assert not attempt.artefacts.exists()


def test_links_and_repositories(attempt):
    link = submitting.add_link(
        attempt, "project", actor=attempt.learner, url="https://work.example/film", name="My film"
    )
    assert link.sha256 == hashlib.sha256(b"https://work.example/film").hexdigest()
    where = {"url": "https://git.example/lena/work", "commit": COMMIT.upper()}
    made = submitting.add_repository(attempt, "project", actor=attempt.learner, **where)
    assert made.text == COMMIT
    assert artefacts.stored(made) == f"https://git.example/lena/work {COMMIT}".encode()


@pytest.mark.parametrize(
    ("url", "commit", "why"),
    [
        ("javascript:alert(1)", COMMIT, "not a web address"),
        ("file:///etc/passwd", COMMIT, "not a web address"),
        ("https://x.example/" + "a" * 2_000, COMMIT, "not a web address"),
        ("https://git.example/x", "main", "whole commit"),
        ("https://git.example/x", COMMIT[:7], "whole commit"),
    ],
)
def test_what_is_no_repository(attempt, url, commit, why):
    with pytest.raises(Problem, match=why):
        submitting.add_repository(attempt, "project", actor=attempt.learner, url=url, commit=commit)


def test_replaced_and_taken_out(attempt):
    first = add(attempt)
    second = add(attempt, data=b"Better.", replaces=first)
    assert list(attempt.artefacts.all()) == [second]
    submitting.remove(second, actor=attempt.learner)
    assert not attempt.artefacts.exists()
    with pytest.raises(Problem, match="not there any more"):
        add(attempt, replaces=Artefact(attempt=Attempt(), component="project"))


def test_the_same_twice_and_too_many(attempt, monkeypatch):
    add(attempt)
    with pytest.raises(Problem, match="there already"):
        add(attempt, name="again.txt")
    monkeypatch.setattr(submitting, "MAX_PIECES_EACH", 2)
    add(attempt, data=b"2")
    with pytest.raises(Problem, match="At most 2 pieces"):
        add(attempt, data=b"3")
    monkeypatch.setattr(submitting, "MAX_PIECES_EACH", 9)
    monkeypatch.setattr(submitting, "MAX_ATTEMPT_BYTES", 12)
    with pytest.raises(Problem, match="All files together"):
        add(attempt, data=b"four")


def test_a_part_takes_only_what_it_asks_for(attempt):
    for component in ("test", "nowhere"):
        with pytest.raises(Problem, match="does not take that"):
            submitting.write_text(attempt, component, actor=attempt.learner, text="x")


def test_nobody_else_adds_removes_or_submits(world, attempt):
    made = add(attempt)
    for act in (
        lambda: submitting.write_text(attempt, "project", actor=world.owner, text="x"),
        lambda: submitting.remove(made, actor=world.owner),
        lambda: submitting.submit(attempt, actor=world.owner, name="Olga"),
    ):
        with pytest.raises(Http404):
            act()


def test_submission_signs_the_words_that_were_shown(world, attempt):
    add(attempt)
    done = submitting.submit(
        attempt, actor=world.learner, name=" Lena ", help_had="ChatGPT for spelling."
    )
    assert (done.state, done.sat_on) == ("submitted", done.submitted_at.date())
    signed = done.authorship
    assert signed.text == statements.statement_of(world.version)
    assert "only as far as the task allows" in signed.text  # the plan says: limited
    assert (signed.name, signed.help_had) == ("Lena", "ChatGPT for spelling.")
    assert OutboxMail.everywhere.filter(kind="assessment_submitted").count() == 1


def test_without_a_name_or_work_nothing_is_handed_in(world, attempt):
    with pytest.raises(Problem, match="Nothing is handed in") as refusal:
        submitting.submit(attempt, actor=world.learner, name="Lena")
    assert refusal.value.field == "project"
    add(attempt)
    with pytest.raises(Problem, match="Type your name") as refusal:
        submitting.submit(attempt, actor=world.learner, name="  ")
    assert refusal.value.field == "name"
    attempt.refresh_from_db()
    assert attempt.state == "open"
    assert not hasattr(attempt, "authorship")


def test_a_double_click_submits_once(world, attempt, monkeypatch):
    told = []
    monkeypatch.setattr(handing_on, "_TAKERS", [told.append])
    add(attempt)
    first = submitting.submit(attempt, actor=world.learner, name="Lena")
    second = submitting.submit(attempt, actor=world.learner, name="Somebody else")
    assert first.submitted_at == second.submitted_at
    assert second.authorship.name == "Lena"
    assert [one.pk for one in told] == [attempt.pk]


def test_what_a_taker_refuses_is_not_submitted(world, attempt, monkeypatch):
    def broken(attempt):
        raise RuntimeError(attempt)

    monkeypatch.setattr(handing_on, "_TAKERS", [broken])
    add(attempt)
    with pytest.raises(RuntimeError):
        submitting.submit(attempt, actor=world.learner, name="Lena")
    attempt.refresh_from_db()
    assert attempt.state == "open"


def test_after_submission_nothing_changes(world, attempt):
    made = add(attempt)
    submitting.submit(attempt, actor=world.learner, name="Lena")
    for act in (
        lambda: add(attempt, data=b"later"),
        lambda: submitting.write_text(attempt, "project", actor=world.learner, text="later"),
        lambda: submitting.remove(made, actor=world.learner),
    ):
        with pytest.raises(applying.NotNow, match="handed in already"):
            act()
    assert attempt.artefacts.get() == made


def test_after_the_deadline_there_is_a_way_on(world, attempt):
    add(attempt)
    attempt.due_at = clock.now() + timedelta(hours=1)
    attempt.save()
    with clock.at(clock.now() + timedelta(hours=2)):
        with pytest.raises(applying.NotNow, match="tell them on this page") as refusal:
            submitting.submit(attempt, actor=world.learner, name="Lena")
        assert refusal.value.reason == "assessing.late"
        with pytest.raises(applying.NotNow, match="deadline"):
            add(attempt, data=b"late")


def test_a_file_that_was_damaged_is_not_sealed(world, attempt):
    made = add(attempt)
    path = artefacts.folder() / made.sha256[:2] / made.sha256
    path.write_bytes(b"My essai.")
    with pytest.raises(Problem, match="damaged in our store"):
        submitting.submit(attempt, actor=world.learner, name="Lena")
    submitting.remove(made, actor=world.learner)
    add(attempt)  # the same bytes again put it right
    submitting.submit(attempt, actor=world.learner, name="Lena")


def test_the_store_knows_what_is_lost_and_what_is_no_longer_the_same(attempt):
    made = add(attempt)
    address = artefacts.public_url(made)
    assert artefacts.at(address) == b"My essay."
    path = artefacts.folder() / made.sha256[:2] / made.sha256
    path.write_bytes(b"changed")
    assert artefacts.at(address) == b"changed"
    assert not artefacts.is_whole(made)
    path.unlink()
    assert artefacts.at(address) is None
    for other in ("https://badges.example.org/evidence/x", "https://elsewhere.example/evidence/1"):
        assert artefacts.at(other) is None


def test_the_sweep_takes_old_files_that_no_row_names(attempt):
    kept, gone = add(attempt), add(attempt, data=b"gone")
    submitting.remove(gone, actor=attempt.learner)
    assert artefacts.sweep() == 0  # too young: another upload may be about to name it
    with clock.at(clock.now() + timedelta(days=2)):
        assert artefacts.sweep() >= 1
    assert artefacts.stored(kept) == b"My essay."
    assert artefacts.stored(gone) is None


def test_a_piece_in_quarantine_can_be_submitted(world, attempt):
    made = add(attempt, name="script.pdf", data=pieces.pdf(b"/S /JavaScript"))
    assert made.state == "quarantined"
    assert submitting.submit(attempt, actor=world.learner, name="Lena").state == "submitted"
