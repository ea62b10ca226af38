"""The server that ``tools/on_postgres.py`` starts never outlives it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "on_postgres.py"
_SPEC = importlib.util.spec_from_file_location("on_postgres", TOOL)
on_postgres = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(on_postgres)

pytestmark = pytest.mark.skipif(
    on_postgres.find_programs() is None, reason="no PostgreSQL on this machine"
)
WAITS = (
    "import os, time; print(os.environ['DATABASE_URL'], os.getpid(), flush=True); time.sleep(60)"
)


def is_alive(pid):
    """Somebody who works; what has ended and is waited for by nobody does not count."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_whoever_ends_it_ends_the_server_and_the_command(sign):
    free = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    words = [sys.executable, str(TOOL), sys.executable, "-c", WAITS]
    with subprocess.Popen(words, env=free, stdout=subprocess.PIPE, text=True) as tool:
        url, command = tool.stdout.readline().split()
        (folder,) = parse_qs(urlsplit(url).query)["host"]
        server = int((Path(folder) / "data" / "postmaster.pid").read_text().splitlines()[0])
        try:
            assert is_alive(server)
            tool.send_signal(sign)
            assert tool.wait(30) != 0
            assert not is_alive(server)
            assert not is_alive(command)
            assert not Path(folder).exists()
        finally:
            for pid in (server, int(command)):
                if is_alive(pid):
                    os.kill(pid, signal.SIGKILL)
            shutil.rmtree(folder, ignore_errors=True)
