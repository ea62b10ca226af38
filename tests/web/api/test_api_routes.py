"""Every route of the API against every wrong token, made from the description (A90, A99)."""

from __future__ import annotations

import hashlib
import logging
import math
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import TestCase

import api_world
from api_routes import BODIES, NOBODY, OPERATIONS, WITH_IDS, ask, called, named, problem
from stackmark_web import clock
from stackmark_web.api import auth, limits, tokens
from stackmark_web.api.models import Token
from stackmark_web.api.scopes import SCOPES
from stackmark_web.tenancy.models import Membership

PUBLIC = {"verify"}
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.xdist_group("api"),
    pytest.mark.usefixtures("rolled_back"),
]
EVERY = pytest.mark.parametrize("found", OPERATIONS, ids=named)


@pytest.fixture
def world(shared_world):
    return shared_world


@EVERY
def test_without_a_token(world, found):
    """Nobody gets in, but to verify."""
    answer = ask(world, found, "")
    if named(found) in PUBLIC:
        assert answer.status_code == 200
        return
    assert (answer.status_code, problem(answer)) == (401, "unauthorized")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@EVERY
def test_with_every_other_scope(world, found):
    """A token made for all but this may not do this."""
    scope = found[2]["x-scope"]
    _token, text = world.make_token(*(SCOPES.keys() - {scope}))
    answer = ask(world, found, text)
    if scope:
        assert (answer.status_code, problem(answer)) == (403, "insufficient-scope")
        assert scope in answer.json()["detail"]
    else:
        assert answer.status_code == 200


@EVERY
def test_tokens_that_open_nothing(world, found):
    """Unknown, mistyped, expired, revoked, its maker gone: one and the same answer."""
    told = {}
    unknown, _name = tokens.new()
    told["unknown"] = ask(world, found, unknown)
    told["mistyped"] = ask(world, found, world.text[:-1] + "!")
    told["not one of ours"] = ask(world, found, "letmein")
    row = Token.everywhere.filter(pk=world.token.pk)
    for word, change in (
        ("expired", {"expires_at": clock.now() - timedelta(seconds=1)}),
        ("revoked", {"revoked_at": clock.now()}),
        ("without maker", {"maker": None}),
    ):
        with transaction.atomic():
            row.update(**change)
            told[word] = ask(world, found, world.text)
            transaction.set_rollback(True)
    Membership.everywhere.filter(user=world.owner).update(ended_at=clock.now())
    told["maker left"] = ask(world, found, world.text)
    assert {one.status_code for one in told.values()} == {401}
    assert len({one.content for one in told.values()}) == 1
    assert len({one["WWW-Authenticate"] for one in told.values()}) == 1


@EVERY
def test_rights_the_maker_has_lost(world, found):
    """The maker is still there as an assessor, and may do none of this any more."""
    Membership.everywhere.filter(user=world.owner).update(role="assessor")
    answer = ask(world, found, world.text)
    if found[2]["x-scope"] in ("verify", "", "achievements:read"):
        assert answer.status_code in (200, 404)  # whoever works there may see what can be earned
        return
    assert (answer.status_code, problem(answer)) == (403, "forbidden")


@pytest.mark.parametrize("found", WITH_IDS, ids=named)
def test_unknown_and_foreign_answer_alike(world, found):
    """Another organisation's token at what is there, and at what is nowhere."""
    theirs = ask(world, found, world.foreign)
    nowhere = ask(
        world, found, world.foreign, **dict.fromkeys(world.things, NOBODY) | {"number": "1"}
    )
    nonsense = ask(
        world, found, world.foreign, **dict.fromkeys(world.things, "zz") | {"number": "1"}
    )
    assert theirs.status_code == nowhere.status_code == nonsense.status_code == 404
    assert theirs.content == nowhere.content == nonsense.content
    apart = ("RateLimit", "X-Request-ID")
    kept = [name for name in theirs.headers if not name.startswith(apart)]
    assert [theirs[name] for name in kept] == [nowhere[name] for name in kept]


def test_ids_of_others_in_bodies(world):
    """The achievement of another organisation is no achievement."""
    foreign = api_world.Caller(world.foreign)
    for lineage in (str(world.version.achievement_id), NOBODY):
        body = {"achievement": lineage, "recipient_email": "a@b.example"}
        answer = foreign.post("/awards", body)
        assert (answer.status_code, problem(answer)) == (422, "invalid")
        (one,) = answer.json()["errors"]
        assert one["pointer"] == "#/achievement"


@EVERY
def test_members_nobody_offered_are_refused_by_name(world, found):
    """Mass assignment: organisation, state, maker and the like come from who asks (A91)."""
    path, method, one = found
    if named(found) in ("verify", "run_upload") or method not in ("POST", "PUT", "PATCH"):
        answer = ask(world, (f"{path}?organisation=elsewhere", method, one), world.text)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "query.organisation"
        return
    for odd in ("organisation", "state", "issued_by", "id"):
        known = re.sub(r"\{(\w+)\}", lambda hole: world.things[hole[1]], path)
        body = BODIES.get(named(found), {}) | {odd: "elsewhere"}
        answer = world.call(method, known, body, if_match='"x"')
        assert (answer.status_code, problem(answer)) == (422, "invalid")
        assert answer.json()["errors"] == [
            {"pointer": f"#/{odd}", "detail": f'"{odd}" is not known here; leave it out.'}
        ]


def test_every_write_is_told_as_coming_through_the_api(world):
    """The trail says by which door, also for actions that know nothing of the API."""
    from stackmark_web.audit.models import AuditEvent

    with TestCase.captureOnCommitCallbacks(execute=True):
        for name in ("award_release", "webhook_change", "draft_make", "run_drop"):
            found = next(one for one in OPERATIONS if named(one) == name)
            before = set(AuditEvent.objects.values_list("pk", flat=True))
            if name == "webhook_change":
                BODIES[name] = {"description": "other"}
            if name == "draft_make":
                world.things["achievement_id"] = str(world.version.achievement_id)
            assert ask(world, found, world.text).status_code < 300, name
            fresh = AuditEvent.objects.exclude(pk__in=before)
            assert {one.via for one in fresh} == {"api"}, name
            assert {one.actor for one in fresh} == {world.owner}


def test_tokens_and_secrets_are_in_no_log_no_table_and_no_error(world, caplog, capfd, monkeypatch):
    """A99: every operation with a canary, once as it is and once with a fault of ours."""
    secret = world.text.split("_")[2]
    hook = ask(world, called("webhook_make"), world.text).json()["secret"].removeprefix("whsec_")

    def broken(_token):
        raise RuntimeError("a fault")

    with caplog.at_level(logging.DEBUG):
        for found in OPERATIONS:
            limits.forget()
            for fault in (False, True):
                with monkeypatch.context() as patch:
                    if fault:
                        patch.setattr(auth, "_note_use", broken)
                    answer = ask(world, found, world.text)
                    seen = answer.content.decode("utf-8", "replace") + str(answer.headers)
                    assert (answer.status_code == 500) is fault, named(found)
                    assert secret not in seen, named(found)
                    assert hook not in seen, named(found)
    told = caplog.text + "".join(str(vars(one)) for one in caplog.records) + str(capfd.readouterr())
    assert "RuntimeError" in told, "the log was read"
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            told += str(cursor.fetchall())
    assert world.token.secret_hash in told, "the tables were read"
    assert secret not in told
    assert hook not in told


def test_a_token_is_128_bits_and_more_hashed_and_found_by_scanners(world):
    """docs/reference/api.md#tokens, and the pattern that is given to scanners."""
    made = {tokens.new()[0] for _ in range(1_000)}
    assert len({one.split("_")[2][:32] for one in made}) == 1_000
    page = (Path(__file__).parents[3] / "docs/reference/api.md").read_text("utf-8")
    pattern = re.search(r"`(smk_\[[^`]+)` for scanners", page)[1]
    assert all(re.fullmatch(pattern, one) for one in made)
    signs = {sign for one in made for sign in one.split("_")[2][:32]}
    assert math.log2(len(signs)) * 32 >= 128
    kept = Token.everywhere.get(pk=world.token.pk).secret_hash
    assert kept == hashlib.sha256(world.text.encode()).hexdigest()
