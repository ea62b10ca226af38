"""Pages of learners and of the board: what they say, and what they say to others."""

from __future__ import annotations

import html
import io
import json
import uuid
import zipfile

import orjson
import pytest
from django.test import Client

from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.passport import claiming, sharing, tokens
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.actions import conferring, following, publishing
from stackmark_web.pathways.actions.designing import save_rules, start_version
from stackmark_web.pathways.models import Completion, Following
from stackmark_web.recognising.models import Policy
from stackmark_web.verifying import actions as verifying

from .conftest import asks, both


@pytest.fixture
def browser():
    """A browser in which a person is signed in: browser(user); of nobody without one."""

    def make(user=None):
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return make


def said(answer):
    """The page's words, on one line."""
    return " ".join(html.unescape(answer.content.decode()).split())


@pytest.fixture
def halfway(ada, pathway, soil, give):
    """Ada has one of two."""
    give(soil)
    return following.follow(ada, pathway())


def page(browser, one, tail=""):
    return browser.get(f"/my/pathways/{one.pk}{tail}")


def test_an_empty_home_says_what_to_do(browser, ada):
    text = said(browser(ada).get("/my/pathways"))
    assert "You follow no pathway yet" in text
    assert "nothing else to follow" in text


def test_home_offers_and_follows(browser, ada, pathway):
    one, visitor = pathway(), browser(ada)
    assert "Field Science Certificate" in said(visitor.get("/my/pathways"))
    answer = visitor.post(f"/pathways/{one.pk}/follow", follow=True)
    assert answer.redirect_chain[0][0] == f"/my/pathways/{Following.objects.get().pk}"
    text = said(visitor.get("/my/pathways"))
    assert "Not complete yet" in text
    assert "0 of 2 parts" in text


@pytest.mark.parametrize("words", ["long", "\x00", "%", "<script>"])
def test_any_search_is_answered(browser, ada, pathway, words):
    pathway()
    answer = browser(ada).get("/my/pathways", {"q": words * 2_000})
    assert answer.status_code == 200
    assert b"<script>" not in answer.content


def test_the_map_says_what_is_done_and_what_is_missing(browser, ada, halfway):
    answer = page(browser(ada), halfway)
    text = said(answer)
    assert "path-step--done" in text
    assert "path-step--doable" in text
    assert "1 of 2" in text
    assert "What is missing" in text
    assert "The smallest change" in text
    assert "Issued here" in text
    assert Following.objects.get().audit == halfway.audit  # a visit stores nothing


def test_the_map_leads_to_a_plan_and_to_the_rules(browser, ada, halfway, maps, give):
    text = said(page(browser(ada), halfway))
    plan = f'href="/plan?target=pathway:{halfway.pathway_id}"'
    assert plan in text
    assert f'href="/pathways/{halfway.pathway_id}/1"' in text
    assert "1 of 1 credential<" in text
    give(maps)
    assert plan not in said(page(browser(ada), halfway))


def test_what_waits_to_be_kept_is_told(browser, ada, halfway, maps):
    visitor = browser(ada)
    assert "waits in your passport" not in said(page(visitor, halfway))
    made = awarding.create_award(maps, actor=None, recipient_email=ada.email)
    awarding.offer(made, actor=None)
    text = said(page(visitor, halfway))
    assert "One credential waits in your passport until you keep it" in text
    assert said(visitor.get("/my/pathways")).count("waits in your passport until you keep it") == 1


def test_what_comes_first_locks_what_follows(browser, ada, pathway, soil, maps):
    first, then = soil.signable["id"], maps.signable["id"]
    one = following.follow(ada, pathway(limits=[{"id": "order", "before": [[first, then]]}]))
    text = said(page(browser(ada), one))
    assert "path-step--locked" in text
    assert "First: <bdi>Soil sampling</bdi>" in text


def test_of_a_choice_that_is_made_the_rest_is_not_needed(browser, ada, pathway, soil, maps, give):
    give(soil)
    rule = {"id": "award", "any": [asks(soil), asks(maps)]}
    text = said(page(browser(ada), following.follow(ada, pathway(rule=rule))))
    assert "path-step--unneeded" in text
    assert "You have met the rules" in text


def test_a_rule_by_class_of_issuer_is_met_and_its_proof_says_what_to_check_it_with(
    browser, ada, pathway, soil, give
):
    give(soil)
    select = {"issuer_class": ["university"]}
    rule = {"id": "award", "all": [{"id": "a", "count": {"select": select, "min": 1}}]}
    one = following.follow(ada, pathway(rule=rule))
    assert one.verdict == "yes"
    text = said(browser(ada).get(f"/my/pathways/proof/{Completion.everywhere.get().pk}"))
    assert "what only the books of <bdi>Northfield University</bdi> know" in text
    assert "--holdings credentials.zip" not in text


def test_what_waiting_costs_is_told(browser, ada, pathway, soil, give):
    from datetime import timedelta

    from stackmark_web import clock

    give(soil, valid_until=clock.now() + timedelta(days=30))
    text = said(page(browser(ada), following.follow(ada, pathway())))
    assert "What will I lose if I wait?" in text
    assert "has expired" in text


def test_what_is_not_known_is_said_as_such(browser, ada, pathway, badge, trust, web):
    from stackmark_web.passport.actions import import_credential

    data = badge()
    web.documents.clear()
    import_credential(ada, data)
    trust()
    rule = {
        "id": "award",
        "all": [{"id": "f", "count": {"min": 1, "select": {"issuer": ["did:web:uni.example"]}}}],
    }
    one = following.follow(ada, pathway(rule=rule))
    assert one.verdict == "undecided"
    text = said(page(browser(ada), one))
    assert "Cannot be told yet" in text
    assert "What is not known" in text
    assert not Completion.everywhere.exists()


def test_what_is_not_decided_shows_the_way_on(browser, ada, university, pathway, brought):
    brought()
    one, visitor = following.follow(ada, pathway()), browser(ada)
    held = Holding.objects.get(user=ada)
    assert "Not decided yet" in said(page(visitor, one))
    assert "Ask for recognition" not in said(page(visitor, one))
    Policy.objects.create(organisation=university, open=True)
    text = said(page(visitor, one))
    assert f"/recognition/new?body=northfield&holding={held.pk}" in text
    assert "has not decided about 1 credential you hold." in text


def test_nobody_reads_others_pathways(browser, person, alice, halfway):
    for who in (person("mallory"), alice):
        for tail in ("", "/what-if", f"/versions/{uuid.uuid4()}"):
            assert page(browser(who), halfway, tail).status_code == 404
        assert browser(who).post(f"/my/pathways/{halfway.pk}/leave").status_code == 404
    assert page(browser(), halfway).status_code == 302


# -- what if -----------------------------------------------------------------------------------


def test_what_if_is_labelled_and_kept_nowhere(browser, ada, halfway, maps):
    before = Following.objects.values().get()
    answer = browser(ada).get(
        f"/my/pathways/{halfway.pk}/what-if", {"achievements": maps.signable["id"]}
    )
    text = said(answer)
    assert "Imagined" in text
    assert "It would serve a rule" in text
    assert "path-step--doable" not in text
    assert Following.objects.values().get() == before
    assert not Completion.everywhere.exists()


def test_what_if_takes_something_typed(browser, ada, pathway):
    rule = {"id": "award", "all": [{"id": "c", "credits": {"min": 3, "select": {"level_min": 6}}}]}
    one = following.follow(ada, pathway(rule=rule))
    visitor = browser(ada)
    given = {"title": "A course", "level": "6", "credits": "3"}
    assert ">Complete" in said(visitor.get(f"/my/pathways/{one.pk}/what-if", given)).replace(
        "</svg>", ">"
    )
    text = said(visitor.get(f"/my/pathways/{one.pk}/what-if", given | {"level": "5"}))
    assert "It would change nothing" in text


def test_what_if_of_ones_own_that_do_not_count_yet(browser, ada, pathway, brought):
    row = brought()
    rule = {
        "id": "award",
        "all": [{"id": "f", "count": {"min": 1, "select": {"issuer": ["did:web:uni.example"]}}}],
    }
    one = following.follow(ada, pathway(rule=rule))
    text = said(browser(ada).get(f"/my/pathways/{one.pk}/what-if", {"waiting": str(row.pk)}))
    assert "It would serve a rule" in text


@pytest.mark.parametrize(
    "given",
    [
        {"achievements": "https://elsewhere.example/a"},
        {"achievements": "\x00"},
        {"waiting": str(uuid.uuid4())},
        {"title": "x" * 100_000},
        {"title": "A", "credits": "NaN"},
        {"title": "A", "credits": "1e400"},
        {"title": "A", "level": "99"},
        {"level": "5"},
        {"title": ""},
    ],
)
def test_a_wrong_what_if_is_told(browser, ada, halfway, given):
    answer = browser(ada).get(f"/my/pathways/{halfway.pk}/what-if", given)
    assert answer.status_code == 422
    assert "errorlist" in said(answer) or "field__error" in said(answer) or "error" in said(answer)


# -- versions ----------------------------------------------------------------------------------


def test_a_newer_version_is_compared_before_anybody_moves(browser, ada, halfway, soil):
    draft = start_version(halfway.pathway, actor=None)
    rules = {**draft.rules, "rule": both(soil)}
    draft = save_rules(draft, actor=None, rules=rules, revision=draft.revision)
    newer = publishing.publish(draft, actor=None, changed="Maps are no longer asked for.")
    visitor = browser(ada)
    assert "version 2" in said(page(visitor, halfway))
    text = said(page(visitor, halfway, f"/versions/{newer.pk}"))
    assert "Maps are no longer asked for." in text
    assert "No longer asked" in text
    assert "Field maps" in text
    halfway.refresh_from_db()
    assert halfway.version.number == 1
    visitor.post(f"/my/pathways/{halfway.pk}/versions/{newer.pk}/move")
    halfway.refresh_from_db()
    assert (halfway.version.number, halfway.verdict) == (2, "yes")
    assert page(visitor, halfway, f"/versions/{newer.pk}").status_code == 404


# -- the board ---------------------------------------------------------------------------------


@pytest.fixture
def waiting(ada, pathway, soil, maps, give):
    give(soil)
    give(maps)
    following.follow(ada, pathway())
    return Completion.everywhere.select_related("version__pathway").get()


def board(waiting, tail=""):
    return f"/manage/northfield/pathways/{waiting.version.pathway_id}/conferral{tail}"


def test_the_board_reads_the_witness_and_confers(
    browser, alice, waiting, django_capture_on_commit_callbacks
):
    visitor = browser(alice)
    assert "Ada" in said(visitor.get(board(waiting)))
    text = said(visitor.get(board(waiting, f"/candidates/{waiting.pk}")))
    assert "Soil sampling" in text
    assert "every rule is met" in text
    where = board(waiting, f"/candidates/{waiting.pk}/confer")
    assert visitor.post(where, {"minute": ""}).status_code == 422
    with django_capture_on_commit_callbacks(execute=True):
        answer = visitor.post(where, {"minute": "All agreed."}, follow=True)
    assert "Conferred" in said(answer)
    assert "All agreed." in said(answer)
    waiting.refresh_from_db()
    assert waiting.state == "awarded"


def test_the_list_of_pathways_says_who_waits_to_whom_it_concerns(
    browser, alice, person, join, northfield, waiting
):
    text = said(browser(alice).get("/manage/northfield/pathways"))
    assert f'href="{board(waiting)}"' in text
    assert "1 waits for the board" in text
    designer = join(person("dana"), northfield, "designer")
    assert "waits for the board" not in said(browser(designer).get("/manage/northfield/pathways"))


def test_the_board_refuses_with_a_reason(browser, alice, ada, waiting):
    where = board(waiting, f"/candidates/{waiting.pk}/refuse")
    assert browser(alice).post(where, {"reason": " "}).status_code == 422
    browser(alice).post(where, {"reason": "<b>Not</b> yours."})
    text = said(page(browser(ada), waiting.following))
    assert "did not confer" in text
    assert "&lt;b&gt;Not" in page(browser(ada), waiting.following).content.decode()


def test_a_list_is_made_conferred_and_printed(
    browser, alice, waiting, django_capture_on_commit_callbacks
):
    visitor = browser(alice)
    assert visitor.post(board(waiting, "/lists"), {"name": ""}).status_code == 422
    given = {"name": "June board", "who": [str(waiting.pk), "nonsense", "\x00"]}
    answer = visitor.post(board(waiting, "/lists"), given)
    where = answer["Location"]
    assert "Confer on" in said(visitor.get(where))
    assert "Soil sampling" in said(visitor.get(f"{where}/print"))
    with django_capture_on_commit_callbacks(execute=True):
        assert visitor.post(where, {"minute": "All agreed."}).status_code == 302
    assert visitor.post(where, {"minute": "Again."}).status_code == 422
    waiting.refresh_from_db()
    assert waiting.state == "awarded"


def test_everybody_is_audited_by_a_run(browser, alice, waiting):
    answer = browser(alice).post(board(waiting, "/audit"))
    assert "/runs/" in answer["Location"]


@pytest.mark.parametrize(("who", "status"), [("bob", 403), ("charlie", 404)])
def test_others_do_not_come_to_the_board(browser, request, waiting, who, status):
    visitor = browser(request.getfixturevalue(who))
    tails = ("", f"/candidates/{waiting.pk}")
    assert {visitor.get(board(waiting, tail)).status_code for tail in tails} == {status}


def test_a_candidate_of_another_pathway_is_not_there(browser, alice, waiting, pathway):
    other = pathway()
    where = f"/manage/northfield/pathways/{other.pk}/conferral/candidates/{waiting.pk}"
    assert browser(alice).get(where).status_code == 404


# -- what proves it ----------------------------------------------------------------------------


@pytest.fixture
def awarded(waiting, alice, ada, django_capture_on_commit_callbacks):
    """In Ada's passport."""
    with django_capture_on_commit_callbacks(execute=True):
        conferring.confer_one(waiting, actor=alice, minute="Yes.")
        waiting.refresh_from_db()
        claiming.keep(Award.everywhere.get(pk=waiting.award_id), user=ada)
    waiting.refresh_from_db()
    return waiting


NAMES = ("witness.json", "rules.json", "holdings.json", "credentials.zip", "record.json")


def test_the_holder_gets_every_file(browser, ada, awarded):
    visitor = browser(ada)
    text = said(visitor.get(f"/my/pathways/proof/{awarded.pk}"))
    assert "stackmark audit --check" in text
    assert "What it was built from" in said(visitor.get(f"/passport/{awarded.award.holding.pk}"))
    for name in NAMES:
        answer = visitor.get(f"/pathways/completions/{awarded.pk}/{name}")
        assert answer.status_code == 200, name
        assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
        assert "no-store" in answer["Cache-Control"]
    assert visitor.get(f"/pathways/completions/{awarded.pk}/other.json").status_code == 404


def test_only_the_used_credentials_go_along(browser, ada, awarded, achievement, give):
    give(achievement("Poetry"))
    answer = browser(ada).get(f"/pathways/completions/{awarded.pk}/credentials.zip")
    names = zipfile.ZipFile(io.BytesIO(answer.content)).namelist()
    found = sorted(one for one in names if one.startswith("credentials/"))
    assert found == ["credentials/field-maps.json", "credentials/soil-sampling.json"]


def test_the_record_is_signed_and_says_what_is_part_of_what(browser, ada, awarded, soil, maps):
    answer = browser(ada).get(f"/pathways/completions/{awarded.pk}/record.json")
    tree = orjson.loads(answer.content)
    subject = tree["credentialSubject"]
    assert len(subject["verifiableCredential"]) == 3
    kinds = {(one["associationType"], one["sourceId"]) for one in subject["association"]}
    assert kinds == {("isPartOf", one.signable["id"]) for one in (soil, maps)}
    assert verifying.check(answer.content).report.verdict == "verified"


def test_others_get_no_file(browser, person, charlie, bob, awarded):
    for who in (None, person("mallory"), charlie, bob):
        for name in NAMES:
            answer = browser(who).get(f"/pathways/completions/{awarded.pk}/{name}")
            assert answer.status_code == (404 if who else 302)
        answer = browser(who).get(f"/my/pathways/proof/{awarded.pk}")
        assert answer.status_code == (404 if who else 302)


def test_the_board_gets_the_files(browser, alice, awarded):
    answer = browser(alice).get(f"/pathways/completions/{awarded.pk}/witness.json")
    assert json.loads(answer.content)["uses"]


def test_of_who_left_the_board_gets_nothing_more(browser, alice, ada, waiting):
    where = f"/pathways/completions/{waiting.pk}/credentials.zip"
    assert browser(alice).get(where).status_code == 200
    following.leave(waiting.following, actor=ada)
    assert browser(alice).get(where).status_code == 404
    candidate = f"/manage/northfield/pathways/{waiting.version.pathway_id}/conferral/candidates"
    text = said(browser(alice).get(f"{candidate}/{waiting.pk}"))
    assert "The files behind it" not in text
    assert browser(ada).get(where).status_code == 200


@pytest.mark.parametrize("evidence", [True, False])
def test_a_link_that_shows_evidence_shows_the_proof(browser, ada, awarded, evidence):
    holding = awarded.award.holding
    made = sharing.make_share(ada, holdings=[holding], title="For you", evidence=evidence)
    share, url = made if isinstance(made, tuple) else (made, "")
    token = (url or tokens.share_url(tokens.unsealed(share.token_sealed))).rsplit("/", 1)[1]
    text = said(browser().get(f"/s/{token}"))
    assert ("What it was built from" in text) is evidence
    for name in NAMES:
        answer = browser().get(f"/s/{token}/{holding.pk}/proof/{name}")
        assert answer.status_code == (200 if evidence else 404)
    wrong = browser().get(f"/s/{token}/{uuid.uuid4()}/proof/witness.json")
    assert wrong.status_code == 404


def test_the_page_says_how_far_a_renewal_is(
    browser, ada, pathway, soil, maps, give, django_capture_on_commit_callbacks
):
    give(soil)
    give(maps)
    one = pathway(
        kind="micro-certification", conferral="automatic", renewal_months=24, continuing_credits=3
    )
    with django_capture_on_commit_callbacks(execute=True):
        made = following.follow(ada, one)
    text = said(page(browser(ada), made))
    assert "0 of 3 ECTS credits" in text
    assert "1 June 2028" in text
