from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import ctypes
from stackmark.adapters.native import printed_by_c_to_stderr
libc = ctypes.CDLL(None)
print("before")
with printed_by_c_to_stderr():
    libc.printf(b"chatter of a library\\n")
print("after")
"""


def run(program, **how):
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, **how
    )


def test_what_c_prints_goes_to_standard_error():
    done = run(PROGRAM)
    assert done.stdout == "before\nafter\n"
    assert done.stderr == "chatter of a library\n"


def test_without_it_the_chatter_is_in_the_output():
    """Or the test above would prove nothing."""
    assert "chatter" in run(PROGRAM.replace("with printed_by_c_to_stderr():", "if True:")).stdout


def test_a_closed_output_is_no_obstacle():
    done = run("import os\nos.close(1)\n" + PROGRAM.replace("print(", "(lambda *_: 0)("))
    assert done.stdout == ""
