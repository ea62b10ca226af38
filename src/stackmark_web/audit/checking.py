"""Whether the chains hold: walked whole when asked, and in slices every night."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from stackmark.errors import StackmarkError
from stackmark.verification.audit_log import GENESIS, Head, Walk
from stackmark_web import clock
from stackmark_web.audit import heads
from stackmark_web.audit.chaining import COLUMNS, fields_of
from stackmark_web.audit.models import SERVER, AuditEvent, Chain, Patrol

SLICE: Final = 5_000  # events a duty walks at a time: well under a second
ROUND: Final = timedelta(hours=24)
_SIGNATURES: Final = 50  # of a chain's last heads; the hashes of all are compared by walking
_LOG: Final = logging.getLogger(__name__)


def check_chains() -> list[str]:
    """Every chain from its first event to its last, against all heads kept here.

    Returns plain sentences of what does not hold, of the nightly checks too; empty: all does.
    """
    files = dict(heads.kept_files())
    chains = {chain.name: chain for chain in Chain.objects.order_by("name")}
    found: list[str] = []
    seen: list[tuple[Head, str]] = []  # of the chain of the server, as institutions saw it
    for name in sorted(chains, key=lambda name: name == SERVER):  # that one last
        walk = Walk(name)
        known = _known_heads(walk, chains[name], files.pop(name, ""), seen)
        if name == SERVER:
            for head, where in seen:
                walk.expect(head, where)
        _walk(walk, chains[name], None)
        found += _said(name, [*known, *_whole(walk, chains[name])])
    for name in files:
        found += _said(name, ["All of it is missing, and a signed head of it is here."])
    return found + [one for row in Patrol.objects.all() for one in row.findings]


def _known_heads(walk: Walk, chain: Chain, kept: str, seen: list[tuple[Head, str]]) -> list[str]:
    """Have the walk meet every head of a chain; what is wrong with heads themselves."""
    faults = []
    tokens = [
        (token, f"the head signed on {at:%Y-%m-%d %H:%M} UTC")
        for at, token in chain.heads.values_list("signed_at", "token")[:_SIGNATURES]
    ]
    if kept and kept != (tokens[0][0] if tokens else ""):
        tokens.append((kept, "the head kept as a file"))
    for place, (token, where) in enumerate(tokens):
        try:
            head = heads.checked(token, chain.name)
        except StackmarkError as error:
            faults.append(f"{where[:1].upper()}{where[1:]} is not good: {error.detail}")
            continue
        walk.expect(head, where)
        if head.server and (place == 0 or token == kept):
            about = f"the head of {heads.name_of(chain.name)}"
            seen.append((Head(SERVER, *head.server, signed_at=head.signed_at), about))
    return faults


def _walk(walk: Walk, chain: Chain, limit: int | None) -> int:
    """Go on from where the walk stands. How many events there were."""
    rows = AuditEvent.objects.filter(chain=chain, seq__gt=walk.seq).order_by("seq", "pk")
    count = 0
    for seq, stated, *row in _rows(rows, limit):
        walk.step(seq, bytes(stated), fields_of(row))
        count += 1
    return count


def _rows(rows: Any, limit: int | None) -> Iterator[Any]:
    columns = rows.values_list("seq", "hash", *COLUMNS)
    return iter(columns[:limit]) if limit else columns.iterator(chunk_size=2_000)


def _whole(walk: Walk, chain: Chain) -> list[str]:
    """The end of the walk is the end that the chain's row knows."""
    now = Chain.objects.filter(pk=chain.pk).values_list("seq", "hash").first()
    if now is not None and now[0] == walk.seq and bytes(now[1]) != walk.hash:
        walk.say("The row of the chain's end has another hash than its last event.")
    elif chain.seq > walk.seq:
        walk.say(f"The end is missing: {chain.seq - walk.seq} events that were written.")
    elif now is not None and now[0] < walk.seq:
        walk.say(f"There are more events than were written: {walk.seq} in place of {now[0]}.")
    return walk.end()


def _said(name: str, findings: list[str]) -> list[str]:
    whose = "the server" if name == SERVER else heads.name_of(name)
    return [f"Audit log of {whose}: {one}" for one in findings]


# -- every night -------------------------------------------------------------------------------


def walk_on() -> None:
    """A slice of every chain whose last round is a day old; for a duty."""
    for chain in Chain.objects.all():
        due = chain.whole_at is None or chain.whole_at <= clock.now() - ROUND
        if due or chain.walked:
            _walk_slice(chain)


def _walk_slice(chain: Chain) -> None:
    walk = Walk(chain.name, seq=chain.walked, last=bytes(chain.walked_hash))
    for at, token in chain.heads.filter(seq__gt=chain.walked).values_list("signed_at", "token")[
        :_SIGNATURES
    ]:
        try:
            walk.expect(heads.checked(token, chain.name), f"the head signed on {at:%Y-%m-%d %H:%M}")
        except StackmarkError as error:
            walk.say(f"A signed head is not good: {error.detail}")
    count = _walk(walk, chain, SLICE)
    ended = count < SLICE
    findings = _whole(walk, chain) if ended else list(walk.findings)
    fault = (chain.fault if chain.walked else "") or (findings[0][:300] if findings else "")
    if findings:
        _LOG.error("the audit log %s does not hold: %s", chain.name, findings[0])
    where = {"walked": 0, "walked_hash": GENESIS} if ended else {}
    whole = {"whole_at": clock.now()} if ended and not fault else {}
    Chain.objects.filter(pk=chain.pk).update(
        **({"walked": walk.seq, "walked_hash": walk.hash} | where | whole),
        fault=fault if fault or ended else chain.fault,
    )
