"""``stackmark status``: new, set, show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stackmark.cli.console import note, out, out_json
from stackmark.cli.keys import KeyOption, PassphraseOption, load_key
from stackmark.cli.loading import read_input
from stackmark.errors import UsageError
from stackmark.limits import MIN_STATUS_ENTRIES

if TYPE_CHECKING:
    from stackmark.keys.keyfile import KeyFile
    from stackmark.status.lists import StatusList

_FINAL: Final = "revocation"  # what is revoked stays revoked
ListArgument = Annotated[Path, typer.Argument(metavar="LIST", help="The file of the status list.")]
SizeOption = Annotated[
    int | None, typer.Option(help="Bits of one status, 1 to 8; as the list was made if not given.")
]


def new(
    url: Annotated[str, typer.Option(metavar="URL", help="Where the list will be published.")],
    key: KeyOption,
    out_: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The list's file.")],
    purpose: Annotated[
        str, typer.Option(help="revocation, suspension, refresh or message.")
    ] = "revocation",
    size: Annotated[int, typer.Option(help="Bits of one status, 1 to 8.")] = 1,
    entries: Annotated[int, typer.Option(help="How many credentials it can hold.")] = (
        MIN_STATUS_ENTRIES
    ),
    passphrase_file: PassphraseOption = None,
) -> None:
    """Make a signed status list with nothing set.

    FILE is to be published at URL. The file ending in .indexes.json beside it says which
    indexes are given out: keep it, and keep it to yourself.
    """
    from stackmark.adapters.randomness import SystemRandom
    from stackmark.adapters.status_files import StatusFile, state_path
    from stackmark.cli.status_lists import write_new_list
    from stackmark.status.allocate import Allocation

    for path in (out_, state_path(out_)):
        if path.exists():
            raise UsageError("usage.exists", f"{path} is there already; a list is never restarted.")
    opened = load_key(key, passphrase_file)
    made = StatusFile(url, out_, Allocation.new(entries, random=SystemRandom()), size)
    write_new_list(made, opened, purpose=purpose)
    made.save()
    out(url)
    note(f"List      {out_}  (publish it at {url})")
    note(f"Indexes   {made.state_path}  (keep it private)")


def set_(
    file: ListArgument,
    index: Annotated[list[int], typer.Argument(metavar="INDEX", help="Whose status it is.")],
    value: Annotated[int, typer.Option(metavar="N", help="The new status; 1 revokes.")],
    key: KeyOption,
    size: SizeOption = None,
    passphrase_file: PassphraseOption = None,
) -> None:
    """Change statuses and sign the list anew.

    A revocation cannot be taken back.
    """
    opened = load_key(key, passphrase_file)
    version, url = set_values(file, index, value, key_path=key, key=opened, size=size)
    for number in index:
        out(f"{number} {value}")
    if version is None:
        note("Nothing had to be changed.")
    else:
        note(f"Signed    {file} as of {version}; publish it at {url}")


def set_values(
    file: Path,
    index: list[int],
    value: int,
    *,
    key_path: Path,
    key: KeyFile,
    size: int | None = None,
) -> tuple[str | None, str]:
    """Change statuses in a list's file.

    The new version's ``validFrom`` (nothing when all were so already) and the list's address
    come back. Raises ``UsageError`` ``usage.status-final``, ``usage.status-list``.
    """
    from stackmark.adapters.locks import folder_lock
    from stackmark.cli.status_lists import change_list

    with folder_lock(file.parent):
        _, found = _open(file)
        changed = _changed(found, index, value, size or _size_of(file))
        if changed is None:
            return None, found.url
        return change_list(file, changed, key_path=key_path, key=key), found.url


def show(
    file: ListArgument,
    index: Annotated[list[int] | None, typer.Argument(metavar="INDEX")] = None,
    size: SizeOption = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Print the status at INDEX, or what kind of list it is.

    The signature is not checked.
    """
    from stackmark.status import bitstring

    tree, found = _open(file)
    bits = size or _size_of(file)
    values = {number: bitstring.get_value(found.bits, number, bits) for number in index or []}
    if json:
        out_json(_summary(tree, found, bits, values))
    elif values:
        for number, value in values.items():
            out(str(value) if len(values) == 1 else f"{number} {value}")
    else:
        told = _summary(tree, found, bits, values)
        for name in ("url", "purpose", "issuer", "validFrom", "entries", "set"):
            shown = told[name]
            out(f"{name:<10}{', '.join(shown) if isinstance(shown, list) else shown}")


def _summary(
    tree: dict[str, Any], found: StatusList, size: int, values: dict[int, int]
) -> dict[str, Any]:
    from stackmark.verification.structure import issuer_id

    told: dict[str, Any] = {
        "url": found.url,
        "purpose": sorted(found.purposes),
        "issuer": issuer_id(tree),
        "validFrom": tree.get("validFrom"),
        "size": size,
        "entries": len(found.bits) * 8 // size,
        "set": _count_set(found.bits, size),
    }
    if values:
        told["values"] = {str(number): value for number, value in values.items()}
    return told


def _count_set(bits: bytes, size: int) -> int:
    from stackmark.status import bitstring

    if size == 1:
        return int.from_bytes(bits, "big").bit_count()
    return sum(
        bitstring.get_value(bits, number, size) != 0 for number in range(len(bits) * 8 // size)
    )


def _open(file: Path) -> tuple[dict[str, Any], StatusList]:
    """The credential in a list file, and the list in it."""
    from stackmark.errors import CheckFailed
    from stackmark.reading.received import receive, types_of
    from stackmark.status.entry import LIST_TYPES
    from stackmark.status.lists import open_list

    tree = receive(read_input(file)).tree
    kind = next((name for name in types_of(tree) if name in LIST_TYPES.values()), None)
    if kind is None:
        raise CheckFailed("status.malformed", f"{file} is no status list.")
    return tree, open_list(tree, list_type=kind, url=str(tree.get("id", file)))


def _changed(found: StatusList, index: list[int], value: int, size: int) -> bytearray | None:
    """The bits after the change, or nothing when they are like that already."""
    from stackmark.status import bitstring

    bits = bytearray(found.bits)
    for number in index:
        before = bitstring.get_value(bits, number, size)
        if value < before and _FINAL in found.purposes:
            raise UsageError(
                "usage.status-final",
                f"{number} is revoked, and a revocation cannot be taken back; issue a new "
                "credential (a suspension list is for what may end again).",
            )
        bitstring.set_value(bits, number, value, size)
    return bits if bits != found.bits else None


def _size_of(file: Path) -> int:
    """Bits of one status, from the private file beside a list of our own."""
    from stackmark.adapters.status_files import size_beside

    return size_beside(file)
