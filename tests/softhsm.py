"""A PKCS #11 device made of files: SoftHSM 2, with a token of its own for the tests."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

PIN = "correct-horse-2718"
MODULES = ("softhsm/libsofthsm2.so", "x86_64-linux-gnu/softhsm/libsofthsm2.so")


def module():
    """The module of SoftHSM; without it the tests skip, unless ``CI`` is set."""
    found = [path for name in MODULES if (path := Path("/usr/lib") / name).exists()]
    if found and shutil.which("softhsm2-util"):
        return found[0]
    if os.environ.get("CI"):
        pytest.fail("CI needs SoftHSM for the PKCS #11 tests (Debian: apt-get install softhsm2).")
    return pytest.skip("no SoftHSM on this machine (Debian: apt-get install softhsm2)")


@contextmanager
def a_token(folder):
    """The address of a fresh token. The module reads its settings once a process."""
    library = module()
    pytest.importorskip("pkcs11", reason="the extra [pkcs11] is not installed")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'tokens'}\n")
    (folder / "pin").write_text(PIN + "\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    words = ["softhsm2-util", "--init-token", "--free", "--label", "Stack mark"]
    subprocess.run([*words, "--pin", PIN, "--so-pin", PIN], check=True, capture_output=True)
    try:
        yield f"pkcs11:token=Stack%20mark?module-path={library}&pin-source=file:{folder / 'pin'}"
    finally:
        del os.environ["SOFTHSM2_CONF"]
