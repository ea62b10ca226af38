"""The gate before publication, the reviewer's signed decision, and the review date."""

from __future__ import annotations

import base64
import json
from datetime import date, timedelta

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from achievement_designs import bare, full
from stackmark.errors import StackmarkError
from stackmark.issuing.selfcheck import Given
from stackmark.keys.did import did_web_url
from stackmark.quality import profile as library
from stackmark.verification.verifier import Verifier
from stackmark_web import clock
from stackmark_web.audit.models import AuditEvent
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding.checks import Problem
from stackmark_web.catalogue import actions, errors, gate, judging, policies, profiles, reviewing
from stackmark_web.catalogue.models import AchievementVersion, Decision
from stackmark_web.integrations.models import OutboxMail
from stackmark_web.tenancy.models import SigningKey
from stackmark_web.tenancy.queries import did_document, did_of

pytestmark = pytest.mark.django_db
State = AchievementVersion.State
OWN = """
id = "northfield"
title = "Northfield's own rules"
source = "Senate, 2026"
version = "1"
reading = "official"
kind = "rule-set"
clause = "Senate 2026/4"

[[row]]
id = "northfield.code"
element = "Course code"
what = "It has the code of our course catalogue."
where = ["/achievement/code"]
severity = "mandatory"
test = "present"
fix = "Write the code."
"""


def meets(**changes):
    """A design that meets eu-2022."""
    return full(kind="certificate", parties=[], **changes)


@pytest.fixture
def required(northfield):
    """Northfield requires profiles: required("eu-2022")."""

    def choose(*names, organisation=northfield, **more):
        chosen = dict.fromkeys(names, profiles.REQUIRED)
        return policies.set_policy(organisation, actor=None, chosen=chosen, **more)

    return choose


@pytest.fixture
def two_people(northfield):
    northfield.four_eyes = True
    northfield.save()


def refused(action, *args, **more):
    with pytest.raises(StackmarkError) as caught:
        action(*args, **more)
    return caught.value


class TestGate:
    def test_without_a_required_profile_rows_are_advice(self, draft, designer):
        assert actions.publish(draft(actor=designer), actor=designer).is_published

    def test_each_failed_mandatory_row_of_a_required_profile_blocks(
        self, draft, designer, required
    ):
        required("eu-2022")
        version = draft(actor=designer)
        error = refused(actions.publish, version, actor=designer)
        assert error.reason == "catalogue.row"
        assert [one.name for one in error.blocks] == [
            row.element
            for row in judging.judge(version, library.named("eu-2022")).rows
            if row.outcome == "failed" and row.severity == "mandatory"
        ]
        assert AchievementVersion.everywhere.get().state == State.DRAFT
        assert refused(actions.submit, version, actor=designer).reason == "catalogue.row"

    def test_what_meets_it_is_published(self, northfield, required):
        required("eu-2022")
        version = actions.create_draft(northfield, actor=None, content=meets())
        assert [one.name for one in gate.blocks(version)] == []
        assert actions.publish(version, actor=None).is_published

    def test_a_wrong_label_blocks_always(self, draft, designer):
        version = draft("Bachelor of Science", actor=designer, assessment={"methods": ["none"]})
        error = refused(actions.publish, version, actor=designer)
        assert error.reason == "catalogue.mislabel"
        assert "Bachelor of Science" in error.detail

    def test_a_unit_cannot_give_up_what_is_required_above(self, organisation, northfield, required):
        unit = organisation("faculty", parent=northfield)
        required("eu-2022")
        policies.set_policy(unit, actor=None, chosen={"eu-2022": "shown", "cmf": "required"})
        assert [(one.profile.id, one.required) for one in profiles.chosen(unit)] == [
            ("eu-2022", True),
            ("cmf", True),
        ]
        assert [one.profile.id for one in profiles.chosen(northfield)] == ["eu-2022"]
        version = actions.create_draft(unit, actor=None, content=bare())
        assert refused(actions.publish, version, actor=None).reason == "catalogue.row"


class TestDuplicates:
    @pytest.fixture
    def twin(self, northfield):
        """Two designs that say the same; the first is published."""
        first = actions.create_draft(northfield, actor=None, content=meets())
        actions.publish(first, actor=None)
        return actions.create_draft(northfield, actor=None, content=meets(code="OTHER"))

    def test_one_that_says_the_same_asks_for_a_reason(self, twin, designer):
        error = refused(actions.publish, twin, actor=designer)
        assert error.reason == "catalogue.duplicate"
        assert "Northfield University" in error.detail
        twin = actions.justify(twin, actor=designer, text="For the night school.", revision=0)
        made = actions.publish(twin, actor=designer)
        assert made.justification["text"] == "For the night school."
        assert AuditEvent.objects.filter(after__fields=["justification"]).exists()

    def test_no_reason_is_no_reason(self, twin, designer):
        error = refused(actions.justify, twin, actor=designer, text="  ", revision=0)
        assert error.reason == "catalogue.reasons"

    def test_a_reason_is_for_those_that_were_there(self, twin, designer, northfield):
        twin = actions.justify(twin, actor=designer, text="Night school.", revision=0)
        third = actions.create_draft(northfield, actor=None, content=meets(code="THIRD"))
        third = actions.justify(third, actor=designer, text="Summer school.", revision=0)
        actions.publish(third, actor=None)
        assert refused(actions.publish, twin, actor=designer).reason == "catalogue.duplicate"

    def test_the_next_version_of_the_same_is_no_duplicate(self, northfield):
        first = actions.create_draft(northfield, actor=None, content=meets())
        first = actions.publish(first, actor=None)
        again = actions.new_version(first.achievement, actor=None)
        assert judging.twins(again) == []


class TestDecision:
    def test_an_approval_is_a_signed_document_the_library_verifies(
        self, draft, designer, reviewer, approve, two_people, northfield
    ):
        version = actions.submit(draft(actor=designer), actor=designer)
        approve(version, actor=reviewer, reasons="Rubric and outcomes fit.", named=True)
        made = Decision.everywhere.get()
        body = bytes(made.document)
        documents = {
            did_web_url(did_of(northfield)): orjson.dumps(did_document(northfield)),
        }
        report = Verifier(now=clock.now(), fetcher=Given(documents)).verify(body)
        assert report.verdict == "verified", report.why
        tree = json.loads(body)
        assert "EndorsementCredential" in tree["type"]
        assert tree["credentialSubject"]["id"].endswith(f"/{version.achievement_id}/1")
        (bound,) = [
            inner
            for one in tree["relatedResource"]
            if (inner := _data(one["id"]))["type"] == "StackmarkReviewDecision"
        ]
        assert bound["digest"] == f"sha256:{judging.digest_of(version)}"
        assert bound["decision"] == "approved"
        assert bound["profiles"] == ["eu-2022"]
        assert (bound["role"], bound["reviewer"]) == ("reviewer", "Rita")
        assert bound["reasons"] == "Rubric and outcomes fit."
        changed = body.replace(b"Rubric", b"Budget")
        report = Verifier(now=clock.now(), fetcher=Given(documents)).verify(changed)
        assert report.verdict == "refused"

    def test_the_name_stays_out_unless_asked_for(
        self, draft, designer, reviewer, approve, two_people
    ):
        version = actions.submit(draft(actor=designer), actor=designer)
        approve(version, actor=reviewer)
        body = bytes(Decision.everywhere.get().document)
        assert b"Rita" not in body
        assert all(b"Rita" not in base64.b64decode(one) for one in _parts(body))

    def test_editing_after_approval_voids_it(self, draft, designer, reviewer, approve, two_people):
        version = actions.submit(draft(actor=designer), actor=designer)
        version = approve(version, actor=reviewer)
        assert reviewing.approval_of(version) is not None
        version = actions.save_draft(
            version, actor=designer, content=bare(code="C"), revision=version.revision
        )
        version = actions.submit(version, actor=designer)
        assert refused(actions.publish, version, actor=designer).reason == "catalogue.not-approved"

    def test_a_new_badge_voids_it_too(self, draft, designer, reviewer, approve, two_people):
        from stackmark_web.catalogue import art

        version = actions.submit(draft(actor=designer), actor=designer)
        version = approve(version, actor=reviewer)
        version = actions.set_art(
            version, actor=designer, art=art.BadgeArt(title="Other"), revision=version.revision
        )
        version = actions.submit(version, actor=designer)
        assert refused(actions.publish, version, actor=designer).reason == "catalogue.not-approved"

    def test_what_was_edited_while_it_was_read_is_not_approved(
        self, draft, designer, reviewer, key, two_people
    ):
        version = actions.submit(draft(actor=designer), actor=designer)
        read = judging.digest_of(version)
        version = actions.save_draft(
            version, actor=designer, content=bare(code="C"), revision=version.revision
        )
        version = actions.submit(version, actor=designer)
        error = refused(actions.approve, version, actor=reviewer, reasons="Good.", digest=read)
        assert error.reason == "catalogue.changed"
        assert not Decision.everywhere.exists()

    def test_an_edit_between_reading_and_storing_wins(
        self, draft, designer, reviewer, key, two_people, monkeypatch
    ):
        """The edit lands after the reviewer's action has read the draft."""
        version = actions.submit(draft(actor=designer), actor=designer)
        digest = judging.digest_of(version)
        sign = reviewing.endorsing.sign

        def slow(decision):
            AchievementVersion.everywhere.filter(pk=version.pk).update(
                revision=version.revision + 1, content=bare(code="LATE")
            )
            return sign(decision)

        monkeypatch.setattr(reviewing.endorsing, "sign", slow)
        with pytest.raises(errors.StaleError):
            actions.approve(version, actor=reviewer, reasons="Good.", digest=digest)
        assert not Decision.everywhere.exists()

    def test_a_later_refusal_of_the_same_content_counts(
        self, draft, designer, reviewer, approve, two_people
    ):
        version = actions.submit(draft(actor=designer), actor=designer)
        version = approve(version, actor=reviewer)
        digest = judging.digest_of(version)
        with clock.at(clock.now() + timedelta(hours=1)):
            version = actions.send_back(version, actor=reviewer, reasons="No.", digest=digest)
            version = actions.submit(version, actor=designer)
        assert refused(actions.publish, version, actor=designer).reason == "catalogue.not-approved"

    def test_without_a_key_nothing_is_decided(self, draft, designer, reviewer, two_people):
        version = actions.submit(draft(actor=designer), actor=designer)
        digest = judging.digest_of(version)
        error = refused(actions.approve, version, actor=reviewer, reasons="x", digest=digest)
        assert error.reason == "signer.none"
        assert AchievementVersion.everywhere.get().state == State.REVIEW
        assert not SigningKey.everywhere.exists()


class TestReviewDate:
    def test_the_date_comes_from_asking_from_the_statement_or_from_the_policy(
        self, draft, required
    ):
        today = clock.today()
        usual = actions.publish(draft("One"), actor=None)
        assert usual.review.due == reviewing.months_from(today, 24)
        asked = actions.publish(draft("Two"), actor=None, review_months=13)
        assert asked.review.due == reviewing.months_from(today, 13)
        stated = reviewing.months_from(today, 20)
        quality = [{"type": "external-review", "review_due": stated.isoformat()}]
        said = actions.publish(draft("Three", quality=quality), actor=None)
        assert said.review.due == stated
        required(review_months=18)
        policy = actions.publish(draft("Four"), actor=None)
        assert policy.review.due == reviewing.months_from(today, 18)

    @pytest.mark.parametrize("months", [11, 37])
    def test_no_other_number_of_months(self, draft, months):
        error = refused(actions.publish, draft(), actor=None, review_months=months)
        assert error.reason == "catalogue.months"

    def test_months_end_where_the_month_does(self):
        assert reviewing.months_from(date(2027, 1, 31), 13) == date(2028, 2, 29)
        assert reviewing.months_from(date(2026, 12, 15), 12) == date(2027, 12, 15)

    def test_overdue_is_public_everywhere_from_the_day_after(self, client, published):
        version = published()
        due = version.review.due
        path = f"/achievements/{version.achievement_id}"
        with clock.at(_noon(due)):
            assert "Review overdue" not in client.get(path).content.decode()
        with clock.at(_noon(due + timedelta(days=1))):
            shown = client.get(path).content.decode()
            assert "Review overdue since" in shown
            assert f'"expires": "{due.isoformat()}"' in shown
            found = client.get(f"{path}.json").json()
            assert found["reviewOverdueSince"] == due.isoformat()
            assert "Review overdue since" in client.get("/catalogue").content.decode()

    def test_a_machine_that_asked_before_is_told(self, client, published):
        version = published()
        path = f"/achievements/{version.achievement_id}/1.json"
        last = client.get(path).headers["Last-Modified"]
        asked = {"HTTP_IF_MODIFIED_SINCE": last}
        assert client.get(path, **asked).status_code == 304
        with clock.at(_noon(version.review.due + timedelta(days=1))):
            assert client.get(path, **asked).status_code == 200

    def test_new_awards_are_refused_and_a_renewal_brings_it_back(
        self, published, reviewer, designer, key, northfield
    ):
        version = published()
        later = _noon(version.review.due + timedelta(days=1))
        draft = awarding.create_award(
            version, actor=None, recipient_email="ada@people.example", draft=True
        )
        with clock.at(later):
            with pytest.raises(Problem, match="review has been overdue since"):
                awarding.create_award(version, actor=None, recipient_email="b@people.example")
            assert refused(awarding.offer, draft).reason == "award.review-overdue"
            with pytest.raises(PermissionDenied):
                reviewing.renew(version, actor=designer, reasons="x")
            assert refused(reviewing.renew, version, actor=reviewer, reasons="").reason == (
                "catalogue.reasons"
            )
            row = reviewing.renew(version, actor=reviewer, reasons="Still taught so.", months=12)
            assert row.due == reviewing.months_from(later.date(), 12)
            assert Decision.everywhere.get().kind == "renewed"
            awarding.create_award(version, actor=None, recipient_email="b@people.example")
        event = AuditEvent.objects.filter(verb="achievement.review-renewed").get()
        assert event.after["due"] == row.due.isoformat()

    def test_who_wrote_it_cannot_renew_it_where_two_people_are_asked(
        self, draft, alice, key, northfield, two_people
    ):
        version = actions.publish(draft(actor=alice), actor=None)
        error = refused(reviewing.renew, version, actor=alice, reasons="Fine.")
        assert error.reason == "catalogue.four-eyes"

    def test_what_fails_a_required_profile_by_now_is_not_renewed(
        self, published, reviewer, key, required
    ):
        version = published()
        required("eu-2022")
        error = refused(reviewing.renew, version, actor=reviewer, reasons="Fine.")
        assert error.reason == "catalogue.row"

    def test_owners_and_reviewers_are_reminded_once(self, published, alice, reviewer, bob):
        from stackmark_web.catalogue.reminding import remind

        version = published()
        due = version.review.due
        reviewer.locale = "es"
        reviewer.save()
        with clock.at(_noon(due - timedelta(days=61))):
            assert remind() == 0
        with clock.at(_noon(due - timedelta(days=59))):
            assert remind() == 1
            assert remind() == 0
        with clock.at(_noon(due + timedelta(days=1))):
            assert remind() == 1
        kinds = OutboxMail.everywhere.order_by("pk").values_list("kind", "to")
        assert sorted(kinds) == [
            ("review-due", alice.email),
            ("review-due", reviewer.email),
            ("review-overdue", alice.email),
            ("review-overdue", reviewer.email),
        ]
        spoken = {mail.to: mail.language for mail in OutboxMail.everywhere.all()}
        assert spoken == {alice.email: "en", reviewer.email: "es"}
        theirs = OutboxMail.everywhere.get(kind="review-due", to=reviewer.email)
        assert f" de {due.year}" in theirs.subject, "the day as it is written in Spanish"


class TestPolicy:
    def test_an_own_profile_is_kept_as_text_and_blocks(self, northfield, alice, draft, required):
        row = policies.add_profile(northfield, actor=alice, data=OWN.encode(), name="own.toml")
        assert row.text == OWN
        required("northfield")
        assert refused(actions.publish, draft(), actor=None).blocks[0].clause == "Senate 2026/4"
        assert actions.publish(draft("Coded", code="X-1"), actor=None).is_published
        assert refused(policies.remove_profile, row, actor=alice).reason == "profile.in-use"

    def test_a_wrong_file_names_row_and_field(self, northfield, alice):
        data = OWN.replace('test = "present"', 'test = "magic"').encode()
        error = refused(policies.add_profile, northfield, actor=alice, data=data, name="own.toml")
        assert error.reason == "profile.test"
        assert "row 1 (northfield.code)" in error.detail

    def test_ours_keep_their_names(self, northfield, alice):
        data = OWN.replace("northfield", "cmf").encode()
        error = refused(policies.add_profile, northfield, actor=alice, data=data, name="own.toml")
        assert error.reason == "profile.taken"

    def test_a_unit_cannot_put_its_own_file_in_place_of_the_institutions(
        self, northfield, organisation, alice
    ):
        science = organisation("science", parent=northfield)
        empty = OWN.replace("/achievement/code", "/achievement/title")
        for place, text in ((science, empty), (northfield, OWN)):  # the unit was first
            policies.add_profile(place, actor=alice, data=text.encode(), name="own.toml")
        policies.set_policy(northfield, actor=alice, chosen={"northfield": "required"})
        assert [one.profile.rows for one in profiles.chosen(science)] == [
            profiles.parsed(OWN, "northfield").rows
        ]
        assert [one.id for one in profiles.available(science)].count("northfield") == 1

    def test_a_checklist_is_never_required(self, required):
        assert refused(required, "iso-17024").reason == "policy.checklist"

    def test_only_owners_and_it_is_noted(self, northfield, alice, designer, reviewer):
        for who in (designer, reviewer):
            with pytest.raises(PermissionDenied):
                policies.set_policy(northfield, actor=who, chosen={"cmf": "shown"})
        policies.set_policy(northfield, actor=alice, chosen={"cmf": "shown"}, review_months=12)
        event = AuditEvent.objects.get(verb="organisation.quality")
        assert event.after == {"profiles": {"cmf": "shown"}, "review_months": 12}
        assert (
            refused(policies.set_policy, northfield, actor=alice, chosen={}, review_months=6).reason
            == "policy.review-months"
        )

    def test_the_page_saves_and_takes_a_file(self, client, alice, northfield, page):
        from django.core.files.uploadedfile import SimpleUploadedFile

        client.force_login(alice)
        address = reverse("catalogue:quality", args=["northfield"])
        shown = page(client.get(address))
        assert shown.all("select", name="profile_eu-2022")
        client.post(address, {"profile_eu-2022": "required", "review_months": "18"})
        assert profiles.chosen(northfield)[0].required
        assert profiles.review_months(northfield) == 18
        add = reverse("catalogue:profile_add", args=["northfield"])
        wrong = SimpleUploadedFile("own.toml", b"id = ")
        answer = client.post(add, {"file": wrong})
        assert answer.status_code == 422
        assert "own.toml is no TOML" in page(answer).text
        client.post(add, {"file": SimpleUploadedFile("own.toml", OWN.encode())})
        shown = page(client.get(address))
        assert shown.all("select", name="profile_northfield")


class TestPages:
    @pytest.fixture
    def here(self, draft, client, designer):
        client.force_login(designer)
        version = draft(actor=designer)

        def url(name, *args):
            return reverse(f"catalogue:{name}", args=["northfield", version.achievement_id, *args])

        return url

    def test_the_rows_of_a_step_stand_beside_it(self, here, client, page):
        shown = page(client.get(here("edit", "size")))
        assert "Notional workload" in shown.text or "Workload" in shown.text
        (panel,) = shown.all("section", id="findings")
        assert panel["hx-post"] == here("step_findings", "size")

    def test_what_is_typed_is_judged_and_not_saved(self, here, client, page):
        before = page(client.get(here("edit", "size"))).all("input", name="told")[0]["value"]
        typed = {"workload_low": "50", "workload_high": "60", "level_eqf": "6", "told": before}
        shown = page(client.post(here("step_findings", "size"), typed))
        after = shown.all("input", name="told")[0]["value"]
        assert int(after) < int(before)
        (panel,) = shown.all("section", id="findings")
        assert panel["data-announce"].startswith(("No findings", f"{after} finding"))
        assert "workload" not in AchievementVersion.everywhere.get().content
        again = page(client.post(here("step_findings", "size"), {**typed, "told": after}))
        assert "data-announce" not in again.all("section", id="findings")[0]

    def test_what_cannot_be_read_yet_is_said(self, here, client, page):
        typed = {"workload_low": "many", "told": "0"}
        shown = page(client.post(here("step_findings", "size"), typed))
        assert "cannot be read yet" in shown.text

    def test_the_overview_has_class_coverage_and_every_row(self, here, client, page):
        shown = page(client.get(here("findings")))
        assert "An assessed micro-credential" in shown.text
        assert "Which assessment shows which outcome" in shown.text
        assert "Practical task" in shown.text
        for row in library.named("eu-2022").rows:
            assert row.element in shown.text
            assert row.clause in shown.text

    def test_assessed_by_and_assigned_by_are_kept(self, here, client):
        rows = {
            "outcomes-TOTAL_FORMS": "1",
            "outcomes-INITIAL_FORMS": "1",
            "outcomes-0-statement": "Take a soil sample",
            "outcomes-0-assessed_by": ["practical"],
            "outcomes-0-skills-TOTAL_FORMS": "0",
            "outcomes-0-skills-INITIAL_FORMS": "0",
            "revision": "0",
        }
        client.post(here("edit", "outcomes"), rows)
        size = {"level_eqf": "6", "level_assigned_by": "QQI", "revision": "1"}
        client.post(here("edit", "size"), size)
        content = AchievementVersion.everywhere.get().content
        assert content["outcomes"][0]["assessed_by"] == ["practical"]
        assert content["level"] == {"eqf": 6, "assigned_by": "QQI"}
        client.post(here("edit", "size"), {"level_assigned_by": "QQI", "revision": "2"})
        assert "level" not in AchievementVersion.everywhere.get().content

    def test_a_decision_is_downloaded_as_it_was_signed(
        self, here, client, designer, reviewer, approve, two_people, charlie
    ):
        version = AchievementVersion.everywhere.get()
        approve(actions.submit(version, actor=designer), actor=reviewer)
        made = Decision.everywhere.get()
        address = here("decision", made.pk)
        assert client.get(address).content == bytes(made.document)
        client.force_login(charlie)
        assert client.get(address).status_code == 404


def _noon(day):
    return clock.now().replace(year=day.year, month=day.month, day=day.day, hour=12)


def _parts(body):
    return [one["id"].partition("base64,")[2] for one in json.loads(body)["relatedResource"]]


def _data(address):
    return json.loads(base64.b64decode(address.partition("base64,")[2]))
