"""The ledger of uses: which award consumed which credential, told only to who was given both.

"Not applied to another degree" has to be checkable between institutions, without a list of who
studied what. An entry holds a commitment in place of a credential: HMAC-SHA256 over the
credential's id and digest, under a salt that only the holder has. The holder hands credential and
salt to whom they allow to ask.

The salt of a credential is made from the holder's secret (``salt_of``): who is given one salt can
ask about one credential, not about the others. The first entry of a credential is its opening, by
which the holder opts in; from then on uses of it are entered.

Threat model. The keeper of the ledger, and anybody who copies it, sees commitments, days and names
of awards; without a salt of 32 random bytes nobody can test a guess, nor tell that two credentials
have one holder. Uses of one credential are visibly of one credential: the answer needs that. Who
once was given credential and salt can go on asking about that credential. Awards named in it are
public, so an award that very few people hold narrows down who it was: keep such ledgers closed.

What it cannot do. It proves nothing about institutions that do not take part, so the answer is
never "was not used" but "no use is entered here since the opening". A holder can open a credential
twice under two secrets and hand out the fresh salt: the later opening shows, as ``since``, and who
relies on the answer compares it with the day of issue. A salt that was never opened gives no
answer at all. Entries are as true as who enters them; a keeper who drops entries is not found out
here, so each entry carries the digest of the one before (``Ledger.broken_at``), and an institution
that kept the last digest sees a ledger that was cut or rewritten.
"""

# ruff: noqa: RUF009 - each of these calls gives a fresh dataclasses.field with its rule

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import orjson

from stackmark.errors import UsageError
from stackmark.model import achievement_rules as rule
from stackmark.model.achievement_rules import LINE, Part, refuse

ACTS: Final = ("opening", "use", "contest", "withdrawal", "upheld")
SECRET_BYTES: Final = 32
MAX_ENTRIES: Final = 1_000_000
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_SALT: Final = b"stackmark ledger of uses, salt, 1\n"
_COMMIT: Final = b"stackmark ledger of uses, commitment, 1\n"


def salt_of(secret: bytes, credential: str) -> bytes:
    """The salt of one credential, from the holder's secret of at least 32 random bytes.

    Raises ``UsageError`` ``recognition.salt`` or ``recognition.no-credential``.
    """
    _long_enough(secret)
    return hmac.digest(secret, _SALT + _named(credential), "sha256")


def commitment(salt: bytes, credential: str, sha256: str) -> str:
    """What stands in the ledger for a credential of this id and SHA-256 (both hexadecimal).

    Raises ``UsageError`` ``recognition.salt``, ``recognition.no-credential`` or
    ``recognition.digest``.
    """
    _long_enough(salt)
    if not _HEX.fullmatch(sha256):
        raise UsageError(
            "recognition.digest", "The digest is no SHA-256 in lower-case hexadecimal."
        )
    return hmac.digest(salt, _COMMIT + bytes.fromhex(sha256) + _named(credential), "sha256").hex()


def _long_enough(secret: bytes) -> None:
    if len(secret) < SECRET_BYTES:
        raise UsageError(
            "recognition.salt",
            f"A salt has at least {SECRET_BYTES} random bytes; a word will not do.",
        )


def _named(credential: str) -> bytes:
    if not credential:
        raise UsageError("recognition.no-credential", "Say which credential is meant, by its id.")
    return credential.encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Part):
    """One act. ``award`` and ``body`` say what a use was for; ``of`` which use an act is about.

    ``before`` is the digest of the entry before it, empty for the first.
    """

    act: str = rule.choice(ACTS)
    commitment: str = rule.text(64)
    day: dt.date | None = rule.day()
    award: str = rule.identifier()
    body: str = rule.identifier()
    of: int | None = rule.whole(0, MAX_ENTRIES)
    reason: str = rule.text(LINE)
    before: str = rule.text(64)

    def check(self, place: str) -> None:
        """An act, its commitment and its day; what each kind of act needs."""
        if not self.act or self.day is None or not _HEX.fullmatch(self.commitment):
            refuse("missing", place, "an entry needs its act, commitment and day.")
        if (self.act == "use") != bool(self.award and self.body):
            refuse("conflict", place, "award and body go with a use and are needed there.")
        about = self.act in ("contest", "withdrawal", "upheld")
        if about != (self.of is not None) or (about and not self.reason):
            refuse("conflict", place, "a contest and its end say of which use, and why.")

    @property
    def digest(self) -> str:
        """SHA-256 over the whole entry."""
        return hashlib.sha256(
            orjson.dumps(rule.write(self), option=orjson.OPT_SORT_KEYS)
        ).hexdigest()


@dataclass(frozen=True, slots=True)
class Use:
    """A use as it stands: ``number`` of its entry, and whether it is ``contested``."""

    number: int
    award: str
    body: str
    day: dt.date
    contested: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a ledger says of a credential: ``unknown``, ``no-use-entered`` or ``used``.

    ``since`` is the day of its opening; ``uses`` are those that stand, contested ones marked.
    """

    word: Literal["unknown", "no-use-entered", "used"]
    since: dt.date | None
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """The entries of one credential with their numbers, and the digest of the ledger's last entry.

    It is all that an answer or the next entry needs, however long the ledger is: who keeps a
    ledger in a database reads the rows of one commitment and adds one.
    """

    commitment: str
    entries: tuple[tuple[int, Entry], ...]
    before: str

    @property
    def since(self) -> dt.date | None:
        """The day of its opening; ``None`` when it was never opened."""
        return next((one.day for _number, one in self.entries if one.act == "opening"), None)

    @property
    def answer(self) -> Answer:
        """What is entered about it."""
        if self.since is None:
            return Answer("unknown", None, ())
        return Answer("used" if self.uses else "no-use-entered", self.since, self.uses)

    @property
    def uses(self) -> tuple[Use, ...]:
        """The uses that stand."""
        found: dict[int, Use] = {}
        for number, one in self.entries:
            if one.act == "use" and one.day is not None:
                found[number] = Use(number, one.award, one.body, one.day, contested=False)
            elif one.of in found and one.act == "withdrawal":
                del found[one.of]
            elif one.of in found:
                found[one.of] = replace(found[one.of], contested=one.act == "contest")
        return tuple(found.values())

    def open(self, day: dt.date) -> Entry:
        """The holder opts in. Raises ``UsageError`` ``recognition.opened`` the second time."""
        if self.since is not None:
            raise UsageError("recognition.opened", "This credential was entered before.")
        return self._next(Entry(act="opening", commitment=self.commitment, day=day))

    def add(self, *, award: str, body: str, day: dt.date) -> Entry:
        """A use for an award. Raises ``UsageError`` ``recognition.not-opened``, ``.used-before``.

        The latter for the same award twice; a use for another award is entered, as what rules
        make of it is not for a ledger to say.
        """
        if self.since is None:
            raise UsageError(
                "recognition.not-opened", "The holder did not enter this credential in the ledger."
            )
        if any(one.award == award for one in self.uses):
            raise UsageError("recognition.used-before", "Its use for this award stands already.")
        return self._next(
            Entry(act="use", commitment=self.commitment, day=day, award=award, body=body)
        )

    def contest(self, number: int, *, reason: str, day: dt.date) -> Entry:
        """The holder says that a use is wrong. It stands, marked, until somebody ends it.

        Raises ``UsageError`` ``recognition.no-use``, also for a use of another credential, or
        ``recognition.contested`` when it is contested already.
        """
        if self._use(number).contested:
            raise UsageError("recognition.contested", "This use is contested already.")
        return self._about("contest", number, reason, day)

    def settle(self, number: int, *, stands: bool, reason: str, day: dt.date) -> Entry:
        """The end of a contest: the use stands, or is withdrawn.

        Raises ``UsageError`` ``recognition.no-use`` or ``recognition.not-contested``.
        """
        if not self._use(number).contested:
            raise UsageError("recognition.not-contested", "Nobody contests this use.")
        return self._about("upheld" if stands else "withdrawal", number, reason, day)

    def _use(self, number: int) -> Use:
        for one in self.uses:
            if one.number == number:
                return one
        raise UsageError("recognition.no-use", "No use of this credential stands under it.")

    def _about(self, act: str, of: int, reason: str, day: dt.date) -> Entry:
        return self._next(Entry(act=act, commitment=self.commitment, day=day, of=of, reason=reason))

    def _next(self, entry: Entry) -> Entry:
        added: Entry = rule.read(Entry, rule.write(replace(entry, before=self.before)))
        return added


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger(Part):
    """Entries in order, never changed; every act gives a new ledger with one entry more.

    The acts are those of ``Thread`` and raise what those raise.
    """

    entries: tuple[Entry, ...] = rule.parts(Entry, MAX_ENTRIES)

    @staticmethod
    def from_json(value: Any) -> Ledger:
        """Read strictly.

        Raises ``DescriptorError`` ``descriptor.…`` naming the place, and ``UsageError``
        ``recognition.ledger-broken`` when an entry does not follow the one before.
        """
        found: Ledger = rule.read(Ledger, value)
        broken = found.broken_at()
        if broken is not None:
            raise UsageError(
                "recognition.ledger-broken", f"Entry {broken} does not follow the one before it."
            )
        return found

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        found: dict[str, Any] = rule.write(self)
        return found

    def broken_at(self) -> int | None:
        """The number of the first entry that does not follow the one before; counted from 0."""
        before = ""
        for number, one in enumerate(self.entries):
            if one.before != before:
                return number
            before = one.digest
        return None

    def thread(self, commitment: str) -> Thread:
        """What there is of one credential, for who knows its commitment."""
        found = tuple(
            (number, one) for number, one in enumerate(self.entries) if one.commitment == commitment
        )
        return Thread(commitment, found, self.entries[-1].digest if self.entries else "")

    def open(self, commitment: str, day: dt.date) -> Ledger:
        """The holder opts in."""
        return self._with(self.thread(commitment).open(day))

    def add(self, commitment: str, *, award: str, body: str, day: dt.date) -> Ledger:
        """A use for an award."""
        return self._with(self.thread(commitment).add(award=award, body=body, day=day))

    def contest(self, commitment: str, number: int, *, reason: str, day: dt.date) -> Ledger:
        """The holder says that a use is wrong."""
        return self._with(self.thread(commitment).contest(number, reason=reason, day=day))

    def settle(
        self, commitment: str, number: int, *, stands: bool, reason: str, day: dt.date
    ) -> Ledger:
        """The end of a contest."""
        found = self.thread(commitment)
        return self._with(found.settle(number, stands=stands, reason=reason, day=day))

    def check_use(self, salt: bytes, credential: str, sha256: str) -> Answer:
        """What is entered about a credential, for who was given it and its salt.

        Raises what ``commitment`` raises. A wrong salt finds nothing and is ``unknown``.
        """
        return self.thread(commitment(salt, credential, sha256)).answer

    def uses(self, commitment: str) -> tuple[Use, ...]:
        """The uses that stand, for who knows the commitment."""
        return self.thread(commitment).uses

    def _with(self, entry: Entry) -> Ledger:
        return Ledger(entries=(*self.entries, entry))
