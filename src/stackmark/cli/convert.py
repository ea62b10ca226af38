"""``stackmark convert``: the same achievement or credential in another format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stackmark.cli.bake import OutOption
from stackmark.cli.beside import beside, file_name
from stackmark.cli.console import deliver, note, out_json, plain
from stackmark.cli.loading import read_input
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.exchange.shapes import Exported, Imported, Loss

FACTS: Final = ("document", "none", "extension")
_SHOWN: Final = 40  # rows of loss on the screen; the file has them all
_LONGEST: Final = 60  # characters of a value on the screen


@dataclass(frozen=True, slots=True)
class _Converted:
    """What was read, what was written, and whether the original was signed."""

    imported: Imported
    exported: Exported
    signed: bool

    def rows(self) -> list[dict[str, Any]]:
        """Every loss, with the step it happened in."""
        steps = (("read", self.imported.loss), ("write", self.exported.loss))
        return [{"step": step, **one.to_json()} for step, losses in steps for one in losses]


def convert(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A credential or achievement: JSON, token, PNG, SVG."),
    ],
    to: Annotated[
        str, typer.Option("--to", metavar="NAME", help="The format; an unknown one lists them.")
    ],
    out: OutOption = None,
    loss: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write what was lost as JSON.")
    ] = None,
    facts: Annotated[
        str,
        typer.Option(
            metavar="HOW",
            help="What has no home in Open Badges 3.0: in a document bound by digest, in our "
            "extension, or none.",
        ),
    ] = "document",
    facts_address: Annotated[
        str, typer.Option(metavar="URL", help="Where the facts document will be published.")
    ] = "",
    language: Annotated[
        str, typer.Option(metavar="TAG", help="Of texts that can have one language only.")
    ] = "",
    documents: Annotated[
        Path | None,
        typer.Option(
            metavar="MAP.json",
            help="A JSON object from URL to file: facts documents, badge classes and issuers.",
        ),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Document, losses and further files as one JSON.")
    ] = False,
) -> None:
    """Write a credential or achievement in another format.

    Nothing is verified, and what is written is not signed. What had no home is named on stderr
    and in the loss report; further files the document is bound to are written beside it.
    """
    if facts not in FACTS:
        raise UsageError("usage.facts", f"--facts is one of {', '.join(FACTS)}, not {facts!r}.")
    if facts_address and not facts_address.startswith(("https://", "http://")):
        raise UsageError("usage.facts", f"--facts-address is a web address, not {facts_address!r}.")
    if loss is not None and loss == out:
        raise UsageError("usage.out", f"--out and --loss are both {loss}; name two files.")
    done = _converted(file, to.lower(), _options(language, facts, facts_address), documents)
    further = {} if json else _further(done.exported.resources, out, (file, loss))
    if loss is not None:
        deliver(_pretty(_report(done)), loss)
    if json:
        more = {url: data.decode() for url, data in done.exported.resources.items()}
        out_json({**_report(done), "document": done.exported.document, "resources": more})
    else:
        deliver(_pretty(done.exported.document), out)
        _write_further(further, done.exported.resources)
    _tell_writing(done)


def _options(language: str, facts: str, address: str) -> Any:
    from stackmark.exchange.formats import Options

    return Options(language=language, facts=facts, facts_address=address)


def _converted(file: Path, to: str, options: Any, documents: Path | None) -> _Converted:
    from stackmark.exchange.formats import NAMES, read_record, write_record
    from stackmark.limits import MAX_IMAGE_BYTES
    from stackmark.reading.received import receive

    if to not in NAMES:
        raise UsageError("convert.format", f"{to!r} is none of {', '.join(sorted(NAMES))}.")
    received = receive(read_input(file, MAX_IMAGE_BYTES))
    imported = read_record(received.tree, resources=_at_hand(documents, file, received.tree))
    _tell_reading(imported)
    signed = received.jws is not None or "proof" in received.tree
    return _Converted(imported, write_record(imported.record, to, options), signed)


def _at_hand(documents: Path | None, file: Path, tree: Mapping[str, Any]) -> Mapping[str, bytes]:
    if documents is None:
        return beside(file, tree)
    from stackmark.adapters.documents import load_map

    return load_map(documents).mapping


def _report(done: _Converted) -> dict[str, Any]:
    return {
        "from": done.imported.format,
        "to": done.exported.format,
        "loss": done.rows(),
        "gaps": [one.to_json() for one in done.exported.gaps],
        "missing": list(done.imported.missing),
    }


def _pretty(value: Any) -> bytes:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _further(
    resources: Mapping[str, bytes], out: Path | None, taken: tuple[Path | None, ...]
) -> dict[str, Path]:
    """Where further files go: into the folder of the document, by the end of their address."""
    if out is None or str(out) == "-":
        for url in resources:
            note(f"The file it is bound to is not written; name --out, or use --json: {plain(url)}")
        return {}
    found = {url: out.parent / file_name(url) for url in resources}
    for path in found.values():
        if path in (out, *taken):
            raise UsageError(
                "usage.out", f"{path} is the name of a file it is bound to; take another."
            )
    return found


def _write_further(further: Mapping[str, Path], resources: Mapping[str, bytes]) -> None:
    from stackmark.adapters.files import write_atomic

    for url, path in further.items():
        write_atomic(path, resources[url])
        note(f"Publish {path} as {plain(url)}")


def _tell_reading(found: Imported) -> None:
    from stackmark.exchange.formats import NAMES

    for url in found.missing:
        note(f"Not at hand, so what it says could not be told: {plain(url)}")
    title = NAMES[found.format].title
    _tell_losses(found.loss, f"of the {title} document could not be carried along")


def _tell_writing(done: _Converted) -> None:
    from stackmark.exchange.formats import NAMES

    for one in done.exported.gaps:
        note(f"{plain(one.path)}: {plain(one.reason)}")
    _tell_losses(done.exported.loss, f"had no home in {NAMES[done.exported.format].title}")
    if done.signed:
        note("The original was signed; what was written is not.")


def _tell_losses(losses: Iterable[Loss], words: str) -> None:
    rows = list(losses)
    if not rows:
        return
    note(f"{len(rows)} {'field' if len(rows) == 1 else 'fields'} {words}:")
    for one in rows[:_SHOWN]:
        note(f"  {plain(one.path) or '/'}: {_short(one.value)} ({plain(one.reason)})")
    if len(rows) > _SHOWN:
        note(f"  and {len(rows) - _SHOWN} more; --loss FILE has them all.")


def _short(value: Any) -> str:
    import orjson

    text = plain(orjson.dumps(value).decode())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
