"""The chained log of a web product: what is hashed, what a head says, how both are checked.

Every event has a number in its chain, from 1 on without gaps, and the hash

    SHA-256("stackmark-audit-1" ‖ hash before ‖ JCS of the event's fields)

(RFC 8785 for the bytes). The hash before the first event is 32 zero bytes. A *head* says how long
a chain was at an instant and what its last hash was; it is signed as a compact JWS (RFC 7515). A
log that was changed, cut, put into another order or replaced as a whole no longer leads to a head
that somebody else kept. It cannot be told from a head what happened after it was signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from stackmark.canonical.jcs import jcs
from stackmark.errors import CheckFailed, ReadError, StackmarkError
from stackmark.keys.public import PublicKey
from stackmark.model.strict_json import parse_json
from stackmark.ports import Signer
from stackmark.proofs import jose

VERSION: Final = 1
GENESIS: Final = bytes(32)
_MARK: Final = b"stackmark-audit-1"
MAX_FINDINGS: Final = 20  # a broken log is broken; nobody reads the ten-thousandth sentence

#: What of an event is hashed, besides the name of its chain and its number there.
FIELDS: Final = (
    "at",
    "actor",
    "system",
    "via",
    "organisation",
    "verb",
    "target_type",
    "target",
    "label",
    "before",
    "after",
)
_NAMES: Final = frozenset({*FIELDS, "chain", "seq", "hash"})


def next_hash(before: bytes, chain: str, seq: int, fields: Mapping[str, Any]) -> bytes:
    """The hash of event ``seq`` (32 bytes), from the hash ``before`` it and its plain fields."""
    kept = {name: fields[name] for name in FIELDS}
    return hashlib.sha256(_MARK + before + jcs({"chain": chain, "seq": seq, **kept})).digest()


@dataclass(frozen=True, slots=True)
class Head:
    """How long a chain was (events), its last hash, when that was signed, and by which key.

    ``server``: number and hash of the last event without an organisation, on the same server, as
    this institution saw it; empty where none was.
    """

    chain: str
    seq: int
    hash: bytes
    signed_at: str  # RFC 3339, UTC
    server: tuple[int, bytes] | None = None
    method: str = ""


def sign_head(head: Head, signer: Signer) -> str:
    """The head as a compact JWS of type ``stackmark-audit-head+jwt``."""
    said: dict[str, Any] = {
        "v": VERSION,
        "chain": head.chain,
        "seq": head.seq,
        "hash": head.hash.hex(),
        "signed_at": head.signed_at,
    }
    if head.server is not None:
        said["server"] = {"seq": head.server[0], "hash": head.server[1].hex()}
    return jose.sign_compact(jcs(said), signer=signer, typ=jose.AUDIT_HEAD, kid=head.method)


def read_head(token: str) -> Head:
    """What a head says; nothing is verified. Raises ``ReadError`` ``read.audit-head``."""
    return _head(jose.parse_compact(token.strip().encode()))


def check_head(token: str, key: PublicKey) -> Head:
    """The head, if ``key`` signed it.

    Raises ``ReadError`` ``read.audit-head`` or what ``jose`` raises for a bad token.
    """
    jws = jose.parse_compact(token.strip().encode())
    jose.check_members(jws.header)
    head = _head(jws)
    jose.check_signature(jws, key)
    return head


def _head(jws: jose.Jws) -> Head:
    said = parse_json(jws.payload)
    try:
        if jws.header.get("typ") != jose.AUDIT_HEAD or said["v"] != VERSION:
            raise ValueError
        near = said.get("server")
        return Head(
            chain=_text(said["chain"]),
            seq=_number(said["seq"]),
            hash=_digest(said["hash"]),
            signed_at=_text(said["signed_at"]),
            server=(_number(near["seq"]), _digest(near["hash"])) if near else None,
            method=_text(jws.header.get("kid", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise ReadError("read.audit-head", "This is not the signed head of an audit log.") from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError
    return value


def _digest(value: Any) -> bytes:
    found = bytes.fromhex(_text(value))
    if len(found) != 32:
        raise ValueError
    return found


class Walk:
    """A chain walked event by event; ``findings`` says in sentences what does not hold.

    It starts before the first event, or behind event ``seq`` whose hash is ``last``. ``expect``
    names hashes that must be met on the way: those of heads.
    """

    def __init__(self, chain: str, *, seq: int = 0, last: bytes = GENESIS) -> None:
        self.chain = chain
        self.seq = seq
        self.hash = last
        self.findings: list[str] = []
        self._heads: dict[int, list[tuple[bytes, str]]] = {}

    def expect(self, head: Head, where: str) -> None:
        """What a head says must be met on the way; ``where`` names it in sentences."""
        if head.chain != self.chain:
            self.say(f"{where} is of another log: {head.chain}.")
        elif head.seq <= self.seq and (head.seq, head.hash) != (self.seq, self.hash):
            if head.seq:
                self.say(f"{where} speaks of event {head.seq}, which lies before what was read.")
        else:
            self._heads.setdefault(head.seq, []).append((head.hash, where))

    def step(self, seq: int, stated: bytes, fields: Mapping[str, Any]) -> None:
        """One more event with the number and hash that stand in it."""
        wanted = self.seq + 1
        if seq != wanted:
            self.say(_out_of_order(seq, wanted))
        self.seq = max(self.seq, seq)
        try:
            found = next_hash(self.hash, self.chain, seq, fields)
        except (KeyError, StackmarkError):
            found = b""
        if found != stated:
            self.say(f"Event {seq}: it is not what was written, or one before it is not.")
        self.hash = stated  # go on from what is stated, so that one fault is told once
        for hashed, where in self._heads.pop(seq, ()):
            if hashed != stated:
                self.say(f"Event {seq}: {where} says another hash. The log was written anew.")

    def end(self) -> list[str]:
        """What does not hold, after the last event; empty when all does."""
        for seq, held in sorted(self._heads.items()):
            if seq > self.seq:
                missing = seq - self.seq
                for _hashed, where in held:
                    self.say(f"The end is missing: {where} knows {missing} more events.")
        return list(self.findings)

    def say(self, sentence: str) -> None:
        """Keep a finding, up to a number that anybody reads."""
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(sentence)


def _out_of_order(seq: int, wanted: int) -> str:
    if seq > wanted:
        return f"Event {wanted} is missing: the next one is {seq}."
    return f"Event {seq} stands where {wanted} should be: twice, added, or out of order."


# -- the file that an owner downloads ----------------------------------------------------------

FILE_TYPE: Final = "stackmark-audit-log"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file holds and what does not hold about it.

    ``heads``: those whose signature was checked. ``outside``: how many of them came from
    elsewhere; only they can show that the whole file was not made anew.
    """

    chain: str
    events: int
    last: bytes
    findings: tuple[str, ...]
    heads: tuple[Head, ...]
    outside: int
    key: PublicKey | None


def check_file(
    lines: Iterable[bytes], outside: Iterable[str] = (), key: PublicKey | None = None
) -> Checked:
    """Check a log as JSON Lines: a first line with head and key, then one event a line.

    ``outside``: signed heads kept elsewhere. ``key``: the key to believe, in place of the one that
    stands in the file. Raises ``ReadError`` ``read.audit-log`` for what is no such file.
    """
    rows = iter(lines)
    first = _object(next(rows, b""), 1)
    if first.get("type") != FILE_TYPE or first.get("v") != VERSION:
        raise ReadError("read.audit-log", "This is no audit log of Stackmark: see its first line.")
    walk = Walk(str(first.get("chain", "")))
    known = _keys(first)
    heads = []
    inside = first.get("head")
    if inside is not None:
        heads += _expect(walk, str(inside), "the head in the file", known, key)
    kept = list(outside)
    for number, token in enumerate(kept, 1):
        heads += _expect(walk, token, f"head {number} of those given", known, key)
    count = _walk_lines(walk, rows)
    believed = key if key is not None else next(iter(known.values()), None)
    found = tuple(walk.end())
    return Checked(walk.chain, count, walk.hash, found, tuple(heads), len(kept), believed)


def _walk_lines(walk: Walk, rows: Iterator[bytes]) -> int:
    count = 0
    for number, line in enumerate(rows, 2):
        if not line.strip():
            continue
        count += 1
        try:
            tree = _object(line, number)
            odd = sorted(tree.keys() ^ _NAMES)
            if odd or tree["chain"] != walk.chain:
                raise ReadError("read.audit-log", f"it has a wrong {(odd or ['chain'])[0]}.")
            walk.step(_number(tree["seq"]), _digest(tree["hash"]), tree)
        except ReadError as error:
            walk.say(f"Line {number} is no event of this log: {error.detail}")
        except (TypeError, ValueError, CheckFailed):
            walk.say(f"Line {number} is no event of this log: its number or hash is none.")
    return count


def _object(line: bytes, number: int) -> dict[str, Any]:
    try:
        found = parse_json(line)
    except StackmarkError:
        found = None
    if not isinstance(found, dict):
        raise ReadError("read.audit-log", f"Line {number} is no JSON object.")
    return found


def _keys(first: Mapping[str, Any]) -> dict[str, PublicKey]:
    """The keys the file says its institution had, by their names."""
    given = first.get("keys")
    found = {}
    for name, text in given.items() if isinstance(given, dict) else ():
        try:
            found[str(name)] = PublicKey.from_multikey(str(text))
        except StackmarkError as error:
            raise ReadError("read.audit-log", f"The key {name} cannot be read.") from error
    return found


def _expect(
    walk: Walk, token: str, where: str, known: Mapping[str, PublicKey], key: PublicKey | None
) -> list[Head]:
    """Have a head met on the way, if its signature is good; a finding if it is not."""
    try:
        named = read_head(token)
        believed = key or known.get(named.method)
        if believed is None:
            walk.say(f"No key is known for {where}, signed as {named.method}. Give it with --key.")
            return []
        head = check_head(token, believed)
    except StackmarkError as error:
        walk.say(f"{where[:1].upper()}{where[1:]} is not good: {error.detail}")
        return []
    walk.expect(head, where)
    return [head]
