"""The log as a chain: no gaps, no names, and no change with database rights that is not found."""

from __future__ import annotations

import json
import random
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction

from command_line import run
from each import some
from stackmark.verification.audit_log import check_file, read_head
from stackmark_web import clock
from stackmark_web.audit import checking, heads, queries
from stackmark_web.audit.actions import event, forget, merge, record, record_many
from stackmark_web.audit.export import chained
from stackmark_web.audit.models import AuditEvent, Chain, Pseudonym, SignedHead
from stackmark_web.audit.sentences import Told
from stackmark_web.tenancy import actions
from stackmark_web.tenancy import queries as tenancy
from stackmark_web.tenancy.models import Organisation

EVENTS = 9
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def root(person, settings, tmp_path):
    """An institution with a key, and a log of some events."""
    settings.DATA = tmp_path
    owner = person("ada")
    with clock.at(NOON):
        made = actions.create_organisation(
            actor=owner, name="Northfield", slug="northfield", kind="university"
        )
        while Chain.objects.get(name=str(made.pk)).seq < EVENTS:
            record(
                "organisation.edited",
                actor=owner,
                target=made,
                organisation=made,
                before={"name": "A"},
                after={"name": "B", "n": AuditEvent.objects.count()},
                label="Northfield",
            )
        record("account.edited", actor=owner, target=owner)
    made.owner = owner
    return made


def signed(chain):
    heads.sign_due()
    return SignedHead.objects.get(chain__name=str(chain.pk)).token


def file_of(root, head=""):
    keys = {key.method_id: key.public_multibase for key in tenancy.keys_of(root)}
    return [line.encode() for line in chained(str(root.pk), head=head, keys=keys)]


class TestWriting:
    def test_numbers_have_no_gaps_and_each_institution_has_its_chain(self, root, organisation):
        unit = Organisation.objects.create(slug="arts", name="Arts", kind="university", parent=root)
        other = organisation("elsewhere")
        for one in (unit, other, root):
            record("organisation.edited", actor=None, target=one, organisation=one)
        assert {row.name: row.seq for row in Chain.objects.all()} == {
            str(root.pk): EVENTS + 2,  # the unit's event lies in the institution's
            str(other.pk): 1,
            "server": 1,
        }
        for chain in Chain.objects.all():
            assert list(chain.events.order_by("seq").values_list("seq", flat=True)) == list(
                range(1, chain.seq + 1)
            )
        assert queries.check_chains() == []

    def test_what_is_rolled_back_gives_its_number_back(self, root):
        with transaction.atomic():
            record("organisation.edited", actor=root.owner, target=root, organisation=root)
            transaction.set_rollback(True)
        record("organisation.edited", actor=root.owner, target=root, organisation=root)
        assert Chain.objects.get(name=str(root.pk)).seq == EVENTS + 1
        assert queries.check_chains() == []

    def test_many_are_written_with_few_queries(self, root, django_assert_max_num_queries):
        made = [
            event("award.offered", actor=root.owner, target=root, organisation=root, label="x")
            for _ in range(500)
        ]
        with django_assert_max_num_queries(24):
            record_many(made)
        assert Chain.objects.get(name=str(root.pk)).seq == EVENTS + 500
        assert queries.check_chains() == []

    def test_what_json_and_the_database_change_is_hashed_as_it_comes_back(self, root):
        odd = {
            "big": 10**20,
            "float": 1.0,
            "small": 1e-7,
            "text": "é\u202e𝄞",
            "at": NOON,
            5: [True],
        }
        record("organisation.edited", actor=None, target=root, organisation=root, after=odd)
        assert queries.check_chains() == []
        assert check_file(file_of(root)).findings == ()


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite in memory lets one write at a time"
)
@pytest.mark.django_db(transaction=True)
def test_writers_at_once_leave_no_gap(organisation):
    chosen = organisation("northfield")
    start = threading.Barrier(4)

    def write():
        start.wait()
        for _ in range(6):
            record("organisation.edited", actor=None, target=chosen, organisation=chosen)
        connections.close_all()

    workers = [threading.Thread(target=write) for _ in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Chain.objects.get(name=str(chosen.pk)).seq == 24
    assert queries.check_chains() == []


class TestNames:
    def test_no_name_and_no_id_of_a_person_is_in_the_chain(self, root, person):
        bea = person("bea")
        given = actions.give_role(root, actor=root.owner, user=bea, role="issuer")
        actions.end_role(given, actor=root.owner)
        told = json.dumps([*AuditEvent.objects.values()], default=str)
        for one in (root.owner, bea):
            assert str(one.pk) not in told
            assert one.email not in told
        assert Told(AuditEvent.objects.first()).sentence == "Ada ended a role of Bea: Issuer"

    def test_forgetting_cuts_the_tie_and_leaves_the_chain(self, root, person):
        bea = person("bea")
        actions.give_role(root, actor=root.owner, user=bea, role="issuer")
        token = signed(root)
        assert forget(root.owner) == {"audit.Pseudonym": 1}
        assert forget(root.owner) == {"audit.Pseudonym": 0}
        gone = Told(AuditEvent.objects.first()).sentence
        assert gone == "Somebody whose account is gone gave Bea a role: Issuer"
        assert queries.actors([root.pk], [root.owner.pk, bea.pk]) == []
        assert queries.check_chains() == []
        assert check_file(file_of(root), [token]).findings == ()
        record("organisation.edited", actor=root.owner, target=root, organisation=root)
        codes = set(AuditEvent.objects.values_list("actor_code", flat=True))
        assert len(codes) == 2, "who comes back is somebody new"

    def test_two_accounts_that_became_one(self, root, person):
        other = person("ada2")
        record("organisation.edited", actor=other, target=root, organisation=root)
        assert merge(root.owner, other) == 1
        other.delete()
        assert Told(AuditEvent.objects.first()).who == "Ada"
        assert len(queries.of_person(root.owner)) == 1
        assert queries.actors([root.pk], [root.owner.pk]) == [(root.owner.pk, "Ada")]


class TestHeads:
    def test_at_most_one_a_minute_and_only_when_something_changed(self, root):
        with clock.at(NOON):
            assert heads.sign_due() == 1
            assert heads.sign_due() == 0
        with clock.at(NOON + timedelta(hours=1)):
            assert heads.sign_due() == 0, "nothing changed"
            record("organisation.edited", actor=None, target=root, organisation=root)
            assert heads.sign_due() == 1
            record("organisation.edited", actor=None, target=root, organisation=root)
        with clock.at(NOON + timedelta(hours=1, seconds=59)):
            assert heads.sign_due() == 0
        said = read_head(SignedHead.objects.first().token)
        assert (said.seq, said.method) == (EVENTS + 1, tenancy.active_key(root).method_id)
        assert said.server[0] == 1, "what belongs to no organisation is witnessed too"

    def test_a_signer_that_is_away_keeps_nobody_else_waiting(self, root, person, monkeypatch):
        with clock.at(NOON):
            other = actions.create_organisation(
                actor=person("zoe"), name="Other", slug="other", kind="college"
            )
        key = tenancy.active_key(root)
        key.signer = "process"
        key.save()
        assert heads.sign_due() == 1
        assert SignedHead.objects.get().chain.name == str(other.pk)

    def test_old_ones_are_thinned_to_one_a_day(self, root):
        chain = Chain.objects.get(name=str(root.pk))
        for hours in range(0, 72, 6):
            at = NOON + timedelta(hours=hours)
            SignedHead.objects.create(chain=chain, seq=1000 + hours, signed_at=at, token="x")
        with clock.at(NOON + timedelta(days=40)):
            heads.let_go_of_old()
        days = [at.date() for at in SignedHead.objects.values_list("signed_at", flat=True)]
        assert len(days) == len(set(days)) == 4


def change(rows, chance):
    """One manipulation with all rights: what an administrator could do by SQL."""
    kind = chance.choice(sorted(MANIPULATIONS))
    MANIPULATIONS[kind](rows, chance)
    return kind


def _field(rows, chance):
    row = rows.order_by("?")[0] if chance is None else rows[chance.randrange(rows.count())]
    name = chance.choice(
        ["at", "actor_code", "by_system", "via", "verb", "target_id", "target_label", "after"]
    )
    new = {
        "at": row.at + timedelta(microseconds=1),
        "by_system": not row.by_system,
        "after": {**row.after, "n": -1},
    }.get(name, f"{getattr(row, name)}x"[-20:])
    AuditEvent.objects.filter(pk=row.pk).update(**{name: new})


def _cut(rows, chance):
    rows.filter(seq=chance.randrange(1, EVENTS)).delete()


def _cut_and_close(rows, chance):
    gone = chance.randrange(1, EVENTS)
    rows.filter(seq=gone).delete()
    for row in rows.filter(seq__gt=gone).order_by("seq"):
        AuditEvent.objects.filter(pk=row.pk).update(seq=row.seq - 1)


def _swap(rows, chance):
    a, b = chance.sample(range(1, EVENTS + 1), 2)
    for old, new in ((a, 9_999), (b, a), (9_999, b)):
        rows.filter(seq=old).update(seq=new)


def _tail(rows, chance):
    keep = chance.randrange(0, EVENTS)
    rows.filter(seq__gt=keep).delete()
    last = rows.order_by("-seq").first()
    row = Chain.objects.exclude(name="server")
    row.update(seq=keep, hash=bytes(last.hash) if last else bytes(32))


def _added(rows, chance):
    row = rows.get(seq=chance.randrange(1, EVENTS + 1))
    row.pk, row.seq = None, EVENTS + 1
    row.save(force_insert=True)


def _hash(rows, chance):
    rows.filter(seq=chance.randrange(1, EVENTS + 1)).update(hash=chance.randbytes(32))


def _end(rows, chance):
    Chain.objects.exclude(name="server").update(hash=chance.randbytes(32))


def _anew(rows, chance):
    """The whole table written anew by whoever knows how, with one word changed."""
    kept = list(rows.order_by("seq"))
    which = chance.randrange(EVENTS)
    rows.delete()
    Chain.objects.exclude(name="server").update(seq=0, hash=bytes(32))
    SignedHead.objects.all().delete()
    from stackmark_web.audit.chaining import append

    kept[which].target_label += "!"
    for row in kept:
        row.pk = None
        row._state.adding = True
    append(kept[0].chain.name, kept)


def _all(rows, chance):
    SignedHead.objects.all().delete()
    rows.delete()
    Chain.objects.exclude(name="server").delete()


MANIPULATIONS = {
    "a field changed": _field,
    "an event cut out": _cut,
    "an event cut out and the rest moved up": _cut_and_close,
    "two events in each other's place": _swap,
    "the tail dropped, and the end with it": _tail,
    "an event added": _added,
    "a hash changed": _hash,
    "the end's hash changed": _end,
    "all written anew": _anew,
    "all dropped": _all,
}


def test_a_thousand_manipulations_with_database_rights_are_found(root):
    """Given a head that was signed a moment ago and lies outside of the database (A113)."""
    token = signed(root)
    chain = Chain.objects.get(name=str(root.pk))
    chance = random.Random(20261129)
    missed, met = [], set()
    for _ in some(range(1_000), 4):
        with transaction.atomic():
            kind = change(AuditEvent.objects.filter(chain=chain), chance)
            if not queries.check_chains():
                missed.append(kind)
            met.add(kind)
            transaction.set_rollback(True)
    assert missed == []
    assert met == set(MANIPULATIONS)
    assert queries.check_chains() == []
    assert check_file(file_of(root), [token]).findings == ()


class TestFile:
    """The file an owner downloads, checked by the library alone."""

    def test_it_holds_and_says_what_it_was_held_against(self, root):
        token = signed(root)
        found = check_file(file_of(root, token), [token])
        assert (found.findings, found.events, found.outside, len(found.heads)) == ((), EVENTS, 1, 2)

    def test_a_thousand_manipulations_of_the_file_are_found(self, root):
        token = signed(root)
        first, *lines = file_of(root, token)
        chance = random.Random(7)
        for _ in some(range(1_000), 4):
            changed = list(lines)
            kind = chance.randrange(6)
            place = chance.randrange(EVENTS)
            if kind == 0:
                spot = chance.randrange(1, len(changed[place]) - 2)
                letter = bytes([changed[place][spot] ^ 1])
                changed[place] = changed[place][:spot] + letter + changed[place][spot + 1 :]
            elif kind == 1:
                del changed[place]
            elif kind == 2:
                changed.insert(place, changed[chance.randrange(EVENTS)])
            elif kind == 3:
                other = (place + chance.randrange(1, EVENTS)) % EVENTS
                changed[place], changed[other] = changed[other], changed[place]
            elif kind == 4:
                del changed[place:]
            else:
                del changed[: place + 1]
            assert check_file([first, *changed], [token]).findings, (kind, place)

    def test_one_made_anew_is_found_by_the_head_from_elsewhere_alone(self, root, person):
        outside = signed(root)
        chain = Chain.objects.get(name=str(root.pk))
        _anew(AuditEvent.objects.filter(chain=chain), random.Random(1))
        heads.file_of(str(root.pk)).unlink()
        made_anew = signed(root)
        lines = file_of(root, made_anew)
        assert check_file(lines).findings == (), "by itself it fits: the key was there too"
        (found,) = check_file(lines, [outside]).findings
        assert found == (
            f"Event {EVENTS}: head 1 of those given says another hash. The log was written anew."
        )

    def test_a_head_of_somebody_else_is_refused(self, root, person):
        signed(root)
        with clock.at(NOON):
            other = actions.create_organisation(
                actor=person("zoe"), name="Other", slug="other", kind="college"
            )
        found = check_file(file_of(root), [signed(other)]).findings
        assert "No key is known for head 1" in found[0]

    def test_the_command_line_tells_the_same(self, root, tmp_path):
        token = signed(root)
        (tmp_path / "head.jwt").write_text(token)
        lines = file_of(root, token)
        (tmp_path / "log.jsonl").write_bytes(b"".join(lines))
        (tmp_path / "cut.jsonl").write_bytes(b"".join(lines[:-2]))
        asked = ("audit-log", "check", "log.jsonl")
        done = run(*asked, "--head", "head.jwt", cwd=tmp_path)
        assert (done.code, "The log holds." in done.text) == (0, True)
        assert run(*asked, cwd=tmp_path).code == 3, "no head from elsewhere"
        done = run("audit-log", "check", "cut.jsonl", "--head", "head.jwt", "--json", cwd=tmp_path)
        assert done.code == 1
        found = json.loads(done.text)["findings"]
        assert found[0] == "The end is missing: the head in the file knows 2 more events."
        assert "no JSON object" in run("audit-log", "check", "head.jwt", cwd=tmp_path).err

    def test_owners_download_log_and_head(self, client, root, person, join):
        client.force_login(root.owner)
        assert client.get("/manage/northfield/audit-head.jwt").status_code == 404
        token = signed(root)
        assert client.get("/manage/northfield/audit-head.jwt").text == token
        answer = client.get("/manage/northfield/audit.jsonl")
        lines = b"".join(answer.streaming_content).splitlines()
        assert check_file(lines, [token]).findings == ()
        checking.walk_on()
        page = client.get("/manage/northfield/audit").text
        assert "The log holds" in page
        assert f"speaks of event {EVENTS}" in page

    def test_a_role_at_a_unit_does_not_open_the_institutions_log(self, client, root, person, join):
        unit = Organisation.objects.create(slug="arts", name="Arts", kind="university", parent=root)
        client.force_login(join(person("dean"), unit, "owner"))
        assert client.get("/manage/arts/audit").status_code == 200
        assert client.get("/manage/arts/audit.jsonl").status_code == 404


class TestNightly:
    def test_it_walks_in_slices_and_tells(self, root, monkeypatch, client):
        monkeypatch.setattr(checking, "SLICE", 4)
        heads.sign_due()
        for _ in range(2):
            checking.walk_on()
        chain = Chain.objects.get(name=str(root.pk))
        assert (chain.walked, chain.whole_at) == (8, None)
        checking.walk_on()
        chain.refresh_from_db()
        assert (chain.walked, chain.fault) == (0, "")
        assert chain.whole_at is not None
        AuditEvent.objects.filter(chain=chain, seq=3).update(target_label="Another")
        with clock.at(clock.now() + timedelta(hours=25)):
            for _ in range(3):
                checking.walk_on()
        chain.refresh_from_db()
        assert chain.fault == "Event 3: it is not what was written, or one before it is not."
        client.force_login(root.owner)
        assert "The log does not hold" in client.get("/manage/northfield/audit").text

    def test_the_command_says_it(self, root):
        out, err = StringIO(), StringIO()
        call_command("audit_check", stdout=out)
        assert out.getvalue() == "The audit log holds.\n"
        AuditEvent.objects.filter(seq=3).update(verb="award.revoked")
        with pytest.raises(CommandError, match="1 things do not hold"):
            call_command("audit_check", stdout=out, stderr=err)
        assert "Audit log of Northfield: Event 3:" in err.getvalue()

    def test_after_a_restore_the_missing_tail_is_told_until_it_is_accepted(self, root):
        heads.sign_due()
        _tail(AuditEvent.objects.filter(chain__name=str(root.pk)), random.Random(2))
        SignedHead.objects.all().delete()
        assert "The end is missing" in queries.check_chains()[0]
        call_command("audit_check", "--accept-restored", stdout=StringIO())
        assert queries.check_chains() == []


def test_the_tie_is_the_only_place_that_names_a_person(root):
    """No column of the log but the erasable table points to an account."""
    fields = [
        (model.__name__, field.name)
        for model in (AuditEvent, Chain, SignedHead, Pseudonym)
        for field in model._meta.get_fields()
        if getattr(field, "related_model", None) is type(root.owner)
    ]
    assert fields == [("Pseudonym", "user")]
    assert connection.vendor in ("sqlite", "postgresql")
