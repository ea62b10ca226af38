"""The built wheel works outside the checkout: data files, entry point, issue and verify."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from quality_records import design
from stackmark.quality.profile import NAMES

# One process: two builds at once would write over each other in the folder build/.
pytestmark = pytest.mark.xdist_group("wheel")
ROOT = Path(__file__).resolve().parents[2]
ACHIEVEMENT = {
    "id": "https://uni.example/a/7",
    "type": ["Achievement"],
    "name": "Soil Science I",
    "description": "Five credits.",
    "criteria": {"narrative": "Passed the written exam."},
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A new environment that holds the wheel's files and sees the libraries, not the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*build, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    (wheel,) = folder.glob("*.whl")
    home = folder / "env"
    venv.create(home, with_pip=False)
    python = home / "bin" / "python"
    site = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    zipfile.ZipFile(wheel).extractall(site)
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return python, folder


def run(installed, *arguments):
    python, folder = installed
    program = [str(python), "-m", "stackmark", *arguments]
    return subprocess.run(program, capture_output=True, text=True, cwd=folder, check=False)


def test_the_wheel_is_what_runs(installed):
    python, folder = installed
    done = subprocess.run(
        [python, "-c", "import stackmark; print(stackmark.__file__)"],
        capture_output=True,
        text=True,
        cwd=folder,
        check=True,
    )
    assert str(folder) in done.stdout


def test_issue_and_verify_outside_the_checkout(installed):
    _, folder = installed
    (folder / "a.json").write_text(json.dumps(ACHIEVEMENT))
    (folder / "r.csv").write_text("recipient_email\nana@example.org\nbo@example.org\n")
    assert run(installed, "key", "new", "--no-passphrase", "--out", "k.json").returncode == 0
    done = run(
        installed,
        "issue",
        "--achievement",
        "a.json",
        "--recipients",
        "r.csv",
        "--key",
        "k.json",
        "--out",
        "out",
        "--format",
        "png",
    )
    assert done.returncode == 0, done.stderr
    done = run(installed, "verify", "out", "--offline", "--json")
    assert done.returncode == 0, done.stdout
    assert [one["verdict"] for one in json.loads(done.stdout)] == ["verified", "verified"]


def test_the_profiles_are_in_the_wheel(installed):
    _, folder = installed
    (folder / "d.json").write_text(json.dumps(design(title={"en": "Diploma of small data"})))
    assert len(json.loads(run(installed, "check", "--list", "--json").stdout)) == len(NAMES)
    done = run(installed, "check", "d.json", "--profile", "nz-2022", "--json")
    told = json.loads(done.stdout)
    assert [row["id"] for row in told["rows"] if row["outcome"] == "failed"] == ["nz-2022.02"]
