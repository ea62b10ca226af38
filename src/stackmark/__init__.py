"""Stackmark: issue, hold and verify micro-credentials (Open Badges 3.0, W3C VC 2.0, CLR 2.0).

============== ===============================================================================
``issue``      make one signed credential
``verify``     judge a credential of any kind: a ``Report``
``check``      whether a design or credential says what a rule set asks for: a ``Judgement``
``audit``      whether holdings earn an award by its rules: an ``Audit``
``read``       take a document out of whatever it came in, without judging it
``canonicalize`` the text that gets hashed
============== ===============================================================================

Nothing heavy is imported until one of these is called. The folders below this one are a library
without network, disk, clock or randomness, except ``adapters`` and ``cli``; what these functions
take from the machine when it is not given comes from ``adapters``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from stackmark.keys.keyfile import KeyFile
    from stackmark.keys.private import PrivateKey
    from stackmark.quality.judgement import Judgement
    from stackmark.reading.received import Received
    from stackmark.stacking.result import Audit
    from stackmark.verification.report import Report

__version__: Final = "0.1.0"
__all__ = ["__version__", "audit", "canonicalize", "check", "issue", "read", "verify"]


def issue(
    achievement: Mapping[str, Any],
    *,
    recipient: str | Mapping[str, str],
    key: KeyFile | PrivateKey,
    issuer: Mapping[str, Any] | None = None,
    now: datetime | None = None,
    suite: str | None = None,
    form: str = "json",
    valid_from: str | None = None,
    valid_until: str | None = None,
    narrative: str | None = None,
    evidence: str | None = None,
    status: tuple[str, int] | None = None,
) -> bytes:
    """A signed Open Badges 3.0 credential: JSON, or a token for ``form="jwt"``.

    ``achievement`` is an OB 3.0 Achievement; ``issuer`` a Profile whose id becomes the key's
    DID. ``recipient`` is an e-mail address, a DID or URL, or a mapping with any of ``email``,
    ``id`` and ``name``; an e-mail enters the credential as a salted hash only. ``suite`` is as
    for ``stackmark issue --suite``. Times are RFC 3339; ``now`` is zone-aware, the machine's
    time if not given. ``evidence`` is a web address, ``status`` a list's URL and an index.

    What was signed is verified before it is returned. Raises ``UsageError`` and ``CheckFailed``
    (``stackmark.errors``) with a reason and a sentence that names the place::

        import json, stackmark
        from stackmark.keys import PrivateKey
        achievement = json.load(open("achievement.json"))
        key = PrivateKey.generate("ed25519")
        badge = stackmark.issue(achievement, recipient="ada@example.org", key=key)
    """
    from stackmark.adapters.clock import SystemClock
    from stackmark.adapters.randomness import SystemRandom
    from stackmark.issuing.issue import issue_one
    from stackmark.issuing.rows import Evidence
    from stackmark.keys.did import default_identity
    from stackmark.keys.keyfile import KeyFile
    from stackmark.keys.private import PrivateKey

    if isinstance(key, PrivateKey):
        key = KeyFile(*default_identity(key.public_key), key)
    return issue_one(
        achievement,
        issuer=issuer,
        recipient=recipient,
        key=key,
        now=now or SystemClock().now(),
        random=SystemRandom(),
        suite=suite,
        form=form,
        valid_from=valid_from,
        valid_until=valid_until,
        narrative=narrative,
        evidence=() if evidence is None else (Evidence(evidence, None, None),),
        status=status,
    )


def verify(
    data: bytes | str,
    *,
    now: datetime | None = None,
    documents: Mapping[str, bytes | Mapping[str, Any]] | None = None,
    offline: bool = False,
    policy: str = "standard",
    trust: bytes | None = None,
    recipient: str | None = None,
) -> Report:
    """The report on a credential, presentation, token or baked image.

    ``now`` is zone-aware, the machine's time if not given. ``documents`` maps absolute URLs to
    bodies or objects and is then the only network; ``offline`` uses none at all. ``trust`` is
    the text of a register of accepted issuers. A bad document never raises; ``UsageError`` is
    for an unknown policy or a broken register::

        import stackmark
        report = stackmark.verify(open("badge.json", "rb").read())
        print(report.verdict, "-", report.headline)
        for check in report.checks:
            print(check.outcome, check.code, check.detail)
    """
    import orjson

    from stackmark.adapters.clock import SystemClock
    from stackmark.adapters.documents import CountingFetcher, DocumentsFetcher, OfflineFetcher
    from stackmark.trust.register import Register
    from stackmark.verification.policy import policy_named
    from stackmark.verification.verifier import Verifier

    given = None
    if documents is not None:
        given = DocumentsFetcher(
            {
                url: body if isinstance(body, bytes) else orjson.dumps(body)
                for url, body in documents.items()
            }
        )
    fetcher: Any = given or OfflineFetcher()
    if given is None and not offline:
        from stackmark.adapters.fetcher import HttpFetcher

        fetcher = CountingFetcher(HttpFetcher())
    verifier = Verifier(
        now=now or SystemClock().now(),
        fetcher=fetcher,
        at_hand=given,
        policy=policy_named(policy),
        register=None if trust is None else Register.parse(trust),
        recipient=recipient,
    )
    return verifier.verify(data.encode("utf-8", "replace") if isinstance(data, str) else data)


def check(
    data: bytes | str,
    *,
    profile: str | bytes = "eu-2022",
    now: datetime | None = None,
    documents: Mapping[str, bytes] | None = None,
) -> Judgement:
    """What a set of rules makes of a design or a credential in any format that can be read.

    ``profile`` is the name of one of ours or the text of a profile file. ``now`` is zone-aware,
    the machine's time if not given. ``documents`` maps addresses to files the document is bound
    to by digest. Nothing is verified. Raises ``ReadError`` for what cannot be read, ``UsageError``
    for an unknown or broken profile and for a record of our own form that is wrong::

        import stackmark
        found = stackmark.check(open("design.json", "rb").read())
        print(found.verdict, found.derived.value)
        for row in found.findings:
            print(row.element, row.pointer, row.message)
    """
    from stackmark.adapters.clock import SystemClock
    from stackmark.exchange.formats import read_record
    from stackmark.quality.check import check as judge
    from stackmark.quality.profile import named, parse

    rules = named(profile) if isinstance(profile, str) else parse(profile, "profile")
    found = read_record(read(data).tree, resources=documents)
    return judge(found, rules, now=now or SystemClock().now())


def audit(
    rules: Mapping[str, Any],
    holdings: Mapping[str, Any] | list[Any],
    *,
    at: date | None = None,
    node_limit: int | None = None,
) -> Audit:
    """Whether stated holdings earn an award at a day, with a witness or what is missing.

    ``rules`` and ``holdings`` are JSON as ``stackmark audit`` reads it; nothing is verified.
    ``at`` is the day of the decision, the machine's (UTC) if not given; ``node_limit`` bounds the
    search. Raises ``UsageError`` ``rules.…`` or ``holdings.…`` with the place of what is wrong::

        import json, stackmark
        found = stackmark.audit(json.load(open("rules.json")), json.load(open("holdings.json")))
        print(found.verdict)
        for sentence in found.explanation:
            print(sentence)
    """
    from stackmark.adapters.clock import SystemClock
    from stackmark.model.holding import read_holdings
    from stackmark.stacking.audit import NODE_LIMIT
    from stackmark.stacking.audit import audit as decide
    from stackmark.stacking.parse import read_rules

    day = at or SystemClock().now().date()
    limit = NODE_LIMIT if node_limit is None else node_limit
    return decide(read_rules(rules), read_holdings(holdings), day, node_limit=limit)


def read(data: bytes | str) -> Received:
    """What is in bytes of unknown kind, read strictly and judged by nobody.

    ``tree`` of the result is the parsed document (never to be changed), ``format`` a stable word
    for what it is, ``document.data`` the exact bytes. Raises ``ReadError`` with one sentence
    that names the place::

        import stackmark
        found = stackmark.read(open("badge.png", "rb").read())
        print(found.format)
        print(found.tree["name"])
    """
    from stackmark.reading.received import receive

    return receive(data.encode("utf-8", "replace") if isinstance(data, str) else data)


def canonicalize(
    document: Mapping[str, Any] | str,
    *,
    form: str = "rdfc",
    hash: str = "sha256",  # noqa: A002 - its name in the standard
) -> str:
    """The canonical text of a JSON-LD document (a mapping) or of N-Quads (a text).

    ``form`` is ``rdfc`` (RDFC-1.0, with ``hash`` ``sha256`` or ``sha384`` inside) or ``jcs``
    (RFC 8785, mappings only). Contexts are the ones shipped with Stackmark; what JSON-LD would
    lose is a ``CheckFailed`` that names it::

        import json, stackmark
        badge = json.load(open("badge.json"))
        del badge["proof"]
        print(stackmark.canonicalize(badge))
    """
    from stackmark.canonical.emitter import to_quads
    from stackmark.canonical.jcs import jcs
    from stackmark.canonical.nquads import parse_nquads
    from stackmark.canonical.rdfc import canonicalize_quads
    from stackmark.errors import UsageError

    if form not in ("rdfc", "jcs") or (form == "jcs" and isinstance(document, str)):
        raise UsageError("usage.form", f"{form!r} is no canonical form of this; use rdfc or jcs.")
    if form == "jcs":
        return jcs(document).decode()
    quads = parse_nquads(document) if isinstance(document, str) else to_quads(dict(document))
    return canonicalize_quads(quads, algorithm=hash).text
