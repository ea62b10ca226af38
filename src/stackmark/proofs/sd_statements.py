"""The statements of one document under secret labels, and the groups that pointers choose.

W3C "Data Integrity ECDSA Cryptosuites v1.0", sections 3.4.1 to 3.4.9 and 3.4.14 to 3.4.17, which
"Data Integrity BBS Cryptosuites v1.0" uses with labels of its own (3.3.1). The
Recommendation gives blank nodes URNs so that they can be recognised in a part of the document;
here the emitter is told which object each of them stands for, which works without expansion and
compaction and cannot change a value on the way.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stackmark.canonical.emitter import Emitter, to_quads
from stackmark.canonical.nquads import Quad, line
from stackmark.canonical.rdfc import canonicalize_quads
from stackmark.errors import CheckFailed, UsageError
from stackmark.keys.multibase import b64url_decode, b64url_encode
from stackmark.proofs.sd_select import Selection, select

Labelling = Callable[[Mapping[str, str]], dict[str, str]]  # given → canonical, to given → label
_Names = dict[tuple[int, str | int], str]  # (id() of an object or array, its part) → blank node
_SUSPECTS: Final = 100  # pointers tried one by one to name the one at fault


@dataclass(frozen=True, slots=True)
class Group:
    """The part of a document that some pointers choose, and its statements.

    ``quads`` use the whole document's blank node names, ``lines`` the secret labels.
    """

    tree: dict[str, Any]
    quads: list[Quad]
    lines: frozenset[str]


class Statements:
    """All statements of one document; ``lines`` is sorted, under labels that ``labelling`` makes.

    Raises ``CheckFailed`` with a ``lossless.`` or ``context.`` reason as ``to_quads`` does, and
    ``UsageError`` ``usage.list`` for a list of one that is not written as an array.
    """

    def __init__(
        self, document: Mapping[str, Any], labelling: Labelling, *, strict: bool = True
    ) -> None:
        self._whole = select(document, [""])
        namer = _Namer(self._whole, strict=strict)
        quads = namer.run(self._whole.tree)
        self._names = namer.names
        self._labels = labelling(canonicalize_quads(quads).labels)
        self.lines = relabelled(quads, self._labels)
        self._all = frozenset(self.lines)

    def group(self, pointers: Sequence[str], *, strict: bool = False) -> Group:
        """What ``pointers`` choose; nothing when there are none.

        Raises ``UsageError`` ``usage.pointer`` when a pointer leads nowhere or chooses a part
        that says something else than the whole (half a list, a text without its language).
        """
        if not pointers:
            return Group({}, [], frozenset())
        group, problem = self._attempt(pointers, strict=strict)
        if not problem:
            return group
        for pointer in pointers[:_SUSPECTS]:
            if self._attempt([pointer], strict=strict)[1]:
                raise UsageError("usage.pointer", f"The JSON pointer {pointer!r} {problem}")
        chosen = ", ".join(pointers[:5])
        raise UsageError("usage.pointer", f"The JSON pointers {chosen} together: it {problem}")

    def _attempt(self, pointers: Sequence[str], *, strict: bool) -> tuple[Group, str]:
        """The group, and what is wrong with it."""
        part = select(self._whole.tree, pointers)
        try:
            quads = _Follower(part, self._names, strict=strict).run(part.tree)
        except CheckFailed as error:
            return Group({}, [], frozenset()), f"chooses too little: {error.detail}"
        lines = frozenset(relabelled(quads, self._labels))
        problem = ""
        if not lines <= self._all:
            problem = (
                "cuts a value that was signed as a whole (a list, a JSON value, or a text with "
                "its language or type); choose the member that holds it."
            )
        return Group(part.tree, quads, lines), problem

    def shown_labels(self, group: Group) -> list[str]:
        """For each ``_:c14n<n>`` that a verifier will meet in the group, its label here."""
        canonical = canonicalize_quads(group.quads).labels
        ranks = {int(name.removeprefix("_:c14n")): given for given, name in canonical.items()}
        return [self._labels[ranks[rank]] for rank in range(len(ranks))]


class _Namer(Emitter):
    """Remembers which blank node stands for which object or array."""

    def __init__(self, whole: Selection, *, strict: bool) -> None:
        super().__init__(strict=strict)
        self.known = whole.origin
        self.names: _Names = {}

    def new_blank(self, owner: Any, part: str | int = "node") -> str:
        # An array that the emitter makes up is gone soon, and its id() stands for another then.
        if id(owner) not in self.known:
            raise UsageError(
                "usage.list",
                f"The single value {str(owner)[:80]} stands where its context wants a list; "
                "write it as an array.",
            )
        name = self.names[id(owner), part] = super().new_blank(owner, part)
        return name


class _Follower(Emitter):
    """Gives the objects of a part the names they have in the whole."""

    def __init__(self, part: Selection, names: _Names, *, strict: bool) -> None:
        super().__init__(strict=strict)
        self.origin = part.origin
        self.names = names

    def new_blank(self, owner: Any, part: str | int = "node") -> str:
        source = self.origin.get(id(owner))
        known = None if source is None else self.names.get((source, part))
        return known or "_:unknown"


def secret_digest(hmac_key: bytes, canonical: str) -> bytes:
    """The secret label (32 bytes) of a blank node called ``_:c14n<n>`` (3.4.4)."""
    return hmac.digest(hmac_key, canonical.removeprefix("_:").encode(), "sha256")


def label(digest: bytes) -> str:
    """The blank node name that carries a secret label."""
    return f"_:u{b64url_encode(digest)}"


def digest_of(name: str) -> bytes:
    """The secret label that a blank node name carries."""
    return b64url_decode(name.removeprefix("_:u"))


def hidden_labels(hmac_key: bytes) -> Labelling:
    """Labels of ecdsa-sd-2023: the secret digest itself (ECDSA 3.4.4)."""
    return lambda known: {
        given: label(secret_digest(hmac_key, canonical)) for given, canonical in known.items()
    }


def shuffled_labels(hmac_key: bytes) -> Labelling:
    """Labels of bbs-2023: ``_:b<n>`` in the order of the secret digests' texts (BBS 3.3.1)."""

    def shuffle(known: Mapping[str, str]) -> dict[str, str]:
        hidden = hidden_labels(hmac_key)(known)
        order = {name: place for place, name in enumerate(sorted(hidden.values()))}
        return {given: f"_:b{order[name]}" for given, name in hidden.items()}

    return shuffle


def shown_lines(
    unsecured: Mapping[str, Any], labels: Sequence[str], *, strict: bool = True
) -> list[str]:
    """A shown document's statements under the labels that were signed (ECDSA 3.5.9, BBS 3.3.5).

    ``labels[n]`` is that of ``_:c14n<n>``. Raises ``CheckFailed`` ``proof.signature`` when there
    are more or fewer blank nodes, or a ``lossless.`` or ``context.`` reason.
    """
    quads = to_quads(unsecured, strict=strict)
    canonical = canonicalize_quads(quads).labels
    if len(canonical) != len(labels):
        raise CheckFailed(
            "proof.signature",
            f"The proof knows {len(labels)} objects without id, the document has "
            f"{len(canonical)}: it was changed after the proof was derived.",
        )
    signed = {f"_:c14n{rank}": name for rank, name in enumerate(labels)}
    return relabelled(quads, {given: signed[name] for given, name in canonical.items()})


def relabelled(quads: Iterable[Quad], labels: Mapping[str, str]) -> list[str]:
    """The statements as sorted N-Quads lines, each once, blank nodes renamed (3.4.14)."""
    name = labels.get
    return sorted({line((name(s, s), p, name(o, o), name(g, g))) for s, p, o, g in quads})
