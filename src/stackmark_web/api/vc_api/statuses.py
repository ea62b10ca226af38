"""Status lists of the VC API's issuers: files in the data folder, served as signed credentials.

One list for each DID and purpose. Its state (secret order, how many are gone, which are set, which
credential has which index) lies beside the signed list; both change under one lock. After a restore
nobody knows which indexes were given out since the backup: that list is closed, and the next one
(``ed25519-2``) opened, as when the server moved to another address. What was published stays at
its address, signed by the key that its credentials name: a list whose key is not here is served as
it is and changed no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson
from django.conf import settings

from stackmark.adapters.files import read_limited, write_atomic
from stackmark.adapters.locks import folder_lock
from stackmark.adapters.randomness import SystemRandom
from stackmark.errors import StackmarkError, UsageError
from stackmark.issuing.securing import secure
from stackmark.keys.keyfile import KeyFile
from stackmark.limits import MAX_FETCH_BYTES
from stackmark.status import bitstring
from stackmark.status.allocate import Allocation, allocate, given_out
from stackmark.status.lists import new_list, with_bits
from stackmark.verification.dates import stamp
from stackmark_web import clock
from stackmark_web.api.vc_api.issuers import KINDS, Issuer, folder, key_of
from stackmark_web.api.vc_api.problems import bad_request
from stackmark_web.verifying.fetching import provide

ENTRY: Final = "BitstringStatusListEntry"
PURPOSES: Final = ("revocation", "suspension")
PREFIX: Final = "/vc-api/status/"
_SUITES: Final = {
    "ed25519": "eddsa-rdfc-2022",
    "p256": "ecdsa-rdfc-2019",
    "p384": "ecdsa-rdfc-2019",
}
_NAME: Final = re.compile(r"((?:ed25519|p256|p384)(?:-[1-9][0-9]{0,3})?)/(revocation|suspension)\Z")
_FILE: Final = re.compile(
    r"((?:ed25519|p256|p384)(?:-[1-9][0-9]{0,3})?)-(revocation|suspension)\.state"
)
_INDEX: Final = re.compile(r"0|[1-9][0-9]{0,9}")
_STATE_BYTES: Final = 64 * 1024 * 1024


def list_url(kind: str, purpose: str) -> str:
    """The address of a list; ``kind`` names its issuer's key, and its number from 2 on."""
    return f"{settings.PUBLIC_URL}{PREFIX}{kind}/{purpose}"


def _address(kind: str, purpose: str) -> str:
    """Where a published list says it is; it stays so when the server moves to another address."""
    signed = document(kind, purpose)
    return list_url(kind, purpose) if signed is None else str(orjson.loads(signed)["id"])


def purpose_of(entry: Mapping[str, Any]) -> str:
    """The purpose a status object asks for; revocation when it names none."""
    found = entry.get("statusPurpose", "revocation")
    if found not in PURPOSES:
        raise bad_request(f"A statusPurpose is one of: {', '.join(PURPOSES)}.")
    return str(found)


def take(issuer: Issuer, credential_id: Any, purposes: list[str]) -> Any:
    """The status entry (a list of them for several purposes) of a credential to be signed.

    Its indexes are given to nobody else; when a list is full, the next one is opened.
    """
    kind = KINDS[issuer.algorithm]
    made = [_entry(kind, purpose, credential_id) for purpose in purposes]
    return made[0] if len(made) == 1 else made


def _entry(kind: str, purpose: str, credential_id: Any) -> dict[str, str]:
    with folder_lock(_folder()):
        kind = _open(kind, purpose)
        url, state = list_url(kind, purpose), _state(kind, purpose)
        after, (index,) = allocate(Allocation.from_json(state["order"]), 1)
        state["order"] = after.to_json()
        if isinstance(credential_id, str):
            state["ids"][credential_id] = index
        _keep(kind, purpose, state)
        if not _signed_path(kind, purpose).exists():
            _publish(kind, purpose, state)
    return {
        "id": f"{url}#{index}",
        "type": ENTRY,
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": url,
    }


def update(body: Mapping[str, Any]) -> dict[str, Any]:
    """Set or clear the status of a credential issued here (VC API, ``credentials/status``).

    By ``credentialId``, or by the list and index that ``credentialStatus`` names. Raises
    ``Refused`` or ``UsageError``.
    """
    entry = body.get("credentialStatus", {})
    if not isinstance(entry, dict) or entry.get("type", ENTRY) != ENTRY:
        raise bad_request(f'"credentialStatus" is no {ENTRY}.')
    on = body.get("status", True)
    if not isinstance(on, bool):
        raise bad_request('"status" is neither true nor false.')
    purpose = purpose_of(entry)
    with folder_lock(_folder()):
        kind, index = _found(entry, body.get("credentialId"), purpose)
        state = _state(kind, purpose)
        chosen = set(state["set"])
        state["set"] = sorted(chosen | {index} if on else chosen - {index})
        _keep(kind, purpose, state)
        _publish(kind, purpose, state)
    return {
        "statusListCredential": _address(kind, purpose),
        "statusListIndex": str(index),
        "statusPurpose": purpose,
        "status": on,
    }


def _found(entry: Mapping[str, Any], credential_id: Any, purpose: str) -> tuple[str, int]:
    """Kind and index of the entry that is meant; it must have been given out here."""
    url, number = entry.get("statusListCredential"), entry.get("statusListIndex")
    for kind, of in _all():
        if of != purpose:
            continue
        state = _state(kind, purpose)
        index = state["ids"].get(credential_id) if isinstance(credential_id, str) else None
        if url is not None or number is not None:  # named by itself: an id may have come twice
            index = _given(state, number) if url == _address(kind, purpose) else None
        if index is not None:
            _check_key(kind, purpose)
            return kind, int(index)
    raise UsageError("usage.status", "No credential that was issued here has this status entry.")


def _given(state: Mapping[str, Any], number: Any) -> int | None:
    """The index as a number, if it was given out; of a closed list nobody knows, so any may be."""
    if not isinstance(number, str) or not _INDEX.fullmatch(number):
        return None
    index, order = int(number), Allocation.from_json(state["order"])
    known = index < order.entries if state.get("closed") else index in given_out(order)
    return index if known else None


def _check_key(kind: str, purpose: str) -> None:
    if not _is_ours(kind, purpose):
        raise UsageError(
            "usage.status",
            f"The key that signed the list {_address(kind, purpose)} is not on this server; put it "
            "back from a backup that has it.",
        )


def _is_ours(kind: str, purpose: str) -> bool:
    """Whether the key that its credentials name is the one that is here."""
    signed = document(kind, purpose)
    return signed is None or orjson.loads(signed).get("issuer") == _key(kind).did


def _key(kind: str) -> KeyFile:
    base = kind.partition("-")[0]
    return key_of(next(name for name, word in KINDS.items() if word == base))


def _all() -> list[tuple[str, str]]:
    """Kind and purpose of every list there is, the newest first."""
    found = [_FILE.fullmatch(path.name) for path in _folder().glob("*.state")]
    names = [(one[1], one[2]) for one in found if one is not None]
    return sorted(names, key=lambda one: (-_number(one[0]), one))


def _number(kind: str) -> int:
    return int(kind.partition("-")[2] or 1)


def _open(kind: str, purpose: str) -> str:
    """The list of a key that still gives indexes out."""
    found = kind
    while not _gives(found, purpose):
        found = f"{kind}-{_number(found) + 1}"
    return found


def _gives(kind: str, purpose: str) -> bool:
    state = _state(kind, purpose)
    left = Allocation.from_json(state["order"]).left
    here = _address(kind, purpose) == list_url(kind, purpose)
    return bool(left and here and not state.get("closed") and _is_ours(kind, purpose))


def restore(backup: Path) -> list[str]:
    """After a restore: lists of the backup that are not here, and all are closed. What to warn of.

    ``backup``: the ``status`` folder of it. What is set there or here stays set.
    """
    warnings = []
    with folder_lock(_folder()):
        for path in sorted(backup.glob("*.state")) if backup.is_dir() else ():
            name = _FILE.fullmatch(path.name)
            if name and not _merge(path, name[1], name[2]):
                warnings.append(
                    f"The VC API's list {path.stem} here is another one than in the backup; it was "
                    "left, so credentials that name the other one cannot be checked for status."
                )
        for kind, purpose in _all():
            _keep(kind, purpose, _state(kind, purpose) | {"closed": True})
    return warnings


def _merge(path: Path, kind: str, purpose: str) -> bool:
    """Bring a list of the backup in; False where another of its name is here."""
    here, signed = _state_path(kind, purpose), path.with_suffix(".json")
    if not here.exists():
        write_atomic(here, path.read_bytes(), mode=0o600)
        if signed.exists():
            write_atomic(_signed_path(kind, purpose), signed.read_bytes())
        return True
    ours, theirs = (orjson.loads(one.read_bytes()) for one in (here, path))
    if ours["order"]["seed"] != theirs["order"]["seed"]:
        return False
    both = sorted({*ours["set"], *theirs["set"]})
    made = {**ours, "ids": theirs["ids"] | ours["ids"], "set": both}
    _keep(kind, purpose, made)
    if both != ours["set"] and _is_ours(kind, purpose):
        _publish(kind, purpose, made)  # the backup is the newer one: no revocation is undone
    return True


def document(kind: str, purpose: str) -> bytes | None:
    """The signed list, or None when nothing was ever issued with it."""
    try:
        return read_limited(_signed_path(kind, purpose), MAX_FETCH_BYTES)
    except StackmarkError:
        return None


def _folder() -> Path:
    path = folder() / "status"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def _state_path(kind: str, purpose: str) -> Path:
    return _folder() / f"{kind}-{purpose}.state"


def _signed_path(kind: str, purpose: str) -> Path:
    return _folder() / f"{kind}-{purpose}.json"


def _state(kind: str, purpose: str) -> dict[str, Any]:
    path = _state_path(kind, purpose)
    if not path.exists():
        return {"order": Allocation.new(random=SystemRandom()).to_json(), "ids": {}, "set": []}
    found: dict[str, Any] = orjson.loads(read_limited(path, _STATE_BYTES))
    return found


def _keep(kind: str, purpose: str, state: Mapping[str, Any]) -> None:
    write_atomic(_state_path(kind, purpose), orjson.dumps(state), mode=0o600)


def _publish(kind: str, purpose: str, state: Mapping[str, Any]) -> None:
    """Sign and write the list as it is now."""
    base, key, now = kind.partition("-")[0], _key(kind), clock.now()
    entries = state["order"]["entries"]
    unsigned = new_list(
        url=_address(kind, purpose),
        issuer=key.did,
        purpose=purpose,
        valid_from=stamp(now),
        entries=entries,
    )
    bits = bytearray(entries // 8)
    for index in state["set"]:
        bitstring.set_value(bits, index, 1)
    signed = secure(
        with_bits(unsigned, bits),
        suite=_SUITES[base],
        signer=key.private,
        method=key.method_id,
        created=stamp(now),
    )
    write_atomic(_signed_path(kind, purpose), signed)


def _inside(path: str, _query: Mapping[str, str]) -> bytes | None:
    """The same bytes for checks made here, which ask no network."""
    found = _NAME.match(path.removeprefix(PREFIX))
    return document(found[1], found[2]) if found and settings.VC_API else None


provide(PREFIX, _inside)
