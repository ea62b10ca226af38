"""Ask the programs in ``node/``, which run other implementations; skip when they are not here."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import orjson
import pytest

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
