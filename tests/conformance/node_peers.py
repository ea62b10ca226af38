"""Ask the programs in ``node/``, which run other implementations; skip when they are not here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

from conformance.shapes import CREATED, NOW

HERE = Path(__file__).resolve().parent
_INSTALLED = HERE / "node_modules" / ".package-lock.json"


def need_node():
    if shutil.which("node") is None or not _INSTALLED.is_file():
        pytest.skip("the Node packages are not installed (make interop installs them)")


def ask(program, jobs):
    """The answers to ``jobs``, in order, from one run of ``node/<program>.mjs``."""
    need_node()
    done = subprocess.run(
        ["node", HERE / "node" / f"{program}.mjs"],
        input=orjson.dumps(jobs),
        capture_output=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    answers = orjson.loads(done.stdout)
    assert len(answers) == len(jobs)
    return answers


def refusals(jobs, answers, names):
    """What was refused, by name, with the peer's words; empty when all went well."""
    assert len(jobs) == len(answers) == len(names)
    return {name: one["errors"] for name, one in zip(names, answers, strict=True) if not one["ok"]}


def node_key(private):
    public = private.public_key.to_multikey()
    return {"secretKeyMultibase": private.to_multikey(), "publicKeyMultibase": public}


def to_issue(tree, suite, private, **more):
    return {
        "op": "issue",
        "credential": tree,
        "suite": suite,
        "key": node_key(private),
        "date": CREATED,
        "now": NOW,
        **more,
    }


def to_verify(tree, **more):
    return {"op": "verify", "credential": tree, "now": NOW, **more}


def theirs(jobs):
    """The credentials that @digitalbazaar/vc makes; all of them must come."""
    answers = ask("data_integrity", jobs)
    assert [one["errors"] for one in answers if not one["ok"]] == []
    return [one["credential"] for one in answers]
