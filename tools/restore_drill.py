"""A backup is made, life goes on, the backup is put back: what must hold then is counted (F22-F24).

    python tools/restore_drill.py --rows 5000 --revoke 500 --erase 50 --folder FOLDER

Each step is a process of its own, backup and restore are the commands an operator types. With
``DATABASE_URL`` it happens in that database, else in an SQLite file. See docs/explanation/failures.md.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
from pathlib import Path

WORLD = Path(__file__).with_name("restore_drill_world.py")
SECRET = "drill: nobody guesses this one"


class Drill:
    """One system in one folder, and what was found wrong with it."""

    def __init__(self, folder: Path, options: argparse.Namespace) -> None:
        self.folder, self.options = folder, options
        self.data = folder / "data"
        self.wrong: list[str] = []
        self.settings = {
            **os.environ,
            "STACKMARK_DATA": str(self.data),
            "STACKMARK_PUBLIC_URL": "https://badges.example.org",
        }
        (folder / "passphrase").write_text(SECRET)
        (folder / "wrong").write_text(f"{SECRET}!")

    def command(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        """One command as an operator types it."""
        return subprocess.run(
            [sys.executable, "-m", "stackmark_web", *words],
            env={**self.settings, **more},
            capture_output=True,
            text=True,
            check=False,
        )

    def must(self, *words: str, **more: str) -> str:
        """A command that has to end well."""
        done = self.command(*words, **more)
        if done.returncode:
            raise SystemExit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
        return done.stdout

    def world(self, *words: object) -> dict[str, object]:
        """What happens in the system, or what is in it."""
        done = subprocess.run(
            [sys.executable, str(WORLD), *map(str, words)],
            env=self.settings,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return dict(json.loads(done.stdout.splitlines()[-1]))

    def expect(self, what: str, *, holds: bool) -> None:
        """Say one thing and whether it holds."""
        print(f"{'ok   ' if holds else 'WRONG'} {what}", flush=True)
        if not holds:
            self.wrong.append(what)

    # -- the parts -------------------------------------------------------------------------

    def run(self) -> None:
        """The whole of it, in order."""
        file = self.folder / "backup"
        few = max(self.options.erase + 10, self.options.rows // 5)
        self.must("migrate", "--verbosity", "0")
        self.world("begin", few, self.options.erase)
        self.must("work", "--once")
        self.back_up_while_writing(file, self.options.rows)
        self.world("order", max(1, self.options.rows // 4))  # these will be lost
        self.must("work", "--once")
        self.world("live", self.options.revoke, self.options.erase)
        self.must("work", "--once")
        after = self.world("look")
        self.damage(file)
        print(self.restore(file), flush=True)
        self.compare(after)
        self.copied()

    def back_up_while_writing(self, file: Path, rows: int) -> None:
        """Backups are made one after another while a worker issues; one from its middle is kept."""
        few = int(str(self.world("look")["signed"]))
        self.world("order", rows)
        with subprocess.Popen(
            [sys.executable, "-m", "stackmark_web", "work", "--once"], env=self.settings
        ) as worker:
            while not file.exists() or worker.poll() is None:
                again = file.with_name("again")
                said = self.must("backup", str(again), *self.sealed())
                found = int(said.split(" credentials")[0].rpartition(" ")[2].replace(",", ""))
                half = few < found < few + rows
                if half or not file.exists():
                    again.replace(file)
                again.unlink(missing_ok=True)
                if half:
                    break
        print(f"{'ok   ' if half else 'could not tell'} backup in the middle: {found} credentials")
        self.expect("the worker ended well", holds=worker.returncode == 0)

    def sealed(self, name: str = "passphrase") -> tuple[str, ...]:
        extra = ("--with-keys",) if name == "passphrase" else ()
        return ("--passphrase-file", str(self.folder / name), *extra)

    def damage(self, file: Path) -> None:
        """Flipped bits over the whole file, a cut, and the wrong passphrase: nothing is touched."""
        before = self.state()
        chance, whole = random.Random(self.options.seed), file.read_bytes()
        bad, found = self.folder / "bad", 0
        words = ("restore", str(bad), "--replace", *self.sealed("passphrase")[:2])
        step = len(whole) / self.options.flips
        cases = [
            int(step * number + chance.random() * step) for number in range(self.options.flips)
        ]
        for place in cases[:: max(1, len(cases) // self.options.commands)]:
            data = bytearray(whole)
            data[min(place, len(data) - 1)] ^= 1 << chance.randrange(8)
            bad.write_bytes(data)
            done = self.command(*words)
            told = "damaged" in done.stderr or "passphrase does not open" in done.stderr
            found += done.returncode != 0 and told
        tried = len(cases[:: max(1, len(cases) // self.options.commands)])
        self.expect(f"{found} of {tried} flipped bits found by the command", holds=found == tried)
        answer = self.world("flips", file, self.folder / "passphrase", *cases)
        self.expect(
            f"{answer['found']} of {len(cases)} flipped bits found, from byte {cases[0]} to "
            f"{cases[-1]} of {len(whole)}",
            holds=answer["found"] == len(cases),
        )
        done = self.command("restore", str(file), "--replace", *self.sealed("wrong"))
        self.expect(
            f"wrong passphrase: {done.stderr.strip()}",
            holds=done.returncode == 1 and "does not open" in done.stderr,
        )
        self.expect("none of these changed anything", holds=self.state() == before)
        bad.unlink()

    def state(self) -> dict[str, object]:
        """Keys and lists on disk, and all that is in the database."""
        files = sorted(p for name in ("keys", "lists") for p in (self.data / name).rglob("*.*"))
        return {
            **self.world("look"),
            "files": {str(p): p.read_bytes().hex() for p in files if p.is_file()},
        }

    def restore(self, file: Path) -> str:
        """The command an operator types, then the server's own checks."""
        told = self.must("restore", str(file), "--replace", *self.sealed("passphrase")[:2])
        done = self.command("check", "--database", "default")
        self.expect(
            "the restored system may start, and sign",
            holds=done.returncode == 0 and "W013" not in done.stderr + done.stdout,
        )
        return told

    def compare(self, after: dict[str, object]) -> None:
        """Nothing twice, nothing revived, nobody back, everything lost is named."""
        now = self.world("look")
        report = json.loads(max(self.data.glob("restore-report-*.json")).read_bytes())
        revoked, places = set(after["revoked"]), set(after["places"])
        here = set(now["all"])
        self.expect(
            f"{len(revoked & here)} that were revoked and are here are revoked",
            holds=revoked & here <= set(now["revoked"]),
        )
        self.expect(
            f"all {len(revoked)} are revoked in the published lists",
            holds=set(after["published"]) <= set(now["published"]),
        )
        self.expect(
            f"{len(after['erased'])} people stay erased",
            holds=not set(after["erased"]) & set(now["people"]) and bool(after["erased"]),
        )
        lost = set(after["all"]) - here
        told = {one["id"].removeprefix("urn:uuid:") for one in report["lost"]}
        self.expect(
            f"{len(lost)} lost credentials, {len(told)} named", holds=bool(lost) and lost <= told
        )
        self.world("order", self.options.rows // 5)
        self.must("work", "--once")
        new = self.world("look")
        fresh = [place for place, pk in new["places"].items() if pk not in now["all"]]
        self.expect(
            f"{len(fresh)} issued since, {len(set(fresh) & places)} places used twice",
            holds=bool(fresh) and not set(fresh) & places,
        )
        self.expect(
            "no list is below a version that was seen",
            holds=all(new["versions"].get(pk, 0) >= v for pk, v in after["versions"].items()),
        )

    def copied(self) -> None:
        """A copy of the whole folder may not sign until somebody says that it may (F23)."""
        if os.environ.get("DATABASE_URL"):
            return  # a copy of the folder would ask the same database
        copy = self.folder / "copy"
        subprocess.run(["cp", "-a", str(self.data), str(copy)], check=True)
        self.settings["STACKMARK_DATA"] = str(copy)
        said = self.command("check", "--database", "default")
        self.expect(
            "a copy of the whole folder refuses to sign",
            holds="The key store is a copy" in said.stderr + said.stdout,
        )
        self.expect("… and signs nothing", holds=self.world("sign")["signed"] is False)
        self.must("take-over", "--yes")
        self.expect("… until it has taken over", holds=self.world("sign")["signed"] is True)


def main() -> int:
    """Run the drill and count what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--revoke", type=int, default=500)
    parser.add_argument("--erase", type=int, default=50)
    parser.add_argument("--flips", type=int, default=200, help="damaged places, each on its own")
    parser.add_argument("--commands", type=int, default=10, help="of them by the whole command")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, required=True, help="is made; left for you to look")
    options = parser.parse_args()
    options.folder.mkdir(parents=True)
    drill = Drill(options.folder.absolute(), options)
    drill.run()
    print(f"{len(drill.wrong)} things do not hold")
    return bool(drill.wrong)


if __name__ == "__main__":
    sys.exit(main())
