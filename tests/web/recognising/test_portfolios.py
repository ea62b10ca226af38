"""Prior learning: written and sent by a learner, set against outcomes, decided by the same rows."""

from __future__ import annotations

import hashlib
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.recognising import (
    comparing,
    drafts,
    pieces,
    portfolios,
    queries,
    tasks_portfolio,
)
from stackmark_web.recognising.actions import appealing, evaluating, policies, requesting
from stackmark_web.recognising.actions import portfolios as actions
from stackmark_web.recognising.errors import Problem
from stackmark_web.recognising.models import Piece, Request, Source

pytestmark = pytest.mark.django_db
SAMPLES, MAP = "Take soil samples", "Map a field"


@pytest.fixture(autouse=True)
def _files():
    yield
    shutil.rmtree(settings.DATA / "recognition", ignore_errors=True)


@pytest.fixture
def draft(lena, college, target):
    """Lena has begun a portfolio."""
    return actions.begin(lena, organisation=college, target=target, title="Eight years of samples")


@pytest.fixture
def diary(draft, lena):
    """A piece in it."""
    return actions.add_piece(draft, actor=lena, name="diary.txt", data=b"Monday: took samples.")


@pytest.fixture
def sent(draft, diary, lena, django_capture_on_commit_callbacks):
    """Sent, with the diary behind the first outcome."""
    claims = [("I did it alone.", [str(diary.pk)]), ("", [])]
    actions.write(draft, actor=lena, title="Eight years", account="At a laboratory.", claims=claims)
    with django_capture_on_commit_callbacks(execute=True):
        made = actions.send(draft, actor=lena, note="Please look.")
    return Source.objects.get(request=made)


def covered(piece, number=0, **more):
    values = {"number": number, "wanted": (SAMPLES, MAP)[number], "relation": "close"}
    values |= {"pieces": (piece,), "found": "Took 400 samples alone.", "confidence": 0.8}
    return portfolios.Covered(**values | more)


@pytest.fixture
def assess(sent, diary, rita):
    """Sets the diary against the first outcome: assess(covered=[…])."""

    def make(actor=rita, source=sent, **more):
        given = {
            "assessor": "Assessor for soil",
            "method": "portfolio",
            "covered": [covered(diary)],
        }
        return actions.assess(source, actor=actor, revision=source.revision, given=given | more)

    return make


def problem(call, *args, **more):
    with pytest.raises(Problem) as told:
        call(*args, **more)
    return told.value.field, told.value.detail


# -- the learner -------------------------------------------------------------------------------


def test_nobody_hears_of_a_portfolio_before_it_is_sent(draft, diary, college):
    assert list(queries.requests_to(college)) == []
    assert not OutboxMail.everywhere.exists()
    assert not AuditEvent.objects.filter(
        organisation_id=college.pk, verb__contains="portf"
    ).exists()


def test_what_can_be_begun(lena, college, target, held_version, draft):
    begin = {"organisation": college, "target": target, "title": "Again"}
    assert "begun a portfolio" in problem(actions.begin, lena, **begin)[1]
    field, told = problem(actions.begin, lena, **begin | {"target": held_version})
    assert (field, told) == ("target", "Choose one of their published achievements.")
    assert problem(actions.begin, lena, **begin | {"title": " "})[0] == "title"
    policies.save(college, actor=None, open=False)
    assert "takes no requests" in problem(actions.begin, lena, **begin)[1]


def test_an_achievement_without_outcomes_takes_no_portfolio(lena, college, target, monkeypatch):
    monkeypatch.setattr(portfolios, "outcomes_of", lambda _version: ())
    asked = {"organisation": college, "target": target, "title": "Years"}
    assert "states no outcomes" in problem(actions.begin, lena, **asked)[1]


def test_claims_and_pieces_are_kept_for_each_outcome(draft, diary, lena):
    claims = [("Alone.\r\n", [str(diary.pk), "not-mine"]), ("", [])]
    actions.write(draft, actor=lena, title="New", account=" Years. ", claims=claims)
    source = draft.sources.get()
    first, second = portfolios.claims_of(source)
    assert (source.title, source.claims["account"]) == ("New", "Years.")
    assert (first.outcome, first.text, first.pieces) == (SAMPLES, "Alone.", (diary,))
    assert (second.outcome, second.is_made) == (MAP, False)
    long = [("x" * 4_001, []), ("", [])]
    assert problem(actions.write, draft, actor=lena, title="N", account="", claims=long)[0] == (
        "text-0"
    )


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("empty.txt", b"", "is empty"),
        ("run.exe", b"MZ\x90\x00", "It is a program"),
        ("page.pdf", b"%PDF-1.4 /JavaScript (x)", "not taken"),
        ("what.xyz", b"\x00\x01\x02", "kind that is not taken"),
        ("photo.png", b"\x89PNG\r\n\x1a\nbroken", "photo.png"),
    ],
)
def test_what_is_no_evidence_is_not_kept(draft, lena, name, data, said):
    field, told = problem(actions.add_piece, draft, actor=lena, name=name, data=data)
    assert field == "file"
    assert said in told
    assert not Piece.objects.exists()


def test_the_same_bytes_come_once_and_limits_hold(draft, diary, lena, monkeypatch):
    add = {"actor": lena, "name": "copy.txt"}
    same = {**add, "data": b"Monday: took samples."}
    assert "there already" in problem(actions.add_piece, draft, **same)[1]
    monkeypatch.setattr(portfolios, "MAX_BYTES", 1024**2)
    big = {**add, "data": b"x" * 1024**2}
    assert "All files together" in problem(actions.add_piece, draft, **big)[1]
    monkeypatch.setattr(portfolios, "MAX_PIECES", 1)
    assert "At most 1 pieces" in problem(actions.add_piece, draft, **add, data=b"y")[1]


def test_two_pieces_of_one_name_keep_their_own(draft, diary, lena):
    actions.add_piece(draft, actor=lena, name="diary.txt", data=b"Tuesday.")
    names = portfolios.names_of(list(draft.sources.get().pieces.all()))
    assert list(names) == ["diary.txt", "diary.txt (2)"]


def test_a_portfolio_needs_evidence_behind_an_outcome(draft, diary, lena):
    assert "at least one piece" in problem(actions.send, draft, actor=lena)[1]
    assert draft.sources.get().pieces.count() == 1


def test_a_damaged_file_is_noticed_before_sending(draft, diary, lena):
    claims = [("", [str(diary.pk)]), ("", [])]
    actions.write(draft, actor=lena, title="T", account="", claims=claims)
    pieces._path(diary.sha256).write_bytes(b"other")
    assert "was damaged" in problem(actions.send, draft, actor=lena)[1]
    again = b"Monday: took samples."
    pieces.keep(again)
    assert actions.send(draft, actor=lena).state == "sent"


def test_what_was_sent_stays_as_it_is(sent, diary, lena):
    asked = sent.request
    write = {"actor": lena, "title": "T", "account": "", "claims": []}
    for call, more in (
        (actions.write, write),
        (actions.send, {"actor": lena}),
        (actions.drop, {"actor": lena}),
        (actions.add_piece, {"actor": lena, "name": "a.txt", "data": b"a"}),
    ):
        assert "sent already" in problem(call, asked, **more)[1]
    assert "sent already" in problem(actions.remove_piece, diary, actor=lena)[1]
    kinds = set(OutboxMail.everywhere.values_list("kind", "to"))
    assert ("recognition_waiting", "desk@college.example") in kinds


def test_when_the_body_asks_evidence_can_be_added_and_nothing_taken_out(sent, diary, lena, rita):
    evaluating.ask(sent.request, actor=rita, question="Is there more?")
    asked = Request.everywhere.get()
    made = actions.add_piece(asked, actor=lena, name="more.txt", data=b"More.")
    assert "sent already" in problem(actions.remove_piece, diary, actor=lena)[1]
    requesting.answer(asked, actor=lena, text="Here.")
    assert list(Source.objects.get().pieces.all()) == [diary, made]


def test_others_do_nothing_with_it(draft, diary, person):
    eve = person("eve")
    with pytest.raises(Http404):
        actions.write(draft, actor=eve, title="T", account="", claims=[])
    with pytest.raises(Http404):
        actions.add_piece(draft, actor=eve, name="a.txt", data=b"a")
    with pytest.raises(Http404):
        actions.remove_piece(diary, actor=eve)
    with pytest.raises(Http404):
        actions.send(draft, actor=eve)


def test_dropped_and_taken_back_evidence_goes(draft, diary, lena, sent):
    path = pieces._path(diary.sha256)
    old = (clock.now() - timedelta(days=2)).timestamp()
    os.utime(path, (old, old))
    tasks_portfolio.forget()
    assert path.exists()
    requesting.take_back(sent.request, actor=lena)
    tasks_portfolio.forget()
    assert not Piece.objects.exists()
    assert not Path(path).exists()


def test_a_draft_of_a_year_ago_goes(draft):
    with clock.at(clock.now() + timedelta(days=364)):
        tasks_portfolio.forget()
        assert Request.everywhere.exists()
    with clock.at(clock.now() + timedelta(days=366)):
        tasks_portfolio.forget()
    assert not Request.everywhere.exists()


# -- the evaluator -----------------------------------------------------------------------------


def test_evidence_against_outcomes_gives_the_five_rows(assess, diary):
    source = assess(level=6, hours=(100, 150))
    found = comparing.prefilled(source)
    assert found.row("level").finding == "no-difference"
    assert found.row("quality").held == (
        "Assessed by Assessor for soil, portfolio; 1 piece of evidence."
    )
    assert found.covered == (SAMPLES,)
    (match,) = found.matches
    assert (match.basis, match.evidence, str(match.confidence)) == ("evidence", "diary.txt", "0.8")
    (evidence,) = source.portfolio["evidence"]
    assert evidence["url"].endswith(f"/recognition/pieces/{diary.pk}")
    assert evidence["sha256"] == hashlib.sha256(b"Monday: took samples.").hexdigest()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"pieces": ()}, "pieces-0"),
        ({"found": ""}, "found-0"),
        ({"confidence": None}, "confidence-0"),
    ],
)
def test_what_is_covered_says_by_what_and_how_surely(assess, diary, more, field):
    assert problem(assess, covered=[covered(diary, **more)])[0] == field


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"assessor": ""}, "assessor"),
        ({"method": "none"}, "method"),
        ({"field": "ab"}, "field"),
        ({"hours": (20, 10)}, "hours_high"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(assess, more, field):
    assert problem(assess, **more)[0] == field


def test_what_is_not_shown_needs_nothing(assess, diary):
    source = assess(covered=[covered(diary), covered(diary, 1, relation="", pieces=(), found="")])
    assert [one["wanted"] for one in source.portfolio["covered"]] == [SAMPLES]


def test_only_who_decides_there_assesses_and_nobody_their_own(
    assess, sent, lena, college, join, alice, person
):
    with pytest.raises(Http404):
        assess(actor=alice)
    with pytest.raises(PermissionDenied):
        assess(actor=join(person("mara"), college, "assessor"))
    with pytest.raises(PermissionDenied, match="your own request"):
        assess(actor=join(lena, college, "recogniser"))


def test_two_evaluators_do_not_write_over_each_other(assess, sent, rolf):
    assess()
    assert "Somebody changed this" in problem(assess, actor=rolf)[1]


def test_a_new_assessment_begins_the_draft_anew(assess, sent, rita, diary):
    source = assess()
    source.request = sent.request
    draft = drafts.draft_of(source)
    rows = {one.name: (one.finding, one.reason) for one in draft.comparison.rows}
    kept = evaluating.keep(
        source, actor=rita, revision=source.revision, given={"rows": rows, "default": "policy"}
    )
    assert kept.working
    kept.request = sent.request
    again = assess(source=kept, covered=[covered(diary, 0, relation="exact")])
    assert again.working == {}


def test_a_portfolio_is_decided_signed_and_kept_like_a_credential(
    assess, sent, decide, lena, college
):
    source = assess(level=6)
    source.request = sent.request
    made = decide(source, "partial")
    assert (made.kind, made.verdict, made.source_issuer) == ("portfolio", "partial", "")
    digest = hashlib.sha256(comparing.portfolio_bytes(source)).hexdigest()
    assert made.content["source"] == {
        "kind": "portfolio",
        "id": f"urn:uuid:{source.pk}",
        "sha256": digest,
    }
    assert Request.everywhere.get().state == "decided"
    made.holding.refresh_from_db()  # checked again once its list was published
    assert made.holding.provenance == "verified"
    assert queries.in_force(lena, college) == [made]


def test_after_an_appeal_the_evidence_is_assessed_anew(
    assess, sent, decide, lena, rita, rolf, diary
):
    source = assess()
    source.request = sent.request
    first = decide(source, "partial")
    source.refresh_from_db()
    assert "decided already" in problem(assess, source=source)[1]
    appealing.appeal(first, actor=lena, text="The map is in the diary too.")
    with pytest.raises(PermissionDenied):
        assess(source=source)
    both = [covered(diary), covered(diary, 1)]
    source = assess(actor=rolf, source=source, covered=both, level=6)
    source.request = sent.request
    assert queries.current(source) == first
    second = decide(source, "full", actor=rolf)
    assert second.replaces == first
    assert second.content["comparison"]["matches"][1]["wanted"] == MAP


# -- pages -------------------------------------------------------------------------------------


def words(response):
    return " ".join(response.content.decode().split())


def upload(data=b"Seen in the field.", name="notes.txt"):
    return SimpleUploadedFile(name, data)


def test_from_beginning_to_the_decision_on_the_pages(
    client, lena, college, target, rita, django_capture_on_commit_callbacks
):
    client.force_login(lena)
    assert "Prior learning" in words(client.get("/recognition"))
    assert "Riverside College" in words(client.get("/recognition/portfolio/new"))
    form = {"target": str(target.pk), "title": "Eight years"}
    page = client.post("/recognition/portfolio/new?body=college", form)
    own = page["Location"]
    asked = Request.everywhere.get()
    assert client.get(f"/recognition/{asked.pk}")["Location"] == own
    texts = {"title": "Eight years", "account": "A laboratory.", "text-0": "Alone.", "text-1": ""}
    page = client.post(own, {**texts, "add": "1", "files": upload(), "about": "My notes"})
    assert page["Location"].endswith("#evidence")
    piece = Piece.objects.get()
    page = words(client.get(own))
    assert "Alone." in page, "what was written is kept when a file is added"
    assert "My notes" in page
    done = client.post(own, {**texts, "pieces-0": str(piece.pk), "send": "1"})
    assert done["Location"] == f"{own}/send"
    assert "decides within 60 days, with reasons" in words(client.get(f"{own}/send"))
    assert client.post(f"{own}/send", {"note": ""}).status_code == 422
    page = client.post(f"{own}/send", {"own": "on"}, follow=True)
    assert "Sent. You see here how it goes on." in words(page)
    assert "Your portfolio" in words(page)
    _decided_on_the_pages(client, rita, piece, django_capture_on_commit_callbacks)
    client.force_login(lena)
    page = words(client.get(f"/recognition/{asked.pk}"))
    assert "As it was assessed" in page
    data = client.get(f"{own}/assessed.json").content
    decision = queries.current(Source.objects.get())
    assert hashlib.sha256(data).hexdigest() == decision.source_sha256


def _decided_on_the_pages(client, rita, piece, committed):
    client.force_login(rita)
    source = Source.objects.get()
    desk = f"/manage/college/recognition/sources/{source.pk}"
    assert "prior learning" in words(client.get("/manage/college/recognition"))
    assert client.get(desk)["Location"] == f"{desk}/portfolio"
    page = words(client.get(f"{desk}/portfolio"))
    assert "A laboratory." in page
    assert "Alone." in page
    assert client.get(f"/recognition/pieces/{piece.pk}").content == b"Seen in the field."
    found = {
        "revision": "0",
        "assessor": "Assessor for soil",
        "method": "portfolio",
        "level": "6",
        "relation-0": "close",
        "pieces-0": str(piece.pk),
        "found-0": "Took samples.",
        "confidence-0": "0.8",
    }
    wrong = client.post(f"{desk}/portfolio", {**found, "confidence-0": "7", "hours_low": "3"})
    assert wrong.status_code == 422
    assert "Give both numbers" in words(wrong)
    assert client.post(f"{desk}/portfolio", found)["Location"] == desk
    page = client.get(desk)
    assert "Assessed by Assessor for soil" in words(page)
    form = page.context["form"]
    values = {field.html_name: field.value() or "" for field in form}
    for name in ("level", "workload", "quality", "profile"):
        values[f"finding-{name}"] = "not-substantial"
        values[f"reason-{name}"] = "It fits."
    values |= {"default": "policy", "verdict": "full", "decide": "1", "outcomes": []}
    assert client.post(desk, values)["Location"] == f"{desk}/confirm"
    revision = Source.objects.get().revision
    with committed(execute=True):
        done = client.post(f"{desk}/confirm", {"revision": revision}, follow=True)
    assert "Decided and signed." in words(done)
    assert client.get(f"{desk}/portfolio.json").status_code == 200
    page = words(client.get(f"{desk}/portfolio"))
    assert "This is decided already." in page or "decided already" in page


def test_evidence_is_for_its_learner_and_who_decides_there(
    client, sent, diary, lena, rita, alice, person, college, join
):
    path = f"/recognition/pieces/{diary.pk}"
    assert client.get(path).status_code == 302
    mara = join(person("mara"), college, "assessor")
    for user, status in ((lena, 200), (rita, 200), (alice, 404), (mara, 404)):
        client.force_login(user)
        assert client.get(path).status_code == status, user
    client.force_login(lena)
    answer = client.get(path)
    assert answer["Content-Disposition"].startswith('attachment; filename="evidence-')
    assert "sandbox" in answer["Content-Security-Policy"]
    requesting.take_back(sent.request, actor=lena)
    client.force_login(rita)
    assert client.get(path).status_code == 404


def test_a_draft_is_its_learner_alone(client, draft, diary, rita):
    client.force_login(rita)
    source = draft.sources.get()
    for path in (
        f"/recognition/pieces/{diary.pk}",
        f"/recognition/portfolio/{draft.pk}",
        f"/manage/college/recognition/sources/{source.pk}/portfolio",
        f"/manage/college/recognition/sources/{source.pk}/portfolio.json",
    ):
        assert client.get(path).status_code == 404, path


def test_a_lost_file_is_told_and_never_handed_out(client, draft, diary, lena):
    pieces._path(diary.sha256).write_bytes(b"something else")
    client.force_login(lena)
    page = client.get(f"/recognition/pieces/{diary.pk}")
    assert page.status_code == 410
    assert b"something else" not in page.content


def test_pieces_are_taken_out_on_the_page_and_bad_input_is_told(client, draft, diary, lena):
    client.force_login(lena)
    own = f"/recognition/portfolio/{draft.pk}"
    texts = {"title": "T", "account": "", "text-0": "", "text-1": ""}
    page = client.post(own, {**texts, "add": "1"})
    assert page.status_code == 422
    assert "Choose a file first." in words(page)
    page = client.post(own, {**texts, "add": "1", "files": upload(b"MZ", "a.exe")})
    assert "It is a program." in words(page)
    for wrong in ("nothing", "00000000-0000-4000-8000-000000000000", "\x00"):
        assert client.post(own, {**texts, "remove": wrong}).status_code == 302
    for name, value in (("title", ""), ("text-0", "x" * 5_000), ("pieces-0", "nothing")):
        assert client.post(own, {**texts, name: value}).status_code == 422, name
    client.post(own, {**texts, "remove": str(diary.pk)})
    assert not Piece.objects.exists()
    assert client.post(f"{own}/drop")["Location"] == "/recognition"
    assert client.get(own).status_code == 404


@pytest.mark.parametrize("query", ["target=x", "target=\x00", "body=nobody", "body=\x00"])
def test_what_is_not_there_is_not_there(client, lena, college, query):
    client.force_login(lena)
    assert client.get(f"/recognition/portfolio/new?{query}").status_code == 404


def test_a_target_of_the_college_chooses_both(client, lena, target):
    client.force_login(lena)
    page = words(client.get(f"/recognition/portfolio/new?target={target.pk}"))
    assert "A portfolio for Riverside College" in page
