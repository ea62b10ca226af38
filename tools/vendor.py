"""Copy JSON-LD contexts and JSON Schemas out of published packages into the package.

    python tools/vendor.py commands          how to get the archives (run these in an empty folder)
    python tools/vendor.py write FOLDER      check the archives there, write files and indexes
    python tools/vendor.py check FOLDER      the same, writing nothing: exit 1 when a file differs

The lists of what comes from where are `tools/vendor_sources.toml` and, for fonts and icons,
`tools/vendor_assets.toml`. Nothing is run from an archive: Python literals are read with `ast`,
JavaScript object literals in an empty Node context; fonts and icons are copied unchanged.
"""

from __future__ import annotations

import ast
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "tools" / "vendor_sources.toml"
ASSETS = ROOT / "tools" / "vendor_assets.toml"
TARGETS = {
    "contexts": ROOT / "src/stackmark/canonical/data",
    "schemas": ROOT / "src/stackmark/verification/data",
}
OWN = {"package": "Stackmark", "version": "1"}
READ_LITERAL = """
const text = require('fs').readFileSync(0, 'utf8');
const value = require('vm').runInNewContext('(' + text + ')', Object.create(null), {timeout: 2000});
process.stdout.write(JSON.stringify(value));
"""


class VendorError(Exception):
    """An archive or a file in it is not what the list says."""


def main(arguments: list[str]) -> int:
    sources = read_lists()
    match arguments:
        case ["commands"]:
            print("\n".join(archive["get"] for archive in sources["archives"].values()))
            return 0
        case [("write" | "check") as verb, folder]:
            try:
                made = build(sources, Path(folder))
            except VendorError as error:
                print(error, file=sys.stderr)
                return 1
            return write(made) if verb == "write" else compare(made)
    print(__doc__)
    return 2


def read_lists() -> dict[str, Any]:
    """Both lists as one; archives of either may be named by either."""
    sources, assets = tomllib.loads(SOURCES.read_text()), tomllib.loads(ASSETS.read_text())
    archives = sources["archives"] | assets["archives"]
    return {**sources, "archives": archives, "assets": assets["assets"]}


def build(sources: dict[str, Any], folder: Path) -> dict[Path, bytes]:
    """Every file to stand in the package, by its path."""
    archives = {name: open_archive(folder, entry) for name, entry in sources["archives"].items()}
    made: dict[Path, bytes] = {}
    for kind, target in TARGETS.items():
        index = []
        for entry in sources[kind]:
            if entry.get("own"):  # written here, and pinned like the others
                archive, data = OWN, (target / entry["file"]).read_bytes()
            else:
                archive = sources["archives"][entry["archive"]]
                data = extract(archives[entry["archive"]], entry)
            made[target / entry["file"]] = data
            index.append(index_line(entry, archive, data))
        text = json.dumps(index, indent=2, ensure_ascii=False) + "\n"
        made[target / "index.json"] = text.encode()
    return made | build_assets(sources, archives)


def build_assets(
    sources: dict[str, Any], archives: dict[str, dict[str, bytes]]
) -> dict[Path, bytes]:
    """Fonts, icons and their licences, byte for byte, with one index a folder."""
    made: dict[Path, bytes] = {}
    indexes: dict[Path, list[dict[str, Any]]] = {}
    for group in sources["assets"]:
        target = ROOT / group["folder"]
        for file, member in group["files"].items():
            if member not in archives[group["archive"]]:
                raise VendorError(f"{member} is not in the archive {group['archive']}")
            data = made[target / file] = archives[group["archive"]][member]
            line = asset_line(file, member, group, sources["archives"][group["archive"]], data)
            indexes.setdefault(target, []).append(line)
    for target, lines in indexes.items():
        made[target / "index.json"] = (json.dumps(lines, indent=1) + "\n").encode()
    return made


def asset_line(
    file: str, member: str, group: dict[str, Any], archive: dict[str, str], data: bytes
) -> dict[str, str]:
    return {
        "file": file,
        "sha256": hashlib.sha256(data).hexdigest(),
        "package": archive["package"],
        "version": archive["version"],
        "member": member,
        "licence": group["licence"],
    }


def open_archive(folder: Path, entry: dict[str, str]) -> dict[str, bytes]:
    """The regular files of one archive, by name, after its SHA-256 has been checked."""
    path = folder / entry["file"]
    if not path.is_file():
        raise VendorError(f"{path} is missing; get it with: {entry['get']}")
    data = path.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != entry["sha256"]:
        raise VendorError(f"{path} has SHA-256 {found}, the list says {entry['sha256']}")
    if path.suffix == ".whl":
        with zipfile.ZipFile(io.BytesIO(data)) as wheel:
            return {name: wheel.read(name) for name in wheel.namelist()}
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}  # type: ignore[union-attr]  # files only


def extract(archive: dict[str, bytes], entry: dict[str, Any]) -> bytes:
    """The bytes to vendor for one line of the list."""
    member = archive.get(entry["member"])
    if member is None:
        raise VendorError(f"{entry['member']} is not in the archive {entry['archive']}")
    how = entry.get("how", "copy")
    if "indent" not in entry:
        data = member
    else:
        text = json.dumps(read_value(how, member), indent=entry["indent"], ensure_ascii=False)
        data = (text + "\n" * entry.get("newline", False)).encode()
    json.loads(data)
    equal = hashlib.sha256(data).hexdigest() == entry.get("published")
    if equal != (entry["equality"] == "bytes"):
        raise VendorError(f"{entry['file']}: equality is not as listed ({entry['equality']})")
    return data


def read_value(how: str, member: bytes) -> Any:
    if how == "copy":
        return json.loads(member)
    if how == "js":
        literal = member.decode().partition("module.exports =")[2].strip().removesuffix(";")
        node = subprocess.run(
            ["node", "-e", READ_LITERAL], input=literal.encode(), capture_output=True, check=True
        )
        return json.loads(node.stdout)
    name = how.removeprefix("py:")
    for statement in ast.parse(member).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name:
            return ast.literal_eval(statement.value)
    raise VendorError(f"no literal named {name}")


def index_line(entry: dict[str, Any], archive: dict[str, str], data: bytes) -> dict[str, Any]:
    return {
        "url": entry["url"],
        "file": entry["file"],
        "sha256": hashlib.sha256(data).hexdigest(),
        "use": entry.get("use", "served"),
        "equality": entry["equality"],
        "bytes_equal_published": entry["equality"] == "bytes",
        "published_sha256": entry.get("published"),
        "also_published_sha256": entry.get("also", []),
        "package": archive["package"],
        "version": archive["version"],
        "licence": entry["licence"],
        "note": entry.get("note", ""),
    }


def write(made: dict[Path, bytes]) -> int:
    for path, data in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    print(f"{len(made)} files written")
    return 0


def compare(made: dict[Path, bytes]) -> int:
    targets = {*TARGETS.values(), *(path.parent for path in made)}
    here = {path for target in targets if target.is_dir() for path in target.iterdir()}
    changed = [p for p, data in made.items() if p not in here or p.read_bytes() != data]
    strange = [p for p in here - set(made) if p.suffix != ".py" and p.is_file()]
    for path in sorted(changed + strange):
        print(f"differs: {path.relative_to(ROOT)}", file=sys.stderr)
    print(f"{len(made)} files checked")
    return 1 if changed or strange else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
