"""Pages of the ledger: plain words, one's own entries, a question with a code, a copy checked."""

from __future__ import annotations

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from stackmark_web.passport import downloads
from stackmark_web.recognising import queries_ledger as queries
from stackmark_web.recognising.actions import ledger
from stackmark_web.recognising.models import LedgerEntry, LedgerSecret
from stackmark_web.verifying import throttle

pytestmark = pytest.mark.django_db
ASK = "/recognition/ledger/ask"
MINE = "/recognition/ledger/mine"


def words(response):
    return " ".join(response.content.decode().split())


def file(data, name="credential.json"):
    return SimpleUploadedFile(name, data)


def test_everybody_can_read_what_it_is(client):
    page = client.get("/recognition/ledger")
    assert page.status_code == 200
    assert "names nobody" in words(page)
    assert client.get("/recognition/ledger.json").getvalue() == b'{"entries": [\n]}\n'


def test_join_enter_and_hand_over(client, ada, held):
    client.force_login(ada)
    assert "You do not take part" in words(client.get(MINE))
    client.post(f"{MINE}/join")
    client.post(f"{MINE}/join")
    assert LedgerSecret.objects.count() == 1
    assert "not entered" in words(client.get(MINE))
    own = f"{MINE}/{held.pk}"
    assert "There is a code once it is entered" in words(client.get(own))
    client.post(f"{own}/enter")
    page = words(client.get(own))
    assert queries.code_for(ada, held) in page
    assert "No use is entered" in page
    assert "already" in words(client.post(f"{own}/enter", follow=True))


def test_contest_on_the_page_and_end_at_the_desk(client, ada, held, use, college, person, join):
    ledger.opt_in(ada)
    number = use().number
    client.force_login(ada)
    own = f"{MINE}/{held.pk}"
    assert "Riverside College" in words(client.get(own))
    page = client.post(f"{own}/contest/{number}", {"reason": "  "})
    assert page.status_code == 422
    done = client.post(f"{own}/contest/{number}", {"reason": "I <b>never</b> asked."}, follow=True)
    assert "Whoever asks sees it." in words(done)
    client.force_login(join(person("rose"), college, "recogniser"))
    desk = "/manage/riverside/recognition/ledger"
    page = words(client.get(desk))
    assert "I &lt;b&gt;never&lt;/b&gt; asked." in page
    assert "ada" not in page.lower().replace("canada", "")
    field = f"use-{number}"
    assert client.post(desk, {"use": number, f"{field}-reason": "x"}).status_code == 422
    values = {"use": number, f"{field}-outcome": "withdrawn", f"{field}-reason": "By mistake."}
    assert "Nothing is contested" in words(client.post(desk, values, follow=True))
    assert "Nobody contests" in words(client.post(desk, values, follow=True))
    client.force_login(ada)
    page = words(client.get(own))
    assert "withdrawn" in page
    assert "By mistake." in page


@pytest.mark.parametrize("use_number", [0, 7, 999_999_999_999])
def test_what_is_no_use_of_it_is_told(client, ada, held, use, use_number):
    ledger.opt_in(ada)
    use()
    client.force_login(ada)
    page = client.post(f"{MINE}/{held.pk}/contest/{use_number}", {"reason": "Wrong."})
    assert page.status_code == 422
    assert "does not stand any more" in words(page)


def test_leave_says_what_happens_then(client, ada, held, use):
    ledger.opt_in(ada)
    use()
    client.force_login(ada)
    page = words(client.get(f"{MINE}/leave"))
    assert "What is entered stays" in page
    assert "1 credential of yours is entered now." in page
    assert "You do not take part" in words(client.post(f"{MINE}/leave", follow=True))
    assert client.get(f"{MINE}/{held.pk}")["Location"] == MINE
    assert client.get(f"{MINE}/leave")["Location"] == MINE


def test_others_do_not_see_a_credential_of_ada(client, ada, held, person):
    ledger.opt_in(ada)
    client.force_login(person("eve"))
    for end in ("", "/enter", "/contest/1"):
        ask = client.post if end else client.get
        assert ask(f"{MINE}/{held.pk}{end}").status_code == 404
    assert LedgerEntry.objects.count() == 0


# -- asking ------------------------------------------------------------------------------------


@pytest.fixture
def asked(client):
    def make(data, code, name="credential.json"):
        return client.post(ASK, {"file": file(data, name), "code": code})

    return make


@pytest.mark.parametrize("form", ["json", "png", "svg", "pdf"])
def test_any_file_with_the_signed_document_in_it_answers(asked, ada, held, use, form):
    ledger.opt_in(ada)
    use()
    made = downloads.make(held, form)
    page = asked(made.data, queries.code_for(ada, held), made.name)
    assert page.status_code == 200
    assert "It was used for 1 award" in words(page)
    assert "Riverside College" in words(page)
    assert page["Cache-Control"] == "no-store"


def test_the_three_answers(asked, ada, held, use, award):
    ledger.opt_in(ada)
    data, code = downloads.make(held, "json").data, queries.code_for(ada, held)
    assert "The ledger does not know it" in words(asked(data, code))
    ledger.enter(ada, held)
    assert "No use is entered" in words(asked(data, code))
    number = use().number
    ledger.contest(ada, held, number, reason="Wrong.")
    assert "contested by the holder" in words(asked(data, code))
    other = award("Water")
    assert "The ledger does not know it" in words(asked(downloads.make(other, "json").data, code))


@pytest.mark.parametrize("data", [b"{}", b"hello", b"\x00" * 100, b"[" * 5000, b'{"id": 3}'])
def test_what_is_no_credential_is_told(asked, ada, held, data):
    ledger.opt_in(ada)
    page = asked(data, queries.code_for(ada, held))
    assert page.status_code == 422
    assert "credential" in words(page)


def test_a_mistaken_code_is_told_apart_from_an_unknown_one(asked, ada, held):
    page = asked(downloads.make(held, "json").data, "NOT-A-CODE")
    assert page.status_code == 422
    assert "was not copied whole" in words(page)


def test_nobody_asks_without_end(asked, ada, held, monkeypatch):
    ledger.opt_in(ada)
    monkeypatch.setattr(throttle, "ANONYMOUS", 40)
    data, code = downloads.make(held, "json").data, queries.code_for(ada, held)
    assert [asked(data, code).status_code for _ in range(3)] == [200, 200, 429]


# -- the whole of it ---------------------------------------------------------------------------


@pytest.fixture
def copy(client, ada, use):
    ledger.opt_in(ada)
    use()
    return client.get("/recognition/ledger.json").getvalue()


def checked(client, data):
    return client.post("/recognition/ledger/check", {"file": file(data, "ledger.json")})


def test_a_copy_is_whole_and_stays_so_as_the_ledger_grows(client, copy, use):
    use("msc")
    page = words(checked(client, copy))
    assert "The copy is whole, and the ledger here holds all of it" in page
    assert "2 entries in your copy, 3 in the ledger now." in page


def test_a_changed_copy_is_broken_at_its_place(client, copy):
    tree = orjson.loads(copy)
    tree["entries"][0]["day"] = "2025-01-01"
    page = words(checked(client, orjson.dumps(tree)))
    assert "This copy is broken" in page
    assert "Entry 1 does not follow the one before it." in page


def test_a_ledger_that_was_rewritten_here_is_noticed(client, copy):
    LedgerEntry.objects.filter(number=1).update(digest="0" * 64)
    assert "the ledger here is another one" in words(checked(client, copy))


@pytest.mark.parametrize("data", [b"", b"no", b"[]", b'{"entries": 3}', b"[" * 100_000])
def test_what_is_no_copy_is_told(client, data):
    page = checked(client, data)
    assert page.status_code == 422
    assert "error" in page.content.decode()
