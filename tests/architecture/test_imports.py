from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

from each import every

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "stackmark"
FILES = sorted(SOURCE.rglob("*.py"))


def test_the_contracts_hold(tmp_path):
    command = [
        sys.executable,
        "-c",
        "import sys; from importlinter.cli import lint_imports_command as c; sys.exit(c())",
    ]
    done = subprocess.run(
        [*command, "--config", str(ROOT / "pyproject.toml"), "--cache-dir", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_every_pure_folder_is_under_the_purity_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    pure = next(contract for contract in contracts if "is pure" in contract["name"])
    folders = {f"stackmark.{path.parent.name}" for path in SOURCE.glob("*/__init__.py")}
    assert folders - {"stackmark.cli", "stackmark.adapters"} <= set(pure["source_modules"])


def imported(path: Path) -> set[str]:
    """First names of everything a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            found.add(node.module.partition(".")[0])
    return found


@every(FILES, named=lambda path: str(path.relative_to(SOURCE)))
def test_only_named_parts_are_used(path):
    """Django, an oracle or a stray helper package cannot slip in unnoticed."""
    ours = {
        "stackmark",
        "cryptography",
        "orjson",
        "jsonschema_rs",
        "typer",
        "rich",
        "click",
        "nacl",
        "py_arkworks_bls12381",  # extra [bbs]
        "segno",  # extra [web]
        "typst",
        "resvg_py",
        "PIL",
        "numpy",  # extra [science]
        "scipy",
    }
    assert imported(path) - set(sys.stdlib_module_names) <= ours


PURE = [path for path in FILES if not {"cli", "adapters"} & set(path.relative_to(SOURCE).parts)]


@every(PURE, named=lambda path: str(path.relative_to(SOURCE)))
def test_the_pure_library_opens_no_url_and_no_file(path):
    """What import-linter cannot say: parts of urllib, and builtins."""
    tree = ast.parse(path.read_bytes())
    called = {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    assert not called & {"open", "print", "input", "eval", "breakpoint"}
    assert not modules & {"urllib.request", "urllib.robotparser", "importlib.metadata"}


def test_importing_the_package_is_cheap():
    code = "import sys, stackmark; print(len([m for m in sys.modules if m.startswith(('cryptography', 'typer', 'rich', 'jsonschema'))]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
