"""A whole re-audit as a run: with progress, stopped and taken up again."""

from __future__ import annotations

import pytest
from django.utils.crypto import get_random_string

from stackmark_web import clock
from stackmark_web.accounts.models import User
from stackmark_web.jobs.models import Chunk, Run
from stackmark_web.jobs.worker import work_once
from stackmark_web.passport.models import Holding
from stackmark_web.pathways.actions import auditing
from stackmark_web.pathways.models import Completion, Following


@pytest.fixture
def crowd(pathway, soil, give):
    """250 who follow; every fifth holds the one credential that is asked for."""
    from .conftest import asks

    row = give(soil)
    one = pathway(rule={"id": "award", "all": [asks(soil)]})
    people = User.objects.bulk_create(
        User(email=f"{number:03}@crowd.example", password=get_random_string(8))
        for number in range(250)
    )
    Following.objects.bulk_create(
        Following(
            user=who,
            pathway=one,
            version=one.current,
            joined_on=clock.today(),
            dirty_since=clock.now(),
        )
        for who in people
    )
    for who in people[::5]:
        _copy(row, who)
    return one


def _copy(row, who):
    """The same award in another passport: only its bytes matter here."""
    Holding.objects.bulk_create(
        [
            Holding(
                user=who,
                data=bytes(row.award.signed),
                sha256=row.award.sha256,
                provenance="verified",
                match="yes",
                credential_id=row.credential_id,
                title=row.title,
                issuer_id=row.issuer_id,
                added_at=clock.now(),
            )
        ]
    )


def test_a_run_that_is_killed_goes_on_where_it_was(crowd, monkeypatch):
    run = auditing.audit_everybody(crowd, actor=None)
    assert (run.total, run.chunks.count()) == (250, 2)
    real, calls = auditing.audit_each, []

    def dies(rows, guard=None):
        if len(calls) == 5:
            raise KeyboardInterrupt  # the machine goes away between two steps
        calls.append(len(rows))
        return real(rows, guard)

    with monkeypatch.context() as broken:
        broken.setattr(auditing, "audit_each", dies)
        with pytest.raises(KeyboardInterrupt):
            work_once("first")
    assert Following.objects.exclude(verdict="").count() == 100
    Chunk.objects.filter(run=run).update(state="waiting", lease_until=None)
    asked = []
    monkeypatch.setattr(
        auditing, "_store", lambda one, real=auditing._store: (asked.append(one.audit), real(one))
    )
    while work_once("second"):
        run.refresh_from_db()
    run.refresh_from_db()
    assert (run.state, run.done) == (Run.State.DONE, 250)
    assert Following.objects.filter(verdict="yes").count() == 50
    assert Following.objects.filter(verdict="no").count() == 200
    assert Completion.everywhere.filter(state="waiting").count() == 50
    # What the first worker had stored is not audited twice.
    assert sum(1 for one in asked if one is not None) == 150
    assert not Following.objects.exclude(dirty_since=None).exists()


def test_who_joins_meanwhile_shifts_nobody(crowd, person):
    run = auditing.audit_everybody(crowd, actor=None)
    late = Following.objects.create(
        user=person("late"), pathway=crowd, version=crowd.current, joined_on=clock.today()
    )
    while work_once("one"):
        pass
    run.refresh_from_db()
    assert run.state == Run.State.DONE
    assert not Following.objects.filter(verdict="").exclude(pk=late.pk).exists()


def test_a_worker_that_lost_its_lease_stores_nothing(crowd):
    from stackmark_web.jobs.handlers import LeaseLost

    def lost():
        raise LeaseLost

    run = auditing.audit_everybody(crowd, actor=None)
    with pytest.raises(LeaseLost):
        auditing.audit_chunk(run, 0, lost)
    assert not Following.objects.exclude(verdict="").exists()


def test_the_duty_takes_a_few_at_a_time(crowd):
    assert auditing.audit_waiting(limit=60) == 60
    assert Following.objects.exclude(verdict="").count() == 60


def test_one_that_cannot_be_audited_holds_up_nobody(crowd, monkeypatch):
    poor = Following.objects.order_by("dirty_since", "pk").first()
    real = auditing._look

    def fails(one, bodies):
        if one.pk == poor.pk:
            raise ValueError("something unheard of")
        return real(one, bodies)

    monkeypatch.setattr(auditing, "_look", fails)
    auditing.audit_waiting(limit=40)
    assert Following.objects.exclude(verdict="").count() == 39
    poor.refresh_from_db()
    assert poor.dirty_since is not None


def test_nobody_to_audit_is_said(pathway):
    from stackmark_web.pathways.errors import Problem

    with pytest.raises(Problem, match="Nobody follows"):
        auditing.audit_everybody(pathway(), actor=None)
