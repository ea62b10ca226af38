"""An event as a sentence: who did what to which thing, and what was different afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from stackmark_web.audit import people
from stackmark_web.audit.models import AuditEvent

# %(who)s is a person or the system; %(what)s the name of the thing as it was then; %(whom)s the
# person whose pseudonym stands in the event as "user", by the present name: none is kept there.
SENTENCES: Final[dict[str, str]] = {
    "account.address-added": noop("%(who)s added an e-mail address"),
    "account.address-removed": noop("%(who)s removed an e-mail address"),
    "account.address-verified": noop("%(who)s verified an e-mail address"),
    "account.edited": noop("%(who)s changed their profile"),
    "account.erased": noop("An account and its data were erased"),
    "account.guardian-agreed": noop("A guardian agreed to this account"),
    "account.guardian-asked": noop("%(who)s asked a guardian to agree"),
    "account.guardian-refused": noop("A guardian did not agree to this account"),
    "account.guardian-withdrew": noop("A guardian took their consent back"),
    "account.identity-added": noop("%(who)s connected an institution to sign in with"),
    "account.identity-removed": noop("%(who)s took an institution to sign in with away"),
    "account.made": noop("%(who)s made this account"),
    "account.merged": noop("%(who)s made two accounts one"),
    "account.operator": noop("%(who)s changed who runs this server"),
    "account.password-changed": noop("%(who)s set a new password"),
    "account.primary-changed": noop("%(who)s chose where letters go"),
    "account.second-step-added": noop("%(who)s added a passkey or second step"),
    "account.second-step-removed": noop("%(who)s removed a passkey or second step"),
    "account.second-step-renewed": noop("%(who)s made new recovery codes"),
    "account.signed-in": noop("%(who)s signed in"),
    "accreditation.answered": noop("%(who)s answered a question about the request for %(what)s"),
    "accreditation.asked": noop("%(who)s asked something about the request for %(what)s"),
    "accreditation.granted": noop("%(who)s granted and signed what was asked for %(what)s"),
    "accreditation.proposed": noop("%(who)s proposed a decision about %(what)s"),
    "accreditation.refused": noop("%(who)s refused what was asked for %(what)s"),
    "accreditation.requested": noop("%(who)s asked for a statement about %(what)s"),
    "accreditation.review-started": noop("%(who)s chose the rule set for a review of %(what)s"),
    "accreditation.reviewed": noop("%(who)s went through the rows of a review of %(what)s"),
    "accreditation.sent-back": noop("%(who)s sent a proposed decision back: %(what)s"),
    "accreditation.taken-back": noop("%(who)s took a request back: %(what)s"),
    "achievement.approved": noop("%(who)s approved %(what)s as a reviewer"),
    "achievement.created": noop("%(who)s started the achievement %(what)s"),
    "achievement.discarded": noop("%(who)s threw away the draft %(what)s"),
    "achievement.drafted": noop("%(who)s started a draft of %(what)s"),
    "achievement.published": noop("%(who)s published %(what)s"),
    "achievement.restored": noop("%(who)s brought %(what)s back into the catalogue"),
    "achievement.retired": noop("%(who)s retired %(what)s"),
    "achievement.review-renewed": noop("%(who)s confirmed %(what)s for a further time"),
    "achievement.saved": noop("%(who)s changed the draft %(what)s"),
    "achievement.sent-back": noop("%(who)s sent %(what)s back to its author"),
    "achievement.submitted": noop("%(who)s submitted %(what)s for review"),
    "address-report.closed": noop("%(who)s put a report of a wrong address away"),
    "address-report.sent": noop("%(who)s sent a claim link to another address, as was reported"),
    "appeal.decided": noop("%(who)s decided an appeal about %(what)s"),
    "appeal.opened": noop("An appeal was opened about %(what)s"),
    # What a learner does at an assessment stands here without a name: markers may be blind to it.
    "assessment.accepted": noop("%(who)s accepted an application for %(what)s"),
    "assessment.answered-misconduct": noop("A learner answered a case about %(what)s"),
    "assessment.appeal-withdrawn": noop("A learner withdrew an appeal about %(what)s"),
    "assessment.appealed": noop("A learner appealed against a mark of %(what)s"),
    "assessment.application-withdrawn": noop("A learner withdrew an application for %(what)s"),
    "assessment.applied": noop("A learner applied to be assessed for %(what)s"),
    "assessment.attempt-opened": noop("An attempt at %(what)s was opened"),
    "assessment.circumstance-told": noop("A learner told of circumstances at %(what)s"),
    "assessment.circumstance-withdrawn": noop("A learner took back circumstances at %(what)s"),
    "assessment.erased": noop("What was handed in for %(what)s was erased: its time was over"),
    "assessment.exported": noop("%(who)s exported their own assessments"),
    "assessment.refused": noop("%(who)s refused an application for %(what)s"),
    "assessment.released": noop("%(who)s released a file from quarantine: %(what)s"),
    "assessment.submitted": noop("A learner handed in work for %(what)s"),
    # What the marks are worth: never with anything of one learner.
    "anchors.reserved": noop("%(who)s chose the anchor items of %(what)s"),
    "completion.conferred": noop("%(who)s conferred %(what)s on %(whom)s"),
    "completion.lost": noop("%(what)s of %(whom)s is no longer complete"),
    "completion.made": noop("%(whom)s met the rules of %(what)s"),
    "completion.refused": noop("%(who)s did not confer %(what)s on %(whom)s"),
    "conferral.decided": noop("%(who)s conferred what stood on the list %(what)s"),
    "conferral.listed": noop("%(who)s made the list %(what)s for the board"),
    "facts.published": noop("%(who)s signed and published assessment facts of %(what)s"),
    "fairness.declared": noop("%(who)s declared something for a fairness report"),
    "fairness.policy": noop("%(who)s changed what the fairness report asks: %(what)s"),
    "fairness.seen": noop("%(who)s looked at the fairness report of %(what)s"),
    "fairness.withdrawn": noop("%(who)s took back what was declared for a fairness report"),
    "framework.deleted": noop("%(who)s took the skill framework %(what)s away"),
    "framework.loaded": noop("%(who)s loaded the skill framework %(what)s"),
    "plan.deleted": noop("%(who)s deleted a plan of theirs"),
    "plan.followed": noop("%(who)s follows a plan"),
    "plan.replanned": noop("%(who)s planned again"),
    "plan.saved": noop("%(who)s kept a plan"),
    "plan.unfollowed": noop("%(who)s follows a plan no longer"),
    "following.ended": noop("%(who)s left the pathway %(what)s"),
    "following.moved": noop("%(who)s moved to another version of %(what)s"),
    "following.started": noop("%(who)s began to follow %(what)s"),
    # Whose credential an entry of the ledger is about stands nowhere.
    "ledger.contested": noop("A holder contested a use in the ledger"),
    "ledger.joined": noop("%(who)s joined the ledger of uses"),
    "ledger.left": noop("%(who)s left the ledger of uses"),
    "ledger.opened": noop("A credential was entered in the ledger of uses"),
    "ledger.settled": noop("%(who)s ended a contest in the ledger of uses"),
    "ledger.used": noop("A use was entered in the ledger of uses"),
    "recognition.answered": noop("A learner answered a question about recognition for %(what)s"),
    "recognition.appeal-dismissed": noop("%(who)s dismissed an appeal about %(what)s"),
    "recognition.appealed": noop("A learner appealed against a decision about %(what)s"),
    "recognition.asked": noop("%(who)s asked a learner something about recognition for %(what)s"),
    "recognition.assigned": noop("%(who)s gave a request for %(what)s to %(whom)s"),
    "recognition.confirmed": noop("%(who)s confirmed a decision in review about %(what)s"),
    "recognition.decided": noop("%(who)s decided and signed what counts for %(what)s"),
    "recognition.draft-kept": noop("%(who)s kept a draft of a decision about %(what)s"),
    "recognition.policy-saved": noop("%(who)s changed how %(what)s recognises"),
    "recognition.portfolio-assessed": noop(
        "%(who)s assessed the evidence of a portfolio for %(what)s"
    ),
    "recognition.portfolio-begun": noop("%(who)s began a portfolio for %(what)s"),
    "recognition.portfolio-dropped": noop("%(who)s threw a portfolio for %(what)s away"),
    "recognition.requested": noop("A learner asked for recognition towards %(what)s"),
    "recognition.review-begun": noop("A decision about %(what)s fell into review"),
    "recognition.review-over": noop("A review of a decision about %(what)s ended by itself"),
    "recognition.taken-back": noop("A learner took a request for %(what)s back"),
    "recognition.unassigned": noop("%(who)s gave a request for %(what)s back to all"),
    "recognition.withdrawn": noop("%(who)s withdrew a decision about %(what)s"),
    "results.awarded": noop("%(who)s awarded those who passed in imported results: %(what)s"),
    "results.decided": noop("%(who)s decided imported results of %(what)s"),
    "results.dropped": noop("%(who)s threw a file of results away: %(what)s"),
    "results.imported": noop("%(who)s imported results for %(what)s"),
    "results.undone": noop("%(who)s took an import of results back: %(what)s"),
    "results.uploaded": noop("%(who)s uploaded a file of results: %(what)s"),
    "retest.answered": noop("A holder answered an invitation to a re-test of %(what)s"),
    "retest.closed": noop("%(who)s closed a re-test of %(what)s"),
    "retest.invited": noop("%(who)s drew holders for a re-test of %(what)s"),
    "retest.recorded": noop("%(who)s recorded a result of a re-test of %(what)s"),
    "role.deleted": noop("%(who)s deleted the role profile %(what)s"),
    "role.edited": noop("%(who)s changed the role profile %(what)s"),
    "role.made": noop("%(who)s made the role profile %(what)s"),
    "role.published": noop("%(who)s published the role profile %(what)s"),
    "role.withdrawn": noop("%(who)s took the role profile %(what)s off the public pages"),
    "scripts.archived": noop("%(who)s kept scripts of %(what)s to be marked again"),
    "award.address-reported": noop("A letter about %(what)s went to a wrong address"),
    "award.claimed": noop("A credential was claimed: %(what)s"),
    "award.created-from-file": noop("%(who)s prepared awards of %(what)s for people of a file"),
    "award.revoked-from-file": noop("%(who)s revoked credentials of people of a file: %(what)s"),
    "award.offered-from-file": noop("%(who)s awarded %(what)s to people of a file"),
    "award.corrected": noop("%(who)s corrected a credential: %(what)s"),
    "award.created": noop("%(who)s prepared an award of %(what)s"),
    "award.declined": noop("A credential was declined: %(what)s"),
    "award.discarded": noop("%(who)s threw away a draft award of %(what)s"),
    "award.edited": noop("%(who)s edited a draft award of %(what)s"),
    "award.held-back": noop("%(what)s was not sent out by itself after a restore"),
    "award.holder-set": noop("A credential was put into a passport: %(what)s"),
    "award.lapsed": noop("A credential was not claimed in time: %(what)s"),
    "award.offered": noop("%(who)s awarded %(what)s"),
    "award.refused-at-its-time": noop("An award could not go out at its time: %(what)s"),
    "award.reminded": noop("A reminder was sent about %(what)s"),
    "award.reinstated": noop("%(who)s made a suspended credential valid again: %(what)s"),
    "award.reissue": noop("%(who)s sent a credential to another address: %(what)s"),
    "award.revoked": noop("%(who)s revoked a credential: %(what)s"),
    "award.scheduled": noop("%(who)s set a time for an award of %(what)s"),
    "award.sent-again": noop("%(who)s sent the claim link of %(what)s again"),
    "award.superseded": noop("%(who)s replaced a credential by a corrected one: %(what)s"),
    "award.suspended": noop("%(who)s suspended a credential: %(what)s"),
    "awards.exported": noop("%(who)s exported awards"),
    "change.approved": noop("%(who)s approved as the second person: %(what)s"),
    "change.asked": noop("%(who)s asked for a second person: %(what)s"),
    "change.expired": noop("Nobody decided in time: %(what)s"),
    "change.explained": noop("%(who)s said why: %(what)s"),
    "change.failed": noop("%(who)s approved, but it could not be done: %(what)s"),
    "change.refused": noop("%(who)s refused as the second person: %(what)s"),
    "change.withdrawn": noop("%(who)s took back what waited for a second person: %(what)s"),
    "domain.added": noop("%(who)s added the domain %(what)s"),
    "domain.checked": noop("%(who)s checked the domain %(what)s"),
    "domain.removed": noop("%(who)s removed the domain %(what)s"),
    "folder.deleted": noop("%(who)s deleted a folder"),
    "folder.made": noop("%(who)s made a folder"),
    "folder.renamed": noop("%(who)s renamed a folder"),
    "holding.added": noop("%(who)s put a credential into their passport"),
    "holding.filed": noop("%(who)s put a credential into folders"),
    "holding.imported": noop("%(who)s brought a credential from elsewhere"),
    "holding.published": noop("%(who)s made a credential public"),
    "holding.removed": noop("%(who)s removed a credential from their passport"),
    "holding.unpublished": noop("%(who)s made a credential private"),
    "invitation.accepted": noop("%(who)s accepted an invitation"),
    "invitation.sent": noop("%(who)s invited somebody"),
    "invitation.withdrawn": noop("%(who)s withdrew an invitation"),
    "key.made": noop("%(who)s made the signing key %(what)s"),
    "key.published": noop("%(who)s put the published signing key %(what)s to use"),
    "handover.accepted": noop("%(what)s took on what this institution leaves; both signed it"),
    "handover.declined": noop("%(what)s did not take on what this institution leaves"),
    "handover.offered": noop("%(who)s named %(what)s as successor"),
    "handover.taken-on": noop("%(who)s took on what %(what)s leaves"),
    "handover.withdrawn": noop("%(who)s no longer names %(what)s as successor"),
    "key.signed-anew": noop("%(who)s had signed anew what %(what)s had signed"),
    "key.lost": noop("%(who)s declared the signing key %(what)s known to others"),
    "key.revoked": noop("%(who)s revoked the signing key %(what)s"),
    "key.rotated": noop("%(who)s replaced the signing key by %(what)s"),
    "mail-template.saved": noop("%(who)s changed the words of a letter"),
    "offering.closed": noop("%(who)s closed an offering of %(what)s"),
    "offering.saved": noop("%(who)s saved an offering of %(what)s"),
    "organisation.quality": noop("%(who)s changed what designs of %(what)s are judged by"),
    "organisation.profile-added": noop("%(who)s added a rule set to %(what)s"),
    "organisation.profile-removed": noop("%(who)s removed a rule set from %(what)s"),
    "organisation.created": noop("%(who)s created the organisation %(what)s"),
    "organisation.did_host_wanted": noop("%(who)s prepared a move of the identity to its own host"),
    "organisation.edited": noop("%(who)s edited %(what)s"),
    "organisation.logo": noop("%(who)s changed the logo of %(what)s"),
    "organisation.register-rule": noop("%(who)s published how long %(what)s keeps names"),
    "organisation.signature": noop("%(who)s changed the signature on certificates of %(what)s"),
    "pathway.arranged": noop("%(who)s moved parts in the drawing of the pathway %(what)s"),
    "pathway.created": noop("%(who)s started the pathway %(what)s"),
    "pathway.discarded": noop("%(who)s threw away a draft of the pathway %(what)s"),
    "pathway.drafted": noop("%(who)s started a new version of the pathway %(what)s"),
    "pathway.published": noop("%(who)s published the pathway %(what)s"),
    "pathway.restored": noop("%(who)s put the pathway %(what)s on offer again"),
    "pathway.retired": noop("%(who)s retired the pathway %(what)s"),
    "pathway.sample-kept": noop("%(who)s kept a sample learner of the pathway %(what)s"),
    "pathway.sample-removed": noop("%(who)s removed a sample learner of the pathway %(what)s"),
    "pathway.saved": noop("%(who)s changed the draft of the pathway %(what)s"),
    "pathway.tried": noop("%(who)s tried a draft of the pathway %(what)s on everyone"),
    "policy.set": noop("%(who)s changed what needs four eyes at %(what)s"),
    "print-code.made": noop("%(who)s got a code for printed certificates"),
    "profile.saved": noop("%(who)s changed their public page"),
    "role.moved": noop("%(what)s: the role moved with %(whom)s to another account of theirs"),
    "role.ended": noop("%(who)s ended a role of %(whom)s: %(what)s"),
    "role.given": noop("%(who)s gave %(whom)s a role: %(what)s"),
    "api-token.made": noop("%(who)s made the API token %(what)s"),
    "api-token.replaced": noop("%(who)s replaced the API token %(what)s by a new one"),
    "api-token.revoked": noop("%(who)s revoked the API token %(what)s"),
    "verification.deleted": noop("%(who)s deleted a kept check of %(what)s"),
    "verification.kept": noop("%(who)s kept a check of %(what)s"),
    "webhook.added": noop("%(who)s added the webhook %(what)s"),
    "webhook.changed": noop("%(who)s changed the webhook %(what)s"),
    "webhook.disabled": noop("The webhook %(what)s was switched off after failing for long"),
    "webhook.pinged": noop("%(who)s sent a test to the webhook %(what)s"),
    "webhook.redelivered": noop("%(who)s sent a message to the webhook %(what)s again"),
    "webhook.removed": noop("%(who)s removed the webhook %(what)s"),
    "webhook.secret-renewed": noop("%(who)s made a new secret for the webhook %(what)s"),
    "run.finished": noop("The run %(what)s ended"),
    "run.cancelled": noop("%(who)s stopped the run %(what)s"),
    "run.retried": noop("%(who)s tried the run %(what)s again"),
    "run.started": noop("%(who)s started the run %(what)s"),
    "share.made": noop("%(who)s made a link to credentials"),
    "share.withdrawn": noop("%(who)s withdrew a link to credentials"),
    "sheet.confirmed": noop("%(who)s confirmed an awards sheet: %(what)s"),
    "sheet.dropped": noop("%(who)s put an awards sheet away: %(what)s"),
    "sheet.uploaded": noop("%(who)s uploaded an awards sheet: %(what)s"),
    "statement.withdrawn": noop("%(who)s withdrew a signed statement about %(what)s"),
    "system.restored": noop("The server was restored from a backup"),
    "trust.added": noop("%(who)s added a trust entry: %(what)s"),
    "trust.removed": noop("%(who)s ended a trust entry: %(what)s"),
    "trust.exported": noop("%(who)s signed the trust register as a list"),
    "trust.imported": noop("%(who)s took over the signed register of %(what)s"),
    "trust.import-removed": noop("%(who)s dropped the signed register of %(what)s"),
    "unit.created": noop("%(who)s created the unit %(what)s"),
    # The marking desk: under the name of the achievement, never of the candidate.
    "adjustment.decided": noop("%(who)s answered a request for an adjustment for %(what)s"),
    "appeal.answered": noop("%(who)s decided an appeal against a decision on %(what)s"),
    "appeal.marked-again": noop("%(who)s had an attempt at %(what)s marked again after an appeal"),
    "artefact.refused": noop("%(who)s refused a file in quarantine, handed in for %(what)s"),
    "artefact.released": noop("%(who)s released a file from quarantine, handed in for %(what)s"),
    "circumstance.decided": noop("%(who)s answered what a learner told about %(what)s"),
    "conflict.declared": noop("%(who)s declared a conflict of interest for %(what)s"),
    "decision.awarded": noop("A confirmed decision led to a credential: %(what)s"),
    "decision.confirmed": noop("%(who)s confirmed a decision on %(what)s"),
    "decision.moderated": noop("%(who)s changed a proposed decision on %(what)s in a meeting"),
    "decision.proposed": noop("A decision on %(what)s was worked out from its markings"),
    "marking.given-back": noop("%(who)s gave a script of %(what)s back"),
    "marking.second-asked": noop("%(who)s asked for a second marking for %(what)s"),
    "marking.submitted": noop("%(who)s marked a script of %(what)s"),
    "marking.taken": noop("%(who)s took a script of %(what)s to mark"),
    "misconduct.decided": noop("%(who)s decided a case about an attempt at %(what)s"),
    "misconduct.raised": noop("%(who)s raised a case about an attempt at %(what)s"),
    "moderation.closed": noop("%(who)s closed a moderation meeting on %(what)s"),
    "moderation.held": noop("%(who)s opened a moderation meeting on %(what)s"),
    "script.archived": noop("%(who)s kept a script of %(what)s to be marked again"),
    "script.cycle-started": noop("%(who)s had the kept scripts of %(what)s marked again"),
    "script.unarchived": noop("%(who)s no longer keeps a script of %(what)s"),
    "assessment.set-up": noop("%(who)s changed how assessing %(what)s is run"),
    "standard.cut-confirmed": noop("%(who)s confirmed the cut of %(what)s"),
    "standard.dropped": noop("%(who)s dropped the workshop %(what)s"),
    "standard.judge-invited": noop("%(who)s added a judge to %(what)s"),
    "standard.judge-left": noop("%(who)s took a judge off %(what)s"),
    "standard.prepared": noop("%(who)s prepared the workshop %(what)s"),
    "standard.rated": noop("%(who)s handed in ratings in %(what)s"),
    "standard.round-closed": noop("%(who)s closed a round of %(what)s"),
    "standard.round-opened": noop("%(who)s opened a round of %(what)s"),
    "holder-did.added": noop("%(who)s added a DID to their passport"),
    "holder-did.removed": noop("%(who)s removed a DID from their passport"),
    "passport.exported": noop("%(who)s downloaded their whole passport"),
    "proof.asked": noop("Somebody was asked for proof"),
    "proof.given": noop("%(who)s answered a request for proof"),
    "proof.refused": noop("%(who)s refused a request for proof"),
    "proof.request-withdrawn": noop("A request for proof was taken back"),
    "proof.withdrawn": noop("%(who)s withdrew an answer to a request for proof"),
    "reissue.asked": noop("%(who)s asked to have a credential reissued to their own DID"),
    "reissue.done": noop("A credential was reissued to its holder's own DID: %(what)s"),
    "reissue.policy": noop("%(who)s changed how credentials are reissued to holders' own DIDs"),
    "reissue.refused": noop("%(who)s refused to reissue %(what)s"),
    "reissue.withdrawn": noop("%(who)s took back a request to reissue a credential"),
}
_VIA: Final = {
    "web": noop("on the web"),
    "job": noop("by a run"),
    "claim link": noop("by a claim link"),
    "appeal link": noop("by the link for an appeal"),
    "passport": noop("in the passport"),
    "demo": noop("by the demo world"),
    "learner": noop("by the learner"),
    "pathway": noop("by a pathway"),
    "api": noop("through the API"),
}


class Names(dict[str, str]):
    """People by their pseudonym, each asked for once; for one page or file."""

    def __missing__(self, code: str) -> str:
        found = people.users_of([code]).get(code)
        self[code] = str(found) if found else ""
        return self[code]


class Told:
    """An event with its words."""

    def __init__(self, event: AuditEvent, names: Names | None = None) -> None:
        self.event = event
        self._names = Names() if names is None else names
        self.at = event.at
        self.verb = event.verb

    @cached_property
    def who(self) -> str:
        """The person by their present name; the system, or somebody whose account is gone."""
        if self.event.actor_code and (name := self._names[self.event.actor_code]):
            return name
        return _("The system") if self.event.by_system else _("Somebody whose account is gone")

    @cached_property
    def whom(self) -> str:
        """The other person of the event, if there is one."""
        code = (self.event.after or {}).get("user") or (self.event.before or {}).get("user")
        return self._name(code) if code else ""

    def _name(self, code: Any) -> str:
        return self._names[str(code)] or _("somebody whose account is gone")

    @cached_property
    def via(self) -> str:
        """By which door it came in."""
        known = _VIA.get(self.event.via)
        return _(known) if known else self.event.via

    @cached_property
    def sentence(self) -> str:
        """The event in words."""
        what = self.event.target_label or self.event.target_type
        if self.event.target_type == "user":
            what = self._name(self.event.target_id)
        pattern = SENTENCES.get(self.verb)
        if pattern:
            return _(pattern) % {"who": self.who, "what": what, "whom": self.whom}
        return _("%(who)s: %(verb)s, %(what)s") % {
            "who": self.who,
            "verb": readable(self.verb),
            "what": what,
        }

    @cached_property
    def changes(self) -> list[tuple[str, str, str]]:
        """Field, before, after; what was not said on one side is empty there."""
        before: Mapping[str, Any] = self.event.before or {}
        after: Mapping[str, Any] = self.event.after or {}
        names = [*before, *(name for name in after if name not in before)]
        rows = ((name, self._side(before, name), self._side(after, name)) for name in names)
        return [(readable(name), old, new) for name, old, new in rows if old or new]

    def _side(self, side: Mapping[str, Any], name: str) -> str:
        value = side.get(name)
        return self._name(value) if name == "user" and value else _shown(value)


def kind_of(verb: str) -> str:
    """What happened, without who and what: for a choice of kinds of events."""
    pattern = SENTENCES.get(verb)
    said = _(pattern) % {"who": "", "what": "", "whom": ""} if pattern else readable(verb)
    words = " ".join(said.split()).strip(" :")
    return words[:1].upper() + words[1:]


def readable(name: str) -> str:
    """A field's or verb's name as words."""
    return name.replace("_", " ").replace("-", " ").replace(".", " ")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)
