"""The desk as people use it: queue, marking, decisions, cases, appeals, meetings."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from stackmark_web import clock
from stackmark_web.assessing.actions import caring, deciding, moderating, submitting, telling
from stackmark_web.assessing.models import (
    Application,
    Artefact,
    Circumstance,
    MarkAppeal,
    Marking,
    Misconduct,
    Moderation,
)
from web.assessing.desk.helping import ENOUGH, LITTLE, alone, decision_of, hand_in, mark

FORM = {
    "level-project-cleaning": "secure",
    "level-project-telling": "secure",
    "points-test": "8",
    "comment-project-cleaning": "Clear steps.",
    "comment": "Good work.",
    "note": "Between us.",
}


@pytest.fixture
def third(world):
    return world.member("tara", "assessor")


def at(name, *args):
    return reverse(f"assessing:{name}", args=["northfield", *args])


def browser(person):
    made = Client()
    made.force_login(person, "django.contrib.auth.backends.ModelBackend")
    return made


def text_of(answer):
    return answer.content.decode()


def open_marking(attempt, kind="first"):
    return Marking.everywhere.exclude(state="withdrawn").get(attempt=attempt, kind=kind)


# -- the queue and marking -----------------------------------------------------------------


def test_the_course_of_a_marking_by_pages(world):
    alone(world)
    attempt = hand_in(world)
    first, desk = open_marking(attempt), browser(world.assessor)
    queue = text_of(desk.get(at("desk")))
    assert f'action="{at("take", first.pk)}"' in queue
    taken = desk.post(at("take", first.pk))
    assert taken["Location"] == at("marking", first.pk)
    page = text_of(desk.get(taken["Location"]))
    assert "What I found in the data." in page
    assert page.count('type="radio"') == 8
    saved = desk.post(taken["Location"], {**FORM, "revision": "0", "draft": "1"})
    assert saved.status_code == 302
    again = text_of(desk.get(taken["Location"]))
    assert "Clear steps." in again
    assert re.search(r'value="secure" checked', again)
    sent = desk.post(taken["Location"], {**FORM, "revision": "1", "final": "1"})
    assert sent["Location"] == at("desk")
    first.refresh_from_db()
    assert (first.state, first.levels["project"]["cleaning"]) == ("submitted", "secure")
    assert first.comments == {"project/cleaning": "Clear steps."}
    assert (first.comment, first.note) == ("Good work.", "Between us.")
    done = text_of(desk.get(at("marking", first.pk)))
    assert "does not change any more" in done


def test_what_is_missing_is_named_at_its_place_and_nothing_is_lost(world):
    alone(world)
    first, desk = open_marking(hand_in(world)), browser(world.assessor)
    desk.post(at("take", first.pk))
    sent = desk.post(
        at("marking", first.pk), {"points-test": "x", "comment": "Keep me.", "revision": "0"}
    )
    assert sent.status_code == 422
    assert "Give a number." in text_of(sent)
    sent = desk.post(
        at("marking", first.pk), {"comment": "Keep me.", "revision": "0", "final": "1"}
    )
    page = text_of(sent)
    assert sent.status_code == 422
    assert page.count("Choose a level.") == 4  # in the summary and at each of two criteria
    assert "Give points." in page
    assert "Keep me." in page


def test_two_windows_the_second_is_told(world):
    alone(world)
    first, desk = open_marking(hand_in(world)), browser(world.assessor)
    desk.post(at("take", first.pk))
    desk.post(at("marking", first.pk), {**FORM, "revision": "0", "draft": "1"})
    stale = desk.post(
        at("marking", first.pk), {**FORM, "comment": "Other.", "revision": "0", "final": "1"}
    )
    assert stale.status_code == 422
    assert "saved in another window" in text_of(stale)
    assert "Other." in text_of(stale)
    first.refresh_from_db()
    assert (first.state, first.comment) == ("draft", "Good work.")


def test_a_script_somebody_else_took_is_not_there(world):
    alone(world)
    first = open_marking(hand_in(world))
    browser(world.assessor).post(at("take", first.pk))
    assert browser(world.second).get(at("marking", first.pk)).status_code == 404
    assert browser(world.second).post(at("marking", first.pk), FORM).status_code == 404


def test_first_and_second_marking_look_alike(world):
    attempt = hand_in(world)  # drawn
    first, second = open_marking(attempt), open_marking(attempt, "second")
    pages = []
    for one, who in ((first, world.assessor), (second, world.second)):
        desk = browser(who)
        desk.post(at("take", one.pk))
        page = text_of(desk.get(at("marking", one.pk)))
        page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
        page = re.sub(r"Script [0-9A-F]{6}", "Script", page.replace(str(one.pk), "ID"))
        pages.append(
            page[page.index("<title") : page.index("</title")] + page[page.index("<main") :]
        )
    assert pages[0] == pages[1]


def hidden_names(world, answer):
    said = text_of(answer) + str(dict(answer.items()))
    return [word for word in (world.learner.name, world.learner.email) if word in said]


def test_no_name_anywhere_while_marking_is_blind(world):
    alone(world)
    attempt = hand_in(world)
    submitting_file(attempt, "lena-marsh.pdf")
    first, desk = open_marking(attempt), browser(world.assessor)
    desk.post(at("take", first.pk))
    [piece] = attempt.artefacts.filter(kind="file")
    for path in (
        at("desk"),
        at("marking", first.pk),
        at("decisions"),
        at("decision", attempt.pk),
        at("marking_file", first.pk, piece.pk),
        at("attempt_file", attempt.pk, piece.pk),
    ):
        answer = desk.get(path)
        assert answer.status_code == 200, path
        assert hidden_names(world, answer) == [], path
        assert "lena-marsh" not in text_of(answer) + str(dict(answer.items())), path


def test_names_stand_where_marking_is_not_blind(world):
    alone(world, is_blind=False)
    attempt = hand_in(world)
    first, desk = open_marking(attempt), browser(world.assessor)
    desk.post(at("take", first.pk))
    assert world.learner.name in text_of(desk.get(at("marking", first.pk)))


def submitting_file(attempt, name, state="kept", data=b"%PDF-1.4 a file", kind="application/pdf"):
    from stackmark_web.assessing import artefacts

    return Artefact.objects.create(
        attempt=attempt,
        component="project",
        kind="file",
        name=name,
        media_type=kind,
        size=len(data),
        sha256=artefacts.keep(data),
        state=state,
        why="It holds macros." if state == "quarantined" else "",
        added_at=clock.now(),
    )


def test_files_are_saved_not_shown_and_pictures_are_shown(world):
    alone(world)
    attempt = hand_in(world)
    page = submitting_file(attempt, "evil.html", data=b"<script>1</script>", kind="text/html")
    picture = submitting_file(
        attempt, "plot.png", state="re-encoded", data=b"\x89PNG", kind="image/png"
    )
    first, desk = open_marking(attempt), browser(world.assessor)
    saved = desk.get(at("marking_file", first.pk, page.pk))
    assert saved["Content-Type"] == "application/octet-stream"
    assert saved["Content-Disposition"].startswith("attachment; ")
    assert "sandbox" in saved["Content-Security-Policy"]
    assert saved["Content-Security-Policy"].startswith("default-src 'none'")
    assert saved["X-Content-Type-Options"] == "nosniff"
    shown = desk.get(at("marking_file", first.pk, picture.pk))
    assert shown["Content-Type"] == "image/png"
    assert shown["Content-Disposition"].startswith("inline; ")


def test_quarantine_is_opened_or_refused_by_a_person(world):
    alone(world)
    attempt = hand_in(world)
    one, other = (submitting_file(attempt, f"{n}.xlsm", "quarantined", b"%d" % n) for n in (1, 2))
    first, desk = open_marking(attempt), browser(world.assessor)
    assert desk.get(at("marking_file", first.pk, one.pk)).status_code == 404
    assert "It holds macros." in text_of(desk.get(at("marking", first.pk)))
    desk.post(at("quarantine", first.pk, one.pk), {"answer": "release"})
    assert desk.get(at("marking_file", first.pk, one.pk)).status_code == 200
    unsaid = desk.post(at("quarantine", first.pk, other.pk), {"answer": "refuse"}, follow=True)
    assert "Say why; the learner will read it." in text_of(unsaid)
    desk.post(at("quarantine", first.pk, other.pk), {"answer": "refuse", "why": "A virus."})
    other.refresh_from_db()
    assert (other.state, other.why) == ("refused", "A virus.")


def test_a_conflict_from_the_script(world):
    alone(world)
    attempt = hand_in(world)
    first, desk = open_marking(attempt), browser(world.assessor)
    desk.post(at("take", first.pk))
    sent = desk.post(at("marking_conflict", first.pk), {"why": "my student"})
    assert sent["Location"] == at("desk")
    assert desk.get(at("marking", first.pk)).status_code == 404
    assert desk.get(at("decision", attempt.pk)).status_code == 404
    assert "Script " not in text_of(desk.get(at("decisions")))


def test_links_are_opened_without_a_way_back(world):
    from stackmark_web.assessing.actions import applying

    alone(world)
    attempt = applying.apply(world.achievement, actor=world.learner).attempts.get()
    submitting.add_link(
        attempt, "project", actor=world.learner, url="https://example.org/work?a=1&b=2"
    )
    submitting.submit(attempt, actor=world.learner, name="Lena")
    page = text_of(browser(world.assessor).get(at("marking", open_marking(attempt).pk)))
    assert 'href="https://example.org/work?a=1&amp;b=2" rel="noopener noreferrer' in page


def test_the_adjudicator_sees_both_without_names(world, third):
    alone(world, second_least=20)
    attempt = hand_in(world)
    mark(attempt, world.assessor, ("excellent", "secure", 9), comment="From Asa")
    mark(attempt, world.second, ("beginning", "secure", 9), kind="second")
    adjudication, desk = open_marking(attempt, "adjudication"), browser(third)
    assert "Two markings differ" in text_of(desk.get(at("desk")))
    desk.post(at("take", adjudication.pk))
    page = text_of(desk.get(at("marking", adjudication.pk)))
    assert page.count('class="level__other">A<') == 3  # two levels and the points
    assert page.count('class="level__other">B<') == 3
    assert "two levels or more apart" in page
    main = page[page.index("<main") :]
    assert (world.assessor.name not in main, world.second.name not in main) == (True, True)


# -- decisions -----------------------------------------------------------------------------


def test_a_pass_by_the_list_and_a_fail_only_on_its_own_page(world):
    alone(world)
    good, bad = hand_in(world), hand_in(world, world.person("mo"))
    mark(good, world.assessor, ENOUGH)
    mark(bad, world.assessor, LITTLE)
    desk = browser(world.second)
    listed = text_of(desk.get(at("decisions")))
    assert str(decision_of(bad).pk) not in listed  # no box to tick
    both = {"decision": [str(decision_of(good).pk), str(decision_of(bad).pk)]}
    said = text_of(desk.post(at("confirm_many"), both, follow=True))
    assert "1 pass is confirmed." in said
    assert "own page" in said
    assert decision_of(good).award.signed is not None
    unseen = desk.post(at("decision", bad.pk), {"feedback": "Explain more."})
    assert unseen.status_code == 422
    assert "look at the whole" in text_of(unseen)
    sent = desk.post(at("decision", bad.pk), {"feedback": "Explain more.", "seen": "on"})
    assert sent["Location"] == at("decisions")
    assert decision_of(bad).feedback == "Explain more."


def test_who_still_marks_blind_sees_nobody_elses_marks(world):
    attempt = hand_in(world)
    mark(attempt, world.assessor, ENOUGH, comment="Splendid")
    second, desk = open_marking(attempt, "second"), browser(world.second)
    assert "Splendid" not in text_of(desk.get(at("decision", attempt.pk)))  # nor before taking it
    desk.post(at("take", second.pk))
    page = text_of(desk.get(at("decision", attempt.pk)))
    assert "It is still being marked" in page
    assert "Splendid" not in page
    assert "compare__total" not in page


def test_a_second_marking_is_asked_for_and_a_script_kept(world):
    alone(world)
    attempt = hand_in(world)
    mark(attempt, world.assessor, ENOUGH)
    desk = browser(world.second)
    desk.post(at("ask_second", attempt.pk))
    mark(attempt, world.second, ENOUGH, kind="second")
    deciding.confirm(decision_of(attempt), actor=world.owner)
    desk.post(at("script_keep", attempt.pk), {"keep": "yes"})
    attempt.refresh_from_db()
    assert attempt.is_archived
    assert "1 of 20" in text_of(desk.get(at("kept_scripts")))
    desk.post(at("script_cycle", world.achievement.pk))
    assert Marking.everywhere.filter(kind="anchor").count() == 1


# -- people --------------------------------------------------------------------------------


def test_an_application_is_answered(world):
    from stackmark_web.assessing.actions import applying

    world.setup.accepts_by_itself = False
    world.setup.save()
    asked = applying.apply(world.achievement, actor=world.learner, message="Please.")
    desk = browser(world.assessor)
    assert world.learner.name in text_of(desk.get(at("applications")))
    unsaid = desk.post(at("application_answer", asked.pk), {"decision": "refuse"})
    assert unsaid.status_code == 422
    sent = desk.post(
        at("application_answer", asked.pk),
        {"decision": "accept", "due_at": (clock.today() + timedelta(days=9)).isoformat()},
    )
    assert sent.status_code == 302
    asked.refresh_from_db()
    assert asked.state == Application.State.ACCEPTED
    assert asked.attempts.get().due_at.date() == clock.today() + timedelta(days=10)


def test_cases_are_answered(world):
    alone(world)
    attempt = hand_in(world)
    told = telling.tell_circumstances(attempt, actor=world.learner, text="I was ill.")
    case = caring.raise_misconduct(attempt, actor=world.second, ground="A copy.", seen=True)
    desk = browser(world.assessor)
    page = text_of(desk.get(at("cases")))
    assert at("circumstance", told.pk) in page
    assert at("misconduct", case.pk) in page
    sent = desk.post(
        at("circumstance", told.pk),
        {"decision": "accept", "remedy": "none", "answer": "We are sorry."},
    )
    assert sent.status_code == 302
    told.refresh_from_db()
    assert told.state == Circumstance.State.ACCEPTED
    assert "The learner comes first" in text_of(desk.get(at("misconduct", case.pk)))
    telling.answer_misconduct(case, actor=world.learner, text="It is mine.")
    assert "It is mine." in text_of(desk.get(at("misconduct", case.pk)))
    desk.post(at("misconduct", case.pk), {"outcome": "warning", "reason": "Name your sources."})
    case.refresh_from_db()
    assert (case.state, case.outcome) == (Misconduct.State.FOUNDED, "warning")


def test_raising_a_case_says_what_is_no_evidence(world):
    alone(world)
    attempt = hand_in(world)
    desk = browser(world.assessor)
    page = text_of(desk.get(at("misconduct_raise", attempt.pk)))
    assert "detector of AI text" in page
    unseen = desk.post(at("misconduct_raise", attempt.pk), {"ground": "90 % AI"})
    assert unseen.status_code == 422
    assert not Misconduct.everywhere.exists()


def test_after_a_void_attempt_the_revocation_is_offered_to_who_may(world):
    alone(world)
    attempt = hand_in(world)
    mark(attempt, world.assessor, ENOUGH)
    deciding.confirm(decision_of(attempt), actor=world.second)
    case = caring.raise_misconduct(attempt, actor=world.second, ground="A copy.", seen=True)
    telling.answer_misconduct(case, actor=world.learner, text="It is mine.")
    case.refresh_from_db()
    caring.decide_misconduct(case, actor=world.assessor, outcome="void", reason="The same.")
    link = reverse("awarding:revoke", args=["northfield", decision_of(attempt).award_id])
    assert link in text_of(browser(world.owner).get(at("misconduct", case.pk)))
    assert link not in text_of(browser(world.assessor).get(at("misconduct", case.pk)))


def test_an_appeal_by_pages(world, third):
    alone(world)
    attempt = hand_in(world)
    mark(attempt, world.assessor, LITTLE)
    deciding.confirm(decision_of(attempt), actor=world.second, seen=True, feedback="Read on.")
    appeal = telling.appeal(decision_of(attempt), actor=world.learner, text="You missed a table.")
    fourth = world.member("fay", "assessor")
    assert "You had a part" in text_of(browser(world.assessor).get(at("mark_appeal", appeal.pk)))
    desk = browser(third)
    assert "You missed a table." in text_of(desk.get(at("mark_appeal", appeal.pk)))
    desk.post(at("mark_again", appeal.pk))
    mark(attempt, fourth, ENOUGH, kind="appeal")
    refused = browser(world.second).post(
        at("mark_appeal", appeal.pk), {"how": "reject", "answer": "No."}
    )
    assert refused.status_code == 422
    sent = desk.post(at("mark_appeal", appeal.pk), {"how": "remarked", "answer": "You are right."})
    assert sent.status_code == 302
    appeal.refresh_from_db()
    assert appeal.state == MarkAppeal.State.ALLOWED
    assert decision_of(attempt).award.signed is not None


# -- moderation ----------------------------------------------------------------------------


def test_a_meeting_by_pages(world):
    alone(world, second_least=20)
    attempt = hand_in(world)
    mark(attempt, world.assessor, ("secure", "beginning", 6))
    mark(attempt, world.second, ("secure", "absent", 6), kind="second")
    assert decision_of(attempt).outcome == "failed"
    desk = browser(world.assessor)
    today = clock.today().isoformat()
    sent = desk.post(
        at("moderations"),
        {"achievement": str(world.achievement.pk), "start": today, "end": today},
    )
    meeting = Moderation.everywhere.get()
    assert sent["Location"] == at("moderation", meeting.pk)
    page = text_of(desk.get(sent["Location"]))
    assert "insufficient data" in page
    assert at("moderation_script", meeting.pk, attempt.pk) in page
    script = at("moderation_script", meeting.pk, attempt.pk)
    unsaid = desk.post(script, {**FORM, "change": "1", "text": ""})
    assert unsaid.status_code == 422
    changed = desk.post(script, {**FORM, "change": "1", "text": "The task allowed it."})
    assert changed.status_code == 302
    assert (decision_of(attempt).basis, decision_of(attempt).outcome) == ("moderated", "passed")
    desk.post(at("moderation_close", meeting.pk), {"text": "Agreed on telling."})
    meeting.refresh_from_db()
    assert meeting.closed_at is not None
    assert "Agreed on telling." in text_of(desk.get(at("moderation", meeting.pk)))
    assert moderating.WANTED == 20


@pytest.mark.parametrize(
    "name",
    ["desk", "decisions", "applications", "cases", "mark_appeals", "moderations", "kept_scripts"],
)
def test_an_empty_desk_says_what_comes(world, name):
    answer = browser(world.assessor).get(at(name))
    assert answer.status_code == 200
    assert browser(world.designer).get(at(name)).status_code == 403
    assert browser(world.learner).get(at(name)).status_code == 404
