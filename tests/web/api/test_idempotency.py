"""A request under a key is done once, whatever happens on the way (F05, F10)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections, transaction

import api_world
from stackmark_web import clock
from stackmark_web.accounts import erasure
from stackmark_web.api import idempotency, limits
from stackmark_web.api.models import Answered
from stackmark_web.awarding.models import Award, Sheet
from stackmark_web.tenancy.models import Membership


def order(world, **more):
    return {
        "achievement": str(world.version.achievement_id),
        "recipient_email": "ada@mail.example",
        "recipient_name": "Ada Lovelace",
        **more,
    }


def test_an_erased_person_is_in_no_kept_answer(world, call, person):
    """The key still stands for what was made; the answer no longer says for whom."""
    ada = person("ada", email="ada@mail.example")
    first = call.post("/awards", order(world), idempotency_key="one")
    call.post(
        "/awards",
        order(world, recipient_email="b@x.example", recipient_name="Bo"),
        idempotency_key="two",
    )
    assert b"ada@mail.example" in first.content
    erasure.erase(ada, actor=ada)
    bodies = {row.key: idempotency._unsealed(bytes(row.body)) for row in Answered.objects.all()}
    assert bodies["one"] == b"{}"
    assert b"b@x.example" in bodies["two"]
    again = call.post("/awards", order(world), idempotency_key="one")
    assert (again.status_code, again["Location"]) == (201, first["Location"])
    assert Award.everywhere.count() == 2


def test_a_stranger_called_like_a_field_empties_no_answer(world, call, person):
    call.post("/awards", order(world), idempotency_key="one")
    eve = person("eve")
    eve.name = "recipient"
    eve.save()
    erasure.erase(eve, actor=eve)
    assert idempotency._unsealed(bytes(Answered.objects.get().body)) != b"{}"


def kind(answer):
    return answer.json()["type"].rpartition(":")[2]


def test_the_same_answer_again_and_nothing_twice(world, call):
    first = call.post("/awards", order(world), idempotency_key="one")
    again = call.post("/awards", order(world), idempotency_key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first["Location"] == again["Location"]
    assert again["Idempotency-Replayed"] == "true"
    assert Award.everywhere.count() == 1
    assert Award.everywhere.get().steps.filter(to_state="offered").count() == 1


@pytest.mark.parametrize("change", ["body", "path"])
def test_another_request_under_the_key_is_refused(world, call, change):
    call.post("/awards", order(world), idempotency_key="one")
    if change == "body":
        other = call.post("/awards", order(world, narrative="Other"), idempotency_key="one")
    else:
        other = call.post("/webhooks", {"url": "https://a.example", "events": ["award.offered"]},
                          idempotency_key="one")  # fmt: skip
    assert (other.status_code, kind(other)) == (422, "idempotency-mismatch")
    assert Award.everywhere.count() == 1


def test_keys_are_kept_apart_by_organisation(world, call):
    call.post("/awards", order(world), idempotency_key="one")
    theirs = api_world.published(world.elsewhere)
    other = api_world.Caller(world.foreign).post(
        "/awards",
        {"version": str(theirs.pk), "recipient_email": "ada@mail.example"},
        idempotency_key="one",
    )
    assert other.status_code == 201
    assert "Idempotency-Replayed" not in other
    assert Award.everywhere.count() == 2


def test_a_refused_request_may_be_mended_under_the_same_key(world, call):
    bad = call.post("/awards", order(world, recipient_email="ada"), idempotency_key="one")
    assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "#/recipient_email")
    good = call.post("/awards", order(world), idempotency_key="one")
    assert good.status_code == 201


def test_while_the_first_is_under_way(world, call, monkeypatch):
    seen = {}

    def meanwhile(self, response):
        seen["answer"] = call.post("/awards", order(world), idempotency_key="one")
        monkeypatch.undo()
        self.finish(response)

    monkeypatch.setattr(idempotency.Once, "finish", meanwhile)
    assert call.post("/awards", order(world), idempotency_key="one").status_code == 201
    told = seen["answer"]
    assert (told.status_code, kind(told)) == (409, "idempotency-in-flight")
    assert told["Retry-After"] == "1"


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "ü"])
def test_keys_that_cannot_be_used(world, call, key):
    answer = call.post("/awards", order(world), idempotency_key=key)
    assert (answer.status_code, kind(answer)) == (400, "invalid-idempotency-key")
    assert not Award.everywhere.exists()


def test_the_answer_was_lost_with_the_process(world, call, monkeypatch):
    """Signed and committed, then the process died: the next try finds the award and says so."""

    def died(self, response):
        raise KeyboardInterrupt

    monkeypatch.setattr(idempotency.Once, "finish", died)
    monkeypatch.setattr(idempotency.Once, "release", lambda self: None)
    with pytest.raises(KeyboardInterrupt):
        call.post("/awards", order(world), idempotency_key="one")
    monkeypatch.undo()
    made = Award.everywhere.get()
    assert made.state == "offered"
    early = call.post("/awards", order(world), idempotency_key="one")
    assert kind(early) == "idempotency-in-flight"
    with clock.at(clock.now() + timedelta(minutes=2)):
        limits.forget()
        later = call.post("/awards", order(world), idempotency_key="one")
    assert (later.status_code, later.json()["id"]) == (201, str(made.pk))
    assert Award.everywhere.count() == 1


def test_a_colleague_repeats_what_was_cut_off(world, call, monkeypatch):
    """The id is drawn in the name of the first maker, so a second token finds the same award."""
    monkeypatch.setattr(idempotency.Once, "finish", lambda self, response: None)
    first = call.post("/awards", order(world), idempotency_key="one")
    monkeypatch.undo()
    colleague = api_world.person("bob")
    Membership.everywhere.create(user=colleague, organisation=world.here, role="issuer")
    _token, text = world.make_token(actor=colleague)
    with clock.at(clock.now() + timedelta(minutes=2)):
        limits.forget()
        again = api_world.Caller(text).post("/awards", order(world), idempotency_key="one")
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert Award.everywhere.count() == 1


def test_a_run_that_was_cut_off_goes_on_with_its_rows(world, call, monkeypatch):
    rows = [{"recipient_email": f"p{n}@mail.example"} for n in range(3)]
    body = {"version": str(world.version.pk), "recipients": rows}

    def died(self, response):
        raise KeyboardInterrupt

    monkeypatch.setattr(idempotency.Once, "finish", died)
    with pytest.raises(KeyboardInterrupt):
        call.post("/runs", body, idempotency_key="spring")
    monkeypatch.undo()
    again = call.post("/runs", body, idempotency_key="spring")
    assert (again.status_code, again.json()["state"]) == (201, "queued")
    assert Sheet.everywhere.count() == 1


def test_a_file_is_the_same_request_under_another_border(world):
    def send(content):
        browser = api_world.Client()
        return browser.post(
            "/api/v1/runs/file",
            {"file": SimpleUploadedFile("a.csv", content), "version": str(world.version.pk)},
            headers={"authorization": f"Bearer {world.text}", "idempotency-key": "file"},
        )

    first = send(b"email\na@mail.example\n")
    assert first.status_code == 201
    assert send(b"email\na@mail.example\n").content == first.content
    assert kind(send(b"email\nb@mail.example\n")) == "idempotency-mismatch"


def test_answers_lie_sealed_and_go_after_a_day(world, call):
    call.post("/awards", order(world), idempotency_key="one")
    row = Answered.objects.get()
    assert b"lovelace" not in bytes(row.body).lower()
    assert idempotency.forget_old() == 0
    with clock.at(clock.now() + timedelta(hours=25)):
        assert idempotency.forget_old() == 1
    assert not Answered.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite in memory lets one write at a time"
)
def test_fifty_at_once():
    """Fifty threads with one key: one credential, and all that were answered got the same."""
    world = api_world.ApiWorld()
    answers, gate = [], threading.Barrier(50)

    def send():
        gate.wait()
        answers.append(world.call.post("/awards", order(world), idempotency_key="one"))
        connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert Award.everywhere.filter(signed__isnull=False).count() == Award.everywhere.count() == 1
    codes = {one.status_code for one in answers}
    assert codes <= {201, 409}, codes
    assert 201 in codes
    assert len({one.content for one in answers if one.status_code == 201}) == 1
    assert {kind(one) for one in answers if one.status_code == 409} <= {"idempotency-in-flight"}


def test_a_key_ends_with_the_transaction_of_what_it_made(world, call):
    """Stored together: what was taken back leaves no answer that says it is there."""
    with transaction.atomic():
        call.post("/webhooks", {"url": "https://a.example/x", "events": ["award.offered"]},
                  idempotency_key="hook")  # fmt: skip
        transaction.set_rollback(True)
    assert not Answered.objects.exists()
    assert connection.in_atomic_block
