"""The letters Stackmark writes: their kinds, our words for them, and how they are filled in.

A body is Markdown with ``{{placeholders}}`` from a fixed list. The Markdown is rendered first and
the values are put in afterwards, escaped, so that a value is never markup. The button comes by
itself. An organisation's own words (``MailTemplate``) take the place of ours.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.translation import get_language_bidi, gettext, override
from django.utils.translation import gettext_noop as _

from stackmark_web.integrations.letters_approvals import APPROVALS
from stackmark_web.integrations.letters_pathways import PATHWAYS
from stackmark_web.integrations.letters_recognition import RECOGNITION
from stackmark_web.integrations.letters_webhooks import WEBHOOKS
from stackmark_web.ui.text import apart, markdown_html

PLACEHOLDERS: Final = ("recipient_name", "title", "issuer", "reason", "date", "sender", "code")
_HOLE: Final = re.compile(r"\{\{\s*([a-z_]+)\s*\}\}")
_LINK: Final = "{{link}}"  # the hole of the button's address; nobody's words may hold it
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")
# Marks that turn the direction of the letter around a value; no name needs them.
_TURNS: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Letter:
    """Our words for one kind. ``button`` is the text of the link, empty for none."""

    name: str
    subject: str
    body: str
    button: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A letter ready to go."""

    subject: str
    text: str
    html: str


LETTERS: Final[dict[str, Letter]] = {
    "offer": Letter(
        _("New credential"),
        _("{{issuer}} has awarded you {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has awarded you **{{title}}**. Open it to see "
            "what it says, download it and, if you like, keep it in your passport. You need no "
            "account to see or download it.\n\nThe link works until {{date}}. If this was not "
            "meant for you, the page lets you say so."
        ),
        _("See your credential"),
    ),
    "reminder": Letter(
        _("Reminder to claim"),
        _("{{title}} from {{issuer}} is still waiting for you"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} awarded you **{{title}}**, and nobody has "
            "claimed it yet. The link works until {{date}}."
        ),
        _("See your credential"),
    ),
    "issued": Letter(
        _("Credential ready"),
        _("Your credential {{title}} is ready"),
        _("Hello {{recipient_name}},\n\n**{{title}}** from {{issuer}} is in your passport."),
        _("Open it"),
    ),
    "expiring": Letter(
        _("Credential about to expire"),
        _("{{title}} expires on {{date}}"),
        _(
            "Hello {{recipient_name}},\n\nyour credential **{{title}}** from {{issuer}} is valid "
            "until {{date}}. Ask {{issuer}} how to renew it."
        ),
        _("See your credential"),
    ),
    "expired": Letter(
        _("Credential expired"),
        _("{{title}} has expired"),
        _(
            "Hello {{recipient_name}},\n\nyour credential **{{title}}** from {{issuer}} was valid "
            "until {{date}}. It stays in your passport and shows as expired."
        ),
        _("See your credential"),
    ),
    "review-due": Letter(
        _("Achievement to be reviewed"),
        _("{{title}} is to be reviewed by {{date}}"),
        _(
            "Hello {{recipient_name}},\n\nsomebody at {{issuer}} should look at **{{title}}** "
            "again by {{date}}. After that its public page says that the review is overdue, and it "
            "cannot be awarded until a reviewer has confirmed it."
        ),
        _("Look at it"),
    ),
    "review-overdue": Letter(
        _("Review of an achievement overdue"),
        _("{{title}} cannot be awarded: its review is overdue"),
        _(
            "Hello {{recipient_name}},\n\nthe review of **{{title}}** was due on {{date}}. Its "
            "public page says so, and {{issuer}} cannot award it until a reviewer has confirmed it."
        ),
        _("Look at it"),
    ),
    "key-old": Letter(
        _("Signing key to be replaced"),
        _("The signing key of {{issuer}} is more than a year old"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has signed with the key **{{title}}** since "
            "{{date}}. Replace it: what it has signed stays valid, and a key that is changed every "
            "year is worth less to a thief."
        ),
        _("Open the keys"),
    ),
    "revoked": Letter(
        _("Credential revoked"),
        _("{{issuer}} has revoked {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has revoked your credential **{{title}}**. "
            "The reason given: {{reason}}. Whoever checks it sees that it is revoked and since "
            "when, not why.\n\nIf you think this is wrong you can appeal until {{date}}; another "
            "person will decide."
        ),
        _("Read more or appeal"),
    ),
    "suspended": Letter(
        _("Credential suspended"),
        _("{{issuer}} has suspended {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has suspended your credential **{{title}}** "
            "for the time being. The reason given: {{reason}}. You will hear from us when this "
            "changes."
        ),
        _("See your credential"),
    ),
    "reinstated": Letter(
        _("Credential valid again"),
        _("{{title}} is valid again"),
        _(
            "Hello {{recipient_name}},\n\nyour credential **{{title}}** from {{issuer}} is no "
            "longer suspended."
        ),
        _("See your credential"),
    ),
    "superseded": Letter(
        _("Credential replaced"),
        _("{{issuer}} has corrected {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has corrected your credential **{{title}}** "
            "and issued a new one in its place. Please use the new one from now on."
        ),
        _("See the new credential"),
    ),
    "declined_note": Letter(
        _("Credential declined"),
        _("{{recipient_name}} has declined {{title}}"),
        _("{{recipient_name}} has declined **{{title}}**. Nothing else happens by itself."),
        _("See the award"),
    ),
    "wrong_address": Letter(
        _("Wrong address reported"),
        _("A credential went to the wrong address"),
        _(
            "Somebody who got the link to **{{title}}** says that it is not meant for them. "
            "Check the address and send it again."
        ),
        _("See the award"),
    ),
    "shared": Letter(
        _("Credential shared"),
        _("{{sender}} has shared a credential with you"),
        _("{{sender}} has shared **{{title}}** with you. Opening it needs no account."),
        _("See it"),
    ),
    "share_code": Letter(
        _("Code to open a shared credential"),
        _("Your code is {{code}}"),
        _(
            "Your code to open a credential that was shared with you is **{{code}}**. It works "
            "for ten minutes. If you did not ask for it, do nothing."
        ),
    ),
    "invitation": Letter(
        _("Invitation"),
        _("{{sender}} invites you to work with {{issuer}}"),
        _(
            "{{sender}} invites you to join **{{issuer}}** on Stackmark. The invitation is for "
            "this address and works until {{date}}."
        ),
        _("See the invitation"),
    ),
    "appeal_opened": Letter(
        _("Appeal received"),
        _("An appeal about {{title}}"),
        _("A holder has appealed against the revocation of **{{title}}**. Decide by {{date}}."),
        _("See the appeal"),
    ),
    "appeal_decided": Letter(
        _("Appeal decided"),
        _("Your appeal about {{title}} is decided"),
        _("Hello {{recipient_name}},\n\nyour appeal about **{{title}}** is decided: {{reason}}"),
        _("Read the decision"),
    ),
    "assessment_applied": Letter(
        _("Application to be assessed received"),
        _("{{issuer}} has your application for {{title}}"),
        _(
            "Hello {{recipient_name}},\n\nyour application to be assessed for **{{title}}** has "
            "reached {{issuer}}. They will answer it; you need do nothing until then."
        ),
        _("See your application"),
    ),
    "assessment_accepted": Letter(
        _("Application to be assessed accepted"),
        _("You can hand in your work for {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has accepted your application to be assessed "
            "for **{{title}}**. The page says what to hand in, until when, and how it is marked."
        ),
        _("Begin"),
    ),
    "assessment_refused": Letter(
        _("Application to be assessed refused"),
        _("{{issuer}} has answered your application for {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} cannot assess you for **{{title}}** now. The "
            "reason given: {{reason}}"
        ),
        _("Read the answer"),
    ),
    "assessment_submitted": Letter(
        _("Work handed in"),
        _("Your work for {{title}} is handed in"),
        _(
            "Hello {{recipient_name}},\n\nyour work for **{{title}}** has reached {{issuer}}. The "
            "page shows the list of what you handed in, each piece with its SHA-256."
        ),
        _("See what you handed in"),
    ),
    # From the marking desk to a learner: the page behind the link says more.
    "assessment_decided": Letter(
        _("Assessment decided"),
        _("Your attempt at {{title}} is decided"),
        _(
            "Hello {{recipient_name}},\n\nyour attempt at **{{title}}** is marked and decided. The "
            "page shows the decision, the marks and the feedback. If you think it is wrong you can "
            "appeal until {{date}}; somebody who had no part in it will decide."
        ),
        _("See the decision"),
    ),
    "assessment_appeal_decided": Letter(
        _("Appeal about an assessment decided"),
        _("Your appeal about {{title}} is decided"),
        _(
            "Hello {{recipient_name}},\n\nyour appeal about your attempt at **{{title}}** is "
            "decided. The page shows the decision and its reasons."
        ),
        _("Read the decision"),
    ),
    "misconduct_raised": Letter(
        _("Question about an attempt"),
        _("Please answer: a question about your attempt at {{title}}"),
        _(
            "Hello {{recipient_name}},\n\nsomebody at {{issuer}} noticed something about your "
            "attempt at **{{title}}** and asks for your side. Read what it is and answer by "
            "{{date}}. Nothing is decided before, and another person decides."
        ),
        _("Read and answer"),
    ),
    "misconduct_decided": Letter(
        _("Question about an attempt decided"),
        _("The question about your attempt at {{title}} is decided"),
        _(
            "Hello {{recipient_name}},\n\nthe question about your attempt at **{{title}}** is "
            "decided. The page shows the decision and its reasons."
        ),
        _("Read the decision"),
    ),
    "retest_invited": Letter(
        _("Invitation to a re-test"),
        _("{{issuer}} invites you to a re-test of {{title}}"),
        _(
            "Hello {{recipient_name}},\n\nyou were drawn by lot among those who earned "
            "**{{title}}** lately. {{issuer}} asks you to take the assessment once more, under "
            "supervision, so that everybody can know how much of it stays.\n\nIt is voluntary. "
            "Whether you come and how you do never changes your credential, and nobody learns "
            "your result but you. Please answer by {{date}}."
        ),
        _("Answer"),
    ),
    "assessment_care": Letter(
        _("Answer to what a learner asked for"),
        _("An answer about {{title}}"),
        _(
            "Hello {{recipient_name}},\n\n{{issuer}} has answered what you asked for or told "
            "about **{{title}}**."
        ),
        _("Read the answer"),
    ),
    "assessment_waiting": Letter(
        _("A learner wrote to the marking desk"),
        _("Something at {{title}} waits for an answer"),
        _("A learner wrote to you about an assessment of **{{title}}**. A person has to answer."),
        _("To the marking desk"),
    ),
    **{kind: Letter(*said) for kind, said in APPROVALS.items()},
    **{kind: Letter(*said) for kind, said in WEBHOOKS.items()},
    **{kind: Letter(*said) for kind, said in RECOGNITION.items()},
    **{kind: Letter(*said) for kind, said in PATHWAYS.items()},
}


def unknown_placeholders(text: str) -> list[str]:
    """The placeholders of a text that no letter fills."""
    return sorted(set(_HOLE.findall(text)) - set(PLACEHOLDERS))


def write(
    kind: str,
    *,
    language: str,
    values: Mapping[str, Any],
    own: tuple[str, str] | None = None,
) -> Written:
    """The letter in ``language``; ``own`` are an organisation's subject and body.

    ``values`` fill the placeholders; ``values["link"]`` is the button's address.
    """
    return form(kind, language, own, linked=bool(values.get("link"))).fill(values)


@dataclass(frozen=True, slots=True)
class Form:
    """A letter in one language whose placeholders are still open: made once, filled for each."""

    subject: str
    text: str
    html: str
    rtl: bool

    def fill(self, values: Mapping[str, Any]) -> Written:
        """The letter with these values in it; each is one line, and never markup."""
        lines = {name: one_line(values.get(name)) for name in PLACEHOLDERS}
        filled = {name: apart(line, rtl=self.rtl) for name, line in lines.items()}
        filled["link"] = str(values.get("link", ""))
        escaped = {name: html.escape(value) for name, value in filled.items()}
        return Written(
            _fill(self.subject, filled)[:300],
            _fill(self.text, filled),
            _fill(self.html, escaped),
        )


@lru_cache(maxsize=128)
def form(kind: str, language: str, own: tuple[str, str] | None, *, linked: bool) -> Form:
    """The words of a kind of letter, with the button when there is an address for it."""
    letter = LETTERS[kind]
    with override(language or "en"):
        subject, body = own or (gettext(letter.subject), gettext(letter.body))
        button = gettext(letter.button) if letter.button and linked else ""
        text = _plain(body) + (f"\n\n{button}:\n{_LINK}\n" if button else "")
        context = {
            "subject": one_line(subject),
            "body": markdown_html(body, own_way=False),
            "button": button,
            "link": _LINK,
            "issuer": "{{issuer}}",
            "language": language or "en",
        }
        page = render_to_string("integrations/letter.html", context)
        return Form(context["subject"], text, page, get_language_bidi())


def _fill(text: str, values: Mapping[str, str]) -> str:
    """Values in place of placeholders; what is no placeholder stays as it is written."""
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), text)


def one_line(value: Any) -> str:
    """A value without line breaks: none of them may start a header or a paragraph."""
    return _CONTROL.sub(" ", _TURNS.sub("", "" if value is None else str(value))).strip()


def _plain(markdown: str) -> str:
    """The text of simple Markdown."""
    return _TURNS.sub("", markdown).replace("**", "").strip()
