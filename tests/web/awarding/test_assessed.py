"""Results, sealed artefacts and the assessor: checked, signed, shown, and compared on /verify."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from stackmark.errors import StackmarkError
from stackmark.exchange.ob3.achievement import open_badge_achievement
from stackmark.model.achievement import Achievement as Descriptor
from stackmark_web import clock
from stackmark_web.awarding import actions, artefacts, queries
from stackmark_web.awarding.checks import Problem
from stackmark_web.catalogue.models import Achievement, AchievementVersion
from stackmark_web.verifying import actions as verifying

HOSTILE = "<script>alert(1)</script>\u202etxt.exe"
WORK = b"An essay on soil."
SHA = hashlib.sha256(WORK).hexdigest()
PLAN = {
    "components": [
        {
            "id": "essay",
            "name": {"en": f"Essay {HOSTILE}"},
            "kind": "rubric",
            "minimum": 40,
            "criteria": [
                {
                    "id": "clarity",
                    "name": {"en": "Clarity"},
                    "levels": [
                        {"id": "weak", "name": {"en": "Weak"}, "points": 0},
                        {"id": "good", "name": {"en": "Good"}, "points": 2},
                    ],
                }
            ],
        }
    ]
}
RESULTS = [
    {"total": True, "value": "82.5", "status": "Completed"},
    {"component": "essay", "value": "82.5"},
    {"component": "essay", "criterion": "clarity", "level": "good"},
]


def url(name="1"):
    return f"{settings.IDENTITY_URL}/evidence/{name}"


@pytest.fixture
def assessed_version(university):
    achievement = Achievement.everywhere.create(organisation=university, created_at=clock.now())
    content = {
        "language": "en",
        "title": {"en": "Soil sampling"},
        "description": {"en": "Takes samples."},
        "criteria": {"narrative": {"en": "Ten samples."}},
        "assessment": {"methods": ["assignment"], "scale": "percent", "required": 50},
        "plan": PLAN,
    }
    address = f"{settings.IDENTITY_URL}/achievements/{achievement.pk}/1"
    made = AchievementVersion.everywhere.create(
        organisation=university,
        achievement=achievement,
        number=1,
        state="published",
        title="Soil sampling",
        language="en",
        content=content,
        signable=open_badge_achievement(Descriptor.from_json(content), id=address),
        edited_at=clock.now(),
        published_at=clock.now(),
    )
    achievement.current = made
    achievement.save()
    return made


@pytest.fixture
def make(draft, assessed_version):
    """A draft with results and one sealed piece of evidence."""

    def made(**more):
        given = {
            "version": assessed_version,
            "results": RESULTS,
            "evidence": [{"url": url(), "name": HOSTILE, "genre": "text"}],
            "related": [{"url": url(), "sha256": SHA, "media_type": "text/plain", "name": "e"}],
            "assessor": {"name": "Ann Example"},
        }
        return draft(**(given | more))

    return made


@pytest.fixture
def stored(monkeypatch):
    """The files that a capability above keeps: address to bytes."""
    files = {url(): WORK}
    monkeypatch.setattr(artefacts, "_SOURCES", [files.get])
    return files


def document(award):
    return json.loads(queries.credential_bytes(award))


def test_what_was_reached_is_signed_by_reference_to_the_achievement(make, alice):
    award = actions.offer(make(), actor=alice)
    signed = document(award)
    base = award.version.signable["id"]
    assert signed["credentialSubject"]["result"] == [
        {
            "type": ["Result"],
            "resultDescription": f"{base}#result",
            "value": "82.5",
            "status": "Completed",
        },
        {"type": ["Result"], "resultDescription": f"{base}#result-essay", "value": "82.5"},
        {
            "type": ["Result"],
            "resultDescription": f"{base}#result-essay-clarity",
            "achievedLevel": f"{base}#result-essay-clarity~good",
        },
    ]
    described = {
        one["id"] for one in signed["credentialSubject"]["achievement"]["resultDescription"]
    }
    assert {one["resultDescription"] for one in signed["credentialSubject"]["result"]} <= described
    assert signed["credentialSubject"]["source"]["name"] == "Ann Example"
    seals = {one["id"]: one for one in signed["relatedResource"]}
    assert seals[url()]["digestSRI"].startswith("sha256-")
    assert signed["evidence"][0]["id"] == url()


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"results": [{"component": "talk", "value": "1"}]}, "results", "no such result"),
        ({"results": [{"description": "urn:x", "value": "1"}]}, "results", "no such result"),
        (
            {"results": [{"component": "essay", "criterion": "clarity", "level": "best"}]},
            "results",
            "no such level",
        ),
        ({"results": [{"component": "essay"}]}, "results", "needs a value"),
        ({"results": [RESULTS[1], RESULTS[1]]}, "results", "same part"),
        ({"results": [{"total": True, "status": "Fine"}]}, "results", "no status"),
        ({"related": [{"url": url("2"), "sha256": SHA}]}, "related", "must be evidence too"),
        ({"related": [{"url": url(), "sha256": "abc"}]}, "related", "no SHA-256"),
        ({"related": [{"url": url(), "sha256": SHA, "media_type": "x"}]}, "related", "media type"),
        ({"assessor": {"name": "A", "id": "no id"}}, "assessor", "DID or a web address"),
    ],
)
def test_what_cannot_be_signed_is_refused_with_its_field(make, changes, field, sentence):
    with pytest.raises(Problem, match=sentence) as caught:
        make(**changes)
    assert caught.value.field == field


def test_a_correction_keeps_them(make, alice):
    first = actions.offer(make(), actor=alice)
    second = actions.correct(first, actor=alice, changes={"recipient_name": "Ada King"})
    before, after = document(first), document(second)
    assert after["credentialSubject"]["name"] == "Ada King"
    for name in ("evidence", "relatedResource"):
        assert after[name] == before[name]
    for name in ("result",):
        assert after["credentialSubject"][name] == before["credentialSubject"][name]
    assert second.assessor == first.assessor == {"name": "Ann Example"}


def test_the_issuers_page_shows_levels_and_digests(make, alice, client):
    award = actions.offer(make(), actor=alice)
    client.force_login(alice)
    page = client.get(reverse("awarding:detail", args=[award.organisation.slug, award.pk]))
    text = page.content.decode()
    assert "Good" in text
    assert SHA in text
    assert "Ann Example" in text
    assert "<script>alert" not in text


def test_a_file_that_is_not_what_it_is_sealed_as_is_never_signed(make, alice, stored):
    stored[url()] = b"another"
    award = make()
    with pytest.raises(StackmarkError, match="not what was signed"):
        actions.offer(award, actor=alice)
    award.refresh_from_db()
    assert award.signed is None


class TestVerify:
    def asked(self, award, **more):
        return verifying.check(queries.credential_bytes(award), **more)

    def test_the_stored_file_is_compared(self, make, alice, stored):
        checked = self.asked(actions.offer(make(), actor=alice))
        (piece,) = checked.facts["evidence"]
        assert (piece["seal"], piece["sha256"]) == ("compared", SHA)
        assert checked.report.check("related").outcome in ("passed", "could-not-tell")

    def test_a_changed_stored_file_is_refused(self, make, alice, stored):
        award = actions.offer(make(), actor=alice)
        stored[url()] = WORK + b"!"
        checked = self.asked(award)
        assert checked.report.check("related").reason == "related.changed"
        assert checked.verdict == "refused"
        assert checked.facts["evidence"][0]["seal"] == "changed"

    def test_a_stored_file_that_is_gone_cannot_be_told(self, make, alice, stored):
        award = actions.offer(make(), actor=alice)
        stored.clear()
        checked = self.asked(award)
        assert checked.report.check("related").reason == "related.lost"
        assert checked.verdict == "could-not-tell"
        assert checked.facts["evidence"][0]["seal"] == "lost"

    def test_nobody_learns_of_a_kept_file_by_a_document_of_their_own(self, make, alice, stored):
        tree = document(actions.offer(make(), actor=alice))
        seal = next(one for one in tree["relatedResource"] if one["id"] == url())
        seal.pop("digestMultibase")
        seal["digestSRI"] = "sha256-" + "A" * 43 + "="
        checked = verifying.check(json.dumps(tree).encode())
        assert checked.facts["evidence"][0]["seal"] == "not-at-hand"

    @pytest.fixture
    def nobody_keeps(self, monkeypatch):
        """As where no capability keeps files: assessing does."""
        from stackmark_web.awarding import artefacts

        monkeypatch.setattr(artefacts, "_SOURCES", type(artefacts._SOURCES)())

    def test_without_a_keeper_it_is_not_at_hand(self, make, alice, nobody_keeps):
        checked = self.asked(actions.offer(make(), actor=alice))
        assert checked.facts["evidence"][0]["seal"] == "not-at-hand"

    @pytest.mark.parametrize(
        ("name", "data", "verdict", "words"),
        [
            ("renamed.txt", WORK, None, "compared and unchanged"),
            ("1", WORK + b"!", "refused", "A file it is sealed with was changed"),
            (HOSTILE, b"other", "could-not-tell", "No digest in the credential fits"),
        ],
    )
    def test_a_file_brought_along(
        self, make, alice, client, nobody_keeps, name, data, verdict, words
    ):
        award = actions.offer(make(), actor=alice)
        page = client.post(
            reverse("verifying:start"),
            {
                "files": SimpleUploadedFile("badge.json", queries.credential_bytes(award)),
                "evidence": SimpleUploadedFile(name, data),
            },
        )
        text = page.content.decode()
        assert page.status_code == 200
        assert words in text
        assert "<script>alert" not in text
        assert "Good" in text
        if verdict:
            assert page.context["checked"].verdict == verdict

    def test_evidence_goes_with_one_credential(self, make, alice, client):
        signed = queries.credential_bytes(actions.offer(make(), actor=alice))
        files = [SimpleUploadedFile(f"{n}.json", signed) for n in "ab"]
        page = client.post(
            reverse("verifying:start"),
            {"files": files, "evidence": SimpleUploadedFile("e.txt", WORK)},
        )
        assert page.status_code == 422
        assert "one credential at a time" in page.content.decode()


def test_a_token_of_it_and_the_printed_label(make, alice):
    from stackmark_web.passport import certificates, downloads

    award = actions.offer(make(), actor=alice)
    source = downloads.Source.of(award)
    rows = {one.label: one for one in certificates._label(source)}
    assert "Clarity: Good" in rows["Result"].value
    assert (rows["Sealed evidence"].note) == f"SHA-256 {SHA}"
    assert downloads.token_of(award).count(b".") == 2
