"""Whatever is written down can be told in words."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import stackmark_web
from each import every
from stackmark_web.audit.sentences import SENTENCES, kind_of
from stackmark_web.awarding import states
from stackmark_web.awarding.actions import _common

CODE = Path(stackmark_web.__file__).parent
CALLS = {"record", "_record", "audit", "_note", "_note_lineage"}  # the last ones hand on to it
APPEALS = {"appeal", "appeal-late", "appeal-decided"}  # told by their own verbs
VERB = re.compile(r"[a-z]+(?:-[a-z]+)*\.[a-z][a-z_-]+")
STEPS = {"trace", "trace_many", "Traces", "move"}  # write the verb of an award's step


def verbs():
    """The verbs in the code that are given to ``record`` or to what calls it, and awards' own."""
    for file in CODE.rglob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            name, given = getattr(call.func, "id", getattr(call.func, "attr", "")), call.args[:3]
            given += [one.value for one in call.keywords if one.arg == "verb"]
            if name in CALLS:
                yield from (one for arg in given for one in constants(arg))
            if name in STEPS and file.is_relative_to(CODE / "awarding"):
                steps = [arg.value for arg in given[1:2] if isinstance(arg, ast.Constant)]
                yield from (f"award.{_common._VERBS.get(one, one)}" for one in steps)
    for action in {*states.TABLE, *_common._VERBS} - APPEALS:
        yield f"award.{_common._VERBS.get(action, action)}"


def constants(node):
    inner = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return [one for one in inner if isinstance(one, str) and VERB.fullmatch(one)]


@every(sorted({*verbs()}))
def test_every_event_has_a_sentence_and_a_kind(verb):
    assert verb in SENTENCES, f"say in words what {verb} means"
    assert SENTENCES[verb] % {"who": "Ann", "what": "First aid", "whom": "Bea"}
    kind = kind_of(verb)
    assert kind[0].isupper()
    assert not re.search(r"[.%:]$|%\(", kind)


def test_a_kind_says_what_happened_without_who_and_what():
    assert kind_of("award.revoked") == "Revoked a credential"
    assert kind_of("award.claimed") == "A credential was claimed"
    assert kind_of("no.such-verb") == "No such verb"


def test_the_code_was_read():
    found = set(verbs())
    assert len(found) > 50
    assert {"award.held-back", "system.restored", "verification.kept"} <= found
    assert {"achievement.published", "award.reminded", "holding.added", "trust.removed"} <= found
