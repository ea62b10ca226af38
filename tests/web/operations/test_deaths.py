"""The server dies in the middle of a request (faults F02, F03): nothing by halves, and the same
request sent again does what it should have done.

Each case runs through the pages, in a process that ends before one of its steps. Some steps are
taken every time; ``make fuzz`` takes each of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dying import browser, deaths, verdict
from sheet_help import Way
from stackmark.keys.controller import find_method
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.queries import check_chains
from stackmark_web.awarding import claims, publishing, queries
from stackmark_web.awarding.models import Award, ClaimLink, Sheet, SheetRow, StatusList, Step
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.passport.models import Holding
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import SigningKey

HOME = "/manage/northfield"
FILE = b"email,name\nann@mail.example,Ann Lee\nnobody,Nobody\nbo@mail.example,Bo Ng\n"


@dataclass(frozen=True)
class Case:
    """``ready`` makes what is needed, ``send`` is the request, ``ended`` looks at what it did."""

    ready: Any
    send: Any
    ended: Any


def signed_in(user):
    """A session of somebody who has just shown that it is them."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [
        {"method": "password", "at": clock.now().timestamp(), "email": user.email}
    ]
    session["sure"] = {"until": clock.now().timestamp() + 300}
    session.create()
    return session.session_key


def gone_through(answer, *status):
    assert answer.status_code in (status or (302,)), answer.content.decode()[-3000:]


# -- the cases -------------------------------------------------------------------------------


def ready_upload(system):
    return SimpleNamespace()


def send_upload(world):
    form = {"version": world.version, "file": SimpleUploadedFile("a.csv", FILE)}
    gone_through(browser(world.session).post(f"{HOME}/awards/sheets/new", form))


def ended_upload(world):
    assert Sheet.everywhere.count() in (1, 2), "the first may have been stored, unanswered"
    for sheet in Sheet.everywhere.all():
        assert bytes(sheet.data) == FILE
        assert sheet.state == Sheet.State.MAPPING
        assert AuditEvent.objects.filter(target_id=str(sheet.pk)).count() == 1


def ready_confirm(system):
    client = Client()
    client.force_login(system.owner)
    way = Way(client, system.version).checked(FILE)
    gone_through(way.choose(scope="good"))
    place = f"{HOME}/awards/sheets/{way.sheet.pk}/confirm"
    agreed = client.get(place).context["agreed"]
    return SimpleNamespace(place=place, agreed=agreed)


def send_confirm(world):
    gone_through(browser(world.session).post(world.place, {"agreed": world.agreed}))


def ended_confirm(world):
    run = Run.everywhere.get()
    assert Sheet.everywhere.get().run_id == run.pk
    assert sum(one.last - one.first for one in Chunk.objects.filter(run=run)) == run.total == 3
    assert AuditEvent.objects.filter(verb="sheet.confirmed").count() == 1


def ready_award(system):
    client = Client()
    client.force_login(system.owner)
    place = f"{HOME}/awards/new?version={system.version.pk}"
    page = client.get(place).content.decode()
    nonce = re.search(r'name="nonce" value="([^"]+)"', page)[1]
    return SimpleNamespace(place=place, nonce=nonce)


def send_award(world):
    """The form, and the button under what it shows."""
    form = {
        "nonce": world.nonce,
        "recipient_email": "ada@mail.example",
        "recipient_name": "Ada Lovelace",
        "name_in_credential": "on",
        "evidence-TOTAL_FORMS": "0",
        "evidence-INITIAL_FORMS": "0",
    }
    client = browser(world.session)
    draft = client.post(world.place, form)
    gone_through(draft)
    pk = re.search(r"[0-9a-f-]{36}", draft.url)[0]
    gone_through(client.post(f"{HOME}/awards/{pk}/confirm"))


def ended_award(world):
    award = Award.everywhere.get()
    assert award.state == "offered"
    assert ClaimLink.objects.filter(award=award).count() == 1
    assert OutboxMail.everywhere.filter(award_id=award.pk, kind="offer").count() == 1
    assert verdict(award) == ("verified", "status.ok")


def ready_revoke(system):
    (award,) = system.issue(1)
    return SimpleNamespace(award=award.pk)


def send_revoke(world):
    form = {"reason": "misconduct"}
    gone_through(browser(world.session).post(f"{HOME}/awards/{world.award}/revoke", form))


def ended_revoke(world):
    award = Award.everywhere.get()
    assert award.state == "revoked"
    publishing.publish_dirty()  # what the worker does within seconds
    assert not StatusList.everywhere.filter(dirty_since__isnull=False).exists()
    assert verdict(award) == ("refused", "status.revoked")
    assert OutboxMail.everywhere.filter(award_id=award.pk, kind="revoked").count() == 1


def send_rotate(world):
    gone_through(browser(world.session).post(f"{HOME}/keys/change"))


def ended_rotate(world):
    active = SigningKey.everywhere.get(state="active")
    assert SigningKey.everywhere.count() in (2, 3), "the first new one may have been stored"
    publishing.look_over()
    publishing.publish_dirty()
    assert verdict(Award.everywhere.get()) == ("verified", "status.ok")
    row = StatusList.everywhere.get()
    tree = orjson.loads(queries.status_list_document(row.pk, "revocation"))
    assert tree["proof"]["verificationMethod"] == active.method_id


def ready_claim(system):
    (award,) = system.issue(1)
    lena = system.person("lena")
    return SimpleNamespace(
        award=award.pk, token=claims.new_link(award).rsplit("/", 1)[1], session=signed_in(lena)
    )


def send_claim(world):
    gone_through(browser(world.session).post(f"/claim/{world.token}/keep"))


def ended_claim(world):
    award = Award.everywhere.get()
    assert award.state == "claimed"
    assert Holding.objects.get().user == award.holder
    assert Step.objects.filter(award=award, to_state="claimed").count() == 1


CASES = {
    "upload": Case(ready_upload, send_upload, ended_upload),
    "confirm": Case(ready_confirm, send_confirm, ended_confirm),
    "award": Case(ready_award, send_award, ended_award),
    "revoke": Case(ready_revoke, send_revoke, ended_revoke),
    "rotate": Case(ready_revoke, send_rotate, ended_rotate),
    "claim": Case(ready_claim, send_claim, ended_claim),
}


# -- what holds at any moment ----------------------------------------------------------------


def nothing_by_halves():
    """After any death, before anybody does anything."""
    assert check_chains() == []
    assert SigningKey.everywhere.filter(state="active").count() == 1
    active = SigningKey.everywhere.get(state="active")
    assert not find_method(tenancy.did_document(active.organisation), active.method_id).expires
    places = list(Award.everywhere.exclude(status_index=None).values_list("status_index"))
    assert len(set(places)) == len(places)
    for award in Award.everywhere.all():
        signed = award.signed is not None
        assert (award.state == "draft") != signed
        assert ClaimLink.objects.filter(award=award).exists() == signed
        assert OutboxMail.everywhere.filter(award_id=award.pk, kind="offer").count() == signed
        assert award.steps.last().to_state == award.state
        assert AuditEvent.objects.filter(target_id=str(award.pk)).count() == award.steps.count()
        if signed:
            assert verdict(award)[0] in ("verified", "refused"), "each list in use can be read"
    for sheet in Sheet.everywhere.all():
        assert (sheet.state == Sheet.State.CONFIRMED) == (sheet.run_id is not None)
        rows = SheetRow.objects.filter(sheet=sheet).count()
        assert rows == (0 if sheet.state == Sheet.State.MAPPING else 3)
    assert Run.everywhere.count() == Sheet.everywhere.exclude(run=None).count()


@pytest.fixture
def dies(system, tmp_path):
    """Goes through the deaths of one case. How many there were."""

    def go(name, only):
        case = CASES[name]
        with system.on():
            world = case.ready(system)
            world.version = str(system.version.pk)
            if not hasattr(world, "session"):
                world.session = signed_in(system.owner)
        count = 0
        for count, (number, after) in enumerate(  # noqa: B007 - told at the end
            deaths(system, tmp_path, lambda: case.send(world), only=only), 1
        ):
            with after.on():
                try:
                    nothing_by_halves()
                    case.send(world)
                    nothing_by_halves()
                    case.ended(world)
                except BaseException as error:
                    error.add_note(f"{name}, dead before step {number}")
                    raise
        return count

    return go


@pytest.mark.parametrize("name", CASES)
def test_dead_at_some_steps(dies, name):
    assert dies(name, 4) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_dead_at_every_step(dies, name):
    assert dies(name, 0) > 10
