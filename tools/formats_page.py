"""The page docs/reference/formats.md: which field comes back from which format, measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from stackmark.errors import UsageError
from stackmark.exchange.formats import NAMES, Options, write_record
from stackmark.model.record import Record

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "record.json"
HEAD = """# Formats

Written by `make reference`: the record in `examples/record.json` is written in each format, read
again, and compared. `stackmark convert` knows the formats by these names:

| `--to` | format |
|---|---|
"""
MIDDLE = """
The table says what comes back of each field **without** a facts document or extension: **yes**,
**part** (in one language only, or some of its members), or nothing. What does not come back is
named in the loss report, `--loss FILE`.

"""
FOOT = """
## What Open Badges 3.0 and CLR 2.0 do with the rest

`--facts` says how:

| `--facts` | what has no home of its own |
|---|---|
| `document` | travels in a facts document beside the credential, bound to it by a SHA-384 under `relatedResource`. Any verifier still accepts the credential. A design alone has nothing to bind it with |
| `extension` | stands in `stackmarkFacts` on the achievement. The context `https://w3id.org/stackmark/facts/v1` is needed to check such a document; software that does not know it will refuse it. Nothing is served at that address yet |
| `none` | is lost, but for what the words of the criteria say |

A facts document holds `{"type": "StackmarkFacts", "version": 1, "record": …}`, where `record` is
laid over what the credential states. It never holds anything of one person, so that it is the same
for every holder. Its address is `--facts-address`, or the achievement's own with
`/facts-` and eight digits of its hash.

What the signed credential states wins. Facts may add languages to a text, say which language comes
first, and give a fuller list in which nothing stated goes missing; anything else that differs is
not used and is named. Facts whose digest differs, or that do not fit the credential, are not used at
all. A facts document that is not at hand is listed as missing: what it says could not be told.

Under the standard policy of `verify`, a facts document that is not at hand leaves the check
`related` open and does not change the verdict; a changed one is refused.

## The plan of assessment

In Open Badges 3.0 and CLR 2.0 each part of a plan is a `resultDescription` of the achievement: the
whole (`#result`), each component (`#result-COMPONENT`, in percent, its minimum as `requiredValue`),
each criterion of a rubric (`#result-COMPONENT-CRITERION`, with its levels and their points under
`rubricCriterionLevel`), aligned to the skills of the outcomes it assesses. Results refer to them.
Weights, methods, anchors, what is handed in and the facts of integrity are said in the words of the
criteria and stand in the facts document. Rubrics of others are read where they are certain: two
levels or more, each with a name and other points. No other format has a place for the plan; the
loss report names it.

Sealed evidence has an entry with its SHA-256 under `relatedResource` of the same `id`. The person
who assessed is `credentialSubject.source`, where that is published.

## How documents of others are read

- `creditsAvailable` and `creditsEarned` are numbers without a unit: no credit comes of them, unless
  facts, words or an extension name the unit and give the same number.
- `achievementType` becomes a kind where it says the same (`Badge`, `Certificate`, `Certification`);
  any other word is kept as `type_stated`.
- A text whose language is not said is in `und`.
- Alignments to the European Qualifications Framework become the level; competencies become skills
  of an outcome, with the alignment's description as its statement.
- `parentOrg` says of whom the issuer is a part, not who awards; endorsements are credentials of
  their own. Both are named in the loss report.
- Terms of SURF's edubadges (`participationType`, `supervisionType`, `identityChecked`,
  `assessmentType`, `ECTS`, `SBU`; in Open Badges 2.0 the `extensions:` of the same names) are read
  where their meaning is one of ours; of an inexact word ("testing", "Exam") the word itself is kept
  as what is said of the assessment.
- A learner record (CLR) is read as the achievement it is about; `stackmark.exchange.clr.read`
  has `read_all` for every one in it.
- Open Badges 2.0 demands a picture, and an issuer with name, homepage and e-mail address. Where no
  picture is stated a plain one is drawn into the badge; where no homepage is, the address in the
  issuer's id is taken (`https:`, `did:web:`). Neither a name nor an e-mail address is made up: it is
  left out, and a strict validator refuses the badge until you add it. Each is named on stderr and
  under `gaps` of the loss report, with `done`: `put-in` or `left-out`. Without criteria, or an id of
  the issuer, nothing is written.
"""


def formats_page() -> str:
    """The whole page."""
    record = Record.from_json(json.loads(EXAMPLE.read_bytes()))
    names = [f"| `{name}` | {one.title} |" for name, one in NAMES.items()]
    return HEAD + "\n".join(names) + "\n" + MIDDLE + _table(record) + "\n" + FOOT


def _table(record: Record) -> str:
    lost = {name: _lost(record, name) for name in NAMES}
    known = {name: paths for name, paths in lost.items() if paths is not None}
    lines = [f"| field | {' | '.join(known)} |", "|---|" + "---|" * len(known)]
    for field in _fields(record.to_json()):
        cells = [_cell(field, paths) for paths in known.values()]
        lines.append(f"| `{field.replace('/', ' ').strip()}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _lost(record: Record, name: str) -> set[str] | None:
    """The pointers that do not come back; nothing for a format that this cannot be written in."""
    try:
        return {one.path for one in write_record(record, name, Options(facts="none")).loss}
    except UsageError:
        return None


def _fields(tree: dict[str, Any]) -> list[str]:
    """Every field of a record: those of the achievement, the organisations and the award."""
    found = []
    for name, value in tree.items():
        inner = value if isinstance(value, dict) else {}
        found += [f"/{name}/{field}" for field in inner] or [f"/{name}"]
    return found


def _cell(field: str, lost: set[str]) -> str:
    around = {field, field.rpartition("/")[0]}
    if around & lost:
        return ""
    return "part" if any(path.startswith(f"{field}/") for path in lost) else "yes"
