"""The issuer's pages: from the form to the credential, the list, what may be done, who may."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from stackmark.issuing.recipients import restore
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions
from stackmark_web.awarding.models import Award, StatusList
from stackmark_web.integrations.models import OutboxMail

pytestmark = pytest.mark.django_db
HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def desk(client, alice):
    client.force_login(alice)
    return client


def at(name, *args):
    return reverse(f"awarding:{name}", args=["northfield", *args])


def filled(page, **more):
    """What a browser would send for the form on a page."""
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.content.decode())[1]
    given = {
        "nonce": nonce,
        "recipient_email": "ada@mail.example",
        "recipient_name": "Ada Lovelace",
        "name_in_credential": "on",
        "evidence-TOTAL_FORMS": "1",
        "evidence-INITIAL_FORMS": "0",
        "evidence-0-url": "https://work.example/1",
        "evidence-0-name": "Report",
    }
    return given | more


def new_url(version):
    return f"{at('new')}?version={version.pk}"


def text(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_from_the_form_over_what_will_be_issued_to_the_credential(desk, version):
    assert "Soil sampling" in text(desk.get(at("new")))
    form = desk.get(new_url(version))
    draft = desk.post(new_url(version), filled(form, narrative="**Ten** samples."))
    award = Award.everywhere.get()
    assert draft.url == at("confirm", award.pk)
    assert award.state == "draft"
    shown = desk.get(draft.url)
    assert "Ada Lovelace" in text(shown)
    assert "<strong>Ten</strong>" in shown.content.decode()
    assert "as a salted hash only" in text(shown)
    assert f"credentials/{award.pk}" in shown.content.decode()
    assert not OutboxMail.everywhere.exists()
    done = desk.post(draft.url, follow=True)
    award.refresh_from_db()
    assert award.state == "offered"
    assert "on its way" in text(done)
    assert "New credential" not in text(done)
    assert "has awarded you" in text(done)  # the letter in the list of letters


def test_a_form_sent_twice_and_a_button_pressed_twice_issue_once(desk, version):
    given = filled(desk.get(new_url(version)))
    first, second = (desk.post(new_url(version), given) for _ in range(2))
    assert first.url == second.url
    for _ in range(2):
        desk.post(first.url)
    assert Award.everywhere.count() == 1
    assert OutboxMail.everywhere.filter(kind="offer").count() == 1


def test_going_back_and_sending_other_words_changes_the_draft(desk, version):
    given = filled(desk.get(new_url(version)))
    first = desk.post(new_url(version), given)
    second = desk.post(new_url(version), given | {"recipient_name": "Ada King"})
    assert first.url == second.url
    assert Award.everywhere.get().recipient_name == "Ada King"
    desk.post(first.url)
    late = desk.post(new_url(version), given | {"recipient_name": "Eve"})
    assert late.status_code == 422
    assert "Open it anew" in text(late)
    assert Award.everywhere.get().recipient_name == "Ada King"


def test_the_same_person_again_is_asked_about(desk, version, offered):
    offered()
    given = filled(desk.get(new_url(version)))
    asked = desk.post(new_url(version), given)
    assert asked.status_code == 422
    assert "This person has it already" in text(asked)
    assert Award.everywhere.count() == 1
    assert desk.post(new_url(version), given | {"again": "on"}).status_code == 302
    assert Award.everywhere.count() == 2


def test_what_is_wrong_is_said_where_it_is_and_nothing_is_lost(desk, version):
    given = filled(desk.get(new_url(version)), recipient_email="ada", valid_until="2001-01-01")
    answer = desk.post(new_url(version), given)
    assert answer.status_code == 422
    assert "This is not an e-mail address: ada" in text(answer)
    assert 'value="Ada Lovelace"' in answer.content.decode()
    assert 'value="https://work.example/1"' in answer.content.decode()
    given["recipient_email"] = "ada@mail.example"
    assert "It would expire before it is valid" in text(desk.post(new_url(version), given))
    assert not Award.everywhere.exists()


def test_bad_evidence_is_named(desk, version):
    given = filled(desk.get(new_url(version))) | {"evidence-0-url": "javascript:alert(1)"}
    answer = desk.post(new_url(version), given)
    assert "This is not a web address" in text(answer)
    assert not Award.everywhere.exists()


def test_one_more_row_of_evidence_without_javascript(desk, version):
    given = filled(desk.get(new_url(version)), more="1")
    answer = desk.post(new_url(version), given)
    assert answer.status_code == 200
    assert 'name="evidence-1-url"' in answer.content.decode()
    assert 'value="Report"' in answer.content.decode()
    assert not Award.everywhere.exists()


def test_fields_nobody_asked_for_do_nothing(desk, version):
    more = {"state": "claimed", "organisation": "1", "holder": "1", "signed": "x", "salt": "00"}
    desk.post(new_url(version), filled(desk.get(new_url(version))) | more)
    award = Award.everywhere.get()
    assert (award.state, award.holder, award.signed) == ("draft", None, None)
    assert award.salt != "00"


def test_a_scheduled_award_can_be_changed_and_thrown_away(desk, version):
    given = filled(desk.get(new_url(version)), send_at="2099-01-01T09:00")
    draft = desk.post(new_url(version), given)
    assert "Schedule it" in text(desk.get(draft.url))
    desk.post(draft.url)
    award = Award.everywhere.get()
    assert award.state == "scheduled"
    edit = desk.get(at("edit", award.pk))
    assert 'value="2099-01-01T09:00"' in edit.content.decode()
    desk.post(at("edit", award.pk), filled(edit, recipient_name="Ada King"))
    award.refresh_from_db()
    assert award.recipient_name == "Ada King"
    desk.post(at("discard", award.pk))
    assert not Award.everywhere.exists()


def test_what_cannot_be_signed_is_said_before_the_button(desk, draft, version):
    award = draft(evidence=[{"url": version.signable["id"]}])
    shown = desk.get(at("confirm", award.pk))
    assert "It cannot be signed like this" in text(shown)
    assert "Issue and send" not in text(shown)
    desk.post(at("confirm", award.pk))
    assert Award.everywhere.get().state == "draft"


def test_the_list_searches_filters_counts_and_names_who_never_claimed(
    desk, offered, claimed, alice
):
    offered()
    claimed(recipient_email="eve@mail.example", recipient_name="Eve Moss", external_id="S-7")
    listed = desk.get(at("list"))
    assert "Waiting to be claimed 1" in text(listed)
    assert "Claimed 1" in text(listed)
    for query, there, gone in (
        ("q=moss", "Eve Moss", "Ada Lovelace"),
        ("q=S-7", "Eve Moss", "Ada Lovelace"),
        ("state=offered", "Ada Lovelace", "Eve Moss"),
        ("achievement=nonsense", "Eve Moss", "nobody"),
    ):
        answer = text(desk.get(f"{at('list')}?{query}"))
        assert there in answer
        assert gone not in answer
    assert "Nothing fits" in text(desk.get(f"{at('list')}?q=zebra"))


@pytest.mark.parametrize("units", [False, True], ids=["alone", "with a unit"])
@pytest.mark.parametrize("sought", ["moss", "S-7", "eve@mail.example"])
def test_what_a_search_finds_is_counted_by_state(
    desk, offered, claimed, northfield, organisation, units, sought
):
    if units:
        organisation("science", parent=northfield)
    person = {
        "recipient_email": "eve@mail.example",
        "recipient_name": "Eve Moss",
        "external_id": "S-7",
        "again": True,
    }
    offered(**person)
    gone, lasting = (claimed(**person) for _ in range(2))
    now = clock.now()
    Award.everywhere.filter(pk=gone.pk).update(valid_until=now - timedelta(seconds=1))
    Award.everywhere.filter(pk=lasting.pk).update(valid_until=now + timedelta(days=1))
    page = text(desk.get(f"{at('list')}?q={sought}"))
    assert "Waiting to be claimed 1" in page
    assert "Claimed 2" in page
    assert "Expired 1" in page
    shown = desk.get(f"{at('list')}?q={sought}&state=expired").context["page"].object_list
    assert [one.pk for one in shown] == [gone.pk]


def test_the_export_neutralises_formulas_and_can_be_read_back(desk, offered):
    offered(recipient_name="=HYPERLINK(1)", external_id="+49")
    answer = desk.get(at("export"))
    body = b"".join(answer.streaming_content).decode()
    rows = list(csv.DictReader(io.StringIO(body)))
    assert rows[0]["recipient_name"].startswith("'=")
    assert restore(rows[0]["recipient_name"]) == "=HYPERLINK(1)"
    assert restore(rows[0]["external_id"]) == "+49"
    assert rows[0]["state"] == "offered"
    assert AuditEvent.objects.get(verb="awards.exported").after == {"rows": 1}
    assert "attachment" in answer["Content-Disposition"]


def test_the_page_of_an_award_shows_history_letters_and_when_it_was_published(desk, offered):
    award = offered()
    shown = text(desk.get(at("detail", award.pk)))
    for words in ("Draft made", "Issued and offered", "Status published", "Send again", "Revoke"):
        assert words in shown
    assert "without a way to put it on hold" in shown
    StatusList.everywhere.update(dirty_since=award.created_at)
    actions.claim(award, user=None)
    assert "Not visible to everybody yet" in text(desk.get(at("detail", award.pk)))
    assert "Published." in text(desk.post(at("publish", award.pk), follow=True))
    assert "Not visible" not in text(desk.get(at("detail", award.pk)))


def test_the_signed_bytes_can_be_downloaded_as_they_are(desk, offered):
    award = offered()
    answer = desk.get(at("download", award.pk))
    assert answer.content == bytes(award.signed)
    assert answer["Content-Type"] == "application/vc+ld+json"


def test_sending_again_and_to_another_address(desk, offered):
    award = offered()
    assert "on its way" in text(desk.post(at("resend", award.pk), follow=True))
    wrong = desk.post(at("reissue", award.pk), {"recipient_email": "ada@mail.example"})
    assert "very address" in text(wrong)
    done = desk.post(at("reissue", award.pk), {"recipient_email": "right@mail.example"})
    new = Award.everywhere.get(supersedes=award)
    assert done.url == at("detail", new.pk)
    assert new.recipient_email == "right@mail.example"
    assert "A newer credential took the place" in text(desk.get(at("detail", award.pk)))


def test_correcting_by_the_form(desk, claimed):
    award = claimed(narrative="Old words")
    form = desk.get(at("correct", award.pk))
    assert "Old words" in form.content.decode()
    given = {
        "recipient_name": "Ada King",
        "name_in_credential": "on",
        "valid_from": award.valid_from.date().isoformat(),
        "narrative": "Better words",
        "note": "Married name",
        "evidence-TOTAL_FORMS": "0",
        "evidence-INITIAL_FORMS": "0",
    }
    bad = desk.post(at("correct", award.pk), given | {"valid_until": "2001-01-01"})
    assert "expire before" in text(bad)
    done = desk.post(at("correct", award.pk), given, follow=True)
    new = Award.everywhere.get(supersedes=award)
    assert (new.recipient_name, new.narrative) == ("Ada King", "Better words")
    assert new.valid_from == award.valid_from
    assert "takes the old one" in text(done)
    assert "Married name" in text(done)


def test_putting_on_hold_reinstating_and_revoking_by_the_pages(desk, claimed):
    award = claimed(suspendable=True)
    assert desk.post(at("suspend", award.pk), {}).status_code == 422
    desk.post(at("suspend", award.pk), {"reason": "A question"})
    award.refresh_from_db()
    assert award.state == "suspended"
    desk.post(at("reinstate", award.pk))
    award.refresh_from_db()
    assert award.state == "claimed"
    none = desk.post(at("revoke", award.pk), {"reason": "just so"})
    assert none.status_code == 422
    done = desk.post(at("revoke", award.pk), {"reason": "misconduct", "note": "n"}, follow=True)
    assert "The holder is told and may appeal" in text(done)
    assert "A revocation is final" in text(done)
    late = desk.get(at("revoke", award.pk), follow=True)
    assert "cannot be done now" in text(late)


def test_get_changes_nothing(desk, offered):
    award = offered()
    for name in ("resend", "reinstate", "discard", "publish"):
        assert desk.get(at(name, award.pk)).status_code == 405
    for name in (
        "detail",
        "confirm",
        "edit",
        "reissue",
        "correct",
        "suspend",
        "revoke",
        "download",
    ):
        desk.get(at(name, award.pk))
    award.refresh_from_db()
    assert award.state == "offered"
    assert award.steps.count() == 2


def test_hostile_words_stay_words(desk, version):
    form = desk.get(new_url(version))
    given = filled(
        form,
        recipient_name=HOSTILE,
        narrative=f"{HOSTILE} [x](javascript:alert(1))",
        external_id=HOSTILE,
    )
    given["evidence-0-name"] = given["evidence-0-text"] = HOSTILE
    draft = desk.post(new_url(version), given)
    pages = [desk.get(draft.url), desk.post(draft.url, follow=True), desk.get(at("list"))]
    pages.append(desk.post(new_url(version), given | {"nonce": "other"}))
    for answer in pages:
        assert "<script>alert" not in answer.content.decode()
        assert 'href="javascript' not in answer.content.decode()


# -- appeals -----------------------------------------------------------------------------------


def appeal_path():
    mail = OutboxMail.everywhere.get(kind="revoked")
    return next(word for word in mail.text.split() if "/appeals/" in word).partition("8000")[2]


def test_the_holder_appeals_by_the_link_and_a_colleague_decides(
    desk, client, claimed, alice, person, join, northfield
):
    award = claimed()
    actions.revoke(award, actor=alice, reason="misconduct")
    client.logout()
    path = appeal_path()
    shown = client.get(path)
    assert "Academic misconduct found" in text(shown)
    assert "no-store" in shown["Cache-Control"]
    assert client.post(path, {"text": " "}).status_code == 422
    sent = client.post(path, {"text": f"My own work {HOSTILE}"}, follow=True)
    assert "Your appeal has reached them" in text(sent)
    assert "<script>alert" not in sent.content.decode()
    client.force_login(alice)
    one = at("appeal_detail", award.appeals.get().pk)
    assert "You revoked it yourself" in text(client.get(one))
    assert client.post(one, {"decision": "reversed", "answer": "x"}).status_code == 422
    client.force_login(join(person("dora"), northfield, "issuer"))
    assert "1 appeal waits" in text(client.get(at("list")))
    done = client.post(one, {"decision": "reversed", "answer": "You are right."})
    new = Award.everywhere.get(supersedes=award)
    assert done.url == at("detail", new.pk)
    client.logout()
    assert "You are right." in text(client.get(path))


def test_a_made_up_appeal_link_is_unknown(client, db):
    assert client.get("/appeals/0a1b2c").status_code == 404
    assert client.get("/appeals/0a1b2c:sig").status_code == 404


# -- who may -----------------------------------------------------------------------------------

ONE = ("detail", "edit", "confirm", "discard", "download", "resend", "reissue", "correct")
ONE += ("suspend", "reinstate", "revoke", "publish")
POSTS = {"discard", "resend", "reinstate", "publish"}


@pytest.mark.parametrize("name", ["list", "new", "export", "appeals", *ONE])
def test_nobody_a_stranger_and_a_colleague_get_nothing(name, client, offered, bob, charlie):
    award = offered()
    url = at(name, award.pk) if name in ONE else at(name)
    ask = client.post if name in POSTS else client.get
    nobody = ask(url)
    assert nobody.status_code == 302
    assert nobody.url.startswith("/account/login/")
    client.force_login(charlie)
    assert ask(url).status_code == 404
    client.force_login(bob)
    assert ask(url).status_code == 403
    award.refresh_from_db()
    assert (award.state, award.steps.count()) == ("offered", 2)


def test_an_analyst_reads_and_changes_nothing(client, offered, person, join, northfield):
    award = offered()
    client.force_login(join(person("anna"), northfield, "analyst"))
    shown = text(client.get(at("detail", award.pk)))
    assert "What you can do" not in shown
    assert "Award one person" not in text(client.get(at("list")))
    assert client.post(at("revoke", award.pk), {"reason": "misconduct"}).status_code == 403


def test_an_award_of_another_organisation_is_not_found_under_this_one(
    desk, organisation, make_key, publish_version, person, join
):
    other = organisation("other")
    make_key(other)
    owner = join(person("olga"), other, "owner")
    award = actions.create_award(
        publish_version(other), actor=owner, recipient_email="x@mail.example"
    )
    for name in ("detail", "confirm", "edit", "download"):
        assert desk.get(at(name, award.pk)).status_code == 404
    version_url = f"{at('new')}?version={award.version_id}"
    assert desk.get(version_url).status_code == 404


# -- what an empty field means -----------------------------------------------------------------

ALWAYS = "Empty means it does not expire."
STILL = "Empty means that this one does not expire all the same."


def lasting(version, validity):
    """The next version, with this validity."""
    kept = {f.attname: getattr(version, f.attname) for f in version._meta.concrete_fields}
    content = {"title": {"en": "Soil"}} | ({"validity": validity} if validity else {})
    made = type(version).everywhere.create(
        **kept | {"id": uuid.uuid4(), "number": 2, "content": content}
    )
    version.achievement.current = made
    version.achievement.save()
    return made


@pytest.mark.parametrize(
    ("validity", "words"),
    [
        (None, ALWAYS),
        ({"kind": "unlimited"}, ALWAYS),
        (
            {"kind": "months", "months": 24},
            f"The achievement says 24 months from the day of issue. {STILL}",
        ),
        (
            {"kind": "fixed", "until": "2031-05-01"},
            f"The achievement ends on 1 May 2031. {STILL}",
        ),
    ],
)
def test_an_empty_end_says_what_it_means(desk, version, validity, words):
    version = lasting(version, validity)
    page = desk.get(new_url(version))
    assert words in text(page)
    sent = desk.post(new_url(version), filled(page, valid_until=""))
    award = Award.everywhere.get()
    assert award.valid_until is None  # the words are true
    assert words in text(desk.get(at("edit", award.pk)))
    assert sent.url == at("confirm", award.pk)


def test_a_correction_says_the_same(desk, version, claimed):
    version = lasting(version, {"kind": "months", "months": 1})
    page = text(desk.get(at("correct", claimed(version=version).pk)))
    assert f"The achievement says 1 month from the day of issue. {STILL}" in page
