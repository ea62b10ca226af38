"""Every field of every table that can hold words, and what an erasure owes it.

A new field without a line here fails ``tests/web/accounts/test_erasure_fields.py``: whoever adds one
says whose it is. ``GONE``: what is about the person; a word planted there must be nowhere after.
``NAMED``: words of others, from which the person's name and addresses go. The path leads from a
row to the person; ``email=`` to a row of their address. ``REST``: the others, with the reason.
"""

from __future__ import annotations

GONE = {
    "accounts.Identity": ("user", "subject"),
    "accounts.GuardianConsent": ("user", "email name text"),
    "accounts.User": ("pk", "name password"),
    "mfa.Authenticator": ("user", "data"),
    "usersessions.UserSession": ("user", "user_agent data"),
    "tenancy.Invitation": ("email=", "roles"),
    "jobs.Run": ("actor", "title params error"),
    "jobs.Chunk": ("run__actor", "result"),
    "integrations.Attempt": ("message__body__data__id__in=awards", "answer"),
    "integrations.OutboxMail": ("to=", "subject text html answer"),
    "awarding.Sheet": ("rows__email=", "data mapping choices"),
    "awarding.SheetRow": ("email=", "name findings values"),
    "awarding.Award": (
        "holder",
        (
            "recipient_name recipient_id external_id narrative evidence results related assessor "
            "custom salt signed"
        ),
    ),
    "awarding.Step": ("award__holder", "note"),
    "awarding.Appeal": ("award__holder", "text answer"),
    "assessing.Adjustment": ("application__learner", "text answer"),
    "assessing.Circumstance": ("attempt__learner", "text answer"),
    "assessing.Misconduct": ("attempt__learner", "ground learner_answer reason"),
    "assessing.Conflict": ("candidate__in=candidates", "why"),
    "assessing.MarkAppeal": ("decision__attempt__learner", "text answer"),
    "assessing.Marking": ("attempt__learner", "comments comment note"),
    "assessing.Decision": ("attempt__learner", "feedback reason"),
    "assessing.Application": ("learner", "name message answer"),
    "assessing.Artefact": ("attempt__learner", "name url text why"),
    "assessing.Authorship": ("attempt__learner", "name help_had"),
    "verifying.VerificationRecord": ("made_by", "report facts"),
    "verifying.Batch": ("made_by", "recipient"),
    "verifying.BatchItem": ("batch__made_by", "source url data result"),
    "passport.Holding": (
        "user",
        "data source report credential_id title issuer_name issuer_id search picture",
    ),
    "passport.HoldingSkill": ("holding__user", "name folded uri framework"),
    "passport.Folder": ("user", "name"),
    "passport.Share": ("user", "title purpose"),
    "passport.Profile": ("user", "headline about"),
    "passport.ProofRequest": ("answer__user", "asker reason"),
    "passport.ProofAnswer": ("user", "did presentation"),
    "passport.HolderDid": ("user", "did key_id"),
    "passport.ReissueRequest": ("user", "did answer"),
    "passport.BroughtDocument": ("user", "url data"),
    "recognising.Request": ("user", "note question answer"),
    "recognising.Source": (
        "request__user",
        "data credential_id title issuer_id issuer_name report portfolio claims working",
    ),
    "recognising.Piece": ("source__request__user", "name about"),
    "recognising.Appeal": ("decision__user", "text reasons"),
    "pathways.Plan": ("user", "title limits answer"),
    "pathways.Following": ("user", "audit"),
    "pathways.Completion": ("user", "witness holdings reason"),
}
NAMED = {
    "approvals.Change": ("asked_by", "title answer"),
    "api.Token": ("maker", "name"),
    "recognising.Decision": ("user", "content signed review_reasons withdrawn_reason"),
}
# Held by the row's own address or token: with the row they go, and a planted word would break it.
WITH_THEIR_ROW = {
    "account.EmailAddress": "email",
    "account.EmailConfirmation": "key",
    "accounts.User": "email locale",
    "accounts.Identity": "provider issuer",
    "accounts.GuardianConsent": "token_hash relation version",
    "sessions.Session": "session_key session_data",
    "usersessions.UserSession": "ip session_key",
    "tenancy.Invitation": "email token_hash",
    "integrations.OutboxMail": "key kind to language message_id",
    "awarding.Award": "recipient_email locale dedup_key",
    "awarding.SheetRow": "email",
    "awarding.ClaimLink": "token_hash",
    "assessing.Application": "email candidate",
    "assessing.GroupDeclaration": "candidate category value consent",
    "assessing.RetestInvitation": "candidate",
    "verifying.VerificationRecord": "token_hash sha256 verdict",
    "verifying.Batch": "token_hash",
    "verifying.BatchItem": "verdict",
    "passport.Holding": "sha256",
    "passport.Share": "token_hash token_sealed pin_hash only_email",
    "passport.ShareCode": "code_hash",
    "passport.Profile": "handle",
    "passport.AddressReport": "email",
    "passport.LinkRequest": "email",
    "passport.ProofRequest": "token_hash token_sealed result_hash nonce terms",
    "passport.ProofAnswer": "method",
    "passport.BroughtDocument": "url_hash",
    "recognising.Source": "sha256",
    "recognising.Piece": "media_type sha256",
    "recognising.LedgerSecret": "sealed",
    "pathways.Plan": "chosen",
    "pathways.Following": "verdict inputs",
    "pathways.Trialled": "verdict before",
    "approvals.Change": "why arguments",  # in test_erasure_everywhere
    "assessing.Moderation": "notes",  # by the attempt: in test_erasure_everywhere
    "api.Answered": "body",  # sealed: tests/web/api
}
# Reason → fields. Words of an institution are about what it does; rows of an institution's people
# name them by their account only.
REST = {
    "codes, digests, addresses of things, states: nobody is told by them": """
        auth.Permission name codename, auth.Group name, contenttypes.ContentType app_label model,
        accounts.SpentAnswer digest, accounts.Erasure removed,
        audit.Pseudonym code, audit.Chain name hash walked_hash fault, audit.SignedHead token,
        audit.Patrol name cursor fresh findings,
        tenancy.Asset sha256 media_type data, tenancy.Domain name token answer,
        tenancy.SigningKey method_id algorithm public_multibase signer location,
        approvals.Policy watched, approvals.Change kind subject digest asked_code result,
        jobs.Run kind, jobs.Chunk state worker,
        integrations.Webhook url events secret old_secret, integrations.Message event body,
        integrations.Attempt error, catalogue.QualityPolicy profiles, catalogue.Review reminded,
        catalogue.SearchTerm term, catalogue.Facet name value label,
        awarding.StatusList did seed, awarding.CommonPart id data,
        awarding.Award before_suspension sha256, awarding.Sheet sha256 counts,
        awarding.Step via from_state to_state reason,
        accrediting.Statement sha256, assessing.Conflict candidate, assessing.Marking marker_code,
        assessing.FactsPanel sha256, assessing.Retest seed supervision, assessing.Judge code,
        assessing.Artefact component media_type sha256 uploaded_sha256,
        recognising.LedgerEntry act commitment content digest,
        recognising.Decision kind source_sha256 source_content sha256,
        pathways.PathwayVersion sha256, pathways.Framework sha256,
        passport.ProofRequest wanted,
        api.Token public_id secret_hash scopes, api.Answered key request_hash ref headers,
        operations.Fact key value, operations.Process name kind version schema""",
    "files to remove after the commit; the names go when the disk has obeyed": """
        accounts.Erasure files""",
    "scores and marks under a pseudonym nobody can resolve (retention: scores)": """
        assessing.Marking levels points, assessing.Decision scores levels,
        assessing.Attempt candidate form scores responses choices""",
    "the words everybody agrees to before handing in": """
        assessing.Authorship text""",
    "names nobody: tests/web/audit/test_chain.py": """
        audit.AuditEvent hash actor_code via verb target_type target_id target_label before after""",
    "uploads of an institution, emptied when imported, refused or after 30 days": """
        awarding.Sheet filename, assessing.AttemptImport component filename sha256 data choices
        counts findings""",
    "what a decision was about, by the ids of others' documents; the digest is its proof": """
        recognising.Decision source_id_text source_issuer source_issuer_name source_achievement""",
    "words of institutions about themselves and what they offer": """
        accounts.RegisterRule reason contact,
        tenancy.Organisation slug path name legal_name description country website email ror
        erasmus_code deqar_id accent signatory_name signatory_post did_host did_host_wanted
        linkedin_id, tenancy.Handover successor_did successor_name statement,
        integrations.Webhook description, integrations.MailTemplate kind language subject body,
        catalogue.OwnProfile name title text,
        catalogue.Decision digest profiles reasons role reviewer_name document,
        catalogue.AchievementVersion content art signable review_note justification title kind
        language, catalogue.Offering currency title place language enrol_url,
        accrediting.Request note evidence question answer profile reasons proposal,
        accrediting.ReviewRow requirement element severity clause outcome found note,
        accrediting.Statement about scope profile comment signed withdrawn_reason,
        assessing.Moderation conclusion, assessing.AnchorItem item note,
        assessing.FactsPanel cohort signed summary, assessing.FairnessPolicy categories purpose,
        assessing.Workshop title component candidate_text items, assessing.Rating item,
        assessing.CutScore component judges impact note, assessing.Setup guidance,
        verifying.TrustEntry issuer name note accepted_as, verifying.SignedRegister by name data,
        recognising.Policy default appeal_route,
        pathways.Framework title kind version licence attribution language source,
        pathways.FrameworkSkill uri code name description folded,
        pathways.RoleProfile title summary framework framework_version licence attribution skills,
        pathways.PathwayVersion title summary language rules layout note,
        pathways.Sample name holdings expected, pathways.ConferralList name minute,
        pathways.Trial rules bounds""",
}


def rest():
    """``REST`` as pairs of model and field."""
    for listed in REST.values():
        for entry in listed.split(","):
            label, *names = entry.split()
            yield from ((label, name) for name in names)


def answered():
    """Every field that has an answer, once for each."""
    for table in (GONE, NAMED):
        for label, (_path, names) in table.items():
            yield from ((label, name) for name in names.split())
    for label, names in WITH_THEIR_ROW.items():
        yield from ((label, name) for name in names.split())
    yield from rest()
