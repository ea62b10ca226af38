from __future__ import annotations

import ast
import statistics
from pathlib import Path

from each import every

SOURCE = Path(__file__).resolve().parents[2] / "src"
# Migrations are written by Django.
FILES = sorted(path for path in SOURCE.rglob("*.py") if path.parent.name != "migrations")
MAX_LINES = 400
MAX_MEDIAN = 10

# path under src → why it may be longer; a reviewer agrees to each.
EXCEPTIONS: dict[str, str] = {}


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the signature and body, without the docstring."""
    lines = function.end_lineno - function.lineno + 1
    first = function.body[0]
    docstring = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return lines - (first.end_lineno - first.lineno + 1) * docstring


def functions(path: Path):
    return [
        node
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def test_length_leaves_the_docstring_out():
    plain, documented = ast.parse(
        "def f():\n    a\n    b\n\ndef g():\n    '''One\n    two.'''\n    a\n"
    ).body
    assert (length(plain), length(documented)) == (3, 2)


@every(FILES, named=lambda path: str(path.relative_to(SOURCE)))
def test_no_file_is_too_long(path):
    lines = len(path.read_text().splitlines())
    assert lines <= MAX_LINES or str(path.relative_to(SOURCE)) in EXCEPTIONS, (
        f"{lines} lines; split it"
    )


def test_no_exception_outlives_its_reason():
    short = [
        name for name in EXCEPTIONS if len((SOURCE / name).read_text().splitlines()) <= MAX_LINES
    ]
    assert short == []


def test_functions_are_short():
    lengths = [length(function) for path in FILES for function in functions(path)]
    assert len(lengths) > 50
    assert statistics.median(lengths) <= MAX_MEDIAN
