"""From the plain JSON of a check to what the page draws: answer, card, facts, checks, parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from stackmark.quality.facts_label import Signed
from stackmark_web.ui.cards import Card, Fact
from stackmark_web.ui.text import best_text, listed
from stackmark_web.verifying import seals, wording
from stackmark_web.verifying.labels import is_level
from stackmark_web.verifying.labels import shown as label_of
from stackmark_web.verifying.wording import Saying

_TONES: Final = {"verified": "good", "refused": "bad", "could-not-tell": "warn"}
_ICONS: Final = {"verified": "check", "refused": "cross", "could-not-tell": "question"}
# Checks whose passing makes what the document says the issuer's word.
_PROVING: Final = ("proof", "issuer-key")
_STATES: Final = {
    "status.revoked": "revoked",
    "status.suspended": "suspended",
    "validity.expired": "expired",
}
_LISTED: Final = ("status.revoked", "status.suspended")
_STATE_ICONS: Final = {
    "revoked": "ban",
    "suspended": "pause",
    "superseded": "ban",
    "expired": "clock",
}
Own = Mapping[str, Mapping[str, str]]  # what ``standing.own_standings`` found


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict in words."""

    verdict: str
    word: str | Promise
    saying: Saying
    tone: str
    icon: str
    detail: str  # the engine's own sentence about what decided, in English
    reason: str
    state: str = ""  # revoked, suspended, superseded or expired
    since: str = ""  # of a credential of ours: the instant it came to be so


@dataclass(frozen=True, slots=True)
class Step:
    """One check as the page lists it."""

    code: str
    outcome: str
    title: str | Promise
    detail: str
    reason: str
    clause: str
    rows: list[tuple[str | Promise, str, str]]  # label, value, key

    @property
    def outcome_words(self) -> str | Promise:
        """The outcome as people read it."""
        if self.reason.endswith(".not-reached"):
            return wording.NOT_REACHED
        return wording.OUTCOMES[self.outcome]

    @property
    def short(self) -> str | Promise:
        """The outcome of one of the main checks in a few words."""
        return wording.SHORT[self.code][self.outcome]


class Shown:
    """The report for a page; made from ``Checked.to_json`` or from what a record kept of it."""

    kept = False  # a record of the past says so
    anchor = "report"  # makes ids unique where a page shows several

    def __init__(self, found: Mapping[str, Any]) -> None:
        self.report: Mapping[str, Any] = found["report"]
        self.facts: Mapping[str, Any] = found.get("facts") or {}
        self.workings: Mapping[str, Any] = found.get("workings") or {}
        self.sha256: str = found.get("sha256") or ""
        self.source: str = found.get("source") or ""
        self.register: str = found.get("register") or ""
        self.trusted: Mapping[str, Any] | None = found.get("trusted")
        self.chosen: str = found.get("chosen") or ""
        self.elsewhere: Mapping[str, Any] | None = found.get("elsewhere")

    @cached_property
    def answer(self) -> Answer:
        """Verified, refused or could not tell, and why, in plain words."""
        return answer_of(self.report, self._own)

    @property
    def _own(self) -> Own:
        return self.facts.get("own") or {}

    @cached_property
    def decided(self) -> tuple[str | Promise, str]:
        """What decided, as words and an instant, where people can say it better than the engine."""
        if self.answer.since:
            return wording.SINCE[self.answer.state], self.answer.since
        words, key = wording.DECIDED.get(self.answer.reason, ("", ""))
        when = str(self.facts.get(key) or "")
        return (words, when) if when else ("", "")

    @property
    def detail(self) -> str:
        """The engine's own sentence, unless the answer says the same."""
        return "" if self.answer.reason in wording.SAID else self.answer.detail

    @property
    def checked_at(self) -> str:
        """The instant of the check."""
        return str(self.report["checkedAt"])

    @cached_property
    def proven(self) -> bool:
        """Whether what the document says is the issuer's word: signature, key and cover hold."""
        outcomes = {check["code"]: check["outcome"] for check in self.report["checks"]}
        if outcomes["lossless"] not in ("passed", "not-applicable"):
            return False
        return all(outcomes[code] == "passed" for code in _PROVING)

    @property
    def trust(self) -> str:
        """How the issuer stands in the register: known, unknown or out-of-scope."""
        return str(self.report["credential"]["issuerTrust"])

    @property
    def from_catalogue(self) -> bool:
        """Whether the label comes from the catalogue here and not from the document."""
        return bool(self.facts.get("published_record") or self.facts.get("published"))

    @cached_property
    def label_source(self) -> str:
        """One line on whose word the label is."""
        if self.from_catalogue:
            return _("As the issuer published it in the catalogue here.")
        if self.facts.get("missing"):
            return _("As the document states; a file it refers to for more is not at hand.")
        return _("As the document states.")

    @cached_property
    def title(self) -> str:
        """The credential's own name, or an empty text."""
        return str(self.facts.get("title") or "")

    @property
    def issuer(self) -> Mapping[str, Any]:
        """Name, identity, domain and warnings of the issuer."""
        return self.facts.get("issuer") or {}

    @cached_property
    def issuer_warnings(self) -> list[str | Promise]:
        """What a reader should know about the issuer's name."""
        return [wording.MARKS[mark] for mark in self.issuer.get("marks", [])]

    @property
    def holder(self) -> str:
        """Whom it is about, by name, as far as it says."""
        return str((self.facts.get("holder") or {}).get("name") or "")

    @cached_property
    def card(self) -> Card:
        """The credential card. Only what is proven gets a face."""
        image = (self.facts.get("image") or {}) if self.proven else {}
        return Card(
            title=self.title or self.facts.get("id") or self.report["format"],
            issuer=self.issuer.get("name") or self.issuer.get("domain") or "",
            issuer_id=self.issuer.get("domain") or self.issuer.get("id") or "",
            image_url=image.get("src", ""),
            image_alt=image.get("caption", ""),
            kind=self.facts.get("kind") or "",
            status=self._status,
            status_label=self.answer.saying.title if self._status == "unknown" else "",
            issued=self.facts.get("issued") or None,
            expires=self.facts.get("expires") or None,
            holder=self.holder,
        )

    @property
    def _status(self) -> str:
        if self.answer.verdict == "verified":
            return "active"
        return self.answer.state or "unknown"

    @cached_property
    def label(self) -> list[Fact]:
        """The facts label: what it took to earn it; what nobody said is printed as unknown."""
        return label_of(self.facts)

    def label_with(self, signed: tuple[Signed, ...]) -> list[Fact]:
        """The same with what others stated, as ``accrediting`` knows it."""
        return label_of(self.facts, signed)

    @cached_property
    def criteria(self) -> str:
        """What it took, without the facts that stand behind it in words: the label has them."""
        kept = (self.facts.get("record") or {}).get("achievement") or {}
        if self.outcomes and kept.get("criteria"):
            return best_text(kept["criteria"].get("narrative"))
        return str(self.facts.get("criteria") or "")

    @cached_property
    def evidence(self) -> list[dict[str, Any]]:
        """What shows the achievement, each piece with its digest and how its file compares."""
        return [seals.shown(one) for one in self.facts.get("evidence") or []]

    @cached_property
    def outcomes(self) -> tuple[str, ...]:
        """The learning outcomes it states."""
        return next((one.items for one in self.label if one.code == "outcomes"), ())

    @cached_property
    def steps(self) -> list[Step]:
        """The checks that were asked, in order."""
        return [step for step in self._steps if step.outcome != "not-applicable"]

    @cached_property
    def skipped(self) -> list[Step]:
        """The checks that had nothing to ask here, or were not reached."""
        return [step for step in self._steps if step.outcome == "not-applicable"]

    @cached_property
    def _steps(self) -> list[Step]:
        return steps_of(self.report, self.workings)

    @cached_property
    def parts(self) -> list[Part]:
        """The credentials inside it, each with an answer of its own."""
        return [Part(one, self._own) for one in self.report.get("parts", [])]

    @cached_property
    def standing(self) -> list[wording.Standing]:
        """Identity, authority and quality, never added up; none where nothing was asked."""
        found = self.report.get("standing") or {}
        return [wording.standing(name, found[name]) for name in wording.ANSWERS if name in found]

    @cached_property
    def key_steps(self) -> list[Step]:
        """The few checks people ask for by name; none when nothing could be read."""
        if any(step.code == "read" and step.outcome != "passed" for step in self._steps):
            return []
        wanted = [step for step in self._steps if step.code in wording.SHORT]
        return [step for step in wanted if step.outcome != "not-applicable"]

    @cached_property
    def holder_warnings(self) -> list[str | Promise]:
        """What a reader should know about the holder's name."""
        return [wording.MARKS[mark] for mark in (self.facts.get("holder") or {}).get("marks", [])]

    @cached_property
    def comparable(self) -> str:
        """By what a checker can ask whether it is about somebody."""
        kinds = [one["kind"] for one in (self.facts.get("holder") or {}).get("by", [])]
        words = [str(wording.IDENTITIES[kind]) for kind in kinds if kind in wording.IDENTITIES]
        return listed(dict.fromkeys(words))

    @property
    def unproven_text(self) -> str:
        """What stands above the claims of a document that proves nothing."""
        return _("Nothing below is confirmed: the signature does not vouch for it.")

    @cached_property
    def skills(self) -> list[Mapping[str, str]]:
        """What the holder can do; a level is in the label and no skill."""
        return [one for one in self.facts.get("skills") or [] if not is_level(one)]

    @property
    def stacks(self) -> list[str]:
        """Addresses of achievements it is related to; only when the issuer said so."""
        return [one for one in self.facts.get("related", []) if one] if self.proven else []

    @property
    def warnings(self) -> list[str]:
        """What stands in the report and does not decide."""
        asked = {check["detail"] for check in self.report["checks"] if check["code"] == "trust"}
        return [one for one in self.report.get("warnings", []) if one not in asked]


class Part:
    """A credential inside another."""

    def __init__(self, report: Mapping[str, Any], own: Own) -> None:
        self.answer = answer_of(report, own)
        about = report["credential"]
        self.title: str = about["name"] or about["id"] or report["format"]
        self.issuer: str = about["issuer"]["name"] or about["issuer"]["id"] or ""
        self.steps = [step for step in steps_of(report, {}) if step.outcome != "not-applicable"]


def answer_of(report: Mapping[str, Any], own: Own | None = None) -> Answer:
    """The words for a report's verdict; for a credential of ours, those of the books here."""
    verdict = str(report["verdict"])
    if verdict == "verified":
        standing = str(report["credential"]["issuerTrust"])
        return Answer(
            verdict,
            wording.VERDICTS[verdict],
            wording.GOOD[standing],
            _TONES[verdict],
            _ICONS[verdict],
            detail="",
            reason="",
        )
    where, decided = deciding(report)
    reason, detail = str(decided.get("reason", "")), str(decided.get("detail", ""))
    state, since = _STATES.get(reason, ""), ""
    known = (own or {}).get(str(where["credential"]["id"])) if reason in _LISTED else None
    if known is not None:
        if known["status"] != state:  # its one list has a weaker word: docs/decisions/0008
            detail = ""
        state, since = known["status"], known["since"]
        reason = "status.suspended" if state == "suspended" else "status.revoked"
    table, otherwise = (
        (wording.BAD, wording.ELSE_BAD)
        if verdict == "refused"
        else (wording.OPEN, wording.ELSE_OPEN)
    )
    return Answer(
        verdict,
        wording.VERDICTS[verdict],
        wording.saying(table, f"status.{state}" if known else reason, otherwise),
        "warn" if state in ("suspended", "expired") else _TONES[verdict],
        _STATE_ICONS.get(state) or _ICONS[verdict],
        detail,
        reason,
        state,
        since,
    )


def deciding(report: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The check that decided against a document, and the report it is in: this or a part's."""
    wanted = "failed" if report["verdict"] == "refused" else "could-not-tell"
    for check in report["checks"]:
        if check["outcome"] == wanted and not check["reason"].startswith("trust."):
            return report, dict(check)
    for part in report.get("parts", []):
        if part["verdict"] == report["verdict"]:
            return deciding(part)
    return report, {}


def steps_of(report: Mapping[str, Any], workings: Mapping[str, Any]) -> list[Step]:
    """The report's checks with the words and rows the page adds."""
    return [
        Step(
            check["code"],
            check["outcome"],
            wording.QUESTIONS.get(check["code"], check["code"]),
            check["detail"],
            check["reason"],
            check["clause"],
            [
                (wording.ROWS.get(key, key), value, key)
                for key, value in workings.get(check["code"], [])
            ],
        )
        for check in report["checks"]
    ]


def _rows(rows: list[list[str]]) -> list[tuple[str | Promise, str, str]]:
    return [(wording.ROWS.get(key, key), value, key) for key, value in rows]
