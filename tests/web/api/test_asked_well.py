"""What a request says wrongly is refused by name, and nothing of it is passed over in silence."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from stackmark_web.awarding.models import Sheet

ROOT = "/api/v1"


def wrong(answer):
    """Where a refused request was wrong."""
    assert answer.status_code == 422, answer.content
    return [one["pointer"] for one in answer.json()["errors"]]


def upload(world, path="/runs/file", **parts):
    """A form as a program sends it."""
    file = SimpleUploadedFile("a.csv", b"email\r\ncy@mail.example")
    parts = {"file": file, **parts}
    headers = {"authorization": f"Bearer {world.text}"}
    return world.call.client.post(f"{ROOT}{path}", parts, headers=headers)


@pytest.mark.parametrize("query", ["cursor=%00", "state=%00", "state=offered%00", "limit=5%00"])
def test_nul_is_not_taken_out_of_a_question(call, query):
    """Without it another list would be answered than was asked for."""
    assert wrong(call.get(f"/awards?{query}")) == [f"query.{query.partition('=')[0]}"]


@pytest.mark.parametrize("text", ["1_0", "5.0", "%205", "%2B5", "05", ""])
def test_a_number_in_an_address_is_written_one_way(world, call, text):
    assert wrong(call.get(f"/awards?limit={text}")) == ["query.limit"]
    versions = f"/achievements/{world.version.achievement_id}/versions"
    number = world.version.number
    assert call.get(f"{versions}/{number}").status_code == 200
    for odd in (f"0{number}", f"+{number}", f"{number}.0"):
        assert call.get(f"{versions}/{odd}").status_code == 404


@pytest.mark.parametrize("body", ["[]", "null", "5", '"x"'])
def test_a_body_that_is_no_object_is_told_in_words_of_the_caller(call, body):
    (one,) = call.post("/awards", body).json()["errors"]
    assert one == {"pointer": "#", "detail": "This has to be a JSON object."}


def test_an_id_that_is_no_text_is_told_how_to_write_one(call):
    (one,) = call.post("/awards", {"achievement": 5}).json()["errors"]
    assert one["detail"].startswith("Write an id like ")


@pytest.mark.parametrize(("name", "value"), [("scope", "some"), ("confirm", "maybe")])
def test_the_wrong_part_of_a_form_is_named(world, name, value):
    answer = upload(world, version=str(world.version.pk), **{name: value})
    assert wrong(answer) == [f"#/{name}"]


def test_a_part_that_is_there_twice_is_refused(world):
    """Nobody can know which of two files was meant to be issued, or judged."""
    version = str(world.version.pk)
    two = [SimpleUploadedFile(name, b"email\r\ncy@mail.example") for name in ("a.csv", "b.csv")]
    assert wrong(upload(world, version=version, file=two)) == ["#/file"]
    assert wrong(upload(world, version=[version, version])) == ["#/version"]
    assert not Sheet.everywhere.exists()
    for one in two:
        one.seek(0)
    assert wrong(upload(world, "/verify", file=two)) == ["#/file"]
    assert wrong(upload(world, "/verify", recipient=["a@mail.example", "b"])) == ["#/recipient"]


@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded"])
def test_a_file_comes_as_a_form(call, kind):
    answer = call("POST", "/runs/file", "{}", content_type=kind)
    assert (answer.status_code, answer.headers["Accept"]) == (415, "multipart/form-data")
    assert "multipart/form-data" in answer.json()["detail"]


@pytest.mark.parametrize("blank", [{}, {"recipient_email": " "}, {"evidence": [{"url": ""}]}])
def test_a_recipient_of_nothing_is_not_passed_over(world, call, blank):
    """A blank line of a file is no row; a recipient that was sent is one that went missing."""
    rows = [{"recipient_email": "cy@mail.example"}, blank]
    answer = call.post("/runs", {"version": str(world.version.pk), "recipients": rows})
    assert wrong(answer) == ["#/recipients/1"]
    assert not Sheet.everywhere.exists()


def test_a_refused_webhook_names_its_member_and_the_words_there_are(call):
    url = "https://hooks.example.org/"
    private = {"url": "https://10.0.0.1/", "events": ["award.offered"]}
    assert wrong(call.post("/webhooks", private)) == ["#/url"]
    answer = call.post("/webhooks", {"url": url, "events": ["award.eaten"]})
    assert wrong(answer) == ["#/events/0"]
    said = answer.json()["errors"][0]["detail"]
    assert said.startswith("There are award.offered, ")
    assert said.endswith(", approval.decided.")


def test_a_refused_descriptor_names_its_member(call):
    answer = call.post("/achievements", {"content": {"workload": {"hours": 5}}})
    assert wrong(answer) == ["#/content/workload/hours"]


def test_the_words_there_are_stand_in_what_is_refused(world, call):
    award = call.post("/awards", {"version": str(world.version.pk), "draft": True,
                                  "recipient_email": "cy@mail.example"}).json()  # fmt: skip
    answer = call.post(f"/awards/{award['id']}/revoke", {"reason": "boredom"})
    assert wrong(answer) == ["#/reason"]
    assert ", holder-request, " in answer.json()["errors"][0]["detail"]
    (one,) = call.post("/verify?include=all", {}).json()["errors"]
    assert one == {"pointer": "query.include", "detail": "There are facts."}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("recipient_id", "javascript:alert(1)"),
        ("recipient_id", "file:///etc/passwd"),
        ("recipient_id", "ann"),
        ("locale", "../../etc"),
        ("locale", "e"),
        ("locale", "English please"),
    ],
)
def test_one_award_is_as_particular_as_a_bulk_run(world, call, name, value):
    who = {"recipient_email": "cy@mail.example", name: value}
    body = {"version": str(world.version.pk), "draft": True, **who}
    assert wrong(call.post("/awards", body)) == [f"#/{name}"]
    run = {"version": str(world.version.pk), "recipients": [who]}
    (row,) = call.post("/runs", run).json()["rows"]
    assert row["column"] == name


def test_a_language_is_kept_as_it_is_written_elsewhere(world, call):
    body = {"version": str(world.version.pk), "recipient_email": "cy@mail.example"}
    made = call.post("/awards", {**body, "locale": "pt_BR", "draft": True}).json()
    assert made["recipient"]["locale"] == "pt-BR"


def test_a_day_long_ago_is_signed_as_any_other(world, call):
    body = {"version": str(world.version.pk), "recipient_email": "cy@mail.example"}
    answer = call.post("/awards", {**body, "valid_from": "0001-01-01T00:00:00Z"})
    assert answer.status_code == 201, answer.content
    document = call.get(answer.json()["credential"]["document"].removeprefix(ROOT)).json()
    assert document["validFrom"] == "0001-01-01T00:00:00Z"
