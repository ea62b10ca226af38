"""A whole passport as one zip: to keep, to check years later, to take into another Stackmark.

Beside what ``bundle`` packs it holds what the person arranged (``data/``), the pictures of the
badges (``pictures/``), their own evidence as far as it is kept here (``evidence/``) and a page for
people (``index.html``). A large passport comes in several parts, each complete in itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from django.template.loader import render_to_string
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from stackmark.errors import StackmarkError
from stackmark.reading.archives import PAGE_NAME
from stackmark.verification.dates import stamp
from stackmark_web.assessing import artefacts
from stackmark_web.assessing import queries as assessing
from stackmark_web.assessing.data_views import file_name
from stackmark_web.awarding import issuing
from stackmark_web.passport.bundle import Bundle, Piece, how_to_check, listed
from stackmark_web.passport.checking import credential_bytes
from stackmark_web.passport.downloads import Download, Source
from stackmark_web.passport.models import (
    BroughtDocument,
    HolderDid,
    Holding,
    Profile,
    ProofAnswer,
    ReissueRequest,
    Share,
)
from stackmark_web.passport.standing import standing_of

PART: Final = 250  # credentials of one zip: with their documents an archive that every reader takes
PART_BYTES: Final = 24 * 1024 * 1024  # of credentials
SIDE_BYTES: Final = 24 * 1024 * 1024  # of pictures and evidence
FILES: Final = 1_100  # of one zip (``archives.MAX_ENTRIES`` and some room)
PIECE_BYTES: Final = 6 * 1024 * 1024  # of one piece of evidence

Provider = Callable[[Any], Mapping[str, bytes]]
"""A person to what else a capability keeps for them: name below ``data/`` to bytes."""
_PROVIDERS: Final[dict[str, Provider]] = {}


def provide(name: str, function: Provider) -> None:
    """Put what this function answers into every export, below ``data/<name>/``."""
    _PROVIDERS[name] = function


def parts_of(user: Any) -> list[list[Holding]]:
    """A person's credentials in as many parts as they need, oldest first."""
    rows = Holding.objects.filter(user=user).select_related(
        "award", "award__version", "award__version__achievement", "award__organisation"
    )
    parts: list[list[Holding]] = []
    size = 0
    for row in rows.order_by("added_at", "pk"):
        weight = len(credential_bytes(row))  # ours may be kept slim
        if not parts or len(parts[-1]) >= PART or size + weight > PART_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(row)
        size += weight
    return parts


def export(user: Any, part: int = 1) -> Download:
    """One part of a passport. Raises ``IndexError`` where there is no such part."""
    parts = parts_of(user)
    rows = parts[part - 1] if part > 0 else []
    if not rows:
        raise IndexError(part)
    stem = "passport" if len(parts) == 1 else f"passport-part-{part}-of-{len(parts)}"
    made = Bundle(stem, _sealed(rows), _brought(user))
    for row in rows:
        made.add(Piece.of(row, **_about(row)))
    if part == 1:
        _arranged(user, made)
    side = _Side(made)
    for row, said in zip(rows, made.rows, strict=True):
        said |= {"picture": side.picture(row), "evidence": side.evidence(row)}
    index = made.index(part=part, parts=len(parts), left_out=side.left_out)
    made.files[PAGE_NAME] = _page(made, index).encode()
    return made.packed(_readme(made, side.left_out), index)


def _sealed(rows: list[Holding]) -> dict[str, bytes]:
    """The files our own awards seal and that are kept here, by address."""
    found: dict[str, bytes] = {}
    for row in rows:
        if row.award is not None and row.award.related:
            found |= issuing.kept_files(row.award)
    return found


def _brought(user: Any) -> dict[str, bytes]:
    rows = BroughtDocument.objects.filter(user=user)
    return {url: bytes(data) for url, data in rows.values_list("url", "data")}


def _about(row: Holding) -> dict[str, Any]:
    standing = standing_of(row)
    return {
        "id": row.credential_id,
        "issuer": {"id": row.issuer_id, "name": row.issuer_name},
        "validFrom": _time(row.valid_from),
        "validUntil": _time(row.valid_until),
        "provenance": row.provenance,
        "source": row.source,
        "status": standing.status,
        "added": _time(row.added_at),
    }


def _time(moment: Any) -> str | None:
    return None if moment is None else stamp(moment)


class _Side:
    """Pictures and evidence, as many as there is room for; the rest is named."""

    def __init__(self, made: Bundle) -> None:
        self.made = made
        self.room = SIDE_BYTES
        self.left_out: list[dict[str, str]] = []

    def picture(self, row: Holding) -> str | None:
        try:
            data = Source.of(row).image("png")
        except StackmarkError:
            return None
        return self._put(f"pictures/{hashlib.sha256(data).hexdigest()[:16]}.png", data, row.title)

    def evidence(self, row: Holding) -> list[str]:
        if row.award is None:
            return []
        found = []
        for piece in assessing.evidence_of_award(row.award):
            data = artefacts.stored(piece)
            if data is not None and artefacts.digest_of(data) == piece.sha256:
                found.append(self._put(f"evidence/{file_name(piece)}", data, row.title))
        return [name for name in found if name]

    def _put(self, name: str, data: bytes, title: str) -> str | None:
        if name in self.made.files:
            return name
        full = len(self.made.files) + len(self.made.recorder.answers) >= FILES
        if full or len(data) > min(self.room, PIECE_BYTES):
            self.left_out.append({"file": name, "of": title, "bytes": str(len(data))})
            return None
        self.made.files[name] = data
        self.room -= len(data)
        return name


# -- what the person arranged ------------------------------------------------------------------


def _arranged(user: Any, made: Bundle) -> None:
    for name, tree in (
        ("profile", _profile(user)),
        ("folders", _folders(user)),
        ("shares", _shares(user)),
        ("proofs", _proofs(user)),
        ("dids", _dids(user)),
        ("reissues", _reissues(user)),
    ):
        made.files[f"data/{name}.json"] = orjson.dumps(tree, option=orjson.OPT_INDENT_2)
    for name, function in _PROVIDERS.items():
        for path, data in function(user).items():
            made.files[f"data/{name}/{path}"] = data


def _profile(user: Any) -> dict[str, Any]:
    page = Profile.objects.filter(user=user).first()
    found: dict[str, Any] = {"name": user.name, "language": user.locale}
    if page is not None:
        found["page"] = {
            "handle": page.handle,
            "headline": page.headline,
            "about": page.about,
            "published": page.published,
            "indexed": page.indexed,
            "credentials": _ids(user.holdings.filter(on_profile=True)),
        }
    return found


def _folders(user: Any) -> list[dict[str, Any]]:
    return [{"name": one.name, "credentials": _ids(one.holdings)} for one in user.folders.all()]


def _shares(user: Any) -> list[dict[str, Any]]:
    """The links without their secrets: what was shown, for how long, how often it was opened."""
    rows = Share.objects.filter(user=user, kind=Share.Kind.LINK).prefetch_related("days")
    return [
        {
            "title": one.title,
            "purpose": one.purpose,
            "made": _time(one.created_at),
            "ends": _time(one.expires_at),
            "withdrawn": _time(one.withdrawn_at),
            "pin": bool(one.pin_hash),
            "onlyFor": one.only_email,
            "visits": sum(day.visits for day in one.days.all()),
            "credentials": _ids(one.holdings),
        }
        for one in rows
    ]


def _proofs(user: Any) -> list[dict[str, Any]]:
    rows = ProofAnswer.objects.filter(user=user).select_related("request")
    return [
        {
            "asker": one.request.asker,
            "reason": one.request.reason,
            "state": one.state,
            "proof": one.proof,
            "answered": _time(one.answered_at),
            "withdrawn": _time(one.withdrawn_at),
            "ends": _time(one.request.expires_at),
            "credentials": _ids(one.holdings),
        }
        for one in rows
    ]


def _dids(user: Any) -> list[dict[str, Any]]:
    rows = HolderDid.objects.filter(user=user)
    return [{"did": one.did, "key": one.key_id, "proved": _time(one.proved_at)} for one in rows]


def _reissues(user: Any) -> list[dict[str, Any]]:
    rows = ReissueRequest.everywhere.filter(user=user)
    return [
        {
            "credential": str(one.award_id),
            "did": one.did,
            "state": one.state,
            "asked": _time(one.asked_at),
            "decided": _time(one.decided_at),
        }
        for one in rows
    ]


def _ids(rows: Any) -> list[str]:
    return [one or "" for one in rows.values_list("credential_id", flat=True)]


# -- for people --------------------------------------------------------------------------------


def _page(made: Bundle, index: Mapping[str, Any]) -> str:
    context = {
        "made": made.now,
        "command": made.command,
        "index": index,
        "language": get_language() or "en",
        "bidi": get_language_bidi(),
    }
    return render_to_string("passport/export_index.html", context)


def _readme(made: Bundle, left_out: list[dict[str, str]]) -> str:
    lines = [
        _("Your passport: every credential exactly as it was signed."),
        "",
        _("Made on %(time)s. There are %(count)d credentials in the folder credentials.")
        % {"time": stamp(made.now), "count": len(made.rows)},
        "",
        *how_to_check(made),
        _("To take it into another passport, bring this zip there on the page Add credentials."),
        "",
        _("What lies where:"),
        "",
        "    credentials/    " + _("the signed files, which are the credentials themselves"),
        "    documents/      " + _("keys, status lists, achievements and contexts of that day"),
        "    documents.json  " + _("which address each of these stands for"),
        "    data/           " + _("your page, folders, links, answers and DIDs"),
        "    pictures/       " + _("the pictures of the badges"),
        "    evidence/       " + _("what you handed in, as far as it is kept"),
        "    index.html      " + _("the list for people, index.json the same for programs"),
        "",
    ]
    if left_out:
        lines += [_("Too large to be in here; download these by themselves:"), ""]
        lines += [f"    {one['file']}" for one in left_out] + [""]
    lines += [_("What is inside, and what the check said when this file was made:"), ""]
    return "\n".join([*lines, *listed(made)]) + "\n"
