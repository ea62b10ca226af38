"""Words of rows, findings, relations, verdicts and rules; codes stay in what is signed."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = dict[str, str | Promise]

ROWS: Final[Words] = {
    "level": _("Level"),
    "workload": _("Workload"),
    "quality": _("Quality"),
    "profile": _("Profile"),
    "outcomes": _("Learning outcomes"),
}
FINDINGS: Final[Words] = {
    "no-difference": _("No difference"),
    "not-substantial": _("A difference, not substantial"),
    "substantial": _("A substantial difference"),
    "could-not-tell": _("Could not be told"),
}
TONES: Final = {
    "no-difference": "good",
    "not-substantial": "neutral",
    "substantial": "bad",
    "could-not-tell": "warn",
}
RELATIONS: Final[Words] = {
    "exact": _("the same"),
    "close": _("nearly the same"),
    "broader": _("covers more"),
    "narrower": _("covers less"),
    "related": _("related only"),
}
BASES: Final[Words] = {
    "skill-ids": _("by the ids of its skills"),
    "statement": _("by the same words"),
    "evaluator": _("by an evaluator"),
    "evidence": _("by evidence"),
}
VERDICTS: Final[Words] = {
    "full": _("Recognised in full"),
    "partial": _("Recognised in part"),
    "conditional": _("Recognised under conditions"),
    "refused": _("Not recognised"),
}
VERDICT_HELP: Final[Words] = {
    "full": _("It counts for the whole of what was asked. No substantial difference is shown."),
    "partial": _("Some outcomes count, with the credit you say."),
    "conditional": _("It counts once something named has been met."),
    "refused": _("A substantial difference leaves nothing that counts."),
}
VERDICT_TONES: Final = {
    "full": "good",
    "partial": "accent",
    "conditional": "warn",
    "refused": "bad",
}
RULES: Final[Words] = {
    "lisbon": _(
        "Lisbon Recognition Convention: binding for qualifications of higher education in states "
        "that are party to it"
    ),
    "policy": _("Our own policy, for everything the Convention does not cover"),
}
LIKENESS: Final[Words] = {
    "same-achievement": _("the same achievement"),
    "same-content": _("the same contents under another name"),
    "other-version": _("another version of it"),
}
DIFFERS: Final[Words] = {
    "verdict": _("the verdicts differ"),
    "outcomes": _("the recognised outcomes differ"),
    "credit": _("the credit differs"),
}
STATES: Final = {
    "draft": "neutral",
    "sent": "accent",
    "asked": "warn",
    "decided": "good",
    "withdrawn": "neutral",
}
REVIEW: Final[Words] = {
    "status.revoked": _("The recognised credential was revoked by its issuer."),
    "status.suspended": _("The recognised credential is suspended by its issuer."),
    "validity.expired": _("The recognised credential has run out."),
    "validity.not-yet": _("The recognised credential is not valid yet."),
}
PROBLEMS: Final[Words] = {
    "needs-verdict": _("Choose a verdict; none is taken by itself."),
    "needs-default": _("Say which rule it is decided under."),
    "recognition.row-reason": _("Say why there is a difference."),
    "recognition.finding": _("Choose what you found."),
    "recognition.reasons": _("Anything short of full recognition needs its reasons."),
    "recognition.contradiction": _(
        "Full recognition does not go with a substantial difference. Change the verdict, or the "
        "finding with its reason."
    ),
    "recognition.burden": _(
        "Anything short of full recognition needs a substantial difference that is shown in a row. "
        "What could not be told is none: the burden of proof is yours."
    ),
    "recognition.verdict": _("Choose a verdict; none is taken by itself."),
    "recognition.conditions": _("Say which conditions have to be met."),
    "recognition.outcomes": _("Choose the outcomes that are recognised."),
    "recognition.outcome": _("Choose from the outcomes of what it is to count for."),
    "recognition.credit": _("Say how many credits the recognised part is worth, with their unit."),
    "recognition.credit-range": _("This is more credit than the whole is worth."),
    "recognition.length": _("All of it together is too long to be signed; shorten the reasons."),
}
