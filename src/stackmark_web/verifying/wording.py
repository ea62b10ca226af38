"""The words of the answer: what each outcome and reason means for a person, in plain language."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Saying:
    """A short answer, what it means, and the way on."""

    title: Words
    text: Words
    way_on: Words = ""


VERDICTS: Final[dict[str, Words]] = {
    "verified": _p("verdict", "Verified"),
    "refused": _p("verdict", "Refused"),
    "could-not-tell": _p("verdict", "Could not tell"),
}

OUTCOMES: Final[dict[str, Words]] = {
    "passed": _p("check", "Passed"),
    "failed": _p("check", "Failed"),
    "could-not-tell": _p("check", "Could not tell"),
    "not-applicable": _p("check", "Does not apply"),
}

NOT_REACHED: Final = _p("check", "Not reached")

# The main checks, each in a few words for every outcome.
SHORT: Final[dict[str, dict[str, Words]]] = {
    "proof": {
        "passed": _("Unchanged since it was signed"),
        "failed": _("Signature does not fit"),
        "could-not-tell": _("Signature could not be checked"),
    },
    "issuer-key": {
        "passed": _("Signed by the issuer it names"),
        "failed": _("Not signed by the issuer it names"),
        "could-not-tell": _("Not known who signed it"),
    },
    "validity": {
        "passed": _("Within its dates"),
        "failed": _("Outside its dates"),
        "could-not-tell": _("Dates could not be checked"),
    },
    "status": {
        "passed": _("Not revoked"),
        "failed": _("Revoked or suspended"),
        "could-not-tell": _("Not known whether revoked"),
    },
    "recipient": {
        "passed": _("Issued to the person you named"),
        "failed": _("Issued to somebody else"),
        "could-not-tell": _("Not known whether issued to the person you named"),
    },
}

# What decided, with the fact that holds its instant.
DECIDED: Final[dict[str, tuple[Words, str]]] = {
    "validity.expired": (_("It was valid until"), "expires"),
    "validity.not-yet": (_("It is valid from"), "issued"),
}
# The same for how a credential of ours stands in the books here.
SINCE: Final[dict[str, Words]] = {
    "revoked": _("Revoked on"),
    "suspended": _("Suspended since"),
    "superseded": _("Replaced on"),
}
# Reasons whose answer leaves nothing for the engine's sentence to add.
SAID: Final = frozenset(
    {
        *("validity.expired", "validity.not-yet", "status.revoked", "status.suspended"),
        *("proof.signature", "proof.missing", "read.web-page", "read.pdf-empty", "recipient.other"),
    }
)

IDENTITIES: Final[dict[str, Words]] = {
    "name": _("name"),
    "emailAddress": _("e-mail address"),
}

GOOD: Final[dict[str, Saying]] = {
    "known": Saying(
        _("Unaltered, in force, from a trusted issuer"),
        _("Nothing was changed since it was signed, it is within its dates and not revoked."),
    ),
    "unknown": Saying(
        _("Unaltered and in force"),
        _("Nothing was changed since it was signed, it is within its dates and not revoked."),
        _("Who the issuer is, only you can say: look at the domain and the identity below."),
    ),
    "out-of-scope": Saying(
        _("Unaltered and in force, but not accepted for this"),
        _("The register names this issuer, but not for this achievement or not at that time."),
    ),
}

_SEALED: Final = _("What it says below is what the issuer signed.")
_ASK: Final = _("Ask the holder for the original file, or the issuer for a new one.")
_CLAIMS: Final = _("Do not rely on anything it says.")

# Reason, or the code before its dot, to words. The longer entry wins.
BAD: Final[dict[str, Saying]] = {
    "related.changed": Saying(
        _("A file it is sealed with was changed"),
        _("The credential is signed, but a file at hand is not the one that was sealed with it."),
        _("Ask the holder or the issuer for the original file."),
    ),
    "status.revoked": Saying(
        _("Revoked by its issuer"),
        _("It was really issued, but the issuer has taken it back. It no longer counts."),
        _("The holder was told why; ask them or the issuer."),
    ),
    "status.suspended": Saying(
        _("Suspended by its issuer"),
        _("It was really issued, but the issuer has put it on hold. It does not count for now."),
        _("Check again later, or ask the issuer."),
    ),
    "status.superseded": Saying(
        _("Replaced by its issuer"),
        _("It was really issued, but the issuer has put another one in its place."),
        _("Ask the holder for the newer one."),
    ),
    "status": Saying(
        _("Its revocation list does not hold"),
        _("Whether it was revoked stands in a list, and that list is not what it should be."),
        _("Ask the issuer to mend the list; then check again."),
    ),
    "validity.expired": Saying(
        _("Expired"),
        _("It was issued for a time, and that time is over."),
        _("Ask the holder whether it was renewed."),
    ),
    "validity.not-yet": Saying(
        _("Not valid yet"), _("It is valid only from a later day on."), _("Check again then.")
    ),
    "validity": Saying(_("Its dates make no sense"), _("The dates in it cannot be right."), _ASK),
    "proof.signature": Saying(
        _("Changed after it was signed"),
        _("The content does not fit the signature: somebody or something altered it."),
        _ASK,
    ),
    "proof.missing": Saying(
        _("Not signed"), _("Nobody has signed this, so anybody could have written it."), _ASK
    ),
    "proof.expired": Saying(
        _("Its signature has run out"), _("It was signed for a time only."), _ASK
    ),
    "proof": Saying(
        _("The signature does not hold"),
        _("There is a signature, but not one that can be accepted."),
        _ASK,
    ),
    "issuer-key.not-issuer": Saying(
        _("Not signed by the issuer it names"),
        _("The signature was made with somebody else's key. It may be a forgery."),
        _CLAIMS,
    ),
    "issuer-key": Saying(
        _("The key is not the issuer's"),
        _("The key that signed it is not one the issuer uses for credentials."),
        _CLAIMS,
    ),
    "key-time": Saying(
        _("Signed with a key that no longer counts"),
        _("The issuer withdrew this key or it had run out, so the signature proves nothing."),
        _("Ask the issuer for a newly signed one."),
    ),
    "recipient": Saying(
        _("Issued to somebody else"),
        _("It is about another person than the one you named."),
        _("Check the spelling of the name or address, then ask the holder."),
    ),
    "lossless": Saying(
        _("It holds more than was signed"),
        _("Something in it is not covered by the signature and could have been added by anybody."),
        _ASK,
    ),
    "context": Saying(
        _("Its words have no certain meaning"),
        _("It uses terms that are not defined by a dictionary known here."),
        _("Ask the issuer; credentials of the open standards do not need that."),
    ),
    "refresh": Saying(
        _("There is a newer edition"), _("The issuer has replaced it."), _("Ask for the newer one.")
    ),
    "endorsements": Saying(
        _("An endorsement in it does not hold"), _("Somebody's endorsement was altered or forged.")
    ),
    "trust": Saying(
        _("The issuer is not in the register"), _("The rules chosen ask for a known issuer.")
    ),
    "read.no-credential": Saying(
        _("A picture without a credential"),
        _("The picture is fine, but no credential is inside it."),
        _("Ask for the badge as a file; pictures lose it when they are copied or converted."),
    ),
    "read.url-in-image": Saying(
        _("A picture that only points to a badge"),
        _("Older badges hold a link instead of the credential."),
        _("Open the link below, or paste it into the link field."),
    ),
    "read.web-page": Saying(
        _("The link leads to a web page"),
        _("A page can show anything; what proves itself is the signed file behind it."),
        _("Download the badge there, as JSON or as a picture, and drop it here."),
    ),
    "read.pdf-empty": Saying(
        _("A PDF without a credential"),
        _("Anybody can make such a paper. A signed certificate carries its credential inside."),
        _("Ask the holder for the signed file, or scan the code printed on it."),
    ),
    "read.archive": Saying(
        _("This zip was not opened"),
        _("Something about it is unusual, so nothing in it was read."),
        _("Unpack it yourself and drop the files."),
    ),
    "read": Saying(
        _("This cannot be read as a credential"),
        _("Credentials come as JSON, as a token, or inside a PNG, an SVG or a PDF certificate."),
        _("Ask the holder for the original file."),
    ),
    "format": Saying(
        _("Not a complete credential"),
        _("Parts that every credential must have are missing or wrong."),
        _ASK,
    ),
    "schema": Saying(
        _("Not in the shape of its standard"),
        _("It does not have the parts its standard asks for."),
        _ASK,
    ),
}

OPEN: Final[dict[str, Saying]] = {
    "related": Saying(
        _("The evidence could not be compared"),
        _("A file was brought that no seal fits, or a sealed file is no longer kept."),
        _("Check the credential without it, or ask the holder for the file that was sealed."),
    ),
    "fetch": Saying(
        _("The link could not be opened"),
        _("Nothing was checked, because there was nothing to check."),
        _("Look at the link again, or ask the holder for the file."),
    ),
    "issuer-key": Saying(
        _("The issuer's key could not be had"),
        _("Where the key should be, nobody answers now. It may be genuine or not."),
        _("Check again later, or ask the issuer."),
    ),
    "status": Saying(
        _("Not known whether it was revoked"),
        _("The issuer's list of revoked credentials could not be asked now."),
        _("Check again later."),
    ),
    "recipient": Saying(
        _("It names nobody who could be compared"),
        _("Whether it is about the person you named, it does not say."),
        _("Ask the holder to share it with their name."),
    ),
    "schema": Saying(
        _("Its own rules could not be had"),
        _("It names a schema of its own that does not answer."),
        _("Check again later."),
    ),
    "key-time": Saying(
        _("Not known when it was signed"),
        _("The key has run out, and the credential does not say when it was used."),
    ),
    "read": Saying(
        _("It could not be read here"), _("Something went wrong on our side."), _("Try again.")
    ),
}

ELSE_BAD: Final = Saying(_("It does not hold"), _("One of the checks below failed."), _ASK)
ELSE_OPEN: Final = Saying(
    _("Not everything could be checked"),
    _("One of the checks below is open."),
    _("Try again later."),
)

# Check code to what its passing means, in a reader's words.
QUESTIONS: Final[dict[str, Words]] = {
    "read": _("It can be read in one way only"),
    "format": _("It is a complete credential"),
    "context": _("Its words have a known meaning"),
    "schema": _("It has the shape of its standard"),
    "lossless": _("Everything in it is signed"),
    "proof": _("It was not changed since it was signed"),
    "issuer-key": _("The issuer it names signed it"),
    "key-time": _("The key was good when it was used"),
    "validity": _("It is within its dates"),
    "status": _("It is neither revoked nor suspended"),
    "refresh": _("There is no newer edition"),
    "related": _("What it points to is unchanged"),
    "endorsements": _("The endorsements in it hold"),
    "recipient": _("It was issued to the person you named"),
    "trust": _("The issuer is in the register"),
}

ROWS: Final[dict[str, Words]] = {
    "format": _("Format"),
    "bytes": _("Bytes judged"),
    "place": _("Found in"),
    "context": _("Context"),
    "valid-from": _("Valid from"),
    "valid-until": _("Valid until"),
    "checked-at": _("Asked at"),
    "canonical-form": _("Canonical form"),
    "statements": _("Lines"),
    "lines": _("What was hashed"),
    "suite": _("Method of signing"),
    "created": _("Signed at, as it says"),
    "document-hash": _("Hash of the document"),
    "options-hash": _("Hash of the proof's own data"),
    "proof-value": _("Proof value"),
    "signature": _("Signature"),
    "fits": _("Fits the key"),
    "method": _("Verification method"),
    "purpose": _("Purpose"),
    "controller": _("Controller"),
    "document-address": _("Key document"),
    "key-type": _("Type of key"),
    "public-key": _("Public key"),
    "key-expires": _("Key runs out"),
    "key-revoked": _("Key withdrawn"),
    "used-at": _("Used at"),
    "status-kind": _("Kind of entry"),
    "status-list": _("List"),
    "status-purpose": _("For"),
    "status-index": _("Index in the list"),
    "status-published": _("List published"),
}

MARKS: Final[dict[str, Words]] = {
    "mixed-scripts": _(
        "This name mixes letters of different alphabets in one word, as lookalike names do."
    ),
    "hidden": _("This name holds characters that cannot be seen; they are written out here."),
}


def saying(table: dict[str, Saying], reason: str, otherwise: Saying) -> Saying:
    """The words for a reason: its own, those of its code, or the general ones."""
    return table.get(reason) or table.get(reason.partition(".")[0]) or otherwise


ANSWERS: Final[dict[str, tuple[Words, Words]]] = {
    "identity": (_("Identity"), _("Is the issuer who it says it is?")),
    "authority": (_("Authority"), _("May it issue this?")),
    "quality": (_("Quality"), _("Has somebody accepted here looked at it?")),
}
_SCOPED: Final[dict[str, tuple[Words, str]]] = {
    "in-scope": (_("Yes"), "good"),
    "out-of-scope": (_("No, not for this"), "bad"),
    "unknown": (_("Not known"), "neutral"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One of the three answers of a report's ``standing``, in words."""

    title: Words
    question: Words
    word: Words
    tone: str
    sentence: str  # the engine's own, in English
    until: str


def standing(name: str, found: dict[str, str]) -> Standing:
    """The words for an answer."""
    title, question = ANSWERS[name]
    word, tone = _SCOPED[found["outcome"]]
    return Standing(title, question, word, tone, found["sentence"], found.get("until", ""))
