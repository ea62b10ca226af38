"""``credentials/verify`` and ``presentations/verify``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import orjson

from stackmark.errors import StackmarkError
from stackmark.verification.data_model import DataModelVerifier
from stackmark.verification.proving import list_proofs
from stackmark.verification.report import Report
from stackmark.verification.structure import as_list
from stackmark_web import clock
from stackmark_web.api.vc_api.asking import options_of, text_of, texts_of
from stackmark_web.api.vc_api.problems import bad_request, of_report, problem
from stackmark_web.api.vc_api.resources import Resources
from stackmark_web.verifying.fetching import server_fetcher
from stackmark_web.verifying.standing import by_our_books

_ASSERTION: Final = "assertionMethod"
Answer = dict[str, Any]


def verify_credential(body: Mapping[str, Any]) -> tuple[int, Answer]:
    """Status and answer for one credential: an object, an envelope or a compact token.

    All checks are made whatever ``options.checks`` asks for, status among them. Raises
    ``Refused`` and ``StackmarkError`` for a request that is none.
    """
    options, given = options_of(body), _document(body, "verifiableCredential")
    verifier = _verifier(options, given)
    report = verifier.verify(given)
    problems = of_report(report) if report.verdict != "verified" else []
    wanted = text_of(options, "expectedProofPurpose")
    if wanted not in (None, _ASSERTION) and not problems:
        problems = [_purpose(wanted)]
    if report.format.startswith(("vp", "unreadable")) and not problems:
        problems = [problem("format.type", "This is a presentation, not a credential.")]
    return _answer(report, options, problems)


def verify_presentation(body: Mapping[str, Any]) -> tuple[int, Answer]:
    """Status and answer for a presentation, signed by its holder or not.

    One that nobody signed is good when all in it is and no challenge or domain was asked for;
    the answer says so among its warnings. Raises as ``verify_credential`` does.
    """
    options = options_of(body)
    name = "presentation" if "presentation" in body else "verifiablePresentation"
    name = "verifiablePresentation" if "verifiablePresentation" in body else name
    given = _document(body, name)
    tree = body[name]
    if isinstance(tree, dict) and not _secured(tree):
        return _unsigned(tree, options)
    verifier = _verifier(options, given)
    report = verifier.verify(given)
    problems = of_report(report) if report.verdict != "verified" else []
    if not report.format.startswith("vp") and not problems:
        problems = [problem("format.type", "This is a credential, not a presentation.")]
    wanted = text_of(options, "expectedProofPurpose")
    if wanted not in (None, "authentication") and not problems:
        problems = [_purpose(wanted)]
    return _answer(report, options, problems)


def _unsigned(tree: Mapping[str, Any], options: Mapping[str, Any]) -> tuple[int, Answer]:
    verifier = DataModelVerifier(now=clock.now(), fetcher=server_fetcher(), at_hand=Resources())
    good, report = verifier.unsigned_presentation(tree)
    problems = [] if good else of_report(report)
    if text_of(options, "challenge") or text_of(options, "domain"):
        problems = [problem("proof.challenge", "Nobody signed it, so nobody answers a challenge.")]
    if not good and not problems:
        problems = [problem("proof.missing", "There is no proof: nobody has signed this.")]
    said = "Nobody signed the presentation itself: who presents is not shown."
    return _answer(report, options, problems, [said])


def _secured(tree: Mapping[str, Any]) -> bool:
    """Whether there is a proof, or it is an envelope; what is neither may be unsigned."""
    types = as_list(tree.get("type"))
    plain = "VerifiablePresentation" in types and "proof" not in tree
    return not plain


def _document(body: Mapping[str, Any], name: str) -> bytes:
    found = body.get(name)
    if isinstance(found, dict):
        return orjson.dumps(found)
    if isinstance(found, str) and found.isascii() and found.startswith("eyJ"):
        return found.encode()
    raise bad_request(f'The body needs "{name}", an object or a token.')


def _verifier(options: Mapping[str, Any], given: bytes) -> DataModelVerifier:
    """One with the challenge and domain of the request.

    What a proof is bound to and the request does not name is compared with nothing: the caller
    chose not to ask (Data Integrity 1.0 section 4.4).
    """
    texts_of(options, "checks")
    asked = {name: text_of(options, name) for name in ("challenge", "domain")}
    own = _bound(given)
    return DataModelVerifier(
        now=clock.now(),
        fetcher=server_fetcher(),
        at_hand=Resources(),
        **{name: asked[name] if asked[name] is not None else own.get(name) for name in asked},
    )


def _bound(given: bytes) -> dict[str, str]:
    """Challenge and domain of the first proof, as far as they are text."""
    if not given.startswith(b"{"):
        return {}
    try:
        first = list_proofs(orjson.loads(given))[0]
    except StackmarkError:
        return {}
    return {
        name: first[name] for name in ("challenge", "domain") if isinstance(first.get(name), str)
    }


def _purpose(wanted: str | None) -> Answer:
    return problem("proof.purpose", f"The proof is not for {wanted}, which was expected.")


def _answer(
    report: Report,
    options: Mapping[str, Any],
    problems: list[Answer],
    more: list[str] | None = None,
) -> tuple[int, Answer]:
    """200 with ``verified`` true, or 400 with every problem."""
    problems = problems or _off_by_our_books(by_our_books(_standard(report)), report)
    good = not problems
    made: Answer = {
        "verified": good,
        "checks": texts_of(options, "checks") or ["proof"],
        "warnings": [*(more or []), *_warnings(report)],
        "errors": problems,
        "problemDetails": problems,
        "report": report.to_json(),
    }
    return (200 if good else 400), made


def _standard(report: Report) -> Report:
    """The same under a policy that the books know."""
    return replace(report, policy="standard", parts=tuple(map(_standard, report.parts)))


def _off_by_our_books(told: Report, report: Report) -> list[Answer]:
    """What this server withdrew and no list says yet, of our organisations' credentials."""
    found = []
    status = told.check("status")
    if status.outcome == "failed" and report.check("status").outcome != "failed":
        found.append(problem(status.reason, status.detail))
    for one, other in zip(told.parts, report.parts, strict=True):
        found += _off_by_our_books(one, other)
    return found


def _warnings(report: Report) -> list[str]:
    return [*report.warnings, *(one for part in report.parts for one in _warnings(part))]
