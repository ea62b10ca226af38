"""Write the pages of docs/reference that are facts about the code.

checks.md, contexts.md, cli.md, limits.md, formats.md, profiles.md, retention.md and
credits-and-levels.md are written whole; in recipients-csv.md the table of
columns is, the words around it are not.

python tools/reference.py            write them (make reference)
python tools/reference.py check      exit 1 when one of them is not what it would write
"""

from __future__ import annotations

import ast
import io
import json
import re
import sys
import tokenize
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from stackmark import limits
from stackmark.cli.app import app
from stackmark.credit import grades, levels, policies
from stackmark.credit.numbers import show_range
from stackmark.issuing import columns
from stackmark.quality import titles, vocabulary
from stackmark.quality.profile import DEFAULT, NAMES, Profile, Row, named
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
    "descriptor": "The description of an achievement cannot be read. Never part of a report.",
    "convert": "A record cannot be written in a format. Never part of a report.",
    "assess": "A table of results cannot be read, or an attempt cannot be. Never part of a report.",
    "credit": "A credit, level or grade cannot be converted. Never part of a report.",
    "profile": "A profile of quality rules cannot be read. Never part of a report.",
    "statement": "A statement of trust cannot be read or made. Never part of a report.",
    "framework": "A file of skills cannot be read. Never part of a report.",
    "rules": "The rules of an award cannot be read or written; see requirement-language.md. Never "
    "part of a report.",
    "holdings": "A file that states holdings cannot be read. Never part of a report.",
    "goal": "The goal of a plan cannot be read. Never part of a report.",
    "catalogue": "A catalogue of offers cannot be read. Never part of a report.",
    "limits": "A limit of a plan cannot be. Never part of a report.",
    "plan": "A plan cannot be made. Never part of a report.",
    "witness": "A witness of an audit cannot be read. Never part of a report.",
    "recognition": "A decision on recognition, or an entry in the ledger of uses, cannot be made or "
    "read; see recognition-decisions.md. Never part of a report.",
    "rubric": "A rubric, a marking or a pass rule does not fit. Never part of a report.",
    "recipients": "A row of a recipients file cannot be used. Never part of a report.",
}
RAISED = {"CheckFailed", "ReadError", "CouldNotTell", "UsageError"}
# What a column is for; a column without a line here stops the tool.
COLUMNS = {
    "recipient_email": "the person's e-mail address; enters the credential as a salted hash, and "
    "not at all when there is a DID",
    "recipient_id": "the person's DID, web address or URN; enters the credential as it is",
    "recipient_name": "the name shown on the credential; first, middle and last name may stand "
    "in columns of their own",
    "issued_on": "from when it is valid; without it `--valid-from`, or now",
    "expires_on": "until when it is valid; without it `--valid-until`, or no end",
    "external_id": "your own number for the award; names the file and stands in the manifest, not "
    "in the credential",
    "narrative": "what this person did, in the credential's subject",
    "evidence_url": "web address of a piece of work",
    "evidence_name": "its title",
    "evidence_text": "what it shows",
    "template_id": "checked when it is there: the achievement's id, `humanCode` or name",
    "country": "read and left out of the credential",
    "region": "read and left out of the credential",
    "locale": "a language tag such as `en-GB`; read and left out of the credential",
    "group_tag": "read and left out of the credential",
}
START, END = "<!-- columns: written by `make reference` -->", "<!-- end of columns -->"
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


def cli_page() -> str:
    """Every command with its arguments and options, as Typer knows them."""
    root = typer.main.get_command(app)
    lines = [
        "# Command line",
        "",
        "Written by `make reference` from the program. Results go to stdout, messages and progress",
        "to stderr, so that a pipe gets results only. Exit codes: 0 all is well, 1 the answer is no,",
        "2 usage, 3 could not be told; more in [exit codes and JSON](exit-codes-and-json.md). A file",
        "called `-` is stdin. Where a key is needed, its passphrase comes from `--passphrase-file`,",
        "from `STACKMARK_PASSPHRASE`, or is asked for.",
    ]
    context = typer.Context(root)
    for words, command in _commands(root, context, ()):
        lines += ["", f"## {' '.join(words)}", "", *_command(words, command, context)]
    return "\n".join(lines) + "\n"


def _commands(
    group: Any, context: Any, words: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if hasattr(command, "list_commands"):
            yield from _commands(command, context, (*words, name))
        else:
            yield (*words, name), command


def _command(words: tuple[str, ...], command: Any, context: Any) -> list[str]:
    params = [param for param in command.get_params(context) if param.name != "help"]
    given = [param for param in params if not param.opts[0].startswith("-")]
    options = [param for param in params if param.opts[0].startswith("-")]
    must = [f"{param.opts[0]} {param.metavar}" for param in options if param.required]
    usage = " ".join(["stackmark", *words, *must, *map(_argument, given), "[OPTIONS]"])
    lines = ["```text", usage, "```", "", *(_cell_keeps_lines(command.help))]
    if params:
        lines += ["", "| | |", "|---|---|"]
        lines += [f"| {_names(param)} | {_cell(_told(param))} |" for param in given + options]
    return lines


def _argument(param: Any) -> str:
    name = param.metavar + ("..." if param.nargs == -1 else "")
    return name if param.required else f"[{name}]"


def _cell_keeps_lines(text: str) -> list[str]:
    return [line.strip().replace("<", "&lt;") for line in text.strip().splitlines()]


def _names(param: Any) -> str:
    if not param.opts[0].startswith("-"):
        return f"`{_argument(param)}`"
    value = "" if getattr(param, "is_flag", False) else f" {param.metavar or _kind(param)}"
    return ", ".join(f"`{name}`" for name in reversed(param.opts)) + (
        f" `{value[1:]}`" if value else ""
    )


def _kind(param: Any) -> str:
    return "N" if isinstance(param.default, int) else "TEXT"


def _told(param: Any) -> str:
    text = param.help or ""
    if param.required:
        return f"{text} Required." if text else "Required."
    if param.default in (None, False, ()) or getattr(param, "is_flag", False):
        return text
    return f"{text} `{param.default}` if not given."


def limits_page() -> str:
    """Every bound with its unit and reason, by section."""
    source = (SOURCE / "limits.py").read_text()
    comments: dict[int, str] = {}
    sections: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            kept = comments if token.line[: token.start[1]].strip() else sections
            kept[token.start[0]] = token.string.lstrip("# ")
    lines = [
        "# Limits",
        "",
        "Written by `make reference` from `src/stackmark/limits.py`. Each is checked before the work",
        "it bounds. What goes over one is refused or could not be told, never cut to fit.",
    ]
    for node in ast.parse(source).body:
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        head = [sections.pop(line) for line in sorted(sections) if line < node.lineno]
        if head:
            lines += [
                "",
                f"## {head[-1]}",
                "",
                "| name | value | unit, and why |",
                "|---|---:|---|",
            ]
        said = [comments[n] for n in range(node.lineno, node.end_lineno + 1) if n in comments]
        value = getattr(limits, node.target.id)
        shown = f"{value:,}" if isinstance(value, int) else f"{value:g} s"
        lines.append(f"| `{node.target.id}` | {shown} | {_cell(' '.join(said)) if said else ''} |")
    return "\n".join(lines) + "\n"


def recipients_page() -> str:
    """The page as it is, with the table of columns written anew."""
    page = (PAGES / "recipients-csv.md").read_text()
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    table = ["| column | what it is | also read as |", "|---|---|---|"]
    if COLUMNS.keys() ^ set(columns.CANONICAL):
        raise SystemExit(f"COLUMNS: {COLUMNS.keys() ^ set(columns.CANONICAL)} differ")
    for name, told in COLUMNS.items():
        others = ", ".join(f"`{other}`" for other in columns._ALIASES.get(name, "").split())
        table.append(f"| `{name}` | {told} | {others} |")
    for name in ("identifier", "first_name", "middle_name", "last_name"):
        others = ", ".join(f"`{other}`" for other in columns._ALIASES[name].split())
        told = "an e-mail address or an id" if name == "identifier" else "part of the name"
        table.append(f"| `{name}` | {told} | {others} |")
    return "\n".join([before + START, "", *table, "", END + after])


def profiles_page() -> str:
    """Every profile with its source and rows, the words of banned titles, the vocabulary."""
    lines = [
        "# Profiles",
        "",
        "Written by `make reference` from `src/stackmark/quality/data/profiles`. A profile is a rule set as",
        "data: one row a requirement. `stackmark check FILE --profile NAME` judges a design or a",
        f"credential by it; `{DEFAULT}` if no name is given. *Unofficial reading*: we did not read the",
        "source itself, or not all of it. What a row's outcome means, and how to write a profile of",
        "your own: [add a profile](../how-to/add-a-profile.md).",
        "",
        "| profile | title | kind | reading |",
        "|---|---|---|---|",
        *(
            f"| [`{name}`](#{name}) | {_cell(named(name).title)} | "
            f"{named(name).kind.replace('-', ' ')} | {named(name).reading} |"
            for name in NAMES
        ),
    ]
    for name in NAMES:
        lines += _profile(named(name))
    lines += _title_words()
    lines += _vocabulary()
    return "\n".join(lines) + "\n"


def _profile(one: Profile) -> list[str]:
    lines = ["", f"## {one.id}", "", f"**{one.title}.** {one.source}. Version {one.version}."]
    if one.reading == "unofficial":
        lines[-1] += " Unofficial reading."
    if one.is_checklist:
        lines[-1] += " A readiness checklist: it never says that something conforms."
    lines += ["", one.note] if one.note else []
    lines += [
        "",
        "| row | element | asks | where in a record | test | clause |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_profile_row(row) for row in one.rows]
    if one.not_judged:
        lines += ["", "Also asked for by the source, and not to be seen in a document:", ""]
        lines += [f"- {told}" for told in one.not_judged]
    return lines


def _profile_row(row: Row) -> str:
    applies = "" if row.applies == "both" else f" ({row.applies}s only)"
    where = ", ".join(f"`{path}`" for path in row.where)
    parameters = ", ".join(f"{key} {_value(value)}" for key, value in row.parameters.items())
    test = f"`{row.test}`{f': {parameters}' if parameters else ''}"
    cells = (f"`{row.id}`", row.element, f"{row.what} *{row.severity}*{applies}", where, test)
    return f"| {' | '.join(map(_cell, (*cells, row.clause)))} |"


def _value(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value).lower()


def _title_words() -> list[str]:
    lines = ["", "## Words kept out of titles", "", "| where | words | source |", "|---|---|---|"]
    for code, one in titles.banned().items():
        told = f"{one.source} ({one.reading} reading)"
        lines.append(f"| {code} | {', '.join(one.words)} | {_cell(told)} |")
    return lines


def _vocabulary() -> list[str]:
    lines = [
        "",
        "## Tests",
        "",
        "What a row may ask. The list is closed; a file that names",
        "another test is refused.",
    ]
    lines += ["", "| test | holds when | parameters |", "|---|---|---|"]
    for name, one in vocabulary.TESTS.items():
        told = ", ".join(
            f"`{key}` ({parameter.kind}{', needed' if parameter.needed else ''})"
            for key, parameter in one.parameters.items()
        )
        lines.append(f"| `{name}` | {_cell(one.asks)} | {told} |")
    return lines


def credits_page() -> str:
    """Units, policies, frameworks, tables and grade policies, from the data."""
    per = policies.policies()["hours"].per
    lines = [
        "# Credit, levels and grades",
        "",
        "Written by `make reference` from `src/stackmark/credit/data/`. *Official*: the body that",
        "owns the scheme, or a law, states it. *Unofficial*: a convention of the field. Why each",
        "answer is an interval: [conversions](../explanation/conversions-and-duplicates.md).",
        "",
        "## Units",
        "",
        "| unit | name | hours in one | source |",
        "|---|---|---|---|",
    ]
    for one in policies.units().values():
        row = per.get(one.code)
        hours = show_range(row.hours) if row else "10 contact hours" if one.code == "ceu" else ""
        least = "at least " if row and row.least else ""
        lines.append(
            f"| `{one.code}` | {one.many} | {least}{hours} | {_cell(row.source) if row and row.source else ''} |"
        )
    lines += ["", "## Policies", "", "| policy | says | status | source |", "|---|---|---|---|"]
    lines += [
        f"| `{one.id}` | {one.title} | {_official(one.official)} | {_cell(one.source)} |"
        for one in policies.policies().values()
    ]
    lines += [
        "",
        "Without `--policy`, `uk` and `ects`, and `ects` and `us-semester`, go by",
        "`convention-2-to-1`; `us-quarter` and `us-semester` by `quarter-3-to-2`; `ceu` and",
        "`contact-hours` by `iacet-ceu`; all others by `hours`. CEU count contact hours, so they",
        "become credit only by the total hours that an issuer states.",
        "",
        "## Levels",
        "",
        "Two tables are never chained. What has no table is refused.",
        "",
        "| framework | name | levels |",
        "|---|---|---|",
    ]
    lines += [
        f"| `{one.id}` | {one.title} | {', '.join(one.levels)} |"
        for one in levels.frameworks().values()
    ]
    for table in levels.tables():
        lines += [
            "",
            f"### {table.id}",
            "",
            f"{table.source}. {table.kind.capitalize()}, "
            f"{_official(table.official)}. {table.without}".rstrip(),
            "",
        ]
        lines += [f"| {table.source_framework} | {table.target} |", "|---|---|"]
        lines += [
            f"| {code} | {low if low == high else f'{low} to {high}'} |"
            for code, (low, high) in table.rows.items()
        ]
    lines += ["", "### Refused", "", "| framework | why |", "|---|---|"]
    lines += [f"| `{name}` | {why} |" for name, why in levels.refused().items()]
    lines += ["", "## Grades", "", "| policy | status | source |", "|---|---|---|"]
    lines += [
        f"| `{name}` | {_official(row['official'])} | {_cell(row['source'])} |"
        for name, row in grades.grade_policies().items()
    ]
    return "\n".join(lines) + "\n"


def _official(official: object) -> str:
    return "official" if official else "unofficial"


def formats_page() -> str:
    """Which field comes back from which format; see ``tools/formats_page.py``."""
    sys.path.insert(0, str(ROOT / "tools"))
    from formats_page import formats_page as page

    return page()


def retention_page() -> str:
    """What the web product keeps about people, from its one table."""
    from django.conf import settings

    if not settings.configured:  # only the words of the table are wanted
        settings.configure(USE_I18N=False)
    from stackmark_web.accounts.retention import TABLE

    lines = [
        "# What is kept about people, and for how long",
        "",
        "Written by `make reference` from `accounts/retention.py`, the table that the page",
        "`/privacy/retention` shows and the duties that delete read. What an organisation's register",
        "of awards keeps is its own published rule: `/o/<organisation>/retention`.",
        "",
        "| what | why | ground (GDPR) | until when | controller | deleted by |",
        "|---|---|---|---|---|---|",
    ]
    for row in TABLE:
        by = f"duty *{row.duty}*" if row.duty else "the person or organisation, or with the account"
        cells = (row.what, row.why, row.basis, row.ends, row.controller, by)
        lines.append("| " + " | ".join(cells) + " |")
    lines += [
        "",
        "Where an organisation is the controller, whoever runs the server is its processor",
        "(Article 28). Duties run in the worker (`stackmark-web work`, part of `serve`); one that was",
        "away catches up when it is back.",
    ]
    return "\n".join(lines) + "\n"


def pages() -> dict[Path, str]:
    return {
        PAGES / "checks.md": checks_page(),
        PAGES / "contexts.md": contexts_page(),
        PAGES / "cli.md": cli_page(),
        PAGES / "credits-and-levels.md": credits_page(),
        PAGES / "limits.md": limits_page(),
        PAGES / "recipients-csv.md": recipients_page(),
        PAGES / "profiles.md": profiles_page(),
        PAGES / "formats.md": formats_page(),
        PAGES / "retention.md": retention_page(),
    }


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
