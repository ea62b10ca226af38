"""Step "status": each entry against a list that is itself proven.

W3C Bitstring Status List v1.0 section 3.2; Open Badges 3.0 section 8.1 step 6. The list must be
signed by the credential's own issuer, in date, and the one the entry names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from stackmark.errors import CheckFailed, CouldNotTell, ReadError, StackmarkError
from stackmark.limits import MAX_STATUS_ENTRIES_PER_CREDENTIAL
from stackmark.model.strict_json import parse_json
from stackmark.ports import Fetcher
from stackmark.status.entry import StatusEntry, read_entry
from stackmark.status.lists import StatusList, StatusValue, look_up_1edtech, open_list
from stackmark.verification.report import Report
from stackmark.verification.structure import as_list, issuer_id

_SET: Final = {
    "revocation": ("status.revoked", "It was revoked"),
    "suspension": ("status.suspended", "It is suspended"),
}
Prover = Callable[[bytes], tuple[Report, Mapping[str, Any]]]


class StatusBook:
    """Status lists of one run, each fetched, proven and unpacked once."""

    def __init__(self, fetcher: Fetcher, prove: Prover) -> None:
        self.fetcher = fetcher
        self.prove = prove
        self._lists: dict[tuple[str, str, str], StatusList | StackmarkError] = {}

    def check(self, tree: Mapping[str, Any]) -> str:
        """A sentence when no entry speaks against the credential.

        Raises ``CheckFailed`` (``status.revoked``, ``status.suspended``, ``status.proof``, …)
        or ``CouldNotTell`` (``status.unreachable``, ``status.unknown-type``).
        """
        entries = as_list(tree.get("credentialStatus"))
        if len(entries) > MAX_STATUS_ENTRIES_PER_CREDENTIAL:
            raise CheckFailed("status.malformed", f"There are {len(entries)} status entries.")
        issuer = issuer_id(tree)
        notes: list[str] = []
        open_question: CouldNotTell | None = None
        for entry in entries:
            try:
                notes.append(self._entry(read_entry(entry), tree, issuer))
            except CouldNotTell as error:
                open_question = open_question or error
        if open_question is not None:
            raise open_question
        return " ".join(notes)

    def forget(self, url: str) -> None:
        """Let go of one list: when it is needed again, it is fetched and proven anew."""
        self._lists = {key: one for key, one in self._lists.items() if key[0] != url}

    def _entry(self, entry: StatusEntry, tree: Mapping[str, Any], issuer: str) -> str:
        if entry.index is None:
            value = look_up_1edtech(self._plain(entry.list_url), str(tree.get("id")))
        else:
            found = self._list(entry, issuer)
            value = found.value(entry)
        return _judge(entry, value)

    def _plain(self, url: str) -> Any:
        """A 1EdTech revocation list: unsigned by design, so the host's word is all there is."""
        return _read(self._fetch(url))

    def _list(self, entry: StatusEntry, issuer: str) -> StatusList:
        key = (entry.list_url, entry.list_type or "", issuer)
        found = self._lists.get(key)
        if found is None:
            try:
                found = self._open(entry, issuer)
            except StackmarkError as error:
                found = error
            if len(self._lists) > 100:
                self._lists.clear()
            self._lists[key] = found
        if isinstance(found, StackmarkError):
            raise found.again()
        return found

    def _open(self, entry: StatusEntry, issuer: str) -> StatusList:
        report, tree = self.prove(self._fetch(entry.list_url))
        if report.verdict != "verified":
            raise _unproven(report)
        if "credentialStatus" in tree:
            raise CheckFailed("status.loop", "The status list names a status list for itself.")
        if issuer_id(tree) != issuer:
            raise CheckFailed(
                "status.issuer",
                "The status list is signed by somebody else than the credential's issuer "
                "(STATUS_VERIFICATION_ERROR).",
            )
        return open_list(tree, list_type=entry.list_type or "", url=entry.list_url)

    def _fetch(self, url: str) -> bytes:
        try:
            return self.fetcher.fetch(url)
        except CouldNotTell as error:
            raise CouldNotTell(
                "status.unreachable",
                f"The status list {url[:160]} cannot be had (STATUS_RETRIEVAL_ERROR): "
                f"{error.detail}",
            ) from None


def _read(data: bytes) -> Any:
    try:
        return parse_json(data)
    except ReadError as error:
        raise CheckFailed(
            "status.malformed", f"The status list cannot be read: {error.detail}"
        ) from None


def _unproven(report: Report) -> StackmarkError:
    """A list that cannot be believed, with the reason of the first check that says so."""
    word = "failed" if report.verdict == "refused" else "could-not-tell"
    check = next(check for check in report.checks if check.outcome == word)
    if check.code == "validity":
        return CheckFailed("status.list-expired", f"The status list is out of date: {check.detail}")
    if word == "failed":
        slug = "malformed" if check.code in ("read", "format") else "proof"
        return CheckFailed(
            f"status.{slug}",
            f"The status list does not hold (STATUS_VERIFICATION_ERROR): {check.detail}",
        )
    return CouldNotTell("status.list-open", f"The status list could not be judged: {check.detail}")


def _judge(entry: StatusEntry, value: StatusValue) -> str:
    purpose = entry.purpose or "revocation"
    if purpose in _SET:
        if value.value:
            reason, text = _SET[purpose]
            more = f": {value.message}" if value.message else ""
            raise CheckFailed(reason, f"{text} by its issuer ({entry.list_url[:120]}){more}.")
        return f"Not set for {purpose}."
    if purpose == "refresh":
        return "A newer edition is available." if value.value else "No newer edition is announced."
    return f"Status message {value.value:#x}{': ' + value.message if value.message else ''}."
