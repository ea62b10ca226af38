"""Write the pages of docs/reference that are facts about the code: checks.md, contexts.md.

python tools/reference.py            write them (make reference)
python tools/reference.py check      exit 1 when one of them is not what it would write
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stackmark.verification.report import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "stackmark"
PAGES = ROOT / "docs" / "reference"
FAMILIES = {
    "usage": "Something was asked that cannot be: an option, a file, a key. Never part of a report.",
    "fetch": "Something could not be got from the network. In a report it stands under the check "
    "that needed it, as could-not-tell.",
    "recipients": "A row of a recipients file cannot be used. Never part of a report.",
}
RAISED = {"CheckFailed", "ReadError", "CouldNotTell", "UsageError"}
REASON = re.compile(r"[a-z][a-z0-9-]*\.[a-z0-9-]+\Z")


@dataclass(frozen=True)
class Reason:
    """A reason as it is written in the code."""

    text: str
    sentence: str
    file: str
    line: int
    error: str  # the exception, or "" for a reason that is handed on to a function

    @property
    def raised(self) -> bool:
        return self.error != ""

    @property
    def code(self) -> str:
        return self.text.partition(".")[0]


def reasons(source: Path = SOURCE) -> list[Reason]:
    """Every literal reason in the code, in the order of files and lines."""
    return [
        reason
        for path in sorted(source.rglob("*.py"))
        for reason in _in_file(path, path.relative_to(source.parent).as_posix())
    ]


def _in_file(path: Path, name: str) -> Iterator[Reason]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.id if isinstance(node.func, ast.Name) else ""
        error = called if called in RAISED else ""
        for place, argument in enumerate(node.args):
            text = _literal(argument)
            known = text.partition(".")[0] in STEPS or text.partition(".")[0] in FAMILIES
            if REASON.match(text) and (known or (error and place == 0)):
                sentence = " ".join(filter(None, map(_sentence, node.args[place + 1 :])))
                yield Reason(text, sentence, name, argument.lineno, error)


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _sentence(node: ast.expr) -> str:
    """The text for a person, with … where a value will stand."""
    if isinstance(node, ast.JoinedStr):
        return "".join(_literal(part) or "…" for part in node.values)
    return _literal(node)


def checks_page() -> str:
    said: dict[str, dict[str, str]] = defaultdict(dict)
    for reason in reasons():
        if not said[reason.code].get(reason.text):
            said[reason.code][reason.text] = reason.sentence
    lines = [
        "# Checks and reasons",
        "",
        "Written by `make reference` from the code. A report is this list of questions, in this",
        "order; each check has one of the outcomes *passed*, *failed*, *could-not-tell*,",
        "*not-applicable*, and a reason `code.word` that stays the same from version to version.",
        "The verdict follows from the policy. The words are for people and may change.",
        "",
        "| | code | asks | clause |",
        "|---|---|---|---|",
        *(
            f"| {number} | [`{code}`](#{code}) | {question} | {clause} |"
            for number, (code, (question, clause)) in enumerate(STEPS.items(), 1)
        ),
    ]
    for code in [*STEPS, *FAMILIES]:
        head = FAMILIES.get(code) or STEPS[code][0]
        lines += ["", f"## {code}", "", head, ""]
        if said[code]:
            lines += ["| reason | says |", "|---|---|"]
            lines += [f"| `{r}` | {_cell(s)} |" for r, s in sorted(said[code].items())]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return (
        text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ") or "(made from the case)"
    )


def contexts_page() -> str:
    index = json.loads((SOURCE / "canonical" / "data" / "index.json").read_bytes())
    equal = {"bytes": "bytes", "meaning": "meaning", "differs": "differs"}
    lines = [
        "# Pinned contexts",
        "",
        "Written by `make reference` from `src/stackmark/canonical/data/index.json`. A document",
        "that names any other context is refused; none is ever fetched. *Bytes*: our file is",
        "the published one, byte for byte. *Meaning*: the parsed JSON is equal, the layout is not.",
        "",
        "| address | use | equal in | SHA-256 of our file | from |",
        "|---|---|---|---|---|",
        *(
            f"| `{line['url']}` | {line['use']} | {equal[line['equality']]} | "
            f"`{line['sha256'][:16]}…` | {line['package']} {line['version']} |"
            for line in index
        ),
        "",
        "## Notes",
        "",
        *(f"- `{line['file']}`: {line['note']}" for line in index if line["note"]),
        "",
        "What is not here, and why, stands in [divergences](../divergences.md).",
    ]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    return {PAGES / "checks.md": checks_page(), PAGES / "contexts.md": contexts_page()}


def main(arguments: list[str]) -> int:
    stale = [p for p, text in pages().items() if not p.is_file() or p.read_text() != text]
    if arguments == ["check"]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is stale: make reference", file=sys.stderr)
        return 1 if stale else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text)
    print(f"{len(stale)} pages changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
