"""One of everything, made by the actions that people's pages use: for tests of all routes and texts.

``say`` gives the text of each field a person may fill; a test of hostile texts passes its own.
"""

from __future__ import annotations

import shutil
from datetime import timedelta
from functools import cache

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import TestCase

import desk_rows
import facts_rows
import learner_rows
import ledger_rows
import pathway_learner_rows
import pathway_rows
import planner_rows
import recognition_rows
from achievement_designs import FULL, bare
from simulators.issuer import Issuer, Web
from stackmark_web import clock
from stackmark_web.accounts.models import User
from stackmark_web.accrediting import actions as accrediting
from stackmark_web.api import actions as api
from stackmark_web.approvals import guard as approvals
from stackmark_web.approvals.models import Change
from stackmark_web.assessing.actions import standards
from stackmark_web.awarding import actions as awarding
from stackmark_web.awarding import claims, letters, sheet_actions, sheets
from stackmark_web.awarding.models import Appeal
from stackmark_web.awarding.sheet_choices import GOOD, Choices
from stackmark_web.catalogue import actions as catalogue
from stackmark_web.catalogue import policies, reviewing
from stackmark_web.catalogue.models import Decision
from stackmark_web.catalogue.offerings import save_offering
from stackmark_web.integrations import webhook_actions
from stackmark_web.integrations.actions import save_template
from stackmark_web.integrations.models import Message
from stackmark_web.jobs import duties
from stackmark_web.jobs.worker import work_once
from stackmark_web.passport import actions as passport
from stackmark_web.passport import claiming, proving, reissuing, sharing, tokens
from stackmark_web.passport import queries as passport_queries
from stackmark_web.passport.fresh import SignIn
from stackmark_web.passport.importing import Upload
from stackmark_web.passport.models import HolderDid
from stackmark_web.tenancy import actions as tenancy
from stackmark_web.tenancy.errors import NeedsSecondPerson
from stackmark_web.tenancy.models import Invitation, Membership, Organisation, SigningKey
from stackmark_web.tenancy.queries import did_of
from stackmark_web.tenancy.signers.files import FileStore
from stackmark_web.verifying import actions as verifying
from stackmark_web.verifying import batches, fetching, registers
from stackmark_web.verifying.intake import Item

OWN_PROFILE = """
id = "northfield-own"
title = "Northfield's own rules"
source = "Senate"
version = "1"
reading = "official"
kind = "rule-set"
clause = "Senate 4"

[[row]]
id = "northfield-own.code"
element = "Course code"
what = "It has a code."
where = ["/achievement/code"]
severity = "mandatory"
test = "present"
fix = "Write it."
"""
AN_INVITATION = "an-invitation-that-somebody-was-sent"


@cache
def key_file(did, number=1):
    """Sealing a key takes a tenth of a second: once for all worlds of a process."""
    return FileStore().make(algorithm="ed25519", did=did, method_id=f"{did}#key-{number}")


def nice(place, usual, most=200):
    """The text of a field in a world without malice."""
    del place, most
    return usual


class SmallWorld:
    """People, an institution with all it can have, and what a learner has."""

    def __init__(self, say=nice):
        self.say = say
        self._people()
        self._institution()
        self._catalogue()
        self._standard()
        self._awards()
        self._learner()
        self._proofs()
        desk_rows.fill(self)
        learner_rows.fill(self)  # hands in for the achievement with a plan
        facts_rows.fill(self)
        self._sheets()
        self._checks()
        self._statements()
        self._waiting()
        self._programs()
        recognition_rows.fill(self)  # after what may be sent has been made
        ledger_rows.fill(self)
        pathway_rows.fill(self)
        planner_rows.fill(self)
        pathway_learner_rows.fill(self)
        work_until_done()
        duties.run_all()
        self.run.refresh_from_db()
        self.import_run.refresh_from_db()

    def _waiting(self):
        """A change that waits for the owner: the system asks for less than is asked now."""
        try:
            approvals.stop("policy.set", self.here, None, {"revoking": False})
        except NeedsSecondPerson as waits:
            self.change = Change.everywhere.get(pk=waits.change_id)

    def _programs(self):
        """A token and a webhook that was sent a test."""
        say, here = self.say, self.here
        named = {"name": say("token.name", "Student system", 100), "scopes": ["awards:read"]}
        self.api_token, _text = api.make_token(here, actor=self.owner, **named)
        self.webhook, _secret = webhook_actions.add_webhook(
            here,
            actor=self.owner,
            url="https://hooks.northfield.example/in",
            events=["approval.waiting"],
            description=say("webhook.description", "To the student system", 200),
        )
        self.webhook_message = webhook_actions.ping(self.webhook, actor=self.owner)
        Message.objects.filter(pk=self.webhook_message.pk).update(state="delivered")

    def _statements(self):
        """Northfield asks and is asked, and has endorsed what Elsewhere does."""
        say, here, elsewhere = self.say, self.here, self.elsewhere
        Organisation.objects.filter(pk=here.pk).update(kind="agency")
        here.refresh_from_db()
        asked = {"wanted": "endorsement", "note": say("request.note", "Look at us.", 2000)}
        links = ["https://elsewhere.example/report"]
        self.my_request = accrediting.ask_for(here, actor=self.owner, agency=elsewhere, **asked)
        self.review = accrediting.ask_for(
            elsewhere, actor=self.stranger, agency=here, evidence=links, **asked
        )
        accrediting.open_review(self.review, actor=self.owner, profile="eu-2022")
        given = accrediting.ask_for(
            elsewhere, actor=self.stranger, agency=here, **asked | {"wanted": "accreditation"}
        )
        accrediting.open_review(given, actor=self.owner, profile="eu-2022")
        accrediting.judge(
            given,
            actor=self.owner,
            judgements={row.number: ("accept", "") for row in given.rows.all()},
        )
        accrediting.propose(
            given,
            actor=self.owner,
            grant=True,
            reasons=say("review.reasons", "Seen and found good.", 2000),
            comment=say("statement.comment", "They teach well.", 900),
            end=clock.today() + timedelta(days=300),
        )
        accrediting.confirm(given, actor=self.owner)
        given.refresh_from_db()
        self.statement = given.statement
        Organisation.objects.filter(pk=here.pk).update(kind="university")
        here.refresh_from_db()

    # -- people and organisations ------------------------------------------------------------

    def _people(self):
        self.owner = self._person("alice")
        self.colleague = self._person("bob")
        self.stranger = self._person("charlie")
        self.learner = self._person("ada")
        self.operator = self._person("olive", is_operator=True)
        self.passkey = Authenticator.objects.create(
            user=self.learner,
            type=Authenticator.Type.WEBAUTHN,
            data={"name": self.say("passkey", "Key ring", 100), "credential": a_passkey()},
        )

    def _person(self, word, **more):
        email = f"{word}@people.example"
        name = self.say(f"person.{word}", word.title())
        made = User.objects.create_user(email, "a-long-password", name=name, **more)
        EmailAddress.objects.create(user=made, email=email, verified=True, primary=True)
        return made

    def _institution(self):
        say = self.say
        self.here = self._organisation("northfield", "Northfield University", self.owner)
        self.elsewhere = self._organisation("elsewhere", "Elsewhere College", self.stranger)
        self.retired_key = self._key(self.here, 2, state="retired")
        tenancy.give_role(self.here, actor=self.owner, user=self.colleague, role="assessor")
        self.membership = Membership.everywhere.get(user=self.colleague)
        self.unit = tenancy.create_unit(
            self.here,
            actor=self.owner,
            name=say("unit.name", "Faculty of Science"),
            unit_kind="faculty",
            slug="northfield-science",
            description=say("unit.description", "Natural sciences.", 2000),
        )
        self.domain = tenancy.add_domain(self.here, actor=self.owner, name="northfield.example")
        self.invitation = tenancy.invite(
            self.here, actor=self.owner, email="new@people.example", roles=["designer"]
        )
        self.invitation_token = AN_INVITATION
        Invitation.everywhere.filter(pk=self.invitation.pk).update(
            token_hash=tenancy_hash(AN_INVITATION)
        )
        self.trust = verifying.trust(
            self.here,
            actor=self.owner,
            issuer="did:web:friend.example",
            name=say("trust.name", "A friend"),
            note=say("trust.note", "Visited in March", 300),
        )
        self.operator_trust = verifying.trust(
            actor=self.operator,
            issuer="did:web:known.example",
            name=say("register.name", "A known issuer"),
            note=say("register.note", "Reviewed", 300),
        )
        signed = registers.sign(self.here, actor=self.owner, days=90)
        self.register = registers.take_over(self.here, actor=self.owner, data=signed)
        self.operator_register = registers.take_over(None, actor=self.operator, data=signed)
        save_template(
            self.here,
            actor=self.owner,
            kind="offer",
            language="en",
            subject=say("mail.subject", "For you: {{title}}", 300),
            body=say("mail.body", "Dear {{recipient_name}}, here it is.", 2000),
        )
        self._handovers()

    def _handovers(self):
        """One offered to Northfield, one it offers to somebody elsewhere, and one in force."""
        terms = {"why": "closing", "from_day": clock.today()}
        self.handed_over = self._organisation("gone", "Gone College", self.stranger)
        out = tenancy.offer_handover(
            self.handed_over, actor=self.stranger, successor="elsewhere", **terms
        )
        tenancy.accept_handover(out, actor=self.stranger)
        self.handover_in = tenancy.offer_handover(
            self.elsewhere, actor=self.stranger, successor="northfield", **terms
        )
        self.handover_out = tenancy.offer_handover(
            self.here,
            actor=self.owner,
            successor="did:web:after.example",
            successor_name=self.say("handover.name", "After College"),
            why="merged",
            from_day=clock.today() + timedelta(days=200),
        )

    def _organisation(self, slug, name, owner):
        say = self.say
        made = Organisation.objects.create(
            slug=slug,
            kind="university",
            name=say(f"{slug}.name", name),
            legal_name=say(f"{slug}.legal", f"{name} Ltd"),
            description=say(f"{slug}.description", "Teaches in small steps.", 2000),
            country="IE",
            website=f"https://{slug}.example",
            email=f"badges@{slug}.example",
        )
        Membership.everywhere.create(user=owner, organisation=made, role="owner")
        self._key(made)
        return made

    def _key(self, organisation, number=1, **more):
        did = did_of(organisation)
        made = key_file(did, number)
        return SigningKey.everywhere.create(
            organisation=organisation,
            method_id=f"{did}#key-{number}",
            algorithm=made.public_key.algorithm,
            public_multibase=made.public_key.to_multikey(),
            location=made.location,
            created_at=clock.now(),
            **more,
        )

    # -- what can be earned ------------------------------------------------------------------

    def _catalogue(self):
        draft = catalogue.create_draft(self.here, actor=self.owner, content=self._descriptor())
        self.version = catalogue.publish(draft, actor=self.owner)
        self.facts_digest = catalogue.facts_document(self.version).url[-13:-5]
        self.achievement = self.version.achievement
        self.achievement.refresh_from_db()
        self.draft = catalogue.create_draft(
            self.here,
            actor=self.owner,
            content=bare(title={"en": self.say("draft.title", "Visualising doubt")}),
        )
        reviewing.renew(
            self.version,
            actor=self.owner,
            reasons=self.say("review.reasons", "It is still taught so.", 900),
        )
        self.decision = Decision.everywhere.get(version=self.version)
        self.own_profile = policies.add_profile(
            self.here, actor=self.owner, data=OWN_PROFILE.encode(), name="own.toml"
        )
        self.offering = save_offering(
            self.achievement,
            actor=self.owner,
            values={
                "title": self.say("offering.title", "Evening group", 120),
                "place": self.say("offering.place", "Room 4"),
                "delivery": "onsite",
                "starts_on": clock.today() + timedelta(days=30),
                "enrol_url": "https://northfield.example/enrol",
            },
        )

    def _descriptor(self):
        say = self.say
        made = {**FULL, "kind": "certificate"}
        made.pop("parties", None)
        made["title"] = {"en": say("title", "Soil sampling")}
        made["description"] = {"en": say("description", "Takes samples a laboratory can use.", 900)}
        made["criteria"] = {"narrative": {"en": say("criteria", "Take *ten* samples.", 900)}}
        made["outcomes"] = [
            {
                "statement": {"en": say("outcome", "Take a sample", 300)},
                "skills": [
                    {
                        "name": say("skill", "Soil sampling technique"),
                        "uri": "https://skills.example/1",
                        "framework": say("framework", "ESCO", 100),
                    },
                    {"name": say("loose skill", "Care with glass")},
                ],
            }
        ]
        made["assessment"] = {
            "methods": ["project"],
            "description": {"en": say("assessment", "Ten samples of your own.", 900)},
            "pass_rule": {"en": say("pass rule", "All ten are good.", 300)},
        }
        made["ai_policy"] = {"en": say("ai policy", "To be named.", 300)}
        made["prerequisites"] = {"en": say("prerequisites", "Boots.", 300)}
        made["quality"] = [
            {"type": "external-review", "name": say("quality", "Agency"), "date": "2026-01-15"}
        ]
        return made

    def _standard(self):
        """A workshop whose first round is open, with the learner as a judge."""
        say = self.say
        self.room = standards.create_workshop(
            self.achievement,
            actor=self.owner,
            method="angoff",
            title=say("workshop.title", "Cut of the spring"),
            candidate_text=say("workshop.candidate", "Takes a sample with help.", 2000),
            items=[{"id": "q1", "text": say("workshop.item", "Which one is clean?", 300)}],
        )
        self.judge = standards.invite_judge(self.room, actor=self.owner, email="ada@people.example")
        standards.open_round(self.room, actor=self.owner)
        standards.rate(self.judge, actor=self.learner, number=1, values={"q1": 0.5}, done=True)

    # -- awards in every state ---------------------------------------------------------------

    def _awards(self):
        self.award = {"draft": self._award("draft", draft=True)}
        later = clock.now() + timedelta(days=3)
        scheduled = self._award("scheduled", send_at=later)
        awarding.release(scheduled, actor=self.owner)
        self.award["scheduled"] = scheduled
        offered = (
            *("offered", "claimed", "published", "declined", "lapsed", "revoked", "suspended"),
            *("corrected", "astray", "anonymous"),
        )
        soon = clock.now() + timedelta(days=7)
        for word in offered:
            claim_by = soon if word == "lapsed" else None
            self.award[word] = self._offer(word, claim_by=claim_by)
        for word in ("claimed", "published", "revoked", "suspended", "corrected"):
            self.claim(self.award[word])
        self._ends()

    def _award(self, word, **more):
        say = self.say
        return awarding.create_award(
            self.version,
            actor=self.owner,
            organisation=self.here,
            recipient_email="ada@people.example" if word != "anonymous" else "nn@people.example",
            recipient_name=say(f"recipient.{word}", "Ada Lovelace"),
            narrative=say(f"narrative.{word}", "She took *twelve*.", 900),
            evidence=[
                {
                    "url": "https://work.example/1",
                    "name": say(f"evidence name.{word}", "Field book"),
                    "text": say(f"evidence.{word}", "Handed in.", 900),
                }
            ],
            suspendable=True,
            again=True,
            **more,
        )

    def _offer(self, word, **more):
        with committed():
            return awarding.offer(self._award(word, **more), actor=self.owner)

    def claim(self, award):
        with committed():
            return claiming.keep(award, user=self.learner)

    def _ends(self):
        say, award = self.say, self.award
        with committed():
            awarding.decline(award["declined"], user=self.learner)
            awarding.suspend(
                award["suspended"],
                actor=self.owner,
                reason="requirements-not-met",
                note=say("suspend note", "Course not renewed", 500),
            )
            awarding.revoke(
                award["revoked"],
                actor=self.owner,
                reason="issued-in-error",
                note=say("revoke note", "Wrong list", 500),
            )
            self.replacement = awarding.correct(
                award["corrected"],
                actor=self.owner,
                changes={"recipient_name": say("new name", "Ada King")},
                note=say("correct note", "She married", 500),
            )
        with clock.at(clock.now() + timedelta(days=8)), committed():
            awarding.lapse(award["lapsed"])
        self.appeal = Appeal.everywhere.get(award=award["revoked"])
        self.appeal_token = letters.appeal_link(self.appeal).rsplit("/", 1)[1]
        awarding.open_appeal(award["revoked"], text=say("appeal", "It was me.", 900))
        self.report = claiming.report_address(award["astray"], email="ada@other.example")
        for one in award.values():
            one.refresh_from_db()

    def link(self, word):
        """The token of a new claim link to one of the awards."""
        return claims.new_link(self.award[word]).rsplit("/", 1)[1]

    # -- the learner -------------------------------------------------------------------------

    def _learner(self):
        say = self.say
        self.holding = passport_queries.Holding.objects.get(award=self.award["claimed"])
        shown = passport_queries.Holding.objects.get(award=self.award["published"])
        passport.publish(shown, actor=self.learner)
        self.shown = shown
        self._import()
        self.folder = passport.make_folder(
            self.learner, name=say("folder", "Applications for autumn", 100)
        )
        passport.choose_folders(self.holding, actor=self.learner, folders=[self.folder])
        both = [self.holding, self.imported]
        self.share, self.share_token = self._share(
            both, title=say("share.title", "For the stall"), purpose=say("purpose", "A job", 300)
        )
        self.single, self.single_token = self._share([self.holding])
        self.pinned, self.pinned_token = self._share(both, pin="482915")
        self.locked, self.locked_token = self._share(
            both, only_email="boss@firm.example", title=say("locked", "For the boss"), send=True
        )
        sharing.send_code(self.locked)
        self.profile = passport.save_profile(
            self.learner,
            handle="ada",
            headline=say("headline", "Takes samples", 160),
            about=say("about", "I like *soil*.", 2000),
            published=True,
            indexed=False,
            holdings=[shown],
        )

    def _proofs(self):
        """A request that waits, one that was answered, a DID, and a wish to be reissued to it."""
        say, sign_in = self.say, SignIn(clock.now(), "password")
        asker, reason = say("asker", "Grete Hansen", 120), say("asked for", "A job", 500)
        asked, _ = proving.ask(actor=None, asker=asker, reason=reason, wanted="any")
        self.asked_token = tokens.unsealed(asked.token_sealed)
        done, self.result_token = proving.ask(actor=None, asker=asker, reason=reason, wanted="any")
        self.proof = proving.give(
            done, actor=self.learner, holdings=[self.holding], sign_in=sign_in, with_name=True
        )
        self.holder_did = HolderDid.objects.create(
            user=self.learner, did="did:web:ada.example", proved_at=clock.now()
        )
        self.reissue = reissuing.ask(self.holding, self.holder_did, actor=self.learner)

    def _share(self, holdings, **more):
        made = passport.make_share(self.learner, holdings, **more)
        return made, tokens.unsealed(made.token_sealed)

    def _import(self):
        self.issuer = Issuer(fetching._OUTSIDE)
        name = self.say("foreign.name", "Soil Science I")
        data = self.issuer.sign(self._foreign(name))
        file = self.say("file name", "badge.json", 100)
        self.imported = passport.import_credential(self.learner, data, file)
        uploads = [Upload(f"{n}.json", self._numbered(n)) for n in range(5)]
        self.import_run = passport.bring(self.learner, uploads).run

    def _foreign(self, name):
        say = self.say
        achievement = {
            **self.issuer.subject()["achievement"],
            "name": name,
            "description": say("foreign.description", "Soil.", 900),
            "criteria": {"narrative": say("foreign.criteria", "Samples.", 900)},
        }
        return self.issuer.badge(
            name=name,
            issuer={
                "id": self.issuer.did,
                "type": ["Profile"],
                "name": say("foreign.issuer", "Faculty of Agriculture"),
            },
            credentialSubject=self.issuer.subject(achievement=achievement),
        )

    def _numbered(self, number):
        return self.issuer.sign(self.issuer.badge(id=f"https://uni.example/c/more-{number}"))

    # -- files of many -----------------------------------------------------------------------

    def _sheets(self):
        self.sheet_new = self._sheet("matching.csv")
        self.sheet = self._checked("checked.csv")
        done = self._checked("done.csv")
        sheet_actions.choose(done, actor=self.owner, choices=Choices(scope=GOOD))
        done = sheets.sheet_of(self.here, done.pk)
        sheet_actions.confirm(done, actor=self.owner, agreed=sheets.agreement(done))
        self.sheet_done = sheets.sheet_of(self.here, done.pk)
        self.run = self.sheet_done.run

    def _sheet(self, filename):
        name, narrative = self.say("sheet.name", "Ben Ali"), self.say("sheet.text", "Fine.", 900)
        lines = ["email,name,narrative", ",".join(map(quoted, ("ben@x.example", name, narrative)))]
        lines.append(",".join(map(quoted, ("no address", name, narrative))))
        return sheet_actions.upload_sheet(
            self.version,
            actor=self.owner,
            organisation=self.here,
            filename=self.say("sheet.file", filename, 100),
            data="\n".join(lines).encode(),
        )

    def _checked(self, filename):
        made = self._sheet(filename)
        sheet_actions.match_columns(made, actor=self.owner, mapping=made.mapping)
        return made

    # -- what visitors checked ---------------------------------------------------------------

    def _checks(self):
        checked = verifying.check(bytes(self.imported.data), source="badge.json")
        self.record, self.record_token = verifying.keep_record(
            checked.to_json(), actor=self.learner, days=30
        )
        items = [
            Item(self.say("item.source", "one.json", 100), bytes(self.imported.data)),
            Item("two.json", b"{}"),
        ]
        self.batch, self.batch_token = batches.start(items, actor=None)


def a_passkey():
    """What a browser sends when a passkey is registered, without attestation."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from fido2.cose import ES256
    from fido2.utils import sha256, websafe_encode
    from fido2.webauthn import (
        Aaguid,
        AttestationObject,
        AttestedCredentialData,
        AuthenticatorData,
        CollectedClientData,
    )

    public = ES256.from_cryptography_key(generate_private_key(SECP256R1()).public_key())
    made = AttestedCredentialData.create(Aaguid(bytes(16)), b"a passkey", public)
    about = AuthenticatorData.create(sha256(b"testserver"), 0x45, 0, made)
    asked = CollectedClientData.create("webauthn.create", b"challenge", "http://testserver")
    answer = {
        "clientDataJSON": websafe_encode(asked),
        "attestationObject": websafe_encode(AttestationObject.create("none", about, {})),
    }
    name = websafe_encode(b"a passkey")
    return {"id": name, "rawId": name, "type": "public-key", "response": answer}


# -- around a world --------------------------------------------------------------------------


def quoted(text):
    """A cell of a CSV file."""
    return '"' + text.replace('"', '""') + '"'


def tenancy_hash(token):
    from stackmark_web.tenancy.changes.people import hash_of

    return hash_of(token)


def committed():
    """A block whose follow-ups run at its end, though the test's transaction stays open."""
    return TestCase.captureOnCommitCallbacks(execute=True)


def work_until_done():
    """What a worker does, until nothing is left."""
    for _ in range(50):
        if not work_once("test"):
            return


def no_network(patch):
    """Nothing outside this process can be asked: ``patch`` is a pytest MonkeyPatch."""
    from stackmark_web.tenancy import proving, trust_views

    web = Web()

    def no_records(name):
        raise AssertionError(f"asked for the DNS records of {name}")

    patch.setattr(fetching, "_OUTSIDE", web)
    patch.setattr(trust_views, "tools", lambda: proving.Tools(web, no_records))
    return web


def forget_files():
    """No published list is left for another test."""
    shutil.rmtree(settings.DATA / "lists", ignore_errors=True)
