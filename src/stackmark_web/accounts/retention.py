"""What is kept about people, why, on what basis, for how long, and who answers for it: one table.

The page /privacy/retention, docs/reference/retention.md (``tools/reference.py``) and the duties
that delete read it. Nothing here touches the database, so that tools can read it.
Words are in English here and translated where they are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

OPERATOR: Final = noop("The operator of this server")
ISSUER: Final = noop("The organisation; the operator works for it")
BODY: Final = noop("The deciding body; the operator works for it")

CONTRACT: Final = noop("Contract with the person: Article 6(1)(b)")
CONSENT: Final = noop("Consent: Article 6(1)(a)")
DUTY: Final = noop("Legal duty: Article 6(1)(c)")
PUBLIC_TASK: Final = noop(
    "Public task or the organisation's own ground: Article 6(1)(c), (e) or (f)"
)
INTEREST: Final = noop("Legitimate interest in a safe service: Article 6(1)(f)")


@dataclass(frozen=True, slots=True)
class Kept:
    """One row: ``days`` is after what ``begins`` says; None: an event ends it, told in ``ends``."""

    name: str
    what: str
    why: str
    basis: str
    controller: str
    ends: str
    days: int | None = None
    duty: str = ""  # the duty that deletes it; empty: an action of the person or organisation


TABLE: Final = (
    Kept(
        "account",
        noop("Account: name, addresses, language, password hash, passkeys"),
        noop("To let the person in and write to them"),
        CONTRACT,
        OPERATOR,
        noop("Until the person deletes the account"),
    ),
    Kept(
        "identity",
        noop("Identity at an institution one signs in with: issuer and subject"),
        noop("To let the person in"),
        CONTRACT,
        OPERATOR,
        noop("Until the person removes it or deletes the account"),
    ),
    Kept(
        "unfinished",
        noop("Accounts whose address nobody has verified"),
        noop("To finish the sign-up"),
        CONTRACT,
        OPERATOR,
        noop("30 days after it was begun"),
        30,
        "forget what accounts no longer need",
    ),
    Kept(
        "session",
        noop("Sessions and where they were begun"),
        noop("To keep the person signed in, and to show them where"),
        INTEREST,
        OPERATOR,
        noop("Until signing out, at most 14 days"),
        14,
        "forget what accounts no longer need",
    ),
    Kept(
        "born",
        noop("Month of birth of people under 18"),
        noop("To ask a guardian where the law does, and to keep children off public pages"),
        DUTY,
        OPERATOR,
        noop("Until the person is 18"),
        None,
        "forget what accounts no longer need",
    ),
    Kept(
        "guardian",
        noop("A guardian's address, name, relation and words of consent"),
        noop("To show that a guardian agreed"),
        DUTY,
        OPERATOR,
        noop("Until the child's account is deleted"),
    ),
    Kept(
        "guardian-link",
        noop("A guardian's address that was asked and never answered"),
        noop("To ask a guardian"),
        DUTY,
        OPERATOR,
        noop("30 days after the link has run out"),
        30,
        "forget what accounts no longer need",
    ),
    Kept(
        "passport",
        noop("Passport: imported credentials and files, folders, links, public page"),
        noop("To keep and show what the person wants to"),
        CONTRACT,
        OPERATOR,
        noop("Until the person removes it or deletes the account"),
    ),
    Kept(
        "share",
        noop("Visits of a shared link, counted by day, nothing about visitors"),
        noop("To show the person whether a link is used"),
        CONTRACT,
        OPERATOR,
        noop("As long as the link"),
    ),
    Kept(
        "plan",
        noop("Pathways followed, plans, wishes for roles"),
        noop("To show progress"),
        CONTRACT,
        OPERATOR,
        noop("Until the person removes it or deletes the account"),
    ),
    Kept(
        "register",
        noop("Register of awards: name, address, award, the signed credential"),
        noop("To prove and answer for what was awarded"),
        PUBLIC_TASK,
        ISSUER,
        noop("By the rule the organisation publishes; without one, until the person is erased"),
        None,
        "forget old awards",
    ),
    Kept(
        "proof",
        noop("Proof of an award without a name: id, dates, digest, status list, standing"),
        noop("So that copies stay checkable and can be revoked"),
        PUBLIC_TASK,
        ISSUER,
        noop("As long as the register exists"),
    ),
    Kept(
        "untaken",
        noop("Awards nobody took"),
        noop("To send them again"),
        PUBLIC_TASK,
        ISSUER,
        noop("Two years after they were offered or ended; then the proof only"),
        730,
        "forget old awards",
    ),
    Kept(
        "draft",
        noop("Drafts of awards nobody offered"),
        noop("To finish them"),
        PUBLIC_TASK,
        ISSUER,
        noop("Two years after they were begun"),
        730,
        "forget old awards",
    ),
    Kept(
        "sheet",
        noop("Uploaded files of recipients nobody confirmed"),
        noop("To check them"),
        PUBLIC_TASK,
        ISSUER,
        noop("30 days after the upload"),
        30,
        "tidy sheets",
    ),
    Kept(
        "evidence",
        noop("What was handed in for an assessment, texts about it, feedback"),
        noop("To mark it, and to answer appeals"),
        PUBLIC_TASK,
        ISSUER,
        noop("As many months after the end as the achievement says, 36 unless changed"),
        None,
        "erase evidence",
    ),
    Kept(
        "scores",
        noop("Scores and decisions, under a pseudonym once the person is gone"),
        noop("To show how fair and exact an assessment is"),
        PUBLIC_TASK,
        ISSUER,
        noop("As long as the achievement's figures are published"),
    ),
    Kept(
        "results",
        noop("Uploaded files of results nobody confirmed"),
        noop("To check them"),
        PUBLIC_TASK,
        ISSUER,
        noop("30 days after the upload"),
        30,
        "drop forgotten results",
    ),
    Kept(
        "declaration",
        noop("What people say of themselves for fairness reports"),
        noop("To find unfair assessments"),
        noop("Explicit consent: Article 9(2)(a)"),
        ISSUER,
        noop("Until the person takes it back"),
    ),
    Kept(
        "request",
        noop("Requests for recognition and what was handed in with them"),
        noop("To decide"),
        PUBLIC_TASK,
        BODY,
        noop("Until the person deletes the account; drafts of portfolios a year"),
        365,
        "remove evidence of portfolios that were taken back",
    ),
    Kept(
        "decision",
        noop("Signed decisions on recognition, which name nobody"),
        noop("To decide alike in like cases"),
        PUBLIC_TASK,
        BODY,
        noop("As long as the body's record exists"),
    ),
    Kept(
        "check",
        noop("Tables of many checks"),
        noop("To show the result"),
        INTEREST,
        OPERATOR,
        noop("24 hours"),
        1,
        "forget-checks",
    ),
    Kept(
        "record",
        noop("Records of a check somebody asked to keep"),
        noop("To show it later"),
        CONTRACT,
        OPERATOR,
        noop("As long as was chosen when it was made"),
        None,
        "forget-checks",
    ),
    Kept(
        "letter",
        noop("Letters: address, subject, text, what the mail server answered"),
        noop("To find out what became of a letter"),
        INTEREST,
        ISSUER,
        noop("A year after it was sent"),
        365,
        "forget old letters",
    ),
    Kept(
        "link-request",
        noop("That new claim links were asked for to an address"),
        noop("So that nobody floods an address"),
        INTEREST,
        OPERATOR,
        noop("A day"),
        1,
        "answer requests for claim links",
    ),
    Kept(
        "run",
        noop("Runs a person started for themselves"),
        noop("To show the result"),
        CONTRACT,
        OPERATOR,
        noop("A year after the end"),
        365,
        "forget old runs",
    ),
    Kept(
        "tries",
        noop("Counts of tries to sign in, by hash"),
        noop("Against guessing"),
        INTEREST,
        OPERATOR,
        noop("15 minutes"),
    ),
    Kept(
        "answer",
        noop("Digest of a used answer of an institution's sign-in"),
        noop("So that none works twice"),
        INTEREST,
        OPERATOR,
        noop("Until the answer has run out, at most a day"),
        1,
        "forget what accounts no longer need",
    ),
    Kept(
        "audit",
        noop("Audit log: what changed, when, by which pseudonym; no names of learners"),
        noop("So that nobody changes what happened unseen"),
        DUTY,
        ISSUER,
        noop("As long as the organisation; the name behind a pseudonym goes with the account"),
    ),
    Kept(
        "erasure",
        noop("That an account was erased: its number and the time"),
        noop("To erase it again when a backup is brought back"),
        DUTY,
        OPERATOR,
        noop("As long as backups of that time may exist"),
    ),
    Kept(
        "log",
        noop("Logs of the server, without names and addresses"),
        noop("To find faults"),
        INTEREST,
        OPERATOR,
        noop("As the operator's system keeps them"),
    ),
    Kept(
        "backup",
        noop("Backups"),
        noop("To bring everything back after a loss"),
        INTEREST,
        OPERATOR,
        noop("As the operator says; erasures are done again after one is brought back"),
    ),
)


def days_of(name: str) -> int:
    """The number of days of a row that has one. Raises ``KeyError`` for any other."""
    for row in TABLE:
        if row.name == name and row.days is not None:
            return row.days
    raise KeyError(name)


def rows() -> list[dict[str, str]]:
    """The table in the reader's language."""
    return [
        {
            "name": row.name,
            "what": _(row.what),
            "why": _(row.why),
            "basis": _(row.basis),
            "controller": _(row.controller),
            "ends": _(row.ends),
        }
        for row in TABLE
    ]
