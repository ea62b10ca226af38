from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404

import stackmark
from achievement_designs import bare, full
from stackmark.errors import UsageError
from stackmark.keys import PrivateKey
from stackmark_web.audit.models import AuditEvent
from stackmark_web.catalogue import actions, art, errors, judging, queries
from stackmark_web.catalogue.models import (
    Achievement,
    AchievementVersion,
    Facet,
    FrozenError,
    SearchTerm,
)

pytestmark = pytest.mark.django_db
State = AchievementVersion.State


def verbs():
    return list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))


class TestCreateDraft:
    def test_a_designer_makes_an_unfinished_draft_with_art(self, northfield, designer):
        version = actions.create_draft(
            northfield, actor=designer, content={"title": {"en": "Bees"}}
        )
        assert (version.state, version.number, version.title) == (State.DRAFT, None, "Bees")
        assert version.art["title"] == "Bees"
        assert version.edited_by == designer
        assert list(version.contributors.all()) == [designer]
        event = AuditEvent.objects.get()
        assert (event.verb, event.actor, event.target_id) == (
            "achievement.drafted",
            designer,
            str(version.pk),
        )

    def test_without_a_title_there_is_no_art_yet(self, northfield):
        assert actions.create_draft(northfield, actor=None, content={}).art == {}

    @pytest.mark.parametrize("who", ["bob", "reviewer"])
    def test_a_colleague_without_the_right_is_refused(self, northfield, who, request):
        with pytest.raises(PermissionDenied):
            actions.create_draft(northfield, actor=request.getfixturevalue(who), content=bare())
        assert not Achievement.everywhere.exists()

    def test_a_stranger_finds_nothing(self, northfield, charlie):
        with pytest.raises(Http404):
            actions.create_draft(northfield, actor=charlie, content=bare())

    def test_what_cannot_be_read_names_its_place(self, northfield, designer):
        with pytest.raises(UsageError, match=r"^outcomes/0/skills/0/uri: ") as caught:
            actions.create_draft(
                northfield,
                actor=designer,
                content=bare(outcomes=[{"skills": [{"name": "x", "uri": "javascript:alert(1)"}]}]),
            )
        assert caught.value.reason == "descriptor.address"
        assert not AuditEvent.objects.exists()


class TestSaveDraft:
    def test_it_keeps_the_content_and_the_columns(self, draft, designer):
        version = draft(actor=designer)
        saved = actions.save_draft(version, actor=designer, content=full(), revision=0)
        stored = AchievementVersion.everywhere.get(pk=version.pk)
        assert stored.content == full()
        assert (stored.kind, stored.level, stored.workload_hours) == ("micro-certification", 6, 60)
        assert stored.revision == saved.revision == 1
        assert "title" in AuditEvent.objects.first().after["fields"]

    def test_the_same_again_changes_nothing(self, draft, designer):
        version = draft()
        actions.save_draft(version, actor=designer, content=version.content, revision=0)
        assert AchievementVersion.everywhere.get().revision == 0
        assert verbs() == ["achievement.drafted"]

    def test_the_second_of_two_writers_is_told_and_loses_nothing(self, draft, alice, designer):
        version = draft()
        actions.save_draft(version, actor=alice, content=bare(code="A"), revision=0)
        with pytest.raises(errors.StaleError, match="Alice saved this draft") as caught:
            actions.save_draft(version, actor=designer, content=bare(code="B"), revision=0)
        assert caught.value.current.content["code"] == "A"
        assert AchievementVersion.everywhere.get().content["code"] == "A"

    def test_suggested_art_follows_the_title_and_own_art_stays(self, draft, designer):
        version = draft()
        saved = actions.save_draft(
            version, actor=designer, content=bare(title={"en": "Water"}), revision=0
        )
        assert saved.art["title"] == "Water"
        own = art.BadgeArt(title="Mine", shape="circle")
        saved = actions.set_art(saved, actor=designer, art=own, revision=1)
        saved = actions.save_draft(
            saved, actor=designer, content=bare(title={"en": "Fire"}), revision=2
        )
        assert saved.art["title"] == "Mine"

    def test_roles(self, draft, bob, reviewer, charlie):
        version = draft()
        for who, error in (
            (bob, PermissionDenied),
            (reviewer, PermissionDenied),
            (charlie, Http404),
        ):
            with pytest.raises(error):
                actions.save_draft(version, actor=who, content=bare(code="X"), revision=0)
        assert "code" not in AchievementVersion.everywhere.get().content


class TestPublish:
    def test_it_freezes_numbers_and_lists(self, draft, designer):
        version = actions.publish(draft(), actor=designer)
        assert (version.number, version.state) == (1, State.PUBLISHED)
        assert version.achievement.current_id == version.pk
        assert SearchTerm.objects.filter(term="soil", weight=100).exists()
        assert Facet.objects.filter(name="issuer", value="northfield").exists()
        assert AuditEvent.objects.first().after["number"] == 1

    def test_what_it_signs_is_signable_and_lives_at_its_own_address(self, published):
        version = published(**full())
        signable = version.signable
        assert (
            signable["id"] == f"https://badges.example.org/achievements/{version.achievement_id}/1"
        )
        assert signable["creator"]["id"] == "https://badges.example.org/o/northfield"
        assert signable["image"]["id"] == f"https://badges.example.org/assets/{version.image_id}"
        badge = stackmark.issue(
            signable, recipient="ada@people.example", key=PrivateKey.generate("ed25519")
        )
        assert stackmark.verify(badge, offline=True).verdict == "verified"
        assert queries.achievement_json(version)["@context"][0].endswith("credentials/v2")

    def test_an_incomplete_draft_says_what_is_missing(self, draft, designer):
        version = draft(outcomes=[], criteria=None)
        with pytest.raises(errors.NotReadyError) as caught:
            actions.publish(version, actor=designer)
        assert [gap.place for gap in caught.value.gaps] == ["outcomes", "criteria/narrative"]
        assert AchievementVersion.everywhere.get().state == State.DRAFT

    def test_a_published_version_cannot_be_edited_published_or_discarded(self, published, alice):
        version = published()
        for change in (
            lambda: actions.save_draft(version, actor=alice, content=bare(code="X"), revision=2),
            lambda: actions.publish(version, actor=alice),
            lambda: actions.discard(version, actor=alice),
            lambda: actions.submit(version, actor=alice),
            lambda: actions.set_art(version, actor=alice, art=art.BadgeArt(title="X"), revision=2),
            lambda: actions.set_image(version, actor=alice, data=b"", revision=2),
        ):
            with pytest.raises(UsageError) as caught:
                change()
            assert caught.value.reason == "catalogue.published"

    def test_roles(self, draft, bob, charlie):
        version = draft()
        with pytest.raises(PermissionDenied):
            actions.publish(version, actor=bob)
        with pytest.raises(Http404):
            actions.publish(version, actor=charlie)
        assert not Achievement.everywhere.filter(current__isnull=False).exists()


class TestFourEyes:
    @pytest.fixture(autouse=True)
    def two_people(self, northfield):
        northfield.four_eyes = True
        northfield.save()

    def test_another_person_approves_and_then_it_is_published(
        self, draft, designer, reviewer, approve
    ):
        version = actions.submit(draft(actor=designer), actor=designer)
        assert version.state == State.REVIEW
        approve(version, actor=reviewer)
        assert actions.publish(version, actor=reviewer).published_by == reviewer

    def test_a_designer_cannot_publish_alone(self, draft, designer):
        version = actions.submit(draft(actor=designer), actor=designer)
        with pytest.raises(UsageError) as caught:
            actions.publish(version, actor=designer)
        assert caught.value.reason == "catalogue.not-approved"

    def test_an_owner_who_wrote_in_it_cannot_approve(self, draft, alice, designer, approve):
        version = draft(actor=designer)
        version = actions.save_draft(version, actor=alice, content=bare(code="A"), revision=0)
        version = actions.save_draft(version, actor=designer, content=bare(code="B"), revision=1)
        version = actions.submit(version, actor=designer)
        with pytest.raises(UsageError) as caught:
            approve(version, actor=alice)
        assert caught.value.reason == "catalogue.four-eyes"

    def test_nor_the_one_who_handed_it_in(self, draft, alice, designer, approve):
        version = actions.submit(draft(actor=designer), actor=alice)
        with pytest.raises(UsageError) as caught:
            approve(version, actor=alice)
        assert caught.value.reason == "catalogue.four-eyes"

    def test_what_was_not_handed_in_is_not_published(self, draft, designer, reviewer):
        with pytest.raises(UsageError) as caught:
            actions.publish(draft(actor=designer), actor=reviewer)
        assert caught.value.reason == "catalogue.not-submitted"

    def test_editing_takes_it_out_of_review(self, draft, designer, reviewer):
        version = actions.submit(draft(actor=designer), actor=designer)
        version = actions.save_draft(
            version, actor=designer, content=bare(code="C"), revision=version.revision
        )
        with pytest.raises(UsageError) as caught:
            actions.publish(version, actor=reviewer)
        assert caught.value.reason == "catalogue.not-submitted"

    def test_a_unit_inherits_the_rule(self, organisation, northfield, person, join):
        unit = organisation("faculty", parent=northfield)
        dean = join(person("dean"), unit, "owner")
        version = actions.create_draft(unit, actor=dean, content=bare())
        with pytest.raises(UsageError) as caught:
            actions.publish(version, actor=dean)
        assert caught.value.reason == "catalogue.not-submitted"

    def test_sent_back_with_a_reason(self, draft, designer, reviewer, key):
        version = actions.submit(draft(actor=designer), actor=designer)
        digest = judging.digest_of(version)
        with pytest.raises(UsageError) as caught:
            actions.send_back(version, actor=reviewer, reasons=" ", digest=digest)
        assert caught.value.reason == "catalogue.reasons"
        said = {"reasons": "The pass rule is missing.", "digest": digest}
        with pytest.raises(PermissionDenied):
            actions.send_back(version, actor=designer, **said)
        version = actions.send_back(version, actor=reviewer, **said)
        assert (version.state, version.review_note) == (State.DRAFT, "The pass rule is missing.")

    def test_an_incomplete_draft_is_not_handed_in(self, draft, designer):
        with pytest.raises(errors.NotReadyError):
            actions.submit(draft(actor=designer, description={}), actor=designer)


class TestVersions:
    def test_a_new_version_starts_as_a_copy_and_links_back(self, published, designer):
        first = published(code="S1")
        second = actions.new_version(first.achievement, actor=designer)
        assert (second.content, second.art, second.state) == (first.content, first.art, State.DRAFT)
        assert actions.new_version(first.achievement, actor=designer).pk == second.pk
        second = actions.publish(second, actor=designer)
        assert second.number == 2
        assert second.signable["related"] == [
            {"id": first.signable["id"], "type": ["Related"], "version": "1"}
        ]
        assert AchievementVersion.everywhere.get(pk=first.pk).signable == first.signable
        assert not SearchTerm.objects.filter(version=first).exists()

    def test_an_uploaded_picture_goes_along(self, draft, designer):
        import io

        from PIL import Image

        out = io.BytesIO()
        Image.new("RGB", (80, 80), "#336699").save(out, "PNG")
        version = actions.set_image(draft(), actor=designer, data=out.getvalue(), revision=0)
        version = actions.publish(version, actor=designer)
        assert (version.art, version.image_svg) == ({}, None)
        following = actions.new_version(version.achievement, actor=designer)
        assert following.image_id == version.image_id

    def test_nothing_published_nothing_to_continue(self, draft, designer):
        version = draft()
        assert actions.new_version(version.achievement, actor=designer).pk == version.pk
        actions.discard(version, actor=designer)
        assert not Achievement.everywhere.exists()

    def test_discarding_a_later_draft_keeps_the_published_one(self, published, designer):
        first = published()
        actions.discard(actions.new_version(first.achievement, actor=designer), actor=designer)
        assert list(AchievementVersion.everywhere.all()) == [first]

    def test_retired_leaves_the_catalogue_and_cannot_be_awarded(
        self, published, designer, northfield
    ):
        version = published()
        actions.retire(version.achievement, actor=designer)
        assert not queries.listed().exists()
        assert not Facet.objects.exists()
        with pytest.raises(Http404):
            queries.version_for_award(northfield, version.pk)
        actions.retire(version.achievement, actor=designer)  # again changes nothing
        actions.restore(version.achievement, actor=designer)
        assert queries.listed().get() == version
        assert queries.version_for_award(northfield, version.pk) == version
        assert verbs()[-2:] == ["achievement.retired", "achievement.restored"]

    def test_roles_of_retiring(self, published, bob, charlie):
        version = published()
        with pytest.raises(PermissionDenied):
            actions.retire(version.achievement, actor=bob)
        with pytest.raises(Http404):
            actions.retire(version.achievement, actor=charlie)
        assert queries.listed().exists()

    def test_only_ones_own_versions_can_be_awarded(self, published, draft, charlie):
        elsewhere = charlie.roles.get().organisation
        with pytest.raises(Http404):
            queries.version_for_award(elsewhere, published().pk)
        mine = draft(organisation=elsewhere)
        with pytest.raises(Http404):
            queries.version_for_award(elsewhere, mine.pk)


class TestFrozen:
    """Below the actions: nothing in the program can change what is published."""

    def test_save_update_and_delete_are_refused(self, published):
        version = published()
        version.title = "Another"
        rows = AchievementVersion.everywhere.filter(pk=version.pk)
        for change in (
            version.save,
            lambda: version.save(update_fields=["title"]),
            version.delete,
            lambda: rows.update(title="Another"),
            rows.delete,
            lambda: AchievementVersion.everywhere.bulk_update([version], ["title"]),
            lambda: AchievementVersion.objects.within(version.organisation).update(title="X"),
        ):
            with pytest.raises(FrozenError), transaction.atomic():
                change()
        assert AchievementVersion.everywhere.get().title == "Soil sampling"

    def test_a_person_can_still_leave(self, draft, designer):
        version = actions.publish(draft(actor=designer), actor=designer)
        designer.delete()
        version.refresh_from_db()
        assert (version.published_by, version.number) == (None, 1)

    def test_the_database_wants_a_number(self, draft):
        version = draft()
        version.state = State.PUBLISHED
        with pytest.raises(IntegrityError):
            version.save()
