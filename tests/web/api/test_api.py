"""What every answer of the API has in common: problems, pages, limits, validators, verification."""

from __future__ import annotations

import logging
from datetime import timedelta

import orjson
import pytest
from django.db import OperationalError

import api_world
from stackmark_web import clock
from stackmark_web.api import auth, limits, problems, tokens
from stackmark_web.api.models import Token
from stackmark_web.awarding import queries as awarding
from stackmark_web.awarding.models import Award
from stackmark_web.jobs.worker import work_once
from stackmark_web.tenancy.models import Membership


def kind(answer):
    assert answer["Content-Type"] == "application/problem+json"
    return answer.json()["type"].rpartition(":")[2]


# -- problems -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "word"),
    [
        ("GET", "/nowhere", {}, 404, "not-found"),
        ("GET", "", {}, 404, "not-found"),
        ("GET", "/awards/not-an-id", {}, 404, "not-found"),
        ("PUT", "/awards", {}, 405, "method-not-allowed"),
        ("POST", "/awards", {"body": "{"}, 400, "bad-request"),
        ("POST", "/awards", {"body": '{"draft":true,"draft":false}'}, 400, "bad-request"),
        ("POST", "/awards", {"body": '{"narrative":NaN}'}, 400, "bad-request"),
        ("POST", "/awards", {"body": '{"narrative":"\\u0000"}'}, 400, "bad-request"),
        ("POST", "/awards", {"body": '{"narrative":"\\ud800"}'}, 400, "bad-request"),
        ("POST", "/awards", {"body": "[" * 100_000}, 400, "bad-request"),
        ("POST", "/awards", {"body": b"\xff\xfe"}, 400, "bad-request"),
        ("POST", "/awards", {"body": b""}, 422, "invalid"),
        ("POST", "/verify", {"body": b""}, 400, "empty-body"),
        ("POST", "/awards", {"body": "x" * 1_100_000}, 413, "payload-too-large"),
        ("POST", "/awards", {"body": "<a/>", "content_type": "text/xml"}, 415,
         "unsupported-media-type"),
        ("POST", "/awards", {"body": "[]"}, 422, "invalid"),
        ("GET", "/awards?limit=201", {}, 422, "invalid"),
        ("GET", "/awards?limit=5&limit=6", {}, 422, "invalid"),
        ("GET", "/awards?nope=1", {}, 422, "invalid"),
        ("GET", "/awards?state=nice", {}, 422, "invalid"),
        ("GET", "/awards?cursor=abc", {}, 400, "invalid-cursor"),
    ],
)  # fmt: skip
def test_problems(call, method, path, more, status, word):
    answer = call(method, path, **more)
    assert (answer.status_code, kind(answer)) == (status, word)
    told = answer.json()
    assert told["status"] == status
    assert told["title"] == problems.KINDS[word][1]
    if status == 405:
        assert set(answer["Allow"].split(", ")) == {"GET", "POST"}


def test_a_member_that_is_there_twice_is_named(call):
    answer = call.post("/awards", '{"draft":true,"draft":false}')
    assert answer.json()["detail"] == 'The member "draft" is there twice.'


def test_a_locked_database_is_told_and_nothing_is_lost(world, call, monkeypatch):
    """F09: 503 with Retry-After; the same request later is done."""

    def locked(*_args, **_more):
        raise OperationalError("database is locked")

    monkeypatch.setattr(Award, "save", locked)
    body = {"version": str(world.version.pk), "recipient_email": "ada@mail.example"}
    answer = call.post("/awards", body, idempotency_key="k")
    assert (answer.status_code, kind(answer)) == (503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert b"locked" not in answer.content
    monkeypatch.undo()
    assert call.post("/awards", body, idempotency_key="k").status_code == 201


def test_a_fault_tells_a_number_and_nothing_of_the_inside(world, call, monkeypatch, caplog):
    said = f"ada{chr(64)}mail.example"

    def broken(*_args, **_more):
        raise RuntimeError(said)

    monkeypatch.setattr(awarding, "award_of", broken)
    with caplog.at_level(logging.ERROR, "stackmark_web.api"):
        answer = call.get(f"/awards/{world.draft().pk}")
    assert (answer.status_code, kind(answer)) == (500, "internal-error")
    number = answer.json()["instance"].removeprefix("urn:uuid:")
    ours = [one.getMessage() for one in caplog.records if one.name.startswith("stackmark_web.api")]
    assert number in ours[0]
    assert "RuntimeError" in ours[0]
    assert said not in "".join(ours) + answer.content.decode()


def test_every_kind_of_problem_is_documented():
    from pathlib import Path

    page = (Path(__file__).parents[3] / "docs/reference/api.md").read_text("utf-8")
    for word, (status, _title) in problems.KINDS.items():
        assert f"| `{word}` | {status} |" in page
    for number in (limits.READS, limits.WRITES, limits.CHECKS, limits.WRONG):
        assert f"| {number:,} |" in page


# -- lists ----------------------------------------------------------------------------------------


def test_pages_are_stable_under_inserts(world, call):
    made = [world.draft(recipient_email=f"p{n}@mail.example") for n in range(7)]
    seen, path = [], "/awards?limit=3"
    while path:
        page = call.get(path)
        body = page.json()
        seen += [one["id"] for one in body["data"]]
        world.draft(recipient_email=f"new{len(seen)}@mail.example")  # while somebody reads
        path = (body["next"] or "").removeprefix(api_world.ROOT)
        if path:
            assert page["Link"] == f'<{body["next"]}>; rel="next"'
    assert seen == [str(one.pk) for one in reversed(made)]


def test_a_cursor_belongs_to_its_list_and_its_organisation(world, call):
    for number in range(3):
        world.draft(recipient_email=f"p{number}@mail.example")
    cursor = call.get("/awards?limit=1").json()["next_cursor"]
    assert call.get(f"/awards?limit=2&cursor={cursor}").status_code == 200
    for answer in (
        call.get(f"/awards?state=draft&cursor={cursor}"),
        call.get(f"/achievements?cursor={cursor}"),
        call.get(f"/awards?cursor={cursor[:-2]}xx"),
        api_world.Caller(world.foreign).get(f"/awards?cursor={cursor}"),
    ):
        assert (answer.status_code, kind(answer)) == (400, "invalid-cursor")


def test_recipients_are_found_without_being_in_an_address(world, call):
    world.draft(external_id="4711")
    world.draft(recipient_email="bo@mail.example")
    found = call.post("/awards/search", {"recipient_email": "ADA@mail.example"}).json()["data"]
    assert [one["recipient"]["external_id"] for one in found] == ["4711"]
    assert call.post("/awards/search", {}).status_code == 422


# -- limits ---------------------------------------------------------------------------------------


def test_limits_are_told_and_kept(world, call, monkeypatch):
    monkeypatch.setattr(limits, "READS", 5)
    start = clock.now().replace(second=10, microsecond=0) + timedelta(minutes=3)
    with clock.at(start):
        left = [call.get("/organisation") for _ in range(6)]
    assert [one.status_code for one in left] == [200] * 5 + [429]
    assert [one["RateLimit-Remaining"] for one in left] == ["4", "3", "2", "1", "0", "0"]
    assert left[0]["RateLimit-Policy"] == '"reads";q=5;w=60'
    assert left[0]["RateLimit"] == '"reads";r=4;t=50'
    assert (kind(left[-1]), left[-1]["Retry-After"]) == ("rate-limited", "50")
    with clock.at(start + timedelta(seconds=50)):
        assert call.get("/organisation").status_code == 200


def test_two_processes_share_one_allowance(world):
    """A process takes shares; all together never give more than the limit."""
    given = 0
    for _process in range(4):
        limits.forget()  # another process holds nothing
        given += sum(not limits.take("reads", "somebody", 100).over for _ in range(40))
    assert 80 <= given <= 100


def test_guessing_tokens_is_slowed_down(world, monkeypatch):
    monkeypatch.setattr(limits, "WRONG", 3)
    guess = api_world.Caller(tokens.new()[0])
    codes = [guess.get("/organisation").status_code for _ in range(5)]
    assert codes == [401, 401, 401, 429, 429]
    assert world.call.get("/organisation").status_code == 200  # others are not locked out


def test_verification_without_a_token_is_for_everybody_a_little(world, settings):
    settings.VERIFY_PER_MINUTE = 2
    nobody = api_world.Caller()
    answers = [nobody.post("/verify", {"no": "credential"}) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[0].json()["verdict"] == "refused"
    assert world.call.post("/verify", {"no": "credential"}).status_code == 200


# -- validators -----------------------------------------------------------------------------------


def test_what_is_unchanged_is_not_sent_again(world, call):
    award = world.offered()
    first = call.get(f"/awards/{award.pk}")
    same = call.get(f"/awards/{award.pk}", if_none_match=first["ETag"])
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", first["ETag"])
    call.post(f"/awards/{award.pk}/revoke", {"reason": "issued-in-error"})
    other = call.get(f"/awards/{award.pk}", if_none_match=first["ETag"])
    assert (other.status_code, other.json()["state"]) == (200, "revoked")
    head = call("HEAD", f"/awards/{award.pk}")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head["Content-Length"]) == len(other.content)


def test_a_lost_update_is_told(call):
    content = {"language": "en", "title": {"en": "Soil"}}
    made = call.post("/achievements", {"content": content})
    path = f"/achievements/{made.json()['achievement']}/draft"
    seen = call.get(path)["ETag"]
    one = {"content": content | {"title": {"en": "Soil I"}}}
    other = {"content": content | {"title": {"en": "Soil II"}}}
    assert kind(call("PUT", path, one)) == "precondition-required"
    assert call("PUT", path, one, if_match=seen).status_code == 200
    late = call("PUT", path, other, if_match=seen)
    assert (late.status_code, kind(late)) == (412, "precondition-failed")
    assert call.get(path).json()["title"] == "Soil I"


# -- tokens ---------------------------------------------------------------------------------------


def test_a_token_is_kept_as_a_hash_and_found_nowhere(world, call, caplog):
    """A99: the canary is in no table, no log and no answer."""
    text = world.text
    with caplog.at_level(logging.DEBUG):
        call.get("/organisation")
        call.get("/nowhere")
        api_world.Caller(text[:-1] + "0").get("/awards")
        page = call.client.get("/api/v1/docs")
    secret = text.split("_")[2]
    assert secret not in caplog.text
    assert secret.encode() not in page.content
    for row in Token.everywhere.values_list():
        assert secret not in str(row)
    assert tokens.name_of(text)
    assert len(secret) == 38


def test_a_token_in_the_address_opens_nothing(world):
    answer = api_world.Caller().get(f"/awards?access_token={world.text}")
    assert answer.status_code == 401


def test_a_session_opens_nothing(world):
    caller = api_world.Caller()
    caller.client.force_login(world.owner, "django.contrib.auth.backends.ModelBackend")
    assert caller.get("/awards").status_code == 401


def test_the_last_use_is_kept_to_five_minutes(world, call):
    begun = clock.now()
    call.get("/organisation")
    first = Token.everywhere.get(pk=world.token.pk).last_used_at
    with clock.at(begun + timedelta(minutes=1)):
        call.get("/organisation")
    assert Token.everywhere.get(pk=world.token.pk).last_used_at == first
    with clock.at(begun + timedelta(minutes=6)):
        call.get("/organisation")
    assert Token.everywhere.get(pk=world.token.pk).last_used_at > first


def test_rights_end_at_once(world, call):
    assert call.get("/awards").status_code == 200
    Membership.everywhere.filter(user=world.owner).update(ended_at=clock.now())
    assert call.get("/awards").status_code == 401
    assert not auth.alive(Token.everywhere.get(pk=world.token.pk))


# -- one way through ------------------------------------------------------------------------------


def test_names_of_other_platforms(world, call):
    body = {
        "badge_template_id": str(world.version.achievement_id),
        "recipient_email": "ada@mail.example",
        "issued_to_first_name": "Ada",
        "issued_to_last_name": "Lovelace",
        "issuer_earner_id": "4711",
        "issued_at": "2026-05-04T09:00:00+02:00",
        "expires_at": "2027-05-04T09:00:00Z",
    }
    made = call.post("/awards", body).json()
    assert made["recipient"]["name"] == "Ada Lovelace"
    assert made["recipient"]["external_id"] == "4711"
    assert made["valid_from"] == "2026-05-04T07:00:00Z"
    both = call.post("/awards", body | {"external_id": "1"})
    assert both.status_code == 422
    assert "give one" in both.json()["errors"][0]["detail"]


def test_from_a_draft_to_a_revocation(world, call, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        made = call.post(
            "/awards",
            {
                "version": str(world.version.pk),
                "recipient_email": "ada@mail.example",
                "suspendable": True,
                "draft": True,
            },
        )
        path = f"/awards/{made.json()['id']}"
        assert made.json()["credential"] is None
        assert call.get(f"{path}/document").status_code == 404
        assert call.post(f"{path}/release").json()["state"] == "offered"
    document = call.get(f"{path}/document")
    stored = Award.everywhere.get()
    assert document.content == bytes(stored.signed)
    assert document["ETag"] == f'"{stored.sha256}"'
    report = api_world.Caller().post("/verify", document.content).json()
    assert report["verdict"] == "verified"
    assert [one["code"] for one in report["checks"]][:2] == ["read", "format"]
    with django_capture_on_commit_callbacks(execute=True):
        assert call.post(f"{path}/suspend", {"reason": "Asked"}).json()["state"] == "suspended"
        assert call.post(f"{path}/reinstate").json()["state"] == "offered"
        assert kind(call.post(f"{path}/reinstate")) == "conflict"
        gone = call.post(f"{path}/revoke", {"reason": "issued-in-error", "note": "Wrong list"})
    assert (gone.json()["state"], gone.json()["revoked_reason"]) == ("revoked", "issued-in-error")
    kinds = set(stored.steps.values_list("via", flat=True))
    assert kinds == {"api"}


def test_a_run_of_many(world, call):
    rows = [{"recipient_email": f"p{n}@mail.example", "recipient_name": f"P {n}"} for n in range(4)]
    order = {"version": str(world.version.pk), "recipients": rows, "confirm": False}
    made = call.post("/runs", order)
    path = f"/runs/{made.json()['id']}"
    assert (made.status_code, made.json()["state"]) == (201, "checked")
    assert not Award.everywhere.exists()
    assert call.post(f"{path}/confirm").json()["state"] == "queued"
    while work_once("test"):
        pass
    told = call.get(path).json()
    assert (told["state"], told["issued"], told["waiting"]) == ("done", 4, 0)
    page = call.get(f"{path}/rows?limit=3").json()
    rest = call.get(page["next"].removeprefix(api_world.ROOT)).json()
    found = page["data"] + rest["data"]
    assert [one["result"] for one in found] == ["issued"] * 4
    assert call.get(f"/awards/{found[0]['award']}").json()["state"] == "offered"
    assert len(call.get(f"/awards?run={told['id']}").json()["data"]) == 4
    again = call.post("/runs", order | {"confirm": True})
    assert (again.status_code, kind(again)) == (422, "rows-refused")


def test_rows_that_cannot_be_issued_are_named_and_nothing_is_kept(world, call):
    rows = [{"recipient_email": "ada@mail.example"}, {"recipient_email": "nobody"}]
    answer = call.post("/runs", {"version": str(world.version.pk), "recipients": rows})
    assert (answer.status_code, kind(answer)) == (422, "rows-refused")
    (bad,) = answer.json()["rows"]
    assert (bad["row"], bad["column"], bad["reason"]) == (1, "recipient_email", "email")
    assert call.get("/runs").json()["data"] == []
    good = call.post(
        "/runs", {"version": str(world.version.pk), "recipients": rows, "scope": "good"}
    )
    assert (good.status_code, good.json()["errors"]) == (201, 1)


def test_the_report_is_that_of_the_command_line(world, django_capture_on_commit_callbacks):
    """Members as in docs/reference/exit-codes-and-json.md; facts when asked for."""
    with django_capture_on_commit_callbacks(execute=True):
        award = world.offered()
    caller = api_world.Caller()
    plain = caller.post("/verify", bytes(award.signed))
    assert plain["Cache-Control"] == "no-store"
    assert list(plain.json())[:7] == [
        *("verdict", "headline", "format", "policy", "checkedAt", "credential", "checks")
    ]
    assert len(plain.json()["checks"]) == 15
    with_facts = caller("POST", "/verify?include=facts", bytes(award.signed)).json()
    assert {"code", "label", "value", "state"} <= with_facts["facts"][0].keys()
    form = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.json"\r\n\r\n'
        + bytes(award.signed)
        + b'\r\n--x\r\nContent-Disposition: form-data; name="recipient"\r\n\r\nada@mail.example'
        b"\r\n--x--\r\n"
    )
    sent = caller("POST", "/verify", form, content_type="multipart/form-data; boundary=x").json()
    checks = {one["code"]: one["outcome"] for one in sent["checks"]}
    assert (sent["verdict"], checks["recipient"]) == ("verified", "passed")
    broken = orjson.loads(bytes(award.signed)) | {"name": "Other"}
    assert caller.post("/verify", broken).json()["verdict"] == "refused"
