from __future__ import annotations

import orjson
import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from stackmark import issue, verify
from stackmark.errors import UsageError
from stackmark.keys.controller import find_method
from stackmark.keys.did import did_web_url
from stackmark.keys.keyfile import KeyFile
from stackmark.keys.public import PublicKey
from stackmark_web.audit import people
from stackmark_web.audit.models import AuditEvent
from stackmark_web.tenancy import actions, queries
from stackmark_web.tenancy.images import keep_drawing
from stackmark_web.tenancy.models import Organisation
from stackmark_web.tenancy.signing import signer_for


@pytest.fixture
def made(person):
    """An organisation made as anybody would."""
    owner = person("olive")
    return actions.create_organisation(
        actor=owner,
        name="Harbour College",
        kind="college",
        country="ie",
        website="https://harbour.example",
        legal_name="Harbour College CLG",
        ror="ror.org/03yrm5c26",
    )


def test_a_new_organisation_has_an_owner_a_key_and_an_identity(made, person):
    owner = made.members.get().user
    assert made.members.get().role == "owner"
    assert made.slug == "harbour-college"
    assert made.country == "IE"
    assert queries.did_of(made) == "did:web:badges.example.org:o:harbour-college"
    signer = signer_for(made)
    assert signer.method_id == "did:web:badges.example.org:o:harbour-college#key-1"
    method = find_method(queries.did_document(made), signer.method_id)
    signature = signer.private.sign(b"hello")
    assert method.public_key.verify(signature, b"hello")
    assert (
        AuditEvent.objects.filter(
            verb="organisation.created", actor_code__in=people.codes_of(owner)
        ).count()
        == 1
    )
    assert AuditEvent.objects.filter(verb="key.made", organisation_id=made.pk).count() == 1


def test_without_a_verified_address_nobody_makes_one(person):
    olive = person("olive")
    olive.emailaddress_set.update(verified=False)
    with pytest.raises(PermissionDenied, match="Verify an e-mail address"):
        actions.create_organisation(actor=olive, name="X", kind="college")
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("fields", "reason", "words"),
    [
        ({"name": " "}, "organisation.name", "Give the organisation a name"),
        ({"kind": "bank"}, "organisation.kind", "Choose what kind"),
        ({"ror": "https://ror.org/03yrm5c27"}, "organisation.ror", "check digits"),
        ({"ror": "nonsense"}, "organisation.ror", "looks like"),
        ({"country": "ZZ"}, "organisation.country", "Choose a country"),
        ({"erasmus_code": "1234"}, "organisation.erasmus_code", "looks like"),
        ({"deqar_id": "x9"}, "organisation.deqar_id", "DEQARINST0034"),
        ({"website": "javascript:alert(1)"}, "organisation.website", "https://"),
        ({"email": "not an address"}, "organisation.email", "not an e-mail address"),
        ({"accent": "url(x)"}, "organisation.accent", "#1f4b99"),
        ({"slug": "manage"}, "organisation.slug", "taken"),
        ({"slug": "Not A Slug"}, "organisation.slug", "small letters"),
        ({"path": "0/"}, "organisation.path", "no field of this name"),
        ({"did_host": "evil.example"}, "organisation.did_host", "no field of this name"),
    ],
)
def test_bad_input_names_the_field_and_nothing_is_made(person, fields, reason, words):
    with pytest.raises(UsageError, match=words) as caught:
        actions.create_organisation(
            actor=person("olive"), **{"name": "Harbour", "kind": "college", **fields}
        )
    assert caught.value.reason == reason
    assert not Organisation.objects.exists()


def test_identifiers_take_the_spellings_people_copy(person):
    made = actions.create_organisation(
        actor=person("olive"),
        name="Harbour",
        kind="university",
        ror="03YRM5C26",
        erasmus_code="irldublin01",
        deqar_id="34",
        accent="#ABC",
    )
    assert (made.ror, made.erasmus_code) == ("https://ror.org/03yrm5c26", "IRLDUBLIN01")
    assert (made.deqar_id, made.accent) == ("DEQARINST0034", "#aabbcc")


@pytest.mark.parametrize("name", ["東京大学", "!!!", "New"])
def test_every_name_gets_an_address_of_its_own(person, name):
    one = actions.create_organisation(actor=person("ann"), name=name, kind="college")
    two = actions.create_organisation(actor=person("ben"), name=name, kind="college")
    assert one.slug != two.slug
    assert one.slug != "new"


def test_the_profile_says_who_issues(made):
    profile = queries.issuer_profile(made)
    assert profile["id"] == queries.did_of(made)
    assert profile["type"] == ["Profile"]
    assert profile["url"] == "https://harbour.example"
    assert profile["address"] == {"type": ["Address"], "addressCountryCode": "IE"}
    kinds = {one["identifierType"]: one["identifier"] for one in profile["otherIdentifier"]}
    assert kinds["ext:ROR"] == "https://ror.org/03yrm5c26"
    assert kinds["ext:LegalName"] == "Harbour College CLG"


def test_a_unit_issues_under_its_institution_and_names_it(made):
    owner = made.members.get().user
    unit = actions.create_unit(made, actor=owner, name="Faculty of Arts", unit_kind="faculty")
    assert queries.issuer_profile(unit) == queries.issuer_profile(made)
    own = queries.unit_profile(unit)
    assert own["id"] == f"https://badges.example.org/o/{unit.slug}"
    assert own["parentOrg"] == {
        "id": queries.did_of(made),
        "type": ["Profile"],
        "name": "Harbour College",
    }
    assert signer_for(unit).did == queries.did_of(made)


@pytest.mark.parametrize("by", ["institution", "faculty", "programme"])
def test_the_profiles_can_be_signed_and_verify(made, by):
    """The engine refuses what Open Badges 3.0 has no words for; the profiles pass whole."""
    made.logo = keep_drawing(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    made.description, made.email = "A college by the sea.", "badges@harbour.example"
    made.save()
    owner = made.members.get().user
    body = {"institution": made}
    body["faculty"] = actions.create_unit(made, actor=owner, name="Arts", unit_kind="faculty")
    body["programme"] = actions.create_unit(
        body["faculty"], actor=owner, name="Music", unit_kind="programme"
    )
    signer = signer_for(made)
    achievement = {
        "id": "https://badges.example.org/achievements/1",
        "type": ["Achievement"],
        "creator": queries.creator_profile(body[by]),
        "name": "Sailing",
        "description": "Can sail.",
        "criteria": {"narrative": "Sailed."},
    }
    signed = issue(
        achievement,
        recipient="a@people.example",
        key=KeyFile(signer.did, signer.method_id, signer.private),
        issuer=queries.issuer_profile(made),
    )
    served = {did_web_url(signer.did): orjson.dumps(queries.did_document(made))}
    report = verify(signed, documents=served)
    assert report.verdict == "verified", [c for c in report.checks if c.outcome != "passed"]
    schema = next(check for check in report.checks if check.code == "schema")
    assert schema.outcome == "passed", schema.detail


def test_rights_reach_down_and_never_up(made, person, join):
    owner = made.members.get().user
    faculty = actions.create_unit(made, actor=owner, name="Arts", unit_kind="faculty")
    programme = actions.create_unit(faculty, actor=owner, name="Music", unit_kind="programme")
    dean = join(person("dean"), faculty, "owner")
    P = queries.Permission
    assert queries.may(owner, P.EDIT, programme)
    assert queries.may(dean, P.EDIT, programme)
    assert not queries.may(dean, P.VIEW, made)
    with pytest.raises(Http404):
        actions.edit_organisation(made, actor=dean, name="Mine now")
    with pytest.raises(Http404):
        actions.create_unit(made, actor=dean, name="Law", unit_kind="faculty")


def test_a_unit_with_a_similar_beginning_is_not_below(organisation, person, join):
    """The path is of whole ids: nothing but true units is within."""
    one, two = organisation("one"), organisation("two")
    assert list(queries.units_of(one)) == []
    join(person("ann"), one, "owner")
    assert queries.roles_of(person("ben"), two) == set()


def test_colleague_and_stranger_cannot_edit(northfield, alice, bob, charlie):
    with pytest.raises(PermissionDenied, match="Your role does not allow this"):
        actions.edit_organisation(northfield, actor=bob, name="Bobfield")
    with pytest.raises(Http404):
        actions.edit_organisation(northfield, actor=charlie, name="Charliefield")
    northfield.refresh_from_db()
    assert northfield.name == "Northfield University"


def test_an_edit_notes_only_what_changed(northfield, alice):
    actions.edit_organisation(northfield, actor=alice, name="Northfield", country="IE")
    event = AuditEvent.objects.get(verb="organisation.edited")
    assert event.before == {"name": "Northfield University"}
    assert event.after == {"name": "Northfield"}


def test_an_edit_that_changes_nothing_leaves_no_event(northfield, alice):
    actions.edit_organisation(northfield, actor=alice, name="Northfield University")
    assert not AuditEvent.objects.exists()


def test_public_keys_in_the_document_are_those_kept(made):
    (key,) = queries.keys_of(made)
    (method,) = queries.did_document(made)["verificationMethod"]
    assert method["publicKeyMultibase"] == key.public_multibase
    assert PublicKey.from_multikey(key.public_multibase).algorithm == "Ed25519"


def test_what_a_unit_has_is_done_above(northfield, alice, organisation):
    from stackmark_web import clock
    from stackmark_web.catalogue.models import Achievement
    from stackmark_web.tenancy.steps import first_steps

    def done(where):
        return {one.label: one.done for one in first_steps(alice, where)}["Design an achievement"]

    unit, other = (organisation(slug, parent=northfield) for slug in ("farm", "music"))
    assert not done(northfield)
    Achievement.everywhere.create(organisation=unit, created_at=clock.now())
    assert done(northfield)
    assert done(unit)
    assert not done(other)


def test_what_an_institution_withholds_its_units_withhold(northfield):
    unit = actions.create_unit(northfield, actor=None, name="Science", unit_kind="faculty")
    assert queries.withheld_by(unit) == frozenset()
    actions.edit_organisation(northfield, actor=None, withholds_results=True)
    unit.refresh_from_db()
    assert queries.withheld_by(unit) == {"pass-rate", "agreement"}
    actions.edit_organisation(unit, actor=None, withholds_holders=True)
    unit.refresh_from_db()
    assert queries.withheld_by(unit) == {"pass-rate", "agreement", "holders"}
