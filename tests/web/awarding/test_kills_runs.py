"""Dead at any statement of a run, of a new key, of a publication (fault F03): nothing by halves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from achievement_designs import bare
from killing import at_every_statement
from stackmark.keys.controller import find_method
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import issuing, sheet_actions, sheets
from stackmark_web.awarding.models import Award, ClaimLink, Sheet, SheetRow, Step
from stackmark_web.awarding.sheet_choices import GOOD, Choices
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue.models import AchievementVersion
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.jobs import worker
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy import queries
from stackmark_web.tenancy.models import SigningKey

pytestmark = pytest.mark.django_db
FILE = b"email,name\nann@mail.example,Ann Lee\nnobody,Nobody\nbo@mail.example,Bo Ng\n"


@pytest.fixture
def ready(version, university, alice):
    """Makes a checked file that waits for its confirmation."""

    def make():
        sheet = sheet_actions.upload_sheet(
            version, actor=alice, organisation=university, filename="a.csv", data=FILE
        )
        sheet_actions.match_columns(sheet, actor=alice, mapping=sheet.mapping)
        sheet_actions.choose(sheet, actor=alice, choices=Choices(scope=GOOD))
        return sheets.sheet_of(university, sheet.pk)

    return make


@pytest.fixture
def confirm(alice):
    return lambda sheet: sheet_actions.confirm(sheet, actor=alice, agreed=sheets.agreement(sheet))


def test_confirming_a_run(ready, confirm):
    def after(sheet, alive):
        held = Sheet.everywhere.get(pk=sheet.pk)
        confirmed = held.state == Sheet.State.CONFIRMED
        assert confirmed or not alive
        assert (held.run is not None) == confirmed
        assert Run.everywhere.count() == confirmed
        assert AuditEvent.objects.filter(verb="sheet.confirmed").count() == confirmed
        run = confirm(sheets.sheet_of(held.organisation, sheet.pk))
        assert Run.everywhere.get().pk == run.pk, "confirmed again it is the same run"
        assert sum(one.last - one.first for one in Chunk.objects.filter(run=run)) == run.total == 3

    assert at_every_statement(ready, confirm, after, step=2) > 8


def test_a_chunk_of_a_run(ready, confirm):
    def start():
        return confirm(ready())

    def after(run, _alive):
        whole_or_nothing()
        with clock.at(clock.now() + worker.LEASE + timedelta(seconds=1)):
            while worker.work_once("second"):
                pass
        whole_or_nothing()
        run.refresh_from_db()
        assert (run.state, run.done, run.failed) == (Run.State.DONE, 2, 1)
        assert sorted(SheetRow.objects.values_list("result", flat=True)) == [
            *("issued", "issued", "refused"),
        ]
        assert sorted(Award.everywhere.values_list("recipient_email", flat=True)) == [
            *("ann@mail.example", "bo@mail.example"),
        ]

    count = at_every_statement(start, lambda _run: worker.work_once("first"), after, step=4)
    assert count > 20


def test_who_sleeps_beyond_the_lease_between_signing_and_storing_stores_nothing(
    ready, confirm, monkeypatch, caplog
):
    """The signatures are made; another has done the chunk meanwhile (fault F04)."""
    confirm(ready())
    sign, after = issuing.sign_many, []

    def sleepy(awards):
        made = sign(awards)
        if not after:
            after.append("")
            with clock.at(clock.now() + worker.LEASE + timedelta(seconds=1)):
                assert worker.work_once("second")
            after[0] = everything()
        return made

    monkeypatch.setattr(issuing, "sign_many", sleepy)
    assert worker.work_once("first")
    assert "lost" in caplog.text
    assert everything() == after[0]
    assert Run.everywhere.get().state == Run.State.DONE
    whole_or_nothing()


def everything():
    """Every row that a run writes."""
    models = (Award, Step, ClaimLink, SheetRow, AuditEvent, Chunk, Run)
    found = [list(one._base_manager.order_by("pk").values()) for one in models]
    return [*found, list(OutboxMail.everywhere.order_by("pk").values())]


def whole_or_nothing():
    """Each award is signed with its link, letter and steps, or is a bare intent."""
    places = list(Award.everywhere.values_list("status_list_id", "status_index"))
    assert len(set(places)) == len(places)
    for award in Award.everywhere.all():
        signed = award.signed is not None
        assert (award.state == "offered") == signed
        assert ClaimLink.objects.filter(award=award).count() == signed
        assert OutboxMail.everywhere.filter(award_id=award.pk).count() == signed
        assert Step.objects.filter(award=award).count() == 1 + signed
    assert not SheetRow.objects.filter(result="issued", award__signed=None).exists()


def test_rotating_a_key(university, alice):
    def after(_organisation, alive):
        states = [one.state for one in queries.keys_of(university)]
        rotated = states != ["active"]
        assert rotated or not alive
        assert states == (["retired", "active"] if rotated else ["active"])
        assert AuditEvent.objects.filter(verb="key.rotated").count() == rotated
        if not rotated:
            tenancy.rotate_key(university, actor=alice)
        assert SigningKey.everywhere.filter(state="active").count() == 1
        method = queries.active_key(university).method_id
        found = find_method(queries.did_document(university), method)
        assert not found.expires, "the world can find the key that signs from now on"

    rotate = at_every_statement(
        lambda: university, lambda one: tenancy.rotate_key(one, actor=alice), after
    )
    assert rotate > 5


def test_publishing_a_version(university):
    """Sampled: rendering the art takes most of the time and no statement."""

    def start():
        return catalogue.create_draft(university, actor=None, content=bare())

    def after(version, alive):
        held = AchievementVersion.everywhere.get(pk=version.pk)
        there = held.state == "published"
        assert there or not alive
        assert (held.number is not None) == there == bool(held.signable)
        assert (held.achievement.current_id == held.pk) == there
        assert AuditEvent.objects.filter(verb="achievement.published").count() == there
        if not there:
            catalogue.publish(held, actor=None)
            held.refresh_from_db()
            assert (held.number, held.achievement.current_id) == (1, held.pk)

    count = at_every_statement(start, lambda one: catalogue.publish(one, actor=None), after, step=4)
    assert count > 10
