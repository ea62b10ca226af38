"""Owner, colleague, stranger and nobody against every route there is (security A90 to A94).

The routes come from the resolver. A route without a rule here fails: whoever adds one says who may.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse

import small_world
from each import THOROUGH

SIGN_IN = "/account/login/"
WRITES = re.compile(r'^\s*(?:INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM) "(\w+)"')
ANSWERED = {200, 302, 400, 422}  # a form that was read, taken or refused with words
UNKNOWN = {
    "digest": "00000000",
    "slug": "nobody-is-called-so",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "int": 987_654,
    "token": "nobody-was-ever-given-this-token-by-anyone-here",
    "sha256": "0" * 64,
    "handle": "nobody-is-called-so",
}


@dataclass(frozen=True)
class Rule:
    """Who may do what at one route. ``args`` are words, or names of things in the world."""

    kind: str
    who: str = "owner"  # who of the world may
    args: dict = field(default_factory=dict)
    methods: str = "GET POST"
    get: int = 200  # what who may gets
    others: tuple = ()  # what others may get too on their own page of the kind
    colleague: int = 403
    unknown: int = 404  # what an identifier that does not exist gets
    leaves: tuple = ()  # tables a GET may write to, each with its reason beside the rule
    fixed: tuple = ()  # arguments that are words of ours, not identifiers
    also: tuple = ()  # who else may


def work(methods="GET POST", **more):
    """Pages of an organisation: for whoever has the right there."""
    args = {"slug": "northfield", **more.pop("args", {})}
    return Rule("work", args=args, methods=methods, **more)


def desk(methods="GET POST", **more):
    """Pages of the marking desk: the owner's and the assessor's alike."""
    return work(methods, colleague=200, **more)


def assess(methods="GET POST", **more):
    """Pages of whoever assesses there: the owner, and the colleague, who is an assessor."""
    return work(methods, also=("colleague",), **more)


def own(methods="GET POST", **more):
    """Pages of a person: theirs alone."""
    return Rule("own", who=more.pop("who", "learner"), methods=methods, **more)


def public(methods="GET", **more):
    """The same for everybody."""
    return Rule("public", methods=methods, **more)


def token(methods="GET POST", **more):
    """Whoever has the secret address."""
    return Rule("public", methods=methods, **more)


def answering(methods, **more):
    """Whoever signed in and has the secret address of a request for proof."""
    also = ("owner", "colleague", "stranger", "operator")
    args = {"token": "asked_token"}
    return Rule("own", who="learner", also=also, methods=methods, args=args, **more)


def account(nobody, signed_in, methods="GET POST", **more):
    """Sign-in and what belongs to it: what nobody gets, and what a person gets."""
    return Rule("account", who="learner", methods=methods, get=signed_in, unknown=nobody, **more)


ACHIEVEMENT = {"achievement_id": "achievement.pk"}
DRAFT = {"achievement_id": "draft.achievement_id"}
LOGGED = ("audit.AuditEvent", "audit.Chain", "audit.Pseudonym")  # a download is told of
OFFERING = {**ACHIEVEMENT, "offering_id": "offering.pk"}
ROOM = {"pk": "room.pk"}
HELD = {"pk": "holding.pk"}
SHARED = {"token": "share_token", "pk": "imported.pk"}
CHANGE = {"pk": "change.pk"}
CLAIM = {"token": "claim_token"}
BOARD = {"pk": "candidate.version.pathway_id"}


def award(word):
    return {"pk": f"award.{word}.pk"}


RULES = {
    # -- the frame
    "ui:start": public(),
    "ui:design": public(),
    "ui:accessibility": public(),
    "ui:privacy": public(),
    "ui:theme": public("POST"),
    "ui:language": public("POST"),
    "ui:robots": public(),
    "ui:favicon": public(),
    "ui:favicon-ico": public(),
    # -- machines that watch
    "operations:health": public(),
    "operations:ready": public(),
    "operations:metrics": public(),
    # -- people
    "accounts:home": account(302, 302, "GET"),
    "accounts:settings": own(),
    # Whoever has a password or passkey shows it there; who has not gets a code.
    "accounts:sure": own(),
    "accounts:erase": own(),
    "privacy:retention": public(),
    "tenancy:retention": work(),
    "tenancy:retention_public": public(args={"slug": "here.slug"}),
    "accounts:identities": own(),
    "accounts:guardian": own(),
    "accounts:guardian_answer": token(
        args={"token": "nobody-was-given-this-token"}, fixed=("token",), get=404
    ),
    "accounts:merge": own(),
    "accounts:newcomer": account(302, 302),
    # No institution is named here; with one: tests of their own.
    "accounts:institution": public("POST", args={"name": "nowhere"}, fixed=("name",), get=404),
    "accounts:institution_back": public(args={"name": "nowhere"}, fixed=("name",), get=404),
    "accounts:institution_refused": public(args={"name": "nowhere"}, fixed=("name",), get=404),
    "accounts:saml_acs": public("POST", args={"name": "nowhere"}, fixed=("name",), get=404),
    "accounts:saml_metadata": public(args={"name": "nowhere"}, fixed=("name",), get=404),
    "accounts:saml_on": public(
        args={"name": "nowhere", "key": "k"}, fixed=("name", "key"), get=404
    ),
    "account_login": account(200, 302),
    "account_signup": account(200, 302),
    "account_logout": account(302, 200),
    "account_inactive": account(200, 200, "GET"),
    "account_reauthenticate": account(302, 200),
    "account_email": account(302, 200),
    "account_email_verification_sent": account(302, 302),
    "account_change_password": account(302, 200),
    "account_set_password": account(302, 302),
    "account_reset_password": account(200, 200),
    "account_reset_password_done": account(200, 200, "GET"),
    "account_reset_password_from_key": account(
        200, 200, args={"uidb36": "1", "key": "nothing"}, fixed=("uidb36", "key")
    ),
    "account_reset_password_from_key_done": account(200, 200, "GET"),
    "account_request_login_code": account(200, 302),
    "account_confirm_login_code": account(302, 302),
    "mfa_index": account(302, 200, "GET"),
    "mfa_authenticate": account(302, 302),
    "mfa_reauthenticate": account(302, 200),
    "mfa_reauthenticate_webauthn": account(302, 200),
    "mfa_activate_totp": account(302, 200),
    "mfa_deactivate_totp": account(302, 404),
    "mfa_view_recovery_codes": account(302, 404, "GET"),
    "mfa_generate_recovery_codes": account(302, 200),
    "mfa_download_recovery_codes": account(302, 404, "GET"),
    "mfa_list_webauthn": account(302, 200, "GET"),
    "mfa_add_webauthn": account(302, 200),
    "mfa_login_webauthn": account(200, 302),
    "mfa_edit_webauthn": own(args={"pk": "passkey.pk"}),
    "mfa_remove_webauthn": own(args={"pk": "passkey.pk"}),
    "usersessions_list": account(302, 200),
    # -- organisations
    "tenancy:new": own(who="owner"),
    "tenancy:home": own("GET", others=(302,)),
    "tenancy:invitation": token(args={"token": "invitation_token"}),
    "tenancy:overview": work("GET", colleague=200),
    "tenancy:settings": work(),
    "tenancy:brand": work(),
    "tenancy:units": work(),
    "tenancy:people": work(),
    "tenancy:give": work("POST"),
    # Anybody may give up a role of their own, so a colleague gets an answer; see the test below.
    "tenancy:end": work("POST", args={"pk": "membership.pk"}, colleague=302),
    "tenancy:withdraw": work("POST", args={"pk": "invitation.pk"}),
    "tenancy:domains": work(),
    "tenancy:domain_check": work("POST", args={"pk": "domain.pk"}),
    "tenancy:domain_remove": work("POST", args={"pk": "domain.pk"}),
    "tenancy:keys": work("GET"),
    "tenancy:key_change": work("POST"),
    "tenancy:host": work("POST"),
    "tenancy:published": work("POST"),
    "tenancy:key_revoke": work(args={"pk": "retired_key.pk"}),
    "approvals:rules": work(),
    "approvals:list": work("GET", colleague=200),
    "approvals:change": work("GET", args=CHANGE, colleague=404),
    "approvals:approve": work("POST", args=CHANGE, colleague=404),
    "approvals:refuse": work("POST", args=CHANGE, colleague=404),
    "approvals:withdraw": work("POST", args=CHANGE, colleague=404),
    "approvals:explain": work("POST", args=CHANGE, colleague=404),
    "tenancy:key_replace": work("GET"),
    "tenancy:handover": work(),
    "tenancy:handover_answer": work("POST", args={"pk": "handover_in.pk"}),
    "tenancy:handover_withdraw": work("POST", args={"pk": "handover_out.pk"}),
    "tenancy:handover_signed": work("POST", args={"pk": "handover_out.pk"}),
    "awarding:key_awards": work("GET", args={"pk": "retired_key.pk"}),
    "awarding:key_anew": work("POST", args={"pk": "retired_key.pk"}),
    "tenancy:audit": work("GET"),
    "tenancy:audit_csv": work("GET"),
    "tenancy:audit_chain": work("GET"),
    "tenancy:audit_head": work("GET"),
    # -- what can be earned
    "catalogue:list": public(),
    "catalogue:compare": public(),
    "catalogue:manage": work("GET", colleague=200),
    "catalogue:new": work(),
    "catalogue:detail": work("GET", args=ACHIEVEMENT, colleague=200),
    "catalogue:check": work("GET", args=DRAFT, colleague=200),
    "catalogue:edit": work(args={**DRAFT, "step": "basics"}, fixed=("step",)),
    "catalogue:step_findings": work("POST", args={**DRAFT, "step": "basics"}, fixed=("step",)),
    "catalogue:findings": work("GET", args=DRAFT, colleague=200),
    "catalogue:justify": work("POST", args=DRAFT),
    "catalogue:decide": work("POST", args=DRAFT),
    "catalogue:renew": work("POST", args=ACHIEVEMENT),
    "catalogue:decision": work(
        "GET", args={**ACHIEVEMENT, "decision_id": "decision.pk"}, colleague=200
    ),
    "catalogue:quality": work(),
    "catalogue:profile_add": work("POST"),
    "catalogue:profile_remove": work("POST", args={"profile_id": "own_profile.pk"}),
    "catalogue:art": work(args=DRAFT),
    "catalogue:art_preview": work("GET", args=DRAFT, get=422),
    "catalogue:art_upload": work("POST", args=DRAFT),
    "catalogue:draft_badge": work("GET", args=DRAFT, colleague=200),
    "catalogue:offering_new": work(args=ACHIEVEMENT),
    "catalogue:offering": work(args=OFFERING),
    "catalogue:offering_close": work("POST", args=OFFERING),
    "catalogue:act": work("POST", args={**ACHIEVEMENT, "verb": "retire"}, fixed=("verb",)),
    # -- awards
    "awarding:list": work("GET"),
    "awarding:new": work(),
    # Taking personal data out is noted in the trail.
    "awarding:export": work("GET", leaves=LOGGED),
    "awarding:detail": work("GET", args=award("claimed")),
    "awarding:edit": work(args=award("draft")),
    "awarding:confirm": work(args=award("draft")),
    "awarding:discard": work("POST", args=award("draft")),
    "awarding:download": work("GET", args=award("claimed")),
    "awarding:resend": work("POST", args=award("offered")),
    "awarding:reissue": work(args=award("offered")),
    "awarding:correct": work(args=award("claimed")),
    "awarding:suspend": work(args=award("claimed")),
    "awarding:reinstate": work("POST", args=award("suspended")),
    "awarding:revoke": work(args=award("claimed")),
    "awarding:publish": work("POST", args=award("claimed")),
    "awarding:appeals": work("GET"),
    "awarding:appeal_detail": work(args={"pk": "appeal.pk"}),
    "awarding:appeal": token(args={"token": "appeal_token"}),
    "awarding:sheets": work("GET"),
    "awarding:sheet_new": work(),
    "awarding:sheet_template": work("GET", args={"form": "csv"}, fixed=("form",)),
    "awarding:sheet": work("GET", args={"pk": "sheet.pk"}),
    "awarding:sheet_columns": work(args={"pk": "sheet_new.pk"}),
    "awarding:sheet_questions": work(args={"pk": "sheet.pk"}, get=302),
    "awarding:sheet_bad": work("GET", args={"pk": "sheet.pk"}),
    "awarding:sheet_choices": work(args={"pk": "sheet.pk"}),
    "awarding:sheet_confirm": work(args={"pk": "sheet.pk"}),
    "awarding:sheet_drop": work("POST", args={"pk": "sheet.pk"}),
    "awarding:sheet_report": work("GET", args={"pk": "sheet_done.pk"}),
    "awarding:sheet_report_csv": work("GET", args={"pk": "sheet_done.pk"}),
    "integrations:outbox": work("GET"),
    "integrations:words": work("GET"),
    "integrations:edit": work(args={"kind": "offer", "language": "en"}, fixed=("kind", "language")),
    "integrations:webhooks": work(),
    "integrations:webhook": work(args={"pk": "webhook.pk"}),
    "integrations:webhook_ping": work("POST", args={"pk": "webhook.pk"}),
    "integrations:webhook_secret": work("POST", args={"pk": "webhook.pk"}),
    "integrations:webhook_switch": work("POST", args={"pk": "webhook.pk"}),
    "integrations:webhook_remove": work("POST", args={"pk": "webhook.pk"}),
    "integrations:webhook_again": work(
        "POST", args={"pk": "webhook.pk", "message": "webhook_message.pk"}
    ),
    # -- the API: its own routes are in tests/web/api/test_api_routes.py
    "api:tokens": work(),
    "api:token_replace": work(args={"pk": "api_token.pk"}),
    "api:token_revoke": work("POST", args={"pk": "api_token.pk"}),
    "api:openapi": public(),
    "api:docs": public(),
    "jobs:list": work("GET"),
    "jobs:run": work("GET", args={"pk": "run.pk"}),
    "jobs:progress": work("GET", args={"pk": "run.pk"}),
    "jobs:cancel": work("POST", args={"pk": "run.pk"}),
    "jobs:retry": work("POST", args={"pk": "run.pk"}),
    # -- recognition: requests, desk, decisions, appeals
    "recognising:requests": own("GET"),
    "recognising:new": own(),
    "recognising:request": own(args={"pk": "recog_asked.pk"}),
    "recognising:take_back": own("POST", args={"pk": "recog_asked.pk"}),
    "recognising:decision": own("GET", args={"pk": "recog_decision.pk"}),
    "recognising:appeal": own(args={"pk": "recog_decision.pk"}),
    # its address answers to the learner and the body; to everybody else as if it were not there
    "recognising:statement": public(args={"pk": "recog_decision.pk"}, get=302, others=(302, 404)),
    "recognising:statement_json": public(args={"pk": "recog_decision.pk"}, others=(200, 404)),
    "recognising:desk": work("GET"),
    "recognising:policy": work(),
    "recognising:desk_request": work("GET", args={"pk": "recog_asked.pk"}),
    "recognising:assign": work("POST", args={"pk": "recog_asked.pk"}),
    "recognising:ask": work("POST", args={"pk": "recog_asked.pk"}),
    "recognising:source": work(args={"pk": "recog_source.pk"}),
    "recognising:source_confirm": work(args={"pk": "recog_kept.pk"}),
    "recognising:source_document": work("GET", args={"pk": "recog_source.pk"}),
    "recognising:desk_decision": work(args={"pk": "recog_decision.pk"}),
    "recognising:decision_confirm": work("POST", args={"pk": "recog_decision.pk"}),
    "recognising:desk_appeal": work(args={"pk": "recog_appeal.pk"}),
    # -- accreditation
    "accrediting:desk": work("GET"),
    "accrediting:new": work(),
    "accrediting:request": work(args={"pk": "my_request.pk"}),
    "accrediting:take_back": work("POST", args={"pk": "my_request.pk"}),
    "accrediting:review": work("GET", args={"pk": "review.pk"}),
    "accrediting:review_profile": work("POST", args={"pk": "review.pk"}),
    "accrediting:review_rows": work("POST", args={"pk": "review.pk"}),
    "accrediting:review_ask": work("POST", args={"pk": "review.pk"}),
    "accrediting:review_decide": work(args={"pk": "review.pk"}),
    # Without a proposal there is nothing to confirm: back to the review.
    "accrediting:review_confirm": work(args={"pk": "review.pk"}, get=302),
    "accrediting:review_send_back": work("POST", args={"pk": "review.pk"}),
    "accrediting:statement": work(args={"pk": "statement.pk"}),
    # -- designing assessments and setting standards
    "assessing:design_list": work("GET"),
    "assessing:setup": work(args=ACHIEVEMENT),
    "assessing:workshops": work("GET"),
    "assessing:workshop_new": work(args=ACHIEVEMENT),
    "assessing:workshop": work(args=ROOM),
    "assessing:workshop_live": work("GET", args=ROOM),
    "assessing:workshop_invite": work("POST", args=ROOM),
    "assessing:judge_withdraw": work("POST", args={**ROOM, "judge": "judge.pk"}),
    "assessing:workshop_confirm": work(args=ROOM),
    "assessing:workshop_act": work("POST", args={**ROOM, "verb": "close"}, fixed=("verb",)),
    "assessing:judging": own("GET", others=(200,)),
    "assessing:judge": own(args=ROOM),
    "assessing:judge_state": own("GET", args=ROOM),
    "assessing:judge_leave": own("POST", args=ROOM),
    # -- what the marks are worth
    "assessing:imports": assess("GET"),
    "assessing:import_new": assess(),
    "assessing:import": assess(args={"pk": "results_new.pk"}),
    "assessing:import_confirm": assess("POST", args={"pk": "results_new.pk"}),
    "assessing:import_drop": assess("POST", args={"pk": "results_new.pk"}),
    "assessing:import_undo": assess("POST", args={"pk": "results_done.pk"}),
    "assessing:import_decide": assess(args={"pk": "results_done.pk"}),
    "assessing:import_award": assess("POST", args={"pk": "results_done.pk"}),
    "assessing:figures": assess("GET"),
    "assessing:figures_of": assess("GET", args=ACHIEVEMENT),
    "assessing:figures_items": assess("GET", args=ACHIEVEMENT),
    "assessing:figures_markers": assess("GET", args=ACHIEVEMENT),
    "assessing:anchors": assess(args=ACHIEVEMENT),
    "assessing:publish_facts": assess("POST", args=ACHIEVEMENT),
    "assessing:attempts_csv": assess("GET", args=ACHIEVEMENT),
    "assessing:marks_csv": assess("GET", args=ACHIEVEMENT),
    "assessing:retests": assess("GET"),
    "assessing:retest_new": assess(),
    "assessing:retest": assess("GET", args={"pk": "retest.pk"}),
    "assessing:retest_close": assess("POST", args={"pk": "retest.pk"}),
    "assessing:retest_result": assess(
        "POST", args={"pk": "retest.pk", "invitation": "retest_invitation.pk"}
    ),
    "assessing:retest_answer": own(args={"pk": "retest_invitation.pk"}),
    "assessing:fairness": work("GET"),
    "assessing:fairness_policy": work(),
    "assessing:declare_list": own("GET"),
    # Off by default, so there is nothing to declare; its own tests turn it on.
    "assessing:declare": own(args={"slug": "northfield"}, get=404),
    "assessing:declare_withdraw": own("POST", args={"slug": "northfield"}, get=404),
    # -- checking
    "verifying:start": public("GET POST"),
    "verifying:rules": public("GET POST"),
    "verifying:convert": public("GET POST"),
    "verifying:batch": token("GET", args={"token": "batch_token"}),
    "verifying:batch_csv": token("GET", args={"token": "batch_token"}),
    "verifying:batch_delete": token("POST", args={"token": "batch_token"}),
    "verifying:batch_item": token("GET", args={"token": "batch_token", "number": "0"}),
    "verifying:keep": public("POST"),
    "verifying:record": token("GET", args={"token": "record_token"}),
    "verifying:record_check": token("POST", args={"token": "record_token"}),
    "verifying:record_delete": Rule(
        "keeper", "learner", {"token": "record_token"}, methods="POST", colleague=404
    ),
    "verifying:register": Rule("keeper", "operator"),
    "verifying:register_json": public(),
    "verifying:register_remove": Rule(
        "keeper", "operator", {"entry": "operator_trust.pk"}, methods="POST"
    ),
    "verifying:register_import": Rule("keeper", "operator", methods="POST"),
    "verifying:register_drop": Rule(
        "keeper", "operator", {"entry": "operator_register.pk"}, methods="POST"
    ),
    "verifying:trust_import": work("POST"),
    "verifying:trust_drop": work("POST", args={"entry": "register.pk"}),
    "verifying:trust_sign": work("POST"),
    "verifying:trust": work(),
    "verifying:trust_remove": work("POST", args={"entry": "trust.pk"}),
    # -- the passport
    "passport:home": own("GET"),
    "passport:timeline": own("GET"),
    "passport:skills": own("GET"),
    "passport:export": own("GET"),
    "passport:download_all": own("GET", others=(404,), leaves=LOGGED),
    "passport:proofs": own("GET"),
    "passport:proof_answer": own("GET", args={"pk": "proof.pk"}),
    "passport:proof_withdraw": own("POST", args={"pk": "proof.pk"}),
    "passport:dids": own(),
    "passport:did_remove": own("POST", args={"pk": "holder_did.pk"}),
    "passport:reissue": own(args=HELD),
    "passport:reissue_take_back": own("POST", args={"pk": "reissue.pk"}),
    "passport:pass": own("GET", args={**HELD, "kind": "apple"}, fixed=("kind",)),
    # -- asking for proof: whoever asks needs no account, whoever has a secret address may look
    "passport:ask": public("GET POST"),
    "passport:proof": token("GET", args={"token": "result_token"}),
    "passport:proof_download": token("GET", args={"token": "result_token"}),
    "passport:proof_take_back": token("POST", args={"token": "result_token"}),
    "passport:asked": token("GET", args={"token": "asked_token"}),
    "passport:asked_answer": answering("GET POST"),
    "passport:asked_prepare": answering("POST"),
    "passport:asked_present": answering("POST"),
    "passport:asked_refuse": answering("POST"),
    "passport:reissue_queue": work("GET"),
    "passport:reissue_policy": work("POST"),
    "passport:reissue_agree": work("POST", args={"pk": "reissue.pk"}),
    "passport:reissue_refuse": work("POST", args={"pk": "reissue.pk"}),
    "passport:import": own(),
    "passport:import_run": own("GET", args={"pk": "import_run.pk"}),
    "passport:folders": own(),
    "passport:folder": own(args={"pk": "folder.pk"}),
    "passport:folder_delete": own("POST", args={"pk": "folder.pk"}),
    "passport:shares": own("GET"),
    "passport:share_new": own(),
    "passport:share_detail": own("GET", args={"pk": "share.pk"}),
    "passport:share_withdraw": own("POST", args={"pk": "share.pk"}),
    "passport:profile": own(),
    "passport:accept": own("POST", args=award("offered")),
    "passport:turn_down": own(args=award("offered")),
    "passport:holding": own("GET", args=HELD),
    "passport:picture": own("GET", args={"pk": "imported.pk"}, get=404),
    "passport:download": own("GET", args={**HELD, "form": "json"}, fixed=("form",)),
    "passport:check": own("POST", args=HELD),
    "passport:publish": own("POST", args=HELD),
    "passport:unpublish": own("POST", args={"pk": "shown.pk"}),
    "passport:file": own("POST", args=HELD),
    "passport:remove": own(args={"pk": "imported.pk"}),
    "passport:print_code": own("POST", args=HELD),
    "passport:linkedin": own(args=HELD),
    "passport:claim_ask": public("GET POST"),
    "passport:claim": token("GET", args=CLAIM),
    "passport:claim_keep": token("POST", args=CLAIM, unknown=302),
    "passport:claim_download": token(
        "POST", args={**CLAIM, "form": "json"}, fixed=("form",), unknown=302
    ),
    "passport:claim_decline": token(args=CLAIM, unknown=302),
    "passport:claim_not_me": token(args=CLAIM, unknown=302),
    "passport:claim_again": token("POST", args=CLAIM, unknown=302),
    # A visit counts one on its day, and nothing about the visitor.
    "passport:share": token("GET", args={"token": "share_token"}, leaves=("passport.ShareDay",)),
    "passport:card": token("GET", args={"token": "share_token"}),
    "passport:share_pin": token("POST", args={"token": "pinned_token"}),
    "passport:share_send_code": token("POST", args={"token": "locked_token"}),
    "passport:share_code": token("POST", args={"token": "locked_token"}),
    "passport:share_linkedin": token("GET", args={"token": "single_token"}, get=302),
    "passport:shared_one": token("GET", args=SHARED),
    "passport:shared_picture": token("GET", args=SHARED, get=404),
    "passport:shared_check": token("POST", args=SHARED),
    # Open for what was handed in here and shown; what there is else: tests of shares.
    "passport:shared_evidence": token("GET", args={**SHARED, "piece": "piece.pk"}, get=404),
    "passport:shared_download": token("GET", args={**SHARED, "form": "json"}, fixed=("form",)),
    "passport:person": token("GET", args={"handle": "profile.handle"}),
    "passport:person_holding": token("GET", args={"handle": "profile.handle", "pk": "shown.pk"}),
    "passport:person_picture": token(
        "GET", args={"handle": "profile.handle", "pk": "shown.pk"}, get=404
    ),
    "passport:address_reports": work("GET"),
    "passport:address_send": work("POST", args={"pk": "report.pk"}),
    "passport:address_close": work("POST", args={"pk": "report.pk"}),
    # -- the marking desk: the colleague is an assessor
    "assessing:desk": desk("GET"),
    # Whose script it is to mark is nobody else's business.
    "assessing:marking": work(args={"pk": "desk_marking.pk"}, colleague=404),
    "assessing:take": desk("POST", args={"pk": "desk_free.pk"}),
    "assessing:give_back": work("POST", args={"pk": "desk_marking.pk"}, colleague=404),
    "assessing:marking_conflict": work("POST", args={"pk": "desk_marking.pk"}, colleague=404),
    "assessing:marking_file": work(
        "GET", args={"pk": "desk_marking.pk", "piece": "desk_piece.pk"}, colleague=404
    ),
    "assessing:quarantine": work(
        "POST", args={"pk": "desk_marking.pk", "piece": "desk_piece.pk"}, colleague=404
    ),
    "assessing:decisions": desk("GET"),
    "assessing:confirm_many": desk("POST"),
    "assessing:decision": desk(args={"pk": "desk_other.pk"}),
    "assessing:ask_second": desk("POST", args={"pk": "desk_other.pk"}),
    "assessing:attempt_conflict": desk("POST", args={"pk": "desk_other.pk"}),
    "assessing:script_keep": desk("POST", args={"pk": "desk_other.pk"}),
    "assessing:attempt_file": desk(
        "GET", args={"pk": "desk_other.pk", "piece": "desk_piece_other.pk"}
    ),
    "assessing:misconduct_raise": desk(args={"pk": "desk_other.pk"}),
    "assessing:applications": desk("GET"),
    "assessing:application_answer": desk(args={"pk": "desk_application.pk"}),
    "assessing:cases": desk("GET"),
    "assessing:circumstance": desk(args={"pk": "desk_circumstance.pk"}),
    "assessing:misconduct": desk(args={"pk": "desk_case.pk"}),
    "assessing:adjustment": desk(args={"pk": "desk_adjustment.pk"}),
    "assessing:mark_appeals": desk("GET"),
    "assessing:mark_appeal": desk(args={"pk": "desk_appeal.pk"}),
    "assessing:mark_again": desk("POST", args={"pk": "desk_appeal.pk"}),
    "assessing:moderations": desk(),
    "assessing:moderation": desk("GET", args={"pk": "meeting.pk"}),
    "assessing:moderation_script": desk(args={"pk": "meeting.pk", "script": "desk_other.pk"}),
    "assessing:moderation_close": desk("POST", args={"pk": "meeting.pk"}),
    "assessing:kept_scripts": desk("GET"),
    "assessing:script_cycle": desk("POST", args={"pk": "planned.achievement_id"}),
    # -- a learner's assessments
    "assessing:mine": own("GET"),
    # Taking out everything of one's own is noted in one's trail.
    "assessing:export": own("GET", leaves=LOGGED),
    # Who has applied already is led to their application.
    "assessing:apply": own(args=ACHIEVEMENT, fixed=("achievement_id",), get=302, others=(200,)),
    "assessing:application": own("GET", args={"pk": "application.pk"}),
    "assessing:withdraw": own("POST", args={"pk": "application.pk"}),
    "assessing:begin": own("POST", args={"pk": "application.pk"}),
    "assessing:attempt": own("GET", args={"pk": "attempt_open.pk"}),
    "assessing:add": own("POST", args={"pk": "attempt_open.pk"}),
    "assessing:submit": own(args={"pk": "attempt_open.pk"}),
    "assessing:receipt": own("GET", args={"pk": "attempt_done.pk"}),
    "assessing:remove": own("POST", args={"pk": "piece.pk"}),
    "assessing:tell": own("POST", args={"pk": "attempt_open.pk"}),
    "assessing:tell_withdraw": own("POST", args={"pk": "circumstance.pk"}),
    "assessing:case_answer": own("POST", args={"pk": "case.pk"}),
    "assessing:appeal": own("POST", args={"pk": "attempt_done.pk"}),
    "assessing:appeal_withdraw": own("POST", args={"pk": "attempt_done.pk"}),
    # What is not handed in yet is its learner's alone; who else may later: tests of its page.
    "assessing:evidence": own("GET", args={"pk": "piece.pk"}),
    # -- recognition: public figures, the ledger of uses, portfolios (R2)
    "recognising:statistics": public(),
    "recognising:statistics_json": public(),
    "recognising:statistics_csv": public(),
    "recognising:statistics_of": public(args={"slug": "here.slug"}),
    "recognising:statistics_of_json": public(args={"slug": "here.slug"}),
    "recognising:statistics_of_csv": public(args={"slug": "here.slug"}),
    "recognising:ledger": public(),
    "recognising:ledger_json": public(),
    "recognising:ledger_ask": public("GET POST"),
    "recognising:ledger_check": public("GET POST"),
    "recognising:ledger_mine": own("GET"),
    "recognising:ledger_join": own("POST"),
    # Who does not take part is led back.
    "recognising:ledger_leave": own(others=(302,)),
    "recognising:ledger_credential": own("GET", args=HELD),
    "recognising:ledger_enter": own("POST", args=HELD),
    "recognising:ledger_contest": own(
        "POST", args={**HELD, "number": "ledger_use"}, fixed=("number",)
    ),
    "recognising:ledger_desk": work(),
    "recognising:portfolio_new": own(),
    "recognising:portfolio": own(args={"pk": "prior_draft.pk"}),
    "recognising:portfolio_send": own(args={"pk": "prior_draft.pk"}),
    "recognising:portfolio_drop": own("POST", args={"pk": "prior_draft.pk"}),
    # What is not sent yet is its learner's alone; who else may later: tests of its page.
    "recognising:piece": own("GET", args={"pk": "prior_piece.pk"}),
    "recognising:portfolio_json": own("GET", args={"pk": "prior_done.request_id"}),
    "recognising:portfolio_assess": work(args={"pk": "prior_source.pk"}),
    "recognising:portfolio_desk_json": work("GET", args={"pk": "prior_source.pk"}),
    # -- pathways: learners, what proves an award, the board (P2)
    "pathways:home": own("GET", others=(200,)),
    # Whoever is signed in follows it on a page of their own.
    "pathways:follow": public("POST", args={"pk": "pathway.pk"}),
    "pathways:progress": own("GET", args={"pk": "following.pk"}),
    "pathways:what_if": own("GET", args={"pk": "following.pk"}),
    "pathways:leave": own("POST", args={"pk": "following.pk"}),
    "pathways:compare": own("GET", args={"pk": "completion.following_id", "version": "newer.pk"}),
    "pathways:move_on": own("POST", args={"pk": "completion.following_id", "version": "newer.pk"}),
    "pathways:proof": own("GET", args={"pk": "completion.pk"}, also=("owner",)),
    "pathways:completion_file": own(
        "GET",
        args={"pk": "completion.pk", "name": "witness.json"},
        fixed=("name",),
        also=("owner",),
    ),
    # The link does not show evidence: tests of its page.
    "pathways:shared_proof": token(
        "GET", args={**SHARED, "name": "witness.json"}, fixed=("name",), get=404
    ),
    "pathways:conferral": work("GET", args=BOARD),
    "pathways:audit_everybody": work("POST", args=BOARD),
    "pathways:conferral_new": work("POST", args=BOARD),
    "pathways:conferral_list": work(args={**BOARD, "listed": "listed.pk"}),
    "pathways:conferral_print": work("GET", args={**BOARD, "listed": "listed.pk"}),
    "pathways:candidate": work(
        "GET", args={"pk": "completion.version.pathway_id", "who": "completion.pk"}
    ),
    "pathways:confer": work("POST", args={**BOARD, "who": "candidate.pk"}),
    "pathways:refuse": work("POST", args={**BOARD, "who": "candidate.pk"}),
    # -- pathways: the builder (P1)
    "pathways:list": public(),
    "pathways:pathway": public(args={"pk": "pathway.pk"}),
    "pathways:pathway_json": public(args={"pk": "pathway.pk"}),
    "pathways:pathway_ctdl": public(args={"pk": "pathway.pk"}),
    "pathways:version": public(args={"pk": "pathway.pk", "number": "pathway_version.number"}),
    "pathways:version_json": public(args={"pk": "pathway.pk", "number": "pathway_version.number"}),
    "pathways:version_ctdl": public(args={"pk": "pathway.pk", "number": "pathway_version.number"}),
    "pathways:manage": work("GET"),
    "pathways:new": work(),
    "pathways:detail": work("GET", args={"pk": "pathway.pk"}),
    "pathways:act": work("POST", args={"pk": "pathway.pk", "verb": "retire"}, fixed=("verb",)),
    "pathways:draft": work("GET", args={"pk": "pathway.pk"}),
    "pathways:details": work(args={"pk": "pathway.pk"}),
    "pathways:rule": work(args={"pk": "pathway.pk"}),
    # Which limit is said in the query; without it: back to the rules.
    "pathways:limit": work(args={"pk": "pathway.pk"}, get=302),
    "pathways:substitute": work(args={"pk": "pathway.pk"}),
    "pathways:move": work("POST", args={"pk": "pathway.pk"}),
    "pathways:arrange": work("POST", args={"pk": "pathway.pk"}),
    "pathways:files": work(args={"pk": "pathway.pk"}),
    "pathways:draft_json": work("GET", args={"pk": "pathway.pk"}),
    "pathways:draft_ctdl": work("GET", args={"pk": "pathway.pk"}),
    "pathways:try": work("GET", args={"pk": "pathway.pk"}),
    "pathways:sample": work(args={"pk": "pathway.pk"}),
    "pathways:try_everyone": work("POST", args={"pk": "pathway.pk"}),
    "pathways:trial": work("GET", args={"pk": "pathway.pk", "trial": "pathway_trial.pk"}),
    "pathways:trial_progress": work("GET", args={"pk": "pathway.pk", "trial": "pathway_trial.pk"}),
    "pathways:trial_go_on": work("POST", args={"pk": "pathway.pk", "trial": "pathway_trial.pk"}),
    "pathways:publish": work(args={"pk": "pathway.pk"}),
    # -- plans and role profiles (P3)
    "pathways:plan": own("GET", others=(200,)),
    "pathways:plan_save": own("POST", others=(302,)),
    "pathways:plans": own("GET", others=(200,)),
    "pathways:plan_saved": own("GET", args={"pk": "plan.pk"}),
    "pathways:plan_follow": own("POST", args={"pk": "plan.pk"}),
    "pathways:plan_again": own("POST", args={"pk": "plan.pk"}),
    "pathways:plan_delete": own("POST", args={"pk": "plan.pk"}),
    "pathways:role": public(args={"pk": "role.pk"}),
    "pathways:roles": work("GET"),
    "pathways:frameworks": work(),
    "pathways:framework_delete": work("POST", args={"pk": "framework.pk"}),
    "pathways:role_new": work(),
    "pathways:role_edit": work(args={"pk": "role.pk"}),
    "pathways:role_skills": work(args={"pk": "role.pk"}),
    "pathways:role_publish": work("POST", args={"pk": "role.pk"}),
    "pathways:role_delete": work("POST", args={"pk": "role_draft.pk"}),
    # -- public documents
    "registry:organisation": public(args={"slug": "here.slug"}),
    "registry:organisation_json": public(args={"slug": "here.slug"}),
    "registry:did": public(args={"slug": "here.slug"}),
    "registry:brand": public(args={"slug": "here.slug"}),
    "registry:revocations": public(args={"slug": "here.slug"}),
    "registry:own_did": public(get=404),
    "registry:achievement": public(args={"pk": "achievement.pk"}),
    "registry:achievement_json": public(args={"pk": "achievement.pk"}),
    "registry:version": public(args={"pk": "achievement.pk", "number": "version.number"}),
    "registry:version_json": public(args={"pk": "achievement.pk", "number": "version.number"}),
    "registry:assessment_facts": public(
        args={"pk": "panel.achievement_id", "number": "panel.number"}
    ),
    "registry:assessment_facts_json": public(
        args={"pk": "panel.achievement_id", "number": "panel.number"}
    ),
    "registry:facts": public(
        args={"pk": "achievement.pk", "number": "version.number", "digest": "facts_digest"}
    ),
    "registry:credential": public(args={"pk": "award.published.pk"}),
    "registry:credential_json": public(args={"pk": "award.published.pk"}),
    "registry:credential_card": public(args={"pk": "award.published.pk"}),
    "registry:embed": public(args={"pk": "award.published.pk"}),
    "registry:oembed": public(get=404),  # without an address there is nothing at it
    "registry:credential_file": public(
        args={"pk": "award.published.pk", "form": "png"}, fixed=("form",)
    ),
    "registry:statement": public(args={"pk": "statement.pk"}),
    "registry:statement_token": public(args={"pk": "statement.pk"}),
    "registry:status": public(
        args={"pk": "award.claimed.status_list_id", "purpose": "revocation"}, fixed=("purpose",)
    ),
    "registry:asset": public(args={"sha256": "version.image_id"}),
    "registry:sitemap": public(),
    "registry:register": public(),
    "registry:register_issuer": public(args={"slug": "northfield"}),
    "registry:register_achievements": public(),
    "registry:register_achievement": public(args={"pk": "achievement.pk"}),
    "registry:register_export": public(
        args={"pk": "achievement.pk", "number": "version.number", "form": "ob3"}, fixed=("form",)
    ),
    "registry:register_loss": public(
        args={"pk": "achievement.pk", "number": "version.number", "form": "ob3"}, fixed=("form",)
    ),
    "registry:handover": public(args={"slug": "handed_over.slug"}),
    "registry:register_changes": public(),
    "registry:register_files": public(),
    "registry:register_index": public(),
    "registry:register_download": public(args={"name": "issuers.csv"}, fixed=("name",)),
    "registry:register_format": public(
        args={"form": "ob3", "loss": "-loss"}, fixed=("form", "loss")
    ),
    # -- the VC API, switched off as on every real server; its own tests switch it on
    **{f"api:vc_{word}": public("GET POST", get=404) for word in ("index", "issue", "verify")},
    **{f"api:vc_{word}": public("GET POST", get=404) for word in ("derive", "status", "verify_vp")},
    "api:vc_no_identifier": public("GET POST", get=404),
    "api:vc_identifier": public("GET POST", get=404, args={"did": "did:x:y"}, fixed=("did",)),
    "api:vc_issue_as": public("GET POST", get=404, args={"issuer": "jwt"}, fixed=("issuer",)),
    "api:vc_nowhere": public("GET POST", get=404),
    **{
        f"api:vc_{word}": public(
            "GET POST",
            get=404,
            args={"kind": "p256", "purpose": "revocation"},
            fixed=("kind", "purpose"),
        )
        for word in ("list", "list_publish")
    },
    # -- the demo world, switched off as on every real server
    "demo:people": public(get=404),
    "demo:enter": public("POST", args={"word": "lena"}, fixed=("word",), get=404),
    "demo:share": public("POST", get=404),
}


# They change a cookie only, stand on every page, and go by where the browser says it comes from.
LOOKS = ("ui:theme", "ui:language")


# -- the routes and the world -----------------------------------------------------------------


def routes(patterns, space=""):
    for one in patterns:
        if hasattr(one, "url_patterns"):
            inner = f"{space}{one.namespace}:" if one.namespace else space
            yield from routes(one.url_patterns, inner)
        else:
            yield f"{space}{one.name}"


# Programs with tokens have rules of their own: tests/web/api/test_api_routes.py.
OF_PROGRAMS = ("api:v1:", "api:nowhere")
NAMES = sorted(
    name for name in set(routes(get_resolver().url_patterns)) if not name.startswith(OF_PROGRAMS)
)


def test_every_route_has_a_rule_and_every_rule_a_route():
    assert set(NAMES) - set(RULES) == set(), "say in RULES who may open these"
    assert set(RULES) - set(NAMES) == set(), "these routes are gone"


class Stage:
    """A world, people signed in to it, and what its tables hold."""

    def __init__(self):
        self.world = small_world.SmallWorld()
        self.world.claim_token = self.world.link("offered")
        people = ("owner", "colleague", "stranger", "learner", "operator")
        self.cookies = {word: signed_in(getattr(self.world, word)).cookies for word in people}
        self.cookies["nobody"] = {}
        self.rows = rows()
        self.written = set()  # tables that were written to since the test began

    def note(self, execute, sql, params, many, context):
        """Between Django and the database: keeps the name of every table that is written to."""
        self.written.update(WRITES.findall(sql))
        return execute(sql, params, many, context)

    def changed(self, leaves=()):
        """The models whose rows are not what they were; only tables written to are read again."""
        now = rows(leaves, only=self.written)
        return [label for label in now if now[label] != self.rows[label]]

    def browser(self, who, **more):
        """A browser of somebody's; what a route does to its cookies is forgotten."""
        made = Client(**more)
        for name, morsel in self.cookies[who].items():
            made.cookies[name] = morsel.value
        return made

    def path(self, name, rule, **unknown):
        """The address of a route; ``unknown`` puts others in place of what is there."""
        args = {word: found(self.world, value) for word, value in rule.args.items()}
        return reverse(name, kwargs=args | unknown)


def signed_in(user):
    """Signed in, and the password said once more a moment ago: some routes ask for that."""
    browser = Client()
    browser.force_login(user, "django.contrib.auth.backends.ModelBackend")
    said = browser.post("/account/reauthenticate/", {"password": "a-long-password"})
    assert said.status_code == 302, said.content.decode()
    return browser


def found(world, value):
    """``award.claimed.pk`` in the world; a plain word as it is."""
    first, *rest = str(value).split(".")
    if not hasattr(world, first):
        return value
    thing = getattr(world, first)
    for word in rest:
        thing = thing[word] if isinstance(thing, dict) else getattr(thing, word)
    return thing


@pytest.fixture(scope="module")
def stage(django_db_setup, django_db_blocker):
    """One world for all tests of this file; each test's changes are rolled back."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        small_world.no_network(patch)
        with transaction.atomic():
            made = Stage()
            with connection.execute_wrapper(made.note):
                yield made
            transaction.set_rollback(True)
    small_world.forget_files()


@pytest.fixture(autouse=True)
def nothing_written(request):
    if "stage" in request.fixturenames:
        request.getfixturevalue("stage").written.clear()


def rows(leaves=(), only=None):
    """Everything in the database but sessions, as text; or the tables named by ``only``."""
    held = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label
        if label in ("sessions.Session", *leaves):
            continue
        if only is not None and model._meta.db_table not in only:
            continue
        table = model._base_manager.order_by("pk").values_list()
        held[label] = [[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in table]
    return held


pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("routes")]
RULED = [name for name in NAMES if name in RULES]
EVERY = pytest.mark.parametrize("name", RULED)


def test_what_is_written_is_noticed(stage):
    type(stage.world.owner).objects.filter(pk=stage.world.owner.pk).update(name="Somebody else")
    assert stage.changed() == ["accounts.User"]
    assert stage.changed(leaves=("accounts.User",)) == []


# -- reading and writing ----------------------------------------------------------------------


@EVERY
def test_get_for_each(stage, name):
    """Each gets what the rule says, and nothing has changed afterwards."""
    rule = RULES[name]
    path = stage.path(name, rule)
    for who in askers(stage, rule):
        answer = stage.browser(who).get(path)
        assert answer.status_code in expected(rule, who, "GET"), (who, path, words(answer))
        check_sent_to_sign_in(rule, who, answer)
    assert stage.changed(rule.leaves) == []


@EVERY
def test_post_for_each(stage, name):
    """An empty form: whoever may gets an answer in words, the others change nothing."""
    rule = RULES[name]
    path = stage.path(name, rule)
    for who in askers(stage, rule):
        with transaction.atomic():
            answer = stage.browser(who).post(path)
            assert answer.status_code in expected(rule, who, "POST"), (who, path, words(answer))
            check_sent_to_sign_in(rule, who, answer)
            if refused(rule, who) and "POST" in rule.methods:
                assert stage.changed() == [], who
            else:
                check_told(stage, name)
            transaction.set_rollback(True)


def askers(stage, rule):
    """Who may, and one of each other sort; everybody in `make sweep`."""
    few = {rule.who, *rule.also, "colleague", "stranger", "nobody"}
    return [who for who in stage.cookies if THOROUGH or who in few]


# Tables whose rows are no state of anybody's: what they hold is written again from elsewhere.
UNTOLD_TABLES = {
    *("audit.AuditEvent", "audit.Chain", "audit.Pseudonym", "django_cache"),
    "accounts.User",  # last_login, beside an event of its own
}
# Routes that change something and tell nothing, each with the reason.
UNTOLD = {
    "assessing:remove": "a piece of what one has not handed in yet",
    "awarding:publish": "signs lists anew whose changes were told when they were made",
    "mfa_generate_recovery_codes": "told when it is committed, which a test never does",
    "passport:check": "looks again at what one holds; what is held stays as it is",
    "passport:share_send_code": "a code for whoever has the link, kept for some minutes",
    "passport:shared_check": "looks again at what was shared",
    "verifying:batch_delete": "throws away what one uploaded to be checked, before its day comes",
    "ui:theme": "a cookie of one's own",
    "ui:language": "how one reads, of nobody else's concern",
}


def check_told(stage, name):
    """Whatever a POST changed, the audit log tells of (security 7.7, A113)."""
    changed = set(stage.changed())
    if changed - UNTOLD_TABLES and name not in UNTOLD:
        assert "audit.AuditEvent" in changed, (name, changed)


@EVERY
def test_post_without_our_token_is_refused(stage, name):
    """From another site's page nothing can be sent in somebody's name, at any route."""
    rule = RULES[name]
    if name == "accounts:saml_acs":
        return  # posted by the institution's page, signed; only the browser that asked can use it
    browser = stage.browser(rule.who, enforce_csrf_checks=True)
    answer = browser.post(
        stage.path(name, rule), {"name": "x"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    if name.startswith("api:vc_"):  # no cookie counts there, and here it is switched off
        assert (answer.status_code, stage.changed()) == (404, [])
        return
    assert answer.status_code == 403
    wanted = "works only on our own pages" if name in LOOKS else "This form has grown old"
    assert wanted in answer.content.decode()
    assert not (name in LOOKS and answer.cookies)
    assert stage.changed() == []


def expected(rule, who, method):
    """The status codes somebody may get."""
    if method not in rule.methods:
        allauth = rule.kind == "account"
        return {405, 404, 403, 302} if allauth or not may(rule, who) else {405}
    if rule.kind == "account":
        return {rule.get if who != "nobody" else rule.unknown} | (
            ANSWERED if method == "POST" else {200, 302}
        )
    if may(rule, who):
        if method == "POST" and rule.get != 404:
            return ANSWERED
        return {rule.get, *(rule.others if who != rule.who else ())}
    if rule.kind == "keeper":
        return keeper_answers(rule, who, method)
    if who == "nobody":
        return {302}
    if (who, method, rule.colleague) == ("colleague", "POST", 200):
        return ANSWERED
    return {rule.colleague} if who == "colleague" and rule.kind == "work" else {404}


def keeper_answers(rule, who, method):
    """A register everybody may read and one person may change."""
    if method == "GET":
        return {200}
    return {404} if who == "nobody" else {rule.colleague}


def may(rule, who):
    if rule.kind in ("public", "account"):
        return True
    if rule.kind == "own" and not any(name not in rule.fixed for name in rule.args):
        return who != "nobody"  # one's own page: each has one
    return who in (rule.who, *rule.also)


def refused(rule, who):
    return not may(rule, who) and not (who == "colleague" and rule.colleague < 400)


def check_sent_to_sign_in(rule, who, answer):
    """Nobody is shown the way in; where a person is sent is never another site."""
    if answer.status_code == 302:
        there = answer["Location"]
        if who == "nobody" and rule.kind in ("work", "own"):
            assert there.startswith(f"{SIGN_IN}?next="), there
        assert there.startswith(("/", "https://www.linkedin.com/")), there
        assert not there.startswith("//")


def words(answer):
    return answer.status_code, getattr(answer, "url", ""), plain(answer, "")[:600]


# -- what is not yours is not there -----------------------------------------------------------

WITH_IDS = [name for name in RULED if set(RULES[name].args) - set(RULES[name].fixed)]


@pytest.mark.parametrize("name", WITH_IDS)
def test_unknown_and_not_yours_answer_alike(stage, name):
    """Whether something exists is told only to those who may know it."""
    rule = RULES[name]
    real = stage.path(name, rule)
    for missing in unknown_paths(stage, name, rule):
        for method in rule.methods.split():
            told = [ask(stage, who, method, real) for who in strangers(rule)]
            if told:
                not_there = [ask(stage, who, method, missing) for who in strangers(rule)]
                assert alike(told, real) == alike(not_there, missing)
            answer = ask(stage, rule.who, method, missing)
            assert answer.status_code == unknown_status(rule, method), words(answer)
            if answer.status_code == 302:
                after = stage.browser(rule.who).get(answer["Location"])
                assert after.status_code == 404


def strangers(rule):
    """Signed-in people for whom this is not there."""
    if rule.kind == "work":
        return ("stranger", "learner")
    if rule.kind != "own" or rule.who != "learner":
        return ()
    return tuple(one for one in ("stranger", "owner") if one not in rule.also)


def unknown_status(rule, method):
    del method
    return rule.unknown


def unknown_paths(stage, name, rule):
    """The address with each of its identifiers replaced by one that nobody has."""
    for word in set(rule.args) - set(rule.fixed):
        yield stage.path(name, rule, **{word: nobody_s(word, found(stage.world, rule.args[word]))})


def nobody_s(word, value):
    if word in UNKNOWN:
        return UNKNOWN[word]
    if isinstance(value, int) or str(value).isdigit():
        return UNKNOWN["int"]
    return UNKNOWN["uuid"]


def ask(stage, who, method, path):
    with transaction.atomic():
        browser = stage.browser(who)
        answer = browser.get(path) if method == "GET" else browser.post(path)
        transaction.set_rollback(True)
    return answer


def alike(answers, path):
    return [(one.status_code, plain(one, path), headers(one)) for one in answers]


def plain(answer, path):
    """A page without the token of its forms and without the address that was asked for."""
    if answer.streaming:
        return ""
    text = answer.content.decode("latin-1").replace(answer.get("X-Request-ID", "\0"), "")
    text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)
    return text.replace(path, "PATH") if path else text


def headers(answer):
    apart = ("Content-Length", "X-Request-ID")  # the number of the request is another each time
    return {name: value for name, value in answer.items() if name not in apart}


@pytest.mark.parametrize("name", [name for name in WITH_IDS if RULES[name].kind == "work"])
def test_ids_of_others_do_not_open_under_ones_own_name(stage, name):
    """The owner of Elsewhere puts Northfield's ids behind Elsewhere's own address."""
    rule = RULES[name]
    ids = set(rule.args) - set(rule.fixed) - {"slug"}
    if not ids:
        return
    theirs = stage.path(name, rule, slug="elsewhere")
    blank = {word: nobody_s(word, found(stage.world, rule.args[word])) for word in ids}
    missing = stage.path(name, rule, slug="elsewhere", **blank)
    for method in rule.methods.split():
        told = ask(stage, "stranger", method, theirs)
        assert told.status_code == 404, words(told)
        assert alike([told], theirs) == alike([ask(stage, "stranger", method, missing)], missing)


def test_ids_of_others_do_not_open_in_queries_and_forms(stage):
    """The same for ids that come in the query or the body (mass assignment, nested objects)."""
    world, browser = stage.world, stage.browser("stranger")
    version = str(world.version.pk)
    asked = browser.get(reverse("awarding:new", args=["elsewhere"]), {"version": version})
    assert asked.status_code == 404
    sent = browser.post(
        reverse("awarding:sheet_new", args=["elsewhere"]), {"version": version, "file": b"x"}
    )
    assert sent.status_code == 422
    shared = browser.post(reverse("passport:share_new"), {"holdings": [str(world.holding.pk)]})
    assert shared.status_code == 400
    given = browser.post(
        reverse("tenancy:give", args=["elsewhere"]),
        {"person": str(world.colleague.pk), "role": "owner"},
    )
    assert given.status_code == 302
    assert "Choose a person and a role" in browser.get(given.url).content.decode()
    assert stage.changed() == []


def test_fields_nobody_offered_are_not_taken(stage):
    """Organisation, role, state and owner come from who asks, never from a form (A91)."""
    world, browser = stage.world, stage.browser("owner")
    extra = {
        "state": "claimed",
        "organisation": str(world.elsewhere.pk),
        "slug": "taken-over",
        "id": str(world.elsewhere.pk),
        "parent": str(world.elsewhere.pk),
        "is_operator": "on",
        "did_host": "evil.example",
    }
    sent = browser.post(
        reverse("tenancy:settings", args=["northfield"]),
        {"name": "Northfield", "kind": "university", "country": "IE", **extra},
    )
    assert sent.status_code == 302
    world.here.refresh_from_db()
    assert (world.here.name, world.here.slug) == ("Northfield", "northfield")
    assert (world.here.parent_id, world.here.did_host) == (None, "")
    browser.post(reverse("accounts:home"), {"name": "Alice", **extra})
    world.owner.refresh_from_db()
    assert world.owner.is_operator is False


def test_a_colleague_ends_only_their_own_role(stage):
    world, browser = stage.world, stage.browser("colleague")
    theirs = world.owner.roles.get(organisation=world.here)
    sent = browser.post(reverse("tenancy:end", args=["northfield", theirs.pk]))
    assert sent.status_code == 403
    assert stage.changed() == []


def test_rights_end_at_once(stage):
    """A colleague whose role ended in this second is a stranger."""
    world = stage.world
    path = reverse("tenancy:overview", args=["northfield"])
    assert stage.browser("colleague").get(path).status_code == 200
    ended = stage.browser("owner").post(
        reverse("tenancy:end", args=["northfield", world.membership.pk])
    )
    assert ended.status_code == 302
    gone = stage.browser("colleague").get(path)
    never = stage.browser("stranger").get(path)
    assert gone.status_code == never.status_code == 404
    assert "There is nothing here" not in rule_text(gone)


def rule_text(answer):
    return plain(answer, "").replace(answer.wsgi_request.path, "")


def test_a_mail_scanner_spends_no_link(stage):
    """HEAD and GET of every address in a letter, ten times: nothing is claimed (A94)."""
    for name in ("passport:claim", "tenancy:invitation", "awarding:appeal", "passport:share"):
        rule = replace(RULES[name], leaves=("passport.ShareDay",))
        path = stage.path(name, rule)
        for _ in range(10):
            assert stage.browser("nobody").head(path).status_code == 200
            assert stage.browser("nobody").get(path).status_code == 200
        assert stage.changed(rule.leaves) == []


def test_a_claim_link_is_built_from_the_settings_not_from_the_request(stage):
    """A86: whatever Host a request names, links in letters and pages are ours."""
    answer = stage.browser("owner").get(
        stage.path("awarding:detail", RULES["awarding:detail"]), headers={"host": "evil.example"}
    )
    assert answer.status_code == 400
