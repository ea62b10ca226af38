"""Merging accounts to get around something: four eyes, a second step, an age."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.urls import reverse

from stackmark.errors import UsageError
from stackmark_web import clock
from stackmark_web.accounts import merge, minors
from stackmark_web.accounts.models import GuardianConsent, User
from stackmark_web.approvals.models import Change
from stackmark_web.approvals.queries import hindrance
from stackmark_web.audit import people
from stackmark_web.audit.models import AuditEvent
from stackmark_web.audit.queries import check_chains
from stackmark_web.audit.sentences import Told
from stackmark_web.passport import actions as passport
from stackmark_web.passport import queries as passport_queries
from stackmark_web.passport import sharing
from stackmark_web.passport.models import Holding
from stackmark_web.tenancy.models import Membership

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(person):
    return person("ada")


@pytest.fixture
def gone(person):
    return person("ada-at-work")


def change(northfield, asked_by, **more):
    return Change.everywhere.create(
        organisation=northfield,
        kind="key.rotate",
        title="Replace the signing key",
        subject=f"tenancy.organisation:{northfield.pk}",
        digest="0" * 64,
        asked_by=asked_by,
        asked_code=people.code_of(asked_by),
        asked_at=clock.now(),
        expires_at=clock.now() + timedelta(days=14),
        **more,
    )


class TestFourEyes:
    @pytest.fixture
    def owners(self, kept, gone, northfield, join):
        for one in (kept, gone):
            join(one, northfield, "owner")
        Membership.everywhere.update(since=clock.now() - timedelta(days=90))

    @pytest.mark.parametrize("asker_stays", [True, False])
    def test_what_waits_cannot_be_approved_after_a_merge(
        self, kept, gone, northfield, owners, asker_stays
    ):
        asker, other = (kept, gone) if asker_stays else (gone, kept)
        waiting = change(northfield, asker)
        assert hindrance(other, waiting) == "", "before the merge they are two"
        merge.merge(kept, gone, actor=gone)
        waiting.refresh_from_db()
        assert hindrance(kept, waiting) == "own"

    @pytest.mark.parametrize("asker_stays", [True, False])
    def test_what_one_approved_for_the_other_is_told_to_the_organisation(
        self, kept, gone, northfield, owners, asker_stays
    ):
        asker, other = (kept, gone) if asker_stays else (gone, kept)
        done = change(northfield, asker, state="done", decided_by=other, decided_at=clock.now())
        merge.merge(kept, gone, actor=gone)
        (event,) = AuditEvent.objects.filter(verb="change.one-person")
        assert event.organisation_id == northfield.pk
        assert event.target_id == str(done.pk)
        assert Told(event).sentence == (
            "Who asked for it and who decided it were one person: Replace the signing key"
        )
        assert check_chains() == []

    def test_of_what_others_approved_nothing_is_told(self, kept, gone, northfield, person):
        done = {"state": "done", "decided_at": clock.now()}
        change(northfield, kept, decided_by=person("zoe"), **done)
        merge.merge(kept, gone, actor=gone)
        assert not AuditEvent.objects.filter(verb="change.one-person").exists()


class TestSecondStep:
    def test_a_protected_account_does_not_end_in_an_unprotected_one(self, kept, gone):
        TOTP.activate(gone, generate_totp_secret())
        with pytest.raises(UsageError, match="asks for a second step") as refused:
            merge.merge(kept, gone, actor=gone)
        assert refused.value.reason == "account.merge"
        assert User.objects.count() == 2

    def test_with_one_in_the_account_that_stays_it_goes_on(self, kept, gone):
        for one in (kept, gone):
            TOTP.activate(one, generate_totp_secret())
        merge.merge(kept, gone, actor=gone)
        assert kept.authenticator_set.count() == 1, "its own; the other one is gone"

    def test_the_other_way_round_nothing_is_lost(self, kept, gone):
        TOTP.activate(kept, generate_totp_secret())
        merge.merge(kept, gone, actor=gone)
        assert kept.authenticator_set.count() == 1


class TestAge:
    """A child's account does not become a grown-up's by ending in one."""

    @pytest.fixture
    def public(self, kept):
        """The grown-up's public page, with one credential."""
        held = Holding.objects.create(
            user=kept, title="Soil", added_at=clock.now(), sha256="0" * 64, data=b"{}"
        )
        return passport.save_profile(
            kept, handle="ada", headline="", about="", published=True, indexed=True, holdings=[held]
        )

    def test_the_public_page_of_who_turns_out_young_is_gone(self, kept, gone, public, client):
        assert client.get(reverse("passport:person", args=["ada"])).status_code == 200
        User.objects.filter(pk=gone.pk).update(born=minors.years_before(clock.today(), 17))
        merge.merge(kept, gone, actor=gone)
        assert passport_queries.public_profile("ada") is None
        assert client.get(reverse("passport:person", args=["ada"])).status_code == 404

    def test_links_wait_for_a_guardian(self, kept, gone, settings):
        settings.AGE_OF_CONSENT = 16
        held = Holding.objects.create(
            user=kept, title="Soil", added_at=clock.now(), sha256="0" * 64, data=b"{}"
        )
        word = passport_queries.share_url(sharing.make_share(kept, [held])).rsplit("/", 1)[1]
        User.objects.filter(pk=gone.pk).update(born=minors.years_before(clock.today(), 13))
        merge.merge(kept, gone, actor=gone)
        kept.refresh_from_db()
        assert minors.needs_consent(kept)
        assert passport_queries.share_by_token(word) is None

    def test_a_guardians_consent_moves_with_the_child(self, kept, gone, settings):
        settings.AGE_OF_CONSENT = 16
        User.objects.filter(pk=gone.pk).update(born=minors.years_before(clock.today(), 13))
        now = clock.now()
        GuardianConsent.objects.create(
            user=gone, email="m@people.example", asked_at=now, given_at=now, expires_at=now
        )
        merge.merge(kept, gone, actor=gone)
        kept.refresh_from_db()
        assert not minors.needs_consent(kept)
