"""The learner's pages: what they show, whom they shut out, what forms refuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.assessing import artefacts
from stackmark_web.assessing.actions import submitting
from stackmark_web.assessing.models import (
    Adjustment,
    Application,
    Artefact,
    Attempt,
    Conflict,
    MarkAppeal,
    Marking,
    Misconduct,
)
from web.assessing.learner import pieces, steps


@pytest.fixture
def lena(world):
    return signed_in(world.learner)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def url(name, *args):
    return reverse(f"assessing:{name}", args=args)


def text(response):
    return " ".join(response.content.decode().split())


def upload(client, attempt, *files, **more):
    values = {"component": "project", "kind": "file", "files": list(files)}
    return client.post(url("add", attempt.pk), values | more)


def test_the_public_page_leads_to_the_form_only_where_people_can_apply(world, lena):
    page = reverse("registry:achievement", args=[world.achievement.pk])
    link = url("apply", world.achievement.pk)
    assert f'href="{link}"' in text(lena.get(page))
    world.setup.takes_applications = False
    world.setup.save()
    assert link not in text(lena.get(page))
    assert "takes no applications" in text(lena.get(link))


def test_nobody_signs_in_first(world):
    there = url("apply", world.achievement.pk)
    answer = Client().get(there)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")
    assert there in answer["Location"]


def test_apply_upload_and_hand_in(world, lena):
    page = lena.get(url("apply", world.achievement.pk))
    assert "A project of your own." in text(page)
    assert "AI tools are allowed as far as the task says" in text(page)
    values = {"message": "Hello", "adjustment_kind": "format", "adjustment_text": "Large print"}
    answer = lena.post(url("apply", world.achievement.pk), values, follow=True)
    assert "You are accepted" in text(answer)
    assert "Large print" in text(answer)
    attempt = Attempt.everywhere.get()
    page = text(lena.get(url("attempt", attempt.pk)))
    assert "The work is secure." in page  # the rubric is open to read
    assert "10 questions; nothing is handed in here." in page
    photo = SimpleUploadedFile("IMG_1.jpg", pieces.jpeg_with_place())
    assert "Kept." in text(upload(lena, attempt, photo).client.get(url("attempt", attempt.pk)))
    piece = Artefact.objects.get()
    assert piece.state == "re-encoded"
    page = text(lena.get(url("submit", attempt.pk)))
    assert piece.sha256 in page
    assert "What I hand in is my own work." in page
    form = {"help_had": "None", "agrees": "on", "name": "Lena"}
    page = text(lena.post(url("submit", attempt.pk), form, follow=True))
    assert "Handed in" in page
    assert piece.sha256 in page
    again = lena.post(url("submit", attempt.pk), form)
    assert again.status_code == 302
    receipt = lena.get(url("receipt", attempt.pk))
    body = receipt.content.decode()
    assert receipt["Content-Type"].startswith("text/plain")
    assert f"{piece.sha256}  project/IMG_1.png" in body
    assert "Signed by: Lena" in body
    assert "What I hand in is my own work." in body


@pytest.mark.parametrize("leave", ["agrees", "name"])
def test_without_the_statement_nothing_is_handed_in(world, lena, leave):
    attempt = steps.prepared(world)
    form = {"help_had": "", "agrees": "on", "name": "Lena"}
    del form[leave]
    answer = lena.post(url("submit", attempt.pk), form)
    assert answer.status_code == 422
    assert "This field is required." in text(answer)
    attempt.refresh_from_db()
    assert attempt.state == "open"


HOSTILE = {
    "nothing.pdf": b"",
    "bomb.zip": pieces.bomb(),
    "what.bin": bytes(range(256)),
    "broken.png": b"\x89PNG\r\n\x1a\nnothing",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_uploads_that_are_refused_say_why_and_leave_nothing(world, lena, name):
    attempt = steps.opened(world)
    answer = upload(lena, attempt, SimpleUploadedFile(name, HOSTILE[name]))
    assert answer.status_code == 422
    assert 'role="alert"' in text(answer)
    assert not Artefact.objects.exists()


def test_a_hostile_name_is_a_plain_one_on_the_page_and_in_the_download(world, lena):
    attempt = steps.opened(world)
    name = "<img src=x onerror=alert(1)> ; Set-Cookie: a=b\u202e.txt"
    upload(lena, attempt, SimpleUploadedFile(name, b"words"))
    piece = Artefact.objects.get()
    page = lena.get(url("attempt", attempt.pk)).content.decode()
    assert "<img src=x" not in page
    answer = lena.get(url("evidence", piece.pk))
    assert "Set-Cookie" not in answer.headers
    assert answer["Content-Disposition"].startswith("attachment; filename=")


def test_a_polyglot_and_a_script_go_into_quarantine_with_words(world, lena):
    attempt = steps.opened(world)
    double = pieces.pdf(tail=pieces.archive({"x.js": b"x"}))
    answer = upload(lena, attempt, SimpleUploadedFile("essay.pdf", double))
    assert answer.status_code == 302
    page = text(lena.get(url("attempt", attempt.pk)))
    assert "In quarantine" in page
    assert "two files in one" in page
    piece = Artefact.objects.get()
    file = lena.get(url("evidence", piece.pk))
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].endswith('.pdf.quarantined"')


def test_nothing_is_chosen_or_asked_for(world, lena):
    attempt = steps.opened(world)
    answer = lena.post(url("add", attempt.pk), {"component": "project", "kind": "file"})
    assert answer.status_code == 422
    assert "Choose a file first." in text(answer)
    assert lena.post(url("add", attempt.pk), {"kind": "magic"}).status_code == 422


def test_what_was_typed_stays_when_it_is_refused(world, lena):
    attempt = steps.opened(world)
    values = {"component": "project", "kind": "link", "url": "htp:/x", "name": "My film"}
    answer = lena.post(url("add", attempt.pk), values)
    assert answer.status_code == 422
    assert 'value="htp:/x"' in text(answer)
    assert "This is not a web address" in text(answer)


def test_two_tabs(world, lena):
    """One hands in, the other still shows the forms: nothing changes, and it is said."""
    attempt = steps.prepared(world)
    submitting.submit(attempt, actor=world.learner, name="Lena")
    answer = upload(lena, attempt, SimpleUploadedFile("late.txt", b"late"))
    assert answer.status_code == 302
    page = text(lena.get(url("attempt", attempt.pk)))
    assert "handed in already" in page
    assert not Artefact.objects.filter(name="late.txt").exists()
    piece = attempt.artefacts.get()
    page = text(lena.post(url("remove", piece.pk), follow=True))
    assert "handed in already" in page


def test_a_cut_upload_keeps_nothing(world, lena):
    attempt = steps.opened(world)
    body = (
        b'--x\r\nContent-Disposition: form-data; name="component"\r\n\r\nproject\r\n--x\r\n'
        b'Content-Disposition: form-data; name="kind"\r\n\r\nfile\r\n--x\r\n'
        b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\nhalf of'
    )
    answer = lena.generic(
        "POST",
        url("add", attempt.pk),
        body[:-60],
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code in (400, 404, 422)
    assert not Artefact.objects.exists()


def test_late_says_what_to_do(world, lena):
    attempt = steps.prepared(world)
    attempt.due_at = clock.now() - timedelta(minutes=1)
    attempt.save()
    page = text(lena.get(url("attempt", attempt.pk)))
    assert "The deadline is over" in page
    assert "Tell them about it" in page
    form = {"agrees": "on", "name": "Lena"}
    page = text(lena.post(url("submit", attempt.pk), form, follow=True))
    assert "they can give you more time" in page


# -- evidence ----------------------------------------------------------------------------------


@pytest.fixture
def essay(world):
    attempt = steps.prepared(world)
    return submitting.add_file(
        attempt, "project", actor=world.learner, name="Lena Holder.txt", data=b"My essay."
    )


def test_drafts_are_their_holders_alone(world, essay, lena):
    assert lena.get(url("evidence", essay.pk)).content == b"My essay."
    for other in (world.assessor, world.owner, world.designer):
        assert signed_in(other).get(url("evidence", essay.pk)).status_code == 404
    assert Client().get(url("evidence", essay.pk)).status_code == 302


def test_after_submission_markers_get_it_without_its_name(world, essay):
    submitting.submit(essay.attempt, actor=world.learner, name="Lena")
    answer = signed_in(world.assessor).get(url("evidence", essay.pk))
    assert answer.content == b"My essay."
    assert f'filename="evidence-{str(essay.pk)[:8]}.txt"' in answer["Content-Disposition"]
    assert not [
        value
        for value in answer.headers.values()
        if "lena" in value.lower().replace("filename", "")
    ]
    for other in (world.designer, world.person("stranger")):
        assert signed_in(other).get(url("evidence", essay.pk)).status_code == 404
    Conflict.everywhere.create(
        organisation=world.here,
        marker=world.assessor,
        candidate=steps.candidate(world),
        declared_at=clock.now(),
    )
    assert signed_in(world.assessor).get(url("evidence", essay.pk)).status_code == 404


def test_files_come_with_headers_that_keep_them_from_running(essay, lena):
    answer = lena.get(url("evidence", essay.pk))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Content-Disposition"].startswith("attachment;")


def test_a_page_is_never_served_as_a_page(world, lena):
    attempt = steps.opened(world)
    made = submitting.add_file(
        attempt, "project", actor=world.learner, name="a.html", data=b"<!doctype html><p>x</p>"
    )
    assert "html" not in lena.get(url("evidence", made.pk))["Content-Type"]


def test_changed_lost_and_erased_evidence_is_not_handed_out(world, essay, lena):
    path = artefacts.folder() / essay.sha256[:2] / essay.sha256
    for change, said in (
        (lambda: path.write_bytes(b"changed"), "has been changed"),
        (path.unlink, "is lost"),
        (lambda: Artefact.objects.filter(pk=essay.pk).update(state="erased"), "was erased"),
    ):
        change()
        answer = lena.get(url("evidence", essay.pk))
        assert answer.status_code == 410
        assert said in text(answer)


# -- feedback, circumstances, cases, appeals ---------------------------------------------------


def test_feedback_comes_with_the_confirmed_decision_and_not_before(world, lena):
    attempt = steps.submitted(world)
    decision = steps.decided(world, attempt, confirmed_at=None)
    page = text(lena.get(url("attempt", attempt.pk)))
    for hidden in ("54.4", "Not passed yet", "Say what you left out.", "A good start."):
        assert hidden not in page
    decision.confirmed_at = clock.now()
    decision.save()
    page = text(lena.get(url("attempt", attempt.pk)))
    for shown in (
        "Not passed yet",
        "54.4 %",
        "60.0 %",
        "Say what you left out.",
        "A good start.",
        "Thank you for the clear text.",
        "Work on what is missing in the data.",
        "The work is beginning.",
        "2 attempts are left",
    ):
        assert shown in page, shown
    for hidden in ("For colleagues only", "Agreed at the meeting.", "Asa", "Sam"):
        assert hidden not in page, hidden


def test_circumstances_are_told_taken_back_and_answered(world, lena):
    attempt = steps.submitted(world)
    page = text(lena.post(url("tell", attempt.pk), {"text": "I was ill."}, follow=True))
    assert "They know now." in page
    assert "I was ill." in page
    again = lena.post(url("tell", attempt.pk), {"text": "Still ill."}, follow=True)
    assert "wait for the answer" in text(again)
    told = attempt.circumstances.get()
    lena.post(url("tell_withdraw", told.pk))
    told.refresh_from_db()
    assert told.state == "withdrawn"
    assert lena.post(url("tell", attempt.pk), {"text": " "}).status_code == 422
    assert signed_in(world.second).post(url("tell", attempt.pk), {"text": "x"}).status_code == 404


def a_case(world, attempt, **more):
    values = {
        "ground": "Two paragraphs stand in a book.",
        "answer_by": clock.now() + timedelta(days=7),
        "raised_at": clock.now(),
        "raised_by": world.assessor,
    }
    return Misconduct.everywhere.create(organisation=world.here, attempt=attempt, **values | more)


def test_a_case_is_answered_once_and_in_time(world, lena):
    attempt = steps.submitted(world)
    case = a_case(world, attempt)
    page = text(lena.get(url("attempt", attempt.pk)))
    assert "Two paragraphs stand in a book." in page
    assert "Asa" not in page
    page = text(lena.post(url("case_answer", case.pk), {"text": "I quoted it."}, follow=True))
    assert "I quoted it." in page
    page = text(lena.post(url("case_answer", case.pk), {"text": "More."}, follow=True))
    assert "answered already" in page
    late = a_case(world, attempt, answer_by=clock.now() - timedelta(minutes=1))
    page = text(lena.post(url("case_answer", late.pk), {"text": "Late."}, follow=True))
    assert "time to answer is over" in page
    other = signed_in(world.second)
    assert other.post(url("case_answer", case.pk), {"text": "x"}).status_code == 404


def test_an_appeal_within_the_time_once_and_withdrawn(world, lena):
    attempt = steps.submitted(world)
    decision = steps.decided(world, attempt)
    page = text(
        lena.post(url("appeal", attempt.pk), {"text": "My data were complete."}, follow=True)
    )
    assert "Your appeal has reached them." in page
    made = MarkAppeal.everywhere.get()
    assert (made.decision, made.state) == (decision, "open")
    page = text(lena.post(url("appeal", attempt.pk), {"text": "Again."}, follow=True))
    assert "appealed already" in page
    lena.post(url("appeal_withdraw", attempt.pk))
    made.refresh_from_db()
    assert made.state == "withdrawn"


def test_an_appeal_after_its_time(world, lena):
    attempt = steps.submitted(world)
    steps.decided(world, attempt, appeal_by=clock.now() - timedelta(minutes=1))
    assert "Write an appeal" not in text(lena.get(url("attempt", attempt.pk)))
    page = text(lena.post(url("appeal", attempt.pk), {"text": "Late."}, follow=True))
    assert "The time to appeal is over." in page
    assert not MarkAppeal.everywhere.exists()


def test_nothing_to_appeal_before_a_person_confirmed(world, lena):
    attempt = steps.submitted(world)
    steps.decided(world, attempt, confirmed_at=None)
    assert lena.post(url("appeal", attempt.pk), {"text": "x"}).status_code == 404


def test_other_peoples_pages_are_not_there(world):
    attempt = steps.submitted(world)
    steps.decided(world, attempt)
    for other in (world.owner, world.assessor, world.person("eve")):
        client = signed_in(other)
        for there in (
            url("attempt", attempt.pk),
            url("application", attempt.application_id),
            url("submit", attempt.pk),
            url("receipt", attempt.pk),
        ):
            assert client.get(there).status_code == 404, there
        for there in (
            url("add", attempt.pk),
            url("withdraw", attempt.application_id),
            url("begin", attempt.application_id),
            url("appeal", attempt.pk),
            url("appeal_withdraw", attempt.pk),
            url("remove", attempt.artefacts.get().pk),
        ):
            assert client.post(there, {"text": "x", "kind": "text"}).status_code == 404, there
        assert str(attempt.pk) not in text(client.get(url("mine")))


def test_the_list_says_what_comes_next(world, lena):
    assert "Nothing here yet" in text(lena.get(url("mine")))
    attempt = steps.prepared(world)
    page = text(lena.get(url("mine")))
    assert "Being prepared" in page
    submitting.submit(attempt, actor=world.learner, name="Lena")
    assert "Somebody marks it." in text(lena.get(url("mine")))
    a_case(world, attempt)
    assert "Your answer is asked for" in text(lena.get(url("mine")))


def test_an_answer_and_a_granted_adjustment_are_shown(world, lena):
    application = steps.applied(world, adjustments=[{"kind": "extra-time", "text": "More time"}])
    Adjustment.everywhere.update(state="granted", extra_percent=25, answer="Of course.")
    Application.everywhere.update(answer="Welcome to all.")
    page = text(lena.get(url("application", application.pk)))
    for shown in ("25 % more time", "Of course.", "Welcome to all.", "More time"):
        assert shown in page
    assert Marking.everywhere.count() == 0
