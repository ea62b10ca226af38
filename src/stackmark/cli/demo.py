"""``stackmark demo``: the main job on real input, before your eyes."""

from __future__ import annotations

import re
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from stackmark.cli.console import out, plain, styled
from stackmark.cli.guard import NO
from stackmark.errors import UsageError

if TYPE_CHECKING:
    from stackmark.verification.report import Report
    from stackmark.verification.verifier import Verifier

_MARKER: Final = ".stackmark-demo"
_DID: Final = "web:northfield.example/badges"
_LIST: Final = "https://northfield.example/badges/status/1"
_NEEDED: Final = ("graduates.csv", "achievement.json", "issuer.json", "trust.json", "foreign")
_FOREIGN: Final = (
    ("1-openbadgeslib.png", "made by openbadgeslib: Open Badges 3.0 in a PNG", "verified"),
    ("2-openbadges-2.svg", "made by openbadgeslib: Open Badges 2.0 in an SVG", "verified"),
    ("3-digitalbazaar.json", "made by @digitalbazaar/vc: Open Badges 3.0", "verified"),
    ("4-jose.jwt", "made by jose: Open Badges 3.0 as a token", "verified"),
    ("5-tampered.json", "the third, with a grander name written in", "refused"),
)


def demo(
    examples: Annotated[
        Path, typer.Option(metavar="DIR", help="The examples folder of the source tree.")
    ] = Path("examples"),
    out_: Annotated[
        Path, typer.Option("--out", "-o", metavar="DIR", help="Where everything goes.")
    ] = Path("demo-out"),
) -> int:
    """Issue, bake, revoke and verify 200 badges.

    Five made by other software are verified as well. Works without network and asks nothing.
    What an earlier demo left in DIR is replaced.
    """
    _make_room(examples, out_)
    out(styled("A university issues 200 badges, revokes two, and everything is verified.", "bold"))
    out()
    revoked = _produce(examples, out_)
    out()
    good = _verify(examples, out_, revoked)
    out()
    _suggest(examples, out_, revoked)
    return 0 if good else NO


def _make_room(examples: Path, folder: Path) -> None:
    missing = [name for name in _NEEDED if not (examples / name).exists()]
    if missing:
        raise UsageError(
            "usage.file",
            f"{examples / missing[0]} is not there; run this in the source tree, or name its "
            "examples folder with --examples.",
        )
    if folder.exists():
        if not (folder / _MARKER).exists():
            raise UsageError("usage.exists", f"{folder} is there and is no demo's; name --out DIR.")
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARKER).write_text("What is in this folder was made by `stackmark demo`.\n")


# -- making ------------------------------------------------------------------------------------


def _produce(examples: Path, folder: Path) -> list[Path]:
    """Key, badges, images, status list; the two revoked badges come back."""
    from stackmark.cli.issue_run import Request, issue_rows

    key = folder / "issuer.key"
    did = _make_key(key)
    _done(1, f"a key for {did}", key)
    outcome = issue_rows(
        Request(
            achievement=examples / "achievement.json",
            issuer=examples / "issuer.json",
            recipients=examples / "graduates.csv",
            key=key,
            out=folder / "badges",
            status_list=_LIST,
        )
    )
    rows = examples / "graduates.csv"
    _done(2, f"{outcome.issued} badges, one for each row of {rows}", outcome.out)
    badges = sorted(outcome.out.glob("*.json"))
    for number, container in enumerate(("png", "svg"), 3):
        _bake_all(badges, folder / container, container)
        _done(number, f"the same badges baked into {container.upper()} images", folder / container)
    revoked = _revoke(outcome.manifest, outcome.lists[0][0], key)
    _done(5, "a status list, in which two of them are revoked", outcome.lists[0][0])
    return revoked


def _done(number: int, what: str, where: Path) -> None:
    out(f"  {number}  {what:<62} {where}")


def _make_key(path: Path) -> str:
    """As `stackmark key new --did … --no-passphrase` does, without its words."""
    from stackmark.cli.key import write_new

    return write_new(path, "ed25519", did=_DID, phrase=None)


def _bake_all(badges: Iterable[Path], folder: Path, container: str) -> None:
    from stackmark.rendering.art import default_image
    from stackmark.rendering.bake import Baker

    folder.mkdir()
    baker = Baker(default_image(container))
    for badge in badges:
        (folder / f"{badge.stem}.{container}").write_bytes(baker.bake(badge.read_bytes()))


def _revoke(manifest: Path, status_list: Path, key: Path) -> list[Path]:
    """Revoke the badges of the 17th and the 101st row."""
    from stackmark.adapters.issue_output import read_manifest
    from stackmark.cli.keys import load_key
    from stackmark.cli.status import set_values

    chosen = [read_manifest(manifest)[number] for number in (16, 100)]
    indexes = [int(str(line["statusIndex"])) for line in chosen]
    set_values(status_list, indexes, 1, key_path=key, key=load_key(key, None))
    return [manifest.parent / str(line["file"]) for line in chosen]


# -- verifying ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Group:
    """Documents that must get the same answer."""

    what: str
    verdict: str
    files: tuple[Path, ...]


def _groups(examples: Path, folder: Path, revoked: list[Path]) -> Iterator[_Group]:
    names = {path.stem for path in revoked}
    kinds = (("as JSON", "badges/*.json"), ("in PNG", "png/*"), ("in SVG", "svg/*"))
    for title, pattern in kinds:
        files = sorted(folder.glob(pattern))
        good = tuple(path for path in files if path.stem not in names)
        bad = tuple(path for path in files if path.stem in names)
        yield _Group(f"Northfield's badges {title}", "verified", good)
        yield _Group(f"two of them {title}, revoked a moment ago", "refused", bad)
    for name, what, verdict in _FOREIGN:
        yield _Group(what, verdict, (examples / "foreign" / name,))


def _verify(examples: Path, folder: Path, revoked: list[Path]) -> bool:
    """The table; True when every answer is the one it must be."""
    from stackmark.cli.progress import Bar

    verifier = _verifier(examples, folder)
    groups = sorted(_groups(examples, folder, revoked), key=lambda one: len(one.files) < 5)
    begin = time.perf_counter()
    wrong = total = 0
    out(styled(f"  {'':>4} {'what was verified':<50} answer", "bold"))
    with Bar("Verifying", sum(len(group.files) for group in groups)) as bar:
        for group in groups:
            reports = []
            for path in group.files:
                reports.append(verifier.verify(path.read_bytes()))
                bar.step()
            total += len(reports)
            wrong += sum(report.verdict != group.verdict for report in reports)
            _tell(group, reports)
    seconds = time.perf_counter() - begin
    right = "every answer is as it must be" if not wrong else f"{wrong} ANSWERS ARE WRONG"
    out()
    out(styled(f"  {total} documents in {seconds:.1f} s, without network: {right}.", "bold"))
    return not wrong


def _verifier(examples: Path, folder: Path) -> Verifier:
    """Judges with the register, the issuer's own documents and those of the foreign five."""
    import orjson

    from stackmark.adapters.clock import SystemClock
    from stackmark.adapters.documents import load_map
    from stackmark.adapters.status_files import add_documents
    from stackmark.trust.register import Register
    from stackmark.verification.verifier import Verifier

    foreign = orjson.loads((examples / "foreign" / "documents.json").read_bytes())
    given = load_map(add_documents(folder, foreign))
    return Verifier(
        now=SystemClock().now(),
        fetcher=given,
        at_hand=given,
        register=Register.parse((examples / "trust.json").read_bytes()),
    )


def _tell(group: _Group, reports: list[Report]) -> None:
    for answer, count in Counter(map(_short, reports)).items():
        out(f"  {count:>4} {group.what:<50} {answer}")


def _short(report: Report) -> str:
    from stackmark.cli.report_text import OUTCOME, mark

    known = report.credential.issuer_trust == "known"
    text = re.split(r"[:(]", report.why)[0].strip().rstrip(".")
    if report.verdict == "verified":
        text = "verified, from an issuer we accept" if known else plain(report.headline)
    elif report.verdict == "refused":
        text = f"refused: {text[:1].lower()}{text[1:]}"
    return f"{mark(OUTCOME[report.verdict])} {text}"


def _program() -> str:
    """How this program was called, so that the next commands can be copied."""
    called = Path(sys.argv[0])
    here = Path.cwd()
    if shutil.which("stackmark") == str(called) or called.name != "stackmark":
        return "stackmark"
    return str(called.relative_to(here) if called.is_relative_to(here) else called)


def _suggest(examples: Path, folder: Path, revoked: list[Path]) -> None:
    documents = f"--documents {folder / 'documents.json'}"
    program = _program()
    out(styled("  Try next", "bold"))
    for command in (
        f"{program} verify {folder / 'png' / (revoked[0].stem + '.png')} {documents}",
        f"{program} verify {folder / 'badges'} {documents} --trust {examples / 'trust.json'}",
        f"{program} explain {examples / 'foreign' / '3-digitalbazaar.json'}",
        f"{program} key new --did web:your.host/badges",
        f"{program} issue --help",
    ):
        out(f"    {command}")
